package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// A MatterView is page/matter: one question put to delegations.
type MatterView struct {
	Frame
	ID, Heading, Sub, TextHref string
	State                      Pill
	StateNote                  string
	Clock                      *Clock
	Facts                      []NameValue
	Count                      []NameValue
	Positions                  []PositionLine
	Remarks                    []RemarkLine
	Missing                    []string // sentences: what is still missing
	Open                       []OptionCard
	Shut                       []NameValue // what is not open, and why
	Refused                    []RemarkLine
	Lines                      []ParaLine
	TextTitle, TextDigest      string
	TextLang, TextDir          string
	In                         []Choice // languages of the text
	Outcome                    string
	Fours                      []string
	Adopting                   string
	Signed                     []PositionLine
	File                       string
	Follows                    string
	Paragraphs                 []Choice
	Carried, Others            []Choice // whose voice one may give; to whom one may entrust it
	Problem                    string
}

// A PositionLine is what one delegation said.
type PositionLine struct {
	Code, Name string
	Said       Pill
	By, Note   string
	At         string
}

// A RemarkLine is a reservation, a dissent, an explanation, or an act without effect.
type RemarkLine struct{ Kind, Party, At, Text, Where string }

// An OptionCard is something the person can do now.
type OptionCard struct {
	Kind, Name, Note string
	Two              bool
	Class            string
	Vote, Entrust    bool // what the form asks
	Words, Until     bool
	Must             bool // the words cannot be left out
	Where            bool // paragraphs
	Commit           bool // leads to the page of commitments
}

// A ParaLine is one paragraph of a text.
type ParaLine struct {
	ID, Number, Words, Other string
	Head                     bool
	Marks                    []Link // amendments at this paragraph
}

func digestOf(v *visit, name, what string) (landbridge.Digest, error) {
	d, err := landbridge.ParseDigest(v.PathValue(name))
	if err != nil {
		return d, fail.New(fail.Missing, "there is no such %s; the list shows those there are", what)
	}
	return d, nil
}

func (s *site) matter(v *visit) error {
	d, err := digestOf(v, "matter", "matter")
	if err != nil {
		return err
	}
	return s.showMatter(v, http.StatusOK, d, "")
}

func (s *site) showMatter(v *visit, status int, d landbridge.Digest, problem string) error {
	f, err := s.Decision.Matter(v.Context(), v.me(), d)
	if err != nil {
		return err
	}
	t, m := v.t, f.Matter
	view := MatterView{Frame: s.frame(v, m.Title), ID: d.String(), Heading: m.Title, State: matterPill(t, f), Clock: s.matterClock(v, f), Problem: problem,
		Sub: t.T("decide.method."+m.Method) + " · " + t.T("decide.subject."+m.Subject), TextDigest: m.Text.String()}
	if t.Has("decide.statenote." + string(f.State)) {
		view.StateNote = t.T("decide.statenote." + string(f.State))
	}
	if f.Due {
		view.StateNote = t.T("decide.due.note", s.partyName(v, m.Keeper))
	}
	if !m.Follows.IsZero() {
		view.Follows = matterHref(m.Follows)
	}
	s.matterFacts(v, f, &view)
	s.matterVoices(v, f, &view)
	s.matterOutcome(v, f, &view)
	if err := s.matterText(v, f, &view); err != nil {
		return err
	}
	if err := s.matterOptions(v, f, &view); err != nil {
		return err
	}
	return s.show(v, status, "matter", view)
}

func (s *site) matterFacts(v *visit, f *decision.File, view *MatterView) {
	t, m := v.t, f.Matter
	add := func(key, value string) {
		if value != "" {
			view.Facts = append(view.Facts, NameValue{t.T(key), value})
		}
	}
	add("decide.keeper", s.partyName(v, m.Keeper))
	add("decide.opens", t.DateTime(m.Opens))
	add("decide.closes", t.DateTime(f.Closes))
	if f.Extended {
		add("decide.extended", t.DateTime(m.Closes))
	}
	if m.Quorum > 0 {
		add("decide.quorum", t.T("decide.heard", m.Quorum, len(m.Delegations)))
	}
	if m.Method == kernel.Vote {
		add("decide.majority", majority(t, m.Majority))
	}
	if m.Proxies > 0 {
		add("decide.proxies", t.Number(int64(m.Proxies)))
	}
	if m.Secret() {
		add("decide.tellers", s.codes(v, m.Tellers))
	}
	add("decide.session", s.editionName(v, m.Session))
	count := func(key string, n int) { view.Count = append(view.Count, NameValue{t.T(key), t.Number(int64(n))}) }
	switch {
	case m.Method == kernel.Consensus:
		count("decide.said.agreed", f.Agreed)
		count("decide.said.objected", f.Objected)
	case m.Method == kernel.Silence:
		count("decide.said.objected", f.Objected)
	case !m.Secret() || f.Yes+f.No+f.Abstain > 0:
		count("decide.said.yes", f.Yes)
		count("decide.said.no", f.No)
		count("decide.said.abstain", f.Abstain)
	}
	if m.Method != kernel.Silence {
		count("decide.said.nothing", len(m.Delegations)-f.Heard)
	}
}

func majority(t *lang.Texts, m kernel.Majority) string {
	key := "decide.majority.least"
	if m.More {
		key = "decide.majority.more"
	}
	return t.T(key, t.Number(int64(m.Num))+"/"+t.Number(int64(m.Den)), t.T("decide.of."+m.Of))
}

// matterVoices shows who said what, and what is missing.
func (s *site) matterVoices(v *visit, f *decision.File, view *MatterView) {
	t := v.t
	class := map[string]string{kernel.Agreed: "green", kernel.Yes: "green", kernel.Objected: "red", kernel.No: "red", kernel.Cast: "teal", kernel.Abstain: "amber"}
	var silent []landbridge.PartyID
	for _, p := range f.Positions {
		said := p.Said
		if said == "" {
			said = "nothing"
			if f.Matter.Method == kernel.Silence {
				said = "silent"
			}
			silent = append(silent, p.Party)
		}
		line := PositionLine{Code: string(p.Party), Name: s.partyName(v, p.Party), Said: Pill{class[p.Said], t.T("decide.said." + said)}, Note: p.Note}
		if !p.At.IsZero() {
			line.At = t.DateTime(p.At)
		}
		if p.By != "" {
			line.By = t.T("decide.by", s.partyName(v, p.By))
		}
		if p.Proxy != "" {
			line.By = t.T("decide.proxied", s.partyName(v, p.Proxy))
		}
		view.Positions = append(view.Positions, line)
		if p.Proxy == s.Party {
			view.Carried = append(view.Carried, Choice{string(p.Party), s.partyName(v, p.Party), false})
		}
		if p.Party != s.Party {
			view.Others = append(view.Others, Choice{string(p.Party), s.partyName(v, p.Party), false})
		}
	}
	for _, r := range f.Remarks {
		view.Remarks = append(view.Remarks, RemarkLine{t.T("decide.remark." + r.Kind), s.partyName(v, r.Party), t.DateTime(r.At), r.Text, whereIn(t,
			f.Text, r.Paragraphs)})
	}
	for _, r := range f.Refused {
		view.Refused = append(view.Refused, RemarkLine{Kind: t.T("decide.do." + doneAs(r.Kind)), Party: s.partyName(v, r.Party),
			Text: t.T("decide.refused." + r.Why)})
	}
	if f.State == kernel.Open && f.Matter.Method != kernel.Silence && len(silent) > 0 {
		view.Missing = append(view.Missing, t.T("decide.missing.voices", s.codes(v, silent)))
	}
	if short := f.Matter.Quorum - f.Heard; f.State == kernel.Open && short > 0 {
		view.Missing = append(view.Missing, t.T("decide.missing.quorum", short))
	}
	if len(f.Waiting) > 0 {
		view.Missing = append(view.Missing, t.T("decide.missing.tellers", s.codes(v, f.Waiting)))
	}
	if len(f.Missing) > 0 {
		view.Missing = append(view.Missing, t.T("decide.missing.acts", len(f.Missing)))
	}
	if len(f.Unnamed) > 0 {
		view.Missing = append(view.Missing, t.T("decide.missing.named", len(f.Unnamed)))
	}
}

// whereIn names paragraphs by their numbers, or by their ids where they have none.
func whereIn(t *lang.Texts, text *kernel.Text, ids []string) string {
	numbers := map[string]string{}
	if text != nil {
		for i, n := range text.Numbers() {
			numbers[text.Paragraphs[i].ID] = n
		}
	}
	var out []string
	for _, id := range ids {
		if n := numbers[id]; n != "" {
			id = t.T("decide.paragraph", n)
		}
		out = append(out, id)
	}
	return t.List(out)
}

// doneAs names a kind of act as a person does it: a ballot is a vote.
func doneAs(kind string) string {
	if kind == kernel.Cast {
		return kernel.Voted
	}
	return kind
}

func (s *site) matterOutcome(v *visit, f *decision.File, view *MatterView) {
	t := v.t
	if f.Outcome == nil {
		return
	}
	view.Outcome, view.Adopting = f.Outcome.Digest().String(), s.codes(v, f.Outcome.Adopting)
	view.Fours, view.File = inFours(view.Outcome), matterHref(f.Digest)+"/file"
	for _, p := range slices.Sorted(maps.Keys(f.Signers)) {
		view.Signed = append(view.Signed, PositionLine{Code: string(p), Name: s.partyName(v, p), At: t.DateTime(f.Signers[p].Made)})
	}
	var unsigned []landbridge.PartyID
	for _, p := range f.Outcome.Adopting {
		if f.Signers[p] == nil {
			unsigned = append(unsigned, p)
		}
	}
	if len(unsigned) > 0 {
		view.Missing = append(view.Missing, t.T("decide.missing.signatures", s.codes(v, unsigned)))
	}
}

// matterText shows the text in the language that is asked for, if it is there.
func (s *site) matterText(v *visit, f *decision.File, view *MatterView) error {
	if f.Text == nil {
		return nil
	}
	all, err := s.Decision.Translations(v.Context(), f)
	if err != nil {
		return err
	}
	shown := f.Text
	want := v.FormValue("in")
	if want == "" {
		want = v.t.Code
	}
	codes := []string{f.Text.Language}
	for l, x := range all {
		codes = append(codes, l)
		if l == want {
			shown = x.Text
		}
	}
	slices.Sort(codes)
	for _, l := range codes {
		name := languageName(v.t, l)
		if l == f.Text.Language {
			name = v.t.T("decide.original", name)
		}
		view.In = append(view.In, Choice{l, name, l == shown.Language})
	}
	view.TextTitle, view.TextLang, view.TextDir = shown.Title, shown.Language, direction(shown.Language)
	view.Lines = paraLines(shown)
	for _, x := range view.Lines {
		view.Paragraphs = append(view.Paragraphs, Choice{x.ID, strings.TrimSpace(x.Number + " " + few1(x.Words)), false})
	}
	if draft, err := s.wordingOf(v, f.Matter.Text); err == nil {
		view.TextHref = draft
	}
	return nil
}

// few1 is the beginning of a paragraph.
func few1(s string) string {
	const most = 50
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// direction is the writing direction of a language.
func direction(code string) string {
	if first, _, _ := strings.Cut(code, "-"); slices.Contains([]string{"ar", "fa", "he", "ur", "ps", "ug"}, first) {
		return "rtl"
	}
	return "ltr"
}

func paraLines(t *kernel.Text) []ParaLine {
	numbers := t.Numbers()
	var out []ParaLine
	for i, p := range t.Paragraphs {
		out = append(out, ParaLine{ID: p.ID, Number: numbers[i], Words: p.Body, Head: p.Level == 0})
	}
	return out
}

// wordingOf returns the page of the draft that has a version.
func (s *site) wordingOf(v *visit, text landbridge.Digest) (string, error) {
	all, err := s.Decision.Drafts(v.Context(), v.me())
	if err != nil {
		return "", err
	}
	for _, d := range all {
		if slices.ContainsFunc(d.Versions, func(x kernel.Version) bool { return x.Digest == text }) {
			return textHref(d), nil
		}
	}
	return "", fail.New(fail.Missing, "no draft has this text")
}

// matterOptions lists what the person can do, and why the rest is not open.
func (s *site) matterOptions(v *visit, f *decision.File, view *MatterView) error {
	all, err := s.Decision.Options(v.Context(), v.me(), f)
	if err != nil {
		return err
	}
	for _, o := range all {
		name := v.t.T("decide.do." + o.Kind)
		if o.Why != "" {
			view.Shut = append(view.Shut, NameValue{name, v.t.T("decide.why." + o.Why)})
			continue
		}
		c := OptionCard{Kind: o.Kind, Name: name, Two: o.Two, Note: v.t.T("decide.effect." + o.Kind), Vote: o.Kind == kernel.Voted,
			Entrust: o.Kind == kernel.Entrusted,
			Until:   o.Kind == kernel.Extended, Commit: o.Kind == kernel.Committed, Where: o.Kind == kernel.Reserved,
			Words: !slices.Contains([]string{kernel.Subscribed, kernel.Tallied, kernel.Committed}, o.Kind) && (o.Kind != kernel.Voted || !f.Matter.Secret()),
			Must:  slices.Contains([]string{kernel.Objected, kernel.Reserved, kernel.Dissented, kernel.Explained, kernel.Dropped, kernel.Extended}, o.Kind)}
		if o.Kind == kernel.Objected || o.Kind == kernel.Dropped {
			c.Class = "stop"
		}
		view.Open = append(view.Open, c)
	}
	return nil
}

// actInMatter does what a form of the page of a matter asks.
func (s *site) actInMatter(v *visit) error {
	d, err := digestOf(v, "matter", "matter")
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the form did not arrive whole; send it again")
	}
	done, err := s.inMatter(v, d, v.FormValue("do"), strings.TrimSpace(v.FormValue("note")))
	if decisionSaid(err) {
		return s.showMatter(v, http.StatusUnprocessableEntity, d, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.after(done, matterHref(d))
}

func (s *site) inMatter(v *visit, d landbridge.Digest, kind, note string) (decision.Done, error) {
	ctx, x := v.Context(), s.Decision
	switch kind {
	case kernel.Closed:
		return x.Close(ctx, v.me(), d, note)
	case kernel.Dropped:
		return x.Drop(ctx, v.me(), d, note)
	case kernel.Tallied:
		return x.Tally(ctx, v.me(), d)
	case kernel.Subscribed:
		return x.Sign(ctx, v.me(), d)
	case kernel.Extended:
		until, err := formTime(v.FormValue("until"))
		if err != nil {
			return decision.Done{}, err
		}
		return x.Extend(ctx, v.me(), d, until, note)
	}
	return x.Say(ctx, v.me(), d, decision.Saying{Kind: kind, Choice: v.FormValue("choice"), For: landbridge.PartyID(v.FormValue("for")),
		To: landbridge.PartyID(v.FormValue("to")), Note: note, Paragraphs: v.Form["paragraph"]})
}

// decisionFile gives out an outcome with everything that proves it.
func (s *site) decisionFile(v *visit) error {
	d, err := digestOf(v, "matter", "outcome")
	if err != nil {
		return err
	}
	return s.giveFile(v, d)
}

func (s *site) giveFile(v *visit, d landbridge.Digest) error {
	b, err := s.Decision.Bundle(v.Context(), d)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+d.String()[:16]+`.decision"`)
	v.send(http.StatusOK, "application/json", b)
	return nil
}
