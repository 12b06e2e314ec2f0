package notice

import (
	"time"

	"landbridge.example"
	"landbridge.example/match"
	"landbridge.example/process"
)

// A Line is one notice in a list. It names nobody.
type Line struct {
	Case      landbridge.CaseID  `json:"case"`
	Number    string             `json:"number"`
	Issuer    landbridge.PartyID `json:"issuer"`
	Side      string             `json:"side"` // ours: issuing, panel, receiving
	Kind      string             `json:"kind"`
	State     string             `json:"state"`
	InForce   bool               `json:"in_force"` // the police may be shown it now
	Published time.Time          `json:"published"`
	Until     time.Time          `json:"until"`   // it ends by itself then
	Confirm   time.Time          `json:"confirm"` // the issuing side has to confirm it by then
	Soon      bool               `json:"soon"`    // it runs out within thirty days
	Removed   time.Time          `json:"removed"`
	Changed   time.Time          `json:"changed"`
}

// A Query is what an officer looks for. One of Name and Number is given.
type Query struct {
	Name    string `json:"name"`
	Birth   string `json:"birth"`  // as lists write it: 1971-05-02, 1971, ~1971
	Number  string `json:"number"` // of an object or document
	Kind    string `json:"kind"`   // empty: any
	Purpose string `json:"purpose"`
	About   string `json:"about"` // the reference of the check, such as a file number; no names
}

// An Answer is what a search found. Every search is a fact in the log.
type Answer struct {
	Hits     []Hit `json:"hits"`
	Searched int   `json:"searched"` // notices in force that were looked through
	Entry    bool  `json:"-"`
}

// A Hit is a notice that may be about whom or what was asked for. It is a
// question to a person: a name alone is never enough (S24, S31).
type Hit struct {
	Line
	Name     string             `json:"name"`  // the name or text that fits
	Score    match.Score        `json:"score"` // of the names; full for a number
	Words    []match.WordReason `json:"words"`
	Evidence []match.Evidence   `json:"evidence"`
	Effect   string             `json:"effect"` // under the law here, as this state said when it took the notice in; empty: not yet
	Stale    *time.Time         `json:"stale"`  // the issuing state was last reached then, too long ago: ask it before anything is done
}

// A Notice is one notice with its content, for someone who has to act on it.
type Notice struct {
	Line
	Title    string        `json:"title"`
	Persons  []process.Row `json:"persons"`
	Offences []process.Row `json:"offences"`
	Seek     string        `json:"seek"`
	Caution  string        `json:"caution"`
	Text     string        `json:"text"`
	List     string        `json:"list_entry"`
	ShownTo  string        `json:"shown_to"`
	Extract  string        `json:"extract"`
	Effect   string        `json:"effect"`
	Stale    *time.Time    `json:"stale"`
	Reason   string        `json:"removal"` // why it was taken back
	Parties  []PartyLine   `json:"parties"`
}

// A PartyLine is one party of a notice.
type PartyLine struct {
	Party  landbridge.PartyID `json:"party"`
	Side   string             `json:"side"`
	Taken  time.Time          `json:"taken"`
	Effect string             `json:"effect"`
	Gone   time.Time          `json:"gone"`
}

// A Removal is a notice that every party has to take out, and how far that came.
type Removal struct {
	Line
	Reason  string            `json:"reason"`
	Act     landbridge.Digest `json:"act"` // the signed act that orders it: the tombstone
	Parties []Gone            `json:"parties"`
	All     bool              `json:"all"` // every party has said so
}

// A Gone is one party's word that a notice is gone.
type Gone struct {
	Party landbridge.PartyID `json:"party"`
	At    time.Time          `json:"at"`  // zero: not yet
	Lag   time.Duration      `json:"lag"` // until then, or until now
	Late  bool               `json:"late"`
}

// A Lag is how quickly one party takes notices out: numbers, no content, fit for
// publication (S27).
type Lag struct {
	Party   landbridge.PartyID `json:"party"`
	Ordered int                `json:"ordered"` // removals it was told of
	InTime  int                `json:"in_time"` // acknowledged within a day
	Late    int                `json:"late"`    // acknowledged later
	Open    int                `json:"open"`    // not acknowledged yet
	Longest time.Duration      `json:"longest"`
}

// An Extract is what the public may be shown of a notice.
type Extract struct {
	Number string             `json:"number"`
	Issuer landbridge.PartyID `json:"issuer"`
	Kind   string             `json:"kind"`
	Text   string             `json:"text"`
	Since  time.Time          `json:"since"`
	Until  time.Time          `json:"until"`
}
