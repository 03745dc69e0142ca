-- How the outputs of a job are handled: that of the version it ran.
ALTER TABLE jobs ADD COLUMN handling TEXT NOT NULL DEFAULT '{}';

-- When the job is deleted with all it made; none: never, or not over yet.
ALTER TABLE jobs ADD COLUMN expires_at INTEGER;
CREATE INDEX jobs_by_expiry ON jobs (expires_at) WHERE expires_at IS NOT NULL AND favourite = 0;

-- Of pictures that move.
ALTER TABLE outputs ADD COLUMN animated INTEGER NOT NULL DEFAULT 0;
