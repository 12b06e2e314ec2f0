package client

import "time"

// A Party is one entry of the directory.
type Party struct {
	Tag
	Party       string    `json:"party"`
	Name        string    `json:"name"`
	Kind        string    `json:"kind" doc:"state, organisation or secretariat."`
	Suspended   bool      `json:"suspended"`
	Reason      string    `json:"reason,omitempty" doc:"Of the suspension."`
	Version     int64     `json:"version" doc:"Of its record."`
	Date        time.Time `json:"date" doc:"Of its record."`
	Position    int64     `json:"position" doc:"Of its record in the directory."`
	Reach       string    `json:"reach" doc:"push, pull or relay."`
	Addresses   []string  `json:"addresses"`
	Languages   []string  `json:"languages"`
	Pins        []string  `json:"pins" doc:"SHA-256 of the public keys its TLS certificates carry."`
	LogKey      string    `json:"log_key" doc:"Verifies the checkpoints of its log."`
	WitnessKeys []string  `json:"witness_keys" doc:"Verify its cosignatures."`
	Contacts    []Contact `json:"contacts"`
	Profiles    []Profile `json:"profiles"`
}

// A Contact is an office that can be reached.
type Contact struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
	Hours string `json:"hours,omitempty"`
}

// A Profile says what a party requires of a request under one process.
type Profile struct {
	Process           string   `json:"process"`
	Versions          []int    `json:"versions"`
	Required          []string `json:"required" doc:"Fields that must be filled, beyond the definition's own."`
	Languages         []string `json:"languages"`
	Demands           []string `json:"demands" doc:"Requirements in words."`
	MaxPersons        int      `json:"max_persons,omitempty"`
	PoliticalExcluded bool     `json:"political_excluded"`
	Hotline           string   `json:"hotline,omitempty" doc:"Contact point to call for an urgent request."`
}

// Parties is the directory as this node holds it.
type Parties struct {
	Position    int64   `json:"position" doc:"Position up to which the directory is held."`
	Head        string  `json:"head" doc:"Digest of the newest entry; equal at every node that holds the same directory."`
	Founding    string  `json:"founding" doc:"Digest of the founding: the directory's name."`
	Secretariat string  `json:"secretariat"`
	Parties     []Party `json:"parties"`
}

// A Statement is one signed text for the directory.
type Statement struct {
	Text string `json:"text" doc:"A signed statement (a record or a motion), or a directory file."`
}

// An Entered says where a statement stands now.
type Entered struct {
	Position int64  `json:"position" doc:"Of the directory afterwards."`
	Note     string `json:"note" doc:"What happened, in one sentence."`
}

// A Peer is the state of delivery to another party.
type Peer struct {
	Party         string           `json:"party"`
	Reach         string           `json:"reach" doc:"push, pull or relay."`
	Suspended     bool             `json:"suspended"`
	Up            bool             `json:"up"`
	Since         *time.Time       `json:"since,omitempty" doc:"Up or down since."`
	LastOK        *time.Time       `json:"last_ok,omitempty"`
	LastError     string           `json:"last_error,omitempty" doc:"Why not: the last answer, in a sentence."`
	LastErrorAt   *time.Time       `json:"last_error_at,omitempty"`
	Waiting       int64            `json:"waiting" doc:"Messages that wait to be delivered."`
	Queue         map[string]int64 `json:"queue" doc:"The same by lane: urgent, normal, bulk."`
	Held          int64            `json:"held" doc:"Messages set aside for an operator."`
	Oldest        *time.Time       `json:"oldest,omitempty" doc:"Since when the oldest waits."`
	NextTry       *time.Time       `json:"next_try,omitempty"`
	ClockOffsetMS int64            `json:"clock_offset_ms" doc:"Its clock minus ours."`
	Directory     int64            `json:"directory" doc:"Position of the directory it holds."`
	Witnessed     int64            `json:"witnessed" doc:"Size of this node's log that it cosigned last."`
	Alarms        []Alarm          `json:"alarms"`
}

// An Alarm is something about a peer that does not heal by itself.
type Alarm struct {
	Kind  string    `json:"kind"`
	Text  string    `json:"text"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Count int64     `json:"count"`
}

// Peers is the state of the network as this node sees it.
type Peers struct {
	Peers []Peer `json:"peers"`
}

// A Fact is one entry of this node's log.
type Fact struct {
	Index     int64     `json:"index"`
	Kind      string    `json:"kind"`
	Time      time.Time `json:"time"`
	Actor     string    `json:"actor" doc:"Pseudonym of the person, or node."`
	Name      string    `json:"name,omitempty" doc:"Name of the person, where this node knows it and the caller may."`
	About     string    `json:"about,omitempty"`
	Note      string    `json:"note,omitempty"`
	Erased    bool      `json:"erased,omitempty" doc:"What it was about was erased; the entry stands."`
	Cosigners []string  `json:"cosigners" doc:"Parties whose witness has seen it."`
}

// Facts is one page of the log. Next is the index to go on after.
type Facts struct {
	Size  int64  `json:"size" doc:"Entries in the log."`
	Facts []Fact `json:"facts"`
	Next  int64  `json:"next,omitempty"`
}

// A FactQuery pages through the log. Positions begin at 1, so that 0 is "from
// the beginning": position n is the entry with index n-1.
type FactQuery struct {
	After int64  `query:"after" doc:"Go on after this position; 0 is the beginning."`
	Limit int    `query:"limit" doc:"At most so many; 0 is 100, the most is 500."`
	About string `query:"about" doc:"Only facts about this case."`
}

// A Proof shows that an entry stands in this node's log.
type Proof struct {
	Index int64  `json:"index"`
	Entry string `json:"entry" doc:"The entry, in its text form."`
	Proof string `json:"proof" doc:"C2SP tlog-proof."`
}

// A Process is a definition this node knows.
type Process struct {
	ID      string         `json:"id"`
	Version int            `json:"version"`
	Hash    string         `json:"hash"`
	Title   string         `json:"title"`
	Summary string         `json:"summary"`
	Fields  []ProcessField `json:"fields,omitempty"`
	Grounds []Choice       `json:"grounds,omitempty"`
	Acts    []OpenAct      `json:"acts,omitempty" doc:"Every kind of act of the process."`
}

// A ProcessField is one question of a form.
type ProcessField struct {
	Name     string              `json:"name"`
	Label    string              `json:"label"`
	Type     string              `json:"type"`
	Group    string              `json:"group,omitempty"`
	Help     string              `json:"help,omitempty"`
	Example  string              `json:"example,omitempty"`
	Unit     string              `json:"unit,omitempty"`
	Required bool                `json:"required"`
	When     map[string][]string `json:"when,omitempty" doc:"Asked only when these other fields have these values."`
	Options  []Choice            `json:"options,omitempty"`
	Many     int                 `json:"many,omitempty"`
}

// Processes lists the definitions this node knows.
type Processes struct {
	Processes []Process `json:"processes"`
}

// Health says how the node is.
type Health struct {
	Party   string  `json:"party"`
	Version string  `json:"version"`
	OK      bool    `json:"ok"`
	Checks  []Check `json:"checks"`
}

// A Check is one thing that was looked at, with what to do when it is not well.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

// An Event is one line of the live feed: something entered the log. What it
// was is asked for as usual; the event only says where to look.
type Event struct {
	Position int64     `json:"position" doc:"Position in the log; give it as Last-Event-ID to go on."`
	Kind     string    `json:"kind"`
	About    string    `json:"about,omitempty" doc:"Id of the case, where there is one."`
	Time     time.Time `json:"time"`
}
