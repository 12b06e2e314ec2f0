//go:build !unix

package node

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"landbridge.example/internal/fail"
)

// lock takes the data folder for this process by a file that only it may make.
// After a crash the file stays, and the sentence says what to do.
func lock(dir string) (release func(), err error) {
	name := filepath.Join(dir, lockName)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fail.New(fail.Conflict, "a node runs on the data folder %s, or one crashed there; if none runs, delete %s", dir, name)
	}
	if err != nil {
		return nil, err
	}
	return func() { f.Close(); os.Remove(name) }, nil
}
