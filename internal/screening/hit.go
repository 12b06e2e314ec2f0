package screening

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

// A State says what people made of a candidate.
type State string

// The states of a hit. The machine makes candidates and closes what lost its
// reason; everything that touches a person is done by people (S24).
const (
	Open          State = "candidate"  // found by the machine; nobody has decided
	Proposed      State = "proposed"   // one person says that it is a match
	Matched       State = "matched"    // two persons say so
	FalsePositive State = "dismissed"  // one person says that it is not, for a while
	Unfreezing    State = "unfreezing" // the match is over; what was frozen is being lifted
	Released      State = "released"   // it was lifted
	Delisted      State = "delisted"   // the entry is gone; there was no match
	Closed        State = "closed"     // the entry says something else now and fits no more
)

// States lists the states in the order of a page.
func States() []State {
	return []State{Open, Proposed, Matched, Unfreezing, FalsePositive, Released, Delisted, Closed}
}

// what is sealed of a hit.
type (
	hitText struct {
		ByName   match.Score
		Query    string
		Name     match.Name
		Words    []match.WordReason
		Evidence []match.Evidence
	}
	rulingText struct {
		Reason      string          `json:"reason,omitempty"`
		Identifiers []Identifier    `json:"identifiers,omitempty"`
		At          time.Time       `json:"at"`
		Approval    *staff.Approval `json:"approval,omitempty"`
		Second      string          `json:"second,omitempty"` // why it was returned or revoked
		Changed     []string        `json:"changed,omitempty"`
	}
)

// score in a hitText is written as a number of ten-thousandths: the JSON of a
// Score is for people.
func (t hitText) MarshalJSON() ([]byte, error) {
	type plain hitText
	return json.Marshal(struct {
		plain
		ByName int
	}{plain(t), int(t.ByName)})
}

func aboutHit(id landbridge.ID) string    { return "hit/" + string(id) }
func aboutRuling(id landbridge.ID) string { return "ruling/" + string(id) }

// A hitRow is the row of a hit.
type hitRow struct {
	ID             landbridge.ID
	Watch, Subject landbridge.ID
	Case           landbridge.CaseID
	List, Record   string
	Hash           []byte
	Version        int64
	Score          match.Score
	State          State
	Proposer       string
	Decider        string
	Made, Moved    time.Time
	White          time.Time
	Serial         int64
	body, ruling   []byte
}

const hitColumns = `h.id, h.watch, h.subject, h.case_id, h.list, h.record, h.hash, h.version, h.score, h.state, h.proposer, h.decider,
	h.made_us, h.moved_us, h.white_us, h.turn, h.body, h.ruling`

func scanHit(scan func(...any) error) (hitRow, error) {
	var h hitRow
	var made, moved, white int64
	err := scan(&h.ID, &h.Watch, &h.Subject, &h.Case, &h.List, &h.Record, &h.Hash, &h.Version, &h.Score, &h.State, &h.Proposer, &h.Decider,
		&made, &moved, &white, &h.Serial, &h.body, &h.ruling)
	h.Made, h.Moved, h.White = db.Moment(made), db.Moment(moved), db.Moment(white)
	return h, err
}

// noteHit writes a candidate, or what became of one that is there: a false
// positive stays one while its time lasts and its entry says the same; a match
// whose entry changed is to be looked at again. It reports whether a person has
// something new to look at.
func (s *Screening) noteHit(tx *db.Tx, key blob.Key, w *Watch, u *Subject, h *match.Hit, sh *shelf) (bool, error) {
	b := sh.books[h.Record.List]
	if b == nil || len(h.Words) == 0 || len(h.Evidence) == 0 {
		return false, fmt.Errorf("a candidate of %s %s has no reasons", h.Record.List, h.Record.ID)
	}
	text, err := json.Marshal(hitText{h.ByName, h.Query, h.Name, h.Words, h.Evidence})
	if err != nil {
		return false, err
	}
	hash := hashOf(h.Record)
	old, err := scanHit(tx.QueryRow(`SELECT `+hitColumns+` FROM screening_hit h WHERE h.subject = $1 AND h.list = $2 AND h.record = $3`,
		string(u.ID), h.Record.List, h.Record.ID).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		id, err := s.newID()
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(`INSERT INTO screening_hit (id, watch, subject, case_id, list, record, hash, version, score, state, body, ruling, proposer,
			decider, made_us, moved_us, white_us, turn)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'candidate', $10, $11, '', '', $12, $12, 0, 1)`, string(id), string(w.ID), string(u.ID), string(w.Case),
			h.Record.List, h.Record.ID, hash, b.version, int64(h.Score), key.Seal(text, aboutHit(id)), []byte{}, db.Micros(s.now()))
		if err != nil {
			return false, fmt.Errorf("writing a candidate: %w", err)
		}
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading a candidate: %w", err)
	}
	same := bytes.Equal(old.Hash, hash)
	to := old.State
	switch old.State {
	case FalsePositive:
		if !same || !old.White.After(s.now()) {
			to = Open
		}
	case Delisted, Closed, Released:
		to = Open // the entry is back
	case Proposed:
		if !same {
			to = Open // what was proposed was another text
		}
	case Matched:
		if !same {
			if err := s.openTask(tx, old.ID, TaskReview, reviewTime); err != nil {
				return false, err
			}
		}
	}
	_, err = tx.Exec(`UPDATE screening_hit SET hash = $1, version = $2, score = $3, state = $4, body = $5, moved_us = $6, turn = turn + 1 WHERE id = $7`,
		hash, b.version, int64(h.Score), string(to), key.Seal(text, aboutHit(old.ID)), db.Micros(s.now()), string(old.ID))
	if err != nil {
		return false, fmt.Errorf("writing a candidate: %w", err)
	}
	return to == Open && old.State != Open || old.State == Matched && !same, nil
}

// fitsNoMore closes a candidate whose entry says something else now, and has a
// match looked at again.
func (s *Screening) fitsNoMore(tx *db.Tx, w *Watch, u *Subject, e *match.Record, sh *shelf) error {
	old, err := scanHit(tx.QueryRow(`SELECT `+hitColumns+` FROM screening_hit h WHERE h.subject = $1 AND h.list = $2 AND h.record = $3`, string(u.ID),
		e.List, e.ID).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading a candidate: %w", err)
	}
	to := old.State
	switch old.State {
	case Open, Proposed, FalsePositive:
		to = Closed
	case Matched:
		if err := s.openTask(tx, old.ID, TaskReview, reviewTime); err != nil {
			return err
		}
	}
	_, err = tx.Exec(`UPDATE screening_hit SET state = $1, hash = $2, version = $3, moved_us = $4, turn = turn + 1 WHERE id = $5`,
		string(to), hashOf(e), sh.books[e.List].version, db.Micros(s.now()), string(old.ID))
	return err
}

// delist ends screening for entries that a version took off, in the commit of
// the import. A match becomes a task that is due within the hour (S31).
func (s *Screening) delist(tx *db.Tx, actor string, source Source, ids []string) (closed, unfreeze int, err error) {
	for _, id := range ids {
		var all []hitRow
		err := tx.Each(func(r *sql.Rows) error {
			h, err := scanHit(r.Scan)
			all = append(all, h)
			return err
		}, `SELECT `+hitColumns+` FROM screening_hit h WHERE h.list = $1 AND h.record = $2 AND h.state IN ('candidate', 'proposed', 'matched',
			'dismissed')`, source.Code(), id)
		if err != nil {
			return 0, 0, fmt.Errorf("reading candidates of an entry: %w", err)
		}
		for i := range all {
			if all[i].State != Matched {
				closed++
				if err := s.move(tx, &all[i], Delisted, nil); err != nil {
					return 0, 0, err
				}
				continue
			}
			unfreeze++
			if err := s.lift(tx, &all[i], actor, "the entry was taken off "+source.Code()); err != nil {
				return 0, 0, err
			}
		}
	}
	return closed, unfreeze, nil
}

// lift ends a match: what was frozen because of it is to be lifted within the
// hour. Tasks that followed from the match are void.
func (s *Screening) lift(tx *db.Tx, h *hitRow, actor, why string) error {
	if err := s.move(tx, h, Unfreezing, nil); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE screening_task SET state = 'void', done_us = $1 WHERE hit = $2 AND state <> 'done'`, db.Micros(s.now()), string(h.ID))
	if err != nil {
		return fmt.Errorf("ending tasks: %w", err)
	}
	if err := s.openTask(tx, h.ID, TaskUnfreeze, unfreezeTime); err != nil {
		return err
	}
	_, err = s.fact(tx, factDelisted, actor, s.aboutHitRow(h), landbridge.Digest{}, why+"; lifting is due within the hour")
	c := h.Case
	tx.OnCommit(func() { s.c.Changed(c); s.c.Wake() })
	return err
}

// aboutHitRow is the matter of a hit in the log: its case, or its watch.
func (s *Screening) aboutHitRow(h *hitRow) string {
	if h.Case != "" {
		return string(h.Case)
	}
	return aboutWatch(h.Watch)
}

// move puts a hit into another state. A ruling that is nil stays as it was.
func (s *Screening) move(tx *db.Tx, h *hitRow, to State, ruling []byte) error {
	if ruling == nil {
		ruling = h.ruling
	}
	res, err := tx.Exec(`UPDATE screening_hit SET state = $1, ruling = $2, proposer = $3, decider = $4, white_us = $5, moved_us = $6, turn = turn + 1
		WHERE id = $7 AND turn = $8`, string(to), ruling, h.Proposer, h.Decider, db.Micros(h.White), db.Micros(s.now()), string(h.ID), h.Serial)
	if err != nil {
		return fmt.Errorf("writing a decision: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errStale())
	}
	h.State, h.ruling = to, ruling
	h.Serial++
	c := h.Case
	tx.OnCommit(func() { s.c.Changed(c) })
	return nil
}

// hit reads a hit that a person may see.
func (s *Screening) hit(ctx context.Context, p staff.Person, id landbridge.ID) (*hitRow, *Watch, error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return nil, nil, err
	}
	h, err := scanHit(s.c.DB.QueryRow(ctx, `SELECT `+hitColumns+` FROM screening_hit h WHERE h.id = $1`, string(id)).Scan)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, nil, fmt.Errorf("reading a candidate: %w", err)
	}
	if err == nil {
		w, err := s.watch(ctx, p, h.Watch)
		if err == nil || !fail.Is(err, fail.Missing) {
			return &h, w, err
		}
	}
	return nil, nil, fail.New(fail.Missing, "there is no such candidate, or it is not yours to see")
}

// texts opens what is sealed of a hit; both are empty after an erasure.
func (s *Screening) texts(ctx context.Context, h *hitRow, w *Watch) (t hitText, r rulingText, err error) {
	key, err := s.c.Vault.Key(ctx, s.c.DB, w.keyOwner)
	if fail.Is(err, fail.Missing) {
		return t, r, nil
	}
	if err != nil {
		return t, r, err
	}
	body, err := key.Open(h.body, aboutHit(h.ID))
	if err == nil {
		err = json.Unmarshal(body, &t)
	}
	if err == nil && len(h.ruling) > 0 {
		if body, err = key.Open(h.ruling, aboutRuling(h.ID)); err == nil {
			err = json.Unmarshal(body, &r)
		}
	}
	return t, r, err
}
