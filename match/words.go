package match

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A role says what a word does in a name.
type role uint8

const (
	roleName     role = iota // it identifies
	roleInitial              // it stands for a word that begins with it
	roleParticle             // al, de, van, of
	rolePatronym             // bin, ibn, ould: what follows is the father
	roleKunya                // abu, umm: what follows is the child
	roleTitle                // sheikh, doctor
	roleForm                 // limited, GmbH
	roleBusiness             // company, group, holding
	roleDomain               // bank, shipping, oil
	roleNumber               // 3, third, III
	nRoles
)

// String returns the role as reasons show it.
func (r role) String() string {
	return [nRoles]string{"name", "initial", "particle", "patronymic", "kunya", "title", "legal form", "business word", "domain word", "number"}[r]
}

// A phrase is one or more words that have a role together.
type phrase struct {
	rest   []string // the words after the first
	role   role
	class  int32 // phrases of one class mean the same
	family int32 // legal forms of one family are alike: GmbH and Ltd
	number int32
}

// wordTable finds the words that do not identify.
type wordTable struct {
	person, other map[string][]phrase // by the first word; longest first
	bodies        map[string]bool     // three letters that are known for the initials of a body
	joint         map[string]bool     // ur, ud: a particle between two words only
	nick          couples             // a name and its short form
	unlike        couples             // a man's name and a woman's that look alike
	classes       map[string]int32
	longestHan    int // runes
}

// class returns a number for a class of words.
func (w *wordTable) class(s string) int32 {
	if c, ok := w.classes[s]; ok {
		return c
	}
	c := int32(len(w.classes) + 1)
	w.classes[s] = c
	return c
}

func (e *Engine) loadWords() error {
	w := &e.words
	*w = wordTable{person: map[string][]phrase{}, other: map[string][]phrase{}, joint: map[string]bool{}, bodies: map[string]bool{},
		classes: make(map[string]int32, 1<<10)}
	roles := map[string]role{"title": roleTitle, "particle": roleParticle, "patronym": rolePatronym, "kunya": roleKunya,
		"form": roleForm, "business": roleBusiness, "domain": roleDomain, "number": roleNumber, "ship": roleTitle, "sense": roleName}
	defer func() { w.nick.sort(); w.unlike.sort() }()
	return eachLine("words.txt", func(line string) error {
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			return fmt.Errorf("want role, class and words")
		}
		switch f[0] {
		case "nick":
			w.nick.add(f[1], f[2])
			return nil
		case "unlike":
			w.unlike.add(f[1], f[2])
			return nil
		case "letters":
			w.bodies[f[2]] = true
			return nil
		case "joint":
			w.joint[f[2]] = true
			return nil
		}
		r, ok := roles[f[0]]
		if !ok {
			return fmt.Errorf("unknown role %q", f[0])
		}
		words := strings.Fields(f[2])
		p := phrase{rest: words[1:], role: r, class: w.class(f[0] + " " + f[1])}
		if r == roleForm {
			_, family, _ := strings.Cut(f[1], "/")
			p.family = w.class("family " + family)
		}
		if r == roleNumber {
			n, err := strconv.Atoi(f[1])
			if err != nil {
				return fmt.Errorf("number: %w", err)
			}
			p.number = int32(n)
		}
		w.put(words[0], p)
		return nil
	})
}

// put files a phrase for the kinds of names it can stand in.
func (w *wordTable) put(first string, p phrase) {
	file := func(table map[string][]phrase) {
		all := append(table[first], p)
		for i := len(all) - 1; i > 0 && len(all[i].rest) > len(all[i-1].rest); i-- {
			all[i], all[i-1] = all[i-1], all[i]
		}
		table[first] = all
	}
	switch p.role {
	case roleTitle:
		file(w.person)
		file(w.other)
	case roleParticle, rolePatronym, roleKunya:
		file(w.person)
		if p.role == roleParticle {
			file(w.other)
		}
	default:
		file(w.other)
		if r, _ := utf8.DecodeRuneInString(first); ScriptOf(r) == Han && len(p.rest) == 0 {
			w.longestHan = max(w.longestHan, utf8.RuneCountInString(first))
		}
	}
}

// find returns the phrase that begins at words[0] and how many words it has.
func (w *wordTable) find(words []word, person bool) (phrase, int) {
	table := w.other
	if person {
		table = w.person
	}
	for _, p := range table[words[0].text] {
		if len(p.rest) >= len(words) {
			continue
		}
		same := true
		for i, r := range p.rest {
			if words[i+1].text != r {
				same = false
				break
			}
		}
		if same {
			return p, len(p.rest) + 1
		}
	}
	return phrase{}, 0
}

// short reports whether one of two given names is the short form of the other.
func (w *wordTable) short(a, b *token) bool {
	return a.given && b.given && w.nick.has(a.text, b.text)
}

// differ reports whether one of two given names is a man's and the other, that
// looks like it, a woman's.
func (w *wordTable) differ(a, b string) bool {
	return w.unlike.has(a, b)
}

// couples are pairs of words in either order, kept as hashes: there are thousands.
type couples struct {
	pairs []uint64
	words []uint64 // that stand in a pair
}

func hashOf(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

const hashBasis = 14695981039346656037

func pairHash(a, b string) uint64 { return hashOf(hashOf(hashBasis, min(a, b))*31, max(a, b)) }

func (c *couples) add(a, b string) {
	c.pairs = append(c.pairs, pairHash(a, b))
	c.words = append(c.words, hashOf(hashBasis, a), hashOf(hashBasis, b))
}

func (c *couples) sort() {
	slices.Sort(c.pairs)
	slices.Sort(c.words)
	c.words = slices.Clip(slices.Compact(c.words))
}

func (c *couples) has(a, b string) bool {
	_, ok := slices.BinarySearch(c.pairs, pairHash(a, b))
	return ok
}

// holds says that a word stands in a pair.
func (c *couples) holds(a string) bool {
	_, ok := slices.BinarySearch(c.words, hashOf(hashBasis, a))
	return ok
}
