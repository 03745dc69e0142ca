-- What was used on a day of one workflow, too; '' stands for all together.
CREATE TABLE used (
    who      BLOB NOT NULL,
    day      INTEGER NOT NULL, -- since the Unix epoch, UTC
    workflow TEXT NOT NULL,    -- slug
    jobs     INTEGER NOT NULL,
    cost     INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    PRIMARY KEY (who, day, workflow)
) STRICT, WITHOUT ROWID;
INSERT INTO used SELECT who, day, '', jobs, cost, bytes FROM usage;
DROP TABLE usage;
ALTER TABLE used RENAME TO usage;
CREATE INDEX usage_by_day ON usage (day);
