package process

import (
	"slices"
	"strings"

	"landbridge.example"
)

// coercion: the system and clocks release, end and tell; they never coerce
// (S24, 0.4 rule 6). What takes liberty, property or a good name is authorised,
// waits while an objection is open (S1), and can be ended by oversight (S20).
func (l *linter) coercion() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		where := "transition " + t.Name
		if t.Auto() && len(t.By) > 1 {
			l.add("S24", where, "an act of the system is the system's alone; people have acts of their own")
		}
		for _, to := range l.to(t) {
			kind := l.d.State(to).Coercive
			if kind == "" {
				continue
			}
			if t.Auto() {
				l.add("S24", where, "the system may not lead into the coercive state %s", to)
			}
			if !l.enters(t, kind) {
				continue
			}
			if !l.authorised(t, kind) && !l.ordered(t, kind) {
				l.add("S24", where, "it leads into the coercive state %s without %s", to, authority(kind))
			}
			if !slices.Contains(t.Guards, "S1.no_open_objection") {
				l.add("S1", where, "it leads into the coercive state %s without the guard S1.no_open_objection", to)
			}
		}
	}
	for _, s := range l.d.States {
		for _, side := range l.d.Sides {
			if s.Coercive != "" && !l.leaves(s.Name, func(t *Transition) bool {
				return slices.Contains(t.By, landbridge.Oversight) && (t.Side == side.Name || t.Side == Each) && !t.Every &&
					len(t.Guards)+len(t.Approvals) == 0 && t.To != Same && !l.coerces(t)
			}) {
				l.add("S20", "state "+s.Name, "oversight of the %s side cannot end this coercive state, alone and at once", side.Name)
			}
		}
	}
}

// enters reports whether a transition takes what was not taken before.
func (l *linter) enters(t *Transition, kind Coercion) bool {
	return slices.ContainsFunc(l.to(t), func(s string) bool { return l.d.State(s).Coercive == kind }) &&
		slices.ContainsFunc(l.d.froms(t), func(s string) bool { return l.d.State(s).Coercive != kind })
}

// authority says in words what authorised looks for.
func authority(kind Coercion) string {
	switch kind {
	case Property:
		return "a judge, or a competent authority and a second person"
	case Publicity:
		return "a judge or a reviewer, and a second person"
	}
	return "a judge"
}

// authorised reports whether nobody can do the act without the authority that
// the kind of coercion needs.
func (l *linter) authorised(t *Transition, kind Coercion) bool {
	sure := func(roles ...landbridge.Role) bool {
		only := func(list []landbridge.Role) bool {
			return !slices.ContainsFunc(list, func(r landbridge.Role) bool { return !slices.Contains(roles, r) })
		}
		return only(t.By) || slices.ContainsFunc(t.Approvals, func(a string) bool { return only(Roles(a)) })
	}
	two := len(t.Approvals) > 0
	switch kind {
	case Property:
		return sure(landbridge.Judge) || two && sure(landbridge.Judge, landbridge.CentralAuthority, landbridge.Minister)
	case Publicity:
		return two && sure(landbridge.Judge, landbridge.Reviewer)
	}
	return sure(landbridge.Judge)
}

// ordered reports whether the act carries out what was authorised one step
// before, by the same side: every way into the states it is done in is.
func (l *linter) ordered(t *Transition, kind Coercion) bool {
	if t.To == Back {
		return false
	}
	for _, from := range l.d.froms(t) {
		ways := 0
		for i := range l.d.Transitions {
			u := &l.d.Transitions[i]
			if u.To != from {
				continue
			}
			if ways++; u.Side != t.Side || !l.authorised(u, kind) {
				return false
			}
		}
		if ways == 0 {
			return false
		}
	}
	return true
}

func (l *linter) coerces(t *Transition) bool {
	return slices.ContainsFunc(l.to(t), func(s string) bool { return l.d.State(s).Coercive != "" })
}

// custody: whatever leads out of a coercive state says what became of the
// person or the goods. A withdrawal that merely ends the case would leave
// someone held with nobody responsible.
func (l *linter) custody() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, from := range l.d.froms(t) {
			kind := l.d.State(from).Coercive
			if kind == "" {
				continue
			}
			for _, to := range l.to(t) {
				s := l.d.State(to)
				if s.Coercive == kind || slices.Contains(endings(kind), s.Outcome) {
					continue
				}
				l.add("0.4", "transition "+t.Name, "it leads out of the coercive state %s, and %s does not say what became of it: its outcome is one of %s",
					from, to, strings.Join(endings(kind), ", "))
			}
		}
	}
}

// endings lists what may become of what was taken.
func endings(kind Coercion) []string {
	if kind == Property {
		return []string{Released, HandedOn, Surrendered, Given}
	}
	return []string{Released, HandedOn, Surrendered}
}

// custodians returns the sides that take and so have to give back.
func (l *linter) custodians(kind Coercion) (all []string) {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if t.To != Back && l.enters(t, kind) && !slices.Contains(all, t.Side) {
			all = append(all, t.Side)
		}
	}
	return all
}

// longest says, in hours, how long a release may stay unconfirmed before
// oversight is called (A19).
func longest(kind Coercion) int {
	if kind == Liberty {
		return 1
	}
	return 24
}

// due: a clock, a withdrawal, oversight or the other side ends the basis on
// paper. The door is opened by the custodian, who says so with an act of its
// own; until then the case is live, and oversight is called when it lasts.
func (l *linter) due() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, from := range l.d.froms(t) {
			kind := l.d.State(from).Coercive
			if kind == "" {
				continue
			}
			for _, to := range l.to(t) {
				s := l.d.State(to)
				if s.Coercive == kind || s.Outcome != Released {
					continue
				}
				if custodian := slices.Equal(l.custodians(kind), []string{t.Side}); s.Kind != Live && (!custodian || t.Auto()) {
					l.add("0.4", "transition "+t.Name, "it ends the basis of %s and leads to the end %s; lead to a live state with outcome released, "+
						"in which the custodian confirms", from, to)
				}
				if s.Kind == Live {
					l.confirmed(t, s, kind)
				}
			}
		}
	}
}

// confirmed checks one live state in which a release is due, for one way into it.
func (l *linter) confirmed(t *Transition, s *State, kind Coercion) {
	confirmed := false
	for i := range l.d.Transitions {
		u := &l.d.Transitions[i]
		if !slices.Contains(l.d.froms(u), s.Name) || u.To == Same {
			continue
		}
		for _, to := range l.to(u) {
			if e := l.d.State(to); e.Kind != End || e.Outcome != Released {
				l.add("0.4", "transition "+u.Name, "nothing but the release is left in %s: what leads out of it leads to an end with "+
					"outcome released; take %s out of its from", s.Name, s.Name)
				continue
			}
			many := u.Side == Each || l.d.Side(u.Side).Parties > 1
			custodian := u.Side == Each || slices.Contains(l.custodians(kind), u.Side) // each, done by every one, holds the custodian too
			confirmed = confirmed || !u.Auto() && custodian && (u.Every || !many)
			if u.Auto() {
				l.add("S24", "transition "+u.Name, "that the release happened is said by a person of the custodian's side, not by the system")
			}
		}
	}
	if !confirmed {
		l.add("0.4", "state "+s.Name, "the custodian's side (%s) has no act of its own that confirms the release; on a side of several "+
			"parties every one does it", strings.Join(l.custodians(kind), ", "))
	}
	if !slices.ContainsFunc(l.d.Clocks, func(c Clock) bool {
		return slices.Contains(c.Starts, t.Name) && slices.Contains(c.Escalate, landbridge.Oversight) && len(c.When) == 0 &&
			!slices.Contains(c.PausesIn, s.Name) && !slices.Contains(c.Stops, t.Name) && hours(c.For) <= longest(kind)
	}) {
		l.add("A19", "transition "+t.Name, "no clock calls oversight when the release it makes due is not confirmed within %d h", longest(kind))
	}
}

// hours returns the length of a span in hours; anything longer than days is long.
func hours(s Span) int {
	switch s.Unit {
	case "h":
		return s.N
	case "d":
		return 24 * s.N
	}
	return 1 << 30
}
