package delegation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// Bounds of what is done to several people at once.
const (
	MaxAtOnce = 500
	MaxCards  = 1000 // badges in one file
)

// A Skip is a person to whom nothing was done, and why.
type Skip struct {
	ID  landbridge.ID
	Why string
}

// ApproveAll admits several people in one commit. Who was taken further or back
// in the meantime is skipped, with the reason: each person is a decision of its own.
func (o *Office) ApproveAll(ctx context.Context, p staff.Person, ids []landbridge.ID) (done []landbridge.ID, skipped []Skip, err error) {
	if err := runs(p); err != nil {
		return nil, nil, err
	}
	if len(ids) == 0 || len(ids) > MaxAtOnce {
		return nil, nil, fail.New(fail.Invalid, "choose 1 to %d people to approve at a time", MaxAtOnce)
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	err = o.c.DB.Write(ctx, func(tx *db.Tx) error {
		done, skipped = nil, nil // from the start again if the commit is tried again
		tell := told{}
		for _, id := range ids {
			err := o.stepIn(tx, id, Nominated, func(tx *db.Tx, r *row, d *Delegation, e *Edition) error {
				said, err := o.approve(tx, p, r, d, e)
				if err != nil {
					return err
				}
				tell.add(d, r, said)
				return nil
			})
			switch {
			case fail.Is(err, fail.Conflict) || fail.Is(err, fail.Missing):
				skipped = append(skipped, Skip{id, fail.Safe(err)})
			case err != nil:
				return err
			default:
				done = append(done, id)
			}
		}
		return o.tellAll(tx, tell)
	})
	return done, skipped, err
}

// told is what parties are to be told of their people, by delegation.
type told map[landbridge.ID]*parcel

func (t told) add(d *Delegation, r *row, said *Decision) {
	if t[d.ID] == nil {
		t[d.ID] = &parcel{Delegation: d}
	}
	t[d.ID].People = append(t[d.ID].People, entry{ID: r.id, State: r.state, Number: r.number, Decision: said})
}

// tellAll sends each party what was decided on its people, in as few messages as their bound allows.
func (o *Office) tellAll(tx *db.Tx, all told) error {
	for _, out := range all {
		if out.Delegation.Party == "" || out.Delegation.Party == o.me {
			continue
		}
		for part := range slices.Chunk(out.People, MaxNominees) {
			if err := o.mail(tx, kindDecided, out.Delegation.Party, &parcel{Delegation: out.Delegation, People: part}); err != nil {
				return err
			}
		}
	}
	return nil
}

// BadgesPDF returns the badges of all approved people whom a query lists, a card on
// each page, and how many they are.
func (o *Office) BadgesPDF(ctx context.Context, p staff.Person, q Query) ([]byte, int, error) {
	if err := runs(p); err != nil {
		return nil, 0, err
	}
	q.State = Approved
	all, err := o.list(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case len(all) == 0:
		return nil, 0, fail.New(fail.Missing, "nobody who is chosen here is approved, so there is no badge to print")
	case len(all) > MaxCards:
		return nil, 0, fail.New(fail.TooLarge, "%d badges are more than one file holds, which is %d; print them by delegation or kind", len(all), MaxCards)
	}
	e, host, err := readEdition(o.c.DB.QueryRow(ctx, selectEdition, q.Edition))
	if err != nil {
		return nil, 0, err
	}
	if host != o.me {
		return nil, 0, fail.New(fail.Denied, "badges of edition %s are printed by %s", e.ID, host)
	}
	f := cards(fmt.Sprintf("%s badges", e.ID), o.now())
	for _, l := range all {
		v, err := o.carried(ctx, l, &e)
		if err != nil {
			return nil, 0, err
		}
		if err := f.card(v); err != nil {
			return nil, 0, err
		}
	}
	out, err := printed(f.pdf)
	if err != nil {
		return nil, 0, err
	}
	return out, len(all), o.c.DB.Write(ctx, func(tx *db.Tx) error {
		return o.fact(tx, factExported, p.Pseudonym, "delegation-edition/"+q.Edition, fmt.Sprintf("%d badges", len(all)))
	})
}

// carried is what a card needs of a person.
func (o *Office) carried(ctx context.Context, l Line, e *Edition) (*View, error) {
	x, r, err := o.unseal(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	key, err := o.c.Vault.Key(ctx, o.c.DB, owner(l.ID))
	if err != nil {
		return nil, err
	}
	v := &View{Line: l, Person: *x, Edition: *e}
	return v, unsealed(key, r.decision, aboutDecision(l.ID), &v.Decision)
}

// A Held is an edition as a node keeps it for delegations.
type Held struct {
	Edition
	Host   landbridge.PartyID
	Here   bool // this node runs it
	Over   bool // nominations are closed
	Groups int
	People map[string]int // by state

	Outdated int // badges in force that say another end than the edition has now
}

// Editions lists the editions that are open for delegations here, the newest first.
func (o *Office) Editions(ctx context.Context, p staff.Person) ([]Held, error) {
	if err := sees(p); err != nil {
		return nil, err
	}
	var all []Held
	place := map[string]int{}
	err := o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		h := Held{People: map[string]int{}}
		var id string
		var body []byte
		if err := rows.Scan(&id, &h.Groups, &h.Host, &body); err != nil {
			return err
		}
		if err := json.Unmarshal(body, &h.Edition); err != nil {
			return err
		}
		h.Here, h.Over = h.Host == o.me, o.now().After(h.Closes)
		place[id] = len(all)
		all = append(all, h)
		return nil
	}, `SELECT e.id, (SELECT count(*) FROM delegation_group g WHERE g.edition = e.id), e.host, e.body FROM delegation_edition e
		ORDER BY e.closes_us DESC, e.id LIMIT $1`, maxEditions)
	if err != nil {
		return nil, fmt.Errorf("listing editions: %w", err)
	}
	err = o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id, state string
		var n int
		err := rows.Scan(&id, &state, &n)
		if i, ok := place[id]; ok {
			all[i].People[state] = n
		}
		return err
	}, `SELECT edition, state, count(*) FROM delegation_person GROUP BY edition, state`)
	for i := range all {
		if h := &all[i]; err == nil && h.Here && h.Ends.After(o.now()) {
			h.Outdated, err = o.Outdated(ctx, p, h.ID)
		}
	}
	return all, err
}

// A Group is one delegation with what may be done about it.
type Group struct {
	Delegation
	Of           Edition
	Host         landbridge.PartyID
	Here         bool // this node runs the edition
	Over         bool // nominations are closed
	MayNominate  bool
	MayLink      bool
	MayRun       bool
	Seats, Taken map[string]int // by part; what is taken counts who was not refused or withdrawn
}

// Group returns one delegation.
func (o *Office) Group(ctx context.Context, p staff.Person, id landbridge.ID) (*Group, error) {
	if err := sees(p); err != nil {
		return nil, err
	}
	g := &Group{Delegation: Delegation{ID: id, Count: map[string]int{}}, Taken: map[string]int{}}
	var until, used int64
	err := o.c.DB.QueryRow(ctx, `SELECT edition, kind, party, name, members, observers, token_until_us, token_used_us FROM delegation_group WHERE id = $1`, id).
		Scan(&g.Delegation.Edition, &g.Kind, &g.Party, &g.Name, &g.Members, &g.Observers, &until, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "there is no such delegation")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a delegation: %w", err)
	}
	if used == 0 && until > db.Micros(o.now()) {
		g.LinkUntil = db.Moment(until)
	}
	if g.Of, g.Host, err = readEdition(o.c.DB.QueryRow(ctx, selectEdition, g.Delegation.Edition)); err != nil {
		return nil, err
	}
	g.Here, g.Over = g.Host == o.me, o.now().After(g.Of.Closes)
	runner := runs(p) == nil
	g.MayRun = g.Here && runner
	g.MayNominate = nominates(p) == nil && (!g.Over || runner) && (!g.Here || runner || g.Party == o.me)
	g.MayLink = g.MayRun && (g.Party == "" || g.Party == o.me) && !g.Over
	g.Seats = map[string]int{Head: 1, Deputy: min(MaxDeputies, g.Members), Member: g.Members, Observer: g.Observers}
	return g, o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var part, state string
		var n int
		err := rows.Scan(&part, &state, &n)
		g.Count[state] += n
		if state == Nominated || state == Approved || state == Proposed {
			g.Taken[part] += n
		}
		return err
	}, `SELECT part, state, count(*) FROM delegation_person WHERE delegation = $1 GROUP BY part, state`, id)
}
