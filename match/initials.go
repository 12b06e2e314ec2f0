package match

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of initials.
const (
	leastInitials = 3   // letters; two are in every second name
	mostInitials  = 8   // letters
	maxShort      = 256 // names one query calls up by initials
)

// sole returns the place, counted from 1, of the one word that names a thing when
// all others say where it is, what its legal form is, or nothing: PLA China. It
// returns 0 when there is none or it cannot be initials.
func (n *name) sole(e *Engine) int {
	at := 0
	for i := range n.parts {
		p := &n.parts[i]
		switch {
		case p.role == roleForm, p.role == roleParticle:
		case p.role == roleName && at == 0 && p.script <= Cyrillic && e.mayShorten(p) && !p.country:
			at = i + 1
		case p.role == roleName && p.country:
		default:
			return 0
		}
	}
	return at
}

// mayShorten says that a word may be initials: four letters or more, or three
// that people do use so. One three-letter word in six is those of a listed name
// by chance, of four letters one in sixty.
func (e *Engine) mayShorten(p *part) bool {
	n := len(p.letters)
	return n > leastInitials && n <= mostInitials || n == leastInitials && e.words.bodies[p.text]
}

// counts says that a word has its letter among the initials of a name. Others
// may have one: of, the, company.
func (p *part) counts() bool { return plainRole(p.role) && !p.aside && !minor(p.text) }

// minor reports words between the others of a name.
func minor(word string) bool {
	switch word {
	case "for", "in", "on", "to", "at", "by", "with", "from", "against", "fur", "im", "und", "pour", "dans", "sur", "en", "contre", "para", "por", "con", "per",
		"для", "по", "в", "на", "за", "при":
		return true
	}
	return false
}

// spells says whether letters are the initials of words: one of each word that
// counts, in their order, and between them those of any others. It returns the
// place of the first of these words and how many there are to the last.
func spells(letters []byte, parts []part) (from, n int, ok bool) {
	from, to := -1, -1
	for i := range parts {
		if parts[i].counts() {
			if from < 0 {
				from = i
			}
			to, n = i, n+1
		}
	}
	if n < leastInitials || n > len(letters) {
		return 0, 0, false
	}
	// fits[k] says that the words so far may be the first k letters.
	fits := [mostInitials + 1]bool{true}
	for i := range parts {
		p := &parts[i]
		next := [mostInitials + 1]bool{}
		for k := range len(letters) + 1 {
			if !fits[k] {
				continue
			}
			if !p.counts() {
				next[k] = true
			}
			if used := begins(letters[k:], p); used > 0 {
				next[k+used] = true
				from, to = min(from, i), max(to, i)
			}
		}
		fits = next
	}
	return from, to - from + 1, fits[len(letters)]
}

// begins returns how many letters are those that a word, or the words of a
// phrase, begin with: none, one, or one for each word.
func begins(letters []byte, p *part) int {
	if len(letters) == 0 || len(p.letters) == 0 || letters[0] != p.letters[0] {
		return 0
	}
	if p.script == Latin {
		n := 0
		for w := range strings.FieldsSeq(p.text) {
			if n == len(letters) || w[0] != letters[n]+'a' {
				return 1
			}
			n++
		}
		return n
	}
	return 1
}

// initials takes a word for all the words whose initials it is.
func (al *alignment) initials(e *Engine) {
	if al.a.person || al.b.person {
		return
	}
	if i := al.a.short - 1; i >= 0 {
		if from, n, ok := spells(al.a.parts[i].letters, al.b.parts); ok {
			al.cands = append(al.cands, e.initialsOf(&al.a.parts[i], pairing{ai: i, an: 1, bi: from, bn: n}))
		}
	}
	if j := al.b.short - 1; j >= 0 {
		if from, n, ok := spells(al.b.parts[j].letters, al.a.parts); ok {
			al.cands = append(al.cands, e.initialsOf(&al.b.parts[j], pairing{ai: from, an: n, bi: j, bn: 1}))
		}
	}
}

// initialsOf weighs a pairing by initials: the more letters, the less may it be chance.
func (e *Engine) initialsOf(word *part, p pairing) pairing {
	p.how, p.weight = byInitials, word.weight
	p.dist = e.set.initials - e.set.letter*min(3, int32(len(word.letters)-leastInitials))
	return p
}

// A shortened says which initials a name is, or by which it may be called.
type shortened struct{ key, name uint32 }

// Kinds of keys of initials.
const (
	keyIs  uint32 = 2166136261 // the name is these initials
	keyHas uint32 = 3266489917 // the name has them
)

// shortKey hashes initials.
func shortKey(kind uint32, letters []byte) uint32 {
	h := kind
	for _, c := range letters {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}

// shorten appends the initials by which a name may be called: of the words that
// count, with or without each of small words, particles and the legal form.
func (n *name) shorten(to [][]byte) [][]byte {
	words := 0
	for i := range n.parts {
		if n.parts[i].counts() {
			words++
		}
	}
	if n.person || words < leastInitials || words > mostInitials {
		return to
	}
	const small, joining, form = 1, 2, 4
	has := 0
	for i := range n.parts {
		switch p := &n.parts[i]; {
		case p.role == roleParticle:
			has |= joining
		case p.role == roleForm:
			has |= form
		case minor(p.text):
			has |= small
		}
	}
	for others := range 8 {
		if others&^has != 0 {
			continue
		}
		var letters []byte
		for i := range n.parts {
			p := &n.parts[i]
			switch {
			case len(p.letters) == 0, p.aside:
			case p.counts(), others&small != 0 && minor(p.text), others&joining != 0 && p.role == roleParticle, others&form != 0 && p.role == roleForm:
				letters = append(letters, p.letters[0])
			}
		}
		if len(letters) <= mostInitials && !slices.ContainsFunc(to, func(s []byte) bool { return slices.Equal(s, letters) }) {
			to = append(to, letters)
		}
	}
	return to
}

// initials finds the names whose initials the query is, and those that are its own.
func (s *Searcher) initials(q *name, least Score, found []Found) []Found {
	x := s.x
	if len(x.short) == 0 {
		return found
	}
	var keys []uint32
	if q.short > 0 {
		keys = append(keys, shortKey(keyHas, q.parts[q.short-1].letters))
	}
	for _, letters := range q.shorten(nil) {
		keys = append(keys, shortKey(keyIs, letters))
	}
	left := maxShort
	for _, key := range keys {
		at, _ := slices.BinarySearchFunc(x.short, key, func(a shortened, key uint32) int { return cmp.Compare(a.key, key) })
		for ; at < len(x.short) && x.short[at].key == key && left > 0; at, left = at+1, left-1 {
			n := x.short[at].name
			if score := s.compare(q, n); score >= least {
				found = append(found, Found{Record: x.of[n], Name: n, Score: score})
			}
		}
	}
	return found
}
