import Synchronization
import WireFetch
import WireModel
import WireTesting

/// What the tests of this folder share.
enum Fixture {
    static let loopback = AddressGuard(allowing: [CIDR("127.64.0.0/10")].compactMap { $0 })

    /// A client that may reach the fixture servers.
    static func client(concurrency: Int = 256) -> CurlClient {
        CurlClient(options: .init(addressGuard: loopback, concurrency: concurrency))
    }

    /// Without gaps, so that tests which are not about them need not wait.
    static func openGate() -> HostGate { HostGate(rules: HostRules(["*": HostPolicy(gap: .zero)])) }

    static func fetcher(
        client: (any HTTPClient)? = nil, gate: HostGate = openGate(), settings: FetchSettings = FetchSettings()
    ) -> FeedFetcher {
        FeedFetcher(client: client ?? Fixture.client(), gate: gate, settings: settings)
    }

    static func feed(_ url: String, _ settings: FeedSettings = FeedSettings()) -> Feed {
        Feed(id: FeedID(rawValue: 1), address: url, source: .remote(url: url), settings: settings)
    }

    /// 2026-01-01T00:00:00Z.
    static let start = Timestamp(year: 2026, month: 1, day: 1)

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}

extension FetchOutcome {
    /// The outcome in a word, with the failure's code.
    var word: String {
        switch self {
        case .modified: "modified"
        case .notModified: "notModified"
        case .gone: "gone"
        case .throttled(_, let failure): "throttled:\(failure.code)"
        case .failed(_, let failure): "failed:\(failure.code)"
        }
    }
}

extension FeedState {
    /// As the pipeline does after a good document or a 304.
    mutating func remember(_ outcome: FetchOutcome) {
        switch outcome {
        case .modified(_, let facts), .notModified(let facts):
            validators = facts.validators
            if !facts.isPartial { bodyDigest = facts.bodyDigest }
            failures = 0
        case .gone, .throttled, .failed: failures += 1
        }
    }
}
