package call

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Cleared entry is what a programme may show of one that was accepted: the
// words of the entry, and the names that publishing it would show.
type Cleared struct {
	ID      landbridge.ID
	Edition string
	Kind    string
	Content Content  // without the long text and what was asked of the secretariat
	People  []Author // without addresses; none of an award, whose nominators are not told
}

// Clear opens an accepted entry for the programme and holds it until tx ends, so
// that nobody takes it back meanwhile. Before the decision nothing is told: in
// an anonymous call the programme must not show a name earlier than the
// proceedings would. That it was opened is recorded.
func (d *Desk) Clear(tx *db.Tx, p staff.Person, entry landbridge.ID) (*Cleared, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	r, err := readRow(tx.QueryRow(selectEntry+`id = $1`+tx.ForUpdate(), entry), noEntry)
	if err != nil {
		return nil, err
	}
	if r.state != Accepted {
		return nil, notAccepted(r.state)
	}
	c, err := readCall(tx.QueryRow(selectCall, r.call))
	if err != nil {
		return nil, err
	}
	key, err := d.c.Vault.KeyTx(tx, owner(entry))
	if err != nil {
		return nil, err
	}
	e, err := r.open(key, c, true)
	if err != nil {
		return nil, err
	}
	return &Cleared{ID: entry, Edition: c.Edition, Kind: c.Kind, Content: e.public(), People: e.named()}, d.fact(tx, factRead, p.Pseudonym, entry)
}

func notAccepted(state string) error {
	switch state {
	case Withdrawn, Erased:
		return fail.New(fail.Conflict, "this entry was %s; nothing of it goes into the programme", state)
	case Declined:
		return fail.New(fail.Conflict, "this entry was declined; only what was accepted goes into the programme")
	case Proposed:
		return fail.New(fail.Conflict, "this commendation waits for a second person; after that it can go into the programme")
	}
	return fail.New(fail.Conflict, "this entry is not decided; accept it first, then it can go into the programme")
}

// public is what was entered, without what was asked of the secretariat.
func (e *Entry) public() Content {
	c := e.Content
	if c.Event != nil {
		open := *c.Event
		open.Wishes = "" // they are for the secretariat
		c.Event = &open
	}
	return c
}

// named is whom a published entry names: without addresses, and of an award
// nobody, because who nominated is not published.
func (e *Entry) named() (all []Author) {
	if e.Call.Kind == Award {
		return nil
	}
	for _, a := range e.Authors {
		all = append(all, Author{Name: a.Name, Organisation: a.Organisation})
	}
	return all
}

// State says how far an entry is, without opening it. An entry that this node
// does not know has none.
func (d *Desk) State(ctx context.Context, entry landbridge.ID) (state string, err error) {
	err = d.c.DB.QueryRow(ctx, `SELECT state FROM call_entry WHERE id = $1`, entry).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading how far an entry is: %w", err)
	}
	return state, nil
}

// TakenBack returns the entries of an edition that can no longer stand in a
// programme, with how far they are: withdrawn, or undecided again after they
// were retracted. What was erased because its time of keeping is over stays.
func (d *Desk) TakenBack(ctx context.Context, edition string) (map[landbridge.ID]string, error) {
	all := map[landbridge.ID]string{}
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id landbridge.ID
		var state string
		err := rows.Scan(&id, &state)
		all[id] = state
		return err
	}, `SELECT e.id, e.state FROM call_entry e JOIN call_call c ON c.id = e.of_call WHERE c.edition = $1 AND e.state NOT IN ($2, $3)`, edition, Accepted, Erased)
	if err != nil {
		return nil, fmt.Errorf("looking for what was taken back: %w", err)
	}
	return all, nil
}
