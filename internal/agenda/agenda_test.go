package agenda

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	plenary = landbridge.ID("01960000-0000-7000-8000-000000000001")
	panel   = landbridge.ID("01960000-0000-7000-8000-000000000002")
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A house is agendas with the people who may keep one.
type house struct {
	*Agendas
	db     *db.DB
	mu     sync.Mutex
	at     time.Time
	people map[landbridge.ID]staff.Person
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(time.Second)
	return h.at
}

func houses(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, []db.Schema{record.Schema(), Schema()}, func(t *testing.T, d *db.DB) {
		keys, err := party.NewKeys("XF", start, rand.Reader)
		must(t, err)
		verifier, err := ledger.ParseVerifier(keys.Log.Public())
		must(t, err)
		h := &house{db: d, at: start, people: map[landbridge.ID]staff.Person{}}
		log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: h.clock, Random: rand.Reader})
		must(t, err)
		h.Agendas = New(Config{DB: d, Log: log, Clock: h.clock, Random: rand.Reader,
			Session: func(_ context.Context, id landbridge.ID) (string, error) {
				if id != plenary && id != panel {
					return "", fail.New(fail.Missing, "there is no published session %q", id)
				}
				return "2026", nil
			},
			Account: func(_ context.Context, id landbridge.ID) (staff.Person, error) {
				p, ok := h.people[id]
				if !ok {
					return p, fail.New(fail.Missing, "no account")
				}
				return p, nil
			}})
		f(t, h)
	})
}

func (h *house) person(id landbridge.ID, roles ...landbridge.Role) staff.Person {
	p := staff.Person{ID: id, Account: id, Active: true, Pseudonym: "0123456789abcdef", Roles: roles}
	h.people[id] = p
	return p
}

func TestPicks(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		a, b := h.person("a", landbridge.Officer), h.person("b", landbridge.Liaison)
		must(t, h.Pick(t.Context(), a, panel))
		must(t, h.Pick(t.Context(), a, plenary))
		must(t, h.Pick(t.Context(), a, plenary))
		if err := h.Pick(t.Context(), a, "01960000-0000-7000-8000-000000000009"); !fail.Is(err, fail.Missing) {
			t.Errorf("picked what is not published: %v", err)
		}
		all, err := h.Picks(t.Context(), a)
		must(t, err)
		if len(all) != 2 || all[0].Session != panel || all[1].Edition != "2026" {
			t.Errorf("%+v", all)
		}
		must(t, h.Drop(t.Context(), a, panel))
		if all, _ := h.Picks(t.Context(), a); len(all) != 1 {
			t.Errorf("%+v", all)
		}
		if all, _ := h.Picks(t.Context(), b); len(all) != 0 {
			t.Errorf("another's agenda: %+v", all)
		}
		if _, err := h.Picks(t.Context(), staff.Person{Account: "c"}); !fail.Is(err, fail.Denied) {
			t.Errorf("without a role: %v", err)
		}
	})
}

func TestAddress(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		a, b := h.person("a", landbridge.Officer), h.person("b", landbridge.Liaison)
		must(t, h.Pick(t.Context(), a, panel))
		made, err := h.NewAddress(t.Context(), a, "my phone", true)
		must(t, err)
		kept(t, h.db, made.Secret)
		o, err := h.Open(t.Context(), made.ID, strings.ToUpper(strings.ReplaceAll(made.Secret, "-", "")))
		must(t, err)
		if all, err := o.Picks(t.Context()); err != nil || len(all) != 1 || o.Guest || !o.Contacts {
			t.Errorf("%+v %v %+v", all, err, o)
		}
		if err := o.Pick(t.Context(), plenary); !fail.Is(err, fail.Denied) {
			t.Errorf("a calendar changed the agenda of an account: %v", err)
		}
		for _, pair := range [][2]string{{made.ID, "wrong"}, {made.ID, ""}, {"wrong", made.Secret}, {"", ""}} {
			if _, err := h.Open(t.Context(), pair[0], pair[1]); !fail.Is(err, fail.Denied) {
				t.Errorf("%q opened it: %v", pair, err)
			}
		}
		list, err := h.Addresses(t.Context(), a)
		must(t, err)
		if len(list) != 1 || list[0].Secret != "" || list[0].Used.IsZero() || list[0].Name != "my phone" {
			t.Errorf("%+v", list)
		}
		if err := h.End(t.Context(), b, made.ID); !fail.Is(err, fail.Missing) {
			t.Errorf("ended by another: %v", err)
		}
		p := h.people["a"]
		p.Active = false
		h.people["a"] = p
		if _, err := h.Open(t.Context(), made.ID, made.Secret); !fail.Is(err, fail.Denied) {
			t.Errorf("the account is closed: %v", err)
		}
		p.Active = true
		h.people["a"] = p
		must(t, h.End(t.Context(), a, made.ID))
		if _, err := h.Open(t.Context(), made.ID, made.Secret); !fail.Is(err, fail.Denied) {
			t.Errorf("an ended address works: %v", err)
		}
		if err := h.End(t.Context(), a, made.ID); !fail.Is(err, fail.Missing) {
			t.Errorf("ended twice: %v", err)
		}
		for range MaxAddresses {
			_, err := h.NewAddress(t.Context(), a, "x", false)
			must(t, err)
		}
		if _, err := h.NewAddress(t.Context(), a, "x", false); !fail.Is(err, fail.TooLarge) {
			t.Errorf("one too many: %v", err)
		}
		if _, err := h.NewAddress(t.Context(), a, "x\x1b", false); !fail.Is(err, fail.Invalid) {
			t.Errorf("a name: %v", err)
		}
	})
}

// kept checks that a secret stands in no row.
func kept(t *testing.T, d *db.DB, secret string) {
	t.Helper()
	must(t, d.Each(t.Context(), func(rows *sql.Rows) error {
		var id, name string
		var hash []byte
		err := rows.Scan(&id, &name, &hash)
		plain := strings.ReplaceAll(secret, "-", "")
		if strings.Contains(id+name, plain) || bytes.Contains(hash, []byte(plain)) {
			t.Error("the secret is kept as it is")
		}
		return err
	}, `SELECT id, name, hash FROM agenda_address`))
}

// TestCode: a code works once, also when two use it at the same moment.
func TestCode(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		if _, _, err := h.NewCode(t.Context(), h.person("a", landbridge.Officer), ""); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer gives out codes: %v", err)
		}
		code, _, err := h.NewCode(t.Context(), h.person("s", landbridge.Secretariat), "delegation of XA")
		must(t, err)
		const racers = 8
		made, errs := make([]*Address, racers), make([]error, racers)
		var wg sync.WaitGroup
		for i := range racers {
			wg.Go(func() { made[i], errs[i] = h.Redeem(t.Context(), code, "phone") })
		}
		wg.Wait()
		var won *Address
		for i, err := range errs {
			if err == nil && won != nil {
				t.Fatal("a code worked twice")
			}
			if err == nil {
				won = made[i]
			} else if !fail.Is(err, fail.Denied) {
				t.Error(err)
			}
		}
		o, err := h.Open(t.Context(), won.ID, won.Secret)
		must(t, err)
		must(t, o.Pick(t.Context(), plenary))
		must(t, o.Pick(t.Context(), panel))
		must(t, o.Drop(t.Context(), panel))
		if all, err := o.Picks(t.Context()); err != nil || len(all) != 1 || !o.Guest || o.Contacts {
			t.Errorf("%+v %v", all, err)
		}
		must(t, o.End(t.Context()))
		if _, err := h.Open(t.Context(), won.ID, won.Secret); !fail.Is(err, fail.Denied) {
			t.Errorf("an ended address works: %v", err)
		}
		late, ends, err := h.NewCode(t.Context(), h.people["s"], "")
		must(t, err)
		h.at = ends
		if _, err := h.Redeem(t.Context(), late, "phone"); !fail.Is(err, fail.Denied) {
			t.Errorf("a code that is over: %v", err)
		}
	})
}
