import Foundation
import Testing
import WireModel

@testable import WireStories

@Suite struct TextGroupTests {
    /// 40 words, with figures.
    private static let report = """
        The river Arden burst its banks early on Tuesday and flooded 1,200 homes in three villages, the regional \
        government said, after 84.5 millimetres of rain had fallen in six hours; nobody was hurt, but two bridges and \
        the line to the coast remain closed.
        """

    private func group(_ content: String, title: String? = "Floods", summary: String? = nil) -> Digest? {
        var item = Item(id: "x")
        item.title = title
        item.contentText = content
        item.summary = summary
        return TextGroup.of(item)
    }

    @Test(arguments: [
        report.uppercased(),
        report.replacingOccurrences(of: ", ", with: " – ").replacingOccurrences(of: ";", with: ".\n"),
        report.replacingOccurrences(of: " ", with: "  \u{A0} "),
        report.replacingOccurrences(of: "regional", with: "re\u{AD}gional"),
        "„" + report.replacingOccurrences(of: " in ", with: "\nin ") + "“",
        "Floods\n" + report,
        "LONDON (Reuters) - " + report,
        "London, March 3 (Reuters) – " + report,
        "(Reuters) - " + report,
        "Reuters — " + report,
        "WASHINGTON, D.C. (AP) — " + report,
        "Frankfurt am Main (dpa/lby) - " + report,
        "Madrid, 3 mar (EFE).- " + report,
        "BEIJING, March 3 (Xinhua) -- " + report,
        "NEW YORK--(BUSINESS WIRE)--" + report,
        "RIO DE JANEIRO [AFP]: " + report,
        report + " (Reuters)",
        report + " – dpa",
        report + "\nSource: Reuters",
        report + "\nQuelle: dpa/AFP",
        report + "\n(Reporting by J. Doe in London and A. B. Roe; Editing by Max O'Hara)",
        report + " Reporting by J. Doe; Editing by R. Roe",
        report + "\n© 2026 Agence France-Presse",
        report + "\nAssociated Press\nRead more…",
        report + "\nThe post Floods in three villages appeared first on The Daily News.",
        "LONDON (AP) — " + report + "\nReporting by J. Doe\nSource: AP",
    ])
    func theSameTextInAnotherDress(_ text: String) throws {
        let plain = try #require(group(Self.report))
        #expect(group(text) == plain)
        #expect(group(text, title: "Another title altogether") == plain || text.hasPrefix("Floods"))
    }

    @Test(arguments: [
        report.replacingOccurrences(of: "1,200", with: "1,300"),
        report.replacingOccurrences(of: "84.5", with: "845"),
        report.replacingOccurrences(of: "Tuesday", with: "Wednesday"),
        report.replacingOccurrences(of: "nobody was hurt", with: "nobody was not hurt"),
        report.replacingOccurrences(of: "1,200 homes", with: "$1,200 homes"),
        report.replacingOccurrences(of: "1,200 homes", with: "€1,200 homes"),
        report.replacingOccurrences(of: "1,200 homes", with: "1,200% homes"),
        report.replacingOccurrences(of: "fallen 84.5", with: "fallen -84.5").replacingOccurrences(
            of: "after 84.5", with: "after -84.5"),
        // What may be the subject of the news is no dateline, nor is a bracket that names no agency.
        "ACME CORP — " + report,
        "Acme Corp (ACM) - " + report,
        "Acme, March 3 — " + report,
        "The mayor of the town (AP) - " + report,
        // The last line of a list is no credit.
        report + "\nHarbourtown 3, Arden United 1",
        report + "\nAnna Smith",
        report + "\nSource of the Arden: the Blue Hills, where it rises from four springs below the old monastery",
        report + " (second part)",
        report + " Nobody was reporting by radio.",
        "Note: " + report,
    ])
    func otherNews(_ text: String) throws {
        let other = try #require(group(text))
        #expect(other != group(Self.report))
    }

    @Test func longTextsMayLoseADoubtfulBeginning() throws {
        let long = Self.report + " " + Self.report
        let plain = try #require(group(long))
        for head in ["BERLIN — ", "Berlin, 3. März – ", "NEW DELHI: ", "OSLO (NRK) – "] {
            #expect(group(head + long) == plain, "\(head)")
        }
        #expect(group("Berlin is flooded — " + long) != plain)
    }

    @Test(arguments: [
        "", " \n ", "Read more…", "Source: Reuters", "(Reuters) - ", "LONDON (Reuters) - Shares rose in early trading.",
        "Click here to read the full story on our site and to comment on it with others who have read it before you.",
        report.split(separator: " ").prefix(22).joined(separator: " "),
        "PARIS (AFP) — " + report.split(separator: " ").prefix(22).joined(separator: " "),
        "— — — ( ) [ ] : -- . .", "))))((((", "-", "(", ")",
    ])
    func tooShortToTell(_ text: String) { #expect(group(text) == nil) }

    @Test func theLongerOfSummaryAndContentCounts() throws {
        let plain = try #require(group(Self.report))
        #expect(group("Short.", summary: Self.report) == plain)
        #expect(group(Self.report, summary: "Short.") == plain)
        var item = Item(id: "x")
        #expect(TextGroup.of(item) == nil)
        item.summary = Self.report + "Source: dpa"
        item.summaryBreaks = [Self.report.utf8.count, 1, -5, 99_999]
        #expect(TextGroup.of(item) == plain)
    }

    @Test func scriptsWithoutSpaces() throws {
        let text = "河流在星期二清晨决堤，淹没了三个村庄的一千二百所房屋。地区政府表示，六小时内降雨八十四毫米，无人受伤，但两座桥梁仍然关闭，铁路也停运。"
        let plain = try #require(group(text))
        #expect(group(text.map { "\($0) " }.joined()) == plain)
        #expect(group(text.replacingOccurrences(of: "三", with: "四")) != plain)
        #expect(group(String(text.prefix(30))) == nil)
    }

    @Test func bearsAnything() {
        var source = SystemRandomNumberGenerator()
        let pieces = [
            "(", ")", "[", "-", "—", "--", ":", ".", " ", "\n", "AP", "Reuters", "By", "Source", "é", "\u{301}", "漢",
            "5", "$", "\u{AD}",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0..<60, using: &source)).map { _ in
                pieces.randomElement(using: &source) ?? ""
            }
            .joined()
            let once = group(text)
            #expect(once == group(text), "\(text.debugDescription)")
        }
        _ = group(String(repeating: "(", count: 100_000))
        _ = group(String(repeating: "a. ", count: 100_000))
    }
}
