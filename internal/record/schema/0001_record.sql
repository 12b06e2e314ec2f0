-- One row per fact. What stands in entry is public and for ever; the rest is
-- local, and what lets the entry be shown (salt, digest, about, note) is taken
-- away when the fact is erased. prev is the fact before it about the same
-- matter, or -1: a chain costs one small row per matter instead of an index
-- that is touched everywhere.
CREATE TABLE record_fact (
	idx    BIGINT PRIMARY KEY,
	entry  BYTEA NOT NULL,
	about  TEXT NOT NULL,
	note   TEXT NOT NULL,
	prev   BIGINT NOT NULL,
	salt   BYTEA,
	digest BYTEA
);

CREATE TABLE record_about (
	about TEXT PRIMARY KEY,
	last  BIGINT NOT NULL
);

-- The hash tiles of C2SP tlog-tiles. A tile that is not full is replaced.
CREATE TABLE record_tile (
	level BIGINT NOT NULL,
	idx   BIGINT NOT NULL,
	data  BYTEA NOT NULL,
	PRIMARY KEY (level, idx)
);

-- The head of the log: one row, and the lock of whoever appends. claimed is
-- the largest size under our signature that a witness has shown us: when it is
-- more than size, this database is older than what others have seen, and
-- nothing is signed. overridden is the largest claim the operator set aside.
CREATE TABLE record_head (
	id         BIGINT PRIMARY KEY,
	size       BIGINT NOT NULL,
	note       BYTEA NOT NULL,
	claimed    BIGINT NOT NULL,
	claimed_by TEXT NOT NULL,
	overridden BIGINT NOT NULL
);

-- The checkpoints that were offered to witnesses, and what they answered.
CREATE TABLE record_round (
	size    BIGINT PRIMARY KEY,
	note    BYTEA NOT NULL,
	made_us BIGINT NOT NULL
);

CREATE TABLE record_cosignature (
	size  BIGINT NOT NULL,
	party TEXT NOT NULL,
	lines BYTEA NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (size, party)
);

-- Each witness of ours: the size from which it wants the next proof, and the
-- largest it has cosigned, when.
CREATE TABLE record_witness (
	party    TEXT PRIMARY KEY,
	known    BIGINT NOT NULL,
	cosigned BIGINT NOT NULL,
	at_us    BIGINT NOT NULL
);

-- Each log we witness: its newest checkpoint that we cosigned; empty before the first.
CREATE TABLE record_peer (
	party TEXT PRIMARY KEY,
	note  BYTEA NOT NULL,
	at_us BIGINT NOT NULL
);

-- Signed requests that did not fit what we know: evidence against their signer.
CREATE TABLE record_evidence (
	party   TEXT NOT NULL,
	digest  TEXT NOT NULL,
	code    TEXT NOT NULL,
	known   BYTEA NOT NULL,
	request BYTEA NOT NULL,
	at_us   BIGINT NOT NULL,
	PRIMARY KEY (party, digest)
);
