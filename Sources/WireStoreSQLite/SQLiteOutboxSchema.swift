extension SQLiteMigrations {
    /// Step 3: alerts, and what waits for the channels.
    ///
    /// Every question that is asked again and again is answered by an index of its own over what waits; most of these hold
    /// open rows only, so that they stay as small as the queue, however long the history.
    static let outbox = """
        CREATE TABLE alert (
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL UNIQUE,       -- of topic, article and revision
            match INTEGER NOT NULL UNIQUE REFERENCES match (id) ON DELETE CASCADE,
            article INTEGER NOT NULL,       -- the match's
            revision INTEGER NOT NULL,
            topic TEXT NOT NULL,
            topic_name TEXT NOT NULL,
            severity TEXT NOT NULL,
            text_group BLOB,
            created INTEGER NOT NULL,
            muting TEXT,
            acknowledged INTEGER
        ) STRICT;
        CREATE INDEX alert_topic ON alert (topic);
        CREATE INDEX alert_text ON alert (text_group) WHERE text_group IS NOT NULL;

        CREATE TABLE notice (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            is_cleared INTEGER NOT NULL,
            severity TEXT NOT NULL,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE condition (            -- notices that were raised and not cleared
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            since INTEGER NOT NULL,
            last_told INTEGER NOT NULL,
            PRIMARY KEY (kind, subject)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE watched_topic (        -- the topics in force
            topic TEXT PRIMARY KEY,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE silence (
            id INTEGER PRIMARY KEY,
            topic TEXT,
            feed TEXT,
            channel TEXT,
            severity TEXT,
            starts INTEGER NOT NULL,
            ends INTEGER NOT NULL,
            author TEXT NOT NULL,
            comment TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE message (
            number INTEGER PRIMARY KEY,     -- rises with age
            id TEXT NOT NULL UNIQUE,
            channel TEXT NOT NULL,
            group_key TEXT NOT NULL,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            not_before INTEGER NOT NULL,
            lease_until INTEGER,            -- only while it is leased
            alerts INTEGER NOT NULL,
            repeats INTEGER,                -- the number of the message whose alerts it tells once more
            created INTEGER NOT NULL,
            done INTEGER,
            status INTEGER,
            answer TEXT,
            error TEXT
        ) STRICT;
        CREATE INDEX message_group ON message (channel, group_key, number);
        CREATE INDEX message_due ON message (channel, ifnull(lease_until, not_before), number)
            WHERE state IN ('pending', 'leased');
        CREATE INDEX message_open ON message (channel, group_key, number, created)
            WHERE state IN ('pending', 'leased');
        CREATE INDEX message_ended ON message (state, done) WHERE done IS NOT NULL;
        CREATE INDEX message_repeats ON message (repeats) WHERE repeats IS NOT NULL;

        CREATE TABLE message_body (         -- apart, so that a change of state does not write it anew
            message INTEGER PRIMARY KEY REFERENCES message (number) ON DELETE CASCADE,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            alert INTEGER REFERENCES alert (id) ON DELETE CASCADE,
            notice INTEGER REFERENCES notice (id) ON DELETE CASCADE,
            channel TEXT NOT NULL,
            group_key TEXT NOT NULL,
            state TEXT NOT NULL,            -- pending: waits for a message; leased: a message that is not over has it
            message INTEGER REFERENCES message (number) ON DELETE SET NULL,
            cancellation TEXT,
            silence INTEGER REFERENCES silence (id),
            created INTEGER NOT NULL,
            done INTEGER,
            CHECK ((alert IS NULL) <> (notice IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX delivery_alert ON delivery (alert, channel) WHERE alert IS NOT NULL;
        CREATE UNIQUE INDEX delivery_notice ON delivery (notice, channel) WHERE notice IS NOT NULL;
        CREATE INDEX delivery_waiting ON delivery (channel, group_key, id) WHERE state = 'pending';
        CREATE INDEX delivery_message ON delivery (message) WHERE message IS NOT NULL;

        CREATE TABLE channel_health (
            channel TEXT PRIMARY KEY,
            failures INTEGER NOT NULL,
            failing_since INTEGER,
            paused_until INTEGER,
            is_off INTEGER NOT NULL,
            last_done INTEGER,
            last_error TEXT
        ) STRICT, WITHOUT ROWID;
        """
}
