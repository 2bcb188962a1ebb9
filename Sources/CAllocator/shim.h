#ifndef WW_CALLOCATOR_SHIM_H
#define WW_CALLOCATOR_SHIM_H

/* mallopt(3) and malloc_trim(3), which Swift's Glibc module does not show. */
#include <malloc.h>

static inline void ww_set_arenas(int count) { mallopt(M_ARENA_MAX, count); }

static inline void ww_give_back(void) { malloc_trim(0); }

#endif
