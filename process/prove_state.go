package process

import (
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

// This file checks what does not hang on a safeguard but on the shape: that
// every spot has a way out, that people can stop every clock, that oversight,
// withdrawal and exculpatory information are open wherever a case can be.

// free reports whether a person can do the act whatever happened before: no
// guard, or only guards whose fields the form itself asks for.
func free(d *Definition, t *Transition) bool {
	if t.Auto() || t.Means == ObjectionSettled {
		return false
	}
	return !slices.ContainsFunc(t.Guards, func(name string) bool {
		g, _ := guardNamed(name)
		switch {
		case name == "S6.no_private_bar", name == "S2.outside_the_chain": // another person, another way
			return false
		case g.approval != "": // somebody may have to sign who will not
			return true
		}
		return !g.asksFor(d, t)
	})
}

// shape runs the checks on a walk that watches nothing.
func (p *prover) shape(k *walk) {
	p.reached(k)
	p.ways(k)
	for _, s := range k.order {
		state := &p.d.States[s.state]
		if state.Kind == Start {
			continue
		}
		for _, side := range p.d.Sides {
			p.stoppable(k, s, state, side.Name)
			if !p.open(k, s, func(h hop) bool {
				return h.t.Means == Exculpatory && h.to == h.from && by(h.t, side.Name) && alone(h.t)
			}) {
				p.find("S33", "state "+state.Name, "the %s side cannot send what speaks for the person (%s)", side.Name, k.path(s, ""))
			}
		}
		undecided := state.Kind != End && state.Outcome == ""
		if undecided && !p.open(k, s, func(h hop) bool { return h.t.Means == Withdrawal && by(h.t, p.d.Opens) && alone(h.t) && h.to != h.from }) {
			p.find("0.4", "state "+state.Name, "the side that opened the case cannot take it back (%s)", k.path(s, ""))
		}
	}
}

// by reports whether a party of the side can do the act.
func by(t *Transition, side string) bool { return t.Side == side || t.Side == Each }

// alone reports whether one person of one party can do it at once.
func alone(t *Transition) bool {
	return len(t.Guards)+len(t.Approvals) == 0 && !t.Every && !t.Auto()
}

// open reports whether an act that fits can be done in the spot.
func (p *prover) open(k *walk, s spot, fits func(hop) bool) bool {
	for i := range p.d.Transitions {
		if !k.froms[i][s.state] {
			continue
		}
		if to := k.to(s, i); to >= 0 && fits(k.hop(s, i, to, false)) {
			return true
		}
	}
	return false
}

// stoppable: oversight of every side can stop the case, or end what is taken.
func (p *prover) stoppable(k *walk, s spot, state *State, side string) {
	if state.Kind == End || state.Kind == Live && state.Outcome == Released {
		return
	}
	if !p.open(k, s, func(h hop) bool {
		if !slices.Contains(h.t.By, landbridge.Oversight) || !by(h.t, side) || !alone(h.t) {
			return false
		}
		switch {
		case state.Coercive != "":
			return h.to.Coercive == "" && h.to.Outcome == Released
		case state.Kind == Suspended:
			return h.to.Kind == End || h.to.Kind == Live
		}
		return h.to.Kind == Suspended && h.t.Means == Suspension
	}) {
		p.find("S20", "state "+state.Name, "oversight of the %s side can neither stop nor free it, alone and at once (%s)", side, k.path(s, ""))
	}
}

// reached: no state and no act is out of reach.
func (p *prover) reached(k *walk) {
	states, acts := make([]bool, len(p.d.States)), make([]bool, len(p.d.Transitions))
	for _, s := range k.order {
		states[s.state] = true
		for i := range p.d.Transitions {
			acts[i] = acts[i] || k.froms[i][s.state] && k.to(s, i) >= 0
		}
	}
	for i, ok := range states {
		if !ok {
			p.find("0.4", "state "+p.d.States[i].Name, "no case ever comes to it")
		}
	}
	for i, ok := range acts {
		if !ok {
			p.find("0.4", "transition "+p.d.Transitions[i].Name, "no case ever comes to where it could be done")
		}
	}
}

// ways: from every spot people can bring the case to an end, whatever was said
// in it; and while some of several parties have done what all have to do, the
// others are not held to it.
func (p *prover) ways(k *walk) {
	stuck := p.stuck(k, nil, false)
	for _, s := range k.order {
		if stuck[s] && p.d.States[s.state].Kind != Start { // a draft is not a case yet
			p.find("0.4", "state "+p.d.States[s.state].Name, "there are cases that nobody can bring to an end from here (%s); "+
				"give it an act of people, without a guard on what happened before, that leads on", k.path(s, ""))
			return
		}
	}
	for i := range p.d.Transitions {
		if !k.many[i] || p.d.Transitions[i].To == Same {
			continue
		}
		stuck := p.stuck(k, &p.d.Transitions[i], true)
		for _, s := range k.order {
			due := p.d.States[s.state].Outcome == Released // a release waits for every holder, and oversight is called
			if stuck[s] && k.froms[i][s.state] && !due {
				p.find("0.4", "transition "+p.d.Transitions[i].Name, "when one party of several does not do it, nothing else leads out of %s", p.d.States[s.state].Name)
				break
			}
		}
	}
}

// stuck returns the spots from which no end is reached by acts that people are
// free to do, or the system is made to by a clock, the given one left out.
// Guards on what happened before count as closed here, but for those that
// people can open in the same spot.
func (p *prover) stuck(k *walk, without *Transition, clocks bool) map[spot]bool {
	back := map[spot][]spot{}
	done := map[spot]bool{}
	var queue []spot
	for _, s := range k.order {
		if p.d.States[s.state].Kind == End {
			done[s], queue = true, append(queue, s)
		}
		for i := range p.d.Transitions {
			t := &p.d.Transitions[i]
			if !k.froms[i][s.state] || t == without || !p.opens(k, s, t) && !(clocks && t.Auto()) {
				continue
			}
			to := k.to(s, i)
			if to < 0 || to == s.state {
				continue
			}
			for _, n := range k.landing(s, to) {
				back[n] = append(back[n], s)
			}
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, s := range back[queue[0]] {
			if !done[s] {
				done[s], queue = true, append(queue, s)
			}
		}
	}
	stuck := map[spot]bool{}
	for _, s := range k.order {
		if !done[s] {
			stuck[s] = true
		}
	}
	return stuck
}

// landing returns the spot an act leads to, in a walk that watches nothing.
func (k *walk) landing(s spot, to int) []spot {
	n := spot{to, -1, s.v}
	if k.d.States[to].Kind == Suspended {
		if n.before = s.before; k.d.States[s.state].Kind != Suspended {
			n.before = s.state
		}
	}
	return []spot{n}
}

// opens reports whether people in the spot can do the act, if need be after
// another act that is open there and brings about what its guard waits for.
func (p *prover) opens(k *walk, s spot, t *Transition) bool {
	if free(p.d, t) {
		return true
	}
	if t.Auto() || t.Means == ObjectionSettled {
		return false
	}
	waits := map[string]string{"S26.reviewed": AfterReview, "S25.person_informed": PersonInformed, "S1.no_open_objection": ObjectionSettled}
	return !slices.ContainsFunc(t.Guards, func(name string) bool {
		g, _ := guardNamed(name)
		if name == "S6.no_private_bar" || name == "S2.outside_the_chain" || g.asksFor(p.d, t) && g.approval == "" {
			return false
		}
		means, ok := waits[name]
		return !ok || !p.open(k, s, func(h hop) bool { return h.t.Means == means && !h.t.Auto() && len(h.t.Guards) == 0 && h.to == h.from })
	})
}

// clocks: every clock that runs can be stopped by people, wherever the case is;
// and where something is taken, a clock that frees or calls somebody runs.
func (p *prover) clocks(k *walk) {
	for i := range p.d.Clocks {
		c := &p.d.Clocks[i]
		n := k.with(watch{step: clockStep([]*Clock{c})})
		p.rep.Explored += len(n.order)
		ends := p.stoppers(n, c)
		for _, s := range n.order {
			if s.v != 0 && !ends[s] {
				p.find("A18", "clock "+c.Name, "it runs where people can neither stop it nor end the case (%s)", n.path(s, ""))
				break
			}
		}
	}
	for _, x := range []struct {
		rule  string
		kind  Coercion
		fits  func(*Clock) bool
		what  string
		where func(*State) bool
	}{
		{"A18", Liberty, p.releases, "frees the person", func(s *State) bool { return s.Coercive == Liberty }},
		{"A18", Property, func(c *Clock) bool { return p.releases(c) || p.calls(c) }, "gives back, or calls a judge or oversight",
			func(s *State) bool { return s.Coercive == Property }},
		{"A18", Publicity, p.releases, "ends the publicity", func(s *State) bool { return s.Coercive == Publicity }},
	} {
		p.guardedByClock(k, x.rule, x.fits, x.what, x.where)
	}
}

// releases reports whether the clock lets the system release something.
func (p *prover) releases(c *Clock) bool {
	return c.Do != "" && len(c.When) == 0 && p.d.State(p.d.Transition(c.Do).To) != nil && p.d.State(p.d.Transition(c.Do).To).Outcome == Released
}

// calls reports whether the clock calls a judge or the overseer.
func (p *prover) calls(c *Clock) bool {
	return len(c.When) == 0 && (slices.Contains(c.Escalate, landbridge.Oversight) || slices.Contains(c.Escalate, landbridge.Judge))
}

// guardedByClock: in every spot where something is taken, one of the fitting
// clocks runs, and what it makes the system do can be done there.
func (p *prover) guardedByClock(k *walk, rule string, fits func(*Clock) bool, what string, where func(*State) bool) {
	var clocks []*Clock
	const most = 12
	for i := range p.d.Clocks {
		if c := &p.d.Clocks[i]; fits(c) && len(clocks) < most {
			clocks = append(clocks, c)
		}
	}
	if !slices.ContainsFunc(p.d.States, func(s State) bool { return where(&s) }) {
		return
	}
	n := k.with(watch{step: clockStep(clocks)})
	p.rep.Explored += len(n.order)
	for _, s := range n.order {
		state := &p.d.States[s.state]
		if !where(state) {
			continue
		}
		running := false
		for i, c := range clocks {
			running = running || s.v>>i&1 == 1 && (c.Do == "" || slices.Contains(p.d.froms(p.d.Transition(c.Do)), state.Name))
		}
		if !running {
			p.find(rule, "state "+state.Name, "no clock runs that %s when time is over (%s)", what, n.path(s, ""))
			return
		}
	}
}

// clockStep follows which of some clocks run, one bit for each.
func clockStep(clocks []*Clock) func(hop, uint64) []uint64 {
	return func(h hop, v uint64) []uint64 {
		if h.part {
			return []uint64{v}
		}
		for i, c := range clocks {
			starts, stops := slices.Contains(c.Starts, h.t.Name), slices.Contains(c.Stops, h.t.Name)
			switch {
			case h.to.Kind == End || stops && !starts:
				v &^= 1 << i
			case starts:
				v |= 1 << i
			}
		}
		return []uint64{v}
	}
}

// stoppers returns the spots from which people reach one where the clock stands
// still.
func (p *prover) stoppers(n *walk, c *Clock) map[spot]bool {
	back := map[spot][]spot{}
	done := map[spot]bool{}
	var queue []spot
	for _, s := range n.order {
		if s.v == 0 {
			done[s], queue = true, append(queue, s)
		}
		for i := range p.d.Transitions {
			to := -1
			if n.froms[i][s.state] && !p.d.Transitions[i].Auto() {
				to = n.to(s, i)
			}
			if to < 0 {
				continue
			}
			for _, v := range n.next(n.hop(s, i, to, false), s.v) {
				for _, x := range n.landing(spot{s.state, s.before, v}, to) {
					back[x] = append(back[x], s)
				}
			}
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, s := range back[queue[0]] {
			if !done[s] {
				done[s], queue = true, append(queue, s)
			}
		}
	}
	return done
}

// custody: what was taken is given back, handed on or surrendered, and a person
// of the side that took it says so; never a clock, a withdrawal or oversight
// on paper alone.
func (p *prover) custody(k *walk) {
	l := &linter{d: p.d}
	for _, kind := range []Coercion{Liberty, Property, Publicity} {
		takers := l.custodians(kind)
		if len(takers) == 0 {
			continue
		}
		n := k.with(watch{step: custodyStep(kind, takers)})
		p.rep.Explored += len(n.order)
		for _, s := range n.order {
			state := &p.d.States[s.state]
			if s.v == 0 || state.Coercive == kind || state.Kind == Live && state.Outcome == Released {
				continue
			}
			p.find("0.4", "state "+state.Name, "%s, and the case is %q: nobody of the %s side said what became of it (%s)",
				held(kind), state.Label, strings.Join(takers, " or "), n.path(s, ""))
			break
		}
	}
}

func held(kind Coercion) string {
	switch kind {
	case Property:
		return "goods or money are still taken"
	case Publicity:
		return "a person is still named to many"
	}
	return "a person is still held"
}

// custodyStep follows whether something is taken.
func custodyStep(kind Coercion, takers []string) func(hop, uint64) []uint64 {
	return func(h hop, v uint64) []uint64 {
		taker := !h.t.Auto() && (slices.Contains(takers, h.t.Side) || h.t.Side == Each && h.t.Every)
		switch {
		case h.enters(kind):
			return []uint64{1}
		case h.part || v == 0 || h.to.Coercive == kind:
			return []uint64{v}
		case h.to.Outcome == HandedOn || h.to.Outcome == Surrendered || kind == Property && h.to.Outcome == Given:
			return []uint64{0} // it goes on under another title, or was taken over
		case taker && h.to.Outcome == Released && h.to.Kind == End && (h.t.Every || !severalOf(h.d, takers)):
			return []uint64{0}
		}
		return []uint64{v}
	}
}

// severalOf reports whether more than one party takes.
func severalOf(d *Definition, sides []string) bool {
	return slices.ContainsFunc(sides, func(name string) bool { s := d.Side(name); return s == nil || s.Parties > 1 })
}

func (p *prover) find(rule, where, format string, args ...any) {
	f := Finding{rule, where, fmt.Sprintf(format, args...)}
	if !slices.Contains(p.rep.Findings, f) {
		p.rep.Findings = append(p.rep.Findings, f)
	}
}
