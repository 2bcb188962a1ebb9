import Testing
import WireModel

@Suite("Leases at hubs")
struct PushLeaseTests {
    private let start = Timestamp(seconds: 1_800_000_000)
    private let source = PushSource(hub: "https://hub.example/", topic: "https://news.example/feed")

    private func lease(asked: Duration, until: Duration? = nil, failures: Int = 0, hub: String = "https://hub.example/")
        -> PushLease
    {
        PushLease(
            feed: FeedID(rawValue: 1), token: "t", secret: nil, hub: hub, topic: source.topic, asked: start + asked,
            until: until.map { start + $0 }, failures: failures)
    }

    private func step(_ leases: [PushLease], after span: Duration) -> PushLease.Step {
        PushLease.step(leases, hub: source, at: start + span)
    }

    @Test("P26 A lease is asked for once, renewed when four fifths are over, and asked for anew when it has ended")
    func renewal() {
        #expect(step([], after: .zero) == .ask(failures: 0))
        #expect(step([lease(asked: .zero)], after: .seconds(3_599)) == .rest)
        let active = lease(asked: .zero, until: .seconds(1_000))
        #expect(step([active], after: .seconds(799)) == .rest)
        #expect(step([active], after: .seconds(800)) == .ask(failures: 0))
        #expect(step([active, lease(asked: .seconds(800))], after: .seconds(900)) == .rest)
        #expect(step([active], after: .seconds(1_000)) == .ask(failures: 0))
    }

    @Test("P26 A hub that refuses is left alone, longer each time, a day at most")
    func refusal() {
        for (failures, patience) in [(0, 3_600), (1, 7_200), (3, 28_800), (5, 86_400), (40, 86_400)] {
            let lease = lease(asked: .zero, failures: failures)
            #expect(step([lease], after: .seconds(patience - 1)) == .rest)
            #expect(step([lease], after: .seconds(patience)) == .ask(failures: failures + 1))
        }
        // A clock that was set back must not hold it for ever.
        #expect(step([lease(asked: .seconds(100))], after: .zero) == .ask(failures: 1))
    }

    @Test("P26 Another hub is asked anew; without a hub what is left is dropped")
    func change() {
        #expect(
            step([lease(asked: .zero, until: .seconds(9_000), hub: "https://old.example/")], after: .seconds(1))
                == .ask(failures: 0))
        #expect(PushLease.step([lease(asked: .zero)], hub: nil, at: start) == .drop)
        #expect(PushLease.step([], hub: nil, at: start) == .rest)
    }

    @Test("Signatures are those of RFC 4231, and nothing else passes")
    func signatures() {
        let (key, text) = (Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        let right = [
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "SHA256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843",
            "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            "sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ]
        for header in right { #expect(Signature.isRight(header, of: text, key: key)) }
        for wrong in [
            "", "sha256=", "sha256", "=", "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", right[0] + "0",
            String(right[0].dropLast()), "sha384" + right[0].dropFirst(6),
        ] {
            #expect(!Signature.isRight(wrong, of: text, key: key), "\(wrong)")
        }
        #expect(!Signature.isRight(right[0], of: text + [0], key: key))
    }
}
