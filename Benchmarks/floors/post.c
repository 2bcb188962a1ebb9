/* The least a delivery that survives a crash needs: of each message a row, committed before it is sent as "leased", posted, committed
   after it as "done". One connection, one after the other.

       post DATABASE URL COUNT BYTES */
#include <curl/curl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static void run(sqlite3 *db, const char *sql) {
    char *error = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &error)) {
        fprintf(stderr, "%s: %s\n", sql, error);
        exit(1);
    }
}

static double wall(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    int messages = atoi(arguments[3]), size = atoi(arguments[4]);
    char *body = malloc((size_t)size);
    memset(body, 'x', (size_t)size);
    sqlite3 *db;
    if (sqlite3_open(arguments[1], &db)) return 1;
    run(db, "PRAGMA journal_mode = WAL");
    run(db, "PRAGMA synchronous = FULL");
    run(db, "CREATE TABLE message (number INTEGER PRIMARY KEY, state TEXT NOT NULL, body BLOB NOT NULL)");
    sqlite3_stmt *insert, *update;
    sqlite3_prepare_v2(db, "INSERT INTO message VALUES (?, 'leased', ?)", -1, &insert, NULL);
    sqlite3_prepare_v2(db, "UPDATE message SET state = 'done' WHERE number = ?", -1, &update, NULL);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, arguments[2]);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)size);
    double start = wall();
    for (int n = 1; n <= messages; n++) {
        sqlite3_bind_int(insert, 1, n);
        sqlite3_bind_blob(insert, 2, body, size, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert)) return 1;
        long status = 0;
        if (curl_easy_perform(curl)) return 1;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (status != 204) return 1;
        sqlite3_bind_int(update, 1, n);
        if (sqlite3_step(update) != SQLITE_DONE || sqlite3_reset(update)) return 1;
    }
    double seconds = wall() - start;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("count=%d wall=%f cpu=%f\n", messages, seconds, cpu);
}
