/// Code pages of older systems. No browser reads them, but a document that names one is not in another.
extension EncodingLabel {
    /// The encoding that documents of mainframes are in that do not name theirs; letters and signs of markup are the same in all.
    static let usualEBCDIC = "ibm037"

    /// Whether ASCII is written in other bytes.
    static func isEBCDIC(_ name: String) -> Bool { ebcdic.contains(name) }

    /// Name first (IANA's, in lower case), then its other labels. `cp437` and `437` are labels of `ibm437` without being listed.
    static let codePages = (ascii + ebcdicRows).map { $0.split(separator: " ").map(String.init) }

    private static let ascii = [
        "ibm437 cspc8codepage437", "ibm737", "ibm775 cspc775baltic", "ibm850 cspc850multilingual",
        "ibm852 cspcp852", "ibm855 csibm855", "ibm856", "ibm857 csibm857", "ibm858 pc-multilingual-850+euro",
        "ibm860 csibm860", "ibm861 cp-is csibm861", "ibm862 cspc862latinhebrew", "ibm863 csibm863", "ibm864 csibm864",
        "ibm865 csibm865", "ibm868 cp-ar csibm868", "ibm869 cp-gr csibm869", "ibm1125",
        "koi8-t", "viscii csviscii", "tcvn tcvn-5712 tcvn5712-1 tcvn5712-1:1993", "armscii-8", "georgian-ps",
        "georgian-academy", "pt154 csptcp154 ptcp154 cp154 cyrillic-asian", "rk1048 kz-1048 strk1048-2002",
        "hp-roman8 cshproman8 roman8 r8", "dec-mcs csdecmcs dec",
        "mac-centraleurope maccentraleurope maclatin2 x-mac-ce",
        "mac-is maciceland x-mac-icelandic",
    ]

    private static let ebcdicRows = [
        "ibm037 csibm037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl ibm039", "ibm273 csibm273",
        "ibm277 ebcdic-cp-dk ebcdic-cp-no", "ibm278 ebcdic-cp-fi ebcdic-cp-se", "ibm280 ebcdic-cp-it",
        "ibm284 ebcdic-cp-es", "ibm285 ebcdic-cp-gb", "ibm297 ebcdic-cp-fr", "ibm424 ebcdic-cp-he csibm424",
        "ibm500 csibm500 ebcdic-cp-be ebcdic-cp-ch", "ibm870 ebcdic-cp-roece ebcdic-cp-yu", "ibm871 ebcdic-cp-is",
        "ibm875", "ibm1026 csibm1026", "ibm1047", "ibm1140", "ibm1141", "ibm1142", "ibm1143", "ibm1144", "ibm1145",
        "ibm1146", "ibm1147", "ibm1148", "ibm1149",
    ]

    private static let ebcdic = Set(ebcdicRows.compactMap { $0.split(separator: " ").first.map(String.init) })
}
