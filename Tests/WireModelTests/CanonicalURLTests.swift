import Testing
import WireModel
import WireTesting

@Suite struct CanonicalURLTests {
    @Test(arguments: [
        ("HTTP://Example.ORG/Path", "https://example.org/Path"), ("https://example.org", "https://example.org/"),
        ("http://example.org:80/", "https://example.org/"), ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"), ("https://example.org./", "https://example.org/"),
        ("https://example.org/a#b", "https://example.org/a"),
        ("https://example.org/?b=2&a=1", "https://example.org/?a=1&b=2"),
        ("https://example.org/?utm_source=x&utm_medium=y", "https://example.org/"),
        ("https://example.org/?id=1&fbclid=2&gclid=3&mc_cid=4&mc_eid=5&at_medium=6", "https://example.org/?id=1"),
        ("https://example.org/?ref=rss", "https://example.org/"),
        ("https://example.org/?ref=42", "https://example.org/?ref=42"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/../a", "https://example.org/a"),
        ("https://example.org/a/..", "https://example.org/"), ("https://example.org/a/.", "https://example.org/a/"),
        ("https://example.org/%7euser", "https://example.org/~user"),
        ("https://example.org/%2f", "https://example.org/%2F"),
        ("https://example.org/é", "https://example.org/%C3%A9"),
        ("https://user:pw@example.org/", "https://example.org/"),
        ("https://example.org/a//b", "https://example.org/a//b"), (" https://example.org/ ", "https://example.org/"),
        ("https://example.org?x", "https://example.org/?x"), ("https://[::1]:443/", "https://[::1]/"),
        ("https://example.org/?", "https://example.org/"), ("https://example.org/?&&a", "https://example.org/?a"),
    ])
    func namesThePage(_ url: String, _ expected: String) {
        let canonical = CanonicalURL(url)
        #expect(canonical?.text == expected)
        #expect(canonical.flatMap { CanonicalURL($0.text) } == canonical)
    }

    /// Addresses that need nothing decoded or sorted are read in one pass. A blank before one makes it go the other way.
    @Test func bothWaysAgree() {
        let parts = [
            "https://", "http://", "HTTP://", "example", "Example", ".org", ".", "/", "/a", "/..", "/.", ".", "?", "&",
            "b=2", "a=1", "utm_source=x", "ref=rss", "REF=Feed", "ref=42", "reference", "fbclid=1", "fbclid", "%41",
            "#x",
            "é", "@", ":80", ":8080", "\\", "~", "==", "&&",
        ]
        var numbers = FixedNumbers(seed: 7)
        var ordinary = 0
        for _ in 0..<20_000 {
            var url =
                ["https://example.org/", "http://News.example/a?", "https://"].randomElement(using: &numbers) ?? ""
            for _ in 0..<Int.random(in: 0..<8, using: &numbers) { url += parts.randomElement(using: &numbers) ?? "" }
            let read = CanonicalURL(url)
            #expect(read == CanonicalURL(" " + url), "\(url)")
            ordinary += read == nil ? 0 : 1
        }
        #expect(ordinary > 10_000)
    }

    @Test(arguments: [
        "", "ftp://example.org/", "example.org", "http://", "http:///x", "mailto:x@example.org", "javascript:1",
    ])
    func refusesWhatIsNoPage(_ url: String) { #expect(CanonicalURL(url) == nil) }
}
