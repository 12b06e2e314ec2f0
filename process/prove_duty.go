package process

import (
	"slices"

	"landbridge.example"
)

// This file checks what single processes owe beside the needs of their effects:
// what they may not have, who has to sit in them, and what has to follow.

// forms: what the law of a process forbids it to have, and who sits in it.
func (p *prover) forms() {
	id := p.d.Ref.ID
	for _, s := range p.d.States {
		if s.Coercive != "" && slices.Contains(harmlessProcesses(), id) {
			p.find("A20", "state "+s.Name, "this process takes nothing from anyone")
		}
	}
	for _, f := range p.d.Fields {
		if f.Type == PersonType && slices.Contains(namelessProcesses(), id) {
			p.find("S22", "field "+f.Name, "this process names no persons")
		}
	}
	for name, least := range panels()[id] {
		if s := p.d.Side(name); s == nil || s.Least < least {
			p.find("S2", "side "+name, "at least %d parties sit on this panel", least)
		}
	}
	for i := range p.d.Transitions {
		if id == "data-preservation" && slices.Contains(p.d.Transitions[i].Guards, "S8.dual_criminality") {
			p.find("S8", "transition "+p.d.Transitions[i].Name, "dual criminality is not asked for preserving data")
		}
	}
}

// duties: what has to follow, and in what time.
func (p *prover) duties(k *walk) {
	owed := func(rule, what string, check func() bool) {
		if before := len(p.rep.Findings); check() && len(p.rep.Findings) == before {
			p.proved[rule] = append(p.proved[rule], what)
		}
	}
	p.leave()
	switch p.d.Ref.ID {
	case "incident":
		owed("S29", "told within 72 h", p.breachTold)
	case "corrective-measure":
		owed("S30", "measures by people, for a time, with appeal", func() bool { return p.measured(k) })
	case "un-delisting":
		owed("S31", "removal confirmed by every holder within 24 h", p.delisted)
		owed("S27", "removal", p.delisted)
	case "notice":
		owed("S27", "removal", p.removed)
	}
}

// together names the states in which parties act side by side on each other's
// territory, where each of them can stop at any moment (A9, A10).
func together() map[string][]string {
	return map[string][]string{"joint-operation": {"proposed", "legal_checked", "risk_assessed", "order_signed", "running", "paused"},
		"joint-patrol": {"on_patrol"}, "joint-investigation-team": {"active", "extended"}}
}

// leave: each party of every side can stop it alone, at once, whatever the
// others think.
func (p *prover) leave() {
	for _, name := range together()[p.d.Ref.ID] {
		if p.d.State(name) == nil {
			p.find("A9", "definition", "there is no state called %s, which each party can leave at any moment", name)
			continue
		}
		for _, side := range p.d.Sides {
			if !slices.ContainsFunc(p.d.Transitions, func(t Transition) bool {
				s := p.d.State(t.To)
				return slices.Contains(p.d.froms(&t), name) && by(&t, side.Name) && alone(&t) && !slices.Contains(t.By, landbridge.Oversight) &&
					s != nil && s.Name != name && s.Kind != Suspended && (t.Means == Withdrawal || t.Means == Refusal || s.Outcome != "")
			}) {
				p.find("A9", "state "+name, "a party of the %s side cannot stop it alone and at once", side.Name)
			}
		}
	}
}

// breachTold: from the first act a clock of at most 72 hours runs until the
// others are told, and calls those who check (S29).
func (p *prover) breachTold() bool {
	const longestSilence = 72
	for _, o := range p.d.Opening() {
		if !slices.ContainsFunc(p.d.Clocks, func(c Clock) bool {
			return slices.Contains(c.Starts, o.Name) && hours(c.For) <= longestSilence && len(c.Stops) > 0 && len(c.When)+len(c.PausesIn) == 0 &&
				(slices.Contains(c.Escalate, landbridge.Oversight) || slices.Contains(c.Escalate, landbridge.DataProtection))
		}) {
			p.find("S29", "transition "+o.Name, "no clock of at most 72 h that calls those who check starts with it")
		}
	}
	return true
}

// measured: a measure is ordered by every party of the panel, with a second
// person each; it ends by itself; the one it touches can appeal (S30).
func (p *prover) measured(k *walk) bool {
	const measure = "measure"
	for i := range p.d.Transitions {
		t := &p.d.Transitions[i]
		for _, from := range p.d.froms(t) {
			to := p.d.State(t.To)
			if to == nil || to.Outcome != measure || to.Name == from || slices.Contains(t.By, landbridge.Oversight) {
				continue
			}
			appeal := t.Side != p.d.Opens
			if t.Auto() || !appeal && !t.Every {
				p.find("S30", "transition "+t.Name, "a measure is decided by people, and by every party of the panel")
			}
			if !appeal && p.d.State(from).Outcome != to.Outcome && len(t.Approvals) == 0 {
				p.find("S30", "transition "+t.Name, "a measure is decided by two persons at each party of the panel")
			}
		}
	}
	for _, s := range p.d.States {
		if s.Outcome == measure && !slices.ContainsFunc(p.d.Transitions, func(t Transition) bool {
			return slices.Contains(p.d.froms(&t), s.Name) && t.Side != p.d.Opens && t.Side != Each && len(t.Guards) == 0 && t.To != Same && !t.Auto()
		}) && !slices.ContainsFunc(p.d.Transitions, func(t Transition) bool { return t.To == s.Name && t.Side != p.d.Opens && t.Side != Each }) {
			p.find("S30", "state "+s.Name, "the one it touches cannot appeal")
		}
	}
	p.guardedByClock(k, "S30", func(c *Clock) bool {
		t := p.d.Transition(c.Do)
		return t != nil && len(c.When) == 0 && p.d.State(t.To) != nil && p.d.State(t.To).Kind == End
	}, "ends the measure", func(s *State) bool { return s.Outcome == measure })
	return true
}

// delisted: the removal of a name from the list is confirmed by every holder,
// and oversight is called after a day (S27, S31).
func (p *prover) delisted() bool {
	var into []string
	for i := range p.d.Transitions {
		if s := p.d.State(p.d.Transitions[i].To); s != nil && s.Kind == Live && s.Outcome == Released {
			into = append(into, p.d.Transitions[i].Name)
		}
	}
	if len(into) == 0 {
		p.find("S31", "states", "there is no state in which a removal is due")
	}
	for _, name := range into {
		if !slices.ContainsFunc(p.d.Clocks, func(c Clock) bool {
			return slices.Contains(c.Starts, name) && hours(c.For) <= 24 && slices.Contains(c.Escalate, landbridge.Oversight) && len(c.When) == 0
		}) {
			p.find("S31", "transition "+name, "no clock calls oversight when the removal is not confirmed within 24 h")
		}
	}
	return p.removed()
}

// removed: what is withdrawn is confirmed by every holder (S27).
func (p *prover) removed() bool {
	for i := range p.d.Transitions {
		t := &p.d.Transitions[i]
		for _, from := range p.d.froms(t) {
			s := p.d.State(from)
			if s.Kind == Live && s.Outcome == Released && t.To != Same && (t.Means != Acknowledged || !t.Every) {
				p.find("S27", "transition "+t.Name, "a removal ends when every holder has confirmed it (every, means acknowledged)")
			}
		}
	}
	return true
}
