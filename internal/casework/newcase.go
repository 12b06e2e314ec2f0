package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// sides returns who takes which side of a new case. Where there is one other
// side with one party on it, naming that party is enough.
func (w *Casework) sides(def *process.Definition, n NewDraft) (map[string][]landbridge.PartyID, error) {
	named := maps.Clone(n.Sides)
	if named == nil {
		named = map[string][]landbridge.PartyID{}
	}
	var others []string
	for _, s := range def.Sides {
		if s.Name != def.Opens {
			others = append(others, s.Name)
		}
	}
	if n.To != "" && len(others) == 1 && len(named[others[0]]) == 0 {
		named[others[0]] = []landbridge.PartyID{n.To}
	}
	if !slices.Contains(named[def.Opens], w.me) {
		named[def.Opens] = append([]landbridge.PartyID{w.me}, named[def.Opens]...)
	}
	return named, w.checkSides(def, named)
}

// checkSides says in a sentence what the opening act would be refused for.
func (w *Casework) checkSides(def *process.Definition, named map[string][]landbridge.PartyID) error {
	seen := map[landbridge.PartyID]bool{}
	for _, s := range def.Sides {
		parties := named[s.Name]
		if len(parties) == 0 {
			return fail.New(fail.Invalid, "say which party takes the part %q of this process", s.Label)
		}
		if len(parties) > s.Parties {
			return fail.New(fail.Invalid, "%q has room for %d parties, and %d are named", s.Label, s.Parties, len(parties))
		}
		for _, p := range parties {
			if _, err := landbridge.ParsePartyID(string(p)); err != nil {
				return fail.New(fail.Invalid, "%q: %v", s.Label, err)
			}
			if seen[p] {
				return fail.New(fail.Invalid, "a case has another party on each side; %s is named twice", p)
			}
			seen[p] = true
		}
	}
	for name := range named {
		if def.Side(name) == nil {
			return fail.New(fail.Invalid, "the process %s has no side %q", def.Ref.Name(), clip(name))
		}
	}
	return nil
}

// canOpen refuses to begin what could not be sent: without the published
// requirements of every other party there is no legal profile, and no case (S3).
func (w *Casework) canOpen(ctx context.Context, def *process.Definition, t *process.Transition, sides map[string][]landbridge.PartyID) error {
	if !needsBasis(t) {
		return nil
	}
	for _, s := range def.Sides {
		for _, to := range sides[s.Name] {
			if to == w.me {
				continue
			}
			r, err := w.c.Directory.Lookup(ctx, to)
			if err != nil {
				return err
			}
			if !r.Supports(def.Ref) {
				return fail.New(fail.Conflict, "%s publishes no requirements for %s, so there is no agreed legal basis to start from (S3); "+
					"agree on it first, or use a process that its party record names", to, def.Ref.Name())
			}
			b, err := w.c.Law.Basis(ctx, agreement.Query{From: w.me, To: to, Process: def.Ref.ID, Day: agreement.DayOf(w.now())})
			if err != nil {
				return err
			}
			if !b.OK() {
				return fail.New(fail.Conflict, "there is no legal basis to start from (S3): %s", b.Lacking)
			}
		}
	}
	return nil
}

// openCase enters a case that has not left yet, and its draft.
func (w *Casework) openCase(tx *db.Tx, p staff.Person, def *process.Definition, t *process.Transition, n NewDraft,
	sides map[string][]landbridge.PartyID) (landbridge.ID, error) {
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
		Live: true, Opened: w.now(), Changed: w.now(), Sides: sides}
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
