package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// Receipt returns the receipt file for a message this node sent and one of its
// recipients: what [VerifyReceipt] checks without any node. It is the receipt
// of the delivery, or the signed refusal if there was none.
func (x *Exchange) Receipt(ctx context.Context, id landbridge.MessageID, to landbridge.PartyID) ([]byte, error) {
	file, err := x.ReceiptOf(ctx, id, to, Delivered)
	if !fail.Is(err, fail.Missing) {
		return file, err
	}
	if refusal, e := x.ReceiptOf(ctx, id, to, Refused); e == nil {
		return refusal, nil
	}
	return nil, err
}

// ReceiptOf is Receipt for one rung of the ladder.
func (x *Exchange) ReceiptOf(ctx context.Context, id landbridge.MessageID, to landbridge.PartyID, rung Rung) ([]byte, error) {
	var raw, proof, head []byte
	var by landbridge.PartyID
	err := x.c.DB.QueryRow(ctx, `SELECT m.envelope, t.proof, t.by_party, coalesce(h.note, $4) FROM exchange_sent m
		JOIN exchange_step t ON t.digest = m.digest AND t.party = $2 AND t.rung = $3
		LEFT JOIN exchange_head h ON h.party = t.by_party AND h.size = t.head
		WHERE m.id = $1`, string(id), string(to), string(rung), []byte{}).Scan(&raw, &proof, &by, &head)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "there is no receipt that message %s was %s at %s", id, rung, to)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a receipt: %w", err)
	}
	a, err := parseAttestation(proof)
	if err != nil || len(a.Statement) == 0 {
		return nil, fail.New(fail.Missing, "that message %s was %s is shown by an act, which is its own proof", id, rung)
	}
	if by == x.me { // undeliverable: it stands in our own log
		p, err := x.cosignedProver(ctx, a.Index)
		if err != nil {
			return nil, err
		}
		if a, err = p.attest(ctx, a.Index, a.Statement); err != nil {
			return nil, err
		}
		head = p.note
	}
	if len(a.Entry) == 0 || len(head) == 0 {
		return nil, fail.New(fail.Unavailable, "the proof that message %s was %s has not been fetched from %s yet; try again in a moment", id, rung, by)
	}
	return x.receiptFile(ctx, raw, a, by, head)
}

func (x *Exchange) receiptFile(ctx context.Context, envelope []byte, a *attestation, by landbridge.PartyID, head []byte) ([]byte, error) {
	e, err := seal.Parse(envelope)
	if err != nil {
		return nil, fmt.Errorf("reading a sent message: %w", err)
	}
	text, err := e.Header.Text()
	if err != nil {
		return nil, fmt.Errorf("reading a sent message: %w", err)
	}
	if s, err := parseStatement(a.Statement); err != nil || s.ID == nilID {
		return nil, fail.New(fail.Missing, "%s refused these bytes without being sure whose they are; there is no receipt for that", by)
	}
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	pol, err := v.Policy(by, 0)
	if err != nil {
		return nil, err
	}
	// Only lines that the directory can check go into the file.
	n, err := note.Open(head, note.VerifierList(append([]note.Verifier{pol.Log}, pol.Witnesses...)...))
	if err != nil {
		return nil, fmt.Errorf("reading a log head of %s: %w", by, err)
	}
	p := ledger.Proof{Index: a.Index, Hashes: a.Hashes, Checkpoint: formatNote(n)}
	r := receipt{statement: a.Statement, header: text, signature: e.Signature, entry: a.Entry, salt: a.Salt, proof: p.Format()}
	return r.format(), nil
}
