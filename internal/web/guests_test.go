package web

import (
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/lang"
)

// guestSamples are views of the pages about who comes to the forum.
func guestSamples(t *lang.Texts, in Frame) map[string]any {
	head := GuestHead{Edition: "2026", Name: "2026 Conference", Place: "Lianyungang", Days: "16 – 18 September 2026", Closes: "1 August 2026, 00:00", Host: "XF",
		Keep: "18 October 2026", MayRun: true, Tabs2: []NavItem{{Href: "/delegations/2026", Name: t.T("guest.tab.groups"), Current: true}, {Href: "/delegations/2026/doors", Name: t.T("guest.tab.doors")}}}
	form := GuestEditionForm{ID: "2026", Title: "2026 Conference", Place: "Lianyungang", Host: "Forum Secretariat", Starts: "2026-09-15T16:00", Ends: "2026-09-18T16:00",
		Closes: "2026-08-01T00:00", Keep: "30", New: true}
	line := GuestLine{ID: "g", Href: "/guests/g", Name: "Мара Ильвен <b>", Latin: "Mara Ilven", Title: "Director", Nation: "XA", Group: "Azuria", GroupHref: "/delegations/2026/groups/d",
		Part: t.T("guest.part.head"), Number: "17", State: Pill{"amber", t.T("guest.state.nominated")}, Inside: "16 September", Visa: true, Twin: true, Waits: true}
	gone := GuestLine{ID: "h", GroupHref: "/x", State: Pill{"", t.T("guest.state.erased")}, Erased: true}
	parts := guestChoices(t, "guest.part.", delegation.Parts(), delegation.Member)
	kinds := guestChoices(t, "guest.kind.", delegation.Kinds(), "")
	return map[string]any{
		"guesteditions": GuestEditionsView{Frame: in, MayRun: true, Problem: "Choose.", Form: form, Editions: []GuestEditionLine{{Href: "/delegations/2026", ID: "2026",
			Title: "2026 Conference", Place: "Lianyungang", Days: head.Days, Closes: head.Closes, Party: "XF", Groups: "12", People: "340", Waiting: "12",
			WaitingHref: "/delegations/2026/people?state=nominated", Here: true, State: Pill{"green", t.T("guest.open")}}}},
		"guestedition": GuestEditionView{Frame: in, Outdated: "2 badges", GuestHead: head, Form: form, Kinds: kinds, Parties: []Choice{{"", "None", true}, {"XA", "XA · Azuria", false}}, Problem: "no",
			Settings: true, Invite: GuestInvite{"Azuria", "8", "4"}, Groups: []GuestGroupLine{{Href: "/x", Name: "Azuria", Kind: "Party", By: "XA", Quota: t.T("guest.quota", 8, 4), Link: "Friday",
				People: []GuestCount{{"/x?state=nominated", "amber", "5 nominated"}}}, {Href: "/y", Name: "Empty", Kind: "Media"}}},
		"guestgroup": GuestGroupView{Frame: in, GuestHead: head, Self: "/delegations/2026/groups/d", GroupName: "Azuria", Kind: "Party", By: "XA", Members: "8", Observers: "4",
			Seats: []GuestSeat{{t.T("guest.part.head"), "1", "1", true}}, People: []GuestLine{line, gone}, More: "/m", LinkUntil: "Friday", Secret: "ABCD", SecretPage: "/public/nominate",
			MayNominate: true, MayLink: true, Problem: "no", Form: GuestForm{Parts: parts, Latin: "Mara Ilven", Visa: true}, Report: []GuestFinding{{4, "張偉", "Write the name."}}, Checked: "ok"},
		"guestlist": GuestListView{Frame: in, GuestHead: head, Lines: []GuestLine{line, gone}, Total: 340, From: "101", To: "200", Query: `"x"`, Kinds: kinds, Parts: parts,
			State: guestChoices(t, "guest.state.", delegation.States(), ""), Group: "d", GroupName: "Azuria", Filtered: true, Prev: "0", Next: "200", HasPrev: true, HasNext: true,
			Waiting: 12, Badges: "/delegations/2026/badges.pdf", Problem: "no", Skipped: []GuestFinding{{0, "0190", "Moved on."}}, Done: t.T("guest.approved", 3)},
		"guest": GuestView{Frame: in, GuestHead: head, Self: "/guests/g", GroupHref: "/x", GroupName: "Azuria", Kind: "Party", Part: "Head", Latin: "Mara Ilven", Own: "Мара Ильвен",
			State: Pill{"green", "approved"}, Fields: []NameValue{{t.T("guest.field.title"), "Director"}}, Visa: []NameValue{{t.T("guest.field.born"), "1980-02-29"}}, HasVisa: true,
			Number: "17", Badge: "LB1:ABC", Inside: "today", Twin: true, Ground: "other", Reason: "x", Grounds: guestChoices(t, "guest.ground.", delegation.Grounds(), "other"),
			Approved: true, Waits: true, MayDecide: true, MayConfirm: true, MayWithdraw: true, MayErase: true, MayReissue: true, Problem: "no", WrittenReason: "x"},
		"guestdoors": GuestDoorsView{Frame: in, GuestHead: head, Words: []Choice{{"en", "English", true}}, Inside: "340", Scans: "402", Approved: "351",
			Doors: []GuestDoor{{"door-1", "200", "today", "today"}}, Odd: []string{"Look."}, Taken: []GuestTaken{{"door-1.scans", "New scans: 3", []string{"x"}}}, Problem: "no"},
	}
}
