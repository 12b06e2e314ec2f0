package delegation

import (
	"fmt"
	"testing"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/exchange/exchangetest"
	"landbridge.example/internal/table"
)

// crowd is an edition of 2,000 people in 20 delegations, all approved, every
// third of them seen at two doors.
func crowd(b *testing.B) *testNode {
	b.Helper()
	d := dbtest.Open(b, b.TempDir()+"/node.db", exchangetest.Schemas(Schema())...)
	keys, entries := exchangetest.Found(b, start, "XF", "XA")
	xf := newNode(b, exchangetest.Open(b, keys[0], d, entries, exchangetest.NewClock(start, 0)))
	for g := range 20 {
		id := xf.invite(Delegation{Kind: "ngo", Name: fmt.Sprintf("Association %d", g), Members: MaxNominees})
		var all []Nominee
		for i := range MaxNominees {
			all = append(all, Nominee{Member, Person{Latin: fmt.Sprintf("Member %c%c", 'A'+i/26, 'A'+i%26), Title: "Delegate", Nation: "XA",
				Email: fmt.Sprintf("m%d.%d@association.example", g, i)}})
		}
		ids, err := xf.Nominate(b.Context(), desk, id, all)
		must(b, err)
		_, _, err = xf.ApproveAll(b.Context(), desk, ids)
		must(b, err)
	}
	must(b, xf.db.Write(b.Context(), func(tx *db.Tx) error {
		for n := 1; n <= 2000; n += 3 {
			for k := range 2 {
				s := door.Scan{Door: fmt.Sprintf("door-%d", k), Sequence: int64(n), Badge: n, At: edition.Starts.Add(time.Duration(n) * time.Second)}
				if _, err := tx.Exec(`INSERT INTO delegation_scan (edition, badge, at_us, door, sequence, taken_us) VALUES ($1, $2, $3, $4, $5, $6)`,
					"2026", s.Badge, db.Micros(s.At), s.Door, s.Sequence, db.Micros(s.At)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	return xf
}

// forgetful empties what the roster holds in memory, as a restart does.
func (n *testNode) forgetful() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.open)
}

// BenchmarkList2000 lists, searches and exports an edition of 2,000 people,
// warm and as the first after a restart.
func BenchmarkList2000(b *testing.B) {
	xf := crowd(b)
	ctx := b.Context()
	q := Query{Edition: "2026"}
	for _, what := range []struct {
		name string
		do   func(b *testing.B)
	}{
		{"list", func(b *testing.B) {
			l, err := xf.List(ctx, desk, q)
			must(b, err)
			if l.Total != 2000 {
				b.Fatalf("%d listed", l.Total)
			}
		}},
		{"search", func(b *testing.B) {
			l, err := xf.List(ctx, desk, Query{Edition: "2026", Text: "member bc"})
			must(b, err)
			if l.Total != 20 {
				b.Fatalf("%d found", l.Total)
			}
		}},
		{"csv", func(b *testing.B) {
			rows, err := xf.Table(ctx, desk, q, Columns(nil))
			must(b, err)
			if _, err := table.CSV(rows); err != nil || len(rows) != 2001 {
				b.Fatal(err, len(rows))
			}
		}},
		{"xlsx", func(b *testing.B) {
			rows, err := xf.Table(ctx, desk, q, Columns(nil))
			must(b, err)
			if _, err := table.XLSX("People", rows); err != nil {
				b.Fatal(err)
			}
		}},
	} {
		b.Run(what.name+"/warm", func(b *testing.B) {
			for b.Loop() {
				what.do(b)
			}
		})
		b.Run(what.name+"/cold", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				xf.forgetful()
				b.StartTimer()
				what.do(b)
			}
		})
	}
}
