import CAllocator
import Foundation

/// How the allocator of the C library holds memory that is free.
enum Allocator {
    /// Two arenas for all threads, and what is free at an arena's end goes back to the system: a round of many feeds, each
    /// parsed on some thread, would else leave its largest documents in as many arenas as there are threads.
    ///
    /// The variables that glibc reads for the same count more.
    static func prepare() {
        let environment = ProcessInfo.processInfo.environment
        if environment["MALLOC_ARENA_MAX"] == nil { ww_set_arenas(2) }
        if environment["MALLOC_TRIM_THRESHOLD_"] == nil { ww_set_trim_threshold(128 << 10) }
    }
}
