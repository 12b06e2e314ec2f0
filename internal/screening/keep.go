package screening

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/staff"
)

// runKeep ends what has an end: a watch, a false positive, a file of names (S15).
func (s *Screening) runKeep(ctx context.Context, j jobs.Job) error {
	what, id, _ := strings.Cut(string(j.Body), " ")
	switch what {
	case "watch":
		return s.keepWatch(ctx, landbridge.ID(id))
	case "white":
		return s.keepWhite(ctx, landbridge.ID(id))
	case "batch":
		return s.c.DB.Write(ctx, func(tx *db.Tx) error { return s.eraseBatch(tx, landbridge.ID(id)) })
	}
	return fail.New(fail.Invalid, "nothing is kept under the name %s", clip(what))
}

// End ends a watch before its time.
func (s *Screening) End(ctx context.Context, p staff.Person, id landbridge.ID, reason string) error {
	if err := s.may(p, access.SeeScreening); err != nil {
		return err
	}
	w, err := s.watch(ctx, p, id)
	if err != nil {
		return err
	}
	if w.Owner != p.Pseudonym && s.may(p, access.ConfirmHit) != nil && !checks(p) {
		return fail.New(fail.Denied, "a watch is ended by who began it, by who confirms matches, or by who checks (S20)")
	}
	if !w.Ended.IsZero() {
		return fail.New(fail.Conflict, "the watch is over already")
	}
	if _, err := words(reason, "say why it ends"); err != nil {
		return err
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error { return s.endWatch(tx, w, p.Pseudonym, reason) })
}

// endWatch stops screening; the content goes when nothing is open any more.
func (s *Screening) endWatch(tx *db.Tx, w *Watch, actor, reason string) error {
	now := s.now()
	if _, err := tx.Exec(`UPDATE screening_watch SET ended_us = $1 WHERE id = $2 AND ended_us = 0`, db.Micros(now), string(w.ID)); err != nil {
		return fmt.Errorf("ending a watch: %w", err)
	}
	_, err := tx.Exec(`UPDATE screening_hit SET state = 'closed', moved_us = $1, turn = turn + 1 WHERE watch = $2 AND state IN ('candidate',
		'proposed', 'dismissed')`,
		db.Micros(now), string(w.ID))
	if err != nil {
		return fmt.Errorf("closing candidates: %w", err)
	}
	due := now.Add(keepEnded)
	id := fmt.Sprintf("%s/%s/%d", jobKeep, w.ID, db.Micros(due))
	if err := jobs.Add(tx, jobs.Job{ID: id, Kind: jobKeep, Body: []byte("watch " + string(w.ID)), Due: due}); err != nil {
		return err
	}
	c := w.Case
	tx.OnCommit(func() { s.c.Changed(c) })
	_, err = s.fact(tx, factWatchEnd, actor, w.about(), landbridge.Sum([]byte(domainFact+reason)), "")
	return err
}

func (s *Screening) keepWatch(ctx context.Context, id landbridge.ID) error {
	w, err := s.scanWatch(ctx, s.c.DB.QueryRow(ctx, `SELECT `+leanColumns+` FROM screening_watch w WHERE w.id = $1`, string(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading a watch: %w", err)
	}
	now := s.now()
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		switch {
		case w.Ended.IsZero() && now.Before(w.Until):
			return nil
		case w.Ended.IsZero():
			return s.endWatch(tx, w, nodeActor, "its time is over")
		case now.Before(w.Ended.Add(keepEnded)):
			return nil
		}
		var open int64
		err := tx.QueryRow(`SELECT count(*) FROM screening_hit WHERE watch = $1 AND state IN ('matched', 'unfreezing')`, string(id)).Scan(&open)
		if err != nil {
			return err
		}
		if open > 0 { // a measure rests on it: it is kept as long as the measure
			due := now.Add(keepEnded)
			return jobs.Add(tx, jobs.Job{ID: fmt.Sprintf("%s/%s/%d", jobKeep, id, db.Micros(due)), Kind: jobKeep, Body: []byte("watch " + string(id)), Due: due})
		}
		return s.eraseWatch(tx, w)
	})
}

// eraseWatch destroys the key of a watch and everything under it (S15). The key
// of a case is the case's to destroy.
func (s *Screening) eraseWatch(tx *db.Tx, w *Watch) error {
	if w.Case == "" {
		if err := s.c.Vault.Destroy(tx, w.keyOwner); err != nil {
			return err
		}
		if _, err := s.c.Log.EraseAbout(tx, w.about(), nodeActor, "end of keeping"); err != nil {
			return err
		}
	}
	for _, q := range []string{
		`DELETE FROM screening_task WHERE hit IN (SELECT id FROM screening_hit WHERE watch = $1)`,
		`DELETE FROM screening_hit WHERE watch = $1`,
		`DELETE FROM screening_subject WHERE watch = $1`,
		`DELETE FROM screening_watch WHERE id = $1`,
	} {
		if _, err := tx.Exec(q, string(w.ID)); err != nil {
			return fmt.Errorf("erasing a watch: %w", err)
		}
	}
	tx.OnCommit(func() { go s.crowd.forget() }) // it may wait for a search that is under way
	_, err := s.fact(tx, factErased, nodeActor, "screening", landbridge.Digest{}, "a watch whose time is over")
	return err
}

// keepWhite puts a false positive back among the candidates when its time is over.
func (s *Screening) keepWhite(ctx context.Context, id landbridge.ID) error {
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := scanHit(tx.QueryRow(`SELECT `+hitColumns+` FROM screening_hit h WHERE h.id = $1`+tx.ForUpdate(), string(id)).Scan)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (h.State != FalsePositive || h.White.After(s.now())) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a candidate: %w", err)
		}
		if err := s.move(tx, &h, Open, nil); err != nil {
			return err
		}
		_, err = s.fact(tx, factCandidate, nodeActor, s.aboutHitRow(&h), landbridge.Digest{}, "a false positive whose time is over")
		return err
	})
}

func (s *Screening) eraseBatch(tx *db.Tx, id landbridge.ID) error {
	if err := s.c.Vault.Destroy(tx, batchOwner(id)); err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM screening_part WHERE batch = $1`, `DELETE FROM screening_batch WHERE id = $1`} {
		if _, err := tx.Exec(q, string(id)); err != nil {
			return fmt.Errorf("erasing a file of names: %w", err)
		}
	}
	return nil
}

// Sweep forgets what is kept for a while only: salts of old screenings, and
// what was sealed under the key of a case that was erased. Watches of cases that
// are over end. The node calls it every hour.
func (s *Screening) Sweep(ctx context.Context) error {
	var all []*Watch
	err := s.c.DB.Each(ctx, func(r *sql.Rows) error {
		w, err := s.scanWatch(ctx, r.Scan)
		all = append(all, w)
		return err
	}, `SELECT `+leanColumns+` FROM screening_watch w WHERE w.case_id <> '' ORDER BY w.id`)
	if err != nil {
		return fmt.Errorf("reading the watches of cases: %w", err)
	}
	var erased, over []*Watch
	for _, w := range all {
		ended := false
		if w.Ended.IsZero() && w.Basis != "" {
			if ended, err = s.c.Ended(ctx, w.Case); err != nil {
				return err
			}
		}
		switch {
		case w.Basis == "": // its key is gone: every watch has a basis
			erased = append(erased, w)
		case ended:
			over = append(over, w)
		}
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		for _, w := range erased {
			if err := s.eraseWatch(tx, w); err != nil {
				return err
			}
		}
		for _, w := range over {
			if err := s.endWatch(tx, w, nodeActor, "the case is over"); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`DELETE FROM screening_run WHERE made_us < $1`, db.Micros(s.now().Add(-keepRun).Truncate(time.Second)))
		return err
	})
}
