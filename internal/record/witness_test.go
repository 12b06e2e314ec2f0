package record_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
)

// A node is one log with its keys and database.
type node struct {
	*party
	d *db.DB
	l *record.Log
}

func newNode(t *testing.T, d *db.DB, id landbridge.PartyID, quorum int) *node {
	t.Helper()
	p := newParty(t, id)
	c := p.config()
	c.Quorum = quorum
	l, err := record.Open(t.Context(), d, c)
	must(t, err)
	return &node{p, d, l}
}

func sqliteNode(t *testing.T, id landbridge.PartyID, quorum int) *node {
	t.Helper()
	return newNode(t, dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), record.Schema()), id, quorum)
}

// cosign carries one request from owner to witness and the answer back, as the
// network does. It reports whether there was anything to ask.
func cosign(t *testing.T, owner, witness *node) bool {
	t.Helper()
	ctx := context.Background()
	req, err := owner.l.WitnessRequest(ctx, witness.id)
	must(t, err)
	if req == nil {
		return false
	}
	lines, err := witness.l.Cosign(ctx, owner.id, owner.log, req)
	must(t, err)
	must(t, owner.l.AddCosignature(ctx, witness.id, witness.keys, lines))
	return true
}

func refusedAs(t *testing.T, err error, code ledger.Code, known int64) {
	t.Helper()
	e, ok := errors.AsType[*ledger.Error](err)
	if !ok || e.Code != code || e.Known != known {
		t.Fatalf("got %+v, want code %s and known size %d", err, code, known)
	}
}

func TestCosign(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		owner := newNode(t, d, "XA", 1)
		witness := sqliteNode(t, "XB", 1)
		if cosign(t, owner, witness) {
			t.Error("an empty log was offered")
		}
		for i, n := range []int{1, 255, 1, 300} { // across the borders of tiles
			add(t, owner.d, owner.l, many("case/a", n)...)
			if !cosign(t, owner, witness) || cosign(t, owner, witness) {
				t.Fatalf("round %d: not asked once", i)
			}
		}
		size, err := owner.l.Size(ctx)
		must(t, err)
		for _, i := range []int64{0, 255, 256, size - 1} {
			checkProof(t, owner.l, owner.party, i, 1, witness.party)
		}
		cp, err := owner.l.Checkpoint(ctx)
		must(t, err)
		// Both kinds of key count by themselves; a verifier may know only one.
		for _, key := range witness.keys {
			if _, names, err := (ledger.Policy{Log: owner.log, Witnesses: []note.Verifier{key}, Quorum: 1}).Check(cp); err != nil || len(names) != 1 {
				t.Errorf("with one key: %v %v", names, err)
			}
		}
		f, err := owner.l.Fact(ctx, size-1)
		must(t, err)
		if !slices.Equal(f.Cosigners, []landbridge.PartyID{"XB"}) {
			t.Errorf("cosigners of the last fact: %v", f.Cosigners)
		}
		last := add(t, owner.d, owner.l, fact("case.step", "case/a", 1))
		if who, err := owner.l.Cosigners(ctx, last); err != nil || len(who) != 0 {
			t.Errorf("cosigners of a fact nobody saw: %v %v", who, err)
		}
		sights, err := witness.l.Peers(ctx)
		must(t, err)
		if len(sights) != 1 || sights[0].Party != "XA" || sights[0].Size != size {
			t.Errorf("the witness remembers %+v, want size %d", sights, size)
		}
	})
}

// TestWitnessRefuses is the witness's side of every wrong request, and checks
// that it remembers across a restart.
func TestWitnessRefuses(t *testing.T) {
	dsns(t, func(t *testing.T, dsn string) {
		ctx := t.Context()
		w := newParty(t, "XB")
		d := reopen(t, dsn, db.Options{})
		l := openLog(t, d, w)
		witness := &node{w, d, l}
		owner := sqliteNode(t, "XA", 1)
		add(t, owner.d, owner.l, many("case/a", 10)...)
		first, err := owner.l.WitnessRequest(ctx, "XB")
		must(t, err)
		cosign(t, owner, witness)
		owner.clock.Add(time.Minute)
		add(t, owner.d, owner.l, many("case/a", 10)...)
		second, err := owner.l.WitnessRequest(ctx, "XB")
		must(t, err)

		must(t, d.Close())
		d = reopen(t, dsn, db.Options{})
		l = openLog(t, d, w)
		witness = &node{w, d, l}

		// The same log key with another history: a fork, signed by the real key.
		fork := newNode(t, dbtest.Open(t, filepath.Join(t.TempDir(), "fork.db"), record.Schema()), "XA", 1)
		fork.signer, fork.log = owner.signer, owner.log
		fork.d = dbtest.Open(t, filepath.Join(t.TempDir(), "fork2.db"), record.Schema())
		fork.l = openLog(t, fork.d, fork.party)
		add(t, fork.d, fork.l, many("case/other", 10)...)
		forkAt10, err := fork.l.WitnessRequest(ctx, "XB")
		must(t, err)
		must(t, fork.l.Guard(ctx, 10, "XB", nil))
		fork.clock.Add(time.Minute)
		add(t, fork.d, fork.l, many("case/other", 10)...)
		forkAt20, err := fork.l.WitnessRequest(ctx, "XB")
		must(t, err)

		stranger := newParty(t, "XA")
		_, err = l.Cosign(ctx, "XA", stranger.log, second)
		refusedAs(t, err, ledger.BadSignature, 0)
		_, err = l.Cosign(ctx, "XA", newParty(t, "XC").log, second)
		refusedAs(t, err, ledger.UnknownLog, 0)
		_, err = l.Cosign(ctx, "XA", owner.log, []byte("old x\n\n"))
		refusedAs(t, err, ledger.BadRequest, 0)
		_, err = l.Cosign(ctx, "XA", owner.log, bytes.Replace(second, []byte("old 10"), []byte("old 9"), 1))
		refusedAs(t, err, ledger.Stale, 10)
		if ev, err := l.Evidence(ctx, 10); err != nil || len(ev) != 0 {
			t.Fatalf("requests that prove nothing were kept: %v %v", ev, err)
		}

		_, err = l.Cosign(ctx, "XA", owner.log, forkAt10)
		refusedAs(t, err, ledger.Forked, 0)
		_, err = l.Cosign(ctx, "XA", owner.log, forkAt20)
		refusedAs(t, err, ledger.BadProof, 0)
		if lines, err := l.Cosign(ctx, "XA", owner.log, second); err != nil || len(lines) == 0 {
			t.Fatalf("the honest request after the fork: %v", err)
		}
		_, err = l.Cosign(ctx, "XA", owner.log, first) // shrinks
		refusedAs(t, err, ledger.Shrunk, 20)
		_, err = l.Cosign(ctx, "XA", owner.log, first)
		refusedAs(t, err, ledger.Shrunk, 20)

		ev, err := l.Evidence(ctx, 10)
		must(t, err)
		if len(ev) != 3 { // the same request twice is kept once
			t.Fatalf("%d pieces of evidence, want 3", len(ev))
		}
		for _, e := range ev {
			if e.Party != "XA" || len(e.Known) == 0 || len(e.Request) == 0 || e.Time != w.clock.Now() {
				t.Errorf("evidence is incomplete: %+v", e)
			}
		}
		facts, err := l.FactsAbout(ctx, "witness/XA", 10)
		must(t, err)
		if len(facts) != 3 || facts[0].Kind != record.KindRefused {
			t.Errorf("the refusals as facts: %+v", facts)
		}
		whole(t, l, w, 3)
	})
}

// TestRounds lets witnesses answer at different speeds while the log grows: the
// fast one must not run ahead of the slow ones, or no checkpoint would ever
// gather a quorum.
func TestRounds(t *testing.T) {
	owner := sqliteNode(t, "XA", 3)
	fast, slow, slower := sqliteNode(t, "XB", 1), sqliteNode(t, "XC", 1), sqliteNode(t, "XD", 1)
	grow := func(step int) {
		add(t, owner.d, owner.l, fact("case.step", "case/a", step))
		owner.clock.Add(100 * time.Millisecond)
		cosign(t, owner, fast)
	}
	for step := range 12 {
		grow(step)
		switch step % 3 {
		case 1:
			cosign(t, owner, slow)
		case 2:
			cosign(t, owner, slower)
		}
	}
	checkProof(t, owner.l, owner.party, 3, 3, fast.party, slow.party, slower.party)
	owner.l.SetQuorum(2)
	// Witnesses that never answer again hold the others up no longer than the hold.
	for step := range 40 {
		grow(step)
	}
	checkProof(t, owner.l, owner.party, 30, 1, fast.party)
	// What three have seen is proved by three, though one has seen more since.
	checkProof(t, owner.l, owner.party, 3, 3, fast.party, slow.party, slower.party)
}

// TestManyRounds checks that old rounds are let go and that what they proved
// is proved by later ones.
func TestManyRounds(t *testing.T) {
	owner, witness := sqliteNode(t, "XA", 1), sqliteNode(t, "XB", 1)
	for i := range 300 {
		add(t, owner.d, owner.l, fact("case.step", "case/a", i))
		cosign(t, owner, witness)
	}
	var rounds, lines int
	must(t, owner.d.QueryRow(t.Context(), `SELECT count(*) FROM record_round`).Scan(&rounds))
	must(t, owner.d.QueryRow(t.Context(), `SELECT count(*) FROM record_cosignature`).Scan(&lines))
	if rounds > 257 || lines > 257 {
		t.Errorf("%d rounds and %d cosignatures are kept", rounds, lines)
	}
	checkProof(t, owner.l, owner.party, 0, 1, witness.party)
}

// TestCrowd gathers more cosignatures than a note can carry. The proof still
// opens, and carries one line of every witness.
func TestCrowd(t *testing.T) {
	owner := sqliteNode(t, "XA", 70)
	add(t, owner.d, owner.l, many("case/a", 3)...)
	req, err := owner.l.WitnessRequest(t.Context(), "XB-0")
	must(t, err)
	r, err := ledger.ParseWitnessRequest(req)
	must(t, err)
	c, err := ledger.PeekCheckpoint(r.Checkpoint)
	must(t, err)
	var ps []*party
	for i := range 80 {
		p := newParty(t, landbridge.PartyID(fmt.Sprintf("XB-%d", i)))
		lines, err := p.witness.Cosign(c, p.clock.Now())
		must(t, err)
		must(t, owner.l.AddCosignature(t.Context(), p.id, p.keys, lines))
		ps = append(ps, p)
	}
	checkProof(t, owner.l, owner.party, 1, 80, ps...)
}

// TestAnswers is the owner's side of wrong answers.
func TestAnswers(t *testing.T) {
	ctx := t.Context()
	owner, witness, other := sqliteNode(t, "XA", 1), sqliteNode(t, "XB", 1), sqliteNode(t, "XC", 1)
	add(t, owner.d, owner.l, many("case/a", 3)...)
	req, err := owner.l.WitnessRequest(ctx, "XB")
	must(t, err)
	lines, err := witness.l.Cosign(ctx, "XA", owner.log, req)
	must(t, err)
	flipped := slices.Clone(lines)
	flipped[len(flipped)/2] ^= 1
	for name, answer := range map[string][]byte{
		"flipped": flipped, "empty": nil, "text": []byte("sorry\n"), "long": make([]byte, ledger.MaxNote+1),
	} {
		if err := owner.l.AddCosignature(ctx, "XB", witness.keys, answer); fail.KindOf(err) == fail.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := owner.l.AddCosignature(ctx, "XC", other.keys, lines); !fail.Is(err, fail.Unsigned) {
		t.Errorf("the answer of another witness: %v", err)
	}
	if s, err := owner.l.Witnesses(ctx); err != nil || len(s) != 0 {
		t.Errorf("wrong answers made witnesses: %v %v", s, err)
	}
	must(t, owner.l.AddCosignature(ctx, "XB", witness.keys, lines))
	must(t, owner.l.AddCosignature(ctx, "XB", witness.keys, lines)) // twice is no harm
	checkProof(t, owner.l, owner.party, 2, 1, witness.party)

	// The witness stored the size, its answer was lost: it is asked again for the same.
	add(t, owner.d, owner.l, many("case/a", 3)...)
	req, err = owner.l.WitnessRequest(ctx, "XB")
	must(t, err)
	_, err = witness.l.Cosign(ctx, "XA", owner.log, req)
	must(t, err)
	_, err = witness.l.Cosign(ctx, "XA", owner.log, req)
	refusedAs(t, err, ledger.Stale, 6)
	must(t, owner.l.Guard(ctx, 6, "XB", nil))
	if !cosign(t, owner, witness) {
		t.Fatal("nothing was asked after a lost answer")
	}
	checkProof(t, owner.l, owner.party, 5, 1, witness.party)
}

// TestGuard restores an old copy of a node's database. The witness's view stops
// it before it signs a second history; a claim without our signature does not.
func TestGuard(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	path, old := filepath.Join(dir, "node.db"), filepath.Join(dir, "old.db")
	p := newParty(t, "XA")
	witness := sqliteNode(t, "XB", 1)

	d := reopen(t, path, db.Options{})
	l := openLog(t, d, p)
	add(t, d, l, many("case/a", 5)...)
	must(t, d.Close()) // the write-ahead log is folded in
	b, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(old, b, 0o600))

	d = reopen(t, path, db.Options{})
	l = openLog(t, d, p)
	add(t, d, l, many("case/a", 5)...)
	cosign(t, &node{p, d, l}, witness)
	must(t, d.Close())

	d = reopen(t, old, db.Options{})
	l = openLog(t, d, p)
	req, err := l.WitnessRequest(ctx, "XB")
	must(t, err)
	_, err = witness.l.Cosign(ctx, "XA", p.log, req)
	refusedAs(t, err, ledger.Shrunk, 10)

	for name, shown := range map[string][]byte{"nothing": nil, "text": []byte("x"), "another's": func() []byte {
		other := sqliteNode(t, "XA", 1)
		add(t, other.d, other.l, many("", 20)...)
		cp, err := other.l.Checkpoint(ctx)
		must(t, err)
		return cp
	}()} {
		if err := l.Guard(ctx, 10, "XB", shown); !fail.Is(err, fail.Unsigned) {
			t.Errorf("a claim that shows %s: %v", name, err)
		}
	}
	add(t, d, l, fact("case.step", "case/a", 1)) // a claim alone stops nothing
	shown, err := witness.l.PeerCheckpoint(ctx, "XA")
	must(t, err)
	if err := l.Guard(ctx, 10, "XB", shown); !fail.Is(err, fail.Conflict) {
		t.Fatalf("the guard let an old copy pass: %v", err)
	}
	stopped := func(when string) {
		t.Helper()
		err := d.Write(ctx, func(tx *db.Tx) error { _, err := l.Append(tx, fact("case.step", "case/a", 2)); return err })
		if !fail.Is(err, fail.Conflict) || !contains(err, "XB has cosigned 10") {
			t.Errorf("%s: the stopped log answered %v", when, err)
		}
		if why, err := l.Stopped(ctx); err != nil || why == "" {
			t.Errorf("%s: it does not say why it stopped (%v)", when, err)
		}
	}
	stopped("at once")
	must(t, d.Close())
	d = reopen(t, old, db.Options{})
	l = openLog(t, d, p)
	stopped("after a restart")
	if _, err := l.Facts(ctx, -1, 10); err != nil {
		t.Errorf("a stopped log cannot be read: %v", err)
	}
	add(t, witness.d, witness.l, fact("case.step", "case/x", 1))
	if !cosign(t, witness, &node{p, d, l}) {
		t.Error("a stopped log is no witness any more")
	}

	// The newer database is put back: nothing is in the way.
	must(t, d.Close())
	d = reopen(t, path, db.Options{})
	l = openLog(t, d, p)
	must(t, l.Guard(ctx, 10, "XB", shown))
	add(t, d, l, fact("case.step", "case/a", 2))
	whole(t, l, p, 11)
	if err := l.Override(ctx, "node", "x"); !fail.Is(err, fail.Conflict) {
		t.Errorf("overriding a guard that has not struck: %v", err)
	}

	// Or the operator overrides, and the witness keeps the second history as evidence.
	d = reopen(t, old, db.Options{})
	l = openLog(t, d, p)
	must(t, l.Override(ctx, "00112233445566aa", "the newer database is lost"))
	must(t, l.Guard(ctx, 10, "XB", shown)) // it does not strike twice for the same
	add(t, d, l, many("case/b", 6)...)
	whole(t, l, p, 13)
	p.clock.Add(time.Minute) // past the round that the old copy had begun
	req, err = l.WitnessRequest(ctx, "XB")
	must(t, err)
	_, err = witness.l.Cosign(ctx, "XA", p.log, req)
	refusedAs(t, err, ledger.BadProof, 0)
}
