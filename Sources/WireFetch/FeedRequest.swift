import WireModel

/// The headers that every request for a feed begins with, the same on every poll.
struct StandardHeaders: Sendable {
    let userAgent: HTTPHeader?
    let accept: HTTPHeader?
    let acceptEncoding: HTTPHeader?

    static let acceptedTypes =
        "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9,"
        + " */*;q=0.1"

    init(userAgent: String) {
        self.userAgent = try? HTTPHeader("User-Agent", userAgent)
        accept = try? HTTPHeader("Accept", StandardHeaders.acceptedTypes)
        acceptEncoding = try? HTTPHeader("Accept-Encoding", "gzip, deflate, br")
    }
}

/// The way from a feed's address along its redirects: what may be told at each stop.
struct Walk {
    private(set) var address: WebAddress
    private(set) var hops: [FetchFacts.Hop] = []
    /// All hops so far are for good and none leaves https.
    private(set) var isPermanent = false

    private let standard: [HTTPHeader]
    private var manners: FeedManners
    private let validators: Validators?
    private var seen: Set<String>

    /// - Throws: `.badURL`, `.schemeDenied`, `.badHeader`, `.badSetting` for what the list says.
    init(
        _ feed: Feed, listed: String, state: FeedState, headers: StandardHeaders, settings: FetchSettings
    ) throws(FetchError) {
        let origin = try WebAddress(listed)
        address = origin
        if let moved = state.movedTo { address = try WebAddress(moved) }
        manners = try FeedManners(feed.settings, of: origin, secret: settings)
        let agent = try feed.settings.userAgent.map { text throws(FetchError) in try HTTPHeader("User-Agent", text) }
        standard = [agent ?? headers.userAgent, headers.accept, headers.acceptEncoding].compactMap { $0 }
        validators = state.validators
        seen = [address.text]
        if !address.isSameOrigin(as: origin) { dropSecrets() }
    }

    private mutating func dropSecrets() {
        manners.secrets = []
        manners.route = manners.route.withoutSecrets
    }

    /// The request for the present stop. Validators go only to the address that issued them.
    func request(limits: TransferLimits) throws(FetchError) -> (request: HTTPRequest, isConditional: Bool) {
        var headers = standard
        if !manners.secrets.isEmpty {
            let own = manners.secrets.map(\.name.lowercasedASCII)
            headers = standard.filter { !own.contains($0.name.lowercasedASCII) } + manners.secrets
        }
        var isConditional = false
        if let validators, validators.url == address.text {
            if let etag = validators.etag {
                headers.append(try HTTPHeader("If-None-Match", bytes: etag))
                isConditional = true
            }
            if let lastModified = validators.lastModified {
                headers.append(try HTTPHeader("If-Modified-Since", bytes: lastModified))
                isConditional = true
            }
            if validators.etag != nil { headers.append(try HTTPHeader("A-IM", "feed")) }
        }
        return (HTTPRequest(address, headers: headers, limits: limits, route: manners.route), isConditional)
    }

    /// Goes where a redirect points.
    mutating func follow(_ response: HTTPResponse) throws(FetchError) {
        guard let location = response.head.first("location"), !location.isEmpty else {
            throw .badRedirect(reason: "it does not say where to")
        }
        guard hops.count < FeedFetcher.Limits.redirects else {
            throw .tooManyRedirects(limit: FeedFetcher.Limits.redirects)
        }
        let next: WebAddress
        do {
            next = try address.resolving(String(decoding: location, as: UTF8.self))
        } catch .badURL(let reason) {
            throw .badRedirect(reason: "to an address that cannot be used: \(reason)")
        }
        guard seen.insert(next.text).inserted else { throw .redirectLoop(url: next.text) }
        let isForGood = response.status == 301 || response.status == 308
        let staysSecure = next.isSecure || !address.isSecure
        isPermanent = (hops.isEmpty || isPermanent) && isForGood && staysSecure && next.credentials == nil
        hops.append(FetchFacts.Hop(url: address.text, status: response.status))
        if !next.isSameOrigin(as: address) { dropSecrets() }
        address = next
    }
}
