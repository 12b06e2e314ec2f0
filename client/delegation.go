package client

import "time"

// A DelegationEdition is an edition of the forum as delegations know it.
type DelegationEdition struct {
	ID       string         `json:"id" doc:"Plain name, such as 2026."`
	Title    string         `json:"title"`
	Place    string         `json:"place"`
	Host     string         `json:"host" doc:"Who signs the letters, as it stands in them."`
	Party    string         `json:"party" doc:"Whose node runs the edition."`
	Here     bool           `json:"here" doc:"This node runs it."`
	Zone     string         `json:"zone,omitempty" doc:"IANA name, by which days are told; empty is UTC."`
	Starts   time.Time      `json:"starts"`
	Ends     time.Time      `json:"ends"`
	Closes   time.Time      `json:"closes" doc:"The end of nominations."`
	Over     bool           `json:"over" doc:"Nominations are closed."`
	KeepDays int            `json:"keep_days" doc:"Days after the end; then data on people are erased."`
	Groups   int            `json:"delegations" doc:"How many delegations there are."`
	People   map[string]int `json:"people" doc:"How many people stand in which state."`
	Outdated int            `json:"outdated_badges" doc:"Badges in force that say another end than the edition has now; renewBadges signs them again."`
}

// RenewedBadges says how many badges were signed again.
type RenewedBadges struct {
	Renewed int `json:"renewed"`
}

// SetDelegationEdition opens an edition for delegations, or changes its deadlines.
type SetDelegationEdition struct {
	Edition  string    `path:"edition" json:"-"`
	Title    string    `json:"title,omitempty" doc:"In Latin letters. Title, place and days come from the programme if the forum knows the edition."`
	Place    string    `json:"place,omitempty"`
	Host     string    `json:"host" doc:"Who signs the letters."`
	Zone     string    `json:"zone,omitempty" doc:"IANA name, such as Asia/Shanghai."`
	Starts   time.Time `json:"starts,omitzero"`
	Ends     time.Time `json:"ends,omitzero"`
	Closes   time.Time `json:"closes" doc:"The end of nominations."`
	KeepDays int       `json:"keep_days" doc:"1 to 365."`
}

// DelegationEditions are the editions that are open for delegations.
type DelegationEditions struct {
	Editions []DelegationEdition `json:"editions"`
}

// ByDelegation names a delegation.
type ByDelegation struct {
	Delegation string `path:"delegation"`
}

// ByGuest names a person of a delegation.
type ByGuest struct {
	Guest string `path:"guest"`
}

// A Delegation is one group of people who come together.
type Delegation struct {
	ID        string         `json:"id"`
	Edition   string         `json:"edition"`
	Kind      string         `json:"kind" doc:"party, organisation, ngo, scholar, industry or media."`
	Party     string         `json:"party,omitempty" doc:"Whose node nominates."`
	Name      string         `json:"name" doc:"In Latin letters, as it stands in letters."`
	Members   int            `json:"members" doc:"Seats, deputies of the head among them; beside them one head."`
	Observers int            `json:"observers"`
	People    map[string]int `json:"people" doc:"How many people stand in which state."`
	LinkUntil *time.Time     `json:"link_until,omitempty" doc:"A nomination link waits until then."`
	Taken     map[string]int `json:"taken,omitempty" doc:"Seats that are taken, by part; only of one delegation."`
}

// Delegations are the delegations of an edition.
type Delegations struct {
	Delegations []Delegation `json:"delegations"`
}

// A NewDelegation opens a delegation with its quota. A party's node is told.
type NewDelegation struct {
	Edition   string `path:"edition" json:"-"`
	Kind      string `json:"kind" doc:"party, organisation, ngo, scholar, industry or media."`
	Party     string `json:"party,omitempty" doc:"Whose node nominates; empty where a link is given."`
	Name      string `json:"name"`
	Members   int    `json:"members"`
	Observers int    `json:"observers"`
}

// A DelegationQuota changes how many may come.
type DelegationQuota struct {
	Delegation string `path:"delegation" json:"-"`
	Members    int    `json:"members"`
	Observers  int    `json:"observers"`
}

// A NewLink asks for a nomination link.
type NewLink struct {
	Delegation string `path:"delegation" json:"-"`
	Days       int    `json:"days" doc:"How long it works, 1 to 60."`
}

// A DelegationLink is a secret with which a focal point nominates once.
type DelegationLink struct {
	Delegation string    `json:"delegation"`
	Secret     string    `json:"secret" doc:"Told once; hand it over with the address, by a way you trust."`
	Page       string    `json:"page" doc:"Where it is typed in, on the public pages of this node."`
	Until      time.Time `json:"until"`
}

// A GuestPerson is what is kept on someone who comes.
type GuestPerson struct {
	Part   string     `json:"part" doc:"head, deputy, member or observer."`
	Latin  string     `json:"latin" doc:"Name in Latin letters, as in the passport."`
	Name   string     `json:"name,omitempty" doc:"In their own script."`
	Title  string     `json:"title,omitempty" doc:"Function."`
	Nation string     `json:"nation,omitempty" doc:"Country of the passport, two letters."`
	Email  string     `json:"email,omitempty"`
	Lang   string     `json:"lang,omitempty" doc:"Language they wish to be spoken to in."`
	Visa   *GuestVisa `json:"visa,omitempty" doc:"Only if a letter for the visa is asked for."`
}

// A GuestVisa is what a consulate wants to read in a letter.
type GuestVisa struct {
	Born     string `json:"born" doc:"Such as 1990-05-31."`
	Passport string `json:"passport"`
	Expires  string `json:"expires"`
	Mission  string `json:"mission" doc:"Where the visa is asked for."`
}

// A Nomination enters people of a delegation on their behalf: all, or nobody.
type Nomination struct {
	Delegation string        `path:"delegation" json:"-"`
	People     []GuestPerson `json:"people" doc:"1 to 100; more come as a table."`
}

// A NominationTable is given with a CSV file as the body.
type NominationTable struct {
	Delegation string `path:"delegation"`
	Check      bool   `query:"check" doc:"Only say what is wrong; enter nobody."`
}

// A NominationReport says what came of a nomination: every row was entered, or none.
type NominationReport struct {
	Rows     int                 `json:"rows"`
	Entered  []string            `json:"entered" doc:"Ids of the people, in the order of the rows."`
	Problems []NominationProblem `json:"problems" doc:"What is wrong with which row; if there is one, nobody was entered."`
}

// A NominationProblem says what is wrong with one row.
type NominationProblem struct {
	Row  int    `json:"row" doc:"As a spreadsheet counts: the head is row 1."`
	Name string `json:"name"`
	Text string `json:"text"`
}

// A GuestQuery says which people of an edition are listed.
type GuestQuery struct {
	Edition    string `json:"edition"`
	Text       string `json:"text,omitempty" doc:"Words that all occur in name, function, country or delegation."`
	Kind       string `json:"kind,omitempty" doc:"Of delegation."`
	Part       string `json:"part,omitempty"`
	State      string `json:"state,omitempty"`
	Delegation string `json:"delegation,omitempty"`
	From       int    `json:"from,omitempty" doc:"How many are left out before the first."`
}

// Guests are one page of the people of an edition.
type Guests struct {
	Guests []GuestLine `json:"guests"`
	Total  int         `json:"total"`
	Next   int         `json:"next,omitempty" doc:"From what place the next page begins; 0: this is the last."`
}

// A GuestLine is one person in a list.
type GuestLine struct {
	ID         string     `json:"id"`
	Delegation string     `json:"delegation"`
	Of         string     `json:"of" doc:"Name of the delegation."`
	Kind       string     `json:"kind"`
	Part       string     `json:"part"`
	State      string     `json:"state" doc:"nominated, approved, proposed, refused, withdrawn or erased."`
	Number     int        `json:"number,omitempty" doc:"Of the badge."`
	Name       string     `json:"name"`
	Latin      string     `json:"latin"`
	Title      string     `json:"title,omitempty"`
	Nation     string     `json:"nation,omitempty"`
	Visa       bool       `json:"visa" doc:"Asked for a letter for the visa."`
	Inside     *time.Time `json:"inside,omitempty" doc:"First seen at a door."`
	Twin       bool       `json:"twin" doc:"The same name stands in the edition twice."`
}

// A Guest is one person, opened; opening is a fact in the log.
type Guest struct {
	GuestLine
	Edition     string      `json:"edition"`
	Person      GuestPerson `json:"person"`
	Ground      string      `json:"ground,omitempty" doc:"Of a refusal."`
	Reason      string      `json:"reason,omitempty"`
	Badge       string      `json:"badge,omitempty" doc:"Text of the badge in force."`
	MayDecide   bool        `json:"may_decide"`
	MayConfirm  bool        `json:"may_confirm"`
	MayWithdraw bool        `json:"may_withdraw"`
}

// A GuestTable asks for everything a query lists, as a file.
type GuestTable struct {
	GuestQuery
	Form     string `json:"form" doc:"csv or xlsx."`
	Language string `json:"language,omitempty" doc:"Of heads and values."`
}

// ApproveGuests admits several people in one commit.
type ApproveGuests struct {
	Guests []string `json:"guests" doc:"Ids, 1 to 500."`
}

// ApprovedGuests says who was admitted, and to whom nothing was done.
type ApprovedGuests struct {
	Approved []string       `json:"approved"`
	Skipped  []SkippedGuest `json:"skipped"`
}

// A SkippedGuest is a person to whom nothing was done.
type SkippedGuest struct {
	ID  string `json:"id"`
	Why string `json:"why"`
}

// A GuestRefusal proposes to refuse a person; a second person confirms it (S21).
type GuestRefusal struct {
	Guest  string `path:"guest" json:"-"`
	Ground string `json:"ground" doc:"quota, incomplete, duplicate, late, security or other."`
	Reason string `json:"reason" doc:"A sentence; the delegation reads it."`
}

// A GuestRefusalDecision confirms a refusal that was proposed, or returns it.
type GuestRefusalDecision struct {
	Guest   string `path:"guest" json:"-"`
	Confirm bool   `json:"confirm" doc:"false: it is returned, and the person stands as before."`
}

// A GuestLetter names a letter for a person.
type GuestLetter struct {
	Guest string `path:"guest"`
	Kind  string `path:"kind" doc:"invitation or visa."`
}

// A LetterCheck says whether a file is a letter that this node gave.
type LetterCheck struct {
	Reference string    `json:"reference"`
	Kind      string    `json:"kind"`
	Issued    time.Time `json:"issued"`
	Stands    bool      `json:"stands" doc:"The person is still approved."`
}

// BadgeSheet asks for the badges of all approved people of an edition.
type BadgeSheet struct {
	Edition    string `path:"edition"`
	Kind       string `query:"kind" doc:"Of delegation."`
	Delegation string `query:"delegation"`
}

// A DoorPage asks for the page with which a door works without network.
type DoorPage struct {
	Edition  string `path:"edition"`
	Language string `query:"language"`
}

// BadgeKeys are the keys that badges of an edition may be signed with.
type BadgeKeys struct {
	Party string   `json:"party"`
	Keys  []string `json:"keys" doc:"Ed25519, raw, base 64."`
}

// ScansTaken says what a file of scans brought.
type ScansTaken struct {
	Scans   int         `json:"scans" doc:"In the file."`
	New     int         `json:"new" doc:"Not known before."`
	Unknown []int       `json:"unknown" doc:"Badges that were never given."`
	Revoked []int       `json:"revoked" doc:"Badges scanned after they were revoked: the door's list was old."`
	Clashes []DoorClash `json:"clashes"`
	Clocks  []DoorClock `json:"clocks" doc:"Doors whose clock is far off."`
}

// A DoorClash is a number that one door gave to different scans: a device was reset or copied.
type DoorClash struct {
	Door     string `json:"door"`
	Sequence int64  `json:"sequence"`
	Scans    int    `json:"scans"`
}

// A DoorClock is a door whose scans lie outside the time they can have.
type DoorClock struct {
	Door  string    `json:"door"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Why   string    `json:"why" doc:"ahead: later than it is now; early: before the days of the edition; late: after them."`
}

// Scans is what the doors of an edition noted, merged.
type Scans struct {
	Edition string      `json:"edition"`
	Scans   int         `json:"scans"`
	Inside  int         `json:"inside" doc:"Badges seen at least once."`
	Doors   []DoorLine  `json:"doors"`
	Entries []DoorEntry `json:"entries"`
	Clashes []DoorClash `json:"clashes"`
	Clocks  []DoorClock `json:"clocks"`
	Unknown []int       `json:"unknown"`
	Revoked []int       `json:"revoked"`
}

// A DoorLine is what one door noted.
type DoorLine struct {
	Door  string    `json:"door"`
	Scans int       `json:"scans"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// A DoorEntry is a badge that was seen.
type DoorEntry struct {
	Badge int       `json:"badge"`
	Door  string    `json:"door" doc:"That saw it first."`
	At    time.Time `json:"at"`
	Again int       `json:"again" doc:"Further scans, at whichever door."`
}
