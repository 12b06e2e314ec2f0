package match

import (
	"cmp"
	"math/bits"
	"slices"
)

// Bounds of a search.
const (
	maxTop      = 1000    // candidates one search may ask for
	maxFull     = 64      // names compared in full beyond those asked for
	maxDeep     = 256     // the same where low scores are asked for
	maxRemember = 1 << 15 // words a searcher remembers before it forgets them all
	sense       = 50      // distance of words that mean the same
	likely      = 6       // readings of a word of another script that may lack a consonant of the Latin one
)

// A Searcher searches one index. It remembers words it has seen and is for one
// goroutine; what it remembers never changes an answer.
type Searcher struct {
	x     *Index
	known lexicon
	near  map[*token][]neighbour
	seen  []uint32 // vocable to the round that saw it
	round uint32

	credit  []int32  // name to what its words explain of the query
	mark    []mark   // vocable to the word of the query it is closest to
	turn    []uint32 // name to the query that last touched it
	query   uint32
	touched []uint32
	part    []uint32 // name to the last query word that gave it credit
	given   []int32
	keys    []uint32
	list    []estimate
	al      alignment
	parts   []part
	runs    []run  // of the name that is estimated
	asked   []run  // of the query
	wanted  wanted // the Latin word whose neighbours are sought
	far     int32  // distance from which Latin words are no neighbours
}

// A mark says which word of which query a vocable is close to.
type mark struct {
	query uint32
	part  uint32
	dist  int32
}

// A neighbour is a word of the index close to a word of the query.
type neighbour struct {
	vocable uint32
	dist    int32
}

// An estimate is a name with the weight it surely shares with the query, and
// the score it can have at most.
type estimate struct {
	name  uint32
	sure  int32
	bound Score
}

// A Found is one name of the index that fits a query.
type Found struct {
	Record uint32
	Name   uint32 // number of the name within the index
	Score  Score
}

// NewSearcher returns a searcher of x.
func (x *Index) NewSearcher() *Searcher {
	n := len(x.of)
	return &Searcher{x: x, known: lexicon{}, near: map[*token][]neighbour{}, seen: make([]uint32, len(x.vocab)),
		credit: make([]int32, n), mark: make([]mark, len(x.vocab)), turn: make([]uint32, n), part: make([]uint32, n), given: make([]int32, n),
		al: alignment{heard: make([]heard, maxHeard), joints: map[[4]*token]joint{}}}
}

// Search returns the names that fit best, the best name of each record, at most
// top of them and none below least; equal scores in the order of records.
func (s *Searcher) Search(text string, kind Kind, top int, least Score) []Found {
	top = max(1, min(top, maxTop))
	if far := s.x.e.seekFar(least); far != s.far {
		s.far = far
		clear(s.near)
	}
	if len(s.known) > maxRemember {
		s.known, s.near = lexicon{}, map[*token][]neighbour{}
		clear(s.al.joints)
	}
	person := kind != Organisation && kind != Vessel && kind != Aircraft && kind != Substance
	found := s.view(text, person, top, least, nil)
	if kind == "" {
		found = s.view(text, false, top, least, found)
	}
	return best(found, top)
}

// view searches with the query read as a person's name or as another.
func (s *Searcher) view(text string, person bool, top int, least Score, found []Found) []Found {
	e := s.x.e
	q := e.parse(text, person, s.known)
	if len(q.parts) == 0 {
		return found
	}
	q.query = true
	s.asked = s.asked[:0]
	s.gather(q)
	s.bound(q, person, least)
	if !person {
		found = s.initials(q, least, found)
	}
	slices.SortFunc(s.list, func(a, b estimate) int {
		return cmp.Or(cmp.Compare(b.sure, a.sure), cmp.Compare(b.bound, a.bound), cmp.Compare(a.name, b.name))
	})
	full, tail, most := 0, least, top+maxFull
	if least < shallow {
		most = top + maxDeep
	}
	for _, c := range s.list {
		if full >= most {
			break
		}
		if c.bound < tail || !s.doubtful(c.name) && s.estimate(q, c.name, true)+slack < tail {
			continue
		}
		full++
		if score := s.compare(q, c.name); score >= least {
			found = append(found, Found{Record: s.x.of[c.name], Name: c.name, Score: score})
			if len(found) >= 2*top {
				found = best(found, top)
				if len(found) >= top {
					tail = max(tail, found[top-1].Score)
				}
			}
		}
	}
	return found
}

// doubtful says that an estimate may be too low: of a name such as Arefullah Aref
// it may have taken the first Aref for the second, and left half a compound.
func (s *Searcher) doubtful(n uint32) bool { return s.x.flags[n]&flagEcho != 0 }

// compare scores the query against one name of the index.
func (s *Searcher) compare(q *name, n uint32) Score {
	x := s.x
	s.parts = s.parts[:0]
	for _, id := range x.refs[x.at[n]:x.at[n+1]] {
		s.parts = append(s.parts, x.parts[id])
	}
	other := name{parts: s.parts, person: x.flags[n]&flagPerson != 0}
	if x.flags[n]&flagComma != 0 {
		other.comma = 1
	}
	if x.flags[n]&flagShort != 0 {
		other.short = other.sole(x.e)
	}
	x.e.align(&s.al, q, &other)
	score := x.e.score(x.e.tally(&s.al))
	if x.flags[n]&flagWeak != 0 {
		score -= score * Score(x.e.set.weak) / 1000
	}
	return score
}

// best keeps the best name of each record, the best records first.
func best(found []Found, top int) []Found {
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Name, b.Name))
	})
	out := found[:0]
	for _, f := range found {
		if len(out) == top {
			break
		}
		if !slices.ContainsFunc(out, func(o Found) bool { return o.Record == f.Record }) {
			out = append(out, f)
		}
	}
	return out
}

// gather credits every name that has a word close to a word of the query.
func (s *Searcher) gather(q *name) {
	s.query++
	s.touched = s.touched[:0]
	for i := range q.parts {
		p := &q.parts[i]
		if p.role == roleInitial || p.role == roleParticle || p.role == rolePatronym || p.role == roleTitle || p.role == roleForm {
			continue
		}
		for _, n := range s.neighbours(p.token) {
			if m := &s.mark[n.vocable]; m.query != s.query || n.dist < m.dist {
				*m = mark{s.query, uint32(i), n.dist}
			}
			s.give(uint32(i), n, p.weight)
		}
		if p.class != 0 && (p.role == roleName || p.role == roleDomain) {
			for _, v := range s.x.senses[p.class] { // the same in another language
				s.give(uint32(i), neighbour{v, sense}, p.weight)
			}
		}
	}
	s.joinedWords(q)
}

// give credits the names that have a word.
func (s *Searcher) give(i uint32, n neighbour, weight int32) {
	v := &s.x.vocab[n.vocable]
	for _, name := range s.x.posts[v.post : v.post+v.count] {
		if s.turn[name] != s.query {
			s.turn[name], s.credit[name] = s.query, 0
			s.part[name], s.given[name] = i, 0
			s.touched = append(s.touched, name)
		} else if s.part[name] != i {
			s.part[name], s.given[name] = i, 0
		}
		// The best of the words that one query word is close to counts.
		worth := weight * (apart - n.dist) / apart
		if old := s.given[name]; worth > old {
			s.given[name] = worth
			s.credit[name] += worth - old
		}
	}
}

// joinedWords credits names that write in one word what the query writes in two,
// and the other way round.
func (s *Searcher) joinedWords(q *name) {
	for i := range q.parts {
		p := &q.parts[i]
		if p.role != roleName || p.script == Digits {
			continue
		}
		if i+1 < len(q.parts) {
			if r := &q.parts[i+1]; r.script == p.script {
				if v, ok := s.x.words[p.text+r.text]; ok {
					s.give(uint32(i), neighbour{vocable: v}, p.weight+r.weight)
				}
			}
		}
		if len(p.text) >= 4 {
			s.halves(uint32(i), p)
		}
	}
}

// halves credits names that have the first or the second half of a word, or both
// with a letter too many between them, as where the space was missed.
func (s *Searcher) halves(i uint32, p *part) {
	for cut := range p.text {
		if cut < 2 || len(p.text)-cut < 2 {
			continue
		}
		a, okA := s.x.words[p.text[:cut]]
		b, okB := s.x.words[p.text[cut:]]
		if okA && (okB || cut >= 4) {
			s.give(i, neighbour{vocable: a}, p.weight)
		}
		if okB && (okA || len(p.text)-cut >= 4) {
			s.give(i, neighbour{vocable: b}, p.weight)
		}
		if !okA || p.script != Latin || cut < 3 || len(p.text)-cut < 3 {
			continue
		}
		if c, ok := s.x.words[p.text[cut+1:]]; ok {
			s.give(i, neighbour{vocable: a}, p.weight)
			s.give(i, neighbour{vocable: c}, p.weight)
		}
	}
}

// neighbours returns the words of the index close to t.
func (s *Searcher) neighbours(t *token) []neighbour {
	if n, ok := s.near[t]; ok {
		return n
	}
	x, e := s.x, s.x.e
	var all []neighbour
	if v, ok := x.words[t.text]; ok {
		all = append(all, neighbour{v, same})
		s.seen[v] = s.round + 1
	}
	s.round++
	s.keys = s.keys[:0]
	if t.script.trained() {
		for i, r := range e.models[t.script].readings(t.units) {
			switch {
			case i == 0:
				s.keys = r.sought(s.keys, 3)
			case i < likely:
				s.keys = r.longer(s.keys)
			default:
				s.keys = r.exact(s.keys)
			}
		}
	} else if len(t.letters) > 0 {
		all := skeletons(t.letters)
		for _, r := range all {
			s.keys = r.sought(s.keys, 2)
		}
		if all[0].slight() {
			s.keys = lettersKeys(s.keys, t.letters)
		}
	}
	if t.script == Latin {
		e.spell.want(&s.wanted, t.letters)
	}
	mask := uint32(len(x.bucket) - 2)
	for _, k := range s.keys {
		b := k & mask
		for _, v := range x.filed[x.bucket[b]:x.bucket[b+1]] {
			if s.seen[v] == s.round {
				continue
			}
			s.seen[v] = s.round
			if !s.mayNear(t, &x.traits[v]) {
				continue
			}
			if d := s.nearness(t, x.vocab[v].token); d < s.far {
				all = append(all, neighbour{v, d})
			}
		}
	}
	s.near[t] = all
	return all
}

// mustShare returns how many hundredths of the shorter name its credit must
// reach for a score of least. The score says how much may stand against; of the
// rest two fifths are left for words too different to be found by themselves.
func (e *Engine) mustShare(least Score) int32 {
	against := int32(int64(FullScore)-e.unscale(least)) / e.set.against // hundredths
	return max(33, (100-against)*3/5)
}

// seekFar is the distance from which a Latin word of the index does not bring its
// names forward: whatever is not the same when low scores are asked for. A name
// that reaches a high one has words closer than that, or is found by another.
func (e *Engine) seekFar(least Score) int32 {
	if least < shallow {
		return e.set.far
	}
	return e.set.seekLatin
}

const shallow Score = 7000 // from here a search is not as deep

// mayNear says whether a word of the index may be near the word that is wanted,
// by what costs nothing to see.
func (s *Searcher) mayNear(t *token, v *trait) bool {
	switch latin := v.script == Latin; {
	case t.script == Digits || v.script == Digits:
		return false // numbers are the same or not
	case t.script != Latin && latin: // it is much shorter or longer than the likeliest reading, or of other letters
		return !farLetters(int(v.letters)-len(t.letters), t.mask^v.mask)
	case t.script != Latin:
		return true
	case !latin:
		return !farLetters(len(t.letters)-int(v.letters), t.mask^v.mask)
	}
	n, other := len(t.letters)+int(v.letters), sameLetters(t.mask, v.mask)
	return other <= 3+n/4 && (s.far == s.x.e.set.far || other <= 2+n/6)
}

// nearness is the distance of a word of the index, which may be near, to the word
// that is wanted.
func (s *Searcher) nearness(t, v *token) int32 {
	e := s.x.e
	switch {
	case t.script != Latin && v.script == Latin:
		d, _ := e.read(t, v, e.set.seek)
		return d
	case t.script != Latin:
		d, _ := e.distance(t, v)
		return d
	case v.script != Latin:
		d, _ := e.read(v, t, e.set.seek)
		return d
	}
	return e.latinTo(&s.wanted, v.letters, t.letters, v.mask == t.mask, (t.info+v.info)/2, s.far)
}

// farLetters says that a word so many letters longer than another's likeliest
// reading, with those letters unlike, is hardly a reading of it.
func farLetters(longer int, unlike uint32) bool {
	return longer > 3 || longer < -2 || bits.OnesCount32(unlike) > 6 || bits.OnesCount32(unlike&consonants) > 3
}

// bound lists the touched names that may reach least.
func (s *Searcher) bound(q *name, person bool, least Score) {
	x := s.x
	sum := int32(0)
	for i := range q.parts {
		if q.parts[i].role != roleInitial {
			sum += q.parts[i].weight
		}
	}
	share := x.e.mustShare(least)
	s.list = s.list[:0]
	for _, n := range s.touched {
		full := int32(x.full[n]) * 10
		if x.flags[n]&flagPerson != 0 != person || s.credit[n]*100 < share*min(sum, full) {
			continue
		}
		if b := s.estimate(q, n, false) + slack; b >= least {
			// What is shared, less what both sides have besides.
			sure := min(s.credit[n], sum, full)
			s.list = append(s.list, estimate{n, 2*sure - min(sum, full) - (sum+full)/8, min(b, FullScore)})
		}
	}
}
