package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// lawRoutes are the pages of the register of instruments, of contact points and
// of mechanisms.
func (s *site) lawRoutes() []route {
	return []route{
		{"GET /agreements", access.SeeAgreements, false, (*site).agreements},
		{"GET /agreements.csv", access.SeeAgreements, false, (*site).agreementsCSV},
		{"GET /agreements.json", access.SeeAgreements, false, (*site).agreementsJSON},
		{"GET /agreements/{agreement}", access.SeeAgreements, false, (*site).agreement},
		{"GET /agreements/{agreement}/revisions/{number}", access.SeeAgreements, false, (*site).agreementRevision},
		{"POST /agreements/{agreement}", access.WriteAgreements, false, (*site).changeAgreement},
		{"GET /agreement-new", access.WriteAgreements, false, (*site).newAgreement},
		{"POST /agreement-new", access.WriteAgreements, false, (*site).addAgreement},
		{"GET /agreement-import", access.WriteAgreements, false, (*site).importForm},
		{"POST /agreement-import", access.WriteAgreements, false, (*site).importFile},
		{"GET /agreement-changes/{proposal}", access.SeeAgreements, false, (*site).agreementChange},
		{"POST /agreement-changes/{proposal}/options", access.ApproveAgreements, false, (*site).changeOptions},
		{"POST /agreement-changes/{proposal}", access.SeeAgreements, false, (*site).decideChange},
		{"GET /legal-profile", access.SeeAgreements, false, (*site).legalProfile},
		{"GET /contacts", access.SeeParties, false, (*site).contacts},
		{"GET /contacts.vcf", access.SeeParties, false, (*site).contactCards},
		{"GET /mechanisms", access.SeeMechanisms, false, (*site).mechanisms},
		{"GET /mechanisms/{mechanism}", access.SeeMechanisms, false, (*site).mechanism},
		{"GET /mechanisms/{mechanism}/calendar.ics", access.SeeMechanisms, false, (*site).mechanismCalendar},
		{"POST /mechanisms/{mechanism}", access.ActInMechanism, false, (*site).sayInMechanism},
	}
}

// An AgreementsView is page/agreements: a list its address describes completely.
type AgreementsView struct {
	Frame
	Rows        []AgreementLine
	Total       int
	Query       string
	Parties     []Choice
	Withs       []Choice
	Subjects    []Choice
	Processes   []Choice
	Statuses    []Choice
	Filtered    bool
	Next        string
	CSV, JSON   string
	Waiting     []LawChangeLine
	Offered     []OfferLine
	MayWrite    bool
	Derogations string
}

// An AgreementLine is one instrument of the list.
type AgreementLine struct {
	Href, ID, Title, Kind string
	Status                Pill
	Parties, Processes    string
	Since                 string
}

// A LawChangeLine is a change of the register that waits for a second person.
type LawChangeLine struct {
	Href, Note, By, At string
	Count              int
	MayEnter           bool
}

// An OfferLine is an instrument another party showed and we do not hold.
type OfferLine struct{ ID, Title, Party, PartyCode, At string }

func agreementFilter(q url.Values) agreement.Filter {
	return agreement.Filter{Text: strings.TrimSpace(q.Get("q")), Party: landbridge.PartyID(q.Get("party")), With: landbridge.PartyID(q.Get("with")),
		Subject: q.Get("subject"), Process: q.Get("process"), Kind: q.Get("kind"), Status: q.Get("status"), After: q.Get("after")}
}

func (s *site) agreements(v *visit) error {
	q, t := v.URL.Query(), v.t
	f := agreementFilter(q)
	f.Limit = 50
	page, err := s.Agreement.List(v.Context(), v.me(), f)
	if err != nil {
		return err
	}
	view := AgreementsView{Frame: s.frame(v, t.T("law.title")), Total: page.Total, Query: f.Text, MayWrite: s.may(v, access.WriteAgreements),
		CSV: with("/agreements.csv", q, "after", ""), JSON: with("/agreements.json", q, "after", "")}
	empty := f
	empty.After, empty.Limit = "", 0
	view.Filtered = empty != agreement.Filter{}
	for _, r := range page.Rows {
		view.Rows = append(view.Rows, s.agreementLine(v, r))
	}
	if page.Next != "" {
		view.Next = with("/agreements", q, "after", page.Next)
	}
	if view.Parties, err = s.partyChoices(v, q.Get("party")); err != nil {
		return err
	}
	if view.Withs, err = s.partyChoices(v, q.Get("with")); err != nil {
		return err
	}
	view.Subjects = choices(t, "law.subject.", agreement.Subjects(), q.Get("subject"))
	view.Statuses = choices(t, "law.status.", agreement.Statuses(), q.Get("status"))
	view.Processes = s.processChoices(t, q.Get("process"))
	if err := s.agreementWork(v, &view); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "agreements", view)
}

// agreementWork adds what waits for someone.
func (s *site) agreementWork(v *visit, view *AgreementsView) error {
	t := v.t
	waiting, err := s.Agreement.Proposals(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, p := range waiting {
		view.Waiting = append(view.Waiting, LawChangeLine{changeHref(p.ID), p.Note, p.By, t.When(p.At, s.Clock()), len(p.Changes), p.MayEnter})
	}
	offered, err := s.Agreement.Offered(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, c := range offered {
		view.Offered = append(view.Offered, OfferLine{c.Text.ID, c.Text.Name(t.Code), s.partyName(v, c.Party), string(c.Party), t.Date(c.Shown)})
	}
	counts, err := s.Agreement.Derogations(v.Context(), v.me(), s.Clock().AddDate(-1, 0, 0))
	if err != nil {
		return err
	}
	var n int64
	for _, k := range counts {
		n += k
	}
	view.Derogations = t.T("law.derogations", n)
	return nil
}

func (s *site) agreementLine(v *visit, r agreement.Row) AgreementLine {
	t := v.t
	line := AgreementLine{Href: "/agreements/" + r.ID, ID: r.ID, Title: r.Name(t.Code), Kind: t.T("law.kind." + r.Kind),
		Status: lawPill(t, r.Today), Since: lawDay(t, r.InForce)}
	var codes, processes []string
	for _, m := range r.Members {
		codes = append(codes, string(m.Party))
	}
	for _, p := range r.Processes() {
		processes = append(processes, s.processName(t, p))
	}
	line.Parties, line.Processes = few(t, codes, 6), few(t, processes, 3)
	return line
}

// few writes the first of many, and how many more there are.
func few(t *lang.Texts, all []string, most int) string {
	if len(all) > most {
		return t.T("law.more", strings.Join(all[:most], ", "), len(all)-most)
	}
	return strings.Join(all, ", ")
}

func lawPill(t *lang.Texts, status string) Pill {
	class := map[string]string{"in_force": "green", "signed": "amber", "ended": "", "void": "red"}[status]
	return Pill{class, t.T("law.status." + status)}
}

// lawDay writes a date of an instrument in the reader's language.
func lawDay(t *lang.Texts, d agreement.Day) string {
	at, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Date(at)
}

// choices are the words of a closed list, after "any".
func choices(t *lang.Texts, prefix string, words []string, now string) []Choice {
	all := []Choice{{"", t.T("cases.any"), now == ""}}
	for _, w := range words {
		all = append(all, Choice{w, t.T(prefix + w), w == now})
	}
	return all
}

func (s *site) partyChoices(v *visit, now string) ([]Choice, error) {
	all := []Choice{{"", v.t.T("cases.any"), now == ""}}
	parties, err := s.Directory.All(v.Context())
	if err != nil {
		return nil, err
	}
	for _, l := range parties {
		all = append(all, Choice{string(l.Party), string(l.Party) + " · " + l.Record.Name.In(v.t.Code), string(l.Party) == now})
	}
	return all, nil
}

func (s *site) processChoices(t *lang.Texts, now string) []Choice {
	all := []Choice{{"", t.T("cases.any"), now == ""}}
	for _, d := range s.Casework.Processes() {
		all = append(all, Choice{d.Ref.ID, processTitle(t, d.Ref, d.Title), d.Ref.ID == now})
	}
	return all
}

func (s *site) agreementsCSV(v *visit) error {
	return s.agreementsAs(v, agreement.WriteCSV, "agreements.csv", "text/csv; charset=utf-8")
}

func (s *site) agreementsJSON(v *visit) error {
	return s.agreementsAs(v, agreement.WriteJSON, "agreements.json", "application/json")
}

// agreementsAs writes all that the address describes, as a file that can be imported again.
func (s *site) agreementsAs(v *visit, write func([]agreement.Row) ([]byte, error), name, kind string) error {
	rows, err := s.Agreement.All(v.Context(), v.me(), agreementFilter(v.URL.Query()))
	if err != nil {
		return err
	}
	b, err := write(rows)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.send(http.StatusOK, kind, b)
	return nil
}

// A LegalProfileView is page/legalprofile: what the law asks of a request, by article.
type LegalProfileView struct {
	Frame
	Asked       bool
	From, To    []Choice
	Processes   []Choice
	Day         string
	Heading     string
	OK          bool
	Lacking     string // in English, as the register says it
	Transfer    string
	Rules       []RuleRow
	Instruments []StandingRow
}

// A RuleRow is one value of a profile with where it comes from.
type RuleRow struct {
	Name, Value string
	From        []Link
}

// A StandingRow is one instrument between two parties.
type StandingRow struct {
	Href, Title, Since, Articles string
	State                        Pill
}

func (s *site) legalProfile(v *visit) (err error) {
	q, t := v.URL.Query(), v.t
	query := agreement.Query{From: landbridge.PartyID(q.Get("from")), To: landbridge.PartyID(q.Get("to")),
		Process: q.Get("process"), Day: agreement.Day(q.Get("day"))}
	if query.From == "" {
		query.From = s.Party
	}
	if query.Day == "" {
		query.Day = agreement.DayOf(s.Clock())
	}
	view := LegalProfileView{Frame: s.frame(v, t.T("law.profile")), Day: string(query.Day), Processes: s.processChoices(t, query.Process)}
	if view.From, err = s.partyChoices(v, string(query.From)); err != nil {
		return err
	}
	if view.To, err = s.partyChoices(v, string(query.To)); err != nil {
		return err
	}
	if query.To != "" && query.Process != "" {
		b, err := s.Agreement.ProfileOf(v.Context(), v.me(), query)
		if err != nil {
			return err
		}
		s.fillProfile(v, &view, b)
	}
	return s.show(v, http.StatusOK, "legalprofile", view)
}

func (s *site) fillProfile(v *visit, view *LegalProfileView, b *agreement.Basis) {
	t := v.t
	view.Asked, view.OK, view.Lacking = true, b.OK(), sentence(b.Lacking)
	view.Heading = t.T("law.profile.of", s.processName(t, b.Process), s.codes(v, []landbridge.PartyID{b.From}), s.codes(v, []landbridge.PartyID{b.To}),
		lawDay(t, b.Day))
	view.Rules = s.ruleRows(v, b.Process, b.Rules)
	for _, st := range b.Instruments {
		row := StandingRow{Href: "/agreements/" + st.ID, Title: st.Title, Since: lawDay(t, st.Since),
			Articles: strings.Join(st.Articles, ", "), State: Pill{"green", t.T("law.counts")}}
		if !st.Counts {
			row.State = Pill{"amber", t.T("law.why." + st.Why)}
		}
		view.Instruments = append(view.Instruments, row)
	}
}

// ruleRows writes the rules of a profile, each with its sources.
func (s *site) ruleRows(v *visit, process string, rules agreement.Rules) []RuleRow {
	var all []RuleRow
	for _, name := range rules.Names() {
		row := RuleRow{}
		row.Name, row.Value = ruleText(v.t, process, name, rules)
		for _, src := range rules[name].From {
			row.From = append(row.From, s.sourceLink(v, src))
		}
		all = append(all, row)
	}
	return all
}

// ruleText names a rule and its value.
func ruleText(t *lang.Texts, process, name string, rules agreement.Rules) (label, value string) {
	head, rest, _ := strings.Cut(name, "/")
	x := rules[name]
	label = t.T("law.rule." + head)
	switch head {
	case "required":
		return label, t.Or(rest, "process."+process+".field."+rest+".label")
	case "excluded_offences":
		return label, t.Or(rest, "part.offence.code.option."+rest)
	case "assurances":
		return label, t.T("law.assurance." + rest)
	case "deadlines":
		return label, t.T("law.hours", t.Or(rest, "process."+process+".clock."+rest+".label"), x.Number)
	case "dual", "death", "nationals", "transfer":
		return label, t.T("law." + head + "." + rules.Word(name))
	case "languages":
		return label, languages(t, x.Words)
	case "channels":
		words := make([]string, len(x.Words))
		for i, w := range x.Words {
			words[i] = t.T("law.channel." + w)
		}
		return label, t.List(words)
	case "specialty":
		return label, t.T("law.yes")
	}
	return label, t.Number(int64(x.Number))
}

func (s *site) sourceLink(v *visit, src agreement.Source) Link {
	t := v.t
	switch src.Kind {
	case "record":
		return Link{"/parties/" + string(src.Party), t.T("law.from.record", s.partyName(v, src.Party))}
	case "article":
		return Link{"/agreements/" + src.Instrument, t.T("law.from.article", src.Title, src.Article)}
	}
	return Link{"/agreements/" + src.Instrument, t.T("law.from."+src.Kind, s.partyName(v, src.Party), src.Title, src.Article)}
}

// An ImportView is page/agreementimport.
type ImportView struct {
	Frame
	Note    string
	Problem string // in English, as the register says it
	Report  *ImportReport
	Columns string
}

// An ImportReport is what a file would change, line by line.
type ImportReport struct {
	Summary string
	Lines   []ImportLine
	Wrong   bool
}

// An ImportLine is what a file says about one instrument.
type ImportLine struct {
	Row, ID, Text string
	Kind          Pill
}

func (s *site) importForm(v *visit) error {
	return s.show(v, http.StatusOK, "agreementimport", s.importView(v))
}

func (s *site) importView(v *visit) ImportView {
	return ImportView{Frame: s.frame(v, v.t.T("law.import")), Columns: strings.Join(agreement.Columns(), ", ")}
}

func (s *site) importFile(v *visit) error {
	view := s.importView(v)
	failed := func(err error) error {
		if k := fail.KindOf(err); k == fail.Internal || k == fail.Unavailable {
			return err
		}
		view.Problem = sentence(fail.Safe(err))
		return s.show(v, http.StatusUnprocessableEntity, "agreementimport", view)
	}
	f, head, err := v.FormFile("file")
	if err != nil {
		return failed(fail.New(fail.Invalid, "choose a file, CSV or JSON, of at most %d MiB", agreement.MaxImport>>20))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, agreement.MaxImport+1))
	if err != nil {
		return failed(fail.New(fail.Invalid, "the file did not arrive whole; send it again"))
	}
	view.Note = strings.TrimSpace(v.FormValue("note"))
	if view.Note == "" {
		view.Note = head.Filename
	}
	r, id, err := s.Agreement.Import(v.Context(), v.me(), b, view.Note, v.FormValue("do") == "check")
	if err != nil {
		return failed(err)
	}
	if id != "" {
		return v.to(changeHref(id), "law-proposed")
	}
	view.Report = importReport(v.t, r)
	return s.show(v, http.StatusOK, "agreementimport", view)
}

func importReport(t *lang.Texts, r *agreement.Report) *ImportReport {
	out := &ImportReport{Summary: t.T("law.import.summary", r.New, r.Changed, r.Same, r.Wrong), Wrong: r.Wrong > 0}
	class := map[string]string{"new": "green", "changed": "teal", "wrong": "red"}
	for _, l := range r.Lines {
		out.Lines = append(out.Lines, ImportLine{strconv.Itoa(l.Row), l.ID, sentence(l.Text), Pill{class[l.Kind], t.T("law.line." + l.Kind)}})
	}
	slices.SortStableFunc(out.Lines, func(a, b ImportLine) int { return wrongFirst(a) - wrongFirst(b) })
	return out
}

func wrongFirst(l ImportLine) int {
	if l.Kind.Class == "red" {
		return 0
	}
	return 1
}

// errUnknownChange is what an address that names no change is answered with.
func errUnknownChange() error {
	return fmt.Errorf("reading a change: %w", fail.New(fail.Missing, "there is no change at this address; the register lists those that wait"))
}
