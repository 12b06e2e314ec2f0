package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// A Play is a random story over a world: cases opened, acts done by whoever
// may, nodes dying at any point, lines cut. It remembers what was acknowledged.
type Play struct {
	w     *World
	cases []landbridge.CaseID
	// acknowledged holds, by case, the acts whose author was told they are done.
	acknowledged map[landbridge.CaseID][]landbridge.Digest
	origin       map[landbridge.CaseID]landbridge.PartyID
	seats        map[landbridge.CaseID]int // how many parties it has
	Deaths, Acts int
}

// Begin starts a play.
func (w *World) Begin() *Play {
	w.Net.Watch(Canary)
	return &Play{w: w, acknowledged: map[landbridge.CaseID][]landbridge.Digest{}, origin: map[landbridge.CaseID]landbridge.PartyID{},
		seats: map[landbridge.CaseID]int{}}
}

// gone reports whether err only says that the node died, or that someone was
// quicker: what a person would meet with "try again".
func gone(err error) bool {
	return errors.Is(err, errDied) || fail.Is(err, fail.Unavailable) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.Denied)
}

// Step lets one of the actors do one random thing; new cases go to one of others.
func (p *Play) Step(ctx context.Context, actors, others []landbridge.PartyID) error {
	p.bury()
	s := p.w.Sides[pick(p, actors)]
	var err error
	if len(p.cases) == 0 || p.w.rng.IntN(4) == 0 {
		err = p.open(ctx, s, others)
	} else {
		err = p.act(ctx, s, pick(p, p.cases))
	}
	if err != nil && !gone(err) {
		return fmt.Errorf("%s: %w", s.Party, err)
	}
	return nil
}

func pick[T any](p *Play, all []T) T { return all[p.w.rng.IntN(len(all))] }

// bury restarts what has died. The dead stay down for a while, as machines do.
func (p *Play) bury() {
	for _, s := range p.w.Sides {
		if s.Dead() {
			p.Deaths++
			s.Kill()
			time.Sleep(time.Duration(p.w.rng.IntN(20_000)) * time.Millisecond)
			s.Start()
		}
	}
}

// open drafts and sends a request to another state.
func (p *Play) open(ctx context.Context, s *Side, others []landbridge.PartyID) error {
	to := pick(p, others)
	if to == s.Party {
		return nil
	}
	def := pick(p, s.Node.Casework.Processes())
	t := def.Opening()[0]
	author, err := s.Holder(t.By[0])
	if err != nil {
		return err
	}
	sides := p.w.seat(def, s.Party, to)
	if sides == nil {
		return nil // it needs more parties than this world has
	}
	d, err := s.Node.Casework.NewDraft(ctx, author, casework.NewDraft{Process: def.Ref.ID, Sides: sides, Input: Fill(def, t, nil, p.w.Now())})
	if err != nil {
		return err
	}
	if t.NeedsIt(process.NeedFiles) {
		if _, err := s.Node.Casework.Attach(ctx, author, d.ID, casework.NewFile{Name: "exhibit.txt", Content: strings.NewReader("words on paper")}); err != nil {
			return err
		}
	}
	done, err := s.Node.Casework.Propose(ctx, author, d.ID)
	if err != nil {
		if fail.Is(err, fail.Invalid) {
			v, _ := s.Node.Casework.Draft(ctx, author, d.ID)
			if v != nil && slices.ContainsFunc(v.Problems, func(pr casework.Problem) bool { return pr.Block && pr.Rule == "S37" }) {
				return nil // the play knows one name only, and somebody of that name is sought: nobody is returned by another door
			}
			return fmt.Errorf("the filler wrote a request that cannot be sent: %w: %+v", err, v.Problems)
		}
		return err
	}
	if done.Stopped != nil {
		return fmt.Errorf("the filler wrote a request that was stopped: %+v", done.Stopped)
	}
	p.Opened(done.Case, s.Party, sides)
	return p.Sign(ctx, s, author, done)
}

// Opened remembers a case that was opened, and who takes part in it.
func (p *Play) Opened(id landbridge.CaseID, by landbridge.PartyID, sides map[string][]landbridge.PartyID) {
	p.cases = append(p.cases, id)
	p.origin[id] = by
	for _, parties := range sides {
		p.seats[id] += len(parties)
	}
}

// seat finds parties for every side of a process: the opener, the one asked,
// then whoever is left, as few as the process takes. It returns nil if there
// are not enough.
func (w *World) seat(def *process.Definition, opener, to landbridge.PartyID) map[string][]landbridge.PartyID {
	left := []landbridge.PartyID{to}
	for _, p := range slices.Sorted(maps.Keys(w.Sides)) {
		if p != opener && p != to && p != Secretariat {
			left = append(left, p)
		}
	}
	sides := map[string][]landbridge.PartyID{def.Opens: {opener}}
	for _, s := range def.Sides {
		for len(sides[s.Name]) < max(1, s.Least) {
			if len(left) == 0 {
				return nil
			}
			sides[s.Name] = append(sides[s.Name], left[0])
			left = left[1:]
		}
	}
	return sides
}

// act does one of the acts that are open to someone of the side.
func (p *Play) act(ctx context.Context, s *Side, id landbridge.CaseID) error {
	role := pick(p, []landbridge.Role{landbridge.Officer, landbridge.ContactPoint, landbridge.Supervisor, landbridge.Judge,
		landbridge.CentralAuthority, landbridge.Oversight})
	author, err := s.Holder(role)
	if err != nil {
		return err
	}
	v, err := s.Node.Casework.Case(ctx, author, casework.Reading{Case: id, Purpose: purpose(role)})
	if fail.Is(err, fail.Missing) {
		return nil // no side of this case, or it has not arrived yet
	}
	if err != nil {
		return err
	}
	if v.Definition == nil || len(v.Open) == 0 {
		return nil
	}
	open := pick(p, v.Open)
	if open.Transition.Name == "grant_evidence_use" && object(v) == landbridge.Sum([]byte(Canary)) {
		return nil
	}
	in := Fill(v.Definition, open.Transition, v, p.w.Now())
	done, err := s.Node.Casework.Act(ctx, author, casework.ActInput{Case: id, Transition: open.Transition.Name, Input: in})
	if err != nil {
		return fmt.Errorf("%s in state %s: %w", open.Transition.Name, v.State, err)
	}
	return p.Sign(ctx, s, author, done)
}

// purpose is what someone in the role may read a case for.
func purpose(r landbridge.Role) handling.Purpose {
	if r == landbridge.Oversight || r == landbridge.DataProtection {
		return handling.Lawfulness
	}
	return ""
}

// Sign gives the approvals that are missing, and remembers the act once it is made.
func (p *Play) Sign(ctx context.Context, s *Side, author staff.Person, done *casework.Done) error {
	by := []string{author.Pseudonym}
	for len(done.Needs) > 0 {
		role := done.Needs[0].Roles[0]
		other, err := s.Holder(role, by...)
		if err != nil {
			return err
		}
		by = append(by, other.Pseudonym)
		assertion, err := s.Sign(other, done.Digest)
		if err != nil {
			return err
		}
		if done, err = s.Node.Casework.Approve(ctx, other, done.Proposal, role, assertion); err != nil {
			return err
		}
	}
	if !done.Act.IsZero() {
		p.Acts++
		p.acknowledged[done.Case] = append(p.acknowledged[done.Case], done.Act)
	}
	return nil
}

// Settle heals the network, brings back the dead, and lets time pass until
// everything that can arrive has arrived.
func (p *Play) Settle() {
	p.w.Net.Heal()
	p.bury()
	for _, s := range p.w.Sides {
		s.DieIn(-1, "")
	}
	p.w.Rest(40 * time.Minute)
}

// Check holds the world against the promises. It returns every broken one.
func (p *Play) Check(ctx context.Context) (broken []string) {
	for _, s := range p.w.Sides {
		if err := s.Node.Log.Verify(ctx); err != nil {
			broken = append(broken, fmt.Sprintf("%s: the log is not whole: %v", s.Party, err))
		}
		if why, err := s.Node.Log.Stopped(ctx); err != nil || why != "" {
			broken = append(broken, fmt.Sprintf("%s: the log stopped signing: %s %v", s.Party, why, err))
		}
	}
	for _, l := range p.w.Net.Leaks() {
		broken = append(broken, "plaintext on the network: "+l)
	}
	for _, id := range p.cases {
		broken = append(broken, p.CheckCase(ctx, id)...)
	}
	return append(broken, p.checkDisks()...)
}

// CheckCase compares a case at its sides, act by act.
func (p *Play) CheckCase(ctx context.Context, id landbridge.CaseID) (broken []string) {
	type seen struct {
		party landbridge.PartyID
		state string
		acts  []string
	}
	var sides []seen
	for _, s := range p.w.Sides {
		if s.Party == Secretariat {
			continue
		}
		reader, err := s.Holder(landbridge.Oversight) // who reads every case of its side
		if err != nil {
			return append(broken, err.Error())
		}
		v, err := s.Node.Casework.Case(ctx, reader, casework.Reading{Case: id, Purpose: handling.Lawfulness})
		if fail.Is(err, fail.Missing) {
			continue
		}
		if err != nil {
			broken = append(broken, fmt.Sprintf("%s: case %s: %v", s.Party, id, err))
			continue
		}
		one := seen{party: s.Party, state: v.State}
		for _, a := range v.Timeline {
			line := fmt.Sprintf("%s %s applied=%t", a.ID, a.Transition, a.Applied)
			if slices.Contains(one.acts, line) {
				broken = append(broken, fmt.Sprintf("%s: case %s: twice: %s", s.Party, id, line))
			}
			if a.Waiting {
				broken = append(broken, fmt.Sprintf("%s: case %s: still waits for an earlier act: %s", s.Party, id, line))
			}
			one.acts = append(one.acts, line)
		}
		slices.Sort(one.acts)
		sides = append(sides, one)
	}
	acknowledged := p.acknowledged[id]
	if len(acknowledged) > 0 && len(sides) != p.seats[id] {
		broken = append(broken, fmt.Sprintf("case %s of %s is known to %d nodes, want the %d of its sides", id, p.origin[id], len(sides), p.seats[id]))
	}
	for _, one := range sides {
		for _, act := range acknowledged {
			if !slices.ContainsFunc(one.acts, func(l string) bool { return l[:64] == act.String() }) {
				broken = append(broken, fmt.Sprintf("%s: case %s: an acknowledged act is lost: %s", one.party, id, act))
			}
		}
		if first := sides[0]; len(acknowledged) > 0 && (one.state != first.state || !slices.Equal(one.acts, first.acts)) {
			broken = append(broken, fmt.Sprintf("case %s: %s shows %s %q, %s shows %s %q", id, first.party, first.state, first.acts, one.party, one.state, one.acts))
		}
	}
	return broken
}

// checkDisks searches every file of every node: content rests sealed, at the
// sides of a case as well.
func (p *Play) checkDisks() (broken []string) {
	for _, s := range p.w.Sides {
		err := filepath.WalkDir(s.config.Dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte(Canary)) {
				broken = append(broken, fmt.Sprintf("%s: plaintext of a case in %s", s.Party, filepath.Base(path)))
			}
			return err
		})
		if err != nil {
			broken = append(broken, err.Error())
		}
	}
	return broken
}

// Process returns the definition and the transition that a test names.
func Process(s *Side, id, transition string) (*process.Definition, *process.Transition) {
	for _, d := range s.Node.Casework.Processes() {
		if d.Ref.ID == id {
			return d, d.Transition(transition)
		}
	}
	return nil, nil
}
