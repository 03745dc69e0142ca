-- What files were before anything was taken out of them, by hash: what a program
-- knows its own copy by. Several may have become the same.
CREATE TABLE upload_sources (
    principal  BLOB NOT NULL,
    source     BLOB NOT NULL,
    upload     BLOB NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (principal, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_sources_by_upload ON upload_sources (upload);
