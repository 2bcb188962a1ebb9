import Foundation
import Testing
import WireModel
import WireStore
import WireStoreSQLite
import WireTesting

/// A process that writes is killed at any moment; whatever it said it had stored must be there, and the rest sound.
@Suite(.serialized) struct CrashTests {
    private static let folderVariable = "WIREWATCH_TEST_CRASH_FOLDER"

    private static var childFolder: String? { ProcessInfo.processInfo.environment[folderVariable] }

    /// The writing process: this test alone, in a process of its own, until it is killed.
    @Test(.enabled(if: childFolder != nil, "the child process of the next test")) func writesUntilKilled() async throws
    {
        let path = try #require(Self.childFolder)
        let store = try await SQLiteStore(folder: path)
        let samples = StoreSamples(store)
        let feeds = try await samples.feeds((0..<5).map { "f\($0)" })
        let process = ProcessInfo.processInfo.processIdentifier
        for round in 0... {
            let writes = feeds.map { feed in
                let new = (0..<4).map { samples.article("\(process)-\(round)-\(feed)-\($0)", in: feed) }
                return samples.write(feed, new: new, matches: [samples.match("t", of: new[0].article.id)])
            }
            var lines = ""
            for (write, result) in zip(writes, await store.apply(writes)) {
                let receipt = try result.get()
                lines += receipt.new.map { "new \($0)\n" }.joined()
                lines += receipt.flagged.map { "flagged \($0)\n" }.joined()
                let edit = samples.edit(write.new[1], text: "Edited.")
                let second = try await store.apply(samples.write(write.feed, revised: [edit]))
                lines += second.revised.map { "revised \($0)\n" }.joined()
            }
            if round % 3 == 0 { _ = try await store.index(limit: 30) }
            FileHandle.standardError.write(Data(lines.utf8))
        }
    }

    @Test(.enabled(if: childFolder == nil)) func t60_nothingThatWasAcknowledgedIsLost() async throws {
        let folder = try TemporaryFolder()
        var said = Receipts()
        for attempt in 0..<24 {
            let before = said.new.count
            // A few while the database is being made or opened, the others in the middle of steady work.
            let lines = attempt % 4 == 0 ? 0 : attempt * 7 % 60 + 1
            let printed = try Self.runChild(in: folder.data, killedAfter: lines, and: .milliseconds(attempt * 13 % 50))
            said.read(printed)
            if lines > 0 { #expect(said.new.count > before, "\(String(decoding: printed, as: UTF8.self))") }
            let store = try await SQLiteStore(folder: folder.data)
            #expect(try await store.check() == [])
            let stored = try await StoreSamples(store).all()
            #expect(said.new.subtracting(stored.map(\.article.id)).isEmpty)
            #expect(said.revised.subtracting(stored.filter { $0.article.revision == 2 }.map(\.article.id)).isEmpty)
            #expect(said.flagged.subtracting(stored.flatMap(\.matches).map(\.id)).isEmpty)
            try await store.close()
        }
    }

    private struct Receipts {
        var new: Set<ArticleID> = []
        var revised: Set<ArticleID> = []
        var flagged: Set<MatchID> = []

        mutating func read(_ output: Data) {
            // Only whole lines: the last one may have been cut.
            for line in String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
                .dropLast()
            {
                let parts = line.split(separator: " ")
                guard parts.count == 2, let number = Int64(parts[1]) else { continue }
                switch parts[0] {
                case "new": new.insert(ArticleID(rawValue: number))
                case "revised": revised.insert(ArticleID(rawValue: number))
                case "flagged": flagged.insert(MatchID(rawValue: number))
                default: continue
                }
            }
        }
    }

    /// The whole lines about new articles; the test run writes lines of its own to the same place.
    private static func articleLines(in printed: Data) -> Int {
        printed.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().count {
            $0.starts(with: "new ".utf8)
        }
    }

    /// Runs the writing test in a copy of this process, and kills it some time after it has printed so many lines (none:
    /// after its database has appeared); what it printed.
    private static func runChild(in folder: String, killedAfter lines: Int, and time: Duration) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var arguments = Array(CommandLine.arguments.dropFirst())
        while let filter = arguments.firstIndex(where: { ["--filter", "--skip"].contains($0) }) {
            arguments.removeSubrange(filter..<min(filter + 2, arguments.count))
        }
        process.arguments = arguments + ["--filter", "CrashTests.writesUntilKilled"]
        process.environment = ProcessInfo.processInfo.environment.merging([folderVariable: folder]) { $1 }
        let output = Pipe()
        process.standardError = output
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let child = process.processIdentifier
        let deadline = Thread {
            sleep(60)
            if process.isRunning { kill(child, SIGKILL) }
        }
        deadline.start()
        var printed = Data()
        if lines == 0 {
            while !FileManager.default.fileExists(atPath: folder + "/wirewatch.db"), process.isRunning { usleep(500) }
        }
        while articleLines(in: printed) < lines {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            printed += more
        }
        usleep(UInt32(clamping: time.wholeMilliseconds * 1_000))
        kill(child, SIGKILL)
        printed += output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return printed
    }
}
