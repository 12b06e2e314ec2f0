// Package catalogue holds the process definitions this release ships, as the
// exact bytes whose hash every act carries. A released file is never edited:
// a change is a new version beside it, and running cases keep the old one.
//
// Trust: none. The files are data; process.Parse judges them, and the other
// side of a case has files of its own to compare with.
package catalogue

import (
	"embed"
	"io/fs"
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
