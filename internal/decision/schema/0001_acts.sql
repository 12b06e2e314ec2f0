CREATE TABLE decision_act (
    digest    TEXT PRIMARY KEY,
    about     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    party     TEXT NOT NULL,
    made_us   BIGINT NOT NULL,
    body      BYTEA NOT NULL,
    log_index BIGINT NOT NULL,
    at_us     BIGINT NOT NULL
);
CREATE INDEX decision_act_about ON decision_act (about, made_us);
CREATE INDEX decision_act_kind ON decision_act (kind, made_us);
CREATE TABLE decision_text (
    digest TEXT PRIMARY KEY,
    draft  TEXT NOT NULL,
    body   BYTEA NOT NULL
);
CREATE TABLE decision_proposal (
    id       TEXT PRIMARY KEY,
    digest   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    about    TEXT NOT NULL,
    body     BYTEA NOT NULL,
    person   TEXT NOT NULL,
    author   TEXT NOT NULL,
    state    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    approver TEXT NOT NULL,
    approval BYTEA,
    act      TEXT NOT NULL,
    at_us    BIGINT NOT NULL,
    ended_us BIGINT NOT NULL
);
CREATE INDEX decision_proposal_state ON decision_proposal (state, at_us);
CREATE TABLE decision_share (
    ballot TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    body   BYTEA NOT NULL,
    at_us  BIGINT NOT NULL
);
