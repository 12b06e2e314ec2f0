package portal

import (
	"strings"

	"landbridge.example/internal/forum"
	"landbridge.example/internal/forum/feed"
)

// options say for whom a feed is written. The address is the one the operator
// set: what a request says in its Host header would stand in other people's
// calendars.
func (s *site) options(v *visit, p *forum.Programme) feed.Options {
	return feed.Options{Base: s.Origin + forumPath + p.Edition.ID + "/", Language: v.t.Code, Name: "Landbridge",
		Host: strings.ToLower(string(s.Party)) + ".landbridge"}
}

// programmeFile gives out the published programme as one of its files; its
// name may hold that of the edition.
func (s *site) programmeFile(v *visit, name, kind string, write func(*forum.Programme, feed.Options) ([]byte, error)) error {
	p, err := s.published(v)
	if err != nil {
		return err
	}
	b, err := write(p, s.options(v, p))
	if err != nil {
		return err
	}
	v.save(strings.ReplaceAll(name, "{edition}", p.Edition.ID), kind, b)
	return nil
}

func (s *site) calendar(v *visit) error {
	return s.programmeFile(v, "{edition}.ics", feed.CalendarType, func(p *forum.Programme, o feed.Options) ([]byte, error) {
		return feed.Calendar(p, p.Select(filterOf(v.URL.Query())), o), nil
	})
}

func (s *site) sessionCalendar(v *visit) error {
	p, x, err := s.publishedSession(v)
	if err != nil {
		return err
	}
	v.save("session.ics", feed.CalendarType, feed.Calendar(p, []*forum.Session{x}, s.options(v, p)))
	return nil
}

func (s *site) scheduleJSON(v *visit) error {
	return s.programmeFile(v, "schedule.json", "application/json", feed.ScheduleJSON)
}

func (s *site) scheduleXML(v *visit) error {
	return s.programmeFile(v, "schedule.xml", "text/xml; charset=utf-8", feed.ScheduleXML)
}

func (s *site) programmeCSV(v *visit) error {
	return s.programmeFile(v, "{edition}-programme.csv", "text/csv; charset=utf-8", func(p *forum.Programme, o feed.Options) ([]byte, error) {
		return feed.CSV(feed.Table(p, p.Select(filterOf(v.URL.Query())), o))
	})
}

func (s *site) programmeXLSX(v *visit) error {
	return s.programmeFile(v, "{edition}-programme.xlsx", feed.XLSXType, func(p *forum.Programme, o feed.Options) ([]byte, error) {
		return feed.XLSX("Programme", feed.Table(p, p.Select(filterOf(v.URL.Query())), o))
	})
}

// A ProgrammeChangesView is page/programmechanges: what each version changed.
type ProgrammeChangesView struct {
	Frame
	Edition  EditionHead
	Feed     string
	Versions []VersionCard
}

// A VersionCard is one version with what it changed.
type VersionCard struct {
	VersionLine
	Note     string
	Sessions string
	First    bool
	Changes  []ChangeLine
}

// A ChangeLine is one session that a version changed.
type ChangeLine struct {
	What    string
	Before  SessionRow // Time is empty where there was none
	Session SessionRow
	Moved   bool
}

func (s *site) programmeChanges(v *visit) error {
	p, err := s.published(v)
	if err != nil {
		return err
	}
	diffs, err := s.Forum.Changes(v.Context(), p.Edition.ID)
	if err != nil {
		return err
	}
	view := ProgrammeChangesView{Frame: s.frame(v, v.t.T("public.forum.page.changes")), Edition: s.head(v, p.Edition, true),
		Feed: forumPath + p.Edition.ID + "/changes.atom"}
	for _, d := range diffs {
		x := d.Version
		card := VersionCard{VersionLine: VersionLine{x.Number, v.t.DateTime(x.At), x.Digest.String(), x.Entry}, Note: x.Note,
			Sessions: v.t.T("public.forum.sessions", x.Sessions), First: d.From == nil}
		for i, c := range d.Changes {
			if card.First || i == feed.MaxEntries {
				break
			}
			card.Changes = append(card.Changes, s.changeLine(v, d, c))
		}
		view.Versions = append(view.Versions, card)
	}
	return s.show(v, "programmechanges", view)
}

func (s *site) changeLine(v *visit, d forum.Diff, c forum.Change) ChangeLine {
	var what []string
	for _, k := range c.What {
		what = append(what, v.t.T("public.forum.change."+k))
	}
	l := ChangeLine{What: v.t.List(what)}
	if c.Before != nil {
		l.Before = s.writer(v, d.From).row(c.Before, true)
		l.Session = l.Before
	}
	if c.After != nil {
		l.Session = s.writer(v, d.To).row(c.After, true)
	}
	l.Moved = c.Before != nil && (l.Before.Day != l.Session.Day || l.Before.Time != l.Session.Time || l.Before.Place != l.Session.Place)
	return l
}

func (s *site) changesAtom(v *visit) error {
	p, err := s.published(v)
	if err != nil {
		return err
	}
	diffs, err := s.Forum.Changes(v.Context(), p.Edition.ID)
	if err != nil {
		return err
	}
	title := told(v.t, p.Edition.Name).Text
	b, err := feed.Atom(p.Edition, diffs, s.options(v, p), feed.Words{
		Title: title + " – " + v.t.T("public.forum.page.changes"), Author: s.PartyName(v.Context(), v.t.Code),
		Kind: func(k string) string { return v.t.T("public.forum.change." + k) },
		First: func(n, sessions int64) string {
			return v.t.T("public.forum.version", n, v.t.T("public.forum.sessions", sessions))
		},
		When: func(p *forum.Programme, x *forum.Session) string {
			return spanOf(v.t, x, p.Location(x)) + " " + p.ZoneName(x)
		},
	})
	if err != nil {
		return err
	}
	v.save("changes.atom", feed.AtomType, b)
	return nil
}
