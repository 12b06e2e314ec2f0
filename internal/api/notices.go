package api

import (
	"context"
	"errors"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/notice"
	"landbridge.example/match"
	"landbridge.example/process"
)

func (a *API) noticeRoutes() {
	handle(a, "notices", access.SearchNotices, a.notices)
	handle(a, "searchNotices", access.SearchNotices, a.searchNotices)
	handle(a, "notice", access.SearchNotices, a.notice)
	handle(a, "noticeRemovals", access.SearchNotices, a.noticeRemovals)
}

func (a *API) notices(ctx context.Context, c *call, _ client.None) (client.Notices, error) {
	all, err := a.c.Notice.List(ctx, c.person)
	return client.Notices{Notices: each(all, noticeLine)}, err
}

func (a *API) searchNotices(ctx context.Context, c *call, in client.NoticeQuery) (client.NoticeHits, error) {
	if err := oneOf("kind", in.Kind, notice.Kinds()...); err != nil {
		return client.NoticeHits{}, err
	}
	found, err := a.c.Notice.Search(ctx, c.person, notice.Query(in))
	if err != nil {
		return client.NoticeHits{}, err
	}
	return client.NoticeHits{Warning: notice.NotAWarrant().English, Searched: found.Searched, Hits: each(found.Hits, func(h notice.Hit) client.NoticeHit {
		return client.NoticeHit{Notice: noticeLine(h.Line), Name: h.Name, Score: float64(h.Score) / float64(match.FullScore), Effect: h.Effect, Stale: h.Stale,
			Evidence: each(h.Evidence, func(e match.Evidence) client.NoticeEvidence {
				return client.NoticeEvidence{What: e.What, State: string(e.State), Query: e.Query, Listed: e.Listed, Missing: e.Side}
			})}
	})}, nil
}

func (a *API) notice(ctx context.Context, c *call, in client.NoticeReading) (client.Notice, error) {
	id, err := landbridge.ParseID(in.Case)
	if err != nil {
		return client.Notice{}, fail.New(fail.Missing, "this node holds no such notice")
	}
	n, err := a.c.Notice.Read(ctx, c.person, id, in.Purpose)
	if err != nil {
		return client.Notice{}, err
	}
	row := func(r process.Row) map[string]string { return r }
	return client.Notice{Warning: notice.NotAWarrant().English, Notice: noticeLine(n.Line), Title: n.Title, Persons: each(n.Persons, row),
		Offences: each(n.Offences, row), Seek: n.Seek, Caution: n.Caution, Text: n.Text, Extract: n.Extract, Effect: n.Effect, Stale: n.Stale, Reason: n.Reason,
		Parties: each(n.Parties, func(p notice.PartyLine) client.NoticeParty {
			return client.NoticeParty{Party: string(p.Party), Side: p.Side, Taken: moment(p.Taken), Effect: p.Effect, Gone: moment(p.Gone)}
		})}, nil
}

func (a *API) noticeRemovals(ctx context.Context, c *call, _ client.None) (client.NoticeRemovals, error) {
	all, err := a.c.Notice.Removals(ctx, c.person)
	lags, err2 := a.c.Notice.Lags(ctx)
	if err := errors.Join(err, err2); err != nil {
		return client.NoticeRemovals{}, err
	}
	return client.NoticeRemovals{
		Removals: each(all, func(r notice.Removal) client.NoticeRemoval {
			return client.NoticeRemoval{Notice: noticeLine(r.Line), Reason: r.Reason, Act: r.Act.String(), All: r.All,
				Parties: each(r.Parties, func(g notice.Gone) client.NoticeGone {
					return client.NoticeGone{Party: string(g.Party), At: moment(g.At), LagSeconds: int64(g.Lag / time.Second), Late: g.Late}
				})}
		}),
		Lags: each(lags, func(l notice.Lag) client.NoticeLag {
			return client.NoticeLag{Party: string(l.Party), Ordered: l.Ordered, InTime: l.InTime, Late: l.Late, Open: l.Open,
				LongestSeconds: int64(l.Longest / time.Second)}
		}),
	}, nil
}

func noticeLine(l notice.Line) client.NoticeLine {
	return client.NoticeLine{Case: string(l.Case), Number: l.Number, Issuer: string(l.Issuer), Side: l.Side, Kind: l.Kind, State: l.State, InForce: l.InForce,
		Published: moment(l.Published), Until: moment(l.Until), Confirm: moment(l.Confirm), Removed: moment(l.Removed)}
}
