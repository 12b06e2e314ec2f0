-- Files of every kind under their digest; written once, shared, never changed.
CREATE TABLE gpsi_file (
    digest  TEXT PRIMARY KEY,
    content BYTEA NOT NULL
);
