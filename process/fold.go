package process

import (
	"bytes"
	"container/heap"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
)

// A Case is what a set of acts adds up to under a definition.
type Case struct {
	Def    *Definition
	Sides  map[string][]landbridge.PartyID
	State  string
	Before string // the state to go back to, while suspended
	Fields Values // the last value of each field, of applied acts
	Steps  []Step // applied acts in the order in which they were applied
	// Refused holds acts that are kept and shown but have no effect; Waiting
	// holds acts that follow some that are not here.
	Refused []NotApplied
	Waiting []NotApplied
	Meant   map[string]int // how often an applied act had this meaning

	did map[string][]landbridge.PartyID // of transitions that every party does
}

// A Step is one applied act.
type Step struct {
	Act   *Act
	State string    // after it
	At    time.Time // signed time, never before that of the acts it follows
	Part  bool      // every party of the side has to do it, and others had not yet
}

// A NotApplied is an act without effect, and why.
type NotApplied struct {
	Act     *Act
	Why     Reason
	Missing []landbridge.Digest // of a waiting act: what it follows that is not here
}

// New returns the case before its first act.
func New(d *Definition) *Case {
	return &Case{Def: d, State: d.start, Fields: Values{}, Meant: map[string]int{}, did: map[string][]landbridge.PartyID{}}
}

// Fold computes the case from the set of its acts. The order of acts and
// duplicates make no difference: two nodes that hold the same set see the same
// case.
//
// Acts are applied parents first. Where several could be next, the one whose
// transition stands first in "crossing" is taken, then the one whose party
// stands on the earlier side, then the one with the smaller id. What the
// definition does not allow when its turn comes is refused for ever, unless an
// act that arrives later belongs before it.
func Fold(d *Definition, acts []Act) *Case {
	g := newGraph(d, acts)
	c := New(d)
	for len(g.ready) > 0 {
		a := heap.Pop(&g.ready).(place).act
		at := g.time(a)
		if why := c.Check(a, nil); why != nil {
			c.Refused = append(c.Refused, NotApplied{Act: a, Why: g.crossed(c, a, *why)})
		} else {
			c.apply(a, at)
		}
		g.release(c, a)
	}
	c.Waiting = g.waiting()
	return c
}

// A graph is a set of acts by what they follow.
type graph struct {
	def      *Definition
	acts     map[landbridge.Digest]*Act
	children map[landbridge.Digest][]*Act
	open     map[landbridge.Digest]int // parents not yet applied
	ready    queue
	at       map[landbridge.Digest]time.Time
}

func newGraph(d *Definition, acts []Act) *graph {
	g := &graph{def: d, acts: make(map[landbridge.Digest]*Act, len(acts)), children: map[landbridge.Digest][]*Act{},
		open: make(map[landbridge.Digest]int, len(acts)), at: make(map[landbridge.Digest]time.Time, len(acts))}
	for i := range acts {
		g.acts[acts[i].ID] = &acts[i]
	}
	for _, a := range g.acts {
		g.open[a.ID] = len(parents(a))
		for _, p := range parents(a) {
			g.children[p] = append(g.children[p], a)
		}
		if g.open[a.ID] == 0 { // nothing is known of sides yet
			g.ready = append(g.ready, place{a, g.rank(a), len(d.Sides)})
		}
	}
	heap.Init(&g.ready)
	return g
}

// A place is an act that could be next, with what decides when.
type place struct {
	act        *Act
	rank, side int
}

// A queue yields the acts that could be next in their total order.
type queue []place

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	if a.side != b.side {
		return a.side < b.side
	}
	return bytes.Compare(a.act.ID[:], b.act.ID[:]) < 0
}
func (q *queue) Push(x any) { *q = append(*q, x.(place)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}

// parents returns the acts that a follows, each once.
func parents(a *Act) []landbridge.Digest {
	for i, p := range a.Parents {
		if slices.Contains(a.Parents[:i], p) {
			all := slices.Clone(a.Parents)
			slices.SortFunc(all, func(x, y landbridge.Digest) int { return bytes.Compare(x[:], y[:]) })
			return slices.Compact(all)
		}
	}
	return a.Parents
}

func (g *graph) rank(a *Act) int {
	if r, ok := g.def.rank[a.Transition]; ok {
		return r
	}
	return len(g.def.rank)
}

func (c *Case) sideRank(p landbridge.PartyID) int {
	for i, s := range c.Def.Sides {
		if slices.Contains(c.Sides[s.Name], p) {
			return i
		}
	}
	return len(c.Def.Sides)
}

// release makes ready what waited for a alone.
func (g *graph) release(c *Case, a *Act) {
	for _, child := range g.children[a.ID] {
		if g.open[child.ID]--; g.open[child.ID] == 0 {
			heap.Push(&g.ready, place{child, g.rank(child), c.sideRank(child.Party)})
		}
	}
}

// time returns when a happened, for clocks: when it was signed, but never
// before what it follows. A wrong clock at one side cannot turn time back.
func (g *graph) time(a *Act) time.Time {
	t := a.Time
	for _, p := range a.Parents {
		if at := g.at[p]; at.After(t) {
			t = at
		}
	}
	g.at[a.ID] = t
	return t
}

// waiting returns the acts that were never ready, by id, with what they lack.
func (g *graph) waiting() []NotApplied {
	var all []NotApplied
	for _, a := range g.acts {
		if g.open[a.ID] == 0 {
			continue
		}
		n := NotApplied{Act: a, Why: Reason{Rule: "order", Code: "waiting", Text: "it follows an act that has not arrived; it is kept and waits"}}
		for _, p := range parents(a) {
			if g.acts[p] == nil {
				n.Missing = append(n.Missing, p)
			}
		}
		slices.SortFunc(n.Missing, func(x, y landbridge.Digest) int { return bytes.Compare(x[:], y[:]) })
		all = append(all, n)
	}
	slices.SortFunc(all, func(x, y NotApplied) int { return bytes.Compare(x.Act.ID[:], y.Act.ID[:]) })
	return all
}

// crossed names the act that was in the way, when the refusal comes from the
// state and the author could not have known of it.
func (g *graph) crossed(c *Case, a *Act, why Reason) Reason {
	if why.Rule != "state" || len(c.Steps) == 0 {
		return why
	}
	known := map[landbridge.Digest]bool{}
	for queue := []*Act{a}; len(queue) > 0; queue = queue[1:] {
		for _, p := range queue[0].Parents {
			if !known[p] && g.acts[p] != nil {
				known[p] = true
				queue = append(queue, g.acts[p])
			}
		}
	}
	for i := len(c.Steps) - 1; i >= 0; i-- {
		s := c.Steps[i]
		if !known[s.Act.ID] && s.Act.Party != a.Party && c.Def.Transition(s.Act.Transition).To != Same {
			done := c.Def.Transition(s.Act.Transition).Done
			return Reason{Rule: "crossing", Code: "crossed", Args: []string{s.Act.Transition, string(s.Act.Party)},
				Text: fmt.Sprintf("it crossed an act of %s (%s), which goes before it", s.Act.Party, done)}
		}
	}
	return why
}

// Check says why the act may not be done in the case now, or nil. With local
// it also holds the act against what this side alone knows.
func (c *Case) Check(a *Act, local *Local) *Reason {
	t := c.Def.Transition(a.Transition)
	if t == nil {
		return &Reason{"form", "no_transition", []string{clip(a.Transition)}, "the process has no such act"}
	}
	q := question{c: c, a: a, t: t, l: local, by: a.Party}
	for _, check := range [...]func(question) *Reason{checkState, checkSide, checkRole, checkForm, checkApprovals, checkGuards} {
		if why := check(q); why != nil {
			return why
		}
	}
	return nil
}

func checkState(q question) *Reason {
	if q.c.allowed(q.t) {
		if len(q.a.Parents) > 0 != (q.c.State != q.c.Def.start) {
			return &Reason{"order", "no_parents", nil, "every act but the first names the acts it follows"}
		}
		return nil
	}
	s := q.c.Def.State(q.c.State)
	return &Reason{"state", "state", []string{s.Name}, fmt.Sprintf("the case is %q, and this is done from another state", s.Label)}
}

// allowed reports whether the transition may be done in the present state.
func (c *Case) allowed(t *Transition) bool {
	s := c.Def.State(c.State)
	for _, f := range t.From {
		if f == s.Name || f == AnyState && s.Kind != Start || f == LiveStates && s.Kind == Live || f == EndStates && s.Kind == End {
			return true
		}
	}
	return false
}

// SideOf returns the side a party is on, or "".
func (c *Case) SideOf(p landbridge.PartyID) string {
	for _, s := range c.Def.Sides {
		if slices.Contains(c.Sides[s.Name], p) {
			return s.Name
		}
	}
	return ""
}

func checkSide(q question) *Reason {
	if q.c.State == q.c.Def.start {
		return checkSides(q)
	}
	side := q.c.SideOf(q.a.Party)
	switch {
	case side == "":
		return &Reason{"side", "no_side", []string{string(q.a.Party)}, "its author's party is no side of this case"}
	case q.t.Side != Each && q.t.Side != side:
		return &Reason{"side", "side", []string{q.t.Side}, "this act belongs to the other side"}
	case q.t.Every && slices.Contains(q.c.did[q.t.Name], q.a.Party):
		return &Reason{"state", "done_already", nil, "this party has done it already"}
	case q.a.Sides != nil:
		return &Reason{"form", "sides_set", nil, "who takes which side is said in the first act alone"}
	}
	return nil
}

// checkSides checks who takes which side, as the opening act says it.
func checkSides(q question) *Reason {
	bad := &Reason{"form", "sides", nil, "the first act says which parties take which side, each party once"}
	seen := map[landbridge.PartyID]bool{}
	if len(q.a.Sides) != len(q.c.Def.Sides) {
		return bad
	}
	for _, s := range q.c.Def.Sides {
		parties := q.a.Sides[s.Name]
		if len(parties) < s.Least || len(parties) > s.Parties {
			return bad
		}
		for _, p := range parties {
			if _, err := landbridge.ParsePartyID(string(p)); err != nil || seen[p] {
				return bad
			}
			seen[p] = true
		}
	}
	if !slices.Contains(q.a.Sides[q.c.Def.Opens], q.a.Party) {
		return &Reason{"side", "opens", []string{q.c.Def.Opens}, "a case is opened by a party of the side that opens it"}
	}
	return nil
}

func checkRole(q question) *Reason {
	if !slices.Contains(q.t.By, q.a.Role) {
		return &Reason{"role", "role", []string{RoleList(q.t.By)}, fmt.Sprintf("this is done by %s", RoleList(q.t.By))}
	}
	if q.a.Role == landbridge.System { // S24: the system does what a clock or receipt calls for, and nothing else
		return nil
	}
	if q.a.Person == "" {
		return &Reason{"S24", "no_person", nil, "an act is done by a person, whose pseudonym it carries"}
	}
	return nil
}

func checkForm(q question) *Reason {
	if err := q.a.Fields.bounded(); err != nil {
		return &Reason{"form", "bounds", nil, err.Error()}
	}
	for _, p := range q.c.Def.CheckFields(q.t, q.c.Fields, q.a.Fields, nil) {
		return &Reason{"form", "field", []string{p.Field, p.Code}, p.Field + ": " + p.Text}
	}
	for _, n := range q.t.Needs {
		switch {
		case n == NeedGround && q.c.Def.Ground(q.a.Ground) == nil:
			return &Reason{"form", "ground", nil, "it needs one of the grounds of this process"}
		case n == NeedReason && !saysSomething(q.a.Reason):
			return &Reason{"form", "reason", nil, "it needs a reason in words"}
		case n == NeedFiles && q.a.Files == 0:
			return &Reason{"form", "files", nil, "it needs at least one file"}
		}
	}
	if q.a.Ground != "" && !q.t.NeedsIt(NeedGround) || len(q.a.Reason) > maxReason {
		return &Reason{"form", "ground_extra", nil, "a ground stands in acts that ask for one, and a reason is not longer than a page"}
	}
	if limit := q.c.Def.Limits.Files; limit > 0 && q.a.Files > limit {
		return &Reason{"S4", "files_bounded", []string{fmt.Sprint(limit)}, fmt.Sprintf("one act carries at most %d files", limit)}
	}
	return nil
}

// maxReason bounds the reason of an act, in bytes.
const maxReason = 8000

func saysSomething(s string) bool { return len(bytes.TrimSpace([]byte(s))) >= 3 }

// implied holds what an act's meaning asks for, whatever guards it lists: only
// an open objection can be settled, as one settled in advance would silence the
// next; and not by the party that opened the case (S1).
func implied(q question) *Reason {
	switch {
	case q.t.Means != ObjectionSettled:
		return nil
	case q.c.openObjections() <= 0:
		return &Reason{"S1", "objection_open", nil, "no objection is open that could be settled"}
	case q.c.Steps[0].Act.Party == q.by:
		return &Reason{"S1", "own_case", nil, "an objection is settled by another party than the one that opened the case"}
	}
	return nil
}

func checkGuards(q question) *Reason {
	if why := implied(q); why != nil {
		return why
	}
	for _, name := range q.t.Guards {
		if g, ok := guardNamed(name); !ok || !g.holds(q) {
			return g.reason()
		}
	}
	if q.a.Role == landbridge.System {
		return q.c.checkClock(q.t, q.a.Time)
	}
	return nil
}

// Failing returns every guard of the act that does not hold, whatever else may
// be wrong with it: what a safeguard stops is said first.
func (c *Case) Failing(a *Act, local *Local) []Reason {
	t := c.Def.Transition(a.Transition)
	if t == nil {
		return nil
	}
	var all []Reason
	q := question{c: c, a: a, t: t, l: local, by: a.Party}
	for _, name := range t.Guards {
		if g, ok := guardNamed(name); ok && !g.holds(q) {
			all = append(all, *g.reason())
		}
	}
	return all
}

// apply changes the case by an act that was checked.
func (c *Case) apply(a *Act, at time.Time) {
	t := c.Def.Transition(a.Transition)
	if c.State == c.Def.start {
		c.Sides = a.Sides
	}
	for name, v := range a.Fields {
		if !v.IsZero() {
			c.Fields[name] = v
		}
	}
	part := false
	if t.Every {
		c.did[t.Name] = append(c.did[t.Name], a.Party)
		if part = !c.everyone(t); !part && t.To == Same {
			delete(c.did, t.Name)
		}
	}
	if !part {
		c.move(t.To)
		if t.Means != "" {
			c.Meant[t.Means]++
		}
	}
	c.Steps = append(c.Steps, Step{Act: a, State: c.State, At: at, Part: part})
}

// move changes the state. Who has done what every party does is counted anew
// in each state that is entered, so that a signature under an old text does
// not stand under a new one; a suspension in between leaves the count alone.
func (c *Case) move(to string) {
	switch to {
	case Same:
	case Back:
		c.State, c.Before = c.Before, ""
	default:
		if c.Def.State(to).Kind == Suspended && c.Def.State(c.State).Kind != Suspended {
			c.Before = c.State
		} else {
			clear(c.did)
		}
		c.State = to
	}
}

// everyone reports whether every party that has to do the transition did.
func (c *Case) everyone(t *Transition) bool {
	for _, s := range c.Def.Sides {
		if t.Side != Each && t.Side != s.Name {
			continue
		}
		for _, p := range c.Sides[s.Name] {
			if !slices.Contains(c.did[t.Name], p) {
				return false
			}
		}
	}
	return true
}
