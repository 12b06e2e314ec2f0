package portal

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strconv"

	"landbridge.example/internal/casework"
	"landbridge.example/internal/lang"
	"landbridge.example/process"
)

// Statistics are what may be published about cases: a casework.Casework.
type Statistics interface {
	Statistics(ctx context.Context) ([]casework.Statistic, error)
}

// A StatisticsView is page/statistics.
type StatisticsView struct {
	Frame
	Years []YearCounts
}

// A YearCounts is what one year's cases add up to.
type YearCounts struct {
	Year      int
	Processes []ProcessCounts
}

// A ProcessCounts is one process in one year.
type ProcessCounts struct {
	Href, Title, Median string
	Cells               []CountLine
}

// A CountLine is one published number.
type CountLine struct{ Kind, What, Number string }

func (s *site) statistics(v *visit) error {
	all, err := s.Statistics.Statistics(v.Context())
	if err != nil {
		return err
	}
	view := StatisticsView{Frame: s.frame(v, v.t.T("public.statistics.title"))}
	for _, st := range all {
		if n := len(view.Years); n == 0 || view.Years[n-1].Year != st.Year {
			view.Years = append(view.Years, YearCounts{Year: st.Year})
		}
		year := &view.Years[len(view.Years)-1]
		year.Processes = append(year.Processes, s.counts(v.t, st))
	}
	return s.show(v, "statistics", view)
}

func (s *site) counts(t *lang.Texts, st casework.Statistic) ProcessCounts {
	d := s.newest(st.Process)
	line := ProcessCounts{Title: st.Process}
	if d != nil {
		line.Href = Prefix + "processes/" + st.Process
		line.Title = say(t, d, "title", d.Title)
	}
	if st.Median >= 0 {
		line.Median = t.T("span.words.d", st.Median)
	}
	for _, c := range st.Cells {
		number := t.Number(c.N)
		if c.Small {
			number = t.T("public.statistics.small", smallest(d))
		}
		line.Cells = append(line.Cells, CountLine{t.T("public.statistics.kind." + c.Kind), countName(t, d, c), number})
	}
	return line
}

func smallest(d *process.Definition) int {
	if d == nil {
		return 10
	}
	return d.Public.MinCell
}

func (s *site) newest(id string) *process.Definition {
	all := s.Processes.Processes()
	if i := slices.IndexFunc(all, func(d *process.Definition) bool { return d.Ref.ID == id }); i >= 0 {
		return all[i]
	}
	return nil
}

// countName says in words what a cell counts.
func countName(t *lang.Texts, d *process.Definition, c casework.Cell) string {
	switch {
	case c.Kind == "opened":
		return t.T("public.statistics.opened." + c.Code)
	case c.Kind == "stopped":
		return c.Code
	case d == nil:
		return c.Code
	case c.Kind == "reached" && d.State(c.Code) != nil:
		return say(t, d, "state."+c.Code, d.State(c.Code).Label)
	case c.Kind == "ground" && d.Ground(c.Code) != nil:
		return say(t, d, "ground."+c.Code, d.Ground(c.Code).Label)
	}
	for _, k := range d.Clocks {
		if c.Kind == "late" && k.Name == c.Code {
			return say(t, d, "clock."+k.Name, k.Label)
		}
	}
	return c.Code
}

// statisticsCSV sends the same numbers as a table; a number that is not told
// stands there as the words that say so.
func (s *site) statisticsCSV(v *visit) error {
	all, err := s.Statistics.Statistics(v.Context())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"year", "process", "kind", "code", "number", "median_days"})
	for _, st := range all {
		for _, c := range st.Cells {
			number := strconv.FormatInt(c.N, 10)
			if c.Small {
				number = "fewer than " + strconv.Itoa(smallest(s.newest(st.Process)))
			}
			median := ""
			if st.Median >= 0 {
				median = strconv.Itoa(st.Median)
			}
			_ = w.Write([]string{strconv.Itoa(st.Year), st.Process, c.Kind, c.Code, number, median})
		}
	}
	w.Flush()
	v.save("statistics.csv", "text/csv; charset=utf-8", b.Bytes())
	return w.Error()
}

// statisticsJSON sends the same numbers for programs.
func (s *site) statisticsJSON(v *visit) error {
	all, err := s.Statistics.Statistics(v.Context())
	if err != nil {
		return err
	}
	type cell struct {
		Kind  string `json:"kind"`
		Code  string `json:"code"`
		N     int64  `json:"number"`
		Small bool   `json:"small"`
	}
	type line struct {
		Year    int    `json:"year"`
		Process string `json:"process"`
		Median  int    `json:"median_days"`
		Cells   []cell `json:"cells"`
	}
	out := []line{}
	for _, st := range all {
		l := line{st.Year, st.Process, st.Median, []cell{}}
		for _, c := range st.Cells {
			l.Cells = append(l.Cells, cell{c.Kind, c.Code, c.N, c.Small})
		}
		out = append(out, l)
	}
	return v.answer(out)
}
