package exchange

import (
	"context"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

const (
	pullForm = "landbridge-pull/v1"
	maxPull  = maxHead + MaxAnswer
)

// A pull asks for the mail of one lane, and brings the answer to what was
// fetched before.
type pull struct {
	Lane   Lane
	Answer []byte
}

func (p *pull) marshal() []byte {
	return append(head(pullForm, "lane", string(p.Lane), "answer", itoa(int64(len(p.Answer)))), p.Answer...)
}

func parsePull(raw []byte) (*pull, error) {
	if len(raw) > maxPull {
		return nil, fail.New(fail.TooLarge, "a question for mail has at most %d bytes", maxPull)
	}
	r := &reader{rest: raw, form: pullForm}
	h := r.heads("lane", "answer")
	p := &pull{}
	var ok bool
	if p.Lane, ok = parseLane(h[0]); !ok {
		r.fail("there is no lane %.20q", h[0])
	}
	p.Answer = r.bytes(int(r.number(h[1], MaxAnswer)))
	return p, r.end()
}

// Pull gives a peer that cannot be reached the mail that waits for it. When
// there is none, the question is held open for a while. No bytes mean no mail.
func (x *Exchange) Pull(ctx context.Context, peer landbridge.PartyID, raw []byte) ([]byte, error) {
	p, err := parsePull(raw)
	if err != nil {
		return nil, err
	}
	l, err := x.link(ctx, peer)
	if err != nil {
		return nil, err
	}
	l.succeeded(ctx, controlLane) // it asks, so it is there
	if len(p.Answer) > 0 {
		if err := x.pulled(ctx, peer, p); err != nil {
			l.failed(ctx, p.Lane, err)
			return nil, err
		}
	}
	for range 2 {
		b, err := x.mailFor(ctx, peer, p.Lane)
		if err != nil || b != nil {
			return b, err
		}
		if !l.pulls[p.Lane].wait(ctx, x.c.Timing.PullWait) {
			break
		}
	}
	return nil, nil
}

// pulled settles the answer to the batch a peer fetched before.
func (x *Exchange) pulled(ctx context.Context, peer landbridge.PartyID, p *pull) error {
	if p.Lane == relayLane {
		_, rows, err := x.held(ctx, peer)
		if err != nil {
			return err
		}
		return x.handedOn(ctx, peer, rows, p.Answer)
	}
	_, rows, err := x.nextBatch(ctx, peer, p.Lane, MaxItems)
	if err != nil {
		return err
	}
	return x.settle(ctx, peer, p.Lane, rows, p.Answer)
}

func (x *Exchange) mailFor(ctx context.Context, peer landbridge.PartyID, lane Lane) ([]byte, error) {
	var b *batch
	var rows []waiting
	var err error
	if lane == relayLane {
		b, rows, err = x.held(ctx, peer)
	} else {
		b, rows, err = x.nextBatch(ctx, peer, lane, MaxItems)
	}
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return b.marshal(), nil
}

// runPull fetches this node's mail from the peer, if this node cannot be
// reached: from every peer, or, when it is reached by relay, from its relays.
// The lanes are asked for side by side, so that none waits for another.
func (l *link) runPull(ctx context.Context) {
	var lanes sync.WaitGroup
	for _, lane := range []Lane{Urgent, Normal, Bulk, relayLane} {
		lanes.Go(func() { l.pullLane(ctx, lane) })
	}
	lanes.Wait()
}

func (l *link) pullLane(ctx context.Context, lane Lane) {
	var answer []byte
	for ctx.Err() == nil {
		wait := l.x.c.Timing.Heartbeat
		if l.pulling(ctx) {
			next, err := l.pullOnce(ctx, lane, answer)
			if err == nil {
				answer = next
				continue
			}
			answer = nil // what was taken in is answered again when it is sent again
			wait = l.failed(ctx, lane, err)
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// pulling reports whether this node fetches its mail from the peer.
func (l *link) pulling(ctx context.Context) bool {
	v, err := l.x.c.Directory.View(ctx)
	if err != nil {
		return false
	}
	r, err := v.Lookup(l.x.me)
	if err != nil {
		return false
	}
	return r.Reach == party.Pull || r.Reach == party.Relay && contains(r.Relays, l.peer)
}

// pullOnce asks once, takes in what comes, and returns the answer to bring.
func (l *link) pullOnce(ctx context.Context, lane Lane, answer []byte) ([]byte, error) {
	q := pull{lane, answer}
	raw, err := l.post(ctx, PathPull, q.marshal(), MaxBatch)
	if err != nil {
		return nil, err
	}
	l.succeeded(ctx, lane)
	if len(raw) == 0 {
		return nil, nil
	}
	b, err := parseBatch(raw)
	if err != nil {
		return nil, err
	}
	for _, it := range b.Items {
		if e, ok := detached(it.Envelope); ok {
			if err := l.fetchPayload(ctx, it.Envelope, e); err != nil {
				return nil, err
			}
		}
	}
	return l.x.Accept(ctx, l.peer, raw)
}

// viewer is the part of a directory that says who is who.
type viewer interface {
	Lookup(landbridge.PartyID) (*party.Record, error)
}
