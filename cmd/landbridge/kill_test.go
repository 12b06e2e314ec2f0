package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example/client"
)

// An acknowledged is what nodes have acknowledged to the people of the test:
// none of it may be lost, and none may happen twice.
type acknowledged struct {
	mu   sync.Mutex
	acts map[string]string // by digest: case and transition
	bad  []string          // answers that no crash explains
}

func (k *acknowledged) add(d client.Done, transition string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d.Act != "" {
		k.acts[d.Act] = d.Case + " " + transition
	}
}

// check keeps an error that a crash does not explain.
func (k *acknowledged) check(doing string, err error) {
	var down *client.Unreachable
	p := new(client.Problem)
	switch {
	case err == nil, errors.As(err, &down), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return
	case errors.As(err, &p) && (p.Kind == "unavailable" || p.Kind == "conflict" || p.Kind == "missing" || p.Kind == "denied"):
		return // it was done before the crash, or is not to be done any more
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bad = append(k.bad, fmt.Sprintf("%s: %v", doing, err))
}

// TestKill kills XA and XB with SIGKILL at random moments while people work on
// both, and then looks whether anything acknowledged was lost, anything
// happened twice, both sides agree, and the logs are consistent. Three kills
// in the quick tier, a hundred with LANDBRIDGE_FULL=1. LANDBRIDGE_SEED repeats a run.
func TestKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("kills and restarts processes for several seconds; -short leaves it out")
	}
	kills := 3
	if full() {
		kills = 100
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("LANDBRIDGE_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d, %d kills", seed, kills)
	rng := rand.New(rand.NewPCG(seed, 0))
	f := testFederation(t, &federation{})
	w := &workload{t: t, f: f, k: &acknowledged{acts: map[string]string{}}}
	stop := w.begin()
	w.underWay()
	for i := range kills {
		m := f.member([]string{"XA", "XB"}[rng.IntN(2)])
		time.Sleep(time.Duration(rng.IntN(600)) * time.Millisecond)
		if err := m.kill(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.IntN(200)) * time.Millisecond)
		if err := m.start(t.Context()); err != nil {
			t.Fatalf("after kill %d: %v", i+1, err)
		}
	}
	w.drain()
	stop()
	w.judge()
}

// A workload is four people who work without pause: an officer asks and
// closes, a supervisor approves, XB's duty officer acknowledges and refuses.
type workload struct {
	t      *testing.T
	f      *federation
	k      *acknowledged
	asking sync.WaitGroup
	enough context.CancelFunc // no new requests
}

func (w *workload) as(party, login string) *client.Client {
	c, err := w.f.member(party).client(login)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// underWay waits until the four are at work: on a slow machine the first kill
// could come before there is anything to lose.
func (w *workload) underWay() {
	w.t.Helper()
	const enough = 4
	for began := time.Now(); ; time.Sleep(pollEvery) {
		w.k.mu.Lock()
		n := len(w.k.acts)
		w.k.mu.Unlock()
		if n >= enough {
			return
		}
		if time.Since(began) > storyPatience {
			w.t.Fatalf("after %s only %d acts were done", storyPatience, n)
		}
	}
}

// begin starts everybody and returns how to send them home.
func (w *workload) begin() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	var ask context.Context
	ask, w.enough = context.WithCancel(ctx)
	var all sync.WaitGroup
	work := func(ctx context.Context, wg *sync.WaitGroup, do func(context.Context)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				do(ctx)
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	oru, haldor, lenn := w.as("XA", "d.oru"), w.as("XA", "m.haldor"), w.as("XB", "k.lenn")
	r, err := (&story{a: &app{now: time.Now}}).fileRequest("minor.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	work(ask, &w.asking, func(ctx context.Context) { w.ask(ctx, oru, r) })
	work(ctx, &all, func(ctx context.Context) { w.close(ctx, oru) })
	work(ctx, &all, func(ctx context.Context) { w.approve(ctx, haldor) })
	work(ctx, &all, func(ctx context.Context) { w.decide(ctx, lenn) })
	return func() { cancel(); all.Wait() }
}

func (w *workload) ask(ctx context.Context, c *client.Client, r *requestFile) {
	d, err := c.NewDraft(ctx, client.NewDraft{Process: r.Process, To: r.To, Input: r.input()})
	w.k.check("drafting", err)
	if err != nil {
		return
	}
	_, err = c.Propose(ctx, d.ID)
	w.k.check("proposing", err)
}

func (w *workload) approve(ctx context.Context, c *client.Client) {
	all, err := c.Proposals(ctx)
	w.k.check("listing proposals", err)
	for _, p := range all.Proposals {
		done, err := approve(ctx, c, p.ID, "supervisor", w.f.member("XA").keyFile("m.haldor"))
		if err == nil {
			w.k.add(done, "send")
		} else if !strings.Contains(err.Error(), "may not approve") {
			w.k.check("approving", err)
		}
	}
}

// live calls do for every case of the client's node in one of the states, and
// reports whether the node said which there are.
func (w *workload) live(ctx context.Context, c *client.Client, do func(client.CaseSummary)) bool {
	page, err := c.Cases(ctx, client.CaseQuery{Sort: "opened", Limit: 200})
	w.k.check("listing cases", err)
	for _, s := range page.Cases {
		do(s)
	}
	return err == nil
}

func (w *workload) act(ctx context.Context, c *client.Client, id, transition string, in client.Input) {
	done, err := c.Act(ctx, client.ActRequest{Case: id, Transition: transition, Input: in})
	w.k.check(transition, err)
	if err == nil {
		w.k.add(done, transition)
	}
}

func (w *workload) decide(ctx context.Context, c *client.Client) {
	w.live(ctx, c, func(s client.CaseSummary) {
		switch s.State {
		case "received":
			w.act(ctx, c, s.ID, "acknowledge", client.Input{Fields: client.Fields{"directly_accessible": "yes"}})
		case "acknowledged":
			w.act(ctx, c, s.ID, "refuse", client.Input{Ground: "minor_or_no_offence", Reason: "Below the line of our law.",
				Fields: client.Fields{"consultation": "not_useful"}})
		}
	})
}

func (w *workload) close(ctx context.Context, c *client.Client) {
	w.live(ctx, c, func(s client.CaseSummary) {
		if s.State == "refused" {
			w.act(ctx, c, s.ID, "close", client.Input{})
		}
	})
}

// drain lets the people finish what is begun.
func (w *workload) drain() {
	w.t.Helper()
	w.enough()
	w.asking.Wait()
	var left []string
	for end := time.Now().Add(storyPatience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		left = left[:0]
		for _, who := range [][2]string{{"XA", "d.oru"}, {"XB", "k.lenn"}} {
			said := w.live(w.t.Context(), w.as(who[0], who[1]), func(s client.CaseSummary) {
				if s.State != "draft" {
					left = append(left, who[0]+" "+s.Number+" "+s.State)
				}
			})
			if !said {
				left = append(left, who[0]+" does not say")
			}
		}
		p, err := w.as("XA", "m.haldor").Proposals(w.t.Context())
		if err == nil && len(left)+len(p.Proposals) == 0 {
			return
		}
	}
	w.t.Errorf("%s after the last kill these are still under way: %v", storyPatience, left)
}

// history returns the acts of every case at one node, by digest.
func (w *workload) history(party, login string) (acts map[string]int, cases map[string][]string) {
	w.t.Helper()
	c := w.as(party, login)
	acts, cases = map[string]int{}, map[string][]string{}
	after := ""
	for {
		page, err := c.Cases(w.t.Context(), client.CaseQuery{All: true, Sort: "number", Limit: 200, After: after})
		if err != nil {
			w.t.Fatal(plainly(err))
		}
		for _, s := range page.Cases {
			v, err := c.Case(w.t.Context(), s.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			for _, x := range slices.Backward(v.Timeline) {
				acts[x.ID]++
				cases[s.ID] = append(cases[s.ID], x.Transition+" "+x.ID[:8])
				if !x.Applied {
					w.t.Errorf("%s %s: %s does not count: %s", party, s.Number, x.Transition, x.Why)
				}
			}
			if len(v.Timeline) > 0 {
				cases[s.ID] = append(cases[s.ID], v.State)
			}
		}
		if after = page.Next; after == "" {
			return acts, cases
		}
	}
}

// judge compares what was acknowledged with what both sides hold.
func (w *workload) judge() {
	t := w.t
	for _, b := range w.k.bad {
		t.Errorf("no crash explains this: %s", b)
	}
	actsA, casesA := w.history("XA", "d.oru")
	actsB, casesB := w.history("XB", "k.lenn")
	for id, what := range w.k.acts {
		if actsA[id] != 1 || actsB[id] != 1 {
			t.Errorf("acknowledged and then there %d times at XA, %d times at XB: %s", actsA[id], actsB[id], what)
		}
	}
	for id, a := range casesA {
		if !slices.Equal(a, casesB[id]) {
			t.Errorf("case %s: XA has %v, XB has %v", id, a, casesB[id])
		}
		var done []string
		for _, x := range a[:len(a)-1] {
			done = append(done, strings.Fields(x)[0])
		}
		if want := []string{"send", "receive", "acknowledge", "refuse", "close"}; !slices.Equal(done, want) {
			t.Errorf("case %s: %v, want each of %v once", id, done, want)
		}
	}
	if len(casesB) > len(casesA) || len(w.k.acts) < 4 {
		t.Errorf("XB has %d cases, XA %d; %d acts were acknowledged", len(casesB), len(casesA), len(w.k.acts))
	}
	t.Logf("%d cases and %d acts at both sides; %d acts were acknowledged to people", len(casesA), len(actsA), len(w.k.acts))
	checkHealing(t, w.f)
	a, _ := testApp(t)
	s := &story{a: a, p: a.progress(), start: time.Now(), f: w.f}
	if err := s.logs(t.Context()); err != nil {
		t.Error(plainly(err))
	}
}
