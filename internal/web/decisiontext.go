package web

import (
	"net/http"
	"slices"
	"strings"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// A WordingView is page/wording: a text under negotiation.
type WordingView struct {
	Frame
	ID, Heading, Keeper, At string
	Newest                  string
	Languages2              []Choice // in which the version that stands is there
	TextLang, TextDir       string
	Other, OtherDir         string // the language shown beside it
	Lines                   []ParaLine
	Amendments, Settled     []AmendmentCard
	Conflicts               []NameValue
	Versions                []VersionChoice
	Was, Is                 []Choice // what can be compared
	Compared                []CompareLine
	Same                    bool // the two say the same
	Matters                 []MatterLine
	MayAmend, MayKeep       bool
	MayPrepare              bool
	Plain                   string   // what forms of wording begin with
	Missing                 []Choice // languages without a translation
	Parties, Methods        []Choice
	Subjects                []Choice
	Problem                 string
}

// A VersionChoice is one version of a text.
type VersionChoice struct{ Number, Digest, At, Adopted string }

// An AmendmentCard is one amendment with what is said of it.
type AmendmentCard struct {
	ID, Number, By, At, Reason string
	State                      Pill
	Changes                    []AmendLine
	Support, Oppose            string
	Mine, MaySpeak             bool
	Compare                    string
}

// A AmendLine is one difference to a text.
type AmendLine struct{ Op, Where, Was, Words string }

// A CompareLine is one paragraph of two versions side by side.
type CompareLine struct{ Op, Mark, Was, Now string }

func (s *site) wording(v *visit) error {
	d, err := digestOf(v, "draft", "text")
	if err != nil {
		return err
	}
	return s.showWording(v, http.StatusOK, d, "")
}

func (s *site) showWording(v *visit, status int, about landbridge.Digest, problem string) error {
	d, err := s.Decision.Draft(v.Context(), v.me(), about)
	if err != nil {
		return err
	}
	t, text := v.t, d.Text()
	keeper := d.Keeper == s.Party && s.may(v, access.PrepareDecisions)
	view := WordingView{Frame: s.frame(v, text.Title), ID: about.String(), Heading: text.Title, Keeper: s.partyName(v, d.Keeper), Newest: text.Digest().String(),
		TextLang: text.Language, TextDir: direction(text.Language), MayAmend: s.may(v, access.SpeakInDecisions), MayKeep: keeper,
		MayPrepare: s.may(v, access.PrepareDecisions), Problem: problem, Plain: text.Plain()}
	view.Lines = s.amended(d, v.t)
	s.wordingLanguages(v, d, &view)
	for i, p := range d.Amendments {
		if card := s.amendmentCard(v, d, p, i+1); p.State() == kernel.Stands {
			view.Amendments = append(view.Amendments, card)
		} else {
			view.Settled = append(view.Settled, card)
		}
	}
	s.wordingConflicts(d, t, &view)
	for i, x := range d.Versions {
		line := VersionChoice{Number: t.T("decide.version", i+1), Digest: x.Digest.String(), At: t.DateTime(x.At)}
		if len(x.Adopted) > 0 {
			line.Adopted = t.T("decide.amendments", len(x.Adopted))
		}
		view.Versions = append(view.Versions, line)
	}
	if err := s.compared(v, d, &view); err != nil {
		return err
	}
	if err := s.wordingMatters(v, d, &view); err != nil {
		return err
	}
	return s.show(v, status, "wording", view)
}

// amended is the text that stands with the amendments at their places.
func (s *site) amended(d *kernel.Draft, t *lang.Texts) []ParaLine {
	all := paraLines(d.Text())
	for i := range all {
		for n, p := range d.Amendments {
			touches := slices.ContainsFunc(p.Amendment.Changes, func(c kernel.Change) bool { return c.At == all[i].ID })
			if touches && p.State() == kernel.Stands {
				all[i].Marks = append(all[i].Marks, Link{"#a-" + p.Act.String()[:16], t.T("decide.amendment", n+1)})
			}
		}
	}
	return all
}

// wordingLanguages puts a translation beside the text, if one is asked for.
func (s *site) wordingLanguages(v *visit, d *kernel.Draft, view *WordingView) {
	all := d.Translations[d.Text().Digest()]
	want := v.FormValue("in")
	view.Languages2 = []Choice{{"", v.t.T("decide.original", languageName(v.t, d.Text().Language)), want == ""}}
	for _, l := range lang.Languages() {
		if x, ok := all[l.Code]; ok {
			view.Languages2 = append(view.Languages2, Choice{l.Code, languageName(v.t, l.Code), want == l.Code})
			if want == l.Code {
				view.Other, view.OtherDir = l.Code, direction(l.Code)
				for i := range view.Lines {
					view.Lines[i].Other = x.Text.Paragraphs[i].Body
				}
			}
		} else if l.Code != d.Text().Language {
			view.Missing = append(view.Missing, Choice{l.Code, languageName(v.t, l.Code), false})
		}
	}
}

func (s *site) amendmentCard(v *visit, d *kernel.Draft, p *kernel.Proposed, n int) AmendmentCard {
	t := v.t
	class := map[string]string{kernel.Stands: "teal", kernel.Taken: "green", kernel.Stale: "amber"}
	c := AmendmentCard{ID: p.Act.String(), Number: t.T("decide.amendment", n), By: s.partyName(v, p.By), At: t.DateTime(p.At), Reason: p.Amendment.Reason,
		State: Pill{class[p.State()], t.T("decide.amendment." + p.State())}, Mine: p.By == s.Party, MaySpeak: s.may(v, access.SpeakInDecisions),
		Compare: textHref(d) + "?to=" + p.Act.String() + "&from=" + p.Amendment.Base.String() + "#compare"}
	if len(p.Support) > 0 {
		c.Support = s.codes(v, p.Support)
	}
	if len(p.Oppose) > 0 {
		c.Oppose = s.codes(v, p.Oppose)
	}
	numbers, words := map[string]string{}, map[string]string{}
	for _, x := range d.Versions {
		if x.Digest == p.Amendment.Base {
			for i, q := range x.Text.Paragraphs {
				numbers[q.ID], words[q.ID] = x.Text.Numbers()[i], q.Body
			}
		}
	}
	where := func(id string) string {
		switch {
		case numbers[id] != "":
			return t.T("decide.paragraph", numbers[id])
		case id == kernel.Start:
			return t.T("decide.beginning")
		}
		return "“" + few1(words[id]) + "”"
	}
	for _, x := range p.Amendment.Changes {
		line := AmendLine{Op: x.Op, Where: t.T("decide.op."+x.Op, where(x.At)), Words: x.Wants.Body}
		if x.Op != kernel.Insert {
			line.Was = words[x.At]
		}
		c.Changes = append(c.Changes, line)
	}
	return c
}

// wordingConflicts says which amendments exclude each other.
func (s *site) wordingConflicts(d *kernel.Draft, t *lang.Texts, view *WordingView) {
	numberOf := func(x landbridge.Digest) string {
		for i, p := range d.Amendments {
			if p.Amendment.Digest() == x && p.State() == kernel.Stands {
				return t.Number(int64(i + 1))
			}
		}
		return ""
	}
	for _, c := range d.Conflicts {
		key := "decide.meet"
		if c.Excludes {
			key = "decide.exclude"
		}
		view.Conflicts = append(view.Conflicts, NameValue{t.T(key, numberOf(c.A), numberOf(c.B)), t.T("decide.conflict." + c.Kind)})
	}
}

// compared puts two versions side by side, when there are two.
func (s *site) compared(v *visit, d *kernel.Draft, view *WordingView) error {
	t := v.t
	from, to := v.FormValue("from"), v.FormValue("to")
	if from == "" {
		from = d.Versions[0].Digest.String()
	}
	if to == "" {
		to = view.Newest
	}
	for _, x := range view.Versions {
		view.Was = append(view.Was, Choice{x.Digest, x.Number, x.Digest == from})
		view.Is = append(view.Is, Choice{x.Digest, x.Number, x.Digest == to})
	}
	for i, p := range d.Amendments {
		view.Is = append(view.Is, Choice{p.Act.String(), t.T("decide.amendment", i+1), p.Act.String() == to})
	}
	if from == to {
		return nil
	}
	pick := func(text string) (*kernel.Text, error) {
		x, err := landbridge.ParseDigest(text)
		if err != nil {
			return nil, fail.New(fail.Missing, "this text has no such version or amendment")
		}
		return decision.Version(d, x)
	}
	was, err := pick(from)
	if err != nil {
		return err
	}
	now, err := pick(to)
	if err != nil {
		return err
	}
	before, after := numbered(was), numbered(now)
	for _, x := range kernel.Compare(was, now) {
		if x.Op != "" {
			view.Compared = append(view.Compared, CompareLine{x.Op, t.T("decide.mark." + x.Op), before[x.Was.ID], after[x.Now.ID]})
		}
	}
	view.Same = len(view.Compared) == 0
	return nil
}

// numbered gives the words of each paragraph with its number.
func numbered(t *kernel.Text) map[string]string {
	out, numbers := map[string]string{}, t.Numbers()
	for i, p := range t.Paragraphs {
		out[p.ID] = strings.TrimSpace(numbers[i] + " " + p.Body)
	}
	return out
}

// wordingMatters lists the matters on versions of the text, and what the form
// of a new one offers.
func (s *site) wordingMatters(v *visit, d *kernel.Draft, view *WordingView) error {
	all, err := s.Decision.Matters(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, f := range all {
		if slices.ContainsFunc(d.Versions, func(x kernel.Version) bool { return x.Digest == f.Matter.Text }) {
			view.Matters = append(view.Matters, s.matterLine(v, f))
		}
	}
	view.Methods = choices(v.t, "decide.method.", kernel.Methods(), v.FormValue("method"))[1:]
	view.Subjects = choices(v.t, "decide.subject.", kernel.Subjects(), v.FormValue("subject"))[1:]
	view.Parties, err = s.partyChoices(v, "")
	if len(view.Parties) > 0 {
		view.Parties = view.Parties[1:]
	}
	return err
}

// changeWording does what a form of the page of a text asks.
func (s *site) changeWording(v *visit) error {
	about, err := digestOf(v, "draft", "text")
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the form did not arrive whole; send it again")
	}
	page := "/decisions/texts/" + about.String()
	done, err := decision.Done{}, error(nil)
	switch do := v.FormValue("do"); do {
	case kernel.Amended:
		done, err = s.amend(v, about)
	case kernel.Supported, kernel.Opposed, kernel.Withdrew:
		of, e := landbridge.ParseDigest(v.FormValue("of"))
		if e != nil {
			return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
		}
		done, err = s.Decision.OnAmendment(v.Context(), v.me(), do, about, of, "")
	case kernel.Consolidated:
		var adopted []landbridge.Digest
		for _, x := range v.Form["amendment"] {
			d, e := landbridge.ParseDigest(x)
			if e != nil {
				return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
			}
			adopted = append(adopted, d)
		}
		done, err = s.Decision.Consolidate(v.Context(), v.me(), about, adopted, "")
	case kernel.Translated:
		done, err = s.translate(v, about)
	case kernel.Opened:
		var d landbridge.Digest
		if d, err = s.put(v); err == nil {
			return v.to(matterHref(d), "done")
		}
	default:
		return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if decisionSaid(err) {
		return s.showWording(v, http.StatusUnprocessableEntity, about, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.after(done, page)
}

func (s *site) amend(v *visit, about landbridge.Digest) (decision.Done, error) {
	all, err := kernel.ReadPlain(v.FormValue("text"))
	if err != nil {
		return decision.Done{}, fail.Because(err, fail.Invalid, "%v", err)
	}
	base, err := landbridge.ParseDigest(v.FormValue("base"))
	if err != nil {
		return decision.Done{}, fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	return s.Decision.AmendTo(v.Context(), v.me(), about, base, all, strings.TrimSpace(v.FormValue("reason")))
}

func (s *site) translate(v *visit, about landbridge.Digest) (decision.Done, error) {
	d, err := s.Decision.Draft(v.Context(), v.me(), about)
	if err != nil {
		return decision.Done{}, err
	}
	all, err := kernel.ReadPlain(v.FormValue("text"))
	if err != nil {
		return decision.Done{}, fail.Because(err, fail.Invalid, "%v", err)
	}
	t := &kernel.Text{ID: d.Text().ID, Language: v.FormValue("language"), Title: strings.TrimSpace(v.FormValue("title")), Original: d.Text().Digest(),
		Paragraphs: all}
	for i, p := range d.Text().Paragraphs {
		if i < len(all) && all[i].ID == "" {
			all[i].ID, all[i].Level = p.ID, p.Level
		}
	}
	return s.Decision.Translate(v.Context(), v.me(), about, t)
}

// put opens a matter on the version that stands.
func (s *site) put(v *visit) (landbridge.Digest, error) {
	text, err := landbridge.ParseDigest(v.FormValue("base"))
	if err != nil {
		return text, fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	n := decision.NewMatter{Title: strings.TrimSpace(v.FormValue("title")), Subject: v.FormValue("subject"), Method: v.FormValue("method"), Text: text,
		Session: strings.TrimSpace(v.FormValue("session")), Majority: strings.TrimSpace(v.FormValue("majority"))}
	if n.Closes, err = formTime(v.FormValue("closes")); err != nil {
		return text, err
	}
	if n.Method != kernel.Vote {
		n.Majority = ""
	}
	for _, p := range v.Form["delegation"] {
		n.Delegations = append(n.Delegations, landbridge.PartyID(p))
	}
	if n.Method == kernel.Vote {
		for _, p := range v.Form["teller"] {
			n.Tellers = append(n.Tellers, landbridge.PartyID(p))
		}
	}
	return s.Decision.Put(v.Context(), v.me(), n)
}
