import Testing
import WireTesting

/// Who holds the program's memory, as itself tells.
@Suite("The allocator")
struct AllocatorTests {
    private func options(_ further: String) throws -> Set<Substring> {
        let run = try ProgramRun(
            ["config", "show"], with: ["wirewatch.yaml": "data: data\n"],
            environment: ["MALLOC_CONF": "confirm_conf:true,stats_print:true" + further])
        #expect(run.code == 0)
        #expect(!run.output.contains("Invalid conf"))
        return Set(run.output.split(separator: "\n").map { $0.drop { $0 == " " } })
    }

    @Test("serves the program and its libraries, with our options") func ours() throws {
        let told = try options("")
        #expect(
            told.isSuperset(of: [
                "opt.narenas: 1", "opt.tcache_max: 16384", "opt.background_thread: true (background_thread: true)",
                "opt.muzzy_decay_ms: 0 (arenas.muzzy_decay_ms: 0)",
            ]))
        let inUse = try #require(told.first { $0.hasPrefix("Allocated: ") }).split { !$0.isNumber }.first.flatMap {
            Int($0)
        }
        #expect(try #require(inUse) > 100_000)
    }

    @Test("The user's options count more") func theirs() throws {
        let told = try options(",narenas:3")
        #expect(told.isSuperset(of: ["opt.narenas: 3", "opt.tcache_max: 16384"]))
    }
}
