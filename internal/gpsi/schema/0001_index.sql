-- Files of every kind under their digest: written once, shared, never changed.
CREATE TABLE gpsi_file (
    digest  TEXT PRIMARY KEY,
    size    BIGINT NOT NULL,
    content BYTEA NOT NULL
);

-- The specifications of an index, each version with the decision it rests on.
CREATE TABLE gpsi_method (
    framework TEXT NOT NULL,            -- id of the index
    version   BIGINT NOT NULL,          -- from 1
    title     TEXT NOT NULL,
    label     TEXT NOT NULL,            -- the edition its text speaks of
    spec      TEXT NOT NULL,            -- digest of the text
    decision  TEXT NOT NULL,            -- which decision of the forum, in words
    decision_digest TEXT NOT NULL,      -- of the decided text; empty where there is none
    note      TEXT NOT NULL,
    author    TEXT NOT NULL,            -- pseudonym
    made_us   BIGINT NOT NULL,
    PRIMARY KEY (framework, version)
);

-- Editions: our own, and those that other parties showed us.
CREATE TABLE gpsi_edition (
    id         TEXT PRIMARY KEY,
    publisher  TEXT NOT NULL,
    framework  TEXT NOT NULL,
    label      TEXT NOT NULL,
    title      TEXT NOT NULL,
    demonstration BOOLEAN NOT NULL,
    state      TEXT NOT NULL,           -- draft, preview, released, dropped
    version    BIGINT NOT NULL,         -- of its content, the newest
    method     BIGINT NOT NULL,         -- version of the method; 0 for another party's
    revises    TEXT NOT NULL,           -- id of a release, or empty
    until_us   BIGINT NOT NULL,         -- comments are taken until then; 0: not asked for yet
    made_us    BIGINT NOT NULL,
    changed_us BIGINT NOT NULL
);
CREATE INDEX gpsi_edition_list ON gpsi_edition (changed_us, id);

-- Every version of what an edition is made of. Another party's is a whole bundle.
CREATE TABLE gpsi_content (
    edition TEXT NOT NULL,
    version BIGINT NOT NULL,
    spec    TEXT NOT NULL,              -- digest of the text; empty when there is a bundle
    files   TEXT NOT NULL,              -- JSON: digest by path
    bundle  TEXT NOT NULL,              -- digest of a zip file, or empty
    what    TEXT NOT NULL,              -- begun, method, imported, corrected, weighted, shown
    note    TEXT NOT NULL,
    author  TEXT NOT NULL,              -- pseudonym, or the code of a party
    at_us   BIGINT NOT NULL,
    PRIMARY KEY (edition, version)
);

-- Tables that were sent in, with what was found in them.
CREATE TABLE gpsi_import (
    id      TEXT PRIMARY KEY,
    edition TEXT NOT NULL,
    path    TEXT NOT NULL,              -- the file of the specification it is meant for
    name    TEXT NOT NULL,              -- as it was sent
    raw     TEXT NOT NULL,              -- digest of what was sent
    options TEXT NOT NULL,              -- JSON: how it is to be read
    state   TEXT NOT NULL,              -- checked, taken
    author  TEXT NOT NULL,
    at_us   BIGINT NOT NULL
);
CREATE INDEX gpsi_import_edition ON gpsi_import (edition, at_us);

-- Who was shown which version.
CREATE TABLE gpsi_shown (
    edition TEXT NOT NULL,
    version BIGINT NOT NULL,
    party   TEXT NOT NULL,
    message TEXT NOT NULL,              -- digest of the envelope
    at_us   BIGINT NOT NULL,
    PRIMARY KEY (edition, version, party)
);

-- What members said: corrections they ask for, and dissents.
CREATE TABLE gpsi_comment (
    id       TEXT PRIMARY KEY,
    edition  TEXT NOT NULL,
    party    TEXT NOT NULL,
    kind     TEXT NOT NULL,             -- correction, dissent
    unit     TEXT NOT NULL,
    col      TEXT NOT NULL,
    year     BIGINT NOT NULL,
    was      TEXT NOT NULL,
    wanted   TEXT NOT NULL,
    source   TEXT NOT NULL,
    body     TEXT NOT NULL,
    language TEXT NOT NULL,
    state    TEXT NOT NULL,             -- open, accepted, declined
    answer   TEXT NOT NULL,
    author   TEXT NOT NULL,             -- pseudonym; empty at the other side
    at_us    BIGINT NOT NULL,
    answered_us BIGINT NOT NULL
);
CREATE INDEX gpsi_comment_edition ON gpsi_comment (edition, at_us, id);

-- The question to members how to spread points over the parts of groups.
CREATE TABLE gpsi_budget (
    edition  TEXT PRIMARY KEY,
    groups   TEXT NOT NULL,             -- JSON: codes to spread points over, by group
    named    BOOLEAN NOT NULL,          -- who gave what is published
    decision TEXT NOT NULL,             -- that the members agreed so
    until_us BIGINT NOT NULL,
    state    TEXT NOT NULL,             -- open, closed
    at_us    BIGINT NOT NULL
);

-- What each member answered. A later answer stands beside the earlier, and counts.
CREATE TABLE gpsi_points (
    edition TEXT NOT NULL,
    party   TEXT NOT NULL,
    seq     BIGINT NOT NULL,
    points  TEXT NOT NULL,              -- JSON: points by code
    author  TEXT NOT NULL,
    at_us   BIGINT NOT NULL,
    PRIMARY KEY (edition, party, seq)
);

-- Releases, ours and those other parties sent. Rows are never changed.
CREATE TABLE gpsi_release (
    id            TEXT PRIMARY KEY,
    publisher     TEXT NOT NULL,
    framework     TEXT NOT NULL,
    label         TEXT NOT NULL,
    revision      BIGINT NOT NULL,
    title         TEXT NOT NULL,
    notice        TEXT NOT NULL,
    demonstration BOOLEAN NOT NULL,
    released_us   BIGINT NOT NULL,
    digest        TEXT NOT NULL,        -- of the manifest
    size          BIGINT NOT NULL,
    log_index     BIGINT NOT NULL,      -- in the publisher's log
    revises       TEXT NOT NULL,
    note          TEXT NOT NULL,
    bundle        TEXT NOT NULL,        -- digest of the zip file
    UNIQUE (publisher, framework, label, revision)
);
