-- The first format.
--
-- Ids are (seq, low): 60 bits of milliseconds and counter, which are the row number, and 62 random
-- bits. Moments are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE sources (
    seq INTEGER PRIMARY KEY,
    low INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- JSON: the row type `SourceSettings`.
    settings TEXT NOT NULL
) STRICT;

CREATE TABLE webhooks (
    seq INTEGER PRIMARY KEY,
    low INTEGER NOT NULL,
    declared_key TEXT UNIQUE,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- JSON: the row type `WebhookSettings`.
    settings TEXT NOT NULL
) STRICT;

-- Sealed signing secrets. Apart from their owners, so that noting a use writes one narrow row.
CREATE TABLE secrets (
    seq INTEGER PRIMARY KEY,
    low INTEGER NOT NULL,
    -- 0 a source, 1 a webhook.
    owner_kind INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    -- Order among the secrets of one owner.
    position INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    activated_at INTEGER,
    expires_at INTEGER,
    last_used_at INTEGER
) STRICT;

CREATE INDEX secrets_owner ON secrets (owner_kind, owner, position);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    low INTEGER NOT NULL,
    key TEXT NOT NULL,
    scope TEXT NOT NULL,
    -- NULL: published.
    source TEXT,
    -- NULL: its own id, as a UUID.
    request_id TEXT,
    content_type TEXT,
    size_bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    -- 1 verified, 2 request id reused, 4 outside the scope of its source.
    flags INTEGER NOT NULL,
    repeat_of INTEGER,
    repeat_of_low INTEGER
) STRICT;

CREATE INDEX events_request_id ON events (request_id) WHERE request_id IS NOT NULL;

-- Only `bodies.rs` knows this table. A row that is missing was removed.
CREATE TABLE bodies (
    event INTEGER PRIMARY KEY,
    headers BLOB,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    low INTEGER NOT NULL,
    event INTEGER NOT NULL,
    event_low INTEGER NOT NULL,
    webhook INTEGER NOT NULL,
    webhook_low INTEGER NOT NULL,
    -- 0 pending, 1 delivered, 2 failed, 3 cancelled.
    status INTEGER NOT NULL,
    -- The greatest integer while leased. The folder's lock leaves one run at a time, so a lease
    -- needs no owner here.
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    since INTEGER NOT NULL,
    finished_at INTEGER,
    -- Of the last attempt.
    response_status INTEGER,
    -- NULL: its own id, as a UUID.
    request_id TEXT
) STRICT;

CREATE INDEX deliveries_due ON deliveries (webhook, due_at) WHERE status = 0;
CREATE INDEX deliveries_webhook ON deliveries (webhook);
CREATE INDEX deliveries_event ON deliveries (event);
-- Few rows, and what people look for.
CREATE INDEX deliveries_troubled ON deliveries (status) WHERE status > 1;
CREATE INDEX deliveries_request_id ON deliveries (request_id) WHERE request_id IS NOT NULL;

CREATE TABLE attempts (
    seq INTEGER PRIMARY KEY,
    low INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    -- Forms of `compact.rs`.
    request BLOB NOT NULL,
    response BLOB
) STRICT;

CREATE INDEX attempts_delivery ON attempts (delivery);

-- Tables `seen_N` hold the keys of duplicates of the N-th ten days since 1970; `seen.rs` makes and
-- drops them.
