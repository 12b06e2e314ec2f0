package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// noteKind is the kind of the messages that carry a statement back to the
// sender of a message. Notes are never answered with notes: no ping-pong.
const noteKind = "exchange.note"

// noteLife is how long a note is worth delivering.
const noteLife = 60 * 24 * time.Hour

const noteForm = "landbridge-note/v1"

// marshalNote writes a statement and where it stands in the log of its maker.
func marshalNote(st stating) []byte {
	return append(head(noteForm, "index", itoa(st.index)), st.text...)
}

func parseNote(raw []byte) (st stating, s statement, err error) {
	r := &reader{rest: raw, form: noteForm}
	h := r.heads("index")
	st.index = r.number(h[0], 1<<62)
	st.text = r.rest
	if r.err != nil {
		return st, s, r.err
	}
	s, err = parseStatement(st.text)
	return st, s, err
}

// tell sends a statement about a message to its sender, sealed, so that a
// relay does not learn whether a message was opened or why it was refused.
func (x *Exchange) tell(tx *db.Tx, in *Incoming, st stating) error {
	h := &in.Envelope.Header
	if h.Kind == noteKind {
		return nil
	}
	e, err := x.sealNote(h, marshalNote(st))
	if err != nil {
		return fmt.Errorf("sealing a note: %w", err)
	}
	if e == nil {
		return nil
	}
	lane := in.Lane
	if lane != Urgent {
		lane = Normal
	}
	return x.Submit(tx, e, nil, lane)
}

// sealNote seals a statement to the sender of a message, or returns nil when
// nothing may be sent there any more.
func (x *Exchange) sealNote(about *seal.Header, text []byte) (*seal.Envelope, error) {
	v, err := x.c.Directory.View(context.Background())
	if err != nil {
		return nil, err
	}
	r, err := v.Lookup(about.From)
	if err != nil {
		return nil, nil // gone or suspended: the statement stands in our log all the same
	}
	to, err := r.Recipient()
	if err != nil {
		return nil, err
	}
	now := x.now()
	id, err := landbridge.NewID(now, &x.random)
	if err != nil {
		return nil, err
	}
	e, _, err := seal.Seal(seal.Draft{ID: id, From: x.me, Recipients: []seal.Recipient{to}, Created: now, Expires: now.Add(noteLife),
		Kind: noteKind, Case: about.Case, Directory: v.Position()}, text, x.c.Keys.Signing, &x.random)
	return e, err
}

// takeNote takes in what a recipient states about a message of ours.
func (x *Exchange) takeNote(tx *db.Tx, in *Incoming) error {
	o, err := in.Open()
	if err != nil {
		return err
	}
	st, s, err := parseNote(o.Body)
	if err != nil {
		return err
	}
	if s.By != in.From || s.To != in.From || s.From != x.me || s.Rung != Retrieved && s.Rung != Refused {
		return fail.New(fail.Denied, "a note states that its sender has retrieved or refused a message of ours, and nothing else")
	}
	var caseID string
	err = tx.QueryRow(`SELECT s.case_id FROM exchange_sent s JOIN exchange_outbox o ON o.digest = s.digest AND o.party = $2
		WHERE s.digest = $1 AND s.id = $3`, s.Envelope.String(), string(in.From), string(s.ID)).Scan(&caseID)
	if errors.Is(err, sql.ErrNoRows) {
		return fail.New(fail.Missing, "the note is about a message that was not sent to %s", in.From)
	}
	if err != nil {
		return fmt.Errorf("looking for the message of a note: %w", err)
	}
	kind := ""
	if s.Rung == Refused {
		kind = s.Kind.String()
	}
	claim := attestation{Statement: st.text, Index: st.index}
	// The proof in the other's log is asked for later, with those of receipts.
	_, err = tx.Exec(`INSERT INTO exchange_step (digest, party, rung, by_party, at_us, kind, reason, act, proof, head, cosigned, ask_us)
		VALUES ($1, $2, $3, $2, $4, $5, $6, '', $7, 0, 0, $8) ON CONFLICT (digest, party, rung) DO NOTHING`,
		s.Envelope.String(), string(in.From), string(s.Rung), s.At.UnixMicro(), kind, s.Reason, claim.append(nil), x.now().Add(x.c.Timing.Upgrade).UnixMicro())
	if err != nil {
		return fmt.Errorf("writing a step: %w", err)
	}
	tx.OnCommit(func() { x.c.Changed(landbridge.CaseID(caseID)) })
	return nil
}

// Retrieved records that a person here opened the message with the given
// digest, and tells its sender. A second time does nothing.
func (x *Exchange) Retrieved(tx *db.Tx, message landbridge.Digest) error {
	var raw []byte
	var lane, sender string
	err := tx.QueryRow(`SELECT sender, lane, envelope FROM exchange_inbox WHERE digest = $1`, message.String()).Scan(&sender, &lane, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return fail.New(fail.Missing, "there is no message %s in the inbox", message)
	}
	if err != nil {
		return fmt.Errorf("reading the inbox: %w", err)
	}
	known, err := x.stated(tx, message, landbridge.PartyID(sender), Retrieved)
	if err != nil || known != nil {
		return err
	}
	e, err := seal.Parse(raw)
	if err != nil {
		return fmt.Errorf("a message of the inbox is damaged: %w", err)
	}
	s := x.about(&e.Header, message, Retrieved, x.me)
	st, err := x.state(tx, &s, message, e.Header.From, e.Header.Case)
	if err != nil {
		return err
	}
	return x.tell(tx, &Incoming{Envelope: e, From: e.Header.From, Lane: Lane(lane)}, st)
}

// Advance records a step that a later act of the recipient proves:
// acknowledged or decided. The proof is the act's own envelope.
func (x *Exchange) Advance(tx *db.Tx, message landbridge.Digest, by landbridge.PartyID, rung Rung, act landbridge.Digest) error {
	if rung != Acknowledged && rung != Decided {
		return fail.New(fail.Invalid, "an act proves that a message was acknowledged or decided; %s is proved otherwise", rung)
	}
	var caseID string
	err := tx.QueryRow(`SELECT s.case_id FROM exchange_sent s JOIN exchange_outbox o ON o.digest = s.digest AND o.party = $2 WHERE s.digest = $1`,
		message.String(), string(by)).Scan(&caseID)
	if errors.Is(err, sql.ErrNoRows) {
		return fail.New(fail.Missing, "message %s was not sent to %s", message, by)
	}
	if err != nil {
		return fmt.Errorf("looking for a message: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO exchange_step (digest, party, rung, by_party, at_us, kind, reason, act, proof, head, cosigned, ask_us)
		VALUES ($1, $2, $3, $2, $4, '', '', $5, $6, 0, 0, 0) ON CONFLICT (digest, party, rung) DO NOTHING`,
		message.String(), string(by), string(rung), x.now().UnixMicro(), act.String(), []byte{})
	if err != nil {
		return fmt.Errorf("writing a step: %w", err)
	}
	tx.OnCommit(func() { x.c.Changed(landbridge.CaseID(caseID)) })
	return nil
}
