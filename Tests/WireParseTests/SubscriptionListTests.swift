import Testing
import WireModel

@testable import WireParse

/// Lists of feeds in every dialect, and what goes out comes back in.
@Suite struct SubscriptionListTests {
    private func read(_ text: String) throws -> SubscriptionList { try SubscriptionList.read(Array(text.utf8)) }

    @Test(arguments: [
        "<opml version='1.0'><head/><body><outline text='A' title='A' type='rss' xmlUrl='https://a.example/f'/></body></opml>",
        "<opml version='1.1'><body><outline title='A' xmlurl='https://a.example/f'/></body></opml>",
        "<OPML VERSION='2.0'><BODY><OUTLINE TEXT='A' XMLURL='https://a.example/f'/></BODY></OPML>",
        "<opml><body><outline text='A' type='rss' url='https://a.example/f'/></body></opml>",
        "<?xml version='1.0'?>\n<!-- mine -->\n<opml><outline text='A' xmlUrl=' https://a.example/f '/></opml>",
        "<body><outline text='A' xmlUrl='https://a.example/f'/></body>",
        "<opml><body><outline text='A' xmlUrl='https://a.example/f'><outline text='inner'/></outline></body></opml>",
        "\u{FEFF}<opml><body><outline text='A' xmlUrl='https://a.example/f'></outline></body></opml>",
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><A HREF=\"https://a.example/\" FEEDURL=\"https://a.example/f\">A</A></DL>",
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><A HREF=\"https://a.example/f\" FEED=\"true\">A</A></DL>",
    ])
    func dialects(text: String) throws {
        let list = try read(text)
        #expect(list.subscriptions.map(\.address) == ["https://a.example/f"])
        #expect(list.subscriptions.first?.title == "A" && list.problems == [])
    }

    @Test(arguments: [
        "<opml><body><outline text='A & b' xmlUrl='https://a.example/?x=1&y=2'/><outline text='B' xmlUrl='https://b.example/'/></body></opml>",
        "<opml><body><outline text='A & b' xmlUrl='https://a.example/?x=1&amp;y=2'/><outline text='B' xmlUrl='https://b.example/'/>",
        "junk<opml><body><outline text='A &amp; b' xmlUrl=\"https://a.example/?x=1&y=2\"><outline text='B' xmlUrl='https://b.example/'></body></opml>",
        "<opml><body><outline text='A & b' text='C' xmlUrl='https://a.example/?x=1&y=2'/><outline text='B' xmlUrl=https://b.example/ /></opml>",
    ])
    func brokenLists(text: String) throws {
        let list = try read(text)
        #expect(list.subscriptions.map(\.address) == ["https://a.example/?x=1&y=2", "https://b.example/"])
        #expect(list.subscriptions.map(\.title) == ["A & b", "B"])
        #expect(list.problems.contains { $0.severity == .error && $0.place != nil })
    }

    @Test(arguments: ["", "  ", "hello", "<html><body><p>x</p></body></html>", "<rss><channel/></rss>", "{}"])
    func whatIsNoList(text: String) { #expect(throws: ParseError.self) { try read(text) } }

    @Test func foldersOfBookmarks() throws {
        let list = try read(
            """
            <!DOCTYPE NETSCAPE-Bookmark-file-1>
            <META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
            <TITLE>Bookmarks</TITLE>
            <H1>Bookmarks</H1>
            <DL><p>
                <DT><H3 ADD_DATE="1">News &amp; more</H3>
                <DL><p>
                    <DT><A HREF="https://a.example/" FEEDURL="https://a.example/f?a=1&amp;b=2">A <b>b</b></A>
                    <DT><H3>Deep/er</H3>
                    <DL><p><DT><A HREF="feed://b.example/x">B</A></DL><p>
                </DL><p>
                <DT><A HREF="https://c.example/rss.xml">C</A>
                <DT><A HREF="https://d.example/">D</A>
            </DL>
            """)
        #expect(
            list.subscriptions.map(\.address)
                == ["https://a.example/f?a=1&b=2", "http://b.example/x", "https://c.example/rss.xml"])
        #expect(list.subscriptions.map(\.title) == ["A b", "B", "C"])
        #expect(list.subscriptions.map(\.folder) == ["News & more", "News & more/Deep-er", ""])
        #expect(list.subscriptions.first?.site == "https://a.example/")
        #expect(list.problems.map(\.code) == [.valueInvalid])
    }

    /// What a list says goes out as it came in: folders, titles, pages, settings, and attributes that say nothing to us.
    @Test func nothingIsLostOnTheWayOut() throws {
        let text = """
            <opml version="2.0" xmlns:wirewatch="urn:wirewatch:opml" xmlns:x="https://x.example/ns" xmlns:y="https://y.example/"><body>
            <outline text="F &amp; &quot;g&quot;"><outline text="In">
            <outline type="rss" text="A &lt;b&gt;" title="T&#160;u" xmlUrl="https://a.example/f?a=1&amp;b=2" htmlUrl="https://a.example/" \
            description="d&#10;&quot;e&quot;" x:mark="1" y:mark="2" xml:lang="de" wirewatch:interval="30m" wirewatch:tier="urgent" \
            wirewatch:user_agent="U" wirewatch:language="de" wirewatch:http_version="1.1"/>
            </outline></outline>
            <outline type="atom" text="B" xmlUrl="https://b.example/" version="ATOM" isComment="false"/>
            </body></opml>
            """
        let first = try read(text)
        #expect(first.problems == [] && first.subscriptions.count == 2)
        let written = SubscriptionList.write(title: "x < y", first.subscriptions)
        let second = try read(written)
        #expect(second.problems == [])
        func bare(_ list: SubscriptionList) -> [SubscriptionList.Subscription] {
            list.subscriptions.map { subscription in
                var subscription = subscription
                subscription.line = 0
                return subscription
            }
        }
        #expect(bare(first) == bare(second))
        #expect(SubscriptionList.write(title: "x < y", second.subscriptions) == written)
    }

    @Test func settingsThatAreNoneAreTold() throws {
        let list = try read(
            "<opml xmlns:wirewatch='urn:wirewatch:opml'><outline text='A' xmlUrl='https://a.example/' wirewatch:interval='soon' wirewatch:teir='x'/></opml>"
        )
        #expect(list.problems.map(\.code) == [.valueInvalid, .valueInvalid])
        #expect(list.problems.last?.message.contains("tier") == true)
    }
}

/// Where web pages say that their feeds are.
@Suite struct FeedLinksTests {
    private func find(_ html: String, url: String? = "https://e.example/d/page") -> [FeedLinks.Found] {
        FeedLinks(FetchedDocument(bytes: Array(html.utf8), url: url, contentType: "text/html")).found
    }

    @Test(arguments: [
        "<link rel=alternate type=application/rss+xml href=/f title=T>",
        "<LINK HREF='/f' TYPE='application/atom+xml' REL='ALTERNATE' TITLE='T'>",
        "<link rel='home alternate' type='application/feed+json; charset=utf-8' href='/f' title='T'/>",
        "<link rel='feed' href='/f' title='T'>", "<link rel='alternate' type='text/xml' href=' /f ' title=' T '>",
        "<base href='https://e.example/x/'><link rel='alternate' type='application/rdf+xml' href='../f' title='T'>",
    ])
    func linksOfTheHead(tag: String) {
        let found = find("<!DOCTYPE html><html><head><title>x</title>\(tag)</head><body></body></html>")
        #expect(found.map(\.url) == ["https://e.example/f"])
        #expect(found.first?.title == "T" && found.first?.source == .link)
    }

    @Test(arguments: [
        "<link rel=stylesheet href=/f>", "<link rel=alternate hreflang=de href=/f>",
        "<link rel=alternate type=text/html href=/f>",
        "<script>'<link rel=alternate type=application/rss+xml href=/f>'</script>",
        "<!-- <link rel=alternate type=application/rss+xml href=/f> -->",
        "<link rel=alternate type=application/rss+xml href='javascript:x'>", "<a href='/about'>feeding</a>",
        "<link rel=alternate type=application/json href='/wp-json/wp/v2/posts/1'>", "<a name=feed>x</a>",
    ])
    func othersAreNone(tag: String) { #expect(find("<html><head>\(tag)</head></html>") == []) }

    @Test(arguments: [
        "/feed/", "/blog/rss", "/x.rss", "/atom.xml", "/?feed=rss2", "/x.rdf", "/feed.json", "/news?format=rss",
    ])
    func anchors(path: String) {
        let found = find("<html><body><p><a class=x href='\(path)'>Our <i>feed</i></a></body></html>")
        #expect(found.map(\.url) == ["https://e.example\(path)"] && found.first?.source == .anchor)
        #expect(found.first?.title == "Our")
    }

    @Test func headFirstAndEachOnce() {
        let found = find(
            "<html><body><a href='/a.rss'>A</a><a href='/b.rss'>B</a><link rel=alternate type=application/rss+xml href=/b.rss></body></html>"
        )
        #expect(found.map(\.url) == ["https://e.example/b.rss", "https://e.example/a.rss"])
    }

    @Test func aPageThatIsParsedSaysWhereItsFeedsAre() throws {
        let page =
            "<!doctype html><html><head><meta charset=windows-1251><link rel=alternate type=application/rss+xml href=/f></head></html>"
        let error = #expect(throws: ParseError.self) {
            try FeedParser().parse(FetchedDocument(bytes: Array(page.utf8), url: "https://e.example/"))
        }
        #expect(error?.problems.last?.message.contains("https://e.example/f") == true)
        #expect(error?.encoding == "windows-1251")
    }
}
