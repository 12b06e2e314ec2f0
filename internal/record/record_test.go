package record_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
)

var schemas = []db.Schema{record.Schema()}

var errOdd = errors.New("odd")

func fact(kind, about string, n int) record.Fact {
	return record.Fact{Kind: kind, Actor: "00112233445566aa", Digest: landbridge.Sum(fmt.Append(nil, about, n)), About: about, Note: fmt.Sprint("note ", n)}
}

func add(t testing.TB, d *db.DB, l *record.Log, facts ...record.Fact) (last int64) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, f := range facts {
			var err error
			if last, err = l.Append(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	return last
}

func many(about string, n int) (all []record.Fact) {
	for i := range n {
		all = append(all, fact("case.step", about, i))
	}
	return all
}

// whole checks everything that must be true of a log at any time: it has so
// many entries, it verifies, and every entry has a proof that an outsider accepts.
func whole(t *testing.T, l *record.Log, p *party, size int64) {
	t.Helper()
	ctx := context.Background()
	must(t, l.Verify(ctx))
	cp, err := l.Checkpoint(ctx)
	must(t, err)
	c, _, err := ledger.OpenCheckpoint(cp, p.log)
	must(t, err)
	if c.Size != size {
		t.Fatalf("the checkpoint has size %d, want %d", c.Size, size)
	}
	for _, i := range []int64{0, size / 3, size - 2, size - 1} {
		if i < 0 || i >= size {
			continue
		}
		checkProof(t, l, p, i, 0)
	}
}

func checkProof(t *testing.T, l *record.Log, p *party, index int64, quorum int, witnesses ...*party) {
	t.Helper()
	text, entry, err := l.Prove(context.Background(), index)
	must(t, err)
	proof, err := ledger.ParseProof(text)
	must(t, err)
	policy := ledger.Policy{Log: p.log, Quorum: quorum}
	for _, w := range witnesses {
		policy.Witnesses = append(policy.Witnesses, w.keys...)
	}
	if _, _, err := proof.Verify(entry, policy); err != nil || proof.Index != index {
		t.Fatalf("proof of entry %d: %v", index, err)
	}
	other := slices.Clone(entry)
	other[len(other)/2] ^= 1
	if _, _, err := proof.Verify(other, policy); err == nil {
		t.Fatalf("the proof of entry %d holds for another entry", index)
	}
}

func TestAppendAndRead(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		p := newParty(t, "XA")
		l := openLog(t, d, p)
		whole(t, l, p, 0)
		if last := add(t, d, l, append(many("case/a", 300), many("case/b", 3)...)...); last != 302 {
			t.Fatalf("the last index is %d, want 302", last)
		}
		add(t, d, l, fact("case.step", "case/a", 300))
		add(t, d, l, fact("staff.signed-in", "", 1))
		whole(t, l, p, 305)

		page, err := l.Facts(ctx, 9, 20)
		must(t, err)
		if len(page) != 20 || page[0].Index != 10 || page[19].Index != 29 || page[0].Kind != "case.step" || page[0].Note != "note 10" ||
			page[0].Actor != "00112233445566aa" || page[0].Time != p.clock.Now() || page[0].Erased || page[0].Cosigners != nil {
			t.Errorf("the page begins with %+v and has %d facts", page[0], len(page))
		}
		newest, err := l.Newest(ctx, -1, 2)
		must(t, err)
		if len(newest) != 2 || newest[0].Index != 304 || newest[1].Index != 303 {
			t.Errorf("newest: %+v", newest)
		}
		about, err := l.FactsAbout(ctx, "case/a", 400)
		must(t, err)
		if len(about) != 301 || about[0].Index != 0 || about[300].Index != 303 {
			t.Errorf("%d facts about case/a", len(about))
		}
		about, err = l.FactsAbout(ctx, "case/a", 5)
		must(t, err)
		if len(about) != 5 || about[4].Index != 303 || about[3].Index != 299 {
			t.Errorf("the last five about case/a: %+v", about)
		}
		if none, err := l.FactsAbout(ctx, "case/none", 5); err != nil || none != nil {
			t.Errorf("facts about nothing: %v %v", none, err)
		}
		dis, err := l.Disclose(ctx, 302)
		must(t, err)
		if !dis.Check() || dis.Digest != fact("", "case/b", 2).Digest {
			t.Error("the disclosure of fact 302 does not fit its entry")
		}
		dis.Salt[3] ^= 1
		if dis.Check() {
			t.Error("a disclosure with another salt fits")
		}
		for _, i := range []int64{-1, 305} {
			if _, _, err := l.Prove(ctx, i); !fail.Is(err, fail.Missing) {
				t.Errorf("proving entry %d: %v", i, err)
			}
			if _, err := l.Fact(ctx, i); !fail.Is(err, fail.Missing) {
				t.Errorf("reading entry %d: %v", i, err)
			}
		}
	})
}

func TestBadFacts(t *testing.T) {
	d := dbtest.Open(t, t.TempDir()+"/node.db", record.Schema())
	l := openLog(t, d, newParty(t, "XA"))
	long := string(make([]byte, 1000))
	for name, f := range map[string]record.Fact{
		"kind":   {Kind: "Not A Name", Actor: "node", Digest: landbridge.Sum(nil)},
		"actor":  {Kind: "ok", Actor: "anna", Digest: landbridge.Sum(nil)},
		"digest": {Kind: "ok", Actor: "node"},
		"about":  {Kind: "ok", Actor: "node", Digest: landbridge.Sum(nil), About: long},
		"note":   {Kind: "ok", Actor: "node", Digest: landbridge.Sum(nil), Note: long},
	} {
		err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := l.Append(tx, f); return err })
		if !fail.Is(err, fail.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for {
			if _, err := l.Append(tx, fact("flood", "", 0)); err != nil {
				return err
			}
		}
	})
	if !fail.Is(err, fail.TooLarge) {
		t.Errorf("a flood: %v", err)
	}
	if n, err := l.Size(t.Context()); n != 0 || err != nil {
		t.Errorf("refused facts left %d entries (%v)", n, err)
	}
}

// TestTogether lets many callers append at once, some of whom fail before or
// after they appended: indexes are dense, and each caller's is its own entry's.
func TestTogether(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		p := newParty(t, "XA")
		l := openLog(t, d, p)
		var mu sync.Mutex
		got := map[int64]string{}
		var wg sync.WaitGroup
		for c := range 40 {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(1, uint64(c)))
				for n := range 30 {
					about := fmt.Sprintf("case/%d", c%7)
					var mine []int64
					fails := random.IntN(4) == 0
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						for range 1 + random.IntN(3) {
							i, err := l.Append(tx, fact("case.step", about, n))
							if err != nil {
								return err
							}
							mine = append(mine, i)
						}
						if fails {
							return errOdd
						}
						return nil
					})
					if fails != errors.Is(err, errOdd) || !fails && err != nil {
						t.Errorf("caller %d: %v", c, err)
					}
					mu.Lock()
					for _, i := range mine {
						if !fails {
							if got[i] != "" {
								t.Errorf("index %d was given twice", i)
							}
							got[i] = about
						}
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		size, err := l.Size(t.Context())
		must(t, err)
		if int(size) != len(got) {
			t.Fatalf("%d entries, %d acknowledged", size, len(got))
		}
		whole(t, l, p, size)
		for after := int64(-1); after < size-1; after += 100 {
			page, err := l.Facts(t.Context(), after, 100)
			must(t, err)
			for _, f := range page {
				if got[f.Index] != f.About {
					t.Fatalf("entry %d is about %q, its caller was told %q", f.Index, f.About, got[f.Index])
				}
			}
		}
		for c := range 7 {
			about, err := l.FactsAbout(t.Context(), fmt.Sprintf("case/%d", c), record.MaxPage)
			must(t, err)
			n := 0
			for _, a := range got {
				if a == fmt.Sprintf("case/%d", c) {
					n++
				}
			}
			if len(about) != n {
				t.Errorf("case/%d has %d facts in its chain, %d were acknowledged", c, len(about), n)
			}
		}
	})
}

func TestErase(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		p := newParty(t, "XA")
		l := openLog(t, d, p)
		add(t, d, l, many("case/a", 5)...)
		before, err := l.Disclose(ctx, 2)
		must(t, err)
		erase := func(i int64) error {
			return d.Write(ctx, func(tx *db.Tx) error { _, err := l.Erase(tx, i, "node", "retention period is over"); return err })
		}
		must(t, erase(2)) // in the middle of its chain
		must(t, erase(4)) // the last
		must(t, erase(0)) // the first
		whole(t, l, p, 8)
		f, err := l.Fact(ctx, 2)
		must(t, err)
		if !f.Erased || f.About != "" || f.Note != "" || f.Kind != "case.step" {
			t.Errorf("the erased fact is still %+v", f)
		}
		if _, err := l.Disclose(ctx, 2); !fail.Is(err, fail.Expired) {
			t.Errorf("disclosing an erased fact: %v", err)
		}
		if !before.Check() {
			t.Error("whoever was shown the fact before can no longer check it")
		}
		about, err := l.FactsAbout(ctx, "case/a", 10)
		must(t, err)
		if len(about) != 2 || about[0].Index != 1 || about[1].Index != 3 {
			t.Errorf("the chain after erasing 0, 2 and 4: %+v", about)
		}
		for i, kind := range map[int64]fail.Kind{2: fail.Conflict, 5: fail.Denied, 99: fail.Missing} {
			if err := erase(i); !fail.Is(err, kind) {
				t.Errorf("erasing %d: %v, want kind %v", i, err, kind)
			}
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := l.Erase(tx, 1, "node", ""); return err }); !fail.Is(err, fail.Invalid) {
			t.Errorf("erasing without a ground: %v", err)
		}
		// An erasure whose caller fails did not happen.
		err = d.Write(ctx, func(tx *db.Tx) error {
			if _, err := l.Erase(tx, 3, "node", "x"); err != nil {
				return err
			}
			return errOdd
		})
		if !errors.Is(err, errOdd) {
			t.Fatal(err)
		}
		add(t, d, l, fact("case.step", "case/a", 9))
		about, err = l.FactsAbout(ctx, "case/a", 10)
		must(t, err)
		if len(about) != 3 || about[1].Index != 3 || about[1].Erased {
			t.Errorf("the chain after an erasure that failed: %+v", about)
		}
		var n int
		must(t, d.Write(ctx, func(tx *db.Tx) (err error) { n, err = l.EraseAbout(tx, "case/a", "node", "court order 7"); return err }))
		about, err = l.FactsAbout(ctx, "case/a", 10)
		if n != 3 || len(about) != 0 || err != nil {
			t.Errorf("erasing a matter took %d facts and left %+v (%v)", n, about, err)
		}
		must(t, d.Write(ctx, func(tx *db.Tx) (err error) { n, err = l.EraseAbout(tx, "case/a", "node", "court order 7"); return err }))
		if n != 0 {
			t.Errorf("erasing a matter again took %d facts", n)
		}
		add(t, d, l, fact("case.step", "case/a", 10))
		size, err := l.Size(ctx)
		must(t, err)
		whole(t, l, p, size)
	})
}

// TestTampered changes rows behind the log's back. Verify must name the entry.
func TestTampered(t *testing.T) {
	for _, tt := range []struct{ name, q, want string }{
		{"entry", `UPDATE record_fact SET entry = (SELECT entry FROM record_fact WHERE idx = 778) WHERE idx = 777`, "entry 777 of this log was changed"},
		{"missing", `DELETE FROM record_fact WHERE idx = 301`, "entry 301 of this log is missing"},
		{"salt", `UPDATE record_fact SET salt = (SELECT salt FROM record_fact WHERE idx = 1) WHERE idx = 2`, "entry 2 does not fit"},
		{"salt only", `UPDATE record_fact SET salt = NULL WHERE idx = 2`, "entry 2 does not fit"},
		{"tile", `UPDATE record_tile SET data = (SELECT data FROM record_tile WHERE level = 0 AND idx = 2) WHERE level = 0 AND idx = 1`, "entries 256 to 511"},
		{"beyond", `INSERT INTO record_fact (idx, entry, about, note, prev, salt, digest) SELECT 5000, entry, '', '', -1, salt, digest FROM record_fact WHERE idx = 1`,
			"1 facts beyond the signed size 1000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
				l := openLog(t, d, newParty(t, "XA"))
				add(t, d, l, many("case/a", 1000)...)
				must(t, l.Verify(t.Context()))
				must(t, d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(tt.q); return err }))
				err := l.Verify(t.Context())
				if !fail.Is(err, fail.Unsigned) || !contains(err, tt.want) {
					t.Errorf("Verify says %v, want %q", err, tt.want)
				}
			})
		})
	}
	t.Run("edge", func(t *testing.T) {
		dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
			p := newParty(t, "XA")
			l := openLog(t, d, p)
			add(t, d, l, many("case/a", 10)...)
			must(t, d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`UPDATE record_head SET size = 9 WHERE id = 1`); return err }))
			if _, err := record.Open(t.Context(), d, p.config()); err == nil {
				t.Error("a log whose head does not fit its signature opened")
			}
		})
	})
}

func contains(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }

func TestResource(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		l := openLog(t, d, newParty(t, "XA"))
		add(t, d, l, many("case/a", 600)...)
		for path, size := range map[string]int{
			"tile/0/000": 8192, "tile/0/001": 8192, "tile/0/002.p/88": 88 * 32, "tile/0/002.p/1": 32, "tile/0/000.p/7": 7 * 32, "tile/1/000.p/2": 64, "tile/1/000.p/1": 32,
		} {
			r, err := l.Resource(t.Context(), path)
			if err != nil || len(r.Body) != size || !r.Immutable || r.Type != "application/octet-stream" {
				t.Errorf("%s: %d bytes, %v", path, len(r.Body), err)
			}
		}
		for path, n := range map[string]int{"tile/entries/000": 256, "tile/entries/002.p/88": 88, "tile/entries/002.p/3": 3} {
			r, err := l.Resource(t.Context(), path)
			must(t, err)
			entries, err := ledger.ParseBundle(r.Body)
			if err != nil || len(entries) != n {
				t.Errorf("%s: %d entries, %v", path, len(entries), err)
			}
			for _, e := range entries {
				if _, err := ledger.ParseEntry(e); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		}
		for _, path := range []string{"", "tile/0/002", "tile/0/002.p/89", "tile/0/003.p/1", "tile/1/000", "tile/1/000.p/3", "tile/2/000.p/1", "tile/entries/002", "tile/entries/002.p/89",
			"tile/entries/x99/000", "tile/0/0", "tile/0/000.p/256", "tile/-1/000", "../x", "checkpoint/", "tile/entries/000/", "tile/64/000"} {
			if _, err := l.Resource(t.Context(), path); !fail.Is(err, fail.Missing) {
				t.Errorf("%s: %v", path, err)
			}
		}
		r, err := l.Resource(t.Context(), "checkpoint")
		if err != nil || r.Immutable || r.Type != "text/plain; charset=utf-8" {
			t.Errorf("checkpoint: %+v %v", r, err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	d := dbtest.Open(t, t.TempDir()+"/node.db", record.Schema())
	p, q := newParty(t, "XA"), newParty(t, "XA")
	c := p.config()
	c.Verifier = q.log
	if _, err := record.Open(t.Context(), d, c); err == nil {
		t.Error("opened with two keys that are not a pair")
	}
	c = p.config()
	c.Clock = nil
	if _, err := record.Open(t.Context(), d, c); err == nil {
		t.Error("opened without a clock")
	}
	c = p.config()
	c.Party = "XB"
	if _, err := record.Open(t.Context(), d, c); err == nil {
		t.Error("opened with the keys of another party")
	}
	l := openLog(t, d, p)
	add(t, d, l, many("", 3)...)
	if _, err := record.Open(t.Context(), d, q.config()); err == nil {
		t.Error("opened the log of another key")
	}
}
