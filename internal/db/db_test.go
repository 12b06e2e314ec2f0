package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
)

var thing = db.Schema{Package: "db", Files: fstest.MapFS{
	"schema/0001_thing.sql": {Data: []byte("CREATE TABLE db_thing (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);\nCREATE INDEX db_thing_n ON db_thing (n);\n")},
}}

func put(ctx context.Context, d *db.DB, id string, n int) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO db_thing (id, n) VALUES ($1, $2)`, id, n)
		return err
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM db_thing`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGroup checks that callers who share a commit share nothing else: the
// failing ones lose their rows, the others keep theirs.
func TestGroup(t *testing.T) {
	dbtest.Each(t, []db.Schema{thing}, func(t *testing.T, d *db.DB) {
		const n = 200
		odd := errors.New("odd")
		var kept, told atomic.Int64
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					if _, err := tx.Exec(`INSERT INTO db_thing (id, n) VALUES ($1, $2)`, fmt.Sprint(i), i); err != nil {
						return err
					}
					tx.OnCommit(func() { told.Add(1) })
					switch i % 4 {
					case 1:
						return odd
					case 3: // the engine's own error must not spoil the group either
						_, err := tx.Exec(`INSERT INTO db_thing (id, n) VALUES ($1, $2)`, fmt.Sprint(i), i)
						return err
					}
					return nil
				})
				if i%4 == 1 && !errors.Is(err, odd) || i%4 == 3 && err == nil || i%2 == 0 && err != nil {
					t.Errorf("caller %d: %v", i, err)
				}
				if err == nil {
					kept.Add(1)
				}
			})
		}
		wg.Wait()
		if got := count(t, d); got != n/2 || kept.Load() != n/2 || told.Load() != n/2 {
			t.Errorf("%d rows, %d kept, %d told; want %d", got, kept.Load(), told.Load(), n/2)
		}
	})
}

// tally is a Participant that counts, and must always equal the rows.
type tally struct{ now, durable int }

func (c *tally) Mark() any             { return c.now }
func (c *tally) Reset(m any)           { c.now = m.(int) }
func (c *tally) Flush(tx *db.Tx) error { return nil }
func (c *tally) Committed()            { c.durable = c.now }
func (c *tally) RolledBack()           { c.now = c.durable }

// TestCrashPoints checks, for a crash at each point of a commit, that what was
// acknowledged is there, that what was refused before the commit is not, and
// that a participant's memory agrees with the rows.
func TestCrashPoints(t *testing.T) {
	for _, point := range []string{"begin", "commit", "committed"} {
		t.Run(point, func(t *testing.T) {
			crash := errors.New("crash")
			armed := false
			path := filepath.Join(t.TempDir(), "node.db")
			d, err := db.Open(path, db.Options{Faults: func(p string) error {
				if armed && p == point {
					armed = false
					return crash
				}
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			c := &tally{}
			d.Attach(c)
			if err := d.Migrate(t.Context(), thing); err != nil {
				t.Fatal(err)
			}
			add := func(id string) error {
				return d.Write(t.Context(), func(tx *db.Tx) error {
					c.now++
					_, err := tx.Exec(`INSERT INTO db_thing (id, n) VALUES ($1, 1)`, id)
					return err
				})
			}
			if err := add("before"); err != nil {
				t.Fatal(err)
			}
			armed = true
			if err := add("during"); !errors.Is(err, crash) {
				t.Fatalf("at %s: %v", point, err)
			}
			want := 1
			if point == "committed" {
				want = 2 // durable, but the caller was never told
			}
			if got := count(t, d); got != want || c.durable != want {
				t.Errorf("%d rows, participant knows %d, want %d", got, c.durable, want)
			}
			if err := add("after"); err != nil {
				t.Errorf("after the fault: %v", err)
			}
		})
	}
}

// TestPanic checks that a caller that panics harms only itself.
func TestPanic(t *testing.T) {
	dbtest.Each(t, []db.Schema{thing}, func(t *testing.T, d *db.DB) {
		if err := d.Write(t.Context(), func(*db.Tx) error { panic("oh") }); err == nil {
			t.Error("a panic was taken for success")
		}
		if err := put(t.Context(), d, "a", 1); err != nil {
			t.Error(err)
		}
	})
}

// TestGivenUp checks that a caller whose time is over before its turn changes nothing.
func TestGivenUp(t *testing.T) {
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), thing)
	ctx, cancel := context.WithCancel(t.Context())
	started, release := make(chan bool), make(chan bool)
	go d.Write(t.Context(), func(*db.Tx) error { close(started); <-release; return nil })
	<-started
	got := make(chan error)
	go func() { got <- put(ctx, d, "a", 1) }()
	time.Sleep(10 * time.Millisecond) // let it get in line; it is right either way
	cancel()
	close(release)
	if err := <-got; !errors.Is(err, context.Canceled) || fail.KindOf(err) != fail.Unavailable {
		t.Errorf("error %v", err)
	}
	if n := count(t, d); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
}

// TestMigrate checks that migrations run once and may not change afterwards.
func TestMigrate(t *testing.T) {
	dbtest.Each(t, []db.Schema{thing}, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), thing); err != nil {
			t.Errorf("second run: %v", err)
		}
		changed := db.Schema{Package: "db", Files: fstest.MapFS{"schema/0001_thing.sql": {Data: []byte("SELECT 1;\n")}}}
		if err := d.Migrate(t.Context(), changed); !fail.Is(err, fail.Conflict) {
			t.Errorf("a changed migration: %v", err)
		}
		broken := db.Schema{Package: "db", Files: fstest.MapFS{
			"schema/0002_bad.sql": {Data: []byte("CREATE TABLE db_half (id TEXT NOT NULL PRIMARY KEY);\nSELECT nothing FROM nowhere;\n")}}}
		if err := d.Migrate(t.Context(), broken); err == nil {
			t.Error("a broken migration was accepted")
		}
		if _, err := d.Query(t.Context(), `SELECT id FROM db_half`); err == nil {
			t.Error("a broken migration left half of itself behind")
		}
	})
}

// TestClosed checks that nobody waits for ever on a database that is closing.
func TestClosed(t *testing.T) {
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), thing)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() { put(context.Background(), d, fmt.Sprint(i), i) })
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if err := put(t.Context(), d, "late", 1); !fail.Is(err, fail.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, callers := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			d := dbtest.Open(b, filepath.Join(b.TempDir(), "node.db"), thing)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range callers {
				wg.Go(func() {
					for {
						i := int(next.Add(1))
						if i > b.N {
							return
						}
						if err := put(context.Background(), d, fmt.Sprint(i), i); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}
