package staff

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// tokenPrefix lets people and leak scanners see what a token is.
const tokenPrefix = "landbridge_"

// A Token is a key for programs. Text is shown once; only its hash is stored.
type Token struct {
	ID     string
	Text   string // only where the token was just made
	Name   string
	Scopes []access.Action // at most these; the person's roles decide as well
	Person Person
	Made   time.Time
	Ends   time.Time
	Used   time.Time
}

// May reports whether the token's scopes hold a. The caller asks access about
// the person's roles too.
func (t Token) May(a access.Action) bool { return slices.Contains(t.Scopes, a) }

// NewToken makes an API token that may do at most the given actions and ends at until.
func (s *Staff) NewToken(ctx context.Context, p Person, name string, scopes []access.Action, until time.Time) (Token, error) {
	name, err := checkName(name)
	if err != nil {
		return Token{}, err
	}
	now := s.c.Clock()
	if !until.After(now) || until.After(now.Add(cmp.Or(s.c.TokenLife, TokenLife))) {
		return Token{}, fail.New(fail.Invalid, "a token ends within a year; give a day in that time")
	}
	if len(scopes) == 0 {
		return Token{}, fail.New(fail.Invalid, "a token without a scope can do nothing; choose at least one")
	}
	words := make([]string, len(scopes))
	for i, a := range scopes {
		if !slices.Contains(access.Actions(), a) {
			return Token{}, fail.New(fail.Invalid, "there is no action %q a token could do", a)
		}
		words[i] = string(a)
	}
	text, _, err := s.secret(domainToken)
	if err != nil {
		return Token{}, err
	}
	id, err := landbridge.NewID(now, s.c.Random)
	if err != nil {
		return Token{}, err
	}
	t := Token{ID: string(id), Text: tokenPrefix + text, Name: name, Scopes: scopes, Person: p, Made: now, Ends: until}
	err = s.write(ctx, "making a token", func(tx *db.Tx) error {
		if err := s.live(tx, p.Account); err != nil {
			return err
		}
		var live int
		err := tx.QueryRow(`SELECT count(*) FROM staff_token WHERE account = $1 AND ends_us > $2`, string(p.Account), db.Micros(now)).Scan(&live)
		if err != nil {
			return err
		}
		if live >= MaxTokens {
			return fail.New(fail.TooLarge, "an account has at most %d tokens; end one you no longer use", MaxTokens)
		}
		_, err = tx.Exec(`INSERT INTO staff_token (hash, id, account, name, scopes, made_us, ends_us, used_us) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
			hashed(domainToken, t.Text), t.ID, string(p.Account), name, strings.Join(words, " "), db.Micros(now), db.Micros(until))
		if err != nil {
			return err
		}
		return s.fact(tx, "staff.token-made", p, t.ID, strings.Join(words, " "), stamp(until))
	})
	return t, err
}

const token = `SELECT id, account, name, scopes, made_us, ends_us, used_us FROM staff_token `

func scanToken(scan func(...any) error) (Token, error) {
	var t Token
	var scopes string
	var made, ends, used int64
	err := scan(&t.ID, &t.Person.Account, &t.Name, &scopes, &made, &ends, &used)
	for _, w := range strings.Fields(scopes) {
		t.Scopes = append(t.Scopes, access.Action(w))
	}
	t.Made, t.Ends, t.Used = db.Moment(made), db.Moment(ends), db.Moment(used)
	return t, err
}

// Token returns the token behind its text, and notes that it was used.
func (s *Staff) Token(ctx context.Context, text string) (Token, error) {
	denied := fail.New(fail.Denied, "this token is unknown, ended or over; make a new one on your account page")
	hash := hashed(domainToken, text)
	t, err := scanToken(s.c.DB.QueryRow(ctx, token+`WHERE hash = $1 AND ends_us > $2`, hash, s.now()).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, denied
	}
	if err != nil {
		return Token{}, fmt.Errorf("reading a token: %w", err)
	}
	if t.Person, err = s.Account(ctx, t.Person.Account); err != nil {
		return Token{}, err
	}
	if !t.Person.Active {
		return Token{}, denied
	}
	now := s.c.Clock()
	if now.Sub(t.Used) < seenEvery {
		return t, nil
	}
	return t, s.write(ctx, "noting the use of a token", func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE staff_token SET used_us = $1 WHERE hash = $2`, db.Micros(now), hash)
		return err
	})
}

// Tokens returns the live tokens of an account, newest first.
func (s *Staff) Tokens(ctx context.Context, p Person) ([]Token, error) {
	var all []Token
	err := s.c.DB.Each(ctx, func(rows *sql.Rows) error {
		t, err := scanToken(rows.Scan)
		t.Person = p
		all = append(all, t)
		return err
	}, token+`WHERE account = $1 AND ends_us > $2 ORDER BY made_us DESC LIMIT $3`, string(p.Account), s.now(), MaxTokens)
	if err != nil {
		return nil, fmt.Errorf("reading tokens: %w", err)
	}
	return all, nil
}

// EndToken ends one token of p.
func (s *Staff) EndToken(ctx context.Context, p Person, id string) error {
	return s.write(ctx, "ending a token", func(tx *db.Tx) error {
		now := s.now()
		ok, err := changed(tx, `UPDATE staff_token SET ends_us = $1 WHERE id = $2 AND account = $3 AND ends_us > $4`, now, id, string(p.Account), now)
		if err != nil {
			return err
		}
		if !ok {
			return fail.New(fail.Missing, "this account has no such token")
		}
		return s.fact(tx, "staff.token-ended", p, id)
	})
}
