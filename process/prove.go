package process

import (
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

// A Report is what [Prove] found out about one definition.
type Report struct {
	Process  landbridge.ProcessRef
	Findings []Finding
	Cells    []Cell // one for each safeguard S1 to S37
	Explored int    // configurations visited, all walks together
}

// A Cell says of one safeguard how it is kept in one process.
type Cell struct {
	Rule string `json:"rule"`
	Kept Kept   `json:"kept"`
	Note string `json:"note"` // what was proved, which test holds it, why it is not needed, or what is missing
}

// A Kept says how a safeguard is kept.
type Kept string

// The ways to keep a safeguard.
const (
	Proved       Kept = "proved"         // on every way to every effect that needs it
	ByPlatform   Kept = "platform"       // by the program, for every process; a test holds it
	NotNeeded    Kept = "not applicable" // the process does nothing the rule speaks of
	MissingThere Kept = "MISSING"
)

// Prove walks every configuration a case under the definition can come to and
// checks what the law asks for there: that nothing is done before its
// safeguards, that nobody is left held, frozen or published, that oversight and
// people can always stop, end and speak. It looks at what happened on the way,
// not at the list of guards, so that a guard that was left out is found by what
// can then be done. How it walks, and why nothing is overlooked, is said at
// walk; what is required, at needs.
//
// It is pure and takes a few milliseconds. [Lint] is asked as well: a
// definition is put in force when neither has anything against it.
func Prove(d *Definition) Report {
	p := &prover{d: d, rep: Report{Process: d.Ref}}
	k := newWalk(d)
	base := k.with(watch{})
	p.rep.Explored += len(base.order)
	p.shape(base)
	p.clocks(k)
	p.custody(k)
	p.forms()
	p.needs(k)
	p.duties(k)
	p.cells()
	return p.rep
}

type prover struct {
	d   *Definition
	rep Report
	// by rule: the effects whose needs were proved, and what was not
	proved map[string][]string
	failed map[string]bool
}

// needs checks every requirement on every way to its effect. Walks are shared
// by the requirements that watch the same.
func (p *prover) needs(k *walk) {
	p.proved, p.failed = map[string][]string{}, map[string]bool{}
	byWatch := map[string][]need{}
	var order []string
	for _, n := range needs() {
		if !n.applies(p.d) {
			continue
		}
		if why := n.missing(p.d); why != "" {
			p.find(n.rule, "definition", "%s", why)
			p.failed[n.rule] = true
			continue
		}
		w := n.watched()
		if byWatch[w] == nil {
			order = append(order, w)
		}
		byWatch[w] = append(byWatch[w], n)
	}
	all := watches()
	for _, name := range order {
		n := k.with(all[name])
		p.rep.Explored += len(n.order)
		p.hold(n, byWatch[name], name)
	}
}

// hold checks the needs that share a walk. A need whose effect is out of reach
// in this walk because its guard never opens is kept; whether the effect exists
// at all is seen in the definition.
func (p *prover) hold(n *walk, list []need, name string) {
	wrong := make([]bool, len(list))
	n.each(func(s spot, h hop, after uint64) bool {
		for i, x := range list {
			if wrong[i] || !x.happens(h) || x.met(h, s.v, after) {
				continue
			}
			wrong[i] = true
			what := effects()[x.at]
			if what == "" {
				what = "the case comes to this"
			}
			p.find(x.rule, "transition "+h.t.Name, "%s although %s: %s", what, x.lack, n.path(s, h.t.Name))
			p.failed[x.rule] = true
		}
		return true
	})
	for i, x := range list {
		if !wrong[i] && x.there(p.d) && !slices.Contains(p.proved[x.rule], x.at) {
			p.proved[x.rule] = append(p.proved[x.rule], x.at)
		}
	}
}

// there reports whether the definition has the effect at all.
func (n need) there(d *Definition) bool {
	for i := range d.Transitions {
		t := &d.Transitions[i]
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
	return false
}

// cells fills the row of the table for this process.
func (p *prover) cells() {
	found := append(Lint(p.d), p.rep.Findings...)
	for i := 1; i <= lastRule; i++ {
		rule := fmt.Sprintf("S%d", i)
		c := Cell{Rule: rule}
		broken := slices.ContainsFunc(found, func(f Finding) bool { return f.Rule == rule })
		switch tests := platform()[rule]; {
		case broken:
			c.Kept, c.Note = MissingThere, p.against(found, rule)
		case len(p.proved[rule]) > 0 || slices.Contains(always(), rule):
			c.Kept, c.Note = Proved, p.said(rule)
		case tests != "":
			c.Kept, c.Note = ByPlatform, tests
		default:
			c.Kept, c.Note = NotNeeded, absent()[rule]
		}
		p.rep.Cells = append(p.rep.Cells, c)
	}
}

// lastRule is the number of the last safeguard.
const lastRule = 37

func (p *prover) against(found []Finding, rule string) string {
	for _, f := range found {
		if f.Rule == rule {
			return f.Where + ": " + f.Text
		}
	}
	return ""
}

// said names the effects before which a rule was proved.
func (p *prover) said(rule string) string {
	at := slices.Clone(p.proved[rule])
	if slices.Contains(always(), rule) {
		at = append(at, "every state")
	}
	for i, x := range at {
		at[i] = strings.TrimPrefix(strings.TrimPrefix(x, "into "), "act ")
	}
	return strings.Join(at, ", ")
}

// always lists the rules that are proved of every process by its shape.
func always() []string { return []string{"S20", "S22", "S24", "S33", "S34"} }

// platform names the tests that hold what the program does for every process.
func platform() map[string]string {
	return map[string]string{
		"S13": "process.TestS13GradeAndAssertion",
		"S17": "internal/casework.TestS17NoTransferNoCase",
		"S18": "internal/casework.TestS18ReadsAreFacts",
		"S19": "internal/rights.TestS19Rights",
		"S27": "process.TestCrossing",
		"S28": "internal/access.TestS28BlindRoles",
		"S35": "process.TestS35StrictestProfile",
	}
}

// absent says why a rule has nothing to ask of a process.
func absent() map[string]string {
	return map[string]string{
		"S2":  "nobody's liberty, body or good name is at stake",
		"S4":  "it names no persons",
		"S5":  "nobody is held or handed over",
		"S6":  "nothing is given and nobody is held",
		"S7":  "nothing is given that could lead to a death sentence",
		"S8":  "the law of this process does not ask for it",
		"S9":  "nobody is pursued",
		"S10": "nobody is handed over for one offence; what is given is bound to its purpose (S3) and its release (S16)",
		"S11": "no judgment is carried out",
		"S12": "nothing is given that concerns a person",
		"S14": "it asks for no special data and names no persons",
		"S16": "nothing is given that could become evidence",
		"S23": "it names no persons and takes no items",
		"S25": "nobody is held or handed over",
		"S26": "it has no emergency way",
		"S29": "a breach is told by the process incident",
		"S30": "abuse has consequences in the process corrective-measure",
		"S31": "nobody is listed or matched",
		"S32": "nobody is pursued",
		"S36": "nobody has to understand a decision about themselves",
		"S37": "nobody is returned",
	}
}
