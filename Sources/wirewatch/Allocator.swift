import CAllocator
import Foundation

/// How the allocator of the C library holds memory.
enum Allocator {
    /// Two arenas for all threads: a round of many feeds, each parsed on some thread, would else leave its largest documents in
    /// as many arenas as there are threads. The variable that glibc reads for the same counts more.
    static func prepare() {
        if ProcessInfo.processInfo.environment["MALLOC_ARENA_MAX"] == nil { ww_set_arenas(2) }
    }
}
