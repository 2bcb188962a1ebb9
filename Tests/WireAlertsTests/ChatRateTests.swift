import Foundation
import Synchronization
import Testing
import WireFetch
import WireModel
import WireTesting

@testable import WireAlerts

/// The real dispatcher and the real channels against servers that count as the services do (delivery.md section 5), with
/// a clock of our own: eighty messages for each at once.
struct ChatRateTests {
    /// So many requests in so long, over and over.
    private struct Rate {
        let count: Int
        let span: Duration
    }

    private static let rates: [String: [Rate]] = [
        "slack": [Rate(count: 1, span: .seconds(1))], "discord": [Rate(count: 30, span: .seconds(60))],
        "telegram": [Rate(count: 1, span: .seconds(1)), Rate(count: 20, span: .seconds(60))],
        // A bucket of 60 that gains one in 5 s.
        "ntfy": (1...5).map { Rate(count: 60 + 12 * $0, span: .seconds(60 * $0)) },
    ]

    /// What the first request to a service is answered, and how long it asks to be left alone.
    private static let slowDowns: [String: (answer: FixtureServer.Answer, pause: Duration)] = [
        "slack": (.text(429, [("retry-after", "30")], "rate_limited"), .seconds(30)),
        "discord": (.text(429, [], #"{"message":"You are being rate limited.","retry_after":7.5}"#), .seconds(7.5)),
        "telegram": (.text(429, [], #"{"ok":false,"parameters":{"retry_after":40}}"#), .seconds(40)),
        "matrix": (.text(429, [], #"{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}"#), .seconds(2.5)),
        "gotify": (.text(503, [("retry-after", "11")], ""), .seconds(11)),
    ]

    private struct Seen: Sendable {
        let at: Duration
        let body: [UInt8]
        let wasTaken: Bool
    }

    /// Answers a service's first request with its plea to slow down, notes all of them with the clock's time.
    private final class Desk: Sendable {
        let seen = Mutex<[Seen]>([])
        let server: FixtureServer

        init() throws { server = try FixtureServer() }

        func open(_ kind: String, _ clock: WallAndStopwatch) {
            server.answer(by: { [self] request in
                seen.withLock { seen in
                    let plea = seen.isEmpty ? ChatRateTests.slowDowns[kind]?.answer : nil
                    seen.append(Seen(at: clock.elapsed, body: request.body, wasTaken: plea == nil))
                    return plea ?? .text(200, [], "ok")
                }
            })
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `D12 no service is asked more often than it bears, and each gets every message once`() async throws {
        let folder = try TestFolder()
        var desks: [String: Desk] = [:]
        var channels: [String: any Channel] = [:]
        for service in ChatTests.services {
            let desk = try Desk()
            desks[service.kind] = desk
            channels[service.kind] = try service.channel(desk.server)
        }
        let stage = try await Stage(
            folder: folder.path, settings: AlertSettings(), start: Timeline.start, channels: channels)
        for (kind, desk) in desks { desk.open(kind, stage.clock) }
        for number in 0..<80 {
            try await stage.push(
                "a\(number)", topic: "t\(number)", severity: .urgent, channels: Array(channels.keys), text: nil,
                times: 1)
        }
        try await run(stage, until: .seconds(3_600))
        for (kind, desk) in desks {
            let seen = desk.seen.withLock { $0 }
            #expect(seen.count(where: \.wasTaken) == 80, "\(kind)")
            #expect(Set(seen.filter(\.wasTaken).map(\.body)).count == 80, "\(kind) got a message twice")
            for rate in Self.rates[kind] ?? [] {
                let most = seen.map { first in
                    seen.count { $0.at >= first.at && $0.at < first.at + rate.span }
                }
                #expect(most.max() ?? 0 <= rate.count, "\(kind): \(most.max() ?? 0) requests in \(rate.span)")
            }
            if let plea = Self.slowDowns[kind], seen.count > 1 {
                #expect(seen[1].at - seen[0].at >= plea.pause, "\(kind) was not left alone")
            }
            desk.server.stop()
        }
        try await stage.store.close()
    }

    private func run(_ stage: Stage, until end: Duration) async throws {
        while let next = try await stage.turn() {
            let wake = max(next - stage.now, .milliseconds(1)) + stage.elapsed
            guard wake <= end else { return }
            stage.elapse(to: wake)
        }
    }
}
