package dbtest

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"landbridge.example/internal/db"
)

// Golden holds the tables of a package to testdata/schema.golden, as they were
// released: a change is a new migration, and shows there. With update it writes
// the file.
func Golden(t *testing.T, schema db.Schema, update bool) {
	t.Helper()
	d := Open(t, filepath.Join(t.TempDir(), "node.db"), schema)
	var b strings.Builder
	err := d.Each(t.Context(), func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		b.WriteString(strings.Join(strings.Fields(text), " ") + "\n")
		return err
	}, "SELECT sql FROM main.sqlite_master WHERE name LIKE $1 AND sql IS NOT NULL ORDER BY name", schema.Package+"_%")
	if err != nil {
		t.Fatal(err)
	}
	const name = "testdata/schema.golden"
	if update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the schema changed; if that is meant, run with -update:\n%s", b.String())
	}
}
