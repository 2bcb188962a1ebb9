import Synchronization

/// How many fetched documents are in work at once, from parsing to their commit. The others wait as the bytes they came in,
/// which are a tenth of what is made of them.
final class DocumentGate: Sendable {
    enum Limits {
        static let documents = 32
    }

    private struct State {
        var free = Limits.documents
        /// In the order in which they came.
        var waiting: [CheckedContinuation<Void, Never>] = []
        var next = 0
    }

    private let state = Mutex(State())

    /// How many wait for a place.
    var waitingCount: Int { state.withLock { $0.waiting.count - $0.next } }

    /// Returns when there is a place, which `leave` must give back.
    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.next < state.waiting.count else {
                state.free += 1
                return nil
            }
            let next = state.waiting[state.next]
            state.next += 1
            if state.next == state.waiting.count {
                state.waiting.removeAll(keepingCapacity: true)
                state.next = 0
            }
            return next
        }
        next?.resume()
    }
}
