package sim_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/notice"
	"landbridge.example/internal/sim"
	"landbridge.example/process"
)

// A tale is a story told from Go, with looks at the registers in between.
func tale(t *testing.T, w *sim.World, s *story) *telling {
	return &telling{story: s, t: t, w: w, p: w.Begin()}
}

func (s *telling) say(lines ...string) {
	s.t.Helper()
	for _, l := range lines {
		words, err := split(l)
		if err == nil {
			err = s.line(words)
		}
		if err != nil {
			s.t.Fatalf("%s: %v", l, err)
		}
	}
}

// found searches the notices of one party's node, as one of its officers.
func (s *telling) found(party landbridge.PartyID) []notice.Hit {
	s.t.Helper()
	side := s.w.Sides[party]
	p, err := side.Holder(landbridge.Officer)
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := side.Node.Notice.Search(s.t.Context(), p, notice.Query{Name: "Tesselova Anara", Birth: "1971-05-02", Purpose: "investigation"})
	if err != nil {
		s.t.Fatalf("%s: %v", party, err)
	}
	return a.Hits
}

// TestS27Notices: on seven real nodes a notice is found nowhere before it is
// published, everywhere it was published to afterwards, and nowhere after it was
// taken back; a node that was cut off says that it may be out of date, converges
// when it is reached again, and takes no stale copy in.
func TestS27Notices(t *testing.T) {
	if underRace {
		t.Skip("half an hour of seven nodes takes minutes under the race detector; the story of a notice is told there")
	}
	synctest.Test(t, func(t *testing.T) {
		sides := map[string][]landbridge.PartyID{"issuing": {"XA"}, "panel": {"XB", "XC", "XD"}, "receiving": {"XE", "XG"}}
		w := sim.New(t, sim.Options{Seed: 7, Parties: []landbridge.PartyID{"XA", "XB", "XC", "XD", "XE", "XG"}, Faults: sim.Faults{MinDelay: 5 * time.Millisecond, MaxDelay: 40 * time.Millisecond}})
		defer w.Close()
		person := process.Row{"category": "suspect", "family_name": "Tesselova", "given_names": "Anara", "name_original": "Анара Тесселова", "birth_date": "1971-05-02",
			"minor": "no", "protected_function": "no", "reason": "Named in the warrant.", "assertion": "fact", "grade": "B2"}
		s := tale(t, w, &story{name: "notice.register", process: "notice", sides: sides, sections: map[string]process.Values{"submit_wanted": {"persons": {Rows: []process.Row{person}}}}})
		nowhere := func(when string) {
			t.Helper()
			for _, p := range []landbridge.PartyID{"XA", "XB", "XC", "XD", "XE", "XG"} {
				if hits := s.found(p); len(hits) != 0 {
					t.Errorf("%s: found at %s: %+v", when, p, hits)
				}
			}
		}
		s.say("XA officer submit_wanted")
		nowhere("before the panel")
		s.say("XB reviewer review", "XC reviewer review", "XD reviewer review", "state reviewed")
		nowhere("reviewed")
		s.say("XA contact_point publish", "XE contact_point take_in effect_here=locate")
		for _, p := range []landbridge.PartyID{"XA", "XE", "XG"} {
			if hits := s.found(p); len(hits) != 1 || !hits[0].InForce || hits[0].Stale != nil || (hits[0].Effect == "locate") != (p == "XE") {
				t.Errorf("published, at %s: %+v", p, hits)
			}
		}
		for _, p := range sides["panel"] {
			if hits := s.found(p); len(hits) != 0 {
				t.Errorf("the panel reviews and does not search: %s %+v", p, hits)
			}
		}

		// XG is cut off from everybody; XA takes the notice back.
		for _, p := range []landbridge.PartyID{"XA", "XB", "XC", "XD", "XE", sim.Secretariat} {
			w.Net.Cut(p, "XG", true)
		}
		s.say(`XA central_authority withdraw_published removal_text=warrant_lifted "reason=The court lifted the warrant."`)
		for _, p := range []landbridge.PartyID{"XA", "XE"} {
			if hits := s.found(p); len(hits) != 0 {
				t.Errorf("taken back, found at %s: %+v", p, hits)
			}
			s.say(string(p) + " contact_point acknowledge_removal")
		}
		w.Jump(3 * 24 * time.Hour)
		w.Rest(time.Minute)
		if hits := s.found("XG"); len(hits) != 1 || hits[0].Stale == nil {
			t.Errorf("cut off for three days, XG does not say that it may be out of date: %+v", hits)
		}
		for _, p := range []landbridge.PartyID{"XA", "XB", "XC", "XD", "XE", sim.Secretariat} {
			w.Net.Cut(p, "XG", false)
		}
		w.Rest(30 * time.Minute)
		if hits := s.found("XG"); len(hits) != 0 {
			t.Errorf("reached again, XG still shows it: %+v", hits)
		}
		s.say("XA contact_point publish ! state") // what was taken back does not come again under this number
		for _, p := range sides["panel"] {
			s.say(string(p) + " contact_point acknowledge_removal")
		}
		s.say("XG contact_point acknowledge_removal", "state removed")
		s.lags()
		for _, b := range s.p.CheckCase(t.Context(), s.id) {
			t.Error(b)
		}
	})
}

// lags checks that every node counts the same: who was in time, who was not.
func (s *telling) lags() {
	s.t.Helper()
	for _, p := range []landbridge.PartyID{"XA", "XB", "XE", "XG"} {
		lags, err := s.w.Sides[p].Node.Notice.Lags(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		var late []string
		for _, l := range lags {
			if l.Ordered != 1 || l.Open != 0 {
				s.t.Errorf("at %s: %+v", p, l)
			}
			if l.Late > 0 {
				late = append(late, string(l.Party))
			}
		}
		if !slices.Equal(late, []string{"XB", "XC", "XD", "XG"}) {
			s.t.Errorf("at %s late are %s", p, strings.Join(late, ", "))
		}
		q, err := s.w.Sides[p].Holder(landbridge.Officer)
		if err != nil {
			s.t.Fatal(err)
		}
		n, err := s.w.Sides[p].Node.Notice.Read(s.t.Context(), q, s.id, "investigation")
		if err != nil || n.Persons != nil || n.Title != "" || n.Reason != "warrant_lifted" {
			s.t.Errorf("at %s something is left: %+v %v (%s)", p, n, err, fail.Safe(err))
		}
	}
}
