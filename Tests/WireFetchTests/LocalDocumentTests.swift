import Glibc
import Testing
import WireFetch
import WireModel

@Suite("Local documents")
struct LocalDocumentTests {
    @Test("A file is read once, and again when it changes")
    func reading() async throws {
        let folder = try Folder()
        let path = folder.write("feed.xml", "<rss/>")
        var state = FeedState()
        // Long after it was written.
        let later = Timestamp(year: 2100, month: 1, day: 1)
        let first = await fetch(path, state, later)
        #expect(first.word == "modified")
        #expect(first.facts.bytes == 6)
        #expect(first.facts.status == nil)
        state.remember(first)
        #expect(state.validators != nil)
        // Not even opened: it may be unreadable by now.
        chmod(path, 0)
        #expect(await fetch(path, state, later).word == "notModified")
        chmod(path, 0o600)
        _ = folder.write("feed.xml", "<rss>2</rss>")
        let changed = await fetch(path, state, later)
        #expect(changed.word == "modified")
        state.remember(changed)
        // Same bytes, written anew: the file is read, the document is the same.
        _ = folder.write("feed.xml", "<rss>2</rss>")
        #expect(await fetch(path, state, later).word == "notModified")
    }

    @Test("A file that was just written is not trusted to keep its time")
    func fresh() async throws {
        let folder = try Folder()
        let path = folder.write("feed.xml", "<rss/>")
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let outcome = await fetch(path, FeedState(), Timestamp(seconds: Int64(time.tv_sec)))
        #expect(outcome.word == "modified")
        #expect(outcome.facts.validators == nil)
    }

    @Test("What is no readable file is a clear error, at once")
    func errors() async throws {
        let folder = try Folder()
        let pipe = folder.path + "/pipe"
        mkfifo(pipe, 0o600)
        let loop = folder.path + "/loop"
        symlink(loop, loop)
        let table = [
            (folder.path + "/none.xml", "file_missing"), (folder.path, "file_not_regular"), (pipe, "file_not_regular"),
            ("/dev/zero", "file_not_regular"), (loop, "file_unreadable"), (folder.write("empty.xml", ""), "empty_body"),
            (folder.write("large.xml", String(repeating: "a", count: 1001)), "file_too_large"),
            (folder.path + "/a\u{0}b", "file_missing"),
            (folder.path + "/" + String(repeating: "a", count: 300), "file_unreadable"),
        ]
        for (path, code) in table {
            let outcome = await fetch(path, FeedState(), Fixture.start)
            #expect(outcome.word == "failed:\(code)", "\(path)")
            #expect(outcome.failure?.message.hasPrefix(path) == true)
        }
    }

    private func fetch(_ path: String, _ state: FeedState, _ now: Timestamp) async -> FetchOutcome {
        let feed = Feed(id: FeedID(rawValue: 1), address: path, source: .local(path: path))
        return await Fixture.fetcher(settings: FetchSettings(maxBodyBytes: 1000)).fetch(
            feed, state: state, now: { now })
    }
}

/// A folder that goes away with its test.
private final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/wirewatch-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FetchError.fileDenied }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }

    func write(_ name: String, _ text: String) -> String {
        let file = "\(path)/\(name)"
        if let handle = fopen(file, "wb") {
            fputs(text, handle)
            fclose(handle)
        }
        return file
    }
}
