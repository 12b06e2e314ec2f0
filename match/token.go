package match

import "math/bits"

// A token is what the engine knows of one word by itself. It never changes.
type token struct {
	text    string
	script  Script
	country bool       // it is a country's name
	given   bool       // it is a given name that has a short form, or one of those
	letters []byte     // Latin letters, 0 to 25; of other scripts their likeliest reading
	units   []uint8    // of the script's table; nil for Latin words and numbers
	own     int32      // cost of the units by the habits of their script
	info    int32      // cost of the letters by the habits of Latin names
	weight  int32      // how much the word says, as a part of a name
	mask    uint32     // which letters it has
	may     uint32     // which consonants its units may stand for
	bones   int        // consonants that writers do not drop
	head    uint32     // which consonant it may begin with
	tail    uint32     // and which it may end with
	hash    uint32     // of the text
	stems   *[2]*token // what it may be an adjective of; nil for nearly all
}

// token analyses one cleaned word.
func (e *Engine) token(text string, script Script) *token {
	t := &token{text: text, script: script, hash: 2166136261}
	for i := range len(text) {
		t.hash = (t.hash ^ uint32(text[i])) * 16777619
	}
	switch {
	case script == Latin:
		t.letters = azLetters(text)
	case script == Other:
		t.letters = e.romanise(text)
		t.units = e.models[Other].latinUnits(t.letters)
	case script.trained():
		m := e.models[script]
		for _, u := range Spell(script, text, e.reading) {
			if n, ok := m.unit[u]; ok && len(t.units) < maxUnits {
				t.units = append(t.units, n)
				t.letters = append(t.letters, azLetters(m.best[n])...)
			}
		}
	}
	if len(t.letters) > maxWord {
		t.letters = t.letters[:maxWord]
	}
	if len(t.units) > maxUnits {
		t.units = t.units[:maxUnits]
	}
	t.mask = maskOf(t.letters)
	t.bones = bones(t.letters)
	if t.units != nil {
		m := e.models[script]
		t.own = m.own(t.units)
		for i, u := range t.units {
			t.may |= m.may[u]
			if i < 3 {
				t.head |= m.may[u]
			}
			if i >= len(t.units)-3 {
				t.tail |= m.may[u]
			}
		}
	} else {
		t.head, t.tail = ends(t.letters)
	}
	t.info = e.info(t.letters)
	t.weight = e.weigh(t)
	t.given = e.words.nick.holds(text)
	t.stems = e.stems(text, script)
	t.country = len(t.letters) > 3 && e.countries[text] != ""
	return t
}

// latinUnits writes Latin letters with those that the general table knows: it
// was learned from Cyrillic, which has no c, j, q, w or x of its own.
func (m *model) latinUnits(word []byte) []uint8 {
	units := make([]uint8, 0, len(word)+2)
	for i, c := range word {
		as := string(rune(c) + 'a')
		switch {
		case c == 'c'-'a' && (i+1 == len(word) || word[i+1] != 'h'-'a'), c == 'q'-'a':
			as = "k"
		case c == 'j'-'a':
			as = "zh"
		case c == 'w'-'a':
			as = "v"
		case c == 'x'-'a':
			as = "ks"
		}
		for _, r := range as {
			if u, ok := m.runes[r]; ok {
				units = append(units, u)
			}
		}
	}
	return units
}

func azLetters(s string) []byte {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; c >= 'a' && c <= 'z' {
			b = append(b, c-'a')
		}
	}
	return b
}

// romanise reads a word of a script without a table of its own, letter by
// letter. In the scripts of India a consonant without a vowel sign is read with
// an a, unless it ends the word.
func (e *Engine) romanise(text string) []byte {
	var b []byte
	indic := false
	runes := []rune(text)
	for i, r := range runes {
		if r >= 1<<16 {
			continue
		}
		b = append(b, azLetters(e.romans[e.roman[r]])...)
		indic = r >= 0x0900 && r <= 0x0d7f
		if indic && indicConsonant(r) && i+1 < len(runes) && indicConsonant(runes[i+1]) {
			b = append(b, 0)
		}
		if len(b) >= maxWord {
			break
		}
	}
	return b
}

// indicConsonant reports consonants of the Brahmic blocks, which share one layout.
func indicConsonant(r rune) bool {
	k := r & 0x7f
	return r >= 0x0900 && r <= 0x0d7f && (k >= 0x15 && k <= 0x39 || k >= 0x58 && k <= 0x5f)
}

// weigh says how much a word tells as a part of a name: common ones little,
// short ones little, others up to a bound.
func (e *Engine) weigh(t *token) int32 {
	w, ok := e.rarity[t.text]
	if !ok {
		w = e.set.rare
	}
	said := t.info
	if t.units != nil {
		said = max(said, t.own)
	}
	if said > 0 {
		w = min(w, said)
	}
	return max(e.set.least, w-e.set.floor)
}

// sameLetters says how many different letters two words do not share.
func sameLetters(a, b uint32) int { return bits.OnesCount32(a ^ b) }

// consonants are the letters that a name keeps when it changes script.
const consonants = 1<<('b'-'a') | 1<<('c'-'a') | 1<<('d'-'a') | 1<<('f'-'a') | 1<<('g'-'a') | 1<<('j'-'a') | 1<<('k'-'a') | 1<<('l'-'a') |
	1<<('m'-'a') | 1<<('n'-'a') | 1<<('p'-'a') | 1<<('q'-'a') | 1<<('r'-'a') | 1<<('s'-'a') | 1<<('t'-'a') | 1<<('v'-'a') | 1<<('x'-'a') | 1<<('z'-'a')

// bones counts consonants, doubled ones once.
func bones(word []byte) int {
	n, last := 0, byte(255)
	for _, c := range word {
		if 1<<c&consonants != 0 && c != last {
			n++
		}
		last = c
	}
	return n
}

// ends returns the first and the last consonant of a word, or all when it has none.
func ends(word []byte) (head, tail uint32) {
	for _, c := range word {
		if bit := uint32(1) << c; bit&consonants != 0 {
			if head == 0 {
				head = bit
			}
			tail = bit
		}
	}
	if head == 0 {
		return ^uint32(0), ^uint32(0)
	}
	return head, tail
}

// maskOf returns which letters a word has, as bits.
func maskOf(word []byte) (mask uint32) {
	for _, c := range word {
		mask |= 1 << c
	}
	return mask
}
