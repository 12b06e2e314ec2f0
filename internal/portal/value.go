package portal

import (
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/index"
	"landbridge.example/internal/portal/chart"
)

// A Pill is a short word with a colour.
type Pill struct{ Class, Text string }

// digits is how many digits after the decimal sign the scores of a column need:
// three that differ.
func digits(s chart.Scale) int {
	width := s.High - s.Low
	if !(width > 0) || math.IsInf(width, 0) {
		return 1
	}
	return min(6, max(0, 2-int(math.Floor(math.Log10(width)))))
}

// scale returns the range of a column over the rows of the year.
func (o *opened) scale(k int) chart.Scale {
	s := chart.Scale{Low: math.Inf(1), High: math.Inf(-1)}
	if o.Result.Score[k] == nil {
		return chart.Scale{Low: 0, High: 1}
	}
	for _, i := range o.rows {
		if v := o.Result.Score[k][i]; has(v) {
			s.Low, s.High = min(s.Low, v), max(s.High, v)
		}
	}
	if s.Low > s.High {
		return chart.Scale{Low: 0, High: 1}
	}
	return s
}

// fromZero begins a scale at zero where values are not negative, so that the
// lengths of bars can be compared.
func fromZero(s chart.Scale) chart.Scale {
	if s.Low > 0 {
		s.Low = 0
	}
	return s
}

func (o *opened) score(k, row int) string {
	if o.Result.Score[k] == nil {
		return "–"
	}
	return o.t.Decimal(o.Result.Score[k][row], digits(o.scale(k)))
}

func (o *opened) value(k, row int) float64 {
	if o.Result.Score[k] == nil {
		return math.NaN()
	}
	return o.Result.Score[k][row]
}

func (o *opened) rank(k, row int) float64 {
	if o.Result.Rank[k] == nil {
		return math.NaN()
	}
	return o.Result.Rank[k][row]
}

// place writes a rank, which may be the middle of two.
func (o *opened) place(v float64) string {
	if !has(v) {
		return "–"
	}
	if v == math.Trunc(v) {
		return strconv.Itoa(int(v))
	}
	return o.t.Decimal(v, 1)
}

// ranked counts the rows that have a rank in a column this year.
func (o *opened) ranked(k int) (n int) {
	for _, i := range o.rows {
		if has(o.rank(k, i)) {
			n++
		}
	}
	return n
}

// interval returns the rank interval of a row, if the release has one.
func (o *opened) interval(row int) (index.RankInterval, bool) {
	x := o.Result.Rows[row]
	iv, ok := o.intervals[rowKey{x.Code, x.Year}]
	return iv, ok
}

// ltr keeps signs and ranges of numbers together where the page runs from right
// to left: without it the minus sign of a number stands behind it.
func (o *opened) ltr(s string) string {
	if !o.t.RTL {
		return s
	}
	return "\u2066" + s + "\u2069"
}

// span writes an interval of ranks: whole places, the outer ones.
func (o *opened) span(iv index.RankInterval) string {
	if !has(iv.Low) || !has(iv.High) {
		return "–"
	}
	low, high := int(math.Floor(iv.Low)), int(math.Ceil(iv.High))
	if low == high {
		return strconv.Itoa(low)
	}
	return o.ltr(strconv.Itoa(low) + "–" + strconv.Itoa(high))
}

// raw writes a value as it came from its source, to about four digits.
func (o *opened) raw(v float64) string {
	if !has(v) {
		return "–"
	}
	switch a := math.Abs(v); {
	case v == math.Trunc(v) && a < 1e12:
		return o.t.Number(int64(v))
	case a >= 1000:
		return o.t.Decimal(v, 0)
	case a >= 100:
		return o.t.Decimal(v, 1)
	case a >= 1:
		return o.t.Decimal(v, 2)
	case a >= 0.001:
		return o.t.Decimal(v, 4)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// reliability is the pill of how far a row rests on data.
func (o *opened) reliability(row int) Pill {
	word := o.Result.Rows[row].Reliability()
	class := map[string]string{"good": "green", "fair": "amber", "weak": "red"}[word]
	return Pill{class, o.t.T("public.reliability." + word)}
}

// flags are the pills of what was done to a cell.
func (o *opened) flags(k, row int) (out []Pill) {
	if o.Result.Flag[k] == nil {
		return nil
	}
	for _, w := range o.Result.Flag[k][row].Words() {
		class := ""
		if w == "imputed" || w == "missing" || w == "filled" {
			class = "amber"
		}
		out = append(out, Pill{class, o.t.T("public.flag." + w)})
	}
	return out
}

// filled reports whether a cell of an indicator came without a value.
func (o *opened) filled(k, row int) bool {
	return o.Result.Flag[k] != nil && o.Result.Flag[k][row]&(index.FlagMissing|index.FlagImputed) != 0
}

// parts lists the columns directly under the index, as the specification
// orders them.
func (o *opened) parts(parent string) (out []int) {
	at := o.Result.Column(parent)
	if at < 0 {
		return nil
	}
	for _, code := range o.Result.Columns[at].Children {
		if k := o.Result.Column(code); k >= 0 && o.Result.Score[k] != nil {
			out = append(out, k)
		}
	}
	return out
}

// under lists the indicators under a column that count for the index.
func (o *opened) under(parent string) (out []int) {
	for _, k := range o.parts(parent) {
		if o.Result.Columns[k].Indicator {
			out = append(out, k)
			continue
		}
		out = append(out, o.under(o.Result.Columns[k].Code)...)
	}
	return out
}

// mean is the average of a column over rows; missing ones do not count.
func (o *opened) mean(k int, rows []int) float64 {
	sum, n := 0.0, 0
	for _, i := range rows {
		if v := o.value(k, i); has(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

// step maps a band to the ordered scale of colours.
func step(number, of int) int {
	switch {
	case number < 1:
		return 0
	case of <= chart.Steps:
		return number
	}
	return 1 + (number-1)*chart.Steps/of
}

// stepOf is the colour of a row in a column: its band where the index has
// intervals, else the seventh of the ranks it stands in.
func (o *opened) stepOf(k, row int) int {
	if k == 0 && o.bands > 0 {
		iv, ok := o.interval(row)
		if !ok {
			return 0
		}
		return step(iv.Band, o.bands)
	}
	if r := o.rank(k, row); has(r) {
		return min(chart.Steps, 1+int((r-1)*chart.Steps/float64(max(1, o.ranked(k)))))
	}
	return 0
}

// order sorts rows by the rank in a column, the unranked last by name.
func (o *opened) order(rows []int, k int) []int {
	out := slices.Clone(rows)
	slices.SortStableFunc(out, func(a, b int) int { return o.byRank(k, a, b) })
	return out
}

func (o *opened) byRank(k, a, b int) int {
	ra, rb := o.rank(k, a), o.rank(k, b)
	switch {
	case has(ra) && has(rb) && ra != rb:
		if ra < rb {
			return -1
		}
		return 1
	case has(ra) != has(rb):
		if has(ra) {
			return -1
		}
		return 1
	}
	return strings.Compare(o.name(a), o.name(b))
}

// intervalMark draws the interval of a row on the scale of all ranks.
func (o *opened) intervalMark(row int) template.HTML {
	iv, ok := o.interval(row)
	if !ok {
		return ""
	}
	return chart.Scale{Low: 1, High: float64(max(2, o.ranked(0)))}.Interval(iv.Low, iv.High, iv.Nominal)
}
