package indexcmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"landbridge.example/index"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/table"
)

// readFile reads a file of bounded size.
func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, plainError(err)
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, plainError(err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s has more than %d MiB", path, most>>20)
	}
	return data, nil
}

// plainError says what a person can do about an error of the file system.
func plainError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("it may not be read")
	}
	return err
}

// below reads files named relative to the folder of a specification.
func below(dir string) index.Files {
	return func(name string) ([]byte, error) {
		path := filepath.FromSlash(name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		return readFile(path, table.MaxBytes)
	}
}

// specification reads and parses a specification.
func (t *tool) specification(path string) (*spec.Spec, []byte, error) {
	text, err := readFile(path, spec.MaxBytes)
	if err != nil {
		return nil, nil, inputError{exitMissing, fmt.Sprintf("%s: %v", path, err)}
	}
	s, list := spec.Parse(filepath.Base(path), text)
	if err := list.Err(); err != nil {
		return nil, nil, problems(list)
	}
	return s, text, nil
}

// compile reads a specification and its data. change may alter it first.
func (t *tool) compile(path string, change func(*spec.Spec) error) (*index.Model, error) {
	s, _, err := t.specification(path)
	if err != nil {
		return nil, err
	}
	if change != nil {
		if err := change(s); err != nil {
			return nil, err
		}
	}
	m, list := index.Compile(s, below(filepath.Dir(path)))
	if list.Refused() {
		return nil, problems(list)
	}
	return m, nil
}

// problems makes a list an error that begins on a line of its own.
func problems(l problem.List) error { return listError{l} }

type listError struct{ list problem.List }

func (e listError) Error() string {
	return "this must be put right first:\n" + e.list.Error()
}

func (e listError) Unwrap() error { return e.list }

// write writes sheets below a folder and says which.
func (t *tool) write(dir string, sheets []index.Sheet) error {
	for _, s := range sheets {
		path := filepath.Join(dir, filepath.FromSlash(s.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("making a folder for %s: %w", s.Name, err)
		}
		if err := os.WriteFile(path, s.CSV(), 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	if !t.json {
		fmt.Fprintf(t.out, "\n%d files are in %s.\n", len(sheets), dir)
	}
	return nil
}

func (t *tool) printJSON(v any) error {
	enc := json.NewEncoder(t.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// A number is a JSON number, null where there is none.
type number float64

// MarshalJSON writes null for what JSON has no number for.
func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// isTerminal reports whether w is a screen that a bar may be drawn on.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
