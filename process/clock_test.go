package process_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

// at sets the times of acts, in hours after the base.
func at(acts []process.Act, hours ...float64) []process.Act {
	for i, h := range hours {
		acts[i].Time = base.Add(time.Duration(h * float64(time.Hour)))
	}
	return acts
}

func clockOf(t *testing.T, c *process.Case, name string, hours float64) process.Running {
	t.Helper()
	for _, k := range c.Clocks(base.Add(time.Duration(hours * float64(time.Hour)))) {
		if k.Clock.Name == name {
			return k
		}
	}
	return process.Running{}
}

// urgent makes the opening act an urgent request.
func urgent(acts []process.Act, direct string) []process.Act {
	f := acts[0].Fields
	f["urgency"], f["urgent_reason"], f["urgency_text"] = process.Text("urgent"), process.Text("information_losing_relevance"), process.Text("the money moves")
	for i := range acts {
		if acts[i].Transition == "acknowledge" {
			acts[i].Fields["directly_accessible"] = process.Text(direct)
		}
	}
	return acts
}

// TestClocksOfTheDirective checks 8 h, 3 d and 7 d, and which of them runs.
func TestClocksOfTheDirective(t *testing.T) {
	d := load(t)
	for _, tt := range []struct {
		urgent, direct, clock string
		hours                 float64
	}{{"urgent", "yes", "info.urgent.direct", 8}, {"urgent", "no", "info.urgent.indirect", 72}, {"normal", "no", "info.normal", 168}} {
		_, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
		if tt.urgent == "urgent" {
			urgent(acts, tt.direct)
		}
		c := process.Fold(d, at(acts, 0, 1, 2))
		if c.State != "acknowledged" {
			t.Fatal(dump(c))
		}
		for _, name := range []string{"info.urgent.direct", "info.urgent.indirect", "info.normal"} {
			k := clockOf(t, c, name, 3)
			if runs := k.Clock != nil; runs != (name == tt.clock) {
				t.Errorf("%s, directly accessible %s: %s runs: %v", tt.urgent, tt.direct, name, runs)
			}
		}
		k := clockOf(t, c, tt.clock, 3)
		if want := base.Add(time.Duration((tt.hours + 1) * float64(time.Hour))); !k.Due.Equal(want) || k.Status != process.ClockRunning {
			t.Errorf("%s: due %v, want %v (%s)", tt.clock, k.Due, want, k.Status)
		}
		if k := clockOf(t, c, tt.clock, tt.hours+1.01); k.Status != process.ClockOverdue || k.Share != 1 {
			t.Errorf("%s after its time: %s %v", tt.clock, k.Status, k.Share)
		}
		if k := clockOf(t, c, tt.clock, tt.hours+0.99); k.Status != process.ClockRunning {
			t.Errorf("%s before its time: %s", tt.clock, k.Status)
		}
	}
	// Until the requested side has said, the stricter clock runs.
	_, acts := chain(t, d, "XA send", "XB receive")
	c := process.Fold(d, at(urgent(acts, ""), 0, 1))
	if k := clockOf(t, c, "info.urgent.direct", 2); k.Clock == nil {
		t.Error("before the acknowledgement no urgent clock runs")
	}
}

// TestClockRests checks that a question stops the clock and the reply lets it go
// on, for exactly as long.
func TestClockRests(t *testing.T) {
	d := load(t)
	_, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge", "XB ask", "XA reply", "XB answer")
	urgent(acts, "yes")
	at(acts, 0, 0, 1, 2, 30, 35) // 2 h used, 28 h of rest, 5 h used
	c := process.Fold(d, acts[:4])
	k := clockOf(t, c, "info.urgent.direct", 20)
	if k.Status != process.ClockPaused || k.Left != 6*time.Hour {
		t.Errorf("while it rests: %s, %v left", k.Status, k.Left)
	}
	if r := clockOf(t, c, "info.reply", 20); r.Status != process.ClockRunning || r.Clock.Side != "requesting" {
		t.Errorf("the requesting side's own clock: %+v", r)
	}
	c = process.Fold(d, acts[:5])
	if k = clockOf(t, c, "info.urgent.direct", 31); k.Status != process.ClockRunning || k.Left != 5*time.Hour {
		t.Errorf("after the reply: %s, %v left", k.Status, k.Left)
	}
	c = process.Fold(d, acts)
	if k = clockOf(t, c, "info.urgent.direct", 500); k.Status != process.ClockStopped || k.Left != time.Hour || k.Ended.IsZero() {
		t.Errorf("after the answer: %s, %v left", k.Status, k.Left)
	}
	at(acts, 0, 0, 1, 2, 30, 37.5)
	if k = clockOf(t, process.Fold(d, acts), "info.urgent.direct", 500); k.Status != process.ClockLate {
		t.Errorf("answered late: %s", k.Status)
	}
}

// TestClockEnds checks that the system may end a case only when the clock that
// calls for it has run out, and may do nothing else (S24).
func TestClockEnds(t *testing.T) {
	d := load(t)
	_, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge", "XB ask")
	at(acts, 0, 0, 0, 0)
	end := act(d, 50, "XB", "lapse", acts[3].ID)
	for _, tt := range []struct {
		days    float64
		expired bool
	}{{29.9, false}, {30, true}, {31, true}} {
		end.Time = base.Add(time.Duration(tt.days * 24 * float64(time.Hour)))
		c := process.Fold(d, append(acts[:4:4], end))
		if (c.State == "expired") != tt.expired {
			t.Errorf("after %v days: %s %+v", tt.days, c.State, c.Refused)
		}
	}
	// A reply that crosses the end of the clock keeps the case alive.
	reply := act(d, 51, "XA", "reply", acts[3].ID)
	if c := process.Fold(d, append(acts[:4:4], end, reply)); c.State != "assessing" {
		t.Errorf("reply meets lapse: %s", c.State)
	}
	// Suspension stops what it should, and a person cannot act as the system.
	end.Role, end.Person = landbridge.Officer, "XB-author"
	if c := process.Fold(d, append(acts[:4:4], end)); c.State != "clarification" || c.Refused[0].Why.Rule != "role" {
		t.Errorf("an officer let it lapse: %s %+v", c.State, c.Refused)
	}
}

// TestWrongClock checks that an act signed before those it follows does not turn
// time back.
func TestWrongClock(t *testing.T) {
	d := load(t)
	_, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	at(acts, 10, -400, 11)
	c := process.Fold(d, acts)
	if k := clockOf(t, c, "info.normal", 12); !k.Started.Equal(base.Add(10 * time.Hour)) {
		t.Errorf("the clock started at %v", k.Started)
	}
}

func TestSpan(t *testing.T) {
	friday := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	for s, want := range map[string]string{"8h": "2026-11-20 23:00", "3d": "2026-11-23 15:00", "1wd": "2026-11-23 15:00", "10wd": "2026-12-04 15:00", "3m": "2027-02-20 15:00", "5y": "2031-11-20 15:00"} {
		sp, err := process.ParseSpan(s)
		if err != nil || sp.String() != s {
			t.Fatalf("%s: %v %v", s, sp, err)
		}
		if got := sp.After(friday).Format("2006-01-02 15:04"); got != want {
			t.Errorf("%s after Friday: %s, want %s", s, got, want)
		}
	}
	for _, bad := range []string{"", "h", "0h", "08h", "8", "8 h", "8H", "-8h", "8hh", "999999d", "1.5d"} {
		if sp, err := process.ParseSpan(bad); err == nil {
			t.Errorf("%q was read as %v", bad, sp)
		}
	}
}

// TestClockSince: a clock that runs from a stated time gives nobody more time
// who tells late, and takes none away when the time has not come.
func TestClockSince(t *testing.T) {
	text, err := os.ReadFile("catalogue/incident.v1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := process.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		known time.Duration // before the warning
		due   time.Duration // after it
	}{{0, 72 * time.Hour}, {24 * time.Hour, 48 * time.Hour}, {96 * time.Hour, -24 * time.Hour}, {-10 * time.Hour, 72 * time.Hour}} {
		_, acts := chain(t, d, "XA warn")
		acts[0].Fields["known_since"] = process.Text(base.Add(-tt.known).Format("2006-01-02T15:04Z"))
		c := process.Fold(d, at(acts, 0))
		k := clockOf(t, c, "breach.notify", 1)
		if k.Clock == nil || !k.Due.Equal(base.Add(tt.due)) {
			t.Errorf("known %v before: due %v, want %v\n%s", tt.known, k.Due, base.Add(tt.due), dump(c))
		}
	}
	for _, bad := range []struct{ from, to string }{
		{"since: known_since,", "since: breach_first,"}, {"since: known_since,", "since: nothing,"}, {"starts: [warn], stops: [tell], since: known_since", "starts: [tell], stops: [tell], since: known_since"},
		{"starts: [warn, dispute]", "starts: [warn], since: known_since"},
	} {
		changed := strings.Replace(string(text), bad.from, bad.to, 1)
		if changed == string(text) {
			t.Fatalf("%q is not in the file", bad.from)
		}
		if _, err := process.Parse([]byte(changed)); err == nil || !strings.Contains(err.Error(), "since") {
			t.Errorf("%s: %v", bad.to, err)
		}
	}
}

// TestClockUntil: what an order says bounds a clock, and can only shorten it;
// the system lifts when the order's own day is over, and not before.
func TestClockUntil(t *testing.T) {
	text, err := os.ReadFile("catalogue/asset-freeze.v1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := process.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	half := process.Span{N: 6, Unit: "m"}
	for _, tt := range []struct {
		until string
		due   time.Time
	}{{"2026-12-01", time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)}, {"2030-01-01", half.After(base.Add(2 * time.Hour))}, {"2026-11-01", time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}} {
		_, acts := chain(t, d, "XA send", "XB receive", "XB order")
		acts[2].Fields["court_until"] = process.Text(tt.until)
		c := process.Fold(d, at(acts, 0, 1, 2))
		if c.State != "ordered" {
			t.Fatal(dump(c))
		}
		if k := clockOf(t, c, "freeze.end", 3); !k.Due.Equal(tt.due) {
			t.Errorf("in force until %s: due %v, want %v", tt.until, k.Due, tt.due)
		}
		for late, want := range map[time.Duration]string{-time.Minute: "clock", time.Minute: ""} {
			lift := process.Act{ID: id(9), Parents: []landbridge.Digest{acts[2].ID}, Party: "XB", Transition: "let_go", Role: landbridge.System, Time: tt.due.Add(late)}
			if got := rule(c.Check(&lift, nil)); got != want && tt.until != "2026-11-01" {
				t.Errorf("until %s, %v after its end: stopped by %q, want %q", tt.until, late, got, want)
			}
		}
	}
	if _, err := process.Parse([]byte(strings.Replace(string(text), "until: court_until", "until: court_order", 1))); err == nil || !strings.Contains(err.Error(), "until") {
		t.Errorf("until a text: %v", err)
	}
}
