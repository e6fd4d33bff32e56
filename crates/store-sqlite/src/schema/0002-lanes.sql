-- What webhooks' lanes remember over a restart. A row that is missing: nothing to remember.

CREATE TABLE lanes (
    webhook INTEGER PRIMARY KEY,
    -- Failures in a row while the breaker is closed.
    failures INTEGER NOT NULL,
    -- The wait before the next probe; NULL: the breaker is closed.
    wait_ms INTEGER,
    -- NULL with a wait: a probe was under way.
    probe_at INTEGER,
    hold_until INTEGER,
    failing_since INTEGER
) STRICT;
