/// How often a host may be asked; nil fields are left to less exact rules.
public struct HostPolicy: Hashable, Sendable {
    /// Least time between the end of a request and the start of the next.
    public var gap: Duration?
    /// Requests in any 60 minutes.
    public var hourly: Int?
    /// Requests at once.
    public var inFlight: Int?

    public init(gap: Duration? = nil, hourly: Int? = nil, inFlight: Int? = nil) {
        self.gap = gap
        self.hourly = hourly
        self.inFlight = inFlight
    }
}

/// The setting `hosts`: who may be asked how often. The most exact key wins, field by field: the host, the longest
/// domain above it, the narrowest network that holds a literal address, `*`.
public struct HostRules: Sendable {
    public enum Defaults {
        public static let gap: Duration = .seconds(2)
        /// For hosts with more feeds than `crowd`, unless a rule names a gap.
        public static let crowdedGap: Duration = .seconds(10)
        public static let crowd = 20
        public static let hourly = 360
        public static let inFlight = 1
    }

    private var names: [String: HostPolicy] = [:]
    private var networks: [(network: CIDR, policy: HostPolicy)] = []
    private var fallback = HostPolicy()

    public init() {}

    /// - Parameter rules: keys are hosts, domains, CIDR networks or `*`, in any letter case.
    public init(_ rules: [String: HostPolicy]) {
        for (key, policy) in rules {
            if key == "*" {
                fallback = policy
            } else if let network = CIDR(key) {
                networks.append((network, policy))
            } else {
                names[HostRules.normalized(key)] = policy
            }
        }
        networks.sort { $0.network.prefix > $1.network.prefix }
    }

    /// The limits in force for a host, none left open; `gap` is nil if no rule names one.
    func policy(for host: String) -> (gap: Duration?, hourly: Int, inFlight: Int) {
        var layers: [HostPolicy] = []
        if !names.isEmpty {
            var rest = Substring(host)
            while !rest.isEmpty {
                if let policy = names[String(rest)] { layers.append(policy) }
                guard let dot = rest.firstIndex(of: ".") else { break }
                rest = rest[rest.index(after: dot)...]
            }
        }
        if !networks.isEmpty, let address = IPAddress(host) {
            layers += networks.filter { $0.network.contains(address) }.map(\.policy)
        }
        layers.append(fallback)
        return (
            layers.lazy.compactMap(\.gap).first.map { max(.zero, $0) },
            max(1, layers.lazy.compactMap(\.hourly).first ?? Defaults.hourly),
            max(1, layers.lazy.compactMap(\.inFlight).first ?? Defaults.inFlight)
        )
    }

    /// The group of a host: the most exact host or domain that a rule names below its registrable domain, else that
    /// domain; an address is a group of its own.
    func group(of host: String) -> String {
        if HostGroups.isLiteral(host) { return IPAddress(host)?.unmapped.description ?? host }
        let domain = HostGroups.registrableDomain(host) ?? host
        if names.isEmpty { return domain }
        var rest = Substring(host)
        while rest.utf8.count > domain.utf8.count {
            if names[String(rest)] != nil { return String(rest) }
            guard let dot = rest.firstIndex(of: ".") else { break }
            rest = rest[rest.index(after: dot)...]
        }
        return domain
    }

    private static func normalized(_ key: String) -> String {
        var key = key.lowercasedASCII
        while key.hasSuffix(".") { key.removeLast() }
        return key
    }
}
