package api

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"

	"landbridge.example"
	"landbridge.example/client"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

func (a *API) decisionRoutes() {
	handle(a, "texts", access.SeeDecisions, a.texts)
	handle(a, "tableText", access.PrepareDecisions, a.tableText)
	handle(a, "text", access.SeeDecisions, a.text)
	handle(a, "translateText", access.PrepareDecisions, a.translateText)
	handle(a, "amendText", access.SpeakInDecisions, a.amendText)
	handle(a, "onAmendment", access.SpeakInDecisions, a.onAmendment)
	handle(a, "consolidateText", access.PrepareDecisions, a.consolidateText)
	handle(a, "compareText", access.SeeDecisions, a.compareText)
	handle(a, "matters", access.SeeDecisions, a.matters)
	handle(a, "openMatter", access.PrepareDecisions, a.openMatter)
	handle(a, "matter", access.SeeDecisions, a.matter)
	handle(a, "actInMatter", access.SeeDecisions, a.actInMatter)
	handle(a, "decisionProposals", access.SeeDecisions, a.decisionProposals)
	handle(a, "decisionProposal", access.SeeDecisions, a.decisionProposal)
	handle(a, "approveDecision", access.ApproveDecisions, a.approveDecision)
	handle(a, "returnDecision", access.SeeDecisions, a.returnDecision)
	a.meetingRoutes()
	a.commitmentRoutes()
}

func wordingView(t *kernel.Text) client.NegotiatedText {
	out := client.NegotiatedText{Digest: t.Digest().String(), ID: t.ID, Language: t.Language, Title: t.Title, Original: digest(t.Original)}
	numbers := t.Numbers()
	for i, p := range t.Paragraphs {
		out.Paragraphs = append(out.Paragraphs, client.TextParagraph{ID: p.ID, Level: p.Level, Number: numbers[i], Words: p.Body})
	}
	return out
}

func paragraphs(in []client.TextParagraph) []kernel.Paragraph {
	return each(in, func(p client.TextParagraph) kernel.Paragraph {
		return kernel.Paragraph{ID: p.ID, Level: p.Level, Body: p.Words}
	})
}

func doneView(d decision.Done, err error) (client.DecisionDone, error) {
	return client.DecisionDone{Act: digest(d.Act), Proposal: string(d.Proposal)}, err
}

func textBrief(d *kernel.Draft) client.TextBrief {
	t, first, last := d.Text(), d.Versions[0], d.Versions[len(d.Versions)-1]
	out := client.TextBrief{Draft: first.Act.String(), ID: t.ID, Title: t.Title, Language: t.Language, Keeper: string(d.Keeper), Versions: len(d.Versions),
		Newest: last.Digest.String(), Changed: last.At, Standing: len(d.Standing()), Paragraphs: len(t.Paragraphs), Languages: []string{t.Language}}
	for _, x := range d.Amendments {
		if x.At.After(out.Changed) {
			out.Changed = x.At
		}
	}
	for l := range d.Translations[last.Digest] {
		out.Languages = append(out.Languages, l)
	}
	slices.Sort(out.Languages)
	return out
}

func (a *API) texts(ctx context.Context, c *call, _ client.None) (client.NegotiatedTexts, error) {
	all, err := a.c.Decision.Drafts(ctx, c.person)
	return client.NegotiatedTexts{Texts: each(all, textBrief)}, err
}

func (a *API) tableText(ctx context.Context, c *call, in client.NegotiatedText) (client.DecisionDone, error) {
	if err := given("id", in.ID, "title", in.Title, "language", in.Language); err != nil {
		return client.DecisionDone{}, err
	}
	t := &kernel.Text{ID: in.ID, Language: in.Language, Title: in.Title, Paragraphs: kernel.Named(paragraphs(in.Paragraphs), "")}
	out, err := doneView(a.c.Decision.Table(ctx, c.person, t))
	out.Draft = out.Act
	return out, err
}

func (a *API) draftOf(ctx context.Context, p staff.Person, name string) (*kernel.Draft, landbridge.Digest, error) {
	d, err := parseDigest("text", name)
	if err != nil {
		return nil, d, err
	}
	out, err := a.c.Decision.Draft(ctx, p, d)
	return out, d, err
}

func (a *API) text(ctx context.Context, c *call, in client.ByDraftText) (client.DraftText, error) {
	d, _, err := a.draftOf(ctx, c.person, in.Draft)
	if err != nil {
		return client.DraftText{}, err
	}
	out := client.DraftText{TextBrief: textBrief(d), Text: wordingView(d.Text()), Translations: []client.NegotiatedText{}, Matters: []string{},
		History: each(d.Versions, func(v kernel.Version) client.TextVersion {
			return client.TextVersion{Digest: v.Digest.String(), Act: v.Act.String(), At: v.At, Adopted: each(v.Adopted, landbridge.Digest.String)}
		}),
		Amendments: each(d.Amendments, func(p *kernel.Proposed) client.TextAmendment { return amendmentView(d, p) }),
		Conflicts: each(d.Conflicts, func(x kernel.Conflict) client.TextConflict {
			return client.TextConflict{A: x.A.String(), B: x.B.String(), At: x.At, Kind: x.Kind, Excludes: x.Excludes}
		}), Refused: refusedView(d.Refused)}
	for _, l := range out.Languages {
		if t, ok := d.Translations[d.Text().Digest()][l]; ok {
			out.Translations = append(out.Translations, wordingView(t.Text))
		}
	}
	all, err := a.c.Decision.Matters(ctx, c.person)
	for _, f := range all {
		if slices.ContainsFunc(d.Versions, func(v kernel.Version) bool { return v.Digest == f.Matter.Text }) {
			out.Matters = append(out.Matters, f.Digest.String())
		}
	}
	return out, err
}

func refusedView(all []kernel.Refused) []client.RefusedAct {
	return each(all, func(r kernel.Refused) client.RefusedAct {
		return client.RefusedAct{Act: r.Act.String(), Party: string(r.Party), Kind: r.Kind, Why: r.Why}
	})
}

func amendmentView(d *kernel.Draft, p *kernel.Proposed) client.TextAmendment {
	out := client.TextAmendment{Act: p.Act.String(), Digest: p.Amendment.Digest().String(), By: string(p.By), At: p.At, Base: p.Amendment.Base.String(),
		Reason: p.Amendment.Reason, Support: texts(p.Support), Oppose: texts(p.Oppose), State: p.State(), AdoptedBy: digest(p.Adopted)}
	was := map[string]string{}
	for _, v := range d.Versions {
		if v.Digest == p.Amendment.Base {
			for _, q := range v.Text.Paragraphs {
				was[q.ID] = q.Body
			}
		}
	}
	for _, c := range p.Amendment.Changes {
		x := client.TextChange{Op: c.Op, At: c.At, Level: c.Wants.Level, Words: c.Wants.Body}
		if c.Op == kernel.Insert {
			x.ID = c.Wants.ID
		} else {
			x.Was = was[c.At]
		}
		out.Changes = append(out.Changes, x)
	}
	return out
}

func (a *API) translateText(ctx context.Context, c *call, in client.TextTranslation) (client.DecisionDone, error) {
	d, about, err := a.draftOf(ctx, c.person, in.Draft)
	if err != nil {
		return client.DecisionDone{}, err
	}
	if err := given("title", in.Text.Title, "language", in.Text.Language); err != nil {
		return client.DecisionDone{}, err
	}
	t := &kernel.Text{ID: d.Text().ID, Language: in.Text.Language, Title: in.Text.Title, Original: d.Text().Digest(), Paragraphs: paragraphs(in.Text.Paragraphs)}
	if in.Text.Original != "" && in.Text.Original != t.Original.String() {
		return client.DecisionDone{}, fail.New(fail.Conflict, "the text was consolidated in the meantime; translate the version that stands")
	}
	for i, p := range d.Text().Paragraphs {
		if i < len(t.Paragraphs) && t.Paragraphs[i].ID == "" { // in the order of the original
			t.Paragraphs[i].ID, t.Paragraphs[i].Level = p.ID, p.Level
		}
	}
	return doneView(a.c.Decision.Translate(ctx, c.person, about, t))
}

func (a *API) amendText(ctx context.Context, c *call, in client.NewAmendment) (client.DecisionDone, error) {
	d, about, err := a.draftOf(ctx, c.person, in.Draft)
	if err != nil {
		return client.DecisionDone{}, err
	}
	var base landbridge.Digest
	if in.Base != "" {
		if base, err = parseDigest("version", in.Base); err != nil {
			return client.DecisionDone{}, err
		}
	}
	if (len(in.Changes) == 0) == (len(in.Paragraphs) == 0) {
		return client.DecisionDone{}, fail.New(fail.Invalid, "give either the changes or all paragraphs as they should be")
	}
	if len(in.Paragraphs) > 0 {
		return doneView(a.c.Decision.AmendTo(ctx, c.person, about, base, paragraphs(in.Paragraphs), in.Reason))
	}
	x := &kernel.Amendment{Base: base, Reason: in.Reason}
	if base.IsZero() {
		x.Base = d.Text().Digest()
	}
	var fresh []kernel.Paragraph
	for _, ch := range in.Changes {
		p := kernel.Paragraph{ID: ch.ID, Level: ch.Level, Body: ch.Words}
		if ch.Op == kernel.Replace {
			p.ID = ch.At
		}
		fresh = append(fresh, p)
	}
	fresh = kernel.Named(fresh, string(a.c.Party)+a.c.Clock().String())
	for i, ch := range in.Changes {
		y := kernel.Change{Op: ch.Op, At: ch.At}
		if ch.Op != kernel.Delete {
			y.Wants = fresh[i]
		}
		x.Changes = append(x.Changes, y)
	}
	return doneView(a.c.Decision.Amend(ctx, c.person, about, x, ""))
}

func (a *API) onAmendment(ctx context.Context, c *call, in client.OnAmendment) (client.DecisionDone, error) {
	d, err := parseDigest("text", in.Draft)
	if err != nil {
		return client.DecisionDone{}, err
	}
	of, err := parseDigest("amendment", in.Amendment)
	if err != nil {
		return client.DecisionDone{}, err
	}
	return doneView(a.c.Decision.OnAmendment(ctx, c.person, in.Kind, d, of, in.Note))
}

func (a *API) consolidateText(ctx context.Context, c *call, in client.Consolidation) (client.DecisionDone, error) {
	d, err := parseDigest("text", in.Draft)
	if err != nil {
		return client.DecisionDone{}, err
	}
	adopted, err := digests("amendment", in.Amendments)
	if err != nil {
		return client.DecisionDone{}, err
	}
	return doneView(a.c.Decision.Consolidate(ctx, c.person, d, adopted, in.Note))
}

func digests(what string, in []string) (out []landbridge.Digest, err error) {
	for _, s := range in {
		d, err := parseDigest(what, s)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (a *API) compareText(ctx context.Context, c *call, in client.TextComparison) (client.ComparedText, error) {
	d, _, err := a.draftOf(ctx, c.person, in.Draft)
	if err != nil {
		return client.ComparedText{}, err
	}
	pick := func(s string, otherwise *kernel.Text) (*kernel.Text, error) {
		if s == "" {
			return otherwise, nil
		}
		x, err := parseDigest("version", s)
		if err != nil {
			return nil, err
		}
		return decision.Version(d, x)
	}
	was, err := pick(in.From, d.Versions[0].Text)
	if err != nil {
		return client.ComparedText{}, err
	}
	now, err := pick(in.To, d.Text())
	if err != nil {
		return client.ComparedText{}, err
	}
	out := client.ComparedText{From: was.Digest().String(), To: now.Digest().String(), Lines: []client.ComparedLine{}}
	before, after := numbersOf(was), numbersOf(now)
	for _, x := range kernel.Compare(was, now) {
		id := x.Was.ID + x.Now.ID
		if x.Was.ID != "" && x.Now.ID != "" {
			id = x.Now.ID
		}
		out.Lines = append(out.Lines, client.ComparedLine{ID: id, Op: x.Op, WasNumber: before[x.Was.ID], Was: x.Was.Body,
			NowNumber: after[x.Now.ID], Now: x.Now.Body})
	}
	return out, nil
}

func numbersOf(t *kernel.Text) map[string]string {
	out, numbers := map[string]string{}, t.Numbers()
	for i, p := range t.Paragraphs {
		out[p.ID] = numbers[i]
	}
	return out
}

func (a *API) decisionProposals(ctx context.Context, c *call, _ client.None) (client.DecisionProposals, error) {
	all, err := a.c.Decision.Proposals(ctx, c.person)
	out := client.DecisionProposals{Proposals: []client.DecisionProposal{}}
	for _, x := range all {
		v, err := a.proposalOf(ctx, c.person, x)
		if err != nil {
			return out, err
		}
		out.Proposals = append(out.Proposals, v)
	}
	return out, err
}

func (a *API) proposalOf(ctx context.Context, p staff.Person, x *decision.Proposal) (client.DecisionProposal, error) {
	challenge := staff.Challenge(x.Digest)
	out := client.DecisionProposal{ID: string(x.ID), Digest: x.Digest.String(), Challenge: base64.RawURLEncoding.EncodeToString(challenge[:]), Kind: x.Kind,
		Matter: digest(x.About), By: x.Author, At: x.At, State: x.State, Reason: x.Reason}
	if !x.About.IsZero() {
		f, err := a.c.Decision.Matter(ctx, p, x.About)
		if err != nil {
			return out, err
		}
		out.Title = f.Matter.Title
	}
	if y := x.Act; y != nil {
		out.Choice, out.For, out.To, out.Note = y.Choice, string(y.For), string(y.To), y.Note
		if y.Kind == kernel.Committed {
			promise, err := kernel.ParseCommitment([]byte(y.Body))
			if err != nil {
				return out, err
			}
			v := promiseView(promise)
			out.Promise, out.Title = &v, v.Title
		}
	}
	role, err := a.c.Decision.MayApprove(ctx, p, x)
	out.CanApprove, out.Role = err == nil, string(role)
	if err != nil {
		out.Why = fail.Safe(err)
	}
	return out, nil
}

func (a *API) decisionProposal(ctx context.Context, c *call, in client.ByProposal) (client.DecisionProposal, error) {
	id, err := parseID("proposal", in.Proposal)
	if err != nil {
		return client.DecisionProposal{}, err
	}
	x, err := a.c.Decision.Proposal(ctx, c.person, id)
	if err != nil {
		return client.DecisionProposal{}, err
	}
	return a.proposalOf(ctx, c.person, x)
}

func (a *API) approveDecision(ctx context.Context, c *call, in client.ApproveDecision) (client.DecisionDone, error) {
	id, err := parseID("proposal", in.Proposal)
	if err != nil {
		return client.DecisionDone{}, err
	}
	return doneView(a.c.Decision.Approve(ctx, c.person, id, in.Assertion))
}

func (a *API) returnDecision(ctx context.Context, c *call, in client.ReturnDecision) (client.DecisionProposal, error) {
	if c.may(access.ApproveDecisions) != nil {
		if err := c.may(access.SpeakInDecisions); err != nil { // its author takes it back
			return client.DecisionProposal{}, err
		}
	}
	id, err := parseID("proposal", in.Proposal)
	if err != nil {
		return client.DecisionProposal{}, err
	}
	if err := a.c.Decision.Return(ctx, c.person, id, in.Reason); err != nil {
		return client.DecisionProposal{}, err
	}
	return a.decisionProposal(ctx, c, client.ByProposal{Proposal: in.Proposal})
}

// days reads a number of days with its default.
func days(n, otherwise int) (int, error) {
	const most = 3660
	if n == 0 {
		n = otherwise
	}
	if n > most {
		return 0, fail.New(fail.Invalid, "days is a number up to %s", strconv.Itoa(most))
	}
	return n, nil
}
