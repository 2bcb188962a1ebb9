import CCurl
import Glibc
import Synchronization

/// Where tasks leave work for the driver's thread, and how they wake it.
final class CurlMailbox: Sendable {
    struct Batch {
        var arrivals: [CurlJob] = []
        var cancelled: [UInt64] = []
        var isStopping = false
    }

    private enum Thread { case notStarted, running, ended }

    private struct State {
        var batch = Batch()
        var lastID: UInt64 = 0
        var thread = Thread.notStarted
        /// The thread is about to wait, and nobody has woken it yet.
        var isAsleep = false
        /// An eventfd; -1 before the thread is started and after it has ended.
        var bell: Int32 = -1
        /// To be joined once.
        var handle: pthread_t?
        var mourners: [CheckedContinuation<Void, Never>] = []
    }

    private let options: CurlClient.Options
    private let state = Mutex(State())

    init(options: CurlClient.Options) { self.options = options }

    func nextID() -> UInt64 {
        state.withLock { state in
            state.lastID &+= 1
            return state.lastID
        }
    }

    /// Hands a job to the thread and starts the thread if need be; gives the error if neither is possible.
    func post(_ job: CurlJob) -> FetchError? {
        state.withLock { state in
            if state.batch.isStopping { return .shuttingDown }
            if state.thread == .notStarted, let problem = start(&state) { return problem }
            state.batch.arrivals.append(job)
            ring(&state)
            return nil
        }
    }

    func cancel(_ id: UInt64) {
        state.withLock { state in
            guard state.thread == .running else { return }
            state.batch.cancelled.append(id)
            ring(&state)
        }
    }

    func stop() {
        state.withLock { state in
            state.batch.isStopping = true
            ring(&state)
        }
    }

    /// Waits for the end of the thread after `stop`: some milliseconds. The process must not end while the thread takes
    /// TLS connections down.
    func join() {
        let handle = state.withLock { state in
            defer { state.handle = nil }
            return state.handle
        }
        if let handle { pthread_join(handle, nil) }
    }

    func stopAndWait() async {
        defer { join() }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.batch.isStopping = true
                guard state.thread == .running else { return true }
                state.mourners.append(continuation)
                ring(&state)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: The thread's side

    /// The work that came since the last call; nil if none did, and then whoever brings some rings the bell.
    func take() -> Batch? {
        state.withLock { state in
            if state.batch.arrivals.isEmpty, state.batch.cancelled.isEmpty, !state.batch.isStopping {
                state.isAsleep = true
                return nil
            }
            let batch = state.batch
            state.batch = Batch(isStopping: batch.isStopping)
            return batch
        }
    }

    func wokeUp() { state.withLock { $0.isAsleep = false } }

    /// The thread has let go of everything; gives the jobs that came too late.
    func threadEnded() -> [CurlJob] {
        let (late, mourners) = state.withLock { state in
            let late = state.batch.arrivals
            state.batch = Batch(isStopping: true)
            state.thread = .ended
            close(state.bell)
            state.bell = -1
            let mourners = state.mourners
            state.mourners = []
            return (late, mourners)
        }
        for mourner in mourners { mourner.resume() }
        return late
    }

    // MARK: -

    private func ring(_ state: inout State) {
        guard state.isAsleep else { return }
        state.isAsleep = false
        eventfd_write(state.bell, 1)
    }

    private func start(_ state: inout State) -> FetchError? {
        let bell = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard bell >= 0 else { return .outOfResources(detail: "no descriptor is free") }
        // SAFETY: the new thread takes over this reference and the loop's, and releases them at its end.
        let seed = Unmanaged.passRetained(ThreadSeed(mailbox: self, bell: bell, options: options))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { seed in
                if let seed {
                    let seed = Unmanaged<ThreadSeed>.fromOpaque(seed).takeRetainedValue()
                    CurlDriver.run(mailbox: seed.mailbox, bell: seed.bell, options: seed.options)
                }
                return nil
            }, seed.toOpaque())
        guard result == 0 else {
            seed.release()
            close(bell)
            return .outOfResources(detail: "no thread could be started")
        }
        state.handle = thread
        state.bell = bell
        state.thread = .running
        return nil
    }
}

/// What the thread gets to begin with.
private final class ThreadSeed: Sendable {
    let mailbox: CurlMailbox
    let bell: Int32
    let options: CurlClient.Options

    init(mailbox: CurlMailbox, bell: Int32, options: CurlClient.Options) {
        self.mailbox = mailbox
        self.bell = bell
        self.options = options
    }
}
