-- The long text of an entry lies apart, so that a list does not open it; a
-- reviewer comes in by a code that opens once; a paper may have one file, whose
-- sealed bytes lie in the blob folder. file of call_published is the digest of
-- open bytes there.
ALTER TABLE call_entry ADD COLUMN long BYTEA NOT NULL DEFAULT '';
ALTER TABLE call_reviewer ADD COLUMN code BYTEA NOT NULL DEFAULT '';
ALTER TABLE call_reviewer ADD COLUMN taken_us BIGINT NOT NULL DEFAULT 0;
CREATE INDEX call_reviewer_code ON call_reviewer (code);
ALTER TABLE call_published ADD COLUMN file TEXT NOT NULL DEFAULT '';
ALTER TABLE call_published ADD COLUMN file_size BIGINT NOT NULL DEFAULT 0;

CREATE TABLE call_file (
	entry  TEXT   NOT NULL PRIMARY KEY,
	sealed TEXT   NOT NULL,
	size   BIGINT NOT NULL,
	at_us  BIGINT NOT NULL
);
