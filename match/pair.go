package match

import (
	"math/bits"
	"unicode/utf8"
)

// Distances are in thousandths: 0 for the same word, 1000 for words that say
// nothing about each other.
const (
	same    = 0
	apart   = 1000
	certain = 1 << 14 // said by words of one script
)

// distance compares two words. It is the same from either side. The second
// number is how much their likeness says, in hundredths of a nat: words as
// short as these are that much alike by chance in one of e^said cases.
func (e *Engine) distance(a, b *token) (dist, said int32) {
	if a == b || a.text == b.text && a.script == b.script {
		return same, certain
	}
	switch {
	case a.script == Digits || b.script == Digits:
		return apart, 0
	case a.script == Latin && b.script == Latin:
		return e.latin(a.letters, b.letters, a.mask, b.mask, (a.info+b.info)/2), certain
	case b.script == Latin:
		return e.read(a, b, e.set.reach)
	case a.script == Latin:
		return e.read(b, a, e.set.reach)
	case a.script == b.script:
		return e.within(a, b), certain
	}
	d1, s1 := e.cross(a, b.letters, b.info, e.set.reach)
	d2, s2 := e.cross(b, a.letters, a.info, e.set.reach)
	return max(d1, d2), min(s1, s2)
}

// read compares a word of another script with a Latin word. What is further than
// reach is apart.
func (e *Engine) read(t, latin *token, reach int32) (dist, said int32) {
	dist, said = e.crossTo(t, latin.letters, latin.mask, latin.bones, latin.info, reach)
	if t.script == Hangul && dist < apart {
		dist = dist * e.set.hangul / 100
	}
	return dist, said
}

// latin compares two words in Latin letters by what it costs to spell one as the other.
func (e *Engine) latin(a, b []byte, am, bm uint32, info int32) int32 {
	return e.latinWithin(a, b, am, bm, info, e.set.far)
}

// latinWithin is latin for words of which what is further than far does not matter.
func (e *Engine) latinWithin(a, b []byte, am, bm uint32, info, far int32) int32 {
	if unlike(a, b, am, bm) {
		return apart
	}
	var w wanted
	e.spell.want(&w, b)
	return e.latinTo(&w, a, b, am == bm, info, far)
}

// unlike reports what no spelling brings together: each letter that only one
// side has costs something.
func unlike(a, b []byte, am, bm uint32) bool {
	return len(a) == 0 || len(b) == 0 || sameLetters(am, bm) > 3+(len(a)+len(b))/4
}

// latinTo is latin with the second word made ready. What is further than far may
// be apart.
func (e *Engine) latinTo(w *wanted, a, b []byte, sameMask bool, info, far int32) int32 {
	// In a short word a difference says more.
	n := int32(len(a) + len(b))
	by := e.set.latinBy * (100 + 4*e.set.brief/(n*n)) / 100
	limit := info * far / 1000 * 100 / by
	cost := e.spell.write(a, w, limit)
	if cost == never {
		if sameMask && len(a) > 3 && backwards(a, b) {
			return e.set.nick
		}
		return apart
	}
	return min(apart, cost*10*by/info)
}

// backwards reports whether one word is the other written from its end, which
// is done to slip through.
func backwards(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[len(b)-1-i] {
			return false
		}
	}
	return true
}

// cross compares a word with the Latin letters of another: by the share of the
// letters' cost that the word does not explain, measured against what is usual
// for two writings of one name and for two names. What is further than reach is
// apart.
func (e *Engine) cross(t *token, word []byte, info, reach int32) (dist, said int32) {
	return e.crossTo(t, word, maskOf(word), bones(word), info, reach)
}

// crossTo is cross for a word of which is known which letters it has and how
// many consonants.
func (e *Engine) crossTo(t *token, word []byte, mask uint32, n int, info, reach int32) (dist, said int32) {
	if len(t.units) == 0 || len(word) == 0 || info <= 0 {
		return apart, 0
	}
	// Each consonant that no unit may stand for is left over, and so is each unit
	// without one.
	spare := 1
	if reach < e.set.reach {
		spare = 0
	}
	if over := bits.OnesCount32(mask & consonants &^ t.may); over > spare+n/4 || n-t.bones > 2+n/3 || t.bones-n > 2+n/3 {
		return apart, 0
	}
	m := e.models[t.script]
	if m.lacks(t.units, mask) > spare+len(t.units)/6 {
		return apart, 0
	}
	// A short word explains less, and is alike by chance with less.
	width := max(80, min(m.chance, 1000-m.need*1000/info)-m.usual)
	most := m.usual + reach*width/e.set.crossBy
	if t.script == Other { // the distance grows by rough below
		most = m.usual + (reach*100/e.set.rough+1)*width/e.set.crossBy + 1
	}
	cost := m.joint(t.units, word, t.own+info*most/1000)
	if cost == never {
		return apart, 0
	}
	left := (cost - t.own) * 1000 / info // the share that is left unexplained
	dist = max(0, left-m.usual) * e.set.crossBy / width
	switch {
	case t.script == Other: // the general table was learned from another script
		dist = dist * e.set.rough / 100
	case t.script == Han && utf8.RuneCountInString(t.text) == 1: // foreign names take more than one character
		pinyin := azLetters(e.reading(firstRune(t.text)))
		dist = max(dist, e.latin(pinyin, word, maskOf(pinyin), mask, info)*e.set.alone/100)
	}
	if dist > reach {
		return apart, 0
	}
	return dist, max(0, info-(cost-t.own))
}

// within compares two words of one script other than Latin.
func (e *Engine) within(a, b *token) int32 {
	x, y := []rune(a.text), []rune(b.text)
	if len(x) > maxWord || len(y) > maxWord {
		return apart
	}
	var table [2][maxWord + 1]int32
	last, here := &table[0], &table[1]
	for j, r := range y {
		last[j+1] = last[j] + lose(a.script, r)
	}
	for _, p := range x {
		here[0] = last[0] + lose(a.script, p)
		for j, q := range y {
			c := last[j]
			if p != q {
				c += e.change(a.script, p, q)
			}
			here[j+1] = min(c, last[j+1]+lose(a.script, p), here[j]+lose(a.script, q))
		}
		last, here = here, last
	}
	// When so many thousandths of the letters differ, nothing is left.
	all := e.set.letters
	if a.script == Han || a.script == Hangul {
		all = e.set.signs
	}
	return min(apart, last[len(y)]*2000/int32(len(x)+len(y))/all)
}

// lose is the cost of a letter more or less, in thousandths of a letter.
func lose(s Script, r rune) int32 {
	switch s {
	case Arabic:
		switch r {
		case 'ا', 'و', 'ي', 'ه', 'ء', 'ئ', 'ة':
			return 500
		}
	case Hebrew:
		switch r {
		case 'א', 'ו', 'י', 'ה', '\'':
			return 500
		}
	case Kana:
		if r == 'ー' || r == 'ッ' || r == '・' {
			return 300
		}
	}
	return 1000
}

// change is the cost of one letter for another.
func (e *Engine) change(s Script, p, q rune) int32 {
	switch s {
	case Arabic:
		if p == 'ة' && q == 'ه' || p == 'ه' && q == 'ة' {
			return 100
		}
	case Han:
		if r := e.reading(p); r != "" && r == e.reading(q) {
			return 150 // the traditional form, or another character of the same sound
		}
	case Hangul:
		return e.changeHangul(p, q)
	case Cyrillic:
		if cyrillicVowel(p) && cyrillicVowel(q) {
			return 700
		}
	}
	return 1000
}

// changeHangul compares two syllables jamo by jamo.
func (e *Engine) changeHangul(p, q rune) int32 {
	if p < 0xac00 || q < 0xac00 || p > 0xd7a3 || q > 0xd7a3 {
		return 1000
	}
	x, y, c := p-0xac00, q-0xac00, int32(0)
	if x/588 != y/588 {
		c += 400
	}
	if x%588/28 != y%588/28 {
		c += 300
	}
	if x%28 != y%28 {
		c += 300
	}
	return c
}

func cyrillicVowel(r rune) bool {
	switch r {
	case 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'ї', 'є', 'й':
		return true
	}
	return false
}
