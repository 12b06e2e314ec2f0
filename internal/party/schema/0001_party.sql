-- The directory: every entry as it was received, in order. All that is known
-- of parties is read from these bytes again at start, so nothing here can say
-- something the chain does not.
CREATE TABLE party_entry (
	position    BIGINT NOT NULL PRIMARY KEY,
	digest      TEXT NOT NULL,
	party       TEXT NOT NULL,
	form        TEXT NOT NULL,
	received_us BIGINT NOT NULL,
	bytes       BYTEA NOT NULL
);
