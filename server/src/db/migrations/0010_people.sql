-- People with an account, and what lets somebody in. Of every secret only a
-- hash is kept: BLAKE3 of random ones, argon2id of passwords.

CREATE TABLE people (
    id         BLOB PRIMARY KEY NOT NULL, -- as principal, too
    name       TEXT NOT NULL,
    sign_in    TEXT NOT NULL UNIQUE,      -- the name in lower case
    role       TEXT NOT NULL,             -- member | owner
    grants     TEXT NOT NULL,             -- JSON
    state      TEXT NOT NULL,             -- waiting | active | barred
    password   TEXT,                      -- without one they come by link only
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id         BLOB PRIMARY KEY NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    person     BLOB NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    agent      TEXT NOT NULL, -- what the browser calls itself
    address    TEXT NOT NULL, -- from which it signed in
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person);

CREATE TABLE keys (
    id         BLOB PRIMARY KEY NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    maker      BLOB NOT NULL, -- the principal who made it
    principal  BLOB NOT NULL, -- as whom it acts: the maker, or itself
    role       TEXT NOT NULL, -- the maker's; a person's own role counts before it
    name       TEXT NOT NULL,
    hint       TEXT NOT NULL, -- its first letters, to be told from others
    scope      TEXT NOT NULL,
    workflows  TEXT,          -- JSON: slugs; without, all
    per_minute INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    used_at    INTEGER
) STRICT;
CREATE INDEX keys_by_maker ON keys (maker);

-- Links that can be followed once.
CREATE TABLE links (
    id         BLOB PRIMARY KEY NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    purpose    TEXT NOT NULL, -- owner | invite | reset
    person     BLOB REFERENCES people (id) ON DELETE CASCADE, -- whom it is for, if they are known
    grants     TEXT NOT NULL, -- JSON: what whoever follows it is given
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- What happened in the house. Names are as they were then.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    what      TEXT NOT NULL,
    principal BLOB,
    name      TEXT NOT NULL,
    about     TEXT NOT NULL,
    address   TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_age ON audit (at);

-- What a principal, a key or an address has used on one day (UTC).
CREATE TABLE usage (
    who   BLOB NOT NULL,
    day   INTEGER NOT NULL, -- since the Unix epoch
    jobs  INTEGER NOT NULL,
    cost  INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (who, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_by_day ON usage (day);

-- How much somebody has in store.
CREATE INDEX outputs_by_principal ON outputs (principal);
