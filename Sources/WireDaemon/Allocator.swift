import CAllocator

/// How memory is held: jemalloc, set up in `CAllocator`, for the whole program and its libraries.
enum Allocator {
    /// Gives the system back what nothing uses. Takes some milliseconds: for the end of a large work.
    static func giveBack() { ww_give_back() }
}
