package exchange

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// sendPayload brings the peer the leaves of a payload that it does not have.
func (l *link) sendPayload(ctx context.Context, envelope []byte, e *seal.Envelope, file string) error {
	d, err := landbridge.ParseDigest(file)
	if err != nil {
		return fmt.Errorf("reading the name of a stored payload: %w", err)
	}
	f, err := l.x.c.Blobs.Open(d)
	if err != nil {
		return err
	}
	defer f.Close()
	leaves, err := l.leavesOf(f, e.Digest())
	if err != nil {
		return err
	}
	have, err := l.post(ctx, PathPayloads, marshalAnnounce(envelope, leaves), maxLeaves/8)
	if err != nil {
		return err
	}
	if len(have) != (len(leaves)+7)/8 {
		return fail.New(fail.Invalid, "%s answers an announcement in a form this release does not know", l.peer)
	}
	for i := range leaves {
		if have[i/8]&(1<<(i%8)) != 0 {
			continue
		}
		at := int64(i) * seal.LeafSize
		size := min(seal.LeafSize, e.Header.PayloadSize-at)
		path := PathPayloads + e.Digest().String() + "/" + itoa(int64(i))
		_, err := l.do(ctx, request{method: http.MethodPut, path: path, stream: io.NewSectionReader(f, at, size), length: size, max: maxHead})
		if err != nil {
			return err
		}
		l.succeeded(ctx, Bulk)
	}
	return nil
}

// leavesOf hashes the leaves of a file, once for as many tries as it takes.
func (l *link) leavesOf(f io.Reader, message landbridge.Digest) ([]landbridge.Digest, error) {
	l.mu.Lock()
	known := l.hashed[message]
	l.mu.Unlock()
	if known != nil {
		return known, nil
	}
	var leaves []landbridge.Digest
	buf := make([]byte, seal.LeafSize)
	for {
		n, err := io.ReadFull(f, buf)
		if n > 0 {
			leaves = append(leaves, seal.LeafHash(buf[:n]))
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading a stored payload: %w", err)
		}
	}
	l.mu.Lock()
	clear(l.hashed)
	l.hashed[message] = leaves
	l.mu.Unlock()
	return leaves, nil
}

// Payload answers a peer that fetches its mail: with the list of leaf hashes
// when n is negative, else with one leaf.
func (x *Exchange) Payload(ctx context.Context, peer landbridge.PartyID, message landbridge.Digest, n int64) ([]byte, error) {
	file, err := x.fileFor(ctx, peer, message)
	if err != nil {
		return nil, err
	}
	d, err := landbridge.ParseDigest(file)
	if err != nil {
		return nil, fail.New(fail.Missing, "there is no payload of message %s for %s here", message, peer)
	}
	f, err := x.c.Blobs.Open(d)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if n < 0 {
		l, err := x.link(ctx, peer)
		if err != nil {
			return nil, err
		}
		leaves, err := l.leavesOf(f, message)
		return joinLeaves(leaves), err
	}
	leaf, err := io.ReadAll(io.NewSectionReader(f, n*seal.LeafSize, seal.LeafSize))
	if err != nil {
		return nil, fmt.Errorf("reading a stored payload: %w", err)
	}
	return leaf, nil
}

// fileFor returns the stored file of a payload that waits here for a peer.
func (x *Exchange) fileFor(ctx context.Context, peer landbridge.PartyID, message landbridge.Digest) (file string, err error) {
	err = x.c.DB.QueryRow(ctx, `SELECT s.blob FROM exchange_sent s JOIN exchange_outbox o ON o.digest = s.digest AND o.party = $2 WHERE s.digest = $1`,
		message.String(), string(peer)).Scan(&file)
	if errors.Is(err, sql.ErrNoRows) {
		err = x.c.DB.QueryRow(ctx, `SELECT blob FROM exchange_relay WHERE digest = $1 AND party = $2`, message.String(), string(peer)).Scan(&file)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("looking for a payload: %w", err)
	}
	return file, nil
}

// fetchPayload gets the payload of a message that the peer holds for us.
func (l *link) fetchPayload(ctx context.Context, envelope []byte, e *seal.Envelope) error {
	d := e.Digest()
	if here, err := l.x.payloadHere(ctx, d); here || err != nil {
		return err
	}
	path := PathPayloads + d.String()
	raw, err := l.do(ctx, request{method: http.MethodGet, path: path, max: 32 * maxLeaves})
	if err != nil {
		return err
	}
	have, err := l.x.Announce(ctx, l.peer, marshalAnnounce(envelope, splitLeaves(raw)))
	if err != nil {
		return err
	}
	for i := range seal.LeafCount(e.Header.PayloadSize) {
		if have[i/8]&(1<<(i%8)) != 0 {
			continue
		}
		leaf, err := l.do(ctx, request{method: http.MethodGet, path: path + "/" + itoa(i), max: seal.LeafSize})
		if err != nil {
			return err
		}
		if err := l.x.PutLeaf(ctx, l.peer, d, i, bytes.NewReader(leaf)); err != nil {
			return err
		}
	}
	return nil
}

// detached reports whether the bytes are an envelope without its payload.
func detached(envelope []byte) (*seal.Envelope, bool) {
	if len(envelope) < 8 || int(binary.BigEndian.Uint32(envelope[4:])) > len(envelope) {
		return nil, false
	}
	e, err := seal.Parse(envelope)
	return e, err == nil && e.Payload == nil
}
