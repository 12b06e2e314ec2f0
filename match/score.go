package match

// A tally is what an alignment amounts to, in hundredths of a nat.
type tally struct {
	shared  int32 // weight of words that both names have
	strain  int32 // what their differences cost
	against int32 // weight that stands against each other on both sides
	omitted int32 // weight that only one side has
	unsure  int32 // what the words that both have would weigh more if their likeness were surer
	worst   int32 // the largest distance among words that identify
	order   bool  // words stand in another order
	pairs   int   // identifying words that both have
}

// tally sums an alignment up.
func (e *Engine) tally(al *alignment) tally {
	var t tally
	last := -1
	for _, p := range al.pairs {
		w := p.weight
		t.shared += w
		t.unsure += p.unsure
		d := p.dist + p.dist*p.dist/1000*e.set.bend/100
		t.strain += w * d / 1000
		x, y := &al.a.parts[p.ai], &al.b.parts[p.bi]
		if p.how == byInitial {
			full := max(x.weight, y.weight)
			t.strain += (full - w) * e.set.shortened / 100
		}
		if x.role == roleName && y.role == roleName {
			t.worst = max(t.worst, p.dist)
			t.pairs++
			if p.bi < last {
				t.order = true
			}
			last = p.bi
		}
	}
	left, numbers := e.leftover(al.a, &al.usedA)
	right, more := e.leftover(al.b, &al.usedB)
	t.against, t.omitted = min(left, right), max(left, right)-min(left, right)
	if n := (numbers + more) * e.set.counted / 100; n > t.against { // a number that only one side has tells them apart
		t.omitted = max(0, t.omitted-(n-t.against))
		t.against = n
	}
	return t
}

// leftover is the weight of the words that found no counterpart, and that of
// numbers among them.
func (e *Engine) leftover(n *name, used *[MaxTokens]bool) (sum, numbers int32) {
	for i := range n.parts {
		if !used[i] {
			w := n.parts[i].weight
			if i == 0 || i == len(n.parts)-1 {
				w += w * e.set.edge / 100
			}
			sum += w
			if n.parts[i].role == roleNumber {
				numbers += w
			}
		}
	}
	return sum, numbers
}

// score turns a tally into a score.
func (e *Engine) score(t tally) Score {
	if t.shared <= 0 {
		return 0
	}
	cost := t.strain + t.unsure*e.set.unsure/100 + t.against*e.set.against/100
	if t.against > 100 {
		cost += e.set.once
	}
	unlike := t.strain + t.unsure + t.omitted/2
	cost += e.set.doubt * unlike / (unlike + 100)
	whole := t.shared + t.against
	s := int64(FullScore) - int64(cost)*int64(FullScore)/int64(whole)
	s -= int64(t.omitted) * int64(FullScore) / int64(t.shared+t.omitted+t.against) * int64(e.set.omitted) / 100
	if t.order {
		s -= int64(FullScore) * int64(e.set.order) / 1000
	}
	return Score(max(0, min(int64(FullScore), s)))
}

// Comparison is the result of comparing two names.
type Comparison struct {
	Score Score `json:"score"`
}

// Compare compares two names of things of one kind. The order of the two does
// not matter.
func (e *Engine) Compare(a, b string, kind Kind) Comparison {
	if a > b {
		a, b = b, a
	}
	person := kind == Person || kind == ""
	var al alignment
	e.align(&al, e.parse(a, person, nil), e.parse(b, person, nil))
	return Comparison{Score: e.score(e.tally(&al))}
}
