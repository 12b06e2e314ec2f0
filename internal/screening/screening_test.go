package screening

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/match"
)

// TestS31WholeWay: a list comes in, a subject of a case is a candidate, one
// person proposes and another confirms, the entry is taken off, and what was
// frozen is to be lifted within the hour, or the desk asks why not.
func TestS31WholeWay(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane, telluth, sorin)
		c := w.newCase(CasePerson{"suspect", person("Ishkar Morvane", "1971-05-02")}, CasePerson{"victim", person("Bram Telluth", "")})
		list, err := w.WatchCase(ctx, w.people["officer"], c, false)
		must(w.t, err)
		if _, all, err := w.Watch(ctx, w.people["officer"], list.ID); err != nil || len(all) != 1 {
			w.t.Fatalf("a victim is screened: %d subjects, %v", len(all), err)
		}
		if _, err := w.WatchCase(ctx, w.people["officer"], c, false); err != nil {
			w.t.Fatal(err)
		}
		h := w.only("supervisor", Open)
		if h.Source.Origin() != UnitedNations || h.Case != c || h.Score < leastWatch {
			w.t.Fatalf("%+v", h)
		}
		// Nothing follows from a candidate (S24), and nobody decides alone (S21, S31).
		if err := w.confirm("supervisor", h.ID); !fail.Is(err, fail.Conflict) {
			w.t.Errorf("confirmed what nobody proposed: %v", err)
		}
		for why, ids := range map[string][]Identifier{
			"two independent": {{ByBirth, "the same"}}, "different kinds": {{ByDocument, "one"}, {ByDocument, "two"}},
			"many people share": {{ByBirthPlace, "Haldvik"}, {ByNationality, "the same"}}, "a name is none": {{"name", "the same"}, {ByBirth, "the same"}},
			"does not state": {{ByAddress, "the same"}, {ByBirth, "the same"}}, "what was compared": {{ByBirth, ""}, {ByDocument, "x y z"}},
		} {
			wantFail(w.t, w.Propose(ctx, w.people["officer"], h.ID, ids, "It is him."), fail.Invalid, why)
		}
		must(w.t, w.Propose(ctx, w.people["officer"], h.ID, twoIdentifiers(), "The passport was seen."))
		if err := w.confirm("officer", h.ID); !fail.Is(err, fail.Denied) {
			w.t.Errorf("the proposer confirmed: %v", err)
		}
		if err := w.Confirm(ctx, w.people["supervisor"], h.ID, landbridge.Supervisor, []byte("{}")); !fail.Is(err, fail.Unsigned) {
			w.t.Errorf("confirmed without a passkey: %v", err)
		}
		must(w.t, w.confirm("supervisor", h.ID))
		v, err := w.Hit(ctx, w.people["officer"], h.ID)
		must(w.t, err)
		if v.State != Matched || len(v.Tasks) != 2 || v.Proposer != "O. XA" || v.Decider != "S. XA" || !v.Software {
			w.t.Errorf("%+v", v)
		}
		for _, task := range v.Tasks {
			if task.Kind == TaskFreeze {
				must(w.t, w.Done(ctx, w.people["officer"], task.ID, "Accounts frozen by the Ministry of Finance, order 7 of 22 November."))
			}
		}
		w.delisting(c, h.ID)
	})
}

func (w *world) delisting(c landbridge.CaseID, id landbridge.ID) {
	w.t.Helper()
	ctx := w.t.Context()
	w.told = nil
	done := w.importUN("2026-11-20", telluth, sorin)
	if done.Removed != 1 || done.Unfreeze != 1 || done.Closed != 0 {
		w.t.Fatalf("%+v", done)
	}
	if !slices.Contains(w.told, c) {
		w.t.Error("the case was not told")
	}
	a, err := w.Search(ctx, w.people["officer"], Question{Person: person("Ishkar Morvane", ""), Purpose: handling.Investigation})
	if err != nil || len(a.Candidates) != 0 {
		w.t.Fatalf("screening goes on for who was taken off: %+v, %v", a, err)
	}
	v, err := w.Hit(ctx, w.people["officer"], id)
	must(w.t, err)
	task := nearest(v.Tasks)
	if v.State != Unfreezing || task == nil || task.Kind != TaskUnfreeze || task.Due.Sub(task.Made) > time.Hour || !v.EntryNow.Delisted {
		w.t.Fatalf("%+v, %+v", v.State, task)
	}
	desk, err := w.Desk(ctx, w.people["officer"])
	if err != nil || len(desk) != 0 { // the case's watch is the officer's own only if they began it
		if err != nil || len(desk) != 1 || desk[0].Kind != string(TaskUnfreeze) {
			w.t.Fatalf("%+v, %v", desk, err)
		}
	}
	if err := w.WhyNot(ctx, w.people["officer"], task.ID, "The bank is closed."); !fail.Is(err, fail.Conflict) {
		w.t.Errorf("why not, before the time is over: %v", err)
	}
	w.clock.Add(61 * time.Minute)
	w.work()
	if n := w.facts(factLate); n != 1 {
		w.t.Fatalf("%d facts that lifting is late", n)
	}
	desk, err = w.Desk(ctx, w.people["supervisor"])
	if err != nil || len(desk) != 1 || !desk[0].Late {
		w.t.Fatalf("the desk does not ask why not: %+v, %v", desk, err)
	}
	must(w.t, w.WhyNot(ctx, w.people["officer"], task.ID, "The bank is closed until eight."))
	w.clock.Add(time.Hour)
	w.work()
	if n := w.facts(factLate); n != 2 {
		w.t.Errorf("asked %d times", n)
	}
	must(w.t, w.Done(ctx, w.people["officer"], task.ID, "Lifted by order 8; the bank confirmed."))
	if v, err := w.Hit(ctx, w.people["officer"], id); err != nil || v.State != Released || v.Tasks[0].Answer != "Lifted by order 8; the bank confirmed." || !v.Tasks[0].Late {
		w.t.Errorf("%+v, %v", v, err)
	}
	about, err := w.log.FactsAbout(ctx, string(c), 100)
	must(w.t, err)
	kinds := ""
	for _, f := range about {
		kinds += f.Kind + " "
	}
	for _, k := range []string{factWatched, factScreened, factProposed, factConfirmed, factTaskDone, factDelisted, factLate, factWhyNot} {
		if !strings.Contains(kinds, k+" ") {
			w.t.Errorf("the case has no fact %s: %s", k, kinds)
		}
	}
}

// TestS31SourceLabel: a national list can never stand as the United Nations'.
func TestS31SourceLabel(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		csv := "id,name\n1,Ishkar Morvane\n"
		for _, in := range []Import{
			{Code: "UN", Origin: UnitedNations, Authority: "United Nations", Name: "List"}, {Code: "UN", Origin: National, Authority: "XA", Name: "List"},
			{Code: "UNSC", Origin: National, Authority: "XA", Name: "List"}, {Code: "ONU-1", Origin: Regional, Authority: "XA", Name: "List"},
			{Code: "XA-1", Origin: UnitedNations, Authority: "XA", Name: "List"}, {Code: "XA-1", Authority: "XA", Name: "List"},
			{Code: "XA-1", Origin: National, Authority: "United Nations", Name: "List"}, {Code: "un", Origin: National, Authority: "XA", Name: "List"},
			{Code: "ＵＮ", Origin: National, Authority: "XA", Name: "List"}, {Code: "XA-1", Origin: National, Authority: "X\nA", Name: "List"},
		} {
			in.File = strings.NewReader(csv)
			if _, err := w.Import(ctx, w.people["lists"], in); !fail.Is(err, fail.Invalid) {
				w.t.Errorf("%+v: %v", in, err)
			}
		}
		in := Import{File: strings.NewReader(`{"source":"UN","records":[{"list":"UN","id":"1","kind":"person","names":[{"text":"Ishkar Morvane","quality":"primary"}]}]}`),
			Code: "XA-1", Origin: National, Authority: "XA", Name: "Azuria's list"}
		if _, err := w.Import(ctx, w.people["lists"], in); err != nil {
			w.t.Fatal(err)
		}
		in = Import{File: strings.NewReader(unList("2026-11-01", morvane)), Code: "XA-2", Origin: National, Authority: "XA", Name: "x y"}
		if _, err := w.Import(ctx, w.people["lists"], in); !fail.Is(err, fail.Invalid) {
			w.t.Errorf("the UN's file as another list: %v", err)
		}
		a, err := w.Search(ctx, w.people["officer"], Question{Person: person("Ishkar Morvane", ""), Purpose: handling.Investigation})
		must(w.t, err)
		if len(a.Candidates) != 1 || a.Candidates[0].Entry.Source.Origin() != National || a.Candidates[0].Entry.Source.Code() != "XA-1" {
			w.t.Fatalf("%+v", a.Candidates)
		}
		// Rows that were tampered with are not believed either.
		if _, err := storedSource(UnitedNations, "XA-1", "United Nations", "List"); err == nil {
			w.t.Error("a row makes a national list the United Nations'")
		}
		if _, err := storedSource(National, "UN", "XA", "List"); err == nil {
			w.t.Error("a row makes the United Nations' list national")
		}
	})
}

// TestBadLists: whatever is wrong with a file, nothing changes, and the reason is said.
func TestBadLists(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		var people []string
		for i := range 12 {
			people = append(people, fmt.Sprintf("69001%02d|Name%c|Family%c|1970-01-%02d||XA", i, 'a'+i, 'a'+i, i+1))
		}
		w.importUN("2026-11-01", people...)
		good := unList("2026-11-02", people...)
		bomb := `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><CONSOLIDATED_LIST dateGenerated="2026-11-02"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>&b;</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>`
		for why, file := range map[string]string{
			"ends in the middle": good[:len(good)/2], "entities": bomb, "UTF-8": strings.Replace(good, "Namea", "Nam\xe9", 1), "stands on two": unList("2026-11-02", people[0], people[0]),
			"holds no records": unList("2026-11-02"), "well-formed": strings.Replace(good, "</INDIVIDUAL>", "", 1), "UTF-16": "\xff\xfe<\x00",
			"unpacked": "\x1f\x8b\x08\x00junk",
		} {
			_, err := w.Import(ctx, w.people["lists"], Import{File: strings.NewReader(file)})
			if !fail.Is(err, fail.Invalid) || !strings.Contains(fail.Safe(err), why) || !strings.Contains(fail.Safe(err), "nothing was changed") {
				w.t.Errorf("%s: %v", why, err)
			}
		}
		half := Import{File: strings.NewReader(unList("2026-11-02", people[:5]...))}
		_, err := w.Import(ctx, w.people["lists"], half)
		wantFail(w.t, err, fail.Conflict, "lacks 7 of 12")
		_, err = w.Import(ctx, w.people["lists"], Import{File: strings.NewReader(unList("2026-10-02", people...))})
		wantFail(w.t, err, fail.Conflict, "the list in use of 2026-11-01")
		lists, err := w.Lists(ctx, w.people["operator"])
		must(w.t, err)
		if len(lists) != 1 || lists[0].Version != 1 || lists[0].Records != 12 || lists[0].Refused == "" || w.facts(factRefused) < 9 {
			w.t.Fatalf("%+v; %d refusals", lists, w.facts(factRefused))
		}
		a, err := w.Search(ctx, w.people["officer"], Question{Person: person("Namel Familyl", ""), Purpose: handling.Investigation})
		if err != nil || len(a.Candidates) == 0 {
			w.t.Errorf("the list in use does not answer any more: %+v, %v", a, err)
		}
		half.File, half.Confirm = strings.NewReader(unList("2026-11-02", people[:5]...)), "The Committee removed seven entries on 1 November."
		done, err := w.Import(ctx, w.people["lists"], half)
		if err != nil || done.Removed != 7 || done.Version != 2 {
			w.t.Errorf("%+v, %v", done, err)
		}
		again, err := w.Import(ctx, w.people["lists"], Import{File: strings.NewReader(unList("2026-11-02", people[:5]...))})
		if err != nil || !again.Same || again.Version != 2 {
			w.t.Errorf("%+v, %v", again, err)
		}
	})
}

// TestVersions: every version is kept, with what it changed, field by field.
func TestVersions(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane, telluth)
		w.importUN("2026-11-02", strings.Replace(morvane, "1971-05-02", "1971-05-03", 1), sorin)
		w.reopen()
		v, err := w.Version(ctx, w.people["overseer"], "UN", 2, 0)
		must(w.t, err)
		if v.Added != 1 || v.Changed != 1 || v.Removed != 1 || len(v.Changes) != 3 || v.By != "L. XA" {
			w.t.Fatalf("%+v", v)
		}
		c := v.Changes[0]
		if c.Kind != Changed || !slices.Equal(c.Fields, []string{"births"}) || c.Was.Births[0].String() != "1971-05-02" || c.Is.Births[0].String() != "1971-05-03" {
			w.t.Errorf("%+v", c)
		}
		gone, err := w.Entry(ctx, w.people["officer"], "UN", "6900002")
		if err != nil || !gone.Delisted || gone.Record.Names[0].Text != "Bram Telluth" {
			w.t.Errorf("%+v, %v", gone, err)
		}
		if _, err := w.Entry(ctx, w.people["officer"], "UN", "nothing"); !fail.Is(err, fail.Missing) {
			w.t.Error(err)
		}
		if _, err := w.Version(ctx, w.people["officer"], "UN", 9, 0); !fail.Is(err, fail.Missing) {
			w.t.Error(err)
		}
	})
}

// TestRescreen: who is stored is found when an entry is added or changed, a
// false positive stays one until its time is over or its entry says something else.
func TestRescreen(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", telluth)
		w.begin("officer", person("Ishkar Morvane", ""), person("Olga Brandt", "1990"))
		if page, err := w.Hits(ctx, w.people["officer"], Filter{}); err != nil || len(page.Hits) != 0 {
			w.t.Fatalf("%+v, %v", page, err)
		}
		w.importUN("2026-11-02", telluth, morvane)
		w.work()
		h := w.only("officer", "")
		must(w.t, w.Dismiss(ctx, w.people["officer"], h.ID, "Born in 1990; seen in the register.", time.Time{}))
		wantFail(w.t, w.Dismiss(ctx, w.people["officer"], h.ID, "Again.", time.Time{}), fail.Conflict, "decided already")
		w.importUN("2026-11-03", telluth, morvane, sorin) // says nothing new of him
		w.work()
		w.only("officer", FalsePositive)
		w.reopen()
		w.importUN("2026-11-04", telluth, strings.Replace(morvane, "1971-05-02", "1990-05-02", 1), sorin)
		w.work()
		w.only("officer", Open)
		must(w.t, w.Dismiss(ctx, w.people["officer"], h.ID, "Still another person.", w.now().AddDate(0, 1, 0)))
		wantFail(w.t, w.Dismiss(ctx, w.people["second"], h.ID, "x y z", time.Time{}), fail.Missing, "not yours")
		w.clock.Add(32 * 24 * time.Hour)
		w.work()
		w.only("officer", Open)
		w.importUN("2026-11-05", telluth, "6900001|Otto|Quill|1971-05-02||Borealis", sorin)
		w.work()
		w.only("officer", Closed) // the entry names somebody else now
	})
}

// TestMatchLooksAgain: a match whose entry changes is looked at again; a mistake is lifted by one person.
func TestMatchLooksAgain(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane, telluth)
		w.begin("officer", person("Ishkar Morvane", "1971-05-02"))
		h := w.only("officer", Open)
		must(w.t, w.Propose(ctx, w.people["officer"], h.ID, twoIdentifiers(), "The passport was seen."))
		must(w.t, w.Return(ctx, w.people["supervisor"], h.ID, "Look at the second page first."))
		w.only("officer", Open)
		w.match(h.ID)
		w.importUN("2026-11-02", strings.Replace(morvane, "Borealis", "Caldera", 1), telluth)
		w.work()
		v, err := w.Hit(ctx, w.people["officer"], h.ID)
		must(w.t, err)
		if v.State != Matched || !slices.ContainsFunc(v.Tasks, func(t Task) bool { return t.Kind == TaskReview }) {
			w.t.Errorf("%s, %+v", v.State, v.Tasks)
		}
		must(w.t, w.Revoke(ctx, w.people["supervisor"], h.ID, "The passport was forged; it is his brother."))
		v, err = w.Hit(ctx, w.people["officer"], h.ID)
		must(w.t, err)
		if v.State != Unfreezing || nearest(v.Tasks).Kind != TaskUnfreeze {
			w.t.Errorf("%s, %+v", v.State, v.Tasks)
		}
	})
}

// TestS18Screened: every screening is a fact, with a commitment to the
// question, the versions of the lists and of the engine; the name is nowhere.
func TestS18Screened(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane)
		q := Question{Person: person("Ishkar Morvane", "1971"), Purpose: handling.Investigation}
		a, err := w.Search(ctx, w.people["officer"], q)
		must(w.t, err)
		if w.facts(factSearched) != 1 || a.Run == "" || a.Engine != w.engine().Version() || len(a.Lists) != 1 {
			w.t.Fatalf("%+v", a)
		}
		if again, err := w.Search(ctx, w.people["officer"], q); err != nil || again.Run != "" || w.facts(factSearched) != 1 {
			w.t.Errorf("the same question a moment later is another screening: %+v, %v", again, err)
		}
		f, err := w.log.Fact(ctx, a.Entry)
		must(w.t, err)
		if !strings.Contains(f.Note, "UN@1") || !strings.Contains(f.Note, w.engine().Version()) || strings.Contains(f.Note, "Morvane") || !strings.Contains(f.Note, "1 found") {
			w.t.Errorf("%+v", f)
		}
		for asked, want := range map[string]bool{"Ishkar Morvane": true, "Ishkar Morvan": false} {
			if ok, err := w.Proven(ctx, w.people["overseer"], landbridge.ID(a.Run), person(asked, "1971")); err != nil || ok != want {
				w.t.Errorf("%s: %v, %v", asked, ok, err)
			}
		}
		for _, bad := range []Question{{Person: person("Ishkar Morvane", "")}, {Person: person("Ishkar Morvane", ""), Purpose: "curiosity"},
			{Person: person("Ishkar Morvane", ""), Purpose: handling.Lawfulness}, {Person: person("", ""), Purpose: handling.Investigation}, {Person: person("7", ""), Purpose: handling.Investigation}} {
			if _, err := w.Search(ctx, w.people["officer"], bad); !fail.Is(err, fail.Invalid) {
				w.t.Errorf("%+v: %v", bad, err)
			}
		}
		for _, login := range []string{"operator", "secretariat"} {
			if _, err := w.Search(ctx, w.people[login], q); !fail.Is(err, fail.Denied) {
				w.t.Errorf("%s: %v", login, err)
			}
		}
	})
}

// TestS24CandidatesOnly: an answer is candidates with reasons, what is missing
// is said, and a search decides nothing and stores nobody.
func TestS24CandidatesOnly(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		if _, err := w.Search(ctx, w.people["officer"], Question{Person: person("Ishkar Morvane", ""), Purpose: handling.Investigation}); !fail.Is(err, fail.Conflict) {
			w.t.Errorf("answered without a list: %v", err)
		}
		w.importUN("2026-11-01", morvane, telluth)
		w.importCSV("id,name\n7,Ishkar Morwane\n")
		for _, name := range []string{"Ishkar Morvane", "Morvane, Ishkar", "Ишкар Морване", "إشكار مورفان"} {
			a, err := w.Search(ctx, w.people["officer"], Question{Person: person(name, ""), Purpose: handling.Investigation})
			must(w.t, err)
			if len(a.Candidates) == 0 {
				w.t.Errorf("%s finds nobody", name)
			}
			for _, c := range a.Candidates {
				if len(c.Words) == 0 || len(c.Evidence) == 0 || c.Entry.Source.Code() == "" || !slices.ContainsFunc(c.Evidence, func(v match.Evidence) bool { return v.State == match.Missing }) {
					w.t.Errorf("%s: a score without reasons: %+v", name, c)
				}
			}
		}
		a, err := w.Search(ctx, w.people["officer"], Question{Person: person("Ishkar Morvane", ""), Purpose: handling.Investigation, Lists: []string{"XA-1373"}})
		if err != nil || len(a.Candidates) != 1 || a.Candidates[0].Entry.Source.Origin() != National {
			w.t.Errorf("%+v, %v", a, err)
		}
		page, err := w.Hits(ctx, w.people["supervisor"], Filter{})
		if err != nil || len(page.Hits) != 0 {
			w.t.Errorf("a search made a hit: %+v, %v", page, err)
		}
	})
}

// TestS28Watches: who may see what; a watch has a purpose, a basis and an end.
func TestS28Watches(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane)
		for _, bad := range []NewWatch{{}, {Title: "Suppliers", Basis: "Act", Purpose: handling.Detection}, {Title: "Suppliers", Basis: "Act", Purpose: handling.Detection, Until: w.now().AddDate(2, 0, 0)},
			{Title: "Suppliers", Purpose: handling.Detection, Until: w.now().AddDate(0, 1, 0)}, {Title: "Suppliers", Basis: "Act", Purpose: "all", Until: w.now().AddDate(0, 1, 0)}} {
			if _, err := w.Begin(ctx, w.people["officer"], bad); !fail.Is(err, fail.Invalid) {
				w.t.Errorf("%+v: %v", bad, err)
			}
		}
		v := w.begin("officer", person("Ishkar Morvane", ""))
		for login, want := range map[string]bool{"officer": true, "supervisor": true, "lists": true, "overseer": true, "second": false, "operator": false, "secretariat": false} {
			if _, _, err := w.Watch(ctx, w.people[login], v.ID); (err == nil) != want {
				w.t.Errorf("%s: %v", login, err)
			}
		}
		if _, err := w.Add(ctx, w.people["supervisor"], v.ID, []match.Record{person("Bram Telluth", "")}); !fail.Is(err, fail.Denied) {
			w.t.Errorf("another added to a watch: %v", err)
		}
		h := w.only("officer", Open)
		wantFail(w.t, w.Dismiss(ctx, w.people["overseer"], h.ID, "Not him.", time.Time{}), fail.Denied, "do not take part")
		if _, err := w.Import(ctx, w.people["officer"], Import{File: strings.NewReader("")}); !fail.Is(err, fail.Denied) {
			w.t.Errorf("an officer imports a list: %v", err)
		}
	})
}

// TestS15WatchEnds: a watch ends by itself, its content goes, and with the key
// of a case goes what was screened for it.
func TestS15WatchEnds(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane)
		v := w.begin("officer", person("Ishkar Morvane", ""))
		c := w.newCase(CasePerson{"suspect", person("Ishkar Morvane", "")})
		_, err := w.WatchCase(ctx, w.people["officer"], c, false)
		must(w.t, err)
		assertCount(w, `SELECT count(*) FROM screening_subject`, 2)
		assertSealed(w, "Morvane")
		must(w.t, w.db.Write(ctx, func(tx *db.Tx) error { return w.vault.Destroy(tx, "case/"+string(c)) }))
		if _, err := w.rescreenAll(ctx); err != nil {
			w.t.Fatal(err)
		}
		must(w.t, w.Sweep(ctx))
		assertCount(w, `SELECT count(*) FROM screening_subject`, 1)
		w.clock.Add(100 * 24 * time.Hour)
		w.work()
		if _, err := w.Add(ctx, w.people["officer"], v.ID, []match.Record{person("Bram Telluth", "")}); !fail.Is(err, fail.Expired) {
			w.t.Errorf("added to a watch that is over: %v", err)
		}
		w.only("officer", Closed)
		w.clock.Add(31 * 24 * time.Hour)
		w.work()
		for _, table := range []string{"subject", "hit", "watch", "task"} {
			assertCount(w, `SELECT count(*) FROM screening_`+table, 0)
		}
		must(w.t, w.log.Verify(ctx))
	})
}

// rescreenAll screens everybody against everything, as after a first import.
func (w *world) rescreenAll(ctx context.Context) (int, error) {
	sh, err := w.shelved(ctx)
	must(w.t, err)
	return w.rescreen(ctx, sh, sh.books["UN"].records)
}

// TestCaseOver: nobody is screened for a case that is over; what hangs on a match stays.
func TestCaseOver(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane, telluth)
		c := w.newCase(CasePerson{"suspect", person("Ishkar Morvane", "1971-05-02")}, CasePerson{"suspect", person("Bram Telluth", "1965")})
		_, err := w.WatchCase(ctx, w.people["officer"], c, false)
		must(w.t, err)
		page, err := w.Hits(ctx, w.people["supervisor"], Filter{})
		if err != nil || len(page.Hits) != 2 {
			w.t.Fatalf("%+v, %v", page, err)
		}
		for _, h := range page.Hits {
			if h.Query == "Ishkar Morvane" {
				w.match(h.ID)
			}
		}
		must(w.t, w.Sweep(ctx))
		w.only("supervisor", Open)
		v := w.cases[c]
		v.Ended = true
		w.cases[c] = v
		must(w.t, w.Sweep(ctx))
		w.only("supervisor", Closed)
		w.only("supervisor", Matched)
		if _, err := w.WatchCase(ctx, w.people["officer"], c, false); !fail.Is(err, fail.Conflict) {
			w.t.Errorf("watched a case that is over: %v", err)
		}
		done := w.importUN("2026-11-02", telluth)
		if done.Unfreeze != 1 {
			w.t.Errorf("a match of a case that is over is not lifted: %+v", done)
		}
		if _, err := w.Search(ctx, w.people["lists"], Question{Person: person("Bram Telluth", ""), Purpose: handling.Investigation, Case: c}); !fail.Is(err, fail.Missing) {
			w.t.Errorf("a screening stands in the record of a case its author may not read: %v", err)
		}
	})
}

func assertCount(w *world, q string, want int) {
	w.t.Helper()
	var n int
	must(w.t, w.db.QueryRow(w.t.Context(), q).Scan(&n))
	if n != want {
		w.t.Errorf("%s: %d, want %d", q, n, want)
	}
}

// assertSealed looks for a word in everything the rows of subjects and hits hold.
func assertSealed(w *world, word string) {
	w.t.Helper()
	for _, q := range []string{`SELECT body FROM screening_subject`, `SELECT body FROM screening_hit`, `SELECT about FROM screening_watch`, `SELECT body FROM screening_record`} {
		rows, err := w.db.Query(w.t.Context(), q)
		must(w.t, err)
		defer rows.Close()
		for rows.Next() {
			var b []byte
			must(w.t, rows.Scan(&b))
			if bytes.Contains(b, []byte(word)) {
				w.t.Errorf("%s holds %q in the clear", q, word)
			}
		}
		must(w.t, rows.Err())
	}
}

// TestBatch: a file of names is screened in parts, with progress, and answered
// in its order; it is erased when its time is over.
func TestBatch(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.importUN("2026-11-01", morvane, telluth)
		var b strings.Builder
		b.WriteString("id,name,date_of_birth\n")
		for i := range 1200 {
			fmt.Fprintf(&b, "%d,Person Number%d,\n", i, i)
		}
		b.WriteString("x,Ishkar Morvane,1971-05-02\ny,,\nz,Телут Брам,yesterday\n")
		n, err := w.NewBatch(ctx, w.people["officer"], NewBatch{Name: "suppliers.csv", Purpose: handling.Detection, Kind: match.Person, File: strings.NewReader(b.String())})
		must(w.t, err)
		w.work()
		got, err := w.Batch(ctx, w.people["officer"], n.ID)
		must(w.t, err)
		if got.Total != 1203 || got.Done != 1203 || got.Unread != 1 || got.Found < 1 || got.Finished.IsZero() || got.Name != "suppliers.csv" {
			w.t.Fatalf("%+v", got)
		}
		var out bytes.Buffer
		must(w.t, w.Results(ctx, w.people["officer"], n.ID, &out))
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		var l struct {
			ID         string
			Note       string
			Candidates []struct {
				List   string
				Source string `json:"list_source"`
				Score  float64
			}
		}
		must(w.t, json.Unmarshal([]byte(lines[1200]), &l))
		if len(lines) != 1203 || l.ID != "x" || len(l.Candidates) != 1 || l.Candidates[0].Source != "un" || l.Candidates[0].Score < 0.9 {
			w.t.Errorf("%d lines; %+v", len(lines), l)
		}
		must(w.t, json.Unmarshal([]byte(lines[1202]), &l))
		if !strings.Contains(l.Note, "no date of birth") {
			w.t.Errorf("%+v", l)
		}
		if _, err := w.Batch(ctx, w.people["second"], n.ID); !fail.Is(err, fail.Missing) {
			w.t.Errorf("another sees it: %v", err)
		}
		if w.facts(factBatch) != 1 || w.facts(factBatchDone) != 1 {
			w.t.Error("the file is not in the log")
		}
		for _, bad := range []string{"", "name\n\"a", "name\nF\xe9lix", "PK\x00"} {
			if _, err := w.NewBatch(ctx, w.people["officer"], NewBatch{Purpose: handling.Detection, File: strings.NewReader(bad)}); err == nil {
				w.t.Errorf("took %q", bad)
			}
		}
		w.clock.Add(31 * 24 * time.Hour)
		w.work()
		assertCount(w, `SELECT count(*) FROM screening_part`, 0)
		if _, err := w.Batch(ctx, w.people["officer"], n.ID); !fail.Is(err, fail.Missing) {
			w.t.Error(err)
		}
	})
}

// TestRealUN: the Security Council's own list comes in, and is asked in several scripts.
func TestRealUN(t *testing.T) {
	each(t, func(w *world) {
		done, err := w.Import(w.t.Context(), w.people["operator"], Import{File: realUN(w.t)})
		must(w.t, err)
		if done.Records != 1003 || done.Source.Origin() != UnitedNations || done.Added != 1003 || !strings.HasPrefix(done.Published, "2026-02-27") {
			w.t.Fatalf("%+v", done)
		}
		w.reopen()
		a, err := w.Search(w.t.Context(), w.people["officer"], Question{Person: match.Record{Names: []match.Name{{Text: "Korea Mining Development Trading Corporation"}}}, Purpose: handling.Detection})
		if err != nil || len(a.Candidates) == 0 || a.Candidates[0].Entry.Record.Reference != "KPe.001" {
			w.t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestOFAC(t *testing.T) {
	each(t, func(w *world) {
		row := `36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ` + "\n"
		done, err := w.Import(w.t.Context(), w.people["lists"], Import{File: strings.NewReader(row), Version: "2021-12-01"})
		if err != nil || done.Source.Origin() != National || done.Source.Code() != "OFAC" || done.Records != 1 || done.Published != "2021-12-01" {
			w.t.Errorf("%+v, %v", done, err)
		}
	})
}

// TestCrowd: subjects that come one by one are found as those that come together.
func TestCrowd(t *testing.T) {
	e := match.New()
	var c crowd
	for i := range 300 {
		r := person(fmt.Sprintf("Person%c%c Family%c", 'a'+i%26, 'a'+i/26, 'a'+i%26), "")
		c.add(e, []member{memberOf(landbridge.ID(fmt.Sprint(i)), &r)})
	}
	if len(c.segs) > 10 {
		t.Errorf("%d segments", len(c.segs))
	}
	for _, i := range []int{0, 150, 299} {
		r := person(fmt.Sprintf("Person%c%c Family%c", 'a'+i%26, 'a'+i/26, 'a'+i%26), "")
		if !slices.Contains(c.near(e, &r), landbridge.ID(fmt.Sprint(i))) {
			t.Errorf("subject %d is not near itself", i)
		}
	}
}

func FuzzParseNames(f *testing.F) {
	f.Add("id,name,birth\n1,Ishkar Morvane,1971-05-02\n")
	f.Add("Ishkar Morvane\n\"a,b\",c\n")
	f.Add("name\n\xff\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ParseNames(strings.NewReader(text), match.Person, 1000)
		if err != nil {
			if fail.Is(err, fail.Internal) {
				t.Errorf("no sentence for %q: %v", text, err)
			}
			return
		}
		for _, r := range rows {
			if len(r.Person.Names) == 0 && r.Note == "" {
				t.Errorf("row %d of %q has neither a name nor a reason", r.Line, text)
			}
		}
	})
}

func FuzzListFile(f *testing.F) {
	f.Add([]byte(unList("2026-11-01", morvane)), "XA-1")
	f.Add([]byte("id,name\n1,A B\n"), "XA-1")
	f.Add([]byte(`{"records":[]}`), "UN")
	f.Add([]byte("\x1f\x8b\x08"), "")
	f.Add([]byte("PK\x03\x04"), "")
	s := New(Config{})
	f.Fuzz(func(t *testing.T, file []byte, code string) {
		l, source, err := s.readFile(&shelf{}, Import{File: bytes.NewReader(file), Code: code, Origin: National, Authority: "XA", Name: "A list"})
		if err == nil && (source.Origin() == UnitedNations) != (source.Code() == codeUN) {
			t.Errorf("%q is a list of %+v", file, source)
		}
		if err == nil && source.Origin() == UnitedNations && !bytes.Contains(file, []byte("CONSOLIDATED_LIST")) && !bytes.HasPrefix(file, []byte{0x1f, 0x8b}) && !bytes.HasPrefix(file, []byte("PK")) {
			t.Errorf("%q passes as the United Nations'", file)
		}
		_ = l
	})
}
