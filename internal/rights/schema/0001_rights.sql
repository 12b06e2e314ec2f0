-- What persons asked of this node about data on them (S19). body and answer
-- are sealed under a key of the request's own; token is a digest of the secret
-- with which the person comes back.
CREATE TABLE rights_request (
	id          TEXT   NOT NULL PRIMARY KEY,
	number      TEXT   NOT NULL,
	kind        TEXT   NOT NULL,
	state       TEXT   NOT NULL,
	token       BYTEA  NOT NULL,
	body        BYTEA  NOT NULL,
	answer      BYTEA  NOT NULL,
	drafted_by  TEXT   NOT NULL,
	received_us BIGINT NOT NULL,
	due_us      BIGINT NOT NULL,
	answered_us BIGINT NOT NULL,
	keep_us     BIGINT NOT NULL
);
CREATE UNIQUE INDEX rights_request_number ON rights_request (number);
CREATE INDEX rights_request_state ON rights_request (state, due_us);
