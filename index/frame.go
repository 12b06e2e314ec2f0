package index

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"landbridge.example/index/formula"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/table"
)

// Limits of the table an index is made of.
const (
	MaxUnits = 10_000
	MaxYears = 500
	MaxRows  = 200_000
)

// Files gives the bytes of a data file under the name the specification uses.
type Files func(name string) ([]byte, error)

// A Unit is what is scored: most often a country.
type Unit struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// A frame is the data as they came: rows are units, or units and years, in the
// order of year and code, so that the order of lines in a file changes nothing.
type frame struct {
	units []Unit
	years []int // of each row; 0 without time
	unit  []int // of each row
	col   map[string]*rawColumn
	at    map[rowKey]int
}

type rowKey struct {
	unit string
	year int
}

// A rawColumn is one column as it came.
type rawColumn struct {
	source int
	num    []float64
	text   []string
	year   []int // the year each value speaks of, where the source has one
}

// A use says how a column is needed.
type use int

const (
	useNumber use = 1 << iota // must be numbers
	useText                   // must be texts
	useEither                 // numbers if all its cells are, else texts
)

// A reading collects raw values before the rows are known.
type reading struct {
	spec  *spec.Spec
	need  map[string]use
	list  *problem.List
	names map[string]string
	cells map[string]*loose
	keys  []map[rowKey]bool // of each source, the rows it speaks of
	timed []bool            // of each source, whether it has years
}

// loose holds one column's values by unit and year.
type loose struct {
	source int
	num    map[rowKey]float64
	text   map[rowKey]string
	year   map[rowKey]int
}

// readFrame reads every source and joins them.
func readFrame(s *spec.Spec, need map[string]use, files Files, list *problem.List) *frame {
	r := &reading{spec: s, need: need, list: list, names: map[string]string{}, cells: map[string]*loose{}}
	for i := range s.Sources {
		r.source(i, files)
	}
	if !list.Refused() { // a file that was not read would be blamed twice
		r.unknown()
	}
	if list.Refused() {
		return nil
	}
	return r.join()
}

func (r *reading) refuse(s *spec.Source, rule, column, unit string, line int, format string, args ...any) {
	r.list.Add(problem.Problem{Rule: rule, File: s.File, Line: line, Column: column, Unit: unit, Text: fmt.Sprintf(format, args...)})
}

// unknown refuses the columns that no source has.
func (r *reading) unknown() {
	var have []string
	for name := range r.cells {
		have = append(have, name)
	}
	slices.Sort(have)
	var missing []string
	for name := range r.need {
		if r.cells[name] == nil {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	for _, name := range missing {
		r.list.Add(problem.Problem{Rule: "unknown-column", File: r.spec.File, Column: name,
			Text: "no data file has this column" + problem.Nearest(name, have)})
	}
}

// source reads one data file.
func (r *reading) source(i int, files Files) {
	s := &r.spec.Sources[i]
	r.keys = append(r.keys, map[rowKey]bool{})
	r.timed = append(r.timed, (s.Year != "" || s.Shape == "years") && s.Take == "")
	data, err := files(s.File)
	if err != nil {
		r.list.Add(problem.Problem{Rule: "no-file", File: r.spec.File, Line: s.Line, Text: fmt.Sprintf("the data file %s cannot be read: %v", s.File, err)})
		return
	}
	t, problems := table.ParseAfter(s.File, data, s.Skip)
	*r.list = append(*r.list, problems...)
	if t == nil {
		return
	}
	sh := &sheet{r: r, s: s, n: i, t: t, num: table.Numbers{Missing: s.Missing, Decimal: s.Decimal, Thousands: s.Thousands}}
	sh.read()
}

// join makes the frame: rows from the sources that list units, every column
// spread over the rows, and rows filtered as units: says.
func (r *reading) join() *frame {
	f := &frame{col: map[string]*rawColumn{}, at: map[rowKey]int{}}
	r.knowUnits()
	keys := r.rows()
	if r.list.Refused() {
		return nil
	}
	if len(keys) == 0 {
		r.list.Add(problem.Problem{Rule: "no-units", File: r.spec.File, Text: "no unit is left; look at units: and at the columns of the unit codes"})
		return nil
	}
	if len(keys) > MaxRows {
		r.list.Add(problem.Problem{Rule: "too-large", File: r.spec.File, Text: fmt.Sprintf("there are more than %d rows of units and years", MaxRows)})
		return nil
	}
	unitAt := map[string]int{}
	for _, k := range keys {
		if _, ok := unitAt[k.unit]; !ok {
			unitAt[k.unit] = 0
			f.units = append(f.units, Unit{k.unit, r.names[k.unit]})
		}
	}
	slices.SortFunc(f.units, func(a, b Unit) int { return cmp.Compare(a.Code, b.Code) })
	for i, u := range f.units {
		unitAt[u.Code] = i
	}
	for i, k := range keys {
		f.years, f.unit = append(f.years, k.year), append(f.unit, unitAt[k.unit])
		f.at[k] = i
	}
	for name, l := range r.cells {
		f.col[name] = l.spread(keys)
	}
	return f
}

// knowUnits refuses units that the specification names and no file has.
func (r *reading) knowUnits() {
	have := map[string]bool{}
	var codes []string
	for _, keys := range r.keys {
		for k := range keys {
			if !have[k.unit] {
				codes = append(codes, k.unit)
			}
			have[k.unit] = true
		}
	}
	slices.Sort(codes)
	check := func(unit, where string, line int) {
		if !have[unit] {
			r.list.Add(problem.Problem{Rule: "unknown-unit", File: r.spec.File, Line: line, Unit: unit,
				Text: "units: " + where + ": no file has this unit" + problem.Nearest(unit, codes)})
		}
	}
	for _, u := range r.spec.Units.Only {
		check(u, "only", 0)
	}
	for _, e := range r.spec.Units.Exclude {
		check(e.Unit, "exclude", e.Line)
	}
}

// rows lists the rows, by year and unit.
func (r *reading) rows() []rowKey {
	listing := r.listing()
	units, years, all := map[string]bool{}, map[int]bool{}, map[rowKey]bool{}
	timed := false
	for i, keys := range r.keys {
		for k := range keys {
			if r.timed[i] {
				years[k.year] = true
			}
			if !listing[i] {
				continue
			}
			units[k.unit] = true
			if r.timed[i] {
				all[k] = true
				timed = true
			}
		}
	}
	switch {
	case timed:
	case len(years) > 0: // units come without years, values with them
		for u := range units {
			for y := range years {
				all[rowKey{u, y}] = true
			}
		}
	default:
		for u := range units {
			all[rowKey{u, 0}] = true
		}
	}
	var out []rowKey
	for k := range all {
		if r.keep(k) {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b rowKey) int { return cmp.Or(cmp.Compare(a.year, b.year), cmp.Compare(a.unit, b.unit)) })
	return out
}

// listing says which sources name the units: those that say so, else those
// that hold an indicator.
func (r *reading) listing() []bool {
	out, any := make([]bool, len(r.keys)), false
	for i, s := range r.spec.Sources {
		out[i] = s.List
		any = any || s.List
	}
	if any {
		return out
	}
	for name, l := range r.cells {
		if r.need[name]&(useNumber|useEither) != 0 {
			out[l.source] = out[l.source] || r.measured(name)
		}
	}
	return out
}

// measured reports whether an indicator is read from the column.
func (r *reading) measured(name string) bool {
	return slices.ContainsFunc(r.spec.Indicators, func(i spec.Indicator) bool {
		return columnOf(i) == name || i.Formula != nil && slices.Contains(i.Formula.Names(), name)
	})
}

// columnOf returns the data column of an indicator, "" if it is a formula.
func columnOf(i spec.Indicator) string {
	switch {
	case i.Formula != nil:
		return ""
	case i.Column != "":
		return i.Column
	}
	return i.Code
}

func (r *reading) keep(k rowKey) bool {
	u := r.spec.Units
	if u.From != 0 && k.year != 0 && k.year < u.From || u.To != 0 && k.year != 0 && k.year > u.To {
		return false
	}
	if len(u.Only) > 0 && !slices.Contains(u.Only, k.unit) {
		return false
	}
	return !slices.ContainsFunc(u.Exclude, func(e spec.Exclusion) bool {
		return e.Unit == k.unit && (e.From == 0 || k.year >= e.From && k.year <= e.To)
	})
}

// spread lays a column over the rows. A value without a year stands in every year.
func (l *loose) spread(keys []rowKey) *rawColumn {
	c := &rawColumn{source: l.source, year: make([]int, len(keys))}
	if l.num != nil {
		c.num = make([]float64, len(keys))
	}
	if l.text != nil {
		c.text = make([]string, len(keys))
	}
	for i, k := range keys {
		at := k
		_, num := l.num[at]
		_, text := l.text[at]
		if !num && !text {
			at.year = 0
		}
		if c.num != nil {
			v, ok := l.num[at]
			c.num[i] = v
			if !ok {
				c.num[i] = math.NaN()
			}
		}
		if c.text != nil {
			c.text[i] = l.text[at]
		}
		c.year[i] = at.year
		if y, ok := l.year[at]; ok {
			c.year[i] = y
		}
	}
	return c
}

// filter takes out the rows for which units: where is not true.
func (f *frame) filter(where *formula.Formula, s *spec.Spec, list *problem.List) *frame {
	if where == nil {
		return f
	}
	keep, err := where.Eval(formula.Columns{Rows: len(f.unit), Number: f.number, Text: f.text})
	if err != nil {
		list.Add(problem.Problem{Rule: "bad-formula", File: s.File, Text: fmt.Sprintf("units: where: %v", err)})
		return f
	}
	out := &frame{col: map[string]*rawColumn{}, at: map[rowKey]int{}}
	var rows []int
	used := map[int]bool{}
	for i, v := range keep {
		if v == v && v != 0 {
			rows = append(rows, i)
			used[f.unit[i]] = true
		}
	}
	place := map[int]int{}
	for i, u := range f.units {
		if used[i] {
			place[i] = len(out.units)
			out.units = append(out.units, u)
		}
	}
	for n, i := range rows {
		out.years, out.unit = append(out.years, f.years[i]), append(out.unit, place[f.unit[i]])
		out.at[rowKey{f.units[f.unit[i]].Code, f.years[i]}] = n
	}
	for name, c := range f.col {
		out.col[name] = c.pick(rows)
	}
	if len(rows) == 0 {
		list.Add(problem.Problem{Rule: "no-units", File: s.File, Text: "units: where is true for no unit"})
	}
	return out
}

func (c *rawColumn) pick(rows []int) *rawColumn {
	out := &rawColumn{source: c.source}
	for _, i := range rows {
		out.year = append(out.year, c.year[i])
		if c.num != nil {
			out.num = append(out.num, c.num[i])
		}
		if c.text != nil {
			out.text = append(out.text, c.text[i])
		}
	}
	return out
}

func (f *frame) number(name string) []float64 {
	if c := f.col[name]; c != nil {
		return c.num
	}
	return nil
}

func (f *frame) text(name string) []string {
	if c := f.col[name]; c != nil {
		return c.text
	}
	return nil
}
