package rights_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/rights"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

var (
	officer  = staff.Person{Pseudonym: "1111111111111111", Name: "Data protection", Roles: []landbridge.Role{landbridge.DataProtection}}
	overseer = staff.Person{Pseudonym: "2222222222222222", Name: "Overseer", Roles: []landbridge.Role{landbridge.Oversight}}
	both     = staff.Person{Pseudonym: "3333333333333333", Name: "Both", Roles: []landbridge.Role{landbridge.DataProtection, landbridge.Oversight}}
	police   = staff.Person{Pseudonym: "4444444444444444", Name: "Police", Roles: []landbridge.Role{landbridge.Officer, landbridge.Supervisor}}
)

type desk struct {
	*rights.Desk
	db  *db.DB
	log *record.Log
	now time.Time
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, kind fail.Kind, words string) {
	t.Helper()
	if !fail.Is(err, kind) || !strings.Contains(fail.Safe(err), words) {
		t.Errorf("want a refusal of kind %s that says %q, got: %v", kind, words, err)
	}
}

func each(t *testing.T, f func(*testing.T, *desk)) {
	dbtest.Each(t, []db.Schema{blob.Schema(), record.Schema(), rights.Schema()}, func(t *testing.T, d *db.DB) {
		x := &desk{db: d, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
		keys, err := party.NewKeys("XB", x.now, rand.Reader)
		must(t, err)
		verifier, err := ledger.ParseVerifier(keys.Log.Public())
		must(t, err)
		clock := func() time.Time { return x.now }
		x.log, err = record.Open(t.Context(), d, record.Config{Party: "XB", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: clock, Random: rand.Reader})
		must(t, err)
		x.Desk = rights.New(rights.Config{DB: d, Log: x.log, Vault: blob.NewVault(keys.KEK), Party: "XB", Clock: clock, Random: rand.Reader})
		f(t, x)
	})
}

var asked = rights.Request{Kind: rights.Access, About: "What does the police hold on me, Jaro Quellwort, born 1990?", Contact: "by post", Lang: "en"}

// TestS19Rights follows a request from a person without an account to its
// answer: written by one, confirmed by another, seen by nobody who works on
// cases, told to who holds the secret, erased in the end.
func TestS19Rights(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		r, err := d.Ask(t.Context(), asked)
		must(t, err)
		if r.Number != "XB-R-2026-00001" || len(r.Secret) < 20 || !r.Due.Equal(d.now.AddDate(0, 0, 30)) {
			t.Errorf("%+v", r)
		}
		_, err = d.List(t.Context(), police)
		refused(t, err, fail.Denied, "S19")
		all, err := d.List(t.Context(), officer)
		must(t, err)
		if len(all) != 1 || all[0].Overdue {
			t.Fatalf("%+v", all)
		}
		id := all[0].ID
		_, err = d.Open(t.Context(), police, id)
		refused(t, err, fail.Denied, "S19")
		v, err := d.Open(t.Context(), officer, id)
		must(t, err)
		if v.About != asked.About || !v.MayDraft || v.MaySign {
			t.Errorf("%+v", v)
		}
		refused(t, d.Draft(t.Context(), overseer, id, rights.Answer{Way: rights.Neither}), fail.Denied, "data-protection")
		refused(t, d.Draft(t.Context(), officer, id, rights.Answer{Way: rights.Neither, Text: "We hold nothing."}), fail.Invalid, "no words of its own")
		refused(t, d.Draft(t.Context(), officer, id, rights.Answer{Way: rights.Refused}), fail.Invalid, "why")
		refused(t, d.Confirm(t.Context(), overseer, id), fail.Conflict, "look at it again")
		must(t, d.Draft(t.Context(), both, id, rights.Answer{Way: rights.Neither}))
		refused(t, d.Confirm(t.Context(), both, id), fail.Denied, "S21")
		refused(t, d.Confirm(t.Context(), officer, id), fail.Denied, "overseer")
		if reply, err := d.Look(t.Context(), r.Number, r.Secret); err != nil || reply.State != rights.Received || reply.Way != "" {
			t.Errorf("before it is confirmed the person sees %+v, %v", reply, err)
		}
		must(t, d.Return(t.Context(), overseer, id))
		must(t, d.Draft(t.Context(), officer, id, rights.Answer{Way: rights.Given, Text: "One request of 2025, closed."}))
		must(t, d.Confirm(t.Context(), overseer, id))
		reply, err := d.Look(t.Context(), " "+strings.ToLower(r.Number), strings.ToLower(r.Secret)+" ")
		must(t, err)
		if reply.State != rights.Answered || reply.Way != rights.Given || reply.Text != "One request of 2025, closed." {
			t.Errorf("%+v", reply)
		}
		d.checkKept(t, r)
	})
}

// checkKept looks at what lies on disk and in the log, and at the end of keeping.
func (d *desk) checkKept(t *testing.T, r *rights.Receipt) {
	t.Helper()
	var found int
	must(t, d.db.QueryRow(t.Context(), `SELECT count(*) FROM record_fact WHERE note LIKE '%Quellwort%' OR about LIKE '%Quellwort%'`).Scan(&found))
	if found != 0 {
		t.Error("the log holds a name")
	}
	_, wrong := d.Look(t.Context(), r.Number, "AAAAAAAAAAAAAAAAAAAAAAAA")
	_, none := d.Look(t.Context(), "XB-R-2026-09999", r.Secret)
	if !fail.Is(wrong, fail.Missing) || fail.Safe(wrong) != fail.Safe(none) {
		t.Errorf("a wrong secret (%v) and a wrong number (%v) are told apart", wrong, none)
	}
	d.now = d.now.AddDate(1, 0, 1)
	must(t, d.Sweep(t.Context()))
	all, err := d.List(t.Context(), overseer)
	must(t, err)
	v, err := d.Open(t.Context(), overseer, all[0].ID)
	must(t, err)
	if !v.Erased || v.About != "" || v.Answer.Text != "" {
		t.Errorf("after the time of keeping: %+v", v)
	}
	if _, err := d.Look(t.Context(), r.Number, r.Secret); !fail.Is(err, fail.Missing) {
		t.Errorf("an erased request is still told: %v", err)
	}
}

// TestBadRequests: what cannot be taken in is told in a sentence and changes nothing.
func TestBadRequests(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for name, tt := range map[string]struct {
			r    rights.Request
			kind fail.Kind
			want string
		}{
			"no kind":  {rights.Request{About: asked.About}, fail.Invalid, "choose"},
			"no words": {rights.Request{Kind: rights.Deletion, About: "  x "}, fail.Invalid, "sentence"},
			"too long": {rights.Request{Kind: rights.Deletion, About: strings.Repeat("x", rights.MaxAbout+1)}, fail.TooLarge, "shorten"},
			"no text":  {rights.Request{Kind: rights.Complaint, About: "abcdefghijk\xff"}, fail.Invalid, "cannot be read"},
		} {
			_, err := d.Ask(t.Context(), tt.r)
			t.Run(name, func(t *testing.T) { refused(t, err, tt.kind, tt.want) })
		}
		if all, err := d.List(t.Context(), officer); err != nil || len(all) != 0 {
			t.Errorf("%v %v", all, err)
		}
		if r, err := d.Ask(t.Context(), asked); err != nil {
			t.Error(err)
		} else {
			d.now = d.now.AddDate(0, 0, 31)
			if all, err := d.List(t.Context(), officer); err != nil || !all[0].Overdue {
				t.Errorf("%s is not overdue: %+v %v", r.Number, all, err)
			}
		}
	})
}
