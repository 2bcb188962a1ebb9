#include "allocator.h"

#include <jemalloc/jemalloc.h>

/* One arena: a round of many feeds, each parsed on some thread, would else leave its largest documents in as many arenas as there are
   threads. Pieces of up to 16 KiB come from a cache of each thread and need no lock. What is unused for half a second goes back,
   by a thread of jemalloc's own: a service at rest calls nothing that would see to it. The variable MALLOC_CONF counts more. */
const char *malloc_conf =
    "narenas:1,lg_tcache_max:14,background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:0";

#define TEXT(number) #number
#define ALL_ARENAS(number) "arena." TEXT(number) ".purge"

void ww_give_back(void) {
    mallctl("thread.tcache.flush", 0, 0, 0, 0);
    mallctl(ALL_ARENAS(MALLCTL_ARENAS_ALL), 0, 0, 0, 0);
}
