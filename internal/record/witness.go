package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// KindRefused is the kind of the fact that we refused to cosign a peer's log.
const KindRefused = "witness.refused"

// Cosign answers, as a witness, the request of a peer whose log has the given
// key (the body of add-checkpoint in C2SP tlog-witness). The new size is on
// disk before the signature exists, so a crash in between costs the peer a
// second request and never lets two histories through.
//
// A refusal is a *ledger.Error: its Code says which status C2SP gives it, its
// Known the size we know. What may be evidence is kept, and is a fact.
func (l *Log) Cosign(ctx context.Context, from landbridge.PartyID, logKey note.Verifier, req []byte) ([]byte, error) {
	r, err := ledger.ParseWitnessRequest(req)
	if err != nil {
		return nil, err
	}
	var now ledger.Checkpoint
	var refusal error
	err = l.d.Write(ctx, func(tx *db.Tx) error {
		// The head first, as every writer: two instances that lock the same rows
		// in another order would wait for each other. A stopped log still witnesses.
		if err := l.w.takeHead(tx); err != nil && !fail.Is(err, fail.Conflict) {
			return err
		}
		known, err := l.known(tx, from)
		if err != nil {
			return err
		}
		c := ledger.Checkpoint{}
		if len(known) > 0 {
			if c, err = ledger.PeekCheckpoint(known); err != nil {
				return fmt.Errorf("reading what we know of the log of %s: %w", from, err)
			}
		}
		if now, refusal = ledger.Judge(c, r, logKey); refusal != nil {
			return l.keep(tx, from, refusal, known, req)
		}
		_, err = tx.Exec(`UPDATE record_peer SET note = $2, at_us = $3 WHERE party = $1`, string(from), r.Checkpoint, l.c.Clock().UnixMicro())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("remembering the log of %s: %w", from, err)
	}
	if refusal != nil {
		return nil, refusal
	}
	return l.c.Witness.Cosign(now, l.c.Clock())
}

// known returns the newest checkpoint of a peer that we cosigned, and holds
// its row until the commit, so that no other instance decides at the same time.
func (l *Log) known(tx *db.Tx, party landbridge.PartyID) (text []byte, err error) {
	_, err = tx.Exec(`INSERT INTO record_peer (party, note, at_us) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING`, string(party), []byte{})
	if err != nil {
		return nil, err
	}
	err = tx.QueryRow(`SELECT note FROM record_peer WHERE party = $1`+tx.ForUpdate(), string(party)).Scan(&text)
	return text, err
}

// keep stores a refused request that may be evidence against its signer.
func (l *Log) keep(tx *db.Tx, from landbridge.PartyID, refusal error, known, req []byte) error {
	code := ledger.CodeOf(refusal)
	if code != ledger.Forked && code != ledger.Shrunk && code != ledger.BadProof {
		return nil
	}
	var n int
	if err := tx.QueryRow(`SELECT count(*) FROM record_evidence WHERE party = $1`, string(from)).Scan(&n); err != nil || n >= MaxEvidence {
		return err
	}
	digest := landbridge.Sum(req)
	res, err := tx.Exec(`INSERT INTO record_evidence (party, digest, code, known, request, at_us) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		string(from), digest.String(), string(code), known, req, l.c.Clock().UnixMicro())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	why := sentence(refusal.Error(), MaxNote)
	_, err = l.Append(tx, Fact{Kind: KindRefused, Actor: ledger.NodeActor, Digest: digest, About: "witness/" + string(from), Note: why})
	return err
}

// An Evidence is a signed request that did not fit what we know of a peer's log.
type Evidence struct {
	Party   landbridge.PartyID
	Code    ledger.Code
	Known   []byte // the checkpoint we had cosigned
	Request []byte // what was asked of us
	Time    time.Time
}

// Evidence returns what was kept against the logs of others, newest first.
func (l *Log) Evidence(ctx context.Context, limit int) (all []Evidence, err error) {
	err = l.d.Each(ctx, func(r *sql.Rows) error {
		var e Evidence
		var us int64
		if err := r.Scan(&e.Party, &e.Code, &e.Known, &e.Request, &us); err != nil {
			return err
		}
		e.Time = time.UnixMicro(us).UTC()
		all = append(all, e)
		return nil
	}, `SELECT party, code, known, request, at_us FROM record_evidence ORDER BY at_us DESC, digest LIMIT $1`, page(limit))
	if err != nil {
		return nil, fmt.Errorf("reading evidence: %w", err)
	}
	return all, nil
}

// PeerCheckpoint returns the newest checkpoint of a peer's log that we
// cosigned, under the peer's own signature. Serve it to that peer: it is what
// [Log.Guard] there believes. It fails with fail.Missing when there is none.
func (l *Log) PeerCheckpoint(ctx context.Context, party landbridge.PartyID) (text []byte, err error) {
	err = l.d.QueryRow(ctx, `SELECT note FROM record_peer WHERE party = $1`, string(party)).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) || err == nil && len(text) == 0 {
		return nil, fail.New(fail.Missing, "this witness has not cosigned the log of %s yet", party)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what we know of the log of %s: %w", party, err)
	}
	return text, nil
}

// Peers returns what we have cosigned as a witness, by party.
func (l *Log) Peers(ctx context.Context) (all []Sight, err error) {
	err = l.d.Each(ctx, func(r *sql.Rows) error {
		var s Sight
		var text []byte
		var us int64
		if err := r.Scan(&s.Party, &text, &us); err != nil || len(text) == 0 {
			return err
		}
		c, err := ledger.PeekCheckpoint(text)
		s.Size, s.Time = c.Size, time.UnixMicro(us).UTC()
		all = append(all, s)
		return err
	}, `SELECT party, note, at_us FROM record_peer ORDER BY party`)
	if err != nil {
		return nil, fmt.Errorf("reading what we witnessed: %w", err)
	}
	return all, nil
}
