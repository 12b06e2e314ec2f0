package portal

import (
	"context"

	"landbridge.example/internal/notice"
)

// Notices are what the public may be shown of notices: a notice.Register.
type Notices interface {
	Extracts(ctx context.Context) ([]notice.Extract, error)
}

// A NoticesView is page/notices.
type NoticesView struct {
	Frame
	Extracts []ExtractCard
}

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
	if err != nil {
		return err
	}
	view := NoticesView{Frame: s.frame(v, v.t.T("public.notices.title"))}
	for _, x := range all {
		kind := v.t.Or("–", "notice.kind."+x.Kind)
		view.Extracts = append(view.Extracts, ExtractCard{x.Number, string(x.Issuer), kind, x.Text, v.t.Date(x.Since), v.t.Date(x.Until)})
	}
	return s.show(v, "notices", view)
}

// noticesJSON sends the same extracts for programs.
func (s *site) noticesJSON(v *visit) error {
	v.once()
	all, err := s.Notices.Extracts(v.Context())
	if err != nil {
		return err
	}
	return v.answer(map[string]any{"warning": notice.NotAWarrant().English, "notices": all})
}
