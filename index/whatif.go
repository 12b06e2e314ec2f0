package index

import (
	"slices"

	"landbridge.example/index/problem"
)

// A WhatIf answers what the index would be with other weights, or without one
// element, from the tables before the first aggregate step, which it keeps. It
// never changes, so many may ask at once.
type WhatIf struct {
	m      *Model
	first  int // the first aggregate step
	before *state
	score  []float64 // of the index, as written
	rank   []float64
}

// WhatIf prepares the answers.
func (m *Model) WhatIf() (*WhatIf, problem.List) {
	w := &WhatIf{m: m, first: slices.IndexFunc(m.steps, func(st step) bool { return st.kind == "aggregate" }), before: m.start}
	if w.first < 0 {
		return nil, problem.List{{Rule: "missing-step", File: m.spec.File, Text: "no step makes groups"}}
	}
	var list problem.List
	b := newBench(&list, false)
	for _, st := range m.steps[:w.first] {
		if st.run != nil {
			w.before = w.before.fork()
			st.run(b, w.before)
		}
	}
	if list.Refused() {
		return nil, sorted(list)
	}
	s, list := w.after(-1, nil)
	if list.Refused() {
		return nil, sorted(list)
	}
	w.score, w.rank = s.col[m.index], m.ranks(s, m.index)
	return w, nil
}

// after runs the remaining steps without one element (-1 for none) and with
// some weights in place of the written ones.
func (w *WhatIf) after(drop int, fixed []float64) (*state, problem.List) {
	var list problem.List
	b := newBench(&list, false)
	b.drop, b.fixed = drop, fixed
	s := w.before.fork()
	for _, st := range w.m.steps[w.first:] {
		if st.run != nil {
			s = s.fork()
			st.run(b, s)
		}
	}
	return s, list
}

// Rows returns the rows that answers are about, in order.
func (w *WhatIf) Rows() []Row { return w.m.rows(w.before) }

// Weights returns the index and its ranks with other weights for some codes.
func (w *WhatIf) Weights(weights map[string]float64) (score, rank []float64, list problem.List) {
	fixed := make([]float64, len(w.m.tree.node))
	fillNaN(fixed)
	for _, code := range slices.Sorted(mapKeys(weights)) {
		i, ok := w.m.tree.at[code]
		if !ok || !(weights[code] >= 0) {
			list.Add(problem.Problem{Rule: "bad-weight", Column: code, Text: "there is no such indicator or group, or its weight is not a number from 0"})
			continue
		}
		fixed[i] = weights[code]
	}
	if list.Refused() {
		return nil, nil, list
	}
	s, list := w.after(-1, fixed)
	if list.Refused() {
		return nil, nil, sorted(list)
	}
	return s.col[w.m.index], w.m.ranks(s, w.m.index), nil
}
