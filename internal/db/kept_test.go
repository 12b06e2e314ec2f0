package db

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

func openKept(t *testing.T, dsn string) *DB {
	t.Helper()
	d, err := Open(dsn, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func exec(t *testing.T, d *DB, q string, args ...any) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *Tx) error {
		_, err := tx.Exec(q, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

// inWriter runs f on the goroutine that owns the statements.
func inWriter(t *testing.T, d *DB, f func()) {
	t.Helper()
	if err := d.Write(context.Background(), func(*Tx) error { f(); return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestKept checks that statements stay prepared, that they survive a change of
// their table, and that SQL text made up on the way does not pile up.
func TestKept(t *testing.T) {
	d := openKept(t, filepath.Join(t.TempDir(), "node.db"))
	first := Schema{"db", fstest.MapFS{"schema/0001.sql": {Data: []byte("CREATE TABLE db_kept (id BIGINT PRIMARY KEY);")}}}
	if err := d.Migrate(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	read := func() (n int) {
		t.Helper()
		err := d.Write(context.Background(), func(tx *Tx) error {
			rows, err := tx.Query(`SELECT * FROM db_kept WHERE id < $1`, 100)
			if err != nil {
				return err
			}
			defer rows.Close()
			columns, err := rows.Columns()
			n = len(columns)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 3 {
		exec(t, d, `INSERT INTO db_kept (id) VALUES ($1)`, i)
		read()
	}
	inWriter(t, d, func() {
		if d.kept.kept[`INSERT INTO db_kept (id) VALUES ($1)`] == nil {
			t.Error("a statement used three times was not kept")
		}
	})
	second := Schema{"db", fstest.MapFS{"schema/0002.sql": {Data: []byte("ALTER TABLE db_kept ADD COLUMN note TEXT;")}}}
	if err := d.Migrate(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	inWriter(t, d, func() {
		if d.kept.kept[`INSERT INTO db_kept (id) VALUES ($1)`] != nil {
			t.Error("a statement outlived a change of its table")
		}
	})
	if n := read(); n != 2 {
		t.Errorf("%d columns after the migration, want 2", n)
	}
	for i := range 3 * maxKept {
		q := fmt.Sprintf(`UPDATE db_kept SET note = 'x' WHERE id = %d`, i)
		exec(t, d, q)
		exec(t, d, q)
	}
	inWriter(t, d, func() {
		if n, m := len(d.kept.kept), len(d.kept.uses); n > maxKept || m > 2*maxKept {
			t.Errorf("%d statements kept, %d counted", n, m)
		}
	})
}

// TestLostConnection checks that kept statements prepare themselves again after
// the server dropped us.
func TestLostConnection(t *testing.T) {
	dsn := os.Getenv("LANDBRIDGE_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("LANDBRIDGE_TEST_POSTGRES is not set: PostgreSQL is tested in the full tier")
	}
	d := openKept(t, dsn)
	var pid int
	ask := func() error {
		return d.Write(context.Background(), func(tx *Tx) error { return tx.QueryRow(`SELECT pg_backend_pid()`).Scan(&pid) })
	}
	for range 3 {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
	}
	was := pid
	var done bool
	if err := d.QueryRow(t.Context(), `SELECT pg_terminate_backend($1)`, pid).Scan(&done); err != nil || !done {
		t.Fatalf("ending our own connection: %v %v", done, err)
	}
	var err error
	for range 3 { // the first may find out
		if err = ask(); err == nil {
			break
		}
	}
	if err != nil || pid == was {
		t.Errorf("after the connection was lost: %v, backend %d and %d", err, was, pid)
	}
}
