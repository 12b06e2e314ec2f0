package delegation

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// Dates are what the forum says of an edition: the one source of its days.
type Dates struct {
	ID     string
	Title  string
	Place  string
	Starts time.Time
	Ends   time.Time
	Zone   string // IANA name
}

// Follow takes in that the forum changed an edition, in the forum's own
// transaction: the days of both change together or not at all. Deadlines move
// only if they must. Parties that were invited are told.
func (o *Office) Follow(tx *db.Tx, d Dates) error {
	e, host, err := readEdition(tx.QueryRow(selectEdition+tx.ForUpdate(), d.ID))
	if fail.Is(err, fail.Missing) || err == nil && host != o.me {
		return nil // not open for delegations, or run by somebody else
	}
	if err != nil {
		return err
	}
	was := e
	d.into(&e)
	if was == e {
		return nil
	}
	if e.Closes.After(e.Ends) {
		e.Closes = e.Starts
	}
	if err := e.check(); err != nil {
		return err
	}
	if err := o.spares(tx, &was, &e); err != nil {
		return err
	}
	if err := o.leaveEnds(tx, &was, &e); err != nil {
		return err
	}
	if err := o.keepEdition(tx, e, o.me); err != nil {
		return err
	}
	if err := o.fact(tx, factEdition, "node", "delegation-edition/"+e.ID, e.ID); err != nil {
		return err
	}
	return o.spread(tx, &e)
}

// into puts the forum's word over what was entered here. A title or place that
// cannot stand in letters leaves what does.
func (d Dates) into(e *Edition) {
	if d.Title != "" && latin(d.Title) && len(d.Title) <= maxLine {
		e.Title = d.Title
	}
	if d.Place != "" && latin(d.Place) && len(d.Place) <= maxLine {
		e.Place = d.Place
	}
	e.Starts, e.Ends, e.Zone = d.Starts.UTC(), d.Ends.UTC(), d.Zone
}

// known fills in what the forum says of an edition, if it knows it.
func (o *Office) known(ctx context.Context, e *Edition) error {
	if o.c.Dates == nil {
		return nil
	}
	d, err := o.c.Dates(ctx, e.ID)
	if fail.Is(err, fail.Missing) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("asking the forum for an edition: %w", err)
	}
	d.into(e)
	return nil
}

// spread tells the parties that were invited what an edition is now.
func (o *Office) spread(tx *db.Tx, e *Edition) error {
	var all []Delegation
	err := tx.Each(func(rows *sql.Rows) error {
		d := Delegation{Edition: e.ID}
		err := rows.Scan(&d.ID, &d.Kind, &d.Party, &d.Name, &d.Members, &d.Observers)
		all = append(all, d)
		return err
	}, `SELECT id, kind, party, name, members, observers FROM delegation_group WHERE edition = $1 AND party <> '' ORDER BY id LIMIT $2`, e.ID, maxGroups)
	if err != nil {
		return fmt.Errorf("reading who was invited: %w", err)
	}
	for i := range all {
		if all[i].Party == o.me {
			continue
		}
		if err := o.mail(tx, kindInvited, all[i].Party, &parcel{Edition: e, Delegation: &all[i]}); err != nil {
			return err
		}
	}
	return nil
}
