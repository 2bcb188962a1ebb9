import Foundation
import Testing
import WireParse

@Suite struct SanitizerTests {
    private static let base = "https://example.org/news/item.html"

    static let structure: [(String, String)] = [
        ("<p>One</p><p>Two", "<p>One</p><p>Two</p>"),
        ("<p>One<p>Two", "<p>One</p><p>Two</p>"),
        ("<p>One<div>Two</div>Three</p>", "<p>One</p><div>Two</div>Three"),
        ("<UL><LI>a<LI>b<UL><LI>c</UL></UL>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        ("<table><tr><td>a<td>b<tr><th>c</table>d", "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>d"),
        (
            "<table><caption>t</caption><thead><tr><th>a<tbody><tr><td>b</table>",
            "<table><caption>t</caption><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>"
        ),
        ("<td>a</td><td>b</td>", "a\nb"),
        ("<b>1<i>2</b>3</i>4", "<b>1<i>2</i></b><i>3</i>4"),
        ("<p><b>1</p><p>2</p>", "<p><b>1</b></p><p><b>2</b></p>"),
        (
            "<a href=/1>a<a href=/2>b</a>c",
            "<a href=\"https://example.org/1\">a</a><a href=\"https://example.org/2\">b</a>c"
        ),
        ("<h1>a<h2>b</h1>c", "<h1>a</h1><h2>b</h2>c"),
        ("a<br>b<br/>c</br>d<hr>", "a<br>b<br>c<br>d<hr>"),
        ("<blockquote><p>x</blockquote>", "<blockquote><p>x</p></blockquote>"),
        ("<pre> a\n  b </pre>", "<pre> a\n  b </pre>"),
        ("<section>a</section><center>b</center>c", "a\nb\nc"),
        ("x</div></p></b>y", "x\ny"),
        ("<font color=red>a</font><tt>b</tt>", "ab"),
        ("<details><summary>s</summary>t</details>", "<details><summary>s</summary>t</details>"),
        ("<ruby>漢<rp>(<rt>kan<rp>)</ruby>", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"),
        ("<o:p>Word</o:p><unknown>x</unknown>", "Wordx"),
        (" \n<p>a</p>\n ", "<p>a</p>"),
        ("<html><head><title>T</title></head><body bgcolor=x>a</body></html>", "a"),
    ]

    static let characters: [(String, String)] = [
        ("1 < 2 && 3 > 2", "1 &lt; 2 &amp;&amp; 3 &gt; 2"),
        ("&lt;b&gt; &amp;amp; &quot; &apos; &nbsp;", "&lt;b&gt; &amp;amp; \" ' &nbsp;"),
        ("&eacute;&hellip;&#8217;&#x2014;&NotEqualTilde;", "é…’—≂̸"),
        ("&#146;&#x80;&#151;", "’€—"),
        ("&notit; &copy2024 &copy=1 &amp", "¬it; ©2024 ©=1 &amp;"),
        (
            "<a href=\"?a=1&copy=2&amp;lt=3\">x</a>",
            "<a href=\"https://example.org/news/item.html?a=1&amp;copy=2&amp;lt=3\">x</a>"
        ),
        ("&unknown; &; & &#; &#x; &#xZ;", "&amp;unknown; &amp;; &amp; &amp;#; &amp;#x; &amp;#xZ;"),
        ("&#0;&#xD800;&#x110000;&#xFFFE;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("a\u{0}b\u{7}c\u{B}d", "abc d"),
        ("a\r\nb\rc&#13;d", "a\nb\nc\nd"),
        ("<img alt='\"<>&amp;' src=a.png>", "<img alt=\"&quot;&lt;&gt;&amp;\" src=\"https://example.org/news/a.png\">"),
        ("<![CDATA[a <b>]]>c", "a &lt;b&gt;c"),
        ("a<!-- b -->c<!-->d<!--->e<!-- f --!>g<?php x ?>h<!doctype html>i</ j>k", "acdeghik"),
        ("a <!-- never ends", "a"),
    ]

    static let addresses: [(String, String)] = [
        ("<a href='#note'>n</a>", "<a href=\"#note\">n</a>"),
        ("<a href='other.html'>n</a>", "<a href=\"https://example.org/news/other.html\">n</a>"),
        ("<a href='//cdn.example.org/x'>n</a>", "<a href=\"https://cdn.example.org/x\">n</a>"),
        ("<a href='mailto:a@example.org'>n</a>", "<a href=\"mailto:a@example.org\">n</a>"),
        ("<a href='tel:+1'>n</a><a href='ftp://a/'>m</a>", "<a href=\"tel:+1\">n</a><a>m</a>"),
        ("<a href=' HTTP://A/B '>n</a>", "<a href=\"HTTP://A/B\">n</a>"),
        ("<img src=data:image/png;base64,AAAA>", "<img src=\"data:image/png;base64,AAAA\">"),
        ("<img src='data:image/svg+xml,<svg onload=alert(1)>'>", ""),
        ("<a href='data:image/png;base64,AAAA'>x</a>", "<a>x</a>"),
        (
            "<img srcset='a.png 1x, javascript:alert(1) 2x, b.png 2x'>",
            "<img srcset=\"https://example.org/news/a.png 1x, https://example.org/news/b.png 2x\">"
        ),
        ("<img width=1 height=1 src=t.gif>a<img width=\"0\" height=\"0\" src=t.gif>", "a"),
        ("<img width=1 height=60 src=t.gif>", "<img width=\"1\" height=\"60\" src=\"https://example.org/news/t.gif\">"),
        (
            "<video poster=p.jpg controls onplay=x><source src=v.mp4></video>",
            "<video poster=\"https://example.org/news/p.jpg\" controls=\"\"><source src=\"https://example.org/news/v.mp4\"></video>"
        ),
    ]

    static let attacks: [(String, String)] = [
        ("<script>alert(1)</script>a<SCRIPT src=x></SCRIPT >b", "ab"),
        ("<script>alert(1)", ""), ("a<style>b{}</style>c<style>@import", "ac"),
        ("<scr<script>ipt>alert(1)</scr</script>ipt>", "ipt&gt;alert(1)ipt&gt;"),
        ("<p onclick=alert(1) style='x:expression(1)' class=c id=i name=n data-x=1>a</p>", "<p>a</p>"),
        ("<a href='javascript:alert(1)'>a</a>", "<a>a</a>"), ("<a href='JaVaScRiPt:alert(1)'>a</a>", "<a>a</a>"),
        ("<a href='java\tscript:alert(1)'>a</a>", "<a>a</a>"), ("<a href='java&#10;script:alert(1)'>a</a>", "<a>a</a>"),
        ("<a href='&#1;javascript:alert(1)'>a</a>", "<a>a</a>"),
        ("<a href='&#106;avascript&colon;alert(1)'>a</a>", "<a>a</a>"),
        ("<a href='vbscript:x'>a</a><a href='data:text/html,x'>b</a>", "<a>a</a><a>b</a>"),
        ("<img src=x onerror=alert(1)>", "<img src=\"https://example.org/news/x\">"),
        ("<img/src=x/onerror=alert(1)>", "<img src=\"https://example.org/news/x/onerror=alert(1)\">"),
        ("<iframe srcdoc='<script>1</script>'>x</iframe>a", "a"), ("<object data=x>a<embed src=y></object>b", "b"),
        ("<form action=x>a<input name=b><button>c</button></form>d", "d"),
        ("<base href='https://evil.example/'><a href=x>a</a>", "<a href=\"https://example.org/news/x\">a</a>"),
        ("<meta http-equiv=refresh content='0;url=x'><link rel=stylesheet href=x>a", "a"),
        ("<svg><a xlink:href='javascript:1'>x</a></svg>a<math><mi>y</mi></math>b", "ab"),
        (
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<img src=\"https://example.org/news/x\">\"&gt;"
        ),
        (
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<table><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\"></table>"
        ),
        (
            "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
            "<img src=\"https://example.org/news/1\">\"&gt;"
        ),
        ("<template><template></template><img src=x></template>a", "a"), ("<textarea><img src=x></textarea>a", "a"),
        ("<plaintext><b>x", "<b>x</b>"), ("<xmp><b>x</xmp>y", "&lt;b&gt;x\ny"),
        ("<a title='</a><script>1</script>'>x", "<a title=\"&lt;/a&gt;&lt;script&gt;1&lt;/script&gt;\">x</a>"),
        ("<form>lost without an end", "lost without an end"),
    ]

    @Test(arguments: structure + characters + addresses + attacks)
    func cleans(_ html: String, _ expected: String) {
        let sanitizer = Sanitizer(base: SanitizerTests.base)
        let clean = sanitizer.clean(html)
        #expect(clean == expected)
        #expect(sanitizer.clean(clean) == clean)
    }

    @Test func withoutABaseLinksStayRelative() {
        #expect(
            Sanitizer().clean("<a href='x.html'>a</a><img src=/i.png>")
                == "<a href=\"x.html\">a</a><img src=\"/i.png\">")
    }

    /// Invariant 5 of architecture.md: sanitised HTML, sanitised again, is unchanged; and nothing live is in it.
    @Test func cleaningCleanHTMLChangesNothing() {
        let sanitizer = Sanitizer(base: SanitizerTests.base)
        let seeds =
            (SanitizerTests.structure + SanitizerTests.characters + SanitizerTests.addresses + SanitizerTests.attacks)
            .map(\.0)
        let pieces = [
            "<p>", "</p>", "<b>", "</b>", "<i>", "</i>", "<a href=x>", "</a>", "<table>", "<tr>", "<td>", "</td>",
            "</table>",
            "<ul>", "<li>", "</ul>", "<div>", "</div>", "<section>", "<script>", "</script>", "<svg>", "</svg>",
            "<style>",
            "</style>", "<pre>", "\n", "</pre>", "<!--", "-->", "&lt;", "&", "<", ">", "\"", "'", "&nbsp;", " ", "x",
            "<br>",
            "<h1>", "</h2>", "<form>", "</form>", "<textarea>", "<![CDATA[", "]]>", "\u{A0}", "\u{0}", "\r", "<dt>",
            "<dd>", "<caption>",
        ]
        var random = SeededRandom(seed: 42)
        for round in 0..<6_000 {
            var html = ""
            for _ in 0..<Int.random(in: 1...14, using: &random) {
                if Bool.random(using: &random) {
                    html += pieces.randomElement(using: &random) ?? ""
                } else {
                    let seed = Array((seeds.randomElement(using: &random) ?? "").unicodeScalars)
                    let start = Int.random(in: 0..<max(1, seed.count), using: &random)
                    for scalar in seed[min(start, seed.count)...].prefix(Int.random(in: 1...30, using: &random)) {
                        html.unicodeScalars.append(scalar)
                    }
                }
            }
            let clean = sanitizer.clean(html)
            #expect(sanitizer.clean(clean) == clean, "round \(round): \(html.debugDescription)")
            let lower = clean.lowercased()
            for live in [
                "<script", "<style", "<svg", "<form", "<textarea", "<iframe", "href=\"javascript", "src=\"javascript",
            ] {
                #expect(!lower.contains(live), "round \(round): \(html.debugDescription)")
            }
            #expect(isBalanced(clean), "round \(round): \(clean.debugDescription)")
        }
    }

    /// T35: bounded in time and depth whatever comes.
    @Test(arguments: [
        "<div>", "<b><p>", "<a>", "<table><tr><td>", "<!--", "<svg>", "<![CDATA[", "<form><svg><title>", "</p>", "&",
        "x",
        "<p a=1 b='", "<ul><li>", "&am", "</b></i>", "<p>",
    ])
    func hostileTextsTakeLittleTime(_ piece: String) {
        let html = String(repeating: piece, count: 300_000 / piece.utf8.count)
        let start = ContinuousClock.now
        let (clean, text) = Sanitizer(base: SanitizerTests.base).cleanAndText(html)
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(clean.utf8.count <= html.utf8.count * 40 + 100)
        #expect(text.utf8.count <= html.utf8.count)
        var depth = 0
        var deepest = 0
        for part in clean.split(separator: "<") where !part.hasPrefix("br") {
            depth += part.hasPrefix("/") ? -1 : 1
            deepest = max(deepest, depth)
        }
        #expect(deepest <= Sanitizer.Limits.depth + 1)
    }

    private func isBalanced(_ html: String) -> Bool {
        let void: Set<String> = ["br", "hr", "img", "source", "wbr"]
        var open: [String] = []
        for part in html.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
            let name = String(part.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber })
            if part.hasPrefix("/") {
                guard open.popLast() == name else { return false }
            } else if !void.contains(name) {
                open.append(name)
            }
        }
        return open.isEmpty
    }
}

@Suite struct TextExtractorTests {
    @Test(arguments: [
        ("<p>One</p><p>Two</p>", "One\nTwo"), ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<b>a</b>b <i> c</i>", "ab c"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc"), ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("<h1>T</h1>text <span>on</span>", "T\ntext on"), ("a &amp; b &lt;c&gt; &nbsp; d", "a & b <c> d"),
        ("<script>x</script>a<style>y</style>", "a"), ("  a \n\t b\u{3000}c ", "a b c"), ("", ""),
        ("<p> </p><p></p>", ""),
        ("<section>a</section><article>b</article>", "a\nb"), ("a<img alt=x src=y>b", "ab"),
        ("<p>a<p>b<div>c", "a\nb\nc"),
        ("a<!-- x -->b", "ab"), ("x<pre>a\n  b</pre>y", "x\na b\ny"), ("<dl><dt>a<dd>b</dl>", "a\nb"),
        ("<blockquote>a</blockquote>b", "a\nb"),
    ])
    func takesTextByBlocks(_ html: String, _ expected: String) {
        #expect(TextExtractor.text(of: html) == expected)
        #expect(Sanitizer().cleanAndText(html).text == expected)
    }

    @Test func tellsWhereBlocksBegin() {
        let (text, breaks) = TextExtractor.line(of: "<p>Über</p><p>two <b>words</b></p><ul><li>x")
        #expect(text == "Über two words x")
        #expect(breaks == [6, 16])
        #expect(Array(text.utf8)[6] == UInt8(ascii: "t"))
    }

    @Test(arguments: [
        ("a  b", "a b"), (" a ", "a"), ("a\u{A0}b", "a b"), ("a b", "a b"), ("", ""), ("é\u{2003}è", "é è"),
        ("a\u{200B}b", "a\u{200B}b"),
    ])
    func collapsesWhiteSpace(_ text: String, _ expected: String) { #expect(TextExtractor.collapsed(text) == expected) }

    /// The text of clean HTML is the text of what it was made of.
    @Test func cleaningKeepsTheText() {
        for (html, _) in SanitizerTests.structure + SanitizerTests.characters {
            let (clean, text) = Sanitizer().cleanAndText(html)
            let again = TextExtractor.text(of: clean)
            #expect(
                again.split(whereSeparator: \.isWhitespace) == text.split(whereSeparator: \.isWhitespace), "\(html)")
        }
    }
}
