import Testing
import WireText

/// What the full-text index holds, and what a query's word asks of it.
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

    @Test func clausesOfAWord() {
        #expect(IndexTerms.clauses(ofQueryWord: "Müller") == [["müller", "muller", "mueller"]])
        #expect(IndexTerms.clauses(ofQueryWord: "e-mail") == [["e", "email"], ["mail", "email"]])
        #expect(IndexTerms.clauses(ofQueryWord: "東京都") == [["東京"], ["京都"]])
        #expect(IndexTerms.clauses(ofQueryWord: "東") == [["東"]])
        #expect(IndexTerms.clauses(ofQueryWord: "삼성전자") == [["삼성"], ["성전"], ["전자"]])
        #expect(IndexTerms.clauses(ofQueryWord: "삼성") == [["삼성"]])
        #expect(IndexTerms.clauses(ofQueryWord: "가") == [["가"]])
        #expect(IndexTerms.clauses(ofQueryWord: "AT&T") == [["at"], ["t"]])
        #expect(IndexTerms.clauses(ofQueryWord: "…").isEmpty)
        #expect(IndexTerms.forms(ofQueryWord: "Müller") == ["müller", "muller", "mueller"])
        #expect(IndexTerms.forms(ofQueryWord: "e-mail") == ["mail", "email"])
        #expect(IndexTerms.forms(ofQueryWord: "…").isEmpty)
    }

    /// Whatever matches by words is found by the index.
    @Test(arguments: WordVectorTests.published + WordVectorTests.further) func findsWhatMatches(
        _ vector: WordVectorTests.Vector
    ) {
        let index = Set(
            IndexTerms.text(of: [vector.text], language: vector.language).split(separator: " ").map(String.init))
        let isFound = vector.query.split(separator: " ").flatMap { IndexTerms.clauses(ofQueryWord: String($0)) }
            .allSatisfy { clause in clause.contains(where: index.contains) }
        if vector.isMatch { #expect(isFound) }
    }

    @Test func foldedTexts() {
        #expect(FoldedText.folded("  Élan\u{A0}\n vital’s ＡＢ  ") == "élan vital's ab")
        #expect(FoldedText.simple("Élan Łódź ٣ ёлка за\u{301}мок Ελλάς") == "elan lodz 3 елка замок ελλασ")
        #expect(FoldedText.folded("") == "")
        #expect(FoldedText.folded("co\u{AD}op") == "coop")
    }
}
