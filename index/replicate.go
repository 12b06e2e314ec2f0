package index

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// maxCached bounds the states that are kept between replications.
const maxCached = 2_000

// A cache keeps the states after the steps that depend on choices only.
type cache struct {
	mu    sync.Mutex
	state map[cacheKey]*cached
}

// A cacheKey is a depth and the choices of the steps up to it.
type cacheKey struct {
	depth  int
	choice [spec.MaxAssumptions]uint16
}

type cached struct {
	once sync.Once
	s    *state
	list problem.List
}

func newCache() *cache { return &cache{state: map[cacheKey]*cached{}} }

// at returns the state after the first depth steps under the given choices.
func (u *Uncertain) at(depth int, choice []int) (*state, problem.List) {
	if depth == 0 {
		return u.m.start, nil
	}
	key := cacheKey{depth: depth}
	st := u.m.steps[depth-1]
	for k := range u.ass {
		if a := &u.ass[k]; a.choices != nil && a.step < depth {
			key.choice[k] = uint16(choice[k] + 1)
			if a.step == depth-1 {
				st = a.choices[choice[k]]
			}
		}
	}
	u.cache.mu.Lock()
	c := u.cache.state[key]
	if c == nil {
		c = &cached{}
		if len(u.cache.state) < maxCached {
			u.cache.state[key] = c
		}
	}
	u.cache.mu.Unlock()
	c.once.Do(func() {
		before, list := u.at(depth-1, choice)
		if list.Refused() {
			c.list = list
			return
		}
		b := newBench(&c.list, false)
		c.s = before.fork()
		if st.run != nil {
			st.run(b, c.s)
		}
	})
	return c.s, c.list
}

// replicate runs the index once at a point of the assumptions. choice, if
// given, says which choice each assumption takes, in place of the point. The
// state it returns lives until the bench is used again.
func (u *Uncertain) replicate(b *bench, point []float64, choice []int) *state {
	if choice == nil {
		choice = b.choice[:0]
		for k := range u.ass {
			pick := 0
			if u.ass[k].options() > 0 {
				pick = u.ass[k].pick(point[k])
			}
			choice = append(choice, pick)
		}
		b.choice = choice
	}
	u.setUp(b, point, choice)
	s, list := u.at(u.prefix, choice)
	if list.Refused() {
		*b.list = append(*b.list, list...)
		return nil
	}
	b.used = 0
	s = s.fork()
	for k := u.prefix; k < len(u.m.steps); k++ {
		if k == u.noiseAt && b.cells != nil {
			u.shake(b, s)
		}
		st := u.m.steps[k]
		for n := range u.ass {
			switch a := &u.ass[n]; {
			case a.step != k:
			case a.choices != nil:
				st = a.choices[choice[n]]
			case a.between != nil:
				st = u.stepBetween(b, k, a, point[n])
			}
		}
		if st.run != nil {
			st.run(b, s)
		}
		if b.list.Refused() {
			return nil
		}
	}
	return s
}

func (u *Uncertain) stepBetween(b *bench, k int, a *assumption, v float64) step {
	written, err := a.between.Make(a.between.Low + float64(v*(a.between.High-a.between.Low)))
	if err != nil {
		b.refuse(problem.Problem{Rule: "bad-value", File: u.m.spec.File, Text: err.Error()})
		return step{}
	}
	return u.m.compile(k, written, b.list)
}

// ranksOf ranks the target in a replication, over the rows of the frame.
func (u *Uncertain) ranksOf(s *state, b *bench, out, scores []float64) {
	fillNaN(out)
	x := s.col[u.target]
	if scores != nil {
		fillNaN(scores)
		for r, fr := range s.row {
			scores[fr] = x[r]
		}
	}
	y := x
	if u.m.spec.Rank.Digits != nil || !allRanked(s) {
		y = u.m.rankable(s, u.target)
	}
	if cap(b.order) < len(s.row) {
		b.order = make([]int32, 0, len(s.row))
	}
	ties := map[string]stat.Ties{"min": stat.TiesMin, "average": stat.TiesAverage, "dense": stat.TiesDense}[u.m.spec.Rank.Ties]
	ranks := b.column(len(s.row))
	for _, sp := range s.span {
		stat.RankInto(ranks[sp.from:sp.to], y[sp.from:sp.to], b.order[:0], !u.m.spec.Rank.Ascending, ties)
	}
	for r, fr := range s.row {
		out[fr] = ranks[r]
	}
}

func allRanked(s *state) bool {
	for _, r := range s.ranked {
		if !r {
			return false
		}
	}
	return true
}

// block is how many replications a worker takes at once.
const block = 64

// each runs replications from to to on some workers and hands each result to
// take, which runs on the worker's own goroutine with the worker's number.
// The first problem of the lowest replication stops it.
func (u *Uncertain) each(ctx context.Context, from, to, workers int, point func(n int, p []float64) []int,
	take func(worker, n int, ranks, scores []float64), scores bool) problem.List {
	workers = max(1, min(workers, (to-from+block-1)/block))
	var next atomic.Int64
	next.Store(int64(from))
	var stop atomic.Bool
	failed := make([]problem.List, workers)
	failedAt := make([]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			var list problem.List
			b := newBench(&list, false)
			b.arena = make([]float64, len(u.m.frame.unit)*(len(u.m.tree.node)+8))
			p, ranks := make([]float64, len(u.ass)), make([]float64, len(u.m.frame.unit))
			var sc []float64
			if scores {
				sc = make([]float64, len(ranks))
			}
			for !stop.Load() && ctx.Err() == nil {
				start := int(next.Add(block)) - block
				if start >= to {
					return
				}
				for n := start; n < min(start+block, to); n++ {
					choice := point(n, p)
					s := u.replicate(b, p, choice)
					if list.Refused() {
						for k := range list {
							list[k].Text += fmt.Sprintf(" (in replication %d)", n+1)
						}
						failed[w], failedAt[w] = list, n
						stop.Store(true)
						return
					}
					u.ranksOf(s, b, ranks, sc)
					take(w, n, ranks, sc)
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return problem.List{{Rule: "interrupted", Text: "the replications were interrupted"}}
	}
	best := -1
	for w, l := range failed {
		if l.Refused() && (best < 0 || failedAt[w] < failedAt[best]) {
			best = w
		}
	}
	if best >= 0 {
		return failed[best]
	}
	return nil
}
