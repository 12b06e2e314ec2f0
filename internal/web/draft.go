package web

import (
	"net/http"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/process"
)

// A DraftPage is page/draft: the form of one act, made from its definition.
type DraftPage struct {
	Frame
	ID, Case, Number       string
	Process, Act, Effect   string
	Law                    string
	To                     string
	Version                int64
	New                    bool // a new case: it has a title
	CaseTitle              string
	Marking                MarkingForm
	Groups                 []GroupForm
	Grounds                []Choice
	NeedsGround            bool
	GroundProblem          string
	NeedsReason            bool
	Reason, ReasonProblem  string
	Files                  []FileLine
	NeedsFiles             bool
	Problems, Advice       []ProblemLine // what keeps it from leaving; what is better known before
	Missing                int
	Audience               []Seen
	Approvals              string
	Returned               string
	Stopped                *StopLine
	Checked                bool
	Changed                string
	Open                   bool // it can still be edited
	State                  string
	TitleProblem, MarkNote string
}

// defaultMarking is what a new request carries unless its author chooses
// otherwise: information for the two sides, as intelligence.
const defaultMarking = "TLP:AMBER PAP:GREEN H1"

// A MarkingForm chooses a marking.
type MarkingForm struct {
	TLP, PAP []Choice
	H1, H2   bool
	H3       string
	Problem  string
}

// A ProblemLine is one thing to put right, and where.
type ProblemLine struct {
	Href, Text, Rule, Where string
	Block                   bool
}

func (s *site) draft(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("draft"))
	if err != nil {
		return fail.New(fail.Missing, "there is no draft at this address; the desk shows your drafts")
	}
	d, err := s.Casework.Draft(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	return s.showDraft(v, http.StatusOK, d)
}

func (s *site) showDraft(v *visit, status int, d *casework.DraftView) error {
	t, ref := v.t, d.Process
	page := DraftPage{
		Frame: s.frame(v, t.T("draft.title", d.Number)), ID: string(d.ID), Case: string(d.Case), Number: d.Number,
		Process: processTitle(t, ref, d.Definition.Title), Act: actLabel(t, ref, d.Transition), Effect: actEffect(t, ref, d.Transition),
		Law: d.Transition.Law, To: s.codes(v, d.To), Version: d.Version, New: isOpening(d), CaseTitle: d.Input.Title,
		Marking: markingForm(v, d.Input.Handling), Reason: d.Input.Reason, Approvals: s.needs(v, d.Approvals), Returned: d.Returned,
		Stopped: s.stop(v, ref, d.Stopped), Checked: v.URL.Query().Get("check") == "yes", Changed: t.When(d.Changed, s.Clock()),
		Open: d.State == "open" && d.By.Pseudonym == v.me().Pseudonym, State: t.T("draft.state." + d.State), Audience: s.audience(v, ref, d.Audience),
	}
	page.Live = false
	if d.Input.Handling != "" {
		page.Mark = mark(t, d.Input.Handling)
	} else if page.New {
		page.Mark = mark(t, defaultMarking)
	}
	for _, n := range d.Transition.Needs {
		page.NeedsGround = page.NeedsGround || n == "ground"
		page.NeedsReason = page.NeedsReason || n == "reason"
		page.NeedsFiles = page.NeedsFiles || n == "files"
	}
	for _, g := range d.Grounds {
		page.Grounds = append(page.Grounds, Choice{g.Code, groundLabel(t, ref, g), g.Code == d.Input.Ground})
	}
	for _, f := range d.Files {
		page.Files = append(page.Files, s.file(v, d.Case, f))
	}
	form := fieldForm{s: s, v: v, ref: ref, problems: d.Problems, checked: page.Checked, more: v.URL.Query().Get("more")}
	if err := form.prepare(d); err != nil {
		return err
	}
	for _, g := range d.Groups {
		page.Groups = append(page.Groups, form.group(g))
	}
	s.draftProblems(v, d, &page)
	return s.show(v, status, "draft", page)
}

// isOpening reports whether the draft opens a new case.
func isOpening(d *casework.DraftView) bool {
	for _, st := range d.Definition.States {
		if st.Kind == process.Start {
			for _, from := range d.Transition.From {
				if from == st.Name {
					return true
				}
			}
		}
	}
	return false
}

func (s *site) draftProblems(v *visit, d *casework.DraftView, page *DraftPage) {
	for _, p := range d.Problems {
		p.Text = s.named(v, d.To, p.Text)
		line := ProblemLine{Text: s.say(v, d.Process, p.Text), Rule: shownRule(p.Rule), Block: p.Block, Href: "#" + problemID(p)}
		for _, g := range d.Groups {
			for _, f := range g.Fields {
				if f.Field.Name == p.Field {
					line.Where = v.t.Or(f.Field.Label, processKey(d.Process)+"field."+p.Field+".label")
				}
			}
		}
		if !p.Block {
			page.Advice = append(page.Advice, line)
			continue
		}
		page.Missing++
		page.Problems = append(page.Problems, line)
		if !page.Checked {
			continue
		}
		switch p.Field {
		case "ground":
			page.GroundProblem = line.Text
		case "reason":
			page.ReasonProblem = line.Text
		case "title":
			page.TitleProblem = line.Text
		case "handling":
			page.Marking.Problem = line.Text
		}
	}
}

// named puts the contact point a sentence calls by its id in words.
func (s *site) named(v *visit, to []landbridge.PartyID, x casework.Text) casework.Text {
	if x.Key != "case.advice.hotline" || len(x.Args) == 0 {
		return x
	}
	id, _ := x.Args[0].(string)
	for _, p := range to {
		if r, err := s.Directory.Lookup(v.Context(), p); err == nil {
			x.Args = []any{hotline(v.t, r, id)}
		}
	}
	return x
}

// shownRule is the rule something rests on, where it has a name outside this
// program: a safeguard, a marking, a party. The engine's own words say nothing
// that the sentence beside them does not.
func shownRule(rule string) string {
	switch rule {
	case "form", "state", "role", "side", "order", "crossing", "clock", "default":
		return ""
	}
	return rule
}

// problemID is the id of the control a problem is about.
func problemID(p casework.Problem) string {
	if p.Field == "" {
		return "draft"
	}
	if p.Part != "" {
		return "f-" + p.Field + "-" + strconv.Itoa(p.Row) + "-" + p.Part
	}
	return "f-" + p.Field
}

func markingForm(v *visit, text string) MarkingForm {
	m, err := handling.Parse(text)
	if err != nil {
		m = handling.Marking{TLP: handling.TLPAmber, PAP: handling.PAPGreen, H1: true} // as defaultMarking says
	}
	f := MarkingForm{H1: m.H1, H2: m.H2, H3: strings.Join(m.H3, " | ")}
	for t := handling.TLPClear; t <= handling.TLPRed; t++ {
		key := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(t.String(), "TLP:"), "+", "_"))
		f.TLP = append(f.TLP, Choice{t.String(), t.String() + " – " + v.t.T("tlp."+key), t == m.TLP})
	}
	for p := handling.PAPClear; p <= handling.PAPRed; p++ {
		f.PAP = append(f.PAP, Choice{p.String(), p.String() + " – " + v.t.T("pap."+strings.ToLower(strings.TrimPrefix(p.String(), "PAP:"))), p == m.PAP})
	}
	return f
}

// markingText puts the controls of the form together again.
func markingText(get func(string) string) string {
	m := get("tlp")
	if m == "" {
		return ""
	}
	if pap := get("pap"); pap != "" {
		m += " " + pap
	}
	if get("h1") == "yes" {
		m += " H1"
	}
	if get("h2") == "yes" {
		m += " H2"
	}
	if h3 := strings.TrimSpace(get("h3")); h3 != "" {
		m += " H3:" + h3
	}
	return m
}
