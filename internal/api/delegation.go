package api

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/table"
)

func (a *API) delegationRoutes() {
	handle(a, "delegationEditions", access.SeeGuests, a.delegationEditions)
	handle(a, "setDelegationEdition", access.AdmitGuests, a.setDelegationEdition)
	handle(a, "delegations", access.SeeGuests, a.delegations)
	handle(a, "newDelegation", access.AdmitGuests, a.newDelegation)
	handle(a, "renewBadges", access.AdmitGuests, a.renewBadges)
	handle(a, "delegation", access.SeeGuests, a.delegation)
	handle(a, "resizeDelegation", access.AdmitGuests, a.resizeDelegation)
	handle(a, "newDelegationLink", access.AdmitGuests, a.newDelegationLink)
	handle(a, "nominate", access.NominateGuests, a.nominate)
	handle(a, "nominateTable", access.NominateGuests, a.nominateTable)
	handle(a, "searchGuests", access.SeeGuests, a.searchGuests)
	stream(a, "guestTable", access.SeeGuests, a.guestTable)
	handle(a, "guest", access.SeeGuests, a.guest)
	handle(a, "approveGuests", access.AdmitGuests, a.approveGuests)
	handle(a, "approveGuest", access.AdmitGuests, a.approveGuest)
	handle(a, "refuseGuest", access.AdmitGuests, a.refuseGuest)
	handle(a, "decideGuestRefusal", access.AdmitGuests, a.decideGuestRefusal)
	handle(a, "withdrawGuest", access.NominateGuests, a.withdrawGuest)
	handle(a, "reissueBadge", access.AdmitGuests, a.reissueBadge)
	handle(a, "forgetGuest", access.EraseGuests, a.forgetGuest)
	stream(a, "guestLetter", access.AdmitGuests, a.guestLetter)
	stream(a, "guestBadge", access.AdmitGuests, a.guestBadge)
	handle(a, "checkLetter", anyone, a.checkLetter)
	stream(a, "badges", access.AdmitGuests, a.badges)
	stream(a, "doorPage", access.AdmitGuests, a.doorPage)
	handle(a, "badgeKeys", anyone, a.badgeKeys)
	stream(a, "revokedBadges", anyone, a.revokedBadges)
	handle(a, "takeScans", access.AdmitGuests, a.takeScans)
	handle(a, "scans", access.AdmitGuests, a.scans)
	stream(a, "scanFile", access.AdmitGuests, a.scanFile)
}

func heldView(h delegation.Held) client.DelegationEdition {
	return client.DelegationEdition{ID: h.ID, Title: h.Title, Place: h.Place, Host: h.Edition.Host, Party: string(h.Host), Here: h.Here,
		Zone: h.Zone, Starts: h.Starts,
		Ends: h.Ends, Closes: h.Closes, Over: h.Over, KeepDays: h.KeepDays, Groups: h.Groups, People: h.People, Outdated: h.Outdated}
}

func (a *API) delegationEditions(ctx context.Context, c *call, _ client.None) (client.DelegationEditions, error) {
	all, err := a.c.Guests.Editions(ctx, c.person)
	return client.DelegationEditions{Editions: each(all, heldView)}, err
}

func (a *API) setDelegationEdition(ctx context.Context, c *call, in client.SetDelegationEdition) (client.DelegationEdition, error) {
	e := delegation.Edition{ID: in.Edition, Title: in.Title, Place: in.Place, Host: in.Host, Zone: in.Zone, Starts: in.Starts.UTC(),
		Ends: in.Ends.UTC(), Closes: in.Closes.UTC(),
		KeepDays: in.KeepDays}
	if err := a.c.Guests.SetEdition(ctx, c.person, e); err != nil {
		return client.DelegationEdition{}, err
	}
	all, err := a.c.Guests.Editions(ctx, c.person)
	for _, h := range all {
		if h.ID == in.Edition {
			return heldView(h), err
		}
	}
	return client.DelegationEdition{}, errors.Join(err, fail.New(fail.Missing, "edition %s is not open for delegations", clip(in.Edition)))
}

func (a *API) delegations(ctx context.Context, c *call, in client.ByForumEdition) (client.Delegations, error) {
	if _, err := a.c.Guests.Edition(ctx, in.Edition); err != nil {
		return client.Delegations{}, err
	}
	all, err := a.c.Guests.Delegations(ctx, c.person, in.Edition)
	return client.Delegations{Delegations: each(all, groupLine)}, err
}

func groupLine(d delegation.Delegation) client.Delegation {
	return client.Delegation{ID: string(d.ID), Edition: d.Edition, Kind: d.Kind, Party: string(d.Party), Name: d.Name, Members: d.Members, Observers: d.Observers,
		People: d.Count, LinkUntil: moment(d.LinkUntil)}
}

func (a *API) newDelegation(ctx context.Context, c *call, in client.NewDelegation) (client.Delegation, error) {
	id, err := a.c.Guests.Invite(ctx, c.person, delegation.Delegation{Edition: in.Edition, Kind: in.Kind, Party: landbridge.PartyID(in.Party), Name: in.Name,
		Members: in.Members, Observers: in.Observers})
	if err != nil {
		return client.Delegation{}, err
	}
	return a.oneDelegation(ctx, c, id)
}

func (a *API) delegation(ctx context.Context, c *call, in client.ByDelegation) (client.Delegation, error) {
	id, err := parseID("delegation", in.Delegation)
	if err != nil {
		return client.Delegation{}, err
	}
	return a.oneDelegation(ctx, c, id)
}

func (a *API) oneDelegation(ctx context.Context, c *call, id landbridge.ID) (client.Delegation, error) {
	g, err := a.c.Guests.Group(ctx, c.person, id)
	if err != nil {
		return client.Delegation{}, err
	}
	out := groupLine(g.Delegation)
	out.Taken = g.Taken
	return out, nil
}

func (a *API) resizeDelegation(ctx context.Context, c *call, in client.DelegationQuota) (client.Delegation, error) {
	id, err := parseID("delegation", in.Delegation)
	if err == nil {
		err = a.c.Guests.Resize(ctx, c.person, id, in.Members, in.Observers)
	}
	if err != nil {
		return client.Delegation{}, err
	}
	return a.oneDelegation(ctx, c, id)
}

func (a *API) newDelegationLink(ctx context.Context, c *call, in client.NewLink) (client.DelegationLink, error) {
	id, err := parseID("delegation", in.Delegation)
	if err != nil {
		return client.DelegationLink{}, err
	}
	life := time.Duration(min(in.Days, 1000)) * 24 * time.Hour
	secret, err := a.c.Guests.Link(ctx, c.person, id, life)
	if err != nil {
		return client.DelegationLink{}, err
	}
	return client.DelegationLink{Delegation: in.Delegation, Secret: secret, Page: "/public/nominate", Until: a.c.Clock().UTC().Add(life)}, nil
}

func (a *API) nominate(ctx context.Context, c *call, in client.Nomination) (client.NominationReport, error) {
	id, err := parseID("delegation", in.Delegation)
	if err != nil {
		return client.NominationReport{}, err
	}
	ids, err := a.c.Guests.Nominate(ctx, c.person, id, each(in.People, nominee))
	return client.NominationReport{Rows: len(in.People), Entered: texts(ids), Problems: []client.NominationProblem{}}, err
}

func nominee(g client.GuestPerson) delegation.Nominee {
	x := delegation.Person{Name: g.Name, Latin: g.Latin, Title: g.Title, Nation: g.Nation, Email: g.Email, Lang: g.Lang}
	if g.Visa != nil {
		v := delegation.Visa(*g.Visa)
		x.Visa = &v
	}
	return delegation.Nominee{Part: g.Part, Person: x}
}

func (a *API) nominateTable(ctx context.Context, c *call, in client.NominationTable) (client.NominationReport, error) {
	id, err := parseID("delegation", in.Delegation)
	if err != nil {
		return client.NominationReport{}, err
	}
	b, err := c.file(delegation.MaxTable)
	if err != nil {
		return client.NominationReport{}, err
	}
	rep, err := a.c.Guests.NominateTable(ctx, c.person, id, b, in.Check)
	if err != nil {
		return client.NominationReport{}, err
	}
	return client.NominationReport{Rows: rep.Rows, Entered: texts(rep.IDs), Problems: each(rep.Findings, func(f delegation.Finding) client.NominationProblem {
		return client.NominationProblem{Row: f.Row, Name: f.Name, Text: f.Problem}
	})}, nil
}

// file reads a small file that is sent as the body.
func (c *call) file(most int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, most))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, fail.New(fail.TooLarge, "this file is over %d bytes", most)
	}
	if err != nil {
		return nil, fail.Because(err, fail.Unavailable, "the file did not arrive whole; send it again")
	}
	return b, nil
}

func (a *API) guestQuery(ctx context.Context, q client.GuestQuery) (delegation.Query, error) {
	out := delegation.Query{Edition: q.Edition, Text: q.Text, Kind: q.Kind, Part: q.Part, State: q.State, From: q.From}
	err := cmp.Or(oneOf("kind", q.Kind, delegation.Kinds()...), oneOf("part", q.Part, delegation.Parts()...), oneOf("state", q.State, delegation.States()...))
	if err != nil {
		return out, err
	}
	if q.Delegation != "" {
		id, err := parseID("delegation", q.Delegation)
		if err != nil {
			return out, err
		}
		out.Group = id
	}
	_, err = a.c.Guests.Edition(ctx, q.Edition)
	return out, err
}

func (a *API) searchGuests(ctx context.Context, c *call, in client.GuestQuery) (client.Guests, error) {
	q, err := a.guestQuery(ctx, in)
	if err != nil {
		return client.Guests{}, err
	}
	l, err := a.c.Guests.List(ctx, c.person, q)
	if err != nil {
		return client.Guests{}, err
	}
	out := client.Guests{Guests: each(l.Lines, guestLine), Total: l.Total}
	if next := in.From + len(l.Lines); len(l.Lines) > 0 && next < l.Total {
		out.Next = next
	}
	return out, nil
}

func guestLine(l delegation.Line) client.GuestLine {
	return client.GuestLine{ID: string(l.ID), Delegation: string(l.Group), Of: l.Delegation, Kind: l.Kind, Part: l.Part, State: l.State, Number: l.Number,
		Name: l.Name, Latin: l.Latin, Title: l.Title, Nation: l.Nation, Visa: l.Visa, Inside: moment(l.Inside), Twin: l.Twin}
}

func (a *API) guestTable(ctx context.Context, c *call, in client.GuestTable) error {
	q, err := a.guestQuery(ctx, in.GuestQuery)
	if err != nil {
		return err
	}
	if in.Form != "csv" && in.Form != "xlsx" {
		return fail.New(fail.Invalid, "choose csv or xlsx")
	}
	t := a.c.Lang.Match(in.Language)
	rows, err := a.c.Guests.Table(ctx, c.person, q, delegation.Columns(delegation.ColumnNames(t)))
	if err != nil {
		return err
	}
	if in.Form == "csv" {
		b, err := table.CSV(rows)
		if err != nil {
			return err
		}
		return c.bytes("text/csv; charset=utf-8", b)
	}
	b, err := table.XLSX(t.T("guest.sheet"), rows)
	if err != nil {
		return err
	}
	return c.bytes("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b)
}

func (a *API) guest(ctx context.Context, c *call, in client.ByGuest) (client.Guest, error) {
	id, err := parseID("person", in.Guest)
	if err != nil {
		return client.Guest{}, err
	}
	v, err := a.c.Guests.Open(ctx, c.person, id)
	if err != nil {
		return client.Guest{}, err
	}
	x := v.Person
	out := client.Guest{GuestLine: guestLine(v.Line), Edition: v.Edition.ID, Ground: v.Decision.Ground, Reason: v.Decision.Reason, Badge: v.Decision.Badge,
		Person:    client.GuestPerson{Part: v.Part, Latin: x.Latin, Name: x.Name, Title: x.Title, Nation: x.Nation, Email: x.Email, Lang: x.Lang},
		MayDecide: v.MayDecide, MayConfirm: v.MayConfirm, MayWithdraw: v.MayWithdraw}
	if x.Visa != nil {
		visa := client.GuestVisa(*x.Visa)
		out.Person.Visa = &visa
	}
	return out, nil
}

// step does something to a person and shows what came of it.
func (a *API) step(ctx context.Context, c *call, guest string, do func(landbridge.ID) error) (client.Guest, error) {
	id, err := parseID("person", guest)
	if err == nil {
		err = do(id)
	}
	if err != nil {
		return client.Guest{}, err
	}
	return a.guest(ctx, c, client.ByGuest{Guest: guest})
}

func (a *API) approveGuests(ctx context.Context, c *call, in client.ApproveGuests) (client.ApprovedGuests, error) {
	var ids []landbridge.ID
	for _, s := range in.Guests {
		id, err := parseID("person", s)
		if err != nil {
			return client.ApprovedGuests{}, err
		}
		ids = append(ids, id)
	}
	done, skipped, err := a.c.Guests.ApproveAll(ctx, c.person, ids)
	return client.ApprovedGuests{Approved: texts(done), Skipped: each(skipped, func(s delegation.Skip) client.SkippedGuest {
		return client.SkippedGuest{ID: string(s.ID), Why: s.Why}
	})}, err
}

func (a *API) approveGuest(ctx context.Context, c *call, in client.ByGuest) (client.Guest, error) {
	return a.step(ctx, c, in.Guest, func(id landbridge.ID) error { return a.c.Guests.Approve(ctx, c.person, id) })
}

func (a *API) refuseGuest(ctx context.Context, c *call, in client.GuestRefusal) (client.Guest, error) {
	return a.step(ctx, c, in.Guest, func(id landbridge.ID) error {
		return a.c.Guests.ProposeRefusal(ctx, c.person, id, in.Ground, in.Reason)
	})
}

func (a *API) decideGuestRefusal(ctx context.Context, c *call, in client.GuestRefusalDecision) (client.Guest, error) {
	return a.step(ctx, c, in.Guest, func(id landbridge.ID) error {
		if in.Confirm {
			return a.c.Guests.ConfirmRefusal(ctx, c.person, id)
		}
		return a.c.Guests.ReturnRefusal(ctx, c.person, id)
	})
}

func (a *API) withdrawGuest(ctx context.Context, c *call, in client.ByGuest) (client.Guest, error) {
	return a.step(ctx, c, in.Guest, func(id landbridge.ID) error { return a.c.Guests.Withdraw(ctx, c.person, id) })
}

func (a *API) reissueBadge(ctx context.Context, c *call, in client.ByGuest) (client.Guest, error) {
	return a.step(ctx, c, in.Guest, func(id landbridge.ID) error { return a.c.Guests.Reissue(ctx, c.person, id) })
}

func (a *API) renewBadges(ctx context.Context, c *call, in client.ByForumEdition) (client.RenewedBadges, error) {
	n, err := a.c.Guests.Renew(ctx, c.person, in.Edition)
	return client.RenewedBadges{Renewed: n}, err
}

func (a *API) forgetGuest(ctx context.Context, c *call, in client.ByGuest) (client.None, error) {
	id, err := parseID("person", in.Guest)
	if err != nil {
		return client.None{}, err
	}
	return client.None{}, a.c.Guests.Forget(ctx, c.person, id)
}

const pdf = "application/pdf"

func (a *API) guestLetter(ctx context.Context, c *call, in client.GuestLetter) error {
	id, err := parseID("person", in.Guest)
	if err != nil {
		return err
	}
	b, err := a.c.Guests.Letter(ctx, c.person, id, in.Kind)
	if err != nil {
		return err
	}
	return c.bytes(pdf, b)
}

func (a *API) guestBadge(ctx context.Context, c *call, in client.ByGuest) error {
	id, err := parseID("person", in.Guest)
	if err != nil {
		return err
	}
	b, err := a.c.Guests.BadgePDF(ctx, c.person, id)
	if err != nil {
		return err
	}
	return c.bytes(pdf, b)
}

func (a *API) checkLetter(ctx context.Context, c *call, _ client.None) (client.LetterCheck, error) {
	b, err := c.file(delegation.MaxLetter)
	if err != nil {
		return client.LetterCheck{}, err
	}
	g, err := a.c.Guests.CheckLetter(ctx, b)
	if err != nil {
		return client.LetterCheck{}, err
	}
	return client.LetterCheck{Reference: g.Reference, Kind: g.Kind, Issued: g.Issued, Stands: g.Stands}, nil
}

func (a *API) badges(ctx context.Context, c *call, in client.BadgeSheet) error {
	q, err := a.guestQuery(ctx, client.GuestQuery{Edition: in.Edition, Kind: in.Kind, Delegation: in.Delegation})
	if err != nil {
		return err
	}
	b, _, err := a.c.Guests.BadgesPDF(ctx, c.person, q)
	if err != nil {
		return err
	}
	return c.bytes(pdf, b)
}

func (a *API) doorPage(ctx context.Context, c *call, in client.DoorPage) error {
	var b strings.Builder
	if err := a.c.Guests.DoorPage(ctx, &b, in.Edition, delegation.DoorWords(a.c.Lang.Match(in.Language))); err != nil {
		return err
	}
	return c.bytes(octets, []byte(b.String())) // a file to keep, not a page of this node
}

func (a *API) badgeKeys(ctx context.Context, _ *call, in client.ByForumEdition) (client.BadgeKeys, error) {
	if err := a.c.Guests.Runs(ctx, in.Edition); err != nil {
		return client.BadgeKeys{}, err
	}
	all, err := a.c.Guests.BadgeKeys(ctx)
	return client.BadgeKeys{Party: string(a.c.Party), Keys: each(all, func(k ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(k) })}, err
}

func (a *API) revokedBadges(ctx context.Context, c *call, in client.ByForumEdition) error {
	if err := a.c.Guests.Runs(ctx, in.Edition); err != nil {
		return err
	}
	text, err := a.c.Guests.RevokedText(ctx, in.Edition)
	if err != nil {
		return err
	}
	return c.bytes(plain, []byte(text))
}
