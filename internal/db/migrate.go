package db

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"landbridge.example/internal/fail"
)

// A Schema is one package's migrations: files schema/NNNN_name.sql, applied in
// name order, never changed once released.
type Schema struct {
	Package string
	Files   fs.FS
}

// Migrate applies the files that were not applied yet, each in its own
// transaction. A file that changed after it was applied is refused.
func (d *DB) Migrate(ctx context.Context, schemas ...Schema) error {
	err := d.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`CREATE TABLE IF NOT EXISTS db_migration (
			package TEXT NOT NULL, file TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (package, file))`)
		return err
	})
	if err != nil {
		return fmt.Errorf("preparing migrations: %w", err)
	}
	for _, s := range schemas {
		files, err := fs.Glob(s.Files, "schema/*.sql") // Glob sorts by name
		if err != nil {
			return err
		}
		for _, file := range files {
			text, err := fs.ReadFile(s.Files, file)
			if err != nil {
				return err
			}
			if err := d.apply(ctx, s.Package, file, string(text)); err != nil {
				return fmt.Errorf("migrating %s %s: %w", s.Package, file, err)
			}
		}
	}
	return nil
}

func (d *DB) apply(ctx context.Context, pkg, file, text string) error {
	return d.Write(ctx, func(tx *Tx) error {
		res, err := tx.Exec(`INSERT INTO db_migration (package, file, text) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, pkg, file, text)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			var was string
			if err := tx.QueryRow(`SELECT text FROM db_migration WHERE package = $1 AND file = $2`, pkg, file).Scan(&was); err != nil {
				return err
			}
			if was != text {
				return fail.New(fail.Conflict, "the migration %s/%s differs from the one this database was made with; run the release that made it", pkg, file)
			}
			return nil
		}
		d.kept.stale = true
		for _, stmt := range statements(text) {
			if _, err := tx.Exec(stmt); err != nil {
				return err
			}
		}
		return nil
	})
}

// statements splits a migration at the semicolons that end a line, so that
// both engines get one statement at a time.
func statements(text string) []string {
	var all []string
	for part := range strings.SplitSeq(text, ";\n") {
		part = strings.TrimSuffix(strings.TrimSpace(part), ";")
		if part != "" {
			all = append(all, part)
		}
	}
	return all
}
