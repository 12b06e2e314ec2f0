package gpsi

import (
	"database/sql"
	"flag"
	"os"
	"strings"
	"testing"

	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
)

var update = flag.Bool("update", false, "write testdata/schema.txt")

// TestSchema: what the migrations make is what the golden dump says, on both
// engines alike. A released migration is never changed; a new one shows here.
func TestSchema(t *testing.T) {
	const name = "testdata/schema.txt"
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		q := `SELECT m.name, c.name, lower(c.type) FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND substr(m.name, 1, 5) = 'gpsi_' ORDER BY m.name, c.cid`
		if d.Postgres() {
			q = `SELECT table_name, column_name, data_type FROM information_schema.columns
				WHERE table_schema = current_schema() AND substr(table_name, 1, 5) = 'gpsi_' ORDER BY table_name COLLATE "C", ordinal_position`
		}
		var b strings.Builder
		must(t, d.Each(t.Context(), func(rows *sql.Rows) error {
			var table, column, kind string
			err := rows.Scan(&table, &column, &kind)
			b.WriteString(table + " " + column + " " + kind + "\n")
			return err
		}, q))
		if *update {
			must(t, os.WriteFile(name, []byte(b.String()), 0o644))
		}
		want, err := os.ReadFile(name)
		must(t, err)
		if b.String() != string(want) {
			t.Errorf("the schema is\n%s", b.String())
		}
	})
}
