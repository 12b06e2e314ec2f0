package casework

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"landbridge.example"
)

// KeyOwner names the owner of a case's data key in the node's vault, for what
// other packages keep about the case: sealed under the same key, it cannot be
// read any more once the case is erased (S15).
func KeyOwner(id landbridge.CaseID) string { return owner(id) }

// Ended reports whether nothing has to be done in a case any more, or there is
// no such case. It is for what the node does by itself, and tells nothing else.
func (w *Casework) Ended(ctx context.Context, id landbridge.CaseID) (bool, error) {
	var live bool
	err := w.c.DB.QueryRow(ctx, `SELECT live FROM casework_case WHERE id = $1`, string(id)).Scan(&live)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("asking whether a case is over: %w", err)
	}
	return !live, nil
}
