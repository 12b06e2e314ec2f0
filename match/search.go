package match

import (
	"cmp"
	"slices"
)

// Bounds of a search.
const (
	maxTop      = 1000    // candidates one search may ask for
	maxFull     = 64      // names compared in full beyond those asked for
	maxRemember = 1 << 15 // words a searcher remembers before it forgets them all
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
	strain  []int32  // name to what their differences cost
	turn    []uint32 // name to the query that last touched it
	query   uint32
	touched []uint32
	part    []uint32 // name to the last query word that gave it credit
	given   []int32
	keys    []uint32
	list    []estimate
	al      alignment
	parts   []part
}

// A neighbour is a word of the index close to a word of the query.
type neighbour struct {
	vocable uint32
	dist    int32
}

// An estimate is a name with the score it can have at most.
type estimate struct {
	name  uint32
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
		credit: make([]int32, n), strain: make([]int32, n), turn: make([]uint32, n), part: make([]uint32, n), given: make([]int32, n)}
}

// Search returns the names that fit best, the best name of each record, at most
// top of them and none below least; equal scores in the order of records.
func (s *Searcher) Search(text string, kind Kind, top int, least Score) []Found {
	top = max(1, min(top, maxTop))
	if len(s.known) > maxRemember {
		s.known, s.near = lexicon{}, map[*token][]neighbour{}
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
	s.gather(q)
	s.bound(q, person, least)
	slices.SortFunc(s.list, func(a, b estimate) int {
		return cmp.Or(cmp.Compare(b.bound, a.bound), cmp.Compare(a.name, b.name))
	})
	full, tail := 0, least
	for _, c := range s.list {
		if c.bound < tail || full >= top+maxFull {
			break
		}
		full++
		if score := s.compare(q, c.name); score >= least {
			found = append(found, Found{Record: s.x.of[c.name], Name: c.name, Score: score})
			if len(found) >= 4*top {
				found = best(found, 2*top)
				if len(found) >= top {
					tail = max(tail, found[top-1].Score)
				}
			}
		}
	}
	return found
}

// compare scores the query against one name of the index.
func (s *Searcher) compare(q *name, n uint32) Score {
	x := s.x
	s.parts = s.parts[:0]
	for _, id := range x.refs[x.at[n]:x.at[n+1]] {
		s.parts = append(s.parts, x.parts[id])
	}
	other := name{parts: s.parts, person: x.flags[n]&flagPerson != 0}
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
			s.give(uint32(i), n, p.weight)
		}
	}
	s.joinedWords(q)
}

// give credits the names that have a word.
func (s *Searcher) give(i uint32, n neighbour, weight int32) {
	v := &s.x.vocab[n.vocable]
	for _, name := range s.x.posts[v.post : v.post+v.count] {
		if s.turn[name] != s.query {
			s.turn[name], s.credit[name], s.strain[name] = s.query, 0, 0
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

// halves credits names that have the first or the second half of a word.
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
			if i == 0 {
				s.keys = r.keys(s.keys)
			} else {
				s.keys = appendKey(s.keys, r.key(-1))
			}
		}
	} else if len(t.letters) > 0 {
		for _, r := range skeletons(t.letters) {
			s.keys = r.keys(s.keys)
		}
	}
	mask := uint32(len(x.bucket) - 2)
	for _, k := range s.keys {
		b := k & mask
		for _, v := range x.filed[x.bucket[b]:x.bucket[b+1]] {
			if s.seen[v] == s.round {
				continue
			}
			s.seen[v] = s.round
			if d, _ := e.distance(t, x.vocab[v].token); d < e.set.far {
				all = append(all, neighbour{v, d})
			}
		}
	}
	s.near[t] = all
	return all
}

// bound lists the touched names that may reach least.
func (s *Searcher) bound(q *name, person bool, least Score) {
	x, e := s.x, s.x.e
	sum, initials := int32(0), int32(0)
	for i := range q.parts {
		if q.parts[i].role == roleInitial {
			initials++
		} else {
			sum += q.parts[i].weight
		}
	}
	s.list = s.list[:0]
	for _, n := range s.touched {
		if x.flags[n]&flagPerson != 0 != person {
			continue
		}
		full := int32(x.full[n]) * 10
		credit := min(s.credit[n], sum, full+100)
		if initials > 0 || x.flags[n]&flagInitial != 0 {
			full, credit = min(full, sum), credit+e.set.initial*2
		}
		t := tally{shared: max(1, credit)}
		left, right := max(0, sum-credit), max(0, full-credit)
		t.against, t.omitted = min(left, right)*7/10, (max(left, right)-min(left, right))*e.set.leaveShare/100
		if b := e.score(t) + slack; b >= least {
			s.list = append(s.list, estimate{n, min(b, FullScore)})
		}
	}
}

const slack Score = 1000 // what an estimate may lack: words that no skeleton found
