/// A mail address with the name of its owner, if it was given one. Holds nothing that could break out of a header or an
/// envelope: no line break, no angle bracket, no control character.
public struct MailAddress: Hashable, Sendable {
    public let name: String?
    /// Before the @.
    public let local: String
    /// In lower case and ASCII: letters of other scripts as RFC 5891 writes them.
    public let domain: String

    /// `local@domain`.
    public var text: String { local + "@" + domain }

    public var isASCII: Bool { local.utf8.allSatisfy { $0 < 0x80 } }

    /// Reads `desk@example.org` or `The desk <desk@example.org>`.
    ///
    /// Local parts that need quotes (RFC 5321 section 4.1.2) are not taken.
    /// - Throws: what is wrong with it, as a clause.
    public init(_ text: String) throws(MailAddressFault) {
        var address = Substring(text)
        var name: String?
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            address = text[text.index(after: open)...].dropLast()
            name = MailAddress.name(text[..<open])
        }
        guard text.unicodeScalars.allSatisfy(MailAddress.isHarmless) else {
            throw MailAddressFault("it holds a control character")
        }
        guard let at = address.lastIndex(of: "@") else { throw MailAddressFault("it has no @") }
        local = String(address[..<at])
        guard (1...64).contains(local.utf8.count), !local.hasPrefix("."), !local.hasSuffix("."), !local.contains(".."),
            local.utf8.allSatisfy({ MailAddress.isAtom($0) || $0 == UInt8(ascii: ".") })
        else { throw MailAddressFault("“\(local)” cannot stand before an @") }
        domain = try MailAddress.domain(String(address[address.index(after: at)...]))
        self.name = name
    }

    private static func name(_ text: Substring) -> String? {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        if text.count > 1, text.first == "\"", text.last == "\"" { text = text.dropFirst().dropLast() }
        return text.isEmpty ? nil : String(text)
    }

    private static func domain(_ text: String) throws(MailAddressFault) -> String {
        let fault = MailAddressFault("“\(text)” is no domain")
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x80 || isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        guard isPlain, let ascii = WebAddress.asciiHost(text), ascii.utf8.count <= 255 else { throw fault }
        let labels = ascii.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ (1...63).contains($0.utf8.count) && !$0.hasPrefix("-") && !$0.hasSuffix("-") }) else {
            throw fault
        }
        return ascii
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
        default: true
        }
    }

    private static func isAtom(_ byte: UInt8) -> Bool {
        byte >= 0x80 || isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

/// Why a text is no mail address.
public struct MailAddressFault: Error, Hashable, Sendable {
    public let reason: String

    init(_ reason: String) { self.reason = reason }
}
