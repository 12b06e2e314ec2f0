package screening

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// A NewWatch is what an officer states before anybody is watched.
type NewWatch struct {
	Title   string
	Basis   string // the law and the decision it rests on
	Purpose handling.Purpose
	Until   time.Time
}

// A Watch is why somebody is screened, and until when.
type Watch struct {
	ID       landbridge.ID
	Case     landbridge.CaseID // empty: an officer's lawful watch
	Number   string            // of the case
	Title    string
	Basis    string
	Purpose  handling.Purpose
	Owner    string // pseudonym of who began it
	By       string // their name
	Made     time.Time
	Until    time.Time
	Ended    time.Time
	Subjects int
	Hits     int // candidates and matches that are open

	keyOwner string
}

// Live reports whether its subjects are screened.
func (w *Watch) Live(now time.Time) bool { return w.Ended.IsZero() && now.Before(w.Until) }

// A Subject is one person or thing that is screened.
type Subject struct {
	ID     landbridge.ID
	Watch  landbridge.ID
	Role   string // in the case: suspect, victim …
	Person match.Record
	Made   time.Time
	Hits   []HitLine
}

// what is sealed of a watch and of a subject.
type (
	watchText   struct{ Title, Basis string }
	subjectText struct {
		Role   string
		Person match.Record
	}
)

func aboutWatch(id landbridge.ID) string   { return "watch/" + string(id) }
func aboutSubject(id landbridge.ID) string { return "subject/" + string(id) }

// about is the matter under which facts of a watch stand in the log.
func (w *Watch) about() string {
	if w.Case != "" {
		return string(w.Case)
	}
	return aboutWatch(w.ID)
}

// Begin begins an officer's lawful watch: a purpose, a basis and an end first,
// subjects afterwards.
func (s *Screening) Begin(ctx context.Context, p staff.Person, n NewWatch) (*Watch, error) {
	if err := s.may(p, access.KeepWatch); err != nil {
		return nil, err
	}
	if err := purpose(p, n.Purpose); err != nil {
		return nil, err
	}
	var err error
	if n.Title, err = words(n.Title, "give the watch a title"); err != nil {
		return nil, err
	}
	if len(n.Title) > maxTitle {
		return nil, fail.New(fail.TooLarge, "the title of a watch has at most %d characters", maxTitle)
	}
	if n.Basis, err = words(n.Basis, "say what the watch rests on: the law, and who decided it (S3)"); err != nil {
		return nil, err
	}
	now := s.now()
	if !n.Until.After(now) || n.Until.After(now.Add(maxWatch)) {
		return nil, fail.New(fail.Invalid, "say until when: a day within the next year, when the watch ends by itself (S15)")
	}
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	w := &Watch{ID: id, Title: n.Title, Basis: n.Basis, Purpose: n.Purpose, Owner: p.Pseudonym, Made: now, Until: n.Until.UTC(),
		keyOwner: "screening/watch/" + string(id)}
	return w, s.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.c.Vault.Create(tx, w.keyOwner); err != nil {
			return err
		}
		return s.insertWatch(tx, w)
	})
}

func (s *Screening) insertWatch(tx *db.Tx, w *Watch) error {
	key, err := s.c.Vault.KeyTx(tx, w.keyOwner)
	if err != nil {
		return err
	}
	text, err := json.Marshal(watchText{w.Title, w.Basis})
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO screening_watch (id, case_id, number, purpose, owner, key_owner, about, made_us, until_us, ended_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`, string(w.ID), string(w.Case), w.Number, string(w.Purpose), w.Owner, w.keyOwner,
		key.Seal(text, aboutWatch(w.ID)), db.Micros(w.Made), db.Micros(w.Until))
	if err != nil {
		return fmt.Errorf("writing a watch: %w", err)
	}
	if err := jobs.Add(tx, jobs.Job{ID: jobKeep + "/" + string(w.ID), Kind: jobKeep, Body: []byte("watch " + string(w.ID)), Due: w.Until}); err != nil {
		return err
	}
	_, err = s.fact(tx, factWatched, w.Owner, w.about(), landbridge.Digest{}, fmt.Sprintf("%s, until %s", w.Purpose, w.Until.Format(time.DateOnly)))
	return err
}

// WatchCase puts the persons of a case on its watchlist and screens them. Doing
// it again adds those who are new. Victims and witnesses are left out unless
// named: nobody is screened for having been robbed (S4).
func (s *Screening) WatchCase(ctx context.Context, p staff.Person, id landbridge.CaseID, all bool) (*Watch, error) {
	if err := s.may(p, access.KeepWatch); err != nil {
		return nil, err
	}
	c, err := s.c.Case(ctx, p, id, "")
	if err != nil {
		return nil, err
	}
	if c.Ended {
		return nil, fail.New(fail.Conflict, "the case is over; nobody is screened for it any more")
	}
	if len(c.Persons) == 0 {
		return nil, fail.New(fail.Conflict, "the case names nobody yet: its persons are known here once its first act has left or arrived")
	}
	if err := purpose(p, c.Purpose); err != nil {
		return nil, err
	}
	var add []subjectText
	for _, cp := range c.Persons {
		if err := checkPerson(&cp.Person); err == nil && (all || screened(cp.Role)) {
			add = append(add, subjectText(cp))
		}
	}
	if len(add) == 0 {
		return nil, fail.New(fail.Conflict, "the case names nobody to screen: suspects and convicted persons are screened, and others only when you say so")
	}
	w, err := s.caseWatch(ctx, id)
	if err != nil {
		return nil, err
	}
	if w == nil {
		nid, err := s.newID()
		if err != nil {
			return nil, err
		}
		now := s.now()
		w = &Watch{ID: nid, Case: id, Number: c.Number, Title: c.Title, Basis: "case " + c.Number, Purpose: c.Purpose, Owner: p.Pseudonym,
			Made: now, Until: now.Add(maxWatch), keyOwner: c.KeyOwner}
		if err := s.c.DB.Write(ctx, func(tx *db.Tx) error { return s.insertWatch(tx, w) }); err != nil {
			return nil, err
		}
	}
	if add, err = s.notYet(ctx, w, add); err != nil || len(add) == 0 {
		return w, err
	}
	_, err = s.addSubjects(ctx, p, w, add)
	return w, err
}

// screened reports whether persons in this part of a case are screened without being named.
func screened(role string) bool { return role == "suspect" || role == "convicted" || role == "" }

// notYet leaves out who is on the watch already.
func (s *Screening) notYet(ctx context.Context, w *Watch, add []subjectText) ([]subjectText, error) {
	have := map[string]bool{}
	all, err := s.subjects(ctx, w)
	if err != nil {
		return nil, err
	}
	for _, u := range all {
		have[string(queryText(&u.Person))] = true
	}
	return slices.DeleteFunc(add, func(t subjectText) bool { return have[string(queryText(&t.Person))] }), nil
}

// leanColumns leave the counts out, for whoever reads many watches.
const leanColumns = `w.id, w.case_id, w.number, w.purpose, w.owner, w.key_owner, w.about, w.made_us, w.until_us, w.ended_us, 0, 0`

const watchColumns = `w.id, w.case_id, w.number, w.purpose, w.owner, w.key_owner, w.about, w.made_us, w.until_us, w.ended_us,
	(SELECT count(*) FROM screening_subject u WHERE u.watch = w.id),
	(SELECT count(*) FROM screening_hit h WHERE h.watch = w.id AND h.state IN ('candidate', 'proposed', 'matched', 'unfreezing'))`

func (s *Screening) scanWatch(ctx context.Context, scan func(...any) error) (*Watch, error) {
	w := &Watch{}
	var about []byte
	var made, until, ended int64
	err := scan(&w.ID, &w.Case, &w.Number, &w.Purpose, &w.Owner, &w.keyOwner, &about, &made, &until, &ended, &w.Subjects, &w.Hits)
	if err != nil {
		return nil, err
	}
	w.Made, w.Until, w.Ended = db.Moment(made), db.Moment(until), db.Moment(ended)
	key, err := s.c.Vault.Key(ctx, s.c.DB, w.keyOwner)
	if fail.Is(err, fail.Missing) {
		return w, nil // erased with its case, or at its end
	}
	if err != nil {
		return nil, err
	}
	var t watchText
	text, err := key.Open(about, aboutWatch(w.ID))
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	w.Title, w.Basis = t.Title, t.Basis
	return w, err
}

func (s *Screening) caseWatch(ctx context.Context, id landbridge.CaseID) (*Watch, error) {
	w, err := s.scanWatch(ctx, s.c.DB.QueryRow(ctx, `SELECT `+watchColumns+` FROM screening_watch w WHERE w.case_id = $1 AND w.ended_us = 0`, string(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return w, err
}

// sees reports whether a person may see what a watch holds: who began it, who
// reviews lists here, and who checks. Whoever works on its case sees it too;
// that is asked of the case (S28).
func sees(p staff.Person, w *Watch) bool {
	return w.Owner == p.Pseudonym || slices.ContainsFunc(p.Roles, func(r landbridge.Role) bool {
		return r == landbridge.ListOfficer || r == landbridge.Supervisor || r == landbridge.CentralAuthority || r == landbridge.Judge ||
			r == landbridge.DataProtection || r == landbridge.Oversight
	})
}

// watch returns a watch that a person may see, or says that there is none.
func (s *Screening) watch(ctx context.Context, p staff.Person, id landbridge.ID) (*Watch, error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return nil, err
	}
	w, err := s.scanWatch(ctx, s.c.DB.QueryRow(ctx, `SELECT `+watchColumns+` FROM screening_watch w WHERE w.id = $1`, string(id)).Scan)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("reading a watch: %w", err)
	}
	if err == nil && !sees(p, w) && w.Case != "" {
		if _, err := s.c.Case(ctx, p, w.Case, ""); err == nil {
			return w, nil
		}
	}
	if err != nil || !sees(p, w) {
		return nil, fail.New(fail.Missing, "there is no such watch, or it is not yours to see")
	}
	return w, nil
}

// Watch returns one watch with its subjects, at most a page of them. Reading
// it is a fact (S18).
func (s *Screening) Watch(ctx context.Context, p staff.Person, id landbridge.ID) (*Watch, []Subject, error) {
	w, err := s.watch(ctx, p, id)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.subjects(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	lines, err := s.hitsOf(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	for i := range all {
		all[i].Hits = lines[all[i].ID]
	}
	if err := s.named(ctx, func(names map[string]string) { w.By = nameOr(names, w.Owner) }, w.Owner); err != nil {
		return nil, nil, err
	}
	return w, all, s.noteRead(ctx, p, w.about(), "watch")
}

// OfCase returns the watchlist of a case, or nil when it has none. The caller
// has been shown the case.
func (s *Screening) OfCase(ctx context.Context, p staff.Person, id landbridge.CaseID) (*Watch, []Subject, error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return nil, nil, err
	}
	if _, err := s.c.Case(ctx, p, id, ""); err != nil {
		return nil, nil, err
	}
	w, err := s.caseWatch(ctx, id)
	if err != nil || w == nil {
		return nil, nil, err
	}
	all, err := s.subjects(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	lines, err := s.hitsOf(ctx, w)
	for i := range all {
		all[i].Hits = lines[all[i].ID]
	}
	return w, all, err
}

// Watches lists the watches a person may see: the own ones, and for those who
// review or check, all of them. Newest first.
func (s *Screening) Watches(ctx context.Context, p staff.Person) (all []Watch, err error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return nil, err
	}
	owner := p.Pseudonym
	if sees(p, &Watch{}) {
		owner = ""
	}
	var open []*Watch
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		w, err := s.scanWatch(ctx, r.Scan)
		open = append(open, w)
		return err
	}, `SELECT `+watchColumns+` FROM screening_watch w WHERE ($1 = '' OR w.owner = $1) ORDER BY w.made_us DESC, w.id LIMIT $2`, owner, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("reading watches: %w", err)
	}
	var owners []string
	for _, w := range open {
		all, owners = append(all, *w), append(owners, w.Owner)
	}
	return all, s.named(ctx, func(names map[string]string) {
		for i := range all {
			all[i].By = nameOr(names, all[i].Owner)
		}
	}, owners...)
}

// subjects reads who a watch holds, at most a page.
func (s *Screening) subjects(ctx context.Context, w *Watch) (all []Subject, err error) {
	key, err := s.c.Vault.Key(ctx, s.c.DB, w.keyOwner)
	if fail.Is(err, fail.Missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		var id landbridge.ID
		var body []byte
		var made int64
		if err := r.Scan(&id, &body, &made); err != nil {
			return err
		}
		u, err := openSubject(key, id, w.ID, body)
		u.Made = db.Moment(made)
		all = append(all, u)
		return err
	}, `SELECT id, body, made_us FROM screening_subject WHERE watch = $1 ORDER BY id LIMIT $2`, string(w.ID), MaxPage)
	if err != nil {
		return nil, fmt.Errorf("reading subjects: %w", err)
	}
	return all, nil
}

func openSubject(key blob.Key, id, watch landbridge.ID, body []byte) (Subject, error) {
	var t subjectText
	text, err := key.Open(body, aboutSubject(id))
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	return Subject{ID: id, Watch: watch, Role: t.Role, Person: t.Person}, err
}

// noteRead records that somebody looked (S18); looking again within minutes at
// the same is the same reading.
func (s *Screening) noteRead(ctx context.Context, p staff.Person, about, what string) error {
	if s.again(recentKey{p.Pseudonym, landbridge.Sum([]byte(about + "\x00" + what)), ""}) {
		return nil
	}
	return s.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := s.fact(tx, factRead, p.Pseudonym, about, landbridge.Digest{}, what)
		return err
	})
}
