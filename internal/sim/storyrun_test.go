package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/sim"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

func decodeYAML(text []byte, v any) error { return yaml.Unmarshal(text, v) }

// arrive is how long a story waits after each act, so that it is everywhere.
const arrive = 2 * time.Second

// A telling is a story under way.
type telling struct {
	*story
	t  *testing.T
	w  *sim.World
	p  *sim.Play
	id landbridge.CaseID
}

func (s *story) run(t *testing.T, w *sim.World) {
	t.Helper()
	tell := &telling{story: s, t: t, w: w, p: w.Begin()}
	for _, l := range s.lines {
		if err := tell.line(l.words); err != nil {
			t.Errorf("%s:%d: %s: %v", s.name, l.number, strings.Join(l.words, " "), err)
			return
		}
	}
	for _, b := range tell.p.CheckCase(t.Context(), tell.id) {
		t.Errorf("%s: %s", s.name, b)
	}
}

// line does what one line says.
func (s *telling) line(words []string) error {
	switch words[0] {
	case "wait":
		return s.wait(words[1:])
	case "state", "outcome":
		return s.state(words[0], words[1:])
	case "clock":
		return s.clock(words[1:])
	case "open", "closed":
		return s.move(words[0] == "open", words[1:])
	case "down", "up":
		return s.power(words[0] == "up", words[1:])
	}
	if len(words) < 3 {
		return fmt.Errorf("a story does not say %q", words[0])
	}
	return s.act(words)
}

func (s *telling) side(party string) (*sim.Side, error) {
	side := s.w.Sides[landbridge.PartyID(party)]
	if side == nil {
		return nil, fmt.Errorf("there is no party %q in this story", party)
	}
	return side, nil
}

// person finds who a line means: "judge" is the first who holds the role,
// "judge2" the second.
func person(s *sim.Side, who string) (staff.Person, error) {
	role := strings.TrimRight(who, "0123456789")
	n := 1
	if who != role {
		if _, err := fmt.Sscan(who[len(role):], &n); err != nil {
			return staff.Person{}, err
		}
	}
	var not []string
	for {
		p, err := s.Holder(landbridge.Role(role), not...)
		if n--; err != nil || n == 0 {
			return p, err
		}
		not = append(not, p.Pseudonym)
	}
}

// wait sets every clock forward, and lets the nodes do what is due then.
func (s *telling) wait(words []string) error {
	if len(words) != 1 {
		return fmt.Errorf("say how long, such as 40d")
	}
	span, err := process.ParseSpan(words[0])
	if err != nil {
		return err
	}
	now := s.w.Now()
	s.w.Jump(span.After(now).Sub(now))
	s.w.Rest(time.Minute)
	return nil
}

func (s *telling) power(up bool, words []string) error {
	for _, w := range words {
		side, err := s.side(w)
		if err != nil {
			return err
		}
		if up {
			side.Start()
		} else {
			side.Kill()
		}
	}
	if up {
		s.w.Rest(30 * time.Minute) // who called in vain calls again
	}
	return nil
}

// view reads the case as an overseer of the party sees it.
func (s *telling) view(side *sim.Side) (*casework.CaseView, error) {
	p, err := side.Holder(landbridge.Oversight)
	if err != nil {
		return nil, err
	}
	return side.Node.Casework.Case(s.t.Context(), p, casework.Reading{Case: s.id, Purpose: handling.Lawfulness})
}

// at returns the sides a line speaks of: those after "at", or all of the case.
func (s *telling) at(words []string) (rest []string, sides []*sim.Side, err error) {
	var names []string
	if i := slices.Index(words, "at"); i >= 0 && i+2 == len(words) {
		names, words = strings.Split(words[i+1], ","), words[:i]
	} else {
		for _, parties := range s.sides {
			for _, p := range parties {
				names = append(names, string(p))
			}
		}
	}
	slices.Sort(names)
	for _, n := range names {
		side, err := s.side(n)
		if err != nil {
			return nil, nil, err
		}
		sides = append(sides, side)
	}
	return words, sides, nil
}

func (s *telling) state(what string, words []string) error {
	words, sides, err := s.at(words)
	if err != nil || len(words) != 1 {
		return fmt.Errorf("say one %s, and at whom: %v", what, err)
	}
	for _, side := range sides {
		v, err := s.view(side)
		if err != nil {
			return fmt.Errorf("%s: %w", side.Party, err)
		}
		if have := map[string]string{"state": v.State, "outcome": v.Outcome}[what]; have != words[0] {
			return fmt.Errorf("at %s it is %q", side.Party, have)
		}
	}
	return nil
}

func (s *telling) clock(words []string) error {
	words, sides, err := s.at(words)
	if err != nil || len(words) != 2 {
		return fmt.Errorf("say the clock, how it stands, and at whom: %v", err)
	}
	for _, side := range sides {
		v, err := s.view(side)
		if err != nil {
			return err
		}
		have := "not started"
		for _, c := range v.Clocks {
			if c.Name == words[0] {
				have = c.Status
			}
		}
		if have != words[1] {
			return fmt.Errorf("at %s it is %s", side.Party, have)
		}
	}
	return nil
}

// move checks that an act is shown as open, or as closed for a reason.
func (s *telling) move(open bool, words []string) error {
	if len(words) < 3 {
		return fmt.Errorf("say the party, the role and the act")
	}
	side, err := s.side(words[0])
	if err != nil {
		return err
	}
	p, err := person(side, words[1])
	if err != nil {
		return err
	}
	v, err := side.Node.Casework.Case(s.t.Context(), p, casework.Reading{Case: s.id, Purpose: purposeOf(p)})
	if err != nil {
		return err
	}
	for _, o := range v.Open {
		if o.Transition.Name == words[2] {
			if !open {
				return fmt.Errorf("it is open")
			}
			return nil
		}
	}
	for _, o := range v.Closed {
		if o.Transition.Name != words[2] {
			continue
		}
		var why []string
		for _, r := range o.Why {
			why = append(why, r.Rule+"."+strings.TrimPrefix(r.Text.Key, "process.why."))
		}
		if open {
			return fmt.Errorf("it is closed: %s", strings.Join(why, ", "))
		}
		if len(words) > 3 && !slices.ContainsFunc(why, func(have string) bool { return have == words[3] || strings.HasPrefix(have, words[3]+".") }) {
			return fmt.Errorf("it is closed for another reason: %s", strings.Join(why, ", "))
		}
		return nil
	}
	return fmt.Errorf("%s has no such act", side.Party)
}

// purposeOf is what someone reads a case for who does not work on it.
func purposeOf(p staff.Person) handling.Purpose {
	if p.Is(landbridge.Oversight) || p.Is(landbridge.DataProtection) {
		return handling.Lawfulness
	}
	return ""
}

// act does an act, with the signatures it needs; "! S5" says that it must not
// get through, and why.
func (s *telling) act(words []string) error {
	side, err := s.side(words[0])
	if err != nil {
		return err
	}
	p, err := person(side, words[1])
	if err != nil {
		return err
	}
	given, want, err := s.given(words[2], words[3:])
	if err != nil {
		return err
	}
	why, err := s.do(side, p, words[2], given)
	if err != nil {
		return err
	}
	s.w.Rest(arrive)
	if want == "" && len(why) > 0 {
		return fmt.Errorf("it did not get through: %s", strings.Join(why, "; "))
	}
	if want != "" && !slices.ContainsFunc(why, func(have string) bool { return stoppedBy(have, want) }) {
		return fmt.Errorf("it should have been stopped by %s, but: %q", want, why)
	}
	return nil
}

// stoppedBy reports whether a reason is the one a line wants: a rule and code,
// or a sentence that ends with the rule, which is all a closed act says.
func stoppedBy(have, want string) bool {
	rule, _, _ := strings.Cut(want, ".")
	return have == want || strings.HasPrefix(have, want+".") || strings.Contains(have, "("+rule+")")
}

// A given is what a line says of an act beside its name.
type given struct {
	fields         process.Values
	text           map[string]string
	ground, reason string
}

func (s *telling) given(transition string, words []string) (g given, want string, err error) {
	g = given{fields: process.Values{}, text: map[string]string{}}
	section := transition
	for i := 0; i < len(words); i++ {
		if words[i] == "!" && i+2 == len(words) {
			want = words[i+1]
			break
		}
		name, value, ok := strings.Cut(words[i], "=")
		switch {
		case !ok:
			return g, "", fmt.Errorf("%q is no field=value", words[i])
		case name == "with":
			section = value
		case name == "ground":
			g.ground = value
		case name == "reason":
			g.reason = value
		default:
			g.text[name] = value
		}
	}
	for name, v := range s.sections[section] {
		g.fields[name] = v
	}
	return g, want, nil
}

// do makes the act and returns why it did not get through, if it did not.
func (s *telling) do(side *sim.Side, p staff.Person, transition string, g given) (why []string, err error) {
	d, t := sim.Process(side, s.process, transition)
	if t == nil {
		return nil, fmt.Errorf("the process %s has no act %q", s.process, transition)
	}
	for name, text := range g.text {
		f := d.Field(name)
		if f == nil || !slices.Contains(t.Asks, name) {
			return nil, fmt.Errorf("%s does not ask for %q", transition, name)
		}
		if f.Type == process.EnumsType {
			g.fields[name] = process.Value{Items: strings.Split(text, ",")}
		} else {
			g.fields[name] = process.Text(text)
		}
	}
	var v *casework.CaseView
	n := casework.NewDraft{Process: s.process, Sides: s.sides, Transition: transition}
	if s.id != "" {
		if v, err = side.Node.Casework.Case(s.t.Context(), p, casework.Reading{Case: s.id, Purpose: purposeOf(p)}); err != nil {
			return nil, err
		}
		n = casework.NewDraft{Case: s.id, Transition: transition}
	}
	n.Input = sim.FillAround(d, t, v, s.w.Now(), g.fields)
	if g.ground != "" {
		n.Input.Ground = g.ground
	}
	if g.reason != "" {
		n.Input.Reason = g.reason
	}
	return s.propose(side, p, n)
}

func (s *telling) propose(side *sim.Side, p staff.Person, n casework.NewDraft) (why []string, err error) {
	ctx := s.t.Context()
	stop := func(err error) ([]string, error) {
		if fail.KindOf(err) == fail.Internal {
			return nil, err
		}
		return append(why, fail.Safe(err)), nil
	}
	d, err := side.Node.Casework.NewDraft(ctx, p, n)
	if err != nil {
		return stop(err)
	}
	defer func() {
		if len(why) > 0 { // what was stopped is not left on the desk
			_ = side.Node.Casework.DropDraft(ctx, p, d.ID)
		}
	}()
	if d, err = side.Node.Casework.SaveDraft(ctx, p, d.ID, 0, n.Input); err != nil {
		return stop(err)
	}
	if d.Transition.NeedsIt(process.NeedFiles) {
		if _, err := side.Node.Casework.Attach(ctx, p, d.ID, casework.NewFile{Name: "exhibit.txt", Content: strings.NewReader("words on paper")}); err != nil {
			return stop(err)
		}
	}
	problems, err := side.Node.Casework.CheckDraft(ctx, p, d.ID)
	if err != nil {
		return nil, err
	}
	for _, pr := range problems {
		if pr.Block {
			why = append(why, strings.TrimSpace(pr.Rule+"."+strings.TrimPrefix(pr.Text.Key, "process.why.")+" "+pr.Field+" "+pr.Part+": "+pr.Text.English))
			why = append(why, pr.Rule+"."+strings.TrimPrefix(pr.Text.Key, "process.why."))
		}
	}
	done, err := side.Node.Casework.Propose(ctx, p, d.ID)
	if err != nil {
		return stop(err)
	}
	if done.Stopped != nil {
		return append(why, done.Stopped.Rule+"."+strings.TrimPrefix(done.Stopped.Text.Key, "process.why.")), nil
	}
	if err := s.p.Sign(ctx, side, p, done); err != nil {
		return stop(err)
	}
	if s.id == "" {
		s.id = done.Case
		s.p.Opened(s.id, side.Party, s.sides)
	}
	return nil, nil
}
