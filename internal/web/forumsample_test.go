package web

import (
	"net/url"
	"strings"

	"landbridge.example/internal/forum"
	"landbridge.example/internal/lang"
)

// forumSamples are views of the forum's pages.
func forumSamples(t *lang.Texts, in Frame) map[string]any {
	pill := Pill{"amber", t.T("prog.status.planned")}
	top := &ForumTop{ID: "2027", Name: "2027 <b>", Theme: "A theme", When: "16 September", Where: "Port Merrow", Phase: Pill{"amber", t.T("public.forum.phase.coming")},
		Pages: []NavItem{{"/forum/2027", t.T("prog.page.standing"), true, ""}, {"/forum/2027/programme", t.T("prog.page.programme"), false, ""}}, Public: "/public/forum/2027/"}
	e := forumEntry{t, url.Values{"kind": {"talk"}, "name.en": {`"x" <b>`}, "start": {"2027-09-16T09:00"}, "who.0": {"Ada Merel"}}}
	who := e.line("who.0", t.T("prog.session.who", 1), forumLine)
	who.List = "names"
	groups := append(e.inLanguages(t.T("prog.edition.words"), forumWords{"name", t.T("prog.name"), forumLine, true}, forumWords{"about", t.T("prog.about"), forumText, false}),
		ForumGroup{Name: t.T("prog.session.people"), Help: t.T("prog.session.people.help"), Rows: [][]FieldControl{{who, e.pick("kind", t.T("prog.kind"), Choice{"talk", "Talk", false})}},
			After: []NameValue{{"Ada Merel", "16 September"}}},
		ForumGroup{Fields: []FieldControl{e.control(FieldControl{Name: "start", Kind: "datetime", Label: t.T("prog.session.start")}), e.ticks("shown", t.T("prog.shown"), Choice{"yes", "x", false})}})
	line := ForumEditionLine{Href: "/forum/2027", Name: "2027", Theme: "x", When: "16 September", Phase: pill, Shown: pill, Programme: "–"}
	return map[string]any{
		"forum": ForumView{Frame: in, Top: top, Countdown: t.T("prog.countdown", 20), Counts: []ForumCount{{t.T("prog.count.rooms"), "2", "/forum/2027/places"}},
			Todo: []ForumTask{{t.T("prog.todo.noroom", 2), "/forum/2027/programme?show=noroom", "amber"}}, Version: t.T("public.forum.standing", 1, "today"), Editions: []ForumEditionLine{line}, Own: true, MayWrite: true},
		"forumdraft": ForumDraftView{Frame: in, Top: top, Conflicts: []string{"Room Hall A is taken."}, Choices: []FieldControl{e.pick("kind", t.T("prog.kind"), Choice{"talk", "Talk", false})}, Total: t.T("public.forum.sessions", 2), MayWrite: true,
			Groups: []ForumDraftGroup{{"16 September", []ForumDraftRow{{Href: "/forum/2027/sessions/x", Number: "1", Time: "09:00–10:00", Title: "<b>", Kind: "Talk", People: "Ada", Place: "Hall A", Status: pill, Lacks: []string{t.T("prog.show.noroom")}, Fresh: true, Gone: true}}}}},
		"forumform": ForumFormView{Frame: in, Top: top, Heading: "A heading", About: "x", Action: "/forum/2027/sessions/new", Revision: "1", Groups: groups, Names: []string{"Ada Merel", `"x"`}, Problems: []string{"No."}, MayWrite: true, Remove: t.T("prog.remove"), Entry: "e", From: &EntrySource{"/submissions/e", "From <e>", "red"}},
		"forumspeakers": ForumSpeakersView{Frame: in, Top: top, Query: "<x>", Total: t.T("prog.speakers.total", 2), MayWrite: true,
			Speakers: []ForumSpeakerLine{{"/forum/2027/speakers/x", "Ada <b>", "阿达", "XA", "Director", t.T("public.forum.sessions", 0), "16 September", true}, {Href: "/x", Name: "Bo", Sessions: "1"}}},
		"forumplaces": ForumPlacesView{Frame: in, Top: top, MayWrite: true, Sections: []ForumSection{{t.T("prog.rooms"), t.T("prog.room.about"), "/forum/2027/places/room/new", t.T("prog.room.new"), []ForumThing{{"/forum/2027/places/room/a", "Hall A", "x"}}}, {Name: "x", New: "/forum/2027/places/venue/new", NewName: "x"}}},
		"forumimport": ForumImportView{Frame: in, Top: top, Fields: []FieldControl{e.line("capacity", t.T("prog.import.places"), 6)}, Problem: "No.",
			Report: &ForumReport{"x (schedule.json)", []NameValue{{t.T("prog.import.new"), "2"}}, []NameValue{{"Opening", "Is left out."}}, "abc", false}},
		"forumpublish": ForumPublishView{Frame: in, TakenBack: []ForumChangeLine{{What: "taken back", Title: "<b>", Href: "/forum/2027/sessions/x"}}, Top: top, Sentence: t.T("prog.publish.next", 2, t.T("public.forum.sessions", 3), 1), Problem: "No.", Note: "x", More: t.T("prog.publish.more", 2), MayPublish: true,
			Changes: []ForumChangeLine{{t.T("public.forum.change.moved"), "Opening", "/forum/2027/sessions/x", "09:00", "10:00"}}, Versions: []ForumVersionLine{{"1", "today", "a <b>", "3", strings.Repeat("ab", 32), 12}}},
	}
}

// forumFamilies are the keys that the forum's pages put together.
func forumFamilies() []string {
	all := []string{"said.removed", "said.twice", "said.imported", "said.published"}
	for _, p := range []string{"programme", "speakers", "places", "publish"} {
		all = append(all, "prog.page."+p)
	}
	for _, k := range placeKinds() {
		all = append(all, "prog."+k+"s", "prog."+k+".about", "prog."+k+".new")
	}
	for _, how := range hows() {
		all = append(all, "prog.facts.how."+how)
	}
	for _, st := range forum.Statuses() {
		all = append(all, "prog.status."+st, "prog.show."+st)
	}
	return append(all, "prog.show."+lackRoom, "prog.show."+lackSpeaker)
}
