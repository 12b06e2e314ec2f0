package portal

import (
	"html/template"
	"math"
	"slices"
	"strconv"

	"landbridge.example/internal/portal/chart"
)

// A QualityView is page/data: what is missing, what was filled, what was tamed.
type QualityView struct {
	Frame
	Indicators []IndicatorRow
	Units      []UnitData
	Whole      int // units with every value
	Treated    []TreatedRow
	Warnings   []Warning
	Sources    []SourceRow
	Good       int
	Fair       int
	Weak       int
}

// An IndicatorRow is one indicator and how much of it is there.
type IndicatorRow struct {
	Name, Part, Share string
	Missing, Of       int
	Mark              template.HTML
}

// A UnitData is a unit with gaps.
type UnitData struct {
	Name, Href, Share, Gaps string
	Data                    Pill
}

// A TreatedRow is a column in which outliers were tamed.
type TreatedRow struct {
	Name, Year, Skew, Kurtosis, What string
	Skew1                            string
	Fails                            bool // even so
}

// A Warning is what the engine noted; its text is in English.
type Warning struct{ Column, Unit, Text string }

// A SourceRow is one source and its terms.
type SourceRow struct{ File, Source, Licence, URL string }

func (s *site) quality(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	view := QualityView{Frame: s.page(v, o, "data", v.t.T("public.page.data"))}
	list := o.under(o.Result.Columns[0].Code)
	for _, k := range list {
		c := o.Result.Columns[k]
		r := IndicatorRow{Name: o.title(k), Part: o.title(max(0, o.Result.Column(c.Parent))), Of: len(o.rows)}
		for _, i := range o.rows {
			if o.Result.Raw[k] != nil && !has(o.Result.Raw[k][i]) {
				r.Missing++
			}
		}
		share := 1 - float64(r.Missing)/float64(max(1, r.Of))
		r.Share, r.Mark = v.t.Percent(share, 0), chart.Scale{Low: 0, High: 1}.Bar(share, math.NaN())
		view.Indicators = append(view.Indicators, r)
	}
	view.units(o, list)
	for _, t := range o.Result.Treatment {
		if t.Pass || t.Year != 0 && t.Year != o.year {
			continue
		}
		r := TreatedRow{Name: t.Code, Skew: v.t.Decimal(t.Skew, 2), Kurtosis: v.t.Decimal(t.Kurtosis, 2), What: v.t.T("public.treated." + t.Kept)}
		if k := o.Result.Column(t.Code); k >= 0 {
			r.Name = o.title(k)
		}
		after, pass := t.Skew1, t.Pass1
		switch t.Kept {
		case "transformed":
			after, pass = t.Skew2, t.Pass2
		case "original":
			after, pass = t.Skew, false
		}
		r.Skew1, r.Fails = v.t.Decimal(after, 2), !pass
		view.Treated = append(view.Treated, r)
	}
	for _, w := range o.Result.Warnings {
		view.Warnings = append(view.Warnings, Warning{w.Column, w.Unit, w.Text})
	}
	for _, l := range o.Licences {
		view.Sources = append(view.Sources, SourceRow{l.File, l.Source, l.Licence, l.URL})
	}
	return s.show(v, "quality", view)
}

func (view *QualityView) units(o *opened, list []int) {
	rows := slices.Clone(o.rows)
	slices.SortStableFunc(rows, func(a, b int) int {
		return compare(o.Result.Rows[a].Available, o.Result.Rows[b].Available)
	})
	for _, i := range rows {
		switch o.Result.Rows[i].Reliability() {
		case "good":
			view.Good++
		case "fair":
			view.Fair++
		default:
			view.Weak++
		}
		var gaps []string
		for _, k := range list {
			if o.Result.Raw[k] != nil && !has(o.Result.Raw[k][i]) {
				gaps = append(gaps, o.title(k))
			}
		}
		if len(gaps) == 0 {
			view.Whole++
			continue
		}
		view.Units = append(view.Units, UnitData{Name: o.name(i), Href: o.unitLink(o.Result.Rows[i].Code), Share: o.t.Percent(o.Result.Rows[i].Available, 0),
			Gaps: o.t.List(gaps), Data: o.reliability(i)})
	}
}

// A StatementsView is page/statements: what members said of the release, and
// what became of it.
type StatementsView struct {
	Frame
	Note        string
	Revises     string // address
	RevisedBy   string
	Dissents    []DissentLine
	Corrections []CorrectionLine
	Budgets     []BudgetLine
	BudgetHeads []string
}

// A DissentLine is a member's statement, in the language it was made in.
type DissentLine struct{ Party, Text, Language, About, Date string }

// A CorrectionLine is a correction that was asked for.
type CorrectionLine struct {
	Party, What, Was, Wanted, Text, Answer, Date string
	Accepted                                     bool
}

// A BudgetLine is how one member spread its points.
type BudgetLine struct {
	Member string
	Points []string
}

func (s *site) statements(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	view := StatementsView{Frame: s.page(v, o, "statements", v.t.T("public.page.statements")), Note: o.Note}
	if o.Revises != "" {
		view.Revises = releasePath(o.Revises)
	}
	if o.RevisedBy != "" {
		view.RevisedBy = releasePath(o.RevisedBy)
	}
	for _, d := range o.Dissents {
		view.Dissents = append(view.Dissents, DissentLine{string(d.Party), d.Text, d.Language, o.about(d.About), v.t.Date(d.At)})
	}
	for _, c := range o.Corrections {
		what := o.about(c.Unit) + " · " + o.about(c.Column)
		if c.Year != 0 {
			what += " · " + strconv.Itoa(c.Year)
		}
		view.Corrections = append(view.Corrections, CorrectionLine{string(c.Party), what, c.Was, c.Wanted, c.Text, c.Answer, v.t.Date(c.At), c.Accepted})
	}
	view.budgets(o)
	return s.show(v, "statements", view)
}

// about names what a statement is about: a unit, a column, or the whole.
func (o *opened) about(code string) string {
	if code == "" {
		return o.t.T("public.statements.whole")
	}
	if i, ok := o.at[code]; ok {
		return o.name(i)
	}
	if k := o.Result.Column(code); k >= 0 {
		return o.title(k)
	}
	return code
}

func (view *StatementsView) budgets(o *opened) {
	if len(o.Budgets) == 0 {
		return
	}
	var codes []string
	for k, c := range o.Result.Columns {
		if _, ok := o.Budgets[0].Points[c.Code]; ok {
			codes = append(codes, c.Code)
			view.BudgetHeads = append(view.BudgetHeads, o.title(k))
		}
	}
	for _, b := range o.Budgets {
		l := BudgetLine{Member: b.Member}
		for _, c := range codes {
			l.Points = append(l.Points, o.t.Decimal(b.Points[c], 0))
		}
		view.Budgets = append(view.Budgets, l)
	}
}
