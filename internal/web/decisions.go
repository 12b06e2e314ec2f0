package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// soon is how far ahead the desk looks for clocks of decisions.
const soon = 30 * 24 * time.Hour

func decisionRoutes() []route {
	return []route{
		{"GET /decisions", access.SeeDecisions, false, (*site).decisions},
		{"POST /decisions", access.PrepareDecisions, false, (*site).tableText},
		{"GET /decisions/texts/{draft}", access.SeeDecisions, false, (*site).wording},
		{"POST /decisions/texts/{draft}", access.SeeDecisions, false, (*site).changeWording},
		{"GET /decisions/matters/{matter}", access.SeeDecisions, false, (*site).matter},
		{"POST /decisions/matters/{matter}", access.SeeDecisions, false, (*site).actInMatter},
		{"GET /decisions/matters/{matter}/file", access.SeeDecisions, false, (*site).decisionFile},
		{"GET /decisions/proposals/{proposal}", access.SeeDecisions, false, (*site).decisionProposal},
		{"POST /decisions/proposals/{proposal}/options", access.ApproveDecisions, false, (*site).decisionOptions},
		{"POST /decisions/proposals/{proposal}", access.SeeDecisions, false, (*site).decideProposal},
		{"GET /meetings", access.SeeDecisions, false, (*site).meetings},
		{"POST /meetings", access.PrepareDecisions, false, (*site).beginMeeting},
		{"GET /meetings/{meeting}", access.SeeDecisions, false, (*site).meeting},
		{"POST /meetings/{meeting}", access.SeeDecisions, false, (*site).changeMeeting},
		{"GET /commitments", access.SeeDecisions, false, (*site).commitments},
		{"POST /commitments", access.SpeakInDecisions, false, (*site).commit},
		{"GET /commitments/{commitment}", access.SeeDecisions, false, (*site).commitment},
		{"POST /commitments/{commitment}", access.SpeakInDecisions, false, (*site).reportOn},
		{"GET /commitments/{commitment}/file", access.SeeDecisions, false, (*site).commitmentFile},
	}
}

// A DecisionsView is page/decisions: what is negotiated and decided.
type DecisionsView struct {
	Frame
	Waiting    []DeskLine // what has to be done, by its clock
	Matters    []MatterLine
	Done       []MatterLine
	Texts      []TextLine
	MayPrepare bool
	Form       map[string]string
	Languages2 []Choice
	Problem    string
}

// A MatterLine is one matter of a list.
type MatterLine struct {
	Href, Title, Sub, Heard string
	State                   Pill
	Clock                   *Clock
	At                      string
}

// A TextLine is one text of a list.
type TextLine struct {
	Href, Title, Keeper, Languages, At, Versions, Standing string
}

func (s *site) decisions(v *visit) error { return s.showDecisions(v, http.StatusOK, "") }

func (s *site) showDecisions(v *visit, status int, problem string) error {
	t := v.t
	view := DecisionsView{Frame: s.frame(v, t.T("decide.title")), MayPrepare: s.may(v, access.PrepareDecisions), Problem: problem, Form: map[string]string{},
		Languages2: textLanguages(t, v.FormValue("language"))}
	for _, name := range []string{"id", "title", "text"} {
		view.Form[name] = v.FormValue(name)
	}
	var err error
	if view.Waiting, err = s.decisionDesk(v); err != nil {
		return err
	}
	all, err := s.Decision.Matters(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, f := range all {
		if line := s.matterLine(v, f); f.Final() {
			view.Done = append(view.Done, line)
		} else {
			view.Matters = append(view.Matters, line)
		}
	}
	drafts, err := s.Decision.Drafts(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, d := range drafts {
		last := d.Versions[len(d.Versions)-1]
		view.Texts = append(view.Texts, TextLine{Href: textHref(d), Title: d.Text().Title, Keeper: s.partyName(v, d.Keeper), At: t.When(last.At, s.Clock()),
			Languages: t.List(draftLanguages(t, d)), Versions: t.T("decide.versions", len(d.Versions)), Standing: t.T("decide.amendments", len(d.Standing()))})
	}
	view.count("/decisions", countOf(t, len(view.Waiting)))
	return s.show(v, status, "decisions", view)
}

func countOf(t *lang.Texts, n int) string {
	if n == 0 {
		return ""
	}
	return t.Number(int64(n))
}

func textLanguages(t *lang.Texts, now string) []Choice {
	var all []Choice
	for _, l := range lang.Languages() {
		all = append(all, Choice{l.Code, t.T("language." + l.Code), l.Code == now || now == "" && l.Code == "en"})
	}
	return all
}

// languageName names a language of a text; one the pages do not know keeps its code.
func languageName(t *lang.Texts, code string) string {
	if t.Has("language." + code) {
		return t.T("language." + code)
	}
	return code
}

func textHref(d *kernel.Draft) string { return "/decisions/texts/" + d.Versions[0].Act.String() }

func matterHref(d landbridge.Digest) string { return "/decisions/matters/" + d.String() }

func draftLanguages(t *lang.Texts, d *kernel.Draft) []string {
	codes := []string{d.Text().Language}
	for l := range d.Translations[d.Text().Digest()] {
		codes = append(codes, l)
	}
	slices.Sort(codes)
	for i, l := range codes {
		codes[i] = languageName(t, l)
	}
	return codes
}

func (s *site) matterLine(v *visit, f *decision.File) MatterLine {
	t := v.t
	line := MatterLine{Href: matterHref(f.Digest), Title: f.Matter.Title, State: matterPill(t, f), Clock: s.matterClock(v, f),
		Sub:   t.T("decide.method."+f.Matter.Method) + " · " + t.T("decide.subject."+f.Matter.Subject) + " · " + s.partyName(v, f.Matter.Keeper),
		Heard: t.T("decide.heard", f.Heard, len(f.Matter.Delegations)), At: t.When(f.Closes, s.Clock())}
	if !f.End.IsZero() {
		line.At = t.When(f.End, s.Clock())
	}
	return line
}

// matterPill shows where a matter stands; its words carry the meaning.
func matterPill(t *lang.Texts, f *decision.File) Pill {
	class := map[kernel.State]string{kernel.Open: "teal", kernel.Adopted: "green", kernel.Broken: "red", kernel.Rejected: "red", kernel.Contested: "red",
		kernel.Counting: "amber", kernel.Incomplete: "amber"}
	if f.Due {
		return Pill{"amber", t.T("decide.due")}
	}
	return Pill{class[f.State], t.T("decide.state." + string(f.State))}
}

// matterClock is the running clock of a matter; nil: none runs.
func (s *site) matterClock(v *visit, f *decision.File) *Clock {
	if f.Final() || !f.End.IsZero() {
		return nil
	}
	return s.clockTo(v, f.Matter.Opens, f.Closes, v.t.T("decide.clock"))
}

// clockTo shows a clock between two moments.
func (s *site) clockTo(v *visit, from, to time.Time, label string) *Clock {
	now := s.Clock()
	k := &Clock{Left: v.t.Duration(to.Sub(now)), Label: label, Due: v.t.DateTime(to), DueISO: to.UTC().Format(time.RFC3339), Class: "teal"}
	if whole := to.Sub(from); whole > 0 {
		k.Used = percent(float64(now.Sub(from)) / float64(whole))
	}
	switch left := to.Sub(now); {
	case left <= 0:
		k.Class, k.Used, k.Left = "red", 100, v.t.T("clock.over", v.t.Duration(-left))
	case left < 24*time.Hour:
		k.Class = "red"
	case left < 72*time.Hour:
		k.Class = "amber"
	}
	return k
}

// decisionDesk lists what has to be done in decisions: what waits for a second
// person, then what ends soon.
func (s *site) decisionDesk(v *visit) ([]DeskLine, error) {
	if s.Decision == nil || !s.may(v, access.SeeDecisions) {
		return nil, nil
	}
	var out []DeskLine
	all, err := s.Decision.Proposals(v.Context(), v.me())
	if err != nil && !fail.Is(err, fail.Denied) { // nothing waits for who neither speaks nor approves
		return nil, err
	}
	for _, p := range all {
		line, err := s.proposalLine(v, p)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	if !s.may(v, access.PrepareDecisions) && !s.may(v, access.SpeakInDecisions) {
		return out, nil // the clocks of a delegation are kept by those who speak for it
	}
	reminders, err := s.Decision.Reminders(v.Context(), v.me(), s.Clock().Add(soon))
	if err != nil {
		return nil, err
	}
	for _, r := range reminders {
		href := matterHref(r.About)
		switch r.Kind {
		case "milestone", "commitment":
			href = "/commitments/" + r.About.String()
		case "task":
			href = "/meetings/" + string(r.In)
		}
		line := DeskLine{Href: href, Title: r.Title, Sub: v.t.T("decide.title"), Waits: v.t.T("decide.remind." + r.Kind),
			Clock: s.clockTo(v, r.At.Add(-soon), r.At, v.t.T("decide.remind."+r.Kind))}
		if r.With != "" {
			line.With = s.codes(v, []landbridge.PartyID{r.With})
		}
		if r.Kind == "outcome" { // signing has no clock of its own
			line.Clock, line.Since = nil, v.t.When(r.At, s.Clock())
		}
		if r.Over && r.Kind != "outcome" {
			line.Class = "red"
		}
		out = append(out, line)
	}
	return out, nil
}

func (s *site) proposalLine(v *visit, p *decision.Proposal) (DeskLine, error) {
	line := DeskLine{Href: proposalHref(p.ID), Sub: v.t.T("decide.do." + p.Kind), Waits: v.t.T("decide.waits.second"), Class: "teal",
		Since: v.t.When(p.At, s.Clock())}
	if _, err := s.Decision.MayApprove(v.Context(), v.me(), p); err != nil {
		line.Waits, line.Class = v.t.T("decide.waits.other"), ""
	}
	var err error
	line.Title, err = s.proposalTitle(v, p)
	return line, err
}

func (s *site) proposalTitle(v *visit, p *decision.Proposal) (string, error) {
	if p.Act != nil && p.Kind == kernel.Committed {
		c, err := kernel.ParseCommitment([]byte(p.Act.Body))
		if err != nil {
			return "", err
		}
		return c.Title, nil
	}
	f, err := s.Decision.Matter(v.Context(), v.me(), p.About)
	if err != nil {
		return "", err
	}
	return f.Matter.Title, nil
}

// tableText tables a text that somebody wrote into the page.
func (s *site) tableText(v *visit) error {
	l := strings.TrimSpace(v.FormValue("language"))
	all, err := kernel.ReadPlain(v.FormValue("text"))
	if err != nil {
		return s.showDecisions(v, http.StatusUnprocessableEntity, sentence(err.Error()))
	}
	t := &kernel.Text{ID: strings.TrimSpace(v.FormValue("id")), Language: l, Title: strings.TrimSpace(v.FormValue("title")), Paragraphs: kernel.Named(all, "")}
	done, err := s.Decision.Table(v.Context(), v.me(), t)
	if decisionSaid(err) {
		return s.showDecisions(v, http.StatusUnprocessableEntity, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/decisions/texts/"+done.Act.String(), "done")
}

// decisionSaid reports whether an error is one that the form shows beside itself.
func decisionSaid(err error) bool {
	return fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.Denied) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Unsigned)
}

// A DecisionProposalView is page/decisionproposal: an act that waits for a
// second person.
type DecisionProposalView struct {
	Frame
	Second
	Heading, Kind, By, At   string
	Lines                   []NameValue
	MatterHref, MatterTitle string
	State                   Pill
	Reason                  string // why it was given back
}

func (s *site) waiting(v *visit) (*decision.Proposal, error) {
	id, err := landbridge.ParseID(v.PathValue("proposal"))
	if err != nil {
		return nil, fail.New(fail.Missing, "there is no such proposal; the list shows those that wait")
	}
	return s.Decision.Proposal(v.Context(), v.me(), id)
}

func (s *site) decisionProposal(v *visit) error {
	p, err := s.waiting(v)
	if err != nil {
		return err
	}
	return s.showProposal(v, http.StatusOK, p, Second{})
}

func (s *site) showProposal(v *visit, status int, p *decision.Proposal, second Second) error {
	t := v.t
	title, err := s.proposalTitle(v, p)
	if err != nil {
		return err
	}
	view := DecisionProposalView{Frame: s.frame(v, t.T("decide.do."+p.Kind)), Second: second, Heading: title, Kind: t.T("decide.do." + p.Kind), By: p.Author,
		At: t.DateTime(p.At), Reason: p.Reason,
		State: Pill{map[string]string{decision.Waiting: "amber", decision.Performed: "green"}[p.State], t.T("decide.proposal." + p.State)}}
	view.Live = false
	if !p.About.IsZero() {
		f, err := s.Decision.Matter(v.Context(), v.me(), p.About)
		if err != nil {
			return err
		}
		view.MatterHref, view.MatterTitle = matterHref(p.About), f.Matter.Title
	}
	if a := p.Act; a != nil {
		add := func(key, value string) {
			if value != "" {
				view.Lines = append(view.Lines, NameValue{t.T(key), value})
			}
		}
		if a.Choice != "" {
			add("decide.choice", t.T("decide.said."+a.Choice))
		}
		add("decide.for", s.partyName(v, a.For))
		add("decide.to", s.partyName(v, a.To))
		add("decide.note", a.Note)
		if c, err := kernel.ParseCommitment([]byte(a.Body)); err == nil {
			view.Lines = append(view.Lines, s.promiseLines(v, c)...)
		}
	}
	role, why := s.Decision.MayApprove(v.Context(), v.me(), p)
	view.Second.of(s, v, p.Digest, role)
	view.Page, view.Waits, view.May = proposalHref(p.ID), p.State == decision.Waiting, why == nil
	view.MayReturn = view.May || p.Author == v.me().Pseudonym
	if why != nil {
		view.Why = sentence(fail.Safe(why))
	}
	return s.show(v, status, "decisionproposal", view)
}

func (s *site) decisionOptions(v *visit) error {
	p, err := s.waiting(v)
	if err != nil {
		return err
	}
	return s.touchOptions(v, p.Digest)
}

// decideProposal approves a proposed act, or gives it back with a reason.
func (s *site) decideProposal(v *visit) error {
	p, err := s.waiting(v)
	if err != nil {
		return err
	}
	return s.second(v, secondPerson{
		digest: p.Digest,
		page:   proposalHref(p.ID),
		show:   func(status int, x Second) error { return s.showProposal(v, status, p, x) },
		back:   func(reason string) error { return s.Decision.Return(v.Context(), v.me(), p.ID, reason) },
		sign: func(touch []byte) error {
			_, err := s.Decision.Approve(v.Context(), v.me(), p.ID, touch)
			return err
		},
		after: func() error {
			switch {
			case !p.About.IsZero():
				return v.to(matterHref(p.About), "done")
			case p.Kind == kernel.Committed:
				return v.to("/commitments", "done")
			}
			return v.to(proposalHref(p.ID), "done")
		}})
}

func proposalHref(id landbridge.ID) string { return "/decisions/proposals/" + string(id) }

// after leads on from an act: to the page, or to the proposal that waits.
func (v *visit) after(d decision.Done, page string) error {
	if d.Proposal != "" {
		return v.to(proposalHref(d.Proposal), "decide-proposed")
	}
	return v.to(page, "done")
}
