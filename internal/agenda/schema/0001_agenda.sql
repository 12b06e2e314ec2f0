CREATE TABLE agenda_pick (
    holder  TEXT NOT NULL,
    session TEXT NOT NULL,
    edition TEXT NOT NULL,
    at_us   BIGINT NOT NULL,
    PRIMARY KEY (holder, session)
);
CREATE TABLE agenda_address (
    id       TEXT PRIMARY KEY,
    holder   TEXT NOT NULL,
    name     TEXT NOT NULL,
    hash     BYTEA NOT NULL,
    contacts BOOLEAN NOT NULL,
    made_us  BIGINT NOT NULL,
    ended_us BIGINT NOT NULL,
    used_us  BIGINT NOT NULL
);
CREATE INDEX agenda_address_holder ON agenda_address (holder);
CREATE TABLE agenda_code (
    hash    BYTEA PRIMARY KEY,
    label   TEXT NOT NULL,
    address TEXT NOT NULL,
    made_us BIGINT NOT NULL,
    ends_us BIGINT NOT NULL,
    used_us BIGINT NOT NULL
);
