package match

import (
	"slices"
	"unicode/utf8"
)

// A pairing says that some words of one name are some words of the other.
type pairing struct {
	ai, an, bi, bn int // first word and number of words on either side
	dist           int32
	weight         int32
	unsure         int32 // what the words would weigh more if their likeness said more
	how            how
}

// how says why two words count as the same.
type how uint8

const (
	bySpelling how = iota
	byInitial      // one side has only the initial
	byClass        // the same in another language or another form
	byNick         // short form of a given name
	byJoining      // one side writes it in one word
	byInitials     // one side has only the initials of several
)

// An alignment is the comparison of two names, before it becomes a score.
type alignment struct {
	a, b  *name
	pairs []pairing // in the order of a
	usedA [MaxTokens]bool
	usedB [MaxTokens]bool
	cands []pairing

	balticA, balticB bool // the names have Baltic endings
	dist             [MaxTokens][MaxTokens]int32
	heard            []heard // what was compared before; nil to remember nothing

	joints map[[4]*token]joint // the same of words with several written together
}

// heard is the result of comparing two words. The table of those forgets one for
// another that falls on its place.
type heard struct {
	a, b       *token
	dist, said int32
}

const maxHeard = 1 << 13 // comparisons that are remembered

// distance compares two words, unless it remembers them.
func (al *alignment) distance(e *Engine, a, b *token) (dist, said int32) {
	if al.heard == nil || a == b {
		return e.distance(a, b)
	}
	h := &al.heard[(a.hash*31+b.hash)%maxHeard]
	if h.a != a || h.b != b {
		*h = heard{a: a, b: b}
		h.dist, h.said = e.distance(a, b)
	}
	return h.dist, h.said
}

// align finds which words of a are which words of b: the pairing that explains
// most goes first.
func (e *Engine) align(al *alignment, a, b *name) {
	al.a, al.b = a, b
	al.pairs, al.cands = al.pairs[:0], al.cands[:0]
	al.usedA, al.usedB = [MaxTokens]bool{}, [MaxTokens]bool{}
	al.balticA, al.balticB = a.person && a.baltic(), b.person && b.baltic()
	for i := range a.parts {
		for j := range b.parts {
			al.consider(e, i, j)
		}
	}
	al.joins(e)
	al.initials(e)
	for {
		best, gain := -1, int32(0)
		for k := range al.cands {
			c := &al.cands[k]
			if g := al.gain(e, c); g > gain && al.free(c) {
				best, gain = k, g
			}
		}
		if best < 0 {
			break
		}
		al.take(al.cands[best])
	}
}

// gain says how much a pairing explains; words at the same place go first when
// all else is equal.
func (al *alignment) gain(e *Engine, c *pairing) int32 {
	g := (c.weight*(e.set.far+20-c.dist) - c.unsure*e.set.unsure*5) / 10
	if c.ai == c.bi || len(al.a.parts)-c.ai-c.an == len(al.b.parts)-c.bi-c.bn {
		g++
	}
	return g
}

func (al *alignment) free(c *pairing) bool {
	for i := c.ai; i < c.ai+c.an; i++ {
		if al.usedA[i] {
			return false
		}
	}
	for j := c.bi; j < c.bi+c.bn; j++ {
		if al.usedB[j] {
			return false
		}
	}
	return true
}

func (al *alignment) take(c pairing) {
	for i := c.ai; i < c.ai+c.an; i++ {
		al.usedA[i] = true
	}
	for j := c.bi; j < c.bi+c.bn; j++ {
		al.usedB[j] = true
	}
	at := len(al.pairs)
	al.pairs = append(al.pairs, c)
	for ; at > 0 && al.pairs[at-1].ai > c.ai; at-- {
		al.pairs[at] = al.pairs[at-1]
	}
	al.pairs[at] = c
}

// swap exchanges the two sides.
func (al *alignment) swap() {
	al.a, al.b = al.b, al.a
	al.usedA, al.usedB = al.usedB, al.usedA
	for i := range al.pairs {
		p := &al.pairs[i]
		p.ai, p.an, p.bi, p.bn = p.bi, p.bn, p.ai, p.an
	}
	slices.SortFunc(al.pairs, func(x, y pairing) int { return x.ai - y.ai })
}

// consider compares one word with one word.
func (al *alignment) consider(e *Engine, i, j int) {
	x, y := &al.a.parts[i], &al.b.parts[j]
	p := pairing{ai: i, an: 1, bi: j, bn: 1, weight: min(x.weight, y.weight)}
	al.dist[i][j] = apart
	switch {
	case x.role == roleNumber || y.role == roleNumber:
		if x.role != y.role || x.number != y.number {
			return
		}
	case x.role == roleInitial || y.role == roleInitial:
		if !initialOf(x, y) {
			return
		}
		p.how = byInitial
		if x.role == y.role {
			p.how = bySpelling
		}
		p.weight = e.set.initial
	case x.class != 0 && x.class == y.class:
		if x.text != y.text {
			p.how = byClass
			if plainRole(x.role) {
				p.dist = sense
			}
		}
	case x.role == roleForm && y.role == roleForm:
		if x.family != y.family {
			return
		}
		p.how, p.dist = byClass, 300
	case plainRole(x.role) != plainRole(y.role):
		if x.text != y.text {
			if p.dist = al.misspelt(e, x, y); p.dist >= e.set.far {
				return
			}
		}
	case (x.spelt || y.spelt) && x.text != y.text: // another letter is another thing
		return
	default:
		var said int32
		p.dist, said = al.distance(e, x.token, y.token)
		if d := e.asWritten(x, y); d < p.dist {
			p.dist, said = d, certain
		}
		switch {
		case p.dist < e.set.stem:
		case !al.a.person:
			p.dist, said = al.byStem(e, x.token, y.token, p.dist, said)
		case al.balticA != al.balticB && x.script == Latin && y.script == Latin && x.role == roleName && y.role == roleName:
			if al.balticA {
				p.dist = e.unended(x.token, y.token, p.dist)
			} else {
				p.dist = e.unended(y.token, x.token, p.dist)
			}
		}
		p.hear(said)
		if p.dist > e.set.nick && x.role == roleName && al.a.person && e.words.short(x.token, y.token) {
			p.dist, p.how, p.weight, p.unsure = e.set.nick, byNick, min(x.weight, y.weight), 0
		} else if p.dist > 0 && p.dist < e.set.far && al.a.person && e.words.differ(x.text, y.text) {
			return
		}
	}
	if generic(x.role) && generic(y.role) { // what many names have says little when two share it
		p.weight = p.weight * e.set.common / 100
	}
	al.dist[i][j] = p.dist
	if p.dist < e.set.far {
		al.cands = append(al.cands, p)
	}
}

// misspelt compares a title with a word that may be the same title written
// wrongly, which says as little. Short ones are too like names.
func (al *alignment) misspelt(e *Engine, x, y *part) int32 {
	if x.role != roleTitle {
		x, y = y, x
	}
	if x.role != roleTitle || y.role != roleName || x.script != Latin || y.script != Latin || len(x.letters) < 5 || len(y.letters) < 5 {
		return apart
	}
	dist, _ := al.distance(e, x.token, y.token)
	if dist > e.set.wrong {
		return apart
	}
	return dist
}

// asWritten compares the halves of compounds, such as abd, as they were written:
// abdul, abdel.
func (e *Engine) asWritten(x, y *part) int32 {
	if x.written == nil && y.written == nil || x.script != Latin || y.script != Latin {
		return apart
	}
	a, b := x.letters, y.letters
	if x.written != nil {
		a = x.written
	}
	if y.written != nil {
		b = y.written
	}
	return e.latin(a, b, maskOf(a), maskOf(b), (e.info(a)+e.info(b))/2)
}

// hear bounds the weight of a pairing by what the likeness of the words says.
func (p *pairing) hear(said int32) {
	if said < p.weight {
		p.unsure = p.weight - said
		p.weight = said
	}
}

// generic reports words that say what kind of thing a name names.
func generic(r role) bool { return r == roleBusiness || r == roleDomain || r == roleForm }

// plainRole reports words that are compared by their letters.
func plainRole(r role) bool { return r == roleName || r == roleBusiness || r == roleDomain }

func initialOf(x, y *part) bool {
	if len(x.letters) == 0 || len(y.letters) == 0 || x.role == roleNumber || y.role == roleNumber {
		return false
	}
	if x.script == y.script {
		return x.text[0] == y.text[0] && firstRune(x.text) == firstRune(y.text)
	}
	return x.letters[0] == y.letters[0]
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// joins compares two or three words of one side with one of the other.
func (al *alignment) joins(e *Engine) {
	// A word that is nearly a word of the other side already is not several.
	var doneA, doneB [MaxTokens]bool
	for _, c := range al.cands {
		if c.dist < 100 && c.how != byInitial && c.an == 1 && c.bn == 1 {
			doneA[c.ai], doneB[c.bi] = true, true
		}
	}
	for n := 2; n <= 3; n++ {
		for i := range al.a.parts {
			if doneA[i] {
				continue
			}
			for j := 0; j+n <= len(al.b.parts); j++ {
				if al.a.parts[i].script != Latin && anyDone(&doneB, al.b.parts, j, n) {
					continue
				}
				if p, ok := al.joined(e, &al.a.parts[i], al.b.parts[j:j+n], al.dist[i][j:j+n]); ok {
					p.ai, p.an, p.bi, p.bn = i, 1, j, n
					al.cands = append(al.cands, p)
				}
			}
		}
		for j := range al.b.parts {
			if doneB[j] {
				continue
			}
			for i := 0; i+n <= len(al.a.parts); i++ {
				if al.b.parts[j].script != Latin && anyDone(&doneA, al.a.parts, i, n) {
					continue
				}
				var dist [3]int32
				for k := range n {
					dist[k] = al.dist[i+k][j]
				}
				if p, ok := al.joined(e, &al.b.parts[j], al.a.parts[i:i+n], dist[:n]); ok {
					p.ai, p.an, p.bi, p.bn = i, n, j, 1
					al.cands = append(al.cands, p)
				}
			}
		}
	}
}

// anyDone reports whether one of some words that identify has its counterpart.
func anyDone(done *[MaxTokens]bool, parts []part, from, n int) bool {
	for k := from; k < from+n; k++ {
		if done[k] && parts[k].role == roleName {
			return true
		}
	}
	return false
}

// joined compares one word with several written together.
func (al *alignment) joined(e *Engine, one *part, many []part, dist []int32) (p pairing, ok bool) {
	if !joinable(one) {
		return p, false
	}
	hard := 0
	for k := range many {
		hard += many[k].bones
	}
	if d := hard - one.bones; d > 2+hard/3 || -d > 2+hard/3 {
		return p, false
	}
	if one.script != Latin && many[0].script == Latin && (many[0].head&one.head == 0 || many[len(many)-1].tail&one.tail == 0) {
		return p, false
	}
	var letters [maxWord]byte
	n, info, weight := 0, int32(0), int32(0)
	for k := range many {
		q := &many[k]
		if q.script != Latin && one.script != q.script || q.role == roleNumber || q.role == roleInitial {
			return p, false
		}
		as := q.letters
		if q.written != nil {
			as = q.written
		}
		if dist[k] < 100 && q.role == roleName || n+len(as) > maxWord {
			return p, false
		}
		n += copy(letters[n:], as)
		info += q.info
		weight += q.weight
	}
	mask := maskOf(letters[:n])
	if one.units != nil && one.script != Latin && e.models[one.script].lacks(one.units, mask) > 0 {
		return p, false
	}
	if n < 4 || one.script.alphabet() && terse(one.units, n) {
		return p, false
	}
	p.how, p.weight = byJoining, min(max(weight, one.weight), max(one.weight, 400*int32(len(many))))
	switch {
	case one.script == Latin && many[0].script == Latin:
		if diff := len(one.letters) - n; diff > 2 || diff < -2 {
			return p, false
		}
		p.dist = e.latinWithin(one.letters, letters[:n], one.mask, mask, one.info, e.set.near)
	case one.script != Latin && many[0].script == Latin:
		var said int32
		p.dist, said = al.joint(e, one, many, letters[:n], info)
		p.hear(said)
	default:
		p.dist = e.sameJoined(one, many)
	}
	p.dist += e.set.merged
	return p, p.dist < e.set.near+e.set.merged
}

// A joint is the result of comparing a word with several.
type joint struct{ dist, said int32 }

const maxJoints = 1 << 15 // of those that are remembered

// joint compares a word of another script with Latin words written together,
// unless it remembers them.
func (al *alignment) joint(e *Engine, one *part, many []part, letters []byte, info int32) (dist, said int32) {
	key, known := [4]*token{one.token}, al.heard != nil
	for k := range many {
		key[k+1] = many[k].token
		known = known && many[k].written == nil
	}
	if known {
		if h, ok := al.joints[key]; ok {
			return h.dist, h.said
		}
	}
	if (one.script == Hangul || one.script == Han) && syllables(one.text) == len(many) {
		dist, said = e.bySyllable(one, many)
	} else {
		dist, said = e.cross(one.token, letters, info*9/10, e.set.near)
	}
	if known {
		if len(al.joints) > maxJoints {
			clear(al.joints)
		}
		al.joints[key] = joint{dist, said}
	}
	return dist, said
}

func syllables(s string) int { return utf8.RuneCountInString(s) }

// bySyllable compares a word of a script that writes syllables with as many
// Latin words: each syllable must be its word.
func (e *Engine) bySyllable(one *part, many []part) (dist, said int32) {
	k, sum, weight := 0, int32(0), int32(0)
	for _, r := range one.text {
		d, s := e.cross(e.token(string(r), one.script), many[k].letters, many[k].info, e.set.syllable)
		if d >= e.set.syllable {
			return apart, 0
		}
		w := max(100, many[k].weight)
		sum += d * w
		weight += w
		said += s
		k++
	}
	return sum / weight, said
}

// terse reports a word of an alphabet with too few signs to be so many Latin
// letters: scripts that leave vowels out still write four signs for seven letters
// of a long word.
func terse(units []uint8, letters int) bool { return 7*len(units) < 4*letters }

// joinable reports words that may be several words written together. A word of
// an alphabet that has fewer than five letters is none of them.
func joinable(p *part) bool {
	if p.script == Digits || p.script.alphabet() && len(p.units) < 5 {
		return false
	}
	return plainRole(p.role) || p.role == roleForm
}

// sameJoined compares within one script other than Latin: only the same letters count.
func (e *Engine) sameJoined(one *part, many []part) int32 {
	rest := one.text
	for _, p := range many {
		if len(rest) < len(p.text) || rest[:len(p.text)] != p.text {
			return apart
		}
		rest = rest[len(p.text):]
	}
	if rest != "" {
		return apart
	}
	return same
}
