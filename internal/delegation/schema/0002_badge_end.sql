-- The end that a badge says, once it is not certain any more to be that of the
-- edition; 0 as long as the edition has not moved since this table has the column.
ALTER TABLE delegation_badge ADD COLUMN until_us BIGINT NOT NULL DEFAULT 0;
