package ledger

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// A Tile is a stored tile: 1 to Width hashes, 32 bytes each. The tile at level
// 0 holds leaf hashes; above, each hash is the root of a full tile below.
type Tile struct {
	Level int
	Index int64
	Data  []byte
}

// An Edge is the right-hand side of a tree: all that is needed to add leaves
// and to know the root. It holds at most one unfinished tile a level.
type Edge struct {
	size    int64
	levels  [][]byte    // the unfinished tile of each level
	peaks   []tlog.Hash // roots of the perfect subtrees, largest first
	touched map[place]Tile
}

type place struct {
	level int
	index int64
}

// NewEdge returns the edge of an empty tree.
func NewEdge() *Edge { return &Edge{touched: map[place]Tile{}} }

// LoadEdge rebuilds the edge of a tree of the given size from its stored tiles.
// read is asked for the unfinished tile of each level, and may return more
// hashes than are asked for: a tile only grows.
func LoadEdge(size int64, read func(level int, index int64, width int) ([]byte, error)) (*Edge, error) {
	e := NewEdge()
	e.size = size
	for level, n := 0, size; n > 0; level, n = level+1, n/Width {
		e.levels = append(e.levels, nil)
		width := int(n % Width)
		if width == 0 {
			continue
		}
		data, err := read(level, n/Width, width)
		if err != nil {
			return nil, fmt.Errorf("loading the edge of the tree, level %d: %w", level, err)
		}
		if len(data) < width*tlog.HashSize {
			return nil, fmt.Errorf("loading the edge of the tree: tile %d/%d holds %d bytes, need %d", level, n/Width, len(data), width*tlog.HashSize)
		}
		e.levels[level] = slices.Clone(data[:width*tlog.HashSize])
	}
	for level := len(e.levels) - 1; level >= 0; level-- {
		e.peaks = append(e.peaks, peaksOf(e.levels[level])...)
	}
	return e, nil
}

// peaksOf returns the roots of the perfect subtrees over a row of hashes.
func peaksOf(row []byte) (peaks []tlog.Hash) {
	for n := len(row) / tlog.HashSize; n > 0; {
		w := 1
		for 2*w <= n {
			w *= 2
		}
		peaks = append(peaks, perfect(row[:w*tlog.HashSize]))
		row, n = row[w*tlog.HashSize:], n-w
	}
	return peaks
}

// perfect returns the root over a row of 2^k hashes.
func perfect(row []byte) tlog.Hash {
	hs := make([]tlog.Hash, len(row)/tlog.HashSize)
	for i := range hs {
		copy(hs[i][:], row[i*tlog.HashSize:])
	}
	for len(hs) > 1 {
		for i := range len(hs) / 2 {
			hs[i] = tlog.NodeHash(hs[2*i], hs[2*i+1])
		}
		hs = hs[:len(hs)/2]
	}
	return hs[0]
}

// Clone returns an edge that goes its own way from here.
func (e *Edge) Clone() *Edge {
	c := &Edge{size: e.size, peaks: slices.Clone(e.peaks), levels: make([][]byte, len(e.levels)), touched: map[place]Tile{}}
	for i, l := range e.levels {
		if l != nil {
			c.levels[i] = append(make([]byte, 0, Width*tlog.HashSize), l...)
		}
	}
	for k, t := range e.touched {
		t.Data = slices.Clone(t.Data)
		c.touched[k] = t
	}
	return c
}

// Add appends one leaf.
func (e *Edge) Add(leaf tlog.Hash) {
	e.push(0, e.size, leaf)
	h := leaf
	for n := e.size; n&1 == 1; n >>= 1 {
		last := len(e.peaks) - 1
		h = tlog.NodeHash(e.peaks[last], h)
		e.peaks = e.peaks[:last]
	}
	e.peaks = append(e.peaks, h)
	e.size++
}

// push puts a hash into the tile at its level, and the root of a tile that is
// full now into the level above.
func (e *Edge) push(level int, at int64, h tlog.Hash) {
	if len(e.levels) == level {
		e.levels = append(e.levels, nil)
	}
	row := append(e.levels[level], h[:]...)
	e.touched[place{level, at / Width}] = Tile{level, at / Width, row}
	if len(row) < Width*tlog.HashSize {
		e.levels[level] = row
		return
	}
	e.levels[level] = nil
	e.push(level+1, at/Width, perfect(row))
}

// Size returns the number of leaves.
func (e *Edge) Size() int64 { return e.size }

// Root returns the root hash; that of an empty tree is the SHA-256 of nothing.
func (e *Edge) Root() tlog.Hash {
	if e.size == 0 {
		return sha256.Sum256(nil)
	}
	h := e.peaks[len(e.peaks)-1]
	for i := len(e.peaks) - 2; i >= 0; i-- {
		h = tlog.NodeHash(e.peaks[i], h)
	}
	return h
}

// Touched returns the tiles that changed since the edge was made or Settle was
// called, in a fixed order. Their data is shared with the edge: write it before
// the next Add.
func (e *Edge) Touched() []Tile {
	all := make([]Tile, 0, len(e.touched))
	for _, t := range e.touched {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b Tile) int {
		if a.Level != b.Level {
			return a.Level - b.Level
		}
		return int(a.Index - b.Index)
	})
	return all
}

// Settle forgets what was touched, because it is stored now.
func (e *Edge) Settle() { clear(e.touched) }
