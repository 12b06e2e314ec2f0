package main

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
)

// Sizes of one step of an alignment, and of the training.
const (
	maxUnits   = 2      // units of the foreign word in one step
	maxLetters = 3      // Latin letters in one step
	maxRows    = 60_000 // rows one script learns from
	rounds     = 7
	shards     = 4    // rows are counted in this many parts, added in order: sums do not depend on the machine
	noiseShare = 0.08 // rows that pair two different names
)

// An op is one step: some units against some letters, either may be empty.
type op struct{ units, letters string }

// A step is an op found at one place of one row.
type step struct {
	i, j int // where it ends
	a, b int // how much it takes
	id   int32
}

// A row is one pair with every step that could be part of its alignment.
type row struct {
	n, m  int
	steps []step  // ordered by where they end
	noise float64 // log probability of both words apart
}

// An aligner learns the joint probability of steps by expectation maximisation,
// while some rows are taken to be noise.
type aligner struct {
	longest int // units and letters in one step, together
	ids     map[op]int32
	ops     []op
	prob    []float64
}

// learn trains on pairs of words, given as units on both sides.
func learn(left, right [][]string, longest int) *aligner {
	a := &aligner{longest: longest, ids: map[op]int32{}}
	rows := make([]row, len(left))
	lu, ru := unigrams(left), unigrams(right)
	for k := range left {
		rows[k] = a.row(left[k], right[k])
		for _, u := range left[k] {
			rows[k].noise += math.Log(lu[u])
		}
		for _, u := range right[k] {
			rows[k].noise += math.Log(ru[u])
		}
	}
	a.prob = make([]float64, len(a.ops))
	a.normalise(a.firstGuess(rows), 3)
	for round := range rounds {
		least := 1.0
		if round > 2 {
			least = 2
		}
		a.normalise(a.expect(rows, round > 1), least)
	}
	return a
}

// row lists the steps possible for one pair, those near the diagonal.
func (a *aligner) row(x, y []string) row {
	r := row{n: len(x), m: len(y)}
	for i := range len(x) + 1 {
		for j := range len(y) + 1 {
			if math.Abs(float64(i)/float64(len(x))-float64(j)/float64(len(y))) > 0.45 {
				continue
			}
			for u := range min(maxUnits, i) + 1 {
				for l := range min(maxLetters, j) + 1 {
					if u+l == 0 || u+l > a.longest || u == 0 && l > 1 || l == 0 && u > 1 {
						continue
					}
					o := op{strings.Join(x[i-u:i], " "), strings.Join(y[j-l:j], "")}
					id, ok := a.ids[o]
					if !ok {
						id = int32(len(a.ops))
						a.ids[o] = id
						a.ops = append(a.ops, o)
					}
					r.steps = append(r.steps, step{i, j, u, l, id})
				}
			}
		}
	}
	return r
}

// firstGuess counts every possible step once, empty and long ones for less.
func (a *aligner) firstGuess(rows []row) []float64 {
	count := make([]float64, len(a.ops))
	for _, r := range rows {
		for _, s := range r.steps {
			w := 1.0
			if s.a == 0 || s.b == 0 || s.a == 2 {
				w = 0.2
			}
			count[s.id] += w
		}
	}
	return count
}

// normalise turns counts into probabilities, dropping what is too rare.
func (a *aligner) normalise(count []float64, least float64) {
	var total float64
	for _, c := range count {
		if c >= least {
			total += c
		}
	}
	for i, c := range count {
		a.prob[i] = 0
		if c >= least {
			a.prob[i] = c / total
		}
	}
}

// expect returns the expected count of every step.
func (a *aligner) expect(rows []row, doubt bool) []float64 {
	parts := make([][]float64, shards)
	var wait sync.WaitGroup
	for s := range shards {
		wait.Go(func() {
			count := make([]float64, len(a.ops))
			for k := s; k < len(rows); k += shards {
				a.expectRow(rows[k], doubt, count)
			}
			parts[s] = count
		})
	}
	wait.Wait()
	for _, p := range parts[1:] {
		for i, c := range p {
			parts[0][i] += c
		}
	}
	return parts[0]
}

// expectRow adds what one row says, by the forward and backward sums.
func (a *aligner) expectRow(r row, doubt bool, count []float64) {
	width := r.m + 1
	fore, back := make([]float64, (r.n+1)*width), make([]float64, (r.n+1)*width)
	fore[0] = 1
	for _, s := range r.steps {
		if p := a.prob[s.id]; p > 0 {
			fore[s.i*width+s.j] += float64(fore[(s.i-s.a)*width+s.j-s.b] * p)
		}
	}
	z := fore[r.n*width+r.m]
	if z == 0 {
		return
	}
	weight := 1.0
	if doubt {
		weight = 1 / (1 + math.Exp(r.noise+math.Log(noiseShare)+2.5-math.Log(z)))
	}
	back[r.n*width+r.m] = 1
	for k := len(r.steps) - 1; k >= 0; k-- {
		s := r.steps[k]
		p := a.prob[s.id]
		v := float64(p * back[s.i*width+s.j])
		if v == 0 {
			continue
		}
		from := (s.i-s.a)*width + s.j - s.b
		back[from] += v
		count[s.id] += weight * float64(fore[from]*v) / z
	}
}

func unigrams(words [][]string) map[string]float64 {
	count, total := map[string]float64{}, 0.0
	for _, w := range words {
		for _, u := range w {
			count[u]++
			total++
		}
	}
	for u := range count {
		count[u] /= total
	}
	return count
}

// An opCost is an op and minus its log probability, in hundredths of a nat.
type opCost struct {
	op
	cost int
}

// costs lists the ops worth keeping, in the order of their text.
func (a *aligner) costs(worst int) []opCost {
	var all []opCost
	for id, p := range a.prob {
		if p > 0 {
			if c := nats(p); c <= worst {
				all = append(all, opCost{a.ops[id], c})
			}
		}
	}
	slices.SortFunc(all, func(x, y opCost) int {
		return cmp.Or(cmp.Compare(x.units, y.units), cmp.Compare(x.letters, y.letters))
	})
	return all
}

// nats returns minus the logarithm of p in hundredths.
func nats(p float64) int { return int(math.Round(-100 * math.Log(p))) }
