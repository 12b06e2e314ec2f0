package web

import (
	"landbridge.example/internal/news"
	record "landbridge.example/internal/visit"
)

// visitFamilies are the keys that code puts together about visits, news and agendas.
func visitFamilies() (all []string) {
	each := func(prefix string, endings ...string) {
		for _, e := range endings {
			all = append(all, prefix+e)
		}
	}
	each("fact.visit.", record.Kinds()...)
	each("fact.news.", "published", "withdrawn")
	each("fact.agenda.", "address-made", "address-ended", "code-made")
	each("public.visits.kind.", record.RecordKinds()...)
	each("public.visits.kinds.", record.RecordKinds()...)
	each("public.visits.level.", record.Levels()...)
	each("public.visits.role.", record.SeatRoles()...)
	each("visits.new.", record.RecordKinds()...)
	each("visits.status.", record.StatusProposed, record.StatusAgreed, record.StatusDeclined, record.StatusWithdrawn)
	each("visits.voice.", record.Agreed, record.Declined, record.Withdrawn, "silent")
	each("news.state.", news.Draft, news.Published, news.Withdrawn)
	return all
}

// visitSamples are realistic views of the pages about visits, news and agendas.
func visitSamples(in Frame) map[string]any {
	some := []Choice{{"XA", "XA · Azuria", true}, {"XB", "XB · Borealis", false}}
	green := Pill{"green", "agreed"}
	session := AgendaLine{ID: "s", Title: "Opening", When: "09:00–10:00", Where: "Hall A", Href: "/public/forum/2026/session/1", Overlaps: true}
	form := map[string]string{"title": "x <b>", "agenda": "2026-11-24 09:30 Talks", "people": "XA; Minister; head"}
	return map[string]any{
		"visits": VisitsView{Frame: in, Kinds: []NavItem{{"/visits", "All", true, ""}}, New: []Link{{"/visit-new/visit", "Propose a visit"}}, MayWrite: true,
			Records: []VisitLine{{"/visits/r", "Visit", "Visit of the <minister>", "en", "XB", "24 November", green, true, true}}},
		"visitrecord": VisitRecordView{Frame: in, Kept: "Until today", ID: "r", Kind: "Visit", Name: "Visit", Language: "fr", When: "today", Status: green, Facts: []NameValue{{"Host", "XB"}}, CalledOff: "storm",
			Note: "a\nb", Agenda: []NameValue{{"2026-11-24 09:30", "Talks"}, {"", "Dinner"}}, People: []NameValue{{"Minister", "XA · head"}}, Meetings: []VisitMeeting{{"today", "First", "Port", []string{"One"}}},
			Results: []string{"One"}, Papers: []VisitPaper{{"Paper", "ab", "https://x.example/"}, {"Other", "cd", ""}}, Answers: []Link{{"/visits/a", "a"}}, Answered: []Link{{"/visits/b", "b"}},
			Versions: []VisitVersion{{2, "XA", "today", "longer", green, []VisitVoice{{"XA", "yes", green, true}, {"XB", "", Pill{"", "silent"}, false}}, true}},
			Number:   2, Version: "ab", Problem: "wrong", Waits: true, Open: true, MayWrite: true, MayCorrect: true, MayWithdraw: true, MayRelease: true, MayWithhold: true, Older: "older", Public: "/public/visits/r"},
		"visitform": VisitFormView{Frame: in, Heading: "Propose", Action: "/visit-new/visit", Back: "/visits", Kind: "visit", Form: form, Languages: some, Parties: some, Hosts: some, Levels: some,
			Letters: some, Roles: "head", Problem: "wrong", Own: "Azuria", Correcter: true},
		"news": NewsView{Frame: in, Items: []NewsLine{{"/news/n", "The hall <is> open", "English", "today", Pill{"green", "published"}, true}}, MayWrite: true},
		"newsitem": NewsItemView{Frame: in, Heading: "The hall", Action: "/news/n", State: green, Ahead: true, Reason: "wrong", Public: "/public/news/n", Revision: 2, Editions: some,
			Articles: []ArticleForm{{"en", "English", "ltr", "The hall", "Lead", "Body", true}, {"ar", "العربية", "rtl", "", "", "", false}},
			Preview:  []ArticlePreview{{"en", "English", "The hall", "Lead", "<p>Body</p>"}}, MayWrite: true, MayPublish: true, MayWithdraw: true, Problem: "wrong"},
		"agenda": AgendaView{Frame: in, Picks: []AgendaLine{session, {ID: "t", Title: "gone", Gone: true}, {ID: "u", Title: "off", Href: "/public/forum/2026/session/2", Cancelled: true}}, Edition: "2026", Zone: "Asia/Shanghai", Programme: "/public/forum/2026/programme",
			Days: []AgendaDay{{"Monday", []AgendaLine{session, {ID: "v", Title: "Picked", Href: "/public/forum/2026/session/3", Picked: true}}}}, Words: "<q>", Addresses: []AddressLine{{"abc", "phone", "today", "never"}},
			Made: &AddressMade{"http://localhost:8301/dav/abc/", "abc", "secret", "phone"}, Contacts: true, MayCode: true, Code: "code", CodeEnds: "Friday", CodeURL: "http://localhost:8301/public/agenda", Problem: "wrong"},
	}
}
