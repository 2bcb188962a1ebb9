import Testing
import WireTesting

@testable import WireParse

/// The check by blocks against the standard library's decoder, which goes character by character.
@Suite struct UTF8CheckTests {
    private static let texts = [
        "plain words of a feed, <b>nothing</b> else. ", "Пожар в порту потушен. ", "港口起火後已被撲滅。", "항구 화재 진압 ",
        "बंदरगाह में आग ", "ميناء ", "naïve façade – “quoted” ", "😀👩‍🚒 ", "\u{FFFF}\u{10FFFF}\u{7FF}\u{800}\u{D7FF}\u{E000}",
    ]
    /// Whole and cut characters, shorter forms, surrogates, numbers beyond the last.
    private static let pieces: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xE0, 0x9F, 0x80], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF],
        [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xEF, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80],
        [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFF], [0x00], [0xF0, 0x9F, 0x98],
    ]

    @Test func findsWhatTheStandardLibraryFinds() {
        var numbers = FixedNumbers(seed: 3)
        var invalid = 0
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                bytes += (UTF8CheckTests.texts.randomElement(using: &numbers) ?? "").utf8
            }
            if Bool.random(using: &numbers) {
                let place = Int.random(in: 0...bytes.count, using: &numbers)
                bytes.insert(contentsOf: UTF8CheckTests.pieces.randomElement(using: &numbers) ?? [], at: place)
            }
            if Int.random(in: 0..<4, using: &numbers) == 0 {
                bytes[Int.random(in: bytes.indices, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            }
            let expected = UTF8CheckTests.firstInvalid(bytes)
            #expect(UTF8Check.firstInvalid(bytes, from: 0) == expected, "\(bytes)")
            invalid += expected == nil ? 0 : 1
        }
        #expect(invalid > 3_000 && invalid < 17_000)
    }

    private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var index = 0
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let character): index += character.count
            case .error: return index
            case .emptyInput: return nil
            }
        }
    }
}
