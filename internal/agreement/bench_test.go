package agreement

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
)

// BenchmarkBasis asks for a legal profile in a register of 400 instruments, of
// which three bind the two parties.
func BenchmarkBasis(b *testing.B) {
	d := dbtest.Open(b, filepath.Join(b.TempDir(), "node.db"), []db.Schema{Schema()}...)
	g := &Register{c: Config{DB: d, Clock: func() time.Time { return start }}}
	all := Fictional([]string{"information-request"}, "XA", "XB")
	for k := range 398 {
		i := pairOf(b, landbridge.PartyID(fmt.Sprintf("X%c", 'C'+k%20)))
		i.ID = fmt.Sprintf("other-%d", k)
		all = append(all, i)
	}
	must(b, d.Write(b.Context(), func(tx *db.Tx) error {
		for _, i := range all {
			if err := g.put(tx, i, "", "node", "node", "x", 0); err != nil {
				return err
			}
		}
		return nil
	}))
	for b.Loop() {
		basis, err := g.Basis(b.Context(), query("2026-11-22"))
		if err != nil || !basis.OK() {
			b.Fatal(basis, err)
		}
	}
}

func pairOf(b *testing.B, other landbridge.PartyID) *Instrument {
	b.Helper()
	return Fictional([]string{"information-request"}, "XA", other)[1]
}

// BenchmarkBuild merges the terms of three instruments.
func BenchmarkBuild(b *testing.B) {
	all := Fictional([]string{"information-request"}, "XA", "XB", "XC")
	for b.Loop() {
		if !Build(all, query("2026-11-22")).OK() {
			b.Fatal("no profile")
		}
	}
}
