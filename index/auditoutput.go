package index

import (
	"strconv"

	"landbridge.example/index/problem"
	"landbridge.example/index/stat"
)

// AuditSheets returns what a statistician looks at before trusting an index:
// statistics of the columns, correlations, alpha and components of each group,
// what leaving out each element changes, overall and for each unit, and trends.
func (m *Model) AuditSheets(res *Result) ([]Sheet, problem.List) {
	final := &res.Stages[len(res.Stages)-1]
	out := []Sheet{statistics(res), correlations(final), consistency(res), components(final)}
	removal, list := m.removalSheets(res)
	if list.Refused() {
		return nil, list
	}
	out = append(out, removal...)
	if t := m.spec.Trends; t != nil {
		out = append(out, m.trendSheet(res, t.Codes, t.Per))
	} else if timed(res.Rows) {
		out = append(out, m.trendSheet(res, []string{m.Index()}, 1))
	}
	for i := range out {
		out[i].Name = "audit/" + out[i].Name
	}
	return out, nil
}

func statistics(res *Result) Sheet {
	s := Sheet{Name: "statistics.csv", Rows: [][]string{{"step", "code", "min", "max", "mean", "median", "sd",
		"skew", "kurtosis", "available", "nonzero", "unique", "most_frequent", "flags"}}}
	for i := range res.Stages {
		g := &res.Stages[i]
		for _, c := range g.Stats() {
			flags := ""
			for _, f := range []struct {
				on   bool
				word string
			}{{c.FewAvailable, "few-values"}, {c.FewNonzero, "many-zeros"}, {c.FewUnique, "few-different"}, {c.Outliers, "outliers"}} {
				if f.on && flags != "" {
					flags += " "
				}
				if f.on {
					flags += f.word
				}
			}
			s.Rows = append(s.Rows, []string{g.Name, c.Code, Number(c.Min), Number(c.Max), Number(c.Mean), Number(c.Median), Number(c.SD), Number(c.Skew),
				Number(c.Kurtosis), strconv.Itoa(c.Available), strconv.Itoa(c.Nonzero), strconv.Itoa(c.Unique), strconv.Itoa(c.Most), flags})
		}
	}
	return s
}

func correlations(g *Stage) Sheet {
	codes := g.Codes(0)
	s := Sheet{Name: "correlations.csv", Rows: [][]string{append([]string{"code"}, codes...)}}
	for i, row := range g.Correlations(stat.Pearson, codes, codes) {
		line := []string{codes[i]}
		for _, v := range row {
			line = append(line, Number(v))
		}
		s.Rows = append(s.Rows, line)
	}
	return s
}

// consistency gives Cronbach's alpha of each group's indicators, as they came
// and as they went into the groups.
func consistency(res *Result) Sheet {
	raw, final := &res.Stages[0], &res.Stages[len(res.Stages)-1]
	s := Sheet{Name: "alpha.csv", Rows: [][]string{{"group", "indicators", "alpha_data", "alpha_normalised"}}}
	for _, c := range res.Columns {
		if c.Indicator || c.Level < 2 {
			continue
		}
		below := raw.Under(c.Code)
		s.Rows = append(s.Rows, []string{c.Code, strconv.Itoa(len(below)), Number(raw.Alpha(below)), Number(final.Alpha(below))})
	}
	return s
}

// components gives, for the children of each group, the share of variance and
// the loadings of the principal components.
func components(g *Stage) Sheet {
	s := Sheet{Name: "components.csv", Rows: [][]string{{"group", "component", "sd", "share", "code", "loading"}}}
	for _, c := range g.Columns {
		if len(c.Children) < 2 {
			continue
		}
		p, err := g.Components(c.Children)
		if err != nil {
			s.Rows = append(s.Rows, []string{c.Code, "", "", "", "", err.Error()})
			continue
		}
		for k := range p.SD {
			for j, code := range c.Children {
				s.Rows = append(s.Rows, []string{c.Code, strconv.Itoa(k + 1), Number(p.SD[k]), Number(p.Share(k)), code, Number(p.Loading[k][j])})
			}
		}
	}
	return s
}

func (m *Model) removalSheets(res *Result) ([]Sheet, problem.List) {
	var codes []string
	for _, c := range res.Columns[1:] {
		if c.Effective != 0 {
			codes = append(codes, c.Code)
		}
	}
	removed, list := m.RemoveCodes(codes)
	if list.Refused() {
		return nil, list
	}
	year := timed(res.Rows)
	whole := Sheet{Name: "removal.csv", Rows: [][]string{{"code", "mean_rank_change"}}}
	head := rowHead(year)
	for _, r := range removed {
		whole.Rows = append(whole.Rows, []string{r.Code, Number(r.Shift)})
		head = append(head, r.Code)
	}
	units := Sheet{Name: "importance.csv", Rows: [][]string{head}}
	for i, row := range res.Rows {
		line := rowStart(row, year)
		for _, r := range removed {
			line = append(line, Number(r.Change[i]))
		}
		units.Rows = append(units.Rows, line)
	}
	return []Sheet{whole, units}, nil
}

func (m *Model) trendSheet(res *Result, codes []string, per float64) Sheet {
	s := Sheet{Name: "trends.csv", Rows: [][]string{{"unit", "code", "growth", "percent_change", "share_of_years", "first", "latest"}}}
	for _, code := range codes {
		g := &res.Stages[0]
		if g.Code(code) == nil { // a group: it exists at the end only
			g = &res.Stages[len(res.Stages)-1]
		}
		for _, t := range m.Trends(g, []string{code}, per) {
			s.Rows = append(s.Rows, []string{t.Unit, t.Code, Number(t.Growth), Number(t.Percent), Number(t.Share), strconv.Itoa(t.First), strconv.Itoa(t.Latest)})
		}
	}
	return s
}
