import Foundation
import Testing

@testable import WireRules

@Suite struct RegistryTests {
    @Test func `The folder of operators and the list agree`() throws {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appendingPathComponent("Sources/WireRules/Operators")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix("Operator.swift") && $0 != "QueryOperator.swift" }
            .map { String($0.dropLast(".swift".count)) }
        #expect(!files.isEmpty)
        #expect(Set(files) == Set(QueryOperators.all.map { String(describing: $0) }))
        let keywords = QueryOperators.all.map { $0.keyword }
        #expect(Set(keywords).count == keywords.count)
        #expect(Set(QueryOperators.fieldNames).count == QueryOperators.fieldNames.count)
    }
}
