package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
	"landbridge.example/ledger"
)

// Bounds of reading a public log.
const (
	logPatience   = 30 * time.Second // for one answer
	maxCheckpoint = 64 << 10
	maxBundle     = ledger.Width * (ledger.MaxEntry + 2)
)

// policy says whose word makes a log good: the directory's, if it is known.
func (v *verifier) policy(origin string) (ledger.Policy, error) {
	p, err := party.PartyOf(origin)
	if err != nil {
		return ledger.Policy{}, fail.New(fail.Invalid, "this log belongs to no party: %v", err)
	}
	return v.view.Policy(p, v.quorum)
}

// remoteLog reads a whole public log, hashes every entry, and compares the
// root with the checkpoint that its owner and the witnesses have signed.
func (v *verifier) remoteLog(ctx context.Context, a *app, base string) (string, error) {
	if err := v.needView(); err != nil {
		return "", err
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return "", fail.New(fail.Invalid, "%q is not the address of a log, such as https://node.example/log/", base)
	}
	base = strings.TrimSuffix(base, "/") + "/"
	get := func(path string, limit int64) ([]byte, error) { return fetch(ctx, base+path, limit) }
	msg, err := get("checkpoint", maxCheckpoint)
	if err != nil {
		return "", err
	}
	return v.tiles(a, msg, func(index int64, width int) ([]byte, error) {
		return get(ledger.TilePath{Entries: true, Index: index, Width: width}.String(), maxBundle)
	})
}

func fetch(ctx context.Context, address string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, logPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fail.New(fail.Invalid, "%q is not an address", address)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fail.Because(err, fail.Unavailable, "the log at %s is not reached: %v", address, errors.Unwrap(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fail.New(fail.Unavailable, "the log answers %s for %s", resp.Status, address)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, fail.Because(err, fail.Unavailable, "%s did not arrive whole; try again", address)
	}
	if int64(len(b)) > limit {
		return nil, fail.New(fail.TooLarge, "%s is over %d bytes; it is not a part of a log", address, limit)
	}
	return b, nil
}

// tiles checks a checkpoint and every entry below it.
func (v *verifier) tiles(a *app, msg []byte, bundle func(index int64, width int) ([]byte, error)) (string, error) {
	claimed, err := ledger.PeekCheckpoint(msg)
	if err != nil {
		return "", fail.New(fail.Invalid, "%v", err)
	}
	policy, err := v.policy(claimed.Origin)
	if err != nil {
		return "", err
	}
	cp, witnesses, err := policy.Check(msg)
	if err != nil {
		return "", fail.New(fail.Unsigned, "%v", err)
	}
	p := a.progress()
	defer p.end()
	edge := ledger.NewEdge()
	for at := int64(0); at < cp.Size; at += ledger.Width {
		width := int(min(ledger.Width, cp.Size-at))
		p.step("entry %d of %d", at, cp.Size)
		b, err := bundle(at/ledger.Width, width)
		if err != nil {
			return "", err
		}
		if err := addBundle(edge, b, at, width); err != nil {
			return "", err
		}
	}
	if edge.Root() != cp.Root {
		return "", fail.New(fail.Unsigned, "the entries do not add up to the signed root: an entry was changed, added or taken away after it was signed")
	}
	return fmt.Sprintf("%s: %d entries add up to the signed root, cosigned by %s", cp.Origin, cp.Size, orNone(codes(witnesses))), nil
}

// codes returns the parties behind the names of witness keys.
func codes(names []string) (all []string) {
	for _, n := range names {
		if p, err := party.PartyOf(n); err == nil {
			n = string(p)
		}
		all = append(all, n)
	}
	return all
}

// addBundle adds the entries of a bundle, each behind its length in two bytes.
func addBundle(edge *ledger.Edge, b []byte, at int64, width int) error {
	for i := range width {
		if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
			return fail.New(fail.Invalid, "entry %d is cut short", at+int64(i))
		}
		n := int(binary.BigEndian.Uint16(b))
		entry := b[2 : 2+n]
		if _, err := ledger.ParseEntry(entry); err != nil {
			return fail.New(fail.Invalid, "entry %d: %v", at+int64(i), err)
		}
		edge.Add(ledger.LeafHash(entry))
		b = b[2+n:]
	}
	return nil
}

// localLog checks the log in a node's own database. Without a directory it
// believes the key in the data folder.
func (v *verifier) localLog(ctx context.Context, a *app, dir string) (string, error) {
	c, err := node.Load(dir, func(string) string { return "" }) // another node's environment must not lead astray
	if err != nil {
		return "", err
	}
	if c.Party == "" {
		return "", fail.New(fail.Missing, "%s is not the data folder of a node", dir)
	}
	l, err := node.OpenLog(ctx, c)
	if err != nil {
		return "", err
	}
	defer l.Close()
	if err := l.Log.Verify(ctx); err != nil {
		return "", fail.New(fail.Unsigned, "%s", plainly(err))
	}
	msg, err := l.Log.Checkpoint(ctx)
	if err != nil {
		return "", err
	}
	if v.view != nil {
		return v.tiles(a, msg, func(index int64, width int) ([]byte, error) { return l.Log.ReadEntries(ctx, index, width) })
	}
	key, err := note.NewVerifier(l.Keys.Log.Public())
	if err != nil {
		return "", err
	}
	cp, _, err := ledger.OpenCheckpoint(msg, key)
	if err != nil {
		return "", fail.New(fail.Unsigned, "%v", err)
	}
	return fmt.Sprintf("%s: %d entries add up to the root signed by the key in %s; say --directory to check the cosignatures too",
		landbridge.PartyID(c.Party), cp.Size, dir), nil
}
