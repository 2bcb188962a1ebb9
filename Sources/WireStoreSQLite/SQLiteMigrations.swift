import GRDB
import WireStore

/// The schema, in numbered steps. A step is never edited after its release: a change is a new step.
enum SQLiteMigrations {
    /// "Wire" in ASCII: marks a database as ours in its header.
    static let applicationID: Int64 = 0x5769_7265

    /// The schema that this program reads and writes.
    static var current: Int { steps.count }

    /// Step n, counted from 1, leads from schema n - 1 to n.
    static let steps: [String] = [step1, step2, outbox, step4, step5, step6, step7]

    /// Refuses a database that is not ours or too new, and for reading (`mayBeEmpty` is false) one that is too old. Reads
    /// only.
    static func verify(_ db: Database, path: String, mayBeEmpty: Bool) throws {
        let application = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try version(of: db)
        if application == applicationID {
            guard version <= current else {
                throw StoreError.newer(path: path, version: version, supported: current)
            }
            guard mayBeEmpty || version == current else {
                throw StoreError.older(path: path, version: version, needed: current)
            }
            return
        }
        guard application == 0, version == 0, try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
        else {
            throw StoreError.foreign(path: path)
        }
        if !mayBeEmpty { throw StoreError.missing(path: path) }
    }

    /// Brings the schema up to date, each step in a transaction of its own: what breaks off is undone or done.
    static func run(on db: Database, steps: [String] = steps) throws {
        var version = try version(of: db)
        while version < steps.count {
            let next = version + 1
            try db.inTransaction(.immediate) {
                try db.execute(sql: steps[version])
                try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(next)")
                return .commit
            }
            version = next
        }
    }

    static func version(of db: Database) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }

    /// Times are milliseconds since 1970 in UTC, digests 16 bytes, ids those of `WireModel.ID`.
    private static let step1 = """
        CREATE TABLE feed (
            id INTEGER PRIMARY KEY,
            address TEXT NOT NULL UNIQUE,
            is_local INTEGER NOT NULL,      -- 1: source is a path, 0: an address
            source TEXT NOT NULL,
            title TEXT,
            folder TEXT NOT NULL,
            settings TEXT,                  -- JSON; NULL if all are the program's own
            position INTEGER                -- in the operator's list; NULL once it is no longer listed
        ) STRICT;

        CREATE TABLE feed_state (
            feed INTEGER PRIMARY KEY REFERENCES feed (id) ON DELETE CASCADE,
            next_check INTEGER,
            not_before INTEGER,
            retry_after INTEGER,
            last_checked INTEGER,
            last_success INTEGER,
            failures INTEGER NOT NULL,
            is_gone INTEGER NOT NULL,
            validators_url TEXT,
            etag BLOB,
            last_modified BLOB,
            body_digest BLOB,
            moved_to TEXT,
            redirect_target TEXT,
            redirect_since INTEGER,
            redirect_count INTEGER,
            document_title TEXT,
            site_url TEXT,
            language TEXT,
            last_failure TEXT,              -- JSON
            not_found_since INTEGER,
            last_manual_check INTEGER,
            unchanged_checks INTEGER NOT NULL,
            wishes TEXT,                    -- JSON; NULL if the document has none
            check_started INTEGER,          -- the last check
            check_outcome TEXT,
            check_status INTEGER,
            check_bytes INTEGER,
            check_failure TEXT,             -- JSON
            ambiguous_ids BLOB              -- digests, one after the other
        ) STRICT;

        CREATE TABLE article (              -- narrow: what comparing, listing and searching look at
            id INTEGER PRIMARY KEY,
            feed INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
            time INTEGER NOT NULL,          -- what lists sort by: fixed when first stored
            seen INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            key BLOB NOT NULL,
            link BLOB,
            fingerprint BLOB NOT NULL,
            text_digest BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX article_key ON article (feed, key);
        CREATE INDEX article_link ON article (feed, link) WHERE link IS NOT NULL;
        CREATE INDEX article_time ON article (time);

        CREATE TABLE article_text (         -- the article as it is now
            article INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE,
            revised INTEGER NOT NULL,       -- when this text was first seen
            guid TEXT NOT NULL,
            guid_generated INTEGER NOT NULL,
            url TEXT,
            language TEXT,
            published INTEGER,
            updated INTEGER,
            title TEXT,
            title_html TEXT,
            summary TEXT,
            summary_breaks TEXT,            -- offsets, joined by blanks
            content_text TEXT,
            details TEXT,                   -- JSON; NULL if there are none
            summary_html TEXT,
            content_html TEXT
        ) STRICT;

        CREATE TABLE revision (             -- the texts that an article had before
            article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
            revision INTEGER NOT NULL,
            revised INTEGER NOT NULL,
            text_digest BLOB NOT NULL,
            guid TEXT NOT NULL,
            guid_generated INTEGER NOT NULL,
            url TEXT,
            language TEXT,
            published INTEGER,
            updated INTEGER,
            title TEXT,
            title_html TEXT,
            summary TEXT,
            summary_breaks TEXT,
            content_text TEXT,
            details TEXT,
            summary_html TEXT,
            content_html TEXT,
            PRIMARY KEY (article, revision)
        ) STRICT;

        CREATE TABLE match (
            id INTEGER PRIMARY KEY,
            article INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
            topic TEXT NOT NULL,
            revision INTEGER NOT NULL,
            severity TEXT NOT NULL,
            explanation TEXT NOT NULL       -- JSON
        ) STRICT;
        CREATE UNIQUE INDEX match_article ON match (article, topic);
        CREATE INDEX match_topic ON match (topic, article);

        CREATE TABLE unindexed (            -- articles that wait for the full-text index
            article INTEGER PRIMARY KEY,
            revision INTEGER                -- whose words the index holds now; NULL: none
        ) STRICT;

        CREATE TABLE property (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE VIRTUAL TABLE article_index USING fts5 (
            forms, content = '', detail = none,
            tokenize = "ascii tokenchars '!""#$%&''''()*+,-./:;<=>?@[\\]^_`{|}~'"
        );
        """

    private static let step2 = """
        ALTER TABLE feed_state ADD COLUMN rhythm BLOB;  -- how the feed posts: FeedRhythm.bytes
        """

    /// Parts of the index are merged later, many at once: a quarter less work in writing it.
    private static let step4 = """
        INSERT INTO article_index (article_index, rank) VALUES ('automerge', 16)
        """

    private static let step5 = """
        CREATE TABLE opt_out (              -- a mail's recipient who wants no more of a channel
            channel TEXT NOT NULL,
            recipient TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (channel, recipient)
        ) STRICT, WITHOUT ROWID;
        """

    private static let step7 = """
        ALTER TABLE feed_state ADD COLUMN archives BLOB;    -- digests, one after the other
        ALTER TABLE feed_state ADD COLUMN hub TEXT;         -- where its news can be had by push, and
        ALTER TABLE feed_state ADD COLUMN hub_topic TEXT;   -- under which name
        CREATE TABLE lease (                -- a subscription at a hub (WebSub)
            token TEXT PRIMARY KEY,         -- the end of the callback's address
            feed INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
            secret BLOB,
            hub TEXT NOT NULL,
            topic TEXT NOT NULL,
            asked INTEGER NOT NULL,
            until INTEGER,                  -- NULL until the hub has verified
            failures INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX lease_feed ON lease (feed);
        """

    /// The first revision whose text is kept; above `revision` if none is: of such an article only the identity is left.
    private static let step6 = """
        ALTER TABLE article ADD COLUMN kept_from INTEGER NOT NULL DEFAULT 1;
        CREATE INDEX article_forgotten ON article (seen) WHERE kept_from > revision;
        """
}
