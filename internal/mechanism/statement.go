package mechanism

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

const format = "landbridge-mechanism/1"

// What a party says in a group. Append, never rename: the messages are called so.
const (
	Joined    = "joined"
	Left      = "left"
	Scheduled = "scheduled" // puts an entry into the calendar
	Agreed    = "agreed"    // to an entry
	Declined  = "declined"
	Cancelled = "cancelled" // by the party that scheduled it
)

// Kinds lists what can be said.
func Kinds() []string { return []string{Joined, Left, Scheduled, Agreed, Declined, Cancelled} }

// An Event is one entry of the calendar.
type Event struct {
	Title string    `json:"title"`
	Place string    `json:"place,omitempty"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Note  string    `json:"note,omitempty"`
}

// A Statement is one thing a party said in a group.
type Statement struct {
	Format    string             `json:"format"`
	ID        landbridge.ID      `json:"id"`
	Kind      string             `json:"kind"`
	Mechanism string             `json:"mechanism"`
	Party     landbridge.PartyID `json:"party"`
	Made      time.Time          `json:"made"`
	Desk      string             `json:"desk,omitempty"`
	Note      string             `json:"note,omitempty"`
	Event     *Event             `json:"event,omitempty"`
	Of        landbridge.ID      `json:"of,omitempty"`
}

// ParseStatement reads a statement and checks all that it can say by itself.
// It accepts the one form in which statements are written.
func ParseStatement(b []byte) (*Statement, error) {
	if len(b) > MaxBody {
		return nil, fail.New(fail.TooLarge, "a statement has at most %d bytes", MaxBody)
	}
	s := new(Statement)
	switch err := canon.Decode(b, s); {
	case errors.Is(err, canon.ErrMore):
		return nil, fail.New(fail.Invalid, "there is something after the statement")
	case err != nil:
		return nil, fail.Because(err, fail.Invalid, "this is not the JSON of a statement")
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if !canon.Is(b, s) {
		return nil, fail.New(fail.Invalid, "the statement is not in its one form: times in UTC, no blanks, fields in order")
	}
	return s, nil
}

func (s *Statement) check() error {
	if s.Format != format || !slices.Contains(Kinds(), s.Kind) {
		return fail.New(fail.Invalid, "this node reads statements in the form %s: %s", format, strings.Join(Kinds(), ", "))
	}
	if !slices.ContainsFunc(Charters(), func(c Charter) bool { return c.ID == s.Mechanism }) {
		return fail.New(fail.Missing, "this node knows no mechanism %q; compare the releases", clip(s.Mechanism))
	}
	if _, err := landbridge.ParseID(string(s.ID)); err != nil {
		return fail.New(fail.Invalid, "a statement has an id: %v", err)
	}
	if _, err := landbridge.ParsePartyID(string(s.Party)); err != nil {
		return fail.New(fail.Invalid, "a statement is a party's: %v", err)
	}
	if s.Made.IsZero() || !s.Made.Equal(s.Made.UTC().Truncate(time.Microsecond)) || s.Made.Year() > 9000 {
		return fail.New(fail.Invalid, "a statement bears the time at which it was made, to the microsecond")
	}
	if len(s.Note) > maxNote || !utf8.ValidString(s.Note) || s.Desk != "" && !landbridge.ValidName(s.Desk, landbridge.MaxKind) {
		return fail.New(fail.Invalid, "a note has at most %d bytes, and a desk is the id of a contact point", maxNote)
	}
	if (s.Kind == Scheduled) != (s.Event != nil) {
		return fail.New(fail.Invalid, "an entry of the calendar stands in a statement that schedules it, and in no other")
	}
	about := s.Kind == Agreed || s.Kind == Declined || s.Kind == Cancelled
	if about != (s.Of != "") {
		return fail.New(fail.Invalid, "agreeing, declining and cancelling name the entry; other statements do not")
	}
	if about {
		if _, err := landbridge.ParseID(string(s.Of)); err != nil {
			return fail.New(fail.Invalid, "the entry: %v", err)
		}
	}
	if s.Event != nil {
		return s.Event.check()
	}
	return nil
}

func (e *Event) check() error {
	if strings.TrimSpace(e.Title) == "" || len(e.Title) > maxLine || len(e.Place) > maxLine || len(e.Note) > maxNote {
		return fail.New(fail.Invalid, "an entry has a title of 1 to %d bytes, perhaps a place and a note", maxLine)
	}
	if e.Start.IsZero() || e.Start.Year() > 9000 || !e.End.After(e.Start) || e.End.Sub(e.Start) > maxSpan {
		return fail.New(fail.Invalid, "an entry begins before it ends, and lasts at most %d days", int(maxSpan/(24*time.Hour)))
	}
	return nil
}

func clip(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// A Membership is one party's place in a group.
type Membership struct {
	Party landbridge.PartyID
	In    bool
	Since time.Time // of the last joining or leaving
	Desk  string
	Note  string
}

// An Entry is one entry of the calendar with what the members say to it.
type Entry struct {
	ID        landbridge.ID
	By        landbridge.PartyID
	Made      time.Time
	Event     Event
	Answers   []Answer // of other members, by party
	Cancelled bool
	Status    string // proposed, agreed, declined, cancelled
}

// An Answer is what one member says to an entry.
type Answer struct {
	Party landbridge.PartyID
	Kind  string // agreed, declined; empty: nothing yet
	Note  string
}

// A State is what the statements of a group come to.
type State struct {
	Members  []Membership // all that ever joined, by party
	Calendar []Entry      // by start
}

// Member reports whether a party is in now.
func (s *State) Member(p landbridge.PartyID) bool {
	return slices.ContainsFunc(s.Members, func(m Membership) bool { return m.Party == p && m.In })
}

// Fold computes the state of a group from its statements. It is a pure
// function of the set: for each party and matter the latest statement counts,
// by time and then by id, and what a party says while it is no member counts
// for nothing as long as it is none.
func Fold(all []*Statement) *State {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b *Statement) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
	s := &State{}
	members := map[landbridge.PartyID]Membership{}
	for _, st := range all {
		if st.Kind == Joined || st.Kind == Left {
			members[st.Party] = Membership{st.Party, st.Kind == Joined, st.Made, st.Desk, st.Note}
		}
	}
	for _, m := range members {
		s.Members = append(s.Members, m)
	}
	slices.SortFunc(s.Members, func(a, b Membership) int { return cmp.Compare(a.Party, b.Party) })
	for _, st := range all {
		if st.Kind == Scheduled && s.Member(st.Party) {
			s.Calendar = append(s.Calendar, s.entry(st, all))
		}
	}
	slices.SortFunc(s.Calendar, func(a, b Entry) int { return cmp.Or(a.Event.Start.Compare(b.Event.Start), cmp.Compare(a.ID, b.ID)) })
	return s
}

// entry gathers what the members say to one entry, in the order of all.
func (s *State) entry(st *Statement, all []*Statement) Entry {
	e := Entry{ID: st.ID, By: st.Party, Made: st.Made, Event: *st.Event, Status: "proposed"}
	said := map[landbridge.PartyID]Answer{}
	for _, x := range all {
		switch {
		case x.Of != st.ID:
		case x.Kind == Cancelled && x.Party == st.Party:
			e.Cancelled = true
		case x.Kind == Agreed || x.Kind == Declined:
			said[x.Party] = Answer{x.Party, x.Kind, x.Note}
		}
	}
	agreed, declined := 0, 0
	for _, m := range s.Members {
		if !m.In || m.Party == e.By {
			continue
		}
		a := said[m.Party]
		a.Party = m.Party
		e.Answers = append(e.Answers, a)
		switch a.Kind {
		case Agreed:
			agreed++
		case Declined:
			declined++
		}
	}
	switch {
	case e.Cancelled:
		e.Status = Cancelled
	case declined > 0:
		e.Status = Declined
	case len(e.Answers) > 0 && agreed == len(e.Answers):
		e.Status = Agreed
	}
	return e
}

// open refuses what this party cannot say now.
func (s *State) open(st *Statement) error {
	in := s.Member(st.Party)
	switch {
	case st.Kind == Joined && in:
		return fail.New(fail.Conflict, "your party is a member already")
	case st.Kind != Joined && !in:
		return fail.New(fail.Conflict, "your party is no member; join first")
	case st.Of == "":
		return nil
	}
	k := slices.IndexFunc(s.Calendar, func(e Entry) bool { return e.ID == st.Of })
	if k < 0 {
		return fail.New(fail.Missing, "there is no such entry in the calendar")
	}
	e := s.Calendar[k]
	switch {
	case e.Cancelled:
		return fail.New(fail.Conflict, "the entry was cancelled; schedule another")
	case (st.Kind == Cancelled) != (e.By == st.Party):
		return fail.New(fail.Denied, "an entry is cancelled by the party that scheduled it, and answered by the others")
	}
	return nil
}
