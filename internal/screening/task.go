package screening

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/staff"
)

// A TaskKind says what has to be done.
type TaskKind string

// The kinds of tasks.
const (
	TaskFreeze   TaskKind = "freeze"   // the competent authority freezes, and it is noted here what was done
	TaskInform   TaskKind = "inform"   // the person is told, with reasons and the way to the Ombudsperson (S31)
	TaskReview   TaskKind = "review"   // the entry of a match changed: does the match stand?
	TaskUnfreeze TaskKind = "unfreeze" // what was frozen is lifted, within the hour (S31)
)

// TaskKinds lists the kinds of tasks.
func TaskKinds() []TaskKind { return []TaskKind{TaskUnfreeze, TaskFreeze, TaskReview, TaskInform} }

// The states of a task.
const (
	taskOpen = "open"
	taskLate = "late" // its time is over; the desk asks why
	taskDone = "done"
	taskVoid = "void" // what it followed from is over
)

// A Task is one thing that has to be done, with its clock.
type Task struct {
	ID     landbridge.ID
	Hit    landbridge.ID
	Kind   TaskKind
	State  string
	Made   time.Time
	Due    time.Time
	Asked  time.Time // when the desk last asked why not; zero if it did not
	Done   time.Time
	By     string
	Answer string // what was done, or why not
	Late   bool

	actor  string
	answer []byte
}

func aboutTask(id landbridge.ID) string { return "task/" + string(id) }

// openTask opens a task of a hit, unless it is open already, with the job that
// looks after it when its time is over.
func (s *Screening) openTask(tx *db.Tx, hit landbridge.ID, kind TaskKind, in time.Duration) error {
	var there int
	err := tx.QueryRow(`SELECT count(*) FROM screening_task WHERE hit = $1 AND kind = $2 AND state IN ('open', 'late')`, string(hit), string(kind)).Scan(&there)
	if err != nil || there > 0 {
		return err
	}
	id, err := s.newID()
	if err != nil {
		return err
	}
	due := s.now().Add(in)
	_, err = tx.Exec(`INSERT INTO screening_task (id, hit, kind, state, made_us, due_us, asked_us, done_us, actor, answer) VALUES ($1, $2, $3, 'open',
		$4, $5, 0, 0, '', $6)`,
		string(id), string(hit), string(kind), db.Micros(s.now()), db.Micros(due), []byte{})
	if err != nil {
		return fmt.Errorf("opening a task: %w", err)
	}
	return s.clockJob(tx, id, due)
}

func (s *Screening) clockJob(tx *db.Tx, task landbridge.ID, due time.Time) error {
	return jobs.Add(tx, jobs.Job{ID: fmt.Sprintf("%s/%s/%d", jobClock, task, db.Micros(due)), Kind: jobClock, Body: []byte(task), Due: due})
}

const taskColumns = `t.id, t.hit, t.kind, t.state, t.made_us, t.due_us, t.asked_us, t.done_us, t.actor, t.answer`

func scanTask(scan func(...any) error) (Task, error) {
	var t Task
	var made, due, asked, done int64
	err := scan(&t.ID, &t.Hit, &t.Kind, &t.State, &made, &due, &asked, &done, &t.actor, &t.answer)
	t.Made, t.Due, t.Asked, t.Done = db.Moment(made), db.Moment(due), db.Moment(asked), db.Moment(done)
	t.Late = t.State == taskLate || !t.Done.IsZero() && t.Done.After(t.Due) && t.State == taskDone
	return t, err
}

// runClock looks at a task whose time is over. One that is still open is late:
// the desk asks why, the case is told, and it is asked again every hour. The
// machine lifts nothing and freezes nothing (S24).
func (s *Screening) runClock(ctx context.Context, j jobs.Job) error {
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := scanTask(tx.QueryRow(`SELECT `+taskColumns+` FROM screening_task t WHERE t.id = $1`+tx.ForUpdate(), string(j.Body)).Scan)
		if errors.Is(err, sql.ErrNoRows) || err == nil && t.State != taskOpen && t.State != taskLate {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a task: %w", err)
		}
		now := s.now()
		if now.Before(t.Due) || !t.Asked.IsZero() && now.Before(t.Asked.Add(askEvery)) {
			return nil // a later job of the same task does it
		}
		if _, err := tx.Exec(`UPDATE screening_task SET state = 'late', asked_us = $1 WHERE id = $2`, db.Micros(now), string(t.ID)); err != nil {
			return fmt.Errorf("noting a late task: %w", err)
		}
		h, err := scanHit(tx.QueryRow(`SELECT `+hitColumns+` FROM screening_hit h WHERE h.id = $1`, string(t.Hit)).Scan)
		if err != nil {
			return fmt.Errorf("reading the hit of a task: %w", err)
		}
		if err := s.clockJob(tx, t.ID, now.Add(askEvery)); err != nil {
			return err
		}
		tx.OnCommit(func() { s.c.Changed(h.Case) })
		_, err = s.fact(tx, factLate, nodeActor, s.aboutHitRow(&h), landbridge.Digest{}, string(t.Kind)+" was due at "+t.Due.Format(time.DateTime))
		return err
	})
}

// task reads a task with its hit, if the person may see and do it.
func (s *Screening) task(ctx context.Context, p staff.Person, id landbridge.ID) (*Task, *hitRow, *Watch, error) {
	t, err := scanTask(s.c.DB.QueryRow(ctx, `SELECT `+taskColumns+` FROM screening_task t WHERE t.id = $1`, string(id)).Scan)
	if err != nil {
		return nil, nil, nil, fail.Because(err, fail.Missing, "there is no such task, or it is not yours to see")
	}
	h, w, err := s.hit(ctx, p, t.Hit)
	if err != nil {
		return nil, nil, nil, err
	}
	if t.State == taskDone || t.State == taskVoid {
		return nil, nil, nil, fail.New(fail.Conflict, "this task was done already, or what it followed from is over")
	}
	return &t, h, w, nil
}

// HitOfTask returns the hit a task belongs to, if the person may see it.
func (s *Screening) HitOfTask(ctx context.Context, p staff.Person, id landbridge.ID) (landbridge.ID, error) {
	_, h, _, err := s.task(ctx, p, id)
	if err != nil {
		return "", err
	}
	return h.ID, nil
}

// Done notes that a task was done, and what was done. Lifting ends the hit.
func (s *Screening) Done(ctx context.Context, p staff.Person, id landbridge.ID, what string) error {
	if err := s.may(p, access.DecideHit); err != nil {
		return err
	}
	t, h, w, err := s.task(ctx, p, id)
	if err != nil {
		return err
	}
	if what, err = words(what, "say what was done, when and by whom"); err != nil {
		return err
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.answerTask(tx, t, w, p, what, taskDone); err != nil {
			return err
		}
		if t.Kind == TaskUnfreeze {
			m := *h
			if err := s.move(tx, &m, Released, nil); err != nil {
				return err
			}
		}
		late := ""
		if s.now().After(t.Due) {
			late = ", " + s.now().Sub(t.Due).Round(time.Minute).String() + " late"
		}
		c := h.Case
		tx.OnCommit(func() { s.c.Changed(c) })
		_, err := s.fact(tx, factTaskDone, p.Pseudonym, s.aboutHitRow(h), landbridge.Sum([]byte(domainFact+what)), string(t.Kind)+late)
		return err
	})
}

// WhyNot notes why a late task is not done. It stays late, and is asked again.
func (s *Screening) WhyNot(ctx context.Context, p staff.Person, id landbridge.ID, why string) error {
	if err := s.may(p, access.DecideHit); err != nil {
		return err
	}
	t, h, w, err := s.task(ctx, p, id)
	if err != nil {
		return err
	}
	if t.State != taskLate {
		return fail.New(fail.Conflict, "the task is not late; nobody asked why it is not done")
	}
	if why, err = words(why, "say why it is not done, and what is being done about it"); err != nil {
		return err
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.answerTask(tx, t, w, p, why, taskLate); err != nil {
			return err
		}
		_, err := s.fact(tx, factWhyNot, p.Pseudonym, s.aboutHitRow(h), landbridge.Sum([]byte(domainFact+why)), string(t.Kind))
		return err
	})
}

func (s *Screening) answerTask(tx *db.Tx, t *Task, w *Watch, p staff.Person, text, state string) error {
	key, err := s.c.Vault.KeyTx(tx, w.keyOwner)
	if err != nil && !fail.Is(err, fail.Missing) {
		return err
	}
	sealed := []byte{} // what was erased takes no new words; that it was done is still noted
	if err == nil {
		sealed = key.Seal([]byte(text), aboutTask(t.ID))
	}
	done := int64(0)
	if state == taskDone {
		done = db.Micros(s.now())
	}
	res, err := tx.Exec(`UPDATE screening_task SET state = $1, done_us = $2, actor = $3, answer = $4 WHERE id = $5 AND state IN ('open', 'late')`,
		state, done, p.Pseudonym, sealed, string(t.ID))
	if err != nil {
		return fmt.Errorf("writing a task: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errStale())
	}
	return nil
}

// tasksOf reads the tasks of a hit, the newest first.
func (s *Screening) tasksOf(ctx context.Context, hit landbridge.ID, w *Watch) (all []Task, err error) {
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		t, err := scanTask(r.Scan)
		all = append(all, t)
		return err
	}, `SELECT `+taskColumns+` FROM screening_task t WHERE t.hit = $1 ORDER BY t.made_us DESC, t.id DESC LIMIT $2`, string(hit), MaxPage)
	if err != nil {
		return nil, fmt.Errorf("reading tasks: %w", err)
	}
	key, err := s.c.Vault.Key(ctx, s.c.DB, w.keyOwner)
	if fail.Is(err, fail.Missing) {
		return all, nil
	}
	for i := range all {
		if err == nil && len(all[i].answer) > 0 {
			var text []byte
			text, err = key.Open(all[i].answer, aboutTask(all[i].ID))
			all[i].Answer = string(text)
		}
	}
	return all, err
}
