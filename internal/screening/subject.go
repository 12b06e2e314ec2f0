package screening

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// errMoved says that the lists changed while subjects were screened.
var errMoved = errors.New("the lists changed in the meantime")

// Add puts persons or things on an officer's own watch and screens them at
// once. It returns how many candidates there are.
func (s *Screening) Add(ctx context.Context, p staff.Person, watch landbridge.ID, all []match.Record) (int, error) {
	if err := s.may(p, access.KeepWatch); err != nil {
		return 0, err
	}
	w, err := s.watch(ctx, p, watch)
	if err != nil {
		return 0, err
	}
	if w.Owner != p.Pseudonym && w.Case == "" {
		return 0, fail.New(fail.Denied, "only who began a watch adds to it; its purpose is theirs to answer for (S3)")
	}
	if !w.Live(s.now()) {
		return 0, fail.New(fail.Expired, "this watch is over; begin another with its own purpose and end")
	}
	if len(all) == 0 || len(all) > MaxAtOnce {
		return 0, fail.New(fail.Invalid, "add 1 to %d subjects at a time", MaxAtOnce)
	}
	if w.Subjects+len(all) > MaxSubjects {
		return 0, fail.New(fail.TooLarge, "a watch holds at most %d subjects", MaxSubjects)
	}
	add := make([]subjectText, len(all))
	for i := range all {
		if err := checkPerson(&all[i]); err != nil {
			return 0, fail.New(fail.KindOf(err), "subject %d: %s", i+1, fail.Safe(err))
		}
		add[i].Person = all[i]
	}
	return s.addSubjects(ctx, p, w, add)
}

// addSubjects writes subjects with their candidates in one commit: a subject
// that is there was screened. If a list changes meanwhile it begins again.
func (s *Screening) addSubjects(ctx context.Context, p staff.Person, w *Watch, add []subjectText) (found int, err error) {
	const tries = 5
	for range tries {
		found, err = s.tryAdd(ctx, p, w, add)
		if !errors.Is(err, errMoved) {
			return found, err
		}
	}
	return 0, fail.New(fail.Unavailable, "lists are being imported; try again in a moment")
}

func (s *Screening) tryAdd(ctx context.Context, p staff.Person, w *Watch, add []subjectText) (found int, err error) {
	sh, err := s.shelved(ctx)
	if err != nil {
		return 0, err
	}
	hits := make([][]match.Hit, len(add))
	for i := range add {
		hits[i] = sh.screen(&add[i].Person, MaxTop, leastWatch)
	}
	err = s.c.DB.Write(ctx, func(tx *db.Tx) error {
		found = 0
		if now, err := listsInUse(tx); err != nil || now != sh.versions() {
			return errors.Join(err, errMoved)
		}
		key, err := s.c.Vault.KeyTx(tx, w.keyOwner)
		if err != nil {
			return err
		}
		members := make([]member, len(add))
		var query []byte
		for i := range add {
			u := Subject{Watch: w.ID, Role: add[i].Role, Person: add[i].Person}
			if u.ID, err = s.insertSubject(tx, key, w, &add[i]); err != nil {
				return err
			}
			members[i], query = memberOf(u.ID, &u.Person), append(query, queryText(&u.Person)...)
			for k := range hits[i] {
				if _, err := s.noteHit(tx, key, w, &u, &hits[i][k], sh); err != nil {
					return err
				}
				found++
			}
		}
		_, err = s.run(tx, runOf{kind: factScreened, actor: p.Pseudonym, purpose: w.Purpose, caseID: w.Case, query: query, lists: sh.versions(),
			asked: len(add), found: found})
		tx.OnCommit(func() { s.crowd.join(members); s.c.Changed(w.Case) })
		return err
	})
	return found, err
}

// listsInUse names the lists as the rows have them.
func listsInUse(tx *db.Tx) (string, error) {
	var all []string
	err := tx.Each(func(r *sql.Rows) error {
		var code string
		var version int64
		err := r.Scan(&code, &version)
		all = append(all, code+"@"+strconv.FormatInt(version, 10))
		return err
	}, `SELECT code, version FROM screening_list`)
	slices.Sort(all)
	return strings.Join(all, " "), err
}

func (s *Screening) insertSubject(tx *db.Tx, key blob.Key, w *Watch, t *subjectText) (landbridge.ID, error) {
	id, err := s.newID()
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(`INSERT INTO screening_subject (id, watch, body, made_us) VALUES ($1, $2, $3, $4)`, string(id), string(w.ID), key.Seal(body,
		aboutSubject(id)), db.Micros(s.now()))
	if err != nil {
		return "", fmt.Errorf("writing a subject: %w", err)
	}
	return id, nil
}

// runRescreen screens the stored subjects against the entries that one version
// of a list added or changed. Running it twice finds the same.
func (s *Screening) runRescreen(ctx context.Context, j jobs.Job) error {
	var code string
	var version int64
	if _, err := fmt.Sscanf(string(j.Body), "%s %d", &code, &version); err != nil {
		return fail.Because(err, fail.Invalid, "a job of re-screening names no version of a list")
	}
	sh, err := s.shelved(ctx)
	if err != nil {
		return err
	}
	var entries []match.Record
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		if e := sh.entries[code][id]; e != nil { // else a later version took it off
			entries = append(entries, *e)
		}
		return err
	}, `SELECT record FROM screening_change WHERE list = $1 AND version = $2 AND kind <> 'removed' ORDER BY place`, code, version)
	if err != nil || len(entries) == 0 {
		return err
	}
	_, err = s.rescreen(ctx, sh, entries)
	return err
}

const rescreenPage = 256 // subjects written in one commit

// rescreen screens stored subjects against some entries and returns how many candidates there are.
func (s *Screening) rescreen(ctx context.Context, sh *shelf, entries []match.Record) (total int, err error) {
	near, err := s.nearAll(ctx, entries)
	if err != nil {
		return 0, err
	}
	if err := s.heldPairs(ctx, entries, near); err != nil {
		return 0, err
	}
	some := s.engine().NewRegister(entries, match.RegisterOptions{}).NewScreener()
	ids := make([]landbridge.ID, 0, len(near))
	for id := range near {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for page := range slices.Chunk(ids, rescreenPage) {
		n, err := s.rescreenPage(ctx, sh, some, page, entries, near)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, s.c.DB.Write(ctx, func(tx *db.Tx) error {
		ids := make([]string, len(entries))
		for i := range entries {
			ids[i] = entries[i].List + "/" + entries[i].ID
		}
		_, err := s.run(tx, runOf{kind: factRescreen, actor: nodeActor, purpose: handling.Delivery, query: []byte(strings.Join(ids, " ")),
			lists: sh.versions(), asked: len(entries), found: total})
		return err
	})
}

// heldPairs adds the subjects that are candidates or matches of the entries
// already: they are looked at again although their names may no longer be near.
func (s *Screening) heldPairs(ctx context.Context, entries []match.Record, near map[landbridge.ID][]int) error {
	for i := range entries {
		err := s.c.DB.Each(ctx, func(r *sql.Rows) error {
			var id landbridge.ID
			err := r.Scan(&id)
			if err == nil && !slices.Contains(near[id], i) {
				near[id] = append(near[id], i)
			}
			return err
		}, `SELECT subject FROM screening_hit WHERE list = $1 AND record = $2`, entries[i].List, entries[i].ID)
		if err != nil {
			return fmt.Errorf("reading candidates of an entry: %w", err)
		}
	}
	return nil
}

// A rescreened is one subject with what was found of it.
type rescreened struct {
	u    *Subject
	w    *Watch
	hits []match.Hit
}

func (s *Screening) rescreenPage(ctx context.Context, sh *shelf, some *match.Screener, ids []landbridge.ID, entries []match.Record,
	near map[landbridge.ID][]int) (total int, err error) {
	var all []rescreened
	for _, id := range ids {
		u, w, err := s.subject(ctx, id)
		if err != nil {
			return 0, err
		}
		if u == nil || !w.Live(s.now()) {
			continue
		}
		all = append(all, rescreened{u, w, some.Screen(&u.Person, MaxTop, leastWatch)})
	}
	err = s.c.DB.Write(ctx, func(tx *db.Tx) error {
		total = 0
		for _, r := range all {
			n, err := s.writeRescreened(tx, sh, r, entries, near[r.u.ID])
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}

// writeRescreened writes what was found of one subject, and closes what an
// entry that says something else now no longer gives reason for.
func (s *Screening) writeRescreened(tx *db.Tx, sh *shelf, r rescreened, entries []match.Record, asked []int) (news int, err error) {
	key, err := s.c.Vault.KeyTx(tx, r.w.keyOwner)
	if fail.Is(err, fail.Missing) {
		return 0, nil // erased in the meantime
	}
	if err != nil {
		return 0, err
	}
	fits := map[string]bool{}
	for i := range r.hits {
		fits[r.hits[i].Record.ID] = true
		fresh, err := s.noteHit(tx, key, r.w, r.u, &r.hits[i], sh)
		if err != nil {
			return 0, err
		}
		if fresh {
			news++
		}
	}
	for _, i := range asked {
		if !fits[entries[i].ID] {
			if err := s.fitsNoMore(tx, r.w, r.u, &entries[i], sh); err != nil {
				return 0, err
			}
		}
	}
	if news > 0 {
		w := r.w
		tx.OnCommit(func() { s.c.Changed(w.Case) })
		_, err = s.fact(tx, factCandidate, nodeActor, w.about(), landbridge.Digest{}, fmt.Sprintf("%d to look at; %s", news, sh.versions()))
	}
	return news, err
}
