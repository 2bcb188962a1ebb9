import Foundation
import WireFetch

/// A secret that a feed's `auth` names: `credential:NAME` (systemd), `file:PATH` or `env:NAME`.
enum FeedSecret {
    private enum Limits {
        /// Tokens and passwords are shorter; a key file named by mistake is longer.
        static let bytes = 16_384
    }

    /// Reads the secret, without the line end that editors add.
    static func read(_ reference: String) throws(SecretFault) -> String {
        guard let colon = reference.firstIndex(of: ":") else { throw SecretFault(advice) }
        let name = String(reference[reference.index(after: colon)...])
        let environment = ProcessInfo.processInfo.environment
        switch reference[..<colon] {
        case "env":
            guard let value = environment[name] else { throw SecretFault("the environment has no variable \(name)") }
            return try checked(value, of: reference)
        case "file": return try checked(contents(of: name), of: reference)
        case "credential":
            guard let folder = environment["CREDENTIALS_DIRECTORY"] else {
                throw SecretFault("there is no CREDENTIALS_DIRECTORY; credentials are given by systemd")
            }
            guard !name.contains("/"), !name.isEmpty else { throw SecretFault("“\(name)” is no credential's name") }
            return try checked(contents(of: folder + "/" + name), of: reference)
        default: throw SecretFault(advice)
        }
    }

    private static let advice = "it must name a secret: credential:NAME, file:PATH or env:NAME"

    private static func contents(of path: String) throws(SecretFault) -> String {
        do {
            return try TextFile.read(path, limit: Limits.bytes)
        } catch {
            throw SecretFault(error.message)
        }
    }

    private static func checked(_ value: String, of reference: String) throws(SecretFault) -> String {
        var value = value
        while value.last?.isNewline == true { value.removeLast() }
        guard !value.isEmpty else { throw SecretFault("\(reference) is empty") }
        return value
    }
}
