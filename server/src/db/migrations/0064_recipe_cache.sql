-- What was made for a recipe that may be answered again, by the hash of all that makes the picture.
CREATE TABLE recipe_cache (
    principal BLOB NOT NULL,
    recipe    BLOB NOT NULL,
    job       BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    made_at   INTEGER NOT NULL,
    PRIMARY KEY (principal, recipe)
) STRICT, WITHOUT ROWID;
CREATE INDEX recipe_cache_by_job ON recipe_cache (job);
CREATE INDEX recipe_cache_by_age ON recipe_cache (made_at);
