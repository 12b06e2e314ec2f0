package screening

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/ledger"
	"landbridge.example/match"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A clock that is moved by hand; every look moves it a little.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A world is one node's screening, with people, and cases that stand for casework.
type world struct {
	*Screening
	t      testing.TB
	db     *db.DB
	log    *record.Log
	vault  *blob.Vault
	clock  *clock
	staff  *staff.Staff
	people map[string]staff.Person
	keys   map[string]*softkey.Key
	runner *jobs.Runner
	cases  map[landbridge.CaseID]CaseView
	told   []landbridge.CaseID
	mu     sync.Mutex
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func schemas() []db.Schema {
	return []db.Schema{jobs.Schema(), blob.Schema(), record.Schema(), staff.Schema(), Schema()}
}

// each runs f on every engine.
func each(t *testing.T, f func(w *world)) {
	t.Helper()
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: &clock{now: start}, people: map[string]staff.Person{}, keys: map[string]*softkey.Key{}, cases: map[landbridge.CaseID]CaseView{}}
	k, err := party.NewKeys("XA", start.Add(-time.Hour), rand.Reader)
	must(t, err)
	verifier, err := ledger.ParseVerifier(k.Log.Public())
	must(t, err)
	w.log, err = record.Open(t.Context(), d, record.Config{Party: "XA", Signer: k.Log.Signer(), Verifier: verifier, Witness: k.Witness, Clock: w.clock.Now, Random: rand.Reader})
	must(t, err)
	w.staff, err = staff.New(staff.Config{DB: d, Record: w.log.Append, Clock: w.clock.Now, Random: rand.Reader, Party: "XA", Secret: [32]byte{7}, RPID: "localhost",
		Origins: []string{"http://localhost:8301"}, SoftKeys: true})
	must(t, err)
	for login, role := range map[string]landbridge.Role{"officer": landbridge.Officer, "second": landbridge.Officer, "lists": landbridge.ListOfficer, "supervisor": landbridge.Supervisor,
		"overseer": landbridge.Oversight, "operator": landbridge.Operator, "secretariat": landbridge.Secretariat} {
		p, err := w.staff.Add(t.Context(), staff.Node(), staff.NewPerson{Name: strings.ToUpper(login[:1]) + ". XA", Login: login, Grants: []staff.Grant{{Role: role}}})
		must(t, err)
		key, err := softkey.New("localhost", rand.Reader)
		must(t, err)
		must(t, w.staff.Enrol(t.Context(), p.Account, "test key", key))
		w.people[login], w.keys[login] = p, key
	}
	w.vault = blob.NewVault(k.KEK)
	w.reopen()
	return w
}

// reopen is the node after a restart: nothing in memory is left.
func (w *world) reopen() {
	w.Screening = New(Config{DB: w.db, Log: w.log, Vault: w.vault, Clock: w.clock.Now, Random: rand.Reader, Verify: w.staff.VerifyApproval, Names: w.staff.Named,
		Case: w.caseView, Ended: func(_ context.Context, id landbridge.CaseID) (bool, error) { return w.cases[id].Ended, nil }, Report: func(err error) { w.t.Error(err) },
		Changed: func(c landbridge.CaseID) { w.mu.Lock(); w.told = append(w.told, c); w.mu.Unlock() }})
	w.runner = jobs.NewRunner(w.db, w.clock.Now, w.Jobs(), func(err error) { w.t.Error(err) })
}

// caseView stands for casework: officers may read every case of this world.
func (w *world) caseView(_ context.Context, p staff.Person, id landbridge.CaseID, _ handling.Purpose) (CaseView, error) {
	c, ok := w.cases[id]
	if !ok || !slices.ContainsFunc(p.Roles, func(r landbridge.Role) bool { return r == landbridge.Officer || r == landbridge.Supervisor }) {
		return c, fail.New(fail.Missing, "no such case")
	}
	return c, nil
}

// newCase opens a case with a data key of its own.
func (w *world) newCase(persons ...CasePerson) landbridge.CaseID {
	w.t.Helper()
	id, err := w.newID()
	must(w.t, err)
	owner := "case/" + string(id)
	must(w.t, w.db.Write(w.t.Context(), func(tx *db.Tx) error { _, err := w.vault.Create(tx, owner); return err }))
	w.cases[id] = CaseView{Number: "XA-2026-0001", Title: "A transfer", Purpose: handling.Investigation, KeyOwner: owner, Persons: persons}
	return id
}

// work runs the jobs that are due.
func (w *world) work() {
	w.t.Helper()
	for {
		ran, err := w.runner.RunOne(w.t.Context())
		must(w.t, err)
		if !ran {
			return
		}
	}
}

// facts counts the facts of a kind in the whole log.
func (w *world) facts(kind string) (n int) {
	w.t.Helper()
	all, err := w.log.Newest(w.t.Context(), -1, record.MaxPage)
	must(w.t, err)
	for _, f := range all {
		if f.Kind == kind {
			n++
		}
	}
	return n
}

func (w *world) importCSV(text string) *Imported {
	w.t.Helper()
	done, err := w.Import(w.t.Context(), w.people["lists"], Import{File: strings.NewReader(text), Code: "XA-1373", Origin: National, Authority: "XA", Name: "National list of Azuria"})
	must(w.t, err)
	return done
}

// unList writes a list as the Security Council does, of invented people.
func unList(date string, people ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated=%q><INDIVIDUALS>`, date)
	for _, p := range people {
		f := strings.Split(p, "|") // id, first, last, born, original, nationality
		fmt.Fprintf(&b, `<INDIVIDUAL><DATAID>%s</DATAID><FIRST_NAME>%s</FIRST_NAME><SECOND_NAME>%s</SECOND_NAME><REFERENCE_NUMBER>XXi.%s</REFERENCE_NUMBER>
			<UN_LIST_TYPE>Test</UN_LIST_TYPE><NAME_ORIGINAL_SCRIPT>%s</NAME_ORIGINAL_SCRIPT><NATIONALITY><VALUE>%s</VALUE></NATIONALITY>
			<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>%s</DATE></INDIVIDUAL_DATE_OF_BIRTH>
			<INDIVIDUAL_PLACE_OF_BIRTH><CITY>Haldvik</CITY></INDIVIDUAL_PLACE_OF_BIRTH>
			<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>P%s00</NUMBER></INDIVIDUAL_DOCUMENT></INDIVIDUAL>`, f[0], f[1], f[2], f[0], f[4], f[5], f[3], f[0])
	}
	b.WriteString(`</INDIVIDUALS><ENTITIES></ENTITIES></CONSOLIDATED_LIST>`)
	return b.String()
}

const (
	morvane = "6900001|Ishkar|Morvane|1971-05-02|Ишкар Морване|Borealis"
	telluth = "6900002|Bram|Telluth|1965-01-30||Caldera"
	sorin   = "6900003|Vashti|Sorinel|1980-12-12||Caldera"
)

func (w *world) importUN(date string, people ...string) *Imported {
	w.t.Helper()
	done, err := w.Import(w.t.Context(), w.people["lists"], Import{File: strings.NewReader(unList(date, people...))})
	must(w.t, err)
	return done
}

func person(name, born string) match.Record {
	r, _ := Person(Fields{Name: name, Kind: "person", Birth: born})
	return r
}

// watch begins a watch of the officer over some people.
func (w *world) begin(login string, people ...match.Record) *Watch {
	w.t.Helper()
	v, err := w.Begin(w.t.Context(), w.people[login], NewWatch{Title: "Suppliers", Basis: "Act on sanctions s. 4", Purpose: handling.Detection, Until: w.now().AddDate(0, 3, 0)})
	must(w.t, err)
	_, err = w.Add(w.t.Context(), w.people[login], v.ID, people)
	must(w.t, err)
	return v
}

// only returns the one hit a person sees.
func (w *world) only(login string, st State) HitLine {
	w.t.Helper()
	page, err := w.Hits(w.t.Context(), w.people[login], Filter{State: st})
	must(w.t, err)
	if len(page.Hits) != 1 {
		w.t.Fatalf("%d hits in state %q, want one: %+v", len(page.Hits), st, page.Hits)
	}
	return page.Hits[0]
}

// match takes a candidate through both persons.
func (w *world) match(id landbridge.ID) {
	w.t.Helper()
	must(w.t, w.Propose(w.t.Context(), w.people["officer"], id, twoIdentifiers(), "The passport was seen."))
	must(w.t, w.confirm("supervisor", id))
}

func twoIdentifiers() []Identifier {
	return []Identifier{{ByBirth, "2 May 1971 in the passport and on the list"}, {ByDocument, "passport P690000100, seen"}}
}

func (w *world) confirm(login string, id landbridge.ID) error {
	w.t.Helper()
	d, err := w.Digest(w.t.Context(), w.people[login], id)
	if err != nil {
		return err
	}
	challenge := staff.Challenge(d)
	assertion, err := w.keys[login].Sign(challenge[:])
	must(w.t, err)
	return w.Confirm(w.t.Context(), w.people[login], id, w.people[login].Roles[0], assertion)
}

// realUN opens the Security Council's list of 27 February 2026, as published.
func realUN(t testing.TB) *gzip.Reader {
	t.Helper()
	f, err := os.Open("../../match/testdata/un_consolidated_2026-02-27.xml.gz")
	must(t, err)
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	must(t, err)
	return z
}

func wantFail(t testing.TB, err error, kind fail.Kind, part string) {
	t.Helper()
	if !fail.Is(err, kind) || !strings.Contains(fail.Safe(err), part) {
		t.Errorf("%v, want %s with %q", err, kind, part)
	}
}
