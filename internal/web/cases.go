package web

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/table"
)

// A CasesView is page/cases: a list that the address describes completely, so
// that it can be kept, sent and exported.
type CasesView struct {
	Frame
	Cases     []CaseLine
	Total     int
	Query     string
	States    []Choice
	Parties   []Choice
	Processes []Choice
	Sides     []Choice
	Mine      bool
	Sort      string
	Desc      bool
	Columns   []Column
	Next      string
	CSV, JSON string
	Filtered  bool
	MayDraft  bool
}

// A Column is a heading that sorts.
type Column struct {
	Name, Href, Aria string
	Hide             bool
}

func caseFilter(q url.Values) casework.Filter {
	f := casework.Filter{
		State: q.Get("state"), Party: landbridge.PartyID(q.Get("party")), Process: q.Get("process"), Side: q.Get("side"),
		Mine: q.Get("mine") == "yes", Text: strings.TrimSpace(q.Get("q")), Sort: q.Get("sort"), Desc: q.Get("desc") == "yes", After: q.Get("after"),
	}
	if f.State == "all" {
		f.State, f.All = "", true
	}
	return f
}

func (s *site) cases(v *visit) error {
	q := v.URL.Query()
	f := caseFilter(q)
	// A whole number typed into the search goes straight to its case.
	if f.Text != "" && strings.Count(f.Text, "-") >= 2 {
		if id, err := s.Casework.Find(v.Context(), v.me(), strings.ToUpper(f.Text)); err == nil {
			return v.to("/cases/"+string(id), "")
		}
	}
	page, err := s.Casework.Cases(v.Context(), v.me(), f)
	if err != nil {
		return err
	}
	view := CasesView{
		Frame: s.frame(v, v.t.T("cases.title")), Total: page.Total, Query: f.Text, Mine: f.Mine, Sort: f.Sort, Desc: f.Desc,
		CSV: with("/cases.csv", q, "after", ""), JSON: with("/cases.json", q, "after", ""),
		Filtered: f.Text != "" || f.State != "" || f.All || f.Party != "" || f.Process != "" || f.Side != "" || f.Mine,
		MayDraft: s.may(v, "draft.write"),
	}
	view.Search = f.Text
	for _, c := range page.Cases {
		view.Cases = append(view.Cases, s.caseLine(v, c))
	}
	if page.Next != "" {
		view.Next = with("/cases", q, "after", page.Next)
	}
	if err := s.caseChoices(v, &view, q); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "cases", view)
}

// with returns the address with one parameter of its query changed.
func with(path string, q url.Values, key, value string) string {
	n := url.Values{}
	for k, all := range q {
		if k != "said" && k != key && len(all) > 0 && all[0] != "" {
			n.Set(k, all[0])
		}
	}
	if value != "" {
		n.Set(key, value)
	}
	if len(n) == 0 {
		return path
	}
	return path + "?" + n.Encode()
}

func (s *site) caseChoices(v *visit, view *CasesView, q url.Values) error {
	t := v.t
	choice := func(value, name string, now string) Choice { return Choice{value, name, value == now} }
	for _, st := range []string{"", "ended", "all"} {
		key := st
		if key == "" {
			key = "live"
		}
		view.States = append(view.States, choice(st, t.T("cases.state."+key), q.Get("state")))
	}
	view.Processes = []Choice{choice("", t.T("cases.any"), q.Get("process"))}
	for _, d := range s.Casework.Processes() {
		view.Processes = append(view.Processes, choice(d.Ref.ID, processTitle(t, d.Ref, d.Title), q.Get("process")))
		for _, st := range d.States {
			if st.Kind != "start" {
				view.States = append(view.States, choice(st.Name, stateLabel(t, d.Ref, st.Name, st.Label), q.Get("state")))
			}
		}
	}
	view.Sides = []Choice{choice("", t.T("cases.any"), q.Get("side")), choice("requesting", t.T("cases.side.requesting"), q.Get("side")),
		choice("requested", t.T("cases.side.requested"), q.Get("side"))}
	view.Parties = []Choice{choice("", t.T("cases.any"), q.Get("party"))}
	all, err := s.Directory.All(v.Context())
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Party != s.Party {
			view.Parties = append(view.Parties, choice(string(l.Party), string(l.Party)+" · "+l.Record.Name.In(t.Code), q.Get("party")))
		}
	}
	view.Columns = columns(t.T, q)
	return nil
}

// columns are the headings: a click sorts by the column, a second one turns it round.
func columns(t func(string, ...any) string, q url.Values) []Column {
	now, desc := q.Get("sort"), q.Get("desc") == "yes"
	if now == "" {
		now = "clock"
	}
	var all []Column
	for _, c := range []struct {
		key, sort string
		hide      bool
	}{{"cases.clock", "clock", false}, {"cases.matter", "number", false}, {"cases.with", "", true}, {"cases.state", "", false},
		{"cases.opened", "opened", true}, {"cases.changed", "changed", true}} {
		col := Column{Name: t(c.key), Hide: c.hide}
		if c.sort != "" {
			turned := url.Values{}
			for k, x := range q {
				turned[k] = x
			}
			turned.Del("after")
			turned.Del("desc")
			if c.sort == now && !desc {
				turned.Set("desc", "yes")
			}
			col.Href = with("/cases", turned, "sort", c.sort)
			if c.sort == now {
				col.Aria = "ascending"
				if desc {
					col.Aria = "descending"
				}
			}
		}
		all = append(all, col)
	}
	return all
}

const maxExport = 5000 // cases in one file

// export reads all pages of what the address describes, up to the bound.
func (s *site) export(v *visit) ([]casework.CaseRow, error) {
	f := caseFilter(v.URL.Query())
	f.Limit = casework.MaxPage
	var all []casework.CaseRow
	for len(all) < maxExport {
		page, err := s.Casework.Cases(v.Context(), v.me(), f)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Cases...)
		if page.Next == "" {
			break
		}
		f.After = page.Next
	}
	return all, nil
}

func (s *site) casesCSV(v *visit) error {
	all, err := s.export(v)
	if err != nil {
		return err
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	lines := [][]string{{"number", "title", "process", "side", "with", "state", "outcome", "urgent", "marking", "opened", "changed", "clock", "due"}}
	for _, c := range all {
		clock, due := "", ""
		if c.Clock != nil {
			clock, due = c.Clock.Name, iso(c.Clock.Due)
		}
		lines = append(lines, []string{c.Number, table.Guard(c.Title), c.Process.Name(), c.Side, plain(c.With), c.State, c.Outcome,
			strconv.FormatBool(c.Urgent), c.Marking, iso(c.Opened), iso(c.Changed), clock, due})
	}
	if err := w.WriteAll(lines); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="cases.csv"`)
	v.send(http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
	return nil
}

func (s *site) casesJSON(v *visit) error {
	all, err := s.export(v)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string]any{"filter": v.URL.RawQuery, "cases": all}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="cases.json"`)
	v.send(http.StatusOK, "application/json", text)
	return nil
}
