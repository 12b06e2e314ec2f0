package delegation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Decision is what was said to a nomination, sealed like the person.
type Decision struct {
	Ground string `json:"ground,omitempty"`
	Reason string `json:"reason,omitempty"`
	Badge  string `json:"badge,omitempty"` // the text of the badge in force
}

// A row is a person as stored.
type row struct {
	id, group         landbridge.ID
	edition, part     string
	state, proposedBy string
	number            int
	body, decision    []byte
}

const selectPerson = `SELECT edition, delegation, part, state, number, body, decision, proposed_by FROM delegation_person WHERE id = $1`

func (o *Office) row(tx *db.Tx, id landbridge.ID) (*row, error) {
	return readRow(id, tx.QueryRow(selectPerson+tx.ForUpdate(), id))
}

func readRow(id landbridge.ID, s scanner) (*row, error) {
	r := &row{id: id}
	err := s.Scan(&r.edition, &r.group, &r.part, &r.state, &r.number, &r.body, &r.decision, &r.proposedBy)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "there is no such person in this node's delegations")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a person: %w", err)
	}
	return r, nil
}

// move changes the state of a person and what is said to it.
func (o *Office) move(tx *db.Tx, r *row, state string, number int, said *Decision, proposedBy string, erase time.Time) error {
	decision := []byte{}
	if said != nil {
		key, err := o.c.Vault.KeyTx(tx, owner(r.id))
		if err != nil {
			return err
		}
		if decision, err = sealed(key, said, aboutDecision(r.id)); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`UPDATE delegation_person SET state = $1, number = $2, decision = $3, proposed_by = $4, erase_us = $5, revision = revision + 1
		WHERE id = $6`, state, number, decision, proposedBy, db.Micros(erase), r.id); err != nil {
		return fmt.Errorf("changing a person: %w", err)
	}
	r.state, r.number = state, number
	return nil
}

// step is one act of the secretariat on a person who is in a given state.
func (o *Office) step(ctx context.Context, p staff.Person, id landbridge.ID, state string, do func(*db.Tx, *row, *Delegation, *Edition) error) error {
	if err := runs(p); err != nil {
		return err
	}
	return o.c.DB.Write(ctx, func(tx *db.Tx) error { return o.stepIn(tx, id, state, do) })
}

func (o *Office) stepIn(tx *db.Tx, id landbridge.ID, state string, do func(*db.Tx, *row, *Delegation, *Edition) error) error {
	r, err := o.row(tx, id)
	if err != nil {
		return err
	}
	d, e, host, err := o.group(tx, r.group)
	if err != nil {
		return err
	}
	if host != o.me {
		return fail.New(fail.Denied, "people of edition %s are admitted by %s", e.ID, host)
	}
	if r.state != state {
		return fail.New(fail.Conflict, "someone has taken this nomination further in the meantime; look at it again")
	}
	return do(tx, r, d, e)
}

// tell sends the party of a delegation what was decided.
func (o *Office) tell(tx *db.Tx, d *Delegation, r *row, said *Decision) error {
	if d.Party == "" || d.Party == o.me {
		return nil
	}
	return o.mail(tx, kindDecided, d.Party, &parcel{Delegation: d, People: []entry{{ID: r.id, State: r.state, Number: r.number, Decision: said}}})
}

// Approve admits a person and gives them a badge.
func (o *Office) Approve(ctx context.Context, p staff.Person, id landbridge.ID) error {
	return o.step(ctx, p, id, Nominated, func(tx *db.Tx, r *row, d *Delegation, e *Edition) error {
		said, err := o.approve(tx, p, r, d, e)
		if err != nil {
			return err
		}
		return o.tell(tx, d, r, said)
	})
}

func (o *Office) approve(tx *db.Tx, p staff.Person, r *row, d *Delegation, e *Edition) (*Decision, error) {
	if err := o.fact(tx, factApproved, p.Pseudonym, owner(r.id), d.Kind); err != nil {
		return nil, err
	}
	return o.give(tx, r, d, e, p.Pseudonym)
}

// anew gives another badge and tells whose person it is.
func (o *Office) anew(tx *db.Tx, p staff.Person, r *row, d *Delegation, e *Edition) error {
	if err := o.revoke(tx, r, p.Pseudonym); err != nil {
		return err
	}
	said, err := o.give(tx, r, d, e, p.Pseudonym)
	if err != nil {
		return err
	}
	return o.tell(tx, d, r, said)
}

// Reissue revokes the badge of a person, who lost it, and gives another.
func (o *Office) Reissue(ctx context.Context, p staff.Person, id landbridge.ID) error {
	return o.step(ctx, p, id, Approved, func(tx *db.Tx, r *row, d *Delegation, e *Edition) error {
		return o.anew(tx, p, r, d, e)
	})
}

// give makes a badge under the next number of the edition. The lock on the
// edition's row keeps two instances of a node from giving one number twice.
func (o *Office) give(tx *db.Tx, r *row, d *Delegation, e *Edition, by string) (*Decision, error) {
	var n int
	if _, _, err := readEdition(tx.QueryRow(selectEdition+tx.ForUpdate(), e.ID)); err != nil {
		return nil, err
	}
	if err := tx.QueryRow(`SELECT coalesce(max(number), 0) + 1 FROM delegation_badge WHERE edition = $1`, e.ID).Scan(&n); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(`INSERT INTO delegation_badge (edition, number, person, issued_us, revoked_us, until_us) VALUES ($1, $2, $3, $4, 0, $5)`,
		e.ID, n, r.id, db.Micros(o.now()), db.Micros(e.Ends)); err != nil {
		return nil, fmt.Errorf("entering a badge: %w", err)
	}
	return o.hand(tx, r, d, e, n, by)
}

// hand signs a person's badge under a number that is entered, for the days that
// the edition has now.
func (o *Office) hand(tx *db.Tx, r *row, d *Delegation, e *Edition, n int, by string) (*Decision, error) {
	key, err := o.c.Vault.KeyTx(tx, owner(r.id))
	if err != nil {
		return nil, err
	}
	var x Person
	if err := unsealed(key, r.body, aboutBody(r.id), &x); err != nil {
		return nil, err
	}
	text, err := badge.Sign(badge.Badge{Edition: e.ID, Number: n, Name: x.Latin, Category: d.Kind, Until: e.Ends}, o.c.Keys.Signing)
	if err != nil {
		return nil, err
	}
	said := &Decision{Badge: text}
	if err := o.move(tx, r, Approved, n, said, "", time.Time{}); err != nil {
		return nil, err
	}
	return said, o.fact(tx, factBadge, by, owner(r.id), "")
}

// revoke ends the badge that a person has, if any.
func (o *Office) revoke(tx *db.Tx, r *row, by string) error {
	if r.number == 0 {
		return nil
	}
	if _, err := tx.Exec(`UPDATE delegation_badge SET revoked_us = $1 WHERE edition = $2 AND number = $3 AND revoked_us = 0`,
		db.Micros(o.now()), r.edition, r.number); err != nil {
		return fmt.Errorf("revoking a badge: %w", err)
	}
	return o.fact(tx, factRevoked, by, owner(r.id), "")
}

// ProposeRefusal writes a refusal for a second person to confirm (S21). It may
// also end an approval; then the badge counts until it is confirmed.
func (o *Office) ProposeRefusal(ctx context.Context, p staff.Person, id landbridge.ID, ground, reason string) error {
	reason = strings.TrimSpace(reason)
	switch {
	case !oneOf(Grounds(), ground):
		return fail.New(fail.Invalid, "choose the ground of the refusal")
	case len(reason) < minReason || len(reason) > MaxReason || !utf8.ValidString(reason):
		return fail.New(fail.Invalid, "say the reason in a sentence of at most %d bytes; the delegation reads it", MaxReason)
	}
	state := Nominated
	if r, err := readRow(id, o.c.DB.QueryRow(ctx, selectPerson, id)); err == nil && r.state == Approved {
		state = Approved
	}
	return o.step(ctx, p, id, state, func(tx *db.Tx, r *row, _ *Delegation, _ *Edition) error {
		if err := o.move(tx, r, Proposed, r.number, &Decision{Ground: ground, Reason: reason}, p.Pseudonym, time.Time{}); err != nil {
			return err
		}
		return o.fact(tx, factProposed, p.Pseudonym, owner(id), ground)
	})
}

// ConfirmRefusal makes a refusal final. It takes another person than the one
// who wrote it (S21).
func (o *Office) ConfirmRefusal(ctx context.Context, p staff.Person, id landbridge.ID) error {
	return o.step(ctx, p, id, Proposed, func(tx *db.Tx, r *row, d *Delegation, _ *Edition) error {
		if r.proposedBy == p.Pseudonym {
			return fail.New(fail.Denied, "you wrote this refusal; another person confirms it (S21)")
		}
		said, err := o.said(tx, r)
		if err != nil {
			return err
		}
		if err := o.revoke(tx, r, p.Pseudonym); err != nil {
			return err
		}
		if err := o.move(tx, r, Refused, 0, said, r.proposedBy, o.now().Add(keepRefused)); err != nil {
			return err
		}
		if err := o.fact(tx, factRefused, p.Pseudonym, owner(id), said.Ground); err != nil {
			return err
		}
		return o.tell(tx, d, r, said)
	})
}

// ReturnRefusal takes a proposed refusal back: the person stands as before.
func (o *Office) ReturnRefusal(ctx context.Context, p staff.Person, id landbridge.ID) error {
	return o.step(ctx, p, id, Proposed, func(tx *db.Tx, r *row, d *Delegation, e *Edition) error {
		if err := o.fact(tx, factReturned, p.Pseudonym, owner(id), ""); err != nil {
			return err
		}
		if r.number == 0 {
			return o.move(tx, r, Nominated, 0, nil, "", time.Time{})
		}
		return o.anew(tx, p, r, d, e) // the text of the old badge gave way to the refusal's
	})
}

func (o *Office) said(tx *db.Tx, r *row) (*Decision, error) {
	key, err := o.c.Vault.KeyTx(tx, owner(r.id))
	if err != nil {
		return nil, err
	}
	var d Decision
	return &d, unsealed(key, r.decision, aboutDecision(r.id), &d)
}
