public import WireModel

/// Gets one feed's document: validators in, outcome out.
///
/// Follows redirects itself, so that each hop asks the host's gate and the address guard, and so that what is told to
/// one address (validators, credentials) is not told to another.
public struct FeedFetcher: Sendable {
    let client: any HTTPClient
    let gate: HostGate
    let settings: FetchSettings
    private let standardHeaders: StandardHeaders

    public enum Limits {
        public static let redirects = 5
        /// Clocks are set back by less than this in ordinary upkeep.
        static let clockSlack: Duration = .seconds(60)
    }

    public init(client: any HTTPClient, gate: HostGate, settings: FetchSettings = FetchSettings()) {
        self.client = client
        self.gate = gate
        self.settings = settings
        standardHeaders = StandardHeaders(userAgent: settings.userAgent)
    }

    /// Asks for the document once. Never faster than the host's gate allows, and not at all while `state` says that the
    /// server wants rest or that the feed is gone; the schedule is the caller's business.
    public func fetch(_ feed: Feed, state: FeedState, now: @Sendable () -> Timestamp) async -> FetchOutcome {
        switch feed.source {
        case .local(let path): return read(path, state: state, now: now())
        case .remote(let url): return await fetch(feed, listed: url, state: state, now: now)
        }
    }

    // MARK: Local documents

    private func read(_ path: String, state: FeedState, now: Timestamp) -> FetchOutcome {
        var facts = FetchFacts(url: path)
        facts.wasAsked = true
        let file = LocalDocument(path: path, maxBytes: settings.maxBodyBytes)
        do {
            switch try file.read(unless: state.validators, now: now) {
            case .unchanged:
                facts.validators = state.validators
                facts.bodyDigest = state.bodyDigest
                return .notModified(facts)
            case .read(let bytes, let validators):
                facts.bytes = bytes.count
                facts.validators = validators
                facts.bodyDigest = FeedFetcher.digest(of: bytes)
                if facts.bodyDigest == state.bodyDigest { return .notModified(facts) }
                return .modified(FetchedDocument(bytes: bytes, url: nil, contentType: nil), facts)
            }
        } catch {
            return .failed(facts, error.failure(at: path))
        }
    }

    // MARK: Remote documents

    private func fetch(
        _ feed: Feed, listed: String, state: FeedState, now: @Sendable () -> Timestamp
    ) async -> FetchOutcome {
        var facts = FetchFacts(url: state.movedTo ?? listed)
        do {
            var walk = try Walk(feed, listed: listed, state: state, headers: standardHeaders, settings: settings)
            facts.url = walk.address.text
            if state.isGone {
                facts.status = 410
                return .gone(facts, FetchError.gone.failure(at: facts.url))
            }
            if let until = FeedFetcher.rest(asked: state, now: now()) {
                gate.rest(walk.address.host, for: until - now())
                facts.retryAfter = until
                throw FetchError.throttled(status: nil, until: until)
            }
            var limits = settings.limits
            while true {
                let conditional = try walk.request(limits: limits)
                let response = try await send(conditional.request, &facts, &limits, now: now)
                facts.status = response.status
                let moment = now()
                facts.retryAfter = CachePolicy.retryAfter(
                    response.head, status: response.status, failures: state.failures, now: moment)
                // A wish that comes with a document concerns this feed; one that comes instead of it, the host.
                if let until = facts.retryAfter, response.status >= 300, response.status != 304 {
                    gate.rest(walk.address.host, for: until - moment)
                }
                guard FeedFetcher.isRedirect(response.status) else {
                    return try outcome(
                        response, of: walk, isConditional: conditional.isConditional, state: state, &facts, now: moment)
                }
                if let until = facts.retryAfter { throw FetchError.throttled(status: response.status, until: until) }
                try walk.follow(response)
                facts.hops = walk.hops
                facts.allHopsPermanent = walk.isPermanent
                facts.url = walk.address.text
            }
        } catch let error as FetchError {
            return FeedFetcher.outcome(of: error, facts)
        } catch {
            return .failed(facts, FetchError.cancelled.failure(at: facts.url))
        }
    }

    /// The end of the rest that the server asked for at an earlier check; nil if it is over, or if the wall clock was set
    /// back since and the time means nothing.
    private static func rest(asked state: FeedState, now: Timestamp) -> Timestamp? {
        guard let until = state.retryAfter, until > now, until <= now + CachePolicy.Limits.retryAfter else {
            return nil
        }
        if let last = state.lastChecked, last > now + Limits.clockSlack { return nil }
        return until
    }

    /// One hop: waits for the host's turn, asks, gives the turn back. All hops together have the time of one transfer.
    private func send(
        _ request: HTTPRequest, _ facts: inout FetchFacts, _ limits: inout TransferLimits,
        now: @Sendable () -> Timestamp
    ) async throws(FetchError) -> HTTPResponse {
        switch await gate.enter(request.address.host) {
        case .turn(let turn, let waited):
            facts.waited += waited
            facts.wasAsked = true
            let begun = ContinuousClock.now
            defer {
                gate.leave(turn)
                limits.total = max(.milliseconds(1), limits.total - begun.duration(to: .now))
            }
            do {
                return try await client.send(request)
            } catch .timeout {
                throw .timeout(after: settings.timeout)
            }
        case .resting(let span):
            facts.retryAfter = now() + span
            throw .throttled(status: nil, until: facts.retryAfter)
        case .shareUsed(let limit, let span): throw .hourlyShareUsed(limit: limit, until: now() + span)
        case .cancelled: throw .cancelled
        }
    }

    private static func isRedirect(_ status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    private static func outcome(of error: FetchError, _ facts: FetchFacts) -> FetchOutcome {
        let failure = error.failure(at: facts.url)
        switch error {
        case .throttled, .hourlyShareUsed: return .throttled(facts, failure)
        case .gone: return .gone(facts, failure)
        default: return .failed(facts, failure)
        }
    }

    // MARK: The last answer

    private func outcome(
        _ response: HTTPResponse, of walk: Walk, isConditional: Bool, state: FeedState, _ facts: inout FetchFacts,
        now: Timestamp
    ) throws(FetchError) -> FetchOutcome {
        switch response.status {
        case 200, 203, 226: break
        case 304:
            guard isConditional else {
                throw .protocolViolation(detail: "304 (not modified) to a request that set no condition")
            }
            facts.validators = FeedFetcher.refreshed(state.validators, by: response.head, url: facts.url, now: now)
            facts.bodyDigest = state.bodyDigest
            facts.freshUntil = CachePolicy.freshUntil(response.head, now: now)
            return .notModified(facts)
        case 204, 205: throw .emptyBody
        case 206: throw .partial(detail: "the server sent a part (206) that was not asked for")
        case 401, 403:
            let mark = response.head.text("cf-mitigated")?.lowercasedASCII
            throw mark == "challenge" ? .botCheck(response.status) : .httpStatus(response.status)
        case 410 where walk.hops.isEmpty || walk.isPermanent: throw .gone
        case 429, 503: throw .throttled(status: response.status, until: facts.retryAfter)
        default: throw .httpStatus(response.status)
        }
        facts.bytes = response.body.count
        guard !response.body.isEmpty else { throw .emptyBody }
        facts.freshUntil = CachePolicy.freshUntil(response.head, now: now)
        facts.validators = FeedFetcher.validators(of: response.head, url: facts.url, now: now)
        let document = FetchedDocument(
            bytes: response.body, url: facts.url, contentType: response.head.text("content-type"))
        (facts.hub, facts.topic) = WebSub.links(response.head, base: walk.address)
        if response.status == 226 {
            try FeedFetcher.checkManipulation(response.head)
            facts.isPartial = true
            return .modified(document, facts)
        }
        facts.bodyDigest = FeedFetcher.digest(of: response.body)
        if facts.bodyDigest == state.bodyDigest { return .notModified(facts) }
        return .modified(document, facts)
    }

    /// A 226 is usable if all that was done to the document is to leave out old entries (RFC 3229 section 10.5.3).
    private static func checkManipulation(_ head: ResponseHead) throws(FetchError) {
        let names = head.joined("im")?.split(separator: UInt8(ascii: ",")).map {
            String(decoding: ResponseHead.trimmed($0), as: UTF8.self).lowercasedASCII
        }
        for name in names ?? [] where name != "feed" && name != "identity" {
            throw .badEncoding(detail: "the instance manipulation “\(FetchError.printable(name))” was not asked for")
        }
    }

    private static func digest(of bytes: [UInt8]) -> Digest? { Digest(bytes: SHA256Hasher.hash(bytes)[..<16]) }

    private static func validators(of head: ResponseHead, url: String, now: Timestamp) -> Validators? {
        let etag = CachePolicy.keptValidator(head.first("etag"))
        let lastModified = CachePolicy.keptLastModified(head, now: now)
        if etag == nil, lastModified == nil { return nil }
        return Validators(etag: etag, lastModified: lastModified, url: url)
    }

    /// After a 304: what it brings replaces the old, the rest stays (RFC 9111 section 4.3.4).
    private static func refreshed(_ old: Validators?, by head: ResponseHead, url: String, now: Timestamp) -> Validators
    {
        Validators(
            etag: CachePolicy.keptValidator(head.first("etag")) ?? old?.etag,
            lastModified: CachePolicy.keptLastModified(head, now: now) ?? old?.lastModified, url: url)
    }
}
