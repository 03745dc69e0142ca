-- What came by the door that speaks ComfyUI's own words, and what that door
-- tells of it. Rows without `asked` came by another door.
CREATE TABLE native_jobs (
    job       BLOB PRIMARY KEY NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    asked     TEXT, -- JSON
    account   TEXT, -- JSON: what its run showed and said
    forgotten INTEGER NOT NULL DEFAULT 0 -- history tells of it no more
) STRICT, WITHOUT ROWID;

-- What an output is called there.
ALTER TABLE outputs ADD COLUMN native TEXT;
CREATE INDEX outputs_by_native ON outputs (principal, native) WHERE native IS NOT NULL;

-- What uploads are called there.
CREATE TABLE native_files (
    principal BLOB NOT NULL,
    folder    TEXT NOT NULL, -- input | output | temp
    subfolder TEXT NOT NULL,
    name      TEXT NOT NULL,
    upload    BLOB NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    PRIMARY KEY (principal, folder, subfolder, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX native_files_by_upload ON native_files (upload);

-- What ComfyUI's own page keeps for each person: settings, and files.
CREATE TABLE native_settings (
    principal BLOB NOT NULL,
    name      TEXT NOT NULL,
    value     TEXT NOT NULL, -- JSON
    PRIMARY KEY (principal, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE native_userdata (
    principal   BLOB NOT NULL,
    path        TEXT NOT NULL,
    content     BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (principal, path)
) STRICT, WITHOUT ROWID;
