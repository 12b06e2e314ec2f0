CREATE TABLE visit_record (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    status     TEXT NOT NULL,
    day        TEXT NOT NULL,
    answers    TEXT NOT NULL,
    mine       BOOLEAN NOT NULL,
    public     BOOLEAN NOT NULL,
    changed_us BIGINT NOT NULL
);
CREATE INDEX visit_record_changed ON visit_record (changed_us);
CREATE INDEX visit_record_answers ON visit_record (answers);
CREATE TABLE visit_statement (
    digest    TEXT PRIMARY KEY,
    record    TEXT NOT NULL,
    kind      TEXT NOT NULL,
    party     TEXT NOT NULL,
    made_us   BIGINT NOT NULL,
    body      BYTEA NOT NULL,
    log_index BIGINT NOT NULL,
    at_us     BIGINT NOT NULL
);
CREATE INDEX visit_statement_record ON visit_statement (record, made_us);
CREATE INDEX visit_statement_party ON visit_statement (party, kind);
