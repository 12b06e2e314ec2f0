package delegation

import (
	"context"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// An Edition is what delegations need to know of an edition of the forum.
type Edition struct {
	ID       string    `json:"id"` // the text id that the forum gives it, such as 2026
	Title    string    `json:"title"`
	Place    string    `json:"place"`
	Host     string    `json:"host"`           // who signs the letters
	Zone     string    `json:"zone,omitempty"` // IANA name, by which days are told; empty is UTC
	Starts   time.Time `json:"starts"`
	Ends     time.Time `json:"ends"`
	Closes   time.Time `json:"closes"`    // the end of nominations
	KeepDays int       `json:"keep_days"` // after Ends; then data on people are erased
}

func (e *Edition) check() error {
	for _, f := range []*string{&e.Title, &e.Place, &e.Host} {
		*f = strings.TrimSpace(*f)
		if *f == "" || len(*f) > maxLine || !latin(*f) {
			return fail.New(fail.Invalid, "title, place and host have 1 to %d bytes in Latin letters, as they are to stand in letters", maxLine)
		}
	}
	if _, err := time.LoadLocation(e.Zone); err != nil || len(e.Zone) > maxLine {
		return fail.New(fail.Invalid, "the time zone of an edition is an IANA name such as Asia/Shanghai")
	}
	switch {
	case !landbridge.ValidName(e.ID, badge.MaxEdition):
		return fail.New(fail.Invalid, "the id of an edition is 1 to %d lower-case letters, digits, '-', '_' or '.'", badge.MaxEdition)
	case e.Starts.IsZero() || !e.Ends.After(e.Starts) || e.Closes.After(e.Ends) || e.Closes.IsZero():
		return fail.New(fail.Invalid, "an edition ends after it starts, and nominations close before it ends")
	case e.KeepDays < 1 || e.KeepDays > maxKeepDays:
		return fail.New(fail.Invalid, "data on people are kept 1 to %d days after the edition (S15)", maxKeepDays)
	}
	return nil
}

// Days returns the first and the last day of an edition, where it takes place,
// each as the noon of that day in UTC.
func (e *Edition) Days() (first, last time.Time) {
	z, err := time.LoadLocation(e.Zone)
	if err != nil {
		z = time.UTC // refused when the edition was entered
	}
	noon := func(t time.Time) time.Time {
		y, m, d := t.In(z).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	return noon(e.Starts), noon(e.Ends.Add(-time.Second)) // the end is the first moment after it
}

func (e *Edition) erases() time.Time { return e.Ends.AddDate(0, 0, e.KeepDays) }

// SetEdition opens an edition for delegations, or changes its deadlines. If the
// forum knows the edition, title, place and days are the forum's, whatever is given.
func (o *Office) SetEdition(ctx context.Context, p staff.Person, e Edition) error {
	if err := runs(p); err != nil {
		return err
	}
	if err := o.known(ctx, &e); err != nil {
		return err
	}
	if err := e.check(); err != nil {
		return err
	}
	return o.c.DB.Write(ctx, func(tx *db.Tx) error {
		was, _, err := readEdition(tx.QueryRow(selectEdition+tx.ForUpdate(), e.ID))
		if err == nil {
			if err = o.spares(tx, &was, &e); err == nil {
				err = o.leaveEnds(tx, &was, &e)
			}
		}
		if err != nil && !fail.Is(err, fail.Missing) {
			return err
		}
		if err := o.keepEdition(tx, e, o.me); err != nil {
			return err
		}
		if err := o.fact(tx, factEdition, p.Pseudonym, "delegation-edition/"+e.ID, e.ID); err != nil {
			return err
		}
		return o.spread(tx, &e)
	})
}

// spares refuses days by which everyone's data would be past their keeping now:
// a year mistyped would destroy every key, and no backup brings that back.
func (o *Office) spares(tx *db.Tx, was, e *Edition) error {
	if now := o.now(); !was.erases().After(now) || e.erases().After(now) {
		return nil
	}
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM delegation_person WHERE edition = $1 AND state <> $2`, e.ID, Erased).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	return fail.New(fail.Conflict, "with these days the data on %d people of edition %s would be erased at once; correct the days, or erase these people first",
		n, e.ID)
}

// keepEdition writes the row of an edition. Another host cannot take it over.
func (o *Office) keepEdition(tx *db.Tx, e Edition, host landbridge.PartyID) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	var n int64
	if err := tx.QueryRow(`SELECT count(*) FROM delegation_edition WHERE id <> $1`, e.ID).Scan(&n); err != nil {
		return err
	}
	if n >= maxEditions {
		return fail.New(fail.TooLarge, "this node keeps at most %d editions", maxEditions)
	}
	res, err := tx.Exec(`INSERT INTO delegation_edition (id, host, body, closes_us, erase_us) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, closes_us = excluded.closes_us, erase_us = excluded.erase_us
		WHERE delegation_edition.host = excluded.host`, e.ID, host, body, db.Micros(e.Closes), db.Micros(e.erases()))
	if err != nil {
		return fmt.Errorf("keeping an edition: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fail.New(fail.Conflict, "edition %s is run by another party", e.ID))
	}
	return nil
}

// A scanner is one row of an answer.
type scanner interface{ Scan(...any) error }

func readEdition(row scanner) (e Edition, host landbridge.PartyID, err error) {
	var body []byte
	switch err := row.Scan(&host, &body); {
	case errors.Is(err, sql.ErrNoRows):
		return e, "", fail.New(fail.Missing, "this edition is not open for delegations")
	case err != nil:
		return e, "", fmt.Errorf("reading an edition: %w", err)
	}
	return e, host, json.Unmarshal(body, &e)
}

const selectEdition = `SELECT host, body FROM delegation_edition WHERE id = $1`

// Edition returns an edition as delegations know it.
func (o *Office) Edition(ctx context.Context, id string) (Edition, error) {
	e, _, err := readEdition(o.c.DB.QueryRow(ctx, selectEdition, id))
	return e, err
}

// A Delegation is one group of people who come together.
type Delegation struct {
	ID        landbridge.ID      `json:"id"`
	Edition   string             `json:"edition"`
	Kind      string             `json:"kind"`
	Party     landbridge.PartyID `json:"party,omitempty"` // of a party's own
	Name      string             `json:"name"`            // in Latin letters
	Members   int                `json:"members"`         // quota; beside them one head
	Observers int                `json:"observers"`

	Count     map[string]int `json:"-"` // people by state
	LinkUntil time.Time      `json:"-"` // a nomination link waits until then
}

func (d *Delegation) check() error {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case !oneOf(Kinds(), d.Kind):
		return fail.New(fail.Invalid, "choose the kind of the delegation")
	case d.Name == "" || len(d.Name) > maxLine || !latin(d.Name):
		return fail.New(fail.Invalid, "a delegation has a name of 1 to %d bytes in Latin letters, as it is to stand in letters", maxLine)
	case d.Members < 0 || d.Observers < 0 || d.Members > MaxQuota || d.Observers > MaxQuota:
		return fail.New(fail.Invalid, "a quota is a number from 0 to %d", MaxQuota)
	case d.Party != "" && d.Kind != KindParty && d.Kind != "organisation":
		return fail.New(fail.Invalid, "only delegations of parties and organisations are nominated by a party's node")
	}
	return nil
}

// Invite opens a delegation with its quota. A party's node is told by message,
// and its focal point nominates there; others get a [Office.Link].
func (o *Office) Invite(ctx context.Context, p staff.Person, d Delegation) (landbridge.ID, error) {
	if err := runs(p); err != nil {
		return "", err
	}
	if err := d.check(); err != nil {
		return "", err
	}
	now := o.now()
	err := o.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		e, host, err := readEdition(tx.QueryRow(selectEdition, d.Edition))
		if err != nil {
			return err
		}
		if host != o.me {
			return fail.New(fail.Denied, "edition %s is run by %s, which invites", d.Edition, host)
		}
		if d.ID, err = landbridge.NewID(now, o.c.Random); err != nil {
			return err
		}
		if err := o.keepGroup(tx, &d); err != nil {
			return err
		}
		if err := o.fact(tx, factInvited, p.Pseudonym, owner(d.ID), d.Kind); err != nil || d.Party == "" || d.Party == o.me {
			return err
		}
		return o.mail(tx, kindInvited, d.Party, &parcel{Edition: &e, Delegation: &d})
	})
	return d.ID, err
}

func (o *Office) keepGroup(tx *db.Tx, d *Delegation) error {
	var n int64
	if err := tx.QueryRow(`SELECT count(*) FROM delegation_group WHERE edition = $1`, d.Edition).Scan(&n); err != nil {
		return err
	}
	if n >= maxGroups {
		return fail.New(fail.TooLarge, "an edition has at most %d delegations", maxGroups)
	}
	res, err := tx.Exec(`INSERT INTO delegation_group (id, edition, kind, party, name, members, observers, token, token_until_us, token_used_us, made_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9) ON CONFLICT DO NOTHING`,
		d.ID, d.Edition, d.Kind, d.Party, d.Name, d.Members, d.Observers, []byte{}, db.Micros(o.now()))
	if err != nil {
		return fmt.Errorf("entering a delegation: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fail.New(fail.Conflict, "%s has a delegation at this edition already; change its quota instead", d.Party))
	}
	return nil
}

// Resize changes a quota. People who were approved stay, even over it.
func (o *Office) Resize(ctx context.Context, p staff.Person, id landbridge.ID, members, observers int) error {
	if err := runs(p); err != nil {
		return err
	}
	return o.c.DB.Write(ctx, func(tx *db.Tx) error {
		d, e, host, err := o.group(tx, id)
		if err != nil {
			return err
		}
		d.Members, d.Observers = members, observers
		if err := d.check(); err != nil {
			return err
		}
		if host != o.me {
			return fail.New(fail.Denied, "the quota is set by %s", host)
		}
		if _, err := tx.Exec(`UPDATE delegation_group SET members = $1, observers = $2 WHERE id = $3`, members, observers, id); err != nil {
			return err
		}
		if err := o.fact(tx, factInvited, p.Pseudonym, owner(id), d.Kind); err != nil || d.Party == "" || d.Party == o.me {
			return err
		}
		return o.mail(tx, kindInvited, d.Party, &parcel{Edition: e, Delegation: d})
	})
}

// group reads a delegation with its edition, and keeps others from changing it
// until the transaction ends: quotas are counted under this lock.
func (o *Office) group(tx *db.Tx, id landbridge.ID) (*Delegation, *Edition, landbridge.PartyID, error) {
	d := &Delegation{ID: id}
	err := tx.QueryRow(`SELECT edition, kind, party, name, members, observers FROM delegation_group WHERE id = $1`+tx.ForUpdate(), id).
		Scan(&d.Edition, &d.Kind, &d.Party, &d.Name, &d.Members, &d.Observers)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, "", fail.New(fail.Missing, "there is no such delegation")
	}
	if err != nil {
		return nil, nil, "", fmt.Errorf("reading a delegation: %w", err)
	}
	e, host, err := readEdition(tx.QueryRow(selectEdition, d.Edition))
	return d, &e, host, err
}

// Link returns a new secret with which a focal point nominates once, without an
// account. It is told once and kept nowhere; one given before no longer works.
func (o *Office) Link(ctx context.Context, p staff.Person, id landbridge.ID, life time.Duration) (string, error) {
	if err := runs(p); err != nil {
		return "", err
	}
	if life <= 0 || life > linkLife {
		return "", fail.New(fail.Invalid, "a nomination link works for at most %d days", int(linkLife.Hours()/24))
	}
	raw := make([]byte, secretBytes)
	if _, err := io.ReadFull(o.c.Random, raw); err != nil {
		return "", fmt.Errorf("making a link: %w", err)
	}
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	err := o.c.DB.Write(ctx, func(tx *db.Tx) error {
		d, _, host, err := o.group(tx, id)
		if err != nil {
			return err
		}
		if host != o.me || d.Party != "" && d.Party != o.me {
			return fail.New(fail.Denied, "the focal point of %s nominates on its own node", d.Party)
		}
		if _, err := tx.Exec(`UPDATE delegation_group SET token = $1, token_until_us = $2, token_used_us = 0 WHERE id = $3`,
			token(secret), db.Micros(o.now().Add(life)), id); err != nil {
			return fmt.Errorf("giving a link: %w", err)
		}
		return o.fact(tx, factLinked, p.Pseudonym, owner(id), d.Kind)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Delegations lists the delegations of an edition with how their people stand.
func (o *Office) Delegations(ctx context.Context, p staff.Person, edition string) ([]Delegation, error) {
	if err := sees(p); err != nil {
		return nil, err
	}
	if err := o.Sweep(ctx); err != nil {
		return nil, err
	}
	var all []Delegation
	place := map[landbridge.ID]int{}
	err := o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		d := Delegation{Edition: edition, Count: map[string]int{}}
		var until, used int64
		err := rows.Scan(&d.ID, &d.Kind, &d.Party, &d.Name, &d.Members, &d.Observers, &until, &used)
		if used == 0 && until > db.Micros(o.now()) {
			d.LinkUntil = db.Moment(until)
		}
		place[d.ID] = len(all)
		all = append(all, d)
		return err
	}, `SELECT id, kind, party, name, members, observers, token_until_us, token_used_us FROM delegation_group
		WHERE edition = $1 ORDER BY kind, name, id LIMIT $2`, edition, maxGroups)
	if err != nil {
		return nil, fmt.Errorf("listing delegations: %w", err)
	}
	err = o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id landbridge.ID
		var state string
		var n int
		err := rows.Scan(&id, &state, &n)
		if i, ok := place[id]; ok {
			all[i].Count[state] = n
		}
		return err
	}, `SELECT delegation, state, count(*) FROM delegation_person WHERE edition = $1 GROUP BY delegation, state`, edition)
	return all, err
}
