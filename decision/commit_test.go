package decision

import (
	mrand "math/rand/v2"
	"reflect"
	"testing"
	"time"

	"landbridge.example"
)

// TestCommitments: kept, kept late, late, dropped with its reason, and who may
// say so; the same in any order.
func TestCommitments(t *testing.T) {
	n := 0
	act := func(hours int, p landbridge.PartyID, kind, body string, of landbridge.Digest) *Act {
		n++
		a := &Act{ID: id(n), Kind: kind, Party: p, Made: start.Add(time.Duration(hours) * time.Hour), Of: of, Body: body}
		must(t, a.Check())
		return a
	}
	promise := func(p landbridge.PartyID, due string) *Act {
		x := Promise{Title: "Train officers", What: "Train officers\nin two languages.", Due: due, Indicator: "officers trained", Target: "200", Session: "2027.main",
			Milestones: []Milestone{{"first", "2027-01-31", "First course"}}}
		return act(0, p, Committed, string(x.Encode()), landbridge.Digest{})
	}
	report := func(of *Act, p landbridge.PartyID, state, on, milestone string) *Act {
		x := Report{State: state, Day: on, Milestone: milestone, Value: "120", Text: "As planned.", Evidence: []Evidence{{"https://xa.example/report", "Report"}}}
		return act(n, p, Reported, string(x.Encode()), of.Digest())
	}
	kept, tardy, late, dropped := promise("XA", "2027-09-30"), promise("XB", "2027-09-30"), promise("XC", "2027-06-30"), promise("XD", "2027-06-30")
	acts := []*Act{kept, tardy, late, dropped, report(kept, "XA", Running, "2027-03-01", ""), report(kept, "XA", Kept, "2027-02-15", "first"),
		report(kept, "XA", Kept, "2027-09-30", ""), report(tardy, "XB", Kept, "2027-10-01", ""), report(late, "XA", Kept, "2027-06-01", ""),
		report(dropped, "XD", Abandon, "2027-05-01", "")}
	all := FoldCommitments(acts)
	got := map[landbridge.PartyID]string{}
	for _, c := range all {
		got[c.Party] = c.Status("2027-12-31")
	}
	if want := map[landbridge.PartyID]string{"XA": Kept, "XB": KeptLate, "XC": Late, "XD": Abandon}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if c := all[2]; c.Party != "XA" || c.MilestoneStatus(c.Promise.Milestones[0], "2027-12-31") != KeptLate || c.Status("2027-06-01") != Kept || len(c.Reports) != 3 {
		t.Errorf("%+v", c)
	}
	if f := FollowUp(all, "2027-12-31"); len(f) != 4 {
		t.Errorf("%d in the follow-up of the year", len(f))
	}
	if f := FollowUp(all, "2028-09-01"); len(f) != 1 || f[0].Party != "XC" {
		t.Errorf("%+v: what is late stays until it is kept or dropped", f)
	}
	r := mrand.New(mrand.NewPCG(9, 9))
	for range 50 {
		r.Shuffle(len(acts), func(i, j int) { acts[i], acts[j] = acts[j], acts[i] })
		if again := FoldCommitments(append(acts, acts[0])); !reflect.DeepEqual(again, all) {
			t.Fatal("another order, another state")
		}
	}
	for name, bad := range map[string]Promise{"no indicator": {Title: "a", What: "b", Due: "2027-01-01"}, "no day": {Title: "a", What: "b", Indicator: "c", Due: "soon"},
		"milestone after the end": {Title: "a", What: "b", Indicator: "c", Due: "2027-01-01", Milestones: []Milestone{{"x", "2027-02-01", "y"}}}} {
		if bad.Check() == nil {
			t.Errorf("%s is a promise", name)
		}
	}
}
