package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
)

func add(t *testing.T, d *db.DB, all ...jobs.Job) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, j := range all {
			if err := jobs.Add(tx, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestManyWorkers checks that many workers together do every job once.
func TestManyWorkers(t *testing.T) {
	dbtest.Each(t, []db.Schema{jobs.Schema()}, func(t *testing.T, d *db.DB) {
		const n = 60
		now := time.Unix(1_000, 0)
		for i := range 2 * n { // each id twice: the second add does nothing
			add(t, d, jobs.Job{ID: fmt.Sprintf("j%03d", i%n), Kind: "send", Body: []byte{byte(i)}, Due: now})
		}
		add(t, d, jobs.Job{ID: "later", Kind: "send", Due: now.Add(time.Second)})
		var mu sync.Mutex
		seen := map[string]int{}
		r := jobs.NewRunner(d, func() time.Time { return now }, map[string]jobs.Handler{
			"send": func(_ context.Context, j jobs.Job) error {
				mu.Lock()
				defer mu.Unlock()
				seen[j.ID]++
				return nil
			}}, nil)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					ran, err := r.RunOne(t.Context())
					if err != nil {
						t.Error(err)
					}
					if !ran {
						return
					}
				}
			})
		}
		wg.Wait()
		if len(seen) != n {
			t.Errorf("%d jobs done, want %d", len(seen), n)
		}
		for id, c := range seen {
			if c != 1 {
				t.Errorf("job %s done %d times", id, c)
			}
		}
	})
}

// TestFailures checks back-off, death after too many tries, and return.
func TestFailures(t *testing.T) {
	dbtest.Each(t, []db.Schema{jobs.Schema()}, func(t *testing.T, d *db.DB) {
		now := time.Unix(1_000, 0)
		fault := errors.New("no such luck")
		r := jobs.NewRunner(d, func() time.Time { return now }, map[string]jobs.Handler{
			"try": func(context.Context, jobs.Job) error { return fault }}, nil)
		add(t, d, jobs.Job{ID: "a", Kind: "try", Due: now}, jobs.Job{ID: "b", Kind: "unknown", Due: now})
		if ran, err := r.RunOne(t.Context()); !ran || !errors.Is(err, fault) {
			t.Fatalf("ran %v, error %v", ran, err)
		}
		if ran, err := r.RunOne(t.Context()); !ran || !fail.Is(err, fail.Invalid) {
			t.Fatalf("unknown kind: ran %v, error %v", ran, err)
		}
		if ran, _ := r.RunOne(t.Context()); ran {
			t.Error("a failed job ran again before its time")
		}
		for i := 1; i < jobs.MaxTries; i++ {
			now = now.Add(2 * time.Hour)
			if ran, _ := r.RunOne(t.Context()); !ran {
				t.Fatalf("try %d did not run", i+1)
			}
		}
		now = now.Add(24 * time.Hour)
		if ran, _ := r.RunOne(t.Context()); ran {
			t.Error("a dead job ran")
		}
		dead, err := r.DeadJobs(t.Context(), 10)
		if err != nil || len(dead) != 2 || dead[0].Problem == "" {
			t.Fatalf("dead jobs %+v, %v", dead, err)
		}
		fault = nil
		if err := r.Revive(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if ran, err := r.RunOne(t.Context()); !ran || err != nil {
			t.Errorf("after revival: ran %v, error %v", ran, err)
		}
	})
}

// TestLease checks that a job whose worker died comes back.
func TestLease(t *testing.T) {
	dbtest.Each(t, []db.Schema{jobs.Schema()}, func(t *testing.T, d *db.DB) {
		now := time.Unix(1_000, 0)
		add(t, d, jobs.Job{ID: "a", Kind: "try", Due: now})
		ctx, die := context.WithCancel(t.Context())
		runs := 0
		r := jobs.NewRunner(d, func() time.Time { return now }, map[string]jobs.Handler{
			"try": func(context.Context, jobs.Job) error {
				runs++
				if runs == 1 {
					die()
					return context.Canceled
				}
				return nil
			}}, nil)
		if _, err := r.RunOne(ctx); err != nil {
			t.Fatal(err)
		}
		if ran, _ := r.RunOne(t.Context()); ran {
			t.Error("ran while leased")
		}
		now = now.Add(time.Hour)
		if ran, err := r.RunOne(t.Context()); !ran || err != nil || runs != 2 {
			t.Errorf("after the lease: ran %v, error %v, runs %d", ran, err, runs)
		}
	})
}
