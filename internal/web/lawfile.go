package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// An AgreementView is page/agreement: one instrument.
type AgreementView struct {
	Frame
	ID, Title, Kind string
	Status          Pill
	Void            string
	Facts           []NameValue
	Note            string
	Parties         []MemberLine
	Terms           []TermCard
	Articles        []ArticleLine
	Texts           []TextCard
	Titles          []NameValue
	Copies          []CopyCard
	History         []RevisionLine
	Profiles        []Link
	Digest          string
	Uses            string
	Old             string // which revision is shown, when it is not the newest
	MayWrite        bool
	PartyChoices    []Choice
	Processes       []Choice
	JSON            string
	Problem         string
}

// A MemberLine is one party of an instrument and its dates.
type MemberLine struct {
	Code, Name                            string
	Signed, Ratified, InForce, Denounced  string
	ISOSigned, ISORatified, ISOIn, ISOOut string
	Reservations                          []ReservationLine
}

// A ReservationLine is a reservation, declaration or objection.
type ReservationLine struct {
	Head, Text string
	Effects    []NameValue
	Withdrawn  string
}

// A TermCard is what the instrument says under processes it treats alike.
type TermCard struct {
	Process string // the first of them
	All     string // all of them, when they are many
	Rows    []TermRow

	names []string
}

// A TermRow is one value of a term and its article.
type TermRow struct{ Name, Value, Article string }

// An ArticleLine is one article.
type ArticleLine struct{ Number, Heading, Text string }

// A TextCard is the instrument in one language.
type TextCard struct{ Language, Code, State, Body string }

// A CopyCard is what another party holds.
type CopyCard struct {
	Code, Name string
	State      Pill
	At         string
	Lines      []DifferenceLine
	MayAdopt   bool
}

// A DifferenceLine is one place in which two forms differ.
type DifferenceLine struct{ Where, Was, Now string }

// A RevisionLine is one form the instrument had.
type RevisionLine struct{ Href, Number, Note, By, At, Entry string }

func (s *site) agreement(v *visit) error {
	f, err := s.Agreement.Show(v.Context(), v.me(), v.PathValue("agreement"))
	if err != nil {
		return err
	}
	return s.showAgreement(v, http.StatusOK, f, "")
}

// agreementRevision shows an instrument as it stood.
func (s *site) agreementRevision(v *visit) error {
	f, err := s.Agreement.Show(v.Context(), v.me(), v.PathValue("agreement"))
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(v.PathValue("number"), 10, 64)
	if err != nil {
		return fail.New(fail.Missing, "a revision has a number")
	}
	if f.Instrument, err = s.Agreement.Revision(v.Context(), v.me(), f.ID, n); err != nil {
		return err
	}
	view, err := s.agreementView(v, f)
	if err != nil {
		return err
	}
	view.Old, view.MayWrite, view.Copies = v.t.T("law.old", n), false, nil
	return s.show(v, http.StatusOK, "agreement", view)
}

func (s *site) showAgreement(v *visit, status int, f *agreement.File, problem string) error {
	view, err := s.agreementView(v, f)
	if err != nil {
		return err
	}
	view.Problem = problem
	return s.show(v, status, "agreement", view)
}

func (s *site) agreementView(v *visit, f *agreement.File) (AgreementView, error) {
	t, i := v.t, f.Instrument
	view := AgreementView{Frame: s.frame(v, i.Name(t.Code)), ID: i.ID, Title: i.Name(t.Code), Kind: t.T("law.kind." + i.Kind),
		Status: lawPill(t, f.Today), Void: i.Void,
		Note: i.Note, Digest: f.Digest.String(), Uses: t.T("law.uses", f.Uses), MayWrite: s.may(v, access.WriteAgreements), Processes: s.processChoices(t, "")}
	view.Facts = s.agreementFacts(v, i)
	for _, m := range i.Members {
		if m.InForce == "" && i.Kind == agreement.Bilateral {
			m.InForce = i.InForce // one date for both
		}
		view.Parties = append(view.Parties, s.memberLine(v, m))
		view.PartyChoices = append(view.PartyChoices, Choice{string(m.Party), s.codes(v, []landbridge.PartyID{m.Party}), m.Party == s.Party})
	}
	view.Terms = s.termCards(t, i.Terms)
	for _, a := range i.Articles {
		view.Articles = append(view.Articles, ArticleLine{a.Number, a.Heading, a.Text})
	}
	for _, x := range i.Texts {
		state := t.T("law.text.authentic")
		if !x.Authentic {
			state = t.T("law.text.translation", t.Or(x.Of, "language."+x.Of), x.By)
		}
		view.Texts = append(view.Texts, TextCard{t.Or(x.Language, "language."+x.Language), x.Language, state, x.Body})
	}
	for l, title := range i.Title {
		if title != view.Title {
			view.Titles = append(view.Titles, NameValue{t.Or(l, "language."+l), title})
		}
	}
	s.agreementPeers(v, &view, f)
	b, err := agreement.WriteJSON([]agreement.Row{f.Row})
	view.JSON = string(b)
	return view, err
}

// agreementPeers adds what others hold, the history and where to look further.
func (s *site) agreementPeers(v *visit, view *AgreementView, f *agreement.File) {
	t := v.t
	class := map[string]string{"same": "green", "different": "red", "absent": "amber"}
	for _, c := range f.Copies {
		card := CopyCard{Code: string(c.Party), Name: s.partyName(v, c.Party), State: Pill{class[c.State], t.T("law.copy." + c.State)},
			MayAdopt: view.MayWrite && len(c.Lines) > 0}
		if !c.At.IsZero() {
			card.At = t.When(c.At, s.Clock())
		}
		card.Lines = differenceLines(c.Lines)
		view.Copies = append(view.Copies, card)
	}
	for _, h := range f.History {
		n := strconv.FormatInt(h.Number, 10)
		view.History = append(view.History, RevisionLine{"/agreements/" + f.ID + "/revisions/" + n, n, h.Note,
			t.T("law.entered.by", h.Author, h.Approver), t.DateTime(h.At), t.Number(h.Entry)})
	}
	for _, m := range f.Members {
		for _, p := range f.Processes() {
			if m.Party != s.Party && len(view.Profiles) < 12 {
				view.Profiles = append(view.Profiles, Link{"/legal-profile?to=" + string(m.Party) + "&process=" + p, string(m.Party) + " · " + s.processName(t, p)})
			}
		}
	}
}

func differenceLines(all []agreement.Difference) []DifferenceLine {
	const most = 40
	var out []DifferenceLine
	for _, d := range all[:min(len(all), most)] {
		out = append(out, DifferenceLine(d))
	}
	return out
}

func (s *site) agreementFacts(v *visit, i *agreement.Instrument) (all []NameValue) {
	t := v.t
	add := func(key, value string) {
		if value != "" {
			all = append(all, NameValue{t.T(key), value})
		}
	}
	subjects := make([]string, len(i.Subjects))
	for k, x := range i.Subjects {
		subjects[k] = t.T("law.subject." + x)
	}
	add("law.short", i.Short)
	add("law.subjects", t.List(subjects))
	add("law.adopted", strings.TrimSpace(lawDay(t, i.Adopted)+" "+i.Place))
	add("law.inforce", lawDay(t, i.InForce))
	add("law.ended", lawDay(t, i.Ended))
	add("law.registration", i.Registration)
	add("law.depositary", i.Depositary)
	add("law.source", i.Source)
	if i.Confidence != "" {
		add("law.confidence", t.T("law.confidence."+i.Confidence))
	}
	return all
}

func (s *site) memberLine(v *visit, m agreement.Member) MemberLine {
	t := v.t
	line := MemberLine{Code: string(m.Party), Name: s.partyName(v, m.Party), Signed: lawDay(t, m.Signed), Ratified: lawDay(t, m.Ratified),
		InForce:   lawDay(t, m.InForce),
		Denounced: lawDay(t, m.Denounced), ISOSigned: string(m.Signed), ISORatified: string(m.Ratified), ISOIn: string(m.InForce), ISOOut: string(m.Denounced)}
	for _, r := range m.Reservations {
		x := ReservationLine{Head: t.T("law.made."+r.Kind, lawDay(t, r.Made)), Text: r.Text}
		if r.Article != "" {
			x.Head += " · " + t.T("law.article", r.Article)
		}
		if r.Withdrawn != "" {
			x.Withdrawn = t.T("law.withdrawn", lawDay(t, r.Withdrawn))
		}
		for _, c := range s.termCards(t, r.Terms) {
			for _, row := range c.Rows {
				x.Effects = append(x.Effects, NameValue{c.Process + ": " + row.Name, row.Value})
			}
		}
		line.Reservations = append(line.Reservations, x)
	}
	return line
}

// termCards writes the terms of an instrument; processes that it treats alike
// stand together.
func (s *site) termCards(t *lang.Texts, terms []agreement.Term) (cards []TermCard) {
	for _, term := range terms {
		title := s.processName(t, term.Process)
		if len(cards) == 0 || cards[len(cards)-1].Process != title {
			cards = append(cards, TermCard{Process: title})
		}
		c := &cards[len(cards)-1]
		rules := term.Rules()
		for _, name := range rules.Names() {
			label, value := ruleText(t, term.Process, name, rules)
			c.Rows = append(c.Rows, TermRow{label, value, t.T("law.article", term.Article)})
		}
		if len(rules) == 0 || term.Note != "" {
			c.Rows = append(c.Rows, TermRow{t.T("law.covers"), term.Note, t.T("law.article", term.Article)})
		}
	}
	return alike(t, cards)
}

// alike joins the cards that say the same.
func alike(t *lang.Texts, cards []TermCard) (joined []TermCard) {
	const most = 3
	for _, c := range cards {
		k := slices.IndexFunc(joined, func(x TermCard) bool { return slices.Equal(x.Rows, c.Rows) })
		if k < 0 {
			joined = append(joined, TermCard{Rows: c.Rows})
			k = len(joined) - 1
		}
		joined[k].names = append(joined[k].names, c.Process)
	}
	for k := range joined {
		c := &joined[k]
		if c.Process = few(t, c.names, most); len(c.names) > most {
			c.All = t.List(c.names)
		}
	}
	return joined
}

// changeAgreement proposes a change of one instrument, shows it to a party, or
// takes over what a party showed.
func (s *site) changeAgreement(v *visit) error {
	ctx, id := v.Context(), v.PathValue("agreement")
	f, err := s.Agreement.Show(ctx, v.me(), id)
	if err != nil {
		return err
	}
	who := landbridge.PartyID(v.FormValue("party"))
	switch v.FormValue("do") {
	case "show":
		if err := s.Agreement.Send(ctx, v.me(), id, who); err != nil {
			return err
		}
		return v.to("/agreements/"+id, "shown")
	case "adopt":
		p, err := s.Agreement.Adopt(ctx, v.me(), id, who)
		if err != nil {
			return err
		}
		return v.to(changeHref(p), "law-proposed")
	}
	i, note, err := changed(v, f.Instrument, who)
	var p landbridge.ID
	if err == nil {
		p, err = s.Agreement.Propose(ctx, v.me(), []*agreement.Instrument{i}, note)
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.TooLarge) {
		return s.showAgreement(v, http.StatusUnprocessableEntity, f, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to(changeHref(p), "law-proposed")
}

// changed returns the instrument as the form has it.
func changed(v *visit, i *agreement.Instrument, who landbridge.PartyID) (*agreement.Instrument, string, error) {
	note, get := strings.TrimSpace(v.FormValue("note")), func(name string) string { return strings.TrimSpace(v.FormValue(name)) }
	if get("do") == "text" {
		r, err := agreement.Read([]byte(v.FormValue("json")), func(...string) (map[string]*agreement.Instrument, error) { return nil, nil })
		if err != nil {
			return nil, "", err
		}
		if r.Wrong > 0 || len(r.Instruments) != 1 || r.Instruments[0].ID != i.ID {
			text := "the text holds exactly this instrument, under its id"
			if r.Wrong > 0 {
				text = r.Lines[0].Text
			}
			return nil, "", fail.New(fail.Invalid, "%s", text)
		}
		return r.Instruments[0], note, nil
	}
	m, ok := i.Member(who)
	if !ok {
		return nil, "", fail.New(fail.Invalid, "choose a party of the instrument")
	}
	if get("do") == "dates" {
		m.Signed, m.Ratified = agreement.Day(get("signed")), agreement.Day(get("ratified"))
		m.InForce, m.Denounced = agreement.Day(get("in_force")), agreement.Day(get("denounced"))
		return i, note, nil
	}
	r := agreement.Reservation{Kind: get("kind"), Article: get("article"), Made: agreement.Day(get("made")), Text: get("text")}
	if p := get("process"); p != "" {
		most, err := strconv.Atoi("0" + get("max_persons"))
		if err != nil {
			return nil, "", fail.New(fail.Invalid, "the number of persons is a whole number")
		}
		r.Terms = []agreement.Term{{Process: p, Article: get("article"), MaxPersons: most, Excluded: fields(get("excluded")), Required: fields(get("required")),
			Languages: fields(get("languages")), Death: get("death")}}
	}
	m.Reservations = append(m.Reservations, r)
	return i, note, nil
}

// fields takes a list a person typed apart.
func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}
