/// Resolution of references (RFC 3986, section 5), tolerant of what feeds write.
///
/// A reference with a scheme stays as written. Only white space around it, and line breaks and tabs inside, which no
/// program takes for part of an address, are removed.
public enum URLReference {
    /// `reference` made absolute; as written (trimmed) without a base, nil if nothing is left of it.
    public static func resolve(_ reference: String, against base: String?) -> String? {
        let reference = trimmed(Array(reference.utf8))
        guard !reference.isEmpty else { return nil }
        guard let base, !base.isEmpty else { return String(decoding: reference, as: UTF8.self) }
        return String(decoding: resolve(reference, against: Array(base.utf8)), as: UTF8.self)
    }

    /// The base that a chain of `xml:base` values makes, each resolved against the one outside it.
    public static func base(_ chain: [String], outside: String?) -> String? {
        var base = outside
        for link in chain { base = resolve(link, against: base) ?? base }
        return base
    }

    /// The scheme in lower case; nil for a relative reference.
    public static func scheme(of url: String) -> String? {
        let bytes = trimmed(Array(url.utf8))
        return schemeEnd(bytes).map { String(decoding: bytes[..<$0].map(\.asciiLowercased), as: UTF8.self) }
    }

    /// Whether this is an http or https address of the usual kind: lower-case scheme, a host of letters, digits, dots and
    /// hyphens without a port, printable ASCII behind it. Resolving leaves such an address as it is; most are.
    static func isPlainWeb(_ url: Span<UInt8>) -> Bool {
        guard url.count > 8, url[0] == UInt8(ascii: "h"), url[1] == UInt8(ascii: "t"), url[2] == UInt8(ascii: "t"),
            url[3] == UInt8(ascii: "p")
        else { return false }
        var index = url[4] == UInt8(ascii: "s") ? 5 : 4
        guard url[index] == UInt8(ascii: ":"), url[index + 1] == UInt8(ascii: "/"), url[index + 2] == UInt8(ascii: "/")
        else { return false }
        index += 3
        let host = index
        while index < url.count, url[index].isASCIIAlphanumeric || url[index] &- 0x2D < 2 { index += 1 }
        guard index > host else { return false }
        if index < url.count {
            let next = url[index]
            guard next == UInt8(ascii: "/") || next == UInt8(ascii: "?") || next == UInt8(ascii: "#") else {
                return false
            }
        }
        while index < url.count, url[index] &- 0x21 < 0x5E { index += 1 }
        return index == url.count
    }

    /// Whether this is an http or https address with a host.
    public static func isWeb(_ url: String) -> Bool {
        if isPlainWeb(url.utf8.span) { return true }
        let bytes = trimmed(Array(url.utf8))
        guard let end = schemeEnd(bytes), isHTTP(bytes[..<end]) else { return false }
        return hasValidAuthority(bytes, from: end + 1)
    }

    /// Whether no program could open this address: http or https without a usable host and port.
    static func isBroken(_ url: String) -> Bool {
        let bytes = Array(url.utf8)
        if let end = schemeEnd(bytes) {
            return isHTTP(bytes[..<end]) && !hasValidAuthority(bytes, from: end + 1)
        }
        return bytes.starts(with: "//".utf8) && !hasValidAuthority(bytes, from: 0)
    }

    static func resolve(_ reference: [UInt8], against base: [UInt8]) -> [UInt8] {
        let target = Parts(reference)
        guard target.scheme.isEmpty else { return reference }
        let base = Parts(base)
        // A base such as `mailto:x` or `urn:x:y` has no hierarchy to resolve in.
        if !base.scheme.isEmpty, base.authority == nil, base.path.first != UInt8(ascii: "/") { return reference }
        var out = Array(base.scheme)
        if !out.isEmpty { out.append(UInt8(ascii: ":")) }
        if target.authority != nil {
            out.append(contentsOf: reference)
            return out
        }
        if let authority = base.authority {
            out.append(contentsOf: "//".utf8)
            out.append(contentsOf: authority)
        }
        if target.path.isEmpty {
            out.append(contentsOf: base.path)
            if let query = target.query ?? base.query {
                out.append(UInt8(ascii: "?"))
                out.append(contentsOf: query)
            }
        } else {
            out.append(contentsOf: withoutDots(merge(target.path, base)))
            if let query = target.query {
                out.append(UInt8(ascii: "?"))
                out.append(contentsOf: query)
            }
        }
        if let fragment = target.fragment {
            out.append(UInt8(ascii: "#"))
            out.append(contentsOf: fragment)
        }
        return out
    }

    /// RFC 3986, section 5.2.4.
    static func withoutDots(_ path: [UInt8]) -> [UInt8] {
        guard path.contains(UInt8(ascii: ".")) else { return path }
        let isAbsolute = path.first == UInt8(ascii: "/")
        var kept: [ArraySlice<UInt8>] = []
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let body = isAbsolute ? segments.dropFirst() : segments[...]
        for (index, segment) in body.enumerated() {
            let isLast = index == body.count - 1
            if isDots(segment, 1) {
                if isLast { kept.append([]) }
            } else if isDots(segment, 2) {
                if !kept.isEmpty { kept.removeLast() }
                if isLast { kept.append([]) }
            } else {
                kept.append(segment)
            }
        }
        var out: [UInt8] = isAbsolute ? [UInt8(ascii: "/")] : []
        out.append(contentsOf: kept.joined(separator: [UInt8(ascii: "/")]))
        return out
    }

    /// Without white space and controls at the ends, and without line breaks and tabs.
    static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while start < end, bytes[end - 1] <= 0x20 { end -= 1 }
        while start + 1 < end, bytes[start] == 0xC2, bytes[start + 1] == 0xA0 { start += 2 }
        while start + 1 < end, bytes[end - 2] == 0xC2, bytes[end - 1] == 0xA0 { end -= 2 }
        let inner = bytes[start..<end]
        if inner.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) {
            return inner.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        }
        return inner.count == bytes.count ? bytes : Array(inner)
    }

    /// Where the scheme ends (its `:`); nil for a relative reference.
    static func schemeEnd(_ bytes: [UInt8]) -> Int? {
        guard let first = bytes.first, first.isASCIILetter else { return nil }
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: ":") { return index }
            let isPart =
                byte.isASCIIAlphanumeric || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
            if !isPart { return nil }
        }
        return nil
    }

    private static func isHTTP(_ scheme: ArraySlice<UInt8>) -> Bool {
        let scheme = scheme.map(\.asciiLowercased)
        return scheme == Array("http".utf8) || scheme == Array("https".utf8)
    }

    /// Whether `//host`, `//user@host:port` or `//[::1]:port` with a sensible host stands at `start`.
    private static func hasValidAuthority(_ bytes: [UInt8], from start: Int) -> Bool {
        guard bytes.count > start + 2, bytes[start] == UInt8(ascii: "/"), bytes[start + 1] == UInt8(ascii: "/") else {
            return false
        }
        let rest = bytes[(start + 2)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        let authority = rest[..<(end ?? rest.endIndex)]
        var host = authority
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { host = authority[(at + 1)...] }
        var port: ArraySlice<UInt8> = []
        if host.first == UInt8(ascii: "[") {
            guard let close = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let after = host[(close + 1)...]
            guard after.isEmpty || after.first == UInt8(ascii: ":") else { return false }
            port = after.dropFirst()
            host = host[(host.startIndex + 1)..<close]
            guard host.allSatisfy({ $0.digit(radix: 16) != nil || $0 == 0x3A || $0 == 0x2E || $0 == 0x25 }) else {
                return false
            }
        } else if let colon = host.lastIndex(of: UInt8(ascii: ":")) {
            port = host[(colon + 1)...]
            host = host[..<colon]
        }
        guard port.count <= 5, port.allSatisfy(\.isASCIIDigit) else { return false }
        return !host.isEmpty && !host.contains { $0 <= 0x20 || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
    }

    /// RFC 3986, section 5.2.3.
    private static func merge(_ path: ArraySlice<UInt8>, _ base: Parts) -> [UInt8] {
        if path.first == UInt8(ascii: "/") { return Array(path) }
        if base.authority != nil, base.path.isEmpty { return [UInt8(ascii: "/")] + path }
        guard let slash = base.path.lastIndex(of: UInt8(ascii: "/")) else { return Array(path) }
        return Array(base.path[...slash]) + path
    }

    private static func isDots(_ segment: ArraySlice<UInt8>, _ count: Int) -> Bool {
        segment.count == count && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// The five parts of a reference.
    struct Parts {
        var scheme: ArraySlice<UInt8> = []
        var authority: ArraySlice<UInt8>?
        var path: ArraySlice<UInt8> = []
        var query: ArraySlice<UInt8>?
        var fragment: ArraySlice<UInt8>?

        init(_ bytes: [UInt8]) {
            var rest = bytes[...]
            if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
                fragment = rest[(hash + 1)...]
                rest = rest[..<hash]
            }
            if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
                query = rest[(mark + 1)...]
                rest = rest[..<mark]
            }
            if let end = URLReference.schemeEnd(bytes), end < rest.endIndex {
                scheme = rest[..<end]
                rest = rest[(end + 1)...]
            }
            if rest.starts(with: "//".utf8) {
                let start = rest.startIndex + 2
                let end = rest[start...].firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
                authority = rest[start..<end]
                rest = rest[end...]
            }
            path = rest
        }
    }
}
