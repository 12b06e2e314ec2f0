CREATE TABLE forum_edition (
    id       TEXT PRIMARY KEY,
    body     BYTEA NOT NULL,
    revision BIGINT NOT NULL,
    numbers  BIGINT NOT NULL,
    author   TEXT NOT NULL,
    at_us    BIGINT NOT NULL
);
CREATE TABLE forum_item (
    edition  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    body     BYTEA NOT NULL,
    revision BIGINT NOT NULL,
    author   TEXT NOT NULL,
    at_us    BIGINT NOT NULL,
    PRIMARY KEY (edition, kind, id)
);
CREATE INDEX forum_item_thing ON forum_item (kind, id);
CREATE TABLE forum_version (
    edition   TEXT NOT NULL,
    version   BIGINT NOT NULL,
    digest    TEXT NOT NULL,
    note      TEXT NOT NULL,
    author    TEXT NOT NULL,
    sessions  BIGINT NOT NULL,
    body      BYTEA NOT NULL,
    log_index BIGINT NOT NULL,
    at_us     BIGINT NOT NULL,
    PRIMARY KEY (edition, version)
);
