// Package catalogue holds the process definitions this release ships, as the
// exact bytes whose hash every act carries. A released file is never edited:
// a change is a new version beside it, and running cases keep the old one.
//
// Trust: none. The files are data; process.Parse judges them, and the other
// side of a case has files of its own to compare with.
package catalogue

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
)

//go:embed *.yaml
var files embed.FS

// Files returns every definition file by name, such as
// "information-request.v1.yaml".
func Files() (map[string][]byte, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	all := make(map[string][]byte, len(names))
	for _, name := range names {
		if all[name], err = files.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// A File is one definition, named without having been read: two dozen of them
// are more to parse than a node that starts should wait for.
type File struct {
	Ref  landbridge.ProcessRef
	Text []byte
}

// List returns the definitions by name, the newest version of each last. The
// name is that of the file; a test holds it to what the file says.
func List() ([]File, error) {
	texts, err := Files()
	if err != nil {
		return nil, err
	}
	var all []File
	for name, text := range texts {
		id, version, ok := strings.Cut(strings.TrimSuffix(name, ".yaml"), ".v")
		n, err := strconv.Atoi(version)
		if !ok || err != nil || n < 1 {
			return nil, fmt.Errorf("the definition %s is not named <process>.v<number>.yaml", name)
		}
		sum := sha256.Sum256(text)
		all = append(all, File{landbridge.ProcessRef{ID: id, Version: n, Hash: sum}, text})
	}
	slices.SortFunc(all, func(a, b File) int {
		if c := strings.Compare(a.Ref.ID, b.Ref.ID); c != 0 {
			return c
		}
		return a.Ref.Version - b.Ref.Version
	})
	return all, nil
}

// released lists the definitions that were released: their bytes are the law of
// cases and never change. A new definition is added with a new version.
//
//go:embed released.txt
var released string

// Released returns the list of released definitions, as process.FormatList
// writes it.
func Released() string { return released }
