import Testing
import WireModel

@testable import WireParse

@Suite struct EncodingTests {
    /// The title's bytes in an encoding, and what they mean.
    private static let samples: [(label: String, name: String, bytes: [UInt8], text: String)] = [
        ("iso-8859-1", "windows-1252", [0x63, 0x61, 0x66, 0xE9, 0x80], "café€"),
        ("us-ascii", "windows-1252", [0x93, 0x78, 0x94, 0x81], "“x”\u{81}"),
        ("windows-1251", "windows-1251", [0xCF, 0xF0, 0xE8, 0x98], "При\u{98}"),
        ("koi8-r", "koi8-r", [0xF0, 0xD2, 0xC9], "При"),
        ("iso-8859-2", "iso-8859-2", [0xB9, 0xBE], "šž"),
        ("iso-8859-15", "iso-8859-15", [0xA4], "€"),
        ("windows-1250", "windows-1250", [0x9A, 0xE8], "šč"),
        ("windows-1253", "windows-1253", [0xC1, 0xE8], "Αθ"),
        ("windows-1255", "windows-1255", [0xE9, 0xF9], "יש"),
        ("windows-1256", "windows-1256", [0xE3, 0xD1], "مر"),
        ("shift_jis", "shift_jis", [0x93, 0xFA, 0x96, 0x7B, 0x87, 0x40], "日本①"),
        ("euc-jp", "euc-jp", [0xC6, 0xFC, 0xCB, 0xDC], "日本"),
        ("iso-2022-jp", "iso-2022-jp", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x4B, 0x5C, 0x1B, 0x28, 0x42], "日本"),
        ("gb2312", "gbk", [0xD6, 0xD0, 0xB9, 0xFA], "中国"),
        ("gb18030", "gb18030", [0x81, 0x30, 0x84, 0x36, 0xD6, 0xD0], "¥中"),
        ("big5", "big5", [0xA4, 0xA4, 0xA4, 0xE5], "中文"),
        ("euc-kr", "euc-kr", [0xC7, 0xD1, 0xB1, 0xB9], "한국"),
        ("utf8", "utf-8", [0xE2, 0x82, 0xAC], "€"),
    ]

    private static func document(_ declaration: String, _ title: [UInt8]) -> [UInt8] {
        Array("<?xml version=\"1.0\"\(declaration)?><rss><channel><title>".utf8) + title
            + Array("</title></channel></rss>".utf8)
    }

    @Test(arguments: samples.indices)
    func readsByDeclarationAndByHeader(index: Int) throws {
        let sample = EncodingTests.samples[index]
        let byDeclaration = try FeedParser().parse(
            FetchedDocument(bytes: EncodingTests.document(" encoding='\(sample.label)'", sample.bytes)))
        let byHeader = try FeedParser().parse(
            FetchedDocument(
                bytes: EncodingTests.document("", sample.bytes),
                contentType: "application/xml; Charset=\"\(sample.label)\""))
        for feed in [byDeclaration, byHeader] {
            #expect(feed.head.title?.text == sample.text)
            #expect(feed.encoding == sample.name)
            #expect(feed.problems == [])
        }
    }

    private static func wide(_ text: String, _ unit: Int, bigEndian: Bool) -> [UInt8] {
        let units: [UInt32] = unit == 2 ? text.utf16.map(UInt32.init) : text.unicodeScalars.map(\.value)
        return units.flatMap { value in
            let bytes = (0..<unit).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
            return bigEndian ? bytes.reversed() : bytes
        }
    }

    @Test(arguments: [("utf-16le", 2, false), ("utf-16be", 2, true), ("utf-32le", 4, false), ("utf-32be", 4, true)])
    func readsWideEncodingsWithAndWithoutMark(name: String, unit: Int, isBig: Bool) throws {
        let label = unit == 2 ? "utf-16" : "utf-32"
        let text = "<?xml version='1.0' encoding='\(label)'?><rss><channel><title>Ω𝄞</title></channel></rss>"
        for mark in ["", "\u{FEFF}"] {
            let feed = try FeedParser().parse(
                FetchedDocument(bytes: EncodingTests.wide(mark + text, unit, bigEndian: isBig)))
            #expect(feed.head.title?.text == "Ω𝄞" && feed.encoding == name && !feed.isBroken)
            #expect(feed.problems.filter { $0.code != .encodingMismatch } == [])
        }
    }

    @Test func theMarkOverrulesAllElse() throws {
        let bytes = [0xEF, 0xBB, 0xBF] + EncodingTests.document(" encoding='iso-8859-1'", Array("é".utf8))
        let feed = try FeedParser().parse(FetchedDocument(bytes: bytes, contentType: "text/xml; charset=koi8-r"))
        #expect(feed.head.title?.text == "é" && feed.encoding == "utf-8")
        #expect(feed.problems.map(\.code) == [.encodingMismatch])
    }

    @Test(arguments: ["shift_jis", "utf-16", "euc-kr", "gb18030"])
    func aPlainlyWrongDeclarationIsOverruled(label: String) throws {
        let feed = try FeedParser().parse(
            FetchedDocument(bytes: EncodingTests.document(" encoding='\(label)'", Array("naïve – €uro ÿ".utf8))))
        #expect(feed.head.title?.text == "naïve – €uro ÿ" && feed.encoding == "utf-8")
        #expect(feed.problems.map(\.code) == [.encodingMismatch])
    }

    @Test func anUnknownNameIsPassedOver() throws {
        let feed = try FeedParser().parse(
            FetchedDocument(bytes: EncodingTests.document(" encoding='x-mine'", Array("é".utf8))))
        #expect(feed.head.title?.text == "é" && feed.problems.map(\.code) == [.encodingUnknown])
    }

    @Test func invalidBytesBecomeReplacementCharacters() throws {
        let feed = try FeedParser().parse(
            FetchedDocument(bytes: EncodingTests.document(" encoding='utf-8'", [0x61, 0xFF, 0xC0, 0xAF, 0x62])))
        let title = try #require(feed.head.title?.text)
        #expect(title.hasPrefix("a\u{FFFD}") && title.hasSuffix("\u{FFFD}b") && !feed.isBroken)
        #expect(feed.problems.map(\.code) == [.encodingInvalidBytes])
    }

    @Test(arguments: [
        (
            "windows-1252", [0x52, 0xE9, 0x73, 0x75, 0x6D, 0xE9, 0x20, 0x64, 0x92, 0x65, 0x74, 0xE9] as [UInt8],
            "Résumé d’eté"
        ),
        (
            "windows-1251", [0xCD, 0xEE, 0xE2, 0xEE, 0xF1, 0xF2, 0xE8, 0x20, 0xEF, 0xEE, 0xF0, 0xF2, 0xE0],
            "Новости порта"
        ),
        ("koi8-r", [0xEE, 0xCF, 0xD7, 0xCF, 0xD3, 0xD4, 0xC9, 0x20, 0xD0, 0xCF, 0xD2, 0xD4, 0xC1], "Новости порта"),
        (
            "shift_jis",
            [
                0x93, 0xFA, 0x96, 0x7B, 0x82, 0xCC, 0x83, 0x6A, 0x83, 0x85, 0x81, 0x5B, 0x83, 0x58, 0x82, 0xC5, 0x82,
                0xB7,
            ],
            "日本のニュースです"
        ),
        (
            "euc-jp",
            [
                0xC6, 0xFC, 0xCB, 0xDC, 0xA4, 0xCE, 0xA5, 0xCB, 0xA5, 0xE5, 0xA1, 0xBC, 0xA5, 0xB9, 0xA4, 0xC7, 0xA4,
                0xB9,
            ],
            "日本のニュースです"
        ),
        ("euc-kr", [0xC7, 0xD1, 0xB1, 0xB9, 0xC0, 0xC7, 0x20, 0xB4, 0xBA, 0xBD, 0xBA], "한국의 뉴스"),
        ("gbk", [0xD6, 0xD0, 0xB9, 0xFA, 0xB5, 0xC4, 0xD0, 0xC2, 0xCE, 0xC5, 0xCA, 0xC7], "中国的新闻是"),
        ("big5", [0xB3, 0x6F, 0xAC, 0x4F, 0xA4, 0xA4, 0xA4, 0xE5, 0xAA, 0xBA, 0xB7, 0x73, 0xBB, 0x44], "這是中文的新聞"),
    ])
    func guessesWhatNobodySays(name: String, bytes: [UInt8], text: String) throws {
        let feed = try FeedParser().parse(FetchedDocument(bytes: EncodingTests.document("", bytes)))
        #expect(feed.encoding == name)
        #expect(feed.head.title?.text == text)
    }

    @Test func jsonIsAlwaysUTF8() throws {
        let bytes = Array(#"{"version": "https://jsonfeed.org/version/1", "title": "é", "items": []}"#.utf8)
        let feed = try FeedParser().parse(
            FetchedDocument(bytes: bytes, contentType: "application/json; charset=iso-8859-1"))
        #expect(feed.head.title?.text == "é" && feed.encoding == "utf-8")
    }
}

extension EncodingTests {
    @Test func aTextThatIsPlainlyNotUTF8IsGuessed() throws {
        let text =
            Array("<?xml version='1.0' encoding='utf-8'?><rss><channel><title>R".utf8) + [0xE9]
            + Array("sum".utf8) + [0xE9] + Array("</title></channel></rss>".utf8)
        let feed = try FeedParser().parse(FetchedDocument(bytes: text))
        #expect(feed.head.title?.text == "Résumé" && feed.encoding == "windows-1252")
        #expect(feed.problems.map(\.code) == [.encodingMismatch])
    }
}
