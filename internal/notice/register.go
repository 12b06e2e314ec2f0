package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/db"
)

// Take is the [casework.Follower] of the process: it writes what a case adds up
// to now. If we crash before the transaction is on disk, neither the act nor the
// register has moved.
func (g *Register) Take(tx *db.Tx, s *casework.Standing) error {
	if s.Erased {
		return g.forget(tx, s)
	}
	e := reduce(s)
	var body []byte
	if e.Content != nil {
		text, err := json.Marshal(e.Content)
		if err != nil {
			return fmt.Errorf("writing a notice: %w", err)
		}
		body = s.Key.Seal(text, aboutBody(string(e.ID)))
	}
	if body == nil {
		body = []byte{}
	}
	removalAct := ""
	if !e.RemovalAct.IsZero() {
		removalAct = e.RemovalAct.String()
	}
	_, err := tx.Exec(`INSERT INTO notice_entry (case_id, number, issuer, side, kind, state, published_us, until_us, confirm_us, removed_us, removal,
			removal_act, extract, body, changed_us, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)
		ON CONFLICT (case_id) DO UPDATE SET number = $2, issuer = $3, side = $4, kind = $5, state = $6, published_us = $7, until_us = $8, confirm_us = $9,
			removed_us = $10, removal = $11, removal_act = $12, extract = $13, body = $14, changed_us = $15, version = notice_entry.version + 1`,
		e.ID, e.Number, e.Issuer, e.Side, e.Kind, e.State, db.Micros(e.Published), db.Micros(e.Until),
		db.Micros(e.Confirm), db.Micros(e.Removed), e.Removal, removalAct,
		e.Content != nil && e.Content.Extract != "", body, db.Micros(e.Changed))
	if err != nil {
		return fmt.Errorf("keeping a notice: %w", err)
	}
	for _, p := range e.Parties {
		_, err := tx.Exec(`INSERT INTO notice_party (case_id, party, side, taken_us, effect, gone_us) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (case_id, party) DO UPDATE SET side = $3, taken_us = $4, effect = $5, gone_us = $6`,
			e.ID, p.Party, p.Side, db.Micros(p.Taken), p.Effect, db.Micros(p.Gone))
		if err != nil {
			return fmt.Errorf("keeping the parties of a notice: %w", err)
		}
	}
	return nil
}

// forget follows the erasure of a case (S15). What was published and taken back
// leaves its dates, so that the lag of every party can still be counted (S27);
// what never was leaves nothing.
func (g *Register) forget(tx *db.Tx, s *casework.Standing) error {
	for _, q := range []string{
		`UPDATE notice_entry SET body = '', state = '` + stateErased + `', until_us = 0, confirm_us = 0, extract = FALSE, version = version + 1
			WHERE case_id = $1 AND removed_us > 0`,
		`DELETE FROM notice_party WHERE case_id IN (SELECT case_id FROM notice_entry WHERE case_id = $1 AND removed_us = 0)`,
		`DELETE FROM notice_entry WHERE case_id = $1 AND removed_us = 0`,
	} {
		if _, err := tx.Exec(q, s.ID); err != nil {
			return fmt.Errorf("forgetting a notice: %w", err)
		}
	}
	return nil
}

const entryColumns = `case_id, number, issuer, side, kind, state, published_us, until_us, confirm_us, removed_us, removal, removal_act, body, changed_us`

// entries reads rows; with content, if a key opener is given.
func (g *Register) entries(ctx context.Context, open bool, where string, args ...any) (all []*entry, err error) {
	var bodies [][]byte
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var e entry
		var act string
		var body []byte
		var published, until, confirm, removed, changed int64
		if err := rows.Scan(&e.ID, &e.Number, &e.Issuer, &e.Side, &e.Kind, &e.State, &published, &until, &confirm, &removed, &e.Removal, &act, &body,
			&changed); err != nil {
			return err
		}
		e.Published, e.Until, e.Confirm, e.Removed, e.Changed = db.Moment(published), db.Moment(until), db.Moment(confirm), db.Moment(removed), db.Moment(changed)
		if act != "" {
			if e.RemovalAct, err = landbridge.ParseDigest(act); err != nil {
				return err
			}
		}
		all, bodies = append(all, &e), append(bodies, body)
		return nil
	}, `SELECT `+entryColumns+` FROM notice_entry `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading notices: %w", err)
	}
	for i, e := range all {
		if !open || len(bodies[i]) == 0 {
			continue
		}
		key, err := g.c.Vault.Key(ctx, g.c.DB, owner(string(e.ID)))
		if err != nil {
			return nil, err
		}
		if e.Content, err = openContent(key, bodies[i], string(e.ID)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func openContent(key blob.Key, body []byte, id string) (*content, error) {
	text, err := key.Open(body, aboutBody(id))
	if err != nil {
		return nil, fmt.Errorf("opening a notice: %w", err)
	}
	var c content
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("reading a notice: %w", err)
	}
	return &c, nil
}

// parties reads the parties of one notice.
func (g *Register) parties(ctx context.Context, id landbridge.CaseID) (all []partyLine, err error) {
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var p partyLine
		var taken, gone int64
		if err := rows.Scan(&p.Party, &p.Side, &taken, &p.Effect, &gone); err != nil {
			return err
		}
		p.Taken, p.Gone = db.Moment(taken), db.Moment(gone)
		all = append(all, p)
		return nil
	}, `SELECT party, side, taken_us, effect, gone_us FROM notice_party WHERE case_id = $1 ORDER BY party`, id)
	if err != nil {
		return nil, fmt.Errorf("reading the parties of a notice: %w", err)
	}
	return all, nil
}
