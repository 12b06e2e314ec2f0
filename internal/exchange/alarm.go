package exchange

import (
	"context"
	"database/sql"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/db"
)

// Kinds of alarm. Each is shown until an operator settles it.
const (
	alarmRewound   = "rewound"   // a sender reuses numbers
	alarmReused    = "reused"    // we reuse numbers, says a peer
	alarmGap       = "gap"       // a peer lacks what it gave receipts for
	alarmFork      = "fork"      // a peer signed two logs
	alarmLog       = "log"       // a peer's log shrank or does not fit what we cosigned
	alarmDirectory = "directory" // a peer holds another directory
	alarmGuard     = "guard"     // a witness has seen more of our log than we have
)

const maxEvidence = 256 << 10 // bytes kept with one alarm

// alarm keeps and shows what does not heal by itself.
func (x *Exchange) alarm(ctx context.Context, p landbridge.PartyID, kind, text string, evidence []byte) {
	if evidence == nil {
		evidence = []byte{}
	}
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO exchange_alarm (party, kind, text, first_us, last_us, count, evidence) VALUES ($1, $2, $3, $4, $4, 1, $5)
			ON CONFLICT (party, kind) DO UPDATE SET text = excluded.text, last_us = excluded.last_us, count = exchange_alarm.count + 1`,
			string(p), kind, text, x.now().UnixMicro(), evidence)
		return err
	})
	x.report(ctx, "keeping an alarm about "+string(p), err)
	x.c.Changed("")
}

// Settle ends an alarm about a peer: an operator has looked at it. Its
// evidence goes with it, so export that first if it is to be kept.
func (x *Exchange) Settle(ctx context.Context, p landbridge.PartyID, kind string) error {
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM exchange_alarm WHERE party = $1 AND kind = $2`, string(p), kind)
		return err
	})
	if err != nil {
		return fmt.Errorf("settling an alarm: %w", err)
	}
	x.c.Changed("")
	return nil
}

func (x *Exchange) alarms(ctx context.Context) (map[landbridge.PartyID][]Alarm, error) {
	all := map[landbridge.PartyID][]Alarm{}
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		var a Alarm
		var p string
		var first, last int64
		if err := r.Scan(&p, &a.Kind, &a.Text, &first, &last, &a.Count); err != nil {
			return err
		}
		a.First, a.Last = fromMicro(first), fromMicro(last)
		all[landbridge.PartyID(p)] = append(all[landbridge.PartyID(p)], a)
		return nil
	}, `SELECT party, kind, text, first_us, last_us, count FROM exchange_alarm ORDER BY party, first_us, kind`)
	if err != nil {
		return nil, fmt.Errorf("reading alarms: %w", err)
	}
	return all, nil
}
