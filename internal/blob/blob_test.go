package blob_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
)

// TestS15Erase checks that a destroyed data key leaves nothing readable, and
// that nothing is readable under another owner, label or KEK.
func TestS15Erase(t *testing.T) {
	dbtest.Each(t, []db.Schema{blob.Schema()}, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		v := blob.NewVault([32]byte{1})
		var key, other blob.Key
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			key, err = v.Create(tx, "case/1")
			if err != nil {
				return err
			}
			other, err = v.Create(tx, "case/2")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := v.Create(tx, "case/1"); return err }); !fail.Is(err, fail.Conflict) {
			t.Errorf("second key for one owner: %v", err)
		}
		sealed := key.Seal([]byte("canary"), "body")
		if bytes.Contains(sealed, []byte("canary")) {
			t.Error("the sealed value shows its content")
		}
		again, err := v.Key(ctx, d, "case/1")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Open(sealed, "body"); err != nil || string(got) != "canary" {
			t.Errorf("opened %q, %v", got, err)
		}
		if _, err := again.Open(sealed, "title"); err == nil {
			t.Error("opened under another label")
		}
		if _, err := other.Open(sealed, "body"); err == nil {
			t.Error("opened under another case's key")
		}
		if _, err := blob.NewVault([32]byte{2}).Key(ctx, d, "case/1"); !fail.Is(err, fail.Unsigned) {
			t.Errorf("another KEK: %v", err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return v.Destroy(tx, "case/1") }); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Key(ctx, d, "case/1"); !fail.Is(err, fail.Missing) {
			t.Errorf("after erasure: %v", err)
		}
		if _, err := v.Key(ctx, d, "case/2"); err != nil {
			t.Errorf("the other case: %v", err)
		}
	})
}

// TestStream checks that a stored stream opens whole, and that any flipped bit
// of it is noticed.
func TestStream(t *testing.T) {
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), blob.Schema())
	v := blob.NewVault([32]byte{1})
	var key blob.Key
	if err := d.Write(t.Context(), func(tx *db.Tx) (err error) { key, err = v.Create(tx, "case/1"); return err }); err != nil {
		t.Fatal(err)
	}
	plain := bytes.Repeat([]byte("evidence "), 50)
	var sealed bytes.Buffer
	w, err := key.Encrypt(&sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	read := func(b []byte) ([]byte, error) {
		r, err := key.Decrypt(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	if got, err := read(sealed.Bytes()); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("read back %d bytes, %v", len(got), err)
	}
	for i := range sealed.Len() {
		bad := bytes.Clone(sealed.Bytes())
		bad[i] ^= 1
		if _, err := read(bad); err == nil {
			t.Errorf("a flipped bit in byte %d went unnoticed", i)
		}
	}
}

func TestStore(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.NewStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := s.Put(strings.NewReader("sealed"), 6)
	if err != nil || ref.Size != 6 {
		t.Fatalf("%+v, %v", ref, err)
	}
	if again, err := s.Put(strings.NewReader("sealed"), 6); err != nil || again != ref {
		t.Errorf("storing twice: %+v, %v", again, err)
	}
	f, err := s.Open(ref.Digest)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if f.Close(); err != nil || string(got) != "sealed" {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := s.Put(strings.NewReader("sealed!"), 6); !fail.Is(err, fail.TooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := s.Put(io.MultiReader(strings.NewReader("half"), failing{}), 100); err == nil {
		t.Error("a reader that fails was stored")
	}
	left := filepath.Join(dir, "new-crash")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err != nil {
		t.Error("a young file was swept away")
	}
	if err := s.Sweep(time.Now().Add(48 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left in the folder: %v, %v; want one subfolder", entries, err)
	}
	for range 2 {
		if err := s.Delete(ref.Digest); err != nil {
			t.Errorf("deleting: %v", err)
		}
	}
	if _, err := s.Open(ref.Digest); !fail.Is(err, fail.Missing) {
		t.Errorf("after deletion: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the line went dead") }
