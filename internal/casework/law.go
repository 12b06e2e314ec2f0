package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/process"
)

// A Law is what casework asks of the register of instruments.
type Law interface {
	// Basis returns the legal profile of a request from one party to another (S3).
	Basis(ctx context.Context, q agreement.Query) (*agreement.Basis, error)
	// Began notes on which basis a case was opened, in the transaction that opens it (S17).
	Began(tx *db.Tx, c landbridge.CaseID, actor string, b *agreement.Basis) error
}

// A demand is the requirements of the other side as they bear on one draft:
// what the instruments in force ask for and what it publishes, the strictest of
// each, with where it comes from.
type demand struct {
	who     string // "XB"
	profile *process.Profile
	words   []party.Demand
	hotline string
	maxFile int64 // bytes of one file; 0: no bound of theirs

	rules   agreement.Rules
	bases   []*agreement.Basis
	lacking []string // why there is no profile
}

// demands returns what the other side requires of the act that opens a case.
// Later acts are bound by the definition alone. Every recipient must have a
// profile: one that has none closes the process for all (S3).
func (w *Casework) demands(ctx context.Context, f *whole, t *process.Transition) (*demand, error) {
	if !slices.Contains(t.From, f.def.Start()) {
		return &demand{profile: &process.Profile{}}, nil
	}
	dm := &demand{rules: agreement.Rules{}}
	for _, p := range f.others(w.me) {
		if err := w.demandsOf(ctx, f, t, p, dm); err != nil {
			return nil, err
		}
	}
	if len(dm.lacking) == 0 && dm.who != "" {
		mine := dm.rules.Profile()
		dm.profile = &mine
	}
	return dm, nil
}

// needsBasis reports whether the act that opens a case needs a legal profile.
// The definition says so by naming the guard; that of an emergency does not: a
// threat to life does not wait for a treaty, and its basis is entered afterwards
// (S26).
func needsBasis(t *process.Transition) bool { return slices.Contains(t.Guards, "S3.legal_basis") }

// demandsOf adds what one recipient requires.
func (w *Casework) demandsOf(ctx context.Context, f *whole, t *process.Transition, p landbridge.PartyID, dm *demand) error {
	theirs, ok, err := w.published(ctx, f, p)
	if err != nil {
		return err
	}
	q := agreement.Query{From: w.me, To: p, Process: f.def.Ref.ID, Day: agreement.DayOf(w.now())}
	if ok {
		q.Published = &theirs
	}
	b, err := w.c.Law.Basis(ctx, q)
	if err != nil {
		return err
	}
	switch {
	case !ok && needsBasis(t):
		dm.lacking = append(dm.lacking, fmt.Sprintf("%s publishes no requirements for %s in its party record, and takes none", p, f.def.Ref.Name()))
	case !b.OK() && needsBasis(t):
		dm.lacking = append(dm.lacking, b.Lacking)
	}
	dm.rules, dm.bases = agreement.Strictest(dm.rules, b.Rules), append(dm.bases, b) // S35
	dm.who = strings.TrimPrefix(dm.who+", "+string(p), ", ")
	dm.words = append(dm.words, theirs.Demands...)
	if theirs.Hotline != "" {
		dm.hotline = theirs.Hotline
	}
	if limit := int64(theirs.MaxExhibitMiB) << 20; limit > 0 && (dm.maxFile == 0 || limit < dm.maxFile) {
		dm.maxFile = limit
	}
	return nil
}

// published returns what a party in good standing requires under the definition.
func (w *Casework) published(ctx context.Context, f *whole, p landbridge.PartyID) (party.Profile, bool, error) {
	r, err := w.c.Directory.Lookup(ctx, p)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Denied) {
		return party.Profile{}, false, nil // no record in force: no profile, and S3 closes
	}
	if err != nil {
		return party.Profile{}, false, err
	}
	theirs, ok := r.Profile(f.def.Ref.ID)
	if !ok || !theirs.Supports(f.def.Ref) {
		return party.Profile{}, false, nil
	}
	return theirs, true, nil
}

// cite says by which article a problem of the form is one.
func (dm *demand) cite(p Problem, pr process.Problem, d *draftRow) Problem {
	if pr.Rule != "profile" {
		return p
	}
	name := map[string]string{"max_persons": "max_persons", "language": "languages", "min_penalty": "min_penalty_months"}[pr.Code]
	switch {
	case pr.Code == "excluded" && pr.Row < len(d.Input.Fields["offences"].Rows):
		name = "excluded_offences/" + d.Input.Fields["offences"].Rows[pr.Row]["code"]
	case name == "":
		name = "required/" + pr.Field
	}
	if from := dm.article(name); from != "" {
		p.Rule = from
	}
	return p
}

// article names the articles a value comes from; empty when it comes from what
// the other side publishes alone, which its code says shorter.
func (dm *demand) article(name string) string {
	if !slices.ContainsFunc(dm.rules[name].From, func(s agreement.Source) bool { return s.Instrument != "" }) {
		return ""
	}
	return dm.rules.Cite(name)
}

// ruleOf says by which rule an act is not open: by the article, where a bound
// of an instrument is stricter than the definition's own.
func (dm *demand) ruleOf(why process.Reason) string {
	if why.Code == "persons_bounded" {
		if from := dm.article("max_persons"); from != "" {
			return why.Rule + ", " + from
		}
	}
	return why.Rule
}

// keyNoBasis is the text of a stop for want of a legal basis.
const keyNoBasis = "process.why.no_legal_basis"

// explain gives a stop for want of a legal basis the sentence that says what
// is missing (S3).
func (dm *demand) explain(why *process.Reason) *process.Reason {
	if why.Rule == "S3" && len(dm.lacking) > 0 {
		why.Code, why.Args, why.Text = strings.TrimPrefix(keyNoBasis, "process.why."), []string{strings.Join(dm.lacking, "; ")}, strings.Join(dm.lacking, "; ")
	}
	return why
}

// lawful is what an instrument forbids that no definition knows of.
func (dm *demand) lawful(d *draftRow) (all []Problem) {
	if v := d.Input.Fields["death_penalty_possible"].Text; dm.rules.Word("death") == "refuse" && (v == process.Yes || v == "unknown") {
		all = append(all, Problem{Field: "death_penalty_possible", Rule: dm.rules.Cite("death"), Block: true, Text: Text{"case.problem.death", nil,
			"nothing is given where the offence may be punished by death"}})
	}
	// S17: the act may rest on a narrower basis than the instruments name, not on a wider one.
	ranks := agreement.Ranks("transfer")
	said := slices.Index(ranks, d.Input.Fields["transfer_basis"].Text)
	if law := dm.rules["transfer"].Number - 1; said >= 0 && said < law {
		all = append(all, Problem{Field: "transfer_basis", Rule: "S17, " + dm.rules.Cite("transfer"), Block: true,
			Text: Text{"case.problem.transfer", []any{ranks[law]}, "the instruments in force name a narrower basis: " + ranks[law]}})
	}
	return all
}

// rests names the instruments a request rests on, as advice beside its form:
// its author need not look them up to name the legal basis.
func (dm *demand) rests() (all []Problem) {
	for _, b := range dm.bases {
		var lines []string
		for _, s := range b.Instruments {
			if s.Counts {
				lines = append(lines, s.Title+", Art. "+strings.Join(slices.Compact(s.Articles), ", "))
			}
		}
		if len(lines) > 0 {
			text := strings.Join(lines, "; ")
			all = append(all, Problem{Field: "legal_basis", Rule: string(b.To),
				Text: Text{"case.advice.basis", []any{text}, "in force between the two for this process: " + text}})
		}
	}
	return all
}

// stillLawful holds what waits for approval against the law as it is now: an
// instrument may have changed since it was proposed.
func (w *Casework) stillLawful(ctx context.Context, f *whole, d *draftRow) error {
	files, err := f.files(w.reading(ctx))
	if err != nil {
		return err
	}
	all, err := w.problems(ctx, f, d, ofDraft(files, d.ID))
	if err != nil {
		return err
	}
	if some := blocking(all); len(some) > 0 {
		return fail.New(fail.Conflict, "what is asked for has changed since this was proposed, return it to its author; %s", fail.Safe(unfinished(some)))
	}
	return nil
}

// began notes the legal basis of a case in the transaction that opens it.
func (w *Casework) began(tx *db.Tx, f *whole, c *core) error {
	if c.Sides == nil {
		return nil
	}
	for _, p := range c.To {
		b, err := w.c.Law.Basis(context.Background(), agreement.Query{From: w.me, To: p, Process: f.def.Ref.ID, Day: agreement.DayOf(c.Made)})
		if err != nil {
			return err
		}
		if err := w.c.Law.Began(tx, f.ID, c.By.Person, b); err != nil {
			return err
		}
	}
	return nil
}
