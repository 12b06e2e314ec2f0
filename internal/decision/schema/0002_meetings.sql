CREATE TABLE decision_meeting (
    id       TEXT PRIMARY KEY,
    host     TEXT NOT NULL,
    session  TEXT NOT NULL,
    start_us BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    body     BYTEA NOT NULL,
    at_us    BIGINT NOT NULL
);
CREATE INDEX decision_meeting_start ON decision_meeting (start_us);
CREATE TABLE decision_event (
    meeting TEXT NOT NULL,
    seq     BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    actor   TEXT NOT NULL,
    at_us   BIGINT NOT NULL,
    PRIMARY KEY (meeting, seq)
);
