package forum

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// Kinds of things in a programme.
const (
	KindVenue   = "venue"
	KindRoom    = "room"
	KindPart    = "part"
	KindTrack   = "track"
	KindSpeaker = "speaker"
	KindSession = "session"
)

// A Ref names one thing of a programme.
type Ref struct{ Kind, ID string }

// A Venue is a building or a site.
type Venue struct {
	ID      string `json:"id"`
	Name    Text   `json:"name"`
	Address Text   `json:"address,omitempty"`
}

// A Room is a room of a venue.
type Room struct {
	ID       string `json:"id"`
	Venue    string `json:"venue"`
	Name     Text   `json:"name"`
	Capacity int64  `json:"capacity"` // persons
	Access   Text   `json:"access,omitempty"`
}

// A Part is the main forum or a sub-forum of an edition.
type Part struct {
	ID    string `json:"id"`
	Name  Text   `json:"name"`
	About Text   `json:"about,omitempty"`
	Main  bool   `json:"main,omitempty"`
}

// A Track is a subject that runs through several sessions.
type Track struct {
	ID   string `json:"id"`
	Name Text   `json:"name"`
}

// A Window is a stretch of time, its end not included.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// A Speaker is who speaks, chairs or moderates. Availability stays in the
// draft: a version does not hold it.
type Speaker struct {
	ID           landbridge.ID `json:"id"`
	Name         string        `json:"name"`               // in Latin letters
	Original     string        `json:"original,omitempty"` // in its own script
	Title        Text          `json:"title,omitempty"`
	Organisation Text          `json:"organisation,omitempty"`
	Party        string        `json:"party,omitempty"`
	About        Text          `json:"about,omitempty"`
	Available    []Window      `json:"available,omitempty"` // empty: always
	Origin       string        `json:"origin,omitempty"`    // key in the file of another system it came from
}

// Kinds of sessions.
const (
	Plenary  = "plenary"
	Panel    = "panel"
	Talk     = "talk"
	Workshop = "workshop"
	Ceremony = "ceremony"
	Meeting  = "meeting"
	Pause    = "pause"
)

// SessionKinds lists the kinds of sessions.
func SessionKinds() []string {
	return []string{Plenary, Panel, Talk, Workshop, Ceremony, Meeting, Pause}
}

// How far a session is.
const (
	Planned   = "planned"   // in the draft alone
	Confirmed = "confirmed" // goes into the next version
	Cancelled = "cancelled" // stays, so that calendars hear of it
)

// Statuses lists how far a session can be.
func Statuses() []string { return []string{Planned, Confirmed, Cancelled} }

// Roles of people in a session.
const (
	Speaks    = "speaker"
	Chairs    = "chair"
	Moderates = "moderator"
)

// A Seat is one person's part in a session.
type Seat struct {
	Speaker landbridge.ID `json:"speaker"`
	Role    string        `json:"role"`
}

// A Session is one entry of the programme.
type Session struct {
	ID          landbridge.ID `json:"id"`
	Edition     string        `json:"edition"`
	Number      int64         `json:"number"` // counts within the edition; never used again
	Part        string        `json:"part,omitempty"`
	Track       string        `json:"track,omitempty"`
	Kind        string        `json:"kind"`
	Title       Text          `json:"title"`
	About       Text          `json:"about,omitempty"`
	Language    string        `json:"language,omitempty"` // spoken on the floor
	Interpreted []string      `json:"interpreted,omitempty"`
	Mode        string        `json:"mode"`
	Room        string        `json:"room,omitempty"`
	Link        string        `json:"link,omitempty"` // of the room outside, of online and hybrid sessions
	Start       time.Time     `json:"start"`
	End         time.Time     `json:"end"`
	Zone        string        `json:"zone,omitempty"`     // "": that of the edition
	Capacity    int64         `json:"capacity,omitempty"` // 0: that of the room
	People      []Seat        `json:"people,omitempty"`
	Status      string        `json:"status"`
	Reason      Text          `json:"reason,omitempty"` // of a cancellation
	Origin      string        `json:"origin,omitempty"` // key in the file of another system it came from
	Entry       landbridge.ID `json:"entry,omitempty"`  // of a call, that became this session; set by [Register.PlaceEntry] alone

	// Of published versions, set when publishing.
	Sequence int64     `json:"sequence,omitempty"` // how often it changed since it was first published
	Changed  time.Time `json:"changed,omitzero"`   // when the version that changed it last was published
}

// A Programme is all there is of an edition's programme: a draft, or a version.
type Programme struct {
	Format   string    `json:"format"`
	Edition  *Edition  `json:"edition"`
	Version  int64     `json:"version"` // 0: the draft
	Made     time.Time `json:"made,omitzero"`
	Venues   []Venue   `json:"venues,omitempty"`
	Rooms    []Room    `json:"rooms,omitempty"`
	Parts    []Part    `json:"parts,omitempty"`
	Tracks   []Track   `json:"tracks,omitempty"`
	Speakers []Speaker `json:"speakers,omitempty"`
	Sessions []Session `json:"sessions,omitempty"`

	Seen map[Ref]int64 `json:"-"` // of a draft: the revision of each thing
}

const programmeFormat = "landbridge-programme/1"

// Location returns the time zone of a session of this programme.
func (p *Programme) Location(s *Session) *time.Location {
	if s.Zone != "" {
		if z, err := zone(s.Zone); err == nil {
			return z
		}
	}
	return p.Edition.Location()
}

// ZoneName returns the name of a session's time zone.
func (p *Programme) ZoneName(s *Session) string { return cmp.Or(s.Zone, p.Edition.Zone) }

// Day returns the day of a session as the edition counts days.
func (p *Programme) Day(s *Session) string { return s.Start.In(p.Edition.Location()).Format(DayLayout) }

// Session returns the session with this id, or nil.
func (p *Programme) Session(id landbridge.ID) *Session {
	return pick(p.Sessions, func(s *Session) bool { return s.ID == id })
}

// OfEntry returns the session that an entry of a call became, or nil.
func (p *Programme) OfEntry(entry landbridge.ID) *Session {
	return pick(p.Sessions, func(s *Session) bool { return entry != "" && s.Entry == entry })
}

// Speaker returns the speaker with this id, or nil.
func (p *Programme) Speaker(id landbridge.ID) *Speaker {
	return pick(p.Speakers, func(s *Speaker) bool { return s.ID == id })
}

// Room returns the room with this id, or nil.
func (p *Programme) Room(id string) *Room {
	return pick(p.Rooms, func(r *Room) bool { return r.ID == id })
}

// Venue returns the venue with this id, or nil.
func (p *Programme) Venue(id string) *Venue {
	return pick(p.Venues, func(v *Venue) bool { return v.ID == id })
}

// Part returns the part with this id, or nil.
func (p *Programme) Part(id string) *Part {
	return pick(p.Parts, func(x *Part) bool { return x.ID == id })
}

// Track returns the track with this id, or nil.
func (p *Programme) Track(id string) *Track {
	return pick(p.Tracks, func(x *Track) bool { return x.ID == id })
}

func pick[T any](all []T, is func(*T) bool) *T {
	for i := range all {
		if is(&all[i]) {
			return &all[i]
		}
	}
	return nil
}

// Places returns how many persons a session takes: its own bound, or that of
// its room. Zero: no bound, as online.
func (p *Programme) Places(s *Session) int64 {
	if s.Capacity > 0 {
		return s.Capacity
	}
	if r := p.Room(s.Room); r != nil {
		return r.Capacity
	}
	return 0
}

// sort puts everything into the one order in which a programme is written.
func (p *Programme) sort() {
	slices.SortFunc(p.Venues, func(a, b Venue) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(p.Rooms, func(a, b Room) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(p.Parts, func(a, b Part) int {
		if a.Main != b.Main {
			return map[bool]int{true: -1, false: 1}[a.Main]
		}
		return cmp.Compare(a.ID, b.ID)
	})
	slices.SortFunc(p.Tracks, func(a, b Track) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(p.Speakers, func(a, b Speaker) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(p.Sessions, func(a, b Session) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Room, b.Room), cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
	})
}

// ParseProgramme reads a programme as [Register] keeps and publishes it, and
// checks everything it can say by itself.
func ParseProgramme(b []byte) (*Programme, error) {
	if len(b) > MaxBody {
		return nil, fail.New(fail.TooLarge, "a programme has at most %d bytes", MaxBody)
	}
	p := new(Programme)
	if err := decode(b, p); err != nil {
		return nil, fail.Because(err, fail.Invalid, "this is not the JSON of a programme")
	}
	if p.Format != programmeFormat || p.Edition == nil {
		return nil, fail.New(fail.Invalid, "a programme is written in the form %s and holds its edition", programmeFormat)
	}
	if err := p.Edition.Check(); err != nil {
		return nil, err
	}
	if bad := p.Conflicts(); len(bad) > 0 {
		return nil, fail.New(fail.Invalid, "%s", bad[0].Text)
	}
	return p, nil
}

func (v *Venue) check() error {
	if !landbridge.ValidName(v.ID, maxName) {
		return badID("a venue", v.ID)
	}
	if err := v.Address.check("the address", maxNote, false); err != nil {
		return err
	}
	return v.Name.check("the name of a venue", maxLine, true)
}

func (r *Room) check() error {
	if !landbridge.ValidName(r.ID, maxName) {
		return badID("a room", r.ID)
	}
	if r.Capacity < 1 || r.Capacity > maxPlaces {
		return fail.New(fail.Invalid, "room %s takes 1 to %d persons; say how many", r.ID, maxPlaces)
	}
	if err := r.Access.check("how to reach a room", maxNote, false); err != nil {
		return err
	}
	return r.Name.check("the name of a room", maxLine, true)
}

func (x *Part) check() error {
	if !landbridge.ValidName(x.ID, maxName) {
		return badID("a sub-forum", x.ID)
	}
	if err := x.About.check("what a sub-forum is about", maxText, false); err != nil {
		return err
	}
	return x.Name.check("the name of a sub-forum", maxLine, true)
}

func (x *Track) check() error {
	if !landbridge.ValidName(x.ID, maxName) {
		return badID("a track", x.ID)
	}
	return x.Name.check("the name of a track", maxLine, true)
}

func badID(what, id string) error {
	return fail.New(fail.Invalid, "%s has an id of lower-case letters, digits and hyphens; %q is none", what, clip(id))
}

func (x *Speaker) check() error {
	if _, err := landbridge.ParseID(string(x.ID)); err != nil {
		return fail.New(fail.Invalid, "a speaker: %v", err)
	}
	if strings.TrimSpace(x.Name) == "" {
		return fail.New(fail.Invalid, "a speaker has a name; write it in Latin letters and add the original script")
	}
	for _, s := range []string{x.Name, x.Original} {
		if err := checkText("a speaker's name", s, maxLine); err != nil {
			return err
		}
	}
	if x.Party != "" {
		if _, err := landbridge.ParsePartyID(x.Party); err != nil {
			return fail.New(fail.Invalid, "the party of %s: %v", clip(x.Name), err)
		}
	}
	if len(x.Available) > maxWindows {
		return fail.New(fail.TooLarge, "%s has more than %d times of availability; join those that touch", clip(x.Name), maxWindows)
	}
	for _, w := range x.Available {
		if w.From.IsZero() || !w.To.After(w.From) {
			return fail.New(fail.Invalid, "a time at which %s is available ends after it begins", clip(x.Name))
		}
	}
	for _, t := range []Text{x.Title, x.Organisation} {
		if err := t.check("the title or organisation of a speaker", maxLine, false); err != nil {
			return err
		}
	}
	if err := checkText("the origin of a speaker", x.Origin, maxLine); err != nil {
		return err
	}
	return x.About.check("the biography of a speaker", maxText, false)
}

func (s *Session) check() error {
	if _, err := landbridge.ParseID(string(s.ID)); err != nil {
		return fail.New(fail.Invalid, "a session: %v", err)
	}
	if err := s.Title.check("the title of a session", maxLine, true); err != nil {
		return err
	}
	if err := s.About.check("the abstract of a session", maxText, false); err != nil {
		return err
	}
	if err := s.Reason.check("the reason of a cancellation", maxNote, s.Status == Cancelled); err != nil {
		return err
	}
	if !slices.Contains(SessionKinds(), s.Kind) || !slices.Contains(Modes(), s.Mode) || !slices.Contains(Statuses(), s.Status) {
		return fail.New(fail.Invalid, "%s: a session is a %s; held %s; and %s", s.name(), strings.Join(SessionKinds(), ", "),
			strings.Join(Modes(), ", "), strings.Join(Statuses(), ", "))
	}
	for _, l := range append(slices.Clone(s.Interpreted), cmp.Or(s.Language, "en")) {
		if !slices.Contains(Languages(), l) {
			return fail.New(fail.Invalid, "%s: %q is no language of the forum; use %s", s.name(), clip(l), strings.Join(Languages(), ", "))
		}
	}
	if s.Zone != "" {
		if _, err := zone(s.Zone); err != nil {
			return err
		}
	}
	if err := checkLink("the link of "+s.name(), s.Link); err != nil {
		return err
	}
	if !s.Start.Equal(s.Start.Truncate(time.Minute)) || !s.End.Equal(s.End.Truncate(time.Minute)) || s.Start.IsZero() {
		return fail.New(fail.Invalid, "%s begins and ends at a full minute", s.name())
	}
	if !s.End.After(s.Start) || s.End.Sub(s.Start) > maxSpan {
		return fail.New(fail.Invalid, "%s ends after it begins, and lasts at most %d hours", s.name(), int(maxSpan/time.Hour))
	}
	if err := checkText("the origin of "+s.name(), s.Origin, maxLine); err != nil {
		return err
	}
	return s.checkPeople()
}

func (s *Session) checkPeople() error {
	if s.Capacity < 0 || s.Capacity > maxPlaces || len(s.People) > maxPeople {
		return fail.New(fail.Invalid, "%s takes at most %d persons and has at most %d speakers", s.name(), maxPlaces, maxPeople)
	}
	seen := map[landbridge.ID]bool{}
	for _, x := range s.People {
		if !slices.Contains([]string{Speaks, Chairs, Moderates}, x.Role) || seen[x.Speaker] {
			return fail.New(fail.Invalid, "%s: each person stands once, as speaker, chair or moderator", s.name())
		}
		seen[x.Speaker] = true
	}
	return nil
}

// name is how sentences speak of a session.
func (s *Session) name() string { return "“" + clip(s.Title.String()) + "”" }
