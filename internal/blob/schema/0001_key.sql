CREATE TABLE blob_key (
	owner   TEXT  NOT NULL PRIMARY KEY,
	wrapped BYTEA NOT NULL
);
