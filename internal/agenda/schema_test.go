package agenda

import (
	"database/sql"
	"flag"
	"os"
	"strings"
	"testing"

	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
)

var update = flag.Bool("update", false, "write testdata/schema.golden")

// TestSchemaGolden holds the tables as they were released: a change is a new
// migration, and shows here.
func TestSchemaGolden(t *testing.T) {
	d := dbtest.Open(t, t.TempDir()+"/node.db", []db.Schema{Schema()}...)
	var b strings.Builder
	err := d.Each(t.Context(), func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		b.WriteString(strings.Join(strings.Fields(text), " ") + "\n")
		return err
	}, "SELECT sql FROM sqlite_master WHERE name LIKE 'agenda_%' AND sql IS NOT NULL ORDER BY name")
	must(t, err)
	const name = "testdata/schema.golden"
	if *update {
		must(t, os.WriteFile(name, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(name)
	must(t, err)
	if b.String() != string(want) {
		t.Errorf("the schema changed; if that is meant, run with -update:\n%s", b.String())
	}
}
