package decision

import (
	"fmt"
	"testing"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// fill writes a row for each number i from 1 to many with one statement.
func (n *testNode) fill(many int, into, values string) {
	n.w.t.Helper()
	must(n.w.t, n.db.Write(n.w.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s SELECT %s FROM n`, many, into, values))
		return err
	}))
}

// TestOneParty: what one party sends does not use up the room of all others.
func TestOneParty(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		id, err := s.SaveMeeting(ctx, s.people["secretary"], conference())
		must(t, err)
		w.all()
		_, err = s.Happen(ctx, s.people["secretary"], id, Event{Kind: ItemOpened, Item: "one"})
		must(t, err)

		foreign := conference()
		foreign.ID, foreign.Host, foreign.Revision, foreign.Parties = "01960000-0000-7000-8000-0000000000aa", "XF", 1, []landbridge.PartyID{"XA"}
		hand := func(m Meeting) error {
			body, err := canon.Encode(&m)
			must(t, err)
			return b.hand("XF", kindMeeting, body)
		}
		if err := hand(foreign); !fail.Is(err, fail.Denied) {
			t.Errorf("XB keeps a meeting that it is no party of: %v", err)
		}
		b.fill(MaxBegun-1, "decision_meeting (id, host, session, start_us, revision, body, at_us)", "'m' || i, 'XF', '', 0, 0, '', 0")
		foreign.Parties = []landbridge.PartyID{"XA", "XB"}
		if err := hand(foreign); !fail.Is(err, fail.TooLarge) {
			t.Errorf("XF holds one meeting too many: %v", err)
		}
		m, _, err := b.Floor(ctx, b.people["officer"], id)
		must(t, err)
		m.Revision++
		must(t, hand(*m)) // one that is there already changes as before

		ask := func(kind string) error {
			body, err := canon.Encode(wish{Meeting: id, Kind: kind})
			must(t, err)
			return s.hand("XB", kindWish, body)
		}
		must(t, ask(Asked))
		must(t, ask(TookBack))
		s.fill(maxWishes-2, "decision_event (meeting, seq, body, actor, at_us)", "'"+string(id)+`', i + 2, '{"kind":"took-back","party":"XB","at":"2026-11-22T12:00:00Z"}', 'node', 0`)
		if err := ask(Asked); !fail.Is(err, fail.TooLarge) {
			t.Errorf("one delegation uses up the events of a meeting: %v", err)
		}
		must(t, a.AskFloor(ctx, a.people["liaison"], id, Asked, ToSpeak, "en"))
		w.all()
		if _, f, err := s.Floor(ctx, s.people["officer"], id); err != nil || len(f.Next) != 1 || f.Next[0].Party != "XA" {
			t.Errorf("%+v %v", f, err)
		}
	})
}

// TestReportsOfOthers: what a party says on commitments of others, with
// whatever time on it, does not take the place of what they themselves said.
func TestReportsOfOthers(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		promise := a.approve(a.Commit(ctx, a.people["liaison"], landbridge.Digest{}, &kernel.Promise{Title: "Train", What: "It.", Due: "2027-06-30", Indicator: "done"}))
		_, err := a.Report(ctx, a.people["liaison"], promise, &kernel.Report{State: kernel.Running, Day: "2027-01-01", Text: "begun"})
		must(t, err)
		w.all()
		b.fill(kernel.MaxActs, "decision_act (digest, about, kind, party, made_us, body, log_index, at_us)", "'d' || i, '"+promise.String()+"', 'reported', 'XF', 0, '', 0, 0")
		all, err := b.Commitments(ctx)
		must(t, err)
		if len(all) != 1 || len(all[0].Reports) != 1 {
			t.Errorf("%d commitments: %+v", len(all), all)
		}
	})
}
