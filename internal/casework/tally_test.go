package casework

import (
	"slices"
	"testing"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/process"
)

// TestS34Statistics counts a dozen requests at both sides: numbers from ten on
// are told, smaller ones are not, refusals and delays stand beside the rest.
// Counting the log again gives the same, and erasing a case takes nothing away.
func TestS34Statistics(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a, b := w.nodes["XA"], w.nodes["XB"]
		for i := range 12 {
			id := w.send(t, request())
			w.settle(t)
			ground := "not_available"
			if i >= 10 {
				ground = "incomplete"
			}
			w.clock.Add(3*24*time.Hour + time.Hour)
			if _, err := b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "refuse",
				Input: Input{Ground: ground, Reason: "It is not held here.", Fields: process.Values{"consultation": process.Text("not_useful")}}}); err != nil {
				t.Fatal(err)
			}
			w.settle(t)
		}
		want := map[string]map[string]int64{
			"XA": {"opened sent": 12, "ground not_available": 10, "ground incomplete": -1, "reached refused": 12},
			"XB": {"opened received": 12, "ground not_available": 10, "ground incomplete": -1, "reached refused": 12},
		}
		for _, n := range []*testNode{a, b} {
			first := n.statistics(t)
			for what, number := range want[string(n.party)] {
				if got := first.cells[what]; got != number {
					t.Errorf("%s: %s is %d, want %d (all: %v)", n.party, what, got, number, first.cells)
				}
			}
			for what, number := range first.cells {
				if number > 0 && number < 10 {
					t.Errorf("%s: %s tells the small number %d", n.party, what, number)
				}
			}
			if first.median != 3 {
				t.Errorf("%s: the median is %d days, want 3", n.party, first.median)
			}
			must(t, n.c.DB.Write(t.Context(), func(tx *db.Tx) error {
				for _, q := range []string{`DELETE FROM casework_tally`, `DELETE FROM casework_counted`, `UPDATE casework_tallied SET next = 0`} {
					if _, err := tx.Exec(q); err != nil {
						return err
					}
				}
				return nil
			}))
			if again := n.statistics(t); !again.equal(first) {
				t.Errorf("%s: counted again it is %v, before %v", n.party, again, first)
			}
			page, err := n.Cases(t.Context(), n.people["officer"], Filter{All: true, Limit: 50})
			must(t, err)
			for _, r := range page.Cases {
				must(t, n.Erase(t.Context(), n.people["overseer"], r.ID, "ordered in a test"))
			}
			if after := n.statistics(t); !after.equal(first) {
				t.Errorf("%s: after erasure it is %v, before %v", n.party, after, first)
			}
		}
	})
}

// A summed is a statistic in a form to compare; a small number is -1.
type summed struct {
	cells  map[string]int64
	median int
}

func (s summed) equal(o summed) bool {
	if s.median != o.median || len(s.cells) != len(o.cells) {
		return false
	}
	for k, n := range s.cells {
		if o.cells[k] != n {
			return false
		}
	}
	return true
}

func (n *testNode) statistics(t *testing.T) summed {
	t.Helper()
	all, err := n.Statistics(t.Context())
	must(t, err)
	i := slices.IndexFunc(all, func(s Statistic) bool { return s.Process == "information-request" })
	if i < 0 {
		t.Fatalf("%s counts nothing: %+v", n.party, all)
	}
	s := summed{cells: map[string]int64{}, median: all[i].Median}
	for _, c := range all[i].Cells {
		s.cells[c.Kind+" "+c.Code] = c.N
		if c.Small {
			s.cells[c.Kind+" "+c.Code] = -1
		}
	}
	return s
}
