package notice

import (
	"cmp"
	"context"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

func (e *entry) line(now time.Time) Line {
	l := Line{Case: e.ID, Number: e.Number, Issuer: e.Issuer, Side: e.Side, Kind: e.Kind, State: e.State, Published: e.Published,
		Until: e.Until, Confirm: e.Confirm, Removed: e.Removed, Changed: e.Changed}
	l.InForce = e.State == statePublished && !e.Until.IsZero() && now.Before(e.Until)
	l.Soon = l.InForce && e.Until.Sub(now) < soon
	return l
}

// List returns the notices this node takes part in, the newest change first. It
// names nobody, so it is no reading of a notice.
func (g *Register) List(ctx context.Context, p staff.Person) ([]Line, error) {
	if err := g.may(p, access.SearchNotices); err != nil {
		return nil, err
	}
	all, err := g.entries(ctx, false, `WHERE state <> $1 ORDER BY changed_us DESC, case_id LIMIT $2`, stateErased, pageSize)
	if err != nil {
		return nil, err
	}
	lines, now := make([]Line, 0, len(all)), g.now()
	for _, e := range all {
		lines = append(lines, e.line(now))
	}
	return lines, nil
}

// Removals returns the notices that are being taken out or were, with the word
// of every party (S27). They name nobody and stay when a case is erased.
func (g *Register) Removals(ctx context.Context, p staff.Person) ([]Removal, error) {
	if err := g.may(p, access.SearchNotices); err != nil {
		return nil, err
	}
	return g.removals(ctx)
}

func (g *Register) removals(ctx context.Context) ([]Removal, error) {
	all, err := g.entries(ctx, false, `WHERE removed_us > 0 ORDER BY removed_us DESC, case_id LIMIT $1`, pageSize)
	if err != nil {
		return nil, err
	}
	now := g.now()
	out := make([]Removal, 0, len(all))
	for _, e := range all {
		r := Removal{Line: e.line(now), Reason: e.Removal, Act: e.RemovalAct, All: true}
		parties, err := g.parties(ctx, e.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range parties {
			r.Parties = append(r.Parties, gone(p, e.Removed, now))
			r.All = r.All && !p.Gone.IsZero()
		}
		out = append(out, r)
	}
	return out, nil
}

func gone(p partyLine, ordered, now time.Time) Gone {
	until := p.Gone
	if until.IsZero() {
		until = now
	}
	lag := max(0, until.Sub(ordered))
	return Gone{Party: p.Party, At: p.Gone, Lag: lag, Late: lag > Acknowledge}
}

// Lags counts, for every party, how quickly it took notices out: what is
// published about it (S27, S34). It needs nobody's role, for it holds no content.
func (g *Register) Lags(ctx context.Context) ([]Lag, error) {
	all, err := g.removals(ctx)
	if err != nil {
		return nil, err
	}
	by := map[landbridge.PartyID]*Lag{}
	for _, r := range all {
		for _, p := range r.Parties {
			l := by[p.Party]
			if l == nil {
				l = &Lag{Party: p.Party}
				by[p.Party] = l
			}
			l.Ordered++
			l.Longest = max(l.Longest, p.Lag)
			switch {
			case p.At.IsZero():
				l.Open++
			case p.Late:
				l.Late++
			default:
				l.InTime++
			}
		}
	}
	lags := make([]Lag, 0, len(by))
	for _, l := range by {
		lags = append(lags, *l)
	}
	slices.SortFunc(lags, func(a, b Lag) int { return cmp.Compare(a.Party, b.Party) })
	return lags, nil
}

// Extracts returns what the public may be shown now: the text that the issuing
// side published with a judge's approval, while the notice is in force.
func (g *Register) Extracts(ctx context.Context) ([]Extract, error) {
	all, err := g.entries(ctx, true, `WHERE extract = TRUE AND state = $1 ORDER BY published_us DESC, case_id LIMIT $2`, statePublished, pageSize)
	if err != nil {
		return nil, err
	}
	now, out := g.now(), []Extract{}
	for _, e := range all {
		if e.inForce(now) && e.Content.Extract != "" {
			out = append(out, Extract{Number: e.Number, Issuer: e.Issuer, Kind: e.Kind, Text: e.Content.Extract, Since: e.Published, Until: e.Until})
		}
	}
	return out, nil
}

// Extract returns one of them.
func (g *Register) Extract(ctx context.Context, number string) (Extract, error) {
	all, err := g.Extracts(ctx)
	if err != nil {
		return Extract{}, err
	}
	for _, x := range all {
		if x.Number == number {
			return x, nil
		}
	}
	return Extract{}, fail.New(fail.Missing, "there is no such extract, or it was taken back")
}
