package casework

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/record"
	"landbridge.example/process"
)

// What is published about cases is counted from the log and from nothing else,
// so that it can be counted again by who may read the log, and comes out the
// same (S34). A tally is kept beside it, because the log forgets the case of a
// fact when the case is erased; the number it added to stays.

// Kinds of cells. Their codes are named behind them.
const (
	countOpened  = "opened"  // "sent" by this party, or "received" by it
	countReached = "reached" // a state that the definition makes public
	countGround  = "ground"  // a ground of refusal
	countLate    = "late"    // a clock that ran out
	countStopped = "stopped" // a safeguard that kept an act from leaving
	countDays    = "days"    // whole days from the opening to the decision
)

const tallyPage = 500 // facts counted in one transaction

// Tally counts what the log has gained since it was last called. If we crash
// between two pages, the next call goes on where the last one was committed.
func (w *Casework) Tally(ctx context.Context) error {
	for {
		var next int64
		if err := w.c.DB.QueryRow(ctx, `SELECT next FROM casework_tallied WHERE id = 1`).Scan(&next); err != nil {
			return fmt.Errorf("reading how far the log is counted: %w", err)
		}
		facts, err := w.c.Log.Facts(ctx, next-1, tallyPage)
		if err != nil || len(facts) == 0 {
			return err
		}
		err = w.c.DB.Write(ctx, func(tx *db.Tx) error {
			last := facts[len(facts)-1].Index + 1
			ours, err := changes(tx.Exec(`UPDATE casework_tallied SET next = $1 WHERE id = 1 AND next = $2`, last, next))
			if err != nil || !ours { // someone else counted this page
				return err
			}
			for i := range facts {
				if err := w.count(tx, &facts[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("counting the log: %w", err)
		}
	}
}

// A tallied is a case as counting needs it.
type tallied struct {
	id      string
	def     *process.Definition
	origin  string
	parties map[string][]landbridge.PartyID
}

// count adds one fact to the tally, if it is one that counts.
func (w *Casework) count(tx *db.Tx, f *record.Entered) error {
	if f.About == "" || !slices.Contains([]string{factSent, factTaken, factClock, factStopped}, f.Kind) {
		return nil
	}
	t, err := w.tallied(tx, f.About)
	if t == nil || err != nil {
		return err
	}
	first, rest, _ := strings.Cut(f.Note, " ")
	switch f.Kind {
	case factClock:
		return t.once(tx, f.Time, countLate, first)
	case factStopped:
		return t.once(tx, f.Time, countStopped, first)
	}
	return w.countAct(tx, t, f.Time, first, rest)
}

func (w *Casework) tallied(tx *db.Tx, id string) (*tallied, error) {
	var text, sides string
	t := &tallied{id: id}
	err := tx.QueryRow(`SELECT process, origin, sides FROM casework_case WHERE id = $1 AND erased = FALSE`, id).Scan(&text, &t.origin, &sides)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // not about a case, or one that is erased: what it was is not known any more
	}
	if err != nil {
		return nil, err
	}
	ref, err := landbridge.ParseProcessRef(text)
	if err != nil {
		return nil, err
	}
	if t.def, err = w.Definition(ref); err != nil {
		return nil, nil // a definition this release no longer has: nothing can be said of it
	}
	return t, json.Unmarshal([]byte(sides), &t.parties)
}

// countAct counts an act that had an effect: what it opened, where it led, on
// what ground, and how long the answer took.
func (w *Casework) countAct(tx *db.Tx, t *tallied, at time.Time, name, ground string) error {
	tr := t.def.Transition(name)
	if tr == nil {
		return nil
	}
	if slices.Contains(tr.From, t.def.Start()) {
		way := "received"
		if t.origin == string(w.me) {
			way = "sent"
		}
		if err := t.once(tx, at, countOpened, way); err != nil {
			return err
		}
	}
	if ground != "" && t.def.Ground(ground) != nil {
		if err := t.once(tx, at, countGround, ground); err != nil {
			return err
		}
	}
	if tr.Every {
		if all, err := t.everyone(tx, tr, at); err != nil || !all {
			return err
		}
	}
	s := t.def.State(tr.To)
	if s == nil {
		return nil
	}
	if slices.Contains(t.def.Public.Counts, s.Name) {
		if err := t.once(tx, at, countReached, s.Name); err != nil {
			return err
		}
	}
	if slices.Contains([]string{"answered", "given", "refused", "surrendered"}, s.Outcome) {
		return t.decided(tx, at)
	}
	return nil
}

// everyone reports whether this act was the last of those that every party does.
func (t *tallied) everyone(tx *db.Tx, tr *process.Transition, at time.Time) (bool, error) {
	parties := 0
	for side, all := range t.parties {
		if tr.Side == process.Each || tr.Side == side {
			parties += len(all)
		}
	}
	var done int
	what := "every " + tr.Name + " "
	if err := tx.QueryRow(`SELECT count(*) FROM casework_counted WHERE case_id = $1 AND substr(what, 1, $2) = $3`,
		t.id, len(what), what).Scan(&done); err != nil {
		return false, err
	}
	_, err := tx.Exec(`INSERT INTO casework_counted (case_id, what, at_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		t.id, what+strconv.Itoa(done+1), db.Micros(at))
	return done+1 >= parties, err
}

// decided counts how many days it took from the opening to the first decision.
func (t *tallied) decided(tx *db.Tx, at time.Time) error {
	var opened int64
	err := tx.QueryRow(`SELECT min(at_us) FROM casework_counted WHERE case_id = $1 AND what IN ('opened sent', 'opened received')`, t.id).Scan(&opened)
	if err != nil {
		return nil // the opening is not in this log, or was erased: no time can be told
	}
	first, err := changes(tx.Exec(`INSERT INTO casework_counted (case_id, what, at_us) VALUES ($1, 'decided', $2) ON CONFLICT DO NOTHING`, t.id, db.Micros(at)))
	if err != nil || !first {
		return err
	}
	return t.add(tx, at, countDays, strconv.FormatInt(max(0, db.Micros(at)-opened)/(24*time.Hour).Microseconds(), 10))
}

// once adds one to a cell, once for each case.
func (t *tallied) once(tx *db.Tx, at time.Time, kind, code string) error {
	first, err := changes(tx.Exec(`INSERT INTO casework_counted (case_id, what, at_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		t.id, kind+" "+code, db.Micros(at)))
	if err != nil || !first {
		return err
	}
	return t.add(tx, at, kind, code)
}

// changes reports whether a statement changed a row.
func changes(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

func (t *tallied) add(tx *db.Tx, at time.Time, kind, code string) error {
	_, err := tx.Exec(`INSERT INTO casework_tally (process, year, kind, code, n) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (process, year, kind, code) DO UPDATE SET n = casework_tally.n + 1`, t.def.Ref.ID, int64(at.UTC().Year()), kind, code)
	return err
}

// A Statistic is what may be published about one process in one year.
type Statistic struct {
	Process string // id
	Year    int
	Cells   []Cell
	// Median is how many whole days half of the decided cases took at most;
	// negative when too few were decided to say it.
	Median int
}

// A Cell is one published number. A small one is not told: it is at least one
// and below the definition's smallest cell.
type Cell struct {
	Kind, Code string
	Small      bool
	N          int64
}

// Statistics counts what is new and returns everything that may be published,
// by process and year, the newest year first (S34).
func (w *Casework) Statistics(ctx context.Context) ([]Statistic, error) {
	if err := w.Tally(ctx); err != nil {
		return nil, err
	}
	var all []Statistic
	days := map[int]map[int64]int64{} // of the statistic at this place
	err := w.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id, kind, code string
		var year, n int64
		if err := rows.Scan(&id, &year, &kind, &code, &n); err != nil {
			return err
		}
		if len(all) == 0 || all[len(all)-1].Process != id || all[len(all)-1].Year != int(year) {
			all = append(all, Statistic{Process: id, Year: int(year), Median: -1})
		}
		at := len(all) - 1
		if kind == countDays {
			d, err := strconv.ParseInt(code, 10, 64)
			if days[at] == nil {
				days[at] = map[int64]int64{}
			}
			days[at][d] = n
			return err
		}
		cell := Cell{Kind: kind, Code: code, N: n}
		if n < w.smallest(id) {
			cell.N, cell.Small = 0, true
		}
		all[at].Cells = append(all[at].Cells, cell)
		return nil
	}, `SELECT process, year, kind, code, n FROM casework_tally ORDER BY year DESC, process, kind, code`)
	if err != nil {
		return nil, fmt.Errorf("reading the tally: %w", err)
	}
	for at, byDay := range days {
		all[at].Median = median(byDay, w.smallest(all[at].Process))
	}
	return all, nil
}

// smallest is the least number that is published for a process.
func (w *Casework) smallest(id string) int64 {
	const least = 10
	if d, err := w.newest(id); err == nil {
		return int64(max(least, d.Public.MinCell))
	}
	return least
}

// median is the middle of counted days, or -1 when there are fewer than least.
func median(byDay map[int64]int64, least int64) int {
	var total int64
	var keys []int64
	for d, n := range byDay {
		total += n
		keys = append(keys, d)
	}
	if total < least {
		return -1
	}
	slices.Sort(keys)
	var seen int64
	for _, d := range keys {
		if seen += byDay[d]; 2*seen >= total {
			return int(d)
		}
	}
	return -1
}
