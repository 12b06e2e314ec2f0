// Package jobs runs work later, and at least once.
//
// A job is a row, added in the same transaction as the change that calls for
// it, so it exists exactly when the change does. A worker takes a job for a
// lease; if the worker dies, the lease runs out and another takes the job, so
// a handler may run twice and must not mind. A handler that keeps failing ends
// as a dead job that an operator sees and can put back; it is never dropped.
//
// Trust: jobs is trusted to call handlers. It holds no content of cases: the
// body of a job is an id.
package jobs

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "jobs", Files: schema} }

// Limits of the queue.
const (
	MaxBody  = 4 << 10         // bytes of a job's body
	MaxTries = 12              // after that a job is dead until someone looks
	lease    = 2 * time.Minute // a worker silent for so long has died
	firstTry = time.Second     // first wait after a failure; doubles each time
	lastTry  = time.Hour       // the longest wait
	idle     = 5 * time.Second // how often an idle worker looks, if nobody wakes it
)

// A Job is one piece of work.
type Job struct {
	ID   string // names the work: adding the same ID twice is adding it once
	Kind string
	Body []byte
	Due  time.Time
}

// A Handler does one job. The job is done when it returns nil; a fail.Invalid
// error says that trying again is useless.
type Handler func(ctx context.Context, j Job) error

// Add records j as part of tx. Adding a job whose ID is there does nothing.
func Add(tx *db.Tx, j Job) error {
	if len(j.Body) > MaxBody {
		return fail.New(fail.TooLarge, "the body of a job holds at most %d bytes", MaxBody)
	}
	if j.Body == nil {
		j.Body = []byte{}
	}
	_, err := tx.Exec(`INSERT INTO jobs_job (id, kind, body, due_us) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
		j.ID, j.Kind, j.Body, j.Due.UnixMicro())
	return err
}

// Cancel removes the job called id, if it is still there.
func Cancel(tx *db.Tx, id string) error {
	_, err := tx.Exec(`DELETE FROM jobs_job WHERE id = $1`, id)
	return err
}

// A Runner runs the jobs of one node instance.
type Runner struct {
	db       *db.DB
	clock    func() time.Time
	handlers map[string]Handler
	wake     chan struct{}
	report   func(error)
}

// NewRunner returns a runner for the given handlers by kind. report is told
// what a handler's failure was; it may be nil.
func NewRunner(d *db.DB, clock func() time.Time, handlers map[string]Handler, report func(error)) *Runner {
	if report == nil {
		report = func(error) {}
	}
	return &Runner{db: d, clock: clock, handlers: handlers, wake: make(chan struct{}, 1), report: report}
}

// Wake makes the runner look for due jobs now. The row is the truth: a lost
// wake-up costs at most the idle wait.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends.
func (r *Runner) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-r.wake:
		}
		for ctx.Err() == nil {
			ran, err := r.RunOne(ctx)
			if err != nil {
				r.report(err)
			}
			if !ran {
				break
			}
		}
		timer.Reset(idle)
	}
}

// RunOne runs the job that is longest due, and reports whether there was one.
func (r *Runner) RunOne(ctx context.Context) (bool, error) {
	j, tries, err := r.claim(ctx)
	if err != nil || j == nil {
		return false, err
	}
	h, ok := r.handlers[j.Kind]
	if !ok {
		err = fail.New(fail.Invalid, "nothing handles jobs of kind %s", j.Kind)
	} else {
		err = h(ctx, *j)
	}
	if err == nil {
		return true, r.db.Write(ctx, func(tx *db.Tx) error { return Cancel(tx, j.ID) })
	}
	if ctx.Err() != nil {
		return true, nil // the node is stopping; the lease gives the job back
	}
	dead := tries >= MaxTries || fail.Is(err, fail.Invalid)
	wait := min(lastTry, firstTry<<min(tries-1, 20))
	return true, errors.Join(err, r.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE jobs_job SET due_us = $1, lease_us = 0, dead = $2, problem = $3 WHERE id = $4`,
			r.clock().Add(wait).UnixMicro(), dead, fail.Safe(err), j.ID)
		return err
	}))
}

func (r *Runner) claim(ctx context.Context) (*Job, int64, error) {
	now := r.clock()
	// A cheap look first, so that an idle node does not write.
	var due int64
	err := r.db.QueryRow(ctx, `SELECT count(*) FROM jobs_job WHERE dead = FALSE AND due_us <= $1 AND lease_us <= $1`, now.UnixMicro()).Scan(&due)
	if err != nil || due == 0 {
		return nil, 0, err
	}
	var j Job
	var us, tries int64
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		q := `UPDATE jobs_job SET lease_us = $1, tries = tries + 1
			WHERE id = (SELECT id FROM jobs_job WHERE dead = FALSE AND due_us <= $2 AND lease_us <= $2
				ORDER BY due_us, id LIMIT 1` + tx.SkipLocked() + `)
			RETURNING id, kind, body, due_us, tries`
		return tx.QueryRow(q, now.Add(lease).UnixMicro(), now.UnixMicro()).Scan(&j.ID, &j.Kind, &j.Body, &us, &tries)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	j.Due = time.UnixMicro(us).UTC()
	return &j, tries, nil
}

// A Dead job is one that failed too often, with the last failure's sentence.
type Dead struct {
	Job
	Problem string
}

// DeadJobs returns up to limit dead jobs, oldest first.
func (r *Runner) DeadJobs(ctx context.Context, limit int) (all []Dead, err error) {
	err = r.db.Each(ctx, func(rows *sql.Rows) error {
		var d Dead
		var us int64
		if err := rows.Scan(&d.ID, &d.Kind, &d.Body, &us, &d.Problem); err != nil {
			return err
		}
		d.Due = time.UnixMicro(us).UTC()
		all = append(all, d)
		return nil
	}, `SELECT id, kind, body, due_us, problem FROM jobs_job WHERE dead = TRUE ORDER BY due_us, id LIMIT $1`, limit)
	return all, err
}

// Revive puts a dead job back in line.
func (r *Runner) Revive(ctx context.Context, id string) error {
	defer r.Wake()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE jobs_job SET dead = FALSE, tries = 0, lease_us = 0, due_us = $1 WHERE id = $2 AND dead = TRUE`,
			r.clock().UnixMicro(), id)
		return err
	})
}
