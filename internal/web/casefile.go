package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/process"
)

// A CaseFileView is page/case: one case, as this person may see it.
type CaseFileView struct {
	Frame
	ID, Number, CaseTitle string
	Process, Version      string
	ProcessHash           string
	With                  string
	State                 Pill
	Urgent                bool
	Way                   []WayLine
	Step, Steps           int
	StepName, NextName    string
	Question              string
	Refusal               *RefusalLine
	Stopped               *StopLine
	Acts                  []ActButton
	Closed                []ActClosed
	Drafts                []Brief
	Proposals             []Brief
	Timeline              []ActLine
	Clocks, Ended         []*Clock
	Delivery              []DeliveryCard
	Groups                []GroupLines
	Files                 []FileLine
	Audience              []Seen
	Safeguards            []SafeguardLine
	Facts                 []FactLine
	Keep                  []NameValue
	Sides                 []NameValue
	Use                   *UseAnswer // what was asked about using it, and the answer
	UseActs, UseActions   []Choice
	UsePurposes, UseTo    []Choice
	Screening             *ScreenPanel
}

// A WayLine is one step on the way of a case.
type WayLine struct{ Label, Status, At string }

// A RefusalLine is a lawful refusal.
type RefusalLine struct {
	Ground, Reason, Source string
	By                     Who
	At                     string
}

// A StopLine is an attempt that a safeguard stopped.
type StopLine struct {
	Rule, Text, Advice, At string
	Entry                  int64
}

// An ActButton is an act open to the person.
type ActButton struct {
	Name, Label, Effect string
	Class               string // "" the first, "plain", or "stop" where it ends or refuses something
	Form                bool
	Approval            string
	Moves               bool // it changes the state of the case
}

func (a ActButton) rank() int {
	switch {
	case a.Class == "stop":
		return 2
	case a.Moves:
		return 0
	}
	return 1
}

// An ActClosed is an act that is not open, and why.
type ActClosed struct {
	Label string
	Why   []RuleText
}

// A RuleText is a sentence with the rule it rests on.
type RuleText struct{ Rule, Text string }

// A Brief points to a draft or a proposal.
type Brief struct {
	Href, Label, At, Needs string
	By                     Who
}

func (s *site) caseFile(v *visit) error { return s.showCase(v, nil) }

func (s *site) showCase(v *visit, use *UseAnswer) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	if err != nil {
		return fail.New(fail.Missing, "there is no case at this address; the list of cases shows those you can see")
	}
	c, err := s.Casework.Case(v.Context(), v.me(), casework.Reading{Case: id, Purpose: handling.Purpose(v.URL.Query().Get("purpose"))})
	if err != nil {
		return err
	}
	view := s.caseView(v, c)
	view.Use = use
	if err := s.useChoices(v, c, &view); err != nil {
		return err
	}
	if err := s.whyNotThere(v, &view); err != nil {
		return err
	}
	if view.Screening, err = s.screenPanel(v, id, c.Ended || c.Erased || len(c.Timeline) == 0); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "case", view)
}

func (s *site) caseView(v *visit, c *casework.CaseView) CaseFileView {
	t := v.t
	row := s.caseLine(v, c.CaseRow)
	view := CaseFileView{
		Frame: s.frame(v, row.Title), ID: string(c.ID), Number: c.Number, CaseTitle: row.Title, With: row.With, State: row.State, Urgent: c.Urgent,
		Process: processTitle(t, c.Process, c.ProcessTitle), Version: c.Process.Name(), ProcessHash: c.Process.Hash.String(),
		Step: c.Step, Steps: c.Steps, Question: c.Question,
	}
	view.Title = c.Number + " · " + row.Title
	view.Mark = row.Mark
	for i, w := range c.Way {
		line := WayLine{Label: stateLabel(t, c.Process, w.State, w.Label), Status: w.Status, At: t.When(w.At, s.Clock())}
		if w.At.IsZero() {
			line.At = ""
		}
		view.Way = append(view.Way, line)
		if w.Status == "now" && c.Ended {
			view.Way[i].Status = "now end"
		}
		if w.Status == "now" {
			view.StepName = line.Label
			if i+1 < len(c.Way) {
				view.NextName = stateLabel(t, c.Process, c.Way[i+1].State, c.Way[i+1].Label)
			}
		}
	}
	for _, side := range c.Sides {
		name := sideLabel(t, c.Process, side.Name, side.Label)
		view.Sides = append(view.Sides, NameValue{name, s.codes(v, side.Parties)})
	}
	for i := range c.Clocks {
		if k := s.clock(v, c.Process, &c.Clocks[i]); k.Status == "stopped" {
			view.Ended = append(view.Ended, k)
		} else {
			view.Clocks = append(view.Clocks, k)
		}
	}
	s.caseActs(v, c, &view)
	s.caseContent(v, c, &view)
	s.caseChecks(v, c, &view)
	return view
}

// caseActs fills in what can be done, by whom, and why the rest cannot.
func (s *site) caseActs(v *visit, c *casework.CaseView, view *CaseFileView) {
	t, now := v.t, s.Clock()
	for _, o := range c.Open {
		b := ActButton{
			Name: o.Transition.Name, Label: actLabel(t, c.Process, o.Transition), Effect: actEffect(t, c.Process, o.Transition),
			Form: o.Form, Class: "plain", Moves: o.Transition.To != process.Same,
		}
		if slices.Contains([]string{"refusal", "withdrawal", "suspension", "release_refused"}, o.Transition.Means) || o.Transition.Name == "end_by_oversight" {
			b.Class = "stop"
		}
		b.Approval = s.needs(v, o.Approvals)
		view.Acts = append(view.Acts, b)
	}
	// What takes the case on stands first, what ends or refuses it last.
	slices.SortStableFunc(view.Acts, func(a, b ActButton) int { return a.rank() - b.rank() })
	if len(view.Acts) > 0 && view.Acts[0].rank() == 0 {
		view.Acts[0].Class = ""
	}
	for _, o := range c.Closed {
		line := ActClosed{Label: actLabel(t, c.Process, o.Transition)}
		for _, w := range o.Why {
			line.Why = append(line.Why, RuleText{shownRule(w.Rule), s.say(v, c.Process, w.Text)})
		}
		view.Closed = append(view.Closed, line)
	}
	for _, d := range c.Drafts {
		view.Drafts = append(view.Drafts, Brief{Href: "/drafts/" + string(d.ID), At: t.When(d.Changed, now), By: s.who(v, d.By),
			Label: t.Or(d.Label, processKey(c.Process)+"act."+d.Transition+".label")})
	}
	for _, p := range c.Proposals {
		view.Proposals = append(view.Proposals, Brief{Href: "/approvals/" + string(p.ID), At: t.When(p.At, now), By: s.who(v, p.By),
			Label: t.Or(p.Label, processKey(c.Process)+"act."+p.Transition+".label"), Needs: s.needs(v, p.Needs)})
	}
	if r := c.Refusal; r != nil {
		view.Refusal = &RefusalLine{Ground: groundLabel(t, c.Process, r.Ground), Reason: r.Reason, Source: r.Ground.Source, By: s.who(v, r.By), At: t.DateTime(r.At)}
	}
	view.Stopped = s.stop(v, c.Process, c.Stopped)
}

func (s *site) stop(v *visit, ref landbridge.ProcessRef, p *casework.Stop) *StopLine {
	if p == nil {
		return nil
	}
	return &StopLine{Rule: p.Rule, Text: s.say(v, ref, p.Text), Advice: s.say(v, ref, p.Advice), At: v.t.DateTime(p.At), Entry: p.Entry}
}

// needs writes the signatures that are missing: any one of the roles of each.
func (s *site) needs(v *visit, all []casework.Need) string {
	lines := make([]string, len(all))
	for i, n := range all {
		names := make([]string, len(n.Roles))
		for j, r := range n.Roles {
			names[j] = s.roleName(v.t, r)
		}
		lines[i] = v.t.Choices(names)
	}
	return v.t.List(lines)
}

// caseChecks fills in who sees it, which safeguards hold, how far messages came.
func (s *site) caseChecks(v *visit, c *casework.CaseView, view *CaseFileView) {
	t, now := v.t, s.Clock()
	view.Audience = s.audience(v, c.Process, c.Audience)
	view.Safeguards = s.safeguards(v, c.Process, c.Safeguards)
	for _, d := range c.Delivery {
		view.Delivery = append(view.Delivery, s.delivery(v, c, d))
	}
	for _, f := range c.Facts {
		view.Facts = append(view.Facts, FactLine{Index: f.Entry, Kind: f.Kind, KindName: t.Or(f.Kind, "fact."+f.Kind), Actor: f.Actor, Name: f.Name,
			At: t.When(f.At, now), AtISO: iso(f.At), Note: f.Note})
	}
	if !c.Review.IsZero() {
		view.Keep = append(view.Keep, NameValue{t.T("case.review"), t.Date(c.Review)})
	}
	if !c.KeepUntil.IsZero() {
		view.Keep = append(view.Keep, NameValue{t.T("case.keep"), t.Date(c.KeepUntil)})
	}
}

// act does one step in a case: at once when it asks for nothing, through a
// draft when it has a form.
func (s *site) act(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	if err != nil {
		return fail.New(fail.Missing, "there is no case at this address; the list of cases shows those you can see")
	}
	transition := v.PathValue("transition")
	if v.FormValue("form") == "yes" {
		d, err := s.Casework.NewDraft(v.Context(), v.me(), casework.NewDraft{Case: id, Transition: transition})
		if err != nil {
			return err
		}
		return v.to("/drafts/"+string(d.ID), "")
	}
	done, err := s.Casework.Act(v.Context(), v.me(), casework.ActInput{Case: id, Transition: transition})
	if err != nil {
		return err
	}
	return s.afterAct(v, done)
}

// afterAct leads on to where the person sees what became of the act.
func (s *site) afterAct(v *visit, done *casework.Done) error {
	switch {
	case done.Stopped != nil:
		return v.to("/cases/"+string(done.Case), "stopped")
	case done.Proposal != "" && done.Act.IsZero():
		return v.to("/approvals/"+string(done.Proposal), "proposed")
	}
	return v.to("/cases/"+string(done.Case), "done")
}

func (s *site) exhibit(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	file, err2 := landbridge.ParseID(v.PathValue("file"))
	if err != nil || err2 != nil {
		return fail.New(fail.Missing, "there is no file at this address; the case page lists its files")
	}
	f, content, err := s.Casework.OpenFile(v.Context(), v.me(), casework.Reading{Case: id}, file)
	if err != nil {
		return err
	}
	defer content.Close()
	// A file from another state is a download and nothing else: it never
	// becomes a page of this site, whatever it says it is.
	h := v.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+escapeName(f.Name))
	h.Set("Content-Length", fmt.Sprint(f.Size))
	v.w.WriteHeader(http.StatusOK)
	if _, err := io.Copy(v.w, content); err != nil {
		// The head is gone: only a broken connection says now that it failed.
		s.Report("", fmt.Errorf("sending file %s: %w", file, err))
		panic(http.ErrAbortHandler)
	}
	return nil
}

// escapeName writes a file name for a header (RFC 8187).
func escapeName(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '.', c == '_':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func (s *site) actFile(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	act, err2 := landbridge.ParseDigest(v.PathValue("act"))
	if err != nil || err2 != nil {
		return fail.New(fail.Missing, "there is no act at this address; the case page lists its acts")
	}
	e, o, err := s.Casework.ActFile(v.Context(), v.me(), id, act)
	if err != nil {
		return err
	}
	header, err := e.Header.Text()
	if err != nil {
		return fmt.Errorf("writing the header of act %s: %w", act, err)
	}
	b, err := json.MarshalIndent(actFileJSON{"landbridge-act/1", string(header), e.Signature, o.Salt[:], o.Body}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing act %s: %w", act, err)
	}
	return s.download(v, act.String()[:16]+".act", b)
}

// actFileJSON is the form of an act that "landbridge verify" reads; package
// client declares the same for programs.
type actFileJSON struct {
	Format    string `json:"format"`
	Header    string `json:"header"`
	Signature []byte `json:"signature"`
	Salt      []byte `json:"salt"`
	Body      []byte `json:"body"`
}

func (s *site) receipt(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	message, err2 := landbridge.ParseID(v.PathValue("message"))
	to, err3 := landbridge.ParsePartyID(v.PathValue("to"))
	if err != nil || err2 != nil || err3 != nil {
		return fail.New(fail.Missing, "there is no receipt at this address; the case page lists those there are")
	}
	// Whether this person may see the case decides about its receipts as well.
	if err := s.seesMessage(v, id, message); err != nil {
		return err
	}
	b, err := s.Exchange.Receipt(v.Context(), message, to)
	if err != nil {
		return err
	}
	return s.download(v, "receipt-"+string(to)+"-"+string(message)+".txt", b)
}

func (s *site) seesMessage(v *visit, id landbridge.CaseID, message landbridge.MessageID) error {
	c, err := s.Casework.Case(v.Context(), v.me(), casework.Reading{Case: id})
	if err != nil {
		return err
	}
	for _, d := range c.Delivery {
		if d.Message == message {
			return nil
		}
	}
	return fail.New(fail.Missing, "this case has no such message; the case page lists its receipts")
}

func (s *site) download(v *visit, name string, b []byte) error {
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.send(http.StatusOK, "text/plain; charset=utf-8", b)
	return nil
}
