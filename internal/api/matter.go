package api

import (
	"context"
	"maps"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/client"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
)

func (a *API) matters(ctx context.Context, c *call, _ client.None) (client.Matters, error) {
	all, err := a.c.Decision.Matters(ctx, c.person)
	return client.Matters{Matters: each(all, matterView)}, err
}

func matterView(f *decision.File) client.Matter {
	m := f.Matter
	out := client.Matter{Matter: f.Digest.String(), Keeper: string(m.Keeper), Title: m.Title, Subject: m.Subject, Text: m.Text.String(), Session: m.Session,
		Follows: digest(m.Follows), Method: m.Method, Opens: m.Opens, Closes: f.Closes, Extended: f.Extended, Delegations: texts(m.Delegations),
		Quorum: m.Quorum, Majority: m.Majority.String(), Proxies: m.Proxies, Tellers: texts(m.Tellers), State: string(f.State), Due: f.Due,
		Ended: moment(f.End), Heard: f.Heard, Agreed: f.Agreed, Objected: f.Objected, Yes: f.Yes, No: f.No, Abstain: f.Abstain,
		Positions: each(f.Positions, func(p kernel.Position) client.MatterPosition {
			return client.MatterPosition{Party: string(p.Party), Said: p.Said, By: string(p.By), Proxy: string(p.Proxy), At: moment(p.At),
				Note: p.Note, Act: digest(p.Act)}
		}),
		Remarks: each(f.Remarks, func(r kernel.Remark) client.MatterRemark {
			return client.MatterRemark{Kind: r.Kind, Party: string(r.Party), At: r.At, Text: r.Text, Paragraphs: r.Paragraphs, Act: r.Act.String()}
		}),
		Refused: refusedView(f.Refused), Missing: each(f.Missing, landbridge.Digest.String), Unnamed: each(f.Unnamed, landbridge.Digest.String),
		Spoilt: texts(f.Spoilt), Waiting: texts(f.Waiting), Reason: f.Reason, Signed: []client.MatterSignature{}}
	if f.Outcome != nil {
		out.Outcome, out.Adopting = f.Outcome.Digest().String(), texts(f.Outcome.Adopting)
	}
	for _, p := range slices.Sorted(maps.Keys(f.Signers)) {
		out.Signed = append(out.Signed, client.MatterSignature{Party: string(p), Act: f.Signers[p].Digest().String(), At: f.Signers[p].Made})
	}
	return out
}

func (a *API) matter(ctx context.Context, c *call, in client.ByMatter) (client.Matter, error) {
	d, err := parseDigest("matter", in.Matter)
	if err != nil {
		return client.Matter{}, err
	}
	f, err := a.c.Decision.Matter(ctx, c.person, d)
	if err != nil {
		return client.Matter{}, err
	}
	out := matterView(f)
	options, err := a.c.Decision.Options(ctx, c.person, f)
	out.Open = each(options, func(o decision.Option) client.MatterOption {
		return client.MatterOption{Kind: o.Kind, Two: o.Two, Why: o.Why}
	})
	if f.Text != nil {
		w := wordingView(f.Text)
		out.Wording = &w
	}
	return out, err
}

func (a *API) openMatter(ctx context.Context, c *call, in client.NewMatter) (client.DecisionDone, error) {
	text, err := parseDigest("text", in.Text)
	if err != nil {
		return client.DecisionDone{}, err
	}
	n := decision.NewMatter{Title: in.Title, Subject: in.Subject, Text: text, Session: in.Session, Method: in.Method, Opens: in.Opens, Closes: in.Closes,
		Quorum: in.Quorum, Majority: in.Majority, Proxies: in.Proxies, Delegations: codes(in.Delegations), Tellers: codes(in.Tellers)}
	if in.Follows != "" {
		if n.Follows, err = parseDigest("matter", in.Follows); err != nil {
			return client.DecisionDone{}, err
		}
	}
	about, err := a.c.Decision.Put(ctx, c.person, n)
	return client.DecisionDone{Matter: digest(about)}, err
}

func codes(in []string) []landbridge.PartyID {
	return each(in, func(s string) landbridge.PartyID { return landbridge.PartyID(s) })
}

// actInMatter does what the kind says. A token needs the scope of that kind.
func (a *API) actInMatter(ctx context.Context, c *call, in client.MatterAct) (client.DecisionDone, error) {
	d, err := parseDigest("matter", in.Matter)
	if err != nil {
		return client.DecisionDone{}, err
	}
	needs, x := access.SpeakInDecisions, a.c.Decision
	if slices.Contains([]string{kernel.Extended, kernel.Closed, kernel.Dropped, kernel.Tallied}, in.Kind) {
		needs = access.PrepareDecisions
	}
	if err := c.may(needs); err != nil {
		return client.DecisionDone{}, err
	}
	if err := whole(in); err != nil {
		return client.DecisionDone{}, err
	}
	switch in.Kind {
	case kernel.Extended:
		return doneView(x.Extend(ctx, c.person, d, in.Until.UTC(), in.Note))
	case kernel.Closed:
		return doneView(x.Close(ctx, c.person, d, in.Note))
	case kernel.Dropped:
		return doneView(x.Drop(ctx, c.person, d, in.Note))
	case kernel.Tallied:
		return doneView(x.Tally(ctx, c.person, d))
	case kernel.Subscribed:
		return doneView(x.Sign(ctx, c.person, d))
	}
	return doneView(x.Say(ctx, c.person, d, decision.Saying{Kind: in.Kind, Choice: in.Choice, For: landbridge.PartyID(in.For), To: landbridge.PartyID(in.To),
		Note: in.Note, Paragraphs: in.Paragraphs}))
}

// whole refuses an act that says too little or too much for its kind. The
// kernel refuses it too, by letters that stand for the lines of a signed act.
func whole(in client.MatterAct) error {
	takes, known := map[string]string{
		kernel.Agreed: "for note", kernel.Objected: "for note!", kernel.Voted: "for choice! note", kernel.Entrusted: "to! note", kernel.Revoked: "note",
		kernel.Extended: "until! note!", kernel.Closed: "note", kernel.Dropped: "note!", kernel.Tallied: "note", kernel.Subscribed: "note",
		kernel.Reserved: "paragraphs note!", kernel.Dissented: "note!", kernel.Explained: "note!"}[in.Kind]
	if !known {
		return nil // Say refuses it by its name
	}
	given := []struct {
		name, what string
		is         bool
	}{{"choice", "yes, no or abstain", in.Choice != ""}, {"for", "the party whose voice it is", in.For != ""},
		{"to", "the party that shall speak", in.To != ""}, {"until", "the time of the new end", in.Until != nil},
		{"note", "the reason in words", in.Note != ""}, {"paragraphs", "ids of paragraphs", len(in.Paragraphs) > 0}}
	for _, g := range given {
		needs := slices.Contains(strings.Fields(takes), g.name+"!")
		switch {
		case needs && !g.is:
			return fail.New(fail.Invalid, "%q needs %s: %s", in.Kind, g.name, g.what)
		case g.is && !needs && !slices.Contains(strings.Fields(takes), g.name):
			return fail.New(fail.Invalid, "%q takes no %s; leave it out", in.Kind, g.name)
		}
	}
	return nil
}

func (a *API) outcomes(ctx context.Context, _ *call, _ client.None) (client.Outcomes, error) {
	all, err := a.c.Decision.Outcomes(ctx)
	return client.Outcomes{Outcomes: each(all, matterView)}, err
}

func (a *API) outcomeFile(ctx context.Context, c *call, in client.ByMatter) error {
	d, err := parseDigest("matter", in.Matter)
	if err != nil {
		return err
	}
	b, err := a.c.Decision.Bundle(ctx, d)
	if err != nil {
		return err
	}
	return c.bytes(plain, b)
}

func (a *API) decisionProof(ctx context.Context, c *call, in client.BySignedAct) error {
	d, err := parseDigest("act", in.Act)
	if err != nil {
		return err
	}
	b, err := a.c.Decision.Proof(ctx, d)
	if err != nil {
		return err
	}
	return c.bytes(plain, b)
}
