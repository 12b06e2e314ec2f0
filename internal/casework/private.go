package casework

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/process"
)

// What this file keeps is known to this node alone and is in no message: whom
// its cases sought to have handed over (S37), and who broke an assurance given
// to it (S7). Both end with the case they come from.

// The guards that ask for what only this node knows.
const (
	guardDisguised = "S37.no_extradition_pending"
	guardBreach    = "S7.no_fresh_breach"
)

// uses reports whether any act of the definition carries the guard.
func uses(d *process.Definition, guard string) bool {
	return slices.ContainsFunc(d.Transitions, func(t process.Transition) bool { return slices.Contains(t.Guards, guard) })
}

// pursues reports whether a process seeks a person to be held or handed over.
func pursues(d *process.Definition) bool {
	return slices.ContainsFunc(d.States, func(s process.State) bool { return s.Coercive == process.Liberty }) && !uses(d, guardDisguised)
}

// A token stands for a person inside this node: a keyed digest of the name, and
// one of name and date of birth. It cannot be guessed without the node's key,
// and no other node makes the same (S9: there is no shared list of persons).
type token struct{ name, full string }

func (w *Casework) token(r process.Row) (t token, err error) {
	secret, err := hkdf.Key(sha256.New, w.c.Keys.KEK[:], nil, domainToken, sha256.Size)
	if err != nil {
		return t, fmt.Errorf("deriving the key of person tokens: %w", err)
	}
	words := strings.FieldsFunc(strings.ToLower(r["family_name"]+" "+r["given_names"]), func(c rune) bool { return !unicode.IsLetter(c) })
	slices.Sort(words)
	name := strings.Join(words, " ")
	t.name = keyed(secret, "name\x00"+name)
	if born := r["birth_date"]; born != "" {
		t.full = keyed(secret, "full\x00"+name+"\x00"+born)
	}
	return t, nil
}

func keyed(secret []byte, text string) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// savePrivate remembers what later cases are held against.
func (w *Casework) savePrivate(tx *db.Tx, f *whole) error {
	if pursues(f.def) {
		for _, r := range f.fold.Fields["persons"].Rows {
			t, err := w.token(r)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`INSERT INTO casework_pursued (case_id, name_token, full_token) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				f.ID, t.name, t.full)
			if err != nil {
				return fmt.Errorf("noting whom a case pursues: %w", err)
			}
		}
	}
	if f.fold.Meant[process.AssuranceBreached] == 0 {
		return nil
	}
	for _, p := range f.promised(w.me) {
		if _, err := tx.Exec(`INSERT INTO casework_breach (case_id, party) VALUES ($1, $2) ON CONFLICT DO NOTHING`, f.ID, p); err != nil {
			return fmt.Errorf("noting a broken assurance: %w", err)
		}
	}
	return nil
}

// promised lists the other parties on the side that gives assurances.
func (f *whole) promised(me landbridge.PartyID) (all []landbridge.PartyID) {
	for i := range f.def.Transitions {
		if t := &f.def.Transitions[i]; t.Means == process.AssuranceGiven {
			all = append(all, f.Sides[t.Side]...)
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(p landbridge.PartyID) bool { return p == me })
}

// loadPrivate asks what this node alone knows that bears on the case.
func (w *Casework) loadPrivate(s source, f *whole) (err error) {
	if uses(f.def, guardBreach) {
		for _, p := range f.promised(w.me) {
			var n int
			if err := s.row(`SELECT count(*) FROM casework_breach WHERE party = $1`, p).Scan(&n); err != nil {
				return fmt.Errorf("looking for broken assurances: %w", err)
			}
			f.Breach = f.Breach || n > 0
		}
	}
	return w.loadPursued(s, f, f.fold.Fields["persons"])
}

// loadPursued holds persons, of the case or of a draft in it, against the
// persons that other cases here pursue (S37).
func (w *Casework) loadPursued(s source, f *whole, persons process.Value) error {
	if !uses(f.def, guardDisguised) {
		return nil
	}
	for _, r := range persons.Rows {
		same, err := w.pursued(s, f.ID, r)
		if err != nil {
			return err
		}
		f.Disguised = f.Disguised || same
	}
	return nil
}

// pursued reports whether another case here seeks the same person, or did and
// was refused. Where one of the two lacks the date of birth, the name counts.
func (w *Casework) pursued(s source, id landbridge.CaseID, r process.Row) (found bool, err error) {
	t, err := w.token(r)
	if err != nil {
		return false, err
	}
	err = s.each(func(rows *sql.Rows) error {
		var whole, outcome string
		var live bool
		if err := rows.Scan(&whole, &outcome, &live); err != nil {
			return err
		}
		same := whole == t.full || whole == "" || t.full == ""
		found = found || same && (live || outcome == outcomeRefused)
		return nil
	}, `SELECT p.full_token, c.outcome, c.live FROM casework_pursued p JOIN casework_case c ON c.id = p.case_id
		WHERE p.name_token = $1 AND p.case_id <> $2`, t.name, id)
	return found, err
}

const outcomeRefused = "refused" // of a case
