package web

import (
	"strings"

	kernel "landbridge.example/decision"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/lang"
)

// decisionSamples returns views of the pages of texts, decisions and meetings.
func decisionSamples(t *lang.Texts, in Frame, clock *Clock, pill Pill, desk []DeskLine) map[string]any {
	digest := strings.Repeat("ab", 32)
	lines := []ParaLine{{ID: "h", Words: "Preamble", Head: true, Other: "مقدمة"}, {ID: "p1", Number: "1", Words: "They answer <b>.", Other: "يجيبون", Marks: []Link{{"#a-" + digest[:16], t.T("decide.amendment", 1)}}}}
	matters := []MatterLine{{"/decisions/matters/x", "Declaration", "consensus", "1 of 3", pill, clock, "today"}, {Href: "/decisions/matters/y", Title: "Old", State: pill, At: "May"}}
	choice := []Choice{{"XA", "Azuria", false}, {"XB", "Borealis", true}}
	card := AmendmentCard{ID: digest, Number: t.T("decide.amendment", 1), By: "XA", At: "today", Reason: "faster", State: pill, Support: "XB", Oppose: "XC", MaySpeak: true, Compare: "/decisions/texts/x?to=y",
		Changes: []AmendLine{{"replace", t.T("decide.op.replace", "1"), "a day", "an hour"}, {"delete", "x", "gone", ""}}}
	mine := card
	mine.ID, mine.Mine = strings.Repeat("cd", 32), true
	old := card
	old.ID = strings.Repeat("ef", 32)
	position := PositionLine{"XA", "Azuria", Pill{"green", t.T("decide.said.agreed")}, t.T("decide.by", "XB"), "a <note>", "today"}
	option := func(kind string) OptionCard {
		return OptionCard{Kind: kind, Name: t.T("decide.do." + kind), Note: t.T("decide.effect." + kind), Two: true, Words: true, Must: true, Class: "stop"}
	}
	vote, entrust, reserve, extend, commit := option(kernel.Voted), option(kernel.Entrusted), option(kernel.Reserved), option(kernel.Extended), option(kernel.Committed)
	vote.Vote, entrust.Entrust, reserve.Where, extend.Until, commit.Commit = true, true, true, true, true
	commits := []CommitmentLine{{"/commitments/x", "Train 40 officers", "Azuria", "XA", "2027-06-30", "44 officers", pill}}
	pair := []NameValue{{"a", "b <c>"}}
	second := Second{Page: "/decisions/proposals/p", Digest: digest, Fours: inFours(digest), Waits: true, May: true, MayReturn: true, Role: "minister",
		RoleName: "minister", DemoKey: true, Problem: "no", Wrote: "w <x>", Wrong: "too long", WrongLang: "en"}
	return map[string]any{
		"decisions": DecisionsView{Frame: in, Waiting: desk, Matters: matters, Done: matters, MayPrepare: true, Form: map[string]string{"title": `"x"`}, Languages2: choice, Problem: "no",
			Texts: []TextLine{{"/decisions/texts/x", "Declaration", "XF", "English", "today", t.T("decide.versions", 2), t.T("decide.amendments", 3)}}},
		"decisionproposal": DecisionProposalView{Frame: in, Second: second, Heading: "Declaration", Kind: "Agree", By: "0011", At: "today", Lines: pair, MatterHref: "/decisions/matters/x", MatterTitle: "D",
			State: pill, Reason: "why"},
		"matter": MatterView{Frame: in, ID: digest, Heading: "Declaration", Sub: "consensus", State: pill, StateNote: "note", Clock: clock, Facts: pair, Count: pair,
			Positions: []PositionLine{position}, Remarks: []RemarkLine{{"reservation", "XA", "today", "As far\nas our law allows.", "p1"}}, Missing: []string{"x"},
			Open: []OptionCard{option(kernel.Agreed), vote, entrust, reserve, extend, commit}, Shut: pair, Refused: []RemarkLine{{Kind: "vote", Party: "XB", Text: "late"}}, Lines: lines,
			TextTitle: "Declaration", TextDigest: digest, TextLang: "en", TextDir: "ltr", In: choice, Outcome: digest, Fours: inFours(digest), Adopting: "XA", Signed: []PositionLine{position},
			File: "/x", Follows: "/y", Paragraphs: choice, Carried: choice, Others: choice, TextHref: "/z", Problem: "no"},
		"wording": WordingView{Frame: in, ID: digest, Heading: "Declaration", Keeper: "XF", Newest: digest, Languages2: choice, TextLang: "en", TextDir: "ltr", Other: "ar", OtherDir: "rtl", Lines: lines,
			Amendments: []AmendmentCard{card, mine}, Settled: []AmendmentCard{old}, Conflicts: pair, Versions: []VersionChoice{{t.T("decide.version", 1), digest, "today", "1"}}, Was: choice, Is: choice,
			Compared: []CompareLine{{"insert", "new", "", "1 words"}, {"delete", "gone", "2 x", ""}}, Matters: matters, MayAmend: true, MayKeep: true, MayPrepare: true, Plain: "{p1} 1 <x>",
			Missing: choice, Parties: choice, Methods: choice, Subjects: choice, Problem: "no"},
		"meetings": MeetingsView{Frame: in, Coming: []MeetingLine{{"/meetings/x", "Plenary", "conference", "XF", "today", "Hall 1"}}, Past: []MeetingLine{{Href: "/meetings/y", Title: "Old"}}, MayPrepare: true,
			Kinds: choice, Parties: choice, Form: map[string]string{}, Problem: "no"},
		"meeting": MeetingView{Frame: in, ID: "m", Heading: "Plenary", Kind: "conference", When: "today", Until: "later", Host: "XF", Place: "Hall", Link: "https://room.example/x", Session: "2026.main", Revision: 3,
			PartyNames: "XA, XB", Rules: "3:00", ItemNow: "1. Opening", Chair: true, MaySpeak: true, Asked: true, Parties: choice, Languages2: choice, ItemChoices: choice, Result: "done", Problem: "no",
			Turn: &TurnCard{"XA", "Azuria", "to speak", "English", "1:20", "14:00", "2026-11-22T14:32:00Z", true, 40},
			Next: []NextLine{{"XB", "Borealis", "reply", "reply", "French", ""}}, Spoken: []NextLine{{"XC", "XC", "to speak", "", "English", "2:59"}}, ListClosed: true,
			Items: []ItemCard{{"i1", "1", "Opening", "10 min", "It was opened.", true, []DocumentLine{{"Paper", pair, []Link{{"/decisions/texts/x", "English"}}}}, []Link{{"/decisions/texts/x", "Text"}}}, {ID: "i2", Number: "2", Title: "Next"}},
			Tasks: []ActionLine{{"t1", "Send a list", "Azuria", "2027-01-31", "/commitments/x", pill, true}, {ID: "t2", What: "x", Open: true}}},
		"commitments": CommitmentsView{Frame: in, Counts: []CountLink{{"/commitments?state=late", "1", pill}}, Items: commits, Parties: choice, States: choice, MayCommit: true, Matters: choice,
			Form: map[string]string{"title": "x"}, Problem: "no"},
		"commitment": CommitmentView{Frame: in, ID: digest, Heading: "Train", Party: "Azuria", Code: "XA", At: "today", State: pill, Lines: pair, Milestones: commits, MatterHref: "/x", File: "/y", MayReport: true,
			Steps: choice, Today: "2026-11-22", Problem: "no", Reports: []ReportCard{{"2027-06-01", "today", "44", "done\nso", "Half", pill, []NameValue{{"Report", "https://xa.example/r"}}}}},
	}
}

// decisionFamilies are the keys that the pages of decisions put together.
func decisionFamilies() (all []string) {
	each := func(prefix string, endings ...string) {
		for _, e := range endings {
			all = append(all, prefix+e)
		}
	}
	each("decide.method.", kernel.Methods()...)
	each("decide.subject.", kernel.Subjects()...)
	for _, s := range kernel.States() {
		each("decide.state.", string(s))
	}
	each("decide.statenote.", "counting", "incomplete", "contested", "broken")
	each("decide.why.", decision.Whys()...)
	for _, k := range kernel.Kinds() {
		switch k {
		case kernel.Amended, kernel.Supported, kernel.Opposed, kernel.Withdrew, kernel.Consolidated, kernel.Translated, kernel.Reported, kernel.Cast:
			continue // they are said on the page of a text, or as a vote
		}
		each("decide.do.", k)
		if k != kernel.Tabled && k != kernel.Opened {
			each("decide.effect.", k)
		}
	}
	each("decide.said.", kernel.Agreed, kernel.Objected, kernel.Yes, kernel.No, kernel.Abstain, kernel.Cast, "nothing", "silent")
	each("decide.remark.", kernel.Reserved, kernel.Dissented, kernel.Explained)
	each("decide.refused.", kernel.WrongMatter, kernel.WrongParty, kernel.WrongMethod, kernel.WrongText, kernel.TooEarly, kernel.TooLate, kernel.NoProxy, kernel.TooManyProxy,
		kernel.OnceOnly, kernel.BadExtension, kernel.EarlyClosing, kernel.BadBallot, kernel.BadTally, kernel.AfterTheEnd, kernel.NotToBeCarried)
	each("decide.remind.", "matter", "closing", "tally", "outcome", "milestone", "commitment", "task")
	each("decide.proposal.", decision.Waiting, decision.Performed, decision.Returned)
	each("decide.amendment.", kernel.Stands, kernel.Withdrawn, kernel.Taken, kernel.Stale)
	each("decide.conflict.", kernel.BothReplace, kernel.GoneAndNew, kernel.SameID, kernel.SamePlace, kernel.NextToGone)
	each("decide.mark.", kernel.Replace, kernel.Insert, kernel.Delete)
	each("decide.op.", kernel.Replace, kernel.Insert, kernel.Delete)
	each("decide.of.", kernel.OfCast, kernel.OfPresent, kernel.OfAll)
	each("decide.status.", statuses()...)
	each("meet.kind.", decision.MeetingKinds()...)
	each("meet.as.", "speak", decision.Point, decision.Reply)
	return all
}
