-- Keys of idempotency that came with files handed in at the door of Comfy API v2: each counts once,
-- for a day, whatever became of the file.
CREATE TABLE asset_keys (
    principal  BLOB NOT NULL,
    key        TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_keys_by_age ON asset_keys (claimed_at);
