package node

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"landbridge.example/internal/fail"
)

// TestFronts: only the operator's own fronts are believed, and only about the
// hop that each of them saw.
func TestFronts(t *testing.T) {
	own, err := parseFronts("127.0.0.1, 10.1.0.0/16 ,fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"nobody in front", "198.51.100.7:4000", nil, "198.51.100.7:4000"},
		{"a stranger says who he is", "198.51.100.7:4000", []string{"203.0.113.9"}, "198.51.100.7:4000"},
		{"one front", "127.0.0.1:4000", []string{"203.0.113.9"}, "203.0.113.9:0"},
		{"the asker wrote a name before", "127.0.0.1:4000", []string{"192.0.2.1, 203.0.113.9"}, "203.0.113.9:0"},
		{"and in a line of its own", "127.0.0.1:4000", []string{"192.0.2.1", "203.0.113.9"}, "203.0.113.9:0"},
		{"two fronts", "127.0.0.1:4000", []string{"192.0.2.1, 203.0.113.9, 10.1.2.3"}, "203.0.113.9:0"},
		{"with a port, IPv6", "[fd00::1]:4000", []string{"[2001:db8::5]:99"}, "[2001:db8::5]:0"},
		{"IPv4 written as IPv6", "[::ffff:127.0.0.1]:4000", []string{"::ffff:203.0.113.9"}, "203.0.113.9:0"},
		{"the front itself asks", "127.0.0.1:4000", nil, "127.0.0.1:0"},
		{"no address", "127.0.0.1:4000", []string{"unknown"}, "127.0.0.1:0"},
		{"no address behind a front", "127.0.0.1:4000", []string{"203.0.113.9, unknown, 10.1.2.3"}, "10.1.2.3:0"},
	} {
		if got := own.asker(x.remote, x.forwarded); got != x.want {
			t.Errorf("%s: %s, not %s", x.name, got, x.want)
		}
	}
	for _, text := range []string{"localhost", "10.1.0.0/33", "0.0.0.0/0", "::/0", "127.0.0.1;10.0.0.1"} {
		if _, err := parseFronts(text); !fail.Is(err, fail.Invalid) {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

// TestBehind: a handler sees who asks, and the caller's request is as it was.
func TestBehind(t *testing.T) {
	own, err := parseFronts("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	var saw string
	h := own.behind(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { saw = r.RemoteAddr }))
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "127.0.0.1:5"
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	h.ServeHTTP(httptest.NewRecorder(), r)
	if saw != "203.0.113.9:0" || r.RemoteAddr != "127.0.0.1:5" {
		t.Errorf("the handler saw %s, the request says %s", saw, r.RemoteAddr)
	}
}

func FuzzFronts(f *testing.F) {
	f.Add("127.0.0.1,10.0.0.0/8", "127.0.0.1:1", "203.0.113.9, 10.0.0.1")
	f.Add("::1", "[::1]:1", "[2001:db8::1]:3,,")
	f.Fuzz(func(t *testing.T, text, remote, forwarded string) {
		own, err := parseFronts(text)
		if err != nil {
			return
		}
		got := own.asker(remote, []string{forwarded})
		if got == remote {
			return
		}
		if _, err := netip.ParseAddrPort(got); err != nil {
			t.Errorf("%q of %q behind %q is no address: %v", got, forwarded, remote, err)
		}
		if at, ok := hop(remote); !ok || !own.has(at) {
			t.Errorf("%q was believed, who is no front of %q", remote, text)
		}
	})
}
