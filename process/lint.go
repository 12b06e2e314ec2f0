package process

import (
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

// A Finding is one thing Lint has against a definition.
type Finding struct {
	Rule  string // safeguard, or "0.4" for the skeleton every process keeps
	Where string // "transition refuse"
	Text  string
}

// Lint proves of a well-formed definition what can be proved by looking at it:
// that no state is dead or out of reach, that nothing coercive starts by
// itself, that every case can be withdrawn from, stopped by oversight and
// refused only with a reason. A definition with findings is not put in force.
func Lint(d *Definition) []Finding {
	l := &linter{d: d}
	for _, check := range []func(){l.reach, l.coercion, l.custody, l.due, l.withdrawal, l.oversight, l.refusals, l.clocks,
		l.opening, l.guards, l.answers, l.sides, l.parties, l.words, l.keeping, l.crossings, l.exculpatory, l.objections,
		l.meanings, l.emergency, l.effects, l.answerable, l.custodian, l.ended} {
		check()
	}
	return l.found
}

type linter struct {
	d     *Definition
	found []Finding
}

func (l *linter) add(rule, where, format string, args ...any) {
	f := Finding{rule, where, fmt.Sprintf(format, args...)}
	if !slices.Contains(l.found, f) {
		l.found = append(l.found, f)
	}
}

// to returns the states a transition can lead to.
func (l *linter) to(t *Transition) []string {
	switch t.To {
	case Same:
		return nil
	case Back:
		return l.backTo(t)
	}
	return []string{t.To}
}

// backTo returns the states a suspension can have begun in.
func (l *linter) backTo(t *Transition) (all []string) {
	held := l.d.froms(t)
	for i := range l.d.Transitions {
		u := &l.d.Transitions[i]
		if !slices.Contains(held, u.To) {
			continue
		}
		for _, from := range l.d.froms(u) {
			if l.d.State(from).Kind == Live && !slices.Contains(all, from) {
				all = append(all, from)
			}
		}
	}
	return all
}

// reach: every state is reached from the start, and from every state that is
// not an end there is a way to an end.
func (l *linter) reach() {
	forward, backward := map[string]bool{l.d.start: true}, map[string]bool{}
	for _, s := range l.d.States {
		if s.Kind == End {
			backward[s.Name] = true
		}
	}
	for range l.d.States {
		for i := range l.d.Transitions {
			t := &l.d.Transitions[i]
			for _, from := range l.d.froms(t) {
				for _, to := range l.to(t) {
					if forward[from] && (t.To != Back || forward[to]) {
						forward[to] = true
					}
					if backward[to] {
						backward[from] = true
					}
				}
			}
		}
	}
	for _, s := range l.d.States {
		if !forward[s.Name] {
			l.add("0.4", "state "+s.Name, "no act leads to it")
		}
		if !backward[s.Name] {
			l.add("0.4", "state "+s.Name, "no way leads from it to an end")
		}
	}
}

// leaves reports whether a transition that fits may be done in the state.
func (l *linter) leaves(state string, fits func(*Transition) bool) bool {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if slices.Contains(l.d.froms(t), state) && fits(t) {
			return true
		}
	}
	return false
}

// withdrawal: the side that opened a case can take it back until the other
// side has decided, and a withdrawal never leaves a person in custody.
func (l *linter) withdrawal() {
	for _, s := range l.d.States {
		if s.Kind != Live && s.Kind != Suspended || s.Outcome != "" {
			continue
		}
		ok := l.leaves(s.Name, func(t *Transition) bool {
			return t.Means == Withdrawal && (t.Side == l.d.Opens || t.Side == Each) && len(t.Guards) == 0
		})
		if !ok {
			l.add("0.4", "state "+s.Name, "the side that opened the case cannot withdraw from it")
		}
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if t.Means == Withdrawal && l.coerces(t) {
			l.add("0.4", "transition "+t.Name, "a withdrawal leads into a coercive state")
		}
	}
}

// oversight can stop every live state, at every side (S20).
func (l *linter) oversight() {
	for _, s := range l.d.States {
		if s.Kind != Live || s.Coercive != "" || s.Outcome == Released { // the way out of these is their end, see coercion and due
			continue
		}
		for _, side := range l.d.Sides {
			if !l.leaves(s.Name, func(t *Transition) bool {
				return t.Means == Suspension && (t.Side == side.Name || t.Side == Each) &&
					slices.Contains(t.By, landbridge.Oversight) && len(t.Approvals) == 0 && len(t.Guards) == 0 && !t.Every
			}) {
				l.add("S20", "state "+s.Name, "oversight of the %s side cannot suspend it", side.Name)
			}
		}
	}
}

// refusals have a coded ground and a reason (0.4 rule 2).
func (l *linter) refusals() {
	refusing := false
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		into := slices.ContainsFunc(l.to(t), func(s string) bool { return l.d.State(s).Outcome == Refused })
		if into && t.To != Back && t.Means != Refusal {
			l.add("0.4", "transition "+t.Name, "it leads to a refusal without meaning one")
		}
		if t.Means != Refusal && t.Means != ReleaseRefused {
			continue
		}
		refusing = true
		if !t.NeedsIt(NeedGround) || !t.NeedsIt(NeedReason) {
			l.add("0.4", "transition "+t.Name, "a refusal needs a coded ground and a reason in words")
		}
		if t.Auto() {
			l.add("S24", "transition "+t.Name, "a refusal is a person's decision")
		}
	}
	if refusing && len(l.d.Grounds) == 0 {
		l.add("0.4", "grounds", "there are refusals and no grounds")
	}
}

// clocks notify, escalate, or let the system end what nobody takes further.
func (l *linter) clocks() {
	for i := range l.d.Clocks {
		c := &l.d.Clocks[i]
		where := "clock " + c.Name
		if len(c.Notify)+len(c.Escalate) == 0 && c.Do == "" {
			l.add("A18", where, "nothing happens when it runs out")
		}
		if c.Do == "" {
			continue
		}
		t := l.d.Transition(c.Do)
		if !t.Auto() || t.Side != c.Side && !slices.ContainsFunc(l.d.Sides, func(s Side) bool { return s.Name == t.Side }) {
			l.add("0.4", where, "%s is not an act of one side's system", c.Do)
		}
		for _, to := range l.to(t) {
			if s := l.d.State(to); s.Coercive != "" || s.Kind != End && s.Outcome != Released {
				l.add("0.4", where, "a clock may only end a case or release; %s leads to %s, which is neither an end nor a live state with outcome released", c.Do, to)
			}
		}
		if len(l.d.froms(t)) == 0 || t.To == Same {
			l.add("0.4", where, "%s changes nothing", c.Do)
		}
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if !t.Auto() || slices.ContainsFunc(l.d.Clocks, func(c Clock) bool { return c.Do == t.Name }) {
			continue
		}
		if !l.notes(t) {
			l.add("S24", "transition "+t.Name, "the system does it although no clock calls for it")
		}
	}
}

// notes reports whether a transition does no more than note that the opening
// act arrived, which is all the system may do without a clock.
func (l *linter) notes(t *Transition) bool {
	first := func(state string) bool {
		return slices.ContainsFunc(l.d.Opening(), func(o *Transition) bool { return o.To == state })
	}
	s := l.d.State(t.To)
	return t.Side != l.d.Opens && t.Side != Each && len(t.Asks)+len(t.Needs)+len(t.Guards)+len(t.Approvals) == 0 &&
		!slices.ContainsFunc(l.d.froms(t), func(from string) bool { return !first(from) }) && s != nil && s.Kind == Live && s.Outcome == "" && s.Coercive == ""
}

// sides: roles are those of the side, and a field is given by one side.
func (l *linter) sides() {
	by := map[string]string{}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, s := range l.d.Sides {
			if t.Side != s.Name && t.Side != Each {
				continue
			}
			for _, r := range t.By {
				if r != landbridge.System && r != landbridge.Oversight && !slices.Contains(s.Roles, r) {
					l.add("0.1", "transition "+t.Name, "%s is no role of the %s side", r, s.Name)
				}
			}
			for _, entry := range t.Approvals {
				if !slices.ContainsFunc(Roles(entry), func(r landbridge.Role) bool {
					return r == landbridge.DataProtection || slices.Contains(s.Roles, r)
				}) {
					l.add("S21", "transition "+t.Name, "nobody of the %s side can give the approval %s", s.Name, entry)
				}
			}
		}
		if slices.Contains(t.By, landbridge.Secretariat) || slices.Contains(t.By, landbridge.Operator) {
			l.add("S28", "transition "+t.Name, "the secretariat and operators take no part in cases")
		}
		for _, name := range t.Asks {
			if other, ok := by[name]; ok && other != t.Side {
				l.add("0.1", "field "+name, "both %s and %s write it; one could overwrite the other's word", other, t.Side)
			}
			by[name] = t.Side
		}
	}
}

// forbidden are the stems of words no field or option may be named by (S22).
// The codes of offences are a closed list of the engine and not subject to it.
func forbidden() []string {
	return []string{"politic", "opinion", "protest", "petition", "diaspora", "ethnic", "race", "religi", "belief", "union",
		"activis", "ngo", "journalis", "dissident", "relative", "reward", "bounty", "risk_score", "trust_score", "location_track"}
}

// words: no field asks for opinions, beliefs or origin (S22, C2).
func (l *linter) words() {
	check := func(where, name string) {
		for _, stem := range forbidden() {
			if name == stem || strings.HasPrefix(name, stem) || strings.Contains(name, "_"+stem) {
				l.add("S22", where, "nothing may ask for %q", name)
			}
		}
	}
	for _, f := range l.d.Fields {
		check("field "+f.Name, f.Name)
		for _, o := range f.Options {
			check("field "+f.Name, o.Code)
		}
	}
}

// keeping: every side knows how long it keeps a case (S15), and what becomes
// public is suppressed where it is small (S34).
func (l *linter) keeping() {
	for _, s := range l.d.Sides {
		r := l.d.Kept(s.Name)
		if r == nil {
			l.add("S15", "side "+s.Name, "it is not said how long this side keeps a case")
			continue
		}
		if r.Review.Months() > 12 {
			l.add("S15", "side "+s.Name, "keeping is reviewed at least every year")
		}
	}
	if len(l.d.Public.Counts) > 0 && l.d.Public.MinCell < 10 {
		l.add("S34", "public", "counts below ten are suppressed")
	}
}

// crossings: where acts of two sides can meet in one state and both change it,
// the definition says which goes first.
func (l *linter) crossings() {
	for i := range l.d.Transitions {
		for j := range i {
			a, b := &l.d.Transitions[i], &l.d.Transitions[j]
			if !l.meet(a, b) || a.To == Same || b.To == Same || a.To == b.To {
				continue
			}
			_, okA := l.d.rank[a.Name]
			_, okB := l.d.rank[b.Name]
			if okA || okB {
				continue
			}
			for _, s := range l.d.froms(a) {
				if slices.Contains(l.d.froms(b), s) && l.d.State(s).Kind == Live {
					l.add("0.4", "crossing", "%s and %s can cross in state %s, and it is not said which goes first", b.Name, a.Name, s)
					break
				}
			}
		}
	}
}

// meet reports whether two parties can do a and b without knowing of each other.
func (l *linter) meet(a, b *Transition) bool {
	if a.Side != b.Side || a.Side == Each {
		return true
	}
	return l.d.Side(a.Side).Parties > 1
}

// exculpatory information is never held back (S33).
func (l *linter) exculpatory() {
	for _, s := range l.d.States {
		if s.Kind == Start {
			continue
		}
		for _, side := range l.d.Sides {
			if !l.leaves(s.Name, func(t *Transition) bool {
				return t.Means == Exculpatory && t.To == Same && (t.Side == side.Name || t.Side == Each) && len(t.Guards) == 0 && len(t.Approvals) == 0 &&
					!t.Every && !t.Auto()
			}) {
				l.add("S33", "state "+s.Name, "the %s side cannot send exculpatory information in it", side.Name)
			}
		}
	}
}
