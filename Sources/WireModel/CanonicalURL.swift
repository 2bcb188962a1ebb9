/// One key for one page: two addresses of the same page have the same canonical form (`story-clustering.md`, section 1).
///
/// Lower-case scheme and host, no default port, no fragment, no tracking parameters, parameters sorted, dot segments
/// resolved, http and https equal (written as https). Not for fetching: the page need not answer at this address.
public struct CanonicalURL: Hashable, Sendable {
    /// The canonical form.
    public let text: String

    /// The canonical form of an http or https address; nil for any other, and for one without a host.
    public init?(_ url: String) {
        if let ordinary = CanonicalURL.ordinary(url.utf8.span) {
            text = ordinary
            return
        }
        let bytes = Array(url.utf8)
        var rest = bytes[...]
        while let last = rest.last, last <= 0x20 { rest.removeLast() }
        while let first = rest.first, first <= 0x20 { rest.removeFirst() }
        guard let length = CanonicalURL.schemeLength(of: rest) else { return nil }
        rest = rest.dropFirst(length)
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<hash] }
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "\\") }

        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 8)
        out.append(contentsOf: CanonicalURL.schemes[0])
        guard CanonicalURL.appendAuthority(rest[..<(end ?? rest.endIndex)], to: &out) else { return nil }
        rest = rest[(end ?? rest.endIndex)...]
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        CanonicalURL.appendPath(rest[..<mark], to: &out)
        CanonicalURL.appendQuery(rest[mark...].dropFirst(), to: &out)
        text = String(decoding: out, as: UTF8.self)
    }

    /// The canonical form of an address with nothing in it to be decoded, resolved or sorted, as most are; nil for others.
    private static func ordinary(_ url: Swift.Span<UInt8>) -> String? {
        let length = begins(url, as: schemes[0]) ? schemes[0].count : begins(url, as: schemes[1]) ? schemes[1].count : 0
        guard length > 0 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(url.count + 1)
        out.append(contentsOf: schemes[0])
        var index = length
        while index < url.count, isHostByte(url[index]) {
            out.append(lower(url[index]))
            index += 1
        }
        guard index > length, index < url.count, url[index] == UInt8(ascii: "/"), out.last != UInt8(ascii: ".") else {
            return nil
        }
        var last: UInt8 = 0
        while index < url.count, url[index] != UInt8(ascii: "?"), url[index] != UInt8(ascii: "#") {
            let byte = url[index]
            guard isPlain(byte), byte != UInt8(ascii: ".") || last != UInt8(ascii: "/") else { return nil }
            out.append(byte)
            last = byte
            index += 1
        }
        guard
            index == url.count || url[index] == UInt8(ascii: "#") || appendOrdinaryQuery(url, from: index + 1, to: &out)
        else { return nil }
        return String(decoding: out, as: UTF8.self)
    }

    /// False if the parameters are not in order, or need decoding.
    private static func appendOrdinaryQuery(_ url: Swift.Span<UInt8>, from start: Int, to out: inout [UInt8]) -> Bool {
        var index = start
        var previous: Range<Int>?
        while index < url.count, url[index] != UInt8(ascii: "#") {
            let begin = index
            while index < url.count, url[index] != UInt8(ascii: "&"), url[index] != UInt8(ascii: "#") {
                guard isPlain(url[index]) else { return false }
                index += 1
            }
            let parameter = begin..<index
            if index < url.count, url[index] == UInt8(ascii: "&") { index += 1 }
            if parameter.isEmpty || isTracker(url.extracting(parameter)) { continue }
            if let previous, !precedes(url.extracting(previous), url.extracting(parameter)) { return false }
            out.append(previous == nil ? UInt8(ascii: "?") : UInt8(ascii: "&"))
            for place in parameter { out.append(url[place]) }
            previous = parameter
        }
        return true
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// Whether `first` is before `second`, or equal to it, in the order of bytes.
    private static func precedes(_ first: Swift.Span<UInt8>, _ second: Swift.Span<UInt8>) -> Bool {
        for index in 0..<min(first.count, second.count) where first[index] != second[index] {
            return first[index] < second[index]
        }
        return first.count <= second.count
    }

    /// Parameters that tell who came from where, not which page is meant. A trailing `_` stands for all that follow.
    private static let trackers: [[UInt8]] = [
        "utm_", "at_", "fbclid", "gclid", "gclsrc", "dclid", "msclkid", "yclid", "twclid", "igshid", "mc_cid", "mc_eid",
        "_hsenc", "_hsmi", "mkt_tok", "ns_campaign", "ns_mchannel", "ns_source", "cmpid", "ito", "wt_mc", "xtor",
        "ftag", "guccounter", "smid", "sr_share", "spm", "ocid",
    ].map { Array($0.utf8) }

    /// By their first letter; that of `ref` has an entry too.
    private static let trackersByLetter: [[[UInt8]]?] = (UInt8.min...UInt8.max).map { letter in
        let candidates = trackers.filter { $0[0] == letter }
        return candidates.isEmpty && letter != referrer[0] ? nil : candidates
    }

    private static let referrer = Array("ref".utf8)

    /// Values of `ref` that only tell where the link stood.
    private static let referrers: Set<String> = [
        "rss", "feed", "atom", "newsfeed", "rss_feed", "rssfeed", "twitter", "facebook", "home", "share", "email",
        "newsletter", "homepage", "feedly", "hackernews", "reddit", "producthunt",
    ]

    private static let schemes = [Array("https://".utf8), Array("http://".utf8)]

    /// The length of `http://` or `https://` at the start.
    private static func schemeLength(of url: ArraySlice<UInt8>) -> Int? {
        for scheme in schemes {
            guard url.count > scheme.count, zip(url, scheme).allSatisfy({ lower($0.0) == $0.1 }) else { continue }
            return scheme.count
        }
        return nil
    }

    /// False without a host.
    private static func appendAuthority(_ text: ArraySlice<UInt8>, to out: inout [UInt8]) -> Bool {
        var host = text
        // Names and passwords are no part of what page it is.
        if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(at + 1)...] }
        var port: ArraySlice<UInt8> = []
        if let colon = host.lastIndex(of: UInt8(ascii: ":")), host.last != UInt8(ascii: "]"),
            host[colon...].dropFirst().allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        {
            port = host[(colon + 1)...]
            host = host[..<colon]
        }
        while host.last == UInt8(ascii: ".") { host.removeLast() }
        guard !host.isEmpty else { return false }
        for byte in host { out.append(lower(byte)) }
        if !port.isEmpty, !port.elementsEqual("80".utf8), !port.elementsEqual("443".utf8) {
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: port)
        }
        return true
    }

    private static func appendPath(_ path: ArraySlice<UInt8>, to out: inout [UInt8]) {
        if isPlain(path) { out.append(contentsOf: path) } else { out.append(contentsOf: resolved(path)) }
    }

    /// Whether a path stays as it is: most do.
    private static func isPlain(_ path: ArraySlice<UInt8>) -> Bool {
        guard path.first == UInt8(ascii: "/") else { return false }
        var last: UInt8 = 0
        for byte in path {
            // Dots behind a slash may be segments of their own.
            guard isPlain(byte), byte != UInt8(ascii: ".") || last != UInt8(ascii: "/") else { return false }
            last = byte
        }
        return true
    }

    /// Written as it is, and no sign of anything.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "%") && byte != UInt8(ascii: "\\")
    }

    private static func resolved(_ path: ArraySlice<UInt8>) -> [UInt8] {
        guard !path.isEmpty else { return [UInt8(ascii: "/")] }
        var kept: [ArraySlice<UInt8>] = []
        let segments = path.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\")
        }
        for (index, segment) in segments.enumerated().dropFirst() {
            let dots = dotCount(segment)
            if dots == 2, !kept.isEmpty { kept.removeLast() }
            if dots == 0 { kept.append(segment) } else if index == segments.count - 1 { kept.append([]) }
        }
        var out: [UInt8] = []
        for segment in kept {
            out.append(UInt8(ascii: "/"))
            appendNormalised(segment, to: &out)
        }
        return out.isEmpty ? [UInt8(ascii: "/")] : out
    }

    /// 1 for `.`, 2 for `..`, percent-encoded or not; 0 for any other segment.
    private static func dotCount(_ segment: ArraySlice<UInt8>) -> Int {
        guard segment.count <= 6, segment.first == UInt8(ascii: ".") || segment.first == UInt8(ascii: "%") else {
            return 0
        }
        switch String(decoding: segment.map(lower), as: UTF8.self) {
        case ".", "%2e": return 1
        case "..", ".%2e", "%2e.", "%2e%2e": return 2
        default: return 0
        }
    }

    /// Percent signs of letters, digits and `-._~` are resolved, those of others written in capitals; what must be
    /// encoded is.
    private static func appendNormalised(_ text: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.endIndex, let high = hex(text[index + 1]),
                let low = hex(text[index + 2])
            {
                let value = high << 4 | low
                if isUnreserved(value) { out.append(value) } else { appendEncoded(value, to: &out) }
                index += 3
                continue
            }
            if byte <= 0x20 || byte >= 0x7F { appendEncoded(byte, to: &out) } else { out.append(byte) }
            index += 1
        }
    }

    private static func appendQuery(_ query: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var kept: [ArraySlice<UInt8>] = []
        var rest = query
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let parameter = rest[..<end]
            if !parameter.isEmpty, !isTracker(parameter.span) {
                if parameter.allSatisfy(isPlain) {
                    kept.append(parameter)
                } else {
                    var normalised: [UInt8] = []
                    appendNormalised(parameter, to: &normalised)
                    kept.append(normalised[...])
                }
            }
            rest = rest[end...].dropFirst()
        }
        if kept.count > 1 { kept.sort { $0.lexicographicallyPrecedes($1) } }
        for (index, parameter) in kept.enumerated() {
            out.append(index == 0 ? UInt8(ascii: "?") : UInt8(ascii: "&"))
            out.append(contentsOf: parameter)
        }
    }

    private static func isTracker(_ parameter: Swift.Span<UInt8>) -> Bool {
        guard let candidates = trackersByLetter[Int(lower(parameter[0]))] else { return false }
        var length = 0
        while length < parameter.count, parameter[length] != UInt8(ascii: "=") { length += 1 }
        if length == referrer.count, parameter.count > length, begins(parameter, as: referrer) {
            let value = (length + 1..<parameter.count).map { lower(parameter[$0]) }
            return referrers.contains(String(decoding: value, as: UTF8.self))
        }
        for tracker in candidates {
            guard tracker.last == UInt8(ascii: "_") || length == tracker.count else { continue }
            if tracker.count <= length, begins(parameter, as: tracker) { return true }
        }
        return false
    }

    /// Whatever the case of its letters; `name` is in lower case.
    private static func begins(_ text: Swift.Span<UInt8>, as name: [UInt8]) -> Bool {
        guard text.count >= name.count else { return false }
        for index in name.indices where lower(text[index]) != name[index] { return false }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func appendEncoded(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] { out.append(digit < 10 ? digit + 0x30 : digit + 0x37) }
    }
}
