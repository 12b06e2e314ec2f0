-- What may be published about cases, counted from the log alone (S34): how
-- often something happened under a process in a year. Numbers, no content.
CREATE TABLE casework_tally (
	process TEXT   NOT NULL,
	year    BIGINT NOT NULL,
	kind    TEXT   NOT NULL,
	code    TEXT   NOT NULL,
	n       BIGINT NOT NULL,
	PRIMARY KEY (process, year, kind, code)
);

-- What was counted of a case already, so that it counts once; goes with the case.
CREATE TABLE casework_counted (
	case_id TEXT   NOT NULL,
	what    TEXT   NOT NULL,
	at_us   BIGINT NOT NULL,
	PRIMARY KEY (case_id, what)
);

-- How far the log has been counted.
CREATE TABLE casework_tallied (
	id   BIGINT NOT NULL PRIMARY KEY,
	next BIGINT NOT NULL
);
INSERT INTO casework_tallied (id, next) VALUES (1, 0);
