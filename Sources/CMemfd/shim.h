#ifndef WW_CMEMFD_SHIM_H
#define WW_CMEMFD_SHIM_H

/* memfd_create(2), which Swift's Glibc module does not show: files in memory, closed in programs that are started. */
extern int memfd_create(const char *_Nonnull name, unsigned int flags);

static inline int ww_memory_file(const char *_Nonnull name) { return memfd_create(name, 3U /* CLOEXEC, ALLOW_SEALING */); }

#endif
