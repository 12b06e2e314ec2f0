package party

import (
	"fmt"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// A Profile says what one party requires of a request under one process,
// beyond the definition's own fields. It is published so that a requester's
// node can name what is missing before anything leaves ("right first time").
type Profile struct {
	Process   string   `yaml:"process" json:"process"`                                    // "information-request"
	Versions  []int    `yaml:"versions,flow" json:"versions"`                             // versions of the definition that are supported
	Required  []string `yaml:"required,flow,omitempty" json:"required"`                   // field names that must be filled
	Languages []string `yaml:"languages,flow,omitempty" json:"languages"`                 // languages accepted for free text; none means the party's own
	Bases     []string `yaml:"legal_bases,flow,omitempty" json:"legal_bases"`             // legal bases accepted; none means any
	Demands   []Demand `yaml:"demands,omitempty" json:"demands"`                          // requirements that are a sentence, not a field
	Excluded  []string `yaml:"excluded_offences,flow,omitempty" json:"excluded_offences"` // offence codes never helped with
	// PoliticalExcluded says that offences tagged political, military,
	// religious or racial are refused (S1).
	PoliticalExcluded bool `yaml:"political_excluded" json:"political_excluded"`
	// DualCriminality says that the conduct must be punishable here too (S8).
	DualCriminality bool `yaml:"dual_criminality,omitempty" json:"dual_criminality"`
	// MinPenaltyMonths is the least maximum penalty, in months; 0 is no threshold (S4).
	MinPenaltyMonths int `yaml:"min_penalty_months,omitempty" json:"min_penalty_months"`
	// MaxPersons bounds the persons one request may name; 0 is no bound (S4).
	MaxPersons int `yaml:"max_persons,omitempty" json:"max_persons"`
	// MaxExhibitMiB bounds one exhibit, in MiB; 0 is the network's own bound.
	MaxExhibitMiB int `yaml:"max_exhibit_mib,omitempty" json:"max_exhibit_mib"`
	// Hotline names the contact point to call for an urgent request.
	Hotline string `yaml:"hotline,omitempty" json:"hotline"`
}

// A Demand is one requirement in words, with the field it is met in, if any.
type Demand struct {
	ID    string `yaml:"id" json:"id"`
	Field string `yaml:"field,omitempty" json:"field"`
	Text  Text   `yaml:"text" json:"text"`
}

// A Text is one sentence by language code.
type Text map[string]string

// In returns the text in the first of the given languages it has, else in
// English, else in any.
func (t Text) In(langs ...string) string {
	for _, l := range append(slices.Clone(langs), "en") {
		if s := t[l]; s != "" {
			return s
		}
	}
	for _, l := range sortedKeys(t) {
		return t[l]
	}
	return ""
}

// Supports reports whether the profile takes requests under ref's version.
func (p Profile) Supports(ref landbridge.ProcessRef) bool {
	return p.Process == ref.ID && slices.Contains(p.Versions, ref.Version)
}

// bounds of the numbers in a profile: wide enough for any law, small enough
// to show a slip of the keyboard.
const (
	maxVersion    = 10_000
	maxPenalty    = 12 * 100
	maxPersons    = 10_000
	maxExhibitMiB = 1 << 20
)

func (p Profile) check(r *Record) error {
	bad := func(format string, args ...any) error {
		return fail.New(fail.Invalid, "profile %s: %s", p.Process, fmt.Sprintf(format, args...))
	}
	if !landbridge.ValidName(p.Process, landbridge.MaxProcessID) {
		return fail.New(fail.Invalid, "a profile names its process in lower-case letters, such as information-request")
	}
	if len(p.Versions) == 0 || len(p.Versions) > maxList {
		return bad("name 1 to %d supported versions of the definition", maxList)
	}
	for _, v := range p.Versions {
		if v < 1 || v > maxVersion {
			return bad("a version is a number from 1 to %d", maxVersion)
		}
	}
	for what, list := range map[string][]string{"required": p.Required, "excluded_offences": p.Excluded, "legal_bases": p.Bases} {
		if len(list) > maxList {
			return bad("%s holds at most %d entries", what, maxList)
		}
		for _, name := range list {
			if !landbridge.ValidName(name, landbridge.MaxKind) {
				return bad("%q in %s is not a plain lower-case name", name, what)
			}
		}
	}
	if err := checkLanguages(p.Languages); err != nil {
		return bad("%s", fail.Safe(err))
	}
	for what, n := range map[string][2]int{"min_penalty_months": {p.MinPenaltyMonths, maxPenalty},
		"max_persons": {p.MaxPersons, maxPersons}, "max_exhibit_mib": {p.MaxExhibitMiB, maxExhibitMiB}} {
		if n[0] < 0 || n[0] > n[1] {
			return bad("%s is a number from 0 to %d", what, n[1])
		}
	}
	if len(p.Demands) > maxList {
		return bad("at most %d demands; say the rest in one of them", maxList)
	}
	for _, d := range p.Demands {
		if !landbridge.ValidName(d.ID, landbridge.MaxKind) || d.Field != "" && !landbridge.ValidName(d.Field, landbridge.MaxKind) {
			return bad("a demand has an id, and perhaps a field, in lower-case letters")
		}
		if err := d.Text.check("demand " + d.ID); err != nil {
			return bad("%s", fail.Safe(err))
		}
	}
	if p.Hotline != "" && !slices.ContainsFunc(r.Contacts, func(c Contact) bool { return c.ID == p.Hotline }) {
		return bad("the hotline %q is not among the contact points", p.Hotline)
	}
	return nil
}
