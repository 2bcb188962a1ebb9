import Glibc
import Synchronization
import WireAlerts

/// The service's own entries in the system's journal, with fields.
///
/// Whether there is a journal is the manager's to say; what it does not take goes where it would go without one.
public final class ServiceJournal: Sendable {
    private enum Limits {
        /// For a journal that is full: the service has more to do than to wait for it.
        static let patience = Duration.seconds(1)
        /// One that took nothing is asked again after this time.
        static let rest = Duration.seconds(30)
    }

    private let socket: JournalSocket
    private let restingUntil = Mutex<ContinuousClock.Instant?>(nil)

    init(socket: JournalSocket) { self.socket = socket }

    /// - Parameter environment: with systemd's `JOURNAL_STREAM`. Nil if standard error does not lead to the journal: then
    ///   somebody else reads what is printed.
    public convenience init?(environment: [String: String]) {
        guard ServiceJournal.isStream(environment["JOURNAL_STREAM"] ?? "", STDERR_FILENO),
            let socket = JournalSocket()
        else { return nil }
        self.init(socket: socket)
    }

    /// Writes an entry.
    /// - Returns: false if it must be told by other means.
    public func write(_ entry: ServiceEntry) async -> Bool {
        if let time = restingUntil.withLock({ $0 }), ContinuousClock.now < time { return false }
        do throws(JournalFault) {
            try await socket.write([entry.fields], patience: Limits.patience)
            return true
        } catch {
            restingUntil.withLock { $0 = ContinuousClock.now + Limits.rest }
            return false
        }
    }

    /// Whether a descriptor is what `device:inode` names (systemd.exec(5), `$JOURNAL_STREAM`).
    static func isStream(_ name: String, _ descriptor: Int32) -> Bool {
        let numbers = name.split(separator: ":").map { UInt64($0) }
        var facts = stat()
        guard numbers.count == 2, fstat(descriptor, &facts) == 0 else { return false }
        return numbers[0] == UInt64(facts.st_dev) && numbers[1] == UInt64(facts.st_ino)
    }
}
