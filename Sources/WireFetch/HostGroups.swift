import CPSL

/// Which hosts are one to the gate: those that one owner runs.
enum HostGroups {
    /// The part of a name that somebody registered: `example.co.uk` of `www.example.co.uk`, `me.github.io` of itself
    /// (Public Suffix List, as libpsl has it built in); nil for addresses and for names that are suffixes themselves.
    static func registrableDomain(_ host: String) -> String? {
        guard let list = psl_builtin() else { return nil }
        // SAFETY: the answer points into `name`, which lives for the call, and is copied in it. The list is a constant.
        return host.withCString { name in psl_registrable_domain(list, name).map { String(cString: $0) } }
    }

    /// Whether a host, as `WebAddress` writes it, is an address and not a name.
    static func isLiteral(_ host: String) -> Bool {
        guard let first = host.utf8.first else { return false }
        return first == UInt8(ascii: "[") || ((0x30...0x39).contains(first) && IPAddress(host) != nil)
    }

    /// The host of an address, as `WebAddress` writes it; nil if it cannot be read. Plain addresses, which nearly all
    /// are, cost no call of libcurl.
    static func host(of url: String) -> String? { plainHost(of: url) ?? (try? WebAddress(url))?.host }

    private static func plainHost(of url: String) -> String? {
        let bytes = url.utf8
        var rest: Substring.UTF8View
        if bytes.starts(with: "https://".utf8) {
            rest = bytes.dropFirst(8)
        } else if bytes.starts(with: "http://".utf8) {
            rest = bytes.dropFirst(7)
        } else {
            return nil
        }
        guard !rest.contains(UInt8(ascii: "@")), !rest.contains(UInt8(ascii: "\\")) else { return nil }
        rest = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "?") }
        let isPlain = rest.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".")
        }
        guard isPlain, let last = rest.last, last != UInt8(ascii: ".") else { return nil }
        let host = String(Substring(rest))
        // `127.1`, `0x7f.1` and their like are addresses in an odd spelling.
        guard let label = rest.split(separator: UInt8(ascii: ".")).last, let first = label.first else { return nil }
        return (0x30...0x39).contains(first) && IPAddress(host) == nil ? nil : host
    }
}
