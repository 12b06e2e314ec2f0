package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"landbridge.example/internal/fail"
)

// Running tells other programs on this machine where a node answers. It is a
// file in the data folder while the node runs; after a crash it may be stale,
// so who reads it tries the address.
type Running struct {
	URL     string    `json:"url"`  // staff pages, API, public log
	Peer    string    `json:"peer"` // address for other nodes
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
}

// ReadRunning returns where the node of a data folder answers, or
// fs.ErrNotExist when none runs there.
func ReadRunning(dir string) (Running, error) {
	var r Running
	b, err := os.ReadFile(filepath.Join(dir, runName))
	if errors.Is(err, fs.ErrNotExist) {
		return r, fs.ErrNotExist
	}
	if err != nil {
		return r, fmt.Errorf("reading where the node runs: %w", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fail.New(fail.Invalid, "%s/%s is damaged; start the node again and it is written anew", dir, runName)
	}
	return r, nil
}

func writeRunning(dir string, r Running) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	// Renamed into place: a reader sees the whole file or none.
	tmp := filepath.Join(dir, runName+".new")
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("saying where the node runs: %w", err)
	}
	return os.Rename(tmp, filepath.Join(dir, runName))
}

// Prepare makes the data folder, closed to other users of the machine.
func Prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail.Because(err, fail.Denied, "the data folder %s cannot be made: %v", dir, errors.Unwrap(err))
	}
	return nil
}
