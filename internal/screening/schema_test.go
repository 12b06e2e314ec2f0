package screening

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
)

var update = flag.Bool("update", false, "write testdata/schema.txt")

// TestSchema holds the tables to what was released: the same columns on both
// engines, and no change that is not meant. A change is a new migration.
func TestSchema(t *testing.T) {
	const golden = "testdata/schema.txt"
	dbtest.Each(t, schemas(), func(t *testing.T, d *db.DB) {
		q := `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name LIKE 'screening_%'`
		if d.Postgres() {
			q = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name LIKE 'screening_%'`
		}
		columns := map[string][]string{}
		must(t, d.Each(t.Context(), func(r *sql.Rows) error {
			var table, column string
			err := r.Scan(&table, &column)
			columns[table] = append(columns[table], column)
			return err
		}, q))
		var lines []string
		for table, all := range columns {
			sort.Strings(all)
			lines = append(lines, fmt.Sprintf("%s: %s\n", table, strings.Join(all, " ")))
		}
		sort.Strings(lines)
		got := strings.Join(lines, "")
		if *update {
			must(t, os.MkdirAll("testdata", 0o755))
			must(t, os.WriteFile(golden, []byte(got), 0o644))
		}
		want, err := os.ReadFile(golden)
		must(t, err)
		if got != string(want) {
			t.Errorf("the tables are not those of %s; if that is meant, write a new migration and run with -update:\n%s", golden, got)
		}
	})
}

// TestS28NoSearchOfOthers: screening cannot ask another node and cannot be
// asked by one: it imports nothing that speaks, and the edge that faces other
// nodes does not import it.
func TestS28NoSearchOfOthers(t *testing.T) {
	for pattern, banned := range map[string][]string{
		"*.go":         {`"net"`, `"net/http"`, `"net/url"`, `/internal/exchange"`, `/internal/peer"`, `/client"`},
		"../peer/*.go": {`/internal/screening"`}, "../exchange/*.go": {`/internal/screening"`}, "../portal/*.go": {`/internal/screening"`},
	} {
		files, err := filepath.Glob(pattern)
		must(t, err)
		if len(files) == 0 {
			t.Errorf("%s finds nothing any more", pattern)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			text, err := os.ReadFile(f)
			must(t, err)
			for _, b := range banned {
				if strings.Contains(string(text), b) {
					t.Errorf("%s imports %s", f, b)
				}
			}
		}
	}
}
