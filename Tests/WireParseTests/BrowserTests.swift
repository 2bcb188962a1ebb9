import Foundation
import Testing
import WireParse

/// What the sanitiser lets through does nothing in a real browser: rows T30 and T31 of the threats.
@Suite(.serialized) struct BrowserTests {
    private static let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    private static let needs: Comment = "needs Debian's chromium: scripts/setup --tests"

    @Test func t31_cleaningTwiceChangesNothing() {
        for attack in AttackStrings.all {
            for base in [nil, "https://media.invalid/d/"] {
                let once = Sanitizer(base: base).clean(attack)
                #expect(Sanitizer(base: base).clean(once) == once, "\(attack)")
            }
        }
        #expect(AttackStrings.all.count >= 500)
    }

    @Test(.enabled(if: chromium != nil, needs))
    func t30_attacksDoNothingInABrowser() throws {
        let sanitizer = Sanitizer(base: "http://media.invalid/d/")
        let report = try run(AttackStrings.all.map(sanitizer.clean))
        #expect(report == "done; hits: ; elements: ; requests: ")
    }

    /// The same page without the sanitiser: the trap works.
    @Test(.enabled(if: chromium != nil, needs))
    func theTrapCatchesWhatIsNotCleaned() throws {
        let report = try run([
            "<img src=x.png onerror=hit()>", "<script>hit()</script>", "<a href='java\tscript:hit()'>x</a>",
            "<link rel=stylesheet href=http://evil.invalid/x.css>",
            "<p style='background:url(http://evil.invalid/i.png)'>x</p>",
        ])
        #expect(
            report.firstMatch(of: /hits: [01 ]*0[01 ]*/) != nil && report.firstMatch(of: /hits: [01 ]*1[01 ]*/) != nil)
        #expect(report.contains("A.href") && report.contains("LINK") && report.contains("P.style"))
        #expect(report.contains("evil.invalid/x.css"))
    }

    /// Shows the articles as a page does, reads each again as scripts of a page would, clicks what can be clicked.
    /// - Returns: which articles ran something, which elements should not be there, which requests were made.
    private func run(_ articles: [String]) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wirewatch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let body = articles.enumerated().map { "<div class=article id=a\($0.offset)>\($0.element)</div>" }
        let page = BrowserTests.head + body.joined(separator: "\n") + BrowserTests.tail
        let file = folder.appendingPathComponent("page.html")
        try page.write(to: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(BrowserTests.chromium))
        process.arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
            "--user-data-dir=\(folder.appendingPathComponent("profile").path)", "--virtual-time-budget=20000",
            "--timeout=60000",
            "--dump-dom", file.absoluteString,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let dump = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let start = try #require(
            dump.range(of: "<output id=\"report\">"), "the page went elsewhere: \(dump.prefix(200))")
        return String(dump[start.upperBound...].prefix { $0 != "<" })
    }

    private static let head = """
        <!DOCTYPE html><html><head><meta charset="utf-8"><title>articles</title><script>
        var hits = [], bad = [], current = -1;
        function hit() {
            var at = document.currentScript || (window.event && window.event.target);
            var article = at && at.closest && at.closest(".article");
            hits.push(article ? article.id.slice(1) : String(current));
        }
        alert = confirm = prompt = open = hit;
        </script></head><body>

        """
    private static let tail = """

        <output id="report">not run</output><script>
        addEventListener("load", function () {
            var names = "A ABBR ASIDE AUDIO B BLOCKQUOTE BR CAPTION CITE CODE DD DEL DETAILS DFN DIV DL DT EM FIGCAPTION FIGURE " +
                "H1 H2 H3 H4 H5 H6 HR I IMG INS KBD LI MARK OL P PICTURE PRE Q RP RT RUBY S SAMP SMALL SOURCE SPAN STRONG SUB " +
                "SUMMARY SUP TABLE TBODY TD TFOOT TH THEAD TIME TR U UL VAR VIDEO WBR";
            var attributes = "href src srcset poster alt title width height datetime cite colspan rowspan scope start type lang dir " +
                "controls loading";
            names = names.split(" "); attributes = attributes.split(" ");
            function check(root, id) {
                for (var element of root.querySelectorAll("*")) {
                    if (!names.includes(element.tagName)) bad.push(id + " " + element.tagName);
                    for (var attribute of element.attributes) {
                        var name = attribute.name, value = element[name];
                        if (!attributes.includes(name)) bad.push(id + " " + element.tagName + "." + name);
                        if (["href", "src", "poster", "cite"].includes(name) && typeof value == "string" && value &&
                            !/^(https?|mailto|tel|file):/.test(value) && !/^data:image\\/(png|gif|jpeg|webp)[;,]/.test(value))
                            bad.push(id + " " + element.tagName + "." + name);
                    }
                    if (element.tagName != "A" || /^#|^$/.test(element.getAttribute("href") || "")) try { element.click(); } catch (e) {}
                }
            }
            document.querySelectorAll(".article").forEach(function (article, index) {
                current = index;
                check(article, index);
                var text = article.innerHTML;
                // Reading what was written must not make it another thing.
                for (var round = 0; round < 3; round++) {
                    var copy = document.createElement("div");
                    copy.innerHTML = text;
                    check(copy, index + " again");
                    text = copy.innerHTML;
                    document.body.appendChild(copy);
                }
            });
            setTimeout(function () {
                var asked = performance.getEntriesByType("resource").map(function (e) { return e.name; })
                    .filter(function (name) { return !/^http:\\/\\/media\\.invalid\\/d\\//.test(name) && !/^data:/.test(name); });
                document.getElementById("report").textContent = "done; hits: " + hits.join(" ") + "; elements: " +
                    Array.from(new Set(bad)).join(", ") + "; requests: " + Array.from(new Set(asked)).join(" ");
            }, 5000);
        });
        </script></body></html>
        """
}
