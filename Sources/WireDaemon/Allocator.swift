import CAllocator
import Foundation

/// How the allocator of the C library holds memory.
public enum Allocator {
    /// Two arenas for all threads: a round of many feeds, each parsed on some thread, would else leave its largest documents in
    /// as many arenas as there are threads. The variable that glibc reads for the same counts more.
    public static func prepare() {
        if ProcessInfo.processInfo.environment["MALLOC_ARENA_MAX"] == nil { ww_set_arenas(2) }
    }

    /// Gives the system back what nothing uses, between used pages, too. Takes some milliseconds: for the end of a large work.
    static func giveBack() { ww_give_back() }
}
