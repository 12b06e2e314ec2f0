-- What API writes were answered, so that a repetition under the same
-- idempotency key changes nothing. body is sealed under the day's data key,
-- because an answer may hold what a case says; the key is destroyed with the day.
CREATE TABLE node_answer (
	person   TEXT   NOT NULL,
	key_hash BYTEA  NOT NULL, -- SHA-256 of the key the caller chose
	request  BYTEA  NOT NULL, -- digest of the request it was first used for
	boot     TEXT   NOT NULL, -- the process that works on it; another one died over it
	day      TEXT   NOT NULL,
	made_us  BIGINT NOT NULL,
	status   BIGINT NOT NULL, -- 0 while it is being done
	etag     TEXT   NOT NULL,
	body     BYTEA  NOT NULL,
	PRIMARY KEY (person, key_hash)
);

CREATE INDEX node_answer_day ON node_answer (day);
