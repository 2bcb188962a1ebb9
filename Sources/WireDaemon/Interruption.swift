import Dispatch
import Glibc

/// Lets SIGTERM and SIGINT end work in order instead of killing the process.
enum Interruption {
    /// Runs `work`; a signal cancels it. Returns whether one came. A second signal ends the process at once.
    static func watch(_ work: @escaping @Sendable () async -> Void) async -> Bool {
        let (signals, sources) = listen(to: [SIGTERM, SIGINT])
        defer { for source in sources { source.cancel() } }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await signal in signals {
                    // From here on the customary effect holds again.
                    Glibc.signal(signal, SIG_DFL)
                    return true
                }
                return false
            }
            group.addTask {
                await work()
                return false
            }
            let wasInterrupted = await group.next() ?? false
            group.cancelAll()
            await group.waitForAll()
            return wasInterrupted
        }
    }

    private static func listen(to numbers: [Int32]) -> (AsyncStream<Int32>, [any DispatchSourceSignal]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
        let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
        return (stream, sources)
    }
}
