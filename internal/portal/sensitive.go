package portal

import (
	"cmp"
	"html/template"
	"slices"

	"landbridge.example/index"
	"landbridge.example/internal/portal/chart"
)

// A SensitivityView is page/sensitivity: which choice of the method moves the ranks.
type SensitivityView struct {
	Frame
	Rows     []SensitivityRow
	Most     string // the assumption that moves most
	Share    string
	Runs     string
	Units    []MovedUnit
	Assumed  []string
	HasUnits bool
}

// A SensitivityRow is one assumption.
type SensitivityRow struct {
	Name, About                               string
	First, FirstSpan, Total, TotalSpan        string
	FirstMark, TotalMark                      template.HTML
	FirstLow, FirstHigh, TotalLow, TotalHighs string
}

// A MovedUnit is a unit whose rank moves much, and what moves it most.
type MovedUnit struct {
	Name, Href, Span, By, Share string
	Mark                        template.HTML
}

// mostMoved is how many units are listed.
const mostMoved = 20

func (s *site) sensitivity(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	view := SensitivityView{Frame: s.page(v, o, "sensitivity", v.t.T("public.page.sensitivity")), Runs: v.t.Number(int64(o.Replications))}
	widest := 1.0
	for _, x := range o.Sensitivity {
		widest = max(widest, x.FirstHigh, x.TotalHigh)
	}
	scale := chart.Scale{Low: 0, High: widest}
	best := -1
	for i, x := range o.Sensitivity {
		span := func(low, high float64) string { return o.ltr(v.t.Decimal(low, 2) + " – " + v.t.Decimal(high, 2)) }
		view.Rows = append(view.Rows, SensitivityRow{Name: x.Assumption, About: o.assumption(x.Assumption),
			First: v.t.Decimal(x.First, 2), FirstSpan: span(x.FirstLow, x.FirstHigh), FirstMark: scale.Whisker(x.First, x.FirstLow, x.FirstHigh, "bar first"),
			Total: v.t.Decimal(x.Total, 2), TotalSpan: span(x.TotalLow, x.TotalHigh), TotalMark: scale.Whisker(x.Total, x.TotalLow, x.TotalHigh, "bar")})
		if best < 0 || x.Total > o.Sensitivity[best].Total {
			best = i
		}
	}
	if best >= 0 {
		view.Most, view.Share = o.Sensitivity[best].Assumption, v.t.Percent(o.Sensitivity[best].Total, 0)
	}
	view.Units = o.movedUnits()
	return s.show(v, "sensitivity", view)
}

func (o *opened) movedUnits() (out []MovedUnit) {
	var units []index.UnitSensitivity
	for _, u := range o.Units {
		if u.Year == o.year && has(u.Variance) && u.Variance > 0 {
			units = append(units, u)
		}
	}
	slices.SortStableFunc(units, func(a, b index.UnitSensitivity) int { return cmp.Compare(b.Variance, a.Variance) })
	for _, u := range units[:min(mostMoved, len(units))] {
		row, ok := o.at[u.Code]
		if !ok {
			continue
		}
		m := MovedUnit{Name: o.name(row), Href: o.unitLink(u.Code), Mark: o.intervalMark(row)}
		if iv, ok := o.interval(row); ok {
			m.Span = o.span(iv)
		}
		at := -1
		for i, t := range u.Total {
			if has(t) && (at < 0 || t > u.Total[at]) {
				at = i
			}
		}
		if at >= 0 && at < len(o.Sensitivity) {
			m.By, m.Share = o.Sensitivity[at].Assumption, o.t.Percent(min(1, u.Total[at]), 0)
		}
		out = append(out, m)
	}
	return out
}
