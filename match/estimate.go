package match

import "math/bits"

const slack Score = 200 // what an estimate may lack: it does not weigh the order of words

// estimate scores a name as if every two words that might be the same were: by
// the neighbours found, and by the letters of the others; closely, if these are
// compared.
func (s *Searcher) estimate(q *name, n uint32, closely bool) Score {
	x := s.x
	var t tally
	var usedA, usedB [MaxTokens]bool
	refs := x.refs[x.at[n]:x.at[n+1]]
	far := x.e.set.far
	s.takeNeighbours(q, refs, &usedA, &usedB, &t, 100)
	s.maybeJoined(q, refs, &usedA, &usedB, &t, closely)
	s.takeNeighbours(q, refs, &usedA, &usedB, &t, far)
	if !closely {
		far = 0
	}
	s.pairUp(q, refs, &usedA, &usedB, &t, far)
	rest := name{parts: s.parts[:0], person: x.flags[n]&flagPerson != 0}
	for j, id := range refs {
		if !usedB[j] {
			rest.parts = append(rest.parts, x.parts[id])
		}
	}
	s.parts = rest.parts
	var none [MaxTokens]bool
	x.e.leftovers(&t, x.e.leftover(q, &usedA), x.e.leftover(&rest, &none))
	return x.e.score(t)
}

// takeNeighbours takes words as shared that were found as neighbours nearer than far.
func (s *Searcher) takeNeighbours(q *name, refs []uint32, usedA, usedB *[MaxTokens]bool, t *tally, far int32) {
	for j, id := range refs {
		m := &s.mark[s.x.word[id]]
		if m.query != s.query || m.dist >= far || usedB[j] {
			continue
		}
		i := int(m.part)
		for usedA[i] && i+1 < len(q.parts) { // the same word may stand twice
			if i++; !usedA[i] && q.parts[i].token == q.parts[m.part].token {
				break
			}
		}
		if usedA[i] || q.parts[i].token != q.parts[m.part].token {
			continue
		}
		usedA[i], usedB[j] = true, true
		w := min(q.parts[i].weight, s.x.parts[id].weight)
		t.shared += w
		t.strain += w * m.dist / apart
	}
}

// pairUp takes words as shared that have found no neighbour and may be the same:
// that are not further apart than far, or, if far is nothing, that look alike.
func (s *Searcher) pairUp(q *name, refs []uint32, usedA, usedB *[MaxTokens]bool, t *tally, far int32) {
	for i := range q.parts {
		for j, id := range refs {
			a, b := &q.parts[i], &s.x.parts[id]
			if usedA[i] || usedB[j] {
				continue
			}
			known := a.class != 0 && a.class == b.class || a.given && b.given && q.person && s.x.e.words.short(a.token, b.token)
			if !known && !maySame(a, b) {
				continue
			}
			w, d := min(a.weight, b.weight), int32(0)
			if far > 0 && !known && a.role == roleName && b.role == roleName {
				if d, _ = s.al.distance(s.x.e, a.token, b.token); d >= far {
					if d = s.x.e.asWritten(a, b); d >= far {
						continue
					}
				}
			}
			usedA[i], usedB[j] = true, true
			t.shared += w
			t.strain += w * d / apart
		}
	}
}

// maybeJoined takes words as shared that one side writes in one word.
func (s *Searcher) maybeJoined(q *name, refs []uint32, usedA, usedB *[MaxTokens]bool, t *tally, closely bool) {
	x := s.x
	s.parts = s.parts[:0]
	for _, id := range refs {
		s.parts = append(s.parts, x.parts[id])
	}
	s.runs = s.runs[:0]
	s.runs = s.joinSide(q.parts, s.parts, s.runs, usedA, usedB, t, closely)
	s.asked = s.joinSide(s.parts, q.parts, s.asked, usedB, usedA, t, closely)
}

// joinSide takes single words of one side for two or three of the other. It
// returns what is known of those written together, made when first needed.
func (s *Searcher) joinSide(ones, manys []part, runs []run, usedOne, usedMany *[MaxTokens]bool, t *tally, closely bool) []run {
	unlike := [3]int32{apart, apart, apart}
	for i := range ones {
		if usedOne[i] || !joinable(&ones[i]) {
			continue
		}
		if len(runs) == 0 {
			runs = appendRuns(runs, manys)
		}
		for k := range runs {
			r := &runs[k]
			if usedOne[i] {
				break
			}
			if anyDone(usedMany, manys, r.from, r.n) || !mayJoin(&ones[i], r) {
				continue
			}
			p, ok := pairing{weight: ones[i].weight}, true
			if closely {
				p, ok = s.al.joined(s.x.e, &ones[i], manys[r.from:r.from+r.n], unlike[:r.n])
			}
			if ok {
				t.shared += p.weight
				t.strain += p.weight * p.dist / apart
				usedOne[i] = true
				for k := range r.n {
					usedMany[r.from+k] = true
				}
			}
		}
	}
	return runs
}

// A run is two or three neighbouring words as if written together.
type run struct {
	from, n    int
	letters    int
	bones      int
	mask       uint32
	head, tail uint32
	latin      bool // the first is
}

// appendRuns appends every two neighbouring words, then every three.
func appendRuns(to []run, parts []part) []run {
	for n := 2; n <= 3; n++ {
		for from := 0; from+n <= len(parts); from++ {
			r := run{from: from, n: n, head: parts[from].head, tail: parts[from+n-1].tail, latin: parts[from].script == Latin}
			for k := from; k < from+n; k++ {
				p := &parts[k]
				if p.written != nil {
					r.letters += len(p.written)
				} else {
					r.letters += len(p.letters)
				}
				r.bones += p.bones
				r.mask |= p.mask
			}
			to = append(to, r)
		}
	}
	return to
}

// mayJoin says whether a word may be several words of the other side.
func mayJoin(one *part, r *run) bool {
	if one.script == Latin && r.latin {
		d := r.letters - len(one.letters)
		return d <= 2 && d >= -2 && sameLetters(r.mask, one.mask) <= 4
	}
	if one.script.alphabet() && terse(one.units, r.letters) || farLetters(r.letters-len(one.letters), one.mask^r.mask) {
		return false
	}
	d := r.bones - one.bones
	if r.head&one.head == 0 || r.tail&one.tail == 0 || d > 1+r.bones/4 || -d > 1+r.bones/4 {
		return false
	}
	return bits.OnesCount32((r.mask&consonants)&^(one.may|one.mask)) <= 1
}

// maySame says whether two words may be the same, by what costs nothing to see.
func maySame(a, b *part) bool {
	switch {
	case a.role == roleNumber || b.role == roleNumber:
		return a.role == b.role && a.number == b.number
	case a.role == roleInitial || b.role == roleInitial:
		return initialOf(a, b)
	case a.class != 0 && a.class == b.class, a.role == roleForm && b.role == roleForm:
		return true
	case a.script == Latin && b.script == Latin:
		return sameLetters(a.mask, b.mask) <= 3+(len(a.letters)+len(b.letters))/4
	case a.script == b.script:
		return a.text == b.text
	case b.script == Latin:
		return mayRead(a.token, b.token)
	case a.script == Latin:
		return mayRead(b.token, a.token)
	}
	return false
}

// mayRead says whether Latin letters may be a reading of a word.
func mayRead(t, latin *token) bool {
	n := latin.bones
	return n-t.bones <= 2+n/3 && t.bones-n <= 2+n/3 && bits.OnesCount32(latin.mask&consonants&^t.may) <= 1+n/4
}
