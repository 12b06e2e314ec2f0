package stat

import (
	"math"
	"slices"
)

// A Found is what a search found: the least value it saw, where, after how
// many evaluations, and whether it settled.
type Found struct {
	X       []float64
	Value   float64
	Calls   int
	Settled bool
}

// Descend looks for the least value of f by the simplex search of Nelder and
// Mead (1965) in the form of Nash (Compact Numerical Methods for Computers,
// 1990, algorithm 19), without any bounds. It settles when worst and best
// corner differ by less than tolerance relative to the first value.
func Descend(f func([]float64) float64, start []float64, tolerance float64, maxCalls int) Found {
	s := &polytope{f: func(x []float64) float64 {
		if v := f(x); !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v
		}
		return 1e35 // a point where f has no value is merely bad
	}}
	s.build(start)
	limit := tolerance * (math.Abs(s.value[0]) + tolerance)
	settled := false
	for s.calls <= maxCalls {
		s.order()
		if s.value[s.high] <= s.value[s.low]+limit {
			settled = true
			break
		}
		if !s.step() {
			break
		}
	}
	return Found{slices.Clone(s.corner[s.low]), s.value[s.low], s.calls, settled}
}

// A polytope is the moving simplex of [Descend].
type polytope struct {
	f         func([]float64) float64
	corner    [][]float64
	value     []float64
	low, high int
	size      float64
	calls     int
}

func (s *polytope) eval(x []float64) float64 {
	s.calls++
	return s.f(x)
}

func (s *polytope) build(start []float64) {
	step := 0.0
	for _, v := range start {
		step = max(step, 0.1*math.Abs(v))
	}
	if step == 0 {
		step = 0.1
	}
	s.corner = [][]float64{slices.Clone(start)}
	for i := range start {
		c, try := slices.Clone(start), step
		for c[i] == start[i] {
			c[i] = start[i] + try
			try *= 10
		}
		s.size += try
		s.corner = append(s.corner, c)
	}
	for _, c := range s.corner {
		s.value = append(s.value, s.eval(slices.Clone(c)))
	}
}

func (s *polytope) order() {
	s.high = s.low
	low, high := s.value[s.low], s.value[s.low]
	first := s.low
	for j, v := range s.value {
		if j == first {
			continue
		}
		if v < low {
			s.low, low = j, v
		}
		if v > high {
			s.high, high = j, v
		}
	}
}

// step moves the worst corner; it reports false when the simplex no longer shrinks.
func (s *polytope) step() bool {
	n := len(s.corner) - 1
	centre, try := make([]float64, n), make([]float64, n)
	worst := s.corner[s.high]
	for i := range n {
		sum := -worst[i]
		for _, c := range s.corner {
			sum += c[i]
		}
		centre[i] = sum / float64(n)
		try[i] = 2*centre[i] - worst[i]
	}
	low, high := s.value[s.low], s.value[s.high]
	reflected := s.eval(slices.Clone(try))
	if reflected < low {
		far := make([]float64, n)
		for i := range n {
			far[i] = 2*try[i] + (1-2.0)*centre[i]
		}
		if v := s.eval(slices.Clone(far)); v < reflected {
			s.corner[s.high], s.value[s.high] = far, v
		} else {
			s.corner[s.high], s.value[s.high] = try, reflected
		}
		return true
	}
	if reflected < high {
		s.corner[s.high], s.value[s.high] = try, reflected
	}
	near := make([]float64, n)
	for i := range n {
		near[i] = 0.5*s.corner[s.high][i] + 0.5*centre[i]
	}
	if v := s.eval(slices.Clone(near)); v < s.value[s.high] {
		s.corner[s.high], s.value[s.high] = near, v
		return true
	}
	return reflected < high || s.shrink()
}

func (s *polytope) shrink() bool {
	size, best := 0.0, s.corner[s.low]
	for j, c := range s.corner {
		if j == s.low {
			continue
		}
		for i := range c {
			c[i] = 0.5*(c[i]-best[i]) + best[i]
			size += math.Abs(c[i] - best[i])
		}
	}
	if size >= s.size {
		return false
	}
	s.size = size
	for j, c := range s.corner {
		if j != s.low {
			s.value[j] = s.eval(slices.Clone(c))
		}
	}
	return true
}

const (
	balanceStep   = 1e-6
	maxHalvings   = 40
	startStride   = 1.0
	strideGrowth  = 1.5
	leastProgress = 1e-14
)

// OnSimplex looks for the least value of f among vectors that are nowhere
// negative and sum to 1, by exponentiated gradient descent (Kivinen and
// Warmuth 1997) with numerical gradients and a shrinking stride, so that each
// round improves. Parts that go to zero stay zero: a limit is kept, never passed.
func OnSimplex(f func([]float64) float64, start []float64, tolerance float64, maxRounds int) Found {
	x := slices.Clone(start)
	normalise(x)
	found := Found{X: x, Value: f(x), Calls: 1}
	stride := startStride
	for range maxRounds {
		g := gradient(f, found.X, found.Value)
		found.Calls += len(g)
		better := false
		for range maxHalvings {
			next := moved(found.X, g, stride)
			v := f(next)
			found.Calls++
			if v < found.Value-leastProgress*math.Abs(found.Value) {
				gain := found.Value - v
				found.X, found.Value, better = next, v, gain > tolerance*(math.Abs(v)+tolerance)
				stride *= strideGrowth
				break
			}
			stride /= 2
		}
		if !better {
			found.Settled = true
			return found
		}
	}
	return found
}

func gradient(f func([]float64) float64, x []float64, at float64) []float64 {
	g := make([]float64, len(x))
	for i := range x {
		y := slices.Clone(x)
		y[i] += balanceStep
		normalise(y)
		g[i] = (f(y) - at) / balanceStep
	}
	return g
}

func moved(x, g []float64, stride float64) []float64 {
	scale := 0.0
	for _, v := range g {
		scale = max(scale, math.Abs(v))
	}
	y := slices.Clone(x)
	if scale == 0 {
		return y
	}
	for i := range y {
		y[i] *= math.Exp(-stride * g[i] / scale)
	}
	normalise(y)
	return y
}

func normalise(x []float64) {
	s := 0.0
	for _, v := range x {
		s += v
	}
	for i := range x {
		x[i] /= s
	}
}
