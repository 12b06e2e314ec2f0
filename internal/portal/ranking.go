package portal

import (
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/face"
	"landbridge.example/internal/portal/chart"
)

// A RankingView is page/ranking.
type RankingView struct {
	Frame
	Action   string
	By       []face.Choice
	In       []GroupChoices
	Years    []face.Choice
	Query    string
	Filtered bool
	Clear    string // address without the filter

	Chart    bool // the figure instead of the table
	ToChart  string
	ToTable  string
	Figure   template.HTML
	SVG      string
	Heads    []Head
	Bands    []BandRows
	Spans    bool // rows have intervals
	Shown    int
	Total    int
	CSV      string
	JSON     string
	Column   string // name of the column that is ranked
	Width    string // mean width of the intervals, in places
	Runs     string
	HasBands bool
}

// GroupChoices are the values of one grouping in the filter.
type GroupChoices struct {
	Name   string
	Values []face.Choice
}

// A Head is the head of a column that the table can be sorted by.
type Head struct {
	Name, Href, Sorted string
	Number, Wide       bool
}

// BandRows are the rows of one band under its sentence.
type BandRows struct {
	Title string
	Step  template.HTML
	Rows  []RankRow
}

// A RankRow is one unit in the ranking.
type RankRow struct {
	Rank, Span, Name, Href, Score string
	Mark                          template.HTML
	Data                          Pill
}

// A shown is what a reader asked of the ranking: which column, whom, and in
// which order.
type shown struct {
	column int
	in     *grouping
	value  string
	query  string
	sort   string
	down   bool
	rows   []int
}

// sorts are the orders of the ranking.
func sorts() []string { return []string{"rank", "name", "span", "data"} }

func (s *site) asked(v *visit, o *opened) *shown {
	q := v.URL.Query()
	a := &shown{sort: "rank", down: q.Get("down") == "yes", query: strings.TrimSpace(q.Get("q"))}
	if len(a.query) > MaxQuery {
		a.query = strings.ToValidUTF8(a.query[:MaxQuery], "")
	}
	if k := o.Result.Column(q.Get("by")); k > 0 && o.Result.Score[k] != nil {
		a.column = k
	}
	if key, value, ok := strings.Cut(q.Get("in"), ":"); ok {
		if g := o.grouping(key); g != nil && slices.Contains(g.Values, value) {
			a.in, a.value = g, value
		}
	}
	if w := q.Get("sort"); slices.Contains(sorts(), w) {
		a.sort = w
	}
	words := strings.ToLower(a.query)
	for _, i := range o.rows {
		x := o.Result.Rows[i]
		if a.in != nil && a.in.Of[x.Code] != a.value {
			continue
		}
		names := strings.ToLower(x.Code + " " + x.Name + " " + o.name(i))
		if words == "" || strings.Contains(names, words) {
			a.rows = append(a.rows, i)
		}
	}
	a.order(o)
	return a
}

func (a *shown) order(o *opened) {
	width := func(i int) float64 {
		iv, ok := o.interval(i)
		if !ok || !has(iv.High) {
			return math.Inf(1)
		}
		return iv.High - iv.Low
	}
	slices.SortStableFunc(a.rows, func(x, y int) int {
		c := 0
		switch a.sort {
		case "name":
			c = strings.Compare(o.name(x), o.name(y))
		case "span":
			c = compare(width(x), width(y))
		case "data":
			c = compare(o.Result.Rows[y].Available, o.Result.Rows[x].Available)
		}
		if c == 0 {
			c = o.byRank(a.column, x, y)
		}
		if a.down {
			return -c
		}
		return c
	})
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// banded reports whether rows stand in the order in which bands make sense.
func (a *shown) banded(o *opened) bool {
	return a.column == 0 && o.bands > 0 && a.sort == "rank" && !a.down
}

func (s *site) ranking(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	a := s.asked(v, o)
	q := v.URL.Query()
	view := RankingView{
		Frame: s.page(v, o, "", v.t.T("public.page.ranking")), Action: o.path(), Query: a.query, Shown: len(a.rows), Total: len(o.rows),
		Filtered: a.query != "" || a.in != nil, Clear: withQuery(o.path(), q, "q", "", "in", ""),
		Chart: q.Get("view") == "chart" && o.bands > 0 && a.column == 0, ToChart: withQuery(o.path(), q, "view", "chart"),
		ToTable: withQuery(o.path(), q, "view", ""),
		CSV:     withQuery(o.path()+"/ranking.csv", q), JSON: withQuery(o.path()+"/ranking.json", q), SVG: withQuery(o.path()+"/ranking.svg", q),
		Column: o.title(a.column), HasBands: o.bands > 0 && a.column == 0, Spans: a.column == 0 && o.bands > 0,
	}
	view.By, view.In, view.Years = s.columnChoices(o, a.column), s.groupChoices(o, a), o.yearChoices()
	if view.HasBands {
		view.Width, view.Runs = v.t.Decimal(o.meanWidth(), 1), v.t.Number(int64(o.Replications))
	}
	if view.Chart {
		view.Figure = o.intervalFigure(a)
		return s.show(v, "ranking", view)
	}
	view.heads(o, a, v)
	view.Bands = o.bandRows(a)
	return s.show(v, "ranking", view)
}

func (o *opened) meanWidth() float64 {
	sum, n := 0.0, 0
	for _, i := range o.rows {
		if iv, ok := o.interval(i); ok && has(iv.High) {
			sum += iv.High - iv.Low
			n++
		}
	}
	return sum / float64(max(1, n))
}

func (s *site) columnChoices(o *opened, chosen int) (out []face.Choice) {
	for k, c := range o.Result.Columns {
		if o.Result.Score[k] != nil {
			name := strings.Repeat("\u2003", o.depth(k)) + columnName(c)
			out = append(out, face.Choice{Value: c.Code, Name: name, Chosen: k == chosen})
		}
	}
	return out
}

// depth is how far below the index a column stands.
func (o *opened) depth(k int) (n int) {
	for k > 0 && n < 10 {
		if k = o.Result.Column(o.Result.Columns[k].Parent); k < 0 {
			return n
		}
		n++
	}
	return n
}

func (s *site) groupChoices(o *opened, a *shown) (out []GroupChoices) {
	for i := range o.groups {
		g := &o.groups[i]
		c := GroupChoices{Name: g.Name}
		for _, value := range g.Values {
			c.Values = append(c.Values, face.Choice{Value: g.Key + ":" + value, Name: human(value), Chosen: a.in == g && a.value == value})
		}
		out = append(out, c)
	}
	return out
}

func (o *opened) yearChoices() (out []face.Choice) {
	if len(o.years) < 2 {
		return nil
	}
	for _, y := range slices.Backward(o.years) {
		out = append(out, face.Choice{Value: strconv.Itoa(y), Name: strconv.Itoa(y), Chosen: y == o.year})
	}
	return out
}

func (view *RankingView) heads(o *opened, a *shown, v *visit) {
	for _, h := range []struct {
		sort   string
		key    string
		number bool
		hide   bool
	}{
		{"rank", "public.rank", true, false}, {"span", "public.span", true, !view.Spans}, {"name", "public.unit", false, false},
		{"", "public.score", true, false}, {"data", "public.quality", false, false},
	} {
		if h.hide {
			continue
		}
		head := Head{Name: v.t.T(h.key), Number: h.number, Wide: h.sort == "span"}
		if h.sort != "" {
			down := ""
			if a.sort == h.sort {
				head.Sorted = "ascending"
				if down = "yes"; a.down {
					head.Sorted, down = "descending", ""
				}
			}
			head.Href = withQuery(o.path(), v.URL.Query(), "sort", h.sort, "down", down)
		}
		view.Heads = append(view.Heads, head)
	}
}

func (o *opened) bandRows(a *shown) (out []BandRows) {
	last := -1
	for _, i := range a.rows {
		number := 0
		if a.banded(o) {
			iv, _ := o.interval(i)
			number = iv.Band
		}
		if number != last {
			b := BandRows{}
			if number > 0 {
				b.Title, b.Step = o.t.T("public.band.title", strconv.Itoa(number)), chart.Shade(step(number, o.bands))
			}
			out, last = append(out, b), number
		}
		row := RankRow{Rank: o.place(o.rank(a.column, i)), Name: o.name(i), Href: o.unitLink(o.Result.Rows[i].Code),
			Score: o.score(a.column, i), Data: o.reliability(i)}
		if a.column == 0 && o.bands > 0 {
			iv, _ := o.interval(i)
			row.Span, row.Mark = o.span(iv), o.intervalMark(i)
		} else {
			row.Mark = fromZero(o.scale(a.column)).Bar(o.value(a.column, i), math.NaN())
		}
		out[len(out)-1].Rows = append(out[len(out)-1].Rows, row)
	}
	return out
}

// intervalFigure draws the rows that are shown, in the order of their ranks.
func (o *opened) intervalFigure(a *shown) template.HTML {
	f := chart.Intervals{Figure: chart.Figure{ID: "intervals", RTL: o.t.RTL, Title: o.t.T("public.intervals.title", o.Title),
		Desc: o.t.T("public.intervals.desc", len(a.rows))}, Axis: o.t.T("public.rank"), Word: o.t.T("public.band")}
	for _, i := range o.order(a.rows, 0) {
		iv, ok := o.interval(i)
		if !ok {
			continue
		}
		f.Rows = append(f.Rows, chart.Ranked{Name: o.name(i), Href: o.unitLink(iv.Code), Low: iv.Low, High: iv.High, At: iv.Nominal, Band: iv.Band})
	}
	return f.SVG()
}
