package portal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/lang"
)

// Forum is where the conferences come from: a forum.Register.
type Forum interface {
	Editions(ctx context.Context) ([]*forum.Edition, error)
	Programme(ctx context.Context, edition string, version int64) (*forum.Programme, error)
	Versions(ctx context.Context, edition string) ([]forum.Version, error)
	Changes(ctx context.Context, edition string) ([]forum.Diff, error)
}

const forumPath = Prefix + "forum/"

// forumRoutes lists the addresses of the conferences.
func forumRoutes() []route {
	const edition = "GET " + forumPath + "{edition}/"
	return []route{
		{"GET " + forumPath + "{$}", (*site).forumNow},
		{"GET " + forumPath + "editions", (*site).forumEditions},
		{edition + "{$}", (*site).forumHome},
		{edition + "programme", (*site).programme},
		{edition + "session/{session}", (*site).session},
		{edition + "session/{session}/session.ics", (*site).sessionCalendar},
		{edition + "session/{session}/join", (*site).join},
		{edition + "speakers", (*site).speakers},
		{edition + "changes", (*site).programmeChanges},
		{edition + "changes.atom", (*site).changesAtom},
		{edition + "calendar.ics", (*site).calendar},
		{edition + "schedule.json", (*site).scheduleJSON},
		{edition + "schedule.xml", (*site).scheduleXML},
		{edition + "programme.csv", (*site).programmeCSV},
		{edition + "programme.xlsx", (*site).programmeXLSX},
	}
}

// A Told is a text with the language it is in, where that is not the page's.
type Told struct{ Text, Lang string }

func told(t *lang.Texts, text forum.Text) Told {
	s, in := text.In(t.Code)
	if in == t.Code {
		in = ""
	}
	return Told{s, in}
}

// An EditionHead is what the pages of one edition have on top.
type EditionHead struct {
	ID    string
	Name  Told
	Theme Told
	When  string
	Where Told
	Mode  string
	Phase string // coming, now or past
	State string // the same in words
	Pages []Link
}

// head prepares what the pages of an edition have on top.
func (s *site) head(v *visit, e *forum.Edition, programme bool) EditionHead {
	h := EditionHead{ID: e.ID, Name: told(v.t, e.Name), Theme: told(v.t, e.Theme), When: editionDays(v.t, e), Where: told(v.t, e.City),
		Mode: v.t.T("public.forum.mode." + e.Mode), Phase: e.Phase(s.Clock())}
	h.State = v.t.T("public.forum.phase." + h.Phase)
	base := forumPath + e.ID + "/"
	pages := []string{""}
	if programme {
		pages = append(pages, "programme", "speakers", "changes")
	}
	for _, p := range pages {
		h.Pages = append(h.Pages, Link{base + p, v.t.T("public.forum.page." + cmp.Or(p, "home")), v.URL.Path == base+p})
	}
	h.Pages = append(h.Pages, Link{forumPath + "editions", v.t.T("public.forum.page.editions"), false})
	return h
}

// editionDays writes the days of an edition, or its month where no day is known.
func editionDays(t *lang.Texts, e *forum.Edition) string {
	from, to := e.Span()
	last := to.Add(-time.Minute)
	switch {
	case !e.Dated():
		return t.T(fmt.Sprintf("date.month.%d", from.Month())) + " " + strconv.Itoa(from.Year())
	case e.First == e.Last:
		return t.Date(from)
	}
	return t.Date(from) + " – " + t.Date(last)
}

// edition finds the edition an address names, and its programme if there is one.
func (s *site) edition(v *visit) (*forum.Edition, *forum.Programme, error) {
	all, err := s.Forum.Editions(v.Context())
	if err != nil {
		return nil, nil, err
	}
	id := v.PathValue("edition")
	i := slices.IndexFunc(all, func(e *forum.Edition) bool { return e.ID == id })
	if i < 0 {
		return nil, nil, fail.New(fail.Missing, "there is no such edition of the forum; the list of editions shows those there are")
	}
	p, err := s.Forum.Programme(v.Context(), id, 0)
	if fail.Is(err, fail.Missing) {
		return all[i], nil, nil
	}
	return all[i], p, err
}

// published is edition for pages that need a programme.
func (s *site) published(v *visit) (*forum.Programme, error) {
	e, p, err := s.edition(v)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, fail.New(fail.Missing, "the programme of %s is not published; come back later", e.Name)
	}
	return p, nil
}

// forumNow shows the edition that takes place, comes next or was last.
func (s *site) forumNow(v *visit) error {
	all, err := s.Forum.Editions(v.Context())
	if err != nil {
		return err
	}
	e := forum.Current(all, s.Clock())
	if e == nil {
		return s.forumEditions(v)
	}
	v.SetPathValue("edition", e.ID)
	return s.forumHome(v)
}

// A ForumView is page/forum: the home of one edition.
type ForumView struct {
	Frame
	Edition  EditionHead
	About    Told
	Facts    EditionFacts
	Days     []Link // into the programme
	Parts    []PartCard
	Sessions int
	Version  *VersionLine
	Feeds    []Link
}

// A PartCard is one sub-forum.
type PartCard struct {
	Href     string
	Name     Told
	About    Told
	Sessions int
}

// A VersionLine says which version of a programme a page shows.
type VersionLine struct {
	Number int64
	When   string
	Digest string
	Entry  int64
}

func (s *site) forumHome(v *visit) error {
	e, p, err := s.edition(v)
	if err != nil {
		return err
	}
	view := ForumView{Frame: s.frame(v, e.Name.String()), Edition: s.head(v, e, p != nil), About: told(v.t, e.About), Facts: facts(v.t, e)}
	if p == nil {
		return s.show(v, "forum", view)
	}
	base := forumPath + e.ID + "/"
	view.Sessions = len(p.Sessions)
	for _, day := range e.Days() {
		if len(p.Select(forum.Filter{Day: day})) > 0 {
			view.Days = append(view.Days, Link{withQuery(base+"programme", nil, "day", day), dayText(v.t, day), false})
		}
	}
	for _, x := range p.Parts {
		n := len(p.Select(forum.Filter{Part: x.ID}))
		view.Parts = append(view.Parts, PartCard{withQuery(base+"programme", nil, "part", x.ID, "day", everyDay), told(v.t, x.Name), told(v.t, x.About), n})
	}
	if view.Version, err = s.versionLine(v, p); err != nil {
		return err
	}
	view.Feeds = feeds(base, nil)
	return s.show(v, "forum", view)
}

func dayText(t *lang.Texts, day string) string {
	at, err := time.Parse(forum.DayLayout, day)
	if err != nil {
		return day
	}
	return t.Date(at)
}

func (s *site) versionLine(v *visit, p *forum.Programme) (*VersionLine, error) {
	all, err := s.Forum.Versions(v.Context(), p.Edition.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		if x.Number == p.Version {
			return &VersionLine{x.Number, v.t.DateTime(x.At), x.Digest.String(), x.Entry}, nil
		}
	}
	return nil, fmt.Errorf("version %d of %s is not in its own list", p.Version, p.Edition.ID)
}

// feeds are the files of a programme, with the filter of a page.
func feeds(base string, q map[string][]string) []Link {
	var all []Link
	for _, f := range [][2]string{{"calendar.ics", "iCalendar"}, {"programme.csv", "CSV"}, {"programme.xlsx", "XLSX"}, {"schedule.json", "schedule.json"},
		{"schedule.xml", "schedule.xml"}, {"changes.atom", "Atom"}} {
		if q != nil && f[0][:3] != "cal" && f[0][:3] != "pro" {
			continue // these hold the whole programme
		}
		all = append(all, Link{withQuery(base+f[0], q), f[1], false})
	}
	return all
}

// An EditionFacts is what is documented of an edition.
type EditionFacts struct {
	Figures  []FigureLine
	Held     []Told
	Outcomes []OutcomeCard
	Sources  []forum.Source
}

// A FigureLine is one thing that was counted, with every number documents give.
type FigureLine struct {
	What    string
	Numbers []FigureNumber
	Differ  bool // documents give different numbers
}

// A FigureNumber is one number with its source.
type FigureNumber struct {
	Number string
	Note   Told
	Source string
}

// An OutcomeCard is one outcome of an edition.
type OutcomeCard struct {
	Title  Told
	Items  []Told
	Source string
}

func facts(t *lang.Texts, e *forum.Edition) EditionFacts {
	f := EditionFacts{Sources: e.Sources}
	for _, of := range forum.Counted() {
		line := FigureLine{What: t.T("public.forum.count." + of)}
		var first int64 = -1
		for _, x := range e.Attendance {
			if x.Of != of {
				continue
			}
			line.Differ = line.Differ || first >= 0 && x.Number != first
			first = x.Number
			line.Numbers = append(line.Numbers, FigureNumber{t.T("public.forum.how."+x.How, t.Number(x.Number)), told(t, x.Note), e.Source(x.Source).Title})
		}
		if len(line.Numbers) > 0 {
			f.Figures = append(f.Figures, line)
		}
	}
	for _, x := range e.Held {
		f.Held = append(f.Held, told(t, x))
	}
	for _, o := range e.Outcomes {
		card := OutcomeCard{Title: told(t, o.Title), Source: e.Source(o.Source).Title}
		for _, x := range o.Items {
			card.Items = append(card.Items, told(t, x))
		}
		f.Outcomes = append(f.Outcomes, card)
	}
	return f
}

// An EditionsView is page/editions: every edition, the newest first.
type EditionsView struct {
	Frame
	Editions []EditionCard
}

// An EditionCard is one edition in the history.
type EditionCard struct {
	Href string
	Head EditionHead
	EditionFacts
}

func (s *site) forumEditions(v *visit) error {
	all, err := s.Forum.Editions(v.Context())
	if err != nil {
		return err
	}
	view := EditionsView{Frame: s.frame(v, v.t.T("public.forum.editions.title"))}
	for _, e := range slices.Backward(all) {
		view.Editions = append(view.Editions, EditionCard{forumPath + e.ID + "/", s.head(v, e, false), facts(v.t, e)})
	}
	return s.show(v, "editions", view)
}

// A SpeakersView is page/speakers.
type SpeakersView struct {
	Frame
	Edition  EditionHead
	Speakers []SpeakerCard
}

// A SpeakerCard is one person with the sessions they are in.
type SpeakerCard struct {
	ID           string
	Name         string
	Original     string
	Title        Told
	Organisation Told
	Party        string
	About        Told
	Sessions     []SessionRow
}

func (s *site) speakers(v *visit) error {
	p, err := s.published(v)
	if err != nil {
		return err
	}
	view := SpeakersView{Frame: s.frame(v, v.t.T("public.forum.page.speakers")), Edition: s.head(v, p.Edition, true)}
	at := map[landbridge.ID][]*forum.Session{}
	for i := range p.Sessions {
		for _, x := range p.Sessions[i].People {
			at[x.Speaker] = append(at[x.Speaker], &p.Sessions[i])
		}
	}
	w := s.writer(v, p)
	for _, x := range p.Speakers {
		card := SpeakerCard{string(x.ID), x.Name, x.Original, told(v.t, x.Title), told(v.t, x.Organisation), x.Party, told(v.t, x.About), nil}
		for _, y := range at[x.ID] {
			card.Sessions = append(card.Sessions, w.row(y, true))
		}
		view.Speakers = append(view.Speakers, card)
	}
	return s.show(v, "speakers", view)
}
