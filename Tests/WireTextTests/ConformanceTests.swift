import Foundation
import Testing

@testable import WireText

/// The published tests of Unicode 15.0.
@Suite struct ConformanceTests {
    @Test func wordBreaks() throws {
        var count = 0
        for line in try UnicodeFiles.lines("auxiliary/WordBreakTest.txt") {
            var scalars: [UInt32] = []
            var breaks: [Int] = []
            for field in line.split(separator: " ") {
                switch field {
                case "÷": breaks.append(scalars.count)
                case "×": break
                default: scalars.append(try #require(UInt32(field, radix: 16)))
                }
            }
            let text = scalars.map(FoldedScalar.init(raw:))
            var found = [0]
            while let last = found.last, last < text.count {
                found.append(WordBreaker.segmentEnd(in: text, from: last))
            }
            #expect(found == breaks, "\(line)")
            count += 1
        }
        #expect(count == 1_823)
    }

    @Test func normalization() throws {
        var count = 0
        var isPartOne = false
        var listed: Set<UInt32> = []
        for line in try UnicodeFiles.compressedLines("NormalizationTest.txt.bz2") {
            if line.hasPrefix("@") {
                isPartOne = line.hasPrefix("@Part1")
                continue
            }
            let columns = try line.split(separator: ";", omittingEmptySubsequences: false).prefix(5).map { column in
                try column.split(separator: " ").map { try #require(UInt32($0, radix: 16)) }
            }
            if isPartOne { listed.insert(columns[0][0]) }
            for column in 0..<3 { #expect(composed(columns[column]) == columns[1], "\(line)") }
            for column in 3..<5 { #expect(composed(columns[column]) == columns[3], "\(line)") }
            // Folding does not see which normal form a text is in.
            let folded = columns.map { FoldedText.folded(string($0)) }
            #expect(folded[0] == folded[1] && folded[1] == folded[2] && folded[3] == folded[4], "\(line)")
            count += 1
        }
        #expect(count == 19_074)
        for point in UInt32(0)...0x10FFFF where !listed.contains(point) && Unicode.Scalar(point) != nil {
            if composed([point]) != [point] { Issue.record("U+\(String(point, radix: 16)) is not in part 1") }
        }
    }

    @Test func caseFolding() throws {
        var count = 0
        var turkish = 0
        for line in try UnicodeFiles.lines("CaseFolding.txt") {
            let fields = line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            let point = try #require(UInt32(fields[0], radix: 16))
            let target = try fields[2].split(separator: " ").map { try #require(UInt32($0, radix: 16)) }
            switch fields[1] {
            case "C", "F":
                #expect(FoldedText.folded(string([point])) == FoldedText.folded(string(target)), "\(line)")
                count += 1
            case "T":
                #expect(FoldedText.simple(string([point])) == FoldedText.simple(string(target)), "\(line)")
                turkish += 1
            default: break
            }
        }
        #expect(count == 1_530)
        #expect(turkish == 2)
    }

    /// Every mapping of NFKC_Casefold, besides what the punctuation map and superscripts change.
    @Test func compatibilityCaseFolding() throws {
        let tables = UnicodeTables.shared
        var count = 0
        for line in try UnicodeFiles.lines("DerivedNormalizationProps.txt") {
            let fields = line.split(separator: ";", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard fields[1] == "NFKC_CF" else { continue }
            let bounds = try fields[0].split(separator: ".").map { try #require(UInt32($0, radix: 16)) }
            let target = try fields[2].split(separator: " ").map { try #require(UInt32($0, radix: 16)) }
            for point in bounds[0]...bounds[bounds.count - 1] {
                var found: [UInt32] = []
                // The iota below becomes a letter once all marks are in order.
                tables.folded(point) { found.append($0 == 0x345 ? 0x3B9 : $0) }
                count += 1
                if found == [0x20] || target.contains(where: isPunctuation) || isPunctuation(point) { continue }
                #expect(found == target, "U+\(String(point, radix: 16))")
                #expect(tables.properties(point).changesByFolding || point == 0x345)
            }
        }
        #expect(count > 10_000)
    }

    private func isPunctuation(_ point: UInt32) -> Bool {
        (0x2000...0x206F).contains(point) || [0x02BC, 0x05F3, 0x05F4, 0x2212, 0xFF07, 0xAB, 0xBB].contains(point)
    }

    private func composed(_ scalars: [UInt32]) -> [UInt32] {
        var folding = Folding()
        folding.text = scalars.map(FoldedScalar.init(raw:))
        folding.normalize(.shared, isFolding: false)
        return folding.text.map(\.value)
    }

    private func string(_ scalars: [UInt32]) -> String {
        var view = String.UnicodeScalarView()
        for scalar in scalars { view.append(Unicode.Scalar(scalar) ?? "\u{FFFD}") }
        return String(view)
    }
}

extension FoldedScalar {
    fileprivate init(raw value: UInt32) {
        self.init(value: value, properties: UnicodeTables.shared.properties(value), start: 0, end: 0)
    }
}

/// The files of the Debian package unicode-data.
enum UnicodeFiles {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private static let folder = "/usr/share/unicode/"

    /// The lines without comments and empty ones.
    static func lines(_ name: String) throws -> [String] {
        guard let data = FileManager.default.contents(atPath: folder + name) else { throw missing(name) }
        return lines(in: data)
    }

    static func compressedLines(_ name: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: folder + name) else { throw missing(name) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bzip2", "-dc", folder + name]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Missing(description: "bzip2 cannot read \(folder + name); install the package bzip2")
        }
        return lines(in: data)
    }

    private static func missing(_ name: String) -> Missing {
        Missing(
            description: "\(folder + name) is missing; install the package unicode-data (Unicode 15.0, as in Debian 12)"
        )
    }

    private static func lines(in data: Data) -> [String] {
        String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
            let text = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
            return text.isEmpty ? nil : text
        }
    }
}
