package portal

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
)

// Decisions is where outcomes and commitments come from: a decision.Chamber.
// It gives out what was adopted and what was promised, and nothing else.
type Decisions interface {
	Outcomes(ctx context.Context) ([]*decision.File, error)
	Outcome(ctx context.Context, d landbridge.Digest) (*decision.File, error)
	Translations(ctx context.Context, f *decision.File) (map[string]kernel.Translation, error)
	Bundle(ctx context.Context, d landbridge.Digest) ([]byte, error)
	Commitments(ctx context.Context) ([]*kernel.Commitment, error)
}

const (
	outcomesPath    = Prefix + "outcomes/"
	commitmentsPath = Prefix + "commitments/"
)

func decisionRoutes() []route {
	return []route{
		{"GET " + outcomesPath + "{$}", (*site).outcomes},
		{"GET " + outcomesPath + "outcomes.json", (*site).outcomesJSON},
		{"GET " + outcomesPath + "history", (*site).pastOutcomes},
		{"GET " + outcomesPath + "{matter}", (*site).outcome},
		{"GET " + outcomesPath + "{matter}/proof.decision", (*site).outcomeFile},
		{"GET " + commitmentsPath + "{$}", (*site).followUp},
		{"GET " + commitmentsPath + "commitments.json", (*site).commitmentsJSON},
		{"GET " + commitmentsPath + "{commitment}", (*site).commitment},
		{"GET " + commitmentsPath + "{commitment}/proof.decision", (*site).commitmentFile},
	}
}

// An OutcomesView is page/outcomes: what was adopted.
type OutcomesView struct {
	Frame
	Tabs     []Link
	Outcomes []OutcomeLine
}

// An OutcomeLine is one outcome of a list.
type OutcomeLine struct {
	Href, Title, How, When, Signed, Subject string
}

func (s *site) decisionTabs(v *visit) []Link {
	var all []Link
	for _, x := range [][2]string{{outcomesPath, "public.outcomes.title"}, {commitmentsPath, "public.commitments.title"}, {outcomesPath + "history",
		"public.outcomes.past"}} {
		all = append(all, Link{x[0], v.t.T(x[1]), v.URL.Path == x[0]})
	}
	return all
}

func (s *site) adopted(ctx context.Context) ([]*decision.File, error) {
	if s.Decisions == nil {
		return nil, nil
	}
	return s.Decisions.Outcomes(ctx)
}

func (s *site) outcomes(v *visit) error {
	view := OutcomesView{Frame: s.frame(v, v.t.T("public.outcomes.title")), Tabs: s.decisionTabs(v)}
	all, err := s.adopted(v.Context())
	if err != nil {
		return err
	}
	for _, f := range all {
		view.Outcomes = append(view.Outcomes, OutcomeLine{Href: outcomesPath + f.Digest.String(), Title: f.Matter.Title, How: s.howAdopted(v, f),
			When: v.t.Date(f.End), Signed: v.t.T("public.outcomes.signed", len(f.Signers)), Subject: v.t.T("public.outcomes.subject." + f.Matter.Subject)})
	}
	return s.show(v, "outcomes", view)
}

func (s *site) howAdopted(v *visit, f *decision.File) string {
	if f.Matter.Method == kernel.Vote {
		return v.t.T("public.outcomes.how.vote", f.Yes, f.No, f.Abstain)
	}
	return v.t.T("public.outcomes.how." + f.Matter.Method)
}

// An OutcomeView is page/outcome: one adopted text with how it was adopted, who
// signed it, and what proves it.
type OutcomeView struct {
	Frame
	Tabs               []Link
	ID, Heading        string
	Title              Told
	How, When, Subject string
	Session            string
	Adopting, Without  []string
	Signed             []SignedLine
	Remarks            []RemarkLine
	Lines              []Paragraph
	TextLang, TextDir  string
	In                 []Link
	Digest, Text, File string
	Commitments        []CommitmentLine
	Edition            string
}

// A SignedLine is one party's signature.
type SignedLine struct{ Party, When, Act string }

// A RemarkLine is a reservation, a dissent or an explanation of position.
type RemarkLine struct{ Kind, Party, When, Text, Where string }

// A Paragraph is one paragraph of a text.
type Paragraph struct {
	ID, Number, Words string
	Head              bool
}

func (s *site) digest(v *visit, name string) (landbridge.Digest, error) {
	d, err := landbridge.ParseDigest(v.PathValue(name))
	if err != nil || s.Decisions == nil {
		return d, fail.New(fail.Missing, "there is no such outcome or commitment; the list shows those there are")
	}
	return d, nil
}

func (s *site) outcome(v *visit) error {
	d, err := s.digest(v, "matter")
	if err != nil {
		return err
	}
	f, err := s.Decisions.Outcome(v.Context(), d)
	if err != nil {
		return err
	}
	t, m := v.t, f.Matter
	view := OutcomeView{Frame: s.frame(v, m.Title), Tabs: s.decisionTabs(v), ID: d.String(), Heading: m.Title, How: s.howAdopted(v, f), When: t.DateTime(f.End),
		Subject: t.T("public.outcomes.subject." + m.Subject), Session: s.editionName(v, m.Session), Digest: f.Outcome.Digest().String(), Text: m.Text.String(),
		File: outcomesPath + d.String() + "/proof.decision"}
	for _, p := range f.Outcome.Adopting {
		view.Adopting = append(view.Adopting, s.partyName(v, p))
	}
	for _, p := range f.Outcome.Not {
		view.Without = append(view.Without, s.partyName(v, p))
	}
	for _, p := range slices.Sorted(maps.Keys(f.Signers)) {
		view.Signed = append(view.Signed, SignedLine{s.partyName(v, p), t.DateTime(f.Signers[p].Made), f.Signers[p].Digest().String()})
	}
	for _, r := range f.Remarks {
		view.Remarks = append(view.Remarks, RemarkLine{t.T("public.outcomes.remark." + r.Kind), s.partyName(v, r.Party), t.Date(r.At), r.Text,
			s.whereIn(f.Text, r.Paragraphs)})
	}
	if err := s.adoptedText(v, f, &view); err != nil {
		return err
	}
	all, err := s.Decisions.Commitments(v.Context())
	for _, c := range all {
		if c.Matter == d {
			view.Commitments = append(view.Commitments, s.commitmentLine(v, c, s.thisDay()))
		}
	}
	if err != nil {
		return err
	}
	return s.show(v, "outcome", view)
}

// whereIn gives the numbers of paragraphs, or their ids where they have none.
func (s *site) whereIn(t *kernel.Text, ids []string) string {
	numbers := map[string]string{}
	if t != nil {
		for i, n := range t.Numbers() {
			numbers[t.Paragraphs[i].ID] = n
		}
	}
	out := ""
	for i, id := range ids {
		if i > 0 {
			out += ", "
		}
		out += cmp.Or(numbers[id], id)
	}
	return out
}

// adoptedText shows the text in the reader's language where there is a
// translation; the original decides.
func (s *site) adoptedText(v *visit, f *decision.File, view *OutcomeView) error {
	if f.Text == nil {
		return nil
	}
	all, err := s.Decisions.Translations(v.Context(), f)
	if err != nil {
		return err
	}
	shown, want := f.Text, cmp.Or(v.URL.Query().Get("in"), v.t.Code)
	if x, ok := all[want]; ok {
		shown = x.Text
	}
	for _, l := range slices.Sorted(func(yield func(string) bool) {
		if !yield(f.Text.Language) {
			return
		}
		maps.Keys(all)(yield)
	}) {
		name := s.languageName(v, l)
		if l == f.Text.Language {
			name = v.t.T("public.outcomes.original", name)
		}
		view.In = append(view.In, Link{withQuery(v.URL.Path, nil, "in", l), name, l == shown.Language})
	}
	view.TextLang, view.TextDir = shown.Language, "ltr"
	if shown.Language == "ar" {
		view.TextDir = "rtl"
	}
	view.Title = Told{shown.Title, shown.Language}
	numbers := shown.Numbers()
	for i, p := range shown.Paragraphs {
		view.Lines = append(view.Lines, Paragraph{p.ID, numbers[i], p.Body, p.Level == 0})
	}
	return nil
}

// languageName names a language; one the pages do not know keeps its code.
func (s *site) languageName(v *visit, code string) string {
	if v.t.Has("language." + code) {
		return v.t.T("language." + code)
	}
	return code
}

func (s *site) outcomeFile(v *visit) error {
	d, err := s.digest(v, "matter")
	if err != nil {
		return err
	}
	return s.proofOf(v, d)
}

// proofOf gives out a proof. It is put together anew for everyone who asks, from
// every act of the matter, so each address has its pace.
func (s *site) proofOf(v *visit, d landbridge.Digest) error {
	if err := s.Gate.File(v.RemoteAddr); err != nil {
		return err
	}
	b, err := s.Decisions.Bundle(v.Context(), d)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%.16s.decision"`, d))
	v.send(http.StatusOK, "application/json", b)
	return nil
}

func (s *site) thisDay() string { return s.Clock().UTC().Format(time.DateOnly) }

// A FollowUpView is page/followup: what became of what was promised.
type FollowUpView struct {
	Frame
	Tabs    []Link
	Years   []Link
	Year    string
	Day     string
	Counts  []StatusCount
	Groups  []StatusGroup
	Total   int
	Nothing bool
}

// A StatusCount is how many commitments stand so.
type StatusCount struct{ N, Name, Class string }

// A StatusGroup are the commitments that stand so.
type StatusGroup struct {
	Name, Class, About string
	Items              []CommitmentLine
}

// A CommitmentLine is one commitment of a list.
type CommitmentLine struct {
	Href, Title, Party, Due, Status, Class, Why string
}

func statusClass(status string) string {
	return map[string]string{kernel.Kept: "green", kernel.KeptLate: "amber", kernel.Late: "red", kernel.Running: "teal"}[status]
}

func (s *site) commitmentLine(v *visit, c *kernel.Commitment, day string) CommitmentLine {
	status := c.Status(day)
	line := CommitmentLine{Href: commitmentsPath + c.Act.String(), Title: c.Promise.Title, Party: s.partyName(v, c.Party), Due: v.t.Day(c.Promise.Due),
		Status: v.t.T("public.commitments.status." + status), Class: statusClass(status)}
	if last := c.Last(""); last != nil {
		line.Why = last.Text
		if last.Value != "" {
			line.Why = last.Value + " · " + line.Why
		}
	}
	return line
}

// followUp is the follow-up of a year: this one, or the one that is asked for
// as it stood at its end.
func (s *site) followUp(v *visit) error {
	var all []*kernel.Commitment
	if s.Decisions != nil {
		var err error
		if all, err = s.Decisions.Commitments(v.Context()); err != nil {
			return err
		}
	}
	today := s.thisDay()
	view := FollowUpView{Frame: s.frame(v, v.t.T("public.commitments.title")), Tabs: s.decisionTabs(v), Year: today[:4], Nothing: len(all) == 0}
	years := map[string]bool{today[:4]: true}
	for _, c := range all {
		for y := c.At.UTC().Year(); y <= s.Clock().UTC().Year() || strconv.Itoa(y) <= c.Promise.Due[:4]; y++ {
			years[strconv.Itoa(y)] = true
		}
	}
	if y := v.URL.Query().Get("year"); y != "" {
		if !years[y] {
			return fail.New(fail.Missing, "there is no follow-up of that year; the page of commitments shows the years there are")
		}
		view.Year = y
	}
	day := today
	if view.Year < today[:4] {
		day = view.Year + "-12-31"
	}
	view.Day = v.t.Day(day)
	for _, y := range slices.Backward(slices.Sorted(maps.Keys(years))) {
		view.Years = append(view.Years, Link{withQuery(commitmentsPath, nil, "year", y), y, y == view.Year})
	}
	made := slices.DeleteFunc(slices.Clone(all), func(c *kernel.Commitment) bool { return c.At.UTC().Format(time.DateOnly) > day })
	due := kernel.FollowUp(made, day)
	if view.Year > today[:4] { // what is due then, as it stands now
		due = slices.DeleteFunc(made, func(c *kernel.Commitment) bool { return c.Promise.Due[:4] != view.Year })
	}
	s.grouped(v, due, day, &view)
	return s.show(v, "followup", view)
}

func (s *site) grouped(v *visit, due []*kernel.Commitment, day string, view *FollowUpView) {
	view.Total = len(due)
	for _, status := range []string{kernel.Late, kernel.Running, kernel.Kept, kernel.KeptLate, kernel.Abandon} {
		g := StatusGroup{Name: v.t.T("public.commitments.status." + status), Class: statusClass(status), About: v.t.T("public.commitments.about." + status)}
		for _, c := range due {
			if c.Status(day) == status {
				g.Items = append(g.Items, s.commitmentLine(v, c, day))
			}
		}
		view.Counts = append(view.Counts, StatusCount{v.t.Number(int64(len(g.Items))), g.Name, g.Class})
		if len(g.Items) > 0 {
			view.Groups = append(view.Groups, g)
		}
	}
}

// A CommitmentView is page/commitment: one promise with its reports.
type CommitmentView struct {
	Frame
	Tabs                                               []Link
	ID, Heading, Party, Made, Due, What, Indicator     string
	Target, Session, Status, Class, Outcome, File, Day string
	Steps                                              []CommitmentLine
	Reports                                            []ReportLine
}

// A ReportLine is one report on a commitment.
type ReportLine struct {
	Day, Status, Class, Value, Text, Step string
	Evidence                              [][2]string // title, and an address or a digest
}

func (s *site) commitment(v *visit) error {
	d, err := s.digest(v, "commitment")
	if err != nil {
		return err
	}
	all, err := s.Decisions.Commitments(v.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(c *kernel.Commitment) bool { return c.Act == d })
	if i < 0 {
		return fail.New(fail.Missing, "there is no such commitment; the list shows those there are")
	}
	c, day := all[i], s.thisDay()
	status := c.Status(day)
	view := CommitmentView{Frame: s.frame(v, c.Promise.Title), Tabs: s.decisionTabs(v), ID: d.String(), Heading: c.Promise.Title, Party: s.partyName(v,
		c.Party), Made: v.t.Date(c.At),
		Due: v.t.Day(c.Promise.Due), What: c.Promise.What, Indicator: c.Promise.Indicator, Target: c.Promise.Target, Session: s.editionName(v, c.Promise.Session),
		Status: v.t.T("public.commitments.status." + status), Class: statusClass(status), File: commitmentsPath + d.String() + "/proof.decision", Day: v.t.Day(day)}
	if !c.Matter.IsZero() {
		if _, err := s.Decisions.Outcome(v.Context(), c.Matter); err == nil {
			view.Outcome = outcomesPath + c.Matter.String()
		}
	}
	titles := map[string]string{}
	for _, m := range c.Promise.Milestones {
		titles[m.ID] = m.Title
		st := c.MilestoneStatus(m, day)
		view.Steps = append(view.Steps, CommitmentLine{Title: m.Title, Due: v.t.Day(m.Due), Status: v.t.T("public.commitments.status." + st), Class: statusClass(st)})
	}
	for _, r := range slices.Backward(c.Reports) {
		line := ReportLine{Day: v.t.Day(r.Day), Status: v.t.T("public.commitments.status." + r.State), Class: statusClass(r.State), Value: r.Value,
			Text: r.Text, Step: titles[r.Milestone]}
		for _, e := range r.Evidence {
			line.Evidence = append(line.Evidence, [2]string{e.Title, e.Ref})
		}
		view.Reports = append(view.Reports, line)
	}
	return s.show(v, "commitment", view)
}

func (s *site) commitmentFile(v *visit) error {
	d, err := s.digest(v, "commitment")
	if err != nil {
		return err
	}
	return s.proofOf(v, d)
}
