package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A word is one word of a name, cleaned.
type word struct {
	text    string // lower case, without accents; Latin words in a-z
	written string // the same as it stood in a longer word; empty when it is text
	whole   string // that longer word, at the first of its parts
	script  Script
	upper   bool // it was written in capitals
	dotted  bool // a full stop followed
	comma   bool // a comma followed
	aside   bool // it stood in brackets
	spelt   bool // it is letters that stood alone: A.B.C.
}

// scan cuts a name into words. It reads at most MaxName bytes.
func (e *Engine) scan(name string) []word {
	if len(name) > MaxName {
		cut := MaxName
		for cut > 0 && !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut]
	}
	if !ascii(name) {
		name = norm.NFKC.String(strings.ToValidUTF8(name, " "))
	}
	s := scanner{e: e, words: make([]word, 0, 6)}
	for _, r := range name {
		s.rune(r)
	}
	s.flush()
	return s.words
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// A scanner gathers the runes of one word.
type scanner struct {
	e     *Engine
	words []word
	run   []rune
	kinds [nScripts]int
	lower bool
	depth int // of brackets
}

func (s *scanner) rune(r rune) {
	if r >= 'a' && r <= 'z' {
		s.run, s.lower = append(s.run, r), true
		s.kinds[Latin]++
		return
	}
	if r >= 'A' && r <= 'Z' {
		s.run = append(s.run, r+'a'-'A')
		s.kinds[Latin]++
		return
	}
	switch r {
	case '\'', '’', '‘', 'ʼ', 'ʿ', 'ʾ', 'ʻ', '`', '´', 'ʹ', '′', '‛', '׳', 'ˈ', '"', '״':
		if len(s.run) > 0 && s.kinds[Hebrew] > 0 && r != '"' && r != '״' {
			s.run = append(s.run, '\'')
		} else if r == '"' {
			s.flush()
		}
		return
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff', '\u0640', '\u202a', '\u202b', '\u202c':
		return
	}
	if r == '%' || r == '٪' || r == '％' {
		s.run = append(s.run, []rune("percent")...)
		s.kinds[Latin] += len("percent")
		s.lower = true
		return
	}
	script := ScriptOf(r)
	if script == NoScript {
		s.part(r)
		return
	}
	if unicode.IsMark(r) && len(s.run) > 0 && s.kinds[Other] == 0 && s.kinds[Kana] == 0 {
		return // accents and vowel points do not tell names apart
	}
	low := unicode.ToLower(r)
	if script == Latin || script == Cyrillic || script == Other {
		s.lower = s.lower || low == r && !unicode.IsUpper(r) && unicode.IsLower(r)
	}
	s.run = append(s.run, low)
	s.kinds[script]++
}

// part ends a word at a sign that stands between words.
func (s *scanner) part(r rune) {
	had := len(s.words)
	s.flush()
	if len(s.words) == 0 { // brackets around the whole name mean nothing
		return
	}
	last := &s.words[len(s.words)-1]
	switch {
	case r == '.' && len(s.words) > had:
		last.dotted = true
	case r == ',' || r == '،' || r == '、':
		last.comma = true
	}
	switch r {
	case '(', '（':
		s.depth++
	case ')', '）':
		s.depth = 0
	}
}

// flush writes the gathered runes as one word, or several when they mix scripts.
func (s *scanner) flush() {
	if len(s.run) == 0 {
		return
	}
	var scripts int
	var only Script
	for k, n := range s.kinds {
		if n > 0 {
			scripts++
			only = Script(k)
		}
	}
	switch {
	case scripts == 1:
		s.put(s.run, only)
	case scripts == 2 && s.kinds[Latin] > 0 && s.kinds[Cyrillic] > 0:
		s.lookalikes()
	default:
		s.pieces()
	}
	s.run, s.kinds, s.lower = s.run[:0], [nScripts]int{}, false
}

// lookalikes writes a word that mixes Latin and Cyrillic letters in the script
// that has more of them: a Cyrillic letter in a Latin word is there to deceive
// or by mistake.
func (s *scanner) lookalikes() {
	const latin, cyrillic = "aceopxyikmthbsjduzgwnvr", "асеорхуікмтһвѕјԁцзгшпвг"
	from, to, script := cyrillic, latin, Latin
	if s.kinds[Cyrillic] > s.kinds[Latin] {
		from, to, script = latin, cyrillic, Cyrillic
	}
	target := []rune(to)
	for i, r := range s.run {
		k := 0
		for _, f := range from {
			if f == r {
				s.run[i] = target[k]
				break
			}
			k++
		}
	}
	s.put(s.run, script)
}

// pieces cuts a mixed word where the script changes. Digits inside a Latin word
// are read as the letters they look like.
func (s *scanner) pieces() {
	run := s.run
	if s.kinds[Latin] >= 2 && s.kinds[Digits] > 0 && s.kinds[Digits] < s.kinds[Latin] {
		for i := 1; i+1 < len(run); i++ {
			if ScriptOf(run[i]) == Digits && ScriptOf(run[i-1]) == Latin && run[i] < 0x80 && latinAfter(run[i:]) {
				run[i] = rune("oizeasbtbg"[run[i]-'0'])
			}
		}
	}
	start := 0
	for i := 1; i <= len(run); i++ {
		if i < len(run) && (ScriptOf(run[i]) == ScriptOf(run[start]) || unicode.IsMark(run[i]) || run[i] == '\'') {
			continue
		}
		s.put(run[start:i], ScriptOf(run[start]))
		start = i
	}
}

func latinAfter(run []rune) bool {
	for _, r := range run {
		if s := ScriptOf(r); s != Digits {
			return s == Latin
		}
	}
	return false
}

// put appends one word of one script.
func (s *scanner) put(run []rune, script Script) {
	w := word{script: script, aside: s.depth > 0, upper: !s.lower && (script == Latin || script == Cyrillic || script == Other)}
	switch script {
	case Latin:
		w.text = s.e.az(run)
	case Digits:
		w.text = digits(run)
	case Other:
		w.text = string(run)
	default:
		w.text = Plain(script, string(run))
	}
	if w.text != "" {
		s.words = append(s.words, w)
	}
}

// az writes Latin letters with a-z only.
func (e *Engine) az(run []rune) string {
	b := make([]byte, 0, len(run)+4)
	for _, r := range run {
		if r >= 'a' && r <= 'z' {
			b = append(b, byte(r))
		} else if r < 1<<16 {
			b = append(b, e.romans[e.roman[r]]...)
		}
	}
	return string(b)
}

// Letters writes the Latin words of a name with a-z only, without spaces: how
// the engine and its trainer tell one spelling from another.
func (e *Engine) Letters(name string) string {
	var b strings.Builder
	for _, w := range e.scan(name) {
		if w.script == Latin {
			b.WriteString(w.text)
		}
	}
	return b.String()
}

// digits writes digits of any script as 0-9, without leading zeros.
func digits(run []rune) string {
	b := make([]byte, 0, len(run))
	for _, r := range run {
		if r < 0x80 {
			b = append(b, byte(r))
			continue
		}
		d := 0
		for d < 9 && unicode.IsDigit(r-rune(d)-1) { // digits of a script stand in a row of ten
			d++
		}
		b = append(b, '0'+byte(d))
	}
	if s := strings.TrimLeft(string(b), "0"); s != "" {
		return s
	}
	return "0"
}
