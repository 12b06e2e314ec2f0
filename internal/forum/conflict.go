package forum

import (
	"fmt"
	"time"

	"landbridge.example"
)

// What a conflict is about. The words stand in the API: append, never rename.
const (
	ClashForm     = "form"     // the thing itself is not whole
	ClashMissing  = "missing"  // it names something that is not there
	ClashOutside  = "outside"  // outside the days of the edition
	ClashRoom     = "room"     // two sessions in one room
	ClashSpeaker  = "speaker"  // one person in two sessions
	ClashAbsent   = "absent"   // a person is not available
	ClashCapacity = "capacity" // more places than the room has
	ClashMode     = "mode"     // a room for an online session, or none for one on site
)

// A Conflict is one reason why a programme cannot stand as it is.
type Conflict struct {
	Kind string `json:"kind"`
	Ref  Ref    `json:"-"`    // the thing to change
	With Ref    `json:"-"`    // the other thing, if there is one
	Text string `json:"text"` // one sentence that says what to do
}

// Conflicts returns everything in the programme that cannot stand: things that
// are not whole, that name what is not there, and sessions that clash. A
// cancelled session takes neither room nor speaker. Rooms and speakers are
// swept by time, so that it stays quick with [MaxSessions].
func (p *Programme) Conflicts() []Conflict {
	c := &judge{p: p, rooms: map[string]*Room{}, people: map[landbridge.ID]*Speaker{}, names: map[Ref]bool{}}
	c.things()
	for i := range p.Sessions {
		c.session(&p.Sessions[i])
	}
	if len(c.out) == 0 { // the sweep needs sessions that are whole
		c.sweep()
	}
	return c.out
}

// Adding returns what cannot stand in the programme once c is in it. The
// programme stands already, and of what it holds c replaces sessions alone: so
// only what is new is looked at by itself, and the rest is not checked again.
// An importer asks this for each of thousands of sessions.
func (p *Programme) Adding(c Changes) (next *Programme, bad []Conflict) {
	next = p.With(c)
	j := &judge{p: next, rooms: map[string]*Room{}, people: map[landbridge.ID]*Speaker{}, names: make(map[Ref]bool, len(next.Sessions)), fresh: map[Ref]bool{}}
	for _, t := range (&Programme{}).merge(c) {
		j.fresh[t.Ref] = true
	}
	j.things()
	for i := range next.Sessions {
		ref := Ref{KindSession, string(next.Sessions[i].ID)}
		if j.fresh[ref] {
			j.session(&next.Sessions[i])
		}
	}
	if len(j.out) == 0 {
		j.sweep()
	}
	return next, j.out
}

type judge struct {
	p      *Programme
	fresh  map[Ref]bool // nil: everything is looked at
	rooms  map[string]*Room
	people map[landbridge.ID]*Speaker
	names  map[Ref]bool
	out    []Conflict
}

func (c *judge) add(kind string, ref, with Ref, format string, args ...any) {
	c.out = append(c.out, Conflict{kind, ref, with, fmt.Sprintf(format, args...)})
}

func (c *judge) whole(ref Ref, check func() error) {
	if c.fresh == nil || c.fresh[ref] {
		if err := check(); err != nil {
			c.add(ClashForm, ref, Ref{}, "%s", err)
		}
	}
	if c.names[ref] {
		c.add(ClashForm, ref, Ref{}, "there are two of %s %s; give each an id of its own", ref.Kind, clip(ref.ID))
	}
	c.names[ref] = true
}

func (c *judge) things() {
	p := c.p
	for _, n := range []struct {
		what       string
		have, most int
	}{{"venues", len(p.Venues), MaxPlaces}, {"rooms", len(p.Rooms), MaxPlaces}, {"sub-forums", len(p.Parts), MaxPlaces}, {"tracks", len(p.Tracks), MaxPlaces},
		{"speakers", len(p.Speakers), MaxSpeakers}, {"sessions", len(p.Sessions), MaxSessions}} {
		if n.have > n.most {
			c.add(ClashForm, Ref{}, Ref{}, "an edition has at most %d %s", n.most, n.what)
		}
	}
	for i := range p.Venues {
		c.whole(Ref{KindVenue, p.Venues[i].ID}, p.Venues[i].check)
	}
	for i := range p.Rooms {
		r := &p.Rooms[i]
		ref := Ref{KindRoom, r.ID}
		c.whole(ref, r.check)
		if !c.names[Ref{KindVenue, r.Venue}] {
			c.add(ClashMissing, ref, Ref{KindVenue, r.Venue}, "room %s is in a venue %q that is not in the programme; enter the venue first", r.Name, clip(r.Venue))
		}
		c.rooms[r.ID] = r
	}
	for i := range p.Parts {
		c.whole(Ref{KindPart, p.Parts[i].ID}, p.Parts[i].check)
	}
	for i := range p.Tracks {
		c.whole(Ref{KindTrack, p.Tracks[i].ID}, p.Tracks[i].check)
	}
	for i := range p.Speakers {
		c.whole(Ref{KindSpeaker, string(p.Speakers[i].ID)}, p.Speakers[i].check)
		c.people[p.Speakers[i].ID] = &p.Speakers[i]
	}
}

func (c *judge) session(s *Session) {
	ref := Ref{KindSession, string(s.ID)}
	err := s.check()
	if c.whole(ref, func() error { return err }); err != nil {
		return
	}
	for _, at := range []Ref{{KindRoom, s.Room}, {KindPart, s.Part}, {KindTrack, s.Track}} {
		if at.ID != "" && !c.names[at] {
			c.add(ClashMissing, ref, at, "%s names the %s %q, which is not in the programme; enter it first", s.name(), at.Kind, clip(at.ID))
		}
	}
	if s.Status == Cancelled {
		return
	}
	from, to := c.p.Edition.Span()
	switch {
	case !c.p.Edition.Dated():
		c.add(ClashOutside, ref, Ref{}, "the days of the edition are not known; set them before you enter sessions")
	case s.Start.Before(from) || s.End.After(to):
		c.add(ClashOutside, ref, Ref{}, "%s (%s) lies outside the edition, which lasts from %s to %s in %s; choose a time within it", s.name(),
			c.span(s), c.p.Edition.First, c.p.Edition.Last, c.p.Edition.Zone)
	}
	c.place(s, ref)
	c.seats(s, ref)
}

func (c *judge) place(s *Session, ref Ref) {
	switch r := c.rooms[s.Room]; {
	case s.Mode == Online && s.Room != "":
		c.add(ClashMode, ref, Ref{KindRoom, s.Room}, "%s is online and has a room; take the room away or make it hybrid", s.name())
	case s.Mode != Online && s.Room == "" && s.Status == Confirmed:
		c.add(ClashMode, ref, Ref{}, "%s is confirmed and has no room; choose one, or make it online", s.name())
	case s.Mode == OnSite && s.Link != "":
		c.add(ClashMode, ref, Ref{}, "%s is on site and has a link to a room outside; take it away or make it hybrid", s.name())
	case r != nil && s.Capacity > r.Capacity:
		c.add(ClashCapacity, ref, Ref{KindRoom, r.ID}, "%s is for %d persons and room %s takes %d; choose a larger room or fewer places",
			s.name(), s.Capacity, r.Name, r.Capacity)
	}
}

func (c *judge) seats(s *Session, ref Ref) {
	for _, x := range s.People {
		with := Ref{KindSpeaker, string(x.Speaker)}
		who := c.people[x.Speaker]
		if who == nil {
			c.add(ClashMissing, ref, with, "%s names a speaker who is not in the programme; enter the speaker first", s.name())
			continue
		}
		if !who.there(s.Start, s.End) {
			c.add(ClashAbsent, ref, with, "%s is not available for %s (%s); choose another time or ask again when %s can come", who.Name, s.name(), c.span(s), who.Name)
		}
	}
}

// there reports whether one window holds the whole time.
func (x *Speaker) there(from, to time.Time) bool {
	for _, w := range x.Available {
		if !from.Before(w.From) && !to.After(w.To) {
			return true
		}
	}
	return len(x.Available) == 0
}

// sweep finds sessions that share a room or a person at the same time. The
// sessions are taken by their start; of each room and person the one that ends
// last is remembered, so that a long session is held against all it covers.
func (c *judge) sweep() {
	c.p.sort()
	room, person := map[string]*Session{}, map[landbridge.ID]*Session{}
	for i := range c.p.Sessions {
		s := &c.p.Sessions[i]
		if s.Status == Cancelled {
			continue
		}
		ref := Ref{KindSession, string(s.ID)}
		if o := room[s.Room]; s.Room != "" && o != nil && o.End.After(s.Start) {
			c.add(ClashRoom, ref, Ref{KindSession, string(o.ID)}, "room %s is taken by %s (%s); choose another room or time for %s",
				c.rooms[s.Room].Name, o.name(), c.span(o), s.name())
		}
		if o := room[s.Room]; o == nil || s.End.After(o.End) {
			room[s.Room] = s
		}
		for _, x := range s.People {
			o := person[x.Speaker]
			if o != nil && o.End.After(s.Start) {
				c.add(ClashSpeaker, ref, Ref{KindSession, string(o.ID)}, "%s is in %s (%s) at the same time; choose another speaker or time for %s",
					c.people[x.Speaker].Name, o.name(), c.span(o), s.name())
			}
			if o == nil || s.End.After(o.End) {
				person[x.Speaker] = s
			}
		}
	}
}

// span writes the time of a session as the clock of its zone shows it.
func (c *judge) span(s *Session) string {
	z := c.p.Location(s)
	return s.Start.In(z).Format("2006-01-02 15:04") + "–" + s.End.In(z).Format("15:04") + " " + c.p.ZoneName(s)
}
