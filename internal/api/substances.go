package api

import (
	"context"

	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/match"
	"landbridge.example/match/substance"
)

// The register is public law: a look-up is no fact in the log, names no person
// and belongs to no case.
func (a *API) substanceRoutes() {
	handle(a, "substances", access.SeeSubstances, a.substances)
	handle(a, "substance", access.SeeSubstances, a.substance)
}

const substanceHits = 5 // unless the caller says otherwise

func (a *API) substances(_ context.Context, _ *call, in client.SubstanceQuery) (client.SubstanceHits, error) {
	if in.Query == "" {
		return client.SubstanceHits{}, fail.New(fail.Invalid, "say what to look up: ?q= takes a name or a CAS number")
	}
	if in.Limit == 0 {
		in.Limit = substanceHits
	}
	if in.Limit < 1 || in.Limit > substance.MaxTop {
		return client.SubstanceHits{}, fail.New(fail.Invalid, "limit is between 1 and %d", substance.MaxTop)
	}
	r := a.c.Substances()
	return client.SubstanceHits{Hits: each(r.Find(in.Query, in.Limit), func(h substance.Hit) client.SubstanceHit {
		score := float64(h.Score) / float64(match.FullScore)
		return client.SubstanceHit{Substance: substanceView(r, h.Substance), By: h.By, Name: h.Name, Exact: h.Exact, Score: score}
	})}, nil
}

func (a *API) substance(_ context.Context, _ *call, in client.BySubstance) (client.SubstanceFile, error) {
	r := a.c.Substances()
	s, ok := r.Substance(in.Substance)
	if !ok {
		return client.SubstanceFile{}, fail.New(fail.Missing, "there is no substance %q in the register; look for it with %s/substances?q=",
			clip(in.Substance), client.Prefix)
	}
	return client.SubstanceFile{Substance: substanceView(r, s), Classes: each(r.Beside(s.ID), func(c substance.Class) client.SubstanceClass {
		source, _ := r.Source(c.Source)
		return client.SubstanceClass{Jurisdiction: c.Jurisdiction, Title: c.Title, Since: c.Since, Language: c.Language,
			Text: c.Text, Source: source.Title}
	})}, nil
}

func substanceView(r *substance.Register, s *substance.Substance) client.Substance {
	title := func(code string) string { source, _ := r.Source(code); return source.Title }
	v := client.Substance{ID: s.ID, Name: s.Name, INN: s.INN, Names: list(s.Names), CAS: list(s.CAS), Chemical: s.Chemical, Schedules: list(s.Schedules),
		Check: string(s.Check), Sources: each(s.Sources, title), Note: s.Note}
	if s.CASSource != "" {
		v.CASSource = title(s.CASSource)
	}
	return v
}
