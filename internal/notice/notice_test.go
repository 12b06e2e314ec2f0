package notice

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
	"landbridge.example/match"
	"landbridge.example/process"
)

var engine = match.New()

// A desk is one node's register, with a clock that the test moves.
type desk struct {
	*Register
	t     *testing.T
	db    *db.DB
	log   *record.Log
	vault *blob.Vault
	clock time.Time
	heard time.Time
}

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// each runs a test on both engines, at the node of a party.
func each(t *testing.T, me landbridge.PartyID, f func(*desk)) {
	schemas := []db.Schema{blob.Schema(), jobs.Schema(), record.Schema(), party.Schema(), Schema()}
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		x := &desk{t: t, db: d, clock: start, heard: start}
		keys, err := party.NewKeys(me, start, rand.Reader)
		must(t, err)
		verifier, err := ledger.ParseVerifier(keys.Log.Public())
		must(t, err)
		now := func() time.Time { return x.clock }
		x.log, err = record.Open(t.Context(), d, record.Config{Party: me, Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: now, Random: rand.Reader})
		must(t, err)
		x.vault = blob.NewVault(keys.KEK)
		x.Register, err = New(Config{DB: d, Log: x.log, Vault: x.vault, Party: me, Clock: now, Engine: func() *match.Engine { return engine },
			Heard: func(context.Context, landbridge.PartyID) (time.Time, error) { return x.heard, nil }})
		must(t, err)
		f(x)
	})
}

func officer(roles ...landbridge.Role) staff.Person {
	if roles == nil {
		roles = []landbridge.Role{landbridge.Officer}
	}
	return staff.Person{ID: "p", Name: "D. Oru", Roles: roles, Pseudonym: "0011223344556677", Active: true}
}

// A told is a case as casework hands it over, said in a few words.
type told struct {
	id    landbridge.CaseID
	state string
	side  string
	steps []process.Step
	kind  string
	due   map[string]time.Time // clocks that end it
}

func step(party landbridge.PartyID, transition string, at time.Time, fields ...string) process.Step {
	v := process.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v[fields[i]] = process.Text(fields[i+1])
	}
	return process.Step{Act: &process.Act{Party: party, Transition: transition, Fields: v, ID: landbridge.Sum([]byte(transition + at.String()))}, At: at}
}

// tell lets the register follow a case.
func (x *desk) tell(c told) {
	x.t.Helper()
	must(x.t, x.db.Write(x.t.Context(), func(tx *db.Tx) error {
		key, err := x.vault.KeyTx(tx, owner(string(c.id)))
		if fail.Is(err, fail.Missing) {
			key, err = x.vault.Create(tx, owner(string(c.id)))
		}
		if err != nil {
			return err
		}
		s := &casework.Standing{ID: c.id, Number: "XA-2026-0007", Title: "Where is Anara Tesselova?", Origin: "XA", Side: c.side, State: c.state, Steps: c.steps,
			Sides: map[string][]landbridge.PartyID{"issuing": {"XA"}, "panel": {"XD", "XE", "XG"}, "receiving": {"XB", "XC"}}, Changed: x.clock, Key: key,
			Fields: process.Values{"seek_text": process.Text("Locate and tell."), "persons": {Rows: []process.Row{{"family_name": "Tesselova", "given_names": "Anara",
				"birth_date": "1971-05-02", "name_original": "Анара Тесселова", "document": "passport X0000001 XA"}}}}}
		if c.kind != "" {
			s.Fields["notice_kind"] = process.Text(c.kind)
		}
		for name, due := range c.due {
			s.Clocks = append(s.Clocks, process.Running{Clock: &process.Clock{Name: name, Do: "end_validity"}, Due: due})
		}
		return x.Take(tx, s)
	}))
}

func (x *desk) search(q Query) *Answer {
	x.t.Helper()
	if q.Purpose == "" {
		q.Purpose = "investigation"
	}
	a, err := x.Search(x.t.Context(), officer(), q)
	must(x.t, err)
	return a
}

// facts counts what the log says.
func (x *desk) facts(kind string) (n int, note string) {
	x.t.Helper()
	all, err := x.log.Facts(x.t.Context(), -1, 1000)
	must(x.t, err)
	for _, f := range all {
		if f.Kind == kind {
			n, note = n+1, f.Note
		}
	}
	return n, note
}

var (
	submitted = step("XA", "submit_wanted", start.Add(-72*time.Hour))
	reviewed  = step("XD", "review", start.Add(-48*time.Hour))
	published = step("XA", "publish", start.Add(-24*time.Hour), "published_to", "police")
	inAYear   = map[string]time.Time{"notice.validity": start.AddDate(1, 0, 0), "notice.longest": start.AddDate(5, 0, 0)}
)

func (c told) with(state string, steps ...process.Step) told {
	c.state, c.steps = state, append(append([]process.Step{}, c.steps...), steps...)
	return c
}

// TestS1NothingBeforePublication: nothing of a notice can be found or read
// before it was reviewed and published, nor while it is withheld (S1).
func TestS1NothingBeforePublication(t *testing.T) {
	each(t, "XB", func(x *desk) {
		c := told{id: "c1", side: "receiving", due: inAYear}
		for _, state := range []string{"submitted", "received", "more_info", "reviewed", "withheld", "rejected", "suspended"} {
			x.tell(c.with(state, submitted, reviewed))
			if a := x.search(Query{Name: "Anara Tesselova"}); len(a.Hits) != 0 || a.Searched != 0 {
				t := x.t
				t.Errorf("%s: found %v", state, a.Hits)
			}
			n, err := x.Read(x.t.Context(), officer(), "c1", "investigation")
			must(x.t, err)
			if n.Title != "" || n.Persons != nil || n.Seek != "" || n.InForce {
				x.t.Errorf("%s: shown %+v", state, n)
			}
			var body int
			must(x.t, x.db.QueryRow(x.t.Context(), `SELECT coalesce(sum(length(body)), 0) FROM notice_entry`).Scan(&body))
			if body != 0 {
				x.t.Errorf("%s: %d bytes of content are kept", state, body)
			}
		}
	})
}

// TestFound: a published notice is found in every script, with the evidence,
// and by the number of a document; a bare name of another person is not.
func TestFound(t *testing.T) {
	each(t, "XB", func(x *desk) {
		x.tell(told{id: "c1", side: "receiving", due: inAYear}.with("published", submitted, reviewed, published, step("XB", "take_in", start, "effect_here", "locate")))
		for name, q := range map[string]Query{"as written": {Name: "Anara Tesselova"}, "other order": {Name: "TESSELOVA, Anara"}, "slip": {Name: "Anara Teselova"},
			"script": {Name: "Анара Тесселова"}, "number": {Number: "x-0000001"}, "birth": {Name: "Anara Tesselova", Birth: "1971-05-02"}} {
			a := x.search(q)
			if len(a.Hits) != 1 || a.Hits[0].Effect != "locate" || a.Hits[0].Kind != Wanted || a.Hits[0].Stale != nil || a.Searched != 1 {
				x.t.Errorf("%s: %+v", name, a)
			}
		}
		if a := x.search(Query{Name: "Somebody Else"}); len(a.Hits) != 0 {
			x.t.Errorf("found %v", a.Hits)
		}
		if a := x.search(Query{Name: "Anara Tesselova", Kind: Missing}); len(a.Hits) != 0 {
			x.t.Errorf("of another kind: %v", a.Hits)
		}
		bare, sure := x.search(Query{Name: "Anara Tesselova"}).Hits[0], x.search(Query{Name: "Anara Tesselova", Birth: "1971-05-02"}).Hits[0]
		if bare.Score >= sure.Score {
			x.t.Errorf("a bare name scores %s, one with the date of birth %s", bare.Score, sure.Score)
		}
	})
}

// TestS3SearchHasAPurpose and S18: a search without purpose, or too broad, is
// refused; every other one is in the log, without what was asked.
func TestS3SearchHasAPurpose(t *testing.T) {
	each(t, "XB", func(x *desk) {
		for _, c := range []struct {
			who  staff.Person
			q    Query
			kind fail.Kind
		}{
			{officer(), Query{Name: "Anara Tesselova"}, fail.Invalid},
			{officer(), Query{Name: "Anara Tesselova", Purpose: "curiosity"}, fail.Invalid},
			{officer(), Query{Name: "An", Purpose: "investigation"}, fail.Invalid},
			{officer(), Query{Number: "0001", Purpose: "investigation"}, fail.Invalid},
			{officer(), Query{Name: "Anara Tesselova", Birth: "02.05.1971", Purpose: "investigation"}, fail.Invalid},
			{officer(), Query{Name: strings.Repeat("x", MaxQuery+1), Purpose: "investigation"}, fail.TooLarge},
			{officer(), Query{Name: "Anara Tesselova", Purpose: "lawfulness"}, fail.Denied},
			{officer(landbridge.Oversight), Query{Name: "Anara Tesselova", Purpose: "investigation"}, fail.Denied},
			{officer(landbridge.Secretariat), Query{Name: "Anara Tesselova", Purpose: "investigation"}, fail.Denied},
			{officer(landbridge.Operator), Query{Name: "Anara Tesselova", Purpose: "investigation"}, fail.Denied},
		} {
			if _, err := x.Search(x.t.Context(), c.who, c.q); fail.KindOf(err) != c.kind {
				x.t.Errorf("%v %+v: %v", c.who.Roles, c.q, err)
			}
		}
		if n, _ := x.facts(factSearched); n != 0 {
			x.t.Errorf("%d refused searches are in the log", n)
		}
		x.search(Query{Name: "Anara Tesselova", About: "file 12"})
		if n, note := x.facts(factSearched); n != 1 || note != "investigation hits=0" {
			x.t.Errorf("%d searches in the log, %q", n, note)
		}
	})
}

// TestS15EndsByItself: a notice that nobody confirms is over at its day, also at
// a node that hears nothing any more.
func TestS15EndsByItself(t *testing.T) {
	each(t, "XB", func(x *desk) {
		x.tell(told{id: "c1", side: "receiving", due: inAYear}.with("published", submitted, reviewed, published))
		x.clock = start.AddDate(1, 0, -10)
		if l, err := x.List(x.t.Context(), officer()); err != nil || len(l) != 1 || !l[0].InForce || !l[0].Soon {
			x.t.Errorf("ten days before: %+v %v", l, err)
		}
		x.clock = start.AddDate(1, 0, 0)
		if a := x.search(Query{Name: "Anara Tesselova"}); len(a.Hits) != 0 || a.Searched != 0 {
			x.t.Errorf("after its last day: %+v", a)
		}
		n, err := x.Read(x.t.Context(), officer(), "c1", "investigation")
		if err != nil || n.InForce || n.Persons != nil {
			x.t.Errorf("after its last day: %+v %v", n, err)
		}
	})
}

// TestS27Tombstone: from the order on nothing is shown; every party's word and
// lag is kept, and stays when the case is erased; a notice whose issuer was not
// reached for a day is marked.
func TestS27Tombstone(t *testing.T) {
	each(t, "XB", func(x *desk) {
		c := told{id: "c1", side: "receiving", due: inAYear}.with("published", submitted, reviewed, published, step("XA", "publish_extract", start, "extract_text", "Who has seen her?"))
		x.tell(c)
		if e, err := x.Extracts(x.t.Context()); err != nil || len(e) != 1 || e[0].Text != "Who has seen her?" {
			x.t.Errorf("extracts: %+v %v", e, err)
		}
		x.heard = start.Add(-25 * time.Hour)
		if h := x.search(Query{Name: "Anara Tesselova"}).Hits; len(h) != 1 || h[0].Stale == nil || !h[0].Stale.Equal(x.heard) {
			x.t.Errorf("silence of a day is not said: %+v", h)
		}
		order := start.Add(time.Hour)
		c = c.with("removal_due", step("XA", "withdraw_published", order, "removal_text", "warrant_lifted"), step("XB", "acknowledge_removal", order.Add(2*time.Hour)))
		x.clock = order.Add(30 * time.Hour)
		x.tell(c)
		if a := x.search(Query{Name: "Anara Tesselova"}); len(a.Hits) != 0 {
			x.t.Errorf("after the order: %+v", a.Hits)
		}
		if e, err := x.Extracts(x.t.Context()); err != nil || len(e) != 0 {
			x.t.Errorf("extracts after the order: %+v %v", e, err)
		}
		x.tell(c.with("removed", step("XC", "acknowledge_removal", order.Add(26*time.Hour))))
		for range 2 { // before and after the case is erased
			r, err := x.Removals(x.t.Context(), officer())
			must(x.t, err)
			if len(r) != 1 || r[0].Reason != "warrant_lifted" || r[0].All || len(r[0].Parties) != 6 || r[0].Act.IsZero() {
				x.t.Fatalf("removals: %+v", r)
			}
			for _, p := range r[0].Parties {
				switch {
				case p.Party == "XB" && (p.Late || p.Lag != 2*time.Hour), p.Party == "XC" && (!p.Late || p.Lag != 26*time.Hour), p.Party == "XD" && (!p.Late || !p.At.IsZero()):
					x.t.Errorf("%+v", p)
				}
			}
			lags, err := x.Lags(x.t.Context())
			must(x.t, err)
			if len(lags) != 6 || lags[1].Party != "XB" || lags[1].InTime != 1 || lags[2].Late != 1 || lags[3].Open != 1 {
				x.t.Errorf("lags: %+v", lags)
			}
			must(x.t, x.db.Write(x.t.Context(), func(tx *db.Tx) error { return x.Take(tx, &casework.Standing{ID: "c1", Erased: true}) }))
		}
	})
}

// TestErasedLeavesNothing: a notice that never was published leaves nothing
// when its case is erased (S15).
func TestErasedLeavesNothing(t *testing.T) {
	each(t, "XB", func(x *desk) {
		x.tell(told{id: "c1", side: "receiving"}.with("rejected", submitted))
		must(x.t, x.db.Write(x.t.Context(), func(tx *db.Tx) error { return x.Take(tx, &casework.Standing{ID: "c1", Erased: true}) }))
		var n int
		must(x.t, x.db.QueryRow(x.t.Context(), `SELECT (SELECT count(*) FROM notice_entry) + (SELECT count(*) FROM notice_party)`).Scan(&n))
		if n != 0 {
			x.t.Errorf("%d rows are left", n)
		}
	})
}

// TestReduce holds the reading of the acts: the panel keeps no content, an
// extract falls with the next publication, the nearest clock ends it.
func TestReduce(t *testing.T) {
	s := &casework.Standing{ID: "c", State: "published", Side: "panel", Steps: []process.Step{submitted, published}, Fields: process.Values{}}
	if e := reduce(s); e.Content != nil || e.Kind != Wanted || e.Published.IsZero() {
		t.Errorf("at the panel: %+v", e)
	}
	s.Side, s.Steps = "issuing", []process.Step{submitted, published, step("XA", "publish_extract", start, "extract_text", "x"), step("XA", "withhold", start), step("XA", "publish", start.Add(time.Hour))}
	s.Clocks = []process.Running{{Clock: &process.Clock{Name: "notice.threat", Do: "end_validity"}, Due: start.Add(30 * 24 * time.Hour)},
		{Clock: &process.Clock{Name: "notice.longest", Do: "end_validity"}, Due: start.AddDate(5, 0, 0)}, {Clock: &process.Clock{Name: "notice.review"}, Due: start}}
	if e := reduce(s); e.Content.Extract != "" || !e.Until.Equal(start.Add(30*24*time.Hour)) || !e.Confirm.IsZero() {
		t.Errorf("published again: %+v %+v", e, e.Content)
	}
}
