-- Known to this node alone, in no message; goes with the case (S7, S37).
CREATE TABLE casework_pursued (
	case_id    TEXT NOT NULL,
	name_token TEXT NOT NULL,
	full_token TEXT NOT NULL,
	PRIMARY KEY (case_id, name_token, full_token)
);
CREATE INDEX casework_pursued_name ON casework_pursued (name_token);

CREATE TABLE casework_breach (
	case_id TEXT NOT NULL,
	party   TEXT NOT NULL,
	PRIMARY KEY (case_id, party)
);
CREATE INDEX casework_breach_party ON casework_breach (party);
