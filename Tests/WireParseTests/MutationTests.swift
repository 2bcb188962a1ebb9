import Testing
import WireModel

@testable import WireParse

/// No change of any fixture crashes the parser; what comes out is valid.
@Suite struct MutationTests {
    @Test(arguments: FeedFixture.paths)
    func mutationsDoNotCrash(path: String) throws {
        let bytes = try FeedFixture.bytes(path)
        var random = SplitMix(state: UInt64(bytes.count))
        for round in 0..<300 {
            var changed = bytes
            switch round % 5 {
            case 0: changed.removeLast(Int(random.next() % UInt64(bytes.count)))
            case 1:
                for _ in 0..<8 {
                    changed[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
            case 2: changed.remove(at: Int(random.next() % UInt64(bytes.count)))
            case 3:
                let start = Int(random.next() % UInt64(bytes.count))
                changed.removeSubrange(start..<min(bytes.count, start + Int(random.next() % 64)))
            default:
                let marks: [UInt8] = Array("<>&;\"'/[]!-?{},:".utf8) + [0, 0xFF, 0x80]
                for _ in 0..<4 {
                    changed.insert(
                        marks[Int(random.next() % UInt64(marks.count))], at: Int(random.next() % UInt64(changed.count)))
                }
            }
            do throws(ParseError) {
                let feed = try FeedParser().parse(FetchedDocument(bytes: changed, url: "https://m.example/"))
                #expect(feed.keys.count == feed.entries.count)
            } catch {
                #expect(error.problems.contains { $0.severity == .error })
            }
        }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
