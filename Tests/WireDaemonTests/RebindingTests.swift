import Foundation
import Testing
import WireTesting

/// A name whose address changes between two fetches. The real program looks names up in a hosts file of the test's own, which takes
/// a mount namespace, and so root.
@Suite("Rebinding names", .enabled(if: Mount.isAllowed))
struct RebindingTests {
    private let folder = NSTemporaryDirectory() + "wirewatch-rebinding-\(UUID().uuidString)"

    private func write(_ name: String, _ text: String) throws {
        // In place: what is mounted is this very file.
        let path = folder + "/" + name
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private func fetch(_ network: String) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = [
            "-m", "sh", "-c",
            "mount --bind \(folder)/hosts /etc/hosts && exec \"$0\" fetch --all --config \(folder)/wirewatch.yaml --allow-network \(network)",
            ServiceProcess.program,
        ]
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    @Test(
        "T03 Only allowed addresses are connected to, when a name changes its address and when it has both kinds at once"
    )
    func rebinding() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let allowed = try FixtureServer()
        let denied = try FixtureServer(port: UInt16(allowed.port))
        let document =
            "<rss version=\"2.0\"><channel><title>T</title><item><guid>a</guid><title>a</title></item></channel></rss>"
        for server in [allowed, denied] { server.answer("/f", .text(200, [], document)) }
        try write("topics.yaml", "topics: []\n")
        try write("wirewatch.yaml", "data: data\nfetch: {manual_gap: 0s}\n")
        try write(
            "feeds.opml",
            "<opml version=\"2.0\"><body><outline type=\"rss\" xmlUrl=\"http://rebind.example:\(allowed.port)/f\"/></body></opml>"
        )
        try write("hosts", "\(allowed.host) rebind.example\n")
        #expect(try fetch(allowed.host + "/32").contains("1 new"))
        #expect(allowed.requests.count == 1)

        try write("hosts", "\(denied.host) rebind.example\n")
        let output = try fetch(allowed.host + "/32")
        #expect(output.contains("refused to connect to \(denied.host)"))
        #expect(denied.connections == 0)

        for order in [[denied.host, allowed.host], [allowed.host, denied.host]] {
            try write("hosts", order.map { "\($0) rebind.example\n" }.joined())
            let before = allowed.requests.count
            #expect(!(try fetch(allowed.host + "/32").contains("1 new")))
            #expect(denied.connections == 0)
            #expect(allowed.requests.count == before + 1)
        }
    }
}
