/// The most likely encoding of a text that is not UTF-8 and says nothing.
enum EncodingGuess {
    private enum Limits {
        /// Bytes that are looked at.
        static let sample = 1 << 18
    }

    /// Nil if there is no byte above ASCII.
    static func encoding(of bytes: [UInt8]) -> String? {
        let sample = bytes.prefix(Limits.sample)
        guard sample.contains(where: { $0 >= 0x80 }) else {
            return nil
        }
        return eastAsian(sample) ?? singleByte(sample)
    }

    /// Whether there are more characters of UTF-8 above ASCII than bytes that are none: those are damage then.
    static func isMostlyUTF8(_ bytes: [UInt8]) -> Bool {
        var index = 0
        var odd = 0
        var balance = 0
        while let invalid = UTF8Check.firstInvalid(bytes, from: index), odd < 10_000 {
            balance += bytes[index..<invalid].count { $0 >= 0xC0 } - 1
            odd += 1
            index = invalid + 1
        }
        return odd == 0 || balance + bytes[index...].prefix(Limits.sample).count { $0 >= 0xC0 } > 0
    }

    /// Whether a text that is said to be UTF-8 has no character of it above ASCII, yet several bytes that are letters or
    /// signs elsewhere. A single broken byte among good ones is damage, not another encoding.
    static func isPlainlyNotUTF8(_ bytes: [UInt8]) -> Bool {
        var index = 0
        var odd = 0
        while let invalid = UTF8Check.firstInvalid(bytes, from: index), odd < 1_000 {
            if bytes[index..<invalid].contains(where: { $0 >= 0x80 }) { return false }
            let isNoLetter = [0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xC0, 0xC1, 0xFE, 0xFF].contains(bytes[invalid])
            if isNoLetter { return false }
            odd += 1
            index = invalid + 1
        }
        return odd >= 2 && (odd >= 1_000 || !bytes[index...].contains { $0 >= 0x80 })
    }

    /// The East Asian encoding in which all is decoded, or nearly, and most characters are usual ones.
    private static func eastAsian(_ sample: ArraySlice<UInt8>) -> String? {
        var best: (name: String, score: Double)?
        for name in ["euc-jp", "shift_jis", "gb18030", "big5", "euc-kr"] {
            let text = TextDecoding.convert(sample, name)
            let score = score(of: text.bytes, in: name)
            if score > 0.75, score > (best?.score ?? 0) { best = (name, score) }
        }
        return best.map { $0.name == "gb18030" ? "gbk" : $0.name }
    }

    /// The share of usual characters of the language among those above ASCII; U+FFFD weighs heavily.
    private static func score(of utf8: [UInt8], in name: String) -> Double {
        var total = 0.0
        var usual = 0.0
        for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars where scalar.value >= 0x80 {
            total += 1
            switch scalar.value {
            case 0xFFFD: total += 20
            case 0x3040...0x30FF: usual += name == "euc-jp" || name == "shift_jis" ? 1.1 : 0
            case 0xAC00...0xD7A3: usual += name == "euc-kr" ? 1.1 : 0
            case 0x3000...0x303F, 0xFF01...0xFF5E, 0x2010...0x2026: usual += 0.9
            case 0x4E00...0x9FFF: usual += ideographWeight(scalar, name)
            default: break
            }
        }
        return total >= 4 ? usual / total : 0
    }

    /// Frequent ideographs lie in the first level of each legacy set, which tells the sets apart.
    private static func ideographWeight(_ scalar: Unicode.Scalar, _ name: String) -> Double {
        switch name {
        case "euc-kr": return 0.3
        case "big5": return traditional.contains(scalar) ? 1.6 : 0.7
        case "gb18030": return simplified.contains(scalar) ? 1.6 : 0.7
        default: return japanese.contains(scalar) ? 1.6 : 0.6
        }
    }

    private static let simplified = Set(
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运"
            .unicodeScalars)
    private static let traditional = Set(
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運"
            .unicodeScalars)
    private static let japanese = Set(
        "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展態導鮮備宅害配副算視条幹独警宮究育席輸訪楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例衛然早張映限親額監環験追審商葉義伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差衆個門写評課末守若脳極種美岡影命含福蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達"
            .unicodeScalars)

    /// By where the letters lie: alphabets above ASCII fill whole words, accents only stand among ASCII letters.
    private static func singleByte(_ sample: ArraySlice<UInt8>) -> String {
        var counts = [Int](repeating: 0, count: 256)
        var adjacent = 0
        var last: UInt8 = 0
        for byte in sample {
            counts[Int(byte)] += 1
            if byte >= 0xC0, last >= 0xC0 { adjacent += 1 }
            last = byte
        }
        func sum(_ range: ClosedRange<Int>) -> Int { range.reduce(0) { $0 + counts[$1] } }
        let high = sum(0xC0...0xFF)
        let all = sum(0x80...0xFF)
        if sum(0xA1...0xDA) * 10 > all * 9, sum(0xA1...0xDA) * 2 > all, isThai(counts) { return "windows-874" }
        // Letters that stand alone among ASCII are accented Latin ones.
        guard adjacent * 2 > all, all > 8 else { return "windows-1252" }
        if sum(0xE0...0xFA) * 20 > all * 19, sum(0xC0...0xDF) * 50 < all { return "windows-1255" }
        if isGreek(counts) { return "windows-1253" }
        // Small letters are far more frequent than capitals, which tells the Cyrillic encodings apart.
        let lower1251 = sum(0xE0...0xFF)
        let lowerKOI = sum(0xC0...0xDF)
        let lowerISO = sum(0xD0...0xEF)
        if lowerISO > lower1251, lowerISO > lowerKOI { return "iso-8859-5" }
        if lowerKOI > lower1251 { return "koi8-r" }
        return high > 0 ? "windows-1251" : "windows-1252"
    }

    /// Thai's vowel and tone marks (0xD1, 0xD4 to 0xD9, 0xE0 to 0xE9) are a third of any Thai text.
    private static func isThai(_ counts: [Int]) -> Bool {
        let marks = [0xD1, 0xD2, 0xD4, 0xD5, 0xD7, 0xE0, 0xE1, 0xE8, 0xE9].reduce(0) { $0 + counts[$1] }
        return counts[0xD2] > 0 && counts[0xE0] > 0 && marks * 4 > counts[0x80...].reduce(0, +)
    }

    /// Greek's accented vowels (0xDC to 0xDF, 0xFC to 0xFE) and final sigma stand in nearly every word.
    private static func isGreek(_ counts: [Int]) -> Bool {
        let all = counts[0xC0...].reduce(0, +)
        let accents = [0xDC, 0xDD, 0xDE, 0xDF, 0xFC, 0xFD, 0xFE].reduce(0) { $0 + counts[$1] }
        let vowels = [0xE1, 0xE5, 0xE9, 0xEF].reduce(0) { $0 + counts[$1] }
        return accents * 12 > all && accents * 4 < all && vowels * 6 > all && counts[0xF2] > 0
    }
}
