// Package dbtest runs one test on every engine at hand: SQLite always, and
// PostgreSQL when LANDBRIDGE_TEST_POSTGRES holds an address. It is for tests
// alone and is trusted with nothing.
package dbtest

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"landbridge.example/internal/db"
)

var serial atomic.Int64

// Each runs f as a subtest on a fresh database of each engine, after the
// given migrations.
func Each(t *testing.T, schemas []db.Schema, f func(*testing.T, *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, Open(t, filepath.Join(t.TempDir(), "node.db"), schemas...)) })
	t.Run("postgres", func(t *testing.T) { f(t, Open(t, Postgres(t), schemas...)) })
}

// Postgres returns the address of a fresh, empty PostgreSQL schema, and skips
// the test when there is no server to make one on.
func Postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv("LANDBRIDGE_TEST_POSTGRES")
	if base == "" {
		t.Skip("LANDBRIDGE_TEST_POSTGRES is not set: PostgreSQL is tested in the full tier")
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), serial.Add(1))
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", base)
		if err != nil {
			return
		}
		defer admin.Close()
		admin.Exec("DROP SCHEMA " + name + " CASCADE") //nolint:errcheck // the server is thrown away with the run
	})
	sep := "?"
	if strings.Contains(base, "?") {
		sep = "&"
	}
	return base + sep + "search_path=" + url.QueryEscape(name)
}

// Open opens dsn with the given migrations and closes it with the test.
func Open(t testing.TB, dsn string, schemas ...db.Schema) *db.DB {
	t.Helper()
	d, err := db.Open(dsn, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Migrate(t.Context(), schemas...); err != nil {
		t.Fatal(err)
	}
	return d
}
