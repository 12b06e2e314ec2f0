package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// NewSetup makes a one-time link for an account to register its first passkey.
// A link made before it for the same account stops working.
func (s *Staff) NewSetup(ctx context.Context, by Person, account landbridge.ID) (token string, expires time.Time, err error) {
	token, hash, err := s.secret(domainSetup)
	if err != nil {
		return "", time.Time{}, err
	}
	now := s.c.Clock()
	expires = now.Add(SetupLife)
	err = s.write(ctx, "making a setup link", func(tx *db.Tx) error {
		if err := s.live(tx, account); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM staff_setup WHERE account = $1`, string(account)); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO staff_setup (hash, account, ends_us, used_us) VALUES ($1, $2, $3, 0)`, hash, string(account), db.Micros(expires))
		if err != nil {
			return err
		}
		return s.fact(tx, "staff.setup-made", by, string(account))
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return token, expires, nil
}

// errSetup is the one answer to every link that does not work, so that trying
// links tells nothing.
func errSetup() error {
	return fail.New(fail.Expired, "this setup link was used, replaced or is over; ask your operator for a new one")
}

// Setup returns whose link it is, without using it up.
func (s *Staff) Setup(ctx context.Context, token string) (Person, error) {
	var account landbridge.ID
	err := s.c.DB.QueryRow(ctx, `SELECT account FROM staff_setup WHERE hash = $1 AND used_us = 0 AND ends_us > $2`,
		hashed(domainSetup, token), s.now()).Scan(&account)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, errSetup()
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading a setup link: %w", err)
	}
	p, err := s.Account(ctx, account)
	if err == nil && !p.Active {
		err = errSetup()
	}
	return p, err
}

// BeginSetup asks the browser of whoever holds the link for their first passkey.
func (s *Staff) BeginSetup(ctx context.Context, token string, at Place) (Ceremony, error) {
	if err := s.closed(ctx, at); err != nil {
		return Ceremony{}, err
	}
	p, err := s.Setup(ctx, token)
	if err != nil {
		if e := s.failed(ctx, at, Person{}); e != nil {
			return Ceremony{}, e
		}
		return Ceremony{}, err
	}
	return s.BeginKey(ctx, p)
}

// FinishSetup keeps the passkey, uses the link up and signs its owner in.
func (s *Staff) FinishSetup(ctx context.Context, token, name, label string, answer []byte, at Place) (Session, error) {
	p, err := s.Setup(ctx, token)
	if err != nil {
		return Session{}, err
	}
	record, ends, challenge, err := s.checkKey(ctx, p.Account, name, answer)
	if err != nil {
		return Session{}, err
	}
	var made Session
	err = s.write(ctx, "using a setup link", func(tx *db.Tx) error {
		if err := s.answered(tx, challenge, ends); err != nil {
			return err
		}
		now := s.now()
		ok, err := changed(tx, `UPDATE staff_setup SET used_us = $1 WHERE hash = $2 AND used_us = 0 AND ends_us > $3`, now, hashed(domainSetup, token), now)
		if err != nil {
			return err
		}
		if !ok {
			return errSetup() // someone else used it in this moment
		}
		if err := s.fact(tx, "staff.setup-used", p, string(p.Account)); err != nil {
			return err
		}
		if err := s.keep(tx, p, label, record); err != nil {
			return err
		}
		made, err = s.start(tx, p, at, software(record))
		return err
	})
	return made, err
}
