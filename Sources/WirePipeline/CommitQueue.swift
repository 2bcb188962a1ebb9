import WireModel
public import WireStore

/// Lets checks that end at the same time share one commit: each write stays all-or-nothing, the disk is asked once.
///
/// The first caller commits; those that come meanwhile wait, and the first of them commits for all of them next.
public actor CommitQueue {
    private enum Turn {
        case done(Result<CycleReceipt, StoreError>)
        case commit
    }

    private struct Waiting {
        let write: CycleWrite
        let continuation: CheckedContinuation<Turn, Never>
    }

    public enum Limits {
        /// Writes in one commit: bounds what one transaction keeps in memory.
        static let batch = 128
    }

    private let store: any Store
    private var waiting: [Waiting] = []
    private var isCommitting = false

    public init(store: any Store) { self.store = store }

    /// Returns when `write` is on the disk.
    public func commit(_ write: CycleWrite) async throws(StoreError) -> CycleReceipt {
        if isCommitting {
            let turn = await withCheckedContinuation { waiting.append(Waiting(write: write, continuation: $0)) }
            if case .done(let result) = turn { return try result.get() }
        }
        isCommitting = true
        let others = Array(waiting.prefix(Limits.batch - 1))
        waiting.removeFirst(others.count)
        let results = await store.apply([write] + others.map(\.write))
        for (index, other) in others.enumerated() {
            other.continuation.resume(returning: .done(result(at: index + 1, of: results)))
        }
        if waiting.isEmpty {
            isCommitting = false
        } else {
            waiting.removeFirst().continuation.resume(returning: .commit)
        }
        return try result(at: 0, of: results).get()
    }

    private func result(
        at index: Int, of results: [Result<CycleReceipt, StoreError>]
    ) -> Result<CycleReceipt, StoreError> {
        guard results.indices.contains(index) else {
            return .failure(.failed(path: "", code: 0, reason: "the store gave no answer"))
        }
        return results[index]
    }
}
