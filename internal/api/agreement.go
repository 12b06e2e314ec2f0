package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

func (a *API) agreementRoutes() {
	handle(a, "agreements", access.SeeAgreements, a.agreements)
	handle(a, "agreement", access.SeeAgreements, a.agreement)
	stream(a, "agreementFile", access.SeeAgreements, a.agreementFile)
	handle(a, "legalProfile", access.SeeAgreements, a.legalProfile)
	handle(a, "proposeAgreements", access.WriteAgreements, a.proposeAgreements)
	handle(a, "importAgreements", access.WriteAgreements, a.importAgreements)
	handle(a, "agreementProposals", access.SeeAgreements, a.agreementProposals)
	handle(a, "agreementProposal", access.SeeAgreements, a.agreementProposal)
	handle(a, "enterAgreements", access.ApproveAgreements, a.enterAgreements)
	handle(a, "returnAgreements", access.SeeAgreements, a.returnAgreements)
	handle(a, "showAgreement", access.WriteAgreements, a.showAgreement)
	handle(a, "adoptAgreement", access.WriteAgreements, a.adoptAgreement)
}

// through turns a value into another type with the same JSON.
func through[Out any](in any) (out Out, err error) {
	b, err := json.Marshal(in)
	if err != nil {
		return out, fmt.Errorf("writing an instrument: %w", err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return out, fmt.Errorf("writing an instrument: %w", err)
	}
	return out, nil
}

// filterable refuses words by which the register is filtered that no
// instrument can ever bear.
func filterable(kind, status, subject string) error {
	return cmp.Or(oneOf("kind", kind, agreement.Kinds()...), oneOf("status", status, agreement.Statuses()...), oneOf("subject", subject, agreement.Subjects()...))
}

func (a *API) agreements(ctx context.Context, c *call, q client.AgreementQuery) (client.Agreements, error) {
	if err := filterable(q.Kind, q.Status, q.Subject); err != nil {
		return client.Agreements{}, err
	}
	page, err := a.c.Agreement.List(ctx, c.person, agreement.Filter{Text: q.Text, Party: landbridge.PartyID(q.Party), With: landbridge.PartyID(q.With),
		Subject: q.Subject, Process: q.Process, Kind: q.Kind, Status: q.Status, After: q.After, Limit: q.Limit})
	if err != nil {
		return client.Agreements{}, err
	}
	out := client.Agreements{Total: page.Total, Next: page.Next, Agreements: []client.AgreementRow{}}
	for _, r := range page.Rows {
		row := client.AgreementRow{ID: r.ID, Title: r.Name(), Short: r.Short, Kind: r.Kind, Status: r.Today, InForce: string(r.InForce), Parties: []string{},
			Subjects: list(r.Subjects), Processes: list(r.Processes()), Revision: r.Revision, Changed: r.Changed}
		for _, m := range r.Members {
			row.Parties = append(row.Parties, string(m.Party))
		}
		out.Agreements = append(out.Agreements, row)
	}
	return out, nil
}

func (a *API) agreement(ctx context.Context, c *call, in client.ByAgreement) (client.Agreement, error) {
	f, err := a.c.Agreement.Show(ctx, c.person, in.Agreement)
	if err != nil {
		return client.Agreement{}, err
	}
	out := client.Agreement{Status: f.Today, Digest: f.Digest.String(), Revision: f.Revision, Cases: f.Uses,
		History: each(f.History, func(r agreement.Revision) client.AgreementRevision {
			return client.AgreementRevision{Number: r.Number, Author: r.Author, Approver: r.Approver, Note: r.Note, At: r.At, Entry: r.Entry}
		}),
		Copies: each(f.Copies, func(k agreement.Copy) client.AgreementCopy {
			return client.AgreementCopy{Party: string(k.Party), State: k.State, At: moment(k.At), Differences: differences(k.Lines)}
		}),
	}
	out.Instrument, err = through[client.Instrument](f.Instrument)
	return out, err
}

func differences(in []agreement.Difference) []client.Difference {
	return each(in, func(d agreement.Difference) client.Difference { return client.Difference(d) })
}

func (a *API) agreementFile(ctx context.Context, c *call, q client.AgreementFile) error {
	if err := filterable(q.Kind, q.Status, q.Subject); err != nil {
		return err
	}
	rows, err := a.c.Agreement.All(ctx, c.person, agreement.Filter{Text: q.Text, Party: landbridge.PartyID(q.Party), With: landbridge.PartyID(q.With),
		Subject: q.Subject, Process: q.Process, Kind: q.Kind, Status: q.Status})
	if err != nil {
		return err
	}
	write := agreement.WriteJSON
	switch q.Format {
	case "json":
	case "csv":
		write = agreement.WriteCSV
	default:
		return fail.New(fail.Missing, "the register is written as csv or json")
	}
	b, err := write(rows)
	if err != nil {
		return err
	}
	return c.bytes(plain, b)
}

func (a *API) legalProfile(ctx context.Context, c *call, q client.ProfileQuery) (client.LegalProfile, error) {
	if q.From == "" {
		q.From = string(a.c.Party)
	}
	if q.Day == "" {
		q.Day = string(agreement.DayOf(a.c.Clock()))
	}
	b, err := a.c.Agreement.ProfileOf(ctx, c.person, agreement.Query{From: landbridge.PartyID(q.From), To: landbridge.PartyID(q.To), Process: q.Process,
		Day: agreement.Day(q.Day)})
	if err != nil {
		return client.LegalProfile{}, err
	}
	out := client.LegalProfile{From: q.From, To: q.To, Process: q.Process, Day: q.Day, OK: b.OK(), Lacking: b.Lacking, Transfer: b.Transfer(),
		Instruments: each(b.Instruments, func(s agreement.Standing) client.LegalStanding {
			return client.LegalStanding{ID: s.ID, Title: s.Title, Counts: s.Counts, Why: s.Why, Since: string(s.Since), Articles: s.Articles}
		}), Rules: []client.LegalRule{}}
	for _, name := range b.Rules.Names() {
		v := b.Rules[name]
		rule := client.LegalRule{Name: name, Number: v.Number, Words: v.Words, From: each(v.From, agreement.Source.String)}
		if w := b.Rules.Word(name); w != "" {
			rule.Number, rule.Words = 0, []string{w}
		}
		out.Rules = append(out.Rules, rule)
	}
	return out, nil
}

func (a *API) proposeAgreements(ctx context.Context, c *call, in client.AgreementChange) (client.AgreementProposal, error) {
	var all []*agreement.Instrument
	for _, i := range in.Instruments {
		b, err := json.Marshal(i)
		if err != nil {
			return client.AgreementProposal{}, err
		}
		one, err := agreement.Parse(b)
		if err != nil {
			return client.AgreementProposal{}, err
		}
		all = append(all, one)
	}
	id, err := a.c.Agreement.Propose(ctx, c.person, all, in.Note)
	return a.changeOf(ctx, c.person, id, err)
}

func (a *API) changeOf(ctx context.Context, p staff.Person, id landbridge.ID, err error) (client.AgreementProposal, error) {
	if err != nil {
		return client.AgreementProposal{}, err
	}
	v, err := a.c.Agreement.Proposal(ctx, p, id)
	if err != nil {
		return client.AgreementProposal{}, err
	}
	return changeView(v), nil
}

func changeView(p *agreement.Proposal) client.AgreementProposal {
	challenge := staff.Challenge(p.Digest)
	return client.AgreementProposal{ID: string(p.ID), Digest: p.Digest.String(), Challenge: base64.RawURLEncoding.EncodeToString(challenge[:]), Note: p.Note,
		By: p.By, At: p.At, State: p.State, Reason: p.Reason, CanEnter: p.MayEnter, Role: string(p.Role), Why: p.Why,
		Changes: each(p.Changes, func(ch agreement.Change) client.AgreementDifference {
			return client.AgreementDifference{ID: ch.Instrument.ID, Title: ch.Instrument.Name(), Kind: ch.Kind, Differences: differences(ch.Lines)}
		})}
}

func (a *API) importAgreements(ctx context.Context, c *call, in client.AgreementImport) (client.ImportReport, error) {
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, agreement.MaxImport)
	b, err := io.ReadAll(c.r.Body)
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return client.ImportReport{}, fail.New(fail.TooLarge, "a file of instruments has at most %d bytes; send it in parts", agreement.MaxImport)
	}
	if err != nil {
		return client.ImportReport{}, fail.Because(err, fail.Unavailable, "the file did not arrive whole; send it again")
	}
	r, id, err := a.c.Agreement.Import(ctx, c.person, b, in.Note, in.Dry)
	if err != nil {
		return client.ImportReport{}, err
	}
	return client.ImportReport{New: r.New, Changed: r.Changed, Same: r.Same, Wrong: r.Wrong, Proposal: string(id),
		Lines: each(r.Lines, func(l agreement.Line) client.ImportLine { return client.ImportLine(l) })}, nil
}

func (a *API) agreementProposals(ctx context.Context, c *call, _ client.None) (client.AgreementProposals, error) {
	all, err := a.c.Agreement.Proposals(ctx, c.person)
	return client.AgreementProposals{Proposals: each(all, changeView)}, err
}

func (a *API) agreementProposal(ctx context.Context, c *call, in client.ByProposal) (client.AgreementProposal, error) {
	id, err := parseID("proposal", in.Proposal)
	return a.changeOf(ctx, c.person, id, err)
}

func (a *API) enterAgreements(ctx context.Context, c *call, in client.EnterAgreement) (client.AgreementProposal, error) {
	id, err := parseID("proposal", in.Proposal)
	if err == nil {
		err = a.c.Agreement.Enter(ctx, c.person, id, landbridge.Role(in.Role), in.Assertion)
	}
	return a.changeOf(ctx, c.person, id, err)
}

func (a *API) returnAgreements(ctx context.Context, c *call, in client.ReturnAgreement) (client.AgreementProposal, error) {
	id, err := parseID("proposal", in.Proposal)
	if err == nil {
		err = a.c.Agreement.Return(ctx, c.person, id, in.Reason)
	}
	return a.changeOf(ctx, c.person, id, err)
}

func (a *API) showAgreement(ctx context.Context, c *call, in client.ShowAgreement) (client.Agreement, error) {
	if err := a.c.Agreement.Send(ctx, c.person, in.Agreement, landbridge.PartyID(in.Party)); err != nil {
		return client.Agreement{}, err
	}
	return a.agreement(ctx, c, client.ByAgreement{Agreement: in.Agreement})
}

func (a *API) adoptAgreement(ctx context.Context, c *call, in client.ShowAgreement) (client.AgreementProposal, error) {
	id, err := a.c.Agreement.Adopt(ctx, c.person, in.Agreement, landbridge.PartyID(in.Party))
	return a.changeOf(ctx, c.person, id, err)
}
