package web

import (
	"maps"
	"strings"

	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/screening"
)

// samples returns a realistic view for every page, in the given language.
func samples(t *lang.Texts) map[string]any {
	dir := "ltr"
	if t.RTL {
		dir = "rtl"
	}
	in := Frame{
		t: t, Title: "A page", Lang: t.Code, Dir: dir, Theme: "dark", Party: "XA", PartyName: "Azuria", Demo: true,
		Nodes: []DemoNode{{"XB", "XB · Borealis", "http://localhost:8302/"}}, SignedIn: true, Person: "D. Oru", Roles: t.T("role.officer"),
		Nav:  []NavGroup{{t.T("nav.work"), []NavItem{{"/", t.T("nav.desk"), true, "3"}, {"/cases", t.T("nav.cases"), false, ""}}}},
		Tabs: []NavItem{{"/", t.T("nav.desk"), true, "3"}}, Mark: mark(t, "TLP:AMBER PAP:GREEN H1 H2 H3:not to the holder"),
		Now: "14:32", NowISO: "2026-11-22T14:32:00Z", Style: "/assets/look.css", StaffCSS: "/assets/staff.css", Once: "/assets/once.js", Script: "/assets/page.js", Icon: "/assets/mark.svg",
		Languages: []Choice{{"en", "English", true}, {"ar", "العربية", false}}, Themes: []Choice{{"", "auto", true}, {"dark", "dark", false}},
		Here: "/cases?q=<x>", Live: true, Said: t.T("said.done"), CanSearch: true, Search: `"quoted" <b>`,
	}
	out := in
	out.SignedIn, out.Live, out.Mark, out.Nav, out.Tabs = false, false, nil, nil, nil
	clock := &Clock{Left: "6 h 08 min", Class: "amber", Used: 23, Label: "Answer to an urgent request", Note: "of 8 h", Source: "Directive", Due: "22 November", DueISO: "2026-11-22T20:40:00Z", Status: "running"}
	who := Who{"D. Oru", t.T("role.officer"), "XA"}
	pill := Pill{"teal", "Clarification asked"}
	file := FileLine{ID: "f1", Name: "statement <1>.pdf", Title: "Bank statement", Size: "18.2 kB", Type: "application/pdf", Digest: strings.Repeat("ab", 32), From: "XA", Href: "/cases/c/files/f1", State: pill, Here: true}
	groups := []GroupLines{{"What is asked", []FieldLine{{Label: "Facts", Text: "a <b>\nc", Long: true}, {Label: "Persons", Rows: [][]NameValue{{{"Family name", "Ŝarko"}, {"Category", "Suspect"}}}}}}}
	desk := []DeskLine{{Href: "/cases/c", Title: "Account holder behind a telephone-fraud transfer", Sub: "Information request · XA-2026-0142", With: "XB · Borealis", Waits: "your answer", Class: "teal", Clock: clock, Urgent: true},
		{Href: "/approvals/p", Title: "Another", Waits: "approval", Since: "3 d"}}
	peers := []PeerLine{{Code: "XB", Name: "Borealis", Class: "green", Word: t.T("peer.up"), Since: "4 min", Sentence: t.T("peer.sending.why", 1, "XB"), Queue: 1, Cosigned: t.T("network.sight", 20), Witnessed: t.T("network.sight", 21), Reach: "push", Up: true},
		{Code: "XF", Name: "Forum", Class: "amber", Word: t.T("peer.down"), Sentence: t.T("peer.waiting.why", 2, "XF", "4 s"), LastError: "connection refused", LastErrorAt: "14:30", Queue: 2,
			Lanes: []NameValue{{t.T("lane.normal"), "2"}}, Oldest: "4 min", NextTry: "4 s", Clock: t.T("network.clock.ahead", "3 s"), Behind: t.T("network.directory", 3, 4), Alarms: []AlarmLine{{"forked", "today"}}}}
	seen := []Seen{{"XA: officer", "case team", "S3", true}, {"The public", "sealed", "TLP:AMBER", false}}
	guards := []SafeguardLine{{"S1", "neutrality", "declared, no flag", t.T("safeguard.kept"), "green"}}
	stop := &StopLine{"S1", "A political offence code.", "Ask counsel.", "today", 12}
	cases := []CaseLine{{ID: "c", Href: "/cases/c", Number: "XA-2026-0142", Title: "A title", Process: "Information request", With: "XB", Side: "asking", State: pill, Urgent: true, Opened: "14:00", Changed: "14:30", Clock: clock}, {ID: "d", Href: "/cases/d", Title: "No clock", State: pill}}
	facts := []FactLine{{Index: 12, Kind: "case.read", KindName: "read", Actor: "0011223344556677", Name: "D. Oru", At: "14:32", AtISO: "2026-11-22T14:32:00Z", About: "case 1", AboutHref: "/cases/c", Note: "investigation", Cosigners: []string{"XB", "XC"}},
		{Index: 11, Kind: "x", KindName: "x", Actor: "node", Erased: true, About: "staff"}}
	all := map[string]any{
		"error":  ErrorView{Frame: out, Status: 403, Heading: t.T("fail.denied"), Sentence: "no", Rule: "S28", RuleText: t.T("access.case.read"), Reference: "3F9A-22C1", Roles: t.T("role.judge"), SignIn: "/sign-in"},
		"signin": SignInView{Frame: out, Next: "/cases", People: []DemoChoice{{"a", "D. Oru", "officer", "drafts"}, {"b", "M. Haldor", "supervisor", ""}}},
		"setup":  SetupView{Frame: out, Who: "D. Oru", Login: "d.oru", Token: "abc"},
		"desk":   DeskView{Frame: in, Forum: deskForum(), Items: desk, Arrivals: cases, Peers: peers, Running: 4, Waiting: 1, MayDraft: true},
		"cases":  CasesView{Frame: in, Cases: cases, Total: 2, Query: "x", States: []Choice{{"", "Running", true}}, Parties: []Choice{{"XB", "XB", false}}, Sides: []Choice{{"", "Any", true}}, Mine: true, Sort: "changed", Columns: []Column{{"Clock", "/cases?sort=clock", "ascending", false}, {"With", "", "", true}}, Next: "/cases?after=1", CSV: "/cases.csv", JSON: "/cases.json", Filtered: true, MayDraft: true},
		"case":   sampleCase(in, clock, who, pill, file, groups, seen, guards, stop, facts),
		"new": NewRequestView{Frame: in, Chosen: &ProcessCard{"information-request", "Information request", "One state asks another.", ""}, Openings: []Choice{{"send", "Send", true}, {"tell", "Tell", false}},
			Sides:   []SideChoice{{Name: "requested", Label: "Asked", Recipients: []RecipientCard{{Code: "XB", Name: "Borealis", Languages: "English", Hotline: "+00 1", Required: 2, Chosen: true}}}, {Name: "team", Label: "Team", Room: "Up to 12", Several: true, Ours: true}},
			Problem: "Choose.", Title: "x", To: "XB"},
		"draft":     sampleDraft(in, who, file, seen, stop),
		"account":   AccountView{Frame: in, Login: "d.oru", Pseudonym: "0011223344556677", Keys: []KeyLine{{"k", "blue key", "today", "14:00", true, false}, {"l", "phone", "today", "–", false, true}}, Sessions: []SessionLine{{"A browser", "12:00", "14:00", "24:00", true, true}}, Tokens: []TokenLine{{"t", "script", "case.read", "1 March", "–"}}, NewToken: "landbridge_x", Scopes: []Choice{{"case.read", "Read cases", false}}, Until: "2027-02-20"},
		"people":    PeopleView{Frame: in, People: []PersonLine{{Account: "a", Name: "D. Oru", Login: "d.oru", Pseudonym: "00", Roles: []RoleLine{{"officer", "officer"}}, Active: true, Person: "p"}, {Account: "b", Name: "Gone"}}, MayChange: true, Roles: []Choice{{"officer", "officer", false}}, Link: "http://localhost:1/setup/x", LinkFor: "D. Oru", LinkEnds: "Friday"},
		"approvals": ApprovalsView{Frame: in, Items: desk, Who: "supervisor"},
		"approval": ApprovalView{Frame: in, ID: "p", Case: "c", Number: "XA-2026-0142", CaseTitle: "A title", Process: "Information request", Act: "Send the request", Effect: "It leaves.", Law: "Art. 4", To: "XB", By: who, At: "today",
			Digest: strings.Repeat("ab", 32), Fours: inFours(strings.Repeat("ab", 32)), Groups: groups, Ground: "x", Reason: "y", Files: []FileLine{file}, Given: []Who{who}, Needs: "supervisor", CanSign: true, Role: "supervisor", RoleName: "supervisor",
			State: "waiting", StateText: t.T("proposal.waiting"), Audience: seen, Checks: guards, DemoKey: true, Problem: "no touch"},
		"rights": RightsView{Frame: in, Items: []RightLine{{"/rights/x", "XB-R-2026-00001", "What is held on me?", "today", "in a month", Pill{"amber", "to be answered"}}}},
		"right": RightView{Frame: in, ID: "x", Number: "XB-R-2026-00001", Kind: "What is held on me?", Received: "today", Due: "in a month", State: Pill{"amber", "to be answered"},
			About: "What?", Contact: "by post", Language: "English", Ways: []Choice{{"neither", "Neither", false}}, Way: "Neither", Text: "x", MayDraft: true, MaySign: true, Problem: "Choose."},
		"network": NetworkView{Frame: in, Peers: peers, Up: 1, Down: 1, Waiting: 3, Size: 20417, Cosigners: 2, Position: 5, Evidence: []AlarmLine{{"forked", "today"}}},
		"record":  RecordView{Frame: in, Facts: facts, Checkpoint: "landbridge.example/XA\n20417\nabc=\n\n— landbridge.example/XA xyz\n", Size: 20417, Witnesses: []NameValue{{"XB", "up to 20416"}}, Older: "/record?before=11", Newest: true, Origin: "landbridge.example/XA"},
		"notices": NoticesView{Frame: in, Name: "x", Kinds: []Choice{{"", "Any", true}}, Purposes: []Choice{{"investigation", "Investigation", true}}, Problem: "no", Asked: true, Searched: "2",
			Hits:     []NoticeHit{{NoticeLine: NoticeLine{Href: "/notices/c", Number: "XA-2026-0007", Kind: "Wanted person", Issuer: "XA", State: pill}, Name: "Анара <b>", Score: "97 %", Effect: "Locate", Stale: "old", Evidence: []NameValue{{"Birth", "agrees"}}}},
			Lines:    []NoticeLine{{Href: "/notices/c", Number: "XA-2026-0007", Kind: "Wanted", Issuer: "XA", Side: "receives", State: pill, Until: "today", Soon: true}},
			Removals: []RemovalLine{{NoticeLine: NoticeLine{Href: "/notices/d", Number: "XA-2026-0008"}, Reason: "Found", Ordered: "today", Parties: []GoneLine{{"XB", "2 h", pill}}, All: true}},
			Lags:     []LagLine{{"XB", "XB", "1", "1", "0", "0", "2 h"}}},
		"notice": NoticeView{Frame: in, NoticeLine: NoticeLine{Number: "XA-2026-0007", Kind: "Wanted", Issuer: "XA", State: pill, Until: "today"}, InForce: true, Heading: "A title", Persons: [][]NameValue{{{"Family name", "Ŝarko"}}}, Offences: [][]NameValue{{{"Offence", "fraud"}}},
			Lines: []NameValue{{"What is asked", "a <b>\nc"}}, Extract: "x", Effect: "Locate", Stale: "old", Parties: []NameValue{{"XB", "receives"}}, CaseHref: "/cases/c"},
		"substances": SubstancesView{Frame: in, Query: "фентанил", Asked: true, Total: t.T("substances.total", 346), Hits: []SubstanceLine{{"/substances/fentanyl", "fentanyl", "芬太尼", []Link{{"/schedules/1961-I", t.T("substances.schedule", "1961", "I")}}, "437-38-7", Pill{"green", t.T("substances.check.checked")}, false}},
			Coverage: []ScheduleLine{{"/schedules/1961-I", t.T("substances.schedule", "1961", "I"), "Single Convention", "138", "100", "30", "8"}}},
		"substance": SubstanceView{Frame: in, Name: "fentanyl", Chemical: "1-phenethyl", CAS: "437-38-7", CASSource: "x", Note: "a note", INN: true, Names: []string{"芬太尼"}, Schedules: []Link{{"/schedules/1961-I", "1961 I"}}, Check: Pill{"green", "two"}, CheckText: "x", Sources: []SourceLine{{"A", "b", "c"}}, Classes: []ClassCard{{"CN", "t", "2019", "text", "zh", "s"}}},
		"schedule":  ScheduleView{Frame: in, Heading: "Schedule I", Convention: "Single", CompleteTo: "x", Substances: []SubstanceLine{{Href: "/substances/x", Name: "x", Check: Pill{"amber", "x"}}}},
		"parties":   PartiesView{Frame: in, Parties: []PartyLine{{Code: "XA", Name: "Azuria", Kind: "State", Reach: "push", Languages: "English", Us: true, Processes: []string{"Information request"}, Since: "today"}, {Code: "XC", Name: "Caldera", Suspended: "late"}}, Position: 5, Head: strings.Repeat("cd", 32), Founding: strings.Repeat("ef", 32), Orderer: "XF"},
		"party": PartyView{Frame: in, Code: "XB", Name: "Borealis", Kind: "State", Reach: "push", Suspended: "why", Version: 2, Position: 5, Date: "today", Speaks: "English", Roles: "judge", Addresses: []string{"https://localhost:1"}, Relays: "XF",
			Contacts: []ContactLine{{"Duty desk", "+00 1", "duty@xb.example", "24/7", "English"}}, Profiles: []ProfileCard{{"information-request", "Information request", []NameValue{{"Languages", "English"}}, []string{"Say why."}}},
			Keys: []KeyFact{{"Signing", "0011", "whole", "since", true}}, History: []VersionLine{{1, 2, "today", strings.Repeat("ab", 32)}}, MayAsk: true},
		"indices": sampleIndices(in),
		"edition": sampleEdition(in),
		"table":   sampleTable(in),
		"preview": samplePreview(in),
		"about":   AboutView{Frame: out, Never: []string{"No."}, Cannot: []string{"Truth."}},
	}
	for name, view := range sampleScreening(in, clock, pill) {
		all[name] = view
	}
	maps.Copy(all, lawSamples(t, in))
	maps.Copy(all, forumSamples(t, in))
	maps.Copy(all, visitSamples(in))
	maps.Copy(all, guestSamples(t, in))
	maps.Copy(all, sampleCalls(in))
	maps.Copy(all, decisionSamples(t, in, clock, pill, desk))
	return all
}

func sampleCase(in Frame, clock *Clock, who Who, pill Pill, file FileLine, groups []GroupLines, seen []Seen, guards []SafeguardLine, stop *StopLine, facts []FactLine) CaseFileView {
	return CaseFileView{
		Frame: in, ID: "c", Number: "XA-2026-0142", CaseTitle: "Account holder behind a telephone-fraud transfer", Process: "Information request", Version: "information-request@1",
		ProcessHash: strings.Repeat("ab", 32), With: "XB · Borealis", State: pill, Urgent: true,
		Way:  []WayLine{{"Drafted", "done", "12:22"}, {"Clarification", "now", "13:58"}, {"Answered", "ahead", ""}},
		Step: 2, Steps: 3, StepName: "Clarification", NextName: "Answered", Question: "Which of the two?",
		Refusal: &RefusalLine{"Not available", "We hold none.", "Art. 6", who, "today"}, Stopped: stop,
		Acts:   []ActButton{{"reply", "Answer the question", "The clock runs again.", "", true, "", true}, {"withdraw", "Withdraw", "It ends.", "stop", false, "supervisor", true}},
		Closed: []ActClosed{{"Close the case", []RuleText{{"A1", "report the outcome first"}, {"", "x"}}}},
		Drafts: []Brief{{"/drafts/d", "Answer", "14:00", "", who}}, Proposals: []Brief{{"/approvals/p", "Send", "14:00", "supervisor", who}},
		Timeline: []ActLine{{Party: "XB", Label: "Clarification asked", By: who, At: "13:58", AtISO: "2026-11-22T13:58:00Z", Arrived: "0.4 s later", Counts: true, Groups: groups, Entry: 204, Cosigned: []string{"XA", "XC"}, Digest: strings.Repeat("ab", 32), Envelope: "/cases/c/acts/x", Newest: true, HasContent: true, Files: []FileLine{file}, Ground: "g", Reason: "r"},
			{Party: "XA", Label: "Sent", By: who, Approvals: []ApprovalLine{{who, true, true}, {who, false, false}}, Why: "crossed", Waiting: true, Digest: strings.Repeat("cd", 32), Envelope: "/cases/c/acts/y"}},
		Clocks:  []*Clock{clock, {Left: "2 h over", Class: "red", Used: 100, Label: "Outcome report", Note: "of 90 d", Source: "choice", DueISO: "2026-11-22T13:58:00Z"}},
		Ended:   []*Clock{clock},
		Use:     &UseAnswer{false, "Use as evidence", "H1", "not without permission"},
		UseActs: []Choice{{"x", "XB: Answered", false}}, UseActions: []Choice{{"forward", "Forward", false}}, UsePurposes: []Choice{{"", "as the case", false}}, UseTo: []Choice{{"", "–", false}},
		Delivery: []DeliveryCard{{Label: "Request sent", To: "XB", Rungs: []Rung{{"sent", "12:40", "", "done"}, {"delivered", "12:40", "after 0.8 s", "done"}, {"opened", "", "", "ahead"}}, Problem: "XB does not answer", Answer: "refused", Code: "XB", Receipt: "/cases/c/receipts/m/XB"}},
		Groups:   groups, Files: []FileLine{file}, Audience: seen, Safeguards: guards, Facts: facts, Keep: []NameValue{{"Review", "2027"}}, Sides: []NameValue{{"Requesting side", "XA"}},
		Screening: &ScreenPanel{Href: "/screening/watches/w", MayWatch: true, Subjects: []SubjectLine{{ID: "u", Name: "Jaro Veskarin", Role: "suspect", Hits: []HitBrief{{Href: "/screening/hits/h", Listed: "Jaro Veskaryn", State: pill, Source: SourceMark{"teal", "UN", "UN", "List"}, Clock: clock}}}, {Name: "Nobody"}}},
	}
}

func sampleDraft(in Frame, who Who, file FileLine, seen []Seen, stop *StopLine) DraftPage {
	part := func(name, kind string) FieldControl {
		return FieldControl{Name: "f.persons.0." + name, ID: "f-persons-0-" + name, Kind: kind, Label: name, Shown: true, Required: true, Choices: []Choice{{"a", "A", true}, {"b", "B", false}}}
	}
	long := FieldControl{Name: "f.facts_summary", ID: "f-facts_summary", Kind: "long", Label: "Facts", Help: "What happened.", Example: "On 9 November …", Law: "Art. 4", Demand: "In English.", Value: "<x>", Required: true, Shown: true, Problems: []string{"is missing"}, Max: 8000}
	radio := FieldControl{Name: "f.urgency", ID: "f-urgency", Kind: "radio", Label: "Urgency", Shown: true, Choices: []Choice{{"normal", "Normal", false}, {"urgent", "Urgent", true}}}
	when := FieldControl{Name: "f.urgent_reason", ID: "f-urgent_reason", Kind: "select", Label: "Why", Choices: []Choice{{"a", "A", true}}, When: "urgency=urgent"}
	rows := FieldControl{Name: "f.persons", ID: "f-persons", Kind: "rows", Label: "Persons", Help: "One by one.", Shown: true, More: true, Rows: []RowControl{{0, 1, []FieldControl{part("category", "select"), part("minor", "radio"), part("name", "line"), part("birth", "date"), part("note", "long")}, "remove:persons:0"}}}
	checks := FieldControl{Name: "f.data_kinds", ID: "f-data_kinds", Kind: "checks", Label: "Kinds", Shown: true, Choices: []Choice{{"a", "A", true}}}
	at := FieldControl{Name: "f.answer_by", ID: "f-answer_by", Kind: "datetime", Label: "Wanted by", Unit: "UTC", Shown: true}
	for _, f := range []*FieldControl{&long, &radio, &when, &rows, &checks, &at} {
		f.describe()
	}
	return DraftPage{
		Frame: in, ID: "d", Case: "c", Number: "XA-2026-0143", Process: "Information request", Act: "Send the request", Effect: "It leaves this node.", Law: "Art. 4", To: "XB", Version: 3, New: true, CaseTitle: "A title",
		Marking: MarkingForm{TLP: []Choice{{"TLP:AMBER", "TLP:AMBER", true}}, PAP: []Choice{{"PAP:GREEN", "PAP:GREEN", true}}, H1: true, H3: "x", Problem: "unclear"},
		Groups:  []GroupForm{{"Facts", []FieldControl{long, radio, when, rows, checks, at}}}, Grounds: []Choice{{"g", "G", true}}, NeedsGround: true, GroundProblem: "choose", NeedsReason: true, Reason: "r", ReasonProblem: "say why",
		Files: []FileLine{file}, NeedsFiles: true, Problems: []ProblemLine{{"#f-facts_summary", "is missing", "XB profile", "Facts", true}}, Advice: []ProblemLine{{"", "call the hotline", "XB", "Urgency", false}}, Missing: 1, Audience: seen, Approvals: "supervisor", Returned: "shorter", Stopped: stop,
		Checked: true, Changed: "14:00", Open: true, TitleProblem: "missing",
	}
}

// sampleScreening are the pages of screening.
func sampleScreening(in Frame, clock *Clock, pill Pill) map[string]any {
	tabs := []NavItem{{"/screening", "A name", true, ""}, {"/screening/lists", "Lists", false, ""}}
	un, national := SourceMark{"teal", "United Nations Security Council", "UN", "Consolidated list"}, SourceMark{"", "National list: XA", "XA-1373", "List <1>"}
	words := []WordLine{{"jaro", "jaro", "the same", "green", "100 %"}, {"", "veskaryn", "only on one side", "", ""}}
	evidence := []EvidenceLine{{"Date of birth", "1998", "", "the list does not state it", ""}}
	choices := []Choice{{"", "Choose", true}, {"detection", "Detecting", false}}
	brief := HitBrief{Href: "/screening/hits/h", Query: "Jaro Veskarin", Listed: "Jaro <b>Veskaryn", Reference: "XXi.001", Score: "97.0", Percent: 97, Source: un, State: pill, Matter: "XA-2026-0001", MatterHref: "/cases/c",
		Since: "14:00", Waits: "Lifting", Clock: clock}
	bare := brief
	bare.Clock, bare.Waits = nil, ""
	rows := []SideRow{{"Names", []string{"Jaro Veskarin", "J. V."}, []string{"Jaro Veskaryn"}, false}, {"Gender", nil, []string{"male"}, true}, {"Documents", []string{"passport 1"}, nil, false}}
	watch := WatchLine{Href: "/screening/watches/w", Name: "Suppliers", For: "Detecting", Until: "1 March", By: "D. Oru", Subjects: 2, Open: 1, State: pill}
	return map[string]any{
		"screen": ScreenView{Frame: in, Tabs2: tabs, Purposes: choices, Kinds: choices, Lists: choices, Name: "Jaro \"V\"", Birth: "1998", Case: "c", Asked: true, Used: "UN version 2", Entry: 12, Problem: "no", Notes: []string{"cut"}, MayWatch: true,
			Candidates: []CandidateLine{{Score: "97.0", Percent: 97, Name: "Jaro Veskaryn", Quality: "main name", Reference: "XXi.001", Kind: "Person", Href: "/screening/lists/UN/entries/1", Source: national, Words: words, Evidence: evidence}}},
		"screenreview": ScreenReviewView{Frame: in, Tabs2: tabs, States: tabs, Hits: []HitBrief{brief, bare}, Next: "/screening/review?after=1"},
		"screenhit": ScreenHitView{Frame: in, HitBrief: brief, ID: "h", ByName: "97.0", Quality: "main name", Words: words, Evidence: evidence, Rows: rows, EntryHref: "/screening/lists/UN/entries/1", SubjectHref: "/screening/watches/w",
			Purpose: "Detecting", Delisted: true, Changed: true, Reason: "r", Second: "s", Identifiers: []NameValue{{"Document", "seen"}}, Proposer: "D. Oru", Decider: "M. Haldor", Decided: "today", WhiteUntil: "1 March", Software: true,
			Kinds: choices[1:], Tasks: []TaskLine{{ID: "t", Kind: "unfreeze", What: "Lifting", Clock: clock, State: pill, Open: true, Late: true}, {ID: "t2", Kind: "freeze", What: "Freezing", Answer: "done", By: "D. Oru", Done: "today", State: pill}},
			CanDecide: true, CanPropose: true, CanConfirm: true, CanReturn: true, CanRevoke: true, Role: "supervisor", RoleName: "supervisor", Digest: strings.Repeat("ab", 32), Fours: inFours(strings.Repeat("ab", 32)), DemoKey: true,
			Problem: "no", WhiteMax: "2027-03-01", WhiteDefault: "2027-03-01"},
		"screenlists": ScreenListsView{Frame: in, Tabs2: tabs, MayImport: true, Problem: "no", Confirm: true, Done: &screening.Imported{Unfreeze: 1, Notes: []string{"doubt"}}, DoneText: "done", Origins: choices,
			Lists: []ListCard{{Source: un, Name: "Consolidated list", Published: "2026-02-27", Imported: "14:00", Version: 2, Records: "1,003", Refused: "cut", RefusedAt: "today",
				Versions: []ListVersionRow{{"/screening/lists/UN/versions/2", "2", "2026-02-27", "14:00", "S. Ivers", "right", 1, 2, 3}}}}},
		"screenversion": ScreenVersionView{Frame: in, Tabs2: tabs, Source: un, Version: 2, Published: "x", Imported: "today", By: "S. Ivers", Digest: strings.Repeat("ab", 32), Confirmed: "right", Records: "3", Added: 1, NChanged: 1, Removed: 1, More: 2,
			Notes: []string{"doubt"}, Changes: []ChangeLine{{"/screening/lists/UN/entries/1", "Jaro Veskaryn", "XXi.001", pill, rows}}, Next: "/screening/lists/UN/versions/2?after=200"},
		"screenentry":   ScreenEntryView{Frame: in, Tabs2: tabs, Source: national, Name: "Jaro Veskaryn", Reference: "7", ID: "7", Kind: "Person", Rows: rows, Names: []NameValue{{"main name", "Jaro Veskaryn"}}, Delisted: true, Version: 1, Published: "x", Hash: "ab"},
		"screenwatches": ScreenWatchesView{Frame: in, Tabs2: tabs, Watches: []WatchLine{watch}, MayKeep: true, Purposes: choices, Problem: "no", FormTitle: "x", Last: "2027-11-22"},
		"screenwatch": ScreenWatchView{Frame: in, WatchLine: watch, ID: "w", Basis: "Act", Made: "today", CaseHref: "/cases/c", Kinds: choices, MayAdd: true, MayEnd: true, Problem: "no", More: 3,
			Entries: []SubjectLine{{ID: "u", Name: "Jaro Veskarin", Role: "suspect", Also: "1998", Hits: []HitBrief{brief}}, {ID: "v", Name: "Nobody"}}},
		"screenfiles": ScreenFilesView{Frame: in, Tabs2: tabs, MayScreen: true, Purposes: choices, Kinds: choices, Problem: "no",
			Files: []BatchLine{{ID: "b", Name: "suppliers.csv", For: "Detecting", By: "D. Oru", Made: "today", Until: "1 March", Done: "500", Total: "1,203", Found: "2", Unread: "1", Percent: 41, Finished: true, Href: "/screening/files/b/answers"}}},
	}
}

func sampleIndices(in Frame) IndicesView {
	r := sampleRelease()
	return IndicesView{Frame: in, Editions: []EditionLine{{"/indices/editions/e", "Index of calm", "2026", "calm", "XF · Forum", Pill{"amber", "in preview"}, "1 December", "today", true}},
		Releases: []ReleaseLine{r}, Methods: []MethodLine{{Index: "calm", Title: "Index of calm", Label: "2026", Decision: "item 7", Note: "new", At: "today", Href: "/indices/methods/calm/1", Version: 1}},
		Prepare: true, Begin: []Choice{{"calm", "Index of calm", true}}, Revise: []Choice{{"xf-calm-2025-1", "xf-calm-2025-1", false}}}
}

func sampleRelease() ReleaseLine {
	return ReleaseLine{ID: "xf-calm-2026-1", Title: "Index of calm", Label: "2026", By: "XF", At: "today", Digest: strings.Repeat("ab", 32), Size: "70 kB", Revision: 1,
		Demonstration: true, Revises: "xf-calm-2025-1", RevisedBy: "xf-calm-2026-2", Note: "First <b>.", Bundle: "/indices/releases/xf-calm-2026-1"}
}

func sampleEdition(in Frame) *EditionView {
	r := sampleRelease()
	c := CommentRow{ID: "c1", Party: "XB", Unit: "FRA", Column: "Fires", Year: "2025", Was: "3", Wanted: "4", Source: "Office", Text: "a\nb", State: Pill{"amber", "waits"}, Answer: "yes", At: "today", Waits: true}
	return &EditionView{Frame: in, ID: "e", EditionTitle: "Index of calm", Label: "2026", Index: "calm", By: "XF", State: Pill{"amber", "in preview"}, Own: true, Open: true, Running: true,
		Demonstration: true, Newer: true, Until: "1 December", Revises: "xf-calm-2025-1", Method: &MethodLine{Version: 1, Decision: "item 7", At: "today", Href: "/indices/methods/calm/1"},
		Files:   []FileRow{{"data/a.csv", "Office", "CC BY 4.0", "/indices/editions/e/files/data/a.csv", true, false}, {"data/b.csv", "", "", "", false, true}},
		History: []VersionRow{{2, "imported", "a.csv", "today", "00"}}, Imports: []ImportRow{{"/indices/tables/t", "data/a.csv", "a.xlsx", "today", true}, {"/indices/tables/u", "data/a.csv", "b.csv", "today", false}},
		Shown: []NameValue{{"XA", "version 1"}}, Corrections: []CommentRow{c}, Dissents: []CommentRow{{ID: "d", Party: "XC", Column: "Fires", Text: "No.", At: "today"}},
		Budget: &BudgetCard{Decision: "item 2", Until: "today", Named: true, Open: true, Groups: []BudgetGroup{{"Index", []BudgetPart{{"A", "Streets", "50"}, {"B", "Homes", "50"}}}},
			Given: []BudgetRow{{"XA", "today", []string{"80", "20"}}}, Names: []string{"Streets", "Homes"}},
		Release: &r, Hinders: "Not yet.", Problem: "A <file> is missing.", Calculated: true, MayPrepare: true, MayRelease: true, MayCorrect: true, MaySpeak: true,
		Indicators: []Choice{{"Fires", "Fires", false}}, Units: []Choice{{"FRA", "France", false}}, Year: true, DefaultDay: "2026-12-24", Say: CommentRow{Unit: "FRA", Column: "Fires"}}
}

func sampleTable(in Frame) TableView {
	choice := []Choice{{"", "not chosen", true}, {"x", "x", false}, {"y", "y", false}}
	find := []FindingRow{{true, "3", "A", "FRA", "1,5", "A decimal comma.", ",", "Decimal comma"}, {Text: "By name.", Rule: "By name"}}
	return TableView{Frame: in, ID: "t", Edition: "e", Path: "data/a.csv", Name: "a.xlsx", Summary: []NameValue{{"Rows", "3"}}, Findings: find, Engine: find, Proposed: true,
		Changes: &ChangeCard{Lines: []NameValue{{"Same", "3"}}, New: "FRA", Gone: "DEU", Columns: "A", Lost: "B", Largest: []gpsi.Change{{Unit: "FRA", Year: "2025", Column: "A", Was: "1", Is: "2"}}},
		Form:    TableForm{Sheets: choice, Decimal: choice, Thousands: choice, Percent: choice, Footnotes: choice, Merged: choice, Duplicates: choice, Header: "3", Missing: "..", Countries: "Germny = DEU"},
		Columns: []NameValue{{"A", "numbers"}}}
}

func samplePreview(in Frame) *PreviewView {
	return &PreviewView{Frame: in, ID: "e", EditionTitle: "Index of calm", Label: "2026", Demonstration: true, Notice: "Not the index.", Digest: strings.Repeat("ab", 32), Years: []Choice{{"2026", "2026", true}},
		Rows: []PreviewRow{{"/indices/editions/e/preview?unit=FRA", "FRA", "France", "1", "91.7", "1–3", "good", []string{"90.0"}}}, Groups: []string{"Streets"}, Warnings: []FindingRow{{Column: "A", Text: "Still skewed."}}, MayCorrect: true,
		Unit: &PreviewUnit{"FRA", "France", []PreviewValue{{"A", "Thefts", "each", "3", "1", "2025", "Office", "imputed", "/indices/editions/e?unit=FRA#correct"}, {Code: "B", Name: "Fires", Correct: "/indices/editions/editions/e#correct"}}}}
}

func deskForum() *ForumView {
	return &ForumView{
		Top:       &ForumTop{ID: "2027", Name: "2027 Conference", When: "1 May 2027", Where: "Port Merrow", Phase: Pill{Text: "To come"}},
		Countdown: "in 9 days", Version: "Version 2", Own: true, Todo: []ForumTask{{"1 session is a plan", "/forum/2027/programme", "amber"}},
	}
}
