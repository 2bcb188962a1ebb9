/* Floor of a fetch: curl multi with 200 transfers at once, one SAX2 pass over each document, an SQLite row for each item, all in one
   transaction. When the database knows a feed's validators they are sent back; a 304 costs nothing more, and of a document that was read
   before only items with new ids are stored. With `index` the titles and texts also go into a full-text index.
     poll DATABASE [index] < list of addresses */
#include <curl/curl.h>
#include <libxml/parser.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { transfers_at_once = 200, field_count = 4 };
enum field { title, link_, id, text, none };

struct buffer { char *bytes; size_t used, room; };
struct feed { char *url, *etag, *modified; };
struct transfer {
    CURL *easy;
    struct feed *feed;
    struct buffer body;
    struct curl_slist *headers;
    char etag[256], modified[64];
};
struct pass { struct buffer value[field_count]; enum field open; int in_item; };

static sqlite3_stmt *insert_item, *keep_feed, *index_item;
static long items, not_modified, failed;

static void append(struct buffer *b, const void *bytes, size_t count) {
    if (b->used + count > b->room) {
        b->room = (b->used + count) * 2;
        b->bytes = realloc(b->bytes, b->room);
        if (!b->bytes) abort();
    }
    memcpy(b->bytes + b->used, bytes, count);
    b->used += count;
}

static void check(int code, sqlite3 *db) {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

/* the document */

static enum field field_of(const char *name) {
    if (!strcmp(name, "title")) return title;
    if (!strcmp(name, "link")) return link_;
    if (!strcmp(name, "guid") || !strcmp(name, "id")) return id;
    if (!strcmp(name, "description") || !strcmp(name, "encoded") || !strcmp(name, "content") || !strcmp(name, "summary")) return text;
    return none;
}
static int is_item(const xmlChar *name) { return !strcmp((const char *)name, "item") || !strcmp((const char *)name, "entry"); }

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nns, const xmlChar **ns,
                     int natt, int ndef, const xmlChar **att) {
    (void)prefix, (void)uri, (void)nns, (void)ns, (void)ndef;
    struct pass *pass = ctx;
    if (is_item(name)) {
        pass->in_item = 1;
        for (int f = 0; f < field_count; f++) pass->value[f].used = 0;
    } else if (pass->in_item) {
        pass->open = field_of((const char *)name);
        if (pass->open == link_)
            for (int a = 0; a < natt; a++)
                if (!strcmp((const char *)att[a * 5], "href")) append(&pass->value[link_], att[a * 5 + 3], (size_t)(att[a * 5 + 4] - att[a * 5 + 3]));
    }
}
static void on_text(void *ctx, const xmlChar *bytes, int count) {
    struct pass *pass = ctx;
    if (pass->in_item && pass->open != none) append(&pass->value[pass->open], bytes, (size_t)count);
}
static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    (void)prefix, (void)uri;
    struct pass *pass = ctx;
    if (!is_item(name)) { pass->open = none; return; }
    for (int f = 0; f < field_count; f++)
        sqlite3_bind_text(insert_item, f + 1, pass->value[f].bytes ? pass->value[f].bytes : "", (int)pass->value[f].used, SQLITE_STATIC);
    check(sqlite3_step(insert_item), sqlite3_db_handle(insert_item));
    sqlite3_reset(insert_item);
    pass->in_item = 0;
    if (!sqlite3_changes(sqlite3_db_handle(insert_item))) return;
    items++;
    if (!index_item) return;
    sqlite3_bind_int64(index_item, 1, sqlite3_last_insert_rowid(sqlite3_db_handle(insert_item)));
    for (int f = title; f <= text; f += text - title)
        sqlite3_bind_text(index_item, f == title ? 2 : 3, pass->value[f].bytes ? pass->value[f].bytes : "", (int)pass->value[f].used, SQLITE_STATIC);
    check(sqlite3_step(index_item), sqlite3_db_handle(index_item));
    sqlite3_reset(index_item);
}
static void on_error(void *ctx, xmlErrorPtr error) { (void)ctx, (void)error; }

static void read_document(const struct buffer *body) {
    static struct pass pass;
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    memset(parser->sax, 0, sizeof *parser->sax);
    parser->sax->initialized = XML_SAX2_MAGIC;
    parser->sax->startElementNs = on_start;
    parser->sax->endElementNs = on_end;
    parser->sax->characters = parser->sax->cdataBlock = on_text;
    parser->sax->serror = on_error;
    pass.in_item = 0, pass.open = none;
    parser->userData = &pass;
    xmlCtxtReadMemory(parser, body->bytes, (int)body->used, NULL, NULL, XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOENT);
    xmlFreeParserCtxt(parser);
}

/* the transfers */

static size_t on_body(char *bytes, size_t one, size_t count, void *transfer) {
    append(&((struct transfer *)transfer)->body, bytes, one * count);
    return one * count;
}
static void keep(char *into, size_t room, const char *value, size_t length) {
    while (length && (value[0] == ' ')) value++, length--;
    while (length && (value[length - 1] == '\r' || value[length - 1] == '\n')) length--;
    if (length < room) memcpy(into, value, length), into[length] = 0;
}
static size_t on_header(char *line, size_t one, size_t count, void *context) {
    struct transfer *t = context;
    if (count > 5 && !strncasecmp(line, "ETag:", 5)) keep(t->etag, sizeof t->etag, line + 5, count - 5);
    if (count > 14 && !strncasecmp(line, "Last-Modified:", 14)) keep(t->modified, sizeof t->modified, line + 14, count - 14);
    return one * count;
}
static void begin(CURLM *multi, struct transfer *t, struct feed *feed) {
    char line[320];
    t->feed = feed, t->body.used = 0, t->etag[0] = t->modified[0] = 0;
    if (t->headers) curl_slist_free_all(t->headers), t->headers = NULL;
    if (feed->etag) snprintf(line, sizeof line, "If-None-Match: %s", feed->etag), t->headers = curl_slist_append(t->headers, line);
    if (feed->modified) snprintf(line, sizeof line, "If-Modified-Since: %s", feed->modified), t->headers = curl_slist_append(t->headers, line);
    curl_easy_setopt(t->easy, CURLOPT_URL, feed->url);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    curl_multi_add_handle(multi, t->easy);
}
static void finish(struct transfer *t, CURLcode code) {
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || (status != 200 && status != 304)) { failed++; return; }
    if (status == 304) { not_modified++; return; }
    read_document(&t->body);
    sqlite3_bind_text(keep_feed, 1, t->feed->url, -1, SQLITE_STATIC);
    sqlite3_bind_text(keep_feed, 2, t->etag, -1, SQLITE_STATIC);
    sqlite3_bind_text(keep_feed, 3, t->modified, -1, SQLITE_STATIC);
    check(sqlite3_step(keep_feed), sqlite3_db_handle(keep_feed));
    sqlite3_reset(keep_feed);
}

/* the round */

static sqlite3 *open_database(const char *path, int with_index) {
    sqlite3 *db;
    check(sqlite3_open(path, &db), db);
    check(sqlite3_exec(db,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
        "CREATE TABLE IF NOT EXISTS feed (url TEXT PRIMARY KEY, etag TEXT, modified TEXT) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS item (rowid INTEGER PRIMARY KEY, title TEXT, link TEXT, id TEXT, text TEXT);"
        "CREATE UNIQUE INDEX IF NOT EXISTS item_id ON item (id, link);", NULL, NULL, NULL), db);
    if (with_index) check(sqlite3_exec(db, "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (title, text)", NULL, NULL, NULL), db);
    check(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), db);
    if (with_index) check(sqlite3_prepare_v2(db, "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", -1, &index_item, NULL), db);
    check(sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO item (title, link, id, text) VALUES (?, ?, ?, ?)", -1, &insert_item, NULL), db);
    check(sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO feed VALUES (?, ?, ?)", -1, &keep_feed, NULL), db);
    return db;
}
static char *copy_column(sqlite3_stmt *row, int column) {
    const char *value = (const char *)sqlite3_column_text(row, column);
    return value && *value ? strdup(value) : NULL;
}

int main(int argc, char **argv) {
    if (argc < 2) { fprintf(stderr, "usage: poll DATABASE [index] < addresses\n"); return 2; }
    sqlite3 *db = open_database(argv[1], argc > 2);
    struct feed *feeds = NULL;
    size_t count = 0, next = 0;
    char line[512];
    sqlite3_stmt *known;
    check(sqlite3_prepare_v2(db, "SELECT etag, modified FROM feed WHERE url = ?", -1, &known, NULL), db);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        feeds = realloc(feeds, (count + 1) * sizeof *feeds);
        feeds[count] = (struct feed){strdup(line), NULL, NULL};
        sqlite3_bind_text(known, 1, line, -1, SQLITE_STATIC);
        if (sqlite3_step(known) == SQLITE_ROW) feeds[count].etag = copy_column(known, 0), feeds[count].modified = copy_column(known, 1);
        sqlite3_reset(known);
        count++;
    }
    sqlite3_finalize(known);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    xmlInitParser();
    CURLM *multi = curl_multi_init();
    static struct transfer transfers[transfers_at_once];
    int running = 0, active = 0;
    for (int i = 0; i < transfers_at_once && next < count; i++) {
        CURL *easy = transfers[i].easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfers[i]);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfers[i]);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfers[i]);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, 60L);
        begin(multi, &transfers[i], &feeds[next++]);
        active++;
    }
    while (active) {
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(multi, &left))) {
            struct transfer *t;
            CURLcode code = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
            curl_multi_remove_handle(multi, t->easy);
            finish(t, code);
            if (next < count) begin(multi, t, &feeds[next++]); else active--;
        }
        if (active) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    check(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
    printf("feeds=%zu items=%ld not_modified=%ld failed=%ld\n", count, items, not_modified, failed);
    sqlite3_finalize(insert_item);
    sqlite3_finalize(index_item);
    sqlite3_finalize(keep_feed);
    sqlite3_close(db);
    return failed ? 1 : 0;
}
