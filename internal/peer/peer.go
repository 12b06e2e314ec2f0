// Package peer is the edge between nodes: HTTPS with mutual TLS whose
// certificates are pinned by the directory, deadlines everywhere, and bounds on
// every body. It also serves the public, read-only log.
//
// Trust: the edge says who is asking, and nothing more; what may be done is
// decided behind it. An attacker without a key in the directory can reach the
// public log and the sentence that refuses everything else.
//
// Limits: HTTP/1.1 only. HTTP/2 shares one connection, and one that dropped
// packets stays stuck for minutes unless it is pinged; a connection of
// HTTP/1.1 is found dead by its deadlines.
package peer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// Config is what the edge stands on.
type Config struct {
	Party     landbridge.PartyID
	Exchange  *exchange.Exchange
	Directory *party.Directory
	Log       *record.Log
	// Identify says who is asking. Nil means by the pinned certificate, which
	// is right everywhere but in a simulated network without TLS.
	Identify func(*http.Request) (landbridge.PartyID, error)
	// Machine is the machine's own clock, by which its connections end: the
	// node's may be set otherwise, in a demo. Nil means the node's.
	Machine func() time.Time
	// Report is told errors whose text stays here.
	Report func(error)
}

// maxAtOnce bounds how many requests of one peer are served at once; a peer
// has four lanes and a few questions.
const maxAtOnce = 24

// maxBodyTime is how long one request may take, from its head to the end of
// the answer.
const maxBodyTime = time.Minute

// maxShort bounds bodies that hold one note or question.
const maxShort = 1 << 20

type edge struct {
	Config
	mu   sync.Mutex
	busy map[landbridge.PartyID]int
}

// An action serves one request of a known peer and returns the body of the answer.
type action func(r *http.Request, peer landbridge.PartyID, body []byte) ([]byte, error)

// New returns the handler of requests from other nodes.
func New(c Config) http.Handler {
	e := &edge{Config: c, busy: map[landbridge.PartyID]int{}}
	if e.Identify == nil {
		e.Identify = e.byPin
	}
	if e.Report == nil {
		e.Report = func(error) {}
	}
	if e.Machine == nil {
		e.Machine = c.Exchange.Now
	}
	x := c.Exchange
	m := http.NewServeMux()
	post := func(path string, max int64, a action) { m.Handle("POST "+path, e.serve(max, a)) }
	post(exchange.PathEnvelopes, exchange.MaxBatch, func(r *http.Request, p landbridge.PartyID, b []byte) ([]byte, error) {
		return x.Accept(r.Context(), p, b)
	})
	post(exchange.PathRelay+"/{party}", exchange.MaxBatch, func(r *http.Request, p landbridge.PartyID, b []byte) ([]byte, error) {
		to, err := landbridge.ParsePartyID(r.PathValue("party"))
		if err != nil {
			return nil, fail.New(fail.Invalid, "%v", err)
		}
		return x.Hold(r.Context(), p, to, b)
	})
	post(exchange.PathPull, exchange.MaxAnswer+maxShort, func(r *http.Request, p landbridge.PartyID, b []byte) ([]byte, error) {
		return x.Pull(r.Context(), p, b)
	})
	post(exchange.PathKnock, maxShort, func(r *http.Request, p landbridge.PartyID, b []byte) ([]byte, error) {
		return x.Knock(r.Context(), p, b)
	})
	post(exchange.PathReceipts, maxShort, func(r *http.Request, p landbridge.PartyID, b []byte) ([]byte, error) {
		return x.Proofs(r.Context(), p, b)
	})
	post(exchange.PathWitness, ledger.MaxWitnessRequest, func(r *http.Request, p landbridge.PartyID, b []byte) ([]byte, error) {
		return x.Cosign(r.Context(), p, b)
	})
	post(exchange.PathDirectory, party.MaxStatement, func(r *http.Request, _ landbridge.PartyID, b []byte) ([]byte, error) {
		return x.Order(r.Context(), b)
	})
	m.Handle("GET "+exchange.PathDirectory, e.serve(0, e.directory))
	post(exchange.PathPayloads, exchange.MaxAnnounce, func(r *http.Request, p landbridge.PartyID, b []byte) ([]byte, error) {
		return x.Announce(r.Context(), p, b)
	})
	m.Handle("PUT "+exchange.PathPayloads+"{message}/{leaf}", e.serve(-1, e.putLeaf))
	m.Handle("GET "+exchange.PathPayloads+"{message}", e.serve(0, e.getPayload))
	m.Handle("GET "+exchange.PathPayloads+"{message}/{leaf}", e.serve(0, e.getPayload))
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		e.refuse(w, r, fail.New(fail.Missing, "there is nothing at %q on a node; spec/delivery.md lists what there is", clip(r.URL.Path)))
	})
	return m
}

func clip(s string) string { return s[:min(len(s), 80)] }

// serve wraps an action: who asks, how many at once, how long the body may be.
// A negative max leaves the body to the action, which bounds it itself.
func (e *edge) serve(max int64, a action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(exchange.HeaderTime, e.Exchange.Now().Format(time.RFC3339Nano))
		peer, err := e.Identify(r)
		if err == nil {
			err = e.enter(peer)
		}
		if err != nil {
			e.refuse(w, r, err)
			return
		}
		defer e.leave(peer)
		// A body that trickles in or an answer nobody reads would hold a place for ever.
		until := e.Machine().Add(maxBodyTime)
		rc := http.NewResponseController(w)
		rc.SetReadDeadline(until)  //nolint:errcheck // not every transport of a test has deadlines
		rc.SetWriteDeadline(until) //nolint:errcheck
		var body []byte
		if max >= 0 {
			body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, max))
		}
		if err == nil {
			body, err = a(r, peer, body)
		}
		if err != nil {
			e.refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body) //nolint:errcheck // the peer is gone: it will ask again
	})
}

func (e *edge) enter(p landbridge.PartyID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy[p] >= maxAtOnce {
		return fail.New(fail.Unavailable, "%s has %d requests under way here; wait until one is answered", p, maxAtOnce)
	}
	e.busy[p]++
	return nil
}

func (e *edge) leave(p landbridge.PartyID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy[p]--; e.busy[p] == 0 {
		delete(e.busy, p)
	}
}

// byPin says who is asking by the certificate of the connection.
func (e *edge) byPin(r *http.Request) (landbridge.PartyID, error) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return "", fail.New(fail.Denied, "this address is for nodes, which show a certificate; people use the other address of %s", e.Party)
	}
	v, err := e.Directory.View(r.Context())
	if err != nil {
		return "", err
	}
	pin := party.Pin(r.TLS.PeerCertificates[0])
	p, ok := v.ByPin(pin)
	if !ok {
		return "", fail.New(fail.Denied,
			"the certificate you show (%s…) is nobody's in the directory of %s at position %d; publish your record, or wait until %s has fetched it",
			pin.String()[:12], e.Party, v.Position(), e.Party)
	}
	if p == e.Party {
		return "", fail.New(fail.Denied, "you show the certificate of %s itself; a node does not talk to itself", e.Party)
	}
	return p, nil
}

// statuses maps each kind of failure to a status. The kind itself travels in
// a header; the status is for proxies and people.
func status(k fail.Kind) int {
	switch k {
	case fail.Invalid:
		return http.StatusBadRequest
	case fail.Denied, fail.Unsigned:
		return http.StatusForbidden
	case fail.Missing:
		return http.StatusNotFound
	case fail.Conflict:
		return http.StatusConflict
	case fail.Unavailable:
		return http.StatusServiceUnavailable
	case fail.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fail.Expired:
		return http.StatusGone
	default:
		return http.StatusInternalServerError
	}
}

// refuse answers with a sentence.
func (e *edge) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return // the peer is gone
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = fail.New(fail.TooLarge, "the request is longer than %s takes here", e.Party)
	}
	if le, ok := errors.AsType[*ledger.Error](err); ok {
		e.refuseWitness(w, le)
		return
	}
	kind := fail.KindOf(err)
	if kind == fail.Internal {
		e.Report(errors.Join(errors.New("serving "+clip(r.URL.Path)), err))
	}
	w.Header().Set(exchange.HeaderKind, kind.String())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Connection", "close") // what is left of the body is not worth reading
	w.WriteHeader(status(kind))
	io.WriteString(w, fail.Safe(err)+"\n") //nolint:errcheck // the peer is gone
}

// refuseWitness answers as C2SP tlog-witness says.
func (e *edge) refuseWitness(w http.ResponseWriter, err *ledger.Error) {
	kind, code := fail.Invalid, http.StatusBadRequest
	switch err.Code {
	case ledger.Stale, ledger.Shrunk:
		kind, code = fail.Conflict, http.StatusConflict
		w.Header().Set(exchange.HeaderSize, strconv.FormatInt(err.Known, 10))
	case ledger.BadProof, ledger.Forked:
		kind, code = fail.Unsigned, http.StatusUnprocessableEntity
	case ledger.BadSignature, ledger.BadKey:
		kind, code = fail.Unsigned, http.StatusForbidden
	case ledger.UnknownLog:
		kind, code = fail.Missing, http.StatusNotFound
	}
	w.Header().Set(exchange.HeaderKind, kind.String())
	body := err.Text
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if code == http.StatusConflict {
		w.Header().Set("Content-Type", "text/x.tlog.size")
		body = strconv.FormatInt(err.Known, 10)
	}
	w.WriteHeader(code)
	io.WriteString(w, body+"\n") //nolint:errcheck // the peer is gone
}

// directory answers with the entries after a position.
func (e *edge) directory(r *http.Request, _ landbridge.PartyID, _ []byte) ([]byte, error) {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil || since < 0 {
		return nil, fail.New(fail.Invalid, "ask like %s?since=12", exchange.PathDirectory)
	}
	entries, err := e.Directory.Since(r.Context(), since)
	return party.FormatFile(entries), err
}

func messageOf(r *http.Request) (landbridge.Digest, int64, error) {
	d, err := landbridge.ParseDigest(r.PathValue("message"))
	if err != nil {
		return d, 0, fail.New(fail.Invalid, "%v", err)
	}
	leaf := r.PathValue("leaf")
	if leaf == "" {
		return d, -1, nil
	}
	n, err := strconv.ParseInt(leaf, 10, 64)
	if err != nil || n < 0 || strings.HasPrefix(leaf, "+") {
		return d, 0, fail.New(fail.Invalid, "a leaf is named by its number, from 0")
	}
	return d, n, nil
}

func (e *edge) putLeaf(r *http.Request, p landbridge.PartyID, _ []byte) ([]byte, error) {
	d, n, err := messageOf(r)
	if err != nil {
		return nil, err
	}
	return nil, e.Exchange.PutLeaf(r.Context(), p, d, n, io.LimitReader(r.Body, seal.LeafSize+1))
}

func (e *edge) getPayload(r *http.Request, p landbridge.PartyID, _ []byte) ([]byte, error) {
	d, n, err := messageOf(r)
	if err != nil {
		return nil, err
	}
	return e.Exchange.Payload(r.Context(), p, d, n)
}
