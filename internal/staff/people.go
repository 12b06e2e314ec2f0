package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// A Grant is a role with its time. A zero From is now; a zero Until has no end.
type Grant struct {
	Role        landbridge.Role
	From, Until time.Time
}

// A NewPerson describes someone to enter.
type NewPerson struct {
	Name   string
	Login  string // unique on this node; lower-case
	Grants []Grant
}

// Add enters a person with one account.
func (s *Staff) Add(ctx context.Context, by Person, n NewPerson) (Person, error) {
	name, err := checkName(n.Name)
	if err != nil {
		return Person{}, err
	}
	id, err := landbridge.NewID(s.c.Clock(), s.c.Random)
	if err != nil {
		return Person{}, err
	}
	var account landbridge.ID
	err = s.write(ctx, "adding a person", func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO staff_person (id, name, pseudonym, added_us, ended_us) VALUES ($1, $2, $3, $4, 0)`,
			string(id), name, s.pseudonym(id), s.now())
		if err != nil {
			return err
		}
		if err := s.fact(tx, "staff.person-added", by, s.pseudonym(id), name); err != nil {
			return err
		}
		account, err = s.addAccount(tx, by, id, n.Login, n.Grants)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return s.Account(ctx, account)
}

// AddAccount gives a person a second account, with roles of its own.
func (s *Staff) AddAccount(ctx context.Context, by Person, person landbridge.ID, login string, grants []Grant) (Person, error) {
	var account landbridge.ID
	err := s.write(ctx, "adding an account", func(tx *db.Tx) error {
		var ended int64
		err := tx.QueryRow(`SELECT ended_us FROM staff_person WHERE id = $1`, string(person)).Scan(&ended)
		if errors.Is(err, sql.ErrNoRows) || err == nil && ended != 0 {
			return fail.New(fail.Missing, "there is no such person on this node")
		}
		if err != nil {
			return err
		}
		account, err = s.addAccount(tx, by, person, login, grants)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return s.Account(ctx, account)
}

func (s *Staff) addAccount(tx *db.Tx, by Person, person landbridge.ID, login string, grants []Grant) (landbridge.ID, error) {
	if !landbridge.ValidName(login, 48) {
		return "", fail.New(fail.Invalid, "a login is lower-case letters and digits with dots or hyphens between them, such as d.oru")
	}
	id, err := landbridge.NewID(s.c.Clock(), s.c.Random)
	if err != nil {
		return "", err
	}
	ok, err := changed(tx, `INSERT INTO staff_account (id, person, login, added_us, ended_us) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (login) DO NOTHING`, string(id), string(person), login, s.now())
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fail.New(fail.Conflict, "the login %s is taken on this node; choose another", login)
	}
	if err := s.fact(tx, "staff.account-added", by, s.pseudonym(person), login); err != nil {
		return "", err
	}
	for _, g := range grants {
		if err := s.grant(tx, by, id, g); err != nil {
			return "", err
		}
	}
	return id, nil
}

// Grant gives an account a role.
func (s *Staff) Grant(ctx context.Context, by Person, account landbridge.ID, g Grant) error {
	return s.write(ctx, "granting a role", func(tx *db.Tx) error {
		if err := s.live(tx, account); err != nil {
			return err
		}
		return s.grant(tx, by, account, g)
	})
}

func (s *Staff) grant(tx *db.Tx, by Person, account landbridge.ID, g Grant) error {
	if !slices.Contains(landbridge.Roles(), g.Role) || g.Role == landbridge.System {
		return fail.New(fail.Invalid, "there is no role %q that a person can hold", g.Role)
	}
	if g.From.IsZero() {
		g.From = s.c.Clock()
	}
	if !g.Until.IsZero() && !g.Until.After(g.From) {
		return fail.New(fail.Invalid, "a role ends after it begins; give a later end")
	}
	var overlap int
	err := tx.QueryRow(`SELECT count(*) FROM staff_role WHERE account = $1 AND role = $2
		AND (until_us = 0 OR until_us > $3) AND from_us < $4`,
		string(account), string(g.Role), db.Micros(g.From), end(g.Until)).Scan(&overlap)
	if err != nil {
		return err
	}
	if overlap > 0 {
		return fail.New(fail.Conflict, "this account already holds the role %s at that time", g.Role)
	}
	_, err = tx.Exec(`INSERT INTO staff_role (account, role, from_us, until_us, granted_by) VALUES ($1, $2, $3, $4, $5)`,
		string(account), string(g.Role), db.Micros(g.From), db.Micros(g.Until), by.Pseudonym)
	if err != nil {
		return err
	}
	return s.fact(tx, "staff.role-granted", by, string(account), string(g.Role), stamp(g.From), stamp(g.Until))
}

// end is when a role with this Until is over; without one, never.
func end(until time.Time) int64 {
	if until.IsZero() {
		return math.MaxInt64
	}
	return until.UnixMicro()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// EndRole takes a role from an account as of now.
func (s *Staff) EndRole(ctx context.Context, by Person, account landbridge.ID, role landbridge.Role) error {
	if err := overseerAlone(by, role); err != nil {
		return err
	}
	return s.write(ctx, "ending a role", func(tx *db.Tx) error {
		now := s.now()
		ok, err := changed(tx, `UPDATE staff_role SET until_us = $1 WHERE account = $2 AND role = $3
			AND from_us <= $4 AND (until_us = 0 OR until_us > $5)`, now, string(account), string(role), now, now)
		if err != nil {
			return err
		}
		if !ok {
			return fail.New(fail.Missing, "this account does not hold the role %s", role)
		}
		return s.fact(tx, "staff.role-ended", by, string(account), string(role))
	})
}

// overseerAlone keeps the node's own people from removing who checks them. // S20
func overseerAlone(by Person, role landbridge.Role) error {
	if role == landbridge.Oversight && !by.Is(landbridge.Oversight) {
		return fail.New(fail.Denied, "only an overseer ends the role of an overseer (S20)")
	}
	return nil
}

// Deactivate ends a person's accounts, sessions, tokens and keys.
func (s *Staff) Deactivate(ctx context.Context, by Person, person landbridge.ID) error {
	return s.write(ctx, "deactivating a person", func(tx *db.Tx) error {
		now := s.now()
		var overseer int
		err := tx.QueryRow(`SELECT count(*) FROM staff_role r JOIN staff_account a ON a.id = r.account
			WHERE a.person = $1 AND r.role = $2 AND (r.until_us = 0 OR r.until_us > $3)`,
			string(person), string(landbridge.Oversight), now).Scan(&overseer)
		if err != nil {
			return err
		}
		if overseer > 0 {
			if err := overseerAlone(by, landbridge.Oversight); err != nil {
				return err
			}
		}
		ok, err := changed(tx, `UPDATE staff_person SET ended_us = $1 WHERE id = $2 AND ended_us = 0`, now, string(person))
		if err != nil {
			return err
		}
		if !ok {
			return fail.New(fail.Missing, "there is no such person on this node")
		}
		for _, q := range []string{
			`UPDATE staff_key SET ended_us = $1 WHERE ended_us = 0 AND account IN (SELECT id FROM staff_account WHERE person = $2)`,
			`UPDATE staff_session SET ends_us = $1 WHERE ends_us > $1 AND account IN (SELECT id FROM staff_account WHERE person = $2)`,
			`UPDATE staff_token SET ends_us = $1 WHERE ends_us > $1 AND account IN (SELECT id FROM staff_account WHERE person = $2)`,
			`UPDATE staff_account SET ended_us = $1 WHERE ended_us = 0 AND person = $2`,
		} {
			if _, err := tx.Exec(q, now, string(person)); err != nil {
				return err
			}
		}
		return s.fact(tx, "staff.person-ended", by, s.pseudonym(person))
	})
}

// live returns an error unless the account exists and was not ended.
func (s *Staff) live(tx *db.Tx, account landbridge.ID) error {
	var ended int64
	err := tx.QueryRow(`SELECT ended_us FROM staff_account WHERE id = $1`, string(account)).Scan(&ended)
	if errors.Is(err, sql.ErrNoRows) || err == nil && ended != 0 {
		return fail.New(fail.Missing, "there is no such account on this node")
	}
	return err
}

const person = `SELECT p.id, a.id, a.login, p.name, p.pseudonym, p.ended_us + a.ended_us
	FROM staff_account a JOIN staff_person p ON p.id = a.person `

// People returns every account, by name.
func (s *Staff) People(ctx context.Context) ([]Person, error) {
	return s.people(ctx, person+`ORDER BY p.name, a.login LIMIT $1`, MaxPeople)
}

// Account returns the person behind an account.
func (s *Staff) Account(ctx context.Context, account landbridge.ID) (Person, error) {
	return s.one(ctx, person+`WHERE a.id = $1`, string(account))
}

// ByLogin returns the person behind the account called login.
func (s *Staff) ByLogin(ctx context.Context, login string) (Person, error) {
	return s.one(ctx, person+`WHERE a.login = $1`, login)
}

func (s *Staff) one(ctx context.Context, q string, args ...any) (Person, error) {
	all, err := s.people(ctx, q, args...)
	if err != nil {
		return Person{}, err
	}
	if len(all) == 0 {
		return Person{}, fail.New(fail.Missing, "there is no such account on this node")
	}
	return all[0], nil
}

func (s *Staff) people(ctx context.Context, q string, args ...any) ([]Person, error) {
	var all []Person
	err := s.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var p Person
		var ended int64
		if err := rows.Scan(&p.ID, &p.Account, &p.Login, &p.Name, &p.Pseudonym, &ended); err != nil {
			return err
		}
		p.Active = ended == 0
		all = append(all, p)
		return nil
	}, q, args...)
	if err != nil {
		return nil, fmt.Errorf("reading staff: %w", err)
	}
	return all, s.roles(ctx, all)
}

// roles fills in what each account holds now, in the order of landbridge.Roles.
// Someone who was deactivated holds nothing.
func (s *Staff) roles(ctx context.Context, all []Person) error {
	if len(all) == 0 {
		return nil
	}
	q, now := `SELECT account, role FROM staff_role WHERE from_us <= $1 AND (until_us = 0 OR until_us > $2)`, s.now()
	args := []any{now, now}
	if len(all) == 1 {
		q, args = q+` AND account = $3`, append(args, string(all[0].Account))
	}
	held := map[landbridge.ID][]landbridge.Role{}
	err := s.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var account landbridge.ID
		var r landbridge.Role
		err := rows.Scan(&account, &r)
		held[account] = append(held[account], r)
		return err
	}, q, args...)
	if err != nil {
		return fmt.Errorf("reading roles: %w", err)
	}
	order := landbridge.Roles()
	for i, p := range all {
		if p.Active {
			all[i].Roles = held[p.Account]
			slices.SortFunc(all[i].Roles, func(a, b landbridge.Role) int { return slices.Index(order, a) - slices.Index(order, b) })
		}
	}
	return nil
}

// Named returns the names behind pseudonyms, as far as this node knows them.
func (s *Staff) Named(ctx context.Context, pseudonyms ...string) (map[string]string, error) {
	names := map[string]string{}
	for _, p := range pseudonyms {
		if _, ok := names[p]; ok {
			continue
		}
		var name string
		err := s.c.DB.QueryRow(ctx, `SELECT name FROM staff_person WHERE pseudonym = $1`, p).Scan(&name)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading a name: %w", err)
		}
		names[p] = name
	}
	return names, nil
}

// checkName returns a name fit to show: one line, no control characters.
func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", fail.New(fail.Invalid, "a name is one line of 1 to %d characters", maxName)
	}
	return name, nil
}
