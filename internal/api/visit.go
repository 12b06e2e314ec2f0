package api

import (
	"cmp"
	"context"
	"slices"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/visit"
)

func (a *API) visitRoutes() {
	handle(a, "visits", access.SeeVisits, a.visits)
	handle(a, "visit", access.SeeVisits, a.visit)
	stream(a, "visitFile", access.SeeVisits, a.visitFile)
	handle(a, "proposeVisit", access.WriteVisits, a.proposeVisit)
	handle(a, "correctVisit", access.WriteVisits, a.correctVisit)
	handle(a, "sayOnVisit", access.SeeVisits, a.sayOnVisit) // the module asks for the action of what is said
}

func (a *API) visits(ctx context.Context, c *call, q client.VisitQuery) (client.Visits, error) {
	if err := cmp.Or(oneOf("kind", q.Kind, visit.RecordKinds()...),
		oneOf("status", q.Status, visit.StatusProposed, visit.StatusAgreed, visit.StatusDeclined, visit.StatusWithdrawn)); err != nil {
		return client.Visits{}, err
	}
	all, err := a.c.Visit.List(ctx, c.person, visit.Query{Kind: q.Kind, Status: q.Status})
	return client.Visits{Records: each(all, visitRecord)}, err
}

func (a *API) visit(ctx context.Context, c *call, in client.ByVisit) (client.VisitRecord, error) {
	f, err := a.visitNamed(ctx, c, in.Record)
	if err != nil {
		return client.VisitRecord{}, err
	}
	return visitRecord(f), nil
}

func (a *API) visitNamed(ctx context.Context, c *call, record string) (*visit.File, error) {
	id, err := parseID("record", record)
	if err != nil {
		return nil, err
	}
	return a.c.Visit.Show(ctx, c.person, id)
}

func (a *API) visitFile(ctx context.Context, c *call, in client.ByVisit) error {
	f, err := a.visitNamed(ctx, c, in.Record)
	if err != nil {
		return err
	}
	return c.bytes(plain, f.Encode())
}

func (a *API) proposeVisit(ctx context.Context, c *call, in client.NewVisit) (client.VisitRecord, error) {
	content, err := visitContent(in.Content)
	if err != nil {
		return client.VisitRecord{}, err
	}
	id, err := a.c.Visit.Propose(ctx, c.person, content)
	if err != nil {
		return client.VisitRecord{}, err
	}
	return a.visit(ctx, c, client.ByVisit{Record: string(id)})
}

func (a *API) correctVisit(ctx context.Context, c *call, in client.VisitCorrection) (client.VisitRecord, error) {
	content, err := visitContent(in.Content)
	if err != nil {
		return client.VisitRecord{}, err
	}
	seen, err := parseDigest("version", in.Seen)
	if err != nil {
		return client.VisitRecord{}, err
	}
	id, err := parseID("record", in.Record)
	if err != nil {
		return client.VisitRecord{}, err
	}
	if err := a.c.Visit.Correct(ctx, c.person, id, seen, content, in.Note); err != nil {
		return client.VisitRecord{}, err
	}
	return a.visit(ctx, c, client.ByVisit{Record: in.Record})
}

func (a *API) sayOnVisit(ctx context.Context, c *call, in client.VisitSaying) (client.VisitRecord, error) {
	action := access.WriteVisits
	if in.Kind == visit.Released || in.Kind == visit.Withheld {
		action = access.ReleaseVisits
	}
	if err := c.may(action); err != nil { // the scopes of a token too
		return client.VisitRecord{}, err
	}
	f, err := a.visitNamed(ctx, c, in.Record)
	if err != nil {
		return client.VisitRecord{}, err
	}
	version := f.Newest.Digest
	if action == access.ReleaseVisits && f.Standing != nil {
		version = f.Standing.Digest
	}
	if in.Version != "" {
		if version, err = parseDigest("version", in.Version); err != nil {
			return client.VisitRecord{}, err
		}
	}
	if err := a.c.Visit.Say(ctx, c.person, in.Kind, f.ID, version, in.Note); err != nil {
		return client.VisitRecord{}, err
	}
	return a.visit(ctx, c, client.ByVisit{Record: in.Record})
}

// visitContent reads a content. Parties may stand in any order.
func visitContent(in client.VisitContent) (*visit.Content, error) {
	parties := func(codes []string) []landbridge.PartyID {
		all := each(codes, func(s string) landbridge.PartyID { return landbridge.PartyID(s) })
		slices.Sort(all)
		return all
	}
	c := &visit.Content{Kind: in.Kind, Language: in.Language, Title: in.Title, Parties: parties(in.Parties), Note: in.Note, Results: in.Results}
	if v := in.Visit; v != nil {
		c.Visit = &visit.Visit{Host: landbridge.PartyID(v.Host), Level: v.Level, Place: v.Place, Zone: v.Zone, First: v.First, Last: v.Last, CalledOff: v.CalledOff}
		for _, i := range v.Agenda {
			i.Start = i.Start.UTC()
			c.Visit.Agenda = append(c.Visit.Agenda, visit.Item(i))
		}
	}
	if l := in.Letter; l != nil {
		c.Letter = &visit.Letter{From: landbridge.PartyID(l.From), To: parties(l.To), Sent: l.Sent, Reference: l.Reference, Answers: landbridge.ID(l.Answers)}
	}
	if g := in.Group; g != nil {
		c.Group = &visit.Group{Chair: landbridge.PartyID(g.Chair), Mandate: g.Mandate, Founded: g.Founded, Ended: g.Ended}
		for _, m := range g.Meetings {
			c.Group.Meetings = append(c.Group.Meetings, visit.Meeting(m))
		}
	}
	for _, s := range in.People {
		c.People = append(c.People, visit.Seat{Party: landbridge.PartyID(s.Party), Office: s.Office, Role: s.Role})
	}
	for _, d := range in.Documents {
		sum, err := landbridge.ParseDigest(d.Digest)
		if err != nil {
			return nil, fail.New(fail.Invalid, "the digest of “%s” is no SHA-256 in hexadecimal", clip(d.Title))
		}
		c.Documents = append(c.Documents, visit.Document{Title: d.Title, Digest: sum, Link: d.Link})
	}
	return c, nil
}

func visitRecord(f *visit.File) client.VisitRecord {
	out := client.VisitRecord{Record: string(f.ID), Kind: f.Newest.Content.Kind, Status: f.Newest.Status, Newest: f.Newest.Digest.String(), Waits: f.Waits,
		Answered: texts(f.Answered), Versions: each(f.Versions, visitVersion), KeptUntil: moment(f.Kept())}
	if f.Standing != nil {
		out.Standing = f.Standing.Digest.String()
	}
	if f.Public != nil {
		out.Public = f.Public.Digest.String()
	}
	return out
}

func visitVersion(v *visit.Version) client.VisitVersion {
	return client.VisitVersion{Version: v.Digest.String(), Number: v.Number, By: string(v.By), Made: v.Made, Note: v.Note, Status: v.Status,
		Voices: each(v.Voices, func(x visit.Voice) client.VisitVoice {
			return client.VisitVoice{Party: string(x.Party), Kind: x.Kind, Note: x.Note, Released: x.Released}
		}), Content: visitText(v.Content)}
}

func visitText(c *visit.Content) client.VisitContent {
	out := client.VisitContent{Kind: c.Kind, Language: c.Language, Title: c.Title, Parties: texts(c.Parties), Note: c.Note, Results: c.Results}
	if v := c.Visit; v != nil {
		out.Visit = &client.VisitPart{Host: string(v.Host), Level: v.Level, Place: v.Place, Zone: v.Zone, First: v.First, Last: v.Last, CalledOff: v.CalledOff,
			Agenda: each(v.Agenda, func(i visit.Item) client.VisitItem { return client.VisitItem(i) })}
	}
	if l := c.Letter; l != nil {
		out.Letter = &client.LetterPart{From: string(l.From), To: texts(l.To), Sent: l.Sent, Reference: l.Reference, Answers: string(l.Answers)}
	}
	if g := c.Group; g != nil {
		out.Group = &client.GroupPart{Chair: string(g.Chair), Mandate: g.Mandate, Founded: g.Founded, Ended: g.Ended,
			Meetings: each(g.Meetings, func(m visit.Meeting) client.VisitMeeting { return client.VisitMeeting(m) })}
	}
	for _, s := range c.People {
		out.People = append(out.People, client.VisitSeat{Party: string(s.Party), Office: s.Office, Role: s.Role})
	}
	for _, d := range c.Documents {
		out.Documents = append(out.Documents, client.VisitDocument{Title: d.Title, Digest: d.Digest.String(), Link: d.Link})
	}
	return out
}
