import Foundation
import WireFetch

/// Where a secret is: `credential:NAME` (systemd), `file:PATH` or `env:NAME`. Its value is read when it is used, and is in
/// no error.
struct SecretReference: Hashable {
    private enum Source: String {
        case credential, file, env
    }

    private enum Limits {
        /// Tokens and passwords are shorter; a key file named by mistake is longer.
        static let bytes = 16_384
    }

    private let source: Source
    private let name: String

    /// - Parameter folder: what a relative path begins from; nil for the current folder.
    init?(_ text: String, relativeTo folder: String? = nil) {
        guard let colon = text.firstIndex(of: ":"), let source = Source(rawValue: String(text[..<colon])) else {
            return nil
        }
        self.source = source
        let name = String(text[text.index(after: colon)...])
        guard source == .file, let folder, !name.hasPrefix("/") else {
            self.name = name
            return
        }
        self.name = folder + "/" + name
    }

    /// As settings write it.
    var text: String { "\(source.rawValue):\(name)" }

    /// What reads a feed's `auth`.
    static func read(_ reference: String) throws(SecretFault) -> String {
        guard let reference = SecretReference(reference) else {
            throw SecretFault("it must name a secret: credential:NAME, file:PATH or env:NAME")
        }
        return try reference.read()
    }

    /// The secret, without the line end that editors add.
    /// - Throws: why there is none.
    func read(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SecretFault) -> String {
        switch source {
        case .env:
            guard let value = environment[name] else { throw SecretFault("the environment has no variable \(name)") }
            return try checked(value)
        case .file: return try checked(SecretReference.contents(of: name))
        case .credential:
            guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
                throw SecretFault("there is no CREDENTIALS_DIRECTORY; credentials are given by systemd")
            }
            guard !name.contains("/"), !name.isEmpty, name != "..", name != "." else {
                throw SecretFault("“\(name)” is no credential's name")
            }
            return try checked(SecretReference.contents(of: folder + "/" + name))
        }
    }

    private static func contents(of path: String) throws(SecretFault) -> String {
        do {
            return try TextFile.read(path, limit: Limits.bytes)
        } catch {
            throw SecretFault(error.message)
        }
    }

    private func checked(_ value: String) throws(SecretFault) -> String {
        var value = value
        while value.last?.isNewline == true { value.removeLast() }
        guard !value.isEmpty else { throw SecretFault("\(text) is empty") }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw SecretFault("\(text) holds a line break or another control character; it must be one line of text")
        }
        return value
    }
}
