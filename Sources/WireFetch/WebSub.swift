public import WireModel

/// The subscriber's requests to hubs (WebSub, W3C Recommendation of 2018).
extension FeedFetcher {
    private enum HubLimits {
        static let redirects = 3
        static let answerBytes = 64 * 1024
    }

    /// Asks a hub to send what is new in a topic to a callback. The hub verifies later, by asking the callback.
    /// - Throws: what went wrong, as a failure of stage `fetch`: the hub refused, cannot be reached, or the guard forbids it.
    public func subscribe(_ lease: PushLease, callback: String) async throws(Failure) {
        do {
            var address = try WebAddress(lease.hub)
            let form = WebSub.form(lease, callback: callback)
            for _ in 0...HubLimits.redirects {
                let response = try await post(form, to: address)
                if response.isSuccess { return }
                guard response.status == 307 || response.status == 308, let location = response.head.text("location")
                else {
                    throw FetchError.httpStatus(response.status)
                }
                let next = try address.resolving(location)
                // A secret that was promised to a server goes to no other in clear.
                guard next.isSecure || !address.isSecure else { throw FetchError.httpStatus(response.status) }
                address = next
            }
            throw FetchError.tooManyRedirects(limit: HubLimits.redirects)
        } catch let error as FetchError {
            throw error.failure(at: lease.hub)
        } catch {
            throw FetchError.cancelled.failure(at: lease.hub)
        }
    }

    private func post(_ form: String, to address: WebAddress) async throws(FetchError) -> HTTPResponse {
        var limits = settings.limits
        limits.maxBodyBytes = HubLimits.answerBytes
        let headers = [
            try HTTPHeader("User-Agent", settings.userAgent),
            try HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
        ]
        let request = HTTPRequest(address, method: "POST", headers: headers, body: Array(form.utf8), limits: limits)
        switch await gate.enter(address.host) {
        case .turn(let turn, _):
            defer { gate.leave(turn) }
            return try await client.send(request)
        case .resting, .shareUsed: throw .throttled(status: nil, until: nil)
        case .cancelled: throw .cancelled
        }
    }
}

/// The forms of WebSub.
public enum WebSub {
    /// Whether a secret may be told to a hub: over TLS, or within this machine.
    public static func mayTellSecret(to hub: String) -> Bool {
        guard let address = try? WebAddress(hub) else { return false }
        return address.isSecure || address.host == "[::1]"
            || address.host.hasPrefix("127.") && address.literalAddress != nil
    }

    static func form(_ lease: PushLease, callback: String) -> String {
        var fields = [
            ("hub.callback", callback), ("hub.mode", "subscribe"), ("hub.topic", lease.topic),
            ("hub.lease_seconds", String(PushLease.Limits.wanted.wholeMilliseconds / 1000)),
        ]
        if let secret = lease.secret { fields.append(("hub.secret", String(decoding: secret, as: UTF8.self))) }
        return fields.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
    }

    /// The hub and the topic that the `Link` headers of an answer name (RFC 8288); nil for what they do not.
    static func links(_ head: ResponseHead, base: WebAddress) -> (hub: String?, topic: String?) {
        var hub: String?
        var topic: String?
        guard let header = head.joined("link") else { return (nil, nil) }
        for link in LinkHeader.links(String(decoding: header, as: UTF8.self)) {
            guard let url = try? base.resolving(link.target).text else { continue }
            if link.relations.contains("hub"), hub == nil { hub = url }
            if link.relations.contains("self"), topic == nil { topic = url }
        }
        return (hub, topic)
    }

    private static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return out
    }
}

/// `<target>; rel="a b", <target>; …` (RFC 8288 section 3).
enum LinkHeader {
    struct Link {
        let target: String
        let relations: [String]
    }

    private enum Limits {
        static let links = 100
    }

    static func links(_ text: String) -> [Link] {
        var links: [Link] = []
        var rest = text[...]
        while links.count < Limits.links, let open = rest.firstIndex(of: "<"),
            let close = rest[open...].firstIndex(of: ">")
        {
            let target = String(rest[rest.index(after: open)..<close])
            let end = parametersEnd(rest[rest.index(after: close)...])
            let relations = relations(rest[rest.index(after: close)..<end])
            links.append(Link(target: target, relations: relations))
            rest = rest[end...]
        }
        return links
    }

    /// The comma before the next link, outside quotes.
    private static func parametersEnd(_ text: Substring) -> Substring.Index {
        var isQuoted = false
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == ",", !isQuoted { return index }
        }
        return text.endIndex
    }

    private static func relations(_ parameters: Substring) -> [String] {
        var isQuoted = false
        let pieces = parameters.split { character in
            if character == "\"" { isQuoted.toggle() }
            return character == ";" && !isQuoted
        }
        for parameter in pieces {
            let parts = parameter.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != "\"" } }
            guard parts.count == 2, parts[0].lowercased().filter({ $0 != " " && $0 != "\t" }) == "rel" else { continue }
            return parts[1].lowercased().split { $0 == " " || $0 == "\t" }.map(String.init)
        }
        return []
    }
}
