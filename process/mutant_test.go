package process

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

// A mutant is a definition with one thing changed for the worse, or for nothing.
type mutant struct {
	what  string // "guard S5.risk_assessed of arrest"
	class string // "drop guard"
	// harmful says by a written rule, from the law of the effects and not from
	// what the prover finds, whether somebody is worse off. excuse is the rule
	// by which it is harmless.
	harmful bool
	excuse  string
	change  func(d *Definition)
}

// The rules by which a change does no harm, as docs/safeguards.md lists them.
const (
	noEffect   = "the act has no effect on anybody: it opens, takes, gives and hands over nothing, and frees and stops nothing"
	stricter   = "the change lets less be done, and nothing that frees, stops, withdraws, refuses or speaks"
	moreThan   = "the law asks for less than the definition: no rule needs it at this effect"
	stillThere = "another act on every way carries the same, and nothing in between can change what it looks at"
	ownWord    = "the change concerns words, counting or the order of work"
)

// clone copies a definition so that a change leaves the other alone.
func clone(d *Definition) *Definition {
	n := *d
	n.Sides, n.States, n.Fields = slices.Clone(d.Sides), slices.Clone(d.States), slices.Clone(d.Fields)
	n.Transitions, n.Clocks, n.Retention = slices.Clone(d.Transitions), slices.Clone(d.Clocks), slices.Clone(d.Retention)
	n.Crossing = slices.Clone(d.Crossing)
	for i := range n.Transitions {
		t := &n.Transitions[i]
		t.From, t.By, t.Approvals = slices.Clone(t.From), slices.Clone(t.By), slices.Clone(t.Approvals)
		t.Asks, t.Needs, t.Guards = slices.Clone(t.Asks), slices.Clone(t.Needs), slices.Clone(t.Guards)
	}
	for i := range n.Clocks {
		c := &n.Clocks[i]
		c.Starts, c.Stops, c.PausesIn = slices.Clone(c.Starts), slices.Clone(c.Stops), slices.Clone(c.PausesIn)
		c.Notify, c.Escalate = slices.Clone(c.Notify), slices.Clone(c.Escalate)
	}
	return &n
}

// noticed reports whether the loader, Lint or the prover has something against
// the changed definition.
func (m mutant) noticed(d *Definition) bool {
	n := clone(d)
	m.change(n)
	if n.load() != nil || len(Lint(n)) > 0 {
		return true
	}
	r := Prove(n)
	return len(r.Findings) > 0 || r.Missing()
}

// effect reports whether the act does something to somebody in some state.
func effect(d *Definition, t *Transition) bool {
	for _, from := range d.froms(t) {
		to := t.To
		if to == Same || to == Back {
			to = from
		}
		h := hop{d, t, d.State(from), d.State(to), false}
		if h.opens() || h.gives() || h.grave() {
			return true
		}
	}
	return protects(d, t) || t.Means == ReleaseGranted || t.Means == SpecialtyGranted || t.Means == AssuranceAccepted
}

// protects reports whether somebody may depend on the act: it frees, stops,
// withdraws, refuses, speaks, objects or settles, informs or reviews.
func protects(d *Definition, t *Transition) bool {
	if slices.Contains([]string{Withdrawal, Suspension, Refusal, Exculpatory, Liberation, Objection, ObjectionSettled, RightsReview, PersonInformed,
		AfterReview, Acknowledged}, t.Means) {
		return true
	}
	s := d.State(t.To)
	return s != nil && s.Outcome == Released
}

// mutants lists every change, in a fixed order.
func mutants(d *Definition) []mutant {
	var all []mutant
	for i := range d.Transitions {
		all = append(all, actMutants(d, i)...)
		all = append(all, edgeMutants(d, i)...)
	}
	for i := range d.States {
		all = append(all, stateMutants(d, i)...)
	}
	for i := range d.Clocks {
		all = append(all, clockMutants(d, i)...)
	}
	return append(all, otherMutants(d)...)
}

// lawNeeds reports whether a rule of law asks at this act for what the guard
// holds.
func lawNeeds(d *Definition, t *Transition, guard string) bool {
	for _, n := range needs() {
		if !slices.Contains(watching(n.watch), guard) || !n.applies(d) {
			continue
		}
		for _, from := range d.froms(t) {
			to := t.To
			if to == Same || to == Back {
				to = from
			}
			if n.happens(hop{d, t, d.State(from), d.State(to), false}) {
				return true
			}
		}
	}
	return slices.Contains((&linter{d: d}).owed(t), guard)
}

// watching names the guards that keep what a need watches.
func watching(watch string) []string {
	return map[string][]string{"declared": {"S1.declared"}, "harmless": {"S1.no_sensitive_offence"}, "objection": {"S1.no_open_objection"},
		"review": {"S2.rights_reviewed"}, "independent": {"S2.rights_reviewed", "S2.outside_the_chain"}, "basis": {"S3.legal_basis"},
		"purpose": {"S3.purpose_stated"}, "few": {"S4.persons_bounded"}, "serious": {"S4.serious"}, "risk": {"S5.risk_assessed"},
		"bar": {"S6.no_private_bar"}, "death": {"S7.assured"}, "breach": {"S7.no_fresh_breach"}, "dual": {"S8.dual_criminality"},
		"final": {"S9.no_final_decision"}, "consent": {"S10.consented"}, "trial": {"S11.fair_trial"}, "untainted": {"S12.untainted"},
		"integrity": {"S13.integrity"}, "special": {"S14.special_data"}, "retention": {"S15.retention_set"}, "use": {"S16.evidence_released"},
		"protected": {"S23.protected_function"}, "privilege": {"S23.privilege"}, "informed": {"S25.person_informed"}, "counsel": {"S25.counsel"},
		"consul": {"S25.consul"}, "afterwards": {"S26.reviewed"}, "identified": {"S31.two_identifiers"}, "no_victim": {"S32.no_victim"},
		"exculpatory": {"S33.exculpatory_asked"}, "understood": {"S36.understood"}, "undisguised": {"S37.no_extradition_pending"},
		"no_other": {"S37.no_extradition_pending"}}[watch]
}

// repeated reports whether the guard says nothing new at the act: every act that
// asks for what it looks at carries it too, and no way leads to the act but over
// one that carries it.
func repeated(d *Definition, t *Transition, guard string) bool {
	g, _ := guardNamed(guard)
	once := guard == "S25.person_informed" // who was told stays told
	if len(g.reads) == 0 && g.typed == "" && !once || g.local {
		return false
	}
	if slices.Contains([]string{"S5.risk_assessed", "S2.rights_reviewed", "S7.assured"}, guard) {
		return false // what these look at can get worse without anybody being asked
	}
	for i := range d.Transitions {
		u := &d.Transitions[i]
		if !once && g.asksFor(d, u) && (u.Name == t.Name || !slices.Contains(u.Guards, guard)) {
			return false
		}
	}
	reached := map[string]bool{d.start: true}
	for range d.States { // without the acts that carry it, t excepted
		for i := range d.Transitions {
			u := &d.Transitions[i]
			for _, from := range d.froms(u) {
				if reached[from] && u.To != Same && u.To != Back && !slices.Contains(u.Guards, guard) {
					reached[u.To] = true
				}
			}
		}
	}
	return !slices.ContainsFunc(d.froms(t), func(s string) bool { return reached[s] })
}

func actMutants(d *Definition, i int) (all []mutant) {
	t := &d.Transitions[i]
	add := func(class, what string, harmful bool, excuse string, f func(t *Transition)) {
		all = append(all, mutant{class + ": " + what + " of " + t.Name, class, harmful, excuse, func(n *Definition) { f(&n.Transitions[i]) }})
	}
	for j, g := range t.Guards {
		excuse := moreThan
		if !effect(d, t) {
			excuse = noEffect
		}
		harmful := lawNeeds(d, t, g)
		if harmful && repeated(d, t, g) {
			harmful, excuse = false, stillThere
		}
		add("drop guard", g, harmful, excuse, func(t *Transition) { t.Guards = slices.Delete(t.Guards, j, j+1) })
	}
	for j, a := range t.Approvals {
		add("drop approval", a, signed(d, t) && len(t.Approvals) == 1, moreThan, func(t *Transition) { t.Approvals = slices.Delete(t.Approvals, j, j+1) })
	}
	if !t.Auto() {
		system := "the system"
		add("system author", system, true, "", func(t *Transition) { t.By = []landbridge.Role{landbridge.System} })
		add("system beside people", system, true, "", func(t *Transition) { t.By = append(t.By, landbridge.System) })
	}
	if !slices.Contains(t.By, landbridge.Officer) && !t.Auto() {
		add("widen roles", "officer", decides(d, t), noEffect, func(t *Transition) { t.By = append(t.By, landbridge.Officer) })
	}
	for j, n := range t.Needs {
		add("drop need", n, (t.Means == Refusal || t.Means == ReleaseRefused) && n != NeedFiles, ownWord, func(t *Transition) { t.Needs = slices.Delete(t.Needs, j, j+1) })
	}
	if t.Means != "" {
		add("drop meaning", t.Means, matters(t.Means) && needed(d, t.Means) && sole(d, t), ownWord, func(t *Transition) { t.Means = "" })
	}
	if t.Every {
		add("drop every", "parties", binding(d, t), noEffect, func(t *Transition) { t.Every = false })
	} else if protects(d, t) && severalParties(d, t) && slices.Contains([]string{Withdrawal, Suspension, Exculpatory, Objection}, t.Means) {
		add("make every", "parties", true, "", func(t *Transition) { t.Every = true })
	}
	for _, s := range d.Sides {
		if s.Name != t.Side && t.Side != Each {
			add("swap side", s.Name, swapped(d, t, s.Name), noEffect, func(t *Transition) { t.Side = s.Name })
			break
		}
	}
	if t.Side == Each {
		alone := slices.ContainsFunc(d.froms(t), func(s string) bool { return lone(d, t, s) })
		if t.Means == Objection {
			alone = needed(d, Objection) && sole(d, t)
		}
		add("one side only", d.Opens, alone, noEffect, func(t *Transition) { t.Side = d.Opens })
	}
	return all
}

// sole reports whether no other act means the same.
func sole(d *Definition, t *Transition) bool {
	return !slices.ContainsFunc(d.Transitions, func(u Transition) bool { return u.Name != t.Name && u.Means == t.Means })
}

// swapped reports whether it does harm that another side does the act: what one
// side asks, promises, takes or reviews is not for it to decide alone.
func swapped(d *Definition, t *Transition, now string) bool {
	own := now == d.Opens
	l := &linter{d: d}
	switch t.Means {
	case AssuranceAccepted, ReleaseGranted, SpecialtyGranted, ObjectionSettled:
		return own && sole(d, t)
	case RightsReview:
		return own && needed(d, RightsReview)
	case Refusal:
		return own && !slices.Contains(l.deciders(), now)
	case Withdrawal:
		return slices.ContainsFunc(d.froms(t), func(s string) bool { return lone(d, t, s) })
	case PersonInformed:
		return own && len(l.custodians(Liberty)) > 0
	case Acknowledged:
		return own && sole(d, t) && l.means(Correction)
	}
	if slices.ContainsFunc(d.Opening(), func(o *Transition) bool { return o == t }) {
		return true
	}
	for _, from := range d.froms(t) {
		s := d.State(from)
		if to := d.State(t.To); s.Coercive != "" && to != nil && to.Outcome == Released && t.Auto() {
			return true // the node that holds the person frees them
		}
		if to := d.State(t.To); to != nil && (hop{d, t, s, to, false}).grave() || l.gives(t) && own {
			return true
		}
		if s.Outcome == Released && s.Kind == Live && slices.ContainsFunc(d.Transitions, func(u Transition) bool {
			return u.To == from && slices.ContainsFunc(d.froms(&u), func(x string) bool { return d.State(x).Coercive != "" })
		}) {
			return true // who holds says that the person is free
		}
	}
	return false
}

// signed reports whether the law asks for two persons under the act.
func signed(d *Definition, t *Transition) bool {
	if slices.Contains(t.Guards, "S26.emergency_stated") {
		return false
	}
	for _, from := range d.froms(t) {
		if s := d.State(t.To); s != nil {
			h := hop{d, t, d.State(from), s, false}
			if h.opens() || h.grave() {
				return true
			}
		}
	}
	return t.Means == ObjectionSettled
}

// decides reports whether the law says who does the act: a judge, a competent
// authority, a reviewer, the overseer; and nobody signs beside them.
func decides(d *Definition, t *Transition) bool {
	return t.Means == RightsReview || slices.Equal(t.By, []landbridge.Role{landbridge.Judge}) && signed(d, t) && len(t.Approvals) == 0
}

// matters reports whether a rule waits for the meaning.
func matters(m string) bool {
	return !slices.Contains([]string{Liberation, ReleaseAsked, SpecialtyAsked, SpecialtyGranted, SpecialtyRefused, AssuranceBreached, Correction, Acknowledged}, m)
}

// binding reports whether all parties are bound by the act.
func binding(d *Definition, t *Transition) bool {
	s := d.State(t.To)
	return s != nil && s.Outcome == Released && slices.ContainsFunc(d.States, func(x State) bool { return x.Coercive != "" })
}

func edgeMutants(d *Definition, i int) (all []mutant) {
	t := &d.Transitions[i]
	add := func(class, what string, harmful bool, excuse string, f func(t *Transition)) {
		all = append(all, mutant{class + ": " + what + " of " + t.Name, class, harmful, excuse, func(n *Definition) { f(&n.Transitions[i]) }})
	}
	froms := d.froms(t)
	if d.State(t.To) != nil && len(froms) > 0 && froms[0] != t.To && froms[0] != d.start && d.State(froms[0]).Kind != End {
		harmful := worse(d, d.State(t.To), d.State(t.To), d.State(froms[0]))
		for _, s := range froms {
			harmful = harmful || lone(d, t, s)
		}
		add("flip edge", froms[0], harmful, noEffect, func(t *Transition) { t.From, t.To = []string{t.To}, froms[0] })
	}
	for _, s := range d.States {
		if s.Name == t.To || s.Kind == Start || t.To == Same || t.To == Back || len(froms) == 0 || froms[0] == d.start {
			continue
		}
		harmful := false
		for _, from := range froms {
			harmful = harmful || worse(d, d.State(from), d.State(t.To), d.State(s.Name))
		}
		add("retarget", s.Name, harmful, noEffect, func(t *Transition) { t.To = s.Name })
	}
	for _, s := range froms {
		if len(froms) > 1 {
			one := lone(d, t, s)
			add("narrow from", s, one, stricter, func(t *Transition) {
				t.From = slices.DeleteFunc(slices.Clone(froms), func(x string) bool { return x == s })
			})
		}
	}
	if protects(d, t) && len(froms) == 1 || t.Means == Suspension || t.Means == Exculpatory {
		vital := slices.Contains([]string{Withdrawal, Suspension, Exculpatory, Objection, ObjectionSettled, RightsReview, AfterReview, PersonInformed}, t.Means)
		only := !slices.ContainsFunc(d.Transitions, func(u Transition) bool { return u.Name != t.Name && u.Means == t.Means })
		add("drop act", t.Name, vital && only && needed(d, t.Means), stricter, func(t *Transition) { t.From, t.To, t.Means = []string{d.end()}, Same, "" })
	}
	return all
}

// end returns some end of the definition.
func (d *Definition) end() string {
	for _, s := range d.States {
		if s.Kind == End {
			return s.Name
		}
	}
	return ""
}

// needed reports whether the definition has a guard that waits for the meaning,
// or the law asks for the act in every process.
func needed(d *Definition, m string) bool {
	waits := map[string]string{ObjectionSettled: "S1.no_open_objection", Objection: "S1.no_open_objection", RightsReview: "S2.rights_reviewed",
		AfterReview: "S26.reviewed", PersonInformed: "S25.person_informed", AssuranceGiven: "S7.assured", AssuranceAccepted: "S7.assured"}[m]
	return waits == "" || (&linter{d: d}).guarded(waits)
}

// lone reports whether the act is the last of its kind that somebody depends on
// in the state: the way out of a held state, the only withdrawal, suspension,
// exculpatory information.
func lone(d *Definition, t *Transition, state string) bool {
	l := &linter{d: d}
	s := d.State(state)
	other := func(fits func(u *Transition) bool) bool {
		return l.leaves(state, func(u *Transition) bool { return u != t && fits(u) })
	}
	same := func(u *Transition) bool { return u.Means == t.Means && (u.Side == t.Side || u.Side == Each) }
	switch {
	case t.Means == Exculpatory:
		return !other(same)
	case t.Means == Withdrawal:
		return (t.Side == d.Opens || t.Side == Each) && s.Outcome == "" && s.Kind != End && !other(same)
	case t.Means == Suspension:
		return s.Kind == Live && s.Coercive == "" && !other(same)
	case s.Coercive != "" && slices.Contains(t.By, landbridge.Oversight) && t.To != Same && !l.coerces(t):
		return !other(func(u *Transition) bool {
			return slices.Contains(u.By, landbridge.Oversight) && u.To != Same && !l.coerces(u)
		})
	}
	return false
}

// worse reports whether leading to the new state instead of the old one does
// something to somebody that the law guards.
func worse(d *Definition, from, old, now *State) bool {
	if from == nil || old == nil || now == nil {
		return false
	}
	if from.Coercive != "" && now.Coercive != from.Coercive && !slices.Contains(endings(from.Coercive), now.Outcome) {
		return true // out of custody to nowhere
	}
	return now.Coercive != "" && now.Coercive != from.Coercive && now.Coercive != old.Coercive ||
		now.Outcome == Surrendered && from.Outcome != Surrendered && old.Outcome != Surrendered ||
		gave(now) && !gave(from) && !gave(old) && now.Kind != End ||
		now.Outcome == Refused && old.Outcome != Refused
}

func stateMutants(d *Definition, i int) (all []mutant) {
	s := &d.States[i]
	add := func(class string, harmful bool, excuse string, f func(s *State)) {
		all = append(all, mutant{class + ": state " + s.Name, class, harmful, excuse, func(n *Definition) { f(&n.States[i]) }})
	}
	if s.Coercive != "" {
		add("no coercive mark", true, "", func(s *State) { s.Coercive = "" })
	}
	if s.Outcome != "" {
		free := s.Outcome == Released && slices.ContainsFunc(d.States, func(x State) bool { return x.Coercive != "" })
		add("no outcome", free || s.Outcome == Surrendered, ownWord, func(s *State) { s.Outcome = "" })
	}
	if s.Kind == Live && s.Coercive == "" && s.Outcome == "" {
		add("made an end", true, "", func(s *State) { s.Kind = End })
	}
	return all
}

func clockMutants(d *Definition, i int) (all []mutant) {
	c := &d.Clocks[i]
	add := func(class string, harmful bool, f func(n *Definition)) {
		all = append(all, mutant{class + ": clock " + c.Name, class, harmful, ownWord, f})
	}
	alarm := slices.ContainsFunc(c.Starts, func(name string) bool {
		s := d.State(d.Transition(name).To)
		return s != nil && s.Outcome == Released && s.Kind == Live
	})
	vital := lastRelease(d, c)
	add("drop clock", alarm && hours(c.For) <= 24 && loneAlarm(d, c) || vital, func(n *Definition) { n.Clocks = slices.Delete(n.Clocks, i, i+1); delete(n.clocks, c.Name) })
	if c.Do != "" {
		add("clock does nothing", vital, func(n *Definition) { n.Clocks[i].Do = "" })
		for j := range d.Transitions {
			if t := &d.Transitions[j]; d.State(t.To) != nil && d.State(t.To).Coercive != "" && t.Name != c.Do {
				add("clock coerces", true, func(n *Definition) {
					n.Clocks[i].Do = t.Name
					n.Transitions[j].By = []landbridge.Role{landbridge.System}
				})
				break
			}
		}
	}
	if alarm && hours(c.For) <= 24 && loneAlarm(d, c) {
		add("late alarm", true, func(n *Definition) { n.Clocks[i].For = Span{N: 90, Unit: "d"} })
		add("nobody called", slices.Contains(c.Escalate, landbridge.Oversight), func(n *Definition) { n.Clocks[i].Escalate = []landbridge.Role{landbridge.Officer} })
	}
	return all
}

// loneAlarm reports whether no other clock calls oversight for one of the ways
// into a release that is due.
func loneAlarm(d *Definition, c *Clock) bool {
	if !slices.Contains(c.Escalate, landbridge.Oversight) {
		return false
	}
	return slices.ContainsFunc(c.Starts, func(start string) bool {
		t := d.Transition(start)
		out := slices.ContainsFunc(d.froms(t), func(s string) bool { return d.State(s).Coercive != "" })
		return out && !slices.ContainsFunc(d.Clocks, func(o Clock) bool {
			return o.Name != c.Name && slices.Contains(o.Starts, start) && slices.Contains(o.Escalate, landbridge.Oversight) && hours(o.For) <= 24
		})
	})
}

// lastRelease reports whether the clock is the only one that releases from a
// state in which a person is held or named.
func lastRelease(d *Definition, c *Clock) bool {
	p := &prover{d: d}
	if !p.releases(c) {
		return false
	}
	return !slices.ContainsFunc(d.Clocks, func(o Clock) bool { return o.Name != c.Name && p.releases(&o) }) &&
		slices.ContainsFunc(d.States, func(s State) bool { return s.Coercive == Liberty || s.Coercive == Publicity })
}

func otherMutants(d *Definition) (all []mutant) {
	add := func(class, what string, harmful bool, excuse string, f func(n *Definition)) {
		all = append(all, mutant{class + ": " + what, class, harmful, excuse, f})
	}
	for i, s := range d.Sides {
		if s.Least > 1 {
			add("lower least", s.Name, true, "", func(n *Definition) { n.Sides[i].Least-- })
		}
	}
	for i, name := range d.Crossing {
		add("drop crossing", name, false, ownWord, func(n *Definition) { n.Crossing = slices.Delete(n.Crossing, i, i+1); n.rank = nil })
	}
	add("no crossing", "all", true, "", func(n *Definition) { n.Crossing = nil })
	for i, r := range d.Retention {
		add("kept unreviewed", r.Side, true, "", func(n *Definition) { n.Retention[i].Review = Span{N: 5, Unit: "y"} })
		add("kept for ever", r.Side, true, "", func(n *Definition) { n.Retention = slices.Delete(n.Retention, i, i+1) })
	}
	if len(d.Public.Counts) > 0 {
		add("small cells", "public", true, "", func(n *Definition) { n.Public.MinCell = 2 })
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		for _, x := range []string{"neutrality_declaration", "legal_basis", "purpose", "retention_until", "death_penalty_possible", "exculpatory"} {
			if f.Name == x {
				add("field never asked", x, true, "", func(n *Definition) {
					for j := range n.Transitions {
						n.Transitions[j].Asks = slices.DeleteFunc(n.Transitions[j].Asks, func(a string) bool { return a == x })
					}
				})
			}
		}
	}
	add("asks for opinions", "a field", true, "", func(n *Definition) { n.Fields[0].Name = "political_opinion" })
	slices.SortStableFunc(all, func(a, b mutant) int { return cmp.Compare(a.class, b.class) })
	return all
}

func (m mutant) String() string {
	return fmt.Sprintf("%s (%s)", m.what, strings.TrimSuffix(m.excuse, "."))
}
