-- JSON: what the backend of the present attempt calls the file, of outputs that came home while
-- their job ran.
ALTER TABLE outputs ADD COLUMN source TEXT;
