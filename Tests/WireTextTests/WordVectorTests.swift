import Testing
import WireText

/// matching.md, section 4, as far as words alone decide; symbols and `{…}` are looked at by the query language.
@Suite struct WordVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let query: String
        let text: String
        let isMatch: Bool
        var language: String?
        var testDescription: String { "\(query) in \(text)" }

        init(_ query: String, _ text: String, _ isMatch: Bool = true, _ language: String? = nil) {
            self.query = query
            self.text = text
            self.isMatch = isMatch
            self.language = language
        }
    }

    static let published: [Vector] = [
        Vector("straße", "STRASSE"), Vector("straße", "Straße"), Vector("straße", "strasse"),
        Vector("istanbul", "İSTANBUL"), Vector("istanbul", "Istanbul"), Vector("istanbul", "ISTANBUL"),
        Vector("cooperate", "co\u{AD}operate"), Vector("cooperate", "co\u{2060}operate"),
        Vector("แลนด์", "ไทย\u{200B}แลนด์"), Vector("apple", "ＡＰＰＬＥ"), Vector("müller", "Müller"),
        Vector("müller", "Mueller", true), Vector("müller", "Muller"), Vector("mueller", "Müller"),
        Vector("naïve", "naïve"), Vector("naïve", "naive"), Vector("naïve", "nai\u{308}ve"), Vector("naive", "naïve"),
        Vector("email", "e-mail"), Vector("email", "e\u{2011}mail"), Vector("email", "email"),
        Vector("e mail", "e-mail"),
        Vector("e-mail", "email"), Vector("e-mail", "e mail"), Vector("rock'n'roll", "rock’n’roll"),
        Vector("京都", "東京都庁"), Vector("東京", "東京都庁"), Vector("大阪", "東京都庁", false), Vector("東京都", "東京都庁"),
        Vector("삼성", "삼성전자가"), Vector("성전자", "삼성전자가"), Vector("삼", "삼성전자가", false), Vector("삼성자", "삼성전자가", false),
        Vector("محمد", "مُحَمَّد"), Vector("שלום", "שָׁלוֹם"), Vector("क", "कि", false), Vector("कि", "कि"),
        Vector("new york", "New\u{A0}York"), Vector("wahl", "Bundestagswahl", false), Vector("us", "U.S.", false),
        Vector("us", "US"), Vector("us", "us"), Vector("U.S.", "U.S."), Vector("U.S.", "US", false),
        Vector("node.js", "node.js"), Vector(".NET", ".NET"),
    ]

    static let further: [Vector] = [
        // Accents, whichever side has them.
        Vector("garcia", "García"), Vector("søren", "Soren"), Vector("Soren", "SØREN"), Vector("łódź", "Lodz"),
        Vector("Lodz", "ŁÓDŹ"), Vector("đặng", "Dang"), Vector("æsir", "aesir"), Vector("œuvre", "oeuvre"),
        Vector("þing", "thing"), Vector("αθηνα", "Αθήνα"), Vector("ΑΘΗΝΑ", "Αθήνα"), Vector("σοφος", "ΣΟΦΌΣ"),
        Vector("ısparta", "ISPARTA"), Vector("Isparta", "ısparta"), Vector("izmir", "İzmir"), Vector("IZMIR", "izmir"),
        // German spelling only where it may be German.
        Vector("mueller", "Müller", true, "de-AT"), Vector("mueller", "Müller", false, "tr"),
        Vector("muller", "Müller", true, "tr"), Vector("Müller", "Mueller", true, "en"),
        // Cyrillic, Arabic, Hebrew, digits.
        Vector("елка", "ёлка"), Vector("ёлка", "елка"), Vector("замок", "за\u{301}мок"), Vector("краи", "край", false),
        Vector("احمد", "أحمد"), Vector("مدرسه", "مدرسة"), Vector("كتاب", "کتاب"), Vector("علي", "على"),
        Vector("كتاب", "كتـــاب"), Vector("بית", "ב\u{5BC}ית", false), Vector("בית", "ב\u{5BC}ית"),
        Vector("תל-אביב", "תל־אביב"), Vector("צה\"ל", "צה״ל"), Vector("2024", "٢٠٢٤"), Vector("२०२४", "2024"),
        Vector("1000", "1,000"), Vector("1000", "1 000"), Vector("1000", "1\u{202F}000"), Vector("1,000", "1.000"),
        Vector("1000", "1'000"), Vector("1000000", "1 000 000"), Vector("1,000", "1000"), Vector("1000", "1 00", false),
        Vector("2020100", "2020 100", false), Vector("12345", "12, 345", false),
        // Possessives, on the text's side alone.
        Vector("apple", "Apple's"), Vector("apple", "Apple’s"), Vector("apple's", "Apple", false),
        Vector("apple's", "Apple’s"), Vector("bosses", "the bosses' room"),
        // Elided articles.
        Vector("économie", "l'économie"), Vector("economie", "L’économie", true, "fr"), Vector("Italia", "dell'Italia"),
        Vector("l'économie", "économie"), Vector("italia", "dell'Italia", false, "en"),
        // Words without a blank between.
        Vector("the", "to resign.The"), Vector("resign the", "to resign.The"),
        Vector("resign president", "resign.The", false),
        Vector("barr", "Update:Barr"), Vector("update barr", "Update:Barr"), Vector("smith", "J.Smith"),
        Vector("bold", "_bold_"), Vector("court", "supreme_court"), Vector("s", "U.S.", false),
        // What ends a word.
        Vector("acme", "Acme™"), Vector("acme", "Acme℠"), Vector("resigned", "resigned²"), Vector("co2", "CO₂"),
        Vector("acmetm", "Acme™", false),
        // Hyphens.
        Vector("mail address", "e-mail-address"), Vector("email address", "e-mail address"),
        Vector("mailaddress", "e-mail-address"), Vector("email", "e - mail", false), Vector("email", "e--mail", false),
        // CamelCase is one word.
        Vector("phone", "iPhone", false), Vector("tube", "YouTube", false),
        // Scripts without blanks, and Hangul.
        Vector("都庁タワー", "東京都庁タワー"), Vector("京都", "東京 都庁", false), Vector("iphone", "iPhone発売"),
        Vector("発売", "iPhone発売"),
        Vector("ai", "AI가"), Vector("2024", "2024년"), Vector("ﾀﾜｰ", "タワー"), Vector("가", "가"),
        Vector("한국", "한\u{1100}\u{116E}\u{11A8}"),
        Vector("ក្រុង", "រាជក្រុងភ្នំពេញ"), Vector("မြန်မာ", "ကမြန်မာနိုင်ငံ"),
        Vector("😀", "so 😀!"), Vector("❤", "❤\u{FE0F}"), Vector("کتابها", "کتاب\u{200C}ها"),
    ]

    @Test(arguments: published) func publishedVector(_ vector: Vector) {
        // `müller` finds `Mueller` by the German form of the query's word, whatever the text's language.
        #expect(matches(vector.query, vector.text, language: vector.language) == vector.isMatch)
    }

    @Test(arguments: further) func furtherVector(_ vector: Vector) {
        #expect(matches(vector.query, vector.text, language: vector.language) == vector.isMatch)
    }

    @Test(arguments: [
        ("An e-mail came", ["an@0", "e@1", "email@1+2", "mail@2", "came@3"]),
        (
            "state-of-the-art",
            [
                "state@0", "stateof@0+2", "stateofthe@0+3", "stateoftheart@0+4", "of@1", "ofthe@1+2", "oftheart@1+3",
                "the@2",
                "theart@2+2", "art@3",
            ]
        ),
        ("a-b-c-d-e", ["a@0", "abcde@0+5", "b@1", "c@2", "d@3", "e@4"]),
        ("10 000 people", ["10@0", "10000@0+2", "000@1", "people@2"]),
        ("world's", ["world's@0", "world@0"]),
        ("node.js-based", ["node@0", "node.js@0+2", "node.jsbased@0+3", "js@1", "based@2"]),
        ("東京都", ["東@0", "東京@0+2", "京@1", "京都@1+2", "都@2"]),
        ("삼성전", ["삼성전@0", "삼성@0", "성전@0"]),
        ("AT&T C++ .NET C#", ["at@0", "t@1", "c@2", "net@3", "c@4"]),
        ("AT&T.I US/U.S.", ["at@0", "t@1", "t.i@1+2", "i@2", "us@3", "u.s@4"]),
        ("U.S.A.", ["u.s.a@0", "u.s@0", "s.a@0"]),
        ("a.a.a:x", ["a.a.a:x@0", "a.a@0", "a.a.a@0", "a.a@0", "a.a:x@0", "a:x@0"]),
        ("a:C++ U.S.+", ["a@0", "a:c@0+2", "c@1", "u.s@2"]),
        ("... -- ' _ “”", []),
        ("1,000.50 1.000,50", ["1,000.50@0", "1000.50@0", "1.000,50@1", "1000,50@1"]),
        ("3.5 12:30 1.2.3", ["3.5@0", "12@1", "30@2", "1.2.3@3"]),
    ])
    func tokens(text: String, expected: [String]) {
        #expect(described(text) == expected)
    }

    @Test func aQueryKeepsItsSpelling() {
        #expect(described("node.js", side: .query) == ["node.js@0"])
        #expect(described("world's", side: .query) == ["world's@0"])
        #expect(described("a-b-c", side: .query) == ["a@0", "abc@0+3", "b@1", "c@2"])
    }

    @Test func languageTagsCountByTheirPrimaryPart() {
        #expect(forms("Müller", language: "de-CH").contains("mueller"))
        #expect(forms("Müller", language: "DE_ch").contains("mueller"))
        #expect(forms("Müller", language: "und").contains("mueller"))
        #expect(!forms("Müller", language: "den").contains("mueller"))
        #expect(forms("Müller", language: "tr", side: .query).contains("mueller"))
    }

    @Test func sourceRangesPointAtTheOriginal() {
        let text = "„Müller’s“ Ｅ‑Mail: e\u{301}t\u{AD}é, 1,000 東京 co\u{AD}op"
        let buffer = Tokenizer().tokens(of: text)
        let bytes = Array(text.utf8)
        let words = buffer.tokens.filter { $0.kind == .word || $0.kind == .joined }.map { token in
            String(
                decoding: bytes[Int(token.sourceOffset)..<Int(token.sourceOffset + token.sourceLength)], as: UTF8.self)
        }
        #expect(words == ["Müller’s", "Ｅ", "Ｅ‑Mail", "Mail", "e\u{301}t\u{AD}é", "1,000", "co\u{AD}op"])
    }

    @Test func blocksKeepApart() {
        var buffer = TokenBuffer()
        let text = "New\nYork 1\r\n\n000 e-\nmail"
        Tokenizer().appendLines(text, to: &buffer)
        #expect(buffer.blockCount == 4)
        #expect(buffer.wordCount == 6)
        #expect(buffer.tokens.map(\.position) == [0, 1_001, 1_002, 2_003, 2_004, 3_005])
        #expect(buffer.tokens.map { buffer.ordinal(of: $0) } == [0, 1, 2, 3, 4, 5])
        let sources = buffer.tokens.map { token in
            String(
                decoding: Array(text.utf8)[Int(token.sourceOffset)...].prefix(Int(token.sourceLength)), as: UTF8.self)
        }
        #expect(sources == ["New", "York", "1", "000", "e", "mail"])
    }

    @Test func breaksOfASummary() {
        let text = "Éa b"
        #expect(Blocks.of(text.utf8.span, breaks: [3]) == [0..<3, 3..<5])
        // In the middle of a scalar, behind the end, backwards, negative: left out.
        #expect(Blocks.of(text.utf8.span, breaks: [1, 3, 2, 9, -4]) == [0..<3, 3..<5])
        #expect(Blocks.of("".utf8.span, breaks: [0]).isEmpty)
        #expect(Blocks.ofLines("\n \n\ta\n".utf8.span) == [3..<5])
    }
}
