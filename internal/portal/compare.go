package portal

import (
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/index/stat"
	"landbridge.example/internal/face"
	"landbridge.example/internal/portal/chart"
)

// A CompareView is page/compare.
type CompareView struct {
	Frame
	Action string
	Fields []Field
	Names  []string // of all units, to choose from
	Years  []face.Choice
	Units  []Compared
	Rows   []CompareRow
	Note   string // a name that was not found
	CSV    string
}

// A Field is one box for a unit.
type Field struct{ ID, Value string }

// A Compared is one of the units side by side.
type Compared struct {
	Name, Href, Rank, Span string
	Key                    template.HTML
	Data                   Pill
}

// A CompareRow is one column with the values of all units.
type CompareRow struct {
	Name   string
	Level  int // how far below the index
	Mark   template.HTML
	Values []CompareValue
}

// A CompareValue is the score of one unit; Filled if it came without a value.
type CompareValue struct {
	Text   string
	Filled bool
}

// find returns the row of a unit by its code or by its name in any language.
func (o *opened) find(s *site, text string) (int, bool) {
	text = strings.TrimSpace(text)
	if i, ok := o.at[strings.ToUpper(text)]; ok {
		return i, true
	}
	for _, i := range o.rows {
		x := o.Result.Rows[i]
		if strings.EqualFold(x.Code, text) || strings.EqualFold(x.Name, text) || strings.EqualFold(o.name(i), text) {
			return i, true
		}
	}
	if c, _, ok := s.places.Find(text); ok {
		i, ok := o.at[c.Code]
		return i, ok
	}
	return 0, false
}

// chosen reads the units of the address, at most [MaxCompared].
func (s *site) chosen(v *visit, o *opened) (rows []int, unknown string) {
	for _, text := range v.URL.Query()["unit"] {
		if strings.TrimSpace(text) == "" {
			continue
		}
		i, ok := o.find(s, text)
		if !ok {
			unknown = text
			continue
		}
		if len(rows) < MaxCompared && !slices.Contains(rows, i) {
			rows = append(rows, i)
		}
	}
	return rows, unknown
}

func (o *opened) fields(rows []int) (fields []Field, names []string) {
	for n := range MaxCompared {
		f := Field{ID: "unit-" + strconv.Itoa(n)}
		if n < len(rows) {
			f.Value = o.name(rows[n])
		}
		fields = append(fields, f)
	}
	for _, i := range o.rows {
		names = append(names, o.name(i))
	}
	slices.Sort(names)
	return fields, slices.Compact(names)
}

// compared lists the units to compare. Where none is chosen there is something
// to look at all the same: the ends and the middle.
func (s *site) compared(v *visit, o *opened) []int {
	rows, _ := s.chosen(v, o)
	if len(rows) > 0 {
		return rows
	}
	order := slices.DeleteFunc(o.order(o.rows, 0), func(i int) bool { return !has(o.rank(0, i)) })
	if n := len(order); n > 2 {
		return []int{order[0], order[n/2], order[n-1]}
	}
	return order
}

func (s *site) compare(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	_, unknown := s.chosen(v, o)
	rows := s.compared(v, o)
	view := CompareView{Frame: s.page(v, o, "compare", v.t.T("public.page.compare")), Action: o.path() + "/compare", Years: o.yearChoices(),
		CSV: withQuery(o.path()+"/compare.csv", v.URL.Query())}
	view.Fields, view.Names = o.fields(rows)
	if unknown != "" {
		view.Note = v.t.T("public.compare.unknown", unknown)
	}
	for n, i := range rows {
		c := Compared{Name: o.name(i), Href: o.unitLink(o.Result.Rows[i].Code), Rank: o.place(o.rank(0, i)), Key: chart.Key(n + 1), Data: o.reliability(i)}
		if iv, ok := o.interval(i); ok {
			c.Span = o.span(iv)
		}
		view.Units = append(view.Units, c)
	}
	for k := range o.Result.Columns {
		if o.Result.Score[k] != nil && (k == 0 || o.Result.Columns[k].Effective != 0) {
			view.Rows = append(view.Rows, o.compareRow(k, rows))
		}
	}
	view.Rows = o.nested(view.Rows)
	return s.show(v, "compare", view)
}

func (o *opened) compareRow(k int, rows []int) CompareRow {
	r := CompareRow{Name: o.title(k), Level: o.depth(k)}
	s := o.scale(k)
	var values []float64
	for _, i := range rows {
		values = append(values, o.value(k, i))
		r.Values = append(r.Values, CompareValue{o.score(k, i), o.filled(k, i)})
	}
	var all []float64
	for _, i := range o.rows {
		if v := o.value(k, i); has(v) {
			all = append(all, v)
		}
	}
	low, high := math.NaN(), math.NaN()
	if len(all) > 0 {
		low, high = stat.Quantile(all, 0.25), stat.Quantile(all, 0.75)
	}
	r.Mark = s.Dots(values, low, high)
	return r
}

// nested brings rows into the order of the tree: each part followed by what it
// is made of.
func (o *opened) nested(rows []CompareRow) (out []CompareRow) {
	at := map[int]CompareRow{}
	n := 0
	for k := range o.Result.Columns {
		if o.Result.Score[k] != nil && (k == 0 || o.Result.Columns[k].Effective != 0) {
			at[k] = rows[n]
			n++
		}
	}
	var walk func(k int)
	walk = func(k int) {
		if r, ok := at[k]; ok {
			out = append(out, r)
		}
		for _, c := range o.parts(o.Result.Columns[k].Code) {
			walk(c)
		}
	}
	walk(0)
	return out
}
