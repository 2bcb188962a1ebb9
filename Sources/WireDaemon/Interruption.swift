import Dispatch
import Glibc
import Synchronization

/// Lets SIGTERM and SIGINT end work in order instead of killing the process. A second signal ends the process at once,
/// with exit code 1.
///
/// Listens from `init` to `end`; work outside `run` is not cut short.
final class Interruption: Sendable {
    private struct State {
        var signals = 0
        /// Of the work in `run`; finished to cancel it.
        var alarm: AsyncStream<Never>.Continuation?
        var sources: [any DispatchSourceSignal] = []
    }

    private let state: Mutex<State>

    init(signals: [CInt] = [SIGTERM, SIGINT]) {
        state = Mutex(State())
        state.withLock { state in
            for number in signals {
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { [weak self] in self?.take() }
                source.resume()
                state.sources.append(source)
            }
        }
    }

    /// Whether a signal has come.
    var hasCome: Bool { state.withLock { $0.signals > 0 } }

    /// Stops listening. The signals stay without effect: what is left is short.
    func end() { state.withLock { for source in $0.sources { source.cancel() } } }

    /// Runs `work`; a signal cancels it, also one that came before.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let (silence, alarm) = AsyncStream.makeStream(of: Never.self)
        let isLate = state.withLock { state in
            state.alarm = alarm
            return state.signals > 0
        }
        if isLate { alarm.finish() }
        defer { state.withLock { $0.alarm = nil } }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in silence {}
                return nil
            }
            var value: Value?
            while let result = try await group.next() {
                if let result {
                    value = result
                    alarm.finish()
                } else {
                    group.cancelAll()
                }
            }
            guard let value else { throw CancellationError() }
            return value
        }
    }

    private func take() {
        let (count, alarm) = state.withLock { state in
            state.signals += 1
            return (state.signals, state.alarm)
        }
        // The store is as safe as after a power loss.
        if count > 1 { _exit(1) }
        alarm?.finish()
    }
}
