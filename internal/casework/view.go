package casework

import (
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

// A Text is text of the product, by key of the language catalogues. English is
// what it says there, for callers without catalogues.
type Text struct {
	Key     string `json:"key"`
	Args    []any  `json:"args,omitempty"`
	English string `json:"english"`
}

// A Problem is one thing to put right in a form.
type Problem struct {
	Field string `json:"field"` // empty: the form as a whole
	Row   int    `json:"row"`   // of a compound field, from 0
	Part  string `json:"part"`  // of a row, such as "birth_date"
	Rule  string `json:"rule"`  // "XB profile", "S4", "form"
	Text  Text   `json:"text"`
	Block bool   `json:"block"` // it cannot be sent like this; else it is advice
}

// A Done says what became of an act.
type Done struct {
	Case     landbridge.CaseID    `json:"case"`
	Number   string               `json:"number"`
	Act      landbridge.Digest    `json:"act"`      // zero while it waits for approval
	Message  landbridge.MessageID `json:"message"`  // the envelope that carries it
	Proposal landbridge.ID        `json:"proposal"` // set while it waits for approval
	Digest   landbridge.Digest    `json:"digest"`   // what approvers sign
	Needs    []Need               `json:"needs"`    // signatures still missing
	Stopped  *Stop                `json:"stopped"`  // set when a safeguard stopped it
	State    string               `json:"state"`
}

// A Need is one signature a proposal still lacks.
type Need struct {
	Roles []landbridge.Role `json:"roles"` // any one of them
	Text  Text              `json:"text"`
}

// A Stop says which safeguard kept an act from leaving, and what to do.
type Stop struct {
	Rule   string    `json:"rule"` // "S1"
	Text   Text      `json:"text"`
	Advice Text      `json:"advice"`
	At     time.Time `json:"at"`
	Entry  int64     `json:"entry"` // log position of the record
}

// A PersonView is a person as a case shows them.
type PersonView struct {
	Party     landbridge.PartyID `json:"party"`
	Pseudonym string             `json:"pseudonym"`
	Name      string             `json:"name"` // as the person's side gave it; may be empty
	Role      landbridge.Role    `json:"role"`
}

// A FieldView is one field of a form or of a case, with its value.
type FieldView struct {
	Field    *process.Field     `json:"field"`
	Value    process.Value      `json:"value"`
	Required bool               `json:"required"` // by the definition or the recipient
	By       string             `json:"by"`       // side that gave it
	Party    landbridge.PartyID `json:"party"`    // where several parties gave it: whose word this is
	Shown    bool               `json:"shown"`    // false: its condition is not met now
	Demand   string             `json:"demand"`   // the recipient's own words, if it has any
}

// A GroupView is a group of fields.
type GroupView struct {
	Name   string      `json:"name"`
	Fields []FieldView `json:"fields"`
}

// A FileView is one file of a draft or an act.
type FileView struct {
	ID        landbridge.ID      `json:"id"`
	Name      string             `json:"name"`
	Title     string             `json:"title"`
	MediaType string             `json:"media_type"`
	Size      int64              `json:"size"`
	SHA256    landbridge.Digest  `json:"sha256"`
	From      landbridge.PartyID `json:"from"`
	Act       landbridge.Digest  `json:"act"`
	State     string             `json:"state"` // draft, sent, here, expected
}

// A DraftView is a draft with everything its form needs.
type DraftView struct {
	ID         landbridge.ID         `json:"id"`
	Case       landbridge.CaseID     `json:"case"`
	Number     string                `json:"number"`
	Process    landbridge.ProcessRef `json:"process"`
	Definition *process.Definition   `json:"-"`
	Transition *process.Transition   `json:"transition"`
	To         []landbridge.PartyID  `json:"to"`
	Input      Input                 `json:"input"`
	Groups     []GroupView           `json:"groups"`
	Grounds    []process.Ground      `json:"grounds"`
	Files      []FileView            `json:"files"`
	Problems   []Problem             `json:"problems"`
	Audience   []AudienceView        `json:"audience"` // who will see this, and why
	Approvals  []Need                `json:"approvals"`
	By         PersonView            `json:"by"`
	State      string                `json:"state"` // open, proposed, done, stopped, dropped
	Returned   string                `json:"returned"`
	Stopped    *Stop                 `json:"stopped"`
	Version    int64                 `json:"version"`
	Changed    time.Time             `json:"changed"`
}

// A ProposalView is an act that waits for approval, exactly as it will be sent.
type ProposalView struct {
	ID         landbridge.ID        `json:"id"`
	Draft      landbridge.ID        `json:"draft"`
	Case       landbridge.CaseID    `json:"case"`
	Number     string               `json:"number"`
	Title      string               `json:"title"`
	Process    string               `json:"process"`
	Transition *process.Transition  `json:"transition"`
	To         []landbridge.PartyID `json:"to"`
	Marking    string               `json:"marking"`
	Digest     landbridge.Digest    `json:"digest"`
	Groups     []GroupView          `json:"groups"`
	Ground     string               `json:"ground"`
	Reason     string               `json:"reason"`
	Files      []FileView           `json:"files"`
	By         PersonView           `json:"by"`
	At         time.Time            `json:"at"`
	Given      []PersonView         `json:"given"` // approvals so far
	Needs      []Need               `json:"needs"`
	Roles      []landbridge.Role    `json:"roles"`    // in which this person may approve it; one of them goes with Approve
	CanSign    bool                 `json:"can_sign"` // this person may approve it
	Why        Text                 `json:"why"`      // if not, why not
	State      string               `json:"state"`    // waiting, sent, returned
	Audience   []AudienceView       `json:"audience"`
	Checks     []SafeguardView      `json:"checks"`
}

// A Filter selects and orders a list of cases. Its zero value is all live
// cases, the nearest clock first.
type Filter struct {
	State   string             // a state name, "live", "ended" or "" for live
	All     bool               // live and ended
	Party   landbridge.PartyID // with whom
	Process string
	Mine    bool   // where the person acted or drafted
	Side    string // the side this node is on: "requesting", "requested"
	Text    string // part of the number or title
	Sort    string // "clock" (default), "changed", "opened", "number"
	Desc    bool
	After   string // cursor from the page before
	Limit   int    // at most MaxPage; 0: 50
}

// A CasePage is one page of a list.
type CasePage struct {
	Cases []CaseRow `json:"cases"`
	Next  string    `json:"next"` // cursor; empty at the end
	Total int       `json:"total"`
}

// A CaseRow is one case in a list.
type CaseRow struct {
	ID      landbridge.CaseID     `json:"id"`
	Number  string                `json:"number"`
	Title   string                `json:"title"`
	Process landbridge.ProcessRef `json:"process"`
	Side    string                `json:"side"` // ours
	With    []landbridge.PartyID  `json:"with"`
	State   string                `json:"state"`
	Label   string                `json:"label"`
	Outcome string                `json:"outcome"`
	Ended   bool                  `json:"ended"`
	Marking string                `json:"marking"`
	Urgent  bool                  `json:"urgent"`
	Opened  time.Time             `json:"opened"`
	Changed time.Time             `json:"changed"`
	Clock   *ClockView            `json:"clock"` // the nearest running one
}

// A CaseView is everything a case page shows.
type CaseView struct {
	CaseRow
	Definition   *process.Definition `json:"-"`
	ProcessTitle string              `json:"process_title"`
	Origin       landbridge.PartyID  `json:"origin"`
	Sides        []SideView          `json:"sides"`
	Way          []WayStep           `json:"way"`
	Step         int                 `json:"step"`  // place on the way, from 1
	Steps        int                 `json:"steps"` // length of the way
	Groups       []GroupView         `json:"groups"`
	Clocks       []ClockView         `json:"clocks"`
	Open         []OpenAct           `json:"open"`     // acts open to this person
	Closed       []OpenAct           `json:"closed"`   // acts of this side that are not, and why
	Timeline     []ActView           `json:"timeline"` // newest first
	Files        []FileView          `json:"files"`
	Drafts       []DraftBrief        `json:"drafts"`
	Proposals    []ProposalBrief     `json:"proposals"`
	Audience     []AudienceView      `json:"audience"`
	Safeguards   []SafeguardView     `json:"safeguards"`
	Delivery     []DeliveryView      `json:"delivery"` // newest message first
	Question     string              `json:"question"` // what the other side asks now, if anything
	Refusal      *RefusalView        `json:"refusal"`
	Stopped      *Stop               `json:"stopped"`
	Facts        []FactView          `json:"facts"`  // this node's own record about the case
	Review       time.Time           `json:"review"` // of keeping it (S15); zero while it runs
	KeepUntil    time.Time           `json:"keep_until"`
	Version      int64               `json:"version"`
	Erased       bool                `json:"erased"` // its content was erased (S15)
}

// A SideView is one side of a case.
type SideView struct {
	Name    string               `json:"name"`
	Label   string               `json:"label"`
	Parties []landbridge.PartyID `json:"parties"`
	Ours    bool                 `json:"ours"`
}

// A WayStep is one step of the drawn way.
type WayStep struct {
	State  string    `json:"state"`
	Label  string    `json:"label"`
	Status string    `json:"status"` // done, now, ahead; skipped: the case went past it
	At     time.Time `json:"at"`
}

// A ClockView is one clock, at the time of the view.
type ClockView struct {
	Name       string        `json:"name"`
	Label      string        `json:"label"`
	Side       string        `json:"side"` // whose deadline
	Ours       bool          `json:"ours"`
	Status     string        `json:"status"` // running, paused, overdue; stopped in time, late
	Started    time.Time     `json:"started"`
	Due        time.Time     `json:"due"`
	Left       time.Duration `json:"left"`  // negative when overdue
	Share      float64       `json:"share"` // of the time used, 0 to 1
	For        string        `json:"for"`   // "8h"
	Force      string        `json:"force"` // legal or policy
	Source     string        `json:"source"`
	Confidence string        `json:"confidence"`
}

// An OpenAct is one act of this side, open to the person or not.
type OpenAct struct {
	Transition *process.Transition `json:"transition"`
	Approvals  []Need              `json:"approvals"`
	Why        []Reason            `json:"why"`  // why it is not open; empty when it is
	Form       bool                `json:"form"` // it asks for fields, a ground, a reason or files
}

// A Reason says why an act is not open.
type Reason struct {
	Rule string `json:"rule"`
	Text Text   `json:"text"`
}

// An ActView is one act in the timeline.
type ActView struct {
	Digest     landbridge.Digest    `json:"digest"` // what its approvers signed; the same on both sides' screens
	ID         landbridge.Digest    `json:"id"`
	Message    landbridge.MessageID `json:"message"`
	Transition string               `json:"transition"`
	Label      string               `json:"label"` // "Request sent"
	Party      landbridge.PartyID   `json:"party"`
	By         PersonView           `json:"by"`
	Approvals  []ApprovalView       `json:"approvals"`
	Signed     time.Time            `json:"signed"`  // as its author's node signed it
	Arrived    time.Time            `json:"arrived"` // here; equal to Signed for our own
	Applied    bool                 `json:"applied"`
	Why        Text                 `json:"why"`     // not applied, or waiting: why
	Waiting    bool                 `json:"waiting"` // for acts it follows that are not here
	State      string               `json:"state"`   // after it
	Marking    string               `json:"marking"`
	Groups     []GroupView          `json:"groups"`
	Ground     *process.Ground      `json:"ground"`
	Reason     string               `json:"reason"`
	Files      []FileView           `json:"files"`
	Entry      int64                `json:"entry"`    // position in our log
	Cosigned   []landbridge.PartyID `json:"cosigned"` // who co-signed a checkpoint that covers it
}

// An ApprovalView is one approval under an act.
type ApprovalView struct {
	PersonView
	Software bool `json:"software"` // made by a software key
	Valid    bool `json:"valid"`    // checked on this node
}

// An AudienceView is one line of "who can see this, and why".
type AudienceView struct {
	Party landbridge.PartyID `json:"party"` // empty: the public
	Roles []landbridge.Role  `json:"roles"`
	Name  string             `json:"name"` // a named person
	Sees  bool               `json:"sees"`
	Rule  string             `json:"rule"`
	Text  Text               `json:"text"`
}

// A SafeguardView is one line of the safeguards list.
type SafeguardView struct {
	Rule   string `json:"rule"` // "S1"
	Name   Text   `json:"name"`
	Status string `json:"status"` // kept, open, broken
	Text   Text   `json:"text"`
}

// A DeliveryView is the evidence ladder of one message to one recipient.
type DeliveryView struct {
	Message   landbridge.MessageID `json:"message"`
	Act       landbridge.Digest    `json:"act"`
	Label     string               `json:"label"`
	Recipient landbridge.PartyID   `json:"recipient"`
	Steps     []LadderStep         `json:"steps"`
	Problem   string               `json:"problem"` // why it has not arrived; empty when it has
	Receipt   bool                 `json:"receipt"` // a receipt is kept and can be downloaded
}

// A LadderStep is one step of evidence.
type LadderStep struct {
	Name  string    `json:"name"` // submitted, relayed, delivered, retrieved, acknowledged, decided, undeliverable, refused
	At    time.Time `json:"at"`
	Note  string    `json:"note"` // reason of a negative step
	Entry int64     `json:"entry"`
}

// A RefusalView is a lawful refusal: a value, not an error.
type RefusalView struct {
	Ground process.Ground `json:"ground"`
	Reason string         `json:"reason"`
	By     PersonView     `json:"by"`
	At     time.Time      `json:"at"`
}

// A FactView is one entry of this node's own record about a case.
type FactView struct {
	Entry int64     `json:"entry"`
	Kind  string    `json:"kind"`
	Actor string    `json:"actor"`
	Name  string    `json:"name"`
	Note  string    `json:"note"`
	At    time.Time `json:"at"`
}

// A DraftBrief points to a draft.
type DraftBrief struct {
	ID         landbridge.ID `json:"id"`
	Transition string        `json:"transition"`
	Label      string        `json:"label"`
	By         PersonView    `json:"by"`
	Changed    time.Time     `json:"changed"`
}

// A ProposalBrief points to a proposal.
type ProposalBrief struct {
	ID         landbridge.ID `json:"id"`
	Transition string        `json:"transition"`
	Label      string        `json:"label"`
	By         PersonView    `json:"by"`
	At         time.Time     `json:"at"`
	Needs      []Need        `json:"needs"`
}

// A Desk is what needs one person.
type Desk struct {
	Items    []DeskItem `json:"items"`    // by the clock
	Arrivals []CaseRow  `json:"arrivals"` // newest cases from others, not yet acknowledged or just changed
	Running  int        `json:"running"`  // live cases of this node
	Waiting  int        `json:"waiting"`  // of these, those that wait for the other side
}

// A DeskItem is one thing that waits for a person.
type DeskItem struct {
	Kind     string        `json:"kind"` // approval, act, draft, returned, overdue, stopped
	Case     CaseRow       `json:"case"`
	Proposal landbridge.ID `json:"proposal"`
	Draft    landbridge.ID `json:"draft"`
	Waits    Text          `json:"waits"` // what it waits for
	Clock    *ClockView    `json:"clock"`
	Since    time.Time     `json:"since"`
}
