package node

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/api"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "node", Files: schema} }

// answerDays is how many days an answer is kept for a repetition.
const answerDays = 2

// answers keeps what API writes were answered. It implements [api.Answers].
//
// Crash: a claim without an answer that another process made means that the
// process died; whether the write happened is then not known here, and the
// caller is told so or the write is one that may be repeated.
type answers struct {
	d     *db.DB
	vault *blob.Vault
	clock func() time.Time
	boot  string // names this process
}

func answersOwner(day string) string { return "answers/" + day }

func (s *answers) Begin(ctx context.Context, person landbridge.ID, key string, request landbridge.Digest, again bool) (
	a api.Answer, claim api.Claim, err error) {
	hash := landbridge.Sum([]byte(key))
	now := s.clock().UTC()
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		a, claim = api.Answer{}, api.Fresh
		res, err := tx.Exec(`INSERT INTO node_answer (person, key_hash, request, boot, day, made_us, status, etag, body)
			VALUES ($1, $2, $3, $4, $5, $6, 0, '', $7) ON CONFLICT DO NOTHING`,
			string(person), hash[:], request[:], s.boot, now.Format(time.DateOnly), now.UnixMicro(), []byte{})
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		var was, body []byte
		var boot, day string
		err = tx.QueryRow(`SELECT request, boot, day, status, etag, body FROM node_answer WHERE person = $1 AND key_hash = $2`+tx.ForUpdate(),
			string(person), hash[:]).Scan(&was, &boot, &day, &a.Status, &a.ETag, &body)
		if err != nil {
			return err
		}
		switch {
		case !bytes.Equal(was, request[:]):
			return fail.New(fail.Conflict, "this Idempotency-Key was used for another request; choose a new one for each write")
		case a.Status != 0:
			claim = api.Answered
			a.Body, err = s.open(tx, day, hash, body)
			return err
		case boot == s.boot:
			claim = api.Busy
			return nil
		}
		claim = api.Interrupted
		if !again {
			return nil
		}
		_, err = tx.Exec(`UPDATE node_answer SET boot = $1 WHERE person = $2 AND key_hash = $3`, s.boot, string(person), hash[:])
		return err
	})
	if err != nil && fail.KindOf(err) == fail.Internal {
		err = fmt.Errorf("claiming an idempotency key: %w", err)
	}
	return a, claim, err
}

func (s *answers) open(tx *db.Tx, day string, hash landbridge.Digest, body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, nil
	}
	k, err := s.vault.KeyTx(tx, answersOwner(day))
	if err != nil {
		return nil, err
	}
	return k.Open(body, "answer/"+hash.String())
}

func (s *answers) Done(ctx context.Context, person landbridge.ID, key string, a api.Answer) error {
	hash := landbridge.Sum([]byte(key))
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		var day string
		err := tx.QueryRow(`SELECT day FROM node_answer WHERE person = $1 AND key_hash = $2`, string(person), hash[:]).Scan(&day)
		if err != nil {
			return err
		}
		k, err := s.vault.KeyTx(tx, answersOwner(day))
		if fail.Is(err, fail.Missing) {
			k, err = s.vault.Create(tx, answersOwner(day))
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE node_answer SET status = $1, etag = $2, body = $3 WHERE person = $4 AND key_hash = $5`,
			a.Status, a.ETag, k.Seal(a.Body, "answer/"+hash.String()), string(person), hash[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping an answer: %w", err)
	}
	return nil
}

func (s *answers) Release(ctx context.Context, person landbridge.ID, key string) error {
	hash := landbridge.Sum([]byte(key))
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM node_answer WHERE person = $1 AND key_hash = $2 AND status = 0`, string(person), hash[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("releasing an idempotency key: %w", err)
	}
	return nil
}

// sweep forgets answers whose day is over, and destroys the keys they were sealed under.
func (s *answers) sweep(ctx context.Context) error {
	last := s.clock().UTC().AddDate(0, 0, -answerDays).Format(time.DateOnly)
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		var days []string
		err := tx.Each(func(rows *sql.Rows) error {
			var day string
			err := rows.Scan(&day)
			days = append(days, day)
			return err
		}, `SELECT DISTINCT day FROM node_answer WHERE day < $1`, last)
		for _, day := range days {
			err = errors.Join(err, s.vault.Destroy(tx, answersOwner(day)))
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM node_answer WHERE day < $1`, last)
		return err
	})
	if err != nil {
		return fmt.Errorf("forgetting old answers: %w", err)
	}
	return nil
}
