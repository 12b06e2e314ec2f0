package portal

import (
	"html/template"
	"math"
	"strconv"

	"landbridge.example/index/stat"
	"landbridge.example/internal/face"
	"landbridge.example/internal/portal/chart"
)

// A TimeView is page/time: scores or ranks over the years.
type TimeView struct {
	Frame
	Action string
	Fields []Field
	Names  []string
	By     []face.Choice
	What   []face.Choice // score or rank
	Figure template.HTML
	Heads  []Compared
	Rows   []TimeRow
	Note   string
	CSV    string
}

// A TimeRow is one year in the table behind the figure.
type TimeRow struct {
	Year   string
	Values []string
}

// line collects a unit's values over the years.
func (o *opened) line(code string, k int, ranks bool) (out []chart.Point) {
	at := map[int]int{}
	for i, x := range o.Result.Rows {
		if x.Code == code {
			at[x.Year] = i
		}
	}
	for _, y := range o.years {
		p := chart.Point{X: float64(y), Y: math.NaN()}
		if i, ok := at[y]; ok {
			if p.Y = o.value(k, i); ranks {
				p.Y = o.rank(k, i)
			}
		}
		out = append(out, p)
	}
	return out
}

// followed lists the units and the column of the figure over the years: the
// three that lead, unless others are chosen.
func (s *site) followed(v *visit, o *opened) (rows []int, column int) {
	if rows, _ = s.chosen(v, o); len(rows) == 0 {
		rows = o.order(o.rows, 0)
		rows = rows[:min(3, len(rows))]
	}
	column = max(0, o.Result.Column(v.URL.Query().Get("by")))
	if o.Result.Score[column] == nil {
		column = 0
	}
	return rows, column
}

func (s *site) overTime(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	_, unknown := s.chosen(v, o)
	rows, k := s.followed(v, o)
	ranks := v.URL.Query().Get("what") == "rank"
	view := TimeView{Frame: s.page(v, o, "time", v.t.T("public.page.time")), Action: o.path() + "/time", By: s.columnChoices(o, k),
		CSV: withQuery(o.path()+"/time.csv", v.URL.Query())}
	view.Fields, view.Names = o.fields(rows)
	view.What = []face.Choice{{Value: "score", Name: v.t.T("public.score"), Chosen: !ranks}, {Value: "rank", Name: v.t.T("public.rank"), Chosen: ranks}}
	if unknown != "" {
		view.Note = v.t.T("public.compare.unknown", unknown)
	}
	f := chart.Lines{Figure: chart.Figure{ID: "time", Title: v.t.T("public.time.figure", o.title(k)), Desc: v.t.T("public.time.desc")},
		YAxis: v.t.T("public.score"), Upwards: ranks}
	if ranks {
		f.YAxis = v.t.T("public.rank")
	}
	for n, i := range rows {
		f.Lines = append(f.Lines, chart.Line{Name: o.name(i), Points: o.line(o.Result.Rows[i].Code, k, ranks)})
		view.Heads = append(view.Heads, Compared{Name: o.name(i), Href: o.unitLink(o.Result.Rows[i].Code), Key: chart.Key(n + 1)})
	}
	view.Figure, view.Rows = f.SVG(), o.timeTable(f.Lines, ranks, k)
	return s.show(v, "time", view)
}

func (o *opened) timeTable(lines []chart.Line, ranks bool, k int) (out []TimeRow) {
	d := digits(o.scale(k))
	for n, y := range o.years {
		r := TimeRow{Year: strconv.Itoa(y)}
		for _, l := range lines {
			text := o.t.Decimal(l.Points[n].Y, d)
			if ranks {
				text = o.place(l.Points[n].Y)
			}
			r.Values = append(r.Values, text)
		}
		out = append(out, r)
	}
	return out
}

// unitLine is the index of one unit over the years, for its profile.
func (o *opened) unitLine(code string) (template.HTML, []NameValue) {
	points := o.line(code, 0, false)
	f := chart.Lines{Figure: chart.Figure{ID: "years", Title: o.t.T("public.time.figure", o.title(0)), Desc: o.t.T("public.time.desc")},
		YAxis: o.t.T("public.score"), Lines: []chart.Line{{Name: code, Points: points}}}
	var table []NameValue
	for _, p := range points {
		table = append(table, NameValue{strconv.Itoa(int(p.X)), o.t.Decimal(p.Y, digits(o.scale(0)))})
	}
	return f.SVG(), table
}

// A RelationsView is page/relations: how two columns go together.
type RelationsView struct {
	Frame
	Action   string
	X, Y     []face.Choice
	Years    []face.Choice
	Figure   template.HTML
	Pearson  string
	Spearman string
	Count    int
	Rows     []RelationRow
	XName    string
	YName    string
	Unit     string
	Names    []string
}

// A RelationRow is one unit in the table behind the figure.
type RelationRow struct{ Name, Href, X, Y string }

func (s *site) relations(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	q := v.URL.Query()
	pick := func(key string, other int) int {
		if k := o.Result.Column(q.Get(key)); k >= 0 && o.Result.Score[k] != nil {
			return k
		}
		return other
	}
	top := o.parts(o.Result.Columns[0].Code)
	x, y := 0, 0
	if len(top) > 1 {
		x, y = top[0], top[1]
	}
	x, y = pick("x", x), pick("y", y)
	view := RelationsView{Frame: s.page(v, o, "relations", v.t.T("public.page.relations")), Action: o.path() + "/relations", X: s.columnChoices(o, x),
		Y: s.columnChoices(o, y), Years: o.yearChoices(), XName: o.title(x), YName: o.title(y)}
	_, view.Names = o.fields(nil)
	chosen, _ := s.chosen(v, o)
	f := chart.Scatter{Figure: chart.Figure{ID: "relation", Title: v.t.T("public.relations.figure", view.XName, view.YName), Desc: v.t.T("public.relations.desc")},
		XAxis: view.XName, YAxis: view.YName}
	var xs, ys []float64
	for _, i := range o.order(o.rows, 0) {
		a, b := o.value(x, i), o.value(y, i)
		if !has(a) || !has(b) {
			continue
		}
		xs, ys = append(xs, a), append(ys, b)
		href := o.unitLink(o.Result.Rows[i].Code)
		shown := len(chosen) > 0 && chosen[0] == i
		if shown {
			view.Unit = o.name(i)
		}
		f.Marks = append(f.Marks, chart.Mark{Point: chart.Point{X: a, Y: b}, Name: o.name(i), Href: href, Shown: shown})
		view.Rows = append(view.Rows, RelationRow{o.name(i), href, o.score(x, i), o.score(y, i)})
	}
	view.Count, view.Figure = len(xs), f.SVG()
	view.Pearson, view.Spearman = v.t.Decimal(stat.Correlation(stat.Pearson, xs, ys), 2), v.t.Decimal(stat.Correlation(stat.Spearman, xs, ys), 2)
	return s.show(v, "relations", view)
}
