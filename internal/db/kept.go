package db

import (
	"context"
	"database/sql"
)

// preparedSQL keeps the writer's statements prepared from one commit to the
// next: parsing SQL anew for every commit cost a lone writer a seventh of its
// time. It belongs to the one goroutine that commits. A statement prepared
// inside a transaction ends with it, and preparing one that lasts needs the
// only connection, so that is done between commits, for what was used twice.
type preparedSQL struct {
	kept  map[string]*sql.Stmt
	uses  map[string]int // of what is not kept
	stale bool           // tables have changed: what was prepared before is to be forgotten
}

func (s *preparedSQL) init() {
	s.kept, s.uses = map[string]*sql.Stmt{}, map[string]int{}
}

// in returns q ready for use in tx. After the connection was lost, the kept
// statement prepares itself again on the new one.
func (s *preparedSQL) in(ctx context.Context, tx *sql.Tx, q string) (*sql.Stmt, error) {
	if k := s.kept[q]; k != nil {
		return tx.StmtContext(ctx, k), nil
	}
	if len(s.uses) >= 2*maxKept {
		clear(s.uses) // somebody builds SQL text as they go: forget it, do not grow
	}
	s.uses[q]++
	return tx.PrepareContext(ctx, q)
}

// fill prepares what was used twice, as long as there is room. What cannot be
// prepared (a migration, a lost connection) is counted anew.
func (s *preparedSQL) fill(ctx context.Context, d *sql.DB) {
	if s.stale {
		for _, k := range s.kept {
			k.Close() //nolint:errcheck // it is not used again
		}
		clear(s.kept)
		clear(s.uses)
		s.stale = false
	}
	for q, n := range s.uses {
		if n < 2 || len(s.kept) >= maxKept {
			continue
		}
		delete(s.uses, q)
		if k, err := d.PrepareContext(ctx, q); err == nil {
			s.kept[q] = k
		}
	}
}
