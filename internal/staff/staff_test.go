package staff

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/ledger"
)

// A house is one node's staff over a real log, with a clock that tests move.
type house struct {
	*Staff
	log *record.Log
	t   *testing.T
	mu  sync.Mutex
	at  time.Time
	// facts are "kind actor", in order.
	facts []string
}

func open(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, at: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	secret, public, err := ledger.NewLogKey(record.Origin("XA"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	witness, err := ledger.NewCosigner(record.WitnessName("XA"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h.log, err = record.Open(t.Context(), d, record.Config{Party: "XA", Signer: signer, Verifier: verifier, Witness: witness, Clock: h.clock, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{
		DB: d, Clock: h.clock, Random: rand.Reader, Party: "XA", Secret: [32]byte{1},
		RPID: "localhost", Origins: []string{"http://localhost:8301"}, SoftKeys: true,
		Record: func(tx *db.Tx, f record.Fact) (int64, error) {
			index, err := h.log.Append(tx, f)
			if err == nil {
				h.facts = append(h.facts, f.Kind+" "+f.Actor)
			}
			return index, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Staff = s
	return h
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// person enters someone with a software key.
func (h *house) person(login string, roles ...landbridge.Role) (Person, *softkey.Key) {
	h.t.Helper()
	var grants []Grant
	for _, r := range roles {
		grants = append(grants, Grant{Role: r})
	}
	p, err := h.Add(h.t.Context(), Node(), NewPerson{Name: strings.ToUpper(login), Login: login, Grants: grants})
	if err != nil {
		h.t.Fatal(err)
	}
	k, err := softkey.New("localhost", rand.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.Enrol(h.t.Context(), p.Account, "test key", k); err != nil {
		h.t.Fatal(err)
	}
	return p, k
}

func (h *house) signIn(k *softkey.Key, at Place) (Session, error) {
	h.t.Helper()
	c, err := h.BeginSignIn(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	answer, err := k.Sign(c.Challenge)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.FinishSignIn(h.t.Context(), c.Name, answer, at)
}

func (h *house) last() string { return h.facts[len(h.facts)-1] }

func each(t *testing.T, f func(*testing.T, *house)) {
	dbtest.Each(t, []db.Schema{record.Schema(), Schema()}, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		f(t, h)
		if err := h.log.Verify(t.Context()); err != nil {
			t.Errorf("the log of it all: %v", err)
		}
	})
}

// want checks the kind of an error, and that a person can read it.
func want(t *testing.T, what string, err error, kind fail.Kind) {
	t.Helper()
	if !fail.Is(err, kind) || fail.Safe(err) == "internal error" {
		t.Errorf("%s: %v (%s), want %s", what, err, fail.KindOf(err), kind)
	}
}

func TestSoftkeyMarks(t *testing.T) {
	if softwareModel != softkey.Model || SoftwareOrigin != softkey.Origin || len(softwareModel) != 16 {
		t.Error("staff and softkey disagree about what a software key is")
	}
}

func TestPeopleAndRoles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, err := h.Add(ctx, Node(), NewPerson{Name: " Dana Oru ", Login: "d.oru", Grants: []Grant{
			{Role: landbridge.Supervisor, From: h.at.Add(time.Hour), Until: h.at.Add(3 * time.Hour)}, {Role: landbridge.Officer},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != "Dana Oru" || !slices.Equal(p.Roles, []landbridge.Role{landbridge.Officer}) || !p.Active || len(p.Pseudonym) != 16 {
			t.Errorf("entered %+v", p)
		}
		if !slices.Equal(h.facts, []string{"staff.person-added node", "staff.account-added node", "staff.role-granted node", "staff.role-granted node"}) {
			t.Errorf("facts: %v", h.facts)
		}
		// A role begins and ends by the clock alone.
		for _, step := range []struct {
			after time.Duration
			roles int
		}{{time.Hour, 2}, {2*time.Hour - time.Second, 2}, {time.Second, 1}} {
			h.pass(step.after)
			if p, err = h.Account(ctx, p.Account); err != nil || len(p.Roles) != step.roles {
				t.Errorf("after %v: %v, %v", step.after, p.Roles, err)
			}
		}
		second, err := h.AddAccount(ctx, Node(), p.ID, "d.oru.2", []Grant{{Role: landbridge.Supervisor}})
		if err != nil {
			t.Fatal(err)
		}
		if second.ID != p.ID || second.Pseudonym != p.Pseudonym || second.Account == p.Account {
			t.Errorf("a second account is not the same person: %+v", second) // S21 rests on it
		}
		if all, err := h.People(ctx); err != nil || len(all) != 2 || len(all[0].Roles) != 1 || len(all[1].Roles) != 1 {
			t.Errorf("people: %+v, %v", all, err)
		}
		if byLogin, err := h.ByLogin(ctx, "d.oru.2"); err != nil || byLogin.Account != second.Account {
			t.Errorf("by login: %+v, %v", byLogin, err)
		}
		names, err := h.Named(ctx, p.Pseudonym, "node", p.Pseudonym)
		if err != nil || len(names) != 1 || names[p.Pseudonym] != "Dana Oru" {
			t.Errorf("names: %v, %v", names, err)
		}
		if err := h.EndRole(ctx, p, second.Account, landbridge.Supervisor); err != nil || h.last() != "staff.role-ended "+p.Pseudonym {
			t.Errorf("ending a role: %v, %s", err, h.last())
		}
		want(t, "ending it again", h.EndRole(ctx, p, second.Account, landbridge.Supervisor), fail.Missing)
	})
}

func TestPeopleRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, _ := h.person("d.oru", landbridge.Officer)
		for what, n := range map[string]NewPerson{
			"no name":        {Login: "a.b"},
			"two lines":      {Name: "A\nB", Login: "a.b"},
			"long name":      {Name: strings.Repeat("é", maxName+1), Login: "a.b"},
			"bad login":      {Name: "A", Login: "A B"},
			"unknown role":   {Name: "A", Login: "a.b", Grants: []Grant{{Role: "king"}}},
			"the node":       {Name: "A", Login: "a.b", Grants: []Grant{{Role: landbridge.System}}},
			"ends too early": {Name: "A", Login: "a.b", Grants: []Grant{{Role: landbridge.Officer, Until: h.at}}},
		} {
			_, err := h.Add(ctx, Node(), n)
			want(t, what, err, fail.Invalid)
		}
		_, err := h.Add(ctx, Node(), NewPerson{Name: "A", Login: "d.oru"})
		want(t, "taken login", err, fail.Conflict)
		want(t, "role held twice", h.Grant(ctx, Node(), p.Account, Grant{Role: landbridge.Officer, From: h.at.Add(time.Hour)}), fail.Conflict)
		want(t, "no account", h.Grant(ctx, Node(), "nobody", Grant{Role: landbridge.Officer}), fail.Missing)
		_, err = h.AddAccount(ctx, Node(), "nobody", "x.y", nil)
		want(t, "no person", err, fail.Missing)
		if all, err := h.People(ctx); err != nil || len(all) != 1 {
			t.Errorf("a refused person was kept: %v, %v", all, err)
		}
	})
}

// TestS20Overseer: nobody but an overseer removes an overseer.
func TestS20Overseer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		overseer, _ := h.person("o.ver", landbridge.Oversight)
		operator, _ := h.person("op", landbridge.Operator)
		want(t, "operator ends the role", h.EndRole(ctx, operator, overseer.Account, landbridge.Oversight), fail.Denied)
		want(t, "operator deactivates", h.Deactivate(ctx, operator, overseer.ID), fail.Denied)
		want(t, "the node deactivates", h.Deactivate(ctx, Node(), overseer.ID), fail.Denied)
		if err := h.Deactivate(ctx, overseer, overseer.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, k := h.person("d.oru", landbridge.Officer)
		n, err := h.signIn(k, Place{"192.0.2.1", "A browser\x00" + strings.Repeat("x", 200)})
		if err != nil {
			t.Fatal(err)
		}
		if n.Person.Account != p.Account || !n.Software || len(n.Device) != maxName || h.last() != "staff.signed-in "+p.Pseudonym {
			t.Errorf("session %+v, fact %s", n, h.last())
		}
		back, err := h.Session(ctx, n.Token)
		if err != nil || back.ID != n.ID || !back.Person.Is(landbridge.Officer) {
			t.Fatalf("session back: %+v, %v", back, err)
		}
		_, err = h.Session(ctx, n.Token[1:]+"A")
		want(t, "another token", err, fail.Expired)

		for range 20 { // used every half hour, it lives until its absolute end
			h.pass(30 * time.Minute)
			if _, err := h.Session(ctx, n.Token); err != nil {
				t.Fatal(err)
			}
		}
		h.pass(2 * time.Hour)
		_, err = h.Session(ctx, n.Token)
		want(t, "after twelve hours", err, fail.Expired)

		idle, err := h.signIn(k, Place{})
		if err != nil {
			t.Fatal(err)
		}
		h.pass(time.Hour + time.Second)
		_, err = h.Session(ctx, idle.Token)
		want(t, "after an idle hour", err, fail.Expired)
		if all, err := h.Sessions(ctx, p); err != nil || len(all) != 0 {
			t.Errorf("dead sessions are listed: %v, %v", all, err)
		}
	})
}

func TestSignOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, k := h.person("d.oru", landbridge.Officer)
		var made []Session
		for range 3 {
			n, err := h.signIn(k, Place{})
			if err != nil {
				t.Fatal(err)
			}
			made = append(made, n)
		}
		if all, err := h.Sessions(ctx, p); err != nil || len(all) != 3 {
			t.Errorf("sessions: %v, %v", all, err)
		}
		if err := h.SignOut(ctx, made[0].Token); err != nil || h.last() != "staff.signed-out "+p.Pseudonym {
			t.Errorf("signing out: %v, %s", err, h.last())
		}
		if err := h.SignOut(ctx, made[0].Token); err != nil {
			t.Errorf("signing out again: %v", err)
		}
		if _, err := h.Session(ctx, made[1].Token); err != nil {
			t.Errorf("the other session ended too: %v", err)
		}
		if err := h.SignOutEverywhere(ctx, p); err != nil {
			t.Fatal(err)
		}
		for _, n := range made {
			_, err := h.Session(ctx, n.Token)
			want(t, "after signing out everywhere", err, fail.Expired)
		}
	})
}

func TestSignInRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, k := h.person("d.oru", landbridge.Officer)
		stranger, err := softkey.New("localhost", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.signIn(stranger, Place{"192.0.2.9", ""})
		want(t, "a key we do not know", err, fail.Denied)
		if h.last() != "staff.sign-in-failed node" {
			t.Errorf("fact: %s", h.last())
		}

		c, err := h.BeginSignIn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := k.Sign(c.Challenge)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.FinishSignIn(ctx, c.Name, answer, Place{}); err != nil {
			t.Fatal(err)
		}
		_, err = h.FinishSignIn(ctx, c.Name, answer, Place{})
		want(t, "the same answer again", err, fail.Conflict)

		other, err := h.BeginSignIn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.FinishSignIn(ctx, other.Name, answer, Place{"192.0.2.8", ""})
		want(t, "an answer to another question", err, fail.Denied)
		if h.last() != "staff.sign-in-failed "+p.Pseudonym {
			t.Errorf("fact: %s", h.last())
		}
		for what, name := range map[string]string{"no name": "", "a made-up name": "AAAA" + other.Name[4:], "not base64": "!"} {
			_, err := h.FinishSignIn(ctx, name, answer, Place{})
			want(t, what, err, fail.Invalid)
		}
		reg, err := h.BeginKey(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.FinishSignIn(ctx, reg.Name, answer, Place{})
		want(t, "a registration's question", err, fail.Invalid)
		h.pass(ceremony + time.Second)
		_, err = h.FinishSignIn(ctx, other.Name, answer, Place{})
		want(t, "too late", err, fail.Expired)
	})
}

func TestFailuresCloseAPlace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, good := h.person("d.oru", landbridge.Officer)
		bad, err := softkey.New("localhost", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		here, there := Place{Address: "192.0.2.1"}, Place{Address: "192.0.2.2"}
		for range maxFailures {
			_, err := h.signIn(bad, here)
			want(t, "a failure", err, fail.Denied)
		}
		n := len(h.facts)
		_, err = h.signIn(good, here)
		want(t, "even a good key, from there", err, fail.Unavailable)
		if len(h.facts) != n {
			t.Error("a closed place still fills the log")
		}
		if _, err := h.signIn(good, there); err != nil {
			t.Errorf("another place is closed too: %v", err)
		}
		h.pass(window)
		if _, err := h.signIn(good, here); err != nil {
			t.Errorf("closed for ever: %v", err)
		}
	})
}

func TestSetup(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, err := h.Add(ctx, Node(), NewPerson{Name: "M. Haldor", Login: "m.haldor", Grants: []Grant{{Role: landbridge.Supervisor}}})
		if err != nil {
			t.Fatal(err)
		}
		old, _, err := h.NewSetup(ctx, Node(), p.Account)
		if err != nil {
			t.Fatal(err)
		}
		link, _, err := h.NewSetup(ctx, Node(), p.Account)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.BeginSetup(ctx, old, Place{})
		want(t, "a replaced link", err, fail.Expired)

		register := func(link string) (Session, error) {
			c, err := h.BeginSetup(ctx, link, Place{})
			if err != nil {
				return Session{}, err
			}
			k, err := softkey.New("localhost", rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := k.Register(c.Options)
			if err != nil {
				t.Fatal(err)
			}
			return h.FinishSetup(ctx, link, c.Name, "my key", answer, Place{})
		}
		n, err := register(link)
		if err != nil || n.Person.Account != p.Account {
			t.Fatalf("using the link: %+v, %v", n, err)
		}
		if _, err := h.Session(ctx, n.Token); err != nil {
			t.Errorf("the link did not sign its owner in: %v", err)
		}
		_, err = register(link)
		want(t, "a used link", err, fail.Expired)

		late, _, err := h.NewSetup(ctx, Node(), p.Account)
		if err != nil {
			t.Fatal(err)
		}
		h.pass(SetupLife)
		_, err = register(late)
		want(t, "a late link", err, fail.Expired)
		for _, f := range []string{"staff.setup-made node", "staff.setup-used " + p.Pseudonym, "staff.key-added " + p.Pseudonym} {
			if !slices.Contains(h.facts, f) {
				t.Errorf("no fact %q in %v", f, h.facts)
			}
		}
	})
}

func TestKeys(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, first := h.person("d.oru", landbridge.Officer)
		want(t, "removing the only key", h.RemoveKey(ctx, p, first.ID()), fail.Conflict)
		want(t, "the same key twice", h.Enrol(ctx, p.Account, "again", first), fail.Conflict)
		second, err := softkey.New("localhost", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Enrol(ctx, p.Account, "spare", second); err != nil {
			t.Fatal(err)
		}
		if _, err := h.signIn(second, Place{}); err != nil {
			t.Fatal(err)
		}
		all, err := h.Keys(ctx, p.Account)
		if err != nil || len(all) != 2 || !all[0].Software || all[1].Used.IsZero() || !all[0].Used.IsZero() {
			t.Errorf("keys: %+v, %v", all, err)
		}
		if err := h.RemoveKey(ctx, p, first.ID()); err != nil {
			t.Fatal(err)
		}
		_, err = h.signIn(first, Place{})
		want(t, "signing in with a removed key", err, fail.Denied)
		want(t, "removing it again", h.RemoveKey(ctx, p, first.ID()), fail.Missing)
		for i := range MaxKeys {
			k, err := softkey.New("localhost", rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if err = h.Enrol(ctx, p.Account, fmt.Sprintf("key %d", i), k); err != nil {
				want(t, "too many keys", err, fail.TooLarge)
			} else if i == MaxKeys-1 {
				t.Error("no bound on keys")
			}
		}
	})
}

func TestDeactivate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, k := h.person("d.oru", landbridge.Officer)
		n, err := h.signIn(k, Place{})
		if err != nil {
			t.Fatal(err)
		}
		tok, err := h.NewToken(ctx, p, "script", []access.Action{access.ReadCase}, h.at.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Deactivate(ctx, Node(), p.ID); err != nil {
			t.Fatal(err)
		}
		_, err = h.Session(ctx, n.Token)
		want(t, "session", err, fail.Expired)
		_, err = h.Token(ctx, tok.Text)
		want(t, "token", err, fail.Denied)
		_, err = h.signIn(k, Place{})
		want(t, "sign-in", err, fail.Denied)
		digest := landbridge.Sum([]byte("act"))
		c := Challenge(digest)
		a, err := k.Sign(c[:])
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.VerifyApproval(ctx, p, landbridge.Supervisor, digest, a)
		want(t, "approval", err, fail.Denied)
		_, _, err = h.NewSetup(ctx, Node(), p.Account)
		want(t, "setup link", err, fail.Missing)
		if p, err = h.Account(ctx, p.Account); err != nil || p.Active || len(p.Roles) != 0 {
			t.Errorf("still there: %+v, %v", p, err)
		}
		want(t, "again", h.Deactivate(ctx, Node(), p.ID), fail.Missing)
	})
}

func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, _ := h.person("d.oru", landbridge.Officer)
		scopes := []access.Action{access.ReadCase, access.ListCases}
		tok, err := h.NewToken(ctx, p, "script", scopes, h.at.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.Token(ctx, tok.Text)
		if err != nil || got.Person.Account != p.Account || !got.May(access.ReadCase) || got.May(access.DraftRequest) || got.Text != "" {
			t.Errorf("token back: %+v, %v", got, err)
		}
		for what, f := range map[string]func() error{
			"no scope": func() error { _, err := h.NewToken(ctx, p, "x", nil, h.at.Add(time.Hour)); return err },
			"unknown scope": func() error {
				_, err := h.NewToken(ctx, p, "x", []access.Action{"all"}, h.at.Add(time.Hour))
				return err
			},
			"already over": func() error { _, err := h.NewToken(ctx, p, "x", scopes, h.at); return err },
			"no end":       func() error { _, err := h.NewToken(ctx, p, "x", scopes, time.Time{}); return err },
			"too long":     func() error { _, err := h.NewToken(ctx, p, "x", scopes, h.at.Add(TokenLife+1)); return err },
			"no name":      func() error { _, err := h.NewToken(ctx, p, " ", scopes, h.at.Add(time.Hour)); return err },
		} {
			want(t, what, f(), fail.Invalid)
		}
		if all, err := h.Tokens(ctx, p); err != nil || len(all) != 1 || all[0].Used.IsZero() {
			t.Errorf("tokens: %+v, %v", all, err)
		}
		_, err = h.Token(ctx, tok.Text+"x")
		want(t, "another text", err, fail.Denied)
		if err := h.EndToken(ctx, p, tok.ID); err != nil {
			t.Fatal(err)
		}
		_, err = h.Token(ctx, tok.Text)
		want(t, "an ended token", err, fail.Denied)
		want(t, "ending it again", h.EndToken(ctx, p, tok.ID), fail.Missing)
		late, err := h.NewToken(ctx, p, "late", scopes, h.at.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		h.pass(time.Minute)
		_, err = h.Token(ctx, late.Text)
		want(t, "a token past its end", err, fail.Denied)
	})
}

// TestNoSecretsAtRest: what a browser or a program holds is nowhere in the tables.
func TestNoSecretsAtRest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, k := h.person("d.oru", landbridge.Officer)
		n, err := h.signIn(k, Place{Address: "192.0.2.77"})
		if err != nil {
			t.Fatal(err)
		}
		tok, err := h.NewToken(ctx, p, "script", []access.Action{access.ReadCase}, h.at.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		link, _, err := h.NewSetup(ctx, Node(), p.Account)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"staff_session", "staff_token", "staff_setup", "staff_failure", "staff_answered"} {
			rows, err := h.c.DB.Query(ctx, "SELECT * FROM "+table)
			if err != nil {
				t.Fatal(err)
			}
			columns, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				cells := make([]any, len(columns))
				for i := range cells {
					cells[i] = new(any)
				}
				if err := rows.Scan(cells...); err != nil {
					t.Fatal(err)
				}
				for i := range cells {
					text := fmt.Sprintf("%s", *cells[i].(*any))
					for _, secret := range []string{n.Token, tok.Text, link, "192.0.2.77"} {
						if strings.Contains(text, secret) {
							t.Errorf("%s.%s holds a secret", table, columns[i])
						}
					}
				}
			}
			rows.Close()
		}
	})
}

func TestApproval(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, k := h.person("m.haldor", landbridge.Supervisor)
		_, foreign := h.person("d.oru", landbridge.Officer)
		digest, other := landbridge.Sum([]byte("one act")), landbridge.Sum([]byte("another"))
		options, err := h.ApprovalOptions(ctx, p, digest)
		if err != nil || !strings.Contains(string(options), `"required"`) {
			t.Fatalf("options %s, %v", options, err)
		}
		challenge := Challenge(digest)
		signed, err := k.Sign(challenge[:])
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.VerifyApproval(ctx, p, landbridge.Supervisor, digest, signed)
		if err != nil || a.Person != p.Pseudonym || a.Role != landbridge.Supervisor || !a.Software || a.Site != "localhost" {
			t.Fatalf("approval %+v, %v", a, err)
		}
		_, err = h.VerifyApproval(ctx, p, landbridge.Judge, digest, signed)
		want(t, "a role not held", err, fail.Denied)
		_, err = h.VerifyApproval(ctx, p, landbridge.Supervisor, other, signed)
		want(t, "another act", err, fail.Unsigned)
		theirs, err := foreign.Sign(challenge[:])
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.VerifyApproval(ctx, p, landbridge.Supervisor, digest, theirs)
		want(t, "another person's key", err, fail.Unsigned)
		_, err = h.VerifyApproval(ctx, p, landbridge.Supervisor, digest, nil)
		want(t, "nothing", err, fail.Unsigned)

		// What travels is enough for a node that knows nobody here.
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var carried Approval
		if err := json.Unmarshal(text, &carried); err != nil {
			t.Fatal(err)
		}
		if err := CheckApproval(carried, digest); err != nil {
			t.Errorf("elsewhere: %v", err)
		}
		if strings.Contains(string(text), p.Name) {
			t.Error("an approval carries a name")
		}
	})
}

func TestCheckApprovalRefuses(t *testing.T) {
	k, err := softkey.New("localhost", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	digest := landbridge.Sum([]byte("one act"))
	c := Challenge(digest)
	signed, err := k.Sign(c[:])
	if err != nil {
		t.Fatal(err)
	}
	good := Approval{Person: "0011223344556677", Role: landbridge.Supervisor, Key: k.PublicKey(), Site: "localhost", Assertion: signed, Software: true}
	if err := CheckApproval(good, digest); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(a *Approval){
		"no person":       func(a *Approval) { a.Person = "" },
		"no key":          func(a *Approval) { a.Key = nil },
		"another key":     func(a *Approval) { a.Key = flip(a.Key, 40) },
		"another site":    func(a *Approval) { a.Site = "xa.example" },
		"hidden software": func(a *Approval) { a.Software = false },
		"cut short":       func(a *Approval) { a.Assertion = a.Assertion[:len(a.Assertion)/2] },
		"nothing":         func(a *Approval) { a.Assertion = nil },
		"a changed answer": func(a *Approval) {
			a.Assertion = json.RawMessage(strings.Replace(string(a.Assertion), `"signature":"M`, `"signature":"N`, 1))
		},
	} {
		a := good
		change(&a)
		want(t, what, CheckApproval(a, digest), fail.Unsigned)
	}
	want(t, "another act", CheckApproval(good, landbridge.Sum(nil)), fail.Unsigned)
}

func flip(b []byte, i int) []byte {
	b = slices.Clone(b)
	b[i] ^= 1
	return b
}

func TestBelongs(t *testing.T) {
	for _, tt := range []struct {
		origin, site string
		ok           bool
	}{
		{"https://xa.example", "xa.example", true},
		{"https://pages.xa.example:8443", "xa.example", true},
		{"http://localhost:8301", "localhost", true},
		{"http://xa.localhost:8301", "localhost", true},
		{"http://xa.example", "xa.example", false},
		{"https://evilxa.example", "xa.example", false},
		{"https://xa.example.evil", "xa.example", false},
		{"https://xa.example/path", "xa.example", false},
		{"landbridge:software-key", "xa.example", false},
		{"", "", false},
	} {
		if belongs(tt.origin, tt.site) != tt.ok {
			t.Errorf("%s for %s: %v", tt.origin, tt.site, !tt.ok)
		}
	}
}

// TestSoftKeysOff: a node that does not accept software keys accepts none.
func TestSoftKeysOff(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		p, k := h.person("d.oru", landbridge.Officer)
		c := h.c
		c.SoftKeys = false
		strict, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "enrolling", strict.Enrol(ctx, p.Account, "x", k), fail.Denied)
		h.Staff = strict
		_, err = h.signIn(k, Place{})
		want(t, "signing in", err, fail.Denied)
	})
}

// TestDemoTokens: a demo's tokens outlive the years its clocks run through, no further.
func TestDemoTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, _ := h.person("d.oru", landbridge.Officer)
		c := h.c
		c.TokenLife = 2 * TokenLife
		demo, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		scopes := []access.Action{access.ReadCase}
		if _, err := demo.NewToken(t.Context(), p, "x", scopes, h.at.Add(2*TokenLife)); err != nil {
			t.Error(err)
		}
		_, err = demo.NewToken(t.Context(), p, "x", scopes, h.at.Add(2*TokenLife+time.Second))
		want(t, "longer", err, fail.Invalid)
	})
}

func FuzzCheckApproval(f *testing.F) {
	k, err := softkey.New("localhost", rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	digest := landbridge.Sum([]byte("one act"))
	c := Challenge(digest)
	signed, err := k.Sign(c[:])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k.PublicKey(), []byte(signed), "localhost", true)
	f.Add([]byte{0xa0}, []byte("{}"), "", false)
	f.Fuzz(func(t *testing.T, key, assertion []byte, site string, soft bool) {
		a := Approval{Person: "0011223344556677", Key: key, Site: site, Assertion: assertion, Software: soft}
		if CheckApproval(a, digest) == nil && CheckApproval(a, landbridge.Sum(nil)) == nil {
			t.Error("one assertion approves two acts")
		}
	})
}
