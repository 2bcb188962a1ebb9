import CCurl
import Glibc

/// The one thread that owns libcurl's multi handle and all transfers. It waits with epoll, because libcurl's own loop
/// looks at every transfer on each turn, which hundreds of them make dear.
///
/// Everything here is made, used and freed on that thread.
final class CurlDriver {
    private let mailbox: CurlMailbox
    private let options: CurlClient.Options
    // SAFETY: owned by this object and so by the thread; freed in `close`, which is the thread's last act.
    private let multi: UnsafeMutableRawPointer
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private let poll: Int32
    private let bell: Int32
    /// When libcurl wants to be called without a socket's event, in monotonic milliseconds.
    private var deadline: Int64?

    private var active: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    private var waiting: [CurlJob] = []
    private var waitingStart = 0
    private var idle: [CurlTransfer] = []

    private enum Limits {
        /// Idle handles kept for reuse, some 10 kB each.
        static let idleHandles = 64
        /// Idle connections kept: enough for the hosts with several feeds, few enough for the descriptors.
        static let idleConnections = 32
        /// Events taken at once.
        static let events = 256
    }

    /// The body of the thread: runs until the mailbox says stop.
    static func run(mailbox: CurlMailbox, bell: Int32, options: CurlClient.Options) {
        // A broken TLS connection may raise SIGPIPE here; other signals are other threads' business.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        useUTF8()
        guard CurlDriver.isLibraryReady, let driver = CurlDriver(mailbox: mailbox, bell: bell, options: options) else {
            let detail = "libcurl could not be set up"
            while true {
                guard let batch = mailbox.take() else {
                    var one = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
                    Glibc.poll(&one, 1, -1)
                    var count: eventfd_t = 0
                    eventfd_read(bell, &count)
                    continue
                }
                for job in batch.arrivals {
                    job.continuation.resume(returning: .failure(.outOfResources(detail: detail)))
                }
                if batch.isStopping { break }
            }
            finish(mailbox)
            return
        }
        driver.loop()
        driver.close()
        finish(mailbox)
    }

    /// libcurl reads international host names in the thread's character set.
    static func useUTF8() {
        if let utf8 = newlocale(Int32(LC_CTYPE_MASK), "C.UTF-8", nil) { uselocale(utf8) }
    }

    private static func finish(_ mailbox: CurlMailbox) {
        for job in mailbox.threadEnded() { job.continuation.resume(returning: .failure(.shuttingDown)) }
    }

    static let isLibraryReady = curl_global_init(ww_curl_global_default) == CURLE_OK

    private init?(mailbox: CurlMailbox, bell: Int32, options: CurlClient.Options) {
        guard let multi = curl_multi_init() else { return nil }
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else {
            curl_multi_cleanup(multi)
            return nil
        }
        self.mailbox = mailbox
        self.options = options
        self.multi = multi
        self.poll = poll
        self.bell = bell
        events = .allocate(capacity: Limits.events)
        watch(bell, EPOLLIN.rawValue)
        // SAFETY: the callbacks run inside libcurl's calls below, on this thread, while this object lives.
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ww_multi_setopt_socket(multi, curlWantsSocket, context)
        _ = ww_multi_setopt_timer(multi, curlWantsTimer, context)
        _ = ww_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, Limits.idleConnections)
    }

    private func close() {
        for transfer in active.values {
            curl_multi_remove_handle(multi, transfer.easy)
            transfer.finish(with: .failure(.shuttingDown))
        }
        for job in waiting[waitingStart...] { job.continuation.resume(returning: .failure(.shuttingDown)) }
        active = [:]
        waiting = []
        waitingStart = 0
        idle = []
        curl_multi_cleanup(multi)
        Glibc.close(poll)
        events.deallocate()
    }

    // MARK: The loop

    private func loop() {
        while true {
            while let batch = mailbox.take() {
                if batch.isStopping { return }
                waiting.append(contentsOf: batch.arrivals)
                for id in batch.cancelled { cancel(id) }
                startWaiting()
            }
            let count = epoll_wait(poll, events.baseAddress, Int32(events.count), timeout())
            mailbox.wokeUp()
            var running: Int32 = 0
            for index in 0..<max(0, Int(count)) {
                let event = events[index]
                if event.data.fd == bell {
                    var rings: eventfd_t = 0
                    eventfd_read(bell, &rings)
                    continue
                }
                curl_multi_socket_action(multi, event.data.fd, CurlDriver.selection(event.events), &running)
            }
            if let due = deadline, due <= CurlDriver.now() {
                deadline = nil
                curl_multi_socket_action(multi, ww_curl_socket_timeout, 0, &running)
            }
            collectFinished()
            startWaiting()
        }
    }

    /// Milliseconds to wait; -1 for ever.
    private func timeout() -> Int32 {
        guard let deadline else { return -1 }
        return Int32(clamping: max(0, deadline &- CurlDriver.now()))
    }

    private static func selection(_ events: UInt32) -> Int32 {
        var selection: Int32 = 0
        if events & EPOLLIN.rawValue != 0 { selection |= CURL_CSELECT_IN }
        if events & EPOLLOUT.rawValue != 0 { selection |= CURL_CSELECT_OUT }
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { selection |= CURL_CSELECT_ERR }
        return selection
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
    }

    // MARK: Transfers

    private func startWaiting() {
        while waitingStart < waiting.count, active.count < options.concurrency {
            let job = waiting[waitingStart]
            waitingStart += 1
            start(job)
        }
        if waitingStart == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            waitingStart = 0
        } else if waitingStart > 1024 {
            waiting.removeFirst(waitingStart)
            waitingStart = 0
        }
    }

    private func start(_ job: CurlJob) {
        guard let transfer = idle.popLast() ?? CurlTransfer(options: options) else {
            job.continuation.resume(returning: .failure(.outOfResources(detail: "no memory for a transfer")))
            return
        }
        if let problem = transfer.prepare(job) {
            transfer.finish(with: .failure(problem))
            return
        }
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            transfer.finish(with: .failure(.outOfResources(detail: "libcurl took no more transfers")))
            return
        }
        active[transfer.easy] = transfer
    }

    private func collectFinished() {
        var code = CURLE_OK
        while let easy = ww_multi_finished(multi, &code) {
            guard let transfer = active.removeValue(forKey: easy) else { continue }
            let result = transfer.result(of: code)
            curl_multi_remove_handle(multi, easy)
            transfer.finish(with: result)
            if transfer.isReusable, idle.count < Limits.idleHandles { idle.append(transfer) }
        }
    }

    private func cancel(_ id: UInt64) {
        if let entry = active.first(where: { $0.value.id == id }) {
            active[entry.key] = nil
            curl_multi_remove_handle(multi, entry.key)
            entry.value.finish(with: .failure(.cancelled))
        } else if let index = waiting[waitingStart...].firstIndex(where: { $0.id == id }) {
            waiting.remove(at: index).continuation.resume(returning: .failure(.cancelled))
        }
    }

    // MARK: What libcurl asks for

    fileprivate func watch(_ descriptor: Int32, _ wanted: UInt32) {
        var event = epoll_event(events: wanted, data: epoll_data_t(fd: descriptor))
        if epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event) != 0 {
            epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }

    fileprivate func forget(_ descriptor: Int32) {
        var event = epoll_event()
        epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, &event)
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : CurlDriver.now() &+ Int64(milliseconds)
    }
}

@available(*, unavailable)
extension CurlDriver: Sendable {}

// SAFETY (both): `context` is the driver that made the multi handle; libcurl calls only from within the driver's own
// calls, on its thread, and the driver outlives the handle.

private func curlWantsSocket(
    _ easy: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ mark: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    let driver = Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue()
    switch what {
    case CURL_POLL_IN: driver.watch(descriptor, EPOLLIN.rawValue)
    case CURL_POLL_OUT: driver.watch(descriptor, EPOLLOUT.rawValue)
    case CURL_POLL_INOUT: driver.watch(descriptor, EPOLLIN.rawValue | EPOLLOUT.rawValue)
    default: driver.forget(descriptor)
    }
    return 0
}

private func curlWantsTimer(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
    return 0
}
