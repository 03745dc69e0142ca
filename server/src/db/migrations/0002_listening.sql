-- Under which id its house listens to a backend for this prompt: the next
-- process goes on listening under it.
ALTER TABLE attempts ADD COLUMN client_id TEXT;
