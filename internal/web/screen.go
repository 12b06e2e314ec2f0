package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/screening"
	"landbridge.example/match"
)

// screeningRoutes lists the addresses of screening.
func screeningRoutes() []route {
	return []route{
		{"GET /screening", access.SeeLists, false, (*site).screen},
		{"POST /screening", access.ScreenNames, false, (*site).searchName},
		{"GET /screening/review", access.SeeScreening, false, (*site).review},
		{"GET /screening/hits/{hit}", access.SeeScreening, false, (*site).screenHit},
		{"POST /screening/hits/{hit}", access.DecideHit, false, (*site).decideHit},
		{"POST /screening/hits/{hit}/confirm", access.ConfirmHit, false, (*site).decideHit},
		{"POST /screening/hits/{hit}/options", access.ConfirmHit, false, (*site).hitOptions},
		{"GET /screening/lists", access.SeeLists, false, (*site).lists},
		{"POST /screening/lists", access.ImportList, false, (*site).importList},
		{"GET /screening/lists/{list}/versions/{version}", access.SeeLists, false, (*site).listVersion},
		{"GET /screening/lists/{list}/entries/{entry}", access.SeeLists, false, (*site).listEntry},
		{"GET /screening/watches", access.SeeScreening, false, (*site).watches},
		{"POST /screening/watches", access.KeepWatch, false, (*site).beginWatch},
		{"GET /screening/watches/{watch}", access.SeeScreening, false, (*site).screenWatch},
		{"POST /screening/watches/{watch}", access.SeeScreening, false, (*site).changeWatch},
		{"GET /screening/files", access.SeeScreening, false, (*site).files},
		{"POST /screening/files", access.ScreenNames, false, (*site).uploadFile},
		{"GET /screening/files/{file}/answers", access.SeeScreening, false, (*site).fileAnswers},
		{"POST /cases/{case}/watch", access.KeepWatch, false, (*site).watchCase},
	}
}

// A ScreenView is page/screen: one name against the lists, as it is typed.
type ScreenView struct {
	Frame
	Purposes, Kinds, Lists                            []Choice
	Name, Birth, Nationality, Document, Case, CaseNum string
	Asked                                             bool
	Candidates                                        []CandidateLine
	Used                                              string // the lists that were asked
	Entry                                             int64  // of the log
	Problem                                           string
	Notes                                             []string
	NoList, MayImport, MayWatch                       bool
	Tabs2                                             []NavItem
}

// A SourceMark says whose list something is from; it stands beside every entry.
type SourceMark struct{ Class, Text, Code, Title string }

// A CandidateLine is one candidate with its reasons.
type CandidateLine struct {
	Score     string
	Percent   int
	Name      string
	Quality   string
	Reference string
	Kind      string
	Href      string
	Source    SourceMark
	Words     []WordLine
	Evidence  []EvidenceLine
}

// A WordLine is what became of one word of a name, side by side.
type WordLine struct{ Query, Listed, How, Class, Likeness string }

// An EvidenceLine is what is known besides the name, side by side.
type EvidenceLine struct{ What, Query, Listed, Word, Class string }

// screenTabs lead between the pages of screening.
func (s *site) screenTabs(v *visit, here string) []NavItem {
	var all []NavItem
	for _, i := range []struct {
		href, key string
		action    access.Action
	}{{"/screening", "screen.tab.name", access.ScreenNames}, {"/screening/review", "screen.tab.review", access.SeeScreening}, {"/screening/watches",
		"screen.tab.watches", access.SeeScreening},
		{"/screening/files", "screen.tab.files", access.SeeScreening}, {"/screening/lists", "screen.tab.lists", access.SeeLists}} {
		if s.may(v, i.action) {
			all = append(all, NavItem{Href: i.href, Name: v.t.T(i.key), Current: i.href == here})
		}
	}
	return all
}

func (s *site) screen(v *visit) error {
	if !s.may(v, access.ScreenNames) { // the operator comes here for the lists
		return v.to("/screening/lists", "")
	}
	view, err := s.screenView(v)
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "screen", view)
}

func (s *site) screenView(v *visit) (*ScreenView, error) {
	t := v.t
	view := &ScreenView{Frame: s.frame(v, t.T("screen.title")), Name: v.FormValue("name"), Birth: v.FormValue("birth"), Nationality: v.FormValue("nationality"),
		Document: v.FormValue("document"), Case: v.FormValue("case"), MayImport: s.may(v, access.ImportList), MayWatch: s.may(v, access.KeepWatch)}
	view.Tabs2 = s.screenTabs(v, "/screening")
	view.Live = false // what is typed stays
	view.Purposes = purposeChoices(t, v.FormValue("purpose"), s.checks(v))
	view.Kinds = kindChoices(t, v.FormValue("kind"))
	lists, err := s.Screening.Lists(v.Context(), v.me())
	if err != nil {
		return nil, err
	}
	view.NoList = len(lists) == 0
	view.Lists = []Choice{{Name: t.T("screen.lists.all")}}
	for _, l := range lists {
		m := sourceMark(t, l.Source)
		view.Lists = append(view.Lists, Choice{l.Source.Code(), m.Code + " · " + m.Text, v.FormValue("list") == l.Source.Code()})
	}
	return view, nil
}

func (s *site) checks(v *visit) bool {
	return v.me().Is(landbridge.Oversight) || v.me().Is(landbridge.DataProtection)
}

func purposeChoices(t *lang.Texts, chosen string, checks bool) []Choice {
	all := []Choice{{"", t.T("screen.purpose.choose"), chosen == ""}}
	purposes := handling.Purposes()
	if checks {
		purposes = append(purposes, handling.Lawfulness, handling.PersonRights)
	}
	for _, p := range purposes {
		all = append(all, Choice{string(p), t.T("purpose." + string(p)), chosen == string(p)})
	}
	return all
}

func kindChoices(t *lang.Texts, chosen string) []Choice {
	all := []Choice{{"", t.T("screen.kind.any"), chosen == ""}}
	for _, k := range []match.Kind{match.Person, match.Organisation, match.Vessel, match.Aircraft, match.Substance} {
		all = append(all, Choice{string(k), t.T("screen.kind." + string(k)), chosen == string(k)})
	}
	return all
}

// screenFields reads whom a form is about.
func screenFields(v *visit) (match.Record, []string) {
	return screening.Person(screening.Fields{Name: v.FormValue("name"), Kind: v.FormValue("kind"), Birth: v.FormValue("birth"),
		Nationality: v.FormValue("nationality"),
		Document:    v.FormValue("document")})
}

// searchName answers a question. It is a form that is posted, so that no name
// stands in an address, a history or a proxy's log.
func (s *site) searchName(v *visit) error {
	view, err := s.screenView(v)
	if err != nil {
		return err
	}
	person, notes := screenFields(v)
	view.Notes = notes
	q := screening.Question{Person: person, Purpose: handling.Purpose(v.FormValue("purpose"))}
	if id, err := landbridge.ParseID(view.Case); err == nil {
		q.Case = id
	}
	if l := v.FormValue("list"); l != "" {
		q.Lists = []string{l}
	}
	a, err := s.Screening.Search(v.Context(), v.me(), q)
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.TooLarge) {
		view.Problem = sentence(fail.Safe(err))
		return s.show(v, face.Status(fail.KindOf(err)), "screen", view)
	}
	if err != nil {
		return err
	}
	view.Asked, view.Entry = true, a.Entry
	if a.Note != "" {
		view.Notes = append(view.Notes, a.Note)
	}
	var used []string
	for _, l := range a.Lists {
		if len(q.Lists) == 0 || slices.Contains(q.Lists, l.Source.Code()) {
			if l.Published == "" {
				l.Published = v.t.Date(l.Imported)
			}
			used = append(used, v.t.T("screen.used", l.Source.Code(), l.Version, published(v.t, l.Published)))
		}
	}
	view.Used = v.t.List(used) + " · " + a.Engine
	for _, c := range a.Candidates {
		view.Candidates = append(view.Candidates, candidateLine(v.t, c))
	}
	return s.show(v, http.StatusOK, "screen", view)
}

// sourceMark is whose list it is, in words: the origin always comes first, and
// only the United Nations' own list says so (S31).
func sourceMark(t *lang.Texts, s screening.Source) SourceMark {
	m := SourceMark{Code: s.Code(), Title: s.Name()}
	switch s.Origin() {
	case screening.UnitedNations:
		m.Class, m.Text = "teal", t.T("screen.origin.un")
	case screening.Regional:
		m.Class, m.Text = "amber", t.T("screen.origin.regional", s.Authority())
	default:
		m.Class, m.Text = "", t.T("screen.origin.national", s.Authority())
	}
	return m
}

func percentOf(sc match.Score) string { return fmt.Sprintf("%d.%d", int(sc)/100, int(sc)%100/10) }

func candidateLine(t *lang.Texts, c screening.Candidate) CandidateLine {
	return CandidateLine{
		Score: percentOf(c.Score), Percent: int(c.Score) / 100, Name: c.Name.Text,
		Quality: t.T("screen.quality." + string(c.Name.Quality)), Reference: reference(&c.Entry.Record),
		Kind: t.T("screen.kind." + string(c.Entry.Record.Kind)), Href: entryHref(c.Entry.Source.Code(), c.Entry.Record.ID), Source: sourceMark(t, c.Entry.Source),
		Words: wordLines(t, c.Words), Evidence: evidenceLines(t, c.Evidence),
	}
}

func reference(r *match.Record) string {
	if r.Reference != "" {
		return r.Reference
	}
	return r.ID
}

func wordLines(t *lang.Texts, all []match.WordReason) []WordLine {
	var lines []WordLine
	for _, w := range all {
		l := WordLine{Query: w.Query, Listed: w.Listed, How: t.T("screen.how." + strings.ReplaceAll(w.How, " ", "-"))}
		switch w.How {
		case match.HowAgainst, match.HowNumber:
			l.Class = "red"
		case match.HowOmitted:
			l.Class = ""
		case match.HowSame:
			l.Class, l.Likeness = "green", "100 %"
		default:
			l.Class, l.Likeness = "teal", fmt.Sprintf("%d %%", w.Likeness)
		}
		lines = append(lines, l)
	}
	return lines
}

func evidenceLines(t *lang.Texts, all []match.Evidence) []EvidenceLine {
	var lines []EvidenceLine
	for _, e := range all {
		l := EvidenceLine{What: t.T("screen.what." + e.What), Query: e.Query, Listed: e.Listed, Word: t.T("screen.evidence." + string(e.State))}
		switch e.State {
		case match.Agrees:
			l.Class = "green"
		case match.Near:
			l.Class = "teal"
		case match.Contradicts:
			l.Class = "red"
		case match.Missing:
			l.Word = t.T("screen.missing." + e.Side)
		}
		lines = append(lines, l)
	}
	return lines
}

// A HitBrief is one candidate in a list.
type HitBrief struct {
	Href, Query, Listed, Reference, Score string
	Percent                               int
	Source                                SourceMark
	State                                 Pill
	Matter, MatterHref                    string // the case or watch it belongs to
	Since                                 string
	Waits                                 string
	Clock                                 *Clock
}

func (s *site) hitBrief(v *visit, l screening.HitLine) HitBrief {
	b := HitBrief{Href: "/screening/hits/" + string(l.ID), Query: l.Query, Listed: l.Listed, Reference: l.Entry, Score: percentOf(l.Score),
		Percent: int(l.Score) / 100,
		Source:  sourceMark(v.t, l.Source), State: hitPill(v.t,
			l.State), Matter: l.Title, MatterHref: "/screening/watches/" + string(l.Watch), Since: v.t.When(l.Moved, s.Clock())}
	if l.Case != "" {
		b.Matter, b.MatterHref = l.Number, "/cases/"+string(l.Case)
	}
	if l.Query == "" {
		b.Query = v.t.T("screen.erased")
	}
	if l.Task != nil {
		b.Waits, b.Clock = v.t.T("screen.task."+string(l.Task.Kind)), s.taskClock(v, *l.Task)
	}
	return b
}

func hitPill(t *lang.Texts, st screening.State) Pill {
	p := Pill{Text: t.T("screen.state." + string(st))}
	switch st {
	case screening.Open:
		p.Class = "amber"
	case screening.Proposed:
		p.Class = "teal"
	case screening.Matched, screening.Unfreezing:
		p.Class = "red"
	case screening.Released, screening.FalsePositive:
		p.Class = "green"
	}
	return p
}

// taskClock draws the clock of a task.
func (s *site) taskClock(v *visit, task screening.Task) *Clock {
	now := s.Clock()
	whole, gone := task.Due.Sub(task.Made), now.Sub(task.Made)
	k := &Clock{Label: v.t.T("screen.task." + string(task.Kind)), Due: v.t.DateTime(task.Due), DueISO: iso(task.Due), Used: 100, Class: "red",
		Status: task.State,
		Left:   v.t.Duration(task.Due.Sub(now)), Note: v.t.T("clock.of", v.t.Duration(whole)), Source: "S31"}
	if now.After(task.Due) {
		k.Left = v.t.T("clock.over", k.Left)
		return k
	}
	if whole > 0 {
		k.Used = min(100, max(0, int(gone*100/whole)))
	}
	switch {
	case task.Due.Sub(now) < time.Hour:
	case k.Used >= 50:
		k.Class = "amber"
	default:
		k.Class = "teal"
	}
	return k
}

func entryHref(list, id string) string {
	return "/screening/lists/" + list + "/entries/" + pathEscape(id)
}

// screenDesk is what of screening waits for this person, as lines of the desk.
func (s *site) screenDesk(v *visit) ([]DeskLine, error) {
	if s.Screening == nil {
		return nil, nil
	}
	all, err := s.Screening.Desk(v.Context(), v.me())
	if err != nil {
		return nil, err
	}
	var lines []DeskLine
	for _, i := range all {
		m := sourceMark(v.t, i.Source)
		l := DeskLine{Href: "/screening/hits/" + string(i.Hit), Title: v.t.T("screen.desk.pair", i.Query, i.Listed),
			Sub: v.t.T("screen.desk.sub") + " · " + i.Number, With: m.Text,
			Waits: v.t.T("screen.desk." + i.Kind), Since: v.t.When(i.Made, s.Clock()), Class: "amber"}
		if i.Number == "" {
			l.Sub = v.t.T("screen.desk.sub")
		}
		if !i.Due.IsZero() {
			l.Class = "red"
			if i.Late {
				l.Waits = v.t.T("screen.desk.late", l.Waits)
			}
			l.Clock = s.taskClock(v, screening.Task{Kind: screening.TaskKind(i.Kind), Made: i.Made, Due: i.Due})
		}
		if i.Kind == "confirm" {
			l.Class = "teal"
		}
		lines = append(lines, l)
	}
	return lines, nil
}
