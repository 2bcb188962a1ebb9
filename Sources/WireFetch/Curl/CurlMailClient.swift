import CCurl
import Glibc
import Synchronization

/// SMTP by libcurl: a thread and at most one connection for each relay, so that a slow one holds up no other.
///
/// A connection carries up to 50 mails and is closed, with a QUIT, after ten idle seconds; the thread ends with it.
public final class CurlMailClient: MailClient {
    private let desks = Mutex<[MailRelay: MailDesk]>([:])

    public init() {}

    deinit {
        let desks = desks.withLock { $0 }
        for desk in desks.values { desk.stop() }
        for desk in desks.values { desk.join() }
    }

    public func send(_ mail: Mail, by relay: MailRelay) async throws(MailError) -> MailReply {
        let desk = desks.withLock { desks in
            let desk = desks[relay] ?? MailDesk(relay)
            desks[relay] = desk
            return desk
        }
        let mark = CancellationMark()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = MailJob(mail: mail, mark: mark, continuation: continuation)
                if let refusal = desk.post(job) { continuation.resume(returning: .failure(refusal)) }
            }
        } onCancel: {
            mark.set()
        }
        return try result.get()
    }
}

/// Whether who waits for a mail gave up.
final class CancellationMark: Sendable {
    private let mark = Atomic(false)

    var isSet: Bool { mark.load(ordering: .relaxed) }
    func set() { mark.store(true, ordering: .relaxed) }
}

/// A mail on its way and who waits for it.
struct MailJob: Sendable {
    let mail: Mail
    let mark: CancellationMark
    let continuation: CheckedContinuation<Result<MailReply, MailError>, Never>
}

/// Where tasks leave mail for a relay, and the thread that carries it there.
final class MailDesk: Sendable {
    private enum Limits {
        /// An idle connection is closed after this, in milliseconds.
        static let idle: Int32 = 10_000
        /// What a polite end may take when the program ends, in milliseconds.
        static let farewell = 2_000
    }

    private struct State {
        var jobs: [MailJob] = []
        var isStopping = false
        var isRunning = false
        /// An eventfd while the thread runs.
        var bell: Int32 = -1
        /// To be joined once.
        var handle: pthread_t?
        /// Open ones: one, or two while a host's addresses are tried.
        var sockets: Set<Int32> = []
    }

    private let relay: MailRelay
    private let state = Mutex(State())

    init(_ relay: MailRelay) { self.relay = relay }

    /// Hands a mail to the thread and starts it if need be; gives the error if that is not possible.
    func post(_ job: MailJob) -> MailError? {
        state.withLock { state in
            if state.isStopping { return .shuttingDown }
            if !state.isRunning, let problem = start(&state) { return problem }
            state.jobs.append(job)
            eventfd_write(state.bell, 1)
            return nil
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopping = true
            if state.isRunning { eventfd_write(state.bell, 1) }
        }
    }

    /// Waits for the thread's end after `stop`; a relay that lets us wait for its farewell is left without.
    func join() {
        guard let handle = state.withLock({ $0.handle }) else { return }
        var patience = Limits.farewell
        while patience > 0, state.withLock({ $0.isRunning }) {
            usleep(10_000)
            patience -= 10
        }
        state.withLock { state in
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        pthread_join(handle, nil)
        state.withLock { $0.handle = nil }
    }

    // MARK: The thread's side

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func opened(_ socket: Int32) { state.withLock { _ = $0.sockets.insert(socket) } }

    /// Closes under the lock, so that nobody shuts down a descriptor that is another's by now.
    func closeSocket(_ socket: Int32) -> Int32 {
        state.withLock { state in
            state.sockets.remove(socket)
            return close(socket)
        }
    }

    fileprivate func run() {
        // A broken TLS connection may raise SIGPIPE here; other signals are other threads' business.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        CurlDriver.useUTF8()
        var transfer: CurlMailTransfer?
        while true {
            while let job = takeJob() {
                if transfer == nil { transfer = CurlDriver.isLibraryReady ? CurlMailTransfer(relay, desk: self) : nil }
                job.continuation.resume(
                    returning: transfer?.send(job) ?? .failure(.outOfResources(detail: "libcurl could not be set up")))
            }
            if !isStopping, waitForWork() { continue }
            // Says goodbye to the relay, which may take a moment in which new mail comes.
            transfer = nil
            if end() { return }
        }
    }

    private func takeJob() -> MailJob? {
        let (job, late) = state.withLock { state -> (MailJob?, [MailJob]) in
            if state.isStopping {
                defer { state.jobs = [] }
                return (nil, state.jobs)
            }
            return (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), [])
        }
        for job in late { job.continuation.resume(returning: .failure(.shuttingDown)) }
        return job
    }

    /// False if nothing came for a while.
    private func waitForWork() -> Bool {
        let bell = state.withLock { $0.bell }
        var one = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
        guard poll(&one, 1, Limits.idle) != 0 else { return false }
        var count: eventfd_t = 0
        eventfd_read(bell, &count)
        return true
    }

    /// The thread's last word; false if mail came meanwhile.
    private func end() -> Bool {
        state.withLock { state in
            guard state.jobs.isEmpty else { return false }
            state.isRunning = false
            close(state.bell)
            state.bell = -1
            return true
        }
    }

    private func start(_ state: inout State) -> MailError? {
        // The thread before has said its last word, so this does not wait.
        if let before = state.handle { pthread_join(before, nil) }
        state.handle = nil
        let bell = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard bell >= 0 else { return .outOfResources(detail: "no descriptor is free") }
        // SAFETY: the new thread takes over this reference and releases it at its end.
        let seed = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { seed in
                if let seed { Unmanaged<MailDesk>.fromOpaque(seed).takeRetainedValue().run() }
                return nil
            }, seed.toOpaque())
        guard result == 0 else {
            seed.release()
            close(bell)
            return .outOfResources(detail: "no thread could be started")
        }
        state.handle = thread
        state.bell = bell
        state.isRunning = true
        return nil
    }
}
