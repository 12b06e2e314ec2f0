package client

import "time"

// Meetings are the meetings, visits, letters and working groups a node knows.
type Meetings struct {
	Meetings []Meeting `json:"meetings"`
}

// A Meeting is the record of a meeting as its host keeps it.
type Meeting struct {
	ID       string        `json:"id,omitempty" doc:"Absent: a new one."`
	Host     string        `json:"host,omitempty"`
	Revision int64         `json:"revision,omitempty" doc:"The one that was read; a change is refused when there is a newer one."`
	Kind     string        `json:"kind" doc:"conference, consultation, working-group, visit or letters."`
	Title    string        `json:"title"`
	Session  string        `json:"session,omitempty" doc:"Id of an edition or session."`
	Start    time.Time     `json:"start"`
	End      time.Time     `json:"end"`
	Place    string        `json:"place,omitempty"`
	Link     string        `json:"link,omitempty" doc:"https address of an outside room."`
	Parties  []string      `json:"parties"`
	Rules    FloorRules    `json:"rules"`
	Agenda   []MeetingItem `json:"agenda,omitempty"`
	Result   string        `json:"result,omitempty"`
	Tasks    []ActionItem  `json:"tasks,omitempty"`
}

// FloorRules say how long a turn is and who is next; they hold for all alike.
type FloorRules struct {
	Turn       int  `json:"turn" doc:"Seconds of a turn."`
	ReplyTurn  int  `json:"reply_turn" doc:"Seconds of a reply or a point of order."`
	Turns      int  `json:"turns" doc:"Of one delegation on one item; 0: no limit."`
	FreshFirst bool `json:"fresh_first" doc:"Who has spoken less on the item goes first."`
	Alternate  bool `json:"alternate" doc:"Among equals another language than the last speaker's goes first."`
}

// A MeetingItem is one point of an agenda, with what became of it.
type MeetingItem struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Minutes   int               `json:"minutes,omitempty" doc:"Planned time."`
	Documents []MeetingDocument `json:"documents,omitempty"`
	Drafts    []string          `json:"drafts,omitempty"`
	Matters   []string          `json:"matters,omitempty"`
	Record    string            `json:"record,omitempty" doc:"The minutes."`
}

// A MeetingDocument is one paper in the languages there are.
type MeetingDocument struct {
	Title string            `json:"title"`
	In    map[string]string `json:"in" doc:"By language: an https address, or the digest of a text."`
}

// An ActionItem is what one delegation is to do by a day.
type ActionItem struct {
	ID         string `json:"id"`
	Item       string `json:"item,omitempty" doc:"Of the agenda."`
	What       string `json:"what"`
	Party      string `json:"party"`
	Due        string `json:"due" doc:"A day, such as 2027-09-30."`
	Done       string `json:"done,omitempty" doc:"The day; absent: open."`
	Commitment string `json:"commitment,omitempty" doc:"The act of the commitment that came of it; its reports say whether it is done."`
}

// A MeetingFile is a meeting and its floor as it is now.
type MeetingFile struct {
	Meeting Meeting `json:"meeting"`
	Floor   Floor   `json:"floor"`
}

// A Floor is the state of one item: who speaks, who is next, who has spoken.
type Floor struct {
	At     time.Time      `json:"at" doc:"The node's clock, by which the turn ends."`
	Item   string         `json:"item,omitempty"`
	Now    *FloorTurn     `json:"now,omitempty"`
	Next   []FloorRequest `json:"next" doc:"In the order in which they are called."`
	Spoken []FloorTurn    `json:"spoken"`
	Closed bool           `json:"closed,omitempty" doc:"Nobody new is taken on the list."`
}

// A FloorRequest is a place on the speaking list.
type FloorRequest struct {
	Party    string    `json:"party"`
	As       string    `json:"as,omitempty" doc:"point (of order), reply, or empty."`
	Language string    `json:"language,omitempty" doc:"In which it will speak."`
	At       time.Time `json:"at"`
}

// A FloorTurn is one speech.
type FloorTurn struct {
	Party    string     `json:"party"`
	As       string     `json:"as,omitempty"`
	Language string     `json:"language,omitempty"`
	Began    time.Time  `json:"began"`
	Ends     time.Time  `json:"ends" doc:"When its time is over."`
	Ended    *time.Time `json:"ended,omitempty"`
}

// A FloorEvent is what the chair enters.
type FloorEvent struct {
	Meeting  string `path:"meeting" json:"-"`
	Kind     string `json:"kind" doc:"item-opened, asked, took-back, called, ended, list-closed or list-opened."`
	Item     string `json:"item,omitempty" doc:"Of item-opened."`
	Party    string `json:"party,omitempty" doc:"Of called: empty is the first of the list."`
	As       string `json:"as,omitempty"`
	Language string `json:"language,omitempty"`
}

// A FloorWish asks the host for the floor in this party's name, or takes that back.
type FloorWish struct {
	Meeting  string `path:"meeting" json:"-"`
	Kind     string `json:"kind" doc:"asked or took-back."`
	As       string `json:"as,omitempty" doc:"point (of order), reply, or empty: to speak."`
	Language string `json:"language,omitempty"`
}

// A Promise is what a party commits itself to.
type Promise struct {
	Title      string             `json:"title"`
	What       string             `json:"what"`
	Due        string             `json:"due" doc:"A day, such as 2027-09-30."`
	Indicator  string             `json:"indicator" doc:"By what one sees that it is kept."`
	Target     string             `json:"target,omitempty"`
	Session    string             `json:"session,omitempty"`
	Milestones []PromiseMilestone `json:"milestones,omitempty"`
}

// A PromiseMilestone is a step on the way.
type PromiseMilestone struct {
	ID     string `json:"id"`
	Due    string `json:"due"`
	Title  string `json:"title"`
	Status string `json:"status,omitempty" doc:"Computed; not read."`
}

// A NewCommitment promises something, perhaps following from a matter.
type NewCommitment struct {
	Matter  string  `json:"matter,omitempty"`
	Promise Promise `json:"promise"`
}

// A CommitmentQuery filters commitments.
type CommitmentQuery struct {
	Day    string `query:"day" doc:"As they stand on this day; empty: today."`
	Party  string `query:"party"`
	Status string `query:"status" doc:"running, kept, kept-late, late or dropped."`
}

// Commitments are promises with what was reported on them.
type Commitments struct {
	Day         string       `json:"day"`
	Commitments []Commitment `json:"commitments"`
}

// A Commitment is one promise and where it stands.
type Commitment struct {
	Commitment string        `json:"commitment" doc:"The act that made it."`
	Party      string        `json:"party"`
	At         time.Time     `json:"at"`
	Matter     string        `json:"matter,omitempty"`
	Status     string        `json:"status" doc:"running, kept, kept-late, late or dropped."`
	Promise    Promise       `json:"promise"`
	Reports    []GivenReport `json:"reports" doc:"Oldest first."`
}

// A GivenReport is a report as it was made.
type GivenReport struct {
	Act string    `json:"act"`
	At  time.Time `json:"at"`
	ProgressReport
}

// A ProgressReport is what a party says about its own commitment.
type ProgressReport struct {
	State     string           `json:"state" doc:"running, kept or dropped."`
	Day       string           `json:"day" doc:"Of which it speaks."`
	Milestone string           `json:"milestone,omitempty" doc:"If it speaks of one alone."`
	Value     string           `json:"value,omitempty" doc:"Of the indicator."`
	Text      string           `json:"text" doc:"What was done; why it was dropped."`
	Evidence  []ReportEvidence `json:"evidence,omitempty"`
}

// ReportEvidence is what shows that a report is true.
type ReportEvidence struct {
	Ref   string `json:"ref" doc:"An https address, or the digest of a file the party gives out."`
	Title string `json:"title"`
}

// A NewReport reports on a commitment of this party.
type NewReport struct {
	Commitment string `path:"commitment" json:"-"`
	ProgressReport
}

// A FollowUpQuery names the day of a yearly follow-up.
type FollowUpQuery struct {
	Day string `query:"day" doc:"Such as 2027-09-30; empty: today."`
}

// A FollowUp says what became of what was promised: of a year, and of the past editions.
type FollowUp struct {
	Day         string         `json:"day"`
	Counts      map[string]int `json:"counts" doc:"By status."`
	Commitments []Commitment   `json:"commitments"`
}

// PastOutcomes are the outcomes of the editions before parties signed them here.
type PastOutcomes struct {
	Outcomes []PastOutcome `json:"outcomes"`
}

// A PastOutcome is what public documents say of one outcome, and no more.
type PastOutcome struct {
	Edition      string            `json:"edition"`
	ID           string            `json:"id"`
	Kind         string            `json:"kind"`
	Title        string            `json:"title"`
	Items        []string          `json:"items,omitempty"`
	Undertakings []PastUndertaking `json:"undertakings,omitempty"`
	Source       string            `json:"source"`
	Language     string            `json:"language"`
}

// A PastUndertaking is what an outcome says will be done. The documents name no
// owner, day or indicator, so it is never called kept or late.
type PastUndertaking struct {
	ID          string `json:"id"`
	What        string `json:"what"`
	SeenEdition string `json:"seen_edition,omitempty" doc:"The edition of a later document that shows something of it."`
	Seen        string `json:"seen,omitempty" doc:"What that document shows."`
}

// Outcomes are the adopted matters.
type Outcomes struct {
	Outcomes []Matter `json:"outcomes"`
}

// A ReminderQuery bounds the reminders.
type ReminderQuery struct {
	Days int `query:"days" doc:"What ends within so many days; 0 is 30."`
}

// Reminders are what this party has to do by its clocks.
type Reminders struct {
	Reminders []Reminder `json:"reminders"`
}

// A Reminder is one thing whose clock runs out.
type Reminder struct {
	Kind  string    `json:"kind" doc:"matter, closing, tally, outcome, milestone, commitment or task."`
	About string    `json:"about" doc:"The matter, the commitment or the meeting."`
	Title string    `json:"title"`
	At    time.Time `json:"at"`
	Over  bool      `json:"over"`
}
