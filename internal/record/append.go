package record

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// A writer is the log's part in the group commits of the database. Its fields
// belong to the one goroutine that commits.
type writer struct {
	l       *Log
	edge    *ledger.Edge     // as committed; nil when it must be read again
	note    []byte           // the checkpoint that edge has on disk
	heads   map[string]int64 // the last fact about a matter, as committed or flushed
	base    int64            // size of the log when this commit took its head
	held    bool             // this commit has the head row
	pending []pending        // facts of this commit, in order

	flushed *ledger.Edge // edge with pending added, until the commit is certain
	signed  []byte       // its checkpoint

	rows                    []int          // see rowsAtOnce
	insertFact, upsertAbout map[int]string // by number of rows
}

type pending struct {
	entry  []byte
	about  string
	note   string
	salt   [32]byte
	digest landbridge.Digest
}

// A mark is where a caller of a group commit began.
type mark struct {
	n    int
	held bool
}

// rowsAtOnce are the sizes of statements that insert many rows; few, so that
// each is prepared once. Parameters have names in SQLite and are looked up one
// by one, so more than eight rows cost more than they save there; PostgreSQL
// pays a round trip for each statement.
func rowsAtOnce(postgres bool) []int {
	if postgres {
		return []int{64, 8, 1}
	}
	return []int{8, 1}
}

func (w *writer) init(l *Log) {
	w.l = l
	w.heads = map[string]int64{}
	w.insertFact, w.upsertAbout = map[int]string{}, map[int]string{}
	w.rows = rowsAtOnce(l.d.Postgres())
	for _, n := range w.rows {
		w.insertFact[n] = `INSERT INTO record_fact (idx, entry, about, note, prev, salt, digest) VALUES ` + placeholders(n, 7)
		w.upsertAbout[n] = `INSERT INTO record_about (about, last) VALUES ` + placeholders(n, 2) +
			` ON CONFLICT (about) DO UPDATE SET last = excluded.last`
	}
}

// placeholders returns "($1, $2), ($3, $4)" for two rows of two columns.
func placeholders(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteString("($")
		case i%columns == 0:
			b.WriteString("), ($")
		default:
			b.WriteString(", $")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String() + ")"
}

// insert runs the statements for all rows in args, as many at once as may be.
func (w *writer) insert(tx *db.Tx, statements map[int]string, columns int, args []any) error {
	for len(args) > 0 {
		for _, n := range w.rows {
			if len(args) < n*columns {
				continue
			}
			if _, err := tx.Exec(statements[n], args[:n*columns]...); err != nil {
				return err
			}
			args = args[n*columns:]
			break
		}
	}
	return nil
}

// Append enters a fact. Its index is final if the commit tx stands in succeeds;
// the fact can be read from then on, not before.
func (l *Log) Append(tx *db.Tx, f Fact) (int64, error) {
	w := &l.w
	if err := w.takeHead(tx); err != nil {
		return 0, err
	}
	if len(w.pending) >= MaxPerCommit {
		return 0, fail.New(fail.TooLarge, "more than %d facts in one commit; do it in parts", MaxPerCommit)
	}
	if len(f.About) > MaxAbout || len(f.Note) > MaxNote || f.Digest.IsZero() {
		return 0, fail.New(fail.Invalid, "a fact has a digest, a reference of at most %d bytes and a note of at most %d bytes", MaxAbout, MaxNote)
	}
	p := pending{about: f.About, note: f.Note, digest: f.Digest}
	if _, err := io.ReadFull(l.c.Random, p.salt[:]); err != nil {
		return 0, fmt.Errorf("reading randomness for a salt: %w", err)
	}
	e := ledger.Entry{Kind: f.Kind, Time: l.c.Clock().UTC().Truncate(time.Microsecond), Actor: f.Actor, Commitment: ledger.Commit(f.Kind, p.salt, f.Digest)}
	var err error
	if p.entry, err = e.Marshal(); err != nil {
		return 0, fail.Because(err, fail.Invalid, "%v", err)
	}
	w.pending = append(w.pending, p)
	return w.base + int64(len(w.pending)) - 1, nil
}

// takeHead locks the head of the log for this commit, and reads the edge again
// when another instance has moved it.
func (w *writer) takeHead(tx *db.Tx) error {
	if w.held {
		return nil
	}
	var size, claimed int64
	var text []byte
	var by string
	err := tx.QueryRow(`SELECT size, note, claimed, claimed_by FROM record_head WHERE id = 1`+tx.ForUpdate()).Scan(&size, &text, &claimed, &by)
	if err != nil {
		return fmt.Errorf("reading the head of the log: %w", err)
	}
	if claimed > size {
		return errBehind(by, claimed, size)
	}
	if w.edge == nil || !bytes.Equal(text, w.note) {
		if err := w.load(tx, size, text); err != nil {
			return err
		}
	}
	w.base, w.held = size, true
	return nil
}

func errBehind(by string, claimed, size int64) error {
	return fail.New(fail.Conflict, "this log has %d entries, but %s has cosigned %d: this database is an old copy, and signing would give the log two histories; "+
		"put the newer database back, or let the operator override the guard", size, by, claimed)
}

// load reads the edge from the stored tiles and checks that it is what was signed.
func (w *writer) load(tx *db.Tx, size int64, text []byte) error {
	c, _, err := ledger.OpenCheckpoint(text, w.l.c.Verifier)
	if err != nil {
		return fmt.Errorf("the head of the log does not hold: %w", err)
	}
	edge, err := ledger.LoadEdge(size, func(level int, index int64, _ int) (data []byte, err error) {
		err = tx.QueryRow(`SELECT data FROM record_tile WHERE level = $1 AND idx = $2`, int64(level), index).Scan(&data)
		return data, err
	})
	if err != nil {
		return err
	}
	if c.Size != size || edge.Root() != c.Root {
		return fmt.Errorf("the stored tiles are not those of the signed head: size %d and %d, roots %v and %v", size, c.Size, edge.Root(), c.Root)
	}
	w.edge, w.note = edge, text
	clear(w.heads) // whoever moved the head moved these as well
	return nil
}

// Mark implements db.Participant.
func (w *writer) Mark() any { return mark{len(w.pending), w.held} }

// Reset implements db.Participant. What a caller locked behind its savepoint is
// free again when the savepoint is gone, so the head must be taken anew.
func (w *writer) Reset(m any) {
	at := m.(mark)
	clear(w.pending[at.n:])
	w.pending, w.held = w.pending[:at.n], at.held
}

// Flush implements db.Participant: it writes the facts, the tiles they touch
// and the checkpoint over them. If we crash after it, the commit either
// happens with all of this or with none.
func (w *writer) Flush(tx *db.Tx) error {
	if len(w.pending) == 0 {
		return nil
	}
	w.flushed = w.edge.Clone()
	for _, p := range w.pending {
		w.flushed.Add(ledger.LeafHash(p.entry))
	}
	if err := w.writeFacts(tx); err != nil {
		return fmt.Errorf("writing facts: %w", err)
	}
	for _, t := range w.flushed.Touched() {
		_, err := tx.Exec(`INSERT INTO record_tile (level, idx, data) VALUES ($1, $2, $3) ON CONFLICT (level, idx) DO UPDATE SET data = excluded.data`,
			int64(t.Level), t.Index, t.Data)
		if err != nil {
			return fmt.Errorf("writing a tile: %w", err)
		}
	}
	c := ledger.Checkpoint{Origin: w.l.c.Signer.Name(), Size: w.flushed.Size(), Root: w.flushed.Root()}
	var err error
	if w.signed, err = note.Sign(&note.Note{Text: c.Text()}, w.l.c.Signer); err != nil {
		return fmt.Errorf("signing the log: %w", err)
	}
	if _, err := tx.Exec(`UPDATE record_head SET size = $1, note = $2 WHERE id = 1`, c.Size, w.signed); err != nil {
		return fmt.Errorf("writing the head of the log: %w", err)
	}
	return nil
}

// writeFacts inserts the pending facts, each linked to the one before it about
// the same matter.
func (w *writer) writeFacts(tx *db.Tx) error {
	facts := make([]any, 0, 7*len(w.pending))
	moved := make([]string, 0, len(w.pending)) // matters whose last fact is in this commit
	seen := make(map[string]bool, len(w.pending))
	for i, p := range w.pending {
		index, prev := w.base+int64(i), int64(-1)
		if p.about != "" {
			var err error
			if prev, err = w.last(tx, p.about); err != nil {
				return err
			}
			w.heads[p.about] = index
			if !seen[p.about] {
				seen[p.about] = true
				moved = append(moved, p.about)
			}
		}
		facts = append(facts, index, p.entry, p.about, p.note, prev, p.salt[:], p.digest[:])
	}
	if err := w.insert(tx, w.insertFact, 7, facts); err != nil {
		return err
	}
	abouts := make([]any, 0, 2*len(moved))
	for _, about := range moved {
		abouts = append(abouts, about, w.heads[about])
	}
	return w.insert(tx, w.upsertAbout, 2, abouts)
}

// last returns the index of the last fact about a matter, or -1.
func (w *writer) last(tx *db.Tx, about string) (int64, error) {
	if i, ok := w.heads[about]; ok {
		return i, nil
	}
	i := int64(-1)
	err := tx.QueryRow(`SELECT last FROM record_about WHERE about = $1`, about).Scan(&i)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return -1, err
	}
	return i, nil
}

// Committed implements db.Participant.
func (w *writer) Committed() {
	if w.flushed != nil {
		w.flushed.Settle()
		w.edge, w.note = w.flushed, w.signed
	}
	if len(w.heads) > maxHeads {
		clear(w.heads)
	}
	w.end()
}

// RolledBack implements db.Participant. After a commit that failed half-way we
// do not know what is on disk: the next commit reads the head and compares.
func (w *writer) RolledBack() {
	if w.flushed != nil {
		w.edge = nil // and with it, when it is read again, the heads
	}
	w.end()
}

func (w *writer) end() {
	clear(w.pending)
	w.pending, w.held, w.flushed, w.signed = w.pending[:0], false, nil, nil
}
