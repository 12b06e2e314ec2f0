package decision

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"

	"landbridge.example"
	kernel "landbridge.example/decision"
)

// maxFolded bounds what is kept in memory, in matters and drafts each.
const maxFolded = 4 * MaxList

// A memory keeps what was folded, by what it is about and by the number of its
// acts. Acts are only ever added, so the same number is the same set. It is no
// more than a shortcut: after a restart everything is folded again.
type memory struct {
	mu     sync.Mutex
	files  map[landbridge.Digest]folded[*File]
	drafts map[landbridge.Digest]folded[*kernel.Draft]
	vows   folded[[]*kernel.Commitment]
}

type folded[T any] struct {
	acts  int64
	value T
}

func newMemory() *memory {
	return &memory{files: map[landbridge.Digest]folded[*File]{}, drafts: map[landbridge.Digest]folded[*kernel.Draft]{}}
}

// recall returns what is kept in m for d, or makes it. The number was counted
// before make reads the acts: what came in between counts as new the next time.
func recall[T any](mem *memory, m map[landbridge.Digest]folded[T], d landbridge.Digest, acts int64, make func() (T, bool, error)) (T, error) {
	mem.mu.Lock()
	have, ok := m[d]
	mem.mu.Unlock()
	if ok && have.acts == acts {
		return have.value, nil
	}
	v, whole, err := make()
	if err != nil || !whole {
		return v, err
	}
	mem.mu.Lock()
	defer mem.mu.Unlock()
	if len(m) >= maxFolded {
		clear(m)
	}
	m[d] = folded[T]{acts, v}
	return v, nil
}

// count returns how many acts there are about d.
func (h *Chamber) count(ctx context.Context, d landbridge.Digest) (n int64, err error) {
	if err := h.c.DB.QueryRow(ctx, `SELECT count(*) FROM decision_act WHERE about = $1`, d.String()).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting acts: %w", err)
	}
	return n, nil
}

type found struct {
	about landbridge.Digest
	acts  int64
}

// newest lists what was begun by acts of a kind, newest first, with the number
// of acts about each.
func (h *Chamber) newest(ctx context.Context, kind string) ([]found, error) {
	var out []found
	err := h.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var s string
		var n int64
		if err := rows.Scan(&s, &n); err != nil {
			return err
		}
		d, err := landbridge.ParseDigest(s)
		if !slices.ContainsFunc(out, func(f found) bool { return f.about == d }) {
			out = append(out, found{d, n})
		}
		return err
	}, fmt.Sprintf(`SELECT a.about, (SELECT count(*) FROM decision_act b WHERE b.about = a.about) FROM decision_act a
		WHERE a.kind = $1 ORDER BY a.made_us DESC, a.digest LIMIT %d`, MaxList), kind)
	if err != nil {
		return nil, fmt.Errorf("listing: %w", err)
	}
	return out, nil
}
