package record

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// KindErased is the kind of the fact that says that another was erased.
const KindErased = "erased"

// wipe leaves of a fact what is public.
const wipe = `UPDATE record_fact SET about = '', note = '', prev = -1, salt = NULL, digest = NULL WHERE idx = $1`

// Erase takes away what lets the fact at index be shown: salt, digest, matter
// and note. It enters the fact "erased" with the index and the ground (law and
// authority) as its note, and returns its index. The entry stays, and says no
// more than that something happened; the log stays valid (S15).
//
// On SQLite the bytes are overwritten in the file when the write-ahead log is
// folded in; PostgreSQL lets them go when it vacuums. Backups keep them: what must
// not survive there is sealed under a key that is destroyed (internal/blob).
func (l *Log) Erase(tx *db.Tx, index int64, actor, ground string) (int64, error) {
	if ground == "" {
		return 0, fail.New(fail.Invalid, "an erasure names its ground: the law and who ordered it")
	}
	if err := l.w.takeHead(tx); err != nil {
		return 0, err
	}
	var entry, salt []byte
	var about string
	var prev int64
	err := tx.QueryRow(`SELECT entry, about, prev, salt FROM record_fact WHERE idx = $1`, index).Scan(&entry, &about, &prev, &salt)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fail.New(fail.Missing, "there is no fact %d in this log yet", index)
	}
	if err != nil {
		return 0, fmt.Errorf("reading the fact to erase: %w", err)
	}
	if salt == nil {
		return 0, fail.New(fail.Conflict, "the fact %d was erased already", index)
	}
	if e, err := ledger.ParseEntry(entry); err != nil || e.Kind == KindErased {
		return 0, fail.New(fail.Denied, "the fact %d says that another was erased; it stays", index)
	}
	if about != "" {
		if err := l.unlink(tx, about, index, prev); err != nil {
			return 0, fmt.Errorf("taking a fact out of its matter: %w", err)
		}
	}
	if _, err := tx.Exec(wipe, index); err != nil {
		return 0, fmt.Errorf("erasing a fact: %w", err)
	}
	return l.Append(tx, Fact{Kind: KindErased, Actor: actor, Digest: landbridge.Sum(entry), Note: fmt.Sprintf("fact %d: %s", index, ground)})
}

// chain walks from a fact back through the facts about the same matter. It
// carries all that readers want: a second join would read the whole log.
const chain = `WITH RECURSIVE chain (idx, entry, about, note, erased, prev, depth) AS (
	SELECT idx, entry, about, note, salt IS NULL, prev, 1 FROM record_fact WHERE idx = $1
	UNION ALL
	SELECT f.idx, f.entry, f.about, f.note, f.salt IS NULL, f.prev, c.depth + 1 FROM record_fact f JOIN chain c ON f.idx = c.prev
		WHERE c.prev >= 0 AND c.prev > $2 AND c.depth < $3) `

// unlink takes one fact out of the chain of its matter.
func (l *Log) unlink(tx *db.Tx, about string, index, prev int64) error {
	delete(l.w.heads, about) // read again, whether or not this caller succeeds
	last, err := l.w.last(tx, about)
	if err != nil {
		return err
	}
	switch {
	case last == index && prev < 0:
		_, err = tx.Exec(`DELETE FROM record_about WHERE about = $1`, about)
	case last == index:
		_, err = tx.Exec(`UPDATE record_about SET last = $2 WHERE about = $1`, about, prev)
	default:
		var next int64
		if err = tx.QueryRow(chain+`SELECT idx FROM chain WHERE prev = $2`, last, index, int64(math.MaxInt32)).Scan(&next); err == nil {
			_, err = tx.Exec(`UPDATE record_fact SET prev = $2 WHERE idx = $1`, next, prev)
		}
	}
	return err
}

// EraseAbout erases every fact about one matter and enters one fact "erased"
// for all of them. It returns how many there were; none is no error, so that
// an erasure that was interrupted can be repeated.
func (l *Log) EraseAbout(tx *db.Tx, about, actor, ground string) (int, error) {
	if ground == "" || about == "" {
		return 0, fail.New(fail.Invalid, "an erasure names its matter and its ground: the law and who ordered it")
	}
	if err := l.w.takeHead(tx); err != nil {
		return 0, err
	}
	delete(l.w.heads, about)
	last, err := l.w.last(tx, about)
	if err != nil || last < 0 {
		return 0, err
	}
	var indexes []int64
	digest := sha256.New()
	err = tx.Each(func(r *sql.Rows) error {
		var index int64
		var entry []byte
		if err := r.Scan(&index, &entry); err != nil {
			return err
		}
		indexes = append(indexes, index)
		digest.Write(entry)
		return nil
	}, chain+`SELECT idx, entry FROM chain ORDER BY idx DESC`, last, int64(-1), int64(math.MaxInt32))
	if err != nil {
		return 0, fmt.Errorf("reading the facts to erase: %w", err)
	}
	for _, i := range indexes {
		if _, err := tx.Exec(wipe, i); err != nil {
			return 0, fmt.Errorf("erasing a fact: %w", err)
		}
	}
	if _, err := tx.Exec(`DELETE FROM record_about WHERE about = $1`, about); err != nil {
		return 0, fmt.Errorf("erasing a matter: %w", err)
	}
	_, err = l.Append(tx, Fact{Kind: KindErased, Actor: actor, Digest: landbridge.Digest(digest.Sum(nil)),
		Note: fmt.Sprintf("%d facts up to %d: %s", len(indexes), last, ground)})
	return len(indexes), err
}
