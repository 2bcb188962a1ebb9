import Dispatch
import Glibc
import Synchronization

/// A signal as something to wait for. What comes while nobody waits counts as one.
final class SignalStream: Sendable {
    private struct State {
        var hasCome = false
        var waiting: CheckedContinuation<Bool, Never>?
        var source: (any DispatchSourceSignal)?
    }

    private let state = Mutex(State())

    init(_ number: CInt) {
        signal(number, SIG_IGN)
        state.withLock { state in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in self?.take() }
            source.resume()
            state.source = source
        }
    }

    /// Waits for the next signal; false if the task was cancelled.
    func next() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.hasCome {
                        state.hasCome = false
                        return true
                    }
                    state.waiting = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            wake()?.resume(returning: false)
        }
    }

    func end() { state.withLock { $0.source?.cancel() } }

    private func take() {
        let waiting = state.withLock { state in
            let waiting = state.waiting
            state.waiting = nil
            if waiting == nil { state.hasCome = true }
            return waiting
        }
        waiting?.resume(returning: true)
    }

    private func wake() -> CheckedContinuation<Bool, Never>? {
        state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
    }
}
