-- Ids are 16-byte UUIDs, hashes 32-byte BLAKE3, times milliseconds since the
-- Unix epoch. JSON columns hold the types of the `wire` crate.

CREATE TABLE settings (
    key   TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (
    id         BLOB PRIMARY KEY NOT NULL,
    principal  BLOB NOT NULL,
    hash       BLOB NOT NULL,
    name       TEXT NOT NULL,
    mime       TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    width      INTEGER,
    height     INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (principal, hash)
) STRICT;
CREATE INDEX uploads_by_hash ON uploads (hash);

CREATE TABLE jobs (
    id               BLOB PRIMARY KEY NOT NULL,
    principal        BLOB NOT NULL,
    workflow         TEXT NOT NULL,
    workflow_title   TEXT NOT NULL,
    workflow_version INTEGER NOT NULL,
    status           TEXT NOT NULL,
    seq              INTEGER NOT NULL, -- number of the last event
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER,
    inputs           TEXT NOT NULL,
    words            TEXT NOT NULL,    -- lower case; what a search looks in
    graph            TEXT NOT NULL,
    progress         TEXT,             -- where it stopped
    failure          TEXT,
    favourite        INTEGER NOT NULL DEFAULT 0,
    backend          TEXT,
    attempt          INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_principal ON jobs (principal, id);
CREATE INDEX jobs_unfinished ON jobs (id) WHERE status IN ('queued', 'running', 'canceling');

CREATE TABLE events (
    job   BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;

-- One row for every prompt that was, or may have been, handed to a backend.
CREATE TABLE attempts (
    prompt_id  BLOB PRIMARY KEY NOT NULL,
    job        BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    backend    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    over       INTEGER NOT NULL DEFAULT 0 -- nothing more is expected of it
) STRICT;
CREATE INDEX attempts_by_job ON attempts (job);

CREATE TABLE outputs (
    id        BLOB PRIMARY KEY NOT NULL,
    job       BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    principal BLOB NOT NULL,
    place     INTEGER NOT NULL, -- 0 for the first output of its job
    hash      BLOB NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    mime      TEXT NOT NULL,
    bytes     INTEGER NOT NULL,
    width     INTEGER,
    height    INTEGER,
    blur      TEXT,
    text      TEXT,
    node      TEXT NOT NULL,
    UNIQUE (job, place)
) STRICT;
CREATE INDEX outputs_by_hash ON outputs (hash);

-- Files that a job reads. They must outlive whatever they came from.
CREATE TABLE job_files (
    job  BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    name TEXT NOT NULL, -- ours; what the graph calls it
    PRIMARY KEY (job, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_files_by_hash ON job_files (hash);

CREATE TABLE idempotency (
    principal  BLOB NOT NULL,
    key        TEXT NOT NULL,
    body       BLOB NOT NULL, -- hash of what was asked for
    job        BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_job ON idempotency (job);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- How long nodes take; the node '' stands for the whole run.
CREATE TABLE learned (
    workflow TEXT NOT NULL,
    version  INTEGER NOT NULL,
    node     TEXT NOT NULL,
    ms       REAL NOT NULL,
    PRIMARY KEY (workflow, version, node)
) STRICT, WITHOUT ROWID;
