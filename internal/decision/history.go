package decision

import (
	"embed"
	"errors"
	"fmt"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

//go:embed data/history.json
var data embed.FS

const maxHistory = 1 << 20

// A Past is an outcome of an edition before parties signed them here. It is
// what public documents say, and no more.
type Past struct {
	Edition      string        `json:"edition"` // text id, as the forum's editions have it
	ID           string        `json:"id"`
	Kind         string        `json:"kind"` // concept, consensus, mechanism, plan, proposal, release, statement
	Title        string        `json:"title"`
	Items        []string      `json:"items,omitempty"`
	Undertakings []Undertaking `json:"undertakings,omitempty"`
	Source       string        `json:"-"`
	Language     string        `json:"-"` // of its words
}

// An Undertaking is what an outcome of the past says will be done. The
// documents name no owner, no day and no indicator, so it has none and is never
// called kept or late.
type Undertaking struct {
	ID   string `json:"id"`
	What string `json:"what"`
	Seen *Seen  `json:"seen,omitempty"` // nil: no later document shows anything of it
}

// Seen is what a later document shows.
type Seen struct {
	Edition string `json:"edition"`
	What    string `json:"what"`
}

// PastKinds lists the kinds of past outcomes.
func PastKinds() []string {
	return []string{"concept", "consensus", "mechanism", "plan", "proposal", "release", "statement"}
}

// History returns the outcomes of the editions 2015 to 2025, oldest first. They are public.
func History() ([]Past, error) {
	b, err := data.ReadFile("data/history.json")
	if err != nil {
		return nil, fmt.Errorf("reading past outcomes: %w", err)
	}
	return ParseHistory(b)
}

// ParseHistory reads a file of past outcomes and checks it.
func ParseHistory(b []byte) ([]Past, error) {
	if len(b) > maxHistory {
		return nil, fail.New(fail.TooLarge, "a file of past outcomes has at most %d bytes", maxHistory)
	}
	var file struct {
		Source   string `json:"source"`
		Language string `json:"language"`
		Outcomes []Past `json:"outcomes"`
	}
	switch err := canon.Decode(b, &file); {
	case errors.Is(err, canon.ErrMore):
		return nil, fail.New(fail.Invalid, "there is something after the outcomes")
	case err != nil:
		return nil, fail.Because(err, fail.Invalid, "this is not the JSON of past outcomes")
	}
	if !line(file.Source, maxLineSize, true) || !line(file.Language, 12, true) {
		return nil, fail.New(fail.Invalid, "past outcomes name their source and the language of their words")
	}
	seen := map[string]bool{}
	for i := range file.Outcomes {
		p := &file.Outcomes[i]
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("outcome %d: %w", i+1, err)
		}
		if seen[p.Edition+" "+p.ID] {
			return nil, fail.New(fail.Invalid, "the outcome %s of %s stands twice", p.ID, p.Edition)
		}
		seen[p.Edition+" "+p.ID] = true
		p.Source, p.Language = file.Source, file.Language
	}
	return file.Outcomes, nil
}

func (p *Past) check() error {
	if !landbridge.ValidName(p.Edition, 48) || !landbridge.ValidName(p.ID, 48) || !slices.Contains(PastKinds(), p.Kind) || !line(p.Title, maxLineSize, true) {
		return fail.New(fail.Invalid, "an outcome has an edition, an id, a kind and a title")
	}
	for _, s := range p.Items {
		if !line(s, maxLineSize, true) {
			return fail.New(fail.Invalid, "an item is one line of 1 to %d bytes", maxLineSize)
		}
	}
	for _, u := range p.Undertakings {
		if !landbridge.ValidName(u.ID, 48) || !line(u.What, maxLineSize, true) {
			return fail.New(fail.Invalid, "an undertaking has an id and says what is done")
		}
		if u.Seen != nil && (!landbridge.ValidName(u.Seen.Edition, 48) || year(u.Seen.Edition) < year(p.Edition) || !line(u.Seen.What, maxLineSize, true)) {
			return fail.New(fail.Invalid, "what is seen of an undertaking is seen at a later edition")
		}
	}
	return nil
}

// year returns the beginning of an edition's id, which is its year.
func year(edition string) string { return edition[:min(4, len(edition))] }
