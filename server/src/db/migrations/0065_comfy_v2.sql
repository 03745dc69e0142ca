-- What Comfy API v2 tells of graphs and files.

-- Of graphs of somebody's own: what they said where names of ours stand now, by node and input.
-- None: they run as they were sent, or began before this was noted.
ALTER TABLE jobs ADD COLUMN as_sent TEXT; -- JSON

-- Files as their owners know them: bytes, and the path that they were handed in under. Several may
-- be one upload; the one of an upload's own id is for the doors that know no paths.
CREATE TABLE assets (
    id         BLOB PRIMARY KEY NOT NULL,
    principal  BLOB NOT NULL,
    upload     BLOB NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    source     BLOB NOT NULL, -- hash of the bytes as they came
    path       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX assets_by_path ON assets (principal, source, path) WHERE id <> upload;
CREATE INDEX assets_by_source ON assets (principal, source);
CREATE INDEX assets_by_upload ON assets (upload);
INSERT INTO assets (id, principal, upload, source, path, created_at)
    SELECT id, principal, id, coalesce((SELECT source FROM upload_sources
        WHERE upload = uploads.id ORDER BY created_at DESC LIMIT 1), hash), name, created_at
    FROM uploads;
