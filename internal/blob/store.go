package blob

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

const (
	tempPrefix = "new-"
	// orphanAge is how long a file that was never finished may lie about: far
	// longer than any upload, so that a sweep takes only what a crash left.
	orphanAge = 24 * time.Hour
)

// A Store is a folder of opaque files named by the SHA-256 of their bytes.
// It holds only sealed bytes, so a name tells nothing of the content.
//
// A file is complete and on disk before Put returns. A row that names it is
// written after; a crash between the two leaves a file nobody names, which
// costs space and nothing else.
type Store struct{ dir string }

// A Ref names one stored file.
type Ref struct {
	Digest landbridge.Digest `json:"digest"`
	Size   int64             `json:"size"` // bytes
}

// NewStore returns the store in dir, which is made if need be.
func NewStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the blob folder: %w", err)
	}
	return &Store{dir}, nil
}

// Put stores what r yields, at most max bytes, and syncs it to disk.
func (s *Store) Put(r io.Reader, max int64) (Ref, error) {
	f, err := os.CreateTemp(s.dir, tempPrefix+"*")
	if err != nil {
		return Ref{}, fmt.Errorf("storing a file: %w", err)
	}
	defer os.Remove(f.Name()) // after the rename there is nothing to remove
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(r, max+1))
	switch {
	case err != nil:
		return Ref{}, fmt.Errorf("storing a file: %w", err)
	case n > max:
		return Ref{}, fail.New(fail.TooLarge, "the file is larger than the limit of %d bytes; send it in parts", max)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return Ref{}, fmt.Errorf("storing a file: %w", err)
	}
	ref := Ref{landbridge.Digest(sum.Sum(nil)), n}
	path := s.path(ref.Digest)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Ref{}, fmt.Errorf("storing a file: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return Ref{}, fmt.Errorf("storing a file: %w", err)
	}
	return ref, errors.Join(syncDir(filepath.Dir(path)), syncDir(s.dir))
}

// syncDir makes a rename in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (s *Store) path(d landbridge.Digest) string {
	name := d.String()
	return filepath.Join(s.dir, name[:2], name)
}

// Open returns the stored file, or fail.Missing.
func (s *Store) Open(d landbridge.Digest) (*os.File, error) {
	f, err := os.Open(s.path(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fail.New(fail.Missing, "the stored file is not there; it was erased, or the blob folder was not restored with the database")
	}
	if err != nil {
		return nil, fmt.Errorf("opening a stored file: %w", err)
	}
	return f, nil
}

// Delete removes the stored file. Deleting what is not there is no error.
func (s *Store) Delete(d landbridge.Digest) error {
	if err := os.Remove(s.path(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("deleting a stored file: %w", err)
	}
	return nil
}

// Sweep removes what a crash left half-written before now.
func (s *Store) Sweep(now time.Time) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("sweeping the blob folder: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempPrefix) {
			continue
		}
		info, err := e.Info()
		if err != nil || now.Sub(info.ModTime()) < orphanAge {
			continue // just finished by someone else, or still being written
		}
		if err := os.Remove(filepath.Join(s.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sweeping the blob folder: %w", err)
		}
	}
	return nil
}
