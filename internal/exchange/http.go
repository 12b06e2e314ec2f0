package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"landbridge.example/internal/fail"
)

// Paths of the node-to-node interface; package peer serves them, and
// spec/delivery.md describes them.
const (
	PathEnvelopes = "/peer/v1/envelopes"
	PathRelay     = "/peer/v1/relay"
	PathPull      = "/peer/v1/pull"
	PathKnock     = "/peer/v1/knock"
	PathReceipts  = "/peer/v1/receipts"
	PathDirectory = "/peer/v1/directory"
	PathWitness   = "/peer/v1/witness/add-checkpoint"
	PathPayloads  = "/peer/v1/payloads/" // followed by a digest, and perhaps a leaf
)

// Headers of an answer between nodes.
const (
	HeaderKind = "Landbridge-Kind" // of a refusal: the name of a fail.Kind; the body is its sentence
	HeaderTime = "Landbridge-Time" // the clock of the one who answers, RFC 3339
	HeaderSize = "Landbridge-Size" // with a witness's refusal: the size of the log it knows
)

const maxSentence = 4 << 10 // bytes of a refusal that are read

// A request is one question to a peer.
type request struct {
	method string
	path   string
	body   []byte
	stream io.Reader // instead of body, with its length
	length int64
	max    int64 // bytes of the answer that are read
}

// An unreached error says that the peer did not answer at all.
type unreached struct{ cause error }

// Error implements error.
func (u *unreached) Error() string { return u.cause.Error() }

func (u *unreached) Unwrap() error { return u.cause }

// A fault is an internal error of the peer, not of this node.
type fault struct{ error }

func (f *fault) Unwrap() error { return f.error }

func isFault(err error) bool {
	_, ok := errors.AsType[*fault](err)
	return ok
}

// isOurs reports whether an error is a fault of this node, which its own log
// should explain.
func isOurs(err error) bool {
	_, away := errors.AsType[*unreached](err)
	return !away && !isFault(err) && fail.KindOf(err) == fail.Internal
}

// post sends one message to the peer and returns its answer.
func (l *link) post(ctx context.Context, path string, body []byte, max int64) ([]byte, error) {
	return l.do(ctx, request{method: http.MethodPost, path: path, body: body, max: max})
}

// do asks the peer. A refusal comes back as the fail error it was sent as.
func (l *link) do(ctx context.Context, q request) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, l.x.c.Timing.Request)
	defer cancel()
	still := time.AfterFunc(l.x.c.Timing.Request, cancel) // sooner, once an answer has begun
	defer still.Stop()
	address, err := l.target(ctx)
	if err != nil {
		return nil, err
	}
	var body io.Reader = bytes.NewReader(q.body)
	length := int64(len(q.body))
	if q.stream != nil {
		body, length = q.stream, q.length
	}
	req, err := http.NewRequestWithContext(ctx, q.method, address+q.path, body)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", l.peer, err)
	}
	req.ContentLength = length
	if length > 0 {
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	sent := l.x.c.Clock()
	res, err := l.x.c.Client(l.peer).Do(req)
	if err != nil {
		return nil, &unreached{err}
	}
	defer res.Body.Close()
	l.compareClocks(sent, l.x.c.Clock(), res.Header.Get(HeaderTime))
	if res.StatusCode >= 300 {
		text, err := io.ReadAll(io.LimitReader(res.Body, maxSentence))
		if err != nil {
			return nil, &unreached{err}
		}
		return nil, l.refusal(res, text)
	}
	moving := &movingReader{res.Body, still, l.x.c.Timing.Still}
	answer, err := io.ReadAll(io.LimitReader(moving, q.max+1))
	if err != nil {
		return nil, &unreached{err}
	}
	if int64(len(answer)) > q.max {
		return nil, fail.New(fail.TooLarge, "%s answers with more than %d bytes", l.peer, q.max)
	}
	return answer, nil
}

// A movingReader puts off a timer with everything it reads: an answer may take
// long, but may not stand still.
type movingReader struct {
	r     io.Reader
	timer *time.Timer
	still time.Duration
}

// Read implements io.Reader.
func (m *movingReader) Read(p []byte) (int, error) {
	m.timer.Reset(m.still)
	return m.r.Read(p)
}

// target returns the address to try.
func (l *link) target(ctx context.Context) (string, error) {
	r, err := l.x.c.Directory.Lookup(ctx, l.peer)
	if err != nil {
		return "", err
	}
	if len(r.Addresses) == 0 {
		return "", fail.New(fail.Unavailable, "%s has published no address; it fetches its mail by itself", l.peer)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return r.Addresses[l.address%len(r.Addresses)], nil
}

// refusal reads the answer of a peer that says no.
func (l *link) refusal(res *http.Response, text []byte) error {
	sentence := oneLine(string(text))
	name := res.Header.Get(HeaderKind)
	if name == "" {
		return fail.New(fail.Unavailable, "something that is not a Landbridge node answers at the address of %s (HTTP %d); correct the address in its record",
			l.peer, res.StatusCode)
	}
	kind := fail.ParseKind(name)
	err := fail.New(kind, "%s says: %s", l.peer, sentence)
	if kind == fail.Internal {
		return &fault{err}
	}
	if known, e := strconv.ParseInt(res.Header.Get(HeaderSize), 10, 64); e == nil && known >= 0 {
		return &staleError{known, err}
	}
	return err
}

// compareClocks notes by how much the peer's clock differs.
func (l *link) compareClocks(sent, got time.Time, theirs string) {
	t, err := time.Parse(time.RFC3339Nano, theirs)
	if err != nil {
		return
	}
	l.mu.Lock()
	l.offset = t.Sub(sent.Add(got.Sub(sent) / 2))
	l.mu.Unlock()
}

// explain says in one plain sentence why the peer was not reached, or what it
// answered, and whether it was reached.
func (l *link) explain(err error) (sentence string, reached bool) {
	u, ok := errors.AsType[*unreached](err)
	if !ok {
		return fail.Safe(err), fail.KindOf(err) != fail.Denied // who denies us everything might as well be down
	}
	if s := fail.Safe(u.cause); fail.KindOf(u.cause) == fail.Unsigned || fail.KindOf(u.cause) == fail.Denied {
		return s, false // our own check of its certificate
	}
	return l.network(u.cause), false
}

// network puts the usual failures of a network into words.
func (l *link) network(err error) string {
	p := l.peer
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("the name %s of %s cannot be resolved; check the address in its record and this node's name service", dns.Name, p)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s refuses connections at %s: its node is not running there, or a firewall rejects us", p, where(err))
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Sprintf("there is no route to %s at %s; check this node's network", p, where(err))
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("%s ended the connection in the middle; it may be restarting", p)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		errors.Is(err, net.ErrClosed), isTimeout(err):
		return fmt.Sprintf("%s does not answer in time; its node or the network to it is down, or drops what is sent", p)
	case strings.Contains(err.Error(), "tls:"), strings.Contains(err.Error(), "x509:"):
		return fmt.Sprintf("%s answers, but no secure connection comes about; something between may be changing it", p)
	}
	return fmt.Sprintf("%s cannot be reached", p)
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

// where returns the address an attempt went to, if it is known.
func where(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil {
		return op.Addr.String()
	}
	return "its address"
}
