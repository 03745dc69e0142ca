-- For whom of its users a program asked for a job.
CREATE TABLE recipe_users (
    job  BLOB PRIMARY KEY NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    user TEXT NOT NULL
) STRICT, WITHOUT ROWID;
