import Testing
import WireModel

@Suite struct QuantityTextTests {
    @Test(arguments: [
        ("60s", 60), ("5m", 300), ("1h", 3_600), ("7d", 604_800), ("2w", 1_209_600), ("0", 0), ("10 s", 10),
    ])
    func readsSpans(text: String, seconds: Int) {
        #expect(QuantityText.duration(text) == .seconds(seconds))
    }

    @Test(arguments: ["", "s", "5", "5x", "-5s", "1.5h", "9999999999999999w", "999999w", "٥s"])
    func refusesSpans(text: String) {
        #expect(QuantityText.duration(text) == nil)
    }

    @Test(arguments: [("10MiB", 10_485_760), ("1KiB", 1_024), ("2GiB", 2_147_483_648), ("17", 17), ("5B", 5)])
    func readsSizes(text: String, bytes: Int) {
        #expect(QuantityText.bytes(text) == bytes)
    }

    @Test(arguments: ["", "MiB", "1.5MiB", "10MB", "99999999999999GiB", "-1KiB"])
    func refusesSizes(text: String) {
        #expect(QuantityText.bytes(text) == nil)
    }

    @Test(arguments: [("10MiB", 10 << 20), ("1500B", 1_500), ("3KiB", 3_072)])
    func writesSizes(text: String, bytes: Int) {
        #expect(QuantityText.text(ofBytes: bytes) == text)
        #expect(QuantityText.bytes(text) == bytes)
    }

    @Test(arguments: [("titel", "title"), ("autor", "author"), ("lnaguage", "language"), ("xyz", nil)])
    func nearestName(word: String, expected: String?) {
        #expect(NearestName.find(word, among: ["title", "author", "language", "body"]) == expected)
    }
}
