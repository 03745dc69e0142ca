-- Files that arrive in pieces. Once whole they are uploads; what lies in the folder of
-- files until then counts as kept.
CREATE TABLE halves (
    id         BLOB PRIMARY KEY NOT NULL,
    principal  BLOB NOT NULL,
    bytes      INTEGER NOT NULL, -- when it is whole
    metadata   TEXT NOT NULL,    -- as it was sent
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    upload     BLOB REFERENCES uploads (id) ON DELETE CASCADE -- what it became
) STRICT;
CREATE INDEX halves_by_principal ON halves (principal);
CREATE INDEX halves_by_expiry ON halves (expires_at);
CREATE INDEX halves_by_upload ON halves (upload);
