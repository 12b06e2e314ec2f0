package index

import (
	"testing"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
)

// searcher returns the optimiser of the weigh step, over the given state.
func (m *Model) searcher(t testing.TB, s *state) *optimiser {
	t.Helper()
	for _, st := range m.spec.Steps {
		d, ok := st.Do.(*spec.Weigh)
		if !ok {
			continue
		}
		c := &compiler{m: m, st: st, list: &problem.List{}}
		on := m.tree.onLevel(d.Level)
		target := make([]float64, len(on))
		for i := range target {
			target[i] = 1 / float64(len(on))
		}
		return &optimiser{c: c, d: d, on: on, target: target, b: newBench(nil, false), s: s, run: m.compileQuiet(*c.laterAggregate())}
	}
	t.Fatal("no weigh step")
	return nil
}
