/// The words of times: months of several languages, zones, halves of the day.
enum DateWords {
    enum Meaning: Equatable, Sendable {
        case month(Int)
        /// Minutes east of UTC.
        case zone(Int)
        case morning, afternoon
        case koreanMorning, koreanAfternoon
        /// A word of Korean dates, which are in Korean time.
        case koreanTime
        /// A weekday, a filler.
        case other
    }

    /// What a word (letters only, any case) means in a time.
    static func meaning(of word: ArraySlice<UInt8>) -> Meaning {
        guard let first = word.first, word.count <= 40 else { return .other }
        if word.allSatisfy({ $0 < 0x80 }) {
            var key: UInt128 = 0
            for byte in word.prefix(16) { key = key << 8 | UInt128(byte.asciiLowercased) }
            if let meaning = ascii[key] { return meaning }
            // January, Januar, janvier: three letters tell English and German months.
            guard word.count > 3, first < 0x80 else { return .other }
            var short: UInt128 = 0
            for byte in word.prefix(3) { short = short << 8 | UInt128(byte.asciiLowercased) }
            if case .month(let month)? = ascii[short], word.count > 3, isMonthName(word, month) { return .month(month) }
            return .other
        }
        return others[String(decoding: word, as: UTF8.self).lowercased()] ?? .other
    }

    private static func isMonthName(_ word: ArraySlice<UInt8>, _ month: Int) -> Bool {
        let name = Array(english[month - 1].utf8)
        return word.count <= name.count && zip(word, name).allSatisfy { $0.0.asciiLowercased == $0.1 }
    }

    private static let english = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// Names and short names by month; a language's twelve on one line.
    private static let months: [[String]] = [
        "jan feb mar apr may jun jul aug sep oct nov dec",
        english.joined(separator: " "),
        "january february march april may june july august sept october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "jän feb mär apr mai jun jul aug sep okt nov dez",
        "jänner feber mrz april mai juni juli august september okt november dez",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv févr mars avr mai juin juil août sept oct nov déc",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago set oct nov dic",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan fev mar abr mai jun jul ago set out nov dez",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "január február március április május június július augusztus szeptember október november december",
        "januar februar március április május június július augusztus szeptember október november december",
        "jan febr márc ápr máj jún júl aug szept okt nov dec",
        "januáris februári màrcius április máujus június július augusztus szeptember október november december",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "янв фев мар апр мая июн июл авг сен окт ноя дек",
        "ιαν φεβ μαρ απρ μαϊ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
        "ιαν φεβ μάώ απρ μάι ιούν ιούλ αύγ σεπ οκτ νοέ δεκ",
        "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου",
        "ιαν φεβ μάρ απρ μάϊ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
        "ιαν φεβ μαρ απρ μαι ιον ιολ αυγ σεπ οκτ νοε δεκ",
        "ιανουάριος φεβρουάριος μάρτιος απρίλιος μάιος ιούνιος ιούλιος αύγουστος σεπτέμβριος οκτώβριος νοέμβριος δεκέμβριος",
        "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
        "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
        "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
        "oca şub mar nis may haz tem ağu eyl eki kas ara",
        "января февраля марта апреля мая июня июля августа сент октября нояб декабря",
        "янв февр мар апр май июнь июль авг сент окт нояб дек",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "січ лют бер кві тра чер лип сер вер жов лис гру",
        "януари февруари март април май юни юли август септември октомври ноември декември",
        "јануар фебруар март април мај јун јул август септембар октобар новембар децембар",
        "siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca",
        "januar februar marec april maj junij julij avgust september oktober november december",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        "ian feb mar apr mai iun iul aug sep oct noi dec",
        "januari februari maret april mei juni juli agustus september oktober november desember",
        "jan feb mac apr mei jun jul ogos sep okt nov dis",
        "januar februar marts april maj juni juli august september oktober november december",
        "jan feb mars april mai juni juli aug sept okt nov des",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
        "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
        "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris",
        "sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio",
        "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
        "enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre",
        "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
        "בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "جانفي فيفري مارس افريل ماي جوان جويلية اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
        "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
        "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
        "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    ].map { $0.split(separator: " ").map(String.init) }

    /// Minutes east of UTC. Letters are RFC 822's (A is one hour west).
    private static let zones: [String: Int] = {
        var zones = [
            "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "met": 60,
            "mest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "msd": 240, "sast": 120,
            "wat": 60, "eat": 180, "ist": 330, "pkt": 300, "npt": 345, "wib": 420, "ict": 420, "sgt": 480,
            "hkt": 480, "awst": 480, "pht": 480, "jst": 540, "kst": 540, "acst": 570, "acdt": 630, "aest": 600,
            "aedt": 660, "nzst": 720, "nzdt": 780, "nst": -210, "ndt": -150, "ast": -240, "adt": -180, "at": -240,
            "est": -300, "edt": -240, "et": -300, "cst": -360, "cdt": -300, "ct": -360, "mst": -420, "mdt": -360,
            "mt": -420, "pst": -480, "pdt": -420, "pt": -480, "akst": -540, "akdt": -480, "hst": -600, "hast": -600,
            "hdt": -540, "hadt": -540, "brt": -180, "brst": -120, "art": -180, "clt": -240, "clst": -180, "idt": 180,
        ]
        for (index, letter) in "abcdefghiklm".enumerated() { zones[String(letter)] = -60 * (index + 1) }
        for (index, letter) in "nopqrstuvwxy".enumerated() { zones[String(letter)] = 60 * (index + 1) }
        return zones
    }()

    private static let words: [(String, Meaning)] = {
        var words: [(String, Meaning)] = zones.map { ($0.key, .zone($0.value)) }
        for row in months {
            for (index, name) in row.enumerated() { words.append((name, .month(index + 1))) }
        }
        words += [("am", .morning), ("pm", .afternoon), ("πμ", .morning), ("μμ", .afternoon)]
        words += ["午前", "上午", "凌晨", "早上"].map { ($0, .morning) }
        words += ["午後", "下午", "晚上"].map { ($0, .afternoon) }
        words += [("오전", .koreanMorning), ("오후", .koreanAfternoon)]
        words += ["년", "월", "일"].map { ($0, .koreanTime) }
        return words
    }()

    private static let ascii: [UInt128: Meaning] = Dictionary(
        words.filter { $0.0.utf8.allSatisfy { $0 < 0x80 } && $0.0.utf8.count <= 16 }.map { word, meaning in
            (word.utf8.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }, meaning)
        }
    ) { first, _ in first }

    private static let others: [String: Meaning] = Dictionary(
        words.filter { !$0.0.utf8.allSatisfy { $0 < 0x80 } }
    ) { first, _ in first }
}
