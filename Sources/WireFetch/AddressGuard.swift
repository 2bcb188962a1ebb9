import Glibc

/// An IPv4 or IPv6 address.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The 128 bits; an IPv4 address stands in the lowest 32 of `low`.
    let high: UInt64
    let low: UInt64
    public let isIPv4: Bool

    init(v4: UInt32) {
        high = 0
        low = UInt64(v4)
        isIPv4 = true
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        isIPv4 = false
    }

    /// Reads `127.0.0.1` (four decimal parts) or `::1`, with or without brackets; nil for any other spelling.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self.init(v6)
    }

    init(_ address: in6_addr) {
        // SAFETY: reads the 16 bytes of a local value, within the call.
        let (high, low) = withUnsafeBytes(of: address) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self.init(high: high, low: low)
    }

    public var description: String {
        if isIPv4 { return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)" }
        var address = in6_addr()
        // SAFETY: writes the 16 bytes of a local value, within the call.
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &address, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The IPv4 address that an IPv6 address carries inside (mapped, compatible, translated, NAT64, 6to4).
    var embeddedIPv4: IPAddress? {
        guard !isIPv4 else { return nil }
        let tail = IPAddress(v4: UInt32(truncatingIfNeeded: low))
        let inner = low >> 32
        if high == 0, inner == 0xFFFF || inner == 0 { return tail }  // ::ffff:0:0/96, ::/96
        if high == 0, inner == 0xFFFF_0000 { return tail }  // ::ffff:0:0:0/96
        if high == 0x0064_FF9B_0000_0000, inner == 0 { return tail }  // 64:ff9b::/96
        if high >> 48 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: high >> 16)) }  // 2002::/16
        return nil
    }

    /// `::ffff:a.b.c.d` as the IPv4 address that it is to the network; any other address as it is.
    var unmapped: IPAddress {
        guard !isIPv4, high == 0, low >> 32 == 0xFFFF else { return self }
        return IPAddress(v4: UInt32(truncatingIfNeeded: low))
    }
}

/// A network: an address and the length of its prefix.
public struct CIDR: Hashable, Sendable, CustomStringConvertible {
    public let address: IPAddress
    public let prefix: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or an address alone for that address only; nil if it is neither.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        let longest = address.isIPv4 ? 32 : 128
        var prefix = longest
        if parts.count == 2 {
            let digits = parts[1]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(digits),
                length <= longest
            else { return nil }
            prefix = length
        }
        self.init(address, prefix: prefix)
    }

    init(_ address: IPAddress, prefix: Int) {
        self.address = address
        self.prefix = prefix
    }

    public var description: String { "\(address)/\(prefix)" }

    public func contains(_ other: IPAddress) -> Bool {
        guard other.isIPv4 == address.isIPv4 else { return false }
        if address.isIPv4 { return prefix == 0 || (other.low ^ address.low) >> UInt64(32 - prefix) == 0 }
        let highBits = min(prefix, 64)
        if highBits > 0, (other.high ^ address.high) >> UInt64(64 - highBits) != 0 { return false }
        let lowBits = prefix - highBits
        return lowBits == 0 || (other.low ^ address.low) >> UInt64(64 - lowBits) == 0
    }
}

/// Decides which addresses may be connected to. Asked for every socket before it connects, with the address that the
/// name resolved to, so that redirects, odd spellings and changing name servers are all covered.
public struct AddressGuard: Sendable {
    /// An address and port where this program itself listens; the unspecified address stands for all own ones.
    public struct Endpoint: Hashable, Sendable {
        public let address: IPAddress
        public let port: Int

        public init(address: IPAddress, port: Int) {
            self.address = address
            self.port = port
        }
    }

    private let allowed: [CIDR]
    private let listening: [Endpoint]
    private let trustsTarget: Bool

    /// For endpoints that the operator named in the settings, by name and port: their addresses are the operator's affair.
    /// Requests under it follow no redirect.
    public static let operatorEndpoints = AddressGuard(trustsTarget: true)

    private init(trustsTarget: Bool) {
        self.trustsTarget = trustsTarget
        allowed = []
        listening = []
    }

    /// - Parameters:
    ///   - networks: exceptions to the denied ranges. The denied ports stay denied inside them.
    ///   - endpoints: own listening addresses; always denied.
    public init(allowing networks: [CIDR] = [], listening endpoints: [Endpoint] = []) {
        allowed = networks
        listening = endpoints
        trustsTarget = false
    }

    /// Why a connection to this address and port is not allowed; nil if it is.
    public func denial(of address: IPAddress, port: Int) -> String? {
        if trustsTarget { return nil }
        if let rule = AddressGuard.denial(ofPort: port) { return rule }
        let address = address.unmapped
        if isOwn(address, port: port) { return "this program itself listens there" }
        if allowed.contains(where: { $0.contains(address) }) { return nil }
        if let rule = AddressGuard.denial(ofRange: address) { return rule }
        guard let inner = address.embeddedIPv4 else { return nil }
        return AddressGuard.denial(ofRange: inner).map { "it holds \(inner), \($0)" }
    }

    private static func denial(ofPort port: Int) -> String? {
        if port == 80 || port == 443 { return nil }
        if port < 1024 { return "port \(port) belongs to another service" }
        return deniedPorts.contains(port) ? "port \(port) usually is a database or control port" : nil
    }

    private static func denial(ofRange address: IPAddress) -> String? {
        deniedRanges.first { $0.network.contains(address) }?.name
    }

    private func isOwn(_ address: IPAddress, port: Int) -> Bool {
        listening.contains { endpoint in
            guard endpoint.port == port else { return false }
            if endpoint.address.unmapped == address { return true }
            let isUnspecified = endpoint.address.high == 0 && endpoint.address.low == 0
            return isUnspecified && AddressGuard.belongsToThisMachine(address)
        }
    }

    /// Whether an address is this machine's own: a socket can be bound to it. Needs no netlink, which the service's
    /// sandbox does not give.
    private static func belongsToThisMachine(_ address: IPAddress) -> Bool {
        let descriptor = socket(
            address.isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        if address.isIPv4 {
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
            return bound(descriptor, to: &name)
        }
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        // SAFETY: writes the 16 bytes of a local value, within the call.
        withUnsafeMutableBytes(of: &name.sin6_addr) { bytes in
            bytes.storeBytes(of: address.high.bigEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return bound(descriptor, to: &name)
    }

    private static func bound<Name>(_ descriptor: Int32, to name: inout Name) -> Bool {
        // SAFETY: `name` is a socket address of the size given; bind only reads it, within the call.
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<Name>.size)) == 0
            }
        }
    }

    /// Databases and control ports that listen above 1023 and act on what a GET can say.
    private static let deniedPorts: Set<Int> = [2375, 3306, 5432, 6379, 9200, 11211, 27017]

    private static let deniedRanges: [(network: CIDR, name: String)] = [
        ("0.0.0.0/8", "an address of this network"), ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network"), ("127.0.0.0/8", "this machine itself"),
        ("169.254.0.0/16", "a link-local address"), ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "a reserved address"), ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a relay address"), ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "an address for benchmarks"), ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"), ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"), ("::/128", "the unspecified address"),
        ("::1/128", "this machine itself"),
        ("fc00::/7", "a private network"), ("fe80::/10", "a link-local address"), ("fec0::/10", "a private network"),
        ("ff00::/8", "a multicast address"), ("100::/64", "a discard address"),
        ("2001:db8::/32", "an address for documentation"), ("2001::/32", "a tunnel address"),
        ("64:ff9b:1::/48", "a private translation address"),
    ].compactMap { text, name in CIDR(text).map { ($0, name) } }
}

extension AddressGuard {
    /// The address and port of a socket address; nil for a family other than IPv4 and IPv6.
    ///
    /// SAFETY: `pointer` must hold `length` readable bytes for the call; they are copied, not kept.
    static func endpoint(_ pointer: UnsafeRawPointer, length: Int) -> Endpoint? {
        guard length >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(pointer.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let name = pointer.loadUnaligned(as: sockaddr_in.self)
            return Endpoint(
                address: IPAddress(v4: UInt32(bigEndian: name.sin_addr.s_addr)),
                port: Int(UInt16(bigEndian: name.sin_port)))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let name = pointer.loadUnaligned(as: sockaddr_in6.self)
            return Endpoint(address: IPAddress(name.sin6_addr), port: Int(UInt16(bigEndian: name.sin6_port)))
        default: return nil
        }
    }
}
