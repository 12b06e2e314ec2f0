-- Calls of an edition: papers, side events, exhibitors, awards. content,
-- authors and decision of an entry rest sealed under a key of the entry's own;
-- tokens are digests of secrets. What is published is copied, open, into
-- call_published and stays when the keys go (S15).
CREATE TABLE call_call (
	id           TEXT   NOT NULL PRIMARY KEY,
	edition      TEXT   NOT NULL,
	kind         TEXT   NOT NULL,
	body         BYTEA  NOT NULL,
	closes_us    BIGINT NOT NULL,
	erase_us     BIGINT NOT NULL
);
CREATE INDEX call_call_edition ON call_call (edition, kind);

CREATE TABLE call_entry (
	id         TEXT   NOT NULL PRIMARY KEY,
	of_call    TEXT   NOT NULL,
	number     BIGINT NOT NULL,
	state      TEXT   NOT NULL,
	token      BYTEA  NOT NULL,
	content    BYTEA  NOT NULL,
	authors    BYTEA  NOT NULL,
	decision   BYTEA  NOT NULL,
	decided_by TEXT   NOT NULL,
	sent_us    BIGINT NOT NULL
);
CREATE UNIQUE INDEX call_entry_number ON call_entry (of_call, number);
CREATE INDEX call_entry_token ON call_entry (token);

CREATE TABLE call_reviewer (
	id      TEXT  NOT NULL PRIMARY KEY,
	of_call TEXT  NOT NULL,
	token   BYTEA NOT NULL,
	body    BYTEA NOT NULL
);
CREATE INDEX call_reviewer_token ON call_reviewer (token);
CREATE INDEX call_reviewer_call ON call_reviewer (of_call);

CREATE TABLE call_review (
	entry    TEXT   NOT NULL,
	reviewer TEXT   NOT NULL,
	state    TEXT   NOT NULL,
	body     BYTEA  NOT NULL,
	at_us    BIGINT NOT NULL,
	PRIMARY KEY (entry, reviewer)
);

CREATE TABLE call_stand (
	of_call TEXT   NOT NULL,
	code    TEXT   NOT NULL,
	hall    TEXT   NOT NULL,
	left_cm BIGINT NOT NULL,
	top_cm  BIGINT NOT NULL,
	wide_cm BIGINT NOT NULL,
	deep_cm BIGINT NOT NULL,
	entry   TEXT   NOT NULL,
	PRIMARY KEY (of_call, code)
);
CREATE UNIQUE INDEX call_stand_entry ON call_stand (entry) WHERE entry <> '';

-- Cards that visitors gave to one exhibitor, each under a key of its own.
CREATE TABLE call_contact (
	id    TEXT   NOT NULL PRIMARY KEY,
	entry TEXT   NOT NULL,
	token BYTEA  NOT NULL,
	body  BYTEA  NOT NULL,
	at_us BIGINT NOT NULL
);
CREATE INDEX call_contact_entry ON call_contact (entry);
CREATE INDEX call_contact_token ON call_contact (token);

CREATE TABLE call_published (
	entry   TEXT   NOT NULL PRIMARY KEY,
	edition TEXT   NOT NULL,
	kind    TEXT   NOT NULL,
	number  BIGINT NOT NULL,
	body    BYTEA  NOT NULL,
	long    TEXT   NOT NULL,
	at_us   BIGINT NOT NULL
);
CREATE INDEX call_published_edition ON call_published (edition, kind, number);
