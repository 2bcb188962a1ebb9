import Foundation
import WireModel

/// Writes for people: colours on a terminal, marks elsewhere; nothing from outside reaches the terminal's controls.
struct Ink {
    private let isColored: Bool

    init(_ choice: ColorChoice) {
        switch choice {
        case .always: isColored = true
        case .never: isColored = false
        case .auto:
            let environment = ProcessInfo.processInfo.environment
            let forbidden = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
            isColored = StandardOutput.isTerminal && !forbidden && environment["TERM"] != "dumb"
        }
    }

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func error(_ text: String) -> String { wrap(text, "31") }
    func warning(_ text: String) -> String { wrap(text, "33") }
    func good(_ text: String) -> String { wrap(text, "32") }

    /// A severity as a fixed-width mark.
    func severity(_ severity: Severity) -> String {
        let text = severity.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
        return switch severity {
        case .urgent: wrap(text, "1;31")
        case .high: wrap(text, "31")
        case .normal: wrap(text, "36")
        case .low: wrap(text, "2")
        }
    }

    /// A plain text with byte ranges of it highlighted: in colour, or between « and ».
    /// - Parameter isTitle: the rest is bold.
    func highlight(_ text: String, ranges: [Range<Int>], isTitle: Bool = false) -> String {
        let plain = { (part: ArraySlice<UInt8>) in
            let part = Ink.harmless(String(decoding: part, as: UTF8.self))
            return isTitle && !part.isEmpty ? bold(part) : part
        }
        let bytes = Array(text.utf8)
        var out = ""
        var position = 0
        for range in merge(ranges, within: bytes.count) {
            out += plain(bytes[position..<range.lowerBound])
            let word = Ink.harmless(String(decoding: bytes[range], as: UTF8.self))
            out += isColored ? "\u{1B}[1;33m\(word)\u{1B}[0m" : "«\(word)»"
            position = range.upperBound
        }
        return out + plain(bytes[position...])
    }

    static func harmless(_ text: String) -> String { text.harmless }

    private func wrap(_ text: String, _ code: String) -> String { isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

    private func merge(_ ranges: [Range<Int>], within count: Int) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound })
        where range.lowerBound >= 0 && range.upperBound <= count && !range.isEmpty {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
