import WireModel

/// Why a secret cannot be read, in words that do not hold it.
public struct SecretFault: Error, Hashable, Sendable {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}

/// The settings `fetch` that concern requests.
public struct FetchSettings: Sendable {
    /// Of a whole transfer.
    public var timeout: Duration
    public var connectTimeout: Duration
    /// Bytes of a document, decompressed; also the limit of local files.
    public var maxBodyBytes: Int
    /// Where a site's owner learns who we are: an address or mail address; empty for none.
    public var userAgentContact: String
    /// How many people read the feeds, told to the sites.
    public var subscribers: Int
    /// The program's version, told to the sites.
    public var version: String
    /// Reads the secret that a feed's `auth` names; a failure says why it cannot.
    public var secret: @Sendable (_ reference: String) -> Result<String, SecretFault> = { _ in
        .failure(SecretFault("no secrets are read here"))
    }

    public init(
        timeout: Duration = .seconds(60), connectTimeout: Duration = .seconds(10),
        maxBodyBytes: Int = 10 * 1024 * 1024, userAgentContact: String = "", subscribers: Int = 1,
        version: String = "0.1"
    ) {
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maxBodyBytes = maxBodyBytes
        self.userAgentContact = userAgentContact
        self.subscribers = subscribers
        self.version = version
    }

    /// `Wirewatch/1.0 (+https://example.org/feeds; 3 subscribers)`.
    public var userAgent: String {
        let contact = userAgentContact.filter { $0 != "(" && $0 != ")" && $0 != ";" && !$0.isNewline }
        return "Wirewatch/\(version) (\(contact.isEmpty ? "" : "+\(contact); ")\(counted(subscribers, "subscriber")))"
    }

    var limits: TransferLimits { TransferLimits(total: timeout, connect: connectTimeout, maxBodyBytes: maxBodyBytes) }
}
