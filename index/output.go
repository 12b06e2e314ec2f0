package index

import (
	"bytes"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Sheet is a table to be written: comma-separated, UTF-8, with a decimal
// point and every digit a number needs to be read back exactly.
type Sheet struct {
	Name string // of the file
	Rows [][]string
}

// CSV returns the bytes of a sheet.
func (s Sheet) CSV() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, r := range s.Rows {
		// A bytes.Buffer takes everything, so the error cannot come.
		_ = w.Write(r)
	}
	w.Flush()
	return b.Bytes()
}

// Number writes a number as sheets have it; nothing for a missing one.
func Number(v float64) string {
	if v != v || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// timed reports whether the rows have years.
func timed(rows []Row) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return r.Year != 0 })
}

func rowHead(withYear bool) []string {
	if withYear {
		return []string{"unit", "name", "year"}
	}
	return []string{"unit", "name"}
}

func rowStart(r Row, withYear bool) []string {
	if withYear {
		return []string{r.Code, r.Name, strconv.Itoa(r.Year)}
	}
	return []string{r.Code, r.Name}
}

// Sheets returns the result as tables: results, scores and ranks of every
// level, columns with their weights and sources, every cell that was not used
// as it came, treatment, comparison, warnings.
func (r *Result) Sheets() []Sheet {
	out := []Sheet{r.summary(), r.matrix("scores.csv", r.Score), r.matrix("ranks.csv", r.Rank), r.columns(), r.cells()}
	for _, w := range r.Within {
		out = append(out, r.within(w))
	}
	if len(r.Treatment) > 0 {
		out = append(out, r.treatment())
	}
	if len(r.Compared) > 0 {
		out = append(out, r.comparison())
	}
	return append(out, r.warnings())
}

// summary is the table most people want: sorted by rank.
func (r *Result) summary() Sheet {
	year := timed(r.Rows)
	s := Sheet{Name: "results.csv", Rows: [][]string{append(append([]string{"rank"}, rowHead(year)...), "score", "available", "imputed", "reliability")}}
	order := make([]int, len(r.Rows))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) float64 {
		if v := r.Rank[0][i]; v == v {
			return v
		}
		return math.Inf(1)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if d := r.Rows[a].Year - r.Rows[b].Year; d != 0 {
			return d
		}
		switch ra, rb := rank(a), rank(b); {
		case ra < rb:
			return -1
		case ra > rb:
			return 1
		}
		return strings.Compare(r.Rows[a].Code, r.Rows[b].Code)
	})
	for _, i := range order {
		x := r.Rows[i]
		line := append([]string{Number(r.Rank[0][i])}, rowStart(x, year)...)
		s.Rows = append(s.Rows, append(line, Number(r.Score[0][i]), Number(x.Available), Number(x.Imputed), x.Reliability()))
	}
	return s
}

func (r *Result) matrix(name string, value [][]float64) Sheet {
	year := timed(r.Rows)
	head := rowHead(year)
	var cols []int
	for k, c := range r.Columns {
		if value[k] != nil {
			head, cols = append(head, c.Code), append(cols, k)
		}
	}
	s := Sheet{Name: name, Rows: [][]string{head}}
	for i, x := range r.Rows {
		line := rowStart(x, year)
		for _, k := range cols {
			line = append(line, Number(value[k][i]))
		}
		s.Rows = append(s.Rows, line)
	}
	return s
}

func (r *Result) within(w GroupRanks) Sheet {
	s := r.matrix("ranks-within-"+plainName(w.Column)+".csv", w.Rank)
	at := len(rowHead(timed(r.Rows)))
	for i := range s.Rows {
		g := w.Column
		if i > 0 {
			g = w.Group[i-1]
		}
		s.Rows[i] = slices.Insert(s.Rows[i], at, g)
	}
	return s
}

// plainName makes a text fit to stand in a file name.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, s)
}

func (r *Result) columns() Sheet {
	s := Sheet{Name: "columns.csv", Rows: [][]string{{"code", "name", "level", "parent", "unit", "direction",
		"weight", "share", "effective", "file", "source", "licence"}}}
	for _, c := range r.Columns {
		s.Rows = append(s.Rows, []string{c.Code, c.Name, strconv.Itoa(c.Level), c.Parent, c.Unit, direction(c), Number(c.Weight), Number(c.Share),
			Number(c.Effective), c.Data, c.Source, c.Licence})
	}
	return s
}

func direction(c Column) string {
	switch {
	case !c.Indicator:
		return ""
	case c.Direction < 0:
		return "down"
	}
	return "up"
}

// cells lists every indicator cell that has a flag or a year of its own.
func (r *Result) cells() Sheet {
	year := timed(r.Rows)
	s := Sheet{Name: "cells.csv", Rows: [][]string{append(rowHead(year), "code", "raw", "data_year", "score", "flags")}}
	for i, x := range r.Rows {
		for k, c := range r.Columns {
			if r.Score[k] == nil {
				continue
			}
			var words []string
			if r.Flag[k] != nil {
				words = r.Flag[k][i].Words()
			}
			raw, own := math.NaN(), 0
			if c.Indicator {
				raw, own = r.Raw[k][i], r.DataYear[k][i]
			}
			if len(words) == 0 && (own == 0 || own == x.Year) {
				continue
			}
			y := ""
			if own != 0 {
				y = strconv.Itoa(own)
			}
			s.Rows = append(s.Rows, append(rowStart(x, year), c.Code, Number(raw), y, Number(r.Score[k][i]), strings.Join(words, " ")))
		}
	}
	return s
}

func (r *Result) treatment() Sheet {
	s := Sheet{Name: "treatment.csv", Rows: [][]string{{"step", "code", "year", "skew", "kurtosis", "pass", "winsorised", "skew_winsorised", "kurtosis_winsorised",
		"pass_winsorised", "then", "skew_transformed", "kurtosis_transformed", "pass_transformed", "kept"}}}
	for _, t := range r.Treatment {
		y := ""
		if t.Year != 0 {
			y = strconv.Itoa(t.Year)
		}
		line := []string{t.Step, t.Code, y, Number(t.Skew), Number(t.Kurtosis), yes(t.Pass), strconv.Itoa(t.Winsorised), "", "", "", t.Then, "", "", "", t.Kept}
		if t.Winsorised > 0 {
			line[7], line[8], line[9] = Number(t.Skew1), Number(t.Kurtosis1), yes(t.Pass1)
		}
		if t.Then != "" {
			line[11], line[12], line[13] = Number(t.Skew2), Number(t.Kurtosis2), yes(t.Pass2)
		}
		s.Rows = append(s.Rows, line)
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (r *Result) comparison() Sheet {
	s := Sheet{Name: "comparison.csv", Rows: [][]string{{"published", "with", "what", "year", "compared", "equal", "not_calculated", "greatest_difference"}}}
	for _, c := range r.Compared {
		y := ""
		if c.Year != 0 {
			y = strconv.Itoa(c.Year)
		}
		s.Rows = append(s.Rows, []string{c.Column, c.With, c.What, y, strconv.Itoa(c.Compared), strconv.Itoa(c.Equal), strconv.Itoa(c.Only), Number(c.Greatest)})
	}
	return s
}

func (r *Result) warnings() Sheet {
	s := Sheet{Name: "warnings.csv", Rows: [][]string{{"rule", "file", "line", "unit", "year", "code", "text"}}}
	for _, p := range r.Warnings {
		n := func(v int) string {
			if v == 0 {
				return ""
			}
			return strconv.Itoa(v)
		}
		s.Rows = append(s.Rows, []string{p.Rule, p.File, n(p.Line), p.Unit, n(p.Year), p.Column, p.Text})
	}
	return s
}

// StageSheets returns the table after each step.
func (r *Result) StageSheets() (out []Sheet) {
	for n, g := range r.Stages {
		part := &Result{Columns: g.Columns, Rows: g.Rows}
		out = append(out, part.matrix("steps/"+strconv.Itoa(n)+"-"+plainName(g.Name)+".csv", g.Col))
	}
	return out
}

// Sheets returns the intervals and the design of the replications.
func (m *MonteCarlo) Sheets() []Sheet {
	rows := make([]Row, len(m.Rows))
	for i, r := range m.Rows {
		rows[i] = r.Row
	}
	year := timed(rows)
	iv := Sheet{Name: "intervals.csv", Rows: [][]string{append(rowHead(year), "score", "nominal", "mean", "median", "low", "high", "band", "times_ranked")}}
	for _, r := range m.Rows {
		iv.Rows = append(iv.Rows, append(rowStart(r.Row, year), Number(r.Score), Number(r.Nominal), Number(r.Mean), Number(r.Median), Number(r.Low), Number(r.High),
			strconv.Itoa(r.Band), strconv.Itoa(r.Ranked)))
	}
	return []Sheet{iv}
}

// DesignSheet returns the points of all replications and what became of each.
func (m *MonteCarlo) DesignSheet() Sheet {
	head := []string{"replication"}
	head = append(head, m.Assumptions...)
	for _, a := range m.Assumptions {
		head = append(head, a+"_idx")
	}
	s := Sheet{Name: "design.csv", Rows: [][]string{append(head, "mean_rank_change")}}
	for n := range m.Point {
		line := []string{strconv.Itoa(n + 1)}
		for _, v := range m.Point[n] {
			line = append(line, Number(v))
		}
		for k, c := range m.Choice[n] {
			text := ""
			if m.Labels[k] != nil {
				text = strconv.Itoa(c + 1)
			}
			line = append(line, text)
		}
		s.Rows = append(s.Rows, append(line, Number(m.Shift[n])))
	}
	return s
}

// ScoreSheet returns the scores of every replication, one row per unit.
func (m *MonteCarlo) ScoreSheet() Sheet {
	year := timed(m.All)
	head := rowHead(year)
	for n := range m.Scores {
		head = append(head, "r_"+strconv.Itoa(n+1))
	}
	s := Sheet{Name: "replications.csv", Rows: [][]string{head}}
	for i, r := range m.All {
		line := rowStart(r, year)
		for n := range m.Scores {
			line = append(line, Number(m.Scores[n][i]))
		}
		s.Rows = append(s.Rows, line)
	}
	return s
}

// Sheets returns the sensitivity of the whole ranking and of each row.
func (s *Sensitivity) Sheets() []Sheet {
	whole := Sheet{Name: "sensitivity.csv", Rows: [][]string{{"assumption", "first", "first_low", "first_high", "total", "total_low", "total_high"}}}
	for _, x := range s.Index {
		whole.Rows = append(whole.Rows, []string{x.Assumption, Number(x.First), Number(x.FirstLow), Number(x.FirstHigh),
			Number(x.Total), Number(x.TotalLow), Number(x.TotalHigh)})
	}
	rows := make([]Row, len(s.Units))
	for i, r := range s.Units {
		rows[i] = r.Row
	}
	year := timed(rows)
	units := Sheet{Name: "sensitivity-units.csv", Rows: [][]string{append(append(rowHead(year), "variance"), s.Ranks.Assumptions...)}}
	for _, r := range s.Units {
		line := append(rowStart(r.Row, year), Number(r.Variance))
		for _, v := range r.Total {
			line = append(line, Number(v))
		}
		units.Rows = append(units.Rows, line)
	}
	return append([]Sheet{whole, units}, s.Ranks.Sheets()...)
}
