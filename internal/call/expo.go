package call

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// Bounds of the expo.
const (
	MaxStands   = 2000
	maxHallCM   = 100_000 // a kilometre
	maxContacts = 5000    // cards of one exhibitor
)

// A Stand is a place on the plan of a hall, in centimetres from its corner.
type Stand struct {
	Code, Hall             string
	Left, Top, Wide, Deep  int
	Entry                  landbridge.ID // empty: free
	Exhibitor, Title, Site string        // of a published exhibitor
}

func (s Stand) check() error {
	if !line(s.Code) || strings.HasPrefix(s.Code,
		"#") || !line(s.Hall) || s.Left < 0 || s.Top < 0 || s.Wide < 50 || s.Deep < 50 || s.Left+s.Wide > maxHallCM || s.Top+s.Deep > maxHallCM {
		return fail.New(fail.Invalid, "a stand has a code, a hall, and a place and size in centimetres, at least 50 wide and deep")
	}
	return nil
}

func (s Stand) overlaps(o Stand) bool {
	return s.Hall == o.Hall && s.Left < o.Left+o.Wide && o.Left < s.Left+s.Wide && s.Top < o.Top+o.Deep && o.Top < s.Top+s.Deep
}

// SetPlan replaces the plan of an expo. A stand that was given away stays in
// it; stands that overlap are refused.
func (d *Desk) SetPlan(ctx context.Context, p staff.Person, call landbridge.ID, all []Stand) error {
	if err := runs(p); err != nil {
		return err
	}
	if len(all) > MaxStands {
		return fail.New(fail.TooLarge, "a plan has at most %d stands", MaxStands)
	}
	codes := map[string]bool{}
	for i, s := range all {
		if err := s.check(); err != nil {
			return err
		}
		for _, o := range all[:i] {
			if s.overlaps(o) {
				return fail.New(fail.Invalid, "stands %s and %s overlap in %s", o.Code, s.Code, s.Hall)
			}
		}
		if codes[s.Code] {
			return fail.New(fail.Invalid, "two stands are called %s", s.Code)
		}
		codes[s.Code] = true
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := readCall(tx.QueryRow(selectCall+tx.ForUpdate(), call))
		if err != nil {
			return err
		}
		if c.Kind != Expo {
			return fail.New(fail.Invalid, "only an expo has a plan")
		}
		given := map[string]landbridge.ID{}
		if err := tx.Each(func(rows *sql.Rows) error {
			var code string
			var entry landbridge.ID
			err := rows.Scan(&code, &entry)
			given[code] = entry
			return err
		}, `SELECT code, entry FROM call_stand WHERE of_call = $1 AND entry <> ''`, call); err != nil {
			return err
		}
		for code := range given {
			if !codes[code] {
				return fail.New(fail.Conflict, "stand %s is given to an exhibitor; free it before it leaves the plan", code)
			}
		}
		if _, err := tx.Exec(`DELETE FROM call_stand WHERE of_call = $1`, call); err != nil {
			return err
		}
		for _, s := range all {
			if _, err := tx.Exec(`INSERT INTO call_stand (of_call, code, hall, left_cm, top_cm, wide_cm, deep_cm, entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
				call, s.Code, s.Hall, s.Left, s.Top, s.Wide, s.Deep, given[s.Code]); err != nil {
				return fmt.Errorf("drawing a plan: %w", err)
			}
		}
		return d.fact(tx, factPlaced, p.Pseudonym, call)
	})
}

// Place gives a free stand to an accepted exhibitor, or frees it when entry is
// empty. An exhibitor has one stand, and a stand one exhibitor.
func (d *Desk) Place(ctx context.Context, p staff.Person, call landbridge.ID, code string, entry landbridge.ID) error {
	if err := runs(p); err != nil {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := readCall(tx.QueryRow(selectCall+tx.ForUpdate(), call)); err != nil { // one at a time on one plan
			return err
		}
		if entry != "" {
			r, err := readRow(tx.QueryRow(selectEntry+`id = $1`, entry), noEntry)
			if err != nil {
				return err
			}
			if r.call != call || r.state != Accepted {
				return fail.New(fail.Conflict, "a stand is given to an exhibitor who was accepted")
			}
			if _, err := tx.Exec(`UPDATE call_stand SET entry = '' WHERE entry = $1`, entry); err != nil {
				return err
			}
		}
		res, err := tx.Exec(`UPDATE call_stand SET entry = $1 WHERE of_call = $2 AND code = $3 AND (entry = '' OR $1 = '')`, entry, call, code)
		if err != nil {
			return fmt.Errorf("giving a stand: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fail.New(fail.Conflict, "there is no such stand, or it is given to another exhibitor"))
		}
		return d.fact(tx, factPlaced, p.Pseudonym, call)
	})
}

// Plan returns the plan of an expo for everyone: who was published is named,
// another's stand is only taken.
func (d *Desk) Plan(ctx context.Context, call landbridge.ID) ([]Stand, error) {
	c, err := readCall(d.c.DB.QueryRow(ctx, selectCall, call))
	if err != nil {
		return nil, err
	}
	public, err := d.Public(ctx, c.Edition, Expo)
	if err != nil {
		return nil, err
	}
	named := map[landbridge.ID]Published{}
	for _, x := range public {
		named[x.Entry] = x
	}
	var all []Stand
	err = d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var s Stand
		err := rows.Scan(&s.Code, &s.Hall, &s.Left, &s.Top, &s.Wide, &s.Deep, &s.Entry)
		if x, ok := named[s.Entry]; ok {
			s.Exhibitor, s.Title, s.Site = x.Content.Exhibitor.Organisation, x.Content.Title, x.Content.Exhibitor.Site
		}
		all = append(all, s)
		return err
	}, `SELECT code, hall, left_cm, top_cm, wide_cm, deep_cm, entry FROM call_stand WHERE of_call = $1 ORDER BY hall, code LIMIT $2`, call, MaxStands)
	return all, err
}

// A Card is what a visitor lets one exhibitor know.
type Card struct {
	Name         string    `json:"name"`
	Organisation string    `json:"organisation,omitempty"`
	Email        string    `json:"email"`
	Note         string    `json:"note,omitempty"`
	At           time.Time `json:"at"`
}

// Share gives a visitor's card to one exhibitor, because the visitor says so.
// The secret that is returned takes it back.
func (d *Desk) Share(ctx context.Context, entry landbridge.ID, x Card, consent bool) (string, error) {
	x.Name, x.Organisation, x.Email, x.At = strings.TrimSpace(x.Name), strings.TrimSpace(x.Organisation), strings.TrimSpace(x.Email), d.now()
	switch {
	case !consent:
		return "", fail.New(fail.Invalid, "nothing was shared: tick that this exhibitor may have what you wrote")
	case !line(x.Name) || !address(x.Email) || x.Organisation != "" && !line(x.Organisation) || !words(x.Note, maxLine):
		return "", fail.New(fail.Invalid, "a card has a name and a mail address, and at most %d bytes in each field", maxLine)
	}
	secret, err := d.secret()
	if err != nil {
		return "", err
	}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) error {
		var n, cards int
		if err := tx.QueryRow(`SELECT count(*) FROM call_published WHERE entry = $1 AND kind = $2`, entry, Expo).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fail.New(fail.Missing, "there is no such exhibitor")
		}
		if err := tx.QueryRow(`SELECT count(*) FROM call_contact WHERE entry = $1`, entry).Scan(&cards); err != nil {
			return err
		}
		if cards >= maxContacts {
			return fail.New(fail.Unavailable, "this exhibitor has all the cards it can keep; speak to them at the stand")
		}
		id, err := landbridge.NewID(d.now(), d.c.Random)
		if err != nil {
			return err
		}
		key, err := d.c.Vault.Create(tx, owner(id))
		if err != nil {
			return err
		}
		body, err := seals(key, x, "card", id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO call_contact (id, entry, token, body, at_us) VALUES ($1, $2, $3, $4, $5)`,
			id, entry, token(secret), body, db.Micros(d.now())); err != nil {
			return fmt.Errorf("sharing a card: %w", err)
		}
		return d.fact(tx, factShared, "node", id)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// TakeBack ends a visitor's consent: the card is erased, and the exhibitor no
// longer finds it here.
func (d *Desk) TakeBack(ctx context.Context, secret string) error {
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		var id landbridge.ID
		err := tx.QueryRow(`SELECT id FROM call_contact WHERE token = $1`, token(secret)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return fail.New(fail.Missing, "no card is known by this secret; perhaps it was taken back already")
		}
		if err != nil {
			return err
		}
		return d.dropCard(tx, id, factTakenBack)
	})
}

func (d *Desk) dropCard(tx *db.Tx, id landbridge.ID, fact string) error {
	if err := d.c.Vault.Destroy(tx, owner(id)); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM call_contact WHERE id = $1`, id); err != nil {
		return fmt.Errorf("erasing a card: %w", err)
	}
	return d.fact(tx, fact, "node", id)
}

// Cards returns to an exhibitor, by the secret of their entry, the cards that
// visitors gave to them and to nobody else.
func (d *Desk) Cards(ctx context.Context, secret string) ([]Card, error) {
	r, err := readRow(d.c.DB.QueryRow(ctx, selectEntry+`token = $1`, token(secret)), noSecret)
	if err != nil {
		return nil, err
	}
	type sealedCard struct {
		id   landbridge.ID
		body []byte
	}
	var found []sealedCard
	err = d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var s sealedCard
		err := rows.Scan(&s.id, &s.body)
		found = append(found, s)
		return err
	}, `SELECT id, body FROM call_contact WHERE entry = $1 ORDER BY at_us, id LIMIT $2`, r.id, maxContacts)
	if err != nil {
		return nil, fmt.Errorf("listing cards: %w", err)
	}
	var all []Card
	for _, s := range found {
		var key blob.Key
		if key, err = d.c.Vault.Key(ctx, d.c.DB, owner(s.id)); fail.Is(err, fail.Missing) {
			continue // taken back since the rows were read
		} else if err != nil {
			return nil, err
		}
		var x Card
		if err := unseals(key, s.body, &x, "card", s.id); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}
