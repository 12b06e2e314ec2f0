package portal

import (
	"strconv"

	"landbridge.example/index"
	"landbridge.example/internal/portal/chart"
)

// demoNotice stands in every file of a demonstration. It is in English, as the
// names of columns in files are: files are read by programs first.
const demoNotice = "demonstration of method; not the forum's official index"

// A RankedUnit is one row of ranking.json: exactly what the page shows.
type RankedUnit struct {
	Unit        string   `json:"unit"`
	Name        string   `json:"name"`
	Year        int      `json:"year,omitempty"`
	Rank        *float64 `json:"rank"`
	Score       *float64 `json:"score"`
	Low         *float64 `json:"rank_low,omitempty"`  // 5 of 100 replications are better
	High        *float64 `json:"rank_high,omitempty"` // 5 of 100 are worse
	Band        int      `json:"band,omitempty"`
	Available   float64  `json:"available"` // share of indicators that came with a value
	Imputed     float64  `json:"imputed"`
	Reliability string   `json:"reliability"`
}

// A RankingFile is ranking.json.
type RankingFile struct {
	Release       string       `json:"release"`
	Digest        string       `json:"digest"`
	Title         string       `json:"title"`
	Edition       string       `json:"edition"`
	Demonstration bool         `json:"demonstration"`
	Notice        string       `json:"notice,omitempty"`
	Column        string       `json:"column"`
	Year          int          `json:"year,omitempty"`
	Replications  int          `json:"replications,omitempty"`
	Units         []RankedUnit `json:"units"`
}

func (o *opened) rankedUnits(a *shown) (out []RankedUnit) {
	for _, i := range a.rows {
		x := o.Result.Rows[i]
		u := RankedUnit{Unit: x.Code, Name: x.Name, Year: x.Year, Rank: maybe(o.rank(a.column, i)), Score: maybe(o.value(a.column, i)),
			Available: x.Available, Imputed: x.Imputed, Reliability: x.Reliability()}
		if iv, ok := o.interval(i); ok && a.column == 0 {
			u.Low, u.High, u.Band = maybe(iv.Low), maybe(iv.High), iv.Band
		}
		out = append(out, u)
	}
	return out
}

func maybe(v float64) *float64 {
	if !has(v) {
		return nil
	}
	return &v
}

// stamp is the name of a file of the release; a demonstration says so.
func (o *opened) stamp(name string) string {
	if o.Demonstration {
		return o.ID + "-demonstration-" + name
	}
	return o.ID + "-" + name
}

func (s *site) rankingJSON(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	a := s.asked(v, o)
	return v.answer(RankingFile{o.ID, o.Digest.String(), o.Title, o.Edition, o.Demonstration, o.Notice,
		o.Result.Columns[a.column].Code, o.year, o.Replications, o.rankedUnits(a)})
}

func (s *site) rankingCSV(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	a := s.asked(v, o)
	rows := [][]string{{"unit", "name", "year", "rank", "score", "rank_low", "rank_high", "band", "available", "imputed", "reliability"}}
	number := func(p *float64) string {
		if p == nil {
			return ""
		}
		return index.Number(*p)
	}
	for _, u := range o.rankedUnits(a) {
		band := ""
		if u.Band != 0 {
			band = strconv.Itoa(u.Band)
		}
		rows = append(rows, []string{cell(u.Unit), cell(u.Name), yearText(u.Year), number(u.Rank), number(u.Score), number(u.Low), number(u.High), band,
			index.Number(u.Available), index.Number(u.Imputed), u.Reliability})
	}
	o.table(v, "ranking.csv", rows)
	return nil
}

// rankingSVG is the figure as a file of its own, for a report: with its colours
// inside, since no stylesheet goes with it.
func (s *site) rankingSVG(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	a := s.asked(v, o)
	a.column = 0
	note := ""
	if o.Demonstration {
		note = v.t.T("public.demo.line")
	}
	v.save(o.stamp("ranking.svg"), "image/svg+xml", chart.File(o.intervalFigure(a), note))
	return nil
}
