package process

import (
	"fmt"
	"slices"
	"time"

	"landbridge.example"
)

// A Running clock is a clock that was started in a case, at a given time.
type Running struct {
	Clock   *Clock
	Status  ClockStatus
	Started time.Time
	Due     time.Time // moves on while the clock is paused
	Ended   time.Time // when it was stopped; zero while it runs
	Left    time.Duration
	Share   float64 // of its time used, 0 to 1
}

// A ClockStatus says what a clock does now.
type ClockStatus string

// The statuses.
const (
	ClockRunning ClockStatus = "running"
	ClockPaused  ClockStatus = "paused"
	ClockStopped ClockStatus = "stopped" // in time
	ClockLate    ClockStatus = "late"    // stopped, but after it had run out
	ClockOverdue ClockStatus = "overdue" // still running, and out of time
)

// Clocks computes every clock that was started, from the applied acts alone,
// in the order of the definition.
func (c *Case) Clocks(now time.Time) []Running {
	var all []Running
	for i := range c.Def.Clocks {
		k := &c.Def.Clocks[i]
		if !c.met(k.When, c.Fields) {
			continue
		}
		if r, ok := c.run(k, now); ok {
			all = append(all, r)
		}
	}
	return all
}

// met reports whether all conditions hold for the fields.
func (c *Case) met(when map[string][]string, fields Values) bool {
	for name, want := range when {
		if !fields[name].has(want) {
			return false
		}
	}
	return true
}

// run follows one clock through the steps of the case.
func (c *Case) run(k *Clock, now time.Time) (r Running, ok bool) {
	r.Clock = k
	var paused time.Duration
	var since time.Time // start of the pause that is on
	for _, s := range c.Steps {
		starts := !s.Part && slices.Contains(k.Starts, s.Act.Transition)
		stops := !s.Part && slices.Contains(k.Stops, s.Act.Transition)
		if starts && (!ok || stops || !r.Ended.IsZero()) { // what both starts and stops begins anew
			ok, r.Started, r.Ended, paused, since = true, k.begins(s), time.Time{}, 0, time.Time{}
		}
		if !ok || !r.Ended.IsZero() {
			continue
		}
		rests := slices.Contains(k.PausesIn, s.State)
		switch {
		case rests && since.IsZero():
			since = s.At
		case !rests && !since.IsZero():
			paused, since = paused+s.At.Sub(since), time.Time{}
		}
		if stops && !starts || c.Def.State(s.State).Kind == End {
			if !since.IsZero() {
				paused, since = paused+s.At.Sub(since), time.Time{}
			}
			r.Ended = s.At
		}
	}
	if !ok {
		return r, false
	}
	at := now
	if !r.Ended.IsZero() {
		at = r.Ended
	}
	if !since.IsZero() && at.After(since) {
		paused += at.Sub(since)
	}
	r.Due = k.For.After(r.Started).Add(paused)
	if stated, ok := c.stated(k, r.Started); ok && stated.Before(r.Due) {
		r.Due = stated
	}
	r.judge(at, paused, !since.IsZero())
	return r, true
}

// begins returns when a clock starts that the step starts: at the act, or at
// the time the act itself says, if that is earlier. Nobody gains time by acting
// late, and nobody loses it to a time that has not come.
func (k *Clock) begins(s Step) time.Time {
	if k.Since != "" {
		if said, err := ParseTime(s.Act.Fields[k.Since].Text); err == nil && said.Before(s.At) {
			return said
		}
	}
	return s.At
}

// stated returns the end that a field of the case sets to a clock: the day an
// order names, the time agreed. A day counts to its end, and no pause moves it.
func (c *Case) stated(k *Clock, started time.Time) (time.Time, bool) {
	if k.Until == "" {
		return time.Time{}, false
	}
	text := c.Fields[k.Until].Text
	switch c.Def.Field(k.Until).Type {
	case SpanType:
		sp, err := ParseSpan(text)
		return sp.After(started), err == nil
	case DateType:
		day, err := ParseTime(text)
		return day.AddDate(0, 0, 1), err == nil
	}
	at, err := ParseTime(text)
	return at, err == nil
}

func (r *Running) judge(at time.Time, paused time.Duration, resting bool) {
	r.Left = r.Due.Sub(at)
	if whole := r.Due.Sub(r.Started) - paused; whole > 0 {
		r.Share = min(1, max(0, 1-float64(r.Left)/float64(whole)))
	}
	switch late := r.Left < 0; {
	case !r.Ended.IsZero() && late:
		r.Status = ClockLate
	case !r.Ended.IsZero():
		r.Status = ClockStopped
	case late:
		r.Status = ClockOverdue
	case resting:
		r.Status = ClockPaused
	default:
		r.Status = ClockRunning
	}
}

// checkClock lets the system act only when a clock that calls for it has run
// out; acts that no clock calls for, such as receiving, are free.
func (c *Case) checkClock(t *Transition, at time.Time) *Reason {
	called := false
	for i := range c.Def.Clocks {
		k := &c.Def.Clocks[i]
		if k.Do != t.Name {
			continue
		}
		called = true
		if r, ok := c.run(k, at); ok && c.met(k.When, c.Fields) && r.Ended.IsZero() && r.Left <= 0 {
			return nil
		}
	}
	if called {
		return &Reason{"clock", "not_due", nil, "the clock that calls for this has not run out"}
	}
	return nil
}

// A Viewer is someone who may want to act.
type Viewer struct {
	Party  landbridge.PartyID
	Roles  []landbridge.Role
	Person string
}

// A Move is one act of the viewer's side, with the reasons why it is not
// open to the viewer; without any, it is.
type Move struct {
	Transition *Transition
	Why        []Reason
}

// Moves lists the acts of the viewer's side, in the order of the definition.
// What only the filled form can tell is judged by [Case.Check].
func (c *Case) Moves(v Viewer, local *Local) []Move {
	side := c.SideOf(v.Party)
	var all []Move
	for i := range c.Def.Transitions {
		t := &c.Def.Transitions[i]
		if t.Side != side && t.Side != Each || side == "" || t.Auto() {
			continue
		}
		m := Move{Transition: t}
		q := question{c: c, t: t, l: local, by: v.Party}
		if !c.allowed(t) {
			m.Why = append(m.Why, c.whyState(t))
		}
		if !slices.ContainsFunc(v.Roles, func(r landbridge.Role) bool { return slices.Contains(t.By, r) }) {
			m.Why = append(m.Why, Reason{"role", "role", []string{RoleList(t.By)}, fmt.Sprintf("this is done by %s", RoleList(t.By))})
		}
		if t.Every && slices.Contains(c.did[t.Name], v.Party) {
			m.Why = append(m.Why, Reason{"state", "done_already", nil, "your side has done it already"})
		}
		if why := implied(q); why != nil {
			m.Why = append(m.Why, *why)
		}
		for _, name := range t.Guards {
			if g, ok := guardNamed(name); ok && !g.needsAct && !g.asksFor(c.Def, t) && !g.holds(q) {
				m.Why = append(m.Why, *g.reason())
			}
		}
		all = append(all, m)
	}
	return all
}

// whyState says from which states the act is done.
func (c *Case) whyState(t *Transition) Reason {
	var names []string
	list := ""
	for _, s := range c.Def.froms(t) {
		names = append(names, s)
		if list != "" {
			list += ", "
		}
		list += c.Def.State(s).Label
	}
	return Reason{"state", "from", names, "this is done when the case is: " + list}
}
