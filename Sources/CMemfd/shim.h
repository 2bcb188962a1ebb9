#ifndef WW_CMEMFD_SHIM_H
#define WW_CMEMFD_SHIM_H

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

/* Files in memory, which Swift's Glibc module does not show: memfd_create(2), F_ADD_SEALS of fcntl(2). */

extern int memfd_create(const char *_Nonnull name, unsigned int flags);

/* Closed in programs that are started. */
static inline int ww_memory_file(const char *_Nonnull name) { return memfd_create(name, 3U /* CLOEXEC, ALLOW_SEALING */); }

/* Never changed again. */
static inline int ww_seal_memory_file(int file) { return fcntl(file, 1033 /* F_ADD_SEALS */, 15 /* SEAL, SHRINK, GROW, WRITE */); }

/* An empty datagram that hands over a file, by the macros of cmsg(3). */
static inline int ww_send_file(int socket, int file) {
    union { struct cmsghdr header; char bytes[CMSG_SPACE(sizeof(int))]; } control;
    struct msghdr message;
    memset(&control, 0, sizeof control);
    memset(&message, 0, sizeof message);
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &file, sizeof(int));
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -1 : 0;
}

#endif
