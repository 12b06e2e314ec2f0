-- One row per case: what lists show, remembered from the fold. Content (title)
-- is sealed under the case's data key. due_us is the nearest running clock, 0
-- when none runs.
CREATE TABLE casework_case (
	id         TEXT    NOT NULL PRIMARY KEY,
	number     TEXT    NOT NULL,
	process    TEXT    NOT NULL,
	origin     TEXT    NOT NULL,
	side       TEXT    NOT NULL,
	sides      TEXT    NOT NULL,
	title      BYTEA   NOT NULL,
	state      TEXT    NOT NULL,
	outcome    TEXT    NOT NULL,
	marking    TEXT    NOT NULL,
	purpose    TEXT    NOT NULL,
	live       BOOLEAN NOT NULL,
	urgent     BOOLEAN NOT NULL,
	opened_us  BIGINT  NOT NULL,
	changed_us BIGINT  NOT NULL,
	due_us     BIGINT  NOT NULL,
	review_us  BIGINT  NOT NULL,
	keep_us    BIGINT  NOT NULL,
	erased     BOOLEAN NOT NULL,
	bar        BYTEA   NOT NULL,
	version    BIGINT  NOT NULL
);
CREATE INDEX casework_case_number ON casework_case (number);
CREATE INDEX casework_case_live ON casework_case (live, due_us, id);
CREATE INDEX casework_case_changed ON casework_case (changed_us, id);
CREATE INDEX casework_case_state ON casework_case (state, changed_us);

-- The parties of a case, for filters.
CREATE TABLE casework_party (
	case_id TEXT NOT NULL,
	party   TEXT NOT NULL,
	PRIMARY KEY (case_id, party)
);
CREATE INDEX casework_party_party ON casework_party (party, case_id);

-- Acts, sent and received: the truth of a case. body holds salt and text,
-- sealed under the case's data key.
CREATE TABLE casework_act (
	id         TEXT    NOT NULL PRIMARY KEY,
	case_id    TEXT    NOT NULL,
	seq        BIGINT  NOT NULL,
	message_id TEXT    NOT NULL,
	party      TEXT    NOT NULL,
	mine       BOOLEAN NOT NULL,
	header     BYTEA   NOT NULL,
	signature  BYTEA   NOT NULL,
	body       BYTEA   NOT NULL,
	arrived_us BIGINT  NOT NULL,
	log_index  BIGINT  NOT NULL,
	retrieved  BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX casework_act_seq ON casework_act (case_id, seq);

-- Files of drafts and acts. meta and content are sealed under the case's data
-- key; what is larger than content holds is a stored file. A received file
-- lies in stored, sealed to this party, until it was checked and rewritten.
CREATE TABLE casework_file (
	case_id    TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	draft_id   TEXT    NOT NULL,
	act_id     TEXT    NOT NULL,
	party      TEXT    NOT NULL,
	meta       BYTEA   NOT NULL,
	content    BYTEA   NOT NULL,
	stored     TEXT    NOT NULL,
	message    TEXT    NOT NULL,
	header     BYTEA   NOT NULL,
	signature  BYTEA   NOT NULL,
	state      TEXT    NOT NULL,
	made_us    BIGINT  NOT NULL,
	log_index  BIGINT  NOT NULL,
	retrieved  BOOLEAN NOT NULL,
	PRIMARY KEY (case_id, id)
);
CREATE INDEX casework_file_draft ON casework_file (draft_id);

-- Drafts: one person's unfinished act. input and note are sealed.
CREATE TABLE casework_draft (
	id         TEXT   NOT NULL PRIMARY KEY,
	case_id    TEXT   NOT NULL,
	transition TEXT   NOT NULL,
	person     TEXT   NOT NULL,
	state      TEXT   NOT NULL,
	input      BYTEA  NOT NULL,
	note       BYTEA  NOT NULL,
	changed_us BIGINT NOT NULL,
	version    BIGINT NOT NULL
);
CREATE INDEX casework_draft_case ON casework_draft (case_id, state);
CREATE INDEX casework_draft_person ON casework_draft (person, state);

-- Proposals: acts that wait for approval, as frozen bytes.
CREATE TABLE casework_proposal (
	id       TEXT   NOT NULL PRIMARY KEY,
	draft_id TEXT   NOT NULL,
	case_id  TEXT   NOT NULL,
	digest   TEXT   NOT NULL,
	core     BYTEA  NOT NULL,
	person   TEXT   NOT NULL,
	state    TEXT   NOT NULL,
	made_us  BIGINT NOT NULL
);
CREATE INDEX casework_proposal_case ON casework_proposal (case_id, state);

CREATE TABLE casework_approval (
	proposal_id TEXT   NOT NULL,
	person      TEXT   NOT NULL,
	role        TEXT   NOT NULL,
	approval    BYTEA  NOT NULL,
	at_us       BIGINT NOT NULL,
	PRIMARY KEY (proposal_id, person)
);

-- Whose turn it is on this side: roles that a proposal still needs (a
-- proposal id), or that can take the case further (an empty one).
CREATE TABLE casework_turn (
	case_id     TEXT NOT NULL,
	proposal_id TEXT NOT NULL,
	role        TEXT NOT NULL,
	transition  TEXT NOT NULL,
	PRIMARY KEY (case_id, proposal_id, role, transition)
);
CREATE INDEX casework_turn_role ON casework_turn (role, case_id);

-- Who works on a case here.
CREATE TABLE casework_member (
	case_id TEXT NOT NULL,
	person  TEXT NOT NULL,
	PRIMARY KEY (case_id, person)
);
CREATE INDEX casework_member_person ON casework_member (person, case_id);

-- Clocks that ran out, so that each is said once.
CREATE TABLE casework_mark (
	case_id TEXT   NOT NULL,
	clock   TEXT   NOT NULL,
	due_us  BIGINT NOT NULL,
	at_us   BIGINT NOT NULL,
	PRIMARY KEY (case_id, clock, due_us)
);

-- The last reading of each person, so that looking twice at one page within
-- minutes is one fact.
CREATE TABLE casework_read (
	case_id TEXT   NOT NULL,
	person  TEXT   NOT NULL,
	purpose TEXT   NOT NULL,
	at_us   BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (case_id, person, purpose)
);

-- Case numbers of a year.
CREATE TABLE casework_counter (
	year BIGINT NOT NULL PRIMARY KEY,
	last BIGINT NOT NULL
);
