// RE2 behind a C face, as much of it as the query language needs. Nothing here throws: what goes wrong is a null or a false.
#ifndef WW_CRE2_H
#define WW_CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One compiled pattern. It never changes, so threads may share it.
typedef struct cre2_pattern cre2_pattern;

/// Compiles a pattern of `length` bytes of UTF-8; null if it is wrong or needs more than `memory` bytes. Then `error` holds
/// why, as at most `capacity` bytes with a final zero.
cre2_pattern *_Nullable cre2_compile(const char *_Nonnull pattern, size_t length, bool ignores_case, int64_t memory,
                                     char *_Nonnull error, size_t capacity);

void cre2_free(cre2_pattern *_Nullable pattern);

/// Finds the leftmost match at or behind `from`; `^` and `$` are the ends of the whole text.
bool cre2_find(const cre2_pattern *_Nonnull pattern, const char *_Nonnull text, size_t length, size_t from,
               size_t *_Nonnull low, size_t *_Nonnull high);

/// Writes literals in lower case, each with a zero behind it, of which every text with a match has at least one, if only
/// ASCII letters are made lower; at most `capacity` bytes. Returns how many bytes; 0 if no such literals can be named.
size_t cre2_literals(const char *_Nonnull pattern, size_t length, bool ignores_case, int64_t memory,
                     char *_Nonnull literals, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
