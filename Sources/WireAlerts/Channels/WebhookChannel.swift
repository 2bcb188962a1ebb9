import WireFetch
import WireModel

/// Posts JSON, signed by the Standard Webhooks convention 1.0.
public struct WebhookChannel: Channel {
    public static let descriptor = ChannelDescriptor(
        kind: "webhook", title: "Webhook",
        settings: [
            .init("url", .address, "where to post", isRequired: true),
            .init("secret", .secret, "whsec_ and a key in base 64: signs each message"),
            .init("old_secret", .secret, "the secret before: signs beside the new one while both are in use"),
            .init("allow_http", .flag, "post without encryption to a host that is not this machine"),
        ],
        retry: .webhook)

    enum Limits {
        /// Bytes of a body, about: longer texts are cut.
        static let body = 20_000
        /// Bytes of a text that is cut, at least.
        static let text = 400
        /// Places told of a clause in a body that is cut.
        static let places = 8
    }

    private let endpoint: Endpoint
    private let keys: [[UInt8]]

    public init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        try MessageTemplates.refuse(settings)
        endpoint = try Endpoint(
            settings.text("url") ?? "", setting: "url", allowsHTTP: settings.flag("allow_http"), outside: outside)
        var keys: [[UInt8]] = []
        for name in ["secret", "old_secret"] {
            if let text = settings.text(name) { keys.append(try WebhookChannel.key(text, setting: name)) }
        }
        self.keys = keys
    }

    private static func key(_ text: String, setting: String) throws(ChannelError) -> [UInt8] {
        guard text.hasPrefix("whsec_"), let key = Base64.bytes(of: String(text.dropFirst(6))),
            (24...64).contains(key.count)
        else {
            throw .badSetting(
                name: setting,
                reason: "it is not whsec_ and 24 to 64 bytes in base 64; `openssl rand -base64 32` makes them")
        }
        return key
    }

    /// `{"type", "timestamp", "data": {"alerts", "count", "truncated", "group"}}`; a notice stands in `data.notice`.
    public func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        Array(WebhookChannel.content(of: message).text.utf8)
    }

    /// The body as a value, its texts cut until it is about as small as `Limits.body`.
    static func content(of message: AlertMessage) -> JSONValue {
        var limit = Int.max
        while true {
            let content = content(of: message, textLimit: limit)
            if limit <= Limits.text || content.text.utf8.count <= Limits.body { return content }
            // Half of what fits on average, until it does.
            let next = limit == .max ? Limits.body / max(1, message.items.count) : limit / 2
            limit = max(Limits.text, next)
        }
    }

    public func send(_ letter: Letter) async -> DeliveryResult {
        let seconds = letter.now.milliseconds / 1_000
        var headers = [("webhook-id", letter.id.rawValue), ("webhook-timestamp", "\(seconds)")]
        if !keys.isEmpty {
            headers.append(
                ("webhook-signature", WebhookChannel.signatures(letter.id, seconds, letter.body, keys: keys)))
        }
        return endpoint.judge(await endpoint.send(letter.body, headers: headers), now: letter.now)
    }

    /// Over `id.timestamp.body`, one for each key.
    static func signatures(_ id: MessageID, _ seconds: Int64, _ body: [UInt8], keys: [[UInt8]]) -> String {
        let signed = Array("\(id.rawValue).\(seconds).".utf8) + body
        return keys.map { "v1," + Base64.text(of: Signature.hmacSHA256(signed, key: $0)) }.joined(separator: " ")
    }

    private static func content(of message: AlertMessage, textLimit: Int) -> JSONValue {
        var isCut = false
        let alerts = message.items.map { item in
            var members = item.flagged.json.object ?? [:]
            members["alert_id"] = .string(item.alert.id.description)
            if let article = members["article"] { members["article"] = cut(article, textLimit, &isCut) }
            members["match"] = cut(item.flagged.match, textLimit, &isCut).json
            return JSONValue.object(members)
        }
        var group: [String: JSONValue] = [:]
        for part in message.group.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { group[String(pair[0])] = .string(String(pair[1])) }
        }
        var data: [String: JSONValue] = [
            "alerts": .array(alerts), "count": .integer(Int64(message.count)),
            "truncated": .bool(isCut || message.hidden > 0), "group": .object(group),
        ]
        if message.isRepetition { data["repeated"] = .bool(true) }
        if message.isFlood { data["flood"] = .bool(true) }
        if let notice = message.notice { data["notice"] = notice.json }
        if let link = message.link { data["url"] = .string(link) }
        return [
            "type": .string(message.kind.description), "timestamp": .string(message.created.description),
            "data": .object(data),
        ]
    }

    /// With a sentence and words of at most so many bytes, and the first places of each clause.
    private static func cut(_ match: Match, _ limit: Int, _ isCut: inout Bool) -> Match {
        guard limit < .max else { return match }
        func short(_ text: String) -> String {
            guard text.utf8.count > limit else { return text }
            isCut = true
            return text.prefix(bytes: limit) + "…"
        }
        let clauses = match.clauses.map { clause in
            if clause.spans.count > Limits.places { isCut = true }
            return MatchedClause(
                clause: clause.clause,
                spans: clause.spans.prefix(Limits.places).map { span in
                    Span(field: span.field, offset: span.offset, length: span.length, text: short(span.text))
                })
        }
        return Match(
            topic: match.topic, queryHash: match.queryHash, score: match.score, sentence: match.sentence.map(short),
            clauses: clauses)
    }

    /// With texts of at most so many bytes; HTML that is too long is left out, for half of it is no HTML.
    private static func cut(_ value: JSONValue, _ limit: Int, _ isCut: inout Bool) -> JSONValue {
        guard limit < .max, case .object(let members) = value else { return value }
        var kept: [String: JSONValue] = [:]
        for (name, member) in members {
            switch member {
            case .string(let text) where text.utf8.count > limit:
                isCut = true
                if !name.hasSuffix("_html") { kept[name] = .string(text.prefix(bytes: limit) + "…") }
            case .object, .array:
                let size = member.text.utf8.count
                if size > limit { isCut = true } else { kept[name] = member }
            default: kept[name] = member
            }
        }
        return .object(kept)
    }
}

extension String {
    /// The longest beginning of whole characters with at most so many bytes.
    func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        // A character's bytes stay together.
        while end > startIndex, end.samePosition(in: self) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
