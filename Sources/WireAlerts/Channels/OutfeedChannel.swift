import WireModel

/// A feed of alerts for each topic, in Atom and JSON Feed, in a folder that any web server or reader can take it from.
///
/// The JSON file is also what is remembered: a message adds to it, and one that comes twice changes nothing.
struct OutfeedChannel: Channel {
    static let descriptor = ChannelDescriptor(
        kind: "outfeed", title: "A feed for each topic, in a folder",
        settings: [
            .init("folder", .text, "where the files go: /var/lib/wirewatch/feeds", isRequired: true),
            .init("entries", .number, "how many entries a feed has at most, 1 to 1000; 100 unless given"),
            .init("url", .address, "where the folder is seen from outside: https://example.org/feeds/"),
        ],
        retry: .webhook)

    enum Limits {
        static let entries = 100
        static let mostEntries = 1_000
    }

    private let name: String
    private let folder: OutfeedFolder
    private let entries: Int
    private let address: String?

    init(_ settings: ChannelSettings, _ outside: Outside) throws(ChannelError) {
        try MessageTemplates.refuse(settings)
        name = settings.name
        let path = settings.text("folder") ?? ""
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw .badSetting(name: "folder", reason: "it is not a whole path; write it from / on")
        }
        folder = OutfeedFolder(path: path)
        entries = settings.number("entries") ?? Limits.entries
        guard (1...Limits.mostEntries).contains(entries) else {
            throw .badSetting(name: "entries", reason: "it is not 1 to \(Limits.mostEntries)")
        }
        address = settings.text("url").map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    }

    func render(_ message: AlertMessage) throws(ChannelError) -> [UInt8] {
        Array(JSONValue.array(OutfeedDocument.parts(of: message).map(\.part)).text.utf8)
    }

    func send(_ letter: Letter) async -> DeliveryResult {
        let parts = (try? JSONReader.read(letter.body))?.array?.compactMap(OutfeedDocument.init(part:)) ?? []
        guard !parts.isEmpty else { return .refused(Message.Answer(error: "the message holds no entries")) }
        do throws(OutfeedFolder.Trouble) {
            let remarks = try await folder.locked { folder throws(OutfeedFolder.Trouble) in
                var remarks: [String] = []
                for part in parts { remarks += try add(part, in: folder) }
                return remarks
            }
            return .delivered(
                Message.Answer(text: remarks.joined(separator: "; ").prefix(bytes: Message.Answer.textLimit)))
        } catch {
            return .tryAgain(Message.Answer(error: error.description))
        }
    }

    /// - Returns: what was found that nobody expected.
    private func add(_ part: OutfeedDocument, in folder: OutfeedFolder) throws(OutfeedFolder.Trouble) -> [String] {
        let file = "\(part.name).json"
        var remarks: [String] = []
        var document = OutfeedDocument(name: part.name, title: part.title, home: part.home, entries: [])
        if let bytes = try folder.bytes(of: file) {
            if let known = OutfeedDocument(name: part.name, json: bytes) {
                document = known
            } else {
                remarks.append("\(file) was no feed of ours; it is kept as \(try folder.setAside(file))")
            }
        }
        document.add(part, limit: entries)
        // The memory last: after a crash in between, the next attempt writes both again.
        try folder.replace("\(part.name).atom", with: document.atom(at: address, channel: name))
        try folder.replace(file, with: document.json(at: address))
        return remarks
    }
}
