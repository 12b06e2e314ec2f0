package staff

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// A Session is a signed-in browser. Token is the cookie's value; only its hash is stored.
type Session struct {
	ID       string
	Token    string // only where the session was just made or looked up
	Person   Person
	Started  time.Time
	Seen     time.Time
	Ends     time.Time
	Device   string // what the browser calls itself, shortened
	Software bool   // signed in with a software key
}

// A Place is where a request comes from, as far as we know.
type Place struct {
	Address string // the network address, used to count failures and not kept
	Device  string // what the browser calls itself
}

// BeginSignIn asks a browser for any passkey of this node.
func (s *Staff) BeginSignIn(context.Context) (Ceremony, error) {
	name, challenge, err := s.begin(forSignIn, "")
	if err != nil {
		return Ceremony{}, err
	}
	options, _, err := s.keys.BeginDiscoverableLogin(webauthn.WithChallenge(challenge), webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("asking for a passkey: %w", err)
	}
	text, err := json.Marshal(options)
	return Ceremony{name, challenge, text}, err
}

// FinishSignIn checks the browser's answer and starts a session. A failure is
// counted and recorded; too many from one place close it for a while.
func (s *Staff) FinishSignIn(ctx context.Context, name string, answer []byte, at Place) (Session, error) {
	if err := s.closed(ctx, at); err != nil {
		return Session{}, err
	}
	challenge, ends, err := s.challenge(name, forSignIn, "")
	if err != nil {
		return Session{}, err
	}
	o, key, err := s.whose(ctx, challenge, answer)
	if err != nil {
		if e := s.failed(ctx, at, o.Person); e != nil {
			return Session{}, e
		}
		return Session{}, fail.Because(err, fail.Denied,
			"this passkey does not open this node; use one that is registered here, or ask your operator for a setup link")
	}
	var made Session
	err = s.write(ctx, "signing in", func(tx *db.Tx) error {
		if err := s.answered(tx, challenge, ends); err != nil {
			return err
		}
		if err := s.live(tx, o.Account); err != nil {
			return err
		}
		if err := s.used(tx, key); err != nil {
			return err
		}
		made, err = s.start(tx, o.Person, at, software(key))
		return err
	})
	return made, err
}

// whose finds the account an assertion belongs to, and checks it.
func (s *Staff) whose(ctx context.Context, challenge, answer []byte) (owner, *webauthn.Credential, error) {
	if len(answer) > MaxAnswer {
		return owner{}, nil, errors.New("the answer is too long")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return owner{}, nil, err
	}
	var account landbridge.ID
	err = s.c.DB.QueryRow(ctx, `SELECT account FROM staff_key WHERE id = $1 AND ended_us = 0`, []byte(parsed.RawID)).Scan(&account)
	if err != nil {
		return owner{}, nil, fmt.Errorf("finding the passkey: %w", err)
	}
	o, err := s.owner(ctx, account)
	if err != nil {
		return owner{}, nil, err
	}
	if !o.Active {
		return o, nil, errors.New("the account was ended")
	}
	key, err := s.assert(o, challenge, answer)
	return o, key, err
}

func (s *Staff) start(tx *db.Tx, p Person, at Place, soft bool) (Session, error) {
	token, hash, err := s.secret(domainSession)
	if err != nil {
		return Session{}, err
	}
	now := s.c.Clock()
	id, err := landbridge.NewID(now, s.c.Random)
	if err != nil {
		return Session{}, err
	}
	n := Session{ID: string(id), Token: token, Person: p, Started: now, Seen: now, Ends: now.Add(s.c.Absolute)}
	n.Device, n.Software = shorten(at.Device), soft
	_, err = tx.Exec(`INSERT INTO staff_session (hash, id, account, device, software, started_us, seen_us, ends_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, hash, n.ID, string(p.Account), n.Device, soft, db.Micros(now), db.Micros(now), db.Micros(n.Ends))
	if err != nil {
		return Session{}, err
	}
	// Sessions that are long over say nothing any more: the log has their facts.
	if _, err := tx.Exec(`DELETE FROM staff_session WHERE ends_us < $1`, db.Micros(now.Add(-24*time.Hour))); err != nil {
		return Session{}, err
	}
	return n, s.fact(tx, "staff.signed-in", p, n.ID)
}

// shorten makes a browser's own name fit to show.
func shorten(device string) string {
	device = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, device)
	if r := []rune(device); len(r) > maxName {
		return string(r[:maxName])
	}
	return device
}

const session = `SELECT id, account, device, software, started_us, seen_us, ends_us FROM staff_session `

func scanSession(scan func(...any) error) (Session, error) {
	var n Session
	var started, seen, ends int64
	err := scan(&n.ID, &n.Person.Account, &n.Device, &n.Software, &started, &seen, &ends)
	n.Started, n.Seen, n.Ends = db.Moment(started), db.Moment(seen), db.Moment(ends)
	return n, err
}

// Session returns the session behind a cookie, and keeps it from idling out.
func (s *Staff) Session(ctx context.Context, token string) (Session, error) {
	over := fail.New(fail.Expired, "your session is over; sign in again")
	hash := hashed(domainSession, token)
	n, err := scanSession(s.c.DB.QueryRow(ctx, session+`WHERE hash = $1`, hash).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, over
	}
	if err != nil {
		return Session{}, fmt.Errorf("reading a session: %w", err)
	}
	now := s.c.Clock()
	if !now.Before(n.Ends) || now.Sub(n.Seen) > s.c.Idle {
		return Session{}, over
	}
	if n.Person, err = s.Account(ctx, n.Person.Account); err != nil {
		return Session{}, err
	}
	if !n.Person.Active {
		return Session{}, over
	}
	n.Token = token
	if now.Sub(n.Seen) < seenEvery {
		return n, nil
	}
	n.Seen = now
	return n, s.write(ctx, "keeping a session", func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE staff_session SET seen_us = $1 WHERE hash = $2`, db.Micros(now), hash)
		return err
	})
}

// Sessions returns the live sessions of a person, newest first.
func (s *Staff) Sessions(ctx context.Context, p Person) ([]Session, error) {
	var all []Session
	now := s.c.Clock()
	err := s.c.DB.Each(ctx, func(rows *sql.Rows) error {
		n, err := scanSession(rows.Scan)
		all = append(all, n)
		return err
	}, session+`WHERE account IN (SELECT id FROM staff_account WHERE person = $1) AND ends_us > $2 AND seen_us >= $3
		ORDER BY started_us DESC LIMIT 100`, string(p.ID), db.Micros(now), db.Micros(now.Add(-s.c.Idle)))
	if err != nil {
		return nil, fmt.Errorf("reading sessions: %w", err)
	}
	return all, nil
}

// SignOut ends one session.
func (s *Staff) SignOut(ctx context.Context, token string) error {
	n, err := s.Session(ctx, token)
	if fail.Is(err, fail.Expired) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.write(ctx, "signing out", func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE staff_session SET ends_us = $1 WHERE hash = $2`, s.now(), hashed(domainSession, token)); err != nil {
			return err
		}
		return s.fact(tx, "staff.signed-out", n.Person, n.ID)
	})
}

// SignOutEverywhere ends every session of a person.
func (s *Staff) SignOutEverywhere(ctx context.Context, p Person) error {
	return s.write(ctx, "signing out everywhere", func(tx *db.Tx) error {
		now := s.now()
		_, err := tx.Exec(`UPDATE staff_session SET ends_us = $1 WHERE ends_us > $2
			AND account IN (SELECT id FROM staff_account WHERE person = $3)`, now, now, string(p.ID))
		if err != nil {
			return err
		}
		return s.fact(tx, "staff.signed-out", p, "everywhere")
	})
}
