package portal

import (
	"context"
	"errors"
	"time"

	"landbridge.example/internal/notice"
)

// Notices are what the public may be shown of notices: a notice.Register.
type Notices interface {
	Extracts(ctx context.Context) ([]notice.Extract, error)
	Lags(ctx context.Context) ([]notice.Lag, error)
}

// A NoticesView is page/notices.
type NoticesView struct {
	Frame
	Extracts []ExtractCard
	Lags     []LagLine
}

// A LagLine is how quickly one party takes out what was taken back.
type LagLine struct{ Party, Ordered, InTime, Late, Open, Longest string }

// An ExtractCard is what the public may be shown of one notice.
type ExtractCard struct{ Number, Issuer, Kind, Text, Since, Until string }

// once keeps an answer out of caches and archives: a copy there would outlive
// the notice (S27).
func (v *visit) once() {
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("X-Robots-Tag", "noindex, noarchive")
}

func (s *site) notices(v *visit) error {
	v.once()
	all, err := s.Notices.Extracts(v.Context())
	lags, err2 := s.Notices.Lags(v.Context())
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	view := NoticesView{Frame: s.frame(v, v.t.T("public.notices.title"))}
	for _, x := range all {
		kind := v.t.Or("–", "notice.kind."+x.Kind)
		view.Extracts = append(view.Extracts, ExtractCard{x.Number, string(x.Issuer), kind, x.Text, v.t.Date(x.Since), v.t.Date(x.Until)})
	}
	n := func(i int) string { return v.t.Number(int64(i)) }
	for _, l := range lags {
		view.Lags = append(view.Lags, LagLine{string(l.Party), n(l.Ordered), n(l.InTime), n(l.Late), n(l.Open), v.t.Duration(l.Longest)})
	}
	return s.show(v, "notices", view)
}

// noticesJSON sends the same for programs.
func (s *site) noticesJSON(v *visit) error {
	v.once()
	all, err := s.Notices.Extracts(v.Context())
	lags, err2 := s.Notices.Lags(v.Context())
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	type lag struct {
		Party   string `json:"party"`
		Ordered int    `json:"ordered"`
		InTime  int    `json:"in_time"`
		Late    int    `json:"late"`
		Open    int    `json:"open"`
		Longest int64  `json:"longest_seconds"`
	}
	removals := []lag{}
	for _, l := range lags {
		removals = append(removals, lag{string(l.Party), l.Ordered, l.InTime, l.Late, l.Open, int64(l.Longest / time.Second)})
	}
	return v.answer(map[string]any{"warning": notice.NotAWarrant().English, "notices": all, "removals": removals})
}
