// Package sim runs whole nodes, with their real code and real databases, in one
// process on a simulated clock and a simulated network that loses, doubles,
// delays and reorders what it carries, is cut in two, and sees nodes die in the
// middle of a commit and come back.
//
// After every run the world is healed, brought to rest, and held against the
// promises of the product: nothing acknowledged is lost, nothing happens twice,
// both sides of every case agree, logs are whole, and no plaintext crossed the
// network or lies at a node that is no side of the case. Every feature that
// talks between nodes is tried here.
//
// A run is made from a seed, which is printed when it fails. The seed fixes the
// network's luck, the crashes and the story; the order in which goroutines run
// is the machine's, so a rare fault may need a few runs of its seed to show again.
//
// Trust: it is for tests alone. It runs inside testing/synctest: time passes
// only when every node waits.
package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/staff/softkey"
)

// Options say what world a run has.
type Options struct {
	Seed    uint64
	Parties []landbridge.PartyID // states; the secretariat XF comes by itself
	Faults  Faults
}

// Secretariat is the party that publishes the directory in every world.
const Secretariat landbridge.PartyID = "XF"

// A World is a federation under test.
type World struct {
	Net   *Network
	Sides map[landbridge.PartyID]*Side

	tb      testing.TB
	parties []landbridge.PartyID
	rng     *rand.Rand
	ahead   atomic.Int64 // nanoseconds by which every node's clock is ahead of the bubble's
}

// A Side is one party: its node, when it lives, and its people.
type Side struct {
	Party landbridge.PartyID
	Node  *node.Node // nil while it is down

	world  *World
	config node.Config
	logins []string
	stop   func()
	done   chan struct{}

	// countdown is the number of commits until the node dies; below zero: never.
	countdown atomic.Int64
	point     atomic.Value // string: where in that commit
	dead      atomic.Bool
}

// errDied is what everything fails with once a node has died.
var errDied = errors.New("sim: the node has died")

// New founds a federation and starts all of its nodes.
func New(tb testing.TB, o Options) *World {
	tb.Helper()
	w := &World{Net: NewNetwork(o.Seed, o.Faults), Sides: map[landbridge.PartyID]*Side{}, tb: tb, parties: o.Parties,
		rng: rand.New(rand.NewPCG(o.Seed, 0x776f726c64))}
	var founders []party.Member
	for _, p := range slices.Concat(o.Parties, []landbridge.PartyID{Secretariat}) {
		s := &Side{Party: p, world: w}
		s.countdown.Store(-1)
		s.point.Store("")
		w.Sides[p] = s
		founders = append(founders, s.make())
	}
	entries, err := party.Found(founders, w.Now())
	w.must("founding the directory", err)
	for _, s := range w.Sides {
		s.Start()
		_, err := s.Node.Enter(tb.Context(), party.FormatFile(entries))
		w.must("giving the directory to "+string(s.Party), err)
	}
	return w
}

func (w *World) must(doing string, err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatalf("sim: %s: %v (%s)", doing, err, fail.Safe(err))
	}
}

// make prepares the data folder of a side: keys, settings, people.
func (s *Side) make() party.Member {
	c := node.Defaults(filepath.Join(s.world.tb.TempDir(), strings.ToLower(string(s.Party))))
	c.Party, c.Name, c.Demo = string(s.Party), "State of "+string(s.Party), true
	c.PeerAddress = "https://" + s.address()
	s.config = c
	kind, people := party.State, []node.NewPerson{
		{Name: "Operator", Login: "operator", Roles: []landbridge.Role{landbridge.Operator}, Soft: true},
	}
	if s.Party == Secretariat {
		kind = party.Forum
		for i := range 2 {
			login := fmt.Sprintf("%s.%d", landbridge.Secretariat, i)
			people = append(people, node.NewPerson{Name: "Person " + login, Login: login, Roles: []landbridge.Role{landbridge.Secretariat}, Soft: true})
		}
	} else {
		for i, roles := range [][]landbridge.Role{
			{landbridge.Officer}, {landbridge.ContactPoint, landbridge.Liaison}, {landbridge.Supervisor}, {landbridge.Supervisor},
			{landbridge.Judge}, {landbridge.CentralAuthority}, {landbridge.Minister}, {landbridge.Oversight}, {landbridge.DataProtection},
			{landbridge.Judge}, {landbridge.CentralAuthority}, {landbridge.Reviewer}, {landbridge.Reviewer}, {landbridge.ListOfficer},
			{landbridge.ListOfficer}, {landbridge.Defence}, {landbridge.Officer}, {landbridge.ContactPoint}, {landbridge.Liaison}, {landbridge.Minister},
		} {
			login := fmt.Sprintf("%s.%d", roles[0], i)
			people = append(people, node.NewPerson{Name: "Person " + login, Login: login, Roles: roles, Soft: true})
		}
	}
	for _, p := range people {
		s.logins = append(s.logins, p.Login)
	}
	b := node.Beginning{Kind: kind, Languages: []string{"en"}, People: people}
	law, err := node.FictionalLaw(s.world.parties...)
	s.world.must("making the law of "+string(s.Party), err)
	b.Agreements = law
	_, err = node.Init(s.world.tb.Context(), c, b, s.dependencies())
	s.world.must("making "+string(s.Party), err)
	keys, err := party.Load(c.KeysDir(), s.Party)
	s.world.must("reading keys of "+string(s.Party), err)
	text, err := os.ReadFile(filepath.Join(c.Dir, node.RecordName))
	s.world.must("reading the record of "+string(s.Party), err)
	st, err := party.ParseStatement(text)
	s.world.must("parsing the record of "+string(s.Party), err)
	return party.Member{Keys: keys, Record: st.Record}
}

func (s *Side) address() string { return strings.ToLower(string(s.Party)) + ".sim:8481" }

func (s *Side) dependencies() node.Dependencies {
	return node.Dependencies{
		Clock:  s.world.Now,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Client: func(k *party.Keys) *http.Client { return s.world.Net.Client(s.Party, k.TLS.Leaf) },
		Faults: s.fault,
	}
}

// fault is asked at every point of every commit.
func (s *Side) fault(point string) error {
	if s.dead.Load() {
		return errDied
	}
	if point == s.point.Load().(string) && s.countdown.Load() >= 0 && s.countdown.Add(-1) < 0 {
		s.dead.Store(true)
		return errDied
	}
	return nil
}

// DieIn makes the node die at a point ("begin", "commit", "committed") of the
// nth commit from now.
func (s *Side) DieIn(n int, point string) {
	s.point.Store(point)
	s.countdown.Store(int64(n))
}

// Dead reports whether the node has died by itself and was not buried yet.
func (s *Side) Dead() bool { return s.dead.Load() }

// Start opens the node from its folder, as after a power cut, and runs it.
func (s *Side) Start() {
	s.world.tb.Helper()
	s.dead.Store(false)
	s.countdown.Store(-1)
	n, err := node.Open(s.world.tb.Context(), s.config, s.dependencies())
	s.world.must("opening "+string(s.Party), err)
	ctx, cancel := context.WithCancel(context.Background())
	s.Node, s.stop, s.done = n, cancel, make(chan struct{})
	s.world.Net.Listen(s.address(), s.Party, n.PeerHandler())
	go func() {
		defer close(s.done)
		if err := n.Work(ctx); err != nil && !s.dead.Load() {
			s.world.tb.Errorf("sim: %s stopped working: %v", s.Party, err)
		}
	}()
}

// Kill takes the node away without a chance to finish anything: from here on
// nothing it does reaches its disk or the network.
func (s *Side) Kill() {
	s.dead.Store(true)
	s.world.Net.Listen(s.address(), s.Party, nil)
	s.stop()
	<-s.done
	if err := s.Node.Close(); err != nil {
		s.world.tb.Errorf("sim: closing %s: %v", s.Party, err)
	}
	s.Node = nil
}

// Restart is Kill and Start.
func (s *Side) Restart() {
	s.Kill()
	s.Start()
}

// Person returns the staff member with the login.
func (s *Side) Person(login string) staff.Person {
	s.world.tb.Helper()
	p, err := s.Node.Staff.ByLogin(context.Background(), login)
	s.world.must("finding "+login, err)
	return p
}

// Holder returns a person of the side who holds the role and is none of the
// given pseudonyms.
func (s *Side) Holder(role landbridge.Role, not ...string) (staff.Person, error) {
next:
	for _, login := range s.logins {
		p, err := s.Node.Staff.ByLogin(context.Background(), login)
		if err != nil {
			return p, err
		}
		for _, n := range not {
			if p.Pseudonym == n {
				continue next
			}
		}
		if p.Is(role) {
			return p, nil
		}
	}
	return staff.Person{}, fmt.Errorf("sim: nobody else at %s is %s", s.Party, role)
}

// Sign returns the person's passkey assertion over an act's digest.
func (s *Side) Sign(p staff.Person, digest landbridge.Digest) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(s.config.PeopleDir(), p.Login+".softkey"))
	if err != nil {
		return nil, err
	}
	key, err := softkey.Parse(string(text))
	if err != nil {
		return nil, err
	}
	challenge := staff.Challenge(digest)
	return key.Sign(challenge[:])
}

// Now is the time on every node's clock. Inside a bubble time.Now is simulated.
func (w *World) Now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// Jump sets all clocks forward by d, so that weeks cost no more than their last
// minutes: what is due then is due, and nothing knocked in between.
func (w *World) Jump(d time.Duration) { w.ahead.Add(int64(d)) }

// Rest lets d pass on the simulated clock and then waits until every node is idle.
func (w *World) Rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Close ends all nodes in good order.
func (w *World) Close() {
	for _, s := range w.Sides {
		if s.Node != nil {
			s.Kill()
		}
	}
}
