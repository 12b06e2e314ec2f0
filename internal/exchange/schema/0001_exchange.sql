-- The numbering under which this database sends. A new one begins when an
-- operator says that the database was restored from a backup.
CREATE TABLE exchange_epoch (
	epoch    TEXT NOT NULL PRIMARY KEY,
	began_us BIGINT NOT NULL
);

-- Messages this node sent, or means to: one row each, whatever the number of
-- recipients. The envelope stays for ever; its payload until it is forgotten.
CREATE TABLE exchange_sent (
	digest       TEXT NOT NULL PRIMARY KEY,
	id           TEXT NOT NULL UNIQUE,
	kind         TEXT NOT NULL,
	case_id      TEXT NOT NULL,
	lane         TEXT NOT NULL,
	expires_us   BIGINT NOT NULL,
	submitted_us BIGINT NOT NULL,
	log_index    BIGINT NOT NULL,
	blob         TEXT NOT NULL,
	envelope     BYTEA NOT NULL
);

-- For each peer and lane the last number given out, and the last that the
-- peer has answered.
CREATE TABLE exchange_lane (
	party TEXT NOT NULL,
	lane  TEXT NOT NULL,
	seq   BIGINT NOT NULL,
	acked BIGINT NOT NULL,
	PRIMARY KEY (party, lane)
);

-- One row for each message and recipient. state: waiting, done, held. A row
-- that waits and was left with a relay names it.
CREATE TABLE exchange_outbox (
	party      TEXT NOT NULL,
	lane       TEXT NOT NULL,
	epoch      TEXT NOT NULL,
	seq        BIGINT NOT NULL,
	digest     TEXT NOT NULL,
	state      TEXT NOT NULL,
	relay      TEXT NOT NULL,
	expires_us BIGINT NOT NULL,
	tries      BIGINT NOT NULL,
	reason     TEXT NOT NULL,
	PRIMARY KEY (party, lane, epoch, seq)
);
CREATE UNIQUE INDEX exchange_outbox_message ON exchange_outbox (digest, party);
CREATE INDEX exchange_outbox_waiting ON exchange_outbox (party, lane, seq) WHERE state = 'waiting';
CREATE INDEX exchange_outbox_expires ON exchange_outbox (expires_us) WHERE state = 'waiting';
CREATE INDEX exchange_outbox_held ON exchange_outbox (party) WHERE state = 'held';
CREATE INDEX exchange_outbox_relay ON exchange_outbox (relay) WHERE relay <> '';

-- The ladder: what is known of each message this node sent, for each recipient.
-- proof is an attestation towards the checkpoint of by's log with the size
-- head; cosigned counts the other parties that have signed that checkpoint.
CREATE TABLE exchange_step (
	digest   TEXT NOT NULL,
	party    TEXT NOT NULL,
	rung     TEXT NOT NULL,
	by_party TEXT NOT NULL,
	at_us    BIGINT NOT NULL,
	kind     TEXT NOT NULL,
	reason   TEXT NOT NULL,
	act      TEXT NOT NULL,
	proof    BYTEA NOT NULL,
	head     BIGINT NOT NULL,
	cosigned BIGINT NOT NULL,
	ask_us   BIGINT NOT NULL,
	PRIMARY KEY (digest, party, rung)
);
CREATE INDEX exchange_step_ask ON exchange_step (by_party, ask_us) WHERE ask_us > 0;

-- Checkpoints of the logs of others that receipts lead to.
CREATE TABLE exchange_head (
	party TEXT NOT NULL,
	size  BIGINT NOT NULL,
	note  BYTEA NOT NULL,
	PRIMARY KEY (party, size)
);

-- How far each sender's numbering was taken in.
CREATE TABLE exchange_cursor (
	party TEXT NOT NULL,
	lane  TEXT NOT NULL,
	epoch TEXT NOT NULL,
	seq   BIGINT NOT NULL,
	PRIMARY KEY (party, lane)
);

-- Messages taken in, in the order of this node's log. state: new, done,
-- refused, aside.
CREATE TABLE exchange_inbox (
	log_index   BIGINT NOT NULL PRIMARY KEY,
	sender      TEXT NOT NULL,
	id          TEXT NOT NULL,
	digest      TEXT NOT NULL UNIQUE,
	kind        TEXT NOT NULL,
	case_id     TEXT NOT NULL,
	lane        TEXT NOT NULL,
	via         TEXT NOT NULL,
	received_us BIGINT NOT NULL,
	state       TEXT NOT NULL,
	pace        BIGINT NOT NULL,
	due_us      BIGINT NOT NULL,
	tries       BIGINT NOT NULL,
	reason      TEXT NOT NULL,
	blob        TEXT NOT NULL,
	envelope    BYTEA NOT NULL
);
CREATE UNIQUE INDEX exchange_inbox_id ON exchange_inbox (sender, id);
CREATE INDEX exchange_inbox_new ON exchange_inbox (pace, log_index) WHERE state = 'new';
CREATE INDEX exchange_inbox_aside ON exchange_inbox (log_index) WHERE state = 'aside';

-- What this node stated about messages of others, other than "delivered",
-- which the inbox row itself says. digest is that of the envelope, or, for
-- bytes that are none, of the bytes.
CREATE TABLE exchange_stated (
	digest    TEXT NOT NULL,
	party     TEXT NOT NULL,
	rung      TEXT NOT NULL,
	log_index BIGINT NOT NULL,
	statement BYTEA NOT NULL,
	PRIMARY KEY (digest, party, rung)
);

-- Payloads that travel beside their envelope and whose message was not taken
-- in yet: leaf by leaf, then as one stored file (blob). leaves is the list of
-- leaf hashes.
CREATE TABLE exchange_payload (
	digest     TEXT NOT NULL PRIMARY KEY,
	party      TEXT NOT NULL,
	size       BIGINT NOT NULL,
	begun_us   BIGINT NOT NULL,
	expires_us BIGINT NOT NULL,
	blob       TEXT NOT NULL,
	leaves     BYTEA NOT NULL
);
CREATE TABLE exchange_leaf (
	digest TEXT NOT NULL,
	leaf   BIGINT NOT NULL,
	blob   TEXT NOT NULL,
	PRIMARY KEY (digest, leaf)
);

-- Envelopes held, sealed, for others. state: waiting, done, expired. proof and
-- head are what the recipient answered.
CREATE TABLE exchange_relay (
	digest     TEXT NOT NULL,
	party      TEXT NOT NULL,
	sender     TEXT NOT NULL,
	number     BIGINT NOT NULL,
	size       BIGINT NOT NULL,
	expires_us BIGINT NOT NULL,
	state      TEXT NOT NULL,
	blob       TEXT NOT NULL,
	proof      BYTEA NOT NULL,
	head       BYTEA NOT NULL,
	envelope   BYTEA NOT NULL,
	PRIMARY KEY (digest, party)
);
CREATE INDEX exchange_relay_waiting ON exchange_relay (party, number) WHERE state = 'waiting';

-- How it stands with each peer, kept over restarts.
CREATE TABLE exchange_peer (
	party       TEXT NOT NULL PRIMARY KEY,
	up          BIGINT NOT NULL,
	since_us    BIGINT NOT NULL,
	ok_us       BIGINT NOT NULL,
	error       TEXT NOT NULL,
	error_us    BIGINT NOT NULL
);

-- What does not heal by itself, with what proves it.
CREATE TABLE exchange_alarm (
	party    TEXT NOT NULL,
	kind     TEXT NOT NULL,
	text     TEXT NOT NULL,
	first_us BIGINT NOT NULL,
	last_us  BIGINT NOT NULL,
	count    BIGINT NOT NULL,
	evidence BYTEA NOT NULL,
	PRIMARY KEY (party, kind)
);
