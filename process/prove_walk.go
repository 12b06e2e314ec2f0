package process

import (
	"slices"
	"strings"
)

// A walk visits every configuration of a definition that can be reached, as far
// as one watch tells configurations apart: the state, the state before a
// suspension, and the watched value.
//
// It over-approximates on purpose. Of the guards of an act only those the watch
// knows are asked; every other guard counts as met, every field as fillable in
// every way, every clock as due, every party as willing and as unwilling. Each
// real case, seen through the watch, is one of the walks: leaving a condition
// out adds walks and takes none away. What no walk does, no case does. The
// price is a finding that a real case could not reach; the definition is then
// written so that it can be seen to be safe.
type walk struct {
	d     *Definition
	froms [][]bool // by transition and state
	many  []bool   // by transition: several parties have to do it
	w     watch
	seen  map[spot]link
	order []spot
}

// A spot is one configuration. before is -1 outside a suspension.
type spot struct {
	state, before int
	v             uint64
}

// A link is how a spot was reached first: the shortest way, as spots are
// visited by distance.
type link struct {
	prev spot
	t    int // -1 at the start
}

// A hop is one applied act, from one state to another.
type hop struct {
	d        *Definition
	t        *Transition
	from, to *State
	part     bool // the first of several parties that have to do it
}

// A watch follows one value through the acts of a case.
type watch struct {
	start []uint64
	// step lists what the value may be after the act; none if the act cannot
	// be done with this value. A nil step is the watch that sees nothing.
	step func(h hop, v uint64) []uint64
}

func newWalk(d *Definition) *walk {
	k := &walk{d: d}
	for i := range d.Transitions {
		t := &d.Transitions[i]
		row := make([]bool, len(d.States))
		for _, s := range d.froms(t) {
			row[d.states[s]] = true
		}
		k.froms = append(k.froms, row)
		k.many = append(k.many, t.Every && severalParties(d, t))
	}
	return k
}

// severalParties reports whether more than one party can have to do the act.
func severalParties(d *Definition, t *Transition) bool {
	n := 0
	for _, s := range d.Sides {
		if t.Side == Each || t.Side == s.Name {
			n += s.Parties
		}
	}
	return n > 1
}

// with walks the definition with a watch. The tables are shared.
func (k *walk) with(w watch) *walk {
	n := &walk{d: k.d, froms: k.froms, many: k.many, w: w, seen: map[spot]link{}}
	if len(w.start) == 0 {
		n.w.start = []uint64{0}
	}
	for _, v := range n.w.start {
		s := spot{n.d.states[n.d.start], -1, v}
		n.seen[s] = link{s, -1}
		n.order = append(n.order, s)
	}
	for i := 0; i < len(n.order); i++ {
		n.from(n.order[i])
	}
	return n
}

// from takes every act that can be done in a spot.
func (k *walk) from(s spot) {
	for i := range k.d.Transitions {
		if !k.froms[i][s.state] {
			continue
		}
		if k.many[i] {
			k.take(s, i, s.state, true)
		}
		if to := k.to(s, i); to >= 0 {
			k.take(s, i, to, false)
		}
	}
}

// to returns where the act leads from the spot, or -1.
func (k *walk) to(s spot, i int) int {
	switch to := k.d.Transitions[i].To; to {
	case Same:
		return s.state
	case Back:
		return s.before
	default:
		return k.d.states[to]
	}
}

func (k *walk) hop(s spot, i, to int, part bool) hop {
	return hop{k.d, &k.d.Transitions[i], &k.d.States[s.state], &k.d.States[to], part}
}

func (k *walk) take(s spot, i, to int, part bool) {
	n := spot{to, -1, 0}
	if k.d.States[to].Kind == Suspended {
		if n.before = s.before; k.d.States[s.state].Kind != Suspended {
			n.before = s.state
		}
	}
	for _, v := range k.next(k.hop(s, i, to, part), s.v) {
		n.v = v
		if _, ok := k.seen[n]; !ok {
			k.seen[n] = link{s, i}
			k.order = append(k.order, n)
		}
	}
}

func (k *walk) next(h hop, v uint64) []uint64 {
	if k.w.step == nil {
		return []uint64{v}
	}
	return k.w.step(h, v)
}

// each calls f for every act that can be done in every reached spot, with the
// value after it, until f returns false.
func (k *walk) each(f func(s spot, h hop, after uint64) bool) {
	for _, s := range k.order {
		for i := range k.d.Transitions {
			if !k.froms[i][s.state] {
				continue
			}
			to := k.to(s, i)
			if to < 0 {
				continue
			}
			h := k.hop(s, i, to, false)
			for _, v := range k.next(h, s.v) {
				if !f(s, h, v) {
					return
				}
			}
		}
	}
}

// path names the acts that lead to a spot, for people.
func (k *walk) path(s spot, last string) string {
	var names []string
	if last != "" {
		names = append(names, last)
	}
	for l := k.seen[s]; l.t >= 0; l = k.seen[l.prev] {
		names = append(names, k.d.Transitions[l.t].Name)
	}
	slices.Reverse(names)
	const most = 14
	if len(names) > most {
		names = append(names[:most/2:most/2], append([]string{"…"}, names[len(names)-most/2:]...)...)
	}
	return strings.Join(names, " → ")
}

// enters reports whether the act takes what was not taken before.
func (h hop) enters(kind Coercion) bool {
	return !h.part && h.to.Coercive == kind && h.from.Coercive != kind
}

// gives reports whether the act hands over information or evidence.
func (h hop) gives() bool { return !h.part && h.t.To != Back && gave(h.to) && !gave(h.from) }

// opens reports whether the act is the first of the case.
func (h hop) opens() bool { return h.from.Kind == Start }

// asks reports whether the act's form has the field, and whether every author
// fills it.
func (h hop) asks(name string) (asked, always bool) {
	if !slices.Contains(h.t.Asks, name) {
		return false, false
	}
	f := h.d.Field(name)
	return true, f.Required && len(f.When) == 0
}

// asksType reports the same of any field of the type.
func (h hop) asksType(typ Type) (asked, always bool) {
	for _, name := range h.t.Asks {
		if h.d.Field(name).Type == typ {
			_, a := h.asks(name)
			asked, always = true, always || a
		}
	}
	return asked, always
}

func (h hop) guarded(names ...string) bool {
	return slices.ContainsFunc(h.t.Guards, func(g string) bool { return slices.Contains(names, g) })
}

// surrenders reports whether the act hands a person over.
func (h hop) surrenders() bool {
	return !h.part && h.t.To != Back && h.to.Outcome == Surrendered && h.from.Outcome != Surrendered
}

// grave reports whether the act takes liberty, property or a good name, or
// hands a person over.
func (h hop) grave() bool {
	return h.enters(Liberty) || h.enters(Property) || h.enters(Publicity) || h.surrenders()
}
