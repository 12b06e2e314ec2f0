-- Who comes to an edition of the forum. body and decision of a person are
-- sealed under a key of that person's own (S15); what stands open here are
-- ids, states, numbers and times. An edition is named by the text id that the
-- forum gives it.
CREATE TABLE delegation_edition (
	id        TEXT   NOT NULL PRIMARY KEY,
	host      TEXT   NOT NULL,
	body      BYTEA  NOT NULL,
	closes_us BIGINT NOT NULL,
	erase_us  BIGINT NOT NULL
);

-- One delegation. token is a digest of the secret in its nomination link,
-- which takes one list of people and no second.
CREATE TABLE delegation_group (
	id             TEXT   NOT NULL PRIMARY KEY,
	edition        TEXT   NOT NULL,
	kind           TEXT   NOT NULL,
	party          TEXT   NOT NULL,
	name           TEXT   NOT NULL,
	members        BIGINT NOT NULL,
	observers      BIGINT NOT NULL,
	token          BYTEA  NOT NULL,
	token_until_us BIGINT NOT NULL,
	token_used_us  BIGINT NOT NULL,
	made_us        BIGINT NOT NULL
);
CREATE INDEX delegation_group_edition ON delegation_group (edition, kind);
CREATE UNIQUE INDEX delegation_group_party ON delegation_group (edition, party) WHERE party <> '';
CREATE UNIQUE INDEX delegation_group_token ON delegation_group (token) WHERE length(token) > 0;

CREATE TABLE delegation_person (
	id           TEXT   NOT NULL PRIMARY KEY,
	edition      TEXT   NOT NULL,
	delegation   TEXT   NOT NULL,
	part         TEXT   NOT NULL,
	state        TEXT   NOT NULL,
	number       BIGINT NOT NULL,
	body         BYTEA  NOT NULL,
	decision     BYTEA  NOT NULL,
	nominated_by TEXT   NOT NULL,
	proposed_by  TEXT   NOT NULL,
	revision     BIGINT NOT NULL,
	nominated_us BIGINT NOT NULL,
	erase_us     BIGINT NOT NULL
);
CREATE INDEX delegation_person_edition ON delegation_person (edition, state);
CREATE INDEX delegation_person_group ON delegation_person (delegation, part);

CREATE TABLE delegation_badge (
	edition    TEXT   NOT NULL,
	number     BIGINT NOT NULL,
	person     TEXT   NOT NULL,
	issued_us  BIGINT NOT NULL,
	revoked_us BIGINT NOT NULL,
	PRIMARY KEY (edition, number)
);
CREATE INDEX delegation_badge_person ON delegation_badge (person);

-- Letters that were given out, by digest: who is shown one can ask whether it is real.
CREATE TABLE delegation_letter (
	digest    TEXT   NOT NULL PRIMARY KEY,
	reference TEXT   NOT NULL,
	kind      TEXT   NOT NULL,
	person    TEXT   NOT NULL,
	issued_us BIGINT NOT NULL
);

-- What the doors noted: a set that only grows. Its key is the whole scan.
CREATE TABLE delegation_scan (
	edition  TEXT   NOT NULL,
	badge    BIGINT NOT NULL,
	at_us    BIGINT NOT NULL,
	door     TEXT   NOT NULL,
	sequence BIGINT NOT NULL,
	taken_us BIGINT NOT NULL,
	PRIMARY KEY (edition, badge, at_us, door, sequence)
);
