-- Jobs of one workflow that were asked for at once. A batch goes with the last
-- of them.
CREATE TABLE batches (
    id             BLOB PRIMARY KEY NOT NULL,
    principal      BLOB NOT NULL,
    workflow       TEXT NOT NULL,
    workflow_title TEXT NOT NULL,
    total          INTEGER NOT NULL, -- jobs that were asked for
    created_at     INTEGER NOT NULL,
    ended          INTEGER NOT NULL DEFAULT 0 -- jobs that have ended so far
) STRICT;
CREATE INDEX batches_by_principal ON batches (principal);

ALTER TABLE jobs ADD COLUMN batch BLOB REFERENCES batches (id) ON DELETE SET NULL;
ALTER TABLE jobs ADD COLUMN line INTEGER; -- where it stood in what was sent
ALTER TABLE jobs ADD COLUMN ended INTEGER; -- the how manieth of its batch to end
CREATE INDEX jobs_by_batch ON jobs (batch, line) WHERE batch IS NOT NULL;

-- A key may stand for a batch, and its first answer is told again word for word.
CREATE TABLE asked (
    principal  BLOB NOT NULL,
    key        TEXT NOT NULL,
    body       BLOB NOT NULL, -- hash of what was asked for
    job        BLOB REFERENCES jobs (id) ON DELETE CASCADE,
    batch      BLOB REFERENCES batches (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    status     INTEGER,       -- of the first answer, once it was given
    headers    TEXT,          -- JSON
    answer     BLOB,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
INSERT INTO asked (principal, key, body, job, created_at)
    SELECT principal, key, body, job, created_at FROM idempotency;
DROP TABLE idempotency;
ALTER TABLE asked RENAME TO idempotency;
CREATE INDEX idempotency_by_job ON idempotency (job);
CREATE INDEX idempotency_by_batch ON idempotency (batch);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
