package call

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// Dates are when an edition takes place, as the forum says it.
type Dates struct {
	First, Last  string // days such as 2026-09-16, or months
	Starts, Ends time.Time
}

// Dates returns when an edition takes place; nil where the forum of this node
// does not know it.
func (d *Desk) Dates(ctx context.Context, edition string) (*Dates, error) {
	if d.c.Dates == nil {
		return nil, nil //nolint:nilnil // not known is an answer
	}
	x, err := d.c.Dates(ctx, edition)
	if fail.Is(err, fail.Missing) {
		return nil, nil //nolint:nilnil // as above
	}
	if err != nil {
		return nil, err
	}
	return &x, nil
}

// A Course is how the deadlines of a call stand to the days of its edition.
// Nothing moves by itself: who runs the call is shown it, and says.
type Course struct {
	Dates           // of the edition now
	Moved bool      // the call was made for other days
	Late  bool      // it takes entries when the edition has begun
	Offer time.Time // the deadline, moved by as much as the edition was
}

// Course says how a call stands to the days of its edition.
func (c *Call) Course(now *Dates, at time.Time) Course {
	if now == nil {
		return Course{Offer: c.Closes}
	}
	x := Course{Dates: *now, Late: c.Closes.After(now.Starts), Offer: c.Closes}
	var by int
	if x.Moved, by = c.moved(now); !x.Moved || !c.IsOpen(at) {
		return x // a call that is closed is not opened again unasked
	}
	if offer := c.Closes.AddDate(0, 0, by); offer.After(at) && !offer.After(now.Ends) {
		x.Offer = offer
	}
	return x
}

// moved says whether an edition has other days than those for which the call
// was made, and by how many days it moved.
func (c *Call) moved(now *Dates) (bool, int) {
	if c.First != "" {
		was, err1 := time.Parse(time.DateOnly, c.First)
		is, err2 := time.Parse(time.DateOnly, now.First)
		if err1 != nil || err2 != nil { // known by month
			return c.First != now.First || c.Last != now.Last, days(now.Ends.Sub(c.Ends))
		}
		return c.First != now.First || c.Last != now.Last, days(is.Sub(was))
	}
	// The end was typed, as the last day or as the moment after it, in a zone
	// that nobody wrote down.
	off := c.Ends.Sub(now.Ends)
	return off < -36*time.Hour || off > 14*time.Hour, days(-off)
}

func days(d time.Duration) int { return int(d.Round(24*time.Hour) / (24 * time.Hour)) }

// follow takes the days of the edition over.
func (c *Call) follow(now *Dates) {
	if now != nil {
		c.Ends, c.First, c.Last = now.Ends, now.First, now.Last
	}
}

// Reschedule sets until when a call takes entries, and takes over the days that
// its edition has now: entries are kept so many days after those.
func (d *Desk) Reschedule(ctx context.Context, p staff.Person, id landbridge.ID, closes time.Time) error {
	if err := runs(p); err != nil {
		return err
	}
	closes = closes.UTC().Truncate(time.Microsecond)
	c, err := d.Call(ctx, id)
	if err != nil {
		return err
	}
	now, err := d.Dates(ctx, c.Edition)
	if err != nil {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := readCall(tx.QueryRow(selectCall+tx.ForUpdate(), id))
		if err != nil {
			return err
		}
		c.follow(now)
		switch {
		case !closes.Equal(c.Closes) && !closes.After(d.now()):
			return fail.New(fail.Invalid, "choose a deadline that is still to come")
		case closes.After(c.Ends):
			return fail.New(fail.Invalid, "a call closes before the edition ends, on %s", c.Ends.UTC().Format("2 January 2006 15:04 MST"))
		}
		c.Closes = closes
		if err := d.spares(tx, &c); err != nil {
			return err
		}
		body, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE call_call SET body = $1, closes_us = $2, erase_us = $3 WHERE id = $4`, body, db.Micros(c.Closes),
			db.Micros(c.erases()), id); err != nil {
			return fmt.Errorf("changing the days of a call: %w", err)
		}
		return d.fact(tx, factDates, p.Pseudonym, id)
	})
}

func (c *Call) erases() time.Time { return c.Ends.AddDate(0, 0, c.KeepDays) }

// spares refuses days by which everything sent in would be past its keeping at
// once: no backup brings it back.
func (d *Desk) spares(tx *db.Tx, c *Call) error {
	if c.erases().After(d.now()) {
		return nil
	}
	var n int
	err := tx.QueryRow(`SELECT count(*) FROM call_entry WHERE of_call = $1 AND length(content) > 0`, c.ID).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	return fail.New(fail.Conflict, "with these days the %d entries of this call would be erased at once; correct the days of the edition first", n)
}
