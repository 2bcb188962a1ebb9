/* Floor of parsing: libxml2's SAX2 pass over each named file, held in memory, with handlers that only count. */
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static long items, elements, bytes_of_text;

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nns, const xmlChar **ns,
                     int natt, int ndef, const xmlChar **att) {
    (void)ctx, (void)prefix, (void)uri, (void)nns, (void)ns, (void)natt, (void)ndef, (void)att;
    elements++;
    if (!strcmp((const char *)name, "item") || !strcmp((const char *)name, "entry")) items++;
}
static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    (void)ctx, (void)name, (void)prefix, (void)uri;
}
static void on_text(void *ctx, const xmlChar *text, int length) {
    (void)ctx, (void)text;
    bytes_of_text += length;
}
static void on_error(void *ctx, xmlErrorPtr error) { (void)ctx, (void)error; }

static double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    char **body = calloc((size_t)argc, sizeof *body);
    long *size = calloc((size_t)argc, sizeof *size), total = 0;
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) { perror(argv[i]); return 2; }
        fseek(file, 0, SEEK_END);
        size[i] = ftell(file);
        rewind(file);
        body[i] = malloc((size_t)size[i]);
        if (!body[i] || fread(body[i], 1, (size_t)size[i], file) != (size_t)size[i]) { perror(argv[i]); return 2; }
        fclose(file);
        total += size[i];
    }

    xmlInitParser();
    double start = cpu_seconds();
    for (int i = 1; i < argc; i++) {
        xmlParserCtxtPtr parser = xmlNewParserCtxt();
        memset(parser->sax, 0, sizeof *parser->sax);
        parser->sax->initialized = XML_SAX2_MAGIC;
        parser->sax->startElementNs = on_start;
        parser->sax->endElementNs = on_end;
        parser->sax->characters = on_text;
        parser->sax->cdataBlock = on_text;
        parser->sax->serror = on_error;
        parser->userData = &items;
        xmlCtxtReadMemory(parser, body[i], (int)size[i], NULL, NULL, XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOENT);
        xmlFreeParserCtxt(parser);
    }
    printf("cpu=%f items=%ld bytes=%ld elements=%ld text=%ld\n", cpu_seconds() - start, items, total, elements, bytes_of_text);
    return 0;
}
