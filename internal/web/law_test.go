package web

import (
	"strings"

	"landbridge.example/internal/agreement"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/mechanism"
	"landbridge.example/internal/party"
)

// lawFamilies are the keys that the pages of the register, of contact points
// and of mechanisms put together.
func lawFamilies() (all []string) {
	each := func(prefix string, endings ...string) {
		for _, e := range endings {
			all = append(all, prefix+e)
		}
	}
	each("law.subject.", agreement.Subjects()...)
	each("law.status.", agreement.Statuses()...)
	each("law.kind.", agreement.Kinds()...)
	each("law.channel.", agreement.Channels()...)
	each("law.assurance.", agreement.Assurances()...)
	for _, r := range []string{"dual", "death", "nationals", "transfer"} {
		each("law."+r+".", agreement.Ranks(r)...)
		each("law.rule.", r)
	}
	each("law.rule.", "required", "excluded_offences", "assurances", "deadlines", "min_penalty_months", "min_remaining_months", "max_persons", "retention_days",
		"arrest_days", "max_exhibit_mib", "languages", "channels", "specialty")
	each("law.why.", "void", "not_yet", "ended", "denounced", "precluded", "other_process")
	each("law.from.", "article", "record", "reservation", "declaration", "objection")
	each("law.made.", "reservation", "declaration", "objection")
	each("law.copy.", "same", "different", "absent", "unasked")
	each("law.line.", "new", "changed", "same", "wrong")
	each("law.confidence.", "read", "memory", "default")
	each("law.change.", agreement.Waiting, agreement.Entered, agreement.Returned)
	each("office.function.", party.Functions()...)
	each("office.channel.", party.ChannelKinds()...)
	each("office.may.", party.May()...)
	each("office.day.", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
	for _, c := range mechanism.Charters() {
		each("mech."+c.ID+".", "name", "purpose")
		each("mech.kind.", c.Kind)
		each("mech.since.", c.Kind)
	}
	each("mech.rhythm.", "monthly", "quarterly", "yearly")
	each("mech.status.", "proposed", mechanism.Agreed, mechanism.Declined, mechanism.Cancelled)
	return all
}

// lawSamples are realistic views of the same pages.
func lawSamples(t *lang.Texts, in Frame) map[string]any {
	green, amber := Pill{"green", t.T("law.status.in_force")}, Pill{"amber", t.T("law.why.not_yet")}
	some := []Choice{{"", t.T("cases.any"), true}, {"XB", "XB · Borealis", false}}
	term := TermCard{Process: "Information request", All: "Information request, Extradition", Rows: []TermRow{{t.T("law.rule.max_persons"), "8", "Art. 5"}}}
	lines := []DifferenceLine{{"parties/XB/denounced", "", "2026-12-01"}}
	desk := DeskCard{Code: "XB", Party: "Borealis", Name: "Directors' liaison", Function: "directors' liaison", Person: "A. Lind", Phone: "+000 22 0110", Email: "l@xb.example",
		Languages: "English", Hours: "24/7", Present: green, Until: "for 2 h", Local: "14:00 there", Channels: []NameValue{{"hotline", "+000 22 9"}},
		Watches: []string{"Mon 08:30–17:30"}, Powers: []string{"Extradition: may send"}, VCard: "/contacts.vcf?party=XB&id=desk"}
	entry := EntryLine{ID: "e", Title: "Yearly <meeting>", Place: "Port Merrow", When: "1 March 2027, 09:00", Until: "2 March", By: "Azuria", Note: "Agenda follows.",
		ISO: "2027-03-01T09:00:00Z", Status: amber, Answers: []AnswerLine{{"XB", "We come.", green}}, Mine: true, MayAnswer: true}
	member := MemberLine{Code: "XA", Name: "Azuria", Signed: "today", Ratified: "today", InForce: "today", Denounced: "today",
		Reservations: []ReservationLine{{"Declaration of 1 March", "No help.", []NameValue{{"Information request: persons", "2"}}, "withdrawn"}}}
	report := &ImportReport{"New: 1", []ImportLine{{"2", "a-b", "Mend it.", Pill{"red", "wrong"}}}, true}
	return map[string]any{
		"agreements": AgreementsView{Frame: in, Rows: []AgreementLine{{"/agreements/a-b", "a-b", "An agreement", "bilateral", green, "XA, XB", "Information request", "today"}, {Href: "/agreements/e", Title: "Empty"}},
			Total: 2, Query: "x", Parties: some, Withs: some, Subjects: some, Processes: some, Statuses: some, Filtered: true, Next: "/agreements?after=50", CSV: "/agreements.csv",
			JSON: "/agreements.json", Waiting: []LawChangeLine{{"/agreement-changes/c", "A note", "I. Sol", "today", 3, true}}, Offered: []OfferLine{{"a-c", "Shown", "Borealis", "XB", "today"}},
			MayWrite: true, Derogations: "0"},
		"agreement": AgreementView{Frame: in, ID: "a-b", Title: "An agreement", Kind: "bilateral", Status: green, Void: "twice", Facts: []NameValue{{"Adopted", "today"}}, Note: "n",
			Parties: []MemberLine{member, {Code: "XB", Name: "XB"}}, Terms: []TermCard{term}, Articles: []ArticleLine{{"5", "Persons", "No more than eight."}},
			Texts: []TextCard{{"English", "en", "authentic", "Article 5 …"}}, Titles: []NameValue{{"French", "Accord"}}, History: []RevisionLine{{"/x", "1", "new", "by", "today", "12"}},
			Copies:   []CopyCard{{"XB", "Borealis", Pill{"red", "another text"}, "today", lines, true}, {Code: "XC", State: green}},
			Profiles: []Link{{"/legal-profile?to=XB", "XB"}}, Digest: strings.Repeat("ab", 32), Uses: "3", Old: "revision 1", MayWrite: true, PartyChoices: some, Processes: some,
			JSON: "{\"a\": \"<b>\"}", Problem: "wrong"},
		"agreementnew":    NewAgreementView{Frame: in, Form: map[string]string{"title": "x"}, Kinds: some, Subjects: some, Processes: some, Transfers: some, Problem: "wrong"},
		"agreementimport": ImportView{Frame: in, Note: "x", Problem: "wrong", Report: report, Columns: "id, kind"},
		"agreementchange": AgreementChangeView{Frame: in, Note: "A note", By: "I. Sol", At: "today",
			State: "waiting", StateText: "waits", Reason: "why", Changes: []LawChangeCard{{"/agreements/a-b", "a-b", "An agreement", green, []NameValue{{"Adopted", "today"}}, []TermCard{term}, lines}},
			Second: Second{Page: "/agreement-changes/c", Digest: strings.Repeat("ab", 32), Fours: inFours(strings.Repeat("ab", 32)), Waits: true, May: true, MayReturn: true,
				Role: "judge", RoleName: "judge", Why: "no", DemoKey: true, Problem: "no touch"}},
		"legalprofile": LegalProfileView{Frame: in, Asked: true, From: some, To: some, Processes: some, Day: "2026-11-22", Heading: "XA asks XB", Lacking: "nothing in force",
			Transfer: "safeguards", Rules: []RuleRow{{"Most persons", "5", []Link{{"/agreements/a-b", "An agreement, Art. 5"}, {"/parties/XB", "published"}}}},
			Instruments: []StandingRow{{"/agreements/a-b", "An agreement", "today", "5, 12", amber}}},
		"contacts": ContactsView{Frame: in, Desks: []DeskCard{desk, {Code: "XC", Name: "Duty", Present: amber, Hours: "mornings", VCard: "/contacts.vcf?party=XC"}}, Parties: some, Functions: some, Processes: some,
			Spoken: some, Duty: true, Filtered: true, VCard: "/contacts.vcf", There: 1},
		"mechanisms": MechanismsView{Frame: in, Groups: []GroupSection{{"Mechanisms", []GroupCard{{"/mechanisms/pipeline", "Pipelines", "Guard them.", "Members: 2", true, "1 March"}}}}},
		"mechanism": MechanismView{Frame: in, ID: "pipeline", Name: "Pipelines", Purpose: "Guard them.", Kind: "mechanism", Rhythm: "yearly", Processes: []string{"Alert"},
			Members: []GroupMember{{"XA", "Azuria", "today", "desk", "note", true}, {"XB", "XB", "today", "", "", false}}, Desks: []DeskCard{desk}, Entries: []EntryLine{entry},
			Past: []EntryLine{{ID: "f", Title: "Past"}}, In: true, MayAct: true, Own: some, Problem: "wrong", Calendar: "/mechanisms/pipeline/calendar.ics"},
	}
}
