package web

import (
	"net/http"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

// A NewAgreementView is page/agreementnew.
type NewAgreementView struct {
	Frame
	Form      map[string]string
	Kinds     []Choice
	Subjects  []Choice
	Processes []Choice
	Transfers []Choice
	Problem   string
}

func (s *site) newAgreement(v *visit) error {
	return s.show(v, http.StatusOK, "agreementnew", s.newAgreementView(v))
}

func (s *site) newAgreementView(v *visit) NewAgreementView {
	t := v.t
	view := NewAgreementView{Frame: s.frame(v, t.T("law.new")), Form: map[string]string{},
		Kinds:    choices(t, "law.kind.", agreement.Kinds(), v.FormValue("kind"))[1:],
		Subjects: choices(t, "law.subject.", agreement.Subjects(), v.FormValue("subject"))[1:], Processes: s.processChoices(t, v.FormValue("process"))[1:],
		Transfers: choices(t, "law.transfer.", agreement.Ranks("transfer"), v.FormValue("transfer"))[1:]}
	for _, name := range []string{"id", "title", "language", "parties", "adopted", "place", "in_force", "article", "note"} {
		view.Form[name] = v.FormValue(name)
	}
	return view
}

// addAgreement proposes a new instrument with what every one has; the rest is
// added on its page.
func (s *site) addAgreement(v *visit) error {
	get := func(name string) string { return strings.TrimSpace(v.FormValue(name)) }
	l := get("language")
	if l == "" {
		l = "en"
	}
	i := &agreement.Instrument{ID: get("id"), Kind: get("kind"), Title: party.Text{l: get("title")}, Subjects: []string{get("subject")},
		Adopted: agreement.Day(get("adopted")),
		Place:   get("place"), InForce: agreement.Day(get("in_force"))}
	for _, p := range fields(strings.ToUpper(get("parties"))) {
		i.Members = append(i.Members, agreement.Member{Party: landbridge.PartyID(p), InForce: i.InForce})
	}
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the form did not arrive whole; send it again")
	}
	for _, p := range v.Form["process"] {
		i.Terms = append(i.Terms, agreement.Term{Process: p, Article: get("article"), Transfer: get("transfer")})
	}
	id, err := s.Agreement.Propose(v.Context(), v.me(), []*agreement.Instrument{i}, get("note"))
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) {
		view := s.newAgreementView(v)
		view.Problem = sentence(fail.Safe(err))
		return s.show(v, http.StatusUnprocessableEntity, "agreementnew", view)
	}
	if err != nil {
		return err
	}
	return v.to(changeHref(id), "law-proposed")
}

// An AgreementChangeView is page/agreementchange: a change that waits for a
// second person.
type AgreementChangeView struct {
	Frame
	Second
	Note, By, At             string
	State, StateText, Reason string
	Changes                  []LawChangeCard
}

// A LawChangeCard is one instrument of a change.
type LawChangeCard struct {
	Href, ID, Title string
	Kind            Pill
	Facts           []NameValue
	Terms           []TermCard
	Lines           []DifferenceLine
}

func (s *site) change(v *visit) (*agreement.Proposal, error) {
	id, err := landbridge.ParseID(v.PathValue("proposal"))
	if err != nil {
		return nil, errUnknownChange()
	}
	return s.Agreement.Proposal(v.Context(), v.me(), id)
}

func (s *site) agreementChange(v *visit) error {
	p, err := s.change(v)
	if err != nil {
		return err
	}
	return s.showChange(v, http.StatusOK, p, Second{})
}

func (s *site) showChange(v *visit, status int, p *agreement.Proposal, second Second) error {
	t := v.t
	view := AgreementChangeView{Frame: s.frame(v, t.T("law.change")), Second: second, Note: p.Note, By: p.By, At: t.DateTime(p.At),
		State: p.State, StateText: t.T("law.change." + p.State), Reason: p.Reason}
	view.Second.of(s, v, p.Digest, p.Role)
	view.Page, view.Waits, view.May, view.MayReturn = changeHref(p.ID), p.State == agreement.Waiting, p.MayEnter, p.MayEnter || p.Mine
	view.Why = sentence(p.Why)
	view.Live = false
	for _, c := range p.Changes {
		card := LawChangeCard{Href: "/agreements/" + c.Instrument.ID, ID: c.Instrument.ID, Title: c.Instrument.Name(t.Code),
			Kind:  Pill{"teal", t.T("law.line." + c.Kind)},
			Lines: differenceLines(c.Lines)}
		if c.Kind == "new" {
			card.Href, card.Facts, card.Terms = "", s.agreementFacts(v, c.Instrument), s.termCards(t, c.Instrument.Terms)
			for _, m := range c.Instrument.Members {
				x := s.memberLine(v, m)
				card.Facts = append(card.Facts, NameValue{s.codes(v, []landbridge.PartyID{m.Party}), strings.TrimSpace(x.Signed + " " + x.Ratified + " " + x.InForce)})
			}
		}
		view.Changes = append(view.Changes, card)
	}
	return s.show(v, status, "agreementchange", view)
}

// changeOptions asks the person's passkey for a touch over the digest of a change.
func (s *site) changeOptions(v *visit) error {
	p, err := s.change(v)
	if err != nil {
		return err
	}
	return s.touchOptions(v, p.Digest)
}

// decideChange enters a change of the register, or gives it back with a reason.
func (s *site) decideChange(v *visit) error {
	p, err := s.change(v)
	if err != nil {
		return err
	}
	return s.second(v, secondPerson{
		digest: p.Digest,
		page:   changeHref(p.ID),
		show:   func(status int, x Second) error { return s.showChange(v, status, p, x) },
		back:   func(reason string) error { return s.Agreement.Return(v.Context(), v.me(), p.ID, reason) },
		sign: func(touch []byte) error {
			return s.Agreement.Enter(v.Context(), v.me(), p.ID, landbridge.Role(v.FormValue("role")), touch)
		},
		after: func() error { return v.to(changeHref(p.ID), "entered") }})
}

func changeHref(id landbridge.ID) string { return "/agreement-changes/" + string(id) }
