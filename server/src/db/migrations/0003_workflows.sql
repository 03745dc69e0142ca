-- Every workflow there is: those that came with the house, from its folder, and
-- those made in the studio. Manifests and graphs are JSON.
CREATE TABLE workflows (
    slug      TEXT PRIMARY KEY NOT NULL,
    place     INTEGER NOT NULL,          -- order in the hall
    origin    TEXT NOT NULL,
    published INTEGER,                   -- the version that guests run
    withdrawn INTEGER NOT NULL DEFAULT 0, -- hidden because its file is gone
    newest    INTEGER NOT NULL DEFAULT 0,
    draft     TEXT,                      -- manifest
    graph     TEXT,                      -- of the draft
    draft_at  INTEGER,
    revision  INTEGER NOT NULL DEFAULT 0 -- of the draft, counted up for ever
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    workflow TEXT NOT NULL REFERENCES workflows (slug) ON DELETE CASCADE,
    version  INTEGER NOT NULL,
    origin   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    manifest TEXT NOT NULL,
    graph    TEXT NOT NULL,
    PRIMARY KEY (workflow, version)
) STRICT, WITHOUT ROWID;

-- Pictures on the cards of workflows. Anyone who sees the card sees them.
CREATE TABLE covers (
    hash     BLOB PRIMARY KEY NOT NULL,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_by_workflow ON jobs (workflow, workflow_version);
