package api

import (
	"context"
	"errors"
	"io"
	"net/http"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/gpsi/sheet"
)

func (a *API) indexRoutes() {
	handle(a, "indexReleases", access.SeeIndex, a.indexReleases)
	handle(a, "indexRelease", access.SeeIndex, a.indexRelease)
	stream(a, "indexBundle", access.SeeIndex, a.indexBundle)
	stream(a, "indexProof", access.SeeIndex, a.indexProof)
	handle(a, "newIndexMethod", access.PrepareIndex, a.newIndexMethod)
	handle(a, "indexEditions", access.SeeIndex, a.indexEditions)
	handle(a, "newIndexEdition", access.PrepareIndex, a.newIndexEdition)
	handle(a, "indexEdition", access.SeeIndex, a.indexEdition)
	stream(a, "indexPreview", access.SeeIndex, a.indexPreview)
	handle(a, "dropIndexEdition", access.PrepareIndex, a.dropIndexEdition)
	handle(a, "newIndexTable", access.PrepareIndex, a.newIndexTable)
	handle(a, "indexTable", access.PrepareIndex, a.indexTable)
	handle(a, "readIndexTable", access.PrepareIndex, a.readIndexTable)
	handle(a, "takeIndexTable", access.PrepareIndex, a.takeIndexTable)
	handle(a, "showIndexEdition", access.ReleaseIndex, a.showIndexEdition)
	handle(a, "commentOnIndex", access.CorrectIndex, a.commentOnIndex)
	handle(a, "settleIndexComment", access.PrepareIndex, a.settleIndexComment)
	handle(a, "askIndexBudget", access.ReleaseIndex, a.askIndexBudget)
	handle(a, "giveIndexBudget", access.SpeakOnIndex, a.giveIndexBudget)
	handle(a, "closeIndexBudget", access.PrepareIndex, a.closeIndexBudget)
	handle(a, "releaseIndexEdition", access.ReleaseIndex, a.releaseIndexEdition)
}

func releaseView(r gpsi.Release) client.IndexRelease {
	return client.IndexRelease{ID: r.ID, Publisher: string(r.Publisher), Index: r.Framework, Title: r.Title, Edition: r.Edition, Revision: r.Revision,
		Demonstration: r.Demonstration, Notice: r.Notice, Released: r.Released, Digest: r.Digest.String(), Size: r.Size, LogIndex: r.LogIndex,
		Revises: r.Revises, RevisedBy: r.RevisedBy, Note: r.Note}
}

func (a *API) indexReleases(ctx context.Context, _ *call, _ client.None) (client.IndexReleases, error) {
	all, err := a.c.Index.Releases(ctx)
	return client.IndexReleases{Releases: each(all, releaseView)}, err
}

func (a *API) indexRelease(ctx context.Context, _ *call, in client.ByRelease) (client.IndexRelease, error) {
	all, err := a.c.Index.Releases(ctx)
	if err != nil {
		return client.IndexRelease{}, err
	}
	for _, r := range all {
		if r.ID == in.Release {
			return releaseView(r), nil
		}
	}
	return client.IndexRelease{}, fail.New(fail.Missing, "there is no release %q; the list shows those there are", clip(in.Release))
}

func (a *API) indexBundle(ctx context.Context, c *call, in client.ByRelease) error {
	b, err := a.c.Index.Bundle(ctx, in.Release)
	if err != nil {
		return err
	}
	return c.bytes("application/octet-stream", b)
}

func (a *API) indexProof(ctx context.Context, c *call, in client.ByRelease) error {
	b, err := a.c.Index.Proof(ctx, in.Release)
	if err != nil {
		return err
	}
	return c.bytes(plain, b)
}

func (a *API) newIndexMethod(ctx context.Context, c *call, in client.NewIndexMethod) (client.IndexMethod, error) {
	m, err := a.c.Index.SetMethod(ctx, c.person, gpsi.NewMethod{Text: []byte(in.Text), Decision: in.Decision, DecisionDigest: in.DecisionDigest, Note: in.Note})
	return client.IndexMethod{Index: m.Framework, Version: m.Version, Edition: m.Label, Decision: m.Decision}, err
}

func editionView(e gpsi.Edition) client.IndexEdition {
	return client.IndexEdition{ID: string(e.ID), Publisher: string(e.Publisher), Index: e.Framework, Edition: e.Label, Title: e.Title,
		Demonstration: e.Demonstration, State: e.State, Version: e.Version, Method: e.Method, Revises: e.Revises, Until: moment(e.Until),
		Files: []client.IndexFile{}, Comments: []client.IndexComment{}}
}

func (a *API) indexEditions(ctx context.Context, _ *call, _ client.None) (client.IndexEditions, error) {
	all, err := a.c.Index.Editions(ctx)
	return client.IndexEditions{Editions: each(all, editionView)}, err
}

func (a *API) newIndexEdition(ctx context.Context, c *call, in client.NewIndexEdition) (client.IndexEdition, error) {
	e, err := a.c.Index.Begin(ctx, c.person, gpsi.NewEdition{Framework: in.Index, Demonstration: in.Demonstration, Revises: in.Revises})
	if err != nil {
		return client.IndexEdition{}, err
	}
	return a.wholeEdition(ctx, c, e.ID)
}

func (a *API) indexEdition(ctx context.Context, c *call, in client.ByEdition) (client.IndexEdition, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return client.IndexEdition{}, err
	}
	return a.wholeEdition(ctx, c, id)
}

func (a *API) wholeEdition(ctx context.Context, c *call, id landbridge.ID) (client.IndexEdition, error) {
	v, err := a.c.Index.View(ctx, c.person, id)
	if err != nil {
		return client.IndexEdition{}, err
	}
	out := editionView(v.Edition)
	out.Hinders = v.Hinders
	for _, f := range v.Files {
		out.Files = append(out.Files, client.IndexFile{Path: f.Path, Source: f.Source, Licence: f.Licence, Here: f.Here})
	}
	for _, x := range v.Comments {
		out.Comments = append(out.Comments, commentView(x))
	}
	if b := v.Budget; b != nil {
		out.Budget = &client.IndexBudget{Groups: b.Groups, Named: b.Named, Decision: b.Decision, Until: b.Until, Open: b.State == gpsi.Open,
			Given: each(v.Given, func(p gpsi.Points) client.IndexPoints {
				return client.IndexPoints{Party: string(p.Party), Points: p.Points}
			})}
	}
	return out, nil
}

func commentView(x gpsi.Comment) client.IndexComment {
	return client.IndexComment{ID: string(x.ID), Party: string(x.Party), Kind: x.Kind, Unit: x.Unit, Column: x.Column, Year: x.Year, Was: x.Was,
		Wanted: x.Wanted, Source: x.Source, Text: x.Text, State: x.State, Answer: x.Answer, At: x.At}
}

func (a *API) indexPreview(ctx context.Context, c *call, in client.ByEdition) error {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return err
	}
	o, err := a.c.Index.Calculate(ctx, c.person, id)
	if err != nil {
		return err
	}
	zip, err := o.Contents.Zip()
	if err != nil {
		return err
	}
	return c.bytes("application/octet-stream", zip)
}

func (a *API) dropIndexEdition(ctx context.Context, c *call, in client.ByEdition) (struct{}, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, a.c.Index.Drop(ctx, c.person, id)
}

func (a *API) newIndexTable(ctx context.Context, c *call, in client.NewIndexTable) (client.IndexTable, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return client.IndexTable{}, err
	}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, sheet.MaxBytes))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return client.IndexTable{}, fail.New(fail.TooLarge, "a table has at most %d MiB", sheet.MaxBytes>>20)
	}
	if err != nil {
		return client.IndexTable{}, fail.Because(err, fail.Invalid, "the table broke off on its way; send it again")
	}
	imp, err := a.c.Index.Upload(ctx, c.person, id, gpsi.Upload{Path: in.Path, Name: in.Name, Data: data})
	return tableView(imp, err)
}

func tableView(imp *gpsi.Import, err error) (client.IndexTable, error) {
	if err != nil {
		return client.IndexTable{}, err
	}
	out := client.IndexTable{ID: string(imp.ID), Edition: string(imp.Edition), Path: imp.Path, Name: imp.Name, State: imp.State, Ready: imp.Ready,
		Rows: imp.Report.Rows, Reading: readingView(imp.Reading), Proposed: readingView(gpsi.Reading{Options: imp.Report.Proposed}),
		Findings: []client.IndexFinding{}, Changed: imp.Changes.Changed, Gained: imp.Changes.Gained, Lost: imp.Changes.Lost}
	for _, f := range imp.Report.Findings {
		out.Findings = append(out.Findings, client.IndexFinding{Rule: f.Rule, Bad: f.Bad, Line: f.Line, Column: f.Column, Unit: f.Unit, Cell: f.Cell,
			Text: f.Text, Option: f.Option, Proposed: f.Value, Further: f.Further})
	}
	for _, p := range imp.Problems {
		out.Findings = append(out.Findings, client.IndexFinding{Rule: p.Rule, Bad: !p.Warning && p.File == imp.Path, Line: p.Line,
			Column: p.Column, Unit: p.Unit, Text: p.Text})
	}
	return out, nil
}

func readingView(r gpsi.Reading) client.IndexReading {
	o := r.Options
	return client.IndexReading{Sheet: o.Sheet, Header: o.Header, Unit: o.Unit, Year: o.Year, Variable: o.Variable, Decimal: o.Decimal, Thousands: o.Thousands,
		Missing: o.Missing, Percent: o.Percent, Footnotes: o.Footnotes, Merged: o.Merged, Duplicates: o.Duplicates, Countries: o.Countries,
		Source: r.Source, Licence: r.Licence, Method: r.Method, Of: r.Of}
}

func (a *API) indexTable(ctx context.Context, c *call, in client.ByTable) (client.IndexTable, error) {
	id, err := parseID("table", in.Table)
	if err != nil {
		return client.IndexTable{}, err
	}
	return tableView(a.c.Index.Import(ctx, c.person, id))
}

func (a *API) readIndexTable(ctx context.Context, c *call, in client.ReadIndexTable) (client.IndexTable, error) {
	id, err := parseID("table", in.Table)
	if err != nil {
		return client.IndexTable{}, err
	}
	r := in.Reading
	return tableView(a.c.Index.Reread(ctx, c.person, id, gpsi.Reading{Source: r.Source, Licence: r.Licence, Method: r.Method, Of: r.Of,
		Options: sheet.Options{Sheet: r.Sheet, Header: r.Header, Unit: r.Unit, Year: r.Year, Variable: r.Variable, Decimal: r.Decimal, Thousands: r.Thousands,
			Missing: r.Missing, Percent: r.Percent, Footnotes: r.Footnotes, Merged: r.Merged, Duplicates: r.Duplicates, Countries: r.Countries}}))
}

func (a *API) takeIndexTable(ctx context.Context, c *call, in client.ByTable) (client.IndexEdition, error) {
	id, err := parseID("table", in.Table)
	if err != nil {
		return client.IndexEdition{}, err
	}
	e, err := a.c.Index.TakeOver(ctx, c.person, id)
	if err != nil {
		return client.IndexEdition{}, err
	}
	return a.wholeEdition(ctx, c, e.ID)
}

func (a *API) showIndexEdition(ctx context.Context, c *call, in client.ShowIndexEdition) (client.IndexEdition, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return client.IndexEdition{}, err
	}
	to := each(in.To, func(p string) landbridge.PartyID { return landbridge.PartyID(p) })
	if _, err := a.c.Index.Show(ctx, c.person, id, gpsi.Showing{To: to, Until: in.Until, Note: in.Note}); err != nil {
		return client.IndexEdition{}, err
	}
	return a.wholeEdition(ctx, c, id)
}

func (a *API) commentOnIndex(ctx context.Context, c *call, in client.NewIndexComment) (client.IndexComment, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return client.IndexComment{}, err
	}
	say := map[string]func() (gpsi.Comment, error){}
	n := gpsi.NewComment{Unit: in.Unit, Column: in.Column, Year: in.Year, Wanted: in.Wanted, Source: in.Source, Text: in.Text, Language: in.Language}
	say[gpsi.Correction] = func() (gpsi.Comment, error) { return a.c.Index.Correct(ctx, c.person, id, n) }
	say[gpsi.DissentOf] = func() (gpsi.Comment, error) { return a.c.Index.Dissent(ctx, c.person, id, n) }
	do := say[in.Kind]
	if do == nil {
		return client.IndexComment{}, fail.New(fail.Invalid, "kind is correction or dissent")
	}
	x, err := do()
	return commentView(x), err
}

func (a *API) settleIndexComment(ctx context.Context, c *call, in client.SettleIndexComment) (struct{}, error) {
	id, err := parseID("correction", in.Comment)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, a.c.Index.Settle(ctx, c.person, id, gpsi.Answer{Accept: in.Accept, Text: in.Text})
}

func (a *API) askIndexBudget(ctx context.Context, c *call, in client.AskIndexBudget) (client.IndexEdition, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return client.IndexEdition{}, err
	}
	n := gpsi.NewBudget{Groups: in.Groups, Named: in.Named, Decision: in.Decision, Until: in.Until}
	if err := a.c.Index.AskBudget(ctx, c.person, id, n); err != nil {
		return client.IndexEdition{}, err
	}
	return a.wholeEdition(ctx, c, id)
}

func (a *API) giveIndexBudget(ctx context.Context, c *call, in client.GiveIndexBudget) (struct{}, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, a.c.Index.GiveBudget(ctx, c.person, id, in.Points)
}

func (a *API) closeIndexBudget(ctx context.Context, c *call, in client.ByEdition) (client.IndexEdition, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return client.IndexEdition{}, err
	}
	if err := a.c.Index.CloseBudget(ctx, c.person, id); err != nil {
		return client.IndexEdition{}, err
	}
	return a.wholeEdition(ctx, c, id)
}

func (a *API) releaseIndexEdition(ctx context.Context, c *call, in client.ReleaseIndexEdition) (client.IndexRelease, error) {
	id, err := parseID("edition", in.Edition)
	if err != nil {
		return client.IndexRelease{}, err
	}
	r, err := a.c.Index.Release(ctx, c.person, id, in.Note)
	return releaseView(r), err
}
