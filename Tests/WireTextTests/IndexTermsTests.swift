import Testing
import WireText

/// What the full-text index holds, and how a form is asked of it.
@Suite struct IndexTermsTests {
    @Test func formsOfATextStandOnceInOrder() {
        #expect(
            IndexTerms.text(of: ["The e-mail’s", "the Müller"])
                == "the e email's email mail's mail müller muller mueller")
        #expect(IndexTerms.text(of: ["Müller"], language: "fr") == "müller muller")
        #expect(IndexTerms.text(of: []) == "")
        #expect(IndexTerms.text(of: ["  ", "…"]) == "")
        var terms = IndexTerms()
        let first = terms.text(of: ["one two"])
        #expect(terms.text(of: ["one two"]) == first)
    }

    /// 東京都: each character, and each pair as its first character and a letter.
    @Test func pairsOfHanAreAbridged() {
        let forms = IndexTerms.text(of: ["東京都 AI時代"]).split(separator: " ").map(String.init)
        #expect(forms.contains("東") && forms.contains("京") && forms.contains("都"))
        #expect(!forms.contains("東京") && !forms.contains("京都") && !forms.contains("時代"))
        for pair in ["東京", "京都", "時代"] {
            let words = IndexTerms.words(of: pair)
            #expect(words.count == 1 && words[0].unicodeScalars.count == 2 && words[0].first == pair.first)
            #expect(words[0].unicodeScalars.last?.isASCII == true && forms.contains(words[0]), "\(pair)")
            #expect(IndexTerms.prefix(of: pair).beginnings == [pair, words[0]])
        }
        #expect(
            Set((0x4E00...0x4F00).compactMap { IndexTerms.words(of: "東" + String(UnicodeScalar($0)!)).first }).count
                == 32)
        // What repeats stands once, of two that have one letter, too.
        #expect(forms.count == Set(forms).count)
    }

    @Test func wordsOfAForm() {
        for form in ["東", "東京都", "a", "ab", "삼성", "ひら", "ไท", "é", "𐐀a", "a\u{4E00}\u{FE00}"] {
            #expect(IndexTerms.words(of: form) == [form])
            #expect(IndexTerms.prefix(of: form).beginnings == [form])
        }
        #expect(IndexTerms.words(of: "Red\u{7F}fox\n\0HEN") == ["red", "fox", "hen"])
        #expect(IndexTerms.prefix(of: "red fox") == (words: ["red"], beginnings: ["fox"]))
        #expect(IndexTerms.words(of: " ").isEmpty && IndexTerms.prefix(of: "").beginnings.isEmpty)
    }

    @Test func foldedTexts() {
        #expect(FoldedText.folded("  Élan\u{A0}\n vital’s ＡＢ  ") == "élan vital's ab")
        #expect(FoldedText.simple("Élan Łódź ٣ ёлка за\u{301}мок Ελλάς") == "elan lodz 3 елка замок ελλασ")
        #expect(FoldedText.folded("") == "")
        #expect(FoldedText.folded("co\u{AD}op") == "coop")
    }
}
