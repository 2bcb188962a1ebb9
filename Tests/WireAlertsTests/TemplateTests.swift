import Foundation
import Testing
import WireModel

@testable import WireAlerts

struct TemplateTests {
    private func templates(title: String? = nil, text: String? = nil) throws(ChannelError) -> MessageTemplates {
        var values: [String: JSONValue] = [:]
        if let title { values["templates.title"] = .string(title) }
        if let text { values["templates.text"] = .string(text) }
        return try MessageTemplates(ChannelSettings(name: "desk", values: values))
    }

    private func text(_ template: String, _ message: AlertMessage = MailSamples.typical) throws -> String {
        try templates(text: template).fill(message, title: "Built-in title", text: "Built-in text").text
    }

    // MARK: Filling

    @Test(arguments: [
        ("{{title}} / {{text}}", "Built-in title / Built-in text\n"),
        ("{{severity}}: {{topics}}, {{count}} ({{hidden}} hidden)", "urgent: Floods, 27 (23 hidden)\n"),
        ("{{channel}} {{group}} {{type}} {{time}}", "desk topic=floods alert.created 1 Mar 2026, 12:00 UTC\n"),
        ("{{#link}}See {{link}}{{/link}}", "See https://wirewatch.example/topics/floods\n"),
        ("{{#flood}}flood{{/flood}}{{^flood}}no flood{{/flood}}", "no flood\n"),
        ("{{uppercased(severity)}} {{#empty(topics)}}x{{/empty(topics)}}{{count(items)}}", "URGENT 4\n"),
        ("{{! said by nobody }}a", "a\n"),
        ("{{ title }}{{{title}}}{{&title}}", String(repeating: "Built-in title", count: 3) + "\n"),
        ("{{#items}}{{index()}}{{^last()}}, {{/last()}}{{/items}}", "0, 1, 2, 3\n"),
        (
            "{{#first(items)}}{{marked_title}} | {{feed}} | {{reason}}{{/first(items)}}",
            "«River» bursts its banks, three villages «flooded» | Example News | river NEAR/9 flood* ← River, flooded\n"
        ),
        ("{{#notice}}{{title}}{{/notice}}{{^notice}}none{{/notice}}{{notice.title}}", "none\n"),
        ("{{#items}}\n- {{topic}}\n{{/items}}\nend", "- Floods\n- Floods\n- Floods\n- Floods\nend\n"),
        ("{{#title}}{{#items}}{{#link}}{{alert}}{{/link}}{{/items}}{{/title}}", "1234\n"),
    ])
    func `fields are filled in`(template: String, expected: String) throws {
        #expect(try text(template) == expected)
    }

    @Test func `the manual's example works`() throws {
        let template = """
            {{#items}}
            {{title}} ({{feed}}, {{time}})
              {{marked_excerpt}}
              {{#link}}{{link}}{{/link}}
            {{/items}}
            {{^equalzero(hidden)}}and {{hidden}} more{{/equalzero(hidden)}}
            {{#notice}}{{title}}: {{text}}{{/notice}}
            """
        let lines = try text(template).split(separator: "\n")
        #expect(lines.count == 13 && lines.last == "and 23 more")
        #expect(lines[0] == "River bursts its banks, three villages flooded (Example News, 1 Mar 2026, 11:00 UTC)")
        #expect(lines[1].hasPrefix("  The «river» Ouse rose") && lines[2] == "  https://news.example/a")
    }

    @Test func `plain text comes out: nothing is escaped for HTML`() throws {
        let message = MailSamples.message([MailSamples.item("Fish & <chips> \"now\" 'here'")])
        #expect(
            try text("{{#items}}{{title}} {{{title}}}{{/items}}", message)
                == "Fish & <chips> \"now\" 'here' Fish & <chips> \"now\" 'here'\n")
    }

    @Test func `an article without a link has not the message's`() throws {
        let message = MailSamples.message([MailSamples.item("A", url: nil)], link: "https://wirewatch.example/")
        #expect(
            try text("{{#items}}[{{link}}]{{#link}}yes{{/link}}{{^link}}no{{/link}}{{/items}}", message) == "[]no\n")
    }

    @Test func `a notice has fields`() throws {
        let notice = Notice(
            id: NoticeID(rawValue: 7), kind: .feedFailing, subject: "https://a.example/feed", severity: .high,
            title: "A feed fails", text: "Since Monday.\nSee to it.", created: MailSamples.now)
        let message = MailSamples.message([], kind: .notice(.feedFailing, isCleared: false), notice: notice)
        #expect(
            try text(
                "{{notice.kind}}: {{#notice}}{{title}} {{subject}}\n{{text}}{{^cleared}}!{{/cleared}}{{/notice}}",
                message)
                == "feed.failing: A feed fails https://a.example/feed\nSince Monday.\nSee to it.!\n")
    }

    @Test func `D09 nothing from outside is markup, a line of a title or a control character`() throws {
        let hostile = [
            "a\r\nb\u{0}c\u{2028}d", "{{#items}}{{title}}{{/items}} {{", "\u{1B}[31mred\u{7}", "\u{202E}drowkcab",
            "👩‍👩‍👧‍👦 العربية",
            String(repeating: "long ", count: 200_000),
        ]
        let message = MailSamples.message(hostile.enumerated().map { MailSamples.item($1, number: Int64($0)) })
        let filled = try templates(title: "{{#items}}{{title}} \n{{/items}}", text: "{{#items}}{{title}}\n{{/items}}")
            .fill(message, title: "t", text: "x")
        #expect(filled.title.count == 200 && filled.title.hasPrefix("a bc d {{#items}}{{title}}{{/items}} {{ [31mred"))
        #expect(!filled.title.contains { $0.isNewline })
        let lines = filled.text.split(separator: "\n")
        #expect(lines.prefix(5) == ["a  bc d", "{{#items}}{{title}}{{/items}} {{", "[31mred", "drowkcab", "👩‍👩‍👧‍👦 العربية"])
        #expect(lines.count == 6 && lines[5].utf8.count < 500)
    }

    @Test func `a template that gives nothing is not used, and the text says so`() throws {
        let filled = try templates(title: "{{#flood}}x{{/flood}}", text: " \n{{#digest}}x{{/digest}}\n")
            .fill(MailSamples.typical, title: "Built-in title", text: "Built-in text\n")
        #expect(filled.title == "Built-in title")
        #expect(
            filled.text
                == """
                Built-in text

                (The template “title” of channel “desk” gave nothing; this is the built-in title.)

                (The template “text” of channel “desk” gave nothing; this is the built-in text.)

                """)
    }

    @Test func `a text that grows is cut`() throws {
        let template = String(repeating: "{{#items}}{{text}}{{/items}}", count: 500)
        let filled = try templates(text: template)
            .fill(MailSamples.typical, title: "t", text: String(repeating: "long ", count: 2_000))
        #expect(filled.text.utf8.count <= MessageTemplates.Limits.text + 10 && filled.text.hasSuffix("\n…\n"))
    }

    // MARK: Faults

    @Test(arguments: [
        ("{{titel}}", "line 1, column 1: there is no field “titel” here; did you mean “title”?"),
        (
            "a\n  {{#items}}\n{{excrept}}{{/items}}",
            "line 3, column 1: there is no field “excrept” here; did you mean “excerpt”?"
        ),
        ("{{marked_title}}", "line 1, column 1: there is no field “marked_title” here; there are channel, count,"),
        ("über {{title", "line 1, column 6: the tag is not closed; write }}"),
        ("{{{title}}", "line 1, column 1: the tag is not closed; write }}}"),
        ("{{#items}}", "line 1, column 1: the section {{#items}} is not closed; write {{/items}}"),
        ("{{/items}}", "line 1, column 1: no section “items” is open here"),
        ("{{#items}}{{#link}}{{/items}}", "line 1, column 20: the section {{#link}} is open here; close it first"),
        ("{{items}}", "“items” is a list; write {{#items}} … {{/items}}"),
        ("{{notice}}", "“notice” has fields"), ("{{items.title}}", "there is no field “title” here"),
        ("{{notice.titel}}", "did you mean “title”?"), ("{{}}", "the tag names nothing"),
        ("{{a b}}", "a tag names one field"),
        ("{{.}}", "there is no field “” here"), ("{{title.x}}", "there is no field “x” here"),
        ("{{> part}}", "partials and blocks are not taken"), ("{{<a}}{{/a}}", "partials and blocks are not taken"),
        ("{{$a}}{{/a}}", "partials and blocks are not taken"),
        ("{{=| |=}}|#items||/items|", "other delimiters are not taken"),
        ("{{% CONTENT_TYPE: HTML}}", "settings of the template language are not taken"),
        ("{{#items}}{{#items}}{{/items}}{{/items}}", "“items” is within the items already"),
        ("{{#items}}{{#first(items)}}{{/first(items)}}{{/items}}", "“first(items)” is within the items already"),
        ("{{first()}}", "can be asked directly within the items only"),
        ("{{#items}}{{#link}}{{last()}}{{/link}}{{/items}}", "can be asked directly within the items only"),
        ("{{#items}}{{next()}}{{/items}}", "there is no “next()”"),
        ("{{shout(title)}}", "“shout” cannot be made of “title”"),
        ("{{uppercased(count)}}", "“uppercased” cannot be made of “count”"), ("{{uppercased(title}}", "the brackets"),
        ("{{uppercased(title))}}", "the brackets"), ("{{(title)}}", "“” cannot be made of “title”"),
        (String(repeating: "{{#title}}", count: 17), "more than 16 sections"),
        (String(repeating: "x", count: 20_000), "longer than 16384 bytes"),
    ])
    func `a fault is told with its place`(template: String, reason: String) throws {
        do throws(ChannelError) {
            _ = try templates(text: template)
            Issue.record("accepted")
        } catch {
            guard case .badTemplate("text", let said) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(said.hasPrefix("line ") && said.contains(reason), "\(said)")
        }
    }

    /// What the check takes, the library takes too, and neither traps, whatever is cut out of a template or put into it.
    @Test func `any text is a template or a fault`() throws {
        let seed =
            "{{#items}}{{^last()}}, {{/last()}}{{{title}}}{{&link}}\n {{! no }} {{uppercased(title)}}{{/items}}\r\n{{notice.title}}"
        let pieces = [
            "{{", "}}", "{", "}", "#", "/", "^", "items", "(", ")", "\n", " ", "=", "<", "$", "%", "!", "é", "|", ".",
        ]
        var random = SystemRandomNumberGenerator()
        var taken = 0
        for _ in 0..<4_000 {
            var text = Array(seed.unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let start = Int.random(in: 0...text.count, using: &random)
                let end = min(text.count, start + Int.random(in: 0...12, using: &random))
                let piece = Bool.random(using: &random) ? pieces.randomElement(using: &random) ?? "" : ""
                text.replaceSubrange(start..<end, with: Array(piece.unicodeScalars))
            }
            let template = String(String.UnicodeScalarView(text))
            do throws(ChannelError) {
                _ = try templates(text: template).fill(MailSamples.typical, title: "t", text: "x")
                taken += 1
            } catch {
                guard case .badTemplate("text", let reason) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(reason.contains(": "), "\(template)")
            }
        }
        #expect(taken > 0)
    }

    // MARK: Channels

    @Test func `a mail takes its subject and its text from them`() throws {
        let channel = try EmailChannel(
            ChannelSettings(
                name: "desk",
                values: [
                    "host": "localhost", "from": "wirewatch@example.org", "to": ["desk@example.org"],
                    "templates.title": "[wire] {{topics}}\n{{count}}", "templates.text": "Only {{count}}",
                ]), WebhookTests.outside())
        let mail = String(decoding: channel.render(MailSamples.typical), as: UTF8.self)
        #expect(mail.contains("\r\nSubject: [wire] Floods 27\r\n"))
        #expect(mail.contains("\r\n\r\nOnly 27\r\n") && mail.contains("text/html"))
    }

    @Test func `a command gets them as title and text`() throws {
        let channel = try CommandChannel(
            ChannelSettings(
                name: "desk",
                values: ["command": ["/bin/true"], "templates.title": "T {{count}}", "templates.text": "X {{count}}"]),
            WebhookTests.outside())
        let body = try JSONReader.read(try channel.render(MailSamples.typical))
        #expect(body["title"] == "T 27" && body["text"] == "X 27\n")
    }

    @Test func `channels without words of their own refuse them`() {
        let values: [String: JSONValue] = [
            "url": "https://example.org/", "folder": "/tmp/x", "templates.text": "{{title}}",
        ]
        for kind in [WebhookChannel.self, OutfeedChannel.self] as [any Channel.Type] {
            #expect(throws: ChannelError.self) {
                try kind.init(ChannelSettings(name: "desk", values: values), WebhookTests.outside())
            }
        }
    }
}
