package web

import (
	"bytes"
	"net/http"
	"strings"

	"landbridge.example/internal/fail"
	"landbridge.example/match/substance"
)

// The register is public law: looking something up is no fact in the log, names
// no person and belongs to no case.

// A SubstancesView is page/substances: the search and how far the register goes.
type SubstancesView struct {
	Frame
	Query    string
	Asked    bool
	Hits     []SubstanceLine
	Coverage []ScheduleLine
	Total    string
}

// A SubstanceLine is one substance of a list.
type SubstanceLine struct {
	Href, Name, By string
	Schedules      []Link
	CAS            string
	Check          Pill
	Exact          bool
}

// A Link is an address with its name.
type Link struct{ Href, Name string }

// A ScheduleLine is one schedule with its numbers.
type ScheduleLine struct {
	Href, Name, Convention      string
	All, Checked, Single, Known string
}

// shown is how many hits the page lists.
const shown = 20

func (s *site) substances(v *visit) error {
	r := s.Substances()
	view := SubstancesView{Frame: s.frame(v, v.t.T("substances.title")), Query: strings.TrimSpace(v.URL.Query().Get("q"))}
	if view.Query != "" {
		view.Asked = true
		for _, h := range r.Find(view.Query, shown) {
			line := s.substanceLine(v, h.Substance)
			line.Exact = h.Exact
			if h.Name != h.Substance.Name {
				line.By = h.Name
			}
			view.Hits = append(view.Hits, line)
		}
	}
	for _, c := range r.Coverage() {
		view.Coverage = append(view.Coverage, ScheduleLine{
			Href: "/schedules/" + c.Schedule.Code, Name: s.scheduleName(v, c.Schedule), Convention: c.Schedule.Convention,
			All: v.t.Number(int64(c.All)), Checked: v.t.Number(int64(c.Checked)), Single: v.t.Number(int64(c.Single)), Known: v.t.Number(int64(c.Unchecked)),
		})
	}
	view.Total = v.t.T("substances.total", len(r.Substances()))
	return s.show(v, http.StatusOK, "substances", view)
}

func (s *site) substanceLine(v *visit, x *substance.Substance) SubstanceLine {
	line := SubstanceLine{Href: "/substances/" + x.ID, Name: x.Name, CAS: strings.Join(x.CAS, ", "), Check: s.checkPill(v, x.Check)}
	for _, c := range x.Schedules {
		if k, ok := s.Substances().Schedule(c); ok {
			line.Schedules = append(line.Schedules, Link{"/schedules/" + c, s.scheduleName(v, k)})
		}
	}
	return line
}

// scheduleName is short: the year of the convention and the schedule's number.
func (s *site) scheduleName(v *visit, k substance.Schedule) string {
	year, number, _ := strings.Cut(k.Code, "-")
	if year == "1988" {
		return v.t.T("substances.table", year, number)
	}
	return v.t.T("substances.schedule", year, number)
}

func (s *site) checkPill(v *visit, c substance.Check) Pill {
	class := map[substance.Check]string{substance.Checked: "green", substance.Single: "", substance.Unchecked: "amber"}[c]
	return Pill{class, v.t.T("substances.check." + string(c))}
}

// A SubstanceView is page/substance.
type SubstanceView struct {
	Frame
	Name, Chemical, CAS, CASSource, Note string
	INN                                  bool
	Names                                []string
	Schedules                            []Link
	Check                                Pill
	CheckText                            string
	Sources                              []SourceLine
	Classes                              []ClassCard
}

// A SourceLine is one text that was read.
type SourceLine struct{ Title, Where, Read string }

// A ClassCard is one law that controls a class beside the substance.
type ClassCard struct {
	Jurisdiction, Title, Since, Text, Language, Source string
}

func (s *site) substance(v *visit) error {
	r := s.Substances()
	x, ok := r.Substance(v.PathValue("substance"))
	if !ok {
		return fail.New(fail.Missing, "there is no such substance in the register; search for it by name or CAS number")
	}
	line := s.substanceLine(v, x)
	view := SubstanceView{
		Frame: s.frame(v, x.Name), Name: x.Name, Chemical: x.Chemical, CAS: line.CAS, Note: x.Note, INN: x.INN, Names: x.Names,
		Schedules: line.Schedules, Check: line.Check, CheckText: v.t.T("substances.checktext." + string(x.Check)),
	}
	if len(x.CAS) > 0 {
		view.CASSource = v.t.T("substances.cas.known")
		if source, ok := r.Source(x.CASSource); ok {
			view.CASSource = source.Title
		}
	}
	for _, c := range x.Sources {
		if source, ok := r.Source(c); ok {
			view.Sources = append(view.Sources, SourceLine{source.Title, source.Where, source.Read})
		}
	}
	for _, c := range r.Beside(x.ID) {
		source, _ := r.Source(c.Source)
		view.Classes = append(view.Classes, ClassCard{c.Jurisdiction, c.Title, c.Since, c.Text, c.Language, source.Title})
	}
	return s.show(v, http.StatusOK, "substance", view)
}

// A ScheduleView is page/schedule: the substances of one schedule.
type ScheduleView struct {
	Frame
	Heading, Convention, CompleteTo string
	Substances                      []SubstanceLine
}

func (s *site) schedule(v *visit) error {
	r := s.Substances()
	k, ok := r.Schedule(v.PathValue("schedule"))
	if !ok {
		return fail.New(fail.Missing, "there is no such schedule; the page of substances lists them")
	}
	view := ScheduleView{Frame: s.frame(v, s.scheduleName(v, k)), Heading: s.scheduleName(v, k), Convention: k.Convention, CompleteTo: k.CompleteTo}
	for _, x := range r.In(k.Code) {
		view.Substances = append(view.Substances, s.substanceLine(v, x))
	}
	return s.show(v, http.StatusOK, "schedule", view)
}

func (s *site) substancesCSV(v *visit) error {
	var b bytes.Buffer
	if err := s.Substances().WriteCSV(&b); err != nil {
		return err
	}
	return s.register(v, "controlled-substances.csv", "text/csv; charset=utf-8", b.Bytes())
}

func (s *site) substancesJSON(v *visit) error {
	var b bytes.Buffer
	if err := s.Substances().WriteJSON(&b); err != nil {
		return err
	}
	return s.register(v, "controlled-substances.json", "application/json", b.Bytes())
}

// register sends the whole register as a file.
func (s *site) register(v *visit, name, kind string, b []byte) error {
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.send(http.StatusOK, kind, b)
	return nil
}
