package screening

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

const (
	perPart    = 500 // names screened between two notes of progress
	partsAWrit = 20  // parts written in one commit
	batchSlice = 45 * time.Second
	batchTop   = 10 // candidates of one name
)

// A NewBatch is a file of names to be screened in the background.
type NewBatch struct {
	Name    string // of the file
	Purpose handling.Purpose
	Case    landbridge.CaseID
	Kind    match.Kind  // of names whose row does not say it
	Least   match.Score // least score of a candidate; 0 is the line of the search page
	File    io.Reader
}

// A Batch is such a file with how far it is.
type Batch struct {
	ID                    landbridge.ID
	Name                  string
	Purpose               handling.Purpose
	Case                  landbridge.CaseID
	Owner, By             string
	Total, Done           int
	Found                 int // names with candidates
	Unread                int // rows that could not be screened
	Lists                 string
	Made, Finished, Until time.Time
}

// A BatchLine is the answer to one name of a file.
type BatchLine struct {
	Line       int              `json:"line"`
	ID         string           `json:"id,omitempty"`
	Query      string           `json:"query"`
	Kind       match.Kind       `json:"kind,omitempty"`
	Candidates []BatchCandidate `json:"candidates"`
	Note       string           `json:"note,omitempty"`
}

// A BatchCandidate is one entry that a name may be, with whose list it is and
// every reason.
type BatchCandidate struct {
	List      string             `json:"list"`
	Origin    Origin             `json:"list_source"`
	Authority string             `json:"list_authority"`
	Version   int64              `json:"list_version"`
	ID        string             `json:"id"`
	Reference string             `json:"reference,omitempty"`
	Kind      match.Kind         `json:"kind"`
	Score     match.Score        `json:"score"`
	ByName    match.Score        `json:"name_score"`
	Name      string             `json:"name"`
	Quality   match.Quality      `json:"quality"`
	Reasons   []match.WordReason `json:"reasons"`
	Evidence  []match.Evidence   `json:"evidence"`
}

func batchOwner(id landbridge.ID) string { return "screening/batch/" + string(id) }
func aboutBatch(id landbridge.ID) string { return "batch/" + string(id) }
func aboutPart(id landbridge.ID, n int, what string) string {
	return fmt.Sprintf("%s/%s/%d", what, id, n)
}

// NewBatch takes a file of names in and begins to screen it. Progress and
// answers are there until the file's time is over.
func (s *Screening) NewBatch(ctx context.Context, p staff.Person, n NewBatch) (*Batch, error) {
	if err := s.may(p, access.ScreenNames); err != nil {
		return nil, err
	}
	if err := purpose(p, n.Purpose); err != nil {
		return nil, err
	}
	if n.Least == 0 {
		n.Least = leastSearch
	}
	if n.Least < 3000 || n.Least > match.FullScore {
		return nil, fail.New(fail.Invalid, "the least score of a candidate is between 0.3 and 1")
	}
	if n.Case != "" {
		if _, err := s.c.Case(ctx, p, n.Case, n.Purpose); err != nil {
			return nil, err
		}
	}
	sh, err := s.shelved(ctx)
	if err != nil {
		return nil, err
	}
	if len(sh.books) == 0 {
		return nil, fail.New(fail.Conflict, "this node has no list yet; a list officer or the operator imports one on the page of lists")
	}
	rows, err := ParseNames(n.File, n.Kind, MaxBatch)
	if err != nil {
		return nil, err
	}
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	b := &Batch{ID: id, Name: clip(n.Name), Purpose: n.Purpose, Case: n.Case, Owner: p.Pseudonym, By: p.Name, Total: len(rows), Lists: sh.versions(),
		Made: s.now(), Until: s.now().Add(keepBatch)}
	if b.Name == "" {
		b.Name = "names.csv"
	}
	if err := s.writeBatch(ctx, b, n.Least, rows); err != nil {
		return nil, err
	}
	s.c.Wake()
	return b, nil
}

// writeBatch writes a file in several commits; the job that screens it comes
// with the last. One that was cut off is never screened, and is erased in time.
func (s *Screening) writeBatch(ctx context.Context, b *Batch, least match.Score, rows []Row) error {
	err := s.c.DB.Write(ctx, func(tx *db.Tx) error {
		key, err := s.c.Vault.Create(tx, batchOwner(b.ID))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO screening_batch (id, owner, purpose, case_id, name, least, total, done, found, unread, lists, made_us, ended_us, until_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, $9, 0, $10)`, string(b.ID), b.Owner, string(b.Purpose), string(b.Case),
			key.Seal([]byte(b.Name), aboutBatch(b.ID)), int64(least), b.Total, b.Lists, db.Micros(b.Made), db.Micros(b.Until))
		if err != nil {
			return fmt.Errorf("writing a file of names: %w", err)
		}
		return jobs.Add(tx, jobs.Job{ID: jobKeep + "/batch/" + string(b.ID), Kind: jobKeep, Body: []byte("batch " + string(b.ID)), Due: b.Until})
	})
	if err != nil {
		return err
	}
	key, err := s.c.Vault.Key(ctx, s.c.DB, batchOwner(b.ID))
	if err != nil {
		return err
	}
	parts := slices.Collect(slices.Chunk(rows, perPart))
	for first := 0; first < len(parts); first += partsAWrit {
		some := parts[first:min(first+partsAWrit, len(parts))]
		err := s.c.DB.Write(ctx, func(tx *db.Tx) error {
			for i, part := range some {
				if err := writePart(tx, key, b.ID, first+i, part); err != nil {
					return err
				}
			}
			if first+partsAWrit < len(parts) {
				return nil
			}
			if err := jobs.Add(tx, jobs.Job{ID: jobBatch + "/" + string(b.ID) + "/0", Kind: jobBatch, Body: []byte(b.ID), Due: s.now()}); err != nil {
				return err
			}
			_, err := s.fact(tx, factBatch, b.Owner, aboutOf(b.Case), landbridge.Digest{}, fmt.Sprintf("%s: %d names; %s", b.Purpose, b.Total, b.Lists))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func aboutOf(id landbridge.CaseID) string {
	if id == "" {
		return "screening"
	}
	return string(id)
}

func writePart(tx *db.Tx, key blob.Key, id landbridge.ID, n int, part []Row) error {
	body, err := json.Marshal(part)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO screening_part (batch, place, names, body, answer, done) VALUES ($1, $2, $3, $4, $5, FALSE)`,
		string(id), n, len(part), key.Seal(body, aboutPart(id, n, "part")), []byte{})
	if err != nil {
		return fmt.Errorf("writing names: %w", err)
	}
	return nil
}

// runBatch screens part after part, each in a commit of its own, for a while;
// then it gives the runner back and goes on as another job.
func (s *Screening) runBatch(ctx context.Context, j jobs.Job) error {
	id := landbridge.ID(j.Body)
	key, err := s.c.Vault.Key(ctx, s.c.DB, batchOwner(id))
	if fail.Is(err, fail.Missing) {
		return nil // erased
	}
	if err != nil {
		return err
	}
	sh, err := s.shelved(ctx)
	if err != nil {
		return err
	}
	var least match.Score
	if err := s.c.DB.QueryRow(ctx, `SELECT least FROM screening_batch WHERE id = $1`, string(id)).Scan(&least); err != nil {
		return fmt.Errorf("reading a file of names: %w", err)
	}
	for began := s.c.Clock(); ctx.Err() == nil; {
		n, rows, err := s.nextPart(ctx, key, id)
		if err != nil {
			return err
		}
		if rows == nil {
			return s.endBatch(ctx, id, sh)
		}
		if s.c.Clock().Sub(began) > batchSlice {
			return s.c.DB.Write(ctx, func(tx *db.Tx) error {
				return jobs.Add(tx, jobs.Job{ID: fmt.Sprintf("%s/%s/%d", jobBatch, id, n), Kind: jobBatch, Body: []byte(id), Due: s.now()})
			})
		}
		if err := s.screenPart(ctx, key, sh, id, n, rows, least); err != nil {
			return err
		}
		s.c.Changed("")
	}
	return ctx.Err()
}

// nextPart returns the first part that has no answer, or nil rows at the end.
func (s *Screening) nextPart(ctx context.Context, key blob.Key, id landbridge.ID) (n int, rows []Row, err error) {
	var body []byte
	err = s.c.DB.QueryRow(ctx, `SELECT place, body FROM screening_part WHERE batch = $1 AND done = FALSE ORDER BY place LIMIT 1`, string(id)).Scan(&n, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("reading names: %w", err)
	}
	text, err := key.Open(body, aboutPart(id, n, "part"))
	if err == nil {
		err = json.Unmarshal(text, &rows)
	}
	return n, rows, err
}

func (s *Screening) screenPart(ctx context.Context, key blob.Key, sh *shelf, id landbridge.ID, n int, rows []Row, least match.Score) error {
	var out bytes.Buffer
	found, unread := 0, 0
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	all := sh.screenRows(rows, least)
	for i, r := range rows {
		l := BatchLine{Line: r.Line, ID: r.ID, Kind: r.Person.Kind, Note: r.Note, Candidates: []BatchCandidate{}}
		if len(r.Person.Names) == 0 {
			unread++
		} else {
			l.Query = r.Person.Names[0].Text
			for k := range all[i] {
				c, err := sh.batchCandidate(&all[i][k])
				if err != nil {
					return err
				}
				l.Candidates = append(l.Candidates, c)
			}
		}
		if len(l.Candidates) > 0 {
			found++
		}
		if err := e.Encode(l); err != nil {
			return err
		}
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(`UPDATE screening_part SET done = TRUE, answer = $1 WHERE batch = $2 AND place = $3 AND done = FALSE`,
			key.Seal(out.Bytes(), aboutPart(id, n, "answer")), string(id), n)
		if err != nil {
			return fmt.Errorf("writing answers: %w", err)
		}
		if done, err := res.RowsAffected(); err != nil || done == 0 {
			return err // another worker was faster
		}
		_, err = tx.Exec(`UPDATE screening_batch SET done = done + $1, found = found + $2, unread = unread + $3 WHERE id = $4`, len(rows), found, unread,
			string(id))
		return err
	})
}

// screenRows screens rows on all cores. The answers are the same on any number
// of them.
func (sh *shelf) screenRows(rows []Row, least match.Score) [][]match.Hit {
	all := make([][]match.Hit, len(rows))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), maxFree) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(rows); i = int(next.Add(1)) - 1 {
				if len(rows[i].Person.Names) > 0 {
					all[i] = sh.screen(&rows[i].Person, batchTop, least)
				}
			}
		})
	}
	wait.Wait()
	return all
}

func (sh *shelf) batchCandidate(h *match.Hit) (BatchCandidate, error) {
	c, err := sh.candidate(h)
	if err != nil {
		return BatchCandidate{}, err
	}
	return BatchCandidate{
		List: c.Entry.Source.Code(), Origin: c.Entry.Source.Origin(), Authority: c.Entry.Source.Authority(), Version: c.Entry.Version, ID: c.Entry.Record.ID,
		Reference: c.Entry.Record.Reference, Kind: c.Entry.Record.Kind, Score: c.Score, ByName: c.ByName, Name: c.Name.Text, Quality: c.Name.Quality,
		Reasons: c.Words, Evidence: c.Evidence,
	}, nil
}

// endBatch records the screening of the whole file.
func (s *Screening) endBatch(ctx context.Context, id landbridge.ID, sh *shelf) error {
	b, err := s.batch(ctx, id)
	if err != nil || !b.Finished.IsZero() {
		return err
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE screening_batch SET ended_us = $1, lists = $2 WHERE id = $3`, db.Micros(s.now()), sh.versions(), string(id)); err != nil {
			return fmt.Errorf("ending a file of names: %w", err)
		}
		tx.OnCommit(func() { s.c.Changed("") })
		_, err := s.run(tx, runOf{kind: factBatchDone, actor: b.Owner, purpose: b.Purpose, caseID: b.Case, query: []byte(id), lists: sh.versions(),
			asked: b.Total, found: b.Found})
		return err
	})
}

const batchColumns = `id, owner, purpose, case_id, name, total, done, found, unread, lists, made_us, ended_us, until_us`

func (s *Screening) scanBatch(ctx context.Context, scan func(...any) error) (*Batch, error) {
	b := &Batch{}
	var name []byte
	var made, ended, until int64
	if err := scan(&b.ID, &b.Owner, &b.Purpose, &b.Case, &name, &b.Total, &b.Done, &b.Found, &b.Unread, &b.Lists, &made, &ended, &until); err != nil {
		return nil, err
	}
	b.Made, b.Finished, b.Until = db.Moment(made), db.Moment(ended), db.Moment(until)
	key, err := s.c.Vault.Key(ctx, s.c.DB, batchOwner(b.ID))
	if fail.Is(err, fail.Missing) {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := key.Open(name, aboutBatch(b.ID))
	b.Name = string(text)
	return b, err
}

func (s *Screening) batch(ctx context.Context, id landbridge.ID) (*Batch, error) {
	b, err := s.scanBatch(ctx, s.c.DB.QueryRow(ctx, `SELECT `+batchColumns+` FROM screening_batch WHERE id = $1`, string(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "there is no such file of names, or it is not yours to see")
	}
	return b, err
}

// Batch returns one file with its progress: the caller's own, or any for those who check.
func (s *Screening) Batch(ctx context.Context, p staff.Person, id landbridge.ID) (*Batch, error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return nil, err
	}
	b, err := s.batch(ctx, id)
	if err != nil {
		return nil, err
	}
	if b.Owner != p.Pseudonym && !checks(p) {
		return nil, fail.New(fail.Missing, "there is no such file of names, or it is not yours to see")
	}
	return b, s.named(ctx, func(names map[string]string) { b.By = nameOr(names, b.Owner) }, b.Owner)
}

func checks(p staff.Person) bool {
	return p.Is(landbridge.DataProtection) || p.Is(landbridge.Oversight)
}

// Batches lists the caller's files, or all for those who check; newest first.
func (s *Screening) Batches(ctx context.Context, p staff.Person) (all []Batch, err error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return nil, err
	}
	owner := p.Pseudonym
	if checks(p) {
		owner = ""
	}
	var owners []string
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		b, err := s.scanBatch(ctx, r.Scan)
		if err == nil {
			all, owners = append(all, *b), append(owners, b.Owner)
		}
		return err
	}, `SELECT `+batchColumns+` FROM screening_batch WHERE ($1 = '' OR owner = $1) ORDER BY made_us DESC, id LIMIT $2`, owner, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("reading files of names: %w", err)
	}
	return all, s.named(ctx, func(names map[string]string) {
		for i := range all {
			all[i].By = nameOr(names, all[i].Owner)
		}
	}, owners...)
}

// Results writes the answers there are, one line of JSON for each name, in the
// order of the file. Reading them is a fact (S18).
func (s *Screening) Results(ctx context.Context, p staff.Person, id landbridge.ID, w io.Writer) error {
	b, err := s.Batch(ctx, p, id)
	if err != nil {
		return err
	}
	key, err := s.c.Vault.Key(ctx, s.c.DB, batchOwner(id))
	if err != nil {
		return err
	}
	if err := s.noteRead(ctx, p, aboutOf(b.Case), "answers to a file"); err != nil {
		return err
	}
	for n := 0; ; n++ {
		var answer []byte
		err := s.c.DB.QueryRow(ctx, `SELECT answer FROM screening_part WHERE batch = $1 AND place = $2 AND done = TRUE`, string(id), n).Scan(&answer)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading answers: %w", err)
		}
		text, err := key.Open(answer, aboutPart(id, n, "answer"))
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return fmt.Errorf("sending answers: %w", err)
		}
	}
}
