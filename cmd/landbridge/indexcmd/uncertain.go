package indexcmd

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"landbridge.example/index"
	"landbridge.example/index/spec"
	"landbridge.example/index/table"
)

// A plan is what the flags change of the uncertainty section.
type plan struct {
	seed         string
	replications int
	base         int
}

func (p *plan) apply(s *spec.Spec) error {
	if s.Uncertain == nil {
		return wrong("%s has no uncertainty: section; say there what could reasonably be otherwise", s.File)
	}
	if p.seed != "" {
		v, err := strconv.ParseUint(p.seed, 10, 64)
		if err != nil {
			return wrong("--seed is a whole number of at most 20 digits")
		}
		s.Uncertain.Seed = v
	}
	if p.replications < 0 || p.replications > spec.MaxReplications || p.base < 0 || p.base > spec.MaxReplications {
		return wrong("--replications and --base are numbers up to %d", spec.MaxReplications)
	}
	if p.replications > 0 {
		s.Uncertain.Replications = p.replications
	}
	if p.base > 0 {
		s.Uncertain.Sobol.Base = max(2, p.base)
	}
	return nil
}

func (t *tool) uncertain(path string, p *plan) (*index.Model, *index.Uncertain, error) {
	m, err := t.compile(path, p.apply)
	if err != nil {
		return nil, nil, err
	}
	u, list := m.Uncertain()
	if list.Refused() {
		return nil, nil, problems(list)
	}
	return m, u, nil
}

func uncertaintyVerb(fs *flag.FlagSet, t *tool) func(args []string) error {
	p := &plan{}
	fs.StringVar(&p.seed, "seed", "", "a `number` in place of the specification's seed")
	fs.IntVar(&p.replications, "replications", 0, "how `many`, in place of the specification's number")
	out := fs.String("out", "", "write intervals and the design as CSV into this `folder`")
	design := fs.String("design", "", "replay the points or choices of this CSV `file`")
	scores := fs.Bool("scores", false, "also write the scores of every replication (with --out)")
	return func(args []string) error {
		if *scores && *out == "" {
			return wrong("--scores writes a file; say --out FOLDER")
		}
		m, u, err := t.uncertain(args[0], p)
		if err != nil {
			return t.refusal(err)
		}
		tell, clear := t.bar("replications")
		o := index.Options{Workers: t.workers, Progress: tell, Scores: *scores}
		if *design != "" {
			if o.Design, err = readDesign(*design, m.Spec().Uncertain.Vary); err != nil {
				return err
			}
		}
		mc, list := u.MonteCarlo(t.ctx, o)
		clear()
		if list.Refused() {
			return t.refusal(problems(list))
		}
		if t.json {
			err = t.printJSON(intervalsJSON(m, mc))
		} else {
			printHead(t.out, m)
			printIntervals(t.out, mc)
		}
		if err != nil || *out == "" {
			return err
		}
		sheets := append(mc.Sheets(), mc.DesignSheet())
		if *scores {
			sheets = append(sheets, mc.ScoreSheet())
		}
		return t.write(*out, sheets)
	}
}

// readDesign reads a design: for each assumption a column with its name (from
// 0 to below 1), or one with _idx after its name (a choice, from 1), or both.
func readDesign(path string, vary []spec.Vary) (*index.Design, error) {
	data, err := readFile(path, table.MaxBytes)
	if err != nil {
		return nil, inputError{exitMissing, fmt.Sprintf("%s: %v", path, err)}
	}
	all, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(all) < 2 {
		return nil, wrong("%s is not a table with a header and at least one row", path)
	}
	d := &index.Design{}
	points, choices := true, true
	for _, v := range vary {
		points = points && slices.Contains(all[0], v.Name)
		choices = choices && (slices.Contains(all[0], v.Name+"_idx") || v.Choices == nil && v.Sets == nil && v.Drop == nil)
	}
	if !points && !choices {
		return nil, wrong("%s needs a column for each assumption, called as it is, or as it is with _idx after it", path)
	}
	for n, row := range all[1:] {
		var p []float64
		var c []int
		for _, v := range vary {
			if points {
				x, err := strconv.ParseFloat(row[slices.Index(all[0], v.Name)], 64)
				if err != nil {
					return nil, wrong("%s line %d: %s is not a number", path, n+2, v.Name)
				}
				p = append(p, x)
			}
			if choices {
				k := 1
				if at := slices.Index(all[0], v.Name+"_idx"); at >= 0 && row[at] != "" {
					if k, err = strconv.Atoi(row[at]); err != nil {
						return nil, wrong("%s line %d: %s_idx is not a whole number", path, n+2, v.Name)
					}
				}
				c = append(c, k-1)
			}
		}
		if points {
			d.Point = append(d.Point, p)
		}
		if choices {
			d.Choice = append(d.Choice, c)
		}
	}
	return d, nil
}

func printIntervals(w io.Writer, mc *index.MonteCarlo) {
	fmt.Fprintf(w, "%d replications of %s, seed %d. 90 of 100 ranks lie from low to high.\n", mc.Replications, strings.Join(mc.Assumptions, ", "), mc.Seed)
	if mc.Settled {
		fmt.Fprintln(w, "The intervals no longer moved, so it stopped there.")
	}
	fmt.Fprintln(w, "Units of one band cannot be told apart.")
	fmt.Fprintln(w)
	rows := slices.Clone(mc.Rows)
	slices.SortStableFunc(rows, func(a, b index.RankInterval) int {
		if a.Year != b.Year {
			return a.Year - b.Year
		}
		switch {
		case a.Nominal < b.Nominal:
			return -1
		case a.Nominal > b.Nominal:
			return 1
		}
		return strings.Compare(a.Code, b.Code)
	})
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "band\trank\tunit\tname\tscore\tmedian\tlow\thigh")
	for _, r := range rows {
		name := r.Name
		if r.Year != 0 {
			name += " " + strconv.Itoa(r.Year)
		}
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Band, shortNumber(r.Nominal), r.Code, name,
			shortNumber(r.Score), shortNumber(r.Median), shortNumber(r.Low), shortNumber(r.High))
	}
	tw.Flush()
	fmt.Fprintf(w, "\nOn average an interval is %s ranks wide.\n", shortNumber(mc.Width))
}

func intervalsJSON(m *index.Model, mc *index.MonteCarlo) any {
	type row struct {
		index.Row
		Score   number `json:"score"`
		Nominal number `json:"nominal"`
		Mean    number `json:"mean"`
		Median  number `json:"median"`
		Low     number `json:"low"`
		High    number `json:"high"`
		Band    int    `json:"band"`
		Ranked  int    `json:"times_ranked"`
	}
	var rows []row
	for _, r := range mc.Rows {
		rows = append(rows, row{r.Row, number(r.Score), number(r.Nominal), number(r.Mean), number(r.Median), number(r.Low), number(r.High), r.Band, r.Ranked})
	}
	s := m.Spec()
	return map[string]any{"id": s.ID, "title": s.Title, "notice": s.Notice, "seed": mc.Seed, "assumptions": mc.Assumptions,
		"replications": mc.Replications, "settled": mc.Settled, "mean_width": number(mc.Width), "rows": rows}
}

func sensitivityVerb(fs *flag.FlagSet, t *tool) func(args []string) error {
	p := &plan{}
	fs.StringVar(&p.seed, "seed", "", "a `number` in place of the specification's seed")
	fs.IntVar(&p.base, "base", 0, "how `many` points, in place of the specification's number; runs are points times assumptions plus two")
	out := fs.String("out", "", "write the tables as CSV into this `folder`")
	return func(args []string) error {
		m, u, err := t.uncertain(args[0], p)
		if err != nil {
			return t.refusal(err)
		}
		tell, clear := t.bar("runs")
		sa, list := u.Sensitivity(t.ctx, index.Options{Workers: t.workers, Progress: tell})
		clear()
		if list.Refused() {
			return t.refusal(problems(list))
		}
		if t.json {
			err = t.printJSON(sensitivityJSON(m, sa))
		} else {
			printHead(t.out, m)
			printSensitivity(t.out, sa)
		}
		if err != nil || *out == "" {
			return err
		}
		return t.write(*out, sa.Sheets())
	}
}

func printSensitivity(w io.Writer, sa *index.Sensitivity) {
	fmt.Fprintf(w, "%d runs, seed %d. What is explained is the mean absolute change of rank.\n", sa.Runs, sa.Seed)
	fmt.Fprintln(w, "first: what the assumption moves alone. total: what would be left to move if all others were known.")
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "assumption\tfirst\t95 % interval\ttotal\t95 % interval")
	for _, x := range sa.Index {
		fmt.Fprintf(tw, "%s\t%s\t%s to %s\t%s\t%s to %s\n", x.Assumption, shortNumber(x.First), shortNumber(x.FirstLow), shortNumber(x.FirstHigh),
			shortNumber(x.Total), shortNumber(x.TotalLow), shortNumber(x.TotalHigh))
	}
	tw.Flush()
}

func sensitivityJSON(m *index.Model, sa *index.Sensitivity) any {
	type item struct {
		Assumption string `json:"assumption"`
		First      number `json:"first"`
		FirstLow   number `json:"first_low"`
		FirstHigh  number `json:"first_high"`
		Total      number `json:"total"`
		TotalLow   number `json:"total_low"`
		TotalHigh  number `json:"total_high"`
	}
	var items []item
	for _, x := range sa.Index {
		items = append(items, item{x.Assumption, number(x.First), number(x.FirstLow), number(x.FirstHigh), number(x.Total), number(x.TotalLow), number(x.TotalHigh)})
	}
	s := m.Spec()
	return map[string]any{"id": s.ID, "title": s.Title, "seed": sa.Seed, "base": sa.Base, "runs": sa.Runs, "settled": sa.Settled,
		"variance": number(sa.Variance), "assumptions": items}
}
