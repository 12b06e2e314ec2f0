package forum

import (
	"context"

	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Preview is what publishing a draft would do.
type Preview struct {
	Last    *Programme // the newest version, or nil
	Next    *Programme
	Changes []Change
	Planned int   // sessions that stay in the draft
	Hinder  error // why it cannot be published as it is, or nil; a sentence
}

// Preview returns what publishing the draft would change, without doing it.
func (g *Register) Preview(ctx context.Context, p staff.Person, edition string) (*Preview, error) {
	if err := g.may(p, access.SeeForum); err != nil {
		return nil, err
	}
	r := g.reading(ctx)
	d, err := g.draft(r, edition)
	if err != nil {
		return nil, err
	}
	v := &Preview{}
	if v.Last, err = g.published(r, edition, 0); err != nil {
		return nil, err
	}
	next := &Version{Edition: edition, Number: 1, At: g.now()}
	if v.Last != nil {
		next.Number = v.Last.Version + 1
	}
	v.Next = d.publishable(v.Last, next)
	v.Changes = Compare(v.Last, v.Next)
	v.Planned = len(d.Sessions) - len(v.Next.Sessions)
	if v.Hinder = g.publishes(d, v.Last, v.Next); v.Hinder != nil && fail.KindOf(v.Hinder) == fail.Internal {
		return nil, v.Hinder
	}
	return v, nil
}
