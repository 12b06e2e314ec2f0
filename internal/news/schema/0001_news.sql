CREATE TABLE news_item (
    id         TEXT PRIMARY KEY,
    edition    TEXT NOT NULL,
    draft      BYTEA NOT NULL,
    state      TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    shown      BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    author     TEXT NOT NULL,
    made_us    BIGINT NOT NULL,
    changed_us BIGINT NOT NULL,
    public_us  BIGINT NOT NULL
);
CREATE INDEX news_item_public ON news_item (state, public_us);
CREATE TABLE news_version (
    item      TEXT NOT NULL,
    number    BIGINT NOT NULL,
    body      BYTEA NOT NULL,
    digest    TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    at_us     BIGINT NOT NULL,
    PRIMARY KEY (item, number)
);
