package delegation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Nominee is a person put forward for a part of a delegation.
type Nominee struct {
	Part   string
	Person Person
}

// check tidies a nominee and says what is wrong with it.
func (n *Nominee) check() error {
	if !oneOf(Parts(), n.Part) {
		return fail.New(fail.Invalid, "choose for each person whether they are head, deputy, member or observer")
	}
	return n.Person.clean()
}

func checkNominees(all []Nominee) error {
	if len(all) == 0 || len(all) > MaxNominees {
		return fail.New(fail.Invalid, "nominate 1 to %d people at a time", MaxNominees)
	}
	for i := range all {
		if err := all[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// Nominate enters people of a delegation on their behalf. On a party's own node
// they are put to the secretariat by message in the same commit.
func (o *Office) Nominate(ctx context.Context, p staff.Person, group landbridge.ID, all []Nominee) (ids []landbridge.ID, err error) {
	if err := nominates(p); err != nil {
		return nil, err
	}
	if err := checkNominees(all); err != nil {
		return nil, err
	}
	err = o.c.DB.Write(ctx, func(tx *db.Tx) error {
		var over []Finding
		if ids, over, err = o.nominate(tx, p, group, all); err == nil && len(over) > 0 {
			return fail.New(fail.Conflict, "%s", over[0].Problem)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// nominate enters people who were checked. Who has no seat left is a finding,
// whose row is the place in the list; then the caller takes the transaction back.
func (o *Office) nominate(tx *db.Tx, p staff.Person, group landbridge.ID, all []Nominee) (ids []landbridge.ID, over []Finding, err error) {
	d, e, host, err := o.group(tx, group)
	if err != nil {
		return nil, nil, err
	}
	if host == o.me && !p.Is(landbridge.Secretariat) && d.Party != o.me {
		return nil, nil, fail.New(fail.Denied, "people of other delegations are entered by the secretariat")
	}
	if o.now().After(e.Closes) && !p.Is(landbridge.Secretariat) {
		return nil, nil, closed(e)
	}
	var out []entry
	for i, n := range all {
		id, err := o.enter(tx, d, n, p.Pseudonym)
		if fail.Is(err, fail.Conflict) {
			over = append(over, Finding{i, plain(n.Person.Latin), fail.Safe(err)})
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
		out = append(out, entry{ID: id, Part: n.Part, Person: &n.Person})
	}
	if host == o.me || len(over) > 0 {
		return ids, over, nil
	}
	for part := range slices.Chunk(out, MaxNominees) {
		if err := o.mail(tx, kindNominated, host, &parcel{Delegation: d, People: part}); err != nil {
			return nil, nil, err
		}
	}
	return ids, nil, nil
}

func closed(e *Edition) error {
	return fail.New(fail.Expired, "nominations for %s closed on %s; write to the secretariat", e.Title, e.Closes.UTC().Format("2 January 2006 15:04 MST"))
}

// enter adds one nominee within the quota.
func (o *Office) enter(tx *db.Tx, d *Delegation, n Nominee, by string) (landbridge.ID, error) {
	id, err := landbridge.NewID(o.now(), o.c.Random)
	if err != nil {
		return "", err
	}
	ok, err := o.fits(tx, d, n.Part)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fail.New(fail.Conflict, "the quota of %s is 1 head, %d members (deputies among them, at most %d) and %d observers, and is used up for this part; "+
			"withdraw someone or ask the secretariat", d.Name, d.Members, MaxDeputies, d.Observers)
	}
	return id, o.insert(tx, d, id, n, Nominated, nil, by)
}

// fits reports whether a part of a delegation has a seat left.
func (o *Office) fits(tx *db.Tx, d *Delegation, part string) (bool, error) {
	used := map[string]int{}
	err := tx.Each(func(rows *sql.Rows) error {
		var part string
		var n int
		err := rows.Scan(&part, &n)
		used[part] = n
		return err
	}, `SELECT part, count(*) FROM delegation_person WHERE delegation = $1 AND state IN ($2, $3, $4) GROUP BY part`, d.ID, Nominated, Approved, Proposed)
	if err != nil {
		return false, err
	}
	var all, here int
	err = tx.QueryRow(`SELECT count(*), count(*) FILTER (WHERE delegation = $2) FROM delegation_person WHERE edition = $1`, d.Edition, d.ID).Scan(&all, &here)
	if err != nil {
		return false, err
	}
	if here >= maxOfGroup { // one delegation does not use up the room of all
		return false, fail.New(fail.TooLarge, "%d people were put forward for this delegation already, refused ones among them; write to the secretariat", here)
	}
	if all >= MaxPeople {
		return false, fail.New(fail.TooLarge, "an edition holds at most %d people", MaxPeople)
	}
	members := used[Member]+used[Deputy] < d.Members // deputies sit on the members' seats
	switch part {
	case Head:
		return used[Head] < 1, nil
	case Deputy:
		return members && used[Deputy] < MaxDeputies, nil
	case Member:
		return members, nil
	}
	return used[Observer] < d.Observers, nil
}

func (o *Office) insert(tx *db.Tx, d *Delegation, id landbridge.ID, n Nominee, state string, decision *Decision, by string) error {
	key, err := o.c.Vault.Create(tx, owner(id))
	if err != nil {
		return err
	}
	body, err := sealed(key, n.Person, aboutBody(id))
	if err != nil {
		return err
	}
	said, erase := []byte{}, int64(0)
	if decision != nil {
		erase = db.Micros(o.now().Add(keepRefused))
		if said, err = sealed(key, decision, aboutDecision(id)); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`INSERT INTO delegation_person
		(id, edition, delegation, part, state, number, body, decision, nominated_by, proposed_by, revision, nominated_us, erase_us)
		VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, '', 1, $9, $10)`,
		id, d.Edition, d.ID, n.Part, state, body, said, by, db.Micros(o.now()), erase); err != nil {
		return fmt.Errorf("entering a person: %w", err)
	}
	return o.fact(tx, factNominated, by, owner(id), d.Kind)
}

// Submit takes in the one list of people that a nomination link is good for.
// All of it is entered, or nothing, and then the link still works.
func (o *Office) Submit(ctx context.Context, secret string, all []Nominee) error {
	if err := checkNominees(all); err != nil {
		return err
	}
	return o.c.DB.Write(ctx, func(tx *db.Tx) error {
		id, used, err := o.linked(tx.QueryRow(selectLink, token(tidySecret(secret))))
		if err != nil {
			return err
		}
		if used {
			return fail.New(fail.Conflict, "this link was used already; ask the secretariat for another to nominate more people")
		}
		d, e, _, err := o.group(tx, id)
		if err != nil {
			return err
		}
		if o.now().After(e.Closes) {
			return closed(e)
		}
		// Of two who use the link at once, the second finds it used: the row says so, not the reading above.
		res, err := tx.Exec(`UPDATE delegation_group SET token_used_us = $1 WHERE id = $2 AND token_used_us = 0`, db.Micros(o.now()), id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fail.New(fail.Conflict, "this link was used already; ask the secretariat for another"))
		}
		for _, n := range all {
			if _, err := o.enter(tx, d, n, "node"); err != nil {
				return err
			}
		}
		return nil
	})
}

const selectLink = `SELECT id, token_until_us, token_used_us FROM delegation_group WHERE token = $1`

func tidySecret(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

func (o *Office) linked(row scanner) (id landbridge.ID, used bool, err error) {
	var until, when int64
	err = row.Scan(&id, &until, &when)
	if errors.Is(err, sql.ErrNoRows) || err == nil && until <= db.Micros(o.now()) {
		return "", false, fail.New(fail.Missing, "this link does not work or is over; ask the secretariat for another")
	}
	if err != nil {
		return "", false, fmt.Errorf("reading a link: %w", err)
	}
	return id, when != 0, nil
}

// A Standing is what the holder of a link sees: the delegation, and of people
// only how many stand where. Names are not told back to whoever holds a link.
type Standing struct {
	Delegation
	Title  string // of the edition
	Closes time.Time
	Used   bool
}

// Look returns how a delegation stands, to who holds its link.
func (o *Office) Look(ctx context.Context, secret string) (*Standing, error) {
	id, used, err := o.linked(o.c.DB.QueryRow(ctx, selectLink, token(tidySecret(secret))))
	if err != nil {
		return nil, err
	}
	s := &Standing{Used: used}
	s.ID, s.Count = id, map[string]int{}
	if err := o.c.DB.QueryRow(ctx, `SELECT edition, kind, party, name, members, observers FROM delegation_group WHERE id = $1`, id).
		Scan(&s.Edition, &s.Kind, &s.Party, &s.Name, &s.Members, &s.Observers); err != nil {
		return nil, fmt.Errorf("reading a delegation: %w", err)
	}
	e, err := o.Edition(ctx, s.Edition)
	if err != nil {
		return nil, err
	}
	s.Title, s.Closes = e.Title, e.Closes
	return s, o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var state string
		var n int
		err := rows.Scan(&state, &n)
		if state == Proposed { // that a refusal is being weighed is not told
			state = Nominated
		}
		s.Count[state] += n
		return err
	}, `SELECT state, count(*) FROM delegation_person WHERE delegation = $1 GROUP BY state`, id)
}

// Withdraw takes a person back, on the wish of the person or the delegation.
// A badge of theirs is revoked in the same commit.
func (o *Office) Withdraw(ctx context.Context, p staff.Person, id landbridge.ID) error {
	if err := nominates(p); err != nil {
		return err
	}
	return o.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := o.row(tx, id)
		if err != nil {
			return err
		}
		d, _, host, err := o.group(tx, r.group)
		if err != nil {
			return err
		}
		if host == o.me && !p.Is(landbridge.Secretariat) && d.Party != o.me {
			return fail.New(fail.Denied, "people of other delegations are withdrawn by the secretariat")
		}
		if err := o.withdraw(tx, r, p.Pseudonym); err != nil {
			return err
		}
		out := &parcel{Delegation: d, People: []entry{{ID: id, State: Withdrawn}}}
		switch {
		case host != o.me:
			return o.mail(tx, kindWithdrawn, host, out)
		case d.Party != "" && d.Party != o.me:
			return o.mail(tx, kindDecided, d.Party, out)
		}
		return nil
	})
}

func (o *Office) withdraw(tx *db.Tx, r *row, by string) error {
	if r.state == Withdrawn || r.state == Refused || r.state == Erased {
		return fail.New(fail.Conflict, "this nomination is over already; look at it again")
	}
	if err := o.revoke(tx, r, by); err != nil {
		return err
	}
	if err := o.move(tx, r, Withdrawn, 0, nil, "", o.now().Add(keepRefused)); err != nil {
		return err
	}
	return o.fact(tx, factWithdrawn, by, owner(r.id), "")
}
