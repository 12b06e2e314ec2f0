package casework

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/ledger"
	"landbridge.example/process"
	"landbridge.example/seal"
)

func schemas() []db.Schema {
	return []db.Schema{jobs.Schema(), blob.Schema(), record.Schema(), party.Schema(), staff.Schema(), agreement.Schema(), Schema()}
}

// A clock that all nodes of a test share and that is moved by hand. Every look
// moves it a little, as time does.
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

// A parcel is an envelope on its way.
type parcel struct {
	envelope *seal.Envelope
	detached []byte
}

// A bag is the network of a test: it holds what was sent until the test hands
// it over, in whatever order, as often as it likes. It stands for the network
// alone; what it hands over is what the exchange would.
type bag struct {
	mu        sync.Mutex
	blobs     *blob.Store
	out       []parcel
	retrieved map[landbridge.Digest]bool
	rungs     map[landbridge.Digest][]exchange.Rung
	forgotten map[landbridge.Digest]bool
	stored    map[landbridge.Digest]landbridge.Digest
}

func (b *bag) Submit(tx *db.Tx, e *seal.Envelope, detached *blob.Ref, _ exchange.Lane) error {
	p := parcel{envelope: e}
	if detached != nil {
		f, err := b.blobs.Open(detached.Digest)
		if err != nil {
			return err
		}
		defer f.Close()
		if p.detached, err = io.ReadAll(f); err != nil {
			return err
		}
	}
	tx.OnCommit(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.out = append(b.out, p)
	})
	return nil
}

func (b *bag) Ladder(context.Context, landbridge.MessageID) ([]exchange.Step, error) { return nil, nil }

func (b *bag) Retrieved(tx *db.Tx, d landbridge.Digest) error {
	tx.OnCommit(func() { b.retrieved[d] = true })
	return nil
}

func (b *bag) Advance(tx *db.Tx, d landbridge.Digest, _ landbridge.PartyID, r exchange.Rung, _ landbridge.Digest) error {
	tx.OnCommit(func() { b.rungs[d] = append(b.rungs[d], r) })
	return nil
}

func (b *bag) Forget(tx *db.Tx, d landbridge.Digest) error {
	tx.OnCommit(func() {
		b.forgotten[d] = true
		if s, ok := b.stored[d]; ok {
			b.blobs.Delete(s)
		}
	})
	return nil
}

// take returns what was sent since the last time.
func (n *testNode) take() []parcel {
	n.t.Helper()
	// What a commit calls runs after its caller was answered; one more commit
	// comes after it.
	must(n.t, n.db.Write(n.t.Context(), func(*db.Tx) error { return nil }))
	return n.bag.take()
}

func (b *bag) take() []parcel {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.out
	b.out = nil
	return all
}

type testNode struct {
	*Casework
	t       testing.TB
	party   landbridge.PartyID
	db      *db.DB
	log     *record.Log
	dir     *party.Directory
	law     *agreement.Register
	staff   *staff.Staff
	people  map[string]staff.Person
	keys    map[string]*softkey.Key
	bag     *bag
	clock   *clock
	runner  *jobs.Runner
	blobDir string
}

// A world is some nodes that know each other.
type world struct {
	clock *clock
	nodes map[landbridge.PartyID]*testNode
}

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// newWorld founds a directory of XA, XB, XC and the secretariat XF, and builds
// nodes of the first two. open gives each node its database.
func newWorld(t testing.TB, open func(landbridge.PartyID) *db.DB) *world {
	t.Helper()
	w := &world{clock: &clock{now: start}, nodes: map[landbridge.PartyID]*testNode{}}
	ref := newestRef(t)
	keys := map[landbridge.PartyID]*party.Keys{}
	var members []party.Member
	for _, p := range []landbridge.PartyID{"XA", "XB", "XC", "XF"} {
		k, err := party.NewKeys(p, start.Add(-24*time.Hour), rand.Reader)
		must(t, err)
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		r, err := k.Record(kind, 1, landbridge.Digest{}, start.Add(-24*time.Hour))
		must(t, err)
		r.Name, r.Languages = party.Text{"en": "Party " + string(p)}, []string{"en"}
		r.Addresses = []string{"https://" + strings.ToLower(string(p)) + ".example:8443"}
		if p == "XB" || p == "XA" {
			r.Profiles = []party.Profile{{Process: ref.ID, Versions: []int{ref.Version}, Required: []string{"transfers"}, Languages: []string{"en", "fr"},
				MaxPersons: 12, PoliticalExcluded: true, MinPenaltyMonths: 12,
				Demands: []party.Demand{{ID: "statement", Field: "accounts", Text: party.Text{"en": "Name the account by its IBAN."}}}}}
		}
		keys[p] = k
		members = append(members, party.Member{Keys: k, Record: r})
	}
	entries, err := party.Found(members, start.Add(-24*time.Hour))
	must(t, err)
	for _, p := range []landbridge.PartyID{"XA", "XB"} {
		w.nodes[p] = w.newNode(t, keys[p], open(p), entries)
	}
	return w
}

func newestRef(t testing.TB) landbridge.ProcessRef {
	t.Helper()
	return definition(t).Ref
}

func (w *world) newNode(t testing.TB, k *party.Keys, d *db.DB, entries [][]byte) *testNode {
	t.Helper()
	verifier, err := ledger.ParseVerifier(k.Log.Public())
	must(t, err)
	log, err := record.Open(t.Context(), d, record.Config{Party: k.Party, Signer: k.Log.Signer(), Verifier: verifier, Witness: k.Witness, Clock: w.clock.Now, Random: rand.Reader})
	must(t, err)
	n := &testNode{t: t, party: k.Party, db: d, log: log, clock: w.clock, people: map[string]staff.Person{}, keys: map[string]*softkey.Key{}}
	n.dir = party.New(d, log, w.clock.Now)
	for _, e := range entries {
		must(t, n.dir.Add(t.Context(), e))
	}
	n.blobDir = filepath.Join(t.TempDir(), "blobs")
	blobs, err := blob.NewStore(n.blobDir)
	must(t, err)
	n.bag = &bag{blobs: blobs, retrieved: map[landbridge.Digest]bool{}, rungs: map[landbridge.Digest][]exchange.Rung{}, forgotten: map[landbridge.Digest]bool{}, stored: map[landbridge.Digest]landbridge.Digest{}}
	n.staff, err = staff.New(staff.Config{DB: d, Record: log.Append, Clock: w.clock.Now, Random: rand.Reader, Party: k.Party, Secret: [32]byte{7}, RPID: "localhost",
		Origins: []string{"http://localhost:8301"}, SoftKeys: true})
	must(t, err)
	n.hire("officer", landbridge.Officer)
	n.hire("second", landbridge.Officer)
	n.hire("supervisor", landbridge.Supervisor)
	n.hire("duty", landbridge.ContactPoint)
	n.hire("judge", landbridge.Judge)
	n.hire("central", landbridge.CentralAuthority)
	n.hire("dpo", landbridge.DataProtection)
	n.hire("overseer", landbridge.Oversight)
	n.hire("operator", landbridge.Operator)
	n.law = agreement.New(agreement.Config{DB: d, Log: log, Directory: n.dir, Keys: k, Clock: w.clock.Now, Random: rand.Reader, Verify: n.staff.VerifyApproval})
	must(t, n.law.Begin(t.Context(), agreement.Fictional([]string{"information-request"}, "XA", "XB", "XC", "XD")[:1])) // the convention, without the stricter agreements of pairs
	n.Casework, err = New(Config{DB: d, Log: log, Exchange: n.bag, Directory: n.dir, Law: n.law, Keys: k, Vault: blob.NewVault(k.KEK), Blobs: blobs, Clock: w.clock.Now, Random: rand.Reader,
		Verify: n.staff.VerifyApproval, Names: n.staff.Named, Report: func(err error) { t.Error(err) }})
	must(t, err)
	n.runner = jobs.NewRunner(d, w.clock.Now, n.Jobs(), func(err error) { t.Error(err) })
	return n
}

func (n *testNode) hire(login string, roles ...landbridge.Role) {
	n.t.Helper()
	var grants []staff.Grant
	for _, r := range roles {
		grants = append(grants, staff.Grant{Role: r})
	}
	p, err := n.staff.Add(n.t.Context(), staff.Node(), staff.NewPerson{Name: strings.ToUpper(login[:1]) + ". " + strings.ToUpper(string(n.party)), Login: login, Grants: grants})
	must(n.t, err)
	k, err := softkey.New("localhost", rand.Reader)
	must(n.t, err)
	must(n.t, n.staff.Enrol(n.t.Context(), p.Account, "test key", k))
	n.people[login], n.keys[login] = p, k
}

// assertion is what the person's key says about the digest.
func (n *testNode) assertion(login string, d landbridge.Digest) []byte {
	n.t.Helper()
	challenge := staff.Challenge(d)
	b, err := n.keys[login].Sign(challenge[:])
	must(n.t, err)
	return b
}

// hand gives one parcel to the node, as the exchange would after it had checked
// and logged it.
func (n *testNode) hand(p parcel) error {
	e, err := seal.Parse(marshal(n.t, p.envelope))
	must(n.t, err)
	if err := e.CheckTime(n.clock.Now(), 5*time.Minute); err != nil {
		return err
	}
	pub, err := n.dir.SigningKeyAt(n.t.Context(), e.Header.From, e.Header.Signer, e.Header.Created)
	must(n.t, err)
	must(n.t, e.Verify(pub))
	a := &arrival{envelope: e, digest: e.Digest(), received: n.now()}
	a.open = func() (seal.Opening, error) { return seal.Open(e, n.me, n.c.Keys.Sealing...) }
	a.stored = func() (blob.Ref, bool) { return blob.Ref{}, false }
	if p.detached != nil {
		ref, err := n.bag.blobs.Put(bytes.NewReader(p.detached), 1<<40)
		must(n.t, err)
		a.stored = func() (blob.Ref, bool) { return ref, true }
		n.bag.stored[a.digest] = ref.Digest
	}
	return n.db.Write(n.t.Context(), func(tx *db.Tx) error {
		index, err := n.log.Append(tx, record.Fact{Kind: "message.delivered", Actor: "node", Digest: a.digest, About: string(e.Header.Case)})
		if err != nil {
			return err
		}
		a.entry = index
		if e.Header.Kind == kindExhibit {
			return n.takeExhibit(tx, a)
		}
		return n.takeAct(tx, a)
	})
}

func marshal(t testing.TB, e *seal.Envelope) []byte {
	t.Helper()
	b, err := e.Marshal()
	must(t, err)
	return b
}

// settle hands everything over, both ways, until nobody has anything to say.
func (w *world) settle(t testing.TB) {
	t.Helper()
	for range 100 {
		quiet := true
		for _, p := range []landbridge.PartyID{"XA", "XB"} {
			for _, pc := range w.nodes[p].take() {
				quiet = false
				for _, to := range pc.envelope.Header.To {
					if err := w.nodes[to.Party].hand(pc); err != nil {
						t.Fatalf("%s refuses %s of %s: %v", to.Party, pc.envelope.Header.Kind, p, err)
					}
				}
			}
		}
		for _, n := range w.nodes {
			for {
				ran, err := n.runner.RunOne(t.Context())
				must(t, err)
				if !ran {
					break
				}
			}
		}
		if quiet {
			return
		}
	}
	t.Fatal("the nodes never come to rest")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails the test unless err is of the kind and its sentence holds the word.
func refused(t testing.TB, err error, kind fail.Kind, word string) {
	t.Helper()
	if !fail.Is(err, kind) || !strings.Contains(fail.Safe(err), word) {
		t.Fatalf("got %v (%v), want %v with %q", err, fail.KindOf(err), kind, word)
	}
}

// openSQLite gives each party of a test a database of its own.
func openSQLite(t testing.TB) func(landbridge.PartyID) *db.DB {
	dir := t.TempDir()
	return func(p landbridge.PartyID) *db.DB {
		return dbtest.Open(t, filepath.Join(dir, string(p)+".db"), schemas()...)
	}
}

// eachEngine runs f with both nodes on SQLite and with both on PostgreSQL.
func eachEngine(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, openSQLite(t))) })
	t.Run("postgres", func(t *testing.T) {
		f(t, newWorld(t, func(landbridge.PartyID) *db.DB { return dbtest.Open(t, dbtest.Postgres(t), schemas()...) }))
	})
}

// request is a form that is ready to leave.
func request() Input {
	return Input{Title: "Account holder behind a telephone-fraud transfer", Handling: "TLP:AMBER PAP:GREEN H1", Fields: process.Values{
		"requesting_authority":    {Rows: []process.Row{{"name": "Azuria Police, fraud unit", "function": "head of unit", "contact": "duty desk, +999 0000 100"}}},
		"legal_basis":             {Rows: []process.Row{{"instrument": "UNTOC", "article": "27"}}},
		"purpose":                 process.Text("investigation"),
		"purpose_text":            process.Text("To find out who controls the account that received the victim's money."),
		"urgency":                 process.Text("urgent"),
		"urgent_reason":           process.Text("information_losing_relevance"),
		"urgency_text":            process.Text("The rest of the money can leave the account at any moment."),
		"facts_summary":           process.Text("On 11 November 2026 a caller who said he was from the bank had the victim transfer 48,500 EUR. Canary-facts."),
		"offences":                {Rows: []process.Row{{"code": "telephone_fraud", "national_provision": "Criminal Code of Azuria s. 263", "max_penalty": "10y"}}},
		"accounts":                {Rows: []process.Row{{"number": "XB00 0000 0000 0000 0000 00", "institution": "Bank of Borealis", "assertion": "fact", "grade": "A1"}}},
		"transfers":               {Rows: []process.Row{{"date": "2026-11-11", "amount": "48500.00 EUR", "from_account": "XA11 0000", "to_account": "XB00 0000"}}},
		"data_kinds":              {Items: []string{"account_holder", "account_movements"}},
		"data_requested":          process.Text("Name and address of the holder; movements since 9 November 2026."),
		"link_person_to_purpose":  process.Text("The victim's bank names this account as the recipient."),
		"why_available_there":     process.Text("The account is held at a bank in Borealis."),
		"alternatives_considered": process.Text("The victim's bank asked the receiving bank and got no answer."),
		"special_data":            process.Text("no"),
		"death_penalty_possible":  process.Text("no"),
		"neutrality_declaration":  process.Text("yes"),
		"language":                process.Text("en"),
		"retention_until":         process.Text("2028-11-22"),
	}}
}

// with returns the input with one field changed.
func (in Input) with(field string, v process.Value) Input {
	fields := process.Values{}
	for k, old := range in.Fields {
		fields[k] = old
	}
	fields[field] = v
	in.Fields = fields
	return in
}

// answer is a complete answer.
func answer() process.Values {
	return process.Values{
		"answer_text":            process.Text("The account is held by P. Invented. Canary-answer."),
		"answer_complete":        process.Text("yes"),
		"source_grade":           process.Text("A1"),
		"obtained_under_duress":  process.Text("no"),
		"exculpatory":            process.Text("no"),
		"special_data_in_answer": process.Text("no"),
		"evidence_use_allowed":   process.Text("no"),
	}
}

// send drafts, proposes and approves a request from XA to XB and returns its case.
func (w *world) send(t testing.TB, in Input, files ...NewFile) landbridge.CaseID {
	t.Helper()
	a := w.nodes["XA"]
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: in})
	must(t, err)
	for _, f := range files {
		_, err := a.Attach(t.Context(), a.people["officer"], d.ID, f)
		must(t, err)
	}
	done, err := a.Propose(t.Context(), a.people["officer"], d.ID)
	must(t, err)
	if done.Proposal == "" {
		t.Fatalf("no proposal: %+v", done)
	}
	done, err = a.Approve(t.Context(), a.people["supervisor"], done.Proposal, landbridge.Supervisor, a.assertion("supervisor", done.Digest))
	must(t, err)
	if done.Act.IsZero() {
		t.Fatalf("not sent: %+v", done)
	}
	return d.Case
}

// act makes an act and fails the test if it is not made.
func (n *testNode) act(login string, id landbridge.CaseID, transition string, fields process.Values) *Done {
	n.t.Helper()
	done, err := n.Act(n.t.Context(), n.people[login], ActInput{Case: id, Transition: transition, Input: Input{Fields: fields}})
	must(n.t, err)
	return done
}

func (n *testNode) view(login string, id landbridge.CaseID) *CaseView {
	n.t.Helper()
	v, err := n.Case(n.t.Context(), n.people[login], Reading{Case: id})
	must(n.t, err)
	return v
}

// facts returns the kinds of facts the node recorded about a case, oldest first.
func (n *testNode) facts(id landbridge.CaseID) (kinds []string) {
	n.t.Helper()
	all, err := n.log.FactsAbout(n.t.Context(), string(id), 500)
	must(n.t, err)
	for _, f := range all {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

func definition(t testing.TB) *process.Definition {
	t.Helper()
	w := &Casework{}
	must(t, w.loadCatalogue())
	d, err := w.newest("information-request")
	must(t, err)
	return d
}

func blobDir(n *testNode) string { return n.blobDir }
