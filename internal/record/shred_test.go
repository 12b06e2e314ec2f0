package record_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"landbridge.example/internal/db"
)

// TestShredded looks for the salt of an erased fact in the database file: once
// the node has been stopped in good order it is not there any more.
func TestShredded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.db")
	p := newParty(t, "XA")
	d := reopen(t, path, db.Options{})
	l := openLog(t, d, p)
	add(t, d, l, many("case/a", 600)...)
	var salts [][]byte
	for _, i := range []int64{0, 299, 300, 599} {
		dis, err := l.Disclose(t.Context(), i)
		must(t, err)
		salts = append(salts, dis.Salt[:])
	}
	must(t, d.Close())
	found := func(salt []byte) bool {
		b, err := os.ReadFile(path)
		must(t, err)
		return bytes.Contains(b, salt)
	}
	for i, salt := range salts {
		if !found(salt) {
			t.Fatalf("the salt %d is not in the file: the search proves nothing", i)
		}
	}
	d = reopen(t, path, db.Options{})
	l = openLog(t, d, p)
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		for _, i := range []int64{0, 299, 300} {
			if _, err := l.Erase(tx, i, "node", "retention period is over"); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, d.Close())
	for i, salt := range salts {
		if found(salt) != (i == 3) {
			t.Errorf("salt %d: in the file %v", i, found(salt))
		}
	}
}
