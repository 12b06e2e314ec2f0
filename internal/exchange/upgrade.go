package exchange

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/ledger"
)

const (
	askForm    = "landbridge-ask/v1"
	proofsForm = "landbridge-proofs/v1"
	maxAsk     = 128      // proofs asked for at once
	maxAskLen  = 64 << 10 // bytes of a question
	maxProofs  = 4 << 20  // bytes of an answer
	askGiveUp  = 7 * 24 * time.Hour
)

// A question asks for the proof of a statement whose text the asker knows, in
// the log of the one who is asked; or, of a relay, for what the recipient
// answered to a message it was handed.
type question struct {
	Index     int64              // with Digest of the statement
	Digest    landbridge.Digest  // of the statement, or of the message left with a relay
	Recipient landbridge.PartyID // set in a question to a relay
}

func (q *question) line() string {
	if q.Recipient != "" {
		return fmt.Sprintf("relayed %s %s\n", q.Digest, q.Recipient)
	}
	return fmt.Sprintf("entry %d %s\n", q.Index, q.Digest)
}

func marshalAsk(qs []question) []byte {
	var b strings.Builder
	b.WriteString(askForm + "\n")
	for _, q := range qs {
		b.WriteString(q.line())
	}
	return []byte(b.String())
}

func parseAsk(raw []byte) ([]question, error) {
	bad := fail.New(fail.Invalid, "this is not a question for proofs: %s, then up to %d lines", askForm, maxAsk)
	lines := strings.Split(string(raw), "\n")
	if len(raw) > maxAskLen || len(lines) > maxAsk+2 || len(lines) < 2 || lines[0] != askForm || lines[len(lines)-1] != "" {
		return nil, bad
	}
	var qs []question
	for _, l := range lines[1 : len(lines)-1] {
		f := strings.Split(l, " ")
		if len(f) != 3 {
			return nil, bad
		}
		var q question
		var err error
		r := &reader{form: askForm}
		if f[0] == "relayed" {
			q.Digest, err = landbridge.ParseDigest(f[1])
			p, err2 := landbridge.ParsePartyID(f[2])
			q.Recipient, err = p, errors.Join(err, err2)
		} else {
			q.Index = r.number(f[1], 1<<62)
			q.Digest, err = landbridge.ParseDigest(f[2])
		}
		if err != nil || r.err != nil || q.line() != l+"\n" {
			return nil, bad
		}
		qs = append(qs, q)
	}
	return qs, nil
}

// A proof is an attestation and the head it leads to, in whose log.
type proof struct {
	By   landbridge.PartyID
	Head []byte
	Att  *attestation
}

// marshalProofs writes one answer to each question; nil is "not now". Heads
// are written once.
func marshalProofs(ps []*proof) []byte {
	var heads []byte
	at := map[string]int{}
	for _, p := range ps {
		if p == nil {
			continue
		}
		key := string(p.By) + " " + string(p.Head)
		if _, ok := at[key]; !ok {
			at[key] = len(at)
			heads = append(heads, byte(len(p.By)))
			heads = append(heads, p.By...)
			heads = binary.BigEndian.AppendUint32(heads, uint32(len(p.Head)))
			heads = append(heads, p.Head...)
		}
	}
	out := append(head(proofsForm, "heads", itoa(int64(len(at))), "items", itoa(int64(len(ps)))), heads...)
	for _, p := range ps {
		if p == nil {
			out = append(out, 0)
			continue
		}
		out = append(out, byte(at[string(p.By)+" "+string(p.Head)]+1))
		out = p.Att.append(out)
	}
	return out
}

func parseProofs(raw []byte) ([]*proof, error) {
	if len(raw) > maxProofs {
		return nil, fail.New(fail.TooLarge, "an answer with proofs has at most %d bytes", maxProofs)
	}
	r := &reader{rest: raw, form: proofsForm}
	h := r.heads("heads", "items")
	nh, ni := r.number(h[0], maxAsk), r.number(h[1], maxAsk)
	type logHead struct {
		by   landbridge.PartyID
		note []byte
	}
	var heads []logHead
	for range nh {
		p, err := landbridge.ParsePartyID(string(r.bytes(r.u8())))
		if err != nil {
			r.fail("a head is not a party's")
		}
		heads = append(heads, logHead{p, r.bytes(r.u32())})
	}
	var ps []*proof
	for range ni {
		i := r.u8()
		if i > len(heads) {
			r.fail("there is no head %d", i)
			i = 0
		}
		if i == 0 {
			ps = append(ps, nil)
			continue
		}
		ps = append(ps, &proof{heads[i-1].by, heads[i-1].note, r.attestation()})
	}
	return ps, r.end()
}

// Proofs answers a peer that asks for proofs of statements about its own
// messages, towards the head most witnesses have cosigned.
func (x *Exchange) Proofs(ctx context.Context, peer landbridge.PartyID, raw []byte) ([]byte, error) {
	qs, err := parseAsk(raw)
	if err != nil {
		return nil, err
	}
	oldest := int64(-1)
	for _, q := range qs {
		if q.Recipient == "" && (oldest < 0 || q.Index < oldest) {
			oldest = q.Index
		}
	}
	var p *prover
	if oldest >= 0 {
		if p, err = x.cosignedProver(ctx, oldest); err != nil {
			return nil, err
		}
	}
	ps := make([]*proof, len(qs))
	for i, q := range qs {
		if q.Recipient != "" {
			ps[i], err = x.relayedProof(ctx, peer, q)
		} else if q.Index < p.head.Size {
			ps[i], err = p.answer(ctx, q)
		}
		if err != nil {
			return nil, err
		}
	}
	return marshalProofs(ps), nil
}

// answer proves an entry to someone who knows what it says. Who does not is
// told nothing: the digest of a statement cannot be guessed from outside.
func (p *prover) answer(ctx context.Context, q question) (*proof, error) {
	a, err := p.attest(ctx, q.Index, nil)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Expired) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := ledger.ParseEntry(a.Entry)
	if err != nil {
		return nil, fmt.Errorf("reading our own entry: %w", err)
	}
	if ledger.Commit(e.Kind, a.Salt, q.Digest) != e.Commitment {
		return nil, nil
	}
	return &proof{p.x.me, p.note, a}, nil
}

// A pending proof is a step whose proof could be better.
type pendingProof struct {
	question
	message landbridge.Digest
	to      landbridge.PartyID
	rung    Rung
	text    []byte // of the statement
	asked   int64  // since when, in microseconds
	w       waiting
}

// runUpgrade asks the peer for proofs under a head that more witnesses have
// cosigned, and for the answers of those it relays to, until they are good.
func (l *link) runUpgrade(ctx context.Context) {
	w := l.wakes[upgradeLane]
	wait := l.x.c.Timing.Upgrade
	for {
		// Not at every new receipt: what comes meanwhile is asked for together.
		t := time.NewTimer(l.x.c.Timing.Upgrade)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
		if !w.wait(ctx, wait-l.x.c.Timing.Upgrade) {
			return
		}
		if err := l.upgrade(ctx); err != nil {
			wait = l.failed(ctx, upgradeLane, err)
			continue
		}
		l.idle(ctx, upgradeLane)
		var err error
		if wait, err = l.x.nextAsk(ctx, l.peer); err != nil {
			l.x.report(ctx, "reading proofs to ask for", err)
		}
	}
}

func (l *link) upgrade(ctx context.Context) error {
	if how, err := l.way(ctx); err != nil || how != party.Push {
		return err
	}
	todo, err := l.x.pendingProofs(ctx, l.peer)
	if err != nil || len(todo) == 0 {
		return err
	}
	qs := make([]question, len(todo))
	for i := range todo {
		qs[i] = todo[i].question
	}
	raw, err := l.post(ctx, PathReceipts, marshalAsk(qs), maxProofs)
	if err != nil {
		return err
	}
	ps, err := parseProofs(raw)
	if err != nil || len(ps) != len(qs) {
		return fail.New(fail.Invalid, "%s answers a question for proofs in a form this release does not know", l.peer)
	}
	return l.x.keepProofs(ctx, todo, ps)
}

// nextAsk returns how long to wait until there is a proof to ask a peer for.
func (x *Exchange) nextAsk(ctx context.Context, peer landbridge.PartyID) (time.Duration, error) {
	var due, left int64
	err := x.c.DB.QueryRow(ctx, `SELECT coalesce((SELECT min(ask_us) FROM exchange_step WHERE by_party = $1 AND ask_us > 0), 0),
		(SELECT count(*) FROM exchange_outbox WHERE relay = $1 AND relay <> '' AND state = 'waiting')`, string(peer)).Scan(&due, &left)
	switch {
	case err != nil:
		return x.c.Timing.Heartbeat, fmt.Errorf("reading the outbox: %w", err)
	case left > 0:
		return x.c.Timing.Upgrade, nil
	case due > 0:
		return fromMicro(due).Sub(x.now()), nil
	}
	return x.c.Timing.Heartbeat, nil
}

// pendingProofs reads what a peer can be asked for now.
func (x *Exchange) pendingProofs(ctx context.Context, peer landbridge.PartyID) ([]pendingProof, error) {
	var all []pendingProof
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		var p pendingProof
		var digest string
		var raw []byte
		err := r.Scan(&digest, &p.to, &p.rung, &p.asked, &raw)
		if err != nil {
			return err
		}
		if p.message, err = landbridge.ParseDigest(digest); err != nil {
			return err
		}
		a, err := parseAttestation(raw)
		if err != nil {
			return err
		}
		p.text, p.question = a.Statement, question{Index: a.Index, Digest: digestOf(a.Statement)}
		all = append(all, p)
		return nil
	}, `SELECT digest, party, rung, at_us, proof FROM exchange_step WHERE by_party = $1 AND ask_us > 0 AND ask_us <= $2 ORDER BY ask_us LIMIT $3`,
		string(peer), x.now().UnixMicro(), int64(maxAsk))
	if err != nil {
		return nil, fmt.Errorf("reading proofs to ask for: %w", err)
	}
	if len(all) == maxAsk {
		return all, nil
	}
	left, err := x.leftWith(ctx, peer, maxAsk-len(all))
	return append(all, left...), err
}

// A better proof is one that is worth writing down.
type better struct {
	t        *pendingProof
	p        *proof
	head     ledger.Checkpoint
	cosigned int64
	quorum   int64
}

// keepProofs checks what was answered and writes down what is better than
// what is held. What stays unproved is asked for again, ever more rarely.
func (x *Exchange) keepProofs(ctx context.Context, todo []pendingProof, ps []*proof) error {
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return err
	}
	var found []better
	var again []*pendingProof
	for i := range todo {
		p, t := ps[i], &todo[i]
		switch {
		case t.Recipient != "" && p != nil:
			if err := x.keepRelayed(ctx, t, p); err != nil {
				return err
			}
		case t.Recipient != "": // asked with every round while it waits
		case p == nil:
			again = append(again, t)
		default:
			b, err := x.judge(ctx, v, t, p)
			if err != nil {
				return err
			}
			found = append(found, b)
			if b.cosigned < b.quorum {
				again = append(again, t)
			}
		}
	}
	if len(found)+len(again) == 0 {
		return nil
	}
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		for _, t := range again {
			if err := x.askAgain(tx, t); err != nil {
				return err
			}
		}
		for i := range found {
			if err := x.keepProof(tx, &found[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping proofs: %w", err)
	}
	x.c.Changed("")
	return nil
}

// judge checks one proof and counts who has cosigned what it leads to.
func (x *Exchange) judge(ctx context.Context, v *party.View, t *pendingProof, p *proof) (better, error) {
	p.Att.Statement = t.text
	head, sigs, err := x.openHead(ctx, p.By, p.Head)
	if err != nil {
		return better{}, err
	}
	s, err := p.Att.check(head)
	if err != nil {
		return better{}, fail.New(fail.Unsigned, "%s gave a proof that does not hold: %s", p.By, fail.Safe(err))
	}
	if s.By != p.By {
		return better{}, fail.New(fail.Unsigned, "%s gave a proof from its own log for a statement of %s", p.By, s.By)
	}
	pol, err := v.Policy(p.By, -1)
	return better{t, p, head, countParties(sigs), int64(pol.Quorum)}, err
}

func (x *Exchange) keepProof(tx *db.Tx, b *better) error {
	if _, err := x.keepHead(tx, b.p.By, b.head, b.p.Head); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE exchange_step SET proof = $1, head = $2, cosigned = $3, ask_us = CASE WHEN $3 >= $4 THEN 0 ELSE ask_us END
		WHERE digest = $5 AND party = $6 AND rung = $7 AND (cosigned < $3 OR head = 0)`,
		b.p.Att.append(nil), b.head.Size, b.cosigned, b.quorum, b.t.message.String(), string(b.t.to), string(b.t.rung))
	if err != nil {
		return fmt.Errorf("keeping a proof: %w", err)
	}
	return nil
}

// askAgain puts off a question: soon while the step is young, then ever later,
// and at last not at all.
func (x *Exchange) askAgain(tx *db.Tx, t *pendingProof) error {
	age := x.now().Sub(fromMicro(t.asked))
	next := x.now().Add(max(x.c.Timing.Upgrade, age/4)).UnixMicro()
	if age > askGiveUp {
		next = 0
	}
	_, err := tx.Exec(`UPDATE exchange_step SET ask_us = $1 WHERE digest = $2 AND party = $3 AND rung = $4`,
		next, t.message.String(), string(t.to), string(t.rung))
	if err != nil {
		return fmt.Errorf("putting off a question: %w", err)
	}
	return nil
}
