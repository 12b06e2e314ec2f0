package sim

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"landbridge.example"
)

// Faults are how badly the network behaves. Chances are between 0 and 1 and
// are drawn per request.
type Faults struct {
	Lose       float64       // the request never arrives; the caller waits in vain
	LoseAnswer float64       // the request is served, its answer never arrives
	Duplicate  float64       // the request is served twice
	MinDelay   time.Duration // each way
	MaxDelay   time.Duration // differing delays reorder what is sent side by side
}

// silence is how long a caller without a deadline of its own waits for a lost
// packet before its connection counts as dead.
const silence = 30 * time.Second

var (
	errSilence = errors.New("sim: no answer: the line is silent")
	errRefused = errors.New("sim: connection refused")
	errBroken  = errors.New("sim: connection reset by peer")
)

// A Network carries requests between nodes, or does not.
type Network struct {
	mu       sync.Mutex
	rng      *rand.Rand
	faults   Faults
	hosts    map[string]host // by address, host:port
	cut      map[[2]landbridge.PartyID]bool
	lives    int
	canaries [][]byte
	leaks    []string

	counts Counts
}

// Counts says what befell the requests so far.
type Counts struct{ Requests, Lost, Doubled int }

// Counts returns what befell the requests so far.
func (n *Network) Counts() Counts {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.counts
}

type host struct {
	party   landbridge.PartyID
	handler http.Handler
	life    int // counts restarts: an answer of a life that has ended arrives nowhere
}

// NewNetwork returns a network whose luck is drawn from seed.
func NewNetwork(seed uint64, f Faults) *Network {
	return &Network{
		rng: rand.New(rand.NewPCG(seed, 0x6c616e64)), faults: f,
		hosts: map[string]host{}, cut: map[[2]landbridge.PartyID]bool{},
	}
}

// Heal ends every fault and partition, so that a run can be brought to rest.
func (n *Network) Heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults, n.cut = Faults{MinDelay: time.Millisecond, MaxDelay: time.Millisecond}, map[[2]landbridge.PartyID]bool{}
}

// Cut makes packets between a and b vanish, or lets them through again.
func (n *Network) Cut(a, b landbridge.PartyID, vanish bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut[[2]landbridge.PartyID{a, b}], n.cut[[2]landbridge.PartyID{b, a}] = vanish, vanish
}

// Listen puts a node at an address. A nil handler takes it away: callers are refused.
func (n *Network) Listen(address string, party landbridge.PartyID, h http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if h == nil {
		delete(n.hosts, address)
		return
	}
	n.lives++
	n.hosts[address] = host{party, h, n.lives}
}

// Watch makes every byte that crosses the network be searched for the word.
func (n *Network) Watch(word string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.canaries = append(n.canaries, []byte(word))
}

// Leaks lists where a watched word was seen.
func (n *Network) Leaks() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.leaks...)
}

// Client returns the HTTP client of one node, who shows the given certificate.
func (n *Network) Client(from landbridge.PartyID, cert *x509.Certificate) *http.Client {
	return &http.Client{Transport: &wire{n, from, cert}}
}

// luck is what befalls one request, drawn before it leaves.
type luck struct {
	lose, loseAnswer, twice bool
	there, back             time.Duration
}

func (n *Network) draw() luck {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.counts.Requests++
	chance := func(p float64) bool { return n.rng.Float64() < p }
	delay := func() time.Duration {
		return n.faults.MinDelay + time.Duration(n.rng.Int64N(int64(n.faults.MaxDelay-n.faults.MinDelay)+1))
	}
	l := luck{chance(n.faults.Lose), chance(n.faults.LoseAnswer), chance(n.faults.Duplicate), delay(), delay()}
	if l.lose || l.loseAnswer {
		n.counts.Lost++
	}
	if l.twice {
		n.counts.Doubled++
	}
	return l
}

// find returns the node at address, unless the line between is cut.
func (n *Network) find(from landbridge.PartyID, address string) (h host, vanished, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h, ok = n.hosts[address]
	return h, ok && n.cut[[2]landbridge.PartyID{from, h.party}], ok
}

func (n *Network) inspect(where string, b []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.canaries {
		if bytes.Contains(b, c) {
			n.leaks = append(n.leaks, fmt.Sprintf("%q in %s", c, where))
		}
	}
}

// A wire is one node's way into the network.
type wire struct {
	net  *Network
	from landbridge.PartyID
	cert *x509.Certificate
}

// RoundTrip implements http.RoundTripper on the simulated network.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	ctx, l := r.Context(), w.net.draw()
	w.net.inspect(fmt.Sprintf("a request of %s: %s %s", w.from, r.Method, r.URL.Path), append([]byte(r.URL.String()), body...))
	if err := wait(ctx, l.there); err != nil {
		return nil, err
	}
	h, vanished, ok := w.net.find(w.from, r.URL.Host)
	switch {
	case vanished || ok && l.lose:
		return nil, w.silent(ctx)
	case !ok:
		return nil, errRefused
	}
	answer := w.serve(ctx, h, r, body)
	if l.twice {
		answer = w.serve(ctx, h, r, body)
	}
	if err := wait(ctx, l.back); err != nil {
		return nil, err
	}
	switch now, vanished, ok := w.net.find(w.from, r.URL.Host); {
	case vanished || l.loseAnswer:
		return nil, w.silent(ctx)
	case !ok || now.life != h.life: // it died before its answer was out
		return nil, errBroken
	}
	w.net.inspect(fmt.Sprintf("an answer of %s: %s %s", h.party, r.Method, r.URL.Path), answer.Body.Bytes())
	res := answer.Result()
	res.Request = r
	return res, nil
}

// serve hands the request to the node as its TLS listener would: with the
// certificate the caller proved to hold.
func (w *wire) serve(ctx context.Context, h host, r *http.Request, body []byte) *httptest.ResponseRecorder {
	// The server does not end when the caller gives up.
	in := r.Clone(context.WithoutCancel(ctx))
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = string(w.from) + ":0"
	in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, PeerCertificates: []*x509.Certificate{w.cert}}
	answer := httptest.NewRecorder()
	h.handler.ServeHTTP(answer, in)
	return answer
}

func (w *wire) silent(ctx context.Context) error {
	if err := wait(ctx, silence); err != nil {
		return err
	}
	return errSilence
}

// wait sleeps on the simulated clock, or less if ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
