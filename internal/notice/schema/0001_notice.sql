-- What this node holds of notices: what is in force, for whom, until when.
-- body holds what a published notice says, sealed under the data key of its
-- case; it is empty before publication and after removal. What is left of a
-- removed notice names nobody, and stays when its case is erased.
CREATE TABLE notice_entry (
	case_id      TEXT    NOT NULL PRIMARY KEY,
	number       TEXT    NOT NULL,
	issuer       TEXT    NOT NULL,
	side         TEXT    NOT NULL,
	kind         TEXT    NOT NULL,
	state        TEXT    NOT NULL,
	published_us BIGINT  NOT NULL,
	until_us     BIGINT  NOT NULL,
	confirm_us   BIGINT  NOT NULL,
	removed_us   BIGINT  NOT NULL,
	removal      TEXT    NOT NULL,
	removal_act  TEXT    NOT NULL,
	extract      BOOLEAN NOT NULL,
	body         BYTEA   NOT NULL,
	changed_us   BIGINT  NOT NULL,
	version      BIGINT  NOT NULL
);
CREATE INDEX notice_entry_state ON notice_entry (state, until_us);
CREATE INDEX notice_entry_removed ON notice_entry (removed_us);

-- The parties of a notice: when each took it in and with what effect, and when
-- each stood for it that the notice is gone (0: not yet).
CREATE TABLE notice_party (
	case_id  TEXT   NOT NULL,
	party    TEXT   NOT NULL,
	side     TEXT   NOT NULL,
	taken_us BIGINT NOT NULL,
	effect   TEXT   NOT NULL,
	gone_us  BIGINT NOT NULL,
	PRIMARY KEY (case_id, party)
);
