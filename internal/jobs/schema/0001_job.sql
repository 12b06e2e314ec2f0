CREATE TABLE jobs_job (
	id       TEXT   NOT NULL PRIMARY KEY,
	kind     TEXT   NOT NULL,
	body     BYTEA  NOT NULL,
	due_us   BIGINT NOT NULL,
	tries    BIGINT NOT NULL DEFAULT 0,
	lease_us BIGINT NOT NULL DEFAULT 0,
	dead     BOOLEAN NOT NULL DEFAULT FALSE,
	problem  TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX jobs_job_due ON jobs_job (dead, due_us);
