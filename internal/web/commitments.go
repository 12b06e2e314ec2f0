package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// statuses are where a commitment can stand, in the order of pages.
func statuses() []string {
	return []string{kernel.Late, kernel.Running, kernel.Kept, kernel.KeptLate, kernel.Abandon}
}

// A CommitmentsView is page/commitments: what parties promised.
type CommitmentsView struct {
	Frame
	Counts    []CountLink
	Items     []CommitmentLine
	Parties   []Choice
	States    []Choice
	MayCommit bool
	Matters   []Choice
	Form      map[string]string
	Problem   string
}

// A CountLink is a number that leads to what it counts.
type CountLink struct {
	Href, N string
	State   Pill
}

// A CommitmentLine is one commitment of a list.
type CommitmentLine struct {
	Href, Title, Party, Code, Due, Last string
	State                               Pill
}

func commitmentPill(t *lang.Texts, status string) Pill {
	class := map[string]string{kernel.Kept: "green", kernel.KeptLate: "amber", kernel.Late: "red", kernel.Running: "teal"}
	return Pill{class[status], t.T("decide.status." + status)}
}

func (s *site) commitments(v *visit) error { return s.showCommitments(v, http.StatusOK, "") }

func (s *site) showCommitments(v *visit, status int, problem string) error {
	t, today := v.t, s.Clock().UTC().Format(time.DateOnly)
	view := CommitmentsView{Frame: s.frame(v, t.T("commit.title")), MayCommit: s.may(v, access.SpeakInDecisions), Problem: problem, Form: map[string]string{},
		States: choices(t, "decide.status.", statuses(), v.FormValue("state"))}
	for _, name := range []string{"title", "what", "due", "indicator", "target", "session", "milestones"} {
		view.Form[name] = v.FormValue(name)
	}
	all, err := s.Decision.Commitments(v.Context())
	if err != nil {
		return err
	}
	counts := map[string]int64{}
	for _, c := range all {
		state := c.Status(today)
		counts[state]++
		if want := v.FormValue("state"); v.Method == http.MethodGet && (want != "" && want != state || v.FormValue("party") != "" &&
			v.FormValue("party") != string(c.Party)) {
			continue
		}
		line := CommitmentLine{Href: "/commitments/" + c.Act.String(), Title: c.Promise.Title, Code: string(c.Party), Party: s.partyName(v, c.Party),
			Due:   t.Day(c.Promise.Due),
			State: commitmentPill(t, state)}
		if last := c.Last(""); last != nil {
			line.Last = t.Day(last.Day) + " · " + few1(last.Text)
		}
		view.Items = append(view.Items, line)
	}
	for _, state := range statuses() {
		view.Counts = append(view.Counts, CountLink{"/commitments?state=" + state, t.Number(counts[state]), commitmentPill(t, state)})
	}
	if view.Parties, err = s.partyChoices(v, v.FormValue("party")); err != nil {
		return err
	}
	adopted, err := s.Decision.Outcomes(v.Context())
	if err != nil {
		return err
	}
	view.Matters = []Choice{{"", "–", false}}
	for _, f := range adopted {
		view.Matters = append(view.Matters, Choice{f.Digest.String(), f.Matter.Title, v.FormValue("matter") == f.Digest.String()})
	}
	return s.show(v, status, "commitments", view)
}

// commit proposes a promise of this party; another person approves it.
func (s *site) commit(v *visit) error {
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.FormValue(name), "\r\n", "\n"))
	}
	var from landbridge.Digest
	if text := get("matter"); text != "" {
		var err error
		if from, err = landbridge.ParseDigest(text); err != nil {
			return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
		}
	}
	p := &kernel.Promise{Title: get("title"), What: get("what"), Due: get("due"), Indicator: get("indicator"), Target: get("target"), Session: get("session")}
	for line := range strings.SplitSeq(get("milestones"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			due, title, _ := strings.Cut(line, " ")
			p.Milestones = append(p.Milestones, kernel.Milestone{ID: freshID("m", len(p.Milestones)), Due: due, Title: strings.TrimSpace(title)})
		}
	}
	done, err := s.Decision.Commit(v.Context(), v.me(), from, p)
	if decisionSaid(err) {
		return s.showCommitments(v, http.StatusUnprocessableEntity, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.after(done, "/commitments")
}

// A CommitmentView is page/commitment: one promise with its reports.
type CommitmentView struct {
	Frame
	ID, Heading, Party, Code, At string
	State                        Pill
	Lines                        []NameValue
	Milestones                   []CommitmentLine
	Reports                      []ReportCard
	MatterHref, File             string
	MayReport                    bool
	Steps                        []Choice
	Today                        string
	Problem                      string
}

// A ReportCard is one report.
type ReportCard struct {
	Day, At, Value, Text, Milestone string
	State                           Pill
	Evidence                        []NameValue // title, and an address or a digest
}

func (s *site) promiseLines(v *visit, c *kernel.Promise) []NameValue {
	t := v.t
	all := []NameValue{{t.T("commit.what"), c.What}, {t.T("commit.due"), t.Day(c.Due)}, {t.T("commit.indicator"), c.Indicator}}
	if c.Target != "" {
		all = append(all, NameValue{t.T("commit.target"), c.Target})
	}
	if c.Session != "" {
		all = append(all, NameValue{t.T("decide.session"), s.editionName(v, c.Session)})
	}
	return all
}

func (s *site) commitment(v *visit) error {
	d, err := digestOf(v, "commitment", "commitment")
	if err != nil {
		return err
	}
	return s.showCommitment(v, http.StatusOK, d, "")
}

func (s *site) showCommitment(v *visit, status int, d landbridge.Digest, problem string) error {
	c, err := s.Decision.Commitment(v.Context(), d)
	if err != nil {
		return err
	}
	t, today := v.t, s.Clock().UTC().Format(time.DateOnly)
	view := CommitmentView{Frame: s.frame(v, c.Promise.Title), ID: d.String(), Heading: c.Promise.Title, Party: s.partyName(v, c.Party), Code: string(c.Party),
		At: t.DateTime(c.At), State: commitmentPill(t, c.Status(today)), Lines: s.promiseLines(v, c.Promise), File: "/commitments/" + d.String() + "/file",
		MayReport: c.Party == s.Party && s.may(v, access.SpeakInDecisions), Today: today, Problem: problem, Steps: []Choice{{"", t.T("commit.whole"), true}}}
	if !c.Matter.IsZero() {
		view.MatterHref = matterHref(c.Matter)
	}
	titles := map[string]string{}
	for _, m := range c.Promise.Milestones {
		titles[m.ID] = m.Title
		view.Milestones = append(view.Milestones, CommitmentLine{Title: m.Title, Due: t.Day(m.Due), State: commitmentPill(t, c.MilestoneStatus(m, today))})
		view.Steps = append(view.Steps, Choice{m.ID, m.Title, false})
	}
	for _, r := range slices.Backward(c.Reports) {
		card := ReportCard{Day: t.Day(r.Day), At: t.DateTime(r.At), Value: r.Value, Text: r.Text, Milestone: titles[r.Milestone], State: commitmentPill(t, r.State)}
		for _, e := range r.Evidence {
			card.Evidence = append(card.Evidence, NameValue{e.Title, e.Ref})
		}
		view.Reports = append(view.Reports, card)
	}
	return s.show(v, status, "commitment", view)
}

// reportOn reports on a commitment of this party.
func (s *site) reportOn(v *visit) error {
	d, err := digestOf(v, "commitment", "commitment")
	if err != nil {
		return err
	}
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.FormValue(name), "\r\n", "\n"))
	}
	r := &kernel.Report{State: get("state"), Day: get("day"), Milestone: get("milestone"), Value: get("value"), Text: get("text")}
	for line := range strings.SplitSeq(get("evidence"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			ref, title, _ := strings.Cut(line, " ")
			r.Evidence = append(r.Evidence, kernel.Evidence{Ref: ref, Title: strings.TrimSpace(title)})
		}
	}
	done, err := s.Decision.Report(v.Context(), v.me(), d, r)
	if decisionSaid(err) {
		return s.showCommitment(v, http.StatusUnprocessableEntity, d, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.after(done, "/commitments/"+d.String())
}

func (s *site) commitmentFile(v *visit) error {
	d, err := digestOf(v, "commitment", "commitment")
	if err != nil {
		return err
	}
	return s.giveFile(v, d)
}
