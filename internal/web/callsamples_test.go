package web

import "landbridge.example/internal/face/floor"

// sampleCalls are the pages of the calls, with everything they can show.
func sampleCalls(in Frame) map[string]any {
	pill := Pill{"amber", "To be revised"}
	kinds := []Choice{{"paper", "Papers", true}, {"expo", "Expo", false}}
	halls := floor.Halls([]floor.Stand{{Code: "A1", Hall: "Hall <1>", Wide: 300, Deep: 300, Name: "Rail <b> Works", Href: "/submissions/e", Kind: "named"},
		{Code: "A2", Hall: "Hall <1>", Left: 300, Wide: 300, Deep: 300, Kind: "free", Note: "free"}})
	return map[string]any{
		"calls": CallsView{Frame: in, Calls: []CallRow{{"/calls/c", "Call <b>", "Papers", "2026", "today", pill, true, true}}, Problem: "no", Kinds: kinds,
			Form: NewCallForm{Edition: "2026", Kind: "paper", Title: "x", Text: "a\nb", Closes: "2026-12-01T12:00", Ends: "2026-12-20", Keep: "90", Reviews: "2", Criteria: "Quality: 2", Anonymous: true}},
		"call": CallView{Frame: in, Deadline: CallDates{Moved: "moved", Offer: "offer", Late: "late", Closes: "2026-12-01T12:00", Open: true}, ID: "c", Name: "Call <b>", Kind: "Papers", Edition: "2026", Text: "a\nb", Closes: "today", Keep: "later", Judged: "2", State: pill, Problem: "no",
			States: []NavItem{{"/calls/c", "All", true, "2"}, {"/calls/c?state=sent", "Sent", false, "1"}}, Total: "2 entries", Next: "/calls/c?from=100", Back: "/calls/c?from=0", CSV: "/calls/c/entries.csv", Public: "/public/calls/",
			Entries: []EntryRow{{"/submissions/e", "1", "Ports <i>", "Ada", "Academy", "4.50", "2/3", pill, true, true}, {Href: "/submissions/f", Number: "2", Title: "Rails", State: pill}}, Ready: "1 accepted", MayPublish: true, Reviewed: true, IsExpo: true,
			Reviewers: []ReviewerRow{{"r", "Ela", "Academy", "e@x.example", "today", "1 of 2", 1}}, Invited: "Ela", Code: "ABCDEF", InviteName: "Ela", Halls: halls, PlanText: "A1,1,0,0,300,300",
			Stands: []Choice{{"A1", "A1", false}}, Exhibitors: []Choice{{"e", "Rail Works", false}}},
		"callentry": EntryView{Frame: in, ID: "e", Number: "1", CallName: "Call", CallHref: "/calls/c", Kind: "Papers", Sent: "today", State: pill, Name: "Ports <i>", Abstract: "a\nb", Text: "long", Keywords: []string{"rail"},
			Facts: []NameValue{{"Seats", "5"}}, Products: []NameValue{{"Seal", "x"}}, Authors: []NameValue{{"Ada", "Academy · a@x.example"}}, File: "1 kB", Problem: "no", Reason: "why", Mean: "4.5", Missing: "one is missing",
			Reviews: []ReviewRow{{"Ela", "4.5", "good <b>", "between us", pill, []NameValue{{"Quality", "4"}}}, {Who: "former", State: pill}},
			Panel:   []PanelRow{{"r", "Ela", "Academy", "1 of 2", false, true, pill}, {"s", "Bo", "Academy", "0 of 0", true, false, Pill{}}, {"t", "Cy", "Port", "0 of 0", false, false, Pill{}}},
			Decided: "today", Decision: "Because", Published: "today", Stand: "1 · A1", Reviewed: true, MayAssign: true, MayDecide: true, MayConfirm: true, IsAward: true, MayRetract: true,
			Session: &EntrySession{"/forum/2027/sessions/s", "12", "Ports <i>", "today", "Hall <b>", pill}, Place: "/forum/2027/sessions/new?entry=e"},
	}
}
