package pace

import (
	"fmt"
	"testing"
	"time"

	"landbridge.example/internal/fail"
)

// TestGate: each allowance ends where its constant says, for one address alone,
// and begins anew with the next window.
func TestGate(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	g := New(func() time.Time { return now })
	for _, x := range []struct {
		name string
		take func(string) error
		most int
		next time.Duration
	}{{"forms", g.Form, FormsPerMinute, time.Minute}, {"new", g.Fresh, NewPerHour, time.Hour},
		{"files", g.File, FilesPerMinute, time.Minute}, {"cards", g.Card, CardsPerHour, time.Hour}} {
		for i := range x.most {
			if err := x.take("192.0.2.7:" + fmt.Sprint(1000+i)); err != nil {
				t.Fatalf("%s: the %dth is refused: %v", x.name, i+1, err)
			}
		}
		if err := x.take("192.0.2.7:9"); !fail.Is(err, fail.Unavailable) {
			t.Errorf("%s: one too many gives %v", x.name, err)
		}
		if err := x.take("192.0.2.8:9"); err != nil {
			t.Errorf("%s: another address is refused: %v", x.name, err)
		}
		now = now.Add(x.next)
		if err := x.take("192.0.2.7:9"); err != nil {
			t.Errorf("%s: the next window refuses: %v", x.name, err)
		}
	}
}

// TestManyAddresses: memory is bounded, and who comes too late shares one count.
func TestManyAddresses(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	g := New(func() time.Time { return now })
	refused := 0
	for i := range MaxAddresses + FormsPerMinute + 5 {
		if g.Form(fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)) != nil {
			refused++
		}
	}
	if refused != 5 || len(g.forms.count) > MaxAddresses+1 {
		t.Errorf("%d refused, %d remembered", refused, len(g.forms.count))
	}
}

func TestAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7:80": "192.0.2.7", "[::ffff:192.0.2.7]:80": "192.0.2.7", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64",
		"192.0.2.7": "192.0.2.7", "@": "", "": "",
	} {
		if got := Address(remote); got != want {
			t.Errorf("%q counts as %q, want %q", remote, got, want)
		}
	}
}
