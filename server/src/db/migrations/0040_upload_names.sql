-- Under which names a principal handed files in: what graphs of their own call
-- them. The newest file of a name counts; a file may have several.
CREATE TABLE upload_names (
    principal BLOB NOT NULL,
    name      TEXT NOT NULL,
    upload    BLOB NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    PRIMARY KEY (principal, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_names_by_upload ON upload_names (upload);
INSERT OR REPLACE INTO upload_names (principal, name, upload)
    SELECT principal, name, id FROM uploads ORDER BY created_at;
