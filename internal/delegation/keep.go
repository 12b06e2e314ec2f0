package delegation

import (
	"context"
	"database/sql"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

const eraseAtOnce = 500

// Sweep erases people whose time is over (S15): the edition's days of keeping
// have passed, or they were refused or withdrew a while ago. The keys go, and
// with them what rows and backups hold; kind, part and badge number stay, for counting.
// If we crash in between, the rows still say what is left to erase.
func (o *Office) Sweep(ctx context.Context) error {
	for {
		n, err := o.sweep(ctx)
		if err != nil || n < eraseAtOnce {
			return err
		}
	}
}

func (o *Office) sweep(ctx context.Context) (int, error) {
	var due []landbridge.ID
	err := o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id landbridge.ID
		err := rows.Scan(&id)
		due = append(due, id)
		return err
	}, `SELECT p.id FROM delegation_person p JOIN delegation_edition e ON e.id = p.edition
		WHERE p.state <> $1 AND (e.erase_us <= $2 OR p.erase_us > 0 AND p.erase_us <= $2) LIMIT $3`, Erased, db.Micros(o.now()), eraseAtOnce)
	if err != nil {
		return 0, fmt.Errorf("looking for people to erase: %w", err)
	}
	if len(due) == 0 {
		return 0, nil
	}
	err = o.c.DB.Write(ctx, func(tx *db.Tx) error {
		for _, id := range due {
			if err := o.erase(tx, id, "node"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range due {
		delete(o.open, id)
	}
	return len(due), nil
}

// Forget erases a person before their time, because they ask for it or because
// they should not have been entered. A badge of theirs is revoked.
func (o *Office) Forget(ctx context.Context, p staff.Person, id landbridge.ID) error {
	if !p.Is(landbridge.DataProtection) && !p.Is(landbridge.Secretariat) {
		return fail.New(fail.Denied, "data on a person are erased by the data-protection officer or the secretariat (S15)")
	}
	err := o.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := o.row(tx, id)
		if err != nil {
			return err
		}
		if r.state == Erased {
			return nil // asked twice
		}
		if err := o.revoke(tx, r, p.Pseudonym); err != nil {
			return err
		}
		return o.erase(tx, id, p.Pseudonym)
	})
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.open, id)
	return nil
}

func (o *Office) erase(tx *db.Tx, id landbridge.ID, by string) error {
	if err := o.c.Vault.Destroy(tx, owner(id)); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE delegation_person SET state = $1, body = $2, decision = $2, nominated_by = '', proposed_by = '', revision = revision + 1
		WHERE id = $3`, Erased, []byte{}, id); err != nil {
		return fmt.Errorf("erasing a person: %w", err)
	}
	return o.fact(tx, factErased, by, owner(id), "")
}
