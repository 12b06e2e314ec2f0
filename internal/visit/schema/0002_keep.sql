-- When a record is erased: 0 while it is kept without an end, -1 where nobody
-- has reckoned it yet. Of an erased record the row stays, without its day, so
-- that what arrives late is not taken for a new beginning.
ALTER TABLE visit_record ADD COLUMN erase_us BIGINT NOT NULL DEFAULT -1;
CREATE INDEX visit_record_erase ON visit_record (erase_us);
