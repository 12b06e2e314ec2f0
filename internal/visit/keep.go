package visit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/record"
)

// How long records are kept (S15), in years. What never stood is no record of
// anything; what stood is kept as long as files of offices usually are; what is
// public, and a working group that works, stays.
const (
	KeepUnagreed = 1  // after the last thing that was said about it
	KeepAgreed   = 10 // after its day, or after the last thing that was said
)

// statusErased is the status of the row that is left of an erased record.
const statusErased = "erased"

const factErased = "visit.erased" // the fact holds no word of the record

const (
	eraseAtOnce = 200
	notReckoned = -1 // of erase_us
)

// Kept says until when a record is kept; zero: as long as it is public, or as
// its working group works. It is a pure function of what was said, so that all
// nodes which heard the same keep it as long.
func (f *File) Kept() time.Time { return kept(f.State, f.Said) }

func kept(s *State, said []*Signed) (until time.Time) {
	if s.Public != nil {
		return until
	}
	var last time.Time
	for _, st := range said {
		if st.Made.After(last) {
			last = st.Made
		}
	}
	if s.Standing == nil {
		return last.AddDate(KeepUnagreed, 0, 0)
	}
	c := s.Standing.Content
	day := c.Day()
	switch {
	case c.Group != nil && c.Group.Ended == "":
		return until
	case c.Group != nil:
		day = max(day, c.Group.Ended)
	case c.Visit != nil:
		day = max(day, c.Visit.Last)
	}
	if at, err := time.Parse(time.DateOnly, day); err == nil && at.After(last) {
		last = at
	}
	return last.AddDate(KeepAgreed, 0, 0)
}

// eraseMicros is how a row holds the end of its keeping.
func eraseMicros(until time.Time) int64 {
	if until.IsZero() {
		return 0
	}
	return until.UnixMicro()
}

// erased reports whether a record was erased here. What is said about it later
// counts for nothing.
func erased(tx *db.Tx, id landbridge.ID) (bool, error) {
	var n int64
	if err := tx.QueryRow(`SELECT count(*) FROM visit_record WHERE id = $1 AND status = $2`, string(id), statusErased).Scan(&n); err != nil {
		return false, fmt.Errorf("looking for an erased record: %w", err)
	}
	return n > 0, nil
}

// Sweep erases the records whose time is over (S15), and statements about
// records that never began here. If we crash in between, the rows still say
// what is left to erase.
func (g *Register) Sweep(ctx context.Context) error {
	for {
		due, err := g.due(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		err = g.c.DB.Write(ctx, func(tx *db.Tx) error {
			for _, id := range due {
				if err := g.sweep(tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

func (g *Register) due(ctx context.Context) (due []landbridge.ID, err error) {
	now := g.now()
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		due = append(due, landbridge.ID(id))
		return err
	}, `SELECT id FROM visit_record WHERE erase_us = $1 OR erase_us > 0 AND erase_us <= $2
		UNION SELECT record FROM visit_statement s WHERE at_us <= $3 AND NOT EXISTS (SELECT 1 FROM visit_record r WHERE r.id = s.record) LIMIT $4`,
		notReckoned, now.UnixMicro(), now.AddDate(-KeepUnagreed, 0, 0).UnixMicro(), eraseAtOnce)
	if err != nil {
		return nil, fmt.Errorf("looking for records to erase: %w", err)
	}
	return due, nil
}

// sweep reckons until when a record is kept, and erases it if that is over.
func (g *Register) sweep(tx *db.Tx, id landbridge.ID) error {
	said, err := statements(tx, id)
	if err != nil {
		return err
	}
	if s := Fold(said); s != nil {
		if until := kept(s, said); until.IsZero() || until.After(g.now()) {
			_, err := tx.Exec(`UPDATE visit_record SET erase_us = $1 WHERE id = $2`, eraseMicros(until), string(id))
			return err
		}
	}
	return g.erase(tx, id)
}

func (g *Register) erase(tx *db.Tx, id landbridge.ID) error {
	if _, err := tx.Exec(`DELETE FROM visit_statement WHERE record = $1`, string(id)); err != nil {
		return fmt.Errorf("erasing a record: %w", err)
	}
	if _, err := tx.Exec(`UPDATE visit_record SET status = $1, day = '', answers = '', mine = $2, public = $2, erase_us = 0 WHERE id = $3`,
		statusErased, false, string(id)); err != nil {
		return fmt.Errorf("erasing a record: %w", err)
	}
	_, err := g.c.Log.Append(tx, record.Fact{Kind: factErased, Actor: "node", Digest: landbridge.Sum([]byte(domainErased + string(id))),
		About: "visit " + string(id)})
	if err != nil {
		return fmt.Errorf("recording that a record was erased: %w", err)
	}
	return nil
}

// Knows reports whether this node still has a record that another one names.
func (g *Register) Knows(ctx context.Context, id landbridge.ID) (bool, error) {
	var status string
	found := false
	err := g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&status)
	}, `SELECT status FROM visit_record WHERE id = $1`, string(id))
	return found && status != statusErased, err
}
