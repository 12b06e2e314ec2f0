package match

import "strings"

// A tally is what an alignment amounts to, in hundredths of a nat.
type tally struct {
	shared  int32 // weight of words that both names have
	strain  int32 // what their differences cost
	unsure  int32 // what they would weigh more if their likeness were surer
	against int32 // weight that stands against each other on both sides
	omitted int32 // what it costs that one side has more words
	foreign bool  // words of two scripts were compared
	order   bool  // words stand in another order
	crossed bool  // and not just from the other end or from another first word
	parted  bool  // though both names say which part is the family's
	worst   int32 // the largest distance among words that identify
}

// tally sums an alignment up.
func (e *Engine) tally(al *alignment) tally {
	var t tally
	first, last, up, down := -1, -1, 0, 0
	initials := false
	for _, p := range al.pairs {
		w := p.weight
		t.shared += w
		t.unsure += p.unsure
		d := p.dist + p.dist*p.dist/1000*e.set.bend/100
		x, y := &al.a.parts[p.ai], &al.b.parts[p.bi]
		switch {
		case p.how == byJoining, p.how == byInitials, x.role == roleTitle, y.role == roleTitle:
			t.strain += w * d / 1000
		default:
			t.strain += max(w, (x.weight+y.weight)*e.set.heavy/200) * d / 1000 // a rare word is no likely spelling of a common one
		}
		initials = initials || p.how == byInitials
		if p.how == byInitial {
			full := max(x.weight, y.weight)
			t.strain += (full - w) * e.set.shortened / 100
		}
		if x.script != y.script && x.script != Digits && y.script != Digits && w > 100 {
			t.foreign = true
		}
		if x.role == roleName && y.role == roleName {
			t.worst = max(t.worst, p.dist)
			if last >= 0 && p.bi < last {
				down++
			} else if last >= 0 {
				up++
			}
			last = p.bi
			if first < 0 {
				first = last
			}
		}
	}
	t.order = down > 0
	t.parted = t.order && al.a.comma > 0 && al.b.comma > 0
	turned := down == 1 && last < first // the family name went from one end to the other
	t.crossed = down > 0 && up > 0 && !turned && al.a.patronym() && al.b.patronym()
	left, right := e.leftover(al.a, &al.usedA), e.leftover(al.b, &al.usedB)
	if initials { // what stands beside them is the country or a legal form
		if al.a.short > 0 {
			left.cost = left.cost * e.set.beside / 100
		}
		if al.b.short > 0 {
			right.cost = right.cost * e.set.beside / 100
		}
	}
	// A query that says more than the list is less usual than one that says less.
	// Where neither is the query, it counts half.
	if al.a.query == al.b.query {
		left.cost += left.cost * e.set.extra / 200
		right.cost += right.cost * e.set.extra / 200
	} else if al.a.query {
		left.cost += left.cost * e.set.extra / 100
	} else {
		right.cost += right.cost * e.set.extra / 100
	}
	e.leftovers(&t, left, right)
	return t
}

// leftovers adds what either side has and the other has not.
func (e *Engine) leftovers(t *tally, left, right rest) {
	if left.weight < right.weight {
		left, right = right, left
	}
	t.against = right.weight
	if left.weight > 0 {
		t.omitted = int32(int64(left.cost) * int64(left.weight-right.weight) / int64(left.weight))
	}
	if n := (left.numbers + right.numbers) * e.set.counted / 100; n > t.against { // a number that only one side has tells them apart
		t.against = n
	}
}

// rest is what one name has and the other has not.
type rest struct {
	weight  int32
	numbers int32 // weight of numbers
	cost    int32 // of leaving the words out
}

// leftover sums the words that found no counterpart. Leaving out the first or
// the last word of a name costs more than one in the middle.
func (e *Engine) leftover(n *name, used *[MaxTokens]bool) (r rest) {
	first, last, lineage := -1, -1, false
	for i := range n.parts {
		if n.parts[i].role == roleName {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	for i := range n.parts {
		if used[i] {
			continue
		}
		p := &n.parts[i]
		if repeated(n, used, i) {
			continue
		}
		r.weight += p.weight
		if p.role == roleNumber {
			r.numbers += p.weight
		}
		cost := p.weight * e.set.omitted / 100
		if n.person && p.role == roleName {
			cost = p.weight*e.set.leaveShare/100 + e.set.leave
		}
		if i != first && i != last && p.role == roleName && n.person && fathers(n, i) {
			cost = cost * e.set.fathers / 100
			if lineage { // who leaves out the father leaves out his as well
				cost = 0
			}
			lineage = true
		}
		if i == first || i == last {
			cost += cost * e.set.edge / 100
		}
		r.cost += cost
	}
	return r
}

// fathers reports a word that names the father, whom many leave out: what
// follows bin or ibn, and the Russian patronymic.
func fathers(n *name, i int) bool {
	if i > 0 && n.parts[i-1].role == rolePatronym {
		return true
	}
	for _, end := range []string{"ovich", "evich", "ovna", "evna", "ович", "евич", "овна", "евна"} {
		if strings.HasSuffix(n.parts[i].text, end) {
			return true
		}
	}
	return false
}

// repeated reports a rare word that the name has twice and that was found once:
// a slip of the pen. Common ones are in some names twice.
func repeated(n *name, used *[MaxTokens]bool, i int) bool {
	if n.parts[i].weight < 700 {
		return false
	}
	for k := range n.parts {
		if used[k] && n.parts[k].token == n.parts[i].token && n.parts[k].role == n.parts[i].role {
			return true
		}
	}
	return false
}

// score turns a tally into a score.
func (e *Engine) score(t tally) Score {
	if t.shared <= 0 {
		return 0
	}
	cost := t.strain + t.unsure*e.set.unsure/100 + t.against*e.set.against/100 + t.omitted
	if t.against > 100 {
		cost += e.set.once
	}
	if t.foreign {
		cost += e.set.foreign
	}
	unlike := t.strain + t.unsure + t.omitted
	cost += e.set.doubt * unlike / (unlike + 100)
	s := int64(FullScore) - int64(cost)*int64(FullScore)/int64(t.shared+t.against)
	if t.order {
		s -= int64(FullScore) * int64(e.set.order) / 1000
	}
	if t.parted {
		s -= int64(FullScore) * int64(e.set.parted) / 1000
	}
	if t.crossed {
		s -= int64(FullScore) * int64(e.set.father) / 1000
	}
	return e.scale(max(0, min(int64(FullScore), s)))
}

// scale stretches a score so that 7000 is where one of a thousand pairs of
// different single words stands.
func (e *Engine) scale(s int64) Score {
	const at = 7000
	pass := int64(e.set.pass)
	if s < pass {
		return Score(s * at / pass)
	}
	return Score(at + (s-pass)*(int64(FullScore)-at)/(int64(FullScore)-pass))
}

// unscale returns what scale made a score of.
func (e *Engine) unscale(s Score) int64 {
	const at = 7000
	pass := int64(e.set.pass)
	if s < at {
		return int64(s) * pass / at
	}
	return pass + int64(s-at)*(int64(FullScore)-pass)/(int64(FullScore)-at)
}

// A Comparison is how well two names agree, and why.
type Comparison struct {
	Score Score        `json:"score"`
	Words []WordReason `json:"words"`
}

// Compare compares two names of things of one kind. The order of the two does
// not matter to the score. Without a kind the names are read as persons' and, if
// one of them has a legal form or a word of business, as organisations'.
func (e *Engine) Compare(a, b string, kind Kind) Comparison {
	swapped := a > b
	if swapped {
		a, b = b, a
	}
	person := kind == Person
	if kind == "" {
		person = !e.corporateWords(a) && !e.corporateWords(b)
	}
	if kind == "" && !person {
		kind = Organisation
	}
	return e.compare(e.alternatives(a, kind), e.alternatives(b, kind), person, swapped)
}

// compare returns the best comparison of names of two sides.
func (e *Engine) compare(as, bs []string, person, swapped bool) (best Comparison) {
	for i, a := range as {
		for k, b := range bs {
			var al alignment
			e.align(&al, e.parse(a, person, nil), e.parse(b, person, nil))
			score := e.score(e.tally(&al))
			if i+k > 0 && score <= best.Score {
				continue
			}
			if swapped {
				al.swap()
			}
			best = Comparison{Score: score, Words: al.reasons()}
		}
	}
	return best
}

// corporateWords reports whether a name has a legal form or a word of business.
func (e *Engine) corporateWords(s string) bool {
	for _, p := range e.parse(s, false, nil).parts {
		if p.role == roleForm || p.role == roleBusiness {
			return true
		}
	}
	return false
}
