import Testing
import WireFetch
import WireModel

@Suite("Cache policy")
struct CachePolicyTests {
    /// 2026-01-01T00:00:00Z, a Thursday.
    let now = Fixture.start

    @Test(
        "P09 P10 Freshness",
        arguments: [
            (["Cache-Control: max-age=7200", "Age: 600"], 6600), (["Cache-Control: max-age=31536000"], 86_400),
            (["Cache-Control: public, Max-Age = \"300\""], 300), (["Cache-Control: s-maxage=300"], 0),
            (["Cache-Control: max-age=60", "Cache-Control: public"], 60),
            (["Cache-Control: max-age=99999999999999999999"], 86_400),
            (["Cache-Control: max-age=-5"], 0), (["Cache-Control: max-age"], 0),
            (["Cache-Control: no-cache, max-age=60"], 0),
            (["Cache-Control: no-store"], 0), (["Cache-Control: max-age=60", "Age: 100"], 0),
            (["Cache-Control: max-age=60, max-age=90"], 60), (["Cache-Control: max-age=60", "Age: much"], 60),
            (["Expires: Thu, 01 Jan 2026 01:00:00 GMT", "Date: Thu, 01 Jan 2026 00:30:00 GMT"], 1800),
            (["Expires: Thu, 01 Jan 2026 01:00:00 GMT"], 3600), (["Expires: Fri, 01 Jan 2027 01:00:00 GMT"], 86_400),
            (["Expires: 0"], 0), (["Expires: -1"], 0), (["Expires: soon"], 0),
            (["Expires: Thu, 01 Jan 1970 00:00:00 GMT"], 0),
            (["Expires: Thu, 01 Jan 2026 01:00:00 GMT", "Cache-Control: max-age=10"], 10),
            (["Expires: Thu, 01 Jan 2026 01:00:00 GMT", "Cache-Control: max-age=x"], 0), ([], 0),
            (["Cache-Control: ,,=,\"", "Expires: "], 0),
        ] as [([String], Int)])
    func freshness(lines: [String], seconds: Int) {
        let fresh = CachePolicy.freshUntil(ResponseHead(lines), now: now)
        #expect(fresh == (seconds == 0 ? nil : now + .seconds(seconds)))
    }

    @Test(
        "P13 Retry-After on 429 and 503",
        arguments: [
            ("120", 120, 120), ("Thu, 01 Jan 2026 00:05:00 GMT", 300, 300),
            ("Thursday, 01-Jan-26 00:05:00 GMT", 300, 300),
            ("Thu Jan  1 00:05:00 2026", 300, 300), ("Wed, 31 Dec 2025 00:00:00 GMT", 3600, 0),
            ("1000000000", 604_800, 604_800), ("99999999999999999999999", 604_800, 604_800),
            ("Fri, 01 Jan 2100 00:00:00 GMT", 604_800, 604_800), ("soon", 3600, 0), ("-5", 3600, 0), ("", 3600, 0),
            ("0", 3600, 0), ("1.5", 3600, 0), ("120 seconds", 3600, 0),
        ])
    func retryAfter(value: String, on429: Int, on503: Int) {
        let head = ResponseHead(["Retry-After: \(value)"])
        let throttled = CachePolicy.retryAfter(head, status: 429, failures: 0, now: now)
        #expect(throttled == now + .seconds(on429))
        let unavailable = CachePolicy.retryAfter(head, status: 503, failures: 0, now: now)
        #expect(unavailable == (on503 == 0 ? nil : now + .seconds(on503)))
    }

    @Test(
        "A 429 without a time: one hour, doubling to a day", arguments: [(0, 1), (1, 2), (4, 16), (5, 24), (1000, 24)])
    func doubling(failures: Int, hours: Int) {
        let until = CachePolicy.retryAfter(ResponseHead(), status: 429, failures: failures, now: now)
        #expect(until == now + .seconds(hours * 3600))
    }
}
