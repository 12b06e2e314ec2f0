package api

import (
	"context"
	"slices"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/mechanism"
	"landbridge.example/internal/party"
)

func (a *API) mechanismRoutes() {
	handle(a, "contacts", access.SeeParties, a.contacts)
	stream(a, "contactCards", access.SeeParties, a.contactCards)
	handle(a, "mechanisms", access.SeeMechanisms, a.mechanisms)
	handle(a, "mechanism", access.SeeMechanisms, a.mechanism)
	stream(a, "mechanismCalendar", access.SeeMechanisms, a.mechanismCalendar)
	handle(a, "sayInMechanism", access.ActInMechanism, a.sayInMechanism)
}

func (a *API) desks(ctx context.Context, q client.ContactQuery) ([]party.Desk, error) {
	if err := oneOf("function", q.Function, party.Functions()...); err != nil {
		return nil, err
	}
	v, err := a.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(v.Desks(), func(d party.Desk) bool {
		return q.Party != "" && string(d.Party) != q.Party || q.Process != "" && !d.Serves(q.Process) || q.Function != "" && d.Function != q.Function ||
			q.Language != "" && !slices.Contains(d.Languages, q.Language) || q.Duty && !d.Present(a.c.Clock()).Now
	}), nil
}

func (a *API) contacts(ctx context.Context, _ *call, q client.ContactQuery) (client.Contacts, error) {
	all, err := a.desks(ctx, q)
	if err != nil {
		return client.Contacts{}, err
	}
	out := client.Contacts{At: a.c.Clock().UTC(), Contacts: []client.Office{}}
	for _, d := range all {
		o := client.Office{Party: string(d.Party), ID: d.ID, Name: d.Contact.Name.In(), Function: d.Function, Person: d.Person, Phone: d.Phone, Email: d.Email,
			Hours: d.Hours, Zone: d.Zone, Languages: list(d.Languages), Processes: list(d.Processes),
			Duty:     each(d.Duty, func(w party.Watch) client.Watch { return client.Watch(w) }),
			Channels: each(d.Channels, func(c party.Channel) client.Channel { return client.Channel(c) }),
			Powers:   each(d.Powers, func(p party.Power) client.Power { return client.Power(p) })}
		if p := d.Present(out.At); p.Known {
			o.Present = &client.Presence{Now: p.Now, Until: moment(p.Until)}
			if !p.Local.IsZero() {
				o.Present.Local = p.Local.Format("Mon 15:04")
			}
		}
		out.Contacts = append(out.Contacts, o)
	}
	return out, nil
}

func (a *API) contactCards(ctx context.Context, c *call, q client.ContactQuery) error {
	all, err := a.desks(ctx, q)
	if err != nil {
		return err
	}
	return c.bytes(plain, []byte(party.VCard(all, "en")))
}

func (a *API) mechanisms(ctx context.Context, c *call, _ client.None) (client.Mechanisms, error) {
	all, err := a.c.Mechanism.All(ctx, c.person)
	return client.Mechanisms{Mechanisms: each(all, groupView)}, err
}

func (a *API) mechanism(ctx context.Context, c *call, in client.ByMechanism) (client.Mechanism, error) {
	g, err := a.c.Mechanism.Show(ctx, c.person, in.Mechanism)
	if err != nil {
		return client.Mechanism{}, err
	}
	return groupView(g), nil
}

func groupView(g *mechanism.Group) client.Mechanism {
	return client.Mechanism{ID: g.ID, Kind: g.Kind, Founded: g.Founded, Name: g.Name, Purpose: g.Purpose, Processes: list(g.Processes), Rhythm: g.Rhythm, In: g.In,
		Members: each(g.State.Members, func(m mechanism.Membership) client.GroupMember {
			return client.GroupMember{Party: string(m.Party), In: m.In, Since: m.Since, Desk: m.Desk, Note: m.Note}
		}),
		Calendar: each(g.State.Calendar, func(e mechanism.Entry) client.CalendarEntry {
			return client.CalendarEntry{ID: string(e.ID), By: string(e.By), Title: e.Event.Title, Place: e.Event.Place, Start: e.Event.Start, End: e.Event.End,
				Note: e.Event.Note, Status: e.Status, Answers: each(e.Answers, func(x mechanism.Answer) client.GroupAnswer {
					return client.GroupAnswer{Party: string(x.Party), Kind: x.Kind, Note: x.Note}
				})}
		})}
}

func (a *API) mechanismCalendar(ctx context.Context, c *call, in client.ByMechanism) error {
	g, err := a.c.Mechanism.Show(ctx, c.person, in.Mechanism)
	if err != nil {
		return err
	}
	return c.bytes(plain, []byte(g.Calendar(g.Name)))
}

func (a *API) sayInMechanism(ctx context.Context, c *call, in client.GroupSaying) (client.Mechanism, error) {
	s := mechanism.Saying{Kind: in.Kind, Desk: in.Desk, Note: in.Note, Of: landbridge.ID(in.Of)}
	if in.Title != "" || in.Start != nil || in.End != nil {
		s.Event = &mechanism.Event{Title: in.Title, Place: in.Place, Note: in.Note}
		if in.Start != nil {
			s.Event.Start = in.Start.UTC()
		}
		if in.End != nil {
			s.Event.End = in.End.UTC()
		}
		s.Note = ""
	}
	if err := a.c.Mechanism.Say(ctx, c.person, in.Mechanism, s); err != nil {
		return client.Mechanism{}, err
	}
	return a.mechanism(ctx, c, client.ByMechanism{Mechanism: in.Mechanism})
}
