package seal

import (
	"crypto/sha256"
	"hash"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
)

// leafPrefix and the node hash are those of RFC 6962, section 2.1.
const leafPrefix = 0

// LeafCount returns how many leaves a payload of size bytes has.
func LeafCount(size int64) int64 { return (size + LeafSize - 1) / LeafSize }

// LeafHash returns the hash of one leaf: LeafSize bytes of the sealed payload,
// or what is left of it in the last leaf.
func LeafHash(leaf []byte) landbridge.Digest { return landbridge.Digest(tlog.RecordHash(leaf)) }

// RootOfLeaves returns the Merkle root over leaf hashes, so that leaves which
// arrive in any order can each be checked against a list that was checked once.
func RootOfLeaves(leaves []landbridge.Digest) landbridge.Digest {
	var r roots
	for _, l := range leaves {
		r.add(tlog.Hash(l))
	}
	return r.root()
}

// roots is the compact range: the roots of the perfect subtrees so far, largest first.
type roots struct {
	n     int64
	peaks []tlog.Hash
}

func (r *roots) add(h tlog.Hash) {
	for n := r.n; n&1 == 1; n >>= 1 {
		last := len(r.peaks) - 1
		h = tlog.NodeHash(r.peaks[last], h)
		r.peaks = r.peaks[:last]
	}
	r.peaks = append(r.peaks, h)
	r.n++
}

func (r *roots) root() landbridge.Digest {
	if r.n == 0 {
		return landbridge.Sum(nil)
	}
	h := r.peaks[len(r.peaks)-1]
	for i := len(r.peaks) - 2; i >= 0; i-- {
		h = tlog.NodeHash(r.peaks[i], h)
	}
	return landbridge.Digest(h)
}

// A Tree computes the Merkle root of a payload as it is written through.
type Tree struct {
	size   int64
	leaf   hash.Hash
	filled int
	roots  roots
}

// NewTree returns the tree of an empty payload.
func NewTree() *Tree { return &Tree{leaf: sha256.New()} }

// Write adds p. It never fails.
func (t *Tree) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if t.filled == 0 {
			t.leaf.Reset()
			t.leaf.Write([]byte{leafPrefix})
		}
		n := min(len(rest), LeafSize-t.filled)
		t.leaf.Write(rest[:n])
		t.filled += n
		rest = rest[n:]
		if t.filled == LeafSize {
			t.close()
		}
	}
	t.size += int64(len(p))
	return len(p), nil
}

func (t *Tree) close() {
	t.roots.add(tlog.Hash(t.leaf.Sum(nil)))
	t.filled = 0
}

// Size returns the number of bytes written.
func (t *Tree) Size() int64 { return t.size }

// Root ends the last leaf and returns the root. Write nothing after it.
func (t *Tree) Root() landbridge.Digest {
	if t.filled > 0 {
		t.close()
	}
	return t.roots.root()
}
