package forum

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// An Entry is what a call accepted, as far as a programme may show it.
type Entry struct {
	ID      landbridge.ID
	Edition string
	Title   string
	About   string
	People  []Named // who may be named in public; none where a nomination is not
	Mode    string  // as its organiser wishes it; "": not said
	Minutes int     // 0: not said
	Seats   int
	Event   bool // a meeting of its own rather than a talk
}

// A Named person is known by name and organisation.
type Named struct{ Name, Organisation string }

// A Placement is what the organiser decides when an entry becomes a session.
type Placement struct {
	Entry   landbridge.ID
	Session Session  // as [Entry.Session] began it; room and time chosen
	People  []string // names of those of the entry who take part, as speakers, beside the people of the session
}

// entryTime is how long a session lasts that nobody said how long it lasts.
const entryTime = 30 * time.Minute

// Session returns the session that an entry would become in an edition, with
// what is known of it: the organiser chooses the room and the time. language is
// that of its words; empty: guessed by their script.
func (e *Entry) Session(of *Edition, language string) Session {
	if language == "" {
		language = written(e.Title + " " + e.About)
	}
	from, _ := of.Span()
	from = from.Add(9 * time.Hour).UTC()
	s := Session{Kind: Talk, Mode: OnSite, Status: Planned, Start: from, End: from.Add(entryTime), Capacity: int64(e.Seats),
		Title: said(language, e.Title, maxLine), About: said(language, e.About, maxText)}
	if e.Event {
		s.Kind = Panel
	}
	if e.Mode != "" {
		s.Mode = e.Mode
	}
	if e.Minutes > 0 {
		s.End = from.Add(time.Duration(e.Minutes) * time.Minute)
	}
	return s
}

// said is a stranger's words as a text in one language.
func said(language, words string, most int) Text {
	words, _ = Clean(words, most)
	if most <= maxLine {
		words = strings.Join(strings.Fields(words), " ")
	}
	if words == "" {
		return nil
	}
	return Text{language: words}
}

// written guesses the language of words by the script of most of their letters.
// What is in Latin letters is taken for English; the organiser sees it and can
// say otherwise.
func written(words string) string {
	count := map[string]int{}
	for _, r := range words {
		switch {
		case unicode.Is(unicode.Han, r):
			count["zh"]++
		case unicode.Is(unicode.Arabic, r):
			count["ar"]++
		case unicode.Is(unicode.Cyrillic, r):
			count["ru"]++
		case unicode.IsLetter(r):
			count["en"]++
		}
	}
	best := "en"
	for _, l := range Languages() {
		if count[l] > count[best] {
			best = l
		}
	}
	return best
}

// Opened returns an accepted entry with the edition it belongs to, for a form
// that makes a session of it. Who opened it is recorded by those who keep it.
func (g *Register) Opened(ctx context.Context, p staff.Person, entry landbridge.ID) (e *Entry, err error) {
	if err := g.may(p, access.WriteForum); err != nil {
		return nil, err
	}
	err = g.c.DB.Write(ctx, func(tx *db.Tx) error {
		e, err = g.opened(tx, p, entry)
		return err
	})
	return e, err
}

func (g *Register) opened(tx *db.Tx, p staff.Person, entry landbridge.ID) (*Entry, error) {
	if g.c.Entry == nil {
		return nil, fail.New(fail.Missing, "this node keeps no calls")
	}
	return g.c.Entry(tx, p, entry)
}

// PlaceEntry makes a session of an accepted entry, in one transaction with its
// speakers: who is in the programme already, by name and organisation, is not
// entered twice. An entry becomes one session. What clashes is refused as by
// [Register.Apply], and the answer says why.
func (g *Register) PlaceEntry(ctx context.Context, p staff.Person, edition string, in Placement) (*Applied, error) {
	if err := g.may(p, access.WriteForum); err != nil {
		return nil, err
	}
	var out *Applied
	err := g.c.DB.Write(ctx, func(tx *db.Tx) error {
		w := &change{g: g, tx: tx, by: p.Pseudonym, edition: edition, entry: in.Entry, out: &Applied{}}
		out = w.out
		e, err := g.opened(tx, p, in.Entry)
		if err != nil {
			return err
		}
		if e.Edition != edition {
			return fail.New(fail.Invalid, "this entry belongs to edition %s; put it into the programme of that one", clip(e.Edition))
		}
		d, err := g.draft(tx, edition)
		if err != nil {
			return err
		}
		if err := d.untaken(in.Entry); err != nil {
			return err
		}
		if w.c, err = g.placing(d, e, in); err != nil {
			return err
		}
		return w.run()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// untaken refuses an entry that is a session already.
func (p *Programme) untaken(entry landbridge.ID) error {
	s := p.OfEntry(entry)
	switch {
	case s == nil:
		return nil
	case s.Status == Cancelled:
		return fail.New(fail.Conflict, "this entry is session %d of the programme, which is cancelled; open that session to hold it after all", s.Number)
	}
	return fail.New(fail.Conflict, "this entry is session %d of the programme already; change it there", s.Number)
}

// placing is the change of the draft that a placement asks for.
func (g *Register) placing(d *Programme, e *Entry, in Placement) (c Changes, err error) {
	s := in.Session
	s.ID, s.Origin, s.People = "", "", slices.Clone(s.People)
	language := written(e.Title + " " + e.About)
	for _, name := range in.People {
		i := slices.IndexFunc(e.People, func(x Named) bool { return x.Name == name })
		if i < 0 {
			return c, fail.New(fail.Invalid, "the entry names nobody called %s; open it again and choose from those it names", clip(name))
		}
		x := Speaker{Organisation: said(language, e.People[i].Organisation, maxLine)}
		x.Name, _ = Clean(e.People[i].Name, maxLine)
		if who := d.same(e.People[i]); who != nil {
			x.ID = who.ID
		} else {
			if x.ID, err = landbridge.NewID(g.now(), g.c.Random); err != nil {
				return c, err
			}
			c.Speakers = append(c.Speakers, x)
		}
		if !slices.ContainsFunc(s.People, func(y Seat) bool { return y.Speaker == x.ID }) {
			s.People = append(s.People, Seat{Speaker: x.ID, Role: Speaks})
		}
	}
	c.Sessions = []Session{s}
	return c, nil
}

// same finds a person among the speakers: by name and organisation, else by the
// name alone if one such speaker is there and is of no organisation.
func (p *Programme) same(who Named) *Speaker {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	var bare []*Speaker
	for i := range p.Speakers {
		x := &p.Speakers[i]
		if plain(x.Name) != plain(who.Name) && plain(x.Original) != plain(who.Name) {
			continue
		}
		for _, of := range x.Organisation {
			if plain(of) == plain(who.Organisation) {
				return x
			}
		}
		if len(x.Organisation) == 0 {
			bare = append(bare, x)
		}
	}
	if len(bare) == 1 {
		return bare[0]
	}
	return nil
}
