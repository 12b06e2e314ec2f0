package api

import (
	"context"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

func (a *API) networkRoutes() {
	handle(a, "parties", access.SeeParties, a.parties)
	handle(a, "party", access.SeeParties, a.party)
	stream(a, "partyRecord", access.SeeParties, a.partyRecord)
	stream(a, "directory", access.SeeParties, a.directory)
	handle(a, "addStatement", access.ManageParties, a.addStatement)
	handle(a, "peers", access.SeeNetwork, a.peers)
	handle(a, "ladder", access.DownloadReceipt, a.ladder)
	stream(a, "receipt", access.DownloadReceipt, a.receipt)
}

const plain = "text/plain; charset=utf-8"

func partyView(l party.Listing) client.Party {
	r := l.Record
	p := client.Party{
		Party: string(l.Party), Name: r.Name.In(), Kind: string(r.Kind), Suspended: l.Suspended, Reason: l.Reason,
		Version: r.Version, Date: r.Date, Position: l.Position, Reach: string(r.Reach), Addresses: list(r.Addresses), Languages: list(r.Languages),
		Pins: each(r.TLSPins, landbridge.Digest.String), LogKey: r.LogKey, WitnessKeys: list(r.WitnessKeys),
		Contacts: each(r.Contacts, func(c party.Contact) client.Contact {
			return client.Contact{ID: c.ID, Name: c.Name.In(), Phone: c.Phone, Email: c.Email, Hours: c.Hours}
		}),
		Profiles: each(r.Profiles, func(p party.Profile) client.Profile {
			return client.Profile{Process: p.Process, Versions: p.Versions, Required: list(p.Required), Languages: list(p.Languages),
				Demands:    each(p.Demands, func(d party.Demand) string { return d.Text.In() }),
				MaxPersons: p.MaxPersons, PoliticalExcluded: p.PoliticalExcluded, Hotline: p.Hotline}
		}),
	}
	return p
}

// list makes a nil list an empty one, so that JSON has [] and not null.
func list(in []string) []string {
	if in == nil {
		return []string{}
	}
	return in
}

func (a *API) parties(ctx context.Context, _ *call, _ client.None) (client.Parties, error) {
	v, err := a.c.Directory.View(ctx)
	if err != nil {
		return client.Parties{}, err
	}
	return client.Parties{Position: v.Position(), Head: digest(v.Head()), Founding: digest(v.Founding()),
		Secretariat: string(v.Secretariat()), Parties: each(v.All(), partyView)}, nil
}

func (a *API) listing(ctx context.Context, code string) (party.Listing, error) {
	all, err := a.c.Directory.All(ctx)
	if err != nil {
		return party.Listing{}, err
	}
	i := slices.IndexFunc(all, func(l party.Listing) bool { return string(l.Party) == code })
	if i < 0 {
		return party.Listing{}, fail.New(fail.Missing, "there is no party %q in the directory; \"landbridge party list\" shows all", clip(code))
	}
	return all[i], nil
}

func (a *API) party(ctx context.Context, _ *call, in client.ByParty) (client.Party, error) {
	l, err := a.listing(ctx, in.Party)
	if err != nil {
		return client.Party{}, err
	}
	return partyView(l), nil
}

func (a *API) partyRecord(ctx context.Context, c *call, in client.ByParty) error {
	l, err := a.listing(ctx, in.Party)
	if err != nil {
		return err
	}
	entries, err := a.c.Directory.Since(ctx, l.Position-1)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return fail.New(fail.Missing, "the record of %s is not here any more; ask again", l.Party)
	}
	e, err := party.ParseEntry(entries[0])
	if err != nil {
		return err
	}
	return c.bytes(plain, e.Statement.Bytes())
}

func (a *API) directory(ctx context.Context, c *call, _ client.None) error {
	b, err := a.c.Directory.Export(ctx)
	if err != nil {
		return err
	}
	return c.bytes(plain, b)
}

func (a *API) addStatement(ctx context.Context, _ *call, in client.Statement) (client.Entered, error) {
	if in.Text == "" {
		return client.Entered{}, fail.New(fail.Invalid, "send the signed statement as text")
	}
	return a.c.Enter(ctx, []byte(in.Text))
}

func (a *API) peerList(ctx context.Context) ([]client.Peer, error) {
	states, err := a.c.Exchange.Peers(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := a.c.Log.Witnesses(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]client.Peer, 0, len(states))
	for _, s := range states {
		p := client.Peer{Party: string(s.Party), Reach: string(s.Reach), Suspended: s.Suspended, Up: s.Up, Since: moment(s.Since),
			LastOK: moment(s.LastOK), LastError: s.LastError, LastErrorAt: moment(s.LastErrAt), Held: s.Held, Oldest: moment(s.Oldest),
			NextTry: moment(s.NextTry), ClockOffsetMS: s.Offset.Milliseconds(), Directory: s.Position, Queue: map[string]int64{},
			Alarms: each(s.Alarms, func(al exchange.Alarm) client.Alarm {
				return client.Alarm{Kind: al.Kind, Text: al.Text, First: al.First, Last: al.Last, Count: al.Count}
			})}
		for lane, n := range s.Queue {
			p.Queue[string(lane)] = n
			p.Waiting += n
		}
		for _, w := range seen {
			if w.Party == s.Party {
				p.Witnessed = w.Size
			}
		}
		out = append(out, p)
	}
	return out, nil
}

func (a *API) peers(ctx context.Context, _ *call, _ client.None) (client.Peers, error) {
	all, err := a.peerList(ctx)
	return client.Peers{Peers: all}, err
}

// ofCase checks that a message belongs to a case that the caller may read.
func (a *API) ofCase(ctx context.Context, c *call, caseName, message string) (landbridge.MessageID, error) {
	id, err := parseID("message", message)
	if err != nil {
		return "", err
	}
	of, err := a.caseID(ctx, c, caseName)
	if err != nil {
		return "", err
	}
	v, err := a.c.Casework.Case(ctx, c.person, casework.Reading{Case: of})
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(v.Delivery, func(d casework.DeliveryView) bool { return d.Message == id }) {
		return "", fail.New(fail.Missing, "the case has sent no message %s", message)
	}
	return id, nil
}

func (a *API) ladder(ctx context.Context, c *call, in client.ByMessage) (client.Deliveries, error) {
	id, err := a.ofCase(ctx, c, in.Case, in.Message)
	if err != nil {
		return client.Deliveries{}, err
	}
	steps, err := a.c.Exchange.Ladder(ctx, id)
	if err != nil {
		return client.Deliveries{}, err
	}
	out := client.Deliveries{Deliveries: []client.Delivery{}}
	at := map[string]int{}
	for _, s := range steps {
		to := string(s.To)
		i, ok := at[to]
		if !ok {
			i = len(out.Deliveries)
			at[to] = i
			out.Deliveries = append(out.Deliveries, client.Delivery{Message: in.Message, To: to})
		}
		d := &out.Deliveries[i]
		d.Steps = append(d.Steps, client.Step{Name: string(s.Rung), At: s.At, Note: s.Reason, Entry: max(s.LogIndex, 0),
			Log: string(s.By), Cosigners: s.Cosigners, Proved: s.Proved})
		d.Receipt = d.Receipt || s.Rung == exchange.Delivered && s.Proved
	}
	return out, nil
}

func (a *API) receipt(ctx context.Context, c *call, in client.ByReceipt) error {
	id, err := a.ofCase(ctx, c, in.Case, in.Message)
	if err != nil {
		return err
	}
	to, err := landbridge.ParsePartyID(in.Party)
	if err != nil {
		return fail.New(fail.Invalid, "%v", err)
	}
	b, err := a.c.Exchange.Receipt(ctx, id, to)
	if err != nil {
		return err
	}
	return c.bytes(plain, b)
}

// feedEvery is how often a live feed looks by itself, in case it was not woken.
const feedEvery = time.Second
