-- Where somebody wants to be told what becomes of jobs. Without a principal it is
-- the host's wish, as the configuration says; with a job it is for that one alone.
CREATE TABLE webhooks (
    id          BLOB PRIMARY KEY NOT NULL,
    principal   BLOB,
    job         BLOB REFERENCES jobs (id) ON DELETE CASCADE,
    url         TEXT NOT NULL,
    host        TEXT NOT NULL,    -- of the URL, with its port: who is not to be hurried
    secret      BLOB NOT NULL,    -- as it is: it signs
    events      TEXT NOT NULL,    -- JSON
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER           -- since when it is told nothing: it answered that it is gone
) STRICT;
CREATE INDEX webhooks_by_job ON webhooks (job) WHERE job IS NOT NULL;
CREATE INDEX webhooks_by_principal ON webhooks (principal) WHERE job IS NULL;

-- What is to be told, made in the transaction in which it happened; and for a
-- while what was told.
CREATE TABLE deliveries (
    id         BLOB PRIMARY KEY NOT NULL, -- the `webhook-id`
    principal  BLOB,                      -- of the webhook
    webhook    BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    job        BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    event      TEXT NOT NULL,
    body       TEXT NOT NULL,             -- as it is signed
    status     TEXT NOT NULL,             -- pending | delivered | failed
    tries      INTEGER NOT NULL,          -- since it began, or was last replayed
    attempts   TEXT NOT NULL,             -- JSON: the last of them
    created_at INTEGER NOT NULL,
    next_at    INTEGER                    -- while it is pending
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_over ON deliveries (created_at) WHERE next_at IS NULL;
CREATE INDEX deliveries_by_principal ON deliveries (principal, id);
CREATE INDEX deliveries_by_webhook ON deliveries (webhook);
CREATE INDEX deliveries_by_job ON deliveries (job);
