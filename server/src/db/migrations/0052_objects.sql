-- Outputs that are in an object store, too, and in which.
CREATE TABLE objects (
    output BLOB NOT NULL REFERENCES outputs (id) ON DELETE CASCADE,
    place  TEXT NOT NULL, -- host and bucket
    PRIMARY KEY (output, place)
) STRICT, WITHOUT ROWID;
