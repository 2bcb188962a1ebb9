import Foundation
import WireAlerts
public import WireModel
import WireRules
import WireStore
import WireStoreSQLite

/// Looks at everything that a running Wirewatch needs, and says what is wrong and what to do. Changes nothing.
public struct Doctor: Sendable {
    public enum Grade: String, Sendable, Comparable {
        case good, warning, error

        public static func < (left: Grade, right: Grade) -> Bool { left.rank < right.rank }

        private var rank: Int { self == .good ? 0 : self == .warning ? 1 : 2 }
    }

    /// What one look has found.
    public struct Finding: Hashable, Sendable {
        /// What was looked at: `disk`, `clock`, `feeds`.
        public let subject: String
        public let grade: Grade
        public let text: String
        /// What to do; nil if there is nothing to do.
        public let advice: String?

        init(_ subject: String, _ grade: Grade, _ text: String, advice: String? = nil) {
            self.subject = subject
            self.grade = grade
            self.text = text
            self.advice = advice
        }

        public var json: JSONValue {
            var object = JSONObjectBuilder()
            object.set("subject", subject)
            object.set("grade", grade.rawValue)
            object.set("text", text)
            object.set("advice", advice)
            return object.value
        }
    }

    private enum Limits {
        /// Free bytes below which the next fetch may not fit, and below which it is time to make room.
        static let fullDisk = 100 << 20
        static let scarceDisk = 1 << 30
        /// A feed is due within a day; who has asked none for longer does not run.
        static let rest = Duration.seconds(86_400)
        static let queueAge = Duration.seconds(3_600)
        /// A second or so is how clocks are; an article of tomorrow is a clock of yesterday.
        static let clockSlack = Duration.seconds(3_600)
        /// Names that are looked up.
        static let names = 3
        /// Findings of one kind that are told each.
        static let told = 10
    }

    private let locations: Locations
    private let assembly: Assembly
    private let settingsProblems: [SettingsProblem]

    public init(_ locations: Locations, allowNetworks: [String] = []) {
        self.locations = locations
        let loaded = SettingsLoader.load(locations, allowNetworks: allowNetworks)
        assembly = Assembly(settings: loaded.settings, locations: locations)
        settingsProblems = loaded.problems
    }

    /// Everything, in the order in which it should be mended.
    public func examine() async -> [Finding] {
        let list = await assembly.readFeeds()
        let topics = Result { () throws(SettingsProblem) in try assembly.loadTopics() }
        var findings = [settingsFinding(), topicsFinding(topics), feedsFinding(list)]
        findings += folderFindings() + [clockFinding()]
        if let name = namesFinding(list) { findings.append(name) }
        return findings + (await storeFindings((try? topics.get())?.all.filter(\.isEnabled) ?? []))
    }
}

// MARK: - The operator's files

extension Doctor {
    private func settingsFinding() -> Finding {
        let path = locations.config?.path
        let problems = settingsProblems + assembly.channelProblems()
        return file(
            "settings", path ?? "no settings file; the defaults are in force", problems,
            advice: "wirewatch config check")
    }

    private func feedsFinding(_ list: Result<FeedList, SettingsProblem>) -> Finding {
        switch list {
        case .failure(let problem): return Finding("feeds file", .error, problem.message, advice: problem.hint)
        case .success(let list) where list.stored != nil:
            return Finding(
                "feeds file", .warning, list.problems.map(\.message).joined(), advice: list.problems.first?.hint)
        case .success(let list):
            let path = locations.feeds(assembly.settings).path
            return file(
                "feeds file", "\(path): \(counted(list.declarations.count, "feed"))", list.problems,
                advice: "wirewatch feeds list"
            )
        }
    }

    private func topicsFinding(_ topics: Result<LoadedTopics, SettingsProblem>) -> Finding {
        let path = locations.topics(assembly.settings).path
        switch topics {
        case .failure(let problem): return Finding("topics file", .error, problem.message, advice: problem.hint)
        case .success(let topics):
            let failed = topics.hasErrors ? [] : topics.failedTests()
            let errors = topics.problems.filter(\.isError).count + failed.count
            let counts = "\(path): \(topics.set.topics.count) of \(topics.all.count) topics in force"
            if errors == 0 { return Finding("topics file", .good, counts) }
            return Finding(
                "topics file", .error, "\(counts), \(counted(errors, "error"))",
                advice: "wirewatch topics check names them")
        }
    }

    private func file(_ subject: String, _ text: String, _ problems: [SettingsProblem], advice: String) -> Finding {
        let errors = problems.filter(\.isError)
        if let first = errors.first {
            return Finding(
                subject, .error, "\(text): \(counted(errors.count, "error")), the first: \(first.message)",
                advice: "\(advice) names them all")
        }
        guard let first = problems.first else { return Finding(subject, .good, text) }
        return Finding(subject, .warning, "\(text): \(first.message)", advice: first.hint)
    }
}

// MARK: - The machine

extension Doctor {
    private func folderFindings() -> [Finding] {
        let path = locations.data(assembly.settings)
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else {
            if errno == ENOENT {
                return [
                    Finding(
                        "data folder", .warning, "\(path) does not exist yet",
                        advice: "the first `wirewatch fetch` makes it")
                ]
            }
            return [
                Finding(
                    "data folder", .error, "\(path): \(String(cString: strerror(errno)))",
                    advice: "see its owner and permissions, or name another folder with --data")
            ]
        }
        let isWritable = access(path, W_OK | X_OK) == 0
        let folder =
            isWritable
            ? Finding("data folder", .good, path)
            : Finding(
                "data folder", .error, "\(path) cannot be written by this user",
                advice: "run as its owner: sudo -u wirewatch wirewatch doctor")
        let free = Int(clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).0)
        return [folder, disk(free: free)]
    }

    private func disk(free: Int) -> Finding {
        let text = "\(free >> 20) MiB free"
        if free < Limits.fullDisk {
            return Finding("disk", .error, text, advice: "make room: soon nothing new can be stored")
        }
        if free < Limits.scarceDisk { return Finding("disk", .warning, text, advice: "make room before it is full") }
        return Finding("disk", .good, text)
    }

    private func clockFinding() -> Finding {
        let now = Clock.now()
        // Only systemd's own client leaves a word; of others nobody can tell.
        let files = FileManager.default
        let folder = "/run/systemd/timesync"
        guard files.fileExists(atPath: folder), !files.fileExists(atPath: folder + "/synchronized") else {
            return Finding("clock", .good, "\(now)")
        }
        return Finding(
            "clock", .warning, "\(now), and no time server keeps it right",
            advice: "timedatectl set-ntp true; a wrong clock makes articles look old, and mutes them")
    }

    /// Whether names of feeds can be looked up; nil without a feed on the net.
    private func namesFinding(_ list: Result<FeedList, SettingsProblem>) -> Finding? {
        let declarations = (try? list.get())?.declarations ?? []
        var hosts: [String] = []
        for declaration in declarations where hosts.count < Limits.names {
            guard case .remote(let url) = declaration.source, let host = URL(string: url)?.host, !hosts.contains(host)
            else { continue }
            hosts.append(host)
        }
        guard let first = hosts.first else { return nil }
        if let found = hosts.first(where: { !Host(name: $0).addresses.isEmpty }) {
            return Finding("names", .good, "\(found) is found")
        }
        return Finding(
            "names", .error, "\(hosts.joined(separator: ", ")): no address is found",
            advice: "see the network and /etc/resolv.conf: getent hosts \(first)")
    }
}

// MARK: - What was stored

extension Doctor {
    private func storeFindings(_ topics: [Topic]) async -> [Finding] {
        do throws(StoreError) {
            let store = try await assembly.openStore(forWriting: false)
            let now = Clock.now()
            let statistics = try await store.statistics()
            let feeds = try await store.feeds().filter(\.isListed)
            var findings = [
                Finding(
                    "database", .good, "\(counted(statistics.articles, "article")), \(statistics.bytes >> 20) MiB")
            ]
            findings += clockFindings(feeds, now: now) + [watchFinding(feeds, now: now)]
            findings += try await conditions(feeds, topics, store, since: statistics.oldest, now: now)
            findings.append(queueFinding(try await store.outboxQueue(), now: now))
            return findings
        } catch {
            if case .missing = error {
                return [Finding("database", .warning, "nothing was fetched yet", advice: "wirewatch fetch")]
            }
            return [Finding("database", .error, error.failure.message)]
        }
    }

    private func clockFindings(_ feeds: [FeedRecord], now: Timestamp) -> [Finding] {
        guard let last = feeds.compactMap(\.state.lastChecked).max(), last > now + Limits.clockSlack else { return [] }
        return [
            Finding(
                "clock", .error, "it says \(now), and a feed was checked at \(last)",
                advice: "the clock is wrong now, or was then: timedatectl")
        ]
    }

    private func watchFinding(_ feeds: [FeedRecord], now: Timestamp) -> Finding {
        let isInUse = SQLiteStore.isInUse(folder: locations.data(assembly.settings))
        let last = feeds.compactMap(\.state.lastChecked).max()
        let text = last.map { "last feed checked at \($0)" } ?? "no feed was checked yet"
        if isInUse { return Finding("service", .good, "runs; \(text)") }
        if let last, now - last < Limits.rest { return Finding("service", .good, "does not run now; \(text)") }
        return Finding(
            "service", .error, "nobody watches; \(text)",
            advice: "systemctl enable --now wirewatch.service, or wirewatch-fetch.timer")
    }

    private func queueFinding(_ queue: OutboxQueue, now: Timestamp) -> Finding {
        guard let oldest = queue.oldest else { return Finding("deliveries", .good, "nothing waits") }
        let text = "\(queue.deliveries) wait, the oldest since \(oldest)"
        guard now - oldest > Limits.queueAge else { return Finding("deliveries", .good, text) }
        return Finding("deliveries", .warning, text, advice: "wirewatch alerts list, wirewatch channels list")
    }

    /// What the service would tell of feeds, channels and topics.
    private func conditions(
        _ feeds: [FeedRecord], _ topics: [Topic], _ store: any Store, since: Timestamp?, now: Timestamp
    ) async throws(StoreError) -> [Finding] {
        var situation = Watcher.Situation()
        situation.feeds = feeds
        situation.topics = topics
        let channels = assembly.settings.channels.map(\.name)
        situation.channels = try await store.channelHealth().filter { channels.contains($0.channel) }
        situation.unusable = ChannelBook(assembly.settings, outside: assembly.outside()).faults.mapValues(\.message)
        situation.recentAlerts = try await store.alertCounts(since: now - assembly.settings.alerts.floodSpan)
        situation.lastMatches = try await store.lastMatches()
        if let since { situation.watchedSince = Dictionary(topics.map { ($0.id, since) }) { first, _ in first } }
        let found = Watcher(assembly.settings.alerts).judge(situation, now: now)
        let groups: [(subject: String, all: Int, kinds: Set<Notice.Kind>)] = [
            ("feeds", feeds.count, [.feedFailing, .feedGone, .feedSilent]),
            ("channels", channels.count, [.channelBroken]), ("topics", topics.count, [.topicFlooding, .topicSilent]),
        ]
        return groups.flatMap { subject, all, kinds in
            let findings = found.filter { kinds.contains($0.kind) }
            if findings.isEmpty { return [Finding(subject, .good, all == 0 ? "none" : "all \(all) are well")] }
            let told = findings.prefix(Limits.told).map { finding in
                Finding(
                    subject, finding.kind == .channelBroken ? .error : .warning, "\(finding.title). \(finding.text)")
            }
            let rest = findings.count - told.count
            return told + (rest > 0 ? [Finding(subject, .warning, "and \(rest) more")] : [])
        }
    }
}
