package exchange

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

const (
	announceForm = "landbridge-payload/v1"
	maxLeaves    = 1 << 16                                   // leaves of one payload: 64 GiB
	MaxAnnounce  = maxHead + seal.MaxEnvelope + 32*maxLeaves // bytes of an announcement
	joinAtOnce   = 64 << 20                                  // a payload up to this size is put together while the sender waits
	uploadLife   = 14 * 24 * time.Hour                       // an unfinished payload is kept so long at most
)

// marshalAnnounce writes an envelope and the hashes of its payload's leaves.
func marshalAnnounce(envelope []byte, leaves []landbridge.Digest) []byte {
	out := append(head(announceForm, "envelope", itoa(int64(len(envelope))), "leaves", itoa(int64(len(leaves)))), envelope...)
	return append(out, joinLeaves(leaves)...)
}

func joinLeaves(leaves []landbridge.Digest) []byte {
	out := make([]byte, 0, 32*len(leaves))
	for _, d := range leaves {
		out = append(out, d[:]...)
	}
	return out
}

func splitLeaves(b []byte) []landbridge.Digest {
	all := make([]landbridge.Digest, 0, len(b)/32)
	for ; len(b) >= 32; b = b[32:] {
		all = append(all, landbridge.Digest(b[:32]))
	}
	return all
}

func parseAnnounce(raw []byte) (envelope []byte, leaves []landbridge.Digest, err error) {
	if len(raw) > MaxAnnounce {
		return nil, nil, fail.New(fail.TooLarge, "an announcement of a payload has at most %d bytes", MaxAnnounce)
	}
	r := &reader{rest: raw, form: announceForm}
	h := r.heads("envelope", "leaves")
	envelope = r.bytes(int(r.number(h[0], seal.MaxEnvelope)))
	leaves = splitLeaves(r.bytes(32 * int(r.number(h[1], maxLeaves))))
	return envelope, leaves, r.end()
}

// Announce is told by a peer which payload it will bring, leaf by leaf. It
// answers with one bit for each leaf, set when the leaf is here already.
func (x *Exchange) Announce(ctx context.Context, peer landbridge.PartyID, raw []byte) ([]byte, error) {
	envelope, leaves, err := parseAnnounce(raw)
	if err != nil {
		return nil, err
	}
	e, err := x.checkAnnounced(ctx, peer, envelope, leaves)
	if err != nil {
		return nil, err
	}
	d := e.Digest()
	if done, err := x.payloadHere(ctx, d); done || err != nil {
		return bits(len(leaves), func(int) bool { return true }), err
	}
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		var open int64
		err := tx.QueryRow(`SELECT coalesce(sum(size), 0) FROM exchange_payload WHERE party = $1 AND blob = '' AND digest <> $2`,
			string(peer), d.String()).Scan(&open)
		if err != nil {
			return err
		}
		if open+e.Header.PayloadSize > x.c.Limits.PeerUpload {
			return fail.New(fail.TooLarge, "%s has begun %d bytes of payloads that are not finished; finish some of them first", peer, open)
		}
		expires := min(e.Header.Expires.UnixMicro(), x.now().Add(uploadLife).UnixMicro())
		_, err = tx.Exec(`INSERT INTO exchange_payload (digest, party, size, begun_us, expires_us, blob, leaves) VALUES ($1, $2, $3, $4, $5, '', $6)
			ON CONFLICT (digest) DO UPDATE SET party = excluded.party`,
			d.String(), string(peer), e.Header.PayloadSize, x.now().UnixMicro(), expires, joinLeaves(leaves))
		return err
	})
	if err != nil {
		return nil, err
	}
	have, err := x.leavesHere(ctx, d)
	return bits(len(leaves), func(i int) bool { return have[int64(i)] != "" }), err
}

// checkAnnounced checks an announcement as far as the message itself would be.
func (x *Exchange) checkAnnounced(ctx context.Context, peer landbridge.PartyID, envelope []byte, leaves []landbridge.Digest) (*seal.Envelope, error) {
	e, err := seal.Parse(envelope)
	if err != nil {
		return nil, fromSeal(err)
	}
	h := &e.Header
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	if !x.mayBring(v, peer, h) {
		return nil, fail.New(fail.Denied, "%s may not bring this payload to %s: it is neither for %s nor for a party that names %s as its relay",
			peer, x.me, x.me, x.me)
	}
	pub, err := v.SigningKey(h.From, h.Signer, h.Created)
	if err != nil {
		return nil, err
	}
	if err := e.Verify(pub); err != nil {
		return nil, fromSeal(err)
	}
	if err := e.CheckTime(x.now(), x.c.Timing.Skew); err != nil {
		return nil, fromSeal(err)
	}
	if h.PayloadSize > x.c.Limits.Payload {
		return nil, fail.New(fail.TooLarge, "the payload has %d bytes, and %s takes at most %d; send it in parts", h.PayloadSize, x.me, x.c.Limits.Payload)
	}
	if int64(len(leaves)) != seal.LeafCount(h.PayloadSize) || seal.RootOfLeaves(leaves) != h.PayloadRoot {
		return nil, fail.New(fail.Unsigned, "the leaves announced are not those the envelope names; seal the file again")
	}
	return e, nil
}

// mayBring reports whether a peer may bring the payload of a message: as its
// sender or as our relay when it is for us, or as its sender when we are the
// relay of a recipient.
func (x *Exchange) mayBring(v viewer, peer landbridge.PartyID, h *seal.Header) bool {
	for _, to := range h.To {
		r, err := v.Lookup(to.Party)
		if err != nil {
			continue
		}
		if to.Party == x.me && (h.From == peer || contains(r.Relays, peer)) || h.From == peer && contains(r.Relays, x.me) {
			return true
		}
	}
	return false
}

// payloadHere reports whether a payload is complete, or its message was taken.
func (x *Exchange) payloadHere(ctx context.Context, d landbridge.Digest) (bool, error) {
	var n int64
	err := x.c.DB.QueryRow(ctx, `SELECT (SELECT count(*) FROM exchange_payload WHERE digest = $1 AND blob <> '')
		+ (SELECT count(*) FROM exchange_inbox WHERE digest = $1) + (SELECT count(*) FROM exchange_relay WHERE digest = $1)`, d.String()).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("looking for a payload: %w", err)
	}
	return n > 0, nil
}

func bits(n int, set func(int) bool) []byte {
	out := make([]byte, (n+7)/8)
	for i := range n {
		if set(i) {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return out
}

func (x *Exchange) leavesHere(ctx context.Context, d landbridge.Digest) (map[int64]string, error) {
	have := map[int64]string{}
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		var n int64
		var file string
		err := r.Scan(&n, &file)
		have[n] = file
		return err
	}, `SELECT leaf, blob FROM exchange_leaf WHERE digest = $1`, d.String())
	if err != nil {
		return nil, fmt.Errorf("reading the leaves of a payload: %w", err)
	}
	return have, nil
}

// PutLeaf takes in one leaf of an announced payload. A leaf that is here is
// taken again silently; one with another hash is refused. It is on disk when
// PutLeaf returns.
func (x *Exchange) PutLeaf(ctx context.Context, peer landbridge.PartyID, message landbridge.Digest, n int64, body io.Reader) error {
	var raw []byte
	var file string
	var size int64
	err := x.c.DB.QueryRow(ctx, `SELECT leaves, blob, size FROM exchange_payload WHERE digest = $1 AND party = $2`, message.String(), string(peer)).
		Scan(&raw, &file, &size)
	if errors.Is(err, sql.ErrNoRows) {
		return fail.New(fail.Missing, "%s has not announced a payload for this message; announce it first", peer)
	}
	if err != nil {
		return fmt.Errorf("looking for a payload: %w", err)
	}
	leaves := splitLeaves(raw)
	if n < 0 || n >= int64(len(leaves)) {
		return fail.New(fail.Invalid, "the payload has %d leaves, and none numbered %d", len(leaves), n)
	}
	if file != "" {
		return nil
	}
	leaf, err := io.ReadAll(io.LimitReader(body, seal.LeafSize+1))
	if err != nil {
		return fail.Because(err, fail.Unavailable, "the leaf did not arrive whole; send it again")
	}
	if seal.LeafHash(leaf) != leaves[n] {
		return fail.New(fail.Unsigned, "the leaf %d is not the one that was announced; send it again", n)
	}
	ref, err := x.c.Blobs.Put(bytes.NewReader(leaf), seal.LeafSize)
	if err != nil {
		return err
	}
	var here int64
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO exchange_leaf (digest, leaf, blob) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, message.String(), n, ref.Digest.String())
		if err != nil {
			return err
		}
		return tx.QueryRow(`SELECT count(*) FROM exchange_leaf WHERE digest = $1`, message.String()).Scan(&here)
	})
	if err != nil {
		return fmt.Errorf("keeping a leaf: %w", err)
	}
	switch {
	case here < int64(len(leaves)):
	case size <= joinAtOnce:
		return x.join(ctx, message)
	default:
		x.joins.fire()
	}
	return nil
}

// runJoin puts large payloads together that have all their leaves.
func (x *Exchange) runJoin(ctx context.Context) {
	for x.joins.wait(ctx, x.c.Timing.Heartbeat) {
		var ready []landbridge.Digest
		err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
			var s string
			if err := r.Scan(&s); err != nil {
				return err
			}
			d, err := landbridge.ParseDigest(s)
			ready = append(ready, d)
			return err
		}, `SELECT digest FROM exchange_payload p WHERE blob = '' AND (SELECT count(*) FROM exchange_leaf l WHERE l.digest = p.digest) * 32 = length(p.leaves)`)
		x.report(ctx, "looking for payloads to put together", err)
		for _, d := range ready {
			x.report(ctx, "putting a payload together", x.join(ctx, d))
		}
	}
}

// join makes one file of the leaves. If we crash before the row names it, it
// is made again; the leaves go only after.
func (x *Exchange) join(ctx context.Context, message landbridge.Digest) error {
	var raw []byte
	var size int64
	if err := x.c.DB.QueryRow(ctx, `SELECT leaves, size FROM exchange_payload WHERE digest = $1`, message.String()).Scan(&raw, &size); err != nil {
		return fmt.Errorf("looking for a payload: %w", err)
	}
	have, err := x.leavesHere(ctx, message)
	if err != nil {
		return err
	}
	ref, err := x.c.Blobs.Put(&leafReader{x: x, have: have, n: int64(len(raw) / 32)}, size)
	if err != nil {
		if fail.Is(err, fail.Missing) { // a leaf went with another payload of the same bytes: let it come again
			return x.dropLeaves(ctx, message, "", have)
		}
		return err
	}
	return x.dropLeaves(ctx, message, ref.Digest.String(), have)
}

// dropLeaves ends the taking in of a payload, with the file it became, or
// without one.
func (x *Exchange) dropLeaves(ctx context.Context, message landbridge.Digest, file string, have map[int64]string) error {
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		if file != "" {
			if _, err := tx.Exec(`UPDATE exchange_payload SET blob = $1 WHERE digest = $2`, file, message.String()); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`DELETE FROM exchange_leaf WHERE digest = $1`, message.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("finishing a payload: %w", err)
	}
	for _, leaf := range have {
		d, err := landbridge.ParseDigest(leaf)
		if err != nil || leaf == file {
			continue // a payload of one leaf is its leaf
		}
		x.report(ctx, "deleting a leaf", x.c.Blobs.Delete(d))
	}
	return nil
}

// A leafReader yields the leaves of a payload one after another.
type leafReader struct {
	x    *Exchange
	have map[int64]string
	next int64
	n    int64
	open *os.File
}

// Read implements io.Reader.
func (l *leafReader) Read(p []byte) (int, error) {
	for {
		if l.open == nil {
			if l.next == l.n {
				return 0, io.EOF
			}
			d, err := landbridge.ParseDigest(l.have[l.next])
			if err != nil {
				return 0, fail.New(fail.Missing, "leaf %d is not here", l.next)
			}
			if l.open, err = l.x.c.Blobs.Open(d); err != nil {
				return 0, err
			}
			l.next++
		}
		n, err := l.open.Read(p)
		if err == io.EOF {
			l.open.Close()
			l.open = nil
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// payloadOf returns the stored file of a detached payload, or why it must be
// waited for.
func (x *Exchange) payloadOf(ctx context.Context, message landbridge.Digest) (string, error) {
	var file string
	err := x.c.DB.QueryRow(ctx, `SELECT blob FROM exchange_payload WHERE digest = $1`, message.String()).Scan(&file)
	if err == nil && file != "" {
		return file, nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("looking for a payload: %w", err)
	}
	return "", fail.New(fail.Unavailable, "the payload of this message is not complete here yet; it is brought leaf by leaf before the message")
}
