package web

import (
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
)

// An EditionView is page/edition: one edition on its way to a release.
type EditionView struct {
	Frame
	ID, EditionTitle, Label, Index, By string
	State                              Pill
	Own, Open, Running                 bool // Running: it can still change
	Demonstration, Newer               bool
	Until, Revises                     string
	Method                             *MethodLine
	Files                              []FileRow
	History                            []VersionRow
	Imports                            []ImportRow
	Shown                              []NameValue
	Corrections, Dissents              []CommentRow
	Budget                             *BudgetCard
	Release                            *ReleaseLine
	Hinders                            string
	Problem                            string // why it cannot be calculated
	Calculated                         bool

	MayPrepare, MayRelease, MayCorrect, MaySpeak bool
	Indicators, Units                            []Choice // for a correction
	Year                                         bool     // the index has years
	DefaultDay                                   string
	Say                                          CommentRow // what a person began to write
}

// A FileRow is one data file of an edition.
type FileRow struct {
	Path, Source, Licence, Href string
	Here, Budget                bool
}

// A VersionRow is one version of an edition.
type VersionRow struct {
	Version        int64
	What, Note, At string
	Author         string
}

// An ImportRow is one table that was sent in.
type ImportRow struct {
	Href, Path, Name, At string
	Taken                bool
}

// A CommentRow is a correction or a dissent.
type CommentRow struct {
	ID, Party, Unit, Column, Year, Was, Wanted, Source, Text, Language string
	State                                                              Pill
	Answer, At                                                         string
	Waits                                                              bool // for an answer of ours
}

// A BudgetCard is the question for budgets and the answers.
type BudgetCard struct {
	Decision, Until string
	Named, Open     bool
	Groups          []BudgetGroup
	Given           []BudgetRow
	Names           []string // of the parts, as columns of Given
}

// A BudgetGroup is a group whose parts are weighed.
type BudgetGroup struct {
	Name  string
	Parts []BudgetPart
}

// A BudgetPart is one part, with the points given so far.
type BudgetPart struct{ Code, Name, Points string }

// A BudgetRow is what one member gave.
type BudgetRow struct {
	Party, At string
	Points    []string
}

func (s *site) edition(v *visit) error {
	id, err := editionID(v)
	if err != nil {
		return err
	}
	e, err := s.Index.View(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	view := s.editionView(v, e)
	o, err := s.Index.Calculate(v.Context(), v.me(), id)
	switch {
	case err == nil:
		view.Calculated = true
		view.choices(o)
	case fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge):
		view.Problem = sentence(fail.Safe(err))
	default:
		return err
	}
	view.budget(v, e, o)
	q := v.URL.Query()
	view.Say = CommentRow{Unit: q.Get("unit"), Column: q.Get("column"), Year: q.Get("year")}
	return s.show(v, http.StatusOK, "edition", view)
}

func editionID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("edition"))
	if err != nil {
		return id, fail.New(fail.Missing, "there is no edition at this address; the list of indices shows those there are")
	}
	return id, nil
}

func (s *site) editionView(v *visit, e *gpsi.View) *EditionView {
	now := s.Clock()
	view := &EditionView{Frame: s.frame(v, e.Title), ID: string(e.ID), EditionTitle: e.Title, Label: e.Label, Index: e.Framework,
		By: s.codes(v, []landbridge.PartyID{e.Publisher}), State: statePill(v, e.State), Own: e.Own, Open: e.Open,
		Running: e.State == gpsi.Draft || e.State == gpsi.Preview, Demonstration: e.Demonstration, Newer: e.Newer, Revises: e.Revises,
		Hinders: sentence(e.Hinders), MayPrepare: e.Own && s.may(v, access.PrepareIndex), MayRelease: e.Own && s.may(v, access.ReleaseIndex),
		MayCorrect: !e.Own && s.may(v, access.CorrectIndex), MaySpeak: !e.Own && s.may(v, access.SpeakOnIndex),
		DefaultDay: now.AddDate(0, 0, 30).Format(time.DateOnly)}
	view.Live = false
	if !e.Until.IsZero() {
		view.Until = v.t.DateTime(e.Until)
	}
	if m := e.Method; m != nil {
		view.Method = &MethodLine{Version: m.Version, Decision: m.Decision, Note: m.Note, At: v.t.Date(m.At),
			Href: "/indices/methods/" + m.Framework + "/" + strconv.FormatInt(m.Version, 10)}
	}
	for _, f := range e.Files {
		view.Files = append(view.Files, FileRow{Path: f.Path, Source: f.Source, Licence: f.Licence, Here: f.Here, Budget: f.Budget,
			Href: "/indices/editions/" + view.ID + "/files/" + f.Path})
	}
	for _, c := range e.History {
		view.History = append(view.History, VersionRow{Version: c.Version, What: v.t.T("gpsi.what." + c.What), Note: c.Note,
			At: v.t.When(c.At, now), Author: c.Author})
	}
	for _, i := range e.Imports {
		view.Imports = append(view.Imports, ImportRow{Href: "/indices/tables/" + string(i.ID), Path: i.Path, Name: i.Name,
			At: v.t.When(i.At, now), Taken: i.State == "taken"})
	}
	for _, x := range e.Shown {
		view.Shown = append(view.Shown, NameValue{s.codes(v, []landbridge.PartyID{x.Party}), v.t.T("gpsi.version", x.Version) + " · " + v.t.When(x.At, now)})
	}
	for _, c := range e.Comments {
		row := s.commentRow(v, e, c)
		if c.Kind == gpsi.DissentOf {
			view.Dissents = append(view.Dissents, row)
		} else {
			view.Corrections = append(view.Corrections, row)
		}
	}
	if e.Release != nil {
		r := s.releaseLine(v, *e.Release)
		view.Release = &r
	}
	return view
}

func (s *site) commentRow(v *visit, e *gpsi.View, c gpsi.Comment) CommentRow {
	class := map[string]string{gpsi.Open: "amber", gpsi.Accepted: "green", gpsi.Declined: "red"}[c.State]
	row := CommentRow{ID: string(c.ID), Party: s.codes(v, []landbridge.PartyID{c.Party}), Unit: c.Unit, Column: c.Column, Was: c.Was, Wanted: c.Wanted,
		Source: c.Source, Text: c.Text, Language: c.Language, State: Pill{class, v.t.T("gpsi.comment." + c.State)}, Answer: c.Answer, At: v.t.When(c.At, s.Clock()),
		Waits: e.Own && c.State == gpsi.Open && c.Kind == gpsi.Correction && s.may(v, access.PrepareIndex)}
	if c.Year != 0 {
		row.Year = strconv.Itoa(c.Year)
	}
	return row
}

// choices fills in what a correction can be about.
func (view *EditionView) choices(o *gpsi.Opened) {
	for _, c := range o.Result.Columns {
		if c.Indicator {
			view.Indicators = append(view.Indicators, Choice{Value: c.Code, Name: nameOr(c.Name, c.Code)})
		}
	}
	seen := map[string]bool{}
	for _, r := range o.Result.Rows {
		view.Year = view.Year || r.Year != 0
		if !seen[r.Code] {
			seen[r.Code] = true
			view.Units = append(view.Units, Choice{Value: r.Code, Name: nameOr(r.Name, r.Code)})
		}
	}
	slices.SortStableFunc(view.Units, func(a, b Choice) int { return strings.Compare(a.Name, b.Name) })
}

func nameOr(name, code string) string {
	if name == "" {
		return code
	}
	return name
}

// budget fills in the question for budgets, and who gave what.
func (view *EditionView) budget(v *visit, e *gpsi.View, o *gpsi.Opened) {
	b := e.Budget
	if b == nil {
		return
	}
	card := &BudgetCard{Decision: b.Decision, Until: v.t.DateTime(b.Until), Named: b.Named, Open: b.State == gpsi.Open}
	names := map[string]string{}
	if o != nil {
		for _, c := range o.Result.Columns {
			names[c.Code] = nameOr(c.Name, c.Code)
		}
	}
	var mine map[string]float64
	if len(e.Given) == 1 && !e.Own {
		mine = e.Given[0].Points
	}
	var order []string
	for _, code := range sortedGroups(b.Groups) {
		g := BudgetGroup{Name: nameOr(names[code], code)}
		for _, part := range b.Groups[code] {
			p := BudgetPart{Code: part, Name: nameOr(names[part], part)}
			if x, ok := mine[part]; ok {
				p.Points = points(x)
			} else {
				p.Points = points(math.Round(1000*gpsi.BudgetTotal/float64(len(b.Groups[code]))) / 1000)
			}
			g.Parts = append(g.Parts, p)
			order = append(order, part)
			card.Names = append(card.Names, p.Name)
		}
		card.Groups = append(card.Groups, g)
	}
	for _, p := range e.Given {
		row := BudgetRow{Party: string(p.Party), At: v.t.Date(p.At)}
		for _, part := range order {
			row.Points = append(row.Points, points(p.Points[part]))
		}
		card.Given = append(card.Given, row)
	}
	view.Budget = card
}

func sortedGroups(m map[string][]string) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func points(x float64) string { return strconv.FormatFloat(x, 'g', 8, 64) }

// changeEdition does what a button of the edition's page says.
func (s *site) changeEdition(v *visit) error {
	id, err := editionID(v)
	if err != nil {
		return err
	}
	do := map[string]func(*visit, landbridge.ID) error{
		"show": s.showEdition, "budget": s.askBudget, "close-budget": s.closeBudget, "method": s.useMethod, "drop": s.dropEdition, "release": s.release,
		"correct": s.correct, "dissent": s.dissent, "give": s.giveBudget, "settle": s.settle,
	}[v.FormValue("do")]
	if do == nil {
		return fail.New(fail.Invalid, "the form asks for nothing this page can do; load it again")
	}
	if err := do(v, id); err != nil {
		return err
	}
	return v.to("/indices/editions/"+string(id), "saved")
}

func (s *site) showEdition(v *visit, id landbridge.ID) error {
	until, err := day(v.FormValue("until"))
	if err != nil {
		return err
	}
	_, err = s.Index.Show(v.Context(), v.me(), id, gpsi.Showing{Until: until, Note: v.FormValue("note")})
	return err
}

func (s *site) askBudget(v *visit, id landbridge.ID) error {
	until, err := day(v.FormValue("until"))
	if err != nil {
		return err
	}
	return s.Index.AskBudget(v.Context(), v.me(), id, gpsi.NewBudget{Named: v.FormValue("named") == "yes", Decision: v.FormValue("decision"), Until: until})
}

func (s *site) closeBudget(v *visit, id landbridge.ID) error {
	return s.Index.CloseBudget(v.Context(), v.me(), id)
}

func (s *site) useMethod(v *visit, id landbridge.ID) error {
	return s.Index.UseMethod(v.Context(), v.me(), id)
}

func (s *site) dropEdition(v *visit, id landbridge.ID) error {
	return s.Index.Drop(v.Context(), v.me(), id)
}

func (s *site) release(v *visit, id landbridge.ID) error {
	_, err := s.Index.Release(v.Context(), v.me(), id, v.FormValue("note"))
	return err
}

func newComment(v *visit) (n gpsi.NewComment, err error) {
	n = gpsi.NewComment{Unit: v.FormValue("unit"), Column: v.FormValue("column"), Wanted: v.FormValue("wanted"), Source: v.FormValue("source"),
		Text: v.FormValue("text"), Language: v.t.Code}
	if y := strings.TrimSpace(v.FormValue("year")); y != "" {
		if n.Year, err = strconv.Atoi(y); err != nil {
			return n, fail.New(fail.Invalid, "a year has four digits")
		}
	}
	return n, nil
}

func (s *site) correct(v *visit, id landbridge.ID) error {
	n, err := newComment(v)
	if err == nil {
		_, err = s.Index.Correct(v.Context(), v.me(), id, n)
	}
	return err
}

func (s *site) dissent(v *visit, id landbridge.ID) error {
	n, err := newComment(v)
	if err == nil {
		_, err = s.Index.Dissent(v.Context(), v.me(), id, n)
	}
	return err
}

func (s *site) giveBudget(v *visit, id landbridge.ID) error {
	given := map[string]float64{}
	for name := range v.PostForm {
		code, ok := strings.CutPrefix(name, "points.")
		if !ok {
			continue
		}
		x, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(v.FormValue(name)), ",", "."), 64)
		if err != nil {
			return fail.New(fail.Invalid, "points are numbers, such as 25 or 12.5")
		}
		given[code] = x
	}
	return s.Index.GiveBudget(v.Context(), v.me(), id, given)
}

func (s *site) settle(v *visit, _ landbridge.ID) error {
	id, err := landbridge.ParseID(v.FormValue("comment"))
	if err != nil {
		return fail.New(fail.Invalid, "the form names no correction; load the page again")
	}
	return s.Index.Settle(v.Context(), v.me(), id, gpsi.Answer{Accept: v.FormValue("answer") == "accept", Text: v.FormValue("text")})
}

// readAll reads a part of a form, up to a bound.
func readAll(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "the form broke off on its way; send it again")
	}
	if int64(len(data)) > most {
		return nil, fail.New(fail.TooLarge, "the file has more than %d MiB", most>>20)
	}
	return data, nil
}
