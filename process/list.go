package process

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

// ListFormat is the first line of a list of definitions.
const ListFormat = "landbridge-definitions/1"

// maxListed bounds a list of definitions.
const maxListed = 1000

// FormatList writes a list of definitions by name, version and hash, one in
// each line, sorted. A party signs such a list to say under which exact texts
// it opens and answers cases.
func FormatList(refs []landbridge.ProcessRef) string {
	lines := make([]string, len(refs))
	for i, r := range refs {
		lines[i] = r.String() + "\n"
	}
	slices.Sort(lines)
	return ListFormat + "\n" + strings.Join(slices.Compact(lines), "")
}

// ParseList reads the form FormatList writes, and no other.
func ParseList(text string) ([]landbridge.ProcessRef, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != ListFormat || len(lines) > maxListed {
		return nil, fmt.Errorf("a list of definitions begins with %s and has at most %d lines", ListFormat, maxListed)
	}
	var all []landbridge.ProcessRef
	for _, l := range lines[1:] {
		r, err := landbridge.ParseProcessRef(l)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	if FormatList(all) != text {
		return nil, errors.New("a list of definitions is sorted, names each once, and ends with a line break")
	}
	return all, nil
}
