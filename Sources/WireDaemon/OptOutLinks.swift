import Foundation
import WireAlerts
import WireModel
import WireWeb

/// The addresses by which a mail's recipient takes itself off a channel, one for each recipient of each channel.
///
/// A token says nothing and serves nothing else: it is a keyed hash of channel and recipient. The key is a file of the data
/// folder, so that no copy of the database can make tokens.
struct OptOutLinks: Sendable {
    private enum Limits {
        static let keyBytes = 32
        static let tokenBytes = 16
    }

    private let base: String?
    private let key: [UInt8]

    /// - Parameter folder: the data folder; the key is made there if it is missing.
    /// - Returns: nil if no page answers outside: without `web: public_url:`, or with `listen: off`.
    /// - Throws: a problem if the key can be neither read nor made.
    init?(_ settings: Settings, folder: String) throws(SettingsProblem) {
        guard let base = settings.alerts.publicURL, settings.web.listen != nil else { return nil }
        self.base = base
        key = try OptOutLinks.key(at: folder + "/unsubscribe.key")
    }

    init(base: String, key: [UInt8]) {
        self.base = base
        self.key = key
    }

    func address(channel: String, recipient: String) -> String? {
        base.map { $0 + UnsubscribePage.path + token(channel: channel, recipient: recipient) }
    }

    /// Whose token it is, among the recipients of these channels.
    func subscription(_ token: String, among channels: [String: any Channel]) -> WebActions.Subscription? {
        for (name, channel) in channels {
            for recipient in channel.recipientAddresses
            // Both sides are hashed: how long the comparison takes tells nothing of the token.
            where Digest(of: self.token(channel: name, recipient: recipient)) == Digest(of: token) {
                return WebActions.Subscription(channel: name, recipient: recipient)
            }
        }
        return nil
    }

    private func token(channel: String, recipient: String) -> String {
        let text = "unsubscribe\u{0}\(channel)\u{0}\(recipient.lowercased())"
        return Signature.hmacSHA256(Array(text.utf8), key: key).prefix(Limits.tokenBytes)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func key(at path: String) throws(SettingsProblem) -> [UInt8] {
        if let known = try read(path) { return known }
        var random = SystemRandomNumberGenerator()
        let fresh = (0..<Limits.keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        // Written aside and put in place whole: of two programs that make one at once, both use the first.
        let draft = "\(path).\(getpid())"
        defer { unlink(draft) }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw problem(path) }
        let written = write(descriptor, fresh, fresh.count)
        let isSafe = fsync(descriptor) == 0
        close(descriptor)
        guard written == fresh.count, isSafe, link(draft, path) == 0 || errno == EEXIST else { throw problem(path) }
        guard let key = try read(path) else { throw problem(path) }
        return key
    }

    private static func read(_ path: String) throws(SettingsProblem) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let key = try TextFile.readBytes(path, limit: Limits.keyBytes)
        guard key.count == Limits.keyBytes else {
            throw SettingsProblem(
                message: "\(path): not a key of \(Limits.keyBytes) bytes",
                hint: "remove it: another is made, and the unsubscribe addresses of old mails end")
        }
        return key
    }

    private static func problem(_ path: String) -> SettingsProblem {
        SettingsProblem(message: "\(path): cannot be made: \(String(cString: strerror(errno)))", hint: nil)
    }
}
