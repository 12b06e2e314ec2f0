package portal

import (
	"html/template"

	"landbridge.example/internal/face"
	"landbridge.example/internal/portal/chart"
)

// A WhatIfView is page/whatif.
type WhatIfView struct {
	Frame
	Form    *WhatForm
	Groups  []face.Choice // whose parts can be weighed
	Problem string
	Changed bool
	Shift   string
	Movers  []Mover
	All     []Mover
	Figure  template.HTML
	Reset   string
	CSV     string
}

// A Mover is a unit and where other weights put it.
type Mover struct {
	Name, Href, Was, Now, Move string
	Mark                       template.HTML
}

// mostMovers is how many units stand in the list of those that move most.
const mostMovers = 20

func (s *site) whatIf(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	q := v.URL.Query()
	view := WhatIfView{Frame: s.page(v, o, "what-if", v.t.T("public.page.whatif")), Reset: o.link("what-if", "of", q.Get("of")),
		CSV: withQuery(o.path()+"/what-if.csv", q)}
	w, err := o.weigh(q)
	if err != nil {
		view.Problem = problem(err)
		if w, err = o.weigh(only(q, "of")); err != nil {
			return err
		}
	}
	view.Form, view.Changed, view.Shift = o.whatForm(w, o.path()+"/what-if", -1), w.changed, v.t.Decimal(o.shift(w), 1)
	for k, c := range o.Result.Columns {
		if !c.Indicator && len(o.parts(c.Code)) > 1 {
			view.Groups = append(view.Groups, face.Choice{Value: c.Code, Name: o.title(k), Chosen: c.Code == w.group})
		}
	}
	if !w.changed {
		return s.show(v, "whatif", view)
	}
	moved := o.moved(w)
	far := 1.0
	for _, i := range moved[:min(1, len(moved))] {
		far = max(far, o.rank(0, i)-w.rank[i], w.rank[i]-o.rank(0, i))
	}
	for _, i := range moved[:min(mostMovers, len(moved))] {
		view.Movers = append(view.Movers, o.mover(w, i, far))
	}
	for _, i := range o.order(o.rows, 0) {
		view.All = append(view.All, o.mover(w, i, 0))
	}
	view.Figure = o.whatFigure(w, moved)
	return s.show(v, "whatif", view)
}

func (o *opened) mover(w *weighing, i int, far float64) Mover {
	m := Mover{Name: o.name(i), Href: o.unitLink(o.Result.Rows[i].Code), Was: o.place(o.rank(0, i)), Now: o.place(w.rank[i])}
	up := o.rank(0, i) - w.rank[i]
	switch {
	case !has(up):
		m.Move = "–"
	case up > 0:
		m.Move = o.ltr("+" + o.place(up))
	case up < 0:
		m.Move = o.ltr("−" + o.place(-up))
	default:
		m.Move = "0"
	}
	if far > 0 {
		m.Mark = chart.Scale{Low: -far, High: far}.Diverge(up)
	}
	return m
}

// shownMovers is how many of those that move most the figure names.
const shownMovers = 6

func (o *opened) whatFigure(w *weighing, moved []int) template.HTML {
	f := chart.Scatter{Figure: chart.Figure{ID: "moves", Title: o.t.T("public.whatif.figure"), Desc: o.t.T("public.whatif.figure.desc")},
		XAxis: o.t.T("public.whatif.was"), YAxis: o.t.T("public.whatif.now"), Diagonal: true, Inverted: true}
	for n, i := range moved {
		f.Marks = append(f.Marks, chart.Mark{Point: chart.Point{X: o.rank(0, i), Y: w.rank[i]}, Name: o.name(i),
			Href: o.unitLink(o.Result.Rows[i].Code), Shown: n < shownMovers && o.rank(0, i) != w.rank[i]})
	}
	return f.SVG()
}

// whatIfJSON answers the script: what these weights say of one unit.
func (s *site) whatIfJSON(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	row, err := o.row(v.URL.Query().Get("unit"))
	if err != nil {
		return err
	}
	w, err := o.weigh(v.URL.Query())
	if err != nil {
		return err
	}
	return v.answer(o.whatAnswer(w, row))
}
