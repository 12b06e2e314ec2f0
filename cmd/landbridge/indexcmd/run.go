package indexcmd

import (
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"landbridge.example/index"
	"landbridge.example/index/problem"
)

func checkVerb(fs *flag.FlagSet, t *tool) func(args []string) error {
	return func(args []string) error {
		m, err := t.compile(args[0], nil)
		if err != nil {
			return t.refusal(err)
		}
		res, list := m.Run()
		if list.Refused() {
			return t.refusal(problems(list))
		}
		if m.Spec().Uncertain != nil {
			if _, list := m.Uncertain(); list.Refused() {
				return t.refusal(problems(list))
			}
		}
		if t.json {
			return t.printJSON(map[string]any{"ok": true, "id": m.Spec().ID, "units": len(m.Units()), "columns": len(res.Columns), "warnings": list2(res.Warnings)})
		}
		fmt.Fprintf(t.out, "%s: %d units, %d indicators and groups. Nothing stops it.\n", m.Spec().Title, len(m.Units()), len(res.Columns))
		printWarnings(t.out, res.Warnings)
		return nil
	}
}

// refusal prints problems as JSON if that was asked for.
func (t *tool) refusal(err error) error {
	l, ok := err.(listError)
	if !ok || !t.json {
		return err
	}
	if err := t.printJSON(map[string]any{"ok": false, "problems": list2(l.list)}); err != nil {
		return err
	}
	return err
}

// list2 is a list that JSON shows as [] when it is empty.
func list2(l problem.List) problem.List {
	if l == nil {
		return problem.List{}
	}
	return l
}

func printWarnings(w io.Writer, l problem.List) {
	for _, p := range l.Brief() {
		if p.Warning {
			fmt.Fprintf(w, "warning: %s\n", p)
		}
	}
}

func runVerb(fs *flag.FlagSet, t *tool) func(args []string) error {
	out := fs.String("out", "", "write all tables as CSV into this `folder`")
	steps := fs.Bool("steps", false, "also write the table after each step (with --out)")
	audit := fs.Bool("audit", false, "also write statistics, correlations and the effect of each element (with --out)")
	top := fs.Int("top", 20, "print this `many` units; 0 prints all")
	year := fs.Int("year", 0, "print this `year` of an index over time; the latest, if not given")
	return func(args []string) error {
		if (*steps || *audit) && *out == "" {
			return wrong("--steps and --audit write files; say --out FOLDER")
		}
		m, err := t.compile(args[0], nil)
		if err != nil {
			return t.refusal(err)
		}
		res, list := m.Run()
		if list.Refused() {
			return t.refusal(problems(list))
		}
		sheets := res.Sheets()
		if *steps {
			sheets = append(sheets, res.StageSheets()...)
		}
		if *audit {
			more, list := m.AuditSheets(res)
			if list.Refused() {
				return t.refusal(problems(list))
			}
			sheets = append(sheets, more...)
		}
		if t.json {
			if err := t.printJSON(resultJSON(m, res)); err != nil {
				return err
			}
		} else {
			printResult(t.out, m, res, *top, *year)
		}
		if *out != "" {
			if err := t.write(*out, sheets); err != nil {
				return err
			}
		}
		for _, c := range res.Compared {
			if c.Equal != c.Compared {
				return errNotHolding
			}
		}
		return nil
	}
}

func printHead(w io.Writer, m *index.Model) {
	s := m.Spec()
	fmt.Fprintln(w, s.Title)
	if s.Notice != "" {
		fmt.Fprintln(w, strings.TrimSpace(s.Notice))
	}
	fmt.Fprintln(w)
}

func printResult(w io.Writer, m *index.Model, res *index.Result, top, year int) {
	printHead(w, m)
	if !slices.ContainsFunc(res.Rows, func(x index.Row) bool { return x.Year == year }) {
		year = res.Rows[len(res.Rows)-1].Year // rows are by year: the latest
	}
	table := res.Sheets()[0].Rows
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(table[0], "\t"))
	at := map[string]int{}
	for i, h := range table[0] {
		at[h] = i
	}
	n, hidden := 0, 0
	for _, row := range table[1:] {
		if y, ok := at["year"]; ok && row[y] != strconv.Itoa(year) {
			continue
		}
		if n++; top > 0 && n > top {
			hidden++
			continue
		}
		for _, k := range []string{"score", "available", "imputed"} {
			row[at[k]] = short(row[at[k]])
		}
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	tw.Flush()
	if hidden > 0 {
		fmt.Fprintf(w, "and %d more (--top 0 prints all)\n", hidden)
	}
	if len(res.Compared)+len(res.Warnings) > 0 {
		fmt.Fprintln(w)
	}
	for _, c := range res.Compared {
		fmt.Fprintf(w, "%s against the published %s: %d of %d equal", c.With+" "+c.What, c.Column, c.Equal, c.Compared)
		if c.Equal != c.Compared {
			fmt.Fprintf(w, ", greatest difference %s, first in %s", shortNumber(c.Greatest), apart(c.Apart))
		}
		fmt.Fprintln(w)
	}
	printWarnings(w, res.Warnings)
}

func apart(d []index.Different) string {
	var out []string
	for _, x := range d[:min(5, len(d))] {
		s := x.Unit
		if x.Year != 0 {
			s += " " + strconv.Itoa(x.Year)
		}
		got := "nothing"
		if x.Got != nil {
			got = shortNumber(*x.Got)
		}
		out = append(out, fmt.Sprintf("%s (published %s, here %s)", s, shortNumber(x.Published), got))
	}
	return strings.Join(out, ", ")
}

// short rounds a number in text for the eye.
func short(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return shortNumber(v)
}

func shortNumber(v float64) string {
	if v != v {
		return "-"
	}
	if math.Abs(v) >= 1e6 || v != 0 && math.Abs(v) < 1e-4 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	s := strconv.FormatFloat(v, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// resultJSON is the result as JSON shows it.
func resultJSON(m *index.Model, res *index.Result) any {
	type row struct {
		index.Row
		Reliability string            `json:"reliability"`
		Score       number            `json:"score"`
		Rank        number            `json:"rank"`
		Scores      map[string]number `json:"scores"`
		Ranks       map[string]number `json:"ranks"`
	}
	var rows []row
	for i, r := range res.Rows {
		x := row{Row: r, Reliability: r.Reliability(), Score: number(res.Score[0][i]), Rank: number(res.Rank[0][i]),
			Scores: map[string]number{}, Ranks: map[string]number{}}
		for k, c := range res.Columns {
			if res.Score[k] != nil {
				x.Scores[c.Code], x.Ranks[c.Code] = number(res.Score[k][i]), number(res.Rank[k][i])
			}
		}
		rows = append(rows, x)
	}
	s := m.Spec()
	compared := res.Compared
	if compared == nil {
		compared = []index.Compared{}
	}
	return map[string]any{"id": s.ID, "title": s.Title, "edition": s.Edition, "notice": s.Notice, "index": m.Index(),
		"columns": res.Columns, "rows": rows, "compared": compared, "warnings": list2(res.Warnings)}
}
