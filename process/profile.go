package process

import "slices"

// Strictest merges what several recipients ask for: every requirement of each,
// the languages all of them answer in, the smallest bounds (S35). It is
// commutative, associative and idempotent, and the result is never looser than
// either argument.
func Strictest(a, b Profile) Profile {
	return Profile{
		Required:         union(a.Required, b.Required),
		Languages:        shared(a.Languages, b.Languages),
		Excluded:         union(a.Excluded, b.Excluded),
		MaxPersons:       smallest(a.MaxPersons, b.MaxPersons),
		MinPenaltyMonths: max(a.MinPenaltyMonths, b.MinPenaltyMonths),
	}
}

func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// NoLanguage stands for recipients that share no language: nothing fits it.
const NoLanguage = "-"

// shared returns what both lists hold; an empty list is no restriction.
func shared(a, b []string) []string {
	switch {
	case len(a) == 0:
		return union(b, nil)
	case len(b) == 0:
		return union(a, nil)
	}
	var both []string
	for _, x := range a {
		if slices.Contains(b, x) {
			both = append(both, x)
		}
	}
	if len(both) == 0 {
		return []string{NoLanguage}
	}
	return union(both, nil)
}

// smallest returns the smaller bound; 0 is no bound.
func smallest(a, b int) int {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
