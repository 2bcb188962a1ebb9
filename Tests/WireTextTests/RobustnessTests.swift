import Foundation
import Testing
import WireTesting
import WireText

/// Texts that mean harm, and what must not change a word.
@Suite struct RobustnessTests {
    private static let alphabet: [Unicode.Scalar] = Array(
        ("aAzZeE019 09 '’.,:;_-‑—\"„“ \n\t&@#™²İıßﬁÄöüéøæŁđ\u{301}\u{308}\u{327}\u{345}ΑάςΣᾳЁеёйИ\u{306}\u{AD}\u{200B}\u{200C}\u{200D}"
            + "\u{200E}\u{202E}\u{FE0F}\u{A0}\u{202F}مُأة٣ـیשָׁ״׳־कि१ไทยแล\u{E33}ក្រမ္မ東京都庁ひらがなカタカナーｶﾞ々〇한국어삼성\u{1100}\u{1161}\u{11A8}가"
            + "😀🇩🇪👨‍👩‍👧❤👍🏽①Ⅳ㈱Ａ１𝐀𝟙𐐀𠀀\u{E0061}\u{10FFFD}\u{0}\u{FFFD}")
            .unicodeScalars)

    private func text(_ random: inout FixedNumbers, upTo limit: Int) -> String {
        var view = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...limit, using: &random) {
            if let scalar = Self.alphabet.randomElement(using: &random) { view.append(scalar) }
        }
        return String(view)
    }

    private func check(_ buffer: TokenBuffer, _ bytes: [UInt8]) {
        var position: UInt32 = 0
        for token in buffer.tokens {
            let form = buffer.form(of: token)
            let start = Int(token.sourceOffset)
            let end = start + Int(token.sourceLength)
            #expect(!form.isEmpty && token.sourceLength > 0 && token.width > 0)
            #expect(end <= bytes.count)
            guard end <= bytes.count else { return }
            #expect(bytes[start] & 0xC0 != 0x80 || !isValid(bytes))
            #expect(end == bytes.count || bytes[end] & 0xC0 != 0x80 || !isValid(bytes))
            #expect(token.position >= position)
            #expect(token.hash == TermHash.hash(Array(form)))
            #expect(!form.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x7F })
            #expect(form.allSatisfy { $0 >= 0x80 || ASCIIForms.mayHold($0) })
            #expect(isValid(Array(form)))
            position = token.position
        }
        let own = buffer.tokens.filter { $0.kind == .word }
        for (left, right) in zip(own, own.dropFirst()) {
            #expect(left.position < right.position)
            #expect(left.sourceOffset <= right.sourceOffset)
        }
        if let last = buffer.tokens.map({ $0.position + $0.width }).max() { #expect(last == buffer.wordCount) }
    }

    private enum ASCIIForms {
        static func mayHold(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || Array("',.:;_".utf8).contains(byte)
        }
    }

    private func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

    @Test(arguments: 0..<20) func randomTexts(seed: Int) {
        var random = FixedNumbers(seed: UInt64(seed))
        for _ in 0..<150 {
            let text = text(&random, upTo: 60)
            for side in [Tokenizer.Side.text, .query] {
                check(Tokenizer(side: side).tokens(of: text), Array(text.utf8))
            }
        }
    }

    @Test(arguments: 0..<10) func randomBytes(seed: Int) {
        var random = FixedNumbers(seed: UInt64(seed) &+ 1_000)
        for _ in 0..<150 {
            var bytes = Array(text(&random, upTo: 40).utf8)
            for _ in 0..<Int.random(in: 0...8, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var buffer = TokenBuffer()
            Tokenizer().append(bytes.span, to: &buffer)
            check(buffer, bytes)
        }
    }

    @Test(arguments: 0..<20) func ignorableMarksChangeNothing(seed: Int) {
        var random = FixedNumbers(seed: UInt64(seed) &+ 2_000)
        let ignorable: [Unicode.Scalar] = [
            "\u{AD}", "\u{200E}", "\u{200F}", "\u{202A}", "\u{2060}", "\u{FEFF}", "\u{2066}",
        ]
        for _ in 0..<100 {
            let text = text(&random, upTo: 30)
            var view = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                if Bool.random(using: &random), let mark = ignorable.randomElement(using: &random) { view.append(mark) }
                view.append(scalar)
            }
            #expect(forms(String(view)) == forms(text), "\(text.debugDescription)")
        }
    }

    @Test(arguments: 0..<20) func normalFormsAndQuotesChangeNothing(seed: Int) {
        var random = FixedNumbers(seed: UInt64(seed) &+ 3_000)
        for _ in 0..<100 {
            // Foundation takes tag characters for letters here.
            let text = String(
                String.UnicodeScalarView(text(&random, upTo: 30).unicodeScalars.filter { $0 != "\u{E0061}" }))
            let decomposed = forms(text.decomposedStringWithCanonicalMapping)
            #expect(decomposed == forms(text.precomposedStringWithCanonicalMapping), "\(text.debugDescription)")
            #expect(decomposed == forms(text), "\(text.debugDescription)")
            let quotes: [Unicode.Scalar: Unicode.Scalar] = [
                "'": "’", "’": "‘", "\"": "“", "“": "»", "„": "«", "-": "‐", "—": "-",
            ]
            var quoted = String.UnicodeScalarView()
            for scalar in text.unicodeScalars { quoted.append(quotes[scalar] ?? scalar) }
            #expect(forms(String(quoted)) == forms(text), "\(text.debugDescription)")
        }
    }

    @Test func upperAndLowerCaseAreOne() {
        let text = "The Straße of İzmir, ΣΟΦΟΣ, Ёлка, ǅ, ﬁ, Ａ, 𐐀 and Ⅳ"
        #expect(
            forms(text.uppercased()).filter { $0 != "izmir" && $0 != "i̇zmir" }
                == forms(text.lowercased()).filter { $0 != "izmir" && $0 != "i̇zmir" })
    }

    @Test func marksWithoutEnd() {
        let zalgo =
            "a" + String(repeating: "\u{301}", count: 100_000) + "b c" + String(repeating: "\u{488}", count: 100_000)
        let buffer = Tokenizer().tokens(of: zalgo)
        #expect(buffer.wordCount > 1 && buffer.wordCount < 200)
        #expect(forms("a" + String(repeating: "\u{301}", count: 100_000) + "b").contains("ab"))
        check(buffer, Array(zalgo.utf8))
    }

    @Test(arguments: [
        "x", "é", "я", "東", "ก", "가", "7", "a.", "a-", "1 ", "_", "'", "\u{301}", "😀", "a'b.c:d_e,", "1,000 ",
    ])
    func muchOfOneThing(piece: String) {
        let size = piece == "x" ? 10_000_000 : 250_000
        let text = String(repeating: piece, count: size / piece.utf8.count)
        let clock = ContinuousClock()
        var buffer = TokenBuffer()
        let time = clock.measure { Tokenizer().append(text, to: &buffer) }
        // A debug build on a busy machine; growth faster than the text would take hours.
        #expect(time < .seconds(120))
        #expect(buffer.tokens.count < 3 * size && buffer.forms.count < 12 * size)
        let longest = buffer.tokens.map(\.formLength).max() ?? 0
        #expect(longest <= 4 * UInt32(Tokenizer.Limits.word))
    }

    @Test func aWrongByteEndsAWord() {
        var buffer = TokenBuffer()
        Tokenizer().append([0x61, 0xFF, 0x62, 0xC3, 0x20, 0xC3, 0xA9, 0xED, 0xA0, 0x80, 0x63].span, to: &buffer)
        let words = buffer.tokens.filter { $0.kind == .word }.map {
            String(decoding: buffer.form(of: $0), as: UTF8.self)
        }
        #expect(words == ["a", "b", "é", "c"])
    }
}
