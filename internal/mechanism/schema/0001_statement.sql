CREATE TABLE mechanism_statement (
    id        TEXT PRIMARY KEY,
    mechanism TEXT NOT NULL,
    party     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    made_us   BIGINT NOT NULL,
    body      BYTEA NOT NULL,
    log_index BIGINT NOT NULL,
    at_us     BIGINT NOT NULL
);
CREATE INDEX mechanism_statement_mechanism ON mechanism_statement (mechanism, party);
