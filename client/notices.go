package client

import "time"

// A NoticeLine is one notice this node takes part in. It names nobody.
type NoticeLine struct {
	Case      string     `json:"case"`
	Number    string     `json:"number"`
	Issuer    string     `json:"issuer"`
	Side      string     `json:"side" doc:"Of this node: issuing, panel or receiving."`
	Kind      string     `json:"kind" doc:"wanted, missing, body, property, modus_operandi, threat or un_special."`
	State     string     `json:"state"`
	InForce   bool       `json:"in_force" doc:"It may be shown to the police now."`
	Published *time.Time `json:"published,omitempty"`
	Until     *time.Time `json:"until,omitempty" doc:"It ends by itself then."`
	Confirm   *time.Time `json:"confirm,omitempty" doc:"The issuing side has to confirm it by then."`
	Removed   *time.Time `json:"removed,omitempty" doc:"Its removal was ordered then."`
}

// Notices lists the notices this node takes part in.
type Notices struct {
	Tag
	Notices []NoticeLine `json:"notices"`
}

// NoticeQuery looks through the notices in force at this node. It is a fact in the log.
type NoticeQuery struct {
	Name    string `json:"name,omitempty"`
	Birth   string `json:"birth,omitempty" doc:"1971-05-02, 1971 or ~1971."`
	Number  string `json:"number,omitempty" doc:"Of an object or a document, at least five signs."`
	Kind    string `json:"kind,omitempty"`
	Purpose string `json:"purpose" doc:"What the search is for, such as investigation."`
	About   string `json:"about,omitempty" doc:"A reference of the caller's own; no names."`
}

// NoticeHits answers a search. A hit is a question to a person.
type NoticeHits struct {
	Warning  string      `json:"warning" doc:"This is not an arrest warrant."`
	Searched int         `json:"searched" doc:"Notices in force that were looked through."`
	Hits     []NoticeHit `json:"hits"`
}

// A NoticeHit is a notice that may be about whom or what was asked for.
type NoticeHit struct {
	Notice   NoticeLine       `json:"notice"`
	Name     string           `json:"name"`
	Score    float64          `json:"score" doc:"Between 0 and 1."`
	Evidence []NoticeEvidence `json:"evidence"`
	Effect   string           `json:"effect,omitempty" doc:"What it leads to here: locate, arrest_own_law or none; empty while not taken in."`
	Stale    *time.Time       `json:"stale,omitempty" doc:"The issuing state was last reached then, too long ago: ask it first."`
}

// NoticeEvidence is what one kind of knowledge besides the name says.
type NoticeEvidence struct {
	What    string `json:"what"`
	State   string `json:"state" doc:"agrees, near, contradicts or missing."`
	Query   string `json:"query,omitempty"`
	Listed  string `json:"listed,omitempty"`
	Missing string `json:"missing,omitempty" doc:"Who does not say it: query, list or both."`
}

// NoticeReading names a notice and what it is read for.
type NoticeReading struct {
	Case    string `path:"case"`
	Purpose string `query:"purpose" doc:"What it is read for; reading is a fact in the log."`
}

// A Notice is one notice with its content while it is in force.
type Notice struct {
	Tag
	Warning  string              `json:"warning" doc:"This is not an arrest warrant."`
	Notice   NoticeLine          `json:"notice"`
	Title    string              `json:"title,omitempty"`
	Persons  []map[string]string `json:"persons"`
	Offences []map[string]string `json:"offences"`
	Seek     string              `json:"seek,omitempty"`
	Caution  string              `json:"caution,omitempty"`
	Text     string              `json:"text,omitempty" doc:"Of the object, the body, the method or the threat."`
	Extract  string              `json:"extract,omitempty" doc:"What the public may be shown."`
	Effect   string              `json:"effect,omitempty"`
	Stale    *time.Time          `json:"stale,omitempty"`
	Reason   string              `json:"reason,omitempty" doc:"Why it was taken back."`
	Parties  []NoticeParty       `json:"parties"`
}

// A NoticeParty is one party of a notice.
type NoticeParty struct {
	Party  string     `json:"party"`
	Side   string     `json:"side"`
	Taken  *time.Time `json:"taken,omitempty"`
	Effect string     `json:"effect,omitempty"`
	Gone   *time.Time `json:"gone,omitempty" doc:"It stands for it that the notice is gone, since then."`
}

// NoticeRemovals are the notices that every party takes out, and how quickly each does.
type NoticeRemovals struct {
	Tag
	Removals []NoticeRemoval `json:"removals"`
	Lags     []NoticeLag     `json:"lags"`
}

// A NoticeRemoval is one notice that was taken back.
type NoticeRemoval struct {
	Notice  NoticeLine   `json:"notice"`
	Reason  string       `json:"reason"`
	Act     string       `json:"act" doc:"Digest of the signed act that orders it: the tombstone."`
	All     bool         `json:"all" doc:"Every party has said that it is gone."`
	Parties []NoticeGone `json:"parties"`
}

// A NoticeGone is one party's word that a notice is gone.
type NoticeGone struct {
	Party      string     `json:"party"`
	At         *time.Time `json:"at,omitempty"`
	LagSeconds int64      `json:"lag_seconds" doc:"Until then, or until now."`
	Late       bool       `json:"late" doc:"More than a day."`
}

// A NoticeLag counts how quickly one party takes notices out.
type NoticeLag struct {
	Party          string `json:"party"`
	Ordered        int    `json:"ordered"`
	InTime         int    `json:"in_time"`
	Late           int    `json:"late"`
	Open           int    `json:"open"`
	LongestSeconds int64  `json:"longest_seconds"`
}
