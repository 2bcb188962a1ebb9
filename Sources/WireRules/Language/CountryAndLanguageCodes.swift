/// The codes that `language:` and `country:` accept.
enum LanguageCode {
    /// The primary tag of a BCP 47 tag in its shortest form: `en-GB`, `EN_us` and `eng` are `en`; nil if there is none.
    static func primary(of tag: String) -> String? {
        let code = String(tag.prefix { $0 != "-" && $0 != "_" }).lowercased()
        guard (2...3).contains(code.utf8.count) else { return nil }
        return shorter[code] ?? code
    }

    static func exists(_ code: String) -> Bool { all.contains(code) }

    /// Two-letter codes for three-letter and withdrawn ones.
    static let shorter: [String: String] = Dictionary(
        pairs.split(whereSeparator: \.isWhitespace).map {
            ($0.prefix { $0 != ":" }.lowercased(), String($0.suffix(2)))
        },
        uniquingKeysWith: { first, _ in first })

    private static let all = Set(
        (twoLetters + " " + threeLetters).split(whereSeparator: \.isWhitespace).map(String.init))

    /// ISO 639-1.
    static let twoLetters = """
        aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv
        dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie
        ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv
        mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm
        rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr
        ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
        """

    /// ISO 639-2 and 639-3 codes of living use that have no two-letter form.
    private static let threeLetters = """
        ace ach ada ady aeb afh agq ain akk akz ale aln alt ang anp apw arc arn aro arp arq ars arw ary arz
        asa ase ast avk awa bal ban bar bas bax bbc bbj bej bem ber bew bez bfd bfq bgc bgn bho bik bin bjn
        bkm bla blo bpy bqi bra brh brx bss bua bug bum byn byv cad car cay cch ccp ceb cgg chb chg chk chm
        chn cho chp chr chy cic ckb cop cps crh csb csw dak dar dav del den dgr din dje doi dsb dtp dua dum
        dyo dyu dzg ebu efi egl egy eka elx enm esu ewo ext fan fat fil fit fon frc frm fro frp frr frs fur
        gaa gag gan gay gba gbz gez gil glk gmh goh gom gon gor got grb grc gsw guc gur guz gwi hai hak haw
        hif hil hit hmn hsb hsn hup iba ibb ilo inh izh jam jbo jgo jmc jpr jrb jut kaa kab kac kaj kam kaw
        kbd kbl kcg kde kea ken kfo kgp kha kho khq khw kiu kkj kln kmb koi kok kos kpe krc kri krj krl kru
        ksb ksf ksh kum kut kxv lad lag lah lam lez lfn lij liv lkt lmo lol loz lrc ltg lua lui lun luo lus
        lut luy lzh lzz mad maf mag mai mak man mas mde mdf mdh mdr men mer mfe mga mgh mgo mic mid min mnc
        mni moh mos mrj mua mus mwl mwr mwv mye myv mzn nan nap naq nds new nia niu njo nmg nnh nnp nog non
        nov nqo nso nus nwc nym nyn nyo nzi osa ota otk oui pag pal pam pap pau pcd pcm pdc pdt peo pfl phn
        pms pnt pon pqm prg pro quc qug raj rap rar rej rgn rhg rif rof rom rtm rue rug rup rwk sad sah sam
        saq sas sat saz sba sbp scn sco sdc sdh see seh sei sel ses sga sgs shi shn shu sid sjd sje sju sli
        sly sma smj smn sms snk sog srn srr ssy stq suk sus sux swb syc syr szl tcy tem teo ter tet tig tiv
        tkl tkr tlh tli tly tmh tog tok tpi tru trv tsd tsi ttt tum tvl twq tyv tzm udm uga umb vai vec vep
        vls vmf vmw vot vro vun wae wal war was wbp wuu xal xmf xnr xog yao yap yav ybb yrl yue zap zbl zea
        zen zgh zun zza
        """

    private static let pairs = """
        aar:aa abk:ab ave:ae afr:af aka:ak amh:am arg:an ara:ar asm:as ava:av aym:ay aze:az bak:ba bel:be
        bul:bg bis:bi bam:bm ben:bn bod:bo bre:br bos:bs cat:ca che:ce cha:ch cos:co cre:cr ces:cs chu:cu
        chv:cv cym:cy dan:da deu:de div:dv dzo:dz ewe:ee ell:el eng:en epo:eo spa:es est:et eus:eu fas:fa
        ful:ff fin:fi fij:fj fao:fo fra:fr fry:fy gle:ga gla:gd glg:gl grn:gn guj:gu glv:gv hau:ha heb:he
        hin:hi hmo:ho hrv:hr hat:ht hun:hu hye:hy her:hz ina:ia ind:id ile:ie ibo:ig iii:ii ipk:ik ido:io
        isl:is ita:it iku:iu jpn:ja jav:jv kat:ka kon:kg kik:ki kua:kj kaz:kk kal:kl khm:km kan:kn kor:ko
        kau:kr kas:ks kur:ku kom:kv cor:kw kir:ky lat:la ltz:lb lug:lg lim:li lin:ln lao:lo lit:lt lub:lu
        lav:lv mlg:mg mah:mh mri:mi mkd:mk mal:ml mon:mn mar:mr msa:ms mlt:mt mya:my nau:na nob:nb nde:nd
        nep:ne ndo:ng nld:nl nno:nn nor:no nbl:nr nav:nv nya:ny oci:oc oji:oj orm:om ori:or oss:os pan:pa
        pli:pi pol:pl pus:ps por:pt que:qu roh:rm run:rn ron:ro rus:ru kin:rw san:sa srd:sc snd:sd sme:se
        sag:sg sin:si slk:sk slv:sl smo:sm sna:sn som:so sqi:sq srp:sr ssw:ss sot:st sun:su swe:sv swa:sw
        tam:ta tel:te tgk:tg tha:th tir:ti tuk:tk tsn:tn ton:to tur:tr tso:ts tat:tt twi:tw tah:ty uig:ug
        ukr:uk urd:ur uzb:uz ven:ve vie:vi vol:vo wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zho:zh zul:zu
        ger:de fre:fr dut:nl chi:zh cze:cs gre:el per:fa rum:ro slo:sk alb:sq arm:hy baq:eu bur:my geo:ka
        ice:is mac:mk mao:mi may:ms tib:bo wel:cy iw:he in:id ji:yi jw:jv mo:ro
        """
}

/// ISO 3166-1.
enum CountryCode {
    static func exists(_ code: String) -> Bool { all.contains(code) }

    static let all = Set(codes.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let codes = """
        ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt
        bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh
        er es et eu ez fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn
        hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk
        lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf
        ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa qo re ro rs ru rw sa sb sc
        sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw
        tz ua ug um un us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw
        """
}
