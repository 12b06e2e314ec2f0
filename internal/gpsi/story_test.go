package gpsi

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/index/bundle"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

const storySpec = `landbridge-index: 1
id: calm
title: Index of calm
edition: "2026"
notice: No value of it may decide any cooperation.
data:
  - {file: data/values.csv, unit: iso3, source: Office of statistics, licence: CC BY 4.0}
groups:
  - {code: Streets, parent: Index}
  - {code: Homes, parent: Index}
  - {code: Index}
indicators:
  - {code: Thefts, parent: Streets, direction: down}
  - {code: Fights, parent: Streets, direction: down}
  - {code: Fires, parent: Homes, direction: down}
steps:
  - weigh: {method: budget, file: data/budgets.csv, member: member, code: code, points: points}
  - normalise: {method: minmax, to: [0, 100]}
  - aggregate: {method: arithmetic}
uncertainty:
  replications: 50
  vary:
    - {name: scale, step: normalise, choices: [as written, {method: percentile-rank}]}
`

// settle hands everything over until nobody has anything to say.
func (w *world) settle(t *testing.T) {
	t.Helper()
	for range 50 {
		quiet := true
		for from, n := range w.nodes {
			must(t, n.db.Write(t.Context(), func(*db.Tx) error { return nil })) // what a commit calls has run then
			for _, e := range n.bag.take() {
				quiet = false
				for _, to := range e.Header.To {
					if err := w.hand(t, from, to.Party, e); err != nil {
						t.Fatalf("%s refuses %s of %s: %v", to.Party, e.Header.Kind, from, err)
					}
				}
			}
		}
		if quiet {
			return
		}
	}
	t.Fatal("the nodes never come to rest")
}

// hand gives one envelope to a node, as the exchange would.
func (w *world) hand(t *testing.T, from, to landbridge.PartyID, e *seal.Envelope) error {
	t.Helper()
	n := w.nodes[to]
	o, err := seal.Open(e, to, n.keys.Sealing...)
	must(t, err)
	h, file, err := parseMessage(o.Body)
	must(t, err)
	do := map[string]func(*db.Tx, *arrival) error{kindShown: n.takeShown, kindAsked: n.takeAsked, kindAnswered: n.takeAnswered,
		kindDissent: n.takeDissent, kindBudget: n.takeBudget, kindGiven: n.takeGiven, kindReleased: n.takeReleased}[e.Header.Kind]
	return n.db.Write(t.Context(), func(tx *db.Tx) error { return do(tx, &arrival{from: from, head: h, file: file, at: n.now()}) })
}

// refused fails the test unless err is of the kind and its sentence holds the word.
func refusedWith(t *testing.T, err error, kind fail.Kind, word string) {
	t.Helper()
	if !fail.Is(err, kind) || !strings.Contains(fail.Safe(err), word) {
		t.Fatalf("got %v (%v), want %v with %q", err, fail.KindOf(err), kind, word)
	}
}

// TestStory: an edition from its method to a release and its revision, with a
// member that sees it before, asks for a correction, dissents and weighs.
func TestStory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		f, a := w.nodes["XF"], w.nodes["XA"]
		analyst, secretary, central := f.people[landbridge.Analyst], f.people[landbridge.Secretariat], a.people[landbridge.CentralAuthority]

		_, err := f.SetMethod(ctx, analyst, NewMethod{Text: []byte(storySpec)})
		refusedWith(t, err, fail.Invalid, "decision")
		_, err = f.SetMethod(ctx, f.people[landbridge.Officer], NewMethod{Text: []byte(storySpec), Decision: "x"})
		refusedWith(t, err, fail.Denied, "analyst")
		decided := f.c.Decided
		f.c.Decided = func(_ context.Context, d landbridge.Digest) error {
			if d != landbridge.Sum([]byte("item 7")) {
				return fail.New(fail.Conflict, "nothing was adopted")
			}
			return nil
		}
		_, err = f.SetMethod(ctx, analyst, NewMethod{Text: []byte(storySpec), Decision: "x", DecisionDigest: landbridge.Sum([]byte("item 8")).String()})
		refusedWith(t, err, fail.Conflict, "adopted")
		m, err := f.SetMethod(ctx, analyst, NewMethod{Text: []byte(storySpec), Decision: "conference of 2026, item 7", DecisionDigest: landbridge.Sum([]byte("item 7")).String()})
		must(t, err)
		f.c.Decided = decided
		e, err := f.Begin(ctx, analyst, NewEdition{Framework: m.Framework})
		must(t, err)
		_, err = f.Begin(ctx, analyst, NewEdition{Framework: m.Framework})
		refusedWith(t, err, fail.Conflict, "being prepared")

		// Import: first with what must be settled, then with the choices.
		dirty := "Country;Thefts;Fights;Fires\nFRA;1.200,5;3;4\nGermny;900,5;2;..\nITA;800;5;6\nESP;700;6;3\n"
		imp, err := f.Upload(ctx, analyst, e.ID, Upload{Path: "data/values.csv", Name: `C:\tables\values.csv`, Data: []byte(dirty)})
		must(t, err)
		if imp.Ready || !imp.Report.Bad() || imp.Name != "values.csv" {
			t.Fatalf("%+v", imp.Report)
		}
		_, err = f.TakeOver(ctx, analyst, imp.ID)
		refusedWith(t, err, fail.Conflict, "settled")
		imp, err = f.Reread(ctx, analyst, imp.ID, Reading{Options: imp.Report.Proposed, Of: "2025"})
		must(t, err)
		if !imp.Ready || imp.Changes.After != 11 || !imp.Changes.FirstOfAll {
			t.Fatalf("%+v %v %+v", imp.Report.Findings, imp.Problems, imp.Changes)
		}
		e, err = f.TakeOver(ctx, analyst, imp.ID)
		must(t, err)
		_, err = f.TakeOver(ctx, analyst, imp.ID)
		if err == nil {
			t.Fatal("a table is taken over twice")
		}

		// The weights rest on budgets: until there are some, equal ones stand in.
		before, err := f.Calculate(ctx, analyst, e.ID)
		must(t, err)
		if len(before.Budgets) != 1 || before.Budgets[0].Points["Homes"] != 50 {
			t.Errorf("before the members weigh, the weights rest on %+v", before.Budgets)
		}
		_, err = f.Release(ctx, secretary, e.ID, "")
		refusedWith(t, err, fail.Conflict, "show the edition")

		// Preview.
		_, err = f.Show(ctx, analyst, e.ID, Showing{Until: w.clock.Now().Add(time.Hour)})
		refusedWith(t, err, fail.Denied, "secretariat")
		to, err := f.Show(ctx, secretary, e.ID, Showing{Until: w.clock.Now().Add(48 * time.Hour), Note: "Look at your figures."})
		must(t, err)
		if len(to) != 2 {
			t.Fatalf("shown to %v", to)
		}
		w.settle(t)
		there, err := a.Calculate(ctx, central, e.ID)
		must(t, err)
		if there.Digest != before.Digest || there.Result.Rows[0].Code != before.Result.Rows[0].Code {
			t.Error("the member sees something else")
		}
		_, err = f.Release(ctx, secretary, e.ID, "")
		refusedWith(t, err, fail.Conflict, "may comment until")

		// Correction and dissent.
		_, err = a.Correct(ctx, a.people[landbridge.Officer], e.ID, NewComment{Unit: "ITA", Column: "Fires", Wanted: "5", Source: "s", Text: "t"})
		refusedWith(t, err, fail.Denied, "analyst")
		_, err = a.Correct(ctx, central, e.ID, NewComment{Unit: "ITA", Column: "Fire", Wanted: "5", Source: "s", Text: "t"})
		refusedWith(t, err, fail.Invalid, "no indicator")
		c, err := a.Correct(ctx, central, e.ID, NewComment{Unit: "DEU", Column: "Fires", Wanted: "5", Source: "Fire service, 2025", Text: "The cell is empty and the number is public."})
		must(t, err)
		c2, err := a.Correct(ctx, central, e.ID, NewComment{Unit: "ITA", Column: "Thefts", Wanted: "1", Source: "hearsay", Text: "Less."})
		must(t, err)
		if c.Was != "" || c2.Was != "800" {
			t.Errorf("the values were %q and %q", c.Was, c2.Was)
		}
		_, err = a.Dissent(ctx, central, e.ID, NewComment{Text: "Fights are counted otherwise here.", Column: "Fights", Language: "en"})
		must(t, err)
		w.settle(t)

		// Budgets.
		until := w.clock.Now().Add(24 * time.Hour)
		must(t, f.AskBudget(ctx, secretary, e.ID, NewBudget{Named: true, Decision: "members' meeting, item 2", Until: until}))
		w.settle(t)
		refusedWith(t, a.GiveBudget(ctx, central, e.ID, map[string]float64{"Streets": 80, "Homes": 30}), fail.Invalid, "sum to 110")
		must(t, a.GiveBudget(ctx, central, e.ID, map[string]float64{"Streets": 50, "Homes": 50}))
		must(t, a.GiveBudget(ctx, central, e.ID, map[string]float64{"Streets": 80, "Homes": 20}))
		b := w.nodes["XB"]
		must(t, b.GiveBudget(ctx, b.people[landbridge.CentralAuthority], e.ID, map[string]float64{"Streets": 60, "Homes": 40}))
		w.settle(t)
		if n, open, err := f.Waiting(ctx); err != nil || n != 2 || open != 0 {
			t.Errorf("%d corrections, %d budgets wait, %v", n, open, err)
		}
		must(t, f.Settle(ctx, analyst, c.ID, Answer{Accept: true, Text: "Taken over."}))
		refusedWith(t, f.Settle(ctx, analyst, c2.ID, Answer{}), fail.Invalid, "answer")
		must(t, f.Settle(ctx, analyst, c2.ID, Answer{Text: "The source is not public."}))
		refusedWith(t, f.Settle(ctx, analyst, c.ID, Answer{Accept: true}), fail.Conflict, "settled already")
		must(t, f.CloseBudget(ctx, analyst, e.ID))
		w.settle(t)
		v, err := a.View(ctx, central, e.ID)
		must(t, err)
		if len(v.Comments) != 3 || v.Comments[0].State != Accepted || v.Comments[1].State != Declined || v.Comments[1].Answer != "The source is not public." {
			t.Errorf("the member reads %+v", v.Comments)
		}

		// Release.
		w.clock.add(72 * time.Hour)
		_, err = a.Dissent(ctx, central, e.ID, NewComment{Text: "Too late."})
		refusedWith(t, err, fail.Expired, "were taken until")
		two := secretary
		two.Pseudonym = analyst.Pseudonym
		_, err = f.Release(ctx, two, e.ID, "")
		refusedWith(t, err, fail.Denied, "second person")
		r, err := f.Release(ctx, secretary, e.ID, "The first.")
		must(t, err)
		_, err = f.Release(ctx, secretary, e.ID, "")
		refusedWith(t, err, fail.Conflict, "released already")
		w.settle(t)
		checkReleased(t, f, a, r)

		// Revision.
		_, err = f.Begin(ctx, analyst, NewEdition{Framework: "calm"})
		refusedWith(t, err, fail.Conflict, "begin a revision")
		e2, err := f.Begin(ctx, analyst, NewEdition{Framework: "calm", Revises: r.ID})
		must(t, err)
		imp, err = f.Upload(ctx, analyst, e2.ID, Upload{Path: "data/values.csv", Name: "v.csv", Data: []byte("iso3,Thefts,Fights,Fires\nFRA,1200.5,3,4\nDEU,900.5,2,5\nITA,750,5,6\nESP,700,6,3\n")})
		must(t, err)
		if !imp.Ready || imp.Changes.Changed != 1 || imp.Changes.Largest[0].Unit != "ITA" || imp.Changes.Same != 11 {
			t.Fatalf("%+v %v", imp.Changes, imp.Problems)
		}
		_, err = f.TakeOver(ctx, analyst, imp.ID)
		must(t, err)
		_, err = f.Show(ctx, secretary, e2.ID, Showing{Until: w.clock.Now().Add(time.Hour)})
		must(t, err)
		w.settle(t)
		w.clock.add(2 * time.Hour)
		r2, err := f.Release(ctx, secretary, e2.ID, "Thefts of Italy put right.")
		must(t, err)
		w.settle(t)
		for _, n := range []*testNode{f, a} {
			all, err := n.Releases(ctx)
			must(t, err)
			if len(all) != 2 || all[0].ID != r2.ID || all[0].Revises != r.ID || all[1].ID != r.ID || all[1].RevisedBy != r2.ID || all[0].Revision != 2 {
				t.Fatalf("%+v", all)
			}
			if zip, err := n.Bundle(ctx, r.ID); err != nil || len(zip) == 0 {
				t.Error("the revised release is gone")
			}
		}
	})
}

// checkReleased holds a release against what was said, at both nodes.
func checkReleased(t *testing.T, f, a *testNode, r Release) {
	t.Helper()
	ctx := t.Context()
	if r.ID != "xf-calm-2026-1" {
		t.Errorf("it is called %s", r.ID)
	}
	for _, n := range []*testNode{f, a} {
		o, err := n.Open(ctx, r.ID)
		must(t, err)
		if o.Digest != r.Digest || o.LogIndex != r.LogIndex || o.LogIndex < 0 {
			t.Errorf("%+v", o.Release)
		}
		if len(o.Dissents) != 1 || o.Dissents[0].Party != "XA" || len(o.Corrections) != 2 || !o.Corrections[0].Accepted {
			t.Errorf("dissents %+v, corrections %+v", o.Dissents, o.Corrections)
		}
		if len(o.Budgets) != 2 || o.Budgets[0].Member != "XA" || !maps.Equal(o.Budgets[0].Points, map[string]float64{"Streets": 80, "Homes": 20}) {
			t.Errorf("budgets %+v", o.Budgets)
		}
		if len(o.Methods) != 1 || o.Methods[0].Decision != "conference of 2026, item 7" {
			t.Errorf("methods %+v", o.Methods)
		}
		if p, ok := o.Provenance.Of("DEU", "Fires", 0); !ok || p.Source != "Fire service, 2025" {
			t.Errorf("the corrected value comes from %+v", p)
		}
		if p, ok := o.Provenance.Of("FRA", "Fires", 0); !ok || p.Year != "2025" {
			t.Errorf("the others come from %+v", p)
		}
		k := o.Result.Column("Streets")
		if w := o.Result.Columns[k].Share; w < 0.7-1e-12 || w > 0.7+1e-12 {
			t.Errorf("the members' weight is %v", w)
		}
		zip, err := n.Bundle(ctx, r.ID)
		must(t, err)
		c, err := bundle.ParseZip(zip)
		must(t, err)
		if rep := bundle.Verify(c, bundle.Options{}); !rep.Holds() || !rep.Identical || rep.Signed == nil || rep.Signed.ID != r.ID {
			t.Errorf("%+v", rep)
		}
	}
}

// TestForged: what another party may not send is refused with a sentence.
func TestForged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, a, b := w.nodes["XF"], w.nodes["XA"], w.nodes["XB"]
		must(t, f.Demonstrate(t.Context()))
		w.settle(t)
		all, err := a.Releases(t.Context())
		must(t, err)
		if len(all) != 2 || all[0].Publisher != "XF" || !all[0].Demonstration {
			t.Fatalf("%+v", all)
		}
		zip, err := a.Bundle(t.Context(), all[0].ID)
		must(t, err)
		good := head{Framework: "gpsi-demo", Label: "2018", Title: "x", Digest: all[0].Digest.String(), At: all[0].Released,
			Release: &releaseHead{ID: all[0].ID, Revision: 1, LogIndex: 3}}
		take := func(from landbridge.PartyID, h head, file []byte) error {
			return b.db.Write(t.Context(), func(tx *db.Tx) error {
				return b.takeReleased(tx, &arrival{from: from, head: &h, file: file, at: b.now()})
			})
		}
		must(t, take("XF", good, zip)) // again: nothing happens
		refusedWith(t, take("XA", good, zip), fail.Unsigned, "do not speak of the same")
		c, err := bundle.ParseZip(zip)
		must(t, err)
		key := w.nodes["XA"].keys.Signing
		must(t, c.Sign(bundle.Signature{ID: all[0].ID, Party: "XF", At: all[0].Released, Key: key.PublicText()}, key.Sign))
		forged, err := c.Zip()
		must(t, err)
		refusedWith(t, take("XF", good, forged), fail.Unsigned, "not one of XF")
		refusedWith(t, take("XF", good, []byte("no zip")), fail.Invalid, "unpacked")
		other := good
		other.Release = &releaseHead{ID: "xf-gpsi-demo-2018-2", Revision: 2}
		refusedWith(t, take("XF", other, zip), fail.Unsigned, "do not speak of the same")

		// An edition that was not shown to XB takes no comment of XB.
		say := func(h *head) error {
			return f.db.Write(t.Context(), func(tx *db.Tx) error { return f.takeDissent(tx, &arrival{from: "XB", head: h, at: f.now()}) })
		}
		id, err := f.newID()
		must(t, err)
		refusedWith(t, say(&head{Edition: id, Comment: &commentHead{ID: id, Text: "x"}}), fail.Missing, "no edition")
		editions, err := f.Editions(t.Context())
		must(t, err)
		refusedWith(t, say(&head{Edition: editions[0].ID, Comment: &commentHead{ID: id, Text: "x"}}), fail.Conflict, "released")
	})
}

// TestUnnamed: where the members agreed that names stay out, they do, and the
// order does not tell who gave what.
func TestUnnamed(t *testing.T) {
	sp, err := readSpec([]byte(storySpec))
	must(t, err)
	b := &BudgetRound{Groups: map[string][]string{"Index": {"Streets", "Homes"}}}
	x := Points{Party: "XA", Points: map[string]float64{"Streets": 80, "Homes": 20}}
	y := Points{Party: "XB", Points: map[string]float64{"Streets": 30, "Homes": 70}}
	got := string(b.table(budgetStep(sp), []Points{x, y}))
	if got != string(b.table(budgetStep(sp), []Points{y, x})) || strings.Contains(got, "XA") ||
		got != "member,code,points\nmember 001,Streets,30\nmember 001,Homes,70\nmember 002,Streets,80\nmember 002,Homes,20\n" {
		t.Errorf("%s", got)
	}
	if err := b.checkPoints(map[string]float64{"Streets": 100, "Homes": 0, "Other": 0}); err == nil {
		t.Error("points for something else are taken")
	}
}
