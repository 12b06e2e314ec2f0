package web

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
)

// A PreviewView is page/preview: what an edition would say, before its release.
type PreviewView struct {
	Frame
	ID, EditionTitle, Label string
	Demonstration           bool
	Notice                  string
	Digest                  string
	Years                   []Choice
	Rows                    []PreviewRow
	Groups                  []string // headers of the groups under the index
	Warnings                []FindingRow
	Unit                    *PreviewUnit
	MayCorrect              bool
}

// A PreviewRow is one country.
type PreviewRow struct {
	Href, Code, Name, Rank, Score, Interval, Reliability string
	Groups                                               []string
}

// A PreviewUnit is one country's values, for its own people to check.
type PreviewUnit struct {
	Code, Name string
	Values     []PreviewValue
}

// A PreviewValue is one raw value with where it comes from.
type PreviewValue struct {
	Code, Name, Unit, Value, Rank, Year, Source, Flags, Correct string
}

func (s *site) preview(v *visit) error {
	id, err := editionID(v)
	if err != nil {
		return err
	}
	e, err := s.Index.View(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	o, err := s.Index.Calculate(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	view := &PreviewView{Frame: s.frame(v, e.Title), ID: string(id), EditionTitle: e.Title, Label: e.Label, Demonstration: e.Demonstration,
		Notice: strings.TrimSpace(o.Spec.Notice), Digest: o.Digest.String(), MayCorrect: !e.Own && e.Open && s.may(v, access.CorrectIndex)}
	view.Live = false
	for _, p := range o.Result.Warnings {
		view.Warnings = append(view.Warnings, FindingRow{Unit: p.Unit, Column: p.Column, Text: sentence(p.Text)})
	}
	year := view.years(v, o)
	view.rows(v, o, year)
	if unit := v.URL.Query().Get("unit"); unit != "" {
		if err := view.unit(v, o, unit, year); err != nil {
			return err
		}
	}
	return s.show(v, http.StatusOK, "preview", view)
}

// years chooses the year that is shown: the one asked for, or the latest.
func (view *PreviewView) years(v *visit, o *gpsi.Opened) int {
	var all []int
	for _, r := range o.Result.Rows {
		if !slices.Contains(all, r.Year) {
			all = append(all, r.Year)
		}
	}
	slices.Sort(all)
	year := all[len(all)-1]
	if y, err := strconv.Atoi(v.URL.Query().Get("year")); err == nil && slices.Contains(all, y) {
		year = y
	}
	if len(all) > 1 {
		for _, y := range all {
			text := strconv.Itoa(y)
			view.Years = append(view.Years, Choice{Value: text, Name: text, Chosen: y == year})
		}
	}
	return year
}

func figure(x float64, digits int) string {
	if math.IsNaN(x) {
		return "–"
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// rows fills in the ranking of one year, the best first.
func (view *PreviewView) rows(v *visit, o *gpsi.Opened, year int) {
	top := o.Result.Column(o.Model.Index())
	var groups []int
	for k, c := range o.Result.Columns {
		if c.Parent == o.Model.Index() && !c.Indicator {
			groups = append(groups, k)
			view.Groups = append(view.Groups, nameOr(c.Name, c.Code))
		}
	}
	interval := map[string]string{}
	for _, x := range o.Intervals {
		if x.Year == year {
			interval[x.Code] = figure(x.Low, 0) + "–" + figure(x.High, 0)
		}
	}
	var order []int
	for i, r := range o.Result.Rows {
		if r.Year == year {
			order = append(order, i)
		}
	}
	rank := o.Result.Rank[top]
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := rank[a], rank[b]
		switch {
		case math.IsNaN(x) && math.IsNaN(y), x == y:
			return 0
		case math.IsNaN(y), x < y:
			return -1
		}
		return 1
	})
	for _, i := range order {
		r := o.Result.Rows[i]
		q := url.Values{"unit": {r.Code}}
		if year != 0 {
			q.Set("year", strconv.Itoa(year))
		}
		row := PreviewRow{Href: "/indices/editions/" + view.ID + "/preview?" + q.Encode(), Code: r.Code, Name: nameOr(r.Name, r.Code), Rank: figure(rank[i], 0),
			Score: figure(o.Result.Score[top][i], 1), Interval: interval[r.Code], Reliability: v.t.T("gpsi.reliability." + r.Reliability())}
		for _, k := range groups {
			row.Groups = append(row.Groups, figure(o.Result.Score[k][i], 1))
		}
		view.Rows = append(view.Rows, row)
	}
}

// unit fills in the raw values of one country.
func (view *PreviewView) unit(v *visit, o *gpsi.Opened, unit string, year int) error {
	at := -1
	for i, r := range o.Result.Rows {
		if r.Code == unit && r.Year == year {
			at = i
		}
	}
	if at < 0 {
		return fail.New(fail.Missing, "there is no row of %.20q in this edition", unit)
	}
	u := &PreviewUnit{Code: unit, Name: nameOr(o.Result.Rows[at].Name, unit)}
	for k, c := range o.Result.Columns {
		if !c.Indicator || o.Result.Raw[k] == nil {
			continue
		}
		x := PreviewValue{Code: c.Code, Name: nameOr(c.Name, c.Code), Unit: c.Unit, Rank: figure(o.Result.Rank[k][at], 0), Source: c.Source,
			Correct: "/indices/editions/" + view.ID + "?" + url.Values{"unit": {unit}, "column": {c.Code}, "year": {yearText(year)}}.Encode() + "#correct"}
		if raw := o.Result.Raw[k][at]; !math.IsNaN(raw) {
			x.Value = strconv.FormatFloat(raw, 'g', 10, 64)
		}
		if p, ok := o.Provenance.Of(unit, o.DataColumn(c.Code), year); ok {
			x.Year = p.Year
			x.Source = nameOr(p.Source, x.Source)
			if p.Note != "" {
				x.Source += " (" + p.Note + ")"
			}
		}
		var flags []string
		for _, w := range o.Result.Flag[k][at].Words() {
			flags = append(flags, v.t.Or(w, "gpsi.flag."+w))
		}
		x.Flags = v.t.List(flags)
		u.Values = append(u.Values, x)
	}
	view.Unit = u
	return nil
}

func yearText(year int) string {
	if year == 0 {
		return ""
	}
	return strconv.Itoa(year)
}
