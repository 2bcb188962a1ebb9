/* Takes POSTs on loopback and answers 204; tells on standard output, as 8 bytes in this machine's order, when the first byte of each
   came (CLOCK_MONOTONIC, ns). A second port answers each request only after so many seconds, and tells nothing.

       sink PORT SLOW_PORT SECONDS */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 4096, ROOM = 1 << 16 };
static struct peer {
    int is_open, is_slow;
    uint64_t first, due; /* of the request that is on; 0 for none */
    size_t have;
    char bytes[ROOM];
} *peers;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int listening(int port) {
    int one = 1, descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) || listen(descriptor, 512)) fail("listen");
    return descriptor;
}

static void answer(int descriptor) {
    static const char text[] = "HTTP/1.1 204 No Content\r\n\r\n";
    if (write(descriptor, text, sizeof text - 1) < 0 && errno != EPIPE && errno != ECONNRESET) fail("write");
}

/* The length of a whole request at the beginning of what a peer sent; 0 if it is not all there. */
static size_t whole(struct peer *peer) {
    char *end = memmem(peer->bytes, peer->have, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    char *length = strcasestr(peer->bytes, "\ncontent-length:");
    size_t size = (size_t)(end - peer->bytes) + 4 + (length ? strtoul(length + 16, NULL, 10) : 0);
    *end = '\r';
    return peer->have >= size ? size : 0;
}

static void hear(int descriptor) {
    struct peer *peer = &peers[descriptor];
    ssize_t count = read(descriptor, peer->bytes + peer->have, ROOM - peer->have);
    if (count <= 0) {
        if (count < 0 && errno == EAGAIN) return;
        peer->is_open = 0;
        close(descriptor);
        return;
    }
    if (!peer->have) peer->first = now();
    peer->have += (size_t)count;
    size_t size = whole(peer);
    if (!size) return;
    peer->have -= size;
    if (peer->is_slow) {
        peer->due = peer->due ? peer->due : 1;
        return;
    }
    answer(descriptor);
    if (write(1, &peer->first, sizeof peer->first) != sizeof peer->first) exit(0);
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    uint64_t wait = strtoul(arguments[3], NULL, 10) * 1000000000u;
    int doors[2] = {listening(atoi(arguments[1])), listening(atoi(arguments[2]))};
    peers = calloc(MOST, sizeof *peers);
    int poll = epoll_create1(0);
    for (int n = 0; n < 2; n++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = doors[n]};
        epoll_ctl(poll, EPOLL_CTL_ADD, doors[n], &event);
    }
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll, events, 256, 100);
        for (int n = 0; n < ready; n++) {
            int descriptor = events[n].data.fd;
            if (descriptor != doors[0] && descriptor != doors[1]) {
                hear(descriptor);
                if (peers[descriptor].due == 1) peers[descriptor].due = now() + wait;
                continue;
            }
            int one = 1, peer = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK);
            if (peer < 0) continue;
            if (peer >= MOST) fail("too many peers");
            setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            memset(&peers[peer], 0, offsetof(struct peer, bytes));
            peers[peer].is_open = 1;
            peers[peer].is_slow = descriptor == doors[1];
            struct epoll_event event = {.events = EPOLLIN, .data.fd = peer};
            epoll_ctl(poll, EPOLL_CTL_ADD, peer, &event);
        }
        uint64_t time = now();
        for (int descriptor = 0; descriptor < MOST; descriptor++) {
            struct peer *peer = &peers[descriptor];
            if (!peer->is_open || peer->due < 2 || peer->due > time) continue;
            peer->due = 0;
            answer(descriptor);
        }
    }
}
