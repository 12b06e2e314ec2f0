package screening

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

// A Candidate is an entry that somebody may be, with every reason. It is
// never more than that (S24), and there is none without reasons.
type Candidate struct {
	Entry    EntryView
	Score    match.Score
	ByName   match.Score        // of the names alone
	Query    string             // the name that was asked for
	Name     match.Name         // the name of the entry that it fits
	Words    []match.WordReason // word by word
	Evidence []match.Evidence   // what else agrees, contradicts, or is not known
}

// candidate makes a candidate of a hit. A hit without reasons is a broken
// invariant of the engine, and is not shown.
func (sh *shelf) candidate(h *match.Hit) (Candidate, error) {
	b := sh.books[h.Record.List]
	if b == nil || len(h.Words) == 0 || len(h.Evidence) == 0 {
		return Candidate{}, fmt.Errorf("a candidate of %s %s has no reasons", h.Record.List, h.Record.ID)
	}
	return Candidate{
		Entry: EntryView{Source: b.source, Record: *h.Record, Version: b.version, Published: b.published},
		Score: h.Score, ByName: h.ByName, Query: h.Query, Name: h.Name, Words: h.Words, Evidence: h.Evidence,
	}, nil
}

// A Question is one name, with what else is known, and what for.
type Question struct {
	Person  match.Record // names and, as far as known, births, nationalities, gender, documents
	Purpose handling.Purpose
	Case    landbridge.CaseID // the case it is for; may be empty
	Top     int               // candidates at most; 0 is 10
	Lists   []string          // codes; empty: all
}

// An Answer is the candidates of one question.
type Answer struct {
	Candidates []Candidate
	Lists      []ListView // what was asked, without versions' histories
	Engine     string
	Took       time.Duration
	Entry      int64  // of the log
	Run        string // id of the screening
	Note       string
}

// Search screens one name against the lists of this node. It is recorded, with
// a commitment to the question and never the name (S18).
func (s *Screening) Search(ctx context.Context, p staff.Person, q Question) (*Answer, error) {
	if err := s.may(p, access.ScreenNames); err != nil {
		return nil, err
	}
	if err := purpose(p, q.Purpose); err != nil {
		return nil, err
	}
	if err := checkPerson(&q.Person); err != nil {
		return nil, err
	}
	sh, err := s.shelved(ctx)
	if err != nil {
		return nil, err
	}
	if len(sh.books) == 0 {
		return nil, fail.New(fail.Conflict, "this node has no list yet; a list officer or the operator imports one on the page of lists")
	}
	if q.Case != "" { // whose record the fact enters: only who may read it
		if _, err := s.c.Case(ctx, p, q.Case, ""); err != nil {
			return nil, err
		}
	}
	if q.Top == 0 {
		q.Top = 10
	}
	q.Top = min(max(q.Top, 1), MaxTop)
	ask := q.Top
	if len(q.Lists) > 0 {
		ask = MaxTop // those of other lists fall away
	}
	began := s.c.Clock()
	a := &Answer{Engine: s.engine().Version(), Candidates: []Candidate{}}
	hits := sh.screen(&q.Person, ask, leastSearch)
	for i := range hits {
		if len(q.Lists) > 0 && !slices.Contains(q.Lists, hits[i].Record.List) || len(a.Candidates) == q.Top {
			continue
		}
		c, err := sh.candidate(&hits[i])
		if err != nil {
			return nil, err
		}
		a.Candidates = append(a.Candidates, c)
	}
	a.Took = s.c.Clock().Sub(began)
	for _, code := range sh.sortedCodes() {
		b := sh.books[code]
		a.Lists = append(a.Lists, ListView{Source: b.source, Version: b.version, Published: b.published, Records: len(b.records), Imported: b.imported})
	}
	if len(q.Person.Names[0].Text) > match.MaxName {
		a.Note = fmt.Sprintf("only the first %d bytes of the name were read", match.MaxName)
	}
	if s.askedAgain(p, &q, sh.versions()) {
		return a, nil
	}
	return a, s.c.DB.Write(ctx, func(tx *db.Tx) error {
		run, err := s.run(tx, runOf{kind: factSearched, actor: p.Pseudonym, purpose: q.Purpose, caseID: q.Case, query: queryText(&q.Person),
			lists: sh.versions(), asked: 1, found: len(a.Candidates)})
		a.Entry, a.Run = run.entry, string(run.id)
		return err
	})
}

// askedAgain reports whether the person asked the same of the same lists a
// moment ago: typing on in a name and back is not another screening.
func (s *Screening) askedAgain(p staff.Person, q *Question, lists string) bool {
	return s.again(recentKey{p.Pseudonym, landbridge.Sum(append(queryText(&q.Person), string(q.Purpose)+"\x00"+string(q.Case)...)), lists})
}

const maxRecent = 10_000 // questions remembered

// again reports whether the same was done moments ago, and remembers that it
// was done now. What it forgets is recorded once more.
func (s *Screening) again(k recentKey) bool {
	now := s.c.Clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recent) >= maxRecent {
		clear(s.recent)
	}
	before, ok := s.recent[k]
	if ok && now.Sub(before) < searchAgain {
		return true
	}
	s.recent[k] = now
	return false
}

// checkPerson bounds and cleans what is screened.
func checkPerson(r *match.Record) error {
	for i := range r.Names {
		r.Names[i].Text = strings.Join(strings.Fields(strings.ToValidUTF8(r.Names[i].Text, " ")), " ")
	}
	r.Names = slices.DeleteFunc(r.Names, func(n match.Name) bool { return n.Text == "" })
	if len(r.Names) == 0 {
		return fail.New(fail.Invalid, "say a name; birth date, nationality and documents help, and do not replace it")
	}
	letters := strings.IndexFunc(r.Names[0].Text, unicode.IsLetter)
	if letters < 0 || len([]rune(r.Names[0].Text)) < minQuery {
		return fail.New(fail.Invalid, "a name has %d letters at least", minQuery)
	}
	if len(r.Names) > 20 || len(r.Births) > 5 || len(r.Nationalities) > 10 || len(r.Documents) > 20 {
		return fail.New(fail.TooLarge, "a person has at most 20 names, 5 dates of birth, 10 nationalities and 20 documents here")
	}
	for _, n := range r.Names {
		if len(n.Text) > 4*match.MaxName {
			return fail.New(fail.TooLarge, "a name has at most %d bytes", 4*match.MaxName)
		}
	}
	switch r.Kind {
	case "", match.Person, match.Organisation, match.Vessel, match.Aircraft, match.Substance:
	default:
		return fail.New(fail.Invalid, "%q is no kind; say person, organisation, vessel, aircraft or substance", clip(string(r.Kind)))
	}
	if r.Gender != "" && r.Gender != "male" && r.Gender != "female" {
		return fail.New(fail.Invalid, "the gender in documents is male, female or not stated")
	}
	return nil
}

// queryText is what a question says, in one form.
func queryText(r *match.Record) []byte {
	text, err := json.Marshal(r)
	if err != nil { // texts and numbers alone
		panic("screening: encoding a question: " + err.Error())
	}
	return text
}

// A runOf is one screening that is to be recorded.
type runOf struct {
	kind, actor  string
	purpose      handling.Purpose
	caseID       landbridge.CaseID
	query        []byte
	lists        string
	asked, found int
}

type recordedRun struct {
	id    landbridge.ID
	entry int64
}

// run records a screening. Who holds the question and the salt can show that
// it was this one; who holds neither learns nothing from the commitment, and
// erasing the salt makes it so for ever.
func (s *Screening) run(tx *db.Tx, r runOf) (recordedRun, error) {
	id, err := s.newID()
	if err != nil {
		return recordedRun{}, err
	}
	engine := s.engine().Version() // so that a later reader knows what the scores meant
	var salt [32]byte
	if _, err := io.ReadFull(s.c.Random, salt[:]); err != nil {
		return recordedRun{}, fmt.Errorf("reading randomness for a salt: %w", err)
	}
	commitment := landbridge.Sum(slices.Concat([]byte(domainQuery), salt[:], r.query))
	statement, err := json.Marshal(map[string]any{"id": id, "query": commitment, "lists": r.lists, "engine": engine, "asked": r.asked, "found": r.found,
		"purpose": r.purpose})
	if err != nil {
		return recordedRun{}, err
	}
	about := string(r.caseID)
	if about == "" {
		about = "screening"
	}
	note := fmt.Sprintf("%s: %d asked, %d found; %s; %s", r.purpose, r.asked, r.found, r.lists, engine)
	n, err := s.fact(tx, r.kind, r.actor, about, landbridge.Sum(append([]byte(domainRun), statement...)), note)
	if err != nil {
		return recordedRun{}, err
	}
	_, err = tx.Exec(`INSERT INTO screening_run (id, kind, actor, purpose, case_id, salt, commitment, lists, engine, asked, found, made_us, entry)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, string(id), r.kind, r.actor, string(r.purpose), string(r.caseID), salt[:], commitment[:],
		r.lists, engine, r.asked, r.found, db.Micros(s.now()), n)
	if err != nil {
		return recordedRun{}, fmt.Errorf("recording a screening: %w", err)
	}
	return recordedRun{id, n}, nil
}

// Proven reports whether a recorded screening asked for exactly this person:
// the way in which an overseer checks what an officer says they searched.
func (s *Screening) Proven(ctx context.Context, p staff.Person, run landbridge.ID, asked match.Record) (bool, error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return false, err
	}
	if err := checkPerson(&asked); err != nil {
		return false, err
	}
	var salt, commitment []byte
	if err := s.c.DB.QueryRow(ctx, `SELECT salt, commitment FROM screening_run WHERE id = $1`, string(run)).Scan(&salt, &commitment); err != nil {
		return false, fail.Because(err, fail.Missing, "there is no such screening here, or its time is over")
	}
	d := landbridge.Sum(slices.Concat([]byte(domainQuery), salt, queryText(&asked)))
	return bytes.Equal(d[:], commitment), nil
}
