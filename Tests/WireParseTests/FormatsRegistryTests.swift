import Foundation
import Testing

@testable import WireParse

@Suite struct FormatsRegistryTests {
    /// Each file in `Formats` that declares a format has a line in the list, and each line a file.
    @Test func folderAndListAgree() throws {
        let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/WireParse/Formats")
        var declared: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains(": FeedFormat {") {
                declared.insert((file as NSString).deletingPathExtension)
            }
        }
        #expect(!declared.isEmpty)
        #expect(declared == Set(FeedParser.formats.map { "\($0)" }))
    }
}
