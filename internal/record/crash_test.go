package record_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/record"
)

var errCrash = errors.New("crash")

// crasher stands for a process that dies at the nth time a commit passes a point.
type crasher struct {
	mu    sync.Mutex
	point string
	left  int
}

func (c *crasher) at(point string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if point != c.point {
		return nil
	}
	if c.left--; c.left == 0 {
		return errCrash
	}
	return nil
}

// dsns gives f a place for a database of each engine that can be opened again and again.
func dsns(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "node.db")) })
	t.Run("postgres", func(t *testing.T) { f(t, dbtest.Postgres(t)) })
}

func reopen(t *testing.T, dsn string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(dsn, o)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	must(t, d.Migrate(t.Context(), record.Schema()))
	return d
}

// TestCrash fails the nth commit at each of its points, n = 1, 2, 3…, goes on
// in the same process, then opens the database again: whatever was acknowledged
// is there once, whatever was not is there wholly or not at all, the log
// verifies, and the next fact continues it.
func TestCrash(t *testing.T) {
	for _, point := range []string{"begin", "commit", "committed"} {
		t.Run(point, func(t *testing.T) {
			dsns(t, func(t *testing.T, dsn string) {
				for n := 1; n <= 6; n++ {
					t.Run(fmt.Sprint(n), func(t *testing.T) { crashAt(t, dsn, point, n) })
				}
			})
		})
	}
}

func crashAt(t *testing.T, dsn, point string, n int) {
	p := partyOf(t, dsn)
	c := &crasher{}
	d := reopen(t, dsn, db.Options{Faults: c.at})
	l := openLog(t, d, p)
	start, err := l.Size(t.Context())
	must(t, err)
	c.mu.Lock()
	c.point, c.left = point, n
	c.mu.Unlock()
	about := fmt.Sprintf("case/%s/%d", point, n)
	acknowledged, unknown := 0, 0
	for i := range 8 {
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			for _, f := range many(about, i+1) {
				if _, err := l.Append(tx, f); err != nil {
					return err
				}
			}
			return nil
		})
		switch {
		case err == nil:
			acknowledged += i + 1
		case errors.Is(err, errCrash):
			unknown += i + 1
		default:
			t.Fatal(err)
		}
	}
	if unknown == 0 {
		t.Fatal("the fault never struck")
	}
	must(t, d.Close())

	d = reopen(t, dsn, db.Options{})
	l = openLog(t, d, p)
	size, err := l.Size(t.Context())
	must(t, err)
	kept := int(size - start)
	if kept != acknowledged && kept != acknowledged+unknown {
		t.Errorf("%d facts are there; %d were acknowledged, %d not", kept, acknowledged, unknown)
	}
	if want := acknowledged; point == "committed" {
		if want += unknown; kept != want {
			t.Errorf("%d facts are there after a crash behind the commit, want %d", kept, want)
		}
	}
	chain, err := l.FactsAbout(t.Context(), about, record.MaxPage)
	must(t, err)
	if len(chain) != kept {
		t.Errorf("%d facts in the chain, %d in the log", len(chain), kept)
	}
	if last := add(t, d, l, fact("case.step", about, 99)); last != size {
		t.Errorf("the next fact got index %d, want %d", last, size)
	}
	whole(t, l, p, size+1)
	must(t, d.Close())
}

// partyOf gives the same keys for the same database within a test.
func partyOf(t *testing.T, dsn string) *party {
	t.Helper()
	p, _ := parties.LoadOrStore(dsn, newParty(t, "XA"))
	return p.(*party)
}

var parties sync.Map

// TestInstances lets two instances of one node append to one database at the
// same time. They take turns by the head row, and neither signs over the other.
func TestInstances(t *testing.T) {
	dsns(t, func(t *testing.T, dsn string) {
		p := newParty(t, "XA")
		var ds [2]*db.DB
		var ls [2]*record.Log
		for i := range ds {
			ds[i] = reopen(t, dsn, db.Options{})
			ls[i] = openLog(t, ds[i], p)
		}
		const callers, each = 8, 15
		var mu sync.Mutex
		seen := map[int64]bool{}
		var wg sync.WaitGroup
		for c := range callers {
			wg.Go(func() {
				for n := range each {
					var i int64
					err := ds[c%2].Write(context.Background(), func(tx *db.Tx) (err error) {
						i, err = ls[c%2].Append(tx, fact("case.step", fmt.Sprintf("case/%d", c/2), n))
						if err == nil && n%5 == 4 {
							return errOdd
						}
						return err
					})
					if n%5 == 4 && errors.Is(err, errOdd) {
						continue
					}
					if err != nil {
						t.Errorf("instance %d: %v", c%2, err)
						continue
					}
					mu.Lock()
					if seen[i] {
						t.Errorf("index %d was given twice", i)
					}
					seen[i] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		want := int64(callers * each * 4 / 5)
		if int64(len(seen)) != want {
			t.Errorf("%d facts acknowledged, want %d", len(seen), want)
		}
		for i := range ls {
			whole(t, ls[i], p, want)
		}
		for c := range callers / 2 {
			chain, err := ls[0].FactsAbout(t.Context(), fmt.Sprintf("case/%d", c), record.MaxPage)
			if err != nil || len(chain) != 2*each*4/5 {
				t.Errorf("case/%d has %d facts in its chain, want %d (%v)", c, len(chain), 2*each*4/5, err)
			}
		}
	})
}

// TestLostLock is about PostgreSQL: a row locked behind a savepoint is free
// again when that savepoint is rolled back. The next caller of the same group
// must take the head anew, because another instance may have moved it meanwhile.
func TestLostLock(t *testing.T) {
	dsn := dbtest.Postgres(t)
	p := newParty(t, "XA")
	d, other := reopen(t, dsn, db.Options{}), reopen(t, dsn, db.Options{})
	l, m := openLog(t, d, p), openLog(t, other, p)
	ctx := context.Background()
	busy, queued := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // keeps the writer busy until the next two stand in line together
		err := d.Write(ctx, func(*db.Tx) error { close(busy); <-queued; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-busy
	failed, done := make(chan error, 1), make(chan error, 1)
	var index int64
	go func() {
		failed <- d.Write(ctx, func(tx *db.Tx) error {
			if _, err := l.Append(tx, fact("case.step", "case/a", 0)); err != nil {
				return err
			}
			return errOdd
		})
	}()
	time.Sleep(50 * time.Millisecond) // no harm if too short: the two would share no group, and prove nothing
	go func() {
		done <- d.Write(ctx, func(tx *db.Tx) (err error) {
			err = other.Write(ctx, func(tx *db.Tx) error {
				_, err := m.Append(tx, fact("case.step", "case/b", 0))
				return err
			})
			if err == nil {
				index, err = l.Append(tx, fact("case.step", "case/a", 1))
			}
			return err
		})
	}()
	time.Sleep(50 * time.Millisecond)
	close(queued)
	wg.Wait()
	if err := <-failed; !errors.Is(err, errOdd) {
		t.Fatal(err)
	}
	must(t, <-done)
	if index != 1 {
		t.Errorf("the fact got index %d, want 1", index)
	}
	whole(t, l, p, 2)
}
