-- Bulk work in the background.

CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,
    -- 0 running, 1 done, 2 stopped, 3 failed.
    state INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    -- Of a recovery.
    webhook INTEGER,
    webhook_low INTEGER,
    -- JSON: the row type `ActRow`.
    act TEXT NOT NULL,
    -- Where it is: 0 among deliveries, 1 among events, 2 at the end; and the last row looked at.
    phase INTEGER NOT NULL,
    position INTEGER NOT NULL,
    -- The last rows to look at.
    deliveries_to INTEGER NOT NULL,
    events_to INTEGER NOT NULL,
    looked_at INTEGER NOT NULL,
    done INTEGER NOT NULL,
    without_body INTEGER NOT NULL
) STRICT;
