import Synchronization
import Testing

@testable import WirePipeline

@Suite("The gate of documents in work")
struct DocumentGateTests {
    private final class Tally: Sendable {
        let inside = Mutex((now: 0, most: 0, done: 0))
        let entered = Mutex<[Int]>([])
    }

    @Test("No more than the limit are inside at once, and all come through")
    func limit() async {
        let gate = DocumentGate()
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    await gate.enter()
                    tally.inside.withLock {
                        $0.now += 1
                        $0.most = max($0.most, $0.now)
                    }
                    for _ in 0..<3 { await Task.yield() }
                    tally.inside.withLock {
                        $0.now -= 1
                        $0.done += 1
                    }
                    gate.leave()
                }
            }
        }
        let end = tally.inside.withLock { $0 }
        #expect(end.now == 0 && end.done == 500)
        #expect(end.most > 1 && end.most <= DocumentGate.Limits.documents)
    }

    @Test("Who waits comes in as soon as another leaves, the first first")
    func order() async {
        let gate = DocumentGate()
        for _ in 0..<DocumentGate.Limits.documents { await gate.enter() }
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask {
                    await gate.enter()
                    tally.entered.withLock { $0.append(number) }
                }
                // One after the other, so that their order is known.
                while gate.waitingCount == number { await Task.yield() }
            }
            #expect(tally.entered.withLock { $0 } == [])
            for count in 1...3 {
                gate.leave()
                while tally.entered.withLock({ $0.count }) < count { await Task.yield() }
            }
        }
        #expect(tally.entered.withLock { $0 } == [0, 1, 2])
    }
}
