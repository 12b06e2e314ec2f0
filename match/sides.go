package match

import (
	"regexp"
	"slices"
	"strings"
)

// alias marks that what follows is another name of the same: also known as,
// formerly known as, doing business as, trading as.
var alias = regexp.MustCompile(`(?i)[\s,(]+(?:(?:[afn]|fo|now)[./]?k[./]?a\b[./]?|d[./]b[./]a\b[./]?|t/a\b|` +
	`also known as|formerly known as|better known as|doing business as|trading as)[\s:]+`)

// aliasSigns are what stands in every such mark.
var aliasSigns = []string{"/", "k.a", "K.A", "ka ", "KA ", " as ", " AS ", "b.a", "B.A"}

// aliased cuts a field at the marks of aliases.
func aliased(field string) []string {
	if !slices.ContainsFunc(aliasSigns, func(sign string) bool { return strings.Contains(field, sign) }) {
		return nil // nearly always
	}
	parts := alias.Split(field, maxTexts)
	if len(parts) == 1 {
		return nil
	}
	return parts
}

// Asked returns the names that a field of somebody's file may hold, as [Texts] does,
// and what stands on either side of a slash in them.
func (e *Engine) Asked(field string, kind Kind) []string {
	all := Texts(field)
	for _, text := range all {
		for _, side := range e.Sides(text, kind) {
			if len(all) < maxTexts {
				all = append(all, side)
			}
		}
	}
	return all
}

// alternatives returns a name of a pair that is compared, and the names in it.
func (e *Engine) alternatives(text string, kind Kind) []string {
	all := append([]string{text}, e.Sides(text, kind)...)
	for _, a := range aliased(text) {
		if a = strings.Trim(oneLine(a), " ,;-()"); a != "" {
			all = append(all, a)
		}
	}
	return all
}

// Sides returns the names on either side of a slash, if a field writes two so:
// Al-Qa'ida/Islamic State. That before the slash must say more than what kind of
// thing it is, and that after it, to be a name, has two words of some length besides. A
// person's have two words each.
func (e *Engine) Sides(field string, kind Kind) []string {
	if len(field) > MaxName || kind == Substance || strings.Count(field, "/") != 1 {
		return nil
	}
	before, after, _ := strings.Cut(field, "/")
	person := kind == Person || kind == ""
	least := 1
	if person {
		least = 2
	}
	if e.names(before, person) < least || long(before) < least {
		return nil
	}
	if w := strings.Fields(before); len(w[len(w)-1]) < 2 { // A/S
		return nil
	}
	if e.names(after, person) >= least && long(after) >= 2 {
		return []string{oneLine(before), oneLine(after)}
	}
	if person {
		return nil
	}
	return []string{oneLine(before)}
}

// names counts the words of a name that identify.
func (e *Engine) names(text string, person bool) (n int) {
	for _, p := range e.parse(text, person, nil).parts {
		if p.role == roleName {
			n++
		}
	}
	return n
}

// long counts words of some length.
func long(text string) (n int) {
	for w := range strings.FieldsSeq(text) {
		if len(w) >= 4 {
			n++
		}
	}
	return n
}
