import WireModel
import WireStore

/// When a message is tried again after an attempt that failed (delivery.md sections 3 to 5).
struct RetrySchedule: Sendable {
    enum Ending: Hashable, Sendable {
        case retry(after: Duration)
        case dead
    }

    private let delays: [Duration]
    /// After an answer that refuses the message as it is.
    private let refusedDelays: [Duration]

    init(_ kind: ChannelDescriptor.Retry) {
        switch kind {
        case .webhook:
            delays = RetrySchedule.threeDays
            refusedDelays = RetrySchedule.threeDays
        case .chat:
            delays = RetrySchedule.threeDays
            refusedDelays = [.seconds(300), .seconds(1_500)]
        case .mail:
            // 5 min, 30 min, 2 h, then every 4 h until three days are over.
            delays = [.seconds(300), .seconds(1_800), .seconds(7_200)] + Array(repeating: .seconds(14_400), count: 17)
            refusedDelays = []
        case .local:
            delays = [.seconds(5), .seconds(300)]
            refusedDelays = [.seconds(5), .seconds(300)]
        }
    }

    /// 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: ten attempts in 75 h 35 min 5 s.
    private static let threeDays = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map {
        Duration.seconds($0)
    }

    /// - Parameters:
    ///   - attempt: the one that failed, from 1.
    ///   - chance: 0 to 1; spreads the retries by a tenth either way.
    ///   - least: what the other side asked for.
    func next(attempt: Int, isRefusal: Bool, chance: Double, least: Duration? = nil) -> Ending {
        let table = isRefusal ? refusedDelays : delays
        guard attempt >= 1, attempt <= table.count else { return .dead }
        let planned = table[attempt - 1]
        let spread = Double(planned.wholeMilliseconds) * (0.9 + 0.2 * min(max(chance, 0), 1))
        return .retry(after: max(.milliseconds(Int64(spread)), least ?? .zero))
    }
}

extension ChannelHealth {
    enum Limits {
        /// Failures in a row after which only probes are sent.
        static let circuit = 5
        static let longestPause = Duration.seconds(600)
        /// A channel that failed for so long is switched off.
        static let patience = Duration.seconds(5 * 86_400)
    }

    mutating func noteSuccess(at now: Timestamp) {
        failures = 0
        failingSince = nil
        pausedUntil = nil
        isOff = false
        lastDone = now
        lastError = nil
    }

    /// - Parameter wait: what the other side asked for.
    mutating func noteFailure(_ error: String, at now: Timestamp, wait: Duration? = nil, isGone: Bool = false) {
        failures += 1
        lastError = error
        if let since = failingSince, since <= now {
            if now - since >= Limits.patience { isOff = true }
        } else {
            failingSince = now
        }
        if isGone { isOff = true }
        var pause = wait ?? .zero
        if failures >= Limits.circuit {
            // One probe at a time, ever further apart: the messages behind keep their attempts.
            let exponent = min(failures - Limits.circuit, 10)
            pause = max(pause, min(Limits.longestPause, .seconds(5 << exponent)))
        }
        pausedUntil = pause > .zero ? now + pause : nil
    }

    /// A pause that is longer than any we make or honour is that of a clock which was set back.
    func isPaused(at now: Timestamp) -> Bool {
        guard let until = pausedUntil else { return isOff }
        return isOff || until > now && until - now <= Limits.patience
    }
}
