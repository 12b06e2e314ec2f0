package call

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
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
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

var (
	start  = time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)
	chair  = staff.Person{Pseudonym: "1111111111111111", Roles: []landbridge.Role{landbridge.Secretariat}}
	second = staff.Person{Pseudonym: "2222222222222222", Roles: []landbridge.Role{landbridge.Secretariat}}
	police = staff.Person{Pseudonym: "4444444444444444", Roles: []landbridge.Role{landbridge.Officer}}
)

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

type desk struct {
	*Desk
	t   *testing.T
	db  *db.DB
	now time.Time

	blobs string // folder of its files
}

func each(t *testing.T, f func(*testing.T, *desk)) {
	dbtest.Each(t, []db.Schema{blob.Schema(), record.Schema(), Schema()}, func(t *testing.T, d *db.DB) {
		x := &desk{t: t, db: d, now: start}
		keys, err := party.NewKeys("XF", start, rand.Reader)
		must(t, err)
		verifier, err := ledger.ParseVerifier(keys.Log.Public())
		must(t, err)
		clock := func() time.Time { return x.now }
		log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness,
			Clock: clock, Random: rand.Reader})
		must(t, err)
		x.blobs = t.TempDir()
		blobs, err := blob.NewStore(x.blobs)
		must(t, err)
		x.Desk = New(Config{DB: d, Log: log, Vault: blob.NewVault(keys.KEK), Blobs: blobs, Clock: clock, Random: rand.Reader})
		f(t, x)
	})
}

// newBenchDesk is a desk without a test's clock.
func newBenchDesk(b *testing.B) *Desk {
	b.Helper()
	d := dbtest.Open(b, filepath.Join(b.TempDir(), "node.db"), blob.Schema(), record.Schema(), Schema())
	keys, err := party.NewKeys("XF", start, rand.Reader)
	must(b, err)
	verifier, err := ledger.ParseVerifier(keys.Log.Public())
	must(b, err)
	clock := func() time.Time { return start }
	log, err := record.Open(b.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: clock, Random: rand.Reader})
	must(b, err)
	return New(Config{DB: d, Log: log, Vault: blob.NewVault(keys.KEK), Clock: clock, Random: rand.Reader})
}

func (d *desk) open(kind string) landbridge.ID {
	d.t.Helper()
	c := Call{Edition: "2026", Kind: kind, Title: "Call " + kind, Text: "Send what you have.", Closes: start.AddDate(0, 2, 0), Ends: start.AddDate(0, 7,
		0), KeepDays: 90}
	if kind == Paper || kind == Award {
		c.Anonymous, c.MinReviews, c.Criteria = kind == Paper, 2, []Criterion{{"Quality", 3}, {"Use", 1}}
	}
	id, err := d.Open(d.t.Context(), chair, c)
	must(d.t, err)
	return id
}

func (d *desk) reviewer(call landbridge.ID, name, organisation string) (landbridge.ID, string) {
	d.t.Helper()
	id, code, err := d.AddReviewer(d.t.Context(), chair, call, Reviewer{Name: name, Organisation: organisation, Email: "reader@review.example"})
	must(d.t, err)
	secret, err := d.Accept(d.t.Context(), code)
	must(d.t, err)
	return id, secret
}

// judged gives an entry to reviewers who say that they are free and score it.
func (d *desk) judged(call, entry landbridge.ID, scores ...int) (secrets []string) {
	d.t.Helper()
	ctx := d.t.Context()
	for i, s := range scores {
		id, secret := d.reviewer(call, fmt.Sprintf("Reviewer %d", i), fmt.Sprintf("Academy%d", i))
		must(d.t, d.Assign(ctx, chair, entry, id))
		must(d.t, d.Declare(ctx, secret, entry, false))
		must(d.t, d.Judge(ctx, secret, entry, Review{Scores: map[string]int{"Quality": s, "Use": 0}, Comment: fmt.Sprintf("comment %d", i),
			Note: "between us"}))
		secrets = append(secrets, secret)
	}
	return secrets
}

func (d *desk) only(call landbridge.ID) Standing {
	d.t.Helper()
	all, err := d.List(d.t.Context(), chair, call)
	must(d.t, err)
	if len(all) != 1 {
		d.t.Fatalf("%d entries", len(all))
	}
	return all[0]
}

var (
	paper   = Content{Title: "Corridors and trust", Abstract: "How trains are guarded.", Text: "A long text.", Keywords: []string{"rail"}}
	authors = []Author{{"Mara Ilven", "Azur University", "m@azur.example"}, {"Bo", "Borealis Institute", ""}}
)

// TestPaper follows a paper: taken in without its author's name, reviewed by who
// has no conflict of interest, decided on enough reviews, published.
func TestPaper(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		named := paper
		named.Text = "As MARA  Ilven has shown before."
		_, err := d.Submit(ctx, call, named, authors)
		refused(t, err, fail.Invalid, "names Mara Ilven")
		named = paper
		named.Keywords = []string{"rail", "the Ilven school; M. Ilven, Mara Ilven"}
		_, err = d.Submit(ctx, call, named, authors)
		refused(t, err, fail.Invalid, "names Mara Ilven")
		r, err := d.Submit(ctx, call, paper, authors)
		must(t, err)
		changed := paper
		changed.Title = "Corridors and trust, again"
		must(t, d.Change(ctx, strings.ToLower(r.Secret), changed))
		entry := d.only(call).ID

		near, nearSecret := d.reviewer(call, "Near", "AZUR  university")
		refused(t, d.Assign(ctx, chair, entry, near), fail.Denied, "conflict of interest")
		_, err = d.Read(ctx, nearSecret, entry)
		refused(t, err, fail.Missing, "no such entry")
		id, secret := d.reviewer(call, "Friend", "Elsewhere")
		must(t, d.Assign(ctx, chair, entry, id))
		_, err = d.Read(ctx, secret, entry)
		refused(t, err, fail.Denied, "say first")
		must(t, d.Declare(ctx, secret, entry, false))
		e, err := d.Read(ctx, secret, entry)
		must(t, err)
		if e.Authors != nil || e.Content.Title != changed.Title {
			t.Errorf("a reviewer sees %+v", e)
		}
		high := Review{Scores: map[string]int{"Quality": 10, "Use": 10}}
		refused(t, d.Judge(ctx, secret, entry, Review{Scores: map[string]int{"Quality": 11, "Use": 1}}), fail.Invalid, "score")
		refused(t, d.Judge(ctx, secret, entry, Review{Scores: map[string]int{"Quality": 1}}), fail.Invalid, "each criterion")
		must(t, d.Judge(ctx, secret, entry, high))
		must(t, d.Declare(ctx, secret, entry, true)) // remembers that they are married to the author
		refused(t, d.Judge(ctx, secret, entry, high), fail.Denied, "say first")
		d.judged(call, entry, 4)
		refused(t, d.Decide(ctx, chair, entry, Accepted, ""), fail.Conflict, "promises 2 reviews")
		d.judged(call, entry, 8)
		if s := d.only(call); s.Count != 2 || s.Mean != 4.5 { // (4·3 + 8·3) / 4 / 2; the conflicted 10 does not count
			t.Errorf("mean %v of %d", s.Mean, s.Count)
		}
		if e, comments, err := d.Look(ctx, r.Secret); err != nil || e.State != Sent || comments != nil {
			t.Errorf("before the decision the author sees %+v %q %v", e, comments, err)
		}
		refused(t, d.Decide(ctx, police, entry, Accepted, ""), fail.Denied, "secretariat")
		must(t, d.Decide(ctx, chair, entry, Accepted, ""))
		d.published(call, entry, r.Secret)
	})
}

func (d *desk) published(call, entry landbridge.ID, secret string) {
	t, ctx := d.t, d.t.Context()
	t.Helper()
	e, comments, err := d.Look(ctx, secret)
	must(t, err)
	slices.Sort(comments)
	if e.State != Accepted || strings.Join(comments, "|") != "comment 0|comment 0" {
		t.Errorf("the author sees %s and %q", e.State, comments)
	}
	n, err := d.Publish(ctx, chair, call)
	must(t, err)
	again, err := d.Publish(ctx, chair, call)
	must(t, err)
	all, err := d.Public(ctx, "2026", Paper)
	must(t, err)
	if n != 1 || again != 0 || len(all) != 1 || all[0].Content.Text != "" || len(all[0].Authors) != 2 || all[0].Authors[0].Email != "" {
		t.Errorf("%d %d %+v", n, again, all)
	}
	whole, err := d.Publication(ctx, entry)
	must(t, err)
	if whole.Content.Text != paper.Text {
		t.Errorf("%+v", whole)
	}
	refused(t, d.Withdraw(ctx, secret), fail.Conflict, "published")
}

// TestS21Commendation: an award takes two persons, and says why, not who nominated.
func TestS21Commendation(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Award)
		x := Content{Title: "Safe rails", Abstract: "A project.", Project: &Project{Organisation: "Rail Works", Country: "Caldera", Period: "2024",
			Results: "No theft in a year."}}
		r, err := d.Submit(ctx, call, x, authors)
		must(t, err)
		entry := d.only(call).ID
		own, _ := d.reviewer(call, "Juror", "rail works")
		refused(t, d.Assign(ctx, chair, entry, own), fail.Denied, "conflict of interest")
		d.judged(call, entry, 9, 7)
		must(t, d.Decide(ctx, chair, entry, Accepted, "It kept a whole line safe."))
		if e, _, err := d.Look(ctx, r.Secret); err != nil || e.State != Sent || e.Decision.Way != "" {
			t.Errorf("a commendation that is not confirmed is told: %+v %v", e, err)
		}
		refused(t, d.Confirm(ctx, chair, entry), fail.Denied, "S21")
		must(t, d.Return(ctx, chair, entry))
		if e, _, err := d.Look(ctx, r.Secret); err != nil || e.State != Sent || e.Decision != (Decision{}) {
			t.Errorf("a commendation that was taken back is told: %+v %v", e, err)
		}
		must(t, d.Decide(ctx, second, entry, Accepted, "It kept a whole line safe."))
		must(t, d.Confirm(ctx, chair, entry))
		_, err = d.Publish(ctx, chair, call)
		must(t, err)
		all, err := d.Public(ctx, "2026", Award)
		must(t, err)
		if len(all) != 1 || all[0].Reason != "It kept a whole line safe." || all[0].Authors != nil {
			t.Errorf("%+v", all)
		}
		must(t, d.Retract(ctx, chair, entry))
		n, err := d.Publish(ctx, chair, call) // when more were accepted
		must(t, err)
		if all, err := d.Public(ctx, "2026", Award); err != nil || len(all) != 0 || n != 0 {
			t.Errorf("%+v %v", all, err)
		}
		must(t, d.Decide(ctx, second, entry, Accepted, "It kept a whole line safe after all."))
		must(t, d.Confirm(ctx, chair, entry))
		if n, err := d.Publish(ctx, chair, call); err != nil || n != 1 {
			t.Errorf("decided on again, %d published: %v", n, err)
		}
	})
}

// TestExpo: stands do not overlap, each has one exhibitor, and a visitor's card
// reaches only the one exhibitor the visitor chose, until it is taken back.
func TestExpo(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Expo)
		var secrets []string
		for _, o := range []string{"Rail Works", "Port Works"} {
			r, err := d.Submit(ctx, call, Content{Title: o, Abstract: "We show.", Exhibitor: &Exhibitor{Organisation: o, Products: []Product{{Name: "Seal"}}}},
				[]Author{{"Ela Brand", o, "e@works.example"}})
			must(t, err)
			secrets = append(secrets, r.Secret)
		}
		all, err := d.List(ctx, chair, call)
		must(t, err)
		rail, port := all[0].ID, all[1].ID
		a, b := Stand{Code: "A1", Hall: "1", Wide: 300, Deep: 300}, Stand{Code: "A2", Hall: "1", Left: 299, Wide: 300, Deep: 300}
		refused(t, d.SetPlan(ctx, chair, call, []Stand{a, b}), fail.Invalid, "overlap")
		b.Left = 300
		must(t, d.SetPlan(ctx, chair, call, []Stand{a, b}))
		refused(t, d.Place(ctx, chair, call, "A1", rail), fail.Conflict, "accepted")
		must(t, d.Decide(ctx, chair, rail, Accepted, ""))
		must(t, d.Decide(ctx, chair, port, Accepted, ""))
		must(t, d.Place(ctx, chair, call, "A1", rail))
		refused(t, d.Place(ctx, chair, call, "A1", port), fail.Conflict, "another exhibitor")
		must(t, d.Place(ctx, chair, call, "A2", rail)) // moves
		must(t, d.Place(ctx, chair, call, "A1", port))
		must(t, d.Place(ctx, chair, call, "A1", ""))
		refused(t, d.SetPlan(ctx, chair, call, []Stand{a}), fail.Conflict, "A2 is given")
		_, err = d.Share(ctx, rail, Card{Name: "Jaro Quell", Email: "j@x.example"}, true)
		refused(t, err, fail.Missing, "no such exhibitor")
		_, err = d.Publish(ctx, chair, call)
		must(t, err)
		plan, err := d.Plan(ctx, call)
		must(t, err)
		if len(plan) != 2 || plan[0].Exhibitor != "" || plan[1].Exhibitor != "Rail Works" {
			t.Errorf("%+v", plan)
		}
		_, err = d.Share(ctx, rail, Card{Name: "Jaro Quell", Email: "j@x.example"}, false)
		refused(t, err, fail.Invalid, "tick")
		back, err := d.Share(ctx, rail, Card{Name: "Jaro Quell", Email: "j@x.example"}, true)
		must(t, err)
		for i, want := range []int{1, 0} {
			cards, err := d.Cards(ctx, secrets[i])
			if err != nil || len(cards) != want {
				t.Errorf("exhibitor %d has %+v, %v", i, cards, err)
			}
		}
		must(t, d.TakeBack(ctx, back))
		refused(t, d.TakeBack(ctx, back), fail.Missing, "already")
		if cards, err := d.Cards(ctx, secrets[0]); err != nil || len(cards) != 0 {
			t.Errorf("a card that was taken back: %+v %v", cards, err)
		}
	})
}

// TestS15Erased: texts and authors lie sealed, and go with the call; what was
// published stays.
func TestS15Erased(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(SideEvent)
		x := Content{Title: "Talk", Abstract: "About corridors.", Event: &Event{Format: "hybrid", Minutes: 60, Seats: 50}}
		r, err := d.Submit(ctx, call, x, authors)
		must(t, err)
		gone, err := d.Submit(ctx, call, x, authors)
		must(t, err)
		must(t, d.Withdraw(ctx, gone.Secret))
		_, _, err = d.Look(ctx, gone.Secret)
		refused(t, err, fail.Missing, "secret")
		entry := d.only(call).ID
		refused(t, d.Decide(ctx, chair, entry, Declined, "no"), fail.Invalid, "why")
		must(t, d.Decide(ctx, chair, entry, Revise, "Please name a moderator."))
		d.now = start.AddDate(0, 3, 0)
		_, err = d.Submit(ctx, call, x, authors)
		refused(t, err, fail.Expired, "closed")
		must(t, d.Change(ctx, r.Secret, x)) // asked to, so also after the close
		refused(t, d.Change(ctx, r.Secret, x), fail.Expired, "no longer")
		must(t, d.Decide(ctx, chair, entry, Accepted, ""))
		_, err = d.Publish(ctx, chair, call)
		must(t, err)
		var content, by []byte
		must(t, d.db.QueryRow(ctx, `SELECT content, authors FROM call_entry WHERE id = $1`, entry).Scan(&content, &by))
		if all := string(content) + string(by); strings.Contains(all, "Ilven") || strings.Contains(all, "corridors") {
			t.Error("an entry lies open in its table")
		}
		d.now = start.AddDate(0, 7, 90)
		must(t, d.Sweep(ctx))
		must(t, d.Sweep(ctx))
		_, _, err = d.Look(ctx, r.Secret)
		refused(t, err, fail.Missing, "secret")
		var left int
		must(t, d.db.QueryRow(ctx, `SELECT count(*) FROM blob_key`).Scan(&left))
		all, err := d.Public(ctx, "2026", SideEvent)
		must(t, err)
		if left != 0 || len(all) != 1 || all[0].Authors[0].Email != "" {
			t.Errorf("%d keys are left, %+v is public", left, all)
		}
	})
}

func TestBadCallsAndEntries(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		good := Call{Edition: "2026", Kind: Expo, Title: "x", Text: "y", Closes: start.AddDate(0, 1, 0), Ends: start.AddDate(0, 2, 0), KeepDays: 1}
		for words, change := range map[string]func(*Call){
			"asks for": func(c *Call) { c.Kind = "poem" }, "edition": func(c *Call) { c.Edition = "No 1" }, "title": func(c *Call) { c.Title = " " },
			"future": func(c *Call) { c.Closes = start }, "S15": func(c *Call) { c.KeepDays = 0 }, "at least 2": func(c *Call) { c.Kind = Paper },
			"criteria": func(c *Call) { c.MinReviews = 1 }, "weight": func(c *Call) { c.Criteria = []Criterion{{"a", 1}, {"a", 1}} },
		} {
			c := good
			change(&c)
			_, err := d.Open(ctx, chair, c)
			refused(t, err, fail.Invalid, words)
		}
		_, err := d.Open(ctx, police, good)
		refused(t, err, fail.Denied, "secretariat")
		call := d.open(Paper)
		for words, x := range map[string]Content{
			"title":          {Abstract: "x", Text: "y"},
			"summary":        {Title: "x", Text: "y\x00"},
			"has a text":     {Title: "x", Abstract: "y"},
			"something else": {Title: "x", Abstract: "y", Text: "z", Event: &Event{}},
		} {
			_, err := d.Submit(ctx, call, x, authors)
			refused(t, err, fail.Invalid, words)
		}
		_, err = d.Submit(ctx, call, paper, []Author{{"A", "B", "not an address"}})
		refused(t, err, fail.Invalid, "mail address")
		_, err = d.Submit(ctx, call, Content{Title: "x", Abstract: "y", Text: strings.Repeat("z", MaxText+1)}, authors)
		refused(t, err, fail.TooLarge, "at most")
	})
}
