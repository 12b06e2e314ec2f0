package call

import (
	"context"
	"database/sql"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/db"
)

const eraseAtOnce = 200

// Sweep erases what is over (S15): the entries, reviewers and cards of calls
// whose days of keeping have passed. What was published stays. If we crash in
// between, the rows still say what is left to erase.
func (d *Desk) Sweep(ctx context.Context) error {
	const over = `(SELECT id FROM call_call WHERE erase_us <= $1)`
	for _, part := range []struct {
		find  string
		erase func(tx *db.Tx, id landbridge.ID) error
	}{
		{`SELECT id FROM call_contact WHERE entry IN (SELECT id FROM call_entry WHERE of_call IN ` + over + `) LIMIT $2`,
			func(tx *db.Tx, id landbridge.ID) error { return d.dropCard(tx, id, factErased) }},
		{`SELECT id FROM call_reviewer WHERE of_call IN ` + over + ` LIMIT $2`, d.eraseReviewer},
		{`SELECT id FROM call_entry WHERE length(content) > 0 AND of_call IN ` + over + ` LIMIT $2`,
			func(tx *db.Tx, id landbridge.ID) error { return d.erase(tx, id, Erased) }},
	} {
		for n := eraseAtOnce; n == eraseAtOnce; {
			due, err := d.due(ctx, part.find)
			if err != nil {
				return err
			}
			if n = len(due); n == 0 {
				continue
			}
			if err := d.c.DB.Write(ctx, func(tx *db.Tx) error {
				for _, id := range due {
					if err := part.erase(tx, id); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) due(ctx context.Context, find string) ([]landbridge.ID, error) {
	var all []landbridge.ID
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id landbridge.ID
		err := rows.Scan(&id)
		all = append(all, id)
		return err
	}, find, db.Micros(d.now()), eraseAtOnce)
	if err != nil {
		return nil, fmt.Errorf("looking for what to erase: %w", err)
	}
	return all, nil
}

func (d *Desk) eraseReviewer(tx *db.Tx, id landbridge.ID) error {
	if err := d.c.Vault.Destroy(tx, owner(id)); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM call_reviewer WHERE id = $1`, id); err != nil {
		return fmt.Errorf("erasing a reviewer: %w", err)
	}
	return d.fact(tx, factErased, "node", id)
}

// erase destroys the key of an entry: its content, authors, decision and
// reviews are noise from then on, here and in backups.
func (d *Desk) erase(tx *db.Tx, id landbridge.ID, state string) error {
	if err := d.c.Vault.Destroy(tx, owner(id)); err != nil {
		return err
	}
	if err := d.dropFile(tx, id); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE call_entry SET state = $1, content = $2, long = $2, authors = $2, decision = $2, token = $2, decided_by = '' WHERE id = $3`,
		state, []byte{}, id); err != nil {
		return fmt.Errorf("erasing an entry: %w", err)
	}
	if _, err := tx.Exec(`UPDATE call_review SET body = $1 WHERE entry = $2`, []byte{}, id); err != nil {
		return fmt.Errorf("erasing reviews: %w", err)
	}
	return d.fact(tx, factErased, "node", id)
}
