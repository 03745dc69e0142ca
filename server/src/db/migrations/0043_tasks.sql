-- What programs of the serverless door call their jobs, and how they want to be
-- told of what was made.
CREATE TABLE serverless_tasks (
    principal BLOB NOT NULL,
    task      TEXT NOT NULL,
    job       BLOB NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    wishes    TEXT NOT NULL, -- JSON
    PRIMARY KEY (principal, task)
) STRICT, WITHOUT ROWID;
CREATE INDEX serverless_tasks_by_job ON serverless_tasks (job);
