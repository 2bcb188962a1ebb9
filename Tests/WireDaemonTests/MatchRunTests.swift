import Foundation
import Testing

@testable import WireDaemon

@Suite("Matching documents in bulk")
struct MatchRunTests {
    /// What a run on so many cores tells of each article, and of what it could not read.
    private func run(
        cores: Int, _ lines: String
    ) async throws -> (told: [String], remarks: [String], statistics: String) {
        let locations = Locations(
            choices: .init(config: "/nowhere/wirewatch.yaml"), environment: ["HOME": "/nowhere"], current: "/nowhere")
        var match = try MatchRun(
            Assembly(settings: Settings(), locations: locations), query: "harbour NEAR/2 fire", cores: cores)
        var told: [String] = []
        await match.run(Array(lines.utf8), path: "articles.jsonl") { result in
            result.matches.isEmpty ? nil : "\(result.item.id) \(result.matches[0].topic.id)"
        } visit: {
            told.append($0)
        }
        #expect(match.hasFailed)
        return (told, match.takeRemarks(), match.statistics)
    }

    @Test("Many cores tell the same as one, in order, with the lines of what cannot be read")
    func tellsInOrder() async throws {
        let lines = (1...1_000).map { number in
            switch number {
            case 77, 700: "{\"id\": \"\(number)\", "
            case 500: ""
            case _ where number % 3 == 0: "{\"id\": \"\(number)\", \"content_text\": \"A fire at the harbour.\"}"
            default: "{\"id\": \"\(number)\", \"content_text\": \"A quiet day at the harbour.\"}"
            }
        }
        let text = lines.joined(separator: "\n") + "\n"
        let one = try await run(cores: 1, text)
        #expect(one.told == (1...1_000).filter { $0 % 3 == 0 }.map { "\($0) query" })
        #expect(one.remarks.count == 2)
        #expect(one.remarks[0].hasPrefix("articles.jsonl:77:") && one.remarks[1].hasPrefix("articles.jsonl:700:"))
        #expect(one.statistics.contains("articles          997\n"))
        for cores in [2, 3, 16] {
            let many = try await run(cores: cores, text)
            #expect(many.told == one.told)
            #expect(many.remarks == one.remarks)
        }
    }
}
