/// Encodings and their labels, after the WHATWG Encoding Standard, section 4.2; then code pages it does not have.
enum EncodingLabel {
    /// Lower-case name of the encoding that a label stands for; nil for an unknown one. `_` is as good as `-`.
    static func name(_ label: String) -> String? {
        let label = trimmed(label).lowercased()
        return byLabel[label] ?? byLabel[label.replacing("_", with: "-")]
    }

    /// What iconv calls an encoding; nil for UTF-8.
    static func iconvName(_ name: String) -> String {
        switch name {
        case "ibm866": "CP866"
        case "macintosh": "MACINTOSH"
        case "x-mac-cyrillic": "MAC-CYRILLIC"
        case "windows-874": "CP874"
        case "gbk", "gb18030": "GB18030"
        case "big5": "BIG5-HKSCS"
        case "shift_jis": "CP932"
        case "euc-jp": "EUC-JP-MS"
        case "iso-2022-jp": "ISO-2022-JP"
        case "euc-kr": "CP949"
        case "iso-8859-8-i": "ISO-8859-8"
        case "utf-16be": "UTF-16BE"
        case "utf-16le": "UTF-16LE"
        case "utf-32be": "UTF-32BE"
        case "utf-32le": "UTF-32LE"
        case let name where name.hasPrefix("ibm"): "CP" + name.dropFirst(3)
        case let name where name.hasPrefix("windows-"): "CP" + name.dropFirst(8)
        case let name: name.uppercased()
        }
    }

    /// Whether a byte is a character, whatever stands around it.
    static func isSingleByte(_ name: String) -> Bool {
        switch name {
        case "utf-8", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "utf-16be", "utf-16le",
            "utf-32be", "utf-32le":
            false
        default: true
        }
    }

    private static let byLabel: [String: String] = {
        var table: [String: String] = [:]
        for row in labels {
            let words = row.split(separator: " ").map(String.init)
            for word in words { table[word] = words[0] }
        }
        for words in codePages {
            for word in words { table[word] = words[0] }
            guard words[0].hasPrefix("ibm") else { continue }
            for prefix in ["", "cp", "ibm-"] { table[prefix + words[0].dropFirst(3)] = words[0] }
        }
        return table
    }()

    /// Name first, then its other labels.
    private static let labels = [
        "utf-8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8",
        "ibm866 866 cp866 csibm866",
        """
        iso-8859-2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
        """,
        "iso-8859-3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
        "iso-8859-4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
        "iso-8859-5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
        """
        iso-8859-6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i \
        iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
        """,
        """
        iso-8859-7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7 \
        iso_8859-7:1987 sun_eu_greek
        """,
        """
        iso-8859-8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 \
        iso_8859-8:1988 visual
        """,
        "iso-8859-8-i csiso88598i logical",
        "iso-8859-10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6",
        "iso-8859-13 iso8859-13 iso885913",
        "iso-8859-14 iso8859-14 iso885914",
        "iso-8859-15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9",
        "iso-8859-16",
        "koi8-r cskoi8r koi koi8 koi8_r",
        "koi8-u koi8-ru",
        "macintosh csmacintosh mac macroman mac-roman x-mac-roman",
        "windows-874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620",
        "windows-1250 cp1250 ms-ee x-cp1250",
        "windows-1251 cp1251 ms-cyrl x-cp1251",
        """
        windows-1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 \
        iso_8859-1 iso_8859-1:1987 l1 latin1 ms-ansi us-ascii x-cp1252
        """,
        "windows-1253 cp1253 ms-greek x-cp1253",
        """
        windows-1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 \
        ms-turk x-cp1254
        """,
        "windows-1255 cp1255 ms-hebr x-cp1255",
        "windows-1256 cp1256 ms-arab x-cp1256",
        "windows-1257 cp1257 winbaltrim x-cp1257",
        "windows-1258 cp1258 x-cp1258",
        "x-mac-cyrillic mac-cyrillic maccyrillic x-mac-ukrainian",
        "gbk chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk",
        "gb18030",
        "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
        "euc-jp cseucpkdfmtjapanese x-euc-jp",
        "iso-2022-jp csiso2022jp",
        "shift_jis csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis",
        """
        euc-kr cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
        """,
        "utf-16be unicodefffe",
        "utf-16le csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16",
        "utf-32be utf-32 ucs-4 iso-10646-ucs-4",
        "utf-32le",
    ]
}
