-- Whether a key's maker has an account: then it ends with the account. Without
-- one it was made at home, where nobody needs one.
ALTER TABLE keys ADD COLUMN account INTEGER NOT NULL DEFAULT 0;
UPDATE keys SET account = 1 WHERE maker IN (SELECT id FROM people);

-- A key for some workflows may not everything: it could make one that is for all.
UPDATE keys SET scope = 'run' WHERE scope = 'admin' AND workflows IS NOT NULL;

-- And it sees nothing of whoever made it.
UPDATE keys SET principal = id WHERE workflows IS NOT NULL;
