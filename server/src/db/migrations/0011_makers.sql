-- Who made a link: it is void when they own the house no more. Links of the
-- program itself have no maker. Those made before do not say: they are void.
ALTER TABLE links ADD COLUMN maker BLOB REFERENCES people (id) ON DELETE CASCADE;
DELETE FROM links WHERE purpose != 'owner';
