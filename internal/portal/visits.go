package portal

import (
	"context"
	"net/http"
	"slices"
	"time"

	"landbridge.example"
	record "landbridge.example/internal/visit"
)

// Visits is where the records of visits, letters and working groups come from
// that all their parties released: a visit.Register.
type Visits interface {
	Published(ctx context.Context) ([]record.Published, error)
	PublishedRecord(ctx context.Context, id landbridge.ID) (record.Published, error)
	Evidence(ctx context.Context, id landbridge.ID) ([]byte, error)
	Entry(ctx context.Context, statement landbridge.Digest) (int64, error)
}

const visitsPath = Prefix + "visits/"

func visitsRoutes() []route {
	return []route{
		{"GET " + visitsPath + "{$}", (*site).visits},
		{"GET " + visitsPath + "{record}", (*site).visitRecord},
		{"GET " + visitsPath + "{record}/signed.txt", (*site).visitSigned},
	}
}

// A VisitsView is page/visits: records that all their parties released.
type VisitsView struct {
	Frame
	Kinds   []Link
	Records []RecordLine
}

// A RecordLine is one record in a list.
type RecordLine struct {
	Href, Kind string
	Title      Told
	When       string
	Between    []string
}

func (s *site) visits(v *visit) error {
	view := VisitsView{Frame: s.frame(v, v.t.T("public.visits.title"))}
	chosen := v.URL.Query().Get("kind")
	view.Kinds = append(view.Kinds, Link{visitsPath, v.t.T("public.visits.all"), chosen == ""})
	for _, k := range record.RecordKinds() {
		view.Kinds = append(view.Kinds, Link{withQuery(visitsPath, nil, "kind", k), v.t.T("public.visits.kinds." + k), chosen == k})
	}
	var all []record.Published
	if s.Visits != nil {
		var err error
		if all, err = s.Visits.Published(v.Context()); err != nil {
			return err
		}
	}
	for _, x := range all {
		if c := x.Version.Content; chosen == "" || chosen == c.Kind {
			view.Records = append(view.Records, s.recordLine(v, x))
		}
	}
	return s.show(v, "visits", view)
}

func (s *site) recordLine(v *visit, x record.Published) RecordLine {
	c := x.Version.Content
	l := RecordLine{Href: visitsPath + string(x.ID), Kind: v.t.T("public.visits.kind." + c.Kind), Title: s.inWords(v, c, c.Title), When: v.recordDays(c)}
	for _, p := range c.Parties {
		l.Between = append(l.Between, s.partyName(v, p))
	}
	return l
}

// inWords is a text of a record with its language, where that is not the page's.
func (s *site) inWords(v *visit, c *record.Content, text string) Told {
	if c.Language == v.t.Code {
		return Told{text, ""}
	}
	return Told{text, c.Language}
}

func (s *site) partyName(v *visit, p landbridge.PartyID) string {
	if s.NameOf == nil {
		return string(p)
	}
	return s.NameOf(v.Context(), p, v.t.Code)
}

func (v *visit) recordDays(c *record.Content) string {
	switch {
	case c.Visit != nil && c.Visit.First != c.Visit.Last:
		return v.t.Day(c.Visit.First) + " – " + v.t.Day(c.Visit.Last)
	case c.Group != nil:
		return v.t.T("public.visits.since", v.t.Day(c.Group.Founded))
	}
	return v.t.Day(c.Day())
}

// A VisitRecordView is page/visitrecord: one record.
type VisitRecordView struct {
	Frame
	Kind     string
	Name     Told
	Note     Told
	When     string
	Facts    []FactLine
	Called   Told // off: the reason
	Agenda   []AgendaLine
	People   []OfficeLine
	Meetings []MeetingLine
	Results  []Told
	Papers   []PaperLine
	Answers  []Link
	Standing string
	Digest   string
	Signed   string
}

// A FactLine is one thing said of a record.
type FactLine struct {
	Label string
	Text  Told
}

// An AgendaLine is one point of an agenda.
type AgendaLine struct {
	When  string
	Title Told
}

// An OfficeLine is one office that takes part.
type OfficeLine struct {
	Party, Role string
	Office      Told
}

// A MeetingLine is one meeting of a working group.
type MeetingLine struct {
	When    string
	Title   Told
	Place   Told
	Results []Told
}

// A PaperLine is one document.
type PaperLine struct {
	Title  Told
	Digest string
	Link   string
}

func (s *site) visitRecord(v *visit) error {
	if s.Visits == nil {
		return s.nothing(v)
	}
	x, err := s.Visits.PublishedRecord(v.Context(), landbridge.ID(v.PathValue("record")))
	if err != nil {
		return err
	}
	c := x.Version.Content
	entry, err := s.Visits.Entry(v.Context(), x.Version.Digest)
	if err != nil {
		return err
	}
	view := VisitRecordView{Frame: s.frame(v, c.Title), Kind: v.t.T("public.visits.kind." + c.Kind), Name: s.inWords(v, c, c.Title), Note: s.inWords(v, c, c.Note),
		When: v.recordDays(c), Standing: v.t.T("public.visits.standing", x.Version.Number, entry), Digest: x.Version.Digest.String(),
		Signed: visitsPath + string(x.ID) + "/signed.txt"}
	s.recordFacts(v, &view, c)
	for _, p := range c.People {
		view.People = append(view.People, OfficeLine{s.partyName(v, p.Party), v.t.T("public.visits.role." + p.Role), s.inWords(v, c, p.Office)})
	}
	for _, r := range c.Results {
		view.Results = append(view.Results, s.inWords(v, c, r))
	}
	for _, d := range c.Documents {
		view.Papers = append(view.Papers, PaperLine{s.inWords(v, c, d.Title), d.Digest.String(), d.Link})
	}
	for _, id := range x.Answered {
		y, err := s.Visits.PublishedRecord(v.Context(), id)
		if err != nil {
			continue // withheld in the meantime
		}
		view.Answers = append(view.Answers, Link{visitsPath + string(id), y.Version.Content.Title, false})
	}
	return s.show(v, "visitrecord", view)
}

func (s *site) recordFacts(v *visit, view *VisitRecordView, c *record.Content) {
	t := v.t
	add := func(key string, text Told) {
		if text.Text != "" {
			view.Facts = append(view.Facts, FactLine{t.T("public.visits.fact." + key), text})
		}
	}
	names := func(all []landbridge.PartyID) Told {
		var out []string
		for _, p := range all {
			out = append(out, s.partyName(v, p))
		}
		return Told{t.List(out), ""}
	}
	add("parties", names(c.Parties))
	switch {
	case c.Visit != nil:
		add("level", Told{t.T("public.visits.level." + c.Visit.Level), ""})
		add("host", names([]landbridge.PartyID{c.Visit.Host}))
		add("place", s.inWords(v, c, c.Visit.Place))
		view.Called = s.inWords(v, c, c.Visit.CalledOff)
		zone, err := time.LoadLocation(c.Visit.Zone)
		if err != nil {
			zone = time.UTC // checked when it was taken in
		}
		for _, i := range c.Visit.Agenda {
			when := ""
			if !i.Start.IsZero() {
				at := i.Start.In(zone)
				when = t.Date(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)) + ", " + at.Format("15:04")
			}
			view.Agenda = append(view.Agenda, AgendaLine{when, s.inWords(v, c, i.Title)})
		}
	case c.Letter != nil:
		add("from", names([]landbridge.PartyID{c.Letter.From}))
		add("to", names(c.Letter.To))
		add("reference", s.inWords(v, c, c.Letter.Reference))
	case c.Group != nil:
		if c.Group.Chair != "" {
			add("chair", names([]landbridge.PartyID{c.Group.Chair}))
		}
		add("mandate", s.inWords(v, c, c.Group.Mandate))
		if c.Group.Ended != "" {
			add("ended", Told{v.t.Day(c.Group.Ended), ""})
		}
		for _, m := range slices.Backward(c.Group.Meetings) {
			line := MeetingLine{When: v.t.Day(m.Day), Title: s.inWords(v, c, m.Title), Place: s.inWords(v, c, m.Place)}
			for _, r := range m.Results {
				line.Results = append(line.Results, s.inWords(v, c, r))
			}
			view.Meetings = append(view.Meetings, line)
		}
	}
}

// visitSigned gives out the signed statements by which a record stands.
func (s *site) visitSigned(v *visit) error {
	if s.Visits == nil {
		return s.nothing(v)
	}
	b, err := s.Visits.Evidence(v.Context(), landbridge.ID(v.PathValue("record")))
	if err != nil {
		return err
	}
	v.send(http.StatusOK, "text/plain; charset=utf-8", b)
	return nil
}
