-- The people of one node. Times are UTC microseconds; 0 in an *_us column of
-- an end means that there is none.

CREATE TABLE staff_person (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  pseudonym  TEXT NOT NULL UNIQUE,
  added_us   BIGINT NOT NULL,
  ended_us   BIGINT NOT NULL
);

CREATE TABLE staff_account (
  id         TEXT PRIMARY KEY,
  person     TEXT NOT NULL,
  login      TEXT NOT NULL UNIQUE,
  added_us   BIGINT NOT NULL,
  ended_us   BIGINT NOT NULL
);
CREATE INDEX staff_account_person ON staff_account (person);

CREATE TABLE staff_role (
  account    TEXT NOT NULL,
  role       TEXT NOT NULL,
  from_us    BIGINT NOT NULL,
  until_us   BIGINT NOT NULL,
  granted_by TEXT NOT NULL,
  PRIMARY KEY (account, role, from_us)
);

-- A passkey. The record is the library's own, as JSON: public key, flags, counter.
CREATE TABLE staff_key (
  id         BYTEA PRIMARY KEY,
  account    TEXT NOT NULL,
  label      TEXT NOT NULL,
  record     TEXT NOT NULL,
  software   BOOLEAN NOT NULL,
  added_us   BIGINT NOT NULL,
  used_us    BIGINT NOT NULL,
  ended_us   BIGINT NOT NULL
);
CREATE INDEX staff_key_account ON staff_key (account);

-- Challenges that were answered, until they would have expired anyway.
CREATE TABLE staff_answered (
  hash       BYTEA PRIMARY KEY,
  ends_us    BIGINT NOT NULL
);

CREATE TABLE staff_setup (
  hash       BYTEA PRIMARY KEY,
  account    TEXT NOT NULL,
  ends_us    BIGINT NOT NULL,
  used_us    BIGINT NOT NULL
);

CREATE TABLE staff_session (
  hash       BYTEA PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  account    TEXT NOT NULL,
  device     TEXT NOT NULL,
  software   BOOLEAN NOT NULL,
  started_us BIGINT NOT NULL,
  seen_us    BIGINT NOT NULL,
  ends_us    BIGINT NOT NULL
);
CREATE INDEX staff_session_account ON staff_session (account);

CREATE TABLE staff_token (
  hash       BYTEA PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  account    TEXT NOT NULL,
  name       TEXT NOT NULL,
  scopes     TEXT NOT NULL,
  made_us    BIGINT NOT NULL,
  ends_us    BIGINT NOT NULL,
  used_us    BIGINT NOT NULL
);
CREATE INDEX staff_token_account ON staff_token (account);

-- Failed sign-ins, counted by place and five-minute window. The place is keyed,
-- so that the table holds no addresses.
CREATE TABLE staff_failure (
  bucket     BYTEA NOT NULL,
  window_us  BIGINT NOT NULL,
  count      BIGINT NOT NULL,
  PRIMARY KEY (bucket, window_us)
);
