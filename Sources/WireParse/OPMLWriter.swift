import WireModel

extension SubscriptionList {
    /// OPML 2.0 with one outline for each folder, feeds in their order, with the attributes they came with.
    public static func write(title: String, _ subscriptions: [Subscription]) -> String {
        let prefixes = Prefixes(subscriptions.lazy.flatMap(\.settings.foreign))
        var out = """
            <?xml version="1.0" encoding="UTF-8"?>
            <opml version="2.0"\(prefixes.declarations)>
              <head><title>\(escaped(title))</title></head>
              <body>

            """
        var open: [Substring] = []
        for subscription in subscriptions {
            let path = subscription.folder.split(separator: "/")
            let shared = zip(open, path).prefix { $0 == $1 }.count
            while open.count > shared {
                open.removeLast()
                out += indent(open.count) + "</outline>\n"
            }
            for name in path[shared...] {
                out += indent(open.count) + "<outline text=\"\(escaped(String(name)))\">\n"
                open.append(name)
            }
            out += indent(open.count) + outline(subscription, prefixes) + "\n"
        }
        while !open.isEmpty {
            open.removeLast()
            out += indent(open.count) + "</outline>\n"
        }
        return out + "  </body>\n</opml>\n"
    }

    private static func outline(_ subscription: Subscription, _ prefixes: Prefixes) -> String {
        let settings = subscription.settings
        let foreign = settings.foreign.compactMap { attribute in
            prefixes.name(of: attribute).map { ($0, attribute.value) }
        }
        let title = subscription.title ?? subscription.address
        let hasText = foreign.contains { $0.0 == "text" }
        let own: [(String, String?)] = [
            ("type", "rss"), (hasText ? "title" : "text", title), ("xmlUrl", subscription.address),
            ("htmlUrl", subscription.site), ("wirewatch:interval", settings.interval.map(QuantityText.text(of:))),
            ("wirewatch:user_agent", settings.userAgent), ("wirewatch:header", settings.header),
            ("wirewatch:language", settings.language), ("wirewatch:country", settings.country),
            ("wirewatch:auth", settings.auth), ("wirewatch:proxy", settings.proxy),
            ("wirewatch:client_cert", settings.clientCertificate), ("wirewatch:http_version", settings.httpVersion),
            ("wirewatch:tier", settings.tier == .normal ? nil : settings.tier.rawValue),
        ]
        // What the list said of the type and the page stays as it said it.
        var seen = Set(foreign.map(\.0))
        var written = own.compactMap { name, value in
            value.flatMap { seen.insert(name).inserted ? " \(name)=\"\(escaped($0))\"" : nil }
        }
        written += foreign.map { " \($0)=\"\(escaped($1))\"" }
        return "<outline\(written.joined())/>"
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth + 2) }

    /// For an attribute's value: line breaks and tabs stay what they are, what XML cannot hold goes.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\t", "\n", "\r": out += "&#\(scalar.value);"
            case _ where scalar.value < 0x20 || scalar.value & 0xFFFE == 0xFFFE: break
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A prefix for each namespace: the one it came with, if no other has it.
    private struct Prefixes {
        private var byNamespace = [SubscriptionList.namespace: "wirewatch"]
        private static let xml = "http://www.w3.org/XML/1998/namespace"

        init(_ attributes: some Sequence<ForeignAttribute>) {
            var taken: Set = ["wirewatch", "xml"]
            for attribute in attributes {
                guard let namespace = attribute.namespace, byNamespace[namespace] == nil, namespace != Prefixes.xml
                else { continue }
                let wanted = attribute.prefix ?? ""
                let isFree = !wanted.isEmpty && taken.insert(wanted).inserted
                let prefix = isFree ? wanted : "ns\(byNamespace.count)"
                taken.insert(prefix)
                byNamespace[namespace] = prefix
            }
        }

        var declarations: String {
            byNamespace.sorted { $0.value < $1.value }
                .map { " xmlns:\($0.value)=\"\(SubscriptionList.escaped($0.key))\"" }.joined()
        }

        /// The attribute's name in the document; nil for one that no document could have.
        func name(of attribute: ForeignAttribute) -> String? {
            guard let namespace = attribute.namespace else { return attribute.name }
            if namespace == Prefixes.xml { return "xml:\(attribute.name)" }
            return byNamespace[namespace].map { "\($0):\(attribute.name)" }
        }
    }
}
