package screening

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// An Origin says what kind of authority put a name on a list.
type Origin string

// The origins of lists.
const (
	UnitedNations Origin = "un"       // the Security Council: binding on all members
	Regional      Origin = "regional" // a regional organisation: binding on its members
	National      Origin = "national" // one state: binding there
)

const codeUN = "UN"

// A Source says whose list an entry is from. Its fields cannot be set outside
// this package, and inside it only the importer of the Security Council's own
// XML makes one of the United Nations: a national entry cannot be shown as
// theirs, because there is no way to write that down (S31).
type Source struct {
	origin    Origin
	code      string
	authority string
	name      string
}

// Origin says what kind of authority made the list.
func (s Source) Origin() Origin { return s.origin }

// Code is the short name of the list, such as UN or XA-1373.
func (s Source) Code() string { return s.code }

// Authority is who made the list: a party's code or the name of an organisation.
func (s Source) Authority() string { return s.authority }

// Name is what the list is called.
func (s Source) Name() string { return s.name }

// unitedNations is the one source with that origin.
func unitedNations() Source {
	return Source{UnitedNations, codeUN, "United Nations Security Council", "Consolidated list"}
}

// otherSource makes the source of a list that is not the Security Council's.
func otherSource(origin Origin, code, authority, name string) (Source, error) {
	if origin != Regional && origin != National {
		return Source{}, fail.New(fail.Invalid,
			"say whose list it is: regional or national. Only the Security Council's own XML file is a list of the United Nations (S31)")
	}
	if _, err := landbridge.ParsePartyID(code); err != nil {
		return Source{}, fail.New(fail.Invalid, "a list has a code of two capital letters, then capital letters, digits or hyphens, such as XA-1373")
	}
	if looksUN(code) {
		return Source{}, fail.New(fail.Invalid,
			"the code %s would look like a list of the United Nations; give it the code of the state or organisation that made it (S31)", code)
	}
	for _, text := range []string{authority, name} {
		if n := utf8.RuneCountInString(text); n < 2 || n > maxListName || strings.ContainsFunc(text, unicode.IsControl) {
			return Source{}, fail.New(fail.Invalid, "say in one line of at most %d characters who made the list and what it is called", maxListName)
		}
	}
	if looksUN(strings.ToUpper(strings.TrimSpace(authority))) || strings.Contains(strings.ToLower(authority), "united nations") {
		return Source{}, fail.New(fail.Invalid, "the United Nations publish their list as XML; what another authority publishes names that authority (S31)")
	}
	return Source{origin, code, authority, name}, nil
}

// looksUN reports whether a code reads as the United Nations in one of its languages.
func looksUN(code string) bool {
	head, _, _ := strings.Cut(code, "-")
	switch head {
	case codeUN, "UNO", "UNSC", "ONU", "OON", "CSNU", "UNITED":
		return true
	}
	return false
}

// storedSource is the source of a row. A row that claims to be the United
// Nations' under another code, or the other way round, was tampered with.
func storedSource(origin Origin, code, authority, name string) (Source, error) {
	if origin == UnitedNations && code == codeUN {
		return unitedNations(), nil
	}
	s, err := otherSource(origin, code, authority, name)
	if err != nil {
		return s, fmt.Errorf("reading the list %s: %w", code, err)
	}
	return s, nil
}

// knownSources are lists whose files say what they are.
func knownSource(code string) (Source, bool) {
	if code == "OFAC" {
		return Source{National, "OFAC", "United States, Office of Foreign Assets Control", "Specially Designated Nationals"}, true
	}
	return Source{}, false
}
