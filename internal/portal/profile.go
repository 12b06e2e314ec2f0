package portal

import (
	"cmp"
	"html/template"
	"math"
	"net/url"
	"slices"
	"strconv"

	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/portal/chart"
)

// A ProfileView is page/profile: one unit, and how far to trust what is said.
type ProfileView struct {
	Frame
	Name, Code   string
	Score, Rank  string
	Of           int
	Span         string
	SpanMark     template.HTML
	Band         string
	Mates        []Link // of the same band
	Data         Pill
	DataText     string
	Parts        []PartRow
	Peers        string        // who the peers are
	PeerChoices  []face.Choice // by which grouping
	PeerCount    int
	Action       string
	Strong, Weak []Standing
	Cells        []CellGroup
	What         *WhatForm
	Problem      string
	Better       *Link // who stands just above and below
	Worse        *Link
	Compare      string
	JSON         string
	Years        []face.Choice
	Time         template.HTML
	TimeTable    []NameValue
}

// A PartRow is one column of the level under the index.
type PartRow struct {
	Name, Score, Peers, Rank, Effect string
	Mark, EffectMark                 template.HTML
}

// A Standing is an indicator in which a unit stands out against its peers.
type Standing struct {
	Name, Part, Score, Peers, Rank string
	Mark                           template.HTML
}

// A CellGroup is the indicators of one part.
type CellGroup struct {
	Name  string
	Score string
	Cells []Cell
}

// A Cell is one indicator of one unit, with where it comes from.
type Cell struct {
	Name, About, Raw, Unit, Year, Source, Licence, Method, Score, Rank string
	Flags                                                              []Pill
	Mark                                                               template.HTML
}

// standouts is how many strengths, and how many weaknesses, a profile names.
const standouts = 4

func (s *site) profile(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	row, err := o.row(v.PathValue("unit"))
	if err != nil {
		return err
	}
	x, q := o.Result.Rows[row], v.URL.Query()
	view := ProfileView{Frame: s.page(v, o, "country", o.name(row)), Name: o.name(row), Code: x.Code, Score: o.score(0, row), Rank: o.place(o.rank(0, row)),
		Of: o.ranked(0), Data: o.reliability(row), Action: o.path() + "/country/" + url.PathEscape(x.Code),
		Compare: o.link("compare", "unit", x.Code), JSON: o.link("country/" + url.PathEscape(x.Code) + "/explain.json"), Years: o.yearChoices()}
	view.DataText = v.t.T("public.profile.data", v.t.Percent(x.Available, 0), v.t.Percent(x.Imputed, 0))
	view.band(o, row)
	view.Better, view.Worse = o.neighbours(row)
	peers, key := o.peers(row, q.Get("peers"))
	view.Peers, view.PeerCount = o.peerName(x.Code, key), len(peers)
	for i := range o.groups {
		view.PeerChoices = append(view.PeerChoices, face.Choice{Value: o.groups[i].Key, Name: o.groups[i].Name, Chosen: o.groups[i].Key == key})
	}
	if len(view.PeerChoices) > 0 {
		view.PeerChoices = append(view.PeerChoices, face.Choice{Value: "all", Name: v.t.T("public.peers.all"), Chosen: key == ""})
	}
	if err := view.parts(o, row, peers); err != nil {
		return err
	}
	view.Strong, view.Weak = o.standings(row, peers)
	view.Cells = o.cells(row)
	w, err := o.weigh(q)
	if err != nil {
		view.Problem = problem(err)
		if w, err = o.weigh(nil); err != nil {
			return err
		}
	}
	view.What = o.whatForm(w, view.Action, row)
	if len(o.years) > 1 {
		view.Time, view.TimeTable = o.unitLine(x.Code)
	}
	return s.show(v, "profile", view)
}

func (view *ProfileView) band(o *opened, row int) {
	iv, ok := o.interval(row)
	if !ok {
		return
	}
	view.Span, view.SpanMark = o.span(iv), o.intervalMark(row)
	if iv.Band == 0 {
		return
	}
	view.Band = strconv.Itoa(iv.Band)
	for _, i := range o.order(o.rows, 0) {
		if other, ok := o.interval(i); ok && other.Band == iv.Band && i != row {
			view.Mates = append(view.Mates, Link{Href: o.unitLink(other.Code), Name: o.name(i)})
		}
	}
}

// neighbours are the units just above and below in the ranking.
func (o *opened) neighbours(row int) (better, worse *Link) {
	order := o.order(o.rows, 0)
	at := slices.Index(order, row)
	link := func(i int) *Link {
		if i < 0 || i >= len(order) {
			return nil
		}
		return &Link{Href: o.unitLink(o.Result.Rows[order[i]].Code), Name: o.name(order[i])}
	}
	return link(at - 1), link(at + 1)
}

// peers lists the other rows of the unit's group in a grouping: the first one
// unless another is asked for; "all" are all others.
func (o *opened) peers(row int, want string) (rows []int, key string) {
	var g *grouping
	if want != "all" && len(o.groups) > 0 {
		if g = o.grouping(want); g == nil {
			g = &o.groups[0]
		}
	}
	code := o.Result.Rows[row].Code
	if g != nil && g.Of[code] != "" {
		key = g.Key
	}
	for _, i := range o.rows {
		if i != row && (key == "" || g.Of[o.Result.Rows[i].Code] == g.Of[code]) {
			rows = append(rows, i)
		}
	}
	return rows, key
}

func (o *opened) peerName(code, key string) string {
	if g := o.grouping(key); g != nil {
		return g.Name + ": " + human(g.Of[code])
	}
	return o.t.T("public.peers.all")
}

// parts fills the rows of the level under the index, with what each gives to
// the score or costs it.
func (view *ProfileView) parts(o *opened, row int, peers []int) error {
	x := o.Result.Rows[row]
	explained, list := o.Model.Explain(o.Result, x.Code, x.Year)
	if list.Refused() {
		return fail.New(fail.Invalid, "this score cannot be taken apart: %s", list[0].Text)
	}
	effect := map[string]float64{}
	for _, p := range explained.Parts {
		effect[p.Code] = math.NaN()
		if p.Effect != nil {
			effect[p.Code] = *p.Effect
		}
	}
	top := o.parts(o.Result.Columns[0].Code)
	far := 1e-9
	for _, k := range top {
		if e := effect[o.Result.Columns[k].Code]; has(e) {
			far = max(far, math.Abs(e))
		}
	}
	d := digits(o.scale(0))
	for _, k := range top {
		e := effect[o.Result.Columns[k].Code]
		mean := o.mean(k, peers)
		r := PartRow{Name: o.title(k), Score: o.score(k, row), Rank: o.place(o.rank(k, row)), Peers: o.t.Decimal(mean, digits(o.scale(k))),
			Mark: fromZero(o.scale(k)).Bar(o.value(k, row), mean), Effect: signed(o, e, d), EffectMark: chart.Scale{Low: -far, High: far}.Diverge(e)}
		view.Parts = append(view.Parts, r)
	}
	return nil
}

func signed(o *opened, v float64, d int) string {
	switch {
	case !has(v):
		return "–"
	case v < 0:
		return o.ltr("−" + o.t.Decimal(-v, d))
	}
	return o.ltr("+" + o.t.Decimal(v, d))
}

// standings are the indicators in which a unit differs most from the average of
// its peers, as a part of the whole range of the indicator. What was filled in
// is no strength of anyone, so it is left out.
func (o *opened) standings(row int, peers []int) (strong, weak []Standing) {
	type one struct {
		k    int
		mean float64
		far  float64
	}
	var all []one
	for _, k := range o.under(o.Result.Columns[0].Code) {
		v, mean := o.value(k, row), o.mean(k, peers)
		width := o.scale(k).High - o.scale(k).Low
		if has(v) && has(mean) && width > 0 && !o.filled(k, row) {
			all = append(all, one{k, mean, (v - mean) / width})
		}
	}
	slices.SortStableFunc(all, func(a, b one) int { return cmp.Compare(b.far, a.far) })
	far := 0.05 // the least that a whole bar stands for
	for _, x := range all {
		far = max(far, math.Abs(x.far))
	}
	make := func(x one) Standing {
		c := o.Result.Columns[x.k]
		return Standing{Name: columnName(c), Part: o.title(max(0, o.Result.Column(c.Parent))), Score: o.score(x.k, row), Rank: o.place(o.rank(x.k, row)),
			Peers: o.t.T("public.peers.mean", o.t.Decimal(x.mean, digits(o.scale(x.k)))), Mark: chart.Scale{Low: -far, High: far}.Diverge(x.far)}
	}
	for _, x := range all {
		if x.far > 0 && len(strong) < standouts {
			strong = append(strong, make(x))
		}
	}
	for _, x := range slices.Backward(all) {
		if x.far < 0 && len(weak) < standouts {
			weak = append(weak, make(x))
		}
	}
	return strong, weak
}

// cells are all indicators of a unit by part, as they came and as they count.
func (o *opened) cells(row int) (out []CellGroup) {
	for _, part := range o.parts(o.Result.Columns[0].Code) {
		g := CellGroup{Name: o.title(part), Score: o.score(part, row)}
		list := o.under(o.Result.Columns[part].Code)
		if o.Result.Columns[part].Indicator {
			list = []int{part}
		}
		for _, k := range list {
			g.Cells = append(g.Cells, o.cell(k, row))
		}
		out = append(out, g)
	}
	return out
}

func (o *opened) cell(k, row int) Cell {
	c, x := o.Result.Columns[k], o.Result.Rows[row]
	out := Cell{Name: columnName(c), Unit: c.Unit, Source: c.Source, Licence: c.Licence, Score: o.score(k, row), Rank: o.place(o.rank(k, row)),
		Flags: o.flags(k, row), Mark: fromZero(o.scale(k)).Bar(o.value(k, row), math.NaN()), Raw: "–"}
	if o.Result.Raw[k] != nil {
		out.Raw = o.raw(o.Result.Raw[k][row])
	}
	if o.Result.DataYear[k] != nil && o.Result.DataYear[k][row] != 0 {
		out.Year = strconv.Itoa(o.Result.DataYear[k][row])
	}
	for i := range o.Spec.Indicators {
		if o.Spec.Indicators[i].Code == c.Code {
			out.About = o.Spec.Indicators[i].About
		}
	}
	if from, ok := o.Provenance.Of(x.Code, c.Code, x.Year); ok {
		out.Source, out.Licence, out.Method = cmp.Or(from.Source, out.Source), cmp.Or(from.Licence, out.Licence), from.Method
		out.Year = cmp.Or(from.Year, out.Year)
	}
	return out
}

// problem is the sentence of a refusal.
func problem(err error) string { return capital(fail.Safe(err)) }

// only keeps some keys of a query.
func only(q url.Values, keys ...string) url.Values {
	out := url.Values{}
	for _, k := range keys {
		if q.Get(k) != "" {
			out.Set(k, q.Get(k))
		}
	}
	return out
}
