import Testing
import WireModel
import WireParse

@Suite struct URLReferenceTests {
    /// RFC 3986, sections 5.4.1 and 5.4.2. Absolute references stay as they are.
    static let examples = [
        ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"), ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q#s"), ("g#s", "http://a/b/c/g#s"), ("g?y#s", "http://a/b/c/g?y#s"),
        (";x", "http://a/b/c/;x"), ("g;x", "http://a/b/c/g;x"), ("g;x?y#s", "http://a/b/c/g;x?y#s"),
        (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../", "http://a/b/"),
        ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../", "http://a/"), ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"), ("../../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."), (".g", "http://a/b/c/.g"), ("g..", "http://a/b/c/g.."), ("..g", "http://a/b/c/..g"),
        ("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"), ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"), ("g;x=1/./y", "http://a/b/c/g;x=1/y"), ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/./x", "http://a/b/c/g?y/./x"), ("g?y/../x", "http://a/b/c/g?y/../x"), ("g#s/./x", "http://a/b/c/g#s/./x"),
        ("g#s/../x", "http://a/b/c/g#s/../x"), ("http:g", "http:g"),
    ]

    @Test(arguments: examples)
    func resolvesAsTheStandardSays(_ reference: String, _ expected: String) {
        #expect(URLReference.resolve(reference, against: "http://a/b/c/d;p?q") == expected)
    }

    @Test(
        arguments: [
            ("  page.html\n", "http://example.org", "http://example.org/page.html"),
            ("a\nb", "http://example.org/", "http://example.org/ab"),
            ("été?q=ü", "http://example.org/x/", "http://example.org/x/été?q=ü"),
            ("page", nil, "page"), ("//cdn.example.org/i.png", "https://example.org/", "https://cdn.example.org/i.png"),
            ("HTTP://Example.org/A?utm_source=x", "http://b/", "HTTP://Example.org/A?utm_source=x"),
            ("x", "mailto:someone@example.org", "x"), ("x", "urn:isbn:1", "x"), ("b", "/a/", "/a/b"),
            ("mailto:x@example.org", "http://a/", "mailto:x@example.org"),
            ("a b.html", "http://example.org/", "http://example.org/a b.html"),
        ] as [(String, String?, String)])
    func toleratesWhatFeedsWrite(_ reference: String, _ base: String?, _ expected: String) {
        #expect(URLReference.resolve(reference, against: base) == expected)
    }

    @Test func anEmptyReferenceIsNone() {
        #expect(URLReference.resolve(" \n", against: "http://a/") == nil)
        #expect(URLReference.resolve("", against: nil) == nil)
    }

    @Test func resolvesEachBaseAgainstTheOneOutside() {
        #expect(URLReference.base(["http://a/b/", "c/", "d/e"], outside: "http://x/") == "http://a/b/c/d/e")
        #expect(URLReference.base(["c/"], outside: "http://x/y/z") == "http://x/y/c/")
        #expect(URLReference.base([], outside: nil) == nil)
    }

    @Test(arguments: [
        ("http://example.org", true), ("https://example.org:8080/x", true), ("HTTPS://[::1]/", true),
        ("ftp://example.org", false),
        ("http://", false), ("http:///x", false), ("example.org", false), ("javascript:alert(1)", false),
        ("http://example.org:port/", false), ("http://[::1/", false),
    ])
    func knowsWebAddresses(_ url: String, _ expected: Bool) { #expect(URLReference.isWeb(url) == expected) }
}
