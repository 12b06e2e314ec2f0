package sim_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"landbridge.example"
	"landbridge.example/internal/sim"
)

var states = []landbridge.PartyID{"XA", "XB", "XC"}

// weather are the kinds of world every story is played in.
var weather = map[string]struct {
	faults sim.Faults
	deaths bool
	cuts   bool
}{
	"fair":   {faults: sim.Faults{MinDelay: 20 * time.Millisecond, MaxDelay: 300 * time.Millisecond}},
	"lossy":  {faults: sim.Faults{Lose: 0.2, LoseAnswer: 0.2, Duplicate: 0.2, MinDelay: time.Millisecond, MaxDelay: 4 * time.Second}},
	"deaths": {faults: sim.Faults{Duplicate: 0.1, MinDelay: time.Millisecond, MaxDelay: time.Second}, deaths: true},
	"storm":  {faults: sim.Faults{Lose: 0.1, LoseAnswer: 0.15, Duplicate: 0.15, MinDelay: time.Millisecond, MaxDelay: 10 * time.Second}, deaths: true, cuts: true},
}

// TestWeather plays random stories in every weather. LANDBRIDGE_SEED replays
// one seed; the full tier plays many.
func TestWeather(t *testing.T) {
	first, runs := uint64(1), uint64(1)
	if os.Getenv("LANDBRIDGE_FULL") != "" {
		first, runs = uint64(time.Now().UnixNano()%1_000_000), 12
	}
	if s := os.Getenv("LANDBRIDGE_SEED"); s != "" {
		var err error
		if first, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
		runs = 1
	}
	for name, wx := range weather {
		if underRace && name != "storm" { // it has all that the others have
			continue
		}
		for seed := first; seed < first+runs; seed++ {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := sim.New(t, sim.Options{Seed: seed, Parties: states, Faults: wx.faults})
					defer w.Close()
					play(t, w, wx.deaths, wx.cuts, 45)
				})
			})
		}
	}
}

func play(t *testing.T, w *sim.World, deaths, cuts bool, steps int) {
	p := w.Begin()
	points := []string{"begin", "commit", "committed"}
	for i := range steps {
		if deaths && i%6 == 2 {
			w.Sides[states[i/6%3]].DieIn(i%5, points[i%3])
		}
		if cuts && i%10 == 4 {
			w.Net.Cut(states[i/10%3], states[(i/10+1)%3], true)
		}
		if cuts && i%10 == 9 {
			for j := range states {
				w.Net.Cut(states[j], states[(j+1)%3], false)
			}
		}
		if err := p.Step(t.Context(), states, states); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		time.Sleep(time.Duration(i%7) * 700 * time.Millisecond)
	}
	p.Settle()
	for _, b := range p.Check(t.Context()) {
		t.Error(b)
	}
	n := w.Net.Counts()
	t.Logf("%d acts, %d deaths, %d requests, %d lost, %d doubled", p.Acts, p.Deaths, n.Requests, n.Lost, n.Doubled)
	if p.Acts < 5 {
		t.Errorf("only %d acts were done: the play tests nothing", p.Acts)
	}
	if deaths && p.Deaths == 0 {
		t.Error("nobody died: the play tests nothing")
	}
}

// TestQuiet checks that nodes with nothing to say hardly talk: a knock now and
// then, no chatter about each other's logs.
func TestQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := sim.New(t, sim.Options{Seed: 1, Parties: states[:2], Faults: sim.Faults{MinDelay: time.Millisecond, MaxDelay: 50 * time.Millisecond}})
		defer w.Close()
		w.Rest(time.Minute)
		before := w.Net.Counts().Requests
		w.Rest(10 * time.Minute)
		const pairs, perMinute = 6, 8 // each node to each other one: knocks every 20 s, and what their answers call for
		if n := w.Net.Counts().Requests - before; n > 10*pairs*perMinute {
			t.Errorf("%d requests in ten quiet minutes between three nodes, want at most %d", n, 10*pairs*perMinute)
		} else {
			t.Logf("%d requests", n)
		}
	})
}

// TestDeadDisk checks that a node whose disk takes no more writes, at whatever
// point of its work, waits and tries again instead of spinning: a spinning
// node never lets simulated time pass, and this test would not end.
func TestDeadDisk(t *testing.T) {
	for n := range 5 {
		if underRace && n%4 != 0 { // the first commit and a late one
			continue
		}
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := sim.New(t, sim.Options{Seed: 7, Parties: states[:2], Faults: sim.Faults{MinDelay: time.Millisecond, MaxDelay: time.Millisecond}})
				defer w.Close()
				w.Rest(time.Minute)
				p := w.Begin()
				w.Sides["XB"].DieIn(n, "begin")
				for range 4 {
					if err := p.Step(t.Context(), states[:1], states[1:2]); err != nil {
						t.Fatal(err)
					}
				}
				w.Rest(10 * time.Minute)
				if !w.Sides["XB"].Dead() {
					t.Fatalf("XB made fewer than %d commits: nothing was tried", n)
				}
				p.Settle()
				for _, b := range p.Check(t.Context()) {
					t.Error(b)
				}
			})
		})
	}
}
