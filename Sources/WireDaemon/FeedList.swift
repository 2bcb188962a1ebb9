import Foundation
import WireModel
import WireParse
public import WireStore

/// The operator's list of feeds.
public struct FeedList: Sendable {
    /// Usable feeds, in the list's order; of equal addresses the first.
    public private(set) var declarations: [FeedDeclaration] = []
    public private(set) var problems: [SettingsProblem] = []
    /// How many feeds of the database stay in force because there is no list; nil if there is one.
    let stored: Int?
    var count: Int { stored ?? declarations.count }

    /// Reads the list.
    /// - Throws: a problem if the file cannot be read or is not OPML.
    init(path: String) throws(SettingsProblem) {
        stored = nil
        let list = try FeedList.read(
            path, limit: SubscriptionList.Limits.ownSubscriptions,
            hint: "put a feed reader's OPML list there, an empty one if all feeds are imported, or name it with --feeds"
        )
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        problems = FeedList.remarks(list.problems, path: path)
        var seen: Set<String> = []
        seen.reserveCapacity(list.subscriptions.count)
        declarations.reserveCapacity(list.subscriptions.count)
        for subscription in list.subscriptions
        where seen.insert(FeedList.place(of: subscription.address, in: folder)).inserted {
            // An unusable address is a failed feed, not an error of the list: the fetcher says what is wrong with it.
            declarations.append(
                FeedDeclaration(
                    address: subscription.address, source: FeedList.source(subscription.address, in: folder),
                    title: subscription.title, folder: subscription.folder, settings: subscription.settings))
        }
    }

    /// No list, where none need be.
    init(missing path: String, stored: Int) {
        self.stored = stored
        problems = [
            SettingsProblem(
                message: "\(path): there is no list of feeds; the database's stay in force (\(stored))",
                hint: "an empty OPML list there says that this is meant", isError: false)
        ]
    }

    private static func source(_ address: String, in folder: String) -> FeedSource {
        if address.utf8.contains(UInt8(ascii: ":")) { return .remote(url: address) }
        return .local(path: address.hasPrefix("/") ? address : folder + "/" + address)
    }

    /// One spelling for all addresses that are the same request or file: scheme and host in lower case, no default port, no
    /// fragment, `/` for an empty path.
    static func place(of address: String, in folder: String = "") -> String {
        if isPlain(address) { return address }
        let bytes = address.utf8
        guard URLReference.isWeb(address), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[colon...].starts(with: "://".utf8)
        else {
            if address.contains(":") { return address }
            return URL(fileURLWithPath: address.hasPrefix("/") ? address : "\(folder)/\(address)").standardized.path
        }
        let scheme = address[..<colon].lowercased()
        let rest = bytes[bytes.index(colon, offsetBy: 3)...].prefix { $0 != UInt8(ascii: "#") }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        let path = Substring(rest[authority.endIndex...])
        let at = authority.lastIndex(of: UInt8(ascii: "@")).map { bytes.index(after: $0) } ?? authority.startIndex
        var host = Substring(authority[at...]).lowercased()
        for port in [scheme == "https" ? ":443" : ":80", ":"] where host.hasSuffix(port) {
            host.removeLast(port.count)
        }
        return "\(scheme)://\(Substring(authority[..<at]))\(host)\(path.hasPrefix("/") ? "" : "/")\(path)"
    }

    /// Whether `place` has nothing to do: lower case, a path, no port, user or fragment.
    private static func isPlain(_ address: String) -> Bool {
        let bytes = address.utf8.span
        let host = address.hasPrefix("https://") ? 8 : address.hasPrefix("http://") ? 7 : 0
        guard host > 0 else { return false }
        var index = host
        while index < bytes.count, isOfPlainHost(bytes[index]) { index += 1 }
        guard index > host, index < bytes.count, bytes[index] == UInt8(ascii: "/") else { return false }
        while index < bytes.count, bytes[index] != UInt8(ascii: "#") { index += 1 }
        return index == bytes.count
    }

    private static func isOfPlainHost(_ byte: UInt8) -> Bool {
        byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    /// - Parameter hint: the way out if the file cannot be opened.
    static func read(_ path: String, limit: Int, hint: String? = nil) throws(SettingsProblem) -> SubscriptionList {
        let bytes = try TextFile.readBytes(path, limit: TextFile.Limits.list, hint: hint)
        do {
            return try SubscriptionList.read(bytes, limit: limit)
        } catch {
            throw SettingsProblem(
                message: "\(path): not a list of feeds: \(error.reason)",
                hint: "a list is OPML; see feeds.opml")
        }
    }

    /// What is wrong with a list, as warnings: it is read as far as it goes.
    static func remarks(_ problems: [Problem], path: String) -> [SettingsProblem] {
        problems.map { problem in
            SettingsProblem(
                place: SourcePlace(
                    file: path, line: Int(problem.place?.line ?? 1), column: Int(problem.place?.column ?? 1)),
                message: problem.message, isError: false)
        }
    }
}

extension Feed {
    /// Whether a name of the command line means this feed: its address, its title, or `folder/NAME`.
    func isCalled(_ name: String) -> Bool {
        if address == name || title == name { return true }
        guard name.hasPrefix("folder/") else { return false }
        let path = name.dropFirst(7)
        return folder == path || folder.hasPrefix(path + "/")
    }
}

/// A list that somebody gave us: its feeds are added to the database, local paths are not.
public struct ImportedList: Sendable {
    public let problems: [String]
    private let declarations: [FeedDeclaration]
    /// Whether an entry could not be taken.
    public let hasErrors: Bool

    public var count: Int { declarations.count }

    public init(path: String) throws(SettingsProblem) {
        let list = try FeedList.read(path, limit: SubscriptionList.Limits.importedSubscriptions)
        var problems = FeedList.remarks(list.problems, path: path)
        var declarations: [FeedDeclaration] = []
        var seen: Set<String> = []
        for subscription in list.subscriptions where seen.insert(FeedList.place(of: subscription.address)).inserted {
            guard URLReference.isWeb(subscription.address) else {
                problems.append(
                    SettingsProblem(
                        place: SourcePlace(file: path, line: subscription.line, column: 1),
                        message: "not taken: \"\(subscription.address)\" is not an http or https address",
                        hint: "local documents belong into your own feeds.opml"))
                continue
            }
            var settings = subscription.settings
            // A stranger's list must not have our files and passwords sent to its servers, nor our requests to its proxy.
            if settings.auth != nil || settings.clientCertificate != nil || settings.proxy != nil {
                (settings.auth, settings.clientCertificate, settings.proxy) = (nil, nil, nil)
                problems.append(
                    SettingsProblem(
                        place: SourcePlace(file: path, line: subscription.line, column: 1),
                        message: "auth, client_cert and proxy of \"\(subscription.address)\" are not taken",
                        hint: "they belong into your own feeds.opml", isError: false))
            }
            declarations.append(
                FeedDeclaration(
                    address: subscription.address, source: .remote(url: subscription.address),
                    title: subscription.title, folder: subscription.folder, settings: settings))
        }
        self.problems = problems.map(\.text)
        self.declarations = declarations
        hasErrors = problems.contains(where: \.isError)
    }

    /// Adds the feeds to the database in one transaction.
    /// - Returns: how many are new.
    public func add(to assembly: Assembly) async throws(StoreError) -> Int {
        let store = try await assembly.openStore(forWriting: true)
        let added = try await store.add(declarations, now: Clock.now())
        try await store.close()
        return added.count
    }
}
