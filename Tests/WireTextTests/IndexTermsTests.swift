import Testing
import WireText

/// What the full-text index holds, and how it spells it.
@Suite struct IndexTermsTests {
    private func words(_ texts: [String], language: String? = nil) -> [String] {
        var terms = IndexTerms(language: language)
        return String(decoding: terms.text(of: texts), as: UTF8.self).split(separator: " ").map(String.init)
    }

    /// Without the letters behind the forms.
    private func forms(_ texts: [String], language: String? = nil) -> [String] {
        words(texts, language: language).map { String($0.dropLast(2)) }
    }

    @Test func formsOfATextStandOnceInOrder() {
        #expect(
            forms(["The e-mail’s", "the Müller"])
                == ["the", "e", "email's", "email", "mail's", "mail", "müller", "muller", "mueller"])
        #expect(forms(["Müller"], language: "fr") == ["müller", "muller"])
        var terms = IndexTerms()
        #expect(terms.text(of: []) == [])
        #expect(terms.text(of: ["  ", "…"]) == [])
        let first = terms.text(of: ["one two"])
        #expect(terms.text(of: ["one two"]) == first)
    }

    @Test func aWordIsSpelledAsInATextAndBeginsAsItsForm() throws {
        for form in ["red", "a", "ёлка", "삼성", "ไท", "é", "𐐨a", "o'neill"] {
            let word = try #require(IndexSpelling.word(form))
            #expect(word.hasPrefix(form) && word.utf8.count == form.utf8.count + 2)
            #expect(words([form]).contains(word), "\(form)")
            #expect(IndexSpelling.beginnings(of: form) == [form])
        }
        let letters = Set((0..<1_000).compactMap { IndexSpelling.word("w\($0)")?.last })
        #expect(letters == Set("abcdefghijklmnopqrstuvwxyz234567"))
    }

    /// 東京都: each pair as its first character and a letter, and the last character.
    @Test func pairsOfHanAreAbridged() throws {
        let words = self.words(["東京都 AI時代 京"])
        #expect(words.count == Set(words).count)
        for pair in ["東京", "京都", "時代"] {
            let word = try #require(IndexSpelling.word(pair))
            #expect(word.unicodeScalars.count == 4 && word.first == pair.first && word.last?.isASCII == true)
            #expect(words.contains(word), "\(pair)")
            #expect(IndexSpelling.beginnings(of: pair) == [pair, String(word.dropLast(2))])
        }
        // A character alone is what a word begins with, of a pair or of itself.
        for character in ["東", "京", "都", "時", "代"] {
            #expect(IndexSpelling.word(character) == nil && IndexSpelling.beginnings(of: character) == [character])
            #expect(words.contains { $0.hasPrefix(character) })
        }
        #expect(words.count { $0.hasPrefix("東") } == 1 && words.count { $0.hasPrefix("京") } == 2)
        let seconds = (0x4E00...0x4FFF).compactMap(UnicodeScalar.init).map { "東" + String($0) }
        #expect(Set(seconds.compactMap(IndexSpelling.word)).count == 32)
    }

    /// A word is looked for by one of its forms, a pattern by what forms begin with: the index has each of them.
    @Test(arguments: WordVectorTests.published + WordVectorTests.further)
    func everyFormIsFound(_ vector: WordVectorTests.Vector) {
        for text in [vector.text, vector.query, vector.text + " " + vector.query] {
            let words = self.words([text], language: vector.language)
            let buffer = Tokenizer(language: vector.language).tokens(of: text)
            for token in buffer.tokens {
                let form = String(decoding: buffer.form(of: token), as: UTF8.self)
                let isFound =
                    IndexSpelling.word(form).map(words.contains) ?? words.contains { $0.hasPrefix(form) }
                #expect(isFound, "\(form)")
                for count in 1...form.unicodeScalars.count {
                    let beginnings = IndexSpelling.beginnings(of: String(form.unicodeScalars.prefix(count)))
                    #expect(
                        words.contains { word in beginnings.contains { word.utf8.starts(with: $0.utf8) } },
                        "\(form), \(count)")
                }
            }
        }
    }

    @Test func foldedTexts() {
        #expect(FoldedText.folded("  Élan\u{A0}\n vital’s ＡＢ  ") == "élan vital's ab")
        #expect(FoldedText.simple("Élan Łódź ٣ ёлка за\u{301}мок Ελλάς") == "elan lodz 3 елка замок ελλασ")
        #expect(FoldedText.folded("") == "")
        #expect(FoldedText.folded("co\u{AD}op") == "coop")
    }
}
