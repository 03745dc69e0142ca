-- What Comfy API v2 tells of graphs and files.

-- Of graphs of somebody's own: what they said where names of ours stand now, by node and input.
-- None: they run as they were sent, or began before this was noted.
ALTER TABLE jobs ADD COLUMN as_sent TEXT; -- JSON
