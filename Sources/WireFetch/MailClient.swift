/// Hands one mail at a time to a relay.
public protocol MailClient: Sendable {
    /// Returns when the relay has taken the mail over. Cancelling the task breaks the transfer off.
    /// - Throws: `MailError` if the relay did not say that it took it; it may have it all the same after a `lostAnswer`.
    func send(_ mail: Mail, by relay: MailRelay) async throws(MailError) -> MailReply
}

/// A mail as it goes into the envelope.
public struct Mail: Sendable {
    public let sender: MailAddress
    public let recipient: MailAddress
    /// Header and body with CRLF line ends; dots are doubled on the way.
    public let content: [UInt8]

    public init(from sender: MailAddress, to recipient: MailAddress, content: [UInt8]) {
        self.sender = sender
        self.recipient = recipient
        self.content = content
    }

    /// A part before the @ is not ASCII, so that the relay must speak SMTPUTF8 (RFC 6531).
    var needsUnicode: Bool { !sender.isASCII || !recipient.isASCII }
}

/// The server that takes mail, and how to speak to it.
public struct MailRelay: Hashable, Sendable {
    public enum Security: String, Sendable, CaseIterable {
        /// In plain until STARTTLS, which the relay must offer.
        case startTLS = "starttls"
        /// TLS from the first byte.
        case tls
        /// Never TLS, and so never a password: for a relay on this machine.
        case none

        public var port: Int {
            switch self {
            case .startTLS: 587
            case .tls: 465
            case .none: 25
            }
        }
    }

    public struct Login: Hashable, Sendable {
        let user: String
        let password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    let host: String
    let port: Int
    let security: Security
    let login: Login?
    /// What this client calls itself.
    let greeting: String
    /// A PEM file of certificate authorities instead of the system's.
    let certificateFile: String?

    /// - Throws: `MailError.badSetting` for a host or greeting that is none, and for a login without TLS.
    public init(
        host: String, port: Int? = nil, security: Security = .startTLS, login: Login? = nil, greeting: String,
        certificateFile: String? = nil
    ) throws(MailError) {
        guard MailRelay.isHost(host) || IPAddress(host) != nil else {
            throw .badSetting(name: "host", reason: "it is no host name and no address")
        }
        guard (1...65_535).contains(port ?? security.port) else {
            throw .badSetting(name: "port", reason: "ports are numbers from 1 to 65535")
        }
        guard MailRelay.isHost(greeting) else {
            throw .badSetting(name: "greeting", reason: "it is no host name")
        }
        guard login == nil || security != .none else {
            throw .badSetting(name: "user", reason: "a password is never sent without TLS; leave security: none out")
        }
        self.host = host
        self.port = port ?? security.port
        self.security = security
        self.login = login
        self.greeting = greeting
        self.certificateFile = certificateFile
    }

    private static func isHost(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { MailAddress.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == 0x2E }
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }
}

/// What a relay answered: the code and the lines after it, cut to a kilobyte, without control characters.
public struct MailReply: Hashable, Sendable {
    public let code: Int
    public let text: String

    public init(code: Int, text: String) {
        self.code = code
        self.text = text
    }

    /// 4yz: the same may work later.
    public var isTemporary: Bool { (400..<500).contains(code) }
    /// 5yz.
    public var isPermanent: Bool { (500..<600).contains(code) }
}

/// Where a conversation with a relay stood.
public enum MailStage: String, Hashable, Sendable {
    case connection, greeting, startTLS, login, sender, recipient, data, content

    /// Whether what the relay says here is about the mail and not about this client.
    public var concernsMail: Bool {
        switch self {
        case .connection, .greeting, .startTLS, .login: false
        case .sender, .recipient, .data, .content: true
        }
    }
}

/// Why a relay did not take a mail. Holds no secret.
public enum MailError: Error, Hashable, Sendable {
    case badSetting(name: String, reason: String)
    /// It said no.
    case replied(MailReply, MailStage)
    /// It has all of the mail, but its last answer never came: it may have taken it.
    case lostAnswer(detail: String)
    case dns(host: String)
    case refused(detail: String)
    case timeout(MailStage)
    /// The certificate is not good, or TLS did not come about.
    case tls(detail: String)
    /// It does not offer STARTTLS, or somebody on the way took the offer out.
    case noSTARTTLS
    /// An address needs SMTPUTF8, and the relay does not offer it.
    case noSMTPUTF8
    /// The connection broke, or what came is not SMTP.
    case broken(MailStage, detail: String)
    case cancelled
    case shuttingDown
    case outOfResources(detail: String)
}

extension MailError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badSetting(let name, let reason): "\(name) cannot be used: \(reason)"
        case .replied(let reply, let stage):
            "the relay answered \(reply.code) \(MailError.occasion(stage))"
                + (reply.text.isEmpty ? "" : ": \(reply.text)")
        case .lostAnswer(let detail):
            "the relay got the mail, but its answer was lost (\(detail)); it may have been delivered"
        case .dns(let host):
            "the name \(host) cannot be found; check the host's spelling and this machine's name server"
        case .refused(let detail): "no connection to the relay: \(detail)"
        case .timeout(let stage): "the relay took too long \(MailError.occasion(stage))"
        case .tls(let detail): "no safe connection to the relay: \(detail)"
        case .noSTARTTLS:
            "the relay does not offer STARTTLS, so nothing was sent; if it speaks TLS from the start, set security: tls"
        case .noSMTPUTF8:
            "the address has letters before the @ for which the relay must offer SMTPUTF8, and it does not"
        case .broken(let stage, let detail): "the connection to the relay broke \(MailError.occasion(stage)): \(detail)"
        case .cancelled: "sending was broken off"
        case .shuttingDown: "sending was broken off because the program ends"
        case .outOfResources(let detail): "this machine could not send: \(detail)"
        }
    }

    private static func occasion(_ stage: MailStage) -> String {
        switch stage {
        case .connection: "when it was called"
        case .greeting: "to the greeting"
        case .startTLS: "to STARTTLS"
        case .login: "to the login"
        case .sender: "to the sender"
        case .recipient: "to the recipient"
        case .data: "to the announcement of the mail"
        case .content: "to the mail"
        }
    }
}
