package index

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/index/formula"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
	"landbridge.example/index/table"
)

// MaxUnitCode is the longest unit code, in bytes.
const MaxUnitCode = 80

// A sheet is one source while it is read.
type sheet struct {
	r   *reading
	s   *spec.Source
	n   int // which source
	t   *table.Table
	num table.Numbers

	unit, name, year int // places of columns, -1 if there is none
	line             map[rowKey]int
	taken            map[string]map[string][]dated // take: column, unit, values
}

type dated struct {
	year int
	num  float64
	text string
}

func (h *sheet) refuse(rule, column, unit string, line int, format string, args ...any) {
	h.r.refuse(h.s, rule, column, unit, line, format, args...)
}

// place finds a column that the specification names, -1 if it names none.
func (h *sheet) place(name string) int {
	if name == "" {
		return -1
	}
	at, err := h.t.Column(name)
	if err != nil {
		h.refuse("unknown-column", "", "", 1, "%v", err)
	}
	return at
}

func (h *sheet) read() {
	h.unit, h.name, h.year = h.place(h.s.Unit), h.place(h.s.Name), -1
	if h.s.Shape != "years" {
		h.year = h.place(h.s.Year)
	}
	if h.unit < 0 || h.s.Name != "" && h.name < 0 || h.s.Shape != "years" && h.s.Year != "" && h.year < 0 {
		return
	}
	h.line, h.taken = map[rowKey]int{}, map[string]map[string][]dated{}
	rows := h.filtered()
	switch h.s.Shape {
	case "wide":
		h.wide(rows)
	case "long":
		h.long(rows)
	case "years":
		h.years(rows)
	}
	h.take()
}

// filtered returns the rows for which the source's where is true.
func (h *sheet) filtered() []table.Row {
	if h.s.Where == nil {
		return h.t.Rows
	}
	keep, err := h.s.Where.Eval(formula.Columns{Rows: len(h.t.Rows), Number: h.loneNumber, Text: h.loneText})
	if err != nil {
		h.refuse("bad-formula", "", "", 0, "where: %v", err)
		return nil
	}
	var out []table.Row
	for i, v := range keep {
		if v == v && v != 0 {
			out = append(out, h.t.Rows[i])
		}
	}
	return out
}

// loneNumber gives a where formula a column of this file, if all its cells are numbers.
func (h *sheet) loneNumber(name string) []float64 {
	at, err := h.t.Column(name)
	if err != nil {
		return nil
	}
	out := make([]float64, len(h.t.Rows))
	for i, row := range h.t.Rows {
		if out[i], err = h.num.Read(row.Cell[at]); err != nil {
			return nil
		}
	}
	return out
}

func (h *sheet) loneText(name string) []string {
	at, err := h.t.Column(name)
	if err != nil {
		return nil
	}
	out := make([]string, len(h.t.Rows))
	for i, row := range h.t.Rows {
		out[i] = strings.TrimSpace(row.Cell[at])
	}
	return out
}

// key reads unit and year of a row; ok is false if the row cannot be used.
func (h *sheet) key(row table.Row) (k rowKey, ok bool) {
	k.unit = strings.TrimSpace(row.Cell[h.unit])
	if to, renamed := h.r.spec.Units.Rename[k.unit]; renamed {
		k.unit = to
	}
	if k.unit == "" || len(k.unit) > MaxUnitCode {
		h.refuse("no-unit", h.s.Unit, "", row.Line, "the unit code is empty or too long; a merged cell leaves the cells under it empty")
		return k, false
	}
	if h.year >= 0 {
		y, err := h.num.Read(row.Cell[h.year])
		if err != nil || y != math.Trunc(y) || math.Abs(y) > 10_000 {
			h.refuse("bad-year", h.s.Year, k.unit, row.Line, "%q is not a year", row.Cell[h.year])
			return k, false
		}
		k.year = int(y)
	}
	if h.name >= 0 {
		if n := strings.TrimSpace(row.Cell[h.name]); n != "" && h.r.names[k.unit] == "" {
			h.r.names[k.unit] = n
		}
	}
	return k, true
}

// wanted lists the columns of this file that someone needs: our name and place.
func (h *sheet) wanted() map[string]int {
	out := map[string]int{}
	renamed := map[string]bool{}
	for code, header := range h.s.Columns {
		renamed[header] = true
		at := h.place(header)
		if at >= 0 && h.r.need[code] != 0 {
			out[code] = at
		}
	}
	for name := range h.r.need {
		if _, done := out[name]; done || renamed[name] && h.s.Columns[name] == "" {
			continue
		}
		if slices.Contains(h.t.Header, name) {
			if at := h.place(name); at >= 0 {
				out[name] = at
			}
		}
	}
	return out
}

// column starts a column of the result; a name another source has is refused.
func (h *sheet) column(name string, rows []table.Row, at int) *loose {
	if other := h.r.cells[name]; other != nil && other.source != h.n {
		h.refuse("column-twice", name, "", 1, "%s has this column too; rename one with columns:", h.r.spec.Sources[other.source].File)
		return nil
	}
	l := h.r.cells[name]
	if l == nil {
		l = &loose{source: h.n, year: map[rowKey]int{}}
		num := h.numeric(name, rows, at)
		if num {
			l.num = map[rowKey]float64{}
		}
		if !num || h.r.need[name]&useText != 0 {
			l.text = map[rowKey]string{}
		}
		h.r.cells[name] = l
	}
	return l
}

func (h *sheet) numeric(name string, rows []table.Row, at int) bool {
	switch u := h.r.need[name]; {
	case u&useNumber != 0:
		return true
	case u&useEither == 0:
		return false
	}
	for _, row := range rows {
		if _, err := h.num.Read(row.Cell[at]); err != nil {
			return false
		}
	}
	return true
}

// set stores one cell.
func (h *sheet) set(l *loose, name string, k rowKey, row table.Row, at int) {
	cell, d := row.Cell[at], dated{year: k.year}
	if l.num != nil {
		v, err := h.num.Read(cell)
		if err != nil {
			h.refuse("not-a-number", name, k.unit, row.Line, "%v", err)
			return
		}
		d.num = v
	}
	if d.text = strings.TrimSpace(cell); slices.Contains(h.s.Missing, d.text) {
		d.text = ""
	}
	if h.s.Take != "" {
		if h.taken[name] == nil {
			h.taken[name] = map[string][]dated{}
		}
		h.taken[name][k.unit] = append(h.taken[name][k.unit], d)
		return
	}
	l.put(k, d)
}

// put stores a value as number, as text, or both, as it is needed.
func (l *loose) put(k rowKey, d dated) {
	if l.num != nil {
		l.num[k] = d.num
	}
	if l.text != nil {
		l.text[k] = d.text
	}
}

// once refuses a key that another line of the file has.
func (h *sheet) once(k rowKey, variable string, line int) bool {
	full := rowKey{k.unit + "\x00" + variable, k.year}
	if first, twice := h.line[full]; twice {
		what := "this unit"
		if k.year != 0 {
			what = "this unit and the year " + strconv.Itoa(k.year)
		}
		h.refuse("unit-twice", variable, k.unit, line, "%s stand twice, first on line %d", what, first)
		return false
	}
	h.line[full] = line
	return true
}

func (h *sheet) seen(k rowKey) {
	if h.s.Take != "" {
		k.year = 0
	}
	h.r.keys[h.n][k] = true
}

func (h *sheet) wide(rows []table.Row) {
	want := h.wanted()
	cols := map[string]*loose{}
	for name, at := range want {
		if l := h.column(name, rows, at); l != nil {
			cols[name] = l
		}
	}
	for _, row := range rows {
		k, ok := h.key(row)
		if !ok || !h.once(k, "", row.Line) {
			continue
		}
		h.seen(k)
		for name, l := range cols {
			h.set(l, name, k, row, want[name])
		}
	}
}

func (h *sheet) long(rows []table.Row) {
	variable, value := h.place(h.s.Variable), h.place(h.s.Value)
	if value < 0 || h.s.Variable != "" && variable < 0 {
		return
	}
	code := map[string]string{}
	for ours, theirs := range h.s.Columns {
		code[theirs] = ours
	}
	for _, row := range rows {
		name := h.s.Code
		if variable >= 0 {
			name = strings.TrimSpace(row.Cell[variable])
			if c, ok := code[name]; ok {
				name = c
			}
		}
		if h.r.need[name] == 0 {
			continue
		}
		k, ok := h.key(row)
		if !ok || !h.once(k, name, row.Line) {
			continue
		}
		if l := h.column(name, rows, value); l != nil {
			h.seen(k)
			h.set(l, name, k, row, value)
		}
	}
}

// years reads a table with one column for each year of one variable.
func (h *sheet) years(rows []table.Row) {
	if h.r.need[h.s.Code] == 0 {
		return
	}
	before, after, _ := strings.Cut(h.s.Pattern, "{year}")
	year := map[int]int{} // place: year
	for at, header := range h.t.Header {
		s, ok1 := strings.CutPrefix(header, before)
		s, ok2 := strings.CutSuffix(s, after)
		y, err := strconv.Atoi(s)
		if !ok1 || !ok2 || err != nil || len(s) != 4 {
			continue
		}
		for other, have := range year {
			if have == y {
				h.refuse("column-twice", header, "", 1, "the year %d has two columns, number %d and %d", y, other+1, at+1)
			}
		}
		year[at] = y
	}
	if len(year) == 0 {
		h.refuse("unknown-column", "", "", 1, "no header is a year in the form %q", h.s.Pattern)
		return
	}
	for _, row := range rows {
		k, ok := h.key(row)
		if !ok || !h.once(k, "", row.Line) {
			continue
		}
		for at, y := range year {
			k.year = y
			if l := h.column(h.s.Code, rows, at); l != nil {
				h.seen(k)
				h.set(l, h.s.Code, k, row, at)
			}
		}
	}
}

// take makes one value of the years that were collected.
func (h *sheet) take() {
	for name, units := range h.taken {
		l := h.r.cells[name]
		for unit, all := range units {
			k := rowKey{unit, 0}
			all = slices.DeleteFunc(all, func(d dated) bool {
				return h.s.From != 0 && d.year < h.s.From || h.s.To != 0 && d.year > h.s.To || l.num != nil && d.num != d.num || l.num == nil && d.text == ""
			})
			if len(all) == 0 {
				continue
			}
			slices.SortFunc(all, func(a, b dated) int { return a.year - b.year })
			last := all[len(all)-1]
			l.year[k] = last.year
			if l.num != nil {
				var v []float64
				for _, d := range all {
					v = append(v, d.num)
				}
				last.num = taken(h.s.Take, v)
			}
			l.put(k, last)
		}
	}
}

func taken(how string, v []float64) float64 {
	low, high := stat.Range(v)
	switch how {
	case "mean":
		return stat.Mean(v)
	case "median":
		return stat.Median(v)
	case "sum":
		total := 0.0
		for _, x := range v {
			total += x
		}
		return total
	case "min":
		return low
	case "max":
		return high
	}
	return v[len(v)-1] // latest
}
