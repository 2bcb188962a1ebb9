import Synchronization

/// Wakes one sleeper: by a ring, or when its time is over. A ring that nobody waits for is kept for the next sleeper.
final class Bell: Sendable {
    private struct State {
        var isRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            if state.sleeper == nil { state.isRung = true }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns at once when the task is cancelled.
    func wait(atMost span: Duration) async {
        if span <= .zero { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A sleep that was broken off says nothing.
                if (try? await Task.sleep(for: span)) != nil { self.ring() }
            }
            await withTaskCancellationHandler {
                await sleep()
            } onCancel: {
                ring()
            }
            group.cancelAll()
        }
    }

    private func sleep() async {
        await withCheckedContinuation { continuation in
            let isAwake = state.withLock { state in
                if state.isRung {
                    state.isRung = false
                    return true
                }
                state.sleeper = continuation
                return false
            }
            if isAwake { continuation.resume() }
        }
    }
}
