package decision

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
)

// keep writes an act and the fact that it was made or came. The fact's digest
// is the act's, so that the log of each node proves that it had it. It reports
// whether the act is new here.
func (h *Chamber) keep(tx *db.Tx, s kernel.Signed, actor string, at time.Time) (bool, error) {
	a := s.Act
	digest, on := a.Digest(), a.About()
	var known, many int64
	err := tx.QueryRow(`SELECT count(*) FILTER (WHERE digest = $1), count(*) FROM decision_act WHERE about = $2 AND party = $3`,
		digest.String(), on.String(), string(a.Party)).Scan(&known, &many)
	if err != nil {
		return false, fmt.Errorf("counting acts: %w", err)
	}
	if known > 0 {
		return false, nil
	}
	if many >= MaxOfParty {
		return false, fail.New(fail.TooLarge, "%s has said more than %d things in this matter", a.Party, MaxOfParty)
	}
	if on != a.Matter && a.Kind != kernel.Reported { // it begins something
		err := tx.QueryRow(`SELECT count(*) FROM decision_act WHERE kind = $1 AND party = $2`, a.Kind, string(a.Party)).Scan(&many)
		if err != nil {
			return false, fmt.Errorf("counting what a party began: %w", err)
		}
		if many >= MaxBegun {
			return false, fail.New(fail.TooLarge, "%s has begun more than %d drafts, matters or commitments", a.Party, MaxBegun)
		}
	}
	index, err := h.c.Log.Append(tx, record.Fact{Kind: "decision." + a.Kind, Actor: actor, Digest: digest, Note: string(a.Party)})
	if err != nil {
		return false, fmt.Errorf("recording an act: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO decision_act (digest, about, kind, party, made_us, body, log_index, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		digest.String(), on.String(), a.Kind, string(a.Party), a.Made.UnixMicro(), s.Encode(), index, at.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("keeping an act: %w", err)
	}
	return true, h.follow(tx, a)
}

// follow keeps the versions of a draft, and forgets shares that have done their work.
func (h *Chamber) follow(tx *db.Tx, a *kernel.Act) error {
	switch a.Kind {
	case kernel.Tabled, kernel.Amended, kernel.Consolidated: // an amendment may complete a consolidation that came before it
		d, err := draft(tx, a.About())
		if fail.Is(err, fail.Missing) {
			return nil // the text was tabled in a message that is still under way
		}
		if err != nil {
			return err
		}
		for _, v := range d.Versions {
			_, err := tx.Exec(`INSERT INTO decision_text (digest, draft, body) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING`,
				v.Digest.String(), a.About().String(), v.Text.Encode())
			if err != nil {
				return fmt.Errorf("keeping a text: %w", err)
			}
		}
	case kernel.Tallied:
		return h.forget(tx, a.Matter)
	}
	return nil
}

// audience says who is told of an act: the delegations, the keeper and the
// tellers of a matter; of a draft or a commitment everyone.
func (h *Chamber) audience(r reader, view *party.View, a *kernel.Act) ([]landbridge.PartyID, error) {
	var some []landbridge.PartyID
	a2, _, err := begun(r, kernel.Opened, a.About())
	if err == nil {
		m, err := kernel.ParseMatter([]byte(a2.Body))
		if err != nil {
			return nil, err
		}
		some = slices.Concat(m.Delegations, m.Tellers, []landbridge.PartyID{m.Keeper})
	} else if !fail.Is(err, fail.Missing) {
		return nil, err
	}
	var all []landbridge.PartyID
	for _, l := range view.All() {
		if l.Party != h.me && !l.Suspended && (some == nil || slices.Contains(some, l.Party)) {
			all = append(all, l.Party)
		}
	}
	return all, nil
}

func (h *Chamber) tell(tx *db.Tx, view *party.View, kind string, body []byte, to []landbridge.PartyID) error {
	return exchange.Post{Outbox: h.c.Exchange, Keys: h.c.Keys, Random: h.c.Random}.Send(tx, view,
		party.Letter{Kind: kind, To: to, Body: body, Made: h.now(), Life: messageLife})
}

// verify checks the signature of an act with the keys its party has published.
func verify(view *party.View, s kernel.Signed) error {
	ok, err := view.SignedBy(s.Act.Party, s.Act.Made, s.Verify)
	if err == nil && !ok {
		err = fail.New(fail.Unsigned, "the act is not signed with a key of %s that was in force when it was made", s.Act.Party)
	}
	return err
}

// take takes in an act, whoever hands it on: it proves itself. The same act
// again changes nothing.
func (h *Chamber) take(tx *db.Tx, kind string, body []byte, at time.Time) error {
	s, err := kernel.ParseSigned(body)
	if err != nil {
		return fail.Because(err, fail.Invalid, "this is no signed act: %v", err)
	}
	if s.Act.Kind != kind {
		return fail.New(fail.Denied, "the kind of the message is that of the act")
	}
	if s.Act.Made.After(at.Add(maxAhead)) {
		return fail.New(fail.Invalid, "the act was made in the future; correct the clock of your node")
	}
	view, err := h.c.Directory.View(context.Background())
	if err != nil {
		return err
	}
	if err := verify(view, s); err != nil {
		return err
	}
	fresh, err := h.keep(tx, s, "node", at)
	if err != nil || !fresh || kind != kernel.Closed && kind != kernel.Opened {
		return err
	}
	return h.ask(tx, view, s.Act)
}

// ask asks the keeper for acts that its closing names and this node lacks.
func (h *Chamber) ask(tx *db.Tx, view *party.View, a *kernel.Act) error {
	m, r, _, err := matter(tx, a.About())
	if fail.Is(err, fail.Missing) {
		return nil // its opening is still under way, and asks then
	}
	if err != nil || len(r.Missing) == 0 || m.Keeper == h.me {
		return err
	}
	var b strings.Builder
	for _, d := range r.Missing[:min(len(r.Missing), maxAsked)] {
		b.WriteString(d.String() + "\n")
	}
	return h.tell(tx, view, kindMissed, []byte(b.String()), []landbridge.PartyID{m.Keeper})
}

// takeMissed sends acts again to a party that has a part in their matter.
func (h *Chamber) takeMissed(tx *db.Tx, from landbridge.PartyID, body []byte, _ time.Time) error {
	view, err := h.c.Directory.View(context.Background())
	if err != nil {
		return err
	}
	lines := strings.Fields(string(body))
	if len(lines) > maxAsked {
		return fail.New(fail.TooLarge, "at most %d acts are asked for in one message", maxAsked)
	}
	var again [][]byte
	for _, l := range lines {
		d, err := landbridge.ParseDigest(l)
		if err != nil {
			return fail.New(fail.Invalid, "acts are asked for by their digests: %v", err)
		}
		err = tx.Each(func(rows *sql.Rows) error {
			var b []byte
			err := rows.Scan(&b)
			again = append(again, b)
			return err
		}, `SELECT body FROM decision_act WHERE digest = $1`, d.String())
		if err != nil {
			return fmt.Errorf("reading acts: %w", err)
		}
	}
	for _, b := range again {
		s, err := kernel.ParseSigned(b)
		if err != nil {
			return err
		}
		to, err := h.audience(tx, view, s.Act)
		if err != nil {
			return err
		}
		if !slices.Contains(to, from) {
			return fail.New(fail.Denied, "this matter is not one of %s", from)
		}
		if err := h.tell(tx, view, "decision."+s.Act.Kind, b, []landbridge.PartyID{from}); err != nil {
			return err
		}
	}
	_, err = h.c.Log.Append(tx, record.Fact{Kind: factMissed, Actor: "node", Digest: landbridge.Sum(bytes.TrimSpace(body)), Note: string(from)})
	return err
}
