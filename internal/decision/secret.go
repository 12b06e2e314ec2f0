package decision

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
)

// ballot turns an act with a choice into one with a ballot, and returns the
// share of each teller by party, to be named after the act that casts it.
func (h *Chamber) ballot(m *kernel.Matter, a *kernel.Act) (map[landbridge.PartyID]kernel.Share, error) {
	voice := a.Party
	if a.For != "" {
		voice = a.For
	}
	b, parts, err := kernel.NewBallot(m, voice, a.Choice, h.c.Random)
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "the ballot cannot be made: %v", err)
	}
	a.Kind, a.Choice, a.Note, a.Body = kernel.Cast, "", "", string(b.Encode())
	out := map[landbridge.PartyID]kernel.Share{}
	for i, t := range m.Tellers {
		out[t] = parts[i]
	}
	return out, nil
}

// give sends each teller its share of a ballot, sealed to it alone.
func (h *Chamber) give(tx *db.Tx, view *party.View, act landbridge.Digest, shares map[landbridge.PartyID]kernel.Share) error {
	for teller, s := range shares {
		body := s.Of(act).Encode()
		if teller == h.me {
			if err := h.keepShare(tx, h.me, s.Of(act), body, h.now()); err != nil {
				return err
			}
			continue
		}
		if err := h.tell(tx, view, kindShare, body, []landbridge.PartyID{teller}); err != nil {
			return err
		}
	}
	return nil
}

func (h *Chamber) takeShare(tx *db.Tx, from landbridge.PartyID, body []byte, at time.Time) error {
	s, err := kernel.ParseShare(body)
	if err != nil {
		return fail.Because(err, fail.Invalid, "this is no share of a ballot: %v", err)
	}
	return h.keepShare(tx, from, s, body, at)
}

// keepShare keeps the first share that a party sends for a ballot. No fact is
// recorded: that the ballot was cast is one already.
func (h *Chamber) keepShare(tx *db.Tx, from landbridge.PartyID, s kernel.Share, body []byte, at time.Time) error {
	var many int64
	if err := tx.QueryRow(`SELECT count(*) FROM decision_share WHERE sender = $1`, string(from)).Scan(&many); err != nil {
		return fmt.Errorf("counting shares: %w", err)
	}
	if many >= MaxOfParty {
		return fail.New(fail.TooLarge, "%s has sent more than %d shares", from, MaxOfParty)
	}
	_, err := tx.Exec(`INSERT INTO decision_share (ballot, sender, body, at_us) VALUES ($1, $2, $3, $4) ON CONFLICT (ballot) DO NOTHING`,
		s.Ballot.String()+" "+string(from), string(from), body, at.UnixMicro())
	if err != nil {
		return fmt.Errorf("keeping a share: %w", err)
	}
	return nil
}

func share(r reader, ballot landbridge.Digest, from landbridge.PartyID) (kernel.Share, bool, error) {
	var body []byte
	err := r.Each(func(rows *sql.Rows) error { return rows.Scan(&body) }, `SELECT body FROM decision_share WHERE ballot = $1`, ballot.String()+" "+string(from))
	if err != nil || body == nil {
		return kernel.Share{}, false, err
	}
	s, err := kernel.ParseShare(body)
	return s, err == nil, err
}

// Tally publishes this party's sums of a closed secret vote, in which it is a
// teller. What other tellers could not open is left out here as well.
func (h *Chamber) Tally(ctx context.Context, p staff.Person, about landbridge.Digest) (Done, error) {
	if err := h.may(p, access.PrepareDecisions); err != nil {
		return Done{}, err
	}
	var done Done
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return done, err
	}
	return done, h.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, r, all, err := matter(tx, about)
		if err != nil {
			return err
		}
		if r.State != kernel.Counting {
			return fail.New(fail.Conflict, "the matter is %s; tellers publish their sums once it is closed", r.State)
		}
		t, err := h.sum(tx, r, all)
		if err != nil {
			return err
		}
		done.Act, err = h.perform(tx, view, p.Pseudonym, &kernel.Act{Kind: kernel.Tallied, Matter: about, Body: string(t.Encode())})
		return err
	})
}

func (h *Chamber) sum(r reader, result *kernel.Result, all []*kernel.Act) (*kernel.Tally, error) {
	cast := map[landbridge.Digest]*kernel.Act{}
	for _, a := range all {
		if a.Kind == kernel.Cast {
			cast[a.Digest()] = a
		}
	}
	spoilt := map[landbridge.PartyID]bool{}
	for _, p := range result.Spoilt {
		spoilt[p] = true
	}
	var shares []kernel.Share
	var unopened []landbridge.Digest
	for _, p := range result.Positions {
		a := cast[p.Act]
		if p.Said != kernel.Cast || a == nil {
			continue
		}
		b, err := kernel.ParseBallot([]byte(a.Body))
		if err != nil {
			return nil, err
		}
		s, found, err := share(r, p.Act, a.Party)
		if err != nil {
			return nil, fmt.Errorf("reading a share: %w", err)
		}
		if spoilt[p.Party] || !found || !s.Fits(b, h.me) {
			unopened = append(unopened, p.Act)
		} else {
			shares = append(shares, s)
		}
	}
	return kernel.Sum(shares, unopened), nil
}

// forget destroys the shares of a matter whose count is final: nobody can ask
// this node for them any more.
func (h *Chamber) forget(tx *db.Tx, about landbridge.Digest) error {
	_, r, all, err := matter(tx, about)
	if fail.Is(err, fail.Missing) || err == nil && !r.Final() {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Kind != kernel.Cast {
			continue
		}
		if _, err := tx.Exec(`DELETE FROM decision_share WHERE ballot = $1`, a.Digest().String()+" "+string(a.Party)); err != nil {
			return fmt.Errorf("forgetting a share: %w", err)
		}
	}
	return nil
}
