package process

import (
	"slices"

	"landbridge.example"
)

// This file checks that what one side asks, promises, reviews or corrects is
// decided by the other side, and that what a side has taken it can give back.

// doers returns the sides that do an act that fits.
func (l *linter) doers(fits func(*Transition) bool) (all []string) {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if fits(t) && !slices.Contains(all, t.Side) {
			all = append(all, t.Side)
		}
	}
	return all
}

// single returns the side, if it is exactly one and no other can do it.
func single(sides []string) string {
	if len(sides) == 1 && sides[0] != Each {
		return sides[0]
	}
	return ""
}

// answerable: nobody grants what they asked for themselves.
func (l *linter) answerable() {
	means := func(m string) []string { return l.doers(func(t *Transition) bool { return t.Means == m }) }
	for _, x := range []struct{ rule, asked, given, text string }{
		{"S7", AssuranceGiven, AssuranceAccepted, "the side that gives assurances accepts them too"},
		{"S16", ReleaseAsked, ReleaseGranted, "the side that asks to use it as evidence grants it too"},
		{"S10", SpecialtyAsked, SpecialtyGranted, "the side that asks for consent to another offence grants it too"},
		{"S27", Correction, Acknowledged, "the side that corrects acknowledges the correction too"},
	} {
		if a := single(means(x.asked)); a != "" && a == single(means(x.given)) && l.d.Side(a).Parties == 1 {
			l.add(x.rule, "transitions", "%s: the other side does", x.text)
		}
	}
	givers := l.doers(l.gives)
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		where := "transition " + t.Name
		if t.Means == ReleaseGranted && len(givers) > 0 && t.Side != Each && !slices.Contains(givers, t.Side) {
			l.add("S16", where, "consent to use as evidence is given by the side that gave the information")
		}
		if s := l.d.State(t.To); s != nil && s.Outcome == Answered && t.Side == l.d.Opens && !t.Auto() &&
			slices.ContainsFunc(l.d.froms(t), func(from string) bool { return !gave(l.d.State(from)) }) {
			l.add("0.4", where, "the side that opened the case answers its own question; what it gives by itself has the outcome given")
		}
		own := t.Side == l.d.Opens && l.d.Side(t.Side).Parties == 1
		if t.Means == ObjectionSettled && own {
			l.add("S1", where, "an objection is settled by another party than the one that opened the case")
		}
		if t.Means == Refusal && own && !slices.Contains(l.deciders(), t.Side) {
			l.add("0.4", where, "the side that opened the case withdraws; refusing is for the side that is asked")
		}
	}
}

// deciders returns the sides whose acts take, give, surrender or release.
func (l *linter) deciders() []string {
	return l.doers(func(t *Transition) bool {
		s := l.d.State(t.To)
		return l.gives(t) || t.Means == Liberation && !t.Auto() || s != nil && s.Outcome == Surrendered ||
			l.enters(t, Liberty) || l.enters(t, Property) || l.enters(t, Publicity)
	})
}

// custodian: the side that takes can give back by itself, its own node ends
// what time ends, and it is not the side that reviews what it does.
func (l *linter) custodian() {
	for _, kind := range []Coercion{Liberty, Property, Publicity} {
		takers := l.custodians(kind)
		if len(takers) == 0 {
			continue
		}
		reviewers := l.doers(func(t *Transition) bool { return t.Means == RightsReview })
		for _, s := range l.d.States {
			if s.Coercive == kind && !l.leaves(s.Name, func(t *Transition) bool {
				return l.lets(t, kind) && slices.Contains(takers, t.Side) && !t.Auto() && !slices.Contains(t.By, landbridge.Oversight)
			}) {
				l.add("S24", "state "+s.Name, "no person of the side that took can release or hand back without a guard")
			}
			if s.Coercive == Publicity && single(reviewers) != "" && !l.leaves(s.Name, func(t *Transition) bool {
				return l.d.State(t.To) != nil && l.d.State(t.To).Outcome == Released && slices.Contains(reviewers, t.Side)
			}) {
				l.add("S2", "state "+s.Name, "the side that reviews cannot end the publicity")
			}
		}
		for i := range l.d.Transitions {
			t := &l.d.Transitions[i]
			out := slices.ContainsFunc(l.d.froms(t), func(s string) bool { return l.d.State(s).Coercive == kind }) && t.To != Same && !l.coerces(t)
			if out && t.Auto() && !slices.Contains(takers, t.Side) {
				l.add("0.4", "transition "+t.Name, "what time ends is ended by the node of the side that took")
			}
			foreign := t.Side == l.d.Opens && !slices.Contains(takers, t.Side)
			if kind == Liberty && (t.Means == RightsReview || t.Means == PersonInformed) && foreign {
				l.add("S2", "transition "+t.Name, "where a person is held, their rights are reviewed and told where they are held")
			}
			if kind == Publicity && t.Means == RightsReview && slices.Contains(takers, t.Side) {
				l.add("S2", "transition "+t.Name, "the side that publishes does not review its own publication")
			}
		}
	}
	l.reviewed()
}

// lets reports whether the act releases what is taken, or gives it back to the
// title it is held under elsewhere, without a guard.
func (l *linter) lets(t *Transition, kind Coercion) bool {
	s := l.d.State(t.To)
	return s != nil && (s.Outcome == Released || s.Outcome == HandedOn) && s.Coercive != kind && len(t.Guards) == 0 && !t.Every
}

// reviewed: a review is made by the side that acts on it, or by one that took
// no part in asking.
func (l *linter) reviewed() {
	acting := l.doers(func(t *Transition) bool { return slices.Contains(t.Guards, "S2.rights_reviewed") })
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if t.Means == RightsReview && t.Side == l.d.Opens && len(acting) > 0 && !slices.Contains(acting, t.Side) && !slices.Contains(acting, Each) {
			l.add("S2", "transition "+t.Name, "the side that asks reviews its own request; the side that acts on the review makes it")
		}
	}
}

// ended: what is over stays over.
func (l *linter) ended() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if t.To != Same && slices.ContainsFunc(l.d.froms(t), func(s string) bool { return l.d.State(s).Kind == End }) {
			l.add("0.4", "transition "+t.Name, "it leads out of an end; what may still happen leaves the state as it is")
		}
	}
}
