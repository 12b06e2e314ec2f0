// Package pace counts what strangers send to the open forms of a node, so that
// one of them cannot keep it busy or try secrets by the thousand.
//
// It counts by network address in windows of fixed length, in memory: a node
// that starts again begins at nought. Many people behind one address share its
// allowance, so the allowances are made for halls, not for single readers.
//
// Trust: pace is trusted with nothing but patience. Who controls many addresses
// passes it, and then meets secrets of 160 bits and the bounds of the modules.
//
// Limits: [MaxAddresses] addresses in one window; those beyond share one count.
package pace

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"landbridge.example/internal/fail"
)

// Allowances of one address.
const (
	FormsPerMinute = 120 // secrets tried, forms sent
	NewPerHour     = 120 // entries and invitations: what makes something new
	FilesPerMinute = 60  // files that are put together for whoever asks, such as a proof
	CardsPerHour   = 600 // contacts shared: a whole hall of visitors may stand behind one address
)

// MaxAddresses bounds what one window remembers.
const MaxAddresses = 10_000

// A window counts until it ends, then begins anew.
type window struct {
	most   int
	length time.Duration

	mu    sync.Mutex
	ends  time.Time
	count map[string]int
}

// A Gate is what the open faces of one node ask before they take something in.
// It is safe for use by many goroutines.
type Gate struct {
	clock                      func() time.Time
	forms, fresh, files, cards window
}

// New returns a gate with the allowances of this package.
func New(clock func() time.Time) *Gate {
	return &Gate{clock: clock, forms: window{most: FormsPerMinute, length: time.Minute}, fresh: window{most: NewPerHour, length: time.Hour},
		files: window{most: FilesPerMinute, length: time.Minute}, cards: window{most: CardsPerHour, length: time.Hour}}
}

// Form counts a form, or a secret that is tried.
func (g *Gate) Form(remote string) error { return g.pass(&g.forms, remote, "minute") }

// Fresh counts something new that is sent in.
func (g *Gate) Fresh(remote string) error { return g.pass(&g.fresh, remote, "hour") }

// File counts a file that takes work to put together.
func (g *Gate) File(remote string) error { return g.pass(&g.files, remote, "minute") }

// Card counts a card that a visitor shares.
func (g *Gate) Card(remote string) error { return g.pass(&g.cards, remote, "hour") }

func (g *Gate) pass(w *window, remote, unit string) error {
	if !w.take(Address(remote), g.clock()) {
		return fail.New(fail.Unavailable, "too much came from your network within one %s; wait and send it again", unit)
	}
	return nil
}

func (w *window) take(who string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count == nil || !now.Before(w.ends) {
		w.count, w.ends = map[string]int{}, now.Add(w.length)
	}
	if _, known := w.count[who]; !known && len(w.count) >= MaxAddresses {
		who = ""
	}
	w.count[who]++
	return w.count[who] <= w.most
}

// Address returns what of a remote address is counted: an IPv4 address, or the
// network of an IPv6 address, of which one household has a whole one.
func Address(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	const home = 64 // bits of the network
	p, err := a.Prefix(home)
	if err != nil {
		return ""
	}
	return p.String()
}
