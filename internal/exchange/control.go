package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/ledger"
)

const (
	knockForm    = "landbridge-knock/v1"
	maxKnock     = 1<<10 + ledger.MaxNote
	maxDirectory = 8 << 20 // bytes of one answer with directory entries
)

// A knock is what two nodes tell each other when they meet: I am here, this is
// the directory I hold, and this is the newest head of your log that I cosigned.
type knock struct {
	Position int64
	Head     landbridge.Digest
	Seen     []byte // a checkpoint of the other's log, under its own signature; may be empty
}

func (k *knock) marshal() []byte {
	return append(head(knockForm, "directory", itoa(k.Position)+" "+k.Head.String(), "seen", itoa(int64(len(k.Seen)))), k.Seen...)
}

func parseKnock(raw []byte) (*knock, error) {
	if len(raw) > maxKnock {
		return nil, fail.New(fail.TooLarge, "a knock has at most %d bytes", maxKnock)
	}
	r := &reader{rest: raw, form: knockForm}
	h := r.heads("directory", "seen")
	k := &knock{}
	position, digest, _ := strings.Cut(h[0], " ")
	k.Position = r.number(position, 1<<62)
	var err error
	if k.Head, err = landbridge.ParseDigest(digest); err != nil || len(digest) != 64 {
		r.fail("the head of the directory is not a digest")
	}
	k.Seen = r.bytes(int(r.number(h[1], ledger.MaxNote)))
	return k, r.end()
}

// greet makes the knock for a peer.
func (x *Exchange) greet(ctx context.Context, p landbridge.PartyID) (*knock, error) {
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	k := &knock{Position: v.Position(), Head: v.Head()}
	if k.Seen, err = x.c.Log.PeerCheckpoint(ctx, p); err != nil && !fail.Is(err, fail.Missing) {
		return nil, err
	}
	return k, nil
}

// Knock answers a peer that says it is there.
func (x *Exchange) Knock(ctx context.Context, peer landbridge.PartyID, raw []byte) ([]byte, error) {
	k, err := parseKnock(raw)
	if err != nil {
		return nil, err
	}
	l, err := x.link(ctx, peer)
	if err != nil {
		return nil, err
	}
	mine, err := x.greet(ctx, peer)
	if err != nil {
		return nil, err
	}
	l.met(ctx, k)
	if k.Position > mine.Position {
		l.call() // fetch what it has more
	}
	l.wakeMail()
	return mine.marshal(), nil
}

// met draws the conclusions from what a peer said of itself.
func (l *link) met(ctx context.Context, k *knock) {
	l.mu.Lock()
	l.position = k.Position
	l.mu.Unlock()
	l.x.compareDirectories(ctx, l.peer, k)
	l.guard(ctx, k.Seen)
}

// guard tells our log what a witness has seen of it (fork guard): when that is
// more than we have, our database is an old copy, and the log stops itself.
func (l *link) guard(ctx context.Context, seen []byte) {
	if len(seen) == 0 {
		return
	}
	c, err := ledger.PeekCheckpoint(seen)
	if err != nil {
		return // a peer that shows nonsense proves nothing
	}
	size, err := l.x.c.Log.Size(ctx)
	if err != nil || c.Size <= size {
		l.x.report(ctx, "reading the size of the log", err)
		return
	}
	if err := l.x.c.Log.Guard(ctx, c.Size, l.peer, seen); err != nil {
		l.x.alarm(ctx, l.peer, alarmGuard, fail.Safe(err), seen)
	}
}

// compareDirectories finds out whether the secretariat has shown two chains.
func (x *Exchange) compareDirectories(ctx context.Context, p landbridge.PartyID, k *knock) {
	ours, err := x.c.Directory.HeadAt(ctx, k.Position)
	if fail.Is(err, fail.Missing) {
		return // the peer holds more than we do; each entry we fetch is checked against ours
	}
	if err != nil {
		x.report(ctx, "reading the directory", err)
		return
	}
	if ours != k.Head {
		x.alarm(ctx, p, alarmDirectory, fmt.Sprintf("%s holds another directory than this node at position %d (%s… there, %s… here): "+
			"the secretariat has shown two. Compare with other members, and keep both", p, k.Position, k.Head.String()[:12], ours.String()[:12]), nil)
	}
}

// runControl knocks at the start and whenever the peer has been silent for a
// while, and fetches the directory when the peer has more of it.
func (l *link) runControl(ctx context.Context) {
	l.loop(ctx, controlLane, func() (bool, error) {
		if how, err := l.way(ctx); err != nil || how != party.Push {
			return false, err
		}
		if !l.silent() {
			return false, nil
		}
		mine, err := l.x.greet(ctx, l.peer)
		if err != nil {
			return false, err
		}
		raw, err := l.post(ctx, PathKnock, mine.marshal(), maxKnock)
		if err != nil {
			return false, err
		}
		k, err := parseKnock(raw)
		if err != nil {
			return false, fail.New(fail.Invalid, "%s answers in a form this release does not know: %s", l.peer, fail.Safe(err))
		}
		l.met(ctx, k)
		l.succeeded(ctx, controlLane)
		if k.Position > mine.Position {
			return false, l.fetchDirectory(ctx)
		}
		return false, nil
	})
}

// silent reports whether the peer should be asked if it is there: it has not
// answered for a while, something calls for it, or the last knock is so long
// ago that the directories should be compared.
func (l *link) silent() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.x.now()
	due := l.called || !l.health.up || now.Sub(l.health.ok) >= l.x.c.Timing.Heartbeat || now.Sub(l.knocked) >= 4*l.x.c.Timing.Heartbeat
	if due {
		l.called, l.knocked = false, now
	}
	return due
}

// offer lets the secretariat tell a peer at once that the directory grew.
func (l *link) offer(position int64) {
	l.mu.Lock()
	behind := l.position < position
	l.mu.Unlock()
	if behind {
		l.call()
	}
}

// fetchDirectory takes over the entries a peer has and we do not. Each is
// checked by itself, so it does not matter who brings it.
func (l *link) fetchDirectory(ctx context.Context) error {
	for {
		at, err := l.x.c.Directory.Position(ctx)
		if err != nil {
			return err
		}
		raw, err := l.do(ctx, request{method: http.MethodGet, path: PathDirectory + "?since=" + itoa(at), max: maxDirectory})
		if err != nil {
			return err
		}
		if len(raw) == 0 {
			return nil
		}
		for _, e := range party.SplitFile(raw) {
			if err := l.x.c.Directory.Add(ctx, e); err != nil {
				if fail.Is(err, fail.Conflict) {
					l.x.alarm(ctx, l.peer, alarmDirectory, fail.Safe(err), raw[:min(len(raw), maxEvidence)])
				}
				return err
			}
		}
	}
}

// Publish sends a signed statement to the secretariat, which gives it a place
// in the directory, and takes over the entry it becomes.
func (x *Exchange) Publish(ctx context.Context, statement []byte) error {
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return err
	}
	if v.Secretariat() == x.me {
		_, err := x.Order(ctx, statement)
		return err
	}
	l, err := x.link(ctx, v.Secretariat())
	if err != nil {
		return err
	}
	raw, err := l.post(ctx, PathDirectory, statement, maxDirectory)
	if err != nil {
		why, _ := l.explain(err)
		return fail.Because(err, fail.KindOf(err), "the directory was not changed: %s", why)
	}
	if err := l.fetchDirectory(ctx); err != nil {
		return err
	}
	return x.c.Directory.Add(ctx, raw)
}

// Order puts a statement into the directory, if this node is the secretariat.
func (x *Exchange) Order(ctx context.Context, statement []byte) ([]byte, error) {
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	if v.Secretariat() != x.me || x.c.Keys.Directory.IsZero() {
		return nil, fail.New(fail.Denied, "%s does not order the directory; send the statement to %s", x.me, v.Secretariat())
	}
	return x.c.Directory.Order(ctx, statement, x.c.Keys.Directory.Signer())
}

// How the growth of the log is noticed: those who append through this package
// say so; of other facts, such as reads, the size tells. A round of
// cosignatures may need several questions, so witnesses are asked for a while.
const (
	witnessTick  = 5 * time.Second
	witnessAsked = 10 * time.Second
)

// runLog wakes those that push the log's head to witnesses: soon after the log
// grew, but not at every entry.
func (x *Exchange) runLog(ctx context.Context) {
	var known int64
	var grown time.Time
	wait := witnessTick
	for x.log.wait(ctx, wait) {
		rest := newSignal()
		if !rest.wait(ctx, x.c.Timing.Debounce) {
			return
		}
		size, err := x.c.Log.Size(ctx)
		x.report(ctx, "reading the size of the log", err)
		if now := x.now(); size != known {
			known, grown = size, now
		} else if now.Sub(grown) > witnessAsked {
			wait = witnessTick
			continue
		}
		wait = min(time.Second, witnessTick)
		x.mu.Lock()
		for _, l := range x.links {
			l.wakes[witnessLane].rows.fire()
		}
		x.mu.Unlock()
	}
}

// runWitness asks the peer's witness to cosign our log (C2SP tlog-witness).
func (l *link) runWitness(ctx context.Context) {
	l.loop(ctx, witnessLane, func() (bool, error) {
		if how, err := l.way(ctx); err != nil || how != party.Push {
			return false, err
		}
		req, err := l.x.c.Log.WitnessRequest(ctx, l.peer)
		if err != nil || req == nil {
			return false, err
		}
		lines, err := l.post(ctx, PathWitness, req, ledger.MaxNote)
		if s, ok := errors.AsType[*staleError](err); ok {
			return l.stale(ctx, s)
		}
		if err != nil {
			return false, err
		}
		r, err := l.x.c.Directory.Lookup(ctx, l.peer)
		if err != nil {
			return false, err
		}
		keys, err := r.WitnessVerifiers()
		if err != nil {
			return false, err
		}
		if err := l.x.c.Log.AddCosignature(ctx, l.peer, keys, lines); err != nil {
			return false, err
		}
		l.succeeded(ctx, witnessLane)
		l.x.c.Changed("")
		return false, nil
	})
}

// A staleError is a witness's answer that it knows the log at another size.
type staleError struct {
	known int64
	cause error
}

// Error implements error.
func (s *staleError) Error() string { return s.cause.Error() }

func (s *staleError) Unwrap() error { return s.cause }

// stale begins at the size the witness knows. When that is more than we have,
// the knock brings its proof.
func (l *link) stale(ctx context.Context, s *staleError) (bool, error) {
	size, err := l.x.c.Log.Size(ctx)
	if err != nil {
		return false, err
	}
	if err := l.x.c.Log.Guard(ctx, s.known, l.peer, nil); err != nil {
		l.call()
		return false, err
	}
	return s.known <= size, nil
}

// Cosign answers a peer that asks for our cosignature, and shows loudly when
// its log has shrunk or forked; the evidence is kept by the log.
func (x *Exchange) Cosign(ctx context.Context, peer landbridge.PartyID, req []byte) ([]byte, error) {
	r, err := x.c.Directory.Lookup(ctx, peer)
	if err != nil {
		return nil, err
	}
	key, err := r.LogVerifier()
	if err != nil {
		return nil, err
	}
	lines, err := x.c.Log.Cosign(ctx, peer, key, bytes.Clone(req))
	if ledger.Is(err, ledger.Forked) || ledger.Is(err, ledger.Shrunk) || ledger.Is(err, ledger.BadProof) {
		x.alarm(ctx, peer, alarmLog, fmt.Sprintf("this node does not cosign the log of %s: %v", peer, err), req[:min(len(req), maxEvidence)])
	}
	return lines, err
}
