package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// runClock looks at one case when something falls due: clocks that ran out are
// recorded once, the node makes the acts they call for, and keeping is reviewed
// or ended (S15). It decides nothing about people (S24).
func (w *Casework) runClock(ctx context.Context, j jobs.Job) error {
	if err := w.Tally(ctx); err != nil { // before the log forgets the case, if its time of keeping is over
		return err
	}
	return w.c.DB.Write(ctx, func(tx *db.Tx) error {
		err := lock(tx, landbridge.CaseID(j.Body))
		if fail.Is(err, fail.Missing) {
			return nil
		}
		if err != nil {
			return err
		}
		f, err := w.whole(w.writing(tx), landbridge.CaseID(j.Body))
		if err != nil || f.Erased {
			return err
		}
		now := w.now()
		changed := false
		for _, k := range f.fold.Clocks(now) {
			if k.Status != process.ClockOverdue && !(k.Ended.IsZero() && k.Left <= 0) {
				continue
			}
			first, err := w.mark(tx, f.ID, k.Clock.Name, k.Due)
			if err != nil {
				return err
			}
			if !first {
				continue
			}
			changed = true
			note := k.Clock.Name + " " + k.Clock.Source
			if _, err := w.fact(tx, factClock, nodeActor, landbridge.Digest{}, f.ID, note); err != nil {
				return err
			}
		}
		made, err := w.timed(tx, f, now)
		if err != nil {
			return err
		}
		if erased, err := w.due(tx, f, now); err != nil || erased {
			return err
		}
		if changed || made {
			return w.save(tx, f)
		}
		return w.schedule(tx, f, now) // the job came early, or for an earlier plan
	})
}

// mark notes that a clock ran out, and reports whether that is new.
func (w *Casework) mark(tx *db.Tx, id landbridge.CaseID, clock string, due time.Time) (bool, error) {
	res, err := tx.Exec(`INSERT INTO casework_mark (case_id, clock, due_us, at_us) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		id, clock, db.Micros(due), db.Micros(w.now()))
	if err != nil {
		return false, fmt.Errorf("noting a clock: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// timed makes the acts that clocks of this side call for. Each is checked like
// any other: the process lets the system end or release, and nothing else.
func (w *Casework) timed(tx *db.Tx, f *whole, now time.Time) (made bool, err error) {
	for i := range f.def.Clocks {
		name := f.def.Clocks[i].Do
		if name == "" {
			continue
		}
		t := f.def.Transition(name)
		a := process.Act{Party: w.me, Transition: name, Role: landbridge.System, Time: now, Parents: f.heads(), Fields: process.Values{}}
		if len(a.Parents) == 0 || f.fold.Check(&a, nil) != nil {
			continue
		}
		if err := w.system(tx, f, t); err != nil {
			return made, err
		}
		made = true
	}
	return made, nil
}

// schedule adds a job at the next moment at which something falls due. Jobs of
// earlier plans find nothing to do and end.
func (w *Casework) schedule(tx *db.Tx, f *whole, now time.Time) error {
	next := time.Time{}
	for _, t := range []time.Time{w.nextClock(f, now), f.Review, f.Keep} {
		if !t.IsZero() && t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if next.IsZero() {
		return nil
	}
	return jobs.Add(tx, jobs.Job{ID: fmt.Sprintf("%s/%s/%d", jobClock, f.ID, next.UnixMicro()), Kind: jobClock, Body: []byte(f.ID), Due: next})
}

// nextClock returns when the next running clock runs out, after now.
func (w *Casework) nextClock(f *whole, now time.Time) time.Time {
	next := time.Time{}
	for _, k := range f.fold.Clocks(now) {
		if k.Ended.IsZero() && k.Status == process.ClockRunning && k.Due.After(now) && (next.IsZero() || k.Due.Before(next)) {
			next = k.Due
		}
	}
	return next
}

// due erases a case whose time of keeping is over, and notes a review.
func (w *Casework) due(tx *db.Tx, f *whole, now time.Time) (erased bool, err error) {
	if !f.Keep.IsZero() && !now.Before(f.Keep) {
		return true, w.erase(tx, f, nodeActor, "end of the time of keeping")
	}
	if !f.Review.IsZero() && !now.Before(f.Review) {
		first, err := w.mark(tx, f.ID, "keep.review", f.Review)
		if err != nil || !first {
			return false, err
		}
		_, err = w.fact(tx, factReviewDue, nodeActor, landbridge.Digest{}, f.ID, "")
		return false, err
	}
	return false, nil
}

// Erase destroys the content of a case before its time is over (S15). It is
// ordered by the data-protection officer or the overseer, with the reason.
// Number, process, dates, outcome and log entries stay; bodies, title, names
// and files cannot be read again by anyone.
func (w *Casework) Erase(ctx context.Context, p staff.Person, id landbridge.CaseID, reason string) error {
	if !p.Is(landbridge.DataProtection) && !p.Is(landbridge.Oversight) {
		return fail.New(fail.Denied, "erasing before the time is over is ordered by the data-protection officer or the overseer (S15)")
	}
	if len(strings.TrimSpace(reason)) < 3 {
		return fail.New(fail.Invalid, "say in words why it is erased")
	}
	if err := w.Tally(ctx); err != nil { // what it added to published numbers stays
		return err
	}
	return w.c.DB.Write(ctx, func(tx *db.Tx) error {
		if err := lock(tx, id); err != nil {
			return err
		}
		f, err := w.whole(w.writing(tx), id)
		if err != nil {
			return err
		}
		if f.Erased {
			return nil
		}
		if f.Live && len(f.acts) > 0 && !p.Is(landbridge.Oversight) {
			return fail.New(fail.Conflict, "the case is not at its end; withdraw from it or close it first")
		}
		return w.erase(tx, f, p.Pseudonym, reason)
	})
}

// erase destroys the key of a case and everything that could still be opened
// with another one: the payloads the exchange holds, sealed to this party.
func (w *Casework) erase(tx *db.Tx, f *whole, actor, reason string) error {
	files, err := f.files(w.writing(tx))
	if err != nil {
		return err
	}
	for _, a := range f.acts {
		if err := w.c.Exchange.Forget(tx, a.ID); err != nil {
			return err
		}
	}
	for _, r := range files {
		if !r.Message.IsZero() {
			if err := w.c.Exchange.Forget(tx, r.Message); err != nil {
				return err
			}
		}
		w.dropStored(tx, r.stored)
	}
	if err := w.c.Vault.Destroy(tx, owner(f.ID)); err != nil {
		return err
	}
	if _, err := w.c.Log.EraseAbout(tx, string(f.ID), actor, "end of keeping"); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM casework_file WHERE case_id = $1`,
		`DELETE FROM casework_draft WHERE case_id = $1`,
		`DELETE FROM casework_proposal WHERE case_id = $1`,
		`DELETE FROM casework_turn WHERE case_id = $1`,
		`DELETE FROM casework_counted WHERE case_id = $1`,
		`DELETE FROM casework_pursued WHERE case_id = $1`,
		`DELETE FROM casework_breach WHERE case_id = $1`,
		`UPDATE casework_act SET body = '' WHERE case_id = $1`,
		`UPDATE casework_case SET title = '', bar = '', erased = TRUE, live = FALSE, due_us = 0,
			review_us = 0, keep_us = 0, purpose = '', version = version + 1 WHERE id = $1`,
	} {
		if _, err := tx.Exec(q, f.ID); err != nil {
			return fmt.Errorf("erasing a case: %w", err)
		}
	}
	if err := w.follow(tx, f, true); err != nil {
		return err
	}
	id := f.ID
	tx.OnCommit(func() { w.c.Changed(id) })
	_, err = w.fact(tx, factErased, actor, landbridge.Sum([]byte(domainFact+"erased\x00"+reason)), f.ID, "")
	return err
}

// Bar notes a fact that only this side knows and that bars it from giving
// anything in the case, such as a person's protection (S5, S6). It never leaves
// the node: the other side learns at most the generic ground of a refusal.
func (w *Casework) Bar(ctx context.Context, p staff.Person, id landbridge.CaseID, reason string) error {
	reason = strings.TrimSpace(reason)
	if !slices.ContainsFunc([]landbridge.Role{landbridge.Supervisor, landbridge.CentralAuthority, landbridge.Judge, landbridge.Oversight}, p.Is) {
		return fail.New(fail.Denied, "a supervisor, the central authority, a judge or the overseer notes such a fact (S6)")
	}
	if len(reason) < 3 || len(reason) > maxReason {
		return fail.New(fail.Invalid, "say in words what bars it; the words stay on this node")
	}
	return w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, err := w.whole(w.writing(tx), id)
		if err != nil {
			return err
		}
		if f.Erased || !w.mayRead(f, p) {
			return noCase()
		}
		_, err = tx.Exec(`UPDATE casework_case SET bar = $1, version = version + 1, changed_us = $2 WHERE id = $3`,
			f.key.Seal([]byte(reason), aboutBar(id)), db.Micros(w.now()), id)
		if err != nil {
			return err
		}
		tx.OnCommit(func() { w.c.Changed(id) })
		_, err = w.fact(tx, factBarred, p.Pseudonym, landbridge.Digest{}, id, "")
		return err
	})
}
