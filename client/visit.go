package client

import (
	"context"
	"net/http"
	"time"
)

// A VisitContent is what one version of a record of a visit, letter or working
// group says. Offices take part, not persons.
type VisitContent struct {
	Kind      string          `json:"kind" doc:"visit, letter or group."`
	Language  string          `json:"language" doc:"The texts are in: en, zh, ar, ru, fr or es."`
	Title     string          `json:"title" doc:"Of a letter: its subject."`
	Parties   []string        `json:"parties" doc:"Between whom, by code, your own too."`
	Note      string          `json:"note,omitempty"`
	Visit     *VisitPart      `json:"visit,omitempty" doc:"Of a visit."`
	Letter    *LetterPart     `json:"letter,omitempty" doc:"Of a letter."`
	Group     *GroupPart      `json:"group,omitempty" doc:"Of a working group."`
	People    []VisitSeat     `json:"people,omitempty"`
	Results   []string        `json:"results,omitempty"`
	Documents []VisitDocument `json:"documents,omitempty"`
}

// A VisitPart says when and where parties meet.
type VisitPart struct {
	Host      string      `json:"host"`
	Level     string      `json:"level" doc:"head_of_state, head_of_government, minister, deputy_minister, head_of_service, director or expert."`
	Place     string      `json:"place"`
	Zone      string      `json:"zone" doc:"IANA name of the time zone there."`
	First     string      `json:"first" doc:"Day, as 2026-11-24."`
	Last      string      `json:"last"`
	Agenda    []VisitItem `json:"agenda,omitempty"`
	CalledOff string      `json:"called_off,omitempty" doc:"Why it did not take place."`
}

// A VisitItem is one point of an agenda.
type VisitItem struct {
	Start time.Time `json:"start,omitzero" doc:"To the minute; absent where no time is set."`
	Title string    `json:"title"`
}

// A LetterPart is one letter of an exchange.
type LetterPart struct {
	From      string   `json:"from"`
	To        []string `json:"to"`
	Sent      string   `json:"sent" doc:"Day."`
	Reference string   `json:"reference,omitempty"`
	Answers   string   `json:"answers,omitempty" doc:"Record of the letter it answers."`
}

// A GroupPart is a working group.
type GroupPart struct {
	Chair    string         `json:"chair,omitempty"`
	Mandate  string         `json:"mandate"`
	Founded  string         `json:"founded" doc:"Day."`
	Ended    string         `json:"ended,omitempty"`
	Meetings []VisitMeeting `json:"meetings,omitempty"`
}

// A VisitMeeting is one meeting of a working group.
type VisitMeeting struct {
	Day     string   `json:"day"`
	Place   string   `json:"place,omitempty"`
	Title   string   `json:"title"`
	Results []string `json:"results,omitempty"`
}

// A VisitSeat is one office that takes part.
type VisitSeat struct {
	Party  string `json:"party"`
	Office string `json:"office"`
	Role   string `json:"role" doc:"head, member or signatory."`
}

// A VisitDocument names a text by its digest.
type VisitDocument struct {
	Title  string `json:"title"`
	Digest string `json:"digest" doc:"SHA-256, in hexadecimal."`
	Link   string `json:"link,omitempty"`
}

// A VisitVersion is one version of a record, with what its parties say to it.
type VisitVersion struct {
	Version string       `json:"version" doc:"Digest of the signed statement that proposed it."`
	Number  int64        `json:"number"`
	By      string       `json:"by"`
	Made    time.Time    `json:"made"`
	Note    string       `json:"note,omitempty"`
	Status  string       `json:"status" doc:"proposed, agreed, declined or withdrawn."`
	Voices  []VisitVoice `json:"voices"`
	Content VisitContent `json:"content"`
}

// A VisitVoice is what one party says to a version.
type VisitVoice struct {
	Party    string `json:"party"`
	Kind     string `json:"kind,omitempty" doc:"agreed, declined or withdrawn; empty: nothing yet."`
	Note     string `json:"note,omitempty"`
	Released bool   `json:"released" doc:"It may be public, as far as this party is concerned."`
}

// A VisitRecord is a record of a visit, a letter or a working group.
type VisitRecord struct {
	Record   string         `json:"record"`
	Kind     string         `json:"kind"`
	Status   string         `json:"status" doc:"Of the newest version."`
	Newest   string         `json:"newest" doc:"The newest version."`
	Standing string         `json:"standing,omitempty" doc:"The newest version that all parties agreed to."`
	Public   string         `json:"public,omitempty" doc:"The newest version that all parties released."`
	Waits    bool           `json:"waits" doc:"For this party's agreement."`
	Answered []string       `json:"answered,omitempty" doc:"Records of letters that answer this one."`
	Versions []VisitVersion `json:"versions"`

	KeptUntil *time.Time `json:"kept_until,omitempty" doc:"Then it is erased (S15); absent while it is public, or its working group works."`
}

// Visits are records of visits, letters and working groups.
type Visits struct {
	Records []VisitRecord `json:"records"`
}

// A VisitQuery filters the records.
type VisitQuery struct {
	Kind   string `query:"kind" doc:"visit, letter or group."`
	Status string `query:"status" doc:"proposed, agreed, declined or withdrawn."`
}

// ByVisit names a record.
type ByVisit struct {
	Record string `path:"record"`
}

// NewVisit proposes a record.
type NewVisit struct {
	Content VisitContent `json:"content"`
}

// A VisitCorrection proposes the next version of a record.
type VisitCorrection struct {
	Record  string       `path:"record" json:"-"`
	Seen    string       `json:"seen" doc:"The newest version, as you saw it."`
	Note    string       `json:"note,omitempty" doc:"What was corrected, and why."`
	Content VisitContent `json:"content"`
}

// A VisitSaying makes this party say something about a version of a record.
type VisitSaying struct {
	Record  string `path:"record" json:"-"`
	Kind    string `json:"kind" doc:"agreed, declined, withdrawn, released or withheld."`
	Version string `json:"version,omitempty" doc:"Default: the newest; of released and withheld: that all agreed to."`
	Note    string `json:"note,omitempty" doc:"Of declined: the reason."`
}

func visitRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Name: "visits", Method: get, Path: "/visits", Summary: "Records of visits, letters and working groups this party takes part in",
			In: VisitQuery{}, Out: Visits{}},
		{Name: "visit", Method: get, Path: "/visits/{record}", Summary: "One record with its versions and what each party says to them",
			In: ByVisit{}, Out: VisitRecord{}},
		{Name: "visitFile", Method: get, Path: "/visits/{record}/file", Summary: "Everything said about a record, signed; for \"landbridge visit verify\"",
			In: ByVisit{}, Answer: plain},
		{Name: "proposeVisit", Method: post, Path: "/visits", Summary: "Propose a record to its other parties", In: NewVisit{}, Out: VisitRecord{},
			Status: http.StatusCreated},
		{Name: "correctVisit", Method: post, Path: "/visits/{record}/versions", Summary: "Propose the next version of a record: a correction, or its results",
			In: VisitCorrection{}, Out: VisitRecord{}, Status: http.StatusCreated},
		{Name: "sayOnVisit", Method: post, Path: "/visits/{record}/statements",
			Summary: "Agree to a version, decline or withdraw it, release it to the public, withhold it again",
			In:      VisitSaying{}, Out: VisitRecord{}, Status: http.StatusCreated},
	}
}

// Visits returns records of visits, letters and working groups.
func (c *Client) Visits(ctx context.Context, q VisitQuery) (Visits, error) {
	return call[Visits](ctx, c, "visits", q)
}

// Visit returns one record.
func (c *Client) Visit(ctx context.Context, record string) (VisitRecord, error) {
	return call[VisitRecord](ctx, c, "visit", ByVisit{record})
}

// VisitFile returns everything said about a record, signed.
func (c *Client) VisitFile(ctx context.Context, record string) (string, error) {
	return call[string](ctx, c, "visitFile", ByVisit{record})
}

// ProposeVisit proposes a record to its other parties.
func (c *Client) ProposeVisit(ctx context.Context, content VisitContent) (VisitRecord, error) {
	return call[VisitRecord](ctx, c, "proposeVisit", NewVisit{content})
}

// CorrectVisit proposes the next version of a record.
func (c *Client) CorrectVisit(ctx context.Context, in VisitCorrection) (VisitRecord, error) {
	return call[VisitRecord](ctx, c, "correctVisit", in)
}

// SayOnVisit makes this party say something about a version of a record.
func (c *Client) SayOnVisit(ctx context.Context, in VisitSaying) (VisitRecord, error) {
	return call[VisitRecord](ctx, c, "sayOnVisit", in)
}
