// Package process holds cooperation processes as data: what may be asked, by
// whom, in which order, with which safeguards and clocks.
//
// A definition is a short YAML file that a lawyer can read and that every act
// of a case names by the hash of its exact bytes. [Parse] reads one strictly,
// [Lint] proves what can be proved without running it, and [Fold] computes a
// case from the set of its acts: the same set gives the same case at every
// side, in whatever order the acts arrived. Format and rules are specified in
// spec/process.md; the safeguards S1 to S37 in spec/rules.md.
//
// Trust: this package decides what is lawful under a definition and does
// nothing. It has no clock, no I/O and no memory. It believes the caller on two
// points: that an act was signed by the party named in it, and that the file
// is the one whose hash the act carries. A fault here could let an act through
// that a side never allowed; therefore an act is checked again by the other
// side, with the same code and the same file.
//
// Limits: it cannot know whether what an act says is true.
package process

import (
	"time"

	"landbridge.example"
)

// Format is the first line of every definition file.
const Format = "landbridge-process/1"

// A Definition is one process as read from its file.
type Definition struct {
	Ref         landbridge.ProcessRef // name, version, and hash of the exact bytes
	Title       string
	Summary     string // plain words: what it is for and what it does not do
	Opens       string // the side that opens a case
	Law         []Source
	Sides       []Side
	States      []State
	Fields      []Field
	Transitions []Transition
	Crossing    []string // transitions; of two acts that cross, the one named first is applied
	Clocks      []Clock
	Grounds     []Ground
	Assurances  []Assurance
	Limits      Limits
	Retention   []Retention
	Public      Public

	// Set by Parse: places by name, and the order of crossing acts.
	start                                               string
	sides, states, transitions, fields, clocks, grounds map[string]int
	rank                                                map[string]int
}

// A Source is where a rule comes from, and how sure we are of its words.
type Source struct {
	Instrument string     `yaml:"instrument"`
	Article    string     `yaml:"article"`
	About      string     `yaml:"about"`
	Confidence Confidence `yaml:"confidence"`
	URL        string     `yaml:"url"`
	ReadOn     string     `yaml:"read_on"` // date, when Confidence is Read
}

// A Confidence says how a legal source is known to the authors.
type Confidence string

// The grades of confidence.
const (
	Read   Confidence = "read"    // the text was read
	Memory Confidence = "memory"  // general knowledge; check before relying on it
	Design Confidence = "default" // a choice of this product, no legal source
)

// A Side is one part in a case, such as "requesting". Parties take sides when
// the case is opened.
type Side struct {
	Name    string            `yaml:"name"`
	Label   string            `yaml:"label"`
	Parties int               `yaml:"parties"` // how many parties at most; 1 when left out
	Least   int               `yaml:"least"`   // how many at least; 1 when left out
	Roles   []landbridge.Role `yaml:"roles"`   // whose work it is: the need to know
}

// A Kind says what a state means to the engine.
type Kind string

// The kinds of states.
const (
	Start     Kind = "start"     // before the first act; exactly one
	Live      Kind = "live"      // someone has to do something
	Suspended Kind = "suspended" // stopped by oversight or a court; "back" returns
	End       Kind = "end"       // nothing has to be done any more
)

// A State is one step of a case.
type State struct {
	Name     string   `yaml:"name"`
	Label    string   `yaml:"label"`
	Kind     Kind     `yaml:"kind"`
	Outcome  string   `yaml:"outcome"`  // of an end or near-end: answered, refused, released …
	Coercive Coercion `yaml:"coercive"` // what is taken from someone while it lasts
	Way      int      `yaml:"way"`      // place on the drawn way, 0 for states beside it
}

// A Coercion says what a state takes from someone.
type Coercion string

// The kinds of coercion. A state without one takes nothing.
const (
	Liberty   Coercion = "liberty"   // a person is held
	Property  Coercion = "property"  // goods or money are frozen or taken
	Publicity Coercion = "publicity" // a person is named to many
)

// A Transition is one kind of act: who may do it, when, with what, and where it leads.
type Transition struct {
	Name      string            `yaml:"name"`
	Label     string            `yaml:"label"`  // on a button: "Send the request"
	Done      string            `yaml:"done"`   // in a timeline: "Request sent"
	Effect    string            `yaml:"effect"` // one sentence, shown before it is done
	From      []string          `yaml:"from"`   // states, or "live", "end", "any"
	To        string            `yaml:"to"`     // a state, or "same", or "back" from a suspension
	Side      string            `yaml:"side"`   // a side, or "each" for whichever side does it
	By        []landbridge.Role `yaml:"by"`
	Approvals []string          `yaml:"approvals"` // roles, each "supervisor" or "judge|central_authority"
	Every     bool              `yaml:"every"`     // the state changes once every party of the side has done it
	Asks      []string          `yaml:"asks"`      // fields, in the order of the form
	Needs     []string          `yaml:"needs"`     // "ground", "reason", "files"
	Guards    []string          `yaml:"guards"`
	Means     string            `yaml:"means"` // withdrawal, suspension, release, outcome …; what Lint looks for
	Law       string            `yaml:"law"`
}

// A Field is one thing a form asks for.
type Field struct {
	Name     string              `yaml:"name"`
	Label    string              `yaml:"label"`
	Type     Type                `yaml:"type"`
	Group    string              `yaml:"group"`
	Help     string              `yaml:"help"`
	Example  string              `yaml:"example"`
	Unit     string              `yaml:"unit"`
	Options  []Option            `yaml:"options"` // of an enum
	Required bool                `yaml:"required"`
	When     map[string][]string `yaml:"when"` // asked only when these other fields have these values
	Many     int                 `yaml:"many"` // at most so many rows; 0: one
	Max      int                 `yaml:"max"`  // at most so many characters; 0: the default of the type
	Special  bool                `yaml:"special"`
	Law      string              `yaml:"law"`
}

// An Option is one choice of an enum.
type Option struct {
	Code  string `yaml:"code" json:"code"`
	Label string `yaml:"label" json:"label"`
}

// A Clock is a deadline. It may notify, escalate, or let the system do an act
// that only releases or ends; it never coerces (Lint proves it).
type Clock struct {
	Name       string              `yaml:"name"`
	Label      string              `yaml:"label"`
	For        Span                `yaml:"for"`
	Starts     []string            `yaml:"starts"`     // transitions
	Since      string              `yaml:"since"`      // a field of what starts it: the time it says, if that is earlier, is the start
	Until      string              `yaml:"until"`      // a field: the time or span it says bounds the clock, which never runs longer
	Stops      []string            `yaml:"stops"`      // transitions; entering an end state stops every clock
	PausesIn   []string            `yaml:"pauses_in"`  // states
	When       map[string][]string `yaml:"when"`       // conditions on fields; "unset" stands for no value
	Side       string              `yaml:"side"`       // whose deadline it is
	Force      string              `yaml:"force"`      // legal or policy
	Source     string              `yaml:"source"`     // "Directive (EU) 2023/977 Art. 5(1)"
	Confidence Confidence          `yaml:"confidence"` // how the source is known
	Notify     []landbridge.Role   `yaml:"notify"`     // told when it runs out
	Escalate   []landbridge.Role   `yaml:"escalate"`   // must act when it runs out
	Do         string              `yaml:"do"`         // transition by system when it runs out
}

// A Span is a length of time in the unit the law uses: 8h, 3d, 10wd, 6m, 5y.
type Span struct {
	N    int
	Unit string // h, d, wd, m or y
}

// A Ground is a coded reason to refuse.
type Ground struct {
	Code       string     `yaml:"code"`
	Label      string     `yaml:"label"`
	Mandatory  bool       `yaml:"mandatory"` // once made out, only refusal is left
	Source     string     `yaml:"source"`
	Confidence Confidence `yaml:"confidence"`
}

// An Assurance is a promise that opens a closed guard (S7).
type Assurance struct {
	Code  string `yaml:"code"`
	Label string `yaml:"label"`
	Text  string `yaml:"text"` // the words both sides see
	Opens string `yaml:"opens"`
}

// Limits are the bounds a case of this process must keep (S4). A profile may
// set stricter ones, never looser.
type Limits struct {
	Persons   int   `yaml:"persons"`    // without the data-protection officer's approval
	Penalty   Span  `yaml:"penalty"`    // some offence has at least this highest penalty (S4.serious)
	Remaining Span  `yaml:"remaining"`  // or at least this is left to serve
	Files     int   `yaml:"files"`      // in one act
	FileBytes int64 `yaml:"file_bytes"` // of one file
}

// A Retention says how long one side keeps a case after it ended (S15).
type Retention struct {
	Side       string     `yaml:"side"`
	Review     Span       `yaml:"review"`
	Stop       Span       `yaml:"stop"`
	Source     string     `yaml:"source"`
	Confidence Confidence `yaml:"confidence"`
}

// Public says what becomes public: counts, never content (S34).
type Public struct {
	Counts  []string `yaml:"counts"` // states
	MinCell int      `yaml:"min_cell"`
}

// A Profile is what a recipient asks of requests it gets, as published in its
// party record. Profiles make a definition stricter, never looser (S35).
type Profile struct {
	Required         []string // fields
	Languages        []string // it answers in; empty: any
	Excluded         []string // offence codes it never helps with
	MaxPersons       int      // 0: the definition's limit
	MinPenaltyMonths int      // least highest penalty; 0: none
}

// An Act is one signed step, as the engine sees it. Who signed it was verified
// before; what it says is judged here.
type Act struct {
	ID         landbridge.Digest   // of the envelope's header
	Parents    []landbridge.Digest // acts its author knew
	Party      landbridge.PartyID  // who signed it
	Transition string
	Time       time.Time // as signed
	Role       landbridge.Role
	Person     string // pseudonym of the author, unique at the party
	Approvals  []Approval
	Fields     Values
	Ground     string
	Reason     string
	Files      int
	Sides      map[string][]landbridge.PartyID // in the opening act alone: who takes which side
}

// An Approval is another person's signature under an act.
type Approval struct {
	Role   landbridge.Role
	Person string
}
