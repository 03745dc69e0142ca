-- Whose turn a job takes: its principal's, or of guests the address, by its
-- keyed hash, so that a new cookie is no new turn.
ALTER TABLE jobs ADD COLUMN turn BLOB;
UPDATE jobs SET turn = principal;
CREATE INDEX jobs_by_turn ON jobs (turn) WHERE status IN ('queued', 'running', 'canceling');
