-- The lists of this node. Who made a list is part of its row for ever: a list
-- of the United Nations has the code UN, and nothing else has.
CREATE TABLE screening_list (
	code       TEXT   NOT NULL PRIMARY KEY,
	origin     TEXT   NOT NULL CHECK (origin IN ('un', 'regional', 'national')),
	authority  TEXT   NOT NULL,
	name       TEXT   NOT NULL,
	version    BIGINT NOT NULL,
	refused_us BIGINT NOT NULL,
	refused    TEXT   NOT NULL,
	CHECK ((origin = 'un') = (code = 'UN'))
);

-- Every version of a list that was ever in use, and what it changed.
CREATE TABLE screening_version (
	list        TEXT   NOT NULL,
	version     BIGINT NOT NULL,
	published   TEXT   NOT NULL,
	digest      BYTEA  NOT NULL,
	records     BIGINT NOT NULL,
	added       BIGINT NOT NULL,
	changed     BIGINT NOT NULL,
	removed     BIGINT NOT NULL,
	imported_us BIGINT NOT NULL,
	actor       TEXT   NOT NULL,
	confirmed   TEXT   NOT NULL,
	notes       TEXT   NOT NULL,
	PRIMARY KEY (list, version)
);

-- What a record said from one version to another; until is 0 while it stands.
-- The body is sealed under the data key of the list.
CREATE TABLE screening_record (
	list    TEXT   NOT NULL,
	record  TEXT   NOT NULL,
	since   BIGINT NOT NULL,
	until   BIGINT NOT NULL,
	hash    BYTEA  NOT NULL,
	body    BYTEA  NOT NULL,
	PRIMARY KEY (list, record, since)
);
CREATE INDEX screening_record_until ON screening_record (list, until);
CREATE INDEX screening_record_since ON screening_record (list, since);

-- What happened to a record in a version: added, changed (with the names of the
-- fields), removed.
CREATE TABLE screening_change (
	list    TEXT   NOT NULL,
	version BIGINT NOT NULL,
	place   BIGINT NOT NULL,
	record  TEXT   NOT NULL,
	kind    TEXT   NOT NULL,
	fields  TEXT   NOT NULL,
	PRIMARY KEY (list, version, place)
);

-- Why somebody is screened: a case, or a lawful watch of one officer with an
-- end. About (title and basis) is sealed under the data key of the watch, or
-- under that of its case.
CREATE TABLE screening_watch (
	id        TEXT   NOT NULL PRIMARY KEY,
	case_id   TEXT   NOT NULL,
	number    TEXT   NOT NULL,
	purpose   TEXT   NOT NULL,
	owner     TEXT   NOT NULL,
	key_owner TEXT   NOT NULL,
	about     BYTEA  NOT NULL,
	made_us   BIGINT NOT NULL,
	until_us  BIGINT NOT NULL,
	ended_us  BIGINT NOT NULL
);
CREATE INDEX screening_watch_case ON screening_watch (case_id);
CREATE INDEX screening_watch_owner ON screening_watch (owner, made_us);
CREATE INDEX screening_watch_until ON screening_watch (ended_us, until_us);

-- Who is screened, sealed under the key of the watch.
CREATE TABLE screening_subject (
	id      TEXT   NOT NULL PRIMARY KEY,
	watch   TEXT   NOT NULL,
	body    BYTEA  NOT NULL,
	made_us BIGINT NOT NULL
);
CREATE INDEX screening_subject_watch ON screening_subject (watch, id);

-- A subject that may be an entry of a list, and what people made of it. Body
-- (the reasons) and ruling (what people wrote) are sealed under the watch's key.
CREATE TABLE screening_hit (
	id       TEXT   NOT NULL PRIMARY KEY,
	watch    TEXT   NOT NULL,
	subject  TEXT   NOT NULL,
	case_id  TEXT   NOT NULL,
	list     TEXT   NOT NULL,
	record   TEXT   NOT NULL,
	hash     BYTEA  NOT NULL,
	version  BIGINT NOT NULL,
	score    BIGINT NOT NULL,
	state    TEXT   NOT NULL,
	body     BYTEA  NOT NULL,
	ruling   BYTEA  NOT NULL,
	proposer TEXT   NOT NULL,
	decider  TEXT   NOT NULL,
	made_us  BIGINT NOT NULL,
	moved_us BIGINT NOT NULL,
	white_us BIGINT NOT NULL,
	turn   BIGINT NOT NULL
);
CREATE UNIQUE INDEX screening_hit_pair ON screening_hit (subject, list, record);
CREATE INDEX screening_hit_state ON screening_hit (state, score, id);
CREATE INDEX screening_hit_entry ON screening_hit (list, record);
CREATE INDEX screening_hit_watch ON screening_hit (watch);
CREATE INDEX screening_hit_case ON screening_hit (case_id);

-- What has to be done because of a decision or a change of a list, with its
-- clock. Answer is sealed under the watch's key.
CREATE TABLE screening_task (
	id       TEXT   NOT NULL PRIMARY KEY,
	hit      TEXT   NOT NULL,
	kind     TEXT   NOT NULL,
	state    TEXT   NOT NULL,
	made_us  BIGINT NOT NULL,
	due_us   BIGINT NOT NULL,
	asked_us BIGINT NOT NULL,
	done_us  BIGINT NOT NULL,
	actor    TEXT   NOT NULL,
	answer   BYTEA  NOT NULL
);
CREATE INDEX screening_task_state ON screening_task (state, due_us);
CREATE INDEX screening_task_hit ON screening_task (hit);

-- Every screening: what was asked as a salted commitment, against which
-- versions, with how many candidates. Erasing the salt erases the question.
CREATE TABLE screening_run (
	id         TEXT   NOT NULL PRIMARY KEY,
	kind       TEXT   NOT NULL,
	actor      TEXT   NOT NULL,
	purpose    TEXT   NOT NULL,
	case_id    TEXT   NOT NULL,
	salt       BYTEA  NOT NULL,
	commitment BYTEA  NOT NULL,
	lists      TEXT   NOT NULL,
	engine     TEXT   NOT NULL,
	asked      BIGINT NOT NULL,
	found      BIGINT NOT NULL,
	made_us    BIGINT NOT NULL,
	entry      BIGINT NOT NULL
);
CREATE INDEX screening_run_made ON screening_run (made_us);

-- Files of names that are screened in the background, in parts. Parts and
-- answers are sealed under the key of the batch, which is destroyed at its end.
CREATE TABLE screening_batch (
	id       TEXT   NOT NULL PRIMARY KEY,
	owner    TEXT   NOT NULL,
	purpose  TEXT   NOT NULL,
	case_id  TEXT   NOT NULL,
	name     BYTEA  NOT NULL,
	least    BIGINT NOT NULL,
	total    BIGINT NOT NULL,
	done     BIGINT NOT NULL,
	found    BIGINT NOT NULL,
	unread   BIGINT NOT NULL,
	lists    TEXT   NOT NULL,
	made_us  BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL
);
CREATE INDEX screening_batch_owner ON screening_batch (owner, made_us);
CREATE INDEX screening_batch_until ON screening_batch (until_us);

CREATE TABLE screening_part (
	batch  TEXT   NOT NULL,
	place  BIGINT NOT NULL,
	names  BIGINT NOT NULL,
	body   BYTEA  NOT NULL,
	answer BYTEA  NOT NULL,
	done   BOOLEAN NOT NULL,
	PRIMARY KEY (batch, place)
);
