package casework

import (
	"context"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// canOpen refuses to begin what could not be sent: without the other side's
// published requirements there is no legal profile, and no case (S3).
func (w *Casework) canOpen(ctx context.Context, def *process.Definition, to landbridge.PartyID) error {
	if to == w.me {
		return fail.New(fail.Invalid, "a case has another party on its other side; choose one")
	}
	r, err := w.c.Directory.Lookup(ctx, to)
	if err != nil {
		return err
	}
	if !r.Supports(def.Ref) {
		return fail.New(fail.Conflict, "%s publishes no requirements for %s, so there is no agreed legal basis to start from (S3); "+
			"agree on it first, or use a process that its party record names", to, def.Ref.Name())
	}
	return nil
}

// openCase enters a case that has not left yet, and its draft.
func (w *Casework) openCase(tx *db.Tx, p staff.Person, def *process.Definition, t *process.Transition, n NewDraft) (landbridge.ID, error) {
	caseID, err := w.newID()
	if err != nil {
		return "", err
	}
	number, err := w.number(tx)
	if err != nil {
		return "", err
	}
	key, err := w.c.Vault.Create(tx, owner(caseID))
	if err != nil {
		return "", err
	}
	r := &caseRow{ID: caseID, Number: number, Process: def.Ref, Origin: w.me, Side: def.Opens, State: def.Start(), Marking: defaultMarking,
		Live: true, Opened: w.now(), Changed: w.now(), Sides: map[string][]landbridge.PartyID{}}
	for _, s := range def.Sides {
		if s.Name == def.Opens {
			r.Sides[s.Name] = []landbridge.PartyID{w.me}
		} else {
			r.Sides[s.Name] = []landbridge.PartyID{n.To}
		}
	}
	if err := w.insertCase(tx, r, key.Seal([]byte(n.Input.Title), aboutTitle(caseID))); err != nil {
		return "", err
	}
	d := &draftRow{Case: caseID, Transition: t.Name, Person: p.Pseudonym, State: draftOpen, Input: n.Input, Note: noteOf(p, t)}
	if err := w.insertDraft(tx, &whole{caseRow: r, key: key}, d); err != nil {
		return "", err
	}
	_, err = w.fact(tx, factDrafted, p.Pseudonym, landbridge.Digest{}, caseID, t.Name)
	tx.OnCommit(func() { w.c.Changed(caseID) })
	return d.ID, err
}

func noteOf(p staff.Person, t *process.Transition) draftNote {
	role, _ := roleFor(p, t)
	return draftNote{Name: p.Name, Role: string(role)}
}

// number takes the next case number of the year. A draft that is dropped keeps
// its number: a gap that explains itself is better than a number used twice.
func (w *Casework) number(tx *db.Tx) (string, error) {
	year := int64(w.now().Year())
	var last int64
	err := tx.QueryRow(`INSERT INTO casework_counter (year, last) VALUES ($1, 1)
		ON CONFLICT (year) DO UPDATE SET last = casework_counter.last + 1 RETURNING last`, year).Scan(&last)
	if err != nil {
		return "", fmt.Errorf("taking a case number: %w", err)
	}
	return fmt.Sprintf("%s-%04d-%04d", w.me, year, last), nil
}
