package process

import (
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

// Words with a meaning of their own in transitions.
const (
	Same       = "same" // the state stays
	Back       = "back" // the state before the suspension
	AnyState   = "any"  // every state but the start
	LiveStates = "live" // every state of kind live
	EndStates  = "end"  // every state of kind end
	Each       = "each" // whichever side does it

	NeedGround = "ground"
	NeedReason = "reason"
	NeedFiles  = "files"
)

// What a transition may mean to the engine and to Lint.
const (
	Withdrawal        = "withdrawal"
	Suspension        = "suspension"
	Refusal           = "refusal"
	Outcome           = "outcome"
	Exculpatory       = "exculpatory"
	AssuranceGiven    = "assurance_given"
	AssuranceAccepted = "assurance_accepted"
	ReleaseAsked      = "release_asked"
	ReleaseGranted    = "release_granted"
	ReleaseRefused    = "release_refused"
	Liberation        = "liberation"         // ends a coercive state
	Objection         = "objection"          // a side objects on the ground of neutrality (S1)
	ObjectionSettled  = "objection_settled"  // people settled one objection
	RightsReview      = "rights_review"      // persons outside the chain looked at rights (S2)
	PersonInformed    = "person_informed"    // the person was told (S25)
	AfterReview       = "after_review"       // the use of the emergency way was looked at (S26)
	SpecialtyAsked    = "specialty_asked"    // consent to another offence was asked for (S10)
	SpecialtyGranted  = "specialty_granted"  //
	SpecialtyRefused  = "specialty_refused"  //
	AssuranceBreached = "assurance_breached" // an assurance was not kept (S7)
	Correction        = "correction"         // what was given was wrong, and this is right (S13)
	Acknowledged      = "acknowledged"       // a party says that it has withdrawn, erased or corrected (S27)
)

// Outcomes of states that mean something to the rules.
const (
	Answered    = "answered"    // information was given
	Refused     = "refused"     //
	Withdrawn   = "withdrawn"   //
	Expired     = "expired"     //
	Released    = "released"    // no longer held, frozen or published
	HandedOn    = "handed_on"   // it goes on in another case, with a title of its own
	Surrendered = "surrendered" // a person was handed over
	Given       = "given"       // information or evidence was handed over
)

func meanings() []string {
	return []string{"", Withdrawal, Suspension, Refusal, Outcome, Exculpatory, AssuranceGiven, AssuranceAccepted,
		ReleaseAsked, ReleaseGranted, ReleaseRefused, Liberation, Objection, ObjectionSettled, RightsReview, PersonInformed,
		AfterReview, SpecialtyAsked, SpecialtyGranted, SpecialtyRefused, AssuranceBreached, Correction, Acknowledged}
}

func (d *Definition) loadFields() error {
	for i := range d.Fields {
		f := &d.Fields[i]
		where := "field " + f.Name
		if !slices.Contains(Types(), f.Type) {
			return fmt.Errorf("%s: there is no type %q", where, clip(string(f.Type)))
		}
		if err := label(where, f.Label); err != nil {
			return err
		}
		if len(f.Help) > maxLabel || len(f.Example) > maxLabel || len(f.Unit) > maxLabel || len(f.Law) > maxLabel {
			return fmt.Errorf("%s: a text is longer than %d bytes", where, maxLabel)
		}
		enum := f.Type == EnumType || f.Type == EnumsType
		if enum != (len(f.Options) > 0) || len(f.Options) > maxOptions {
			return fmt.Errorf("%s: an enum has 1 to %d options, and nothing else has any", where, maxOptions)
		}
		codes := map[string]bool{}
		for _, o := range f.Options {
			if !landbridge.ValidName(o.Code, maxName) || codes[o.Code] || o.Code == Unset || label(where, o.Label) != nil {
				return fmt.Errorf("%s: each option has a plain code of its own and a label", where)
			}
			codes[o.Code] = true
		}
		if f.Many < 0 || f.Many > MaxRows || f.Many > 0 && !f.Type.Compound() {
			return fmt.Errorf("%s: many is a number up to %d, for fields with parts", where, MaxRows)
		}
		if f.Max < 0 || f.Max > MaxValueText {
			return fmt.Errorf("%s: max is a number of characters up to %d", where, MaxValueText)
		}
		if err := d.conditions(where, f.When); err != nil {
			return err
		}
	}
	return nil
}

// conditions checks the keys and values of a "when".
func (d *Definition) conditions(where string, when map[string][]string) error {
	for name, values := range when {
		i, ok := d.fields[name]
		if !ok || len(values) == 0 {
			return fmt.Errorf("%s: when: there is no field %q, or no value for it", where, clip(name))
		}
		f := &d.Fields[i]
		if len(f.When) > 0 && strings.HasPrefix(where, "field ") {
			return fmt.Errorf("%s: when: %s has a condition itself; conditions are not stacked", where, name)
		}
		for _, v := range values {
			known := v == Unset || f.Type == BoolType && (v == Yes || v == No) ||
				slices.ContainsFunc(f.Options, func(o Option) bool { return o.Code == v })
			if !known {
				return fmt.Errorf("%s: when: %s never has the value %q", where, name, clip(v))
			}
		}
	}
	return nil
}

func (d *Definition) loadTransitions() error {
	for i := range d.Transitions {
		t := &d.Transitions[i]
		where := "transition " + t.Name
		if err := first([]error{label(where, t.Label), label(where+" (done)", t.Done), roles(where, t.By), d.loadMove(where, t)}); err != nil {
			return err
		}
		if len(t.Effect) > maxLabel || len(t.Law) > maxLabel {
			return fmt.Errorf("%s: a text is longer than %d bytes", where, maxLabel)
		}
		for _, a := range t.Approvals {
			if err := roles(where+": approvals", Roles(a)); err != nil {
				return err
			}
		}
		asked := map[string]bool{}
		for _, name := range t.Asks {
			if _, ok := d.fields[name]; !ok || asked[name] {
				return fmt.Errorf("%s: asks: there is no field %q, or it is asked twice", where, clip(name))
			}
			asked[name] = true
		}
		for _, n := range t.Needs {
			if n != NeedGround && n != NeedReason && n != NeedFiles {
				return fmt.Errorf("%s: needs: %q is not ground, reason or files", where, clip(n))
			}
		}
		for _, g := range t.Guards {
			if _, ok := guardNamed(g); !ok {
				return fmt.Errorf("%s: there is no guard %q in this release; the file may be newer than the program", where, clip(g))
			}
		}
		if !slices.Contains(meanings(), t.Means) {
			return fmt.Errorf("%s: means: %q means nothing here", where, clip(t.Means))
		}
	}
	return nil
}

// loadMove checks from, to and side.
func (d *Definition) loadMove(where string, t *Transition) error {
	if _, ok := d.sides[t.Side]; !ok && t.Side != Each {
		return fmt.Errorf("%s: there is no side %q", where, clip(t.Side))
	}
	if _, ok := d.states[t.To]; !ok && t.To != Same && t.To != Back {
		return fmt.Errorf("%s: to: there is no state %q", where, clip(t.To))
	}
	if len(t.From) == 0 {
		return fmt.Errorf("%s: from names no state", where)
	}
	for _, s := range t.From {
		if _, ok := d.states[s]; !ok && s != AnyState && s != LiveStates && s != EndStates {
			return fmt.Errorf("%s: from: there is no state %q", where, clip(s))
		}
	}
	if d.States[d.states[d.start]].Name == t.To {
		return fmt.Errorf("%s: nothing leads back to the start", where)
	}
	from := d.froms(t)
	opening := slices.Contains(from, d.start)
	if opening && (len(from) > 1 || t.Side != d.Opens || t.To == Same || t.To == Back) {
		return fmt.Errorf("%s: what opens a case leads from the start alone, is done by the side that opens, and leads somewhere", where)
	}
	if t.To == Back && slices.ContainsFunc(from, func(s string) bool { return d.States[d.states[s]].Kind != Suspended }) {
		return fmt.Errorf("%s: back leads from a suspended state only", where)
	}
	return nil
}

// froms returns the states a transition may be done in, with the words written out.
func (d *Definition) froms(t *Transition) []string {
	var all []string
	for _, s := range d.States {
		if slices.ContainsFunc(t.From, func(f string) bool {
			return f == s.Name || f == AnyState && s.Kind != Start || f == LiveStates && s.Kind == Live || f == EndStates && s.Kind == End
		}) {
			all = append(all, s.Name)
		}
	}
	return all
}

// Roles reads an entry of approvals, such as "supervisor|judge".
func Roles(s string) []landbridge.Role {
	var all []landbridge.Role
	for r := range strings.SplitSeq(s, "|") {
		all = append(all, landbridge.Role(r))
	}
	return all
}

func (d *Definition) loadCrossing() error {
	d.rank = map[string]int{}
	for i, name := range d.Crossing {
		if _, ok := d.transitions[name]; !ok {
			return fmt.Errorf("crossing: there is no transition %q", clip(name))
		}
		if _, twice := d.rank[name]; twice {
			return fmt.Errorf("crossing: %s stands twice", name)
		}
		d.rank[name] = i
	}
	return nil
}

func (d *Definition) loadClocks() error {
	for i := range d.Clocks {
		c := &d.Clocks[i]
		where := "clock " + c.Name
		if err := first([]error{label(where, c.Label), label(where+" (source)", c.Source), d.conditions(where, c.When)}); err != nil {
			return err
		}
		if c.For.N == 0 || len(c.Starts) == 0 {
			return fmt.Errorf("%s: says how long it runs (for) and what starts it", where)
		}
		if c.Force != "legal" && c.Force != "policy" {
			return fmt.Errorf("%s: force is legal or policy", where)
		}
		if err := confidence(where, c.Confidence); err != nil {
			return err
		}
		if _, ok := d.sides[c.Side]; !ok {
			return fmt.Errorf("%s: there is no side %q", where, clip(c.Side))
		}
		for _, name := range append(slices.Clone(c.Starts), c.Stops...) {
			if _, ok := d.transitions[name]; !ok {
				return fmt.Errorf("%s: there is no transition %q", where, clip(name))
			}
		}
		if err := d.loadStated(where, c); err != nil {
			return err
		}
		for _, s := range c.PausesIn {
			if _, ok := d.states[s]; !ok {
				return fmt.Errorf("%s: there is no state %q", where, clip(s))
			}
		}
		if err := d.loadExpiry(where, c); err != nil {
			return err
		}
	}
	return nil
}

// loadStated checks a clock that runs from a time somebody states, or to one.
// The first may tell, never act: nobody ends a case by stating an early time.
func (d *Definition) loadStated(where string, c *Clock) error {
	if i, ok := d.fields[c.Until]; c.Until != "" && (!ok || !slices.Contains([]Type{DateType, DatetimeType, SpanType}, d.Fields[i].Type)) {
		return fmt.Errorf("%s: until: there is no date, time or span called %q", where, clip(c.Until))
	}
	if c.Since == "" {
		return nil
	}
	i, ok := d.fields[c.Since]
	if !ok || d.Fields[i].Type != DateType && d.Fields[i].Type != DatetimeType {
		return fmt.Errorf("%s: since: there is no date or time called %q", where, clip(c.Since))
	}
	if c.Do != "" {
		return fmt.Errorf("%s: since: a clock that runs from a stated time tells; it has no do", where)
	}
	if slices.ContainsFunc(c.Starts, func(name string) bool { return !slices.Contains(d.Transitions[d.transitions[name]].Asks, c.Since) }) {
		return fmt.Errorf("%s: since: everything that starts it asks for %s", where, c.Since)
	}
	return nil
}

// loadExpiry checks what a clock does when it runs out.
func (d *Definition) loadExpiry(where string, c *Clock) error {
	for _, list := range [][]landbridge.Role{c.Notify, c.Escalate} {
		if len(list) > 0 {
			if err := roles(where, list); err != nil {
				return err
			}
		}
	}
	if c.Do == "" {
		return nil
	}
	i, ok := d.transitions[c.Do]
	if !ok {
		return fmt.Errorf("%s: do: there is no transition %q", where, clip(c.Do))
	}
	if t := &d.Transitions[i]; !slices.Contains(t.By, landbridge.System) || t.Side == Each {
		return fmt.Errorf("%s: do: %s is not an act of one side's system", where, c.Do)
	}
	return nil
}

func confidence(where string, c Confidence) error {
	if c != Read && c != Memory && c != Design {
		return fmt.Errorf("%s: confidence is read, memory or default", where)
	}
	return nil
}

func (d *Definition) loadRest() error {
	for _, g := range d.Grounds {
		where := "ground " + g.Code
		if err := first([]error{label(where, g.Label), label(where+" (source)", g.Source), confidence(where, g.Confidence)}); err != nil {
			return err
		}
	}
	for _, s := range d.Law {
		if err := first([]error{label("law", s.Instrument), confidence("law "+s.Instrument, s.Confidence)}); err != nil {
			return err
		}
	}
	for _, a := range d.Assurances {
		if _, ok := guardNamed(a.Opens); !ok || label("assurance "+a.Code, a.Text) != nil {
			return fmt.Errorf("assurance %s: says its words and which guard it opens", clip(a.Code))
		}
	}
	for _, r := range d.Retention {
		if _, ok := d.sides[r.Side]; !ok || r.Review.N == 0 || r.Stop.N == 0 {
			return fmt.Errorf("retention: each line has a side, a review and a stop")
		}
		if err := confidence("retention", r.Confidence); err != nil {
			return err
		}
	}
	for _, s := range d.Public.Counts {
		if _, ok := d.states[s]; !ok {
			return fmt.Errorf("public: there is no state %q", clip(s))
		}
	}
	l := d.Limits
	if l.Persons < 1 || l.Files < 0 || l.FileBytes < 0 || l.Files > MaxRows {
		return fmt.Errorf("limits: persons is at least 1; files and file_bytes are not negative")
	}
	return nil
}

// Start returns the state before the first act.
func (d *Definition) Start() string { return d.start }

// State returns the state called name, or nil.
func (d *Definition) State(name string) *State {
	if i, ok := d.states[name]; ok {
		return &d.States[i]
	}
	return nil
}

// Transition returns the transition called name, or nil.
func (d *Definition) Transition(name string) *Transition {
	if i, ok := d.transitions[name]; ok {
		return &d.Transitions[i]
	}
	return nil
}

// Field returns the field called name, or nil.
func (d *Definition) Field(name string) *Field {
	if i, ok := d.fields[name]; ok {
		return &d.Fields[i]
	}
	return nil
}

// Clock returns the clock called name, or nil.
func (d *Definition) Clock(name string) *Clock {
	if i, ok := d.clocks[name]; ok {
		return &d.Clocks[i]
	}
	return nil
}

// Ground returns the ground with the code, or nil.
func (d *Definition) Ground(code string) *Ground {
	if i, ok := d.grounds[code]; ok {
		return &d.Grounds[i]
	}
	return nil
}

// Side returns the side called name, or nil.
func (d *Definition) Side(name string) *Side {
	if i, ok := d.sides[name]; ok {
		return &d.Sides[i]
	}
	return nil
}

// Opening returns the transitions that open a case.
func (d *Definition) Opening() []*Transition {
	var all []*Transition
	for i := range d.Transitions {
		if slices.Contains(d.Transitions[i].From, d.start) {
			all = append(all, &d.Transitions[i])
		}
	}
	return all
}

// Kept returns how long a side keeps a case after it ended, or nil.
func (d *Definition) Kept(side string) *Retention {
	for i := range d.Retention {
		if d.Retention[i].Side == side {
			return &d.Retention[i]
		}
	}
	return nil
}

// Needs reports whether the transition needs what, such as NeedReason.
func (t *Transition) NeedsIt(what string) bool { return slices.Contains(t.Needs, what) }

// Auto reports whether the node itself does it.
func (t *Transition) Auto() bool { return slices.Contains(t.By, landbridge.System) }
