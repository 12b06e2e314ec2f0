package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// How many failures one place may make before it is closed for the rest of
// the window. A passkey cannot be guessed; this keeps the log readable.
const (
	maxFailures = 10
	window      = 5 * time.Minute
)

func (s *Staff) windowStart() int64 { return s.c.Clock().Truncate(window).UnixMicro() }

// closed refuses a place that failed too often.
func (s *Staff) closed(ctx context.Context, at Place) error {
	var count int
	err := s.c.DB.QueryRow(ctx, `SELECT count FROM staff_failure WHERE bucket = $1 AND window_us = $2`,
		s.keyed(domainBucket, at.Address), s.windowStart()).Scan(&count)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("counting failed sign-ins: %w", err)
	}
	if count >= maxFailures {
		return fail.New(fail.Unavailable, "too many sign-ins failed from here; wait %d minutes and try again", window/time.Minute)
	}
	return nil
}

// failed counts and records one failure.
func (s *Staff) failed(ctx context.Context, at Place, p Person) error {
	if p.Pseudonym == "" {
		p = Node() // whose key it was is not known
	}
	return s.write(ctx, "recording a failed sign-in", func(tx *db.Tx) error {
		start := s.windowStart()
		if _, err := tx.Exec(`DELETE FROM staff_failure WHERE window_us < $1`, start); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO staff_failure (bucket, window_us, count) VALUES ($1, $2, 1)
			ON CONFLICT (bucket, window_us) DO UPDATE SET count = staff_failure.count + 1`, s.keyed(domainBucket, at.Address), start)
		if err != nil {
			return err
		}
		return s.fact(tx, "staff.sign-in-failed", p, string(p.Account))
	})
}
