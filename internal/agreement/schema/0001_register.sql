CREATE TABLE agreement_instrument (
    id         TEXT PRIMARY KEY,
    revision   BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    sort       TEXT NOT NULL,
    search     TEXT NOT NULL,
    body       BYTEA NOT NULL,
    changed_us BIGINT NOT NULL
);
CREATE TABLE agreement_mark (
    instrument TEXT NOT NULL,
    kind       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (kind, value, instrument)
);
CREATE INDEX agreement_mark_instrument ON agreement_mark (instrument);
CREATE TABLE agreement_revision (
    instrument TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    body       BYTEA NOT NULL,
    author     TEXT NOT NULL,
    approver   TEXT NOT NULL,
    note       TEXT NOT NULL,
    at_us      BIGINT NOT NULL,
    log_index  BIGINT NOT NULL,
    PRIMARY KEY (instrument, revision)
);
CREATE TABLE agreement_proposal (
    id       TEXT PRIMARY KEY,
    digest   TEXT NOT NULL,
    body     BYTEA NOT NULL,
    person   TEXT NOT NULL,
    author   TEXT NOT NULL,
    state    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    approver TEXT NOT NULL,
    approval BYTEA,
    at_us    BIGINT NOT NULL,
    ended_us BIGINT NOT NULL
);
CREATE INDEX agreement_proposal_state ON agreement_proposal (state, at_us);
CREATE TABLE agreement_copy (
    instrument TEXT NOT NULL,
    party      TEXT NOT NULL,
    theirs     TEXT NOT NULL,
    body       BYTEA,
    ours       TEXT NOT NULL,
    shown_us   BIGINT NOT NULL,
    at_us      BIGINT NOT NULL,
    PRIMARY KEY (instrument, party)
);
CREATE TABLE agreement_use (
    case_id     TEXT NOT NULL,
    party       TEXT NOT NULL,
    process     TEXT NOT NULL,
    day         TEXT NOT NULL,
    transfer    TEXT NOT NULL,
    instruments TEXT NOT NULL,
    at_us       BIGINT NOT NULL,
    PRIMARY KEY (case_id, party)
);
CREATE INDEX agreement_use_transfer ON agreement_use (transfer, at_us);
