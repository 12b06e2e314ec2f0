package main

import (
	"path/filepath"

	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
)

// readAgreements reads a file of instruments for a new register. No name, no file.
func readAgreements(name string) ([]*agreement.Instrument, error) {
	if name == "" {
		return nil, nil
	}
	b, err := readSmall(name, agreement.MaxImport)
	if err != nil {
		return nil, err
	}
	r, err := agreement.Read(b, func(...string) (map[string]*agreement.Instrument, error) { return nil, nil })
	if err != nil {
		return nil, err
	}
	for _, l := range r.Lines {
		if l.Kind == "wrong" {
			return nil, fail.New(fail.Invalid, "%s, line %d: %s", filepath.Base(name), l.Row, l.Text)
		}
	}
	return r.Instruments, nil
}
