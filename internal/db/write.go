package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"landbridge.example/internal/fail"
)

// errClosed is what Write returns once the database is closing.
var errClosed = fail.New(fail.Unavailable, "this node is shutting down; try again in a moment")

// A Participant takes part in every group commit: the log keeps its head in
// memory and must go forward and back with the rows. Its methods are called
// from one goroutine at a time.
type Participant interface {
	// Mark returns the present state, to return to if a caller fails.
	Mark() any
	// Reset goes back to a state that Mark returned.
	Reset(mark any)
	// Flush writes what the whole group added, just before the commit.
	Flush(tx *Tx) error
	// Committed says that the group is on disk.
	Committed()
	// RolledBack says that nothing of the group is on disk, or that it is not
	// known: state in memory must be read again.
	RolledBack()
}

// Attach adds p to every later commit. Call it before the first Write.
func (d *DB) Attach(p Participant) { d.parts = append(d.parts, p) }

// A Tx is one caller's part of a group commit. Its methods take no context: a
// statement that was cut short would take the other callers' rows with it.
type Tx struct {
	d     *DB
	ctx   context.Context
	tx    *sql.Tx
	stmts map[string]*sql.Stmt
	after []func()
	due   bool // the savepoint stands before the caller's first statement
	saved bool // it has been set
}

// Exec runs one statement.
func (t *Tx) Exec(q string, args ...any) (sql.Result, error) {
	s, err := t.prepared(q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(t.ctx, args...)
}

// Query reads rows. Close them before the next statement.
func (t *Tx) Query(q string, args ...any) (*sql.Rows, error) {
	s, err := t.prepared(q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(t.ctx, args...)
}

// Each runs scan for every row of q.
func (t *Tx) Each(scan func(*sql.Rows) error, q string, args ...any) error {
	rows, err := t.Query(q, args...)
	if err != nil {
		return err
	}
	return each(rows, scan)
}

// A Row is the answer to [Tx.QueryRow].
type Row struct {
	row *sql.Row
	err error
}

// Scan copies the columns of the row, or returns sql.ErrNoRows.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.row.Scan(dest...)
}

// QueryRow reads one row.
func (t *Tx) QueryRow(q string, args ...any) Row {
	s, err := t.prepared(q)
	if err != nil {
		return Row{err: err}
	}
	return Row{row: s.QueryRowContext(t.ctx, args...)}
}

// OnCommit runs f once the change is durable and before Write returns, and never
// if it is not. It is for waking workers, so f must not block or call Write:
// what must happen is a row, not a call.
func (t *Tx) OnCommit(f func()) { t.after = append(t.after, f) }

// SkipLocked returns the clause that lets many instances claim rows side by
// side. SQLite has one writer at a time and needs none.
func (t *Tx) SkipLocked() string {
	if t.d.postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ForUpdate returns the clause that makes other instances wait for this row.
func (t *Tx) ForUpdate() string {
	if t.d.postgres {
		return " FOR UPDATE"
	}
	return ""
}

func (t *Tx) prepared(q string) (*sql.Stmt, error) {
	if t.due {
		t.due = false
		if err := t.savepoint("SAVEPOINT caller"); err != nil {
			return nil, err
		}
		t.saved = true
	}
	return t.statement(q)
}

// savepoint runs one of the three statements about savepoints.
func (t *Tx) savepoint(q string) error {
	s, err := t.statement(q)
	if err == nil {
		_, err = s.ExecContext(t.ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.ToLower(q), err)
	}
	return nil
}

func (t *Tx) statement(q string) (*sql.Stmt, error) {
	if s, ok := t.stmts[q]; ok {
		return s, nil
	}
	s, err := t.d.kept.in(t.ctx, t.tx, q)
	if err != nil {
		return nil, err
	}
	t.stmts[q] = s
	return s, nil
}

type request struct {
	ctx  context.Context
	do   func(*Tx) error
	done chan error
	err  error
}

// Write runs f and returns nil once its change is durable. f may run on
// another goroutine, must not call Write, and must not keep tx. If f returns
// an error, its change is taken back and Write returns that error.
func (d *DB) Write(ctx context.Context, f func(tx *Tx) error) error {
	r := &request{ctx: ctx, do: f, done: make(chan error, 1)}
	select {
	case d.queue <- r:
	case <-d.stop:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	// From here the answer always comes: giving up early would leave the
	// caller believing that nothing happened when it did.
	select {
	case err := <-r.done:
		return err
	case <-d.done:
		select {
		case err := <-r.done:
			return err
		default:
			return errClosed
		}
	}
}

// run is the one writer. It takes whoever is in line and commits them together.
func (d *DB) run() {
	defer close(d.done)
	for {
		var group []*request
		select {
		case r := <-d.queue:
			group = append(group, r)
		case <-d.stop:
			return
		}
	fill:
		for len(group) < MaxBatch {
			select {
			case r := <-d.queue:
				group = append(group, r)
			default:
				break fill
			}
		}
		d.commit(group)
	}
}

func (d *DB) fault(point string) error {
	if d.faults == nil {
		return nil
	}
	return d.faults(point)
}

// commit makes one group durable and answers each of its callers.
func (d *DB) commit(group []*request) {
	ctx := context.Background()
	if d.postgres { // SQLite works in this process: a deadline would cost a goroutine a statement and could not end a stuck disk
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, batchTimeout)
		defer cancel()
	}
	after, err := d.try(ctx, group)
	d.kept.fill(ctx, d.write)
	for _, p := range d.parts {
		if err != nil {
			p.RolledBack()
		} else {
			p.Committed()
		}
	}
	if err == nil {
		err = d.fault("committed") // a crash here: durable, but nobody was told
	}
	if err == nil {
		for _, f := range after {
			f()
		}
	}
	for _, r := range group {
		if r.err == nil {
			r.err = err
		}
		r.done <- r.err
	}
}

func (d *DB) try(ctx context.Context, group []*request) (after []func(), err error) {
	if err := d.fault("begin"); err != nil {
		return nil, err
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("beginning a commit: %w", err)
	}
	defer tx.Rollback()
	stmts := map[string]*sql.Stmt{} // closed with the transaction
	alone := len(group) == 1
	for _, r := range group {
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		t := &Tx{d: d, ctx: ctx, tx: tx, stmts: stmts}
		if err := d.one(t, r, alone); err != nil {
			return nil, err
		}
		if r.err == nil {
			after = append(after, t.after...)
		} else if alone {
			return nil, r.err
		}
	}
	t := &Tx{d: d, ctx: ctx, tx: tx, stmts: stmts}
	for _, p := range d.parts {
		if err := p.Flush(t); err != nil {
			return nil, fmt.Errorf("finishing a commit: %w", err)
		}
	}
	if err := d.fault("commit"); err != nil {
		return nil, err
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("committing: %w", err)
	}
	return after, nil
}

// one runs one caller behind a savepoint and leaves the caller's own error in
// r.err. The error it returns is one that spoils the whole group.
func (d *DB) one(t *Tx, r *request, alone bool) error {
	marks := make([]any, len(d.parts))
	for i, p := range d.parts {
		marks[i] = p.Mark()
	}
	t.due = !alone
	r.err = call(t, r.do)
	t.due = false // whoever only added to a participant's memory needed none
	if r.err != nil {
		for i, p := range d.parts {
			p.Reset(marks[i])
		}
		if t.saved {
			if err := t.savepoint("ROLLBACK TO SAVEPOINT caller"); err != nil {
				return errors.Join(r.err, err)
			}
		}
	}
	if t.saved {
		return t.savepoint("RELEASE SAVEPOINT caller")
	}
	return nil
}

// call runs f. A panic in one caller must not end the writer for all others;
// it becomes that caller's internal error.
func call(t *Tx, f func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v", p)
		}
	}()
	return f(t)
}
