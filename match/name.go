package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A part is one word of a name, with what it does there.
type part struct {
	*token
	written []byte // its letters as they stood in a longer word, for joining; nil when they are the token's
	whole   *token // that longer word at the first of its parts, by which names are found; nil for others
	role    role
	class   int32
	family  int32
	number  int32
	weight  int32
	aside   bool // it stood in brackets
	spelt   bool // it is an abbreviation by letters, of which each counts
}

// A name is an analysed name.
type name struct {
	text   string
	parts  []part
	person bool
	query  bool // it is what is asked for
	short  int  // the place of the word that may be another name's initials, counted from 1; 0 for none
	comma  int  // how many parts stood before the comma, 0 for none
	cut    bool
}

// A lexicon remembers analysed words. It may be nil.
type lexicon map[string]*token

// lookup returns the token of a word, from the lexicon if it knows it.
func (e *Engine) lookup(known lexicon, text string, script Script) *token {
	if known == nil {
		return e.token(text, script)
	}
	if t, ok := known[text]; ok && t.script == script {
		return t
	}
	t := e.token(text, script)
	known[text] = t
	return t
}

// parse analyses a name as a person's or as another thing's.
func (e *Engine) parse(text string, person bool, known lexicon) *name {
	words := e.scan(text)
	n := &name{text: text, person: person, parts: make([]part, 0, len(words)+2)}
	if person {
		words = personal(words)
	} else {
		words = e.corporate(words)
	}
	capitals := 0 // parts written so, as bits
	for i := 0; i < len(words); {
		if len(n.parts) >= MaxTokens {
			n.cut = true
			break
		}
		w := words[i]
		p, used := e.words.find(words[i:], person)
		from := len(n.parts)
		switch {
		case used > 0 && e.fits(p, used, words, i, person) && (person || w.text != "i"):
			text := w.text
			for _, more := range words[i+1 : i+used] {
				text += " " + more.text
			}
			n.add(e, part{token: e.lookup(known, text, w.script), role: p.role, class: p.class, family: p.family, number: p.number})
			i += used
			n.since(e, from, w.aside)
			continue
		case w.script == Digits:
			n.add(e, part{token: e.lookup(known, w.text, Digits), role: roleNumber, number: small(w.text)})
		case !person && w.text == "i" && i > 0: // the first of a series
			n.add(e, part{token: e.lookup(known, w.text, Latin), role: roleNumber, number: 1})
		case person && (w.script == Latin || w.script == Cyrillic || w.script == Other && w.dotted) && utf8.RuneCountInString(w.text) == 1:
			n.add(e, part{token: e.lookup(known, w.text, w.script), role: roleInitial})
		case person && e.words.joint[w.text] && i > 0 && i+1 < len(words):
			n.add(e, part{token: e.lookup(known, w.text, Latin), role: roleParticle, class: e.words.classes["particle al"]})
		default:
			p := part{token: e.lookup(known, w.text, w.script), spelt: w.spelt}
			if w.written != "" && w.written != w.text {
				p.written = azLetters(w.written)
			}
			if w.whole != "" {
				p.whole = e.lookup(known, w.whole, w.script)
			}
			if w.upper {
				capitals |= 1 << from
			}
			n.add(e, p)
		}
		n.since(e, from, w.aside)
		if w.comma && n.comma == 0 && i+1 < len(words) {
			n.comma = len(n.parts)
		}
		i++
	}
	if person && n.comma > 0 { // "Last, First" is read as First Last
		n.parts = slices.Concat(n.parts[n.comma:], n.parts[:n.comma])
	}
	if !person {
		if n.short = n.sole(e); n.short > 0 && capitals>>(n.short-1)&1 == 0 {
			n.short = 0
		}
	}
	return n
}

// since finishes the parts added last: what stands in brackets weighs less, and
// forty and four are forty-four.
func (n *name) since(e *Engine, from int, aside bool) {
	if from == len(n.parts) {
		return
	}
	p := &n.parts[from]
	if aside {
		p.aside = true
		p.weight = p.weight * e.set.aside / 100
	}
	if p.role == roleNumber && from > 0 {
		if q := &n.parts[from-1]; q.role == roleNumber && q.number >= 20 && q.number < 100 && q.number%10 == 0 && p.number > 0 && p.number < 10 {
			q.number += p.number
			n.parts = n.parts[:from]
		}
	}
}

// fits says whether a phrase may have its role at this place of the name.
func (e *Engine) fits(p phrase, used int, words []word, i int, person bool) bool {
	end := i + used
	switch p.role {
	case rolePatronym, roleKunya: // a son needs a father
		return end < len(words) && (i > 0 || p.role == roleKunya || words[i].script != Latin || words[i].text != "ben")
	case roleTitle:
		return len(words) > used
	case roleParticle:
		if len(words[i].text) == 1 { // y, e and i join two names; elsewhere they are initials
			return i > 0 && end < len(words) && !words[i].dotted
		}
		// Something follows a particle, unless the name is turned: Beauvoir, Simone de.
		return len(words) > used && (end < len(words) || slices.ContainsFunc(words[:i], func(w word) bool { return w.comma }))
	case roleNumber:
		return i > 0 || !roman(words[i].text)
	case roleForm:
		return len(words) > used
	}
	return true
}

// patronym reports whether a name says who the father is.
func (n *name) patronym() bool {
	return slices.ContainsFunc(n.parts, func(p part) bool { return p.role == rolePatronym })
}

// echoes reports whether part of a compound stands in the name again.
func (n *name) echoes() bool {
	for i := range n.parts {
		p := &n.parts[i]
		if p.whole == nil {
			continue
		}
		for k := range n.parts {
			if k != i && n.parts[k].token == p.token || k != i+1 && i+1 < len(n.parts) && n.parts[k].token == n.parts[i+1].token {
				return true
			}
		}
	}
	return false
}

// add appends a part and gives it its weight.
func (n *name) add(e *Engine, p part) {
	if p.token.letters == nil && p.token.units == nil && p.role == roleName && p.script != Digits {
		if p.text == "" {
			return
		}
	}
	p.weight = e.weightOf(p)
	n.parts = append(n.parts, p)
}

func (e *Engine) weightOf(p part) int32 {
	switch p.role {
	case roleInitial:
		return e.set.initial
	case roleParticle:
		return e.set.particle
	case rolePatronym:
		return e.set.patronym
	case roleKunya:
		return e.set.kunya
	case roleTitle:
		return e.set.title
	case roleForm:
		return e.set.form
	case roleBusiness:
		return e.set.business
	case roleDomain:
		return e.set.domain
	case roleNumber:
		return e.set.number
	}
	if n := p.token.text; p.role == roleName && (n == "abd" || n == "allah" || n == "din" || n == "عبد" || n == "الله" || n == "دين" ||
		n == "абд" || n == "аллах" || n == "дин") {
		return e.set.compound
	}
	return p.token.weight
}

// small returns the value of a short number, or a hash of a long one that no
// small number has, so that equal numbers are equal.
func small(digits string) int32 {
	v := int32(0)
	for _, d := range digits {
		v = v*10 + d - '0'
		if v > 1<<26 {
			v %= 1 << 26
			v += 1 << 26
		}
	}
	return v
}

func roman(s string) bool {
	return strings.Trim(s, "ivx") == ""
}

// personal prepares the words of a person's name: initials written together
// are parted, and the compounds of Arabic names are written in one way, abd and
// what follows, what precedes and din or allah.
func personal(words []word) []word {
	mixed := false
	for _, w := range words {
		mixed = mixed || !w.upper
	}
	out := make([]word, 0, len(words)+3)
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w.script == Latin && mixed && w.upper && len(w.text) > 1 && len(w.text) <= 3 && !hasVowel(w.text):
			for k := range len(w.text) {
				out = append(out, word{text: w.text[k : k+1], script: Latin, upper: true, dotted: true})
			}
			out[len(out)-1].comma = w.comma
		case w.script == Latin:
			from := len(out)
			if out = compoundLatin(out, w); len(out) > from+1 {
				out[from].whole = w.text
			}
		case w.script == Arabic:
			out = compoundArabic(out, w)
		case w.script == Cyrillic:
			out = compoundCyrillic(out, w)
		default:
			out = append(out, w)
		}
	}
	return out
}

func hasVowel(s string) bool { return strings.ContainsAny(s, "aeiouy") }

// compoundLatin parts abdurrahman, sirajuddin and habibullah, and writes abdul
// as abd when a name follows.
func compoundLatin(out []word, w word) []word {
	s := w.text
	like := func(text, written string) word {
		return word{text: text, written: written, script: Latin, upper: w.upper}
	}
	last := func(text, written string) word {
		l := like(text, written)
		l.comma, l.dotted = w.comma, w.dotted
		return l
	}
	switch s {
	case "abdul", "abdel", "abdal", "abdol", "abdoul", "abdur", "abdus", "abdu":
		return append(out, last("abd", s))
	case "abdullah", "abdallah", "abdulla", "abdalla", "abdollah", "abdoullah", "abdellah", "abdoulla":
		return append(out, like("abd", s[:3]), last("allah", s[3:]))
	case "ullah", "ollah", "oullah", "alla", "ullha", "ulah":
		if len(out) > 0 {
			return append(out, last("allah", s))
		}
	case "deen", "dine", "eddin", "uddin", "eddine", "aldin", "addin", "uldin":
		if len(out) > 0 {
			return append(out, last("din", s))
		}
	}
	if rest := afterAbd(s); rest != "" {
		return compoundLatin(append(out, like("abd", s[:len(s)-len(rest)])), last(rest, rest))
	}
	for _, end := range []struct{ text, is string }{
		{"ullah", "allah"}, {"oullah", "allah"}, {"ollah", "allah"}, {"allah", "allah"}, {"ulla", "allah"},
		{"uddin", "din"}, {"eddin", "din"}, {"eddine", "din"}, {"ouddine", "din"}, {"addin", "din"},
		{"aldin", "din"}, {"uldin", "din"},
		{"iddin", "din"}, {"uddeen", "din"}, {"udin", "din"}, {"udine", "din"}, {"edine", "din"}, {"adin", "din"}, {"oudine", "din"},
	} {
		if head, ok := strings.CutSuffix(s, end.text); ok && len(head) >= 3 && !strings.HasSuffix(head, "d") {
			return append(out, like(strings.TrimSuffix(head, "o"), head), last(end.is, s[len(head):]))
		}
	}
	return append(out, w)
}

// afterAbd returns what follows abd, abdul or abdel in a word written together, or "".
func afterAbd(s string) string {
	rest, ok := strings.CutPrefix(s, "abd")
	if !ok || len(rest) < 4 {
		return ""
	}
	cut := strings.TrimLeft(rest, "aeou")
	if len(cut) == len(rest) || len(cut) < 4 {
		return ""
	}
	switch {
	case cut[0] == 'l' && len(cut) > 4 && cut[1] != 'l':
		return cut[1:]
	case cut[0] == cut[1] && cut[0] != 'l':
		return cut[1:]
	}
	for _, begin := range []string{"rrah", "rah", "reh", "sal", "sam"} {
		if strings.HasPrefix(cut, begin) {
			return cut
		}
	}
	return ""
}

// compoundArabic parts the article from its word, and the compounds of abd, din
// and allah, as compoundLatin does.
func compoundArabic(out []word, w word) []word {
	s := w.text
	n := len([]rune(s))
	like := func(text string) word { return word{text: text, script: Arabic} }
	last := func(text string) word {
		l := like(text)
		l.comma = w.comma
		return l
	}
	if s == "الله" || s == "اللہ" || s == "لله" {
		return append(out, last("الله"))
	}
	if rest, ok := strings.CutPrefix(s, "عبد"); ok && n > 5 {
		rest = strings.TrimPrefix(rest, "ال")
		if rest == "له" {
			rest = "الله"
		}
		return append(out, like("عبد"), last(rest))
	}
	if head, ok := strings.CutSuffix(s, "الدين"); ok && len(head) >= 4 {
		return append(out, like(head), last("دين"))
	}
	if head, ok := strings.CutSuffix(s, "الله"); ok && len(head) >= 4 {
		return append(out, like(head), last("الله"))
	}
	if rest, ok := strings.CutPrefix(s, "ال"); ok && n > 4 {
		return append(out, like("ال"), last(rest))
	}
	return append(out, w)
}

// compoundCyrillic does the same for words in Cyrillic.
func compoundCyrillic(out []word, w word) []word {
	part := func(text string, last bool) word {
		p := word{text: text, script: Cyrillic}
		if last {
			p.comma, p.dotted = w.comma, w.dotted
		}
		return p
	}
	switch w.text {
	case "абдул", "абдель", "абдал", "абдур":
		return append(out, part("абд", true))
	case "абдулла", "абдуллах", "абдаллах", "абдалла":
		return append(out, part("абд", false), part("аллах", true))
	}
	for _, begin := range []string{"абдул", "абдель", "абдал", "абдур", "абду"} {
		if rest, ok := strings.CutPrefix(w.text, begin); ok && utf8.RuneCountInString(rest) >= 4 {
			if begin == "абдур" && !strings.HasPrefix(rest, "р") {
				rest = "р" + rest
			}
			return append(out, part("абд", false), part(rest, true))
		}
	}
	for _, end := range []struct{ text, is string }{
		{"уллах", "аллах"}, {"улла", "аллах"}, {"аллах", "аллах"}, {"уддин", "дин"}, {"еддин", "дин"}, {"аддин", "дин"}, {"иддин", "дин"},
		{"оуддине", "дин"}, {"оудине", "дин"}, {"еддине", "дин"}, {"удин", "дин"}, {"уддеен", "дин"},
	} {
		if head, ok := strings.CutSuffix(w.text, end.text); ok && utf8.RuneCountInString(head) >= 3 && !strings.HasSuffix(head, "д") {
			return append(out, part(head, false), part(end.is, true))
		}
	}
	return append(out, w)
}

// corporate prepares the words of other names: letters that stand alone are one
// word, numbers with an ending are numbers, Han words are cut where a known
// word begins.
func (e *Engine) corporate(words []word) []word {
	out := make([]word, 0, len(words)+2)
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w.script == Latin && len(w.text) == 1:
			for i+1 < len(words) && words[i+1].script == Latin && len(words[i+1].text) == 1 && !words[i].comma {
				i++
				w.text += words[i].text
				w.spelt = true
			}
			w.comma = words[i].comma
			out = append(out, w)
		case w.script == Digits && i+1 < len(words) && ending(words[i+1]):
			out = append(out, w)
			i++
		case w.script == Han:
			out = e.cutHan(out, w)
		default:
			out = append(out, w)
		}
	}
	return out
}

func ending(w word) bool {
	switch w.text {
	case "st", "nd", "rd", "th":
		return true
	}
	return false
}

// cutHan cuts a run of Han characters where words of the table stand in it.
func (e *Engine) cutHan(out []word, w word) []word {
	runes := []rune(w.text)
	start := 0
	flush := func(end int) {
		if end > start {
			out = append(out, word{text: string(runes[start:end]), script: Han})
		}
	}
	for i := 0; i < len(runes); {
		used := 0
		for n := min(e.words.longestHan, len(runes)-i); n >= 2 && used == 0; n-- {
			if all := e.words.other[string(runes[i:i+n])]; len(all) > 0 && len(all[len(all)-1].rest) == 0 {
				used = n
			}
		}
		if used == 0 {
			i++
			continue
		}
		flush(i)
		out = append(out, word{text: string(runes[i : i+used]), script: Han})
		i += used
		start = i
	}
	flush(len(runes))
	return out
}
