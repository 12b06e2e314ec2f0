package decision

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
)

const outcomeForm = "landbridge-outcome/1"

// An Outcome is an adopted text with how it was adopted: what the nodes of the
// adopting parties sign. Whoever holds the acts of the matter computes the same
// bytes. Reservations are acts of their own and stand beside it.
type Outcome struct {
	Matter   landbridge.Digest
	Text     landbridge.Digest
	Title    string
	Subject  string
	Session  string
	Method   string
	Adopted  time.Time
	Votes    string               // "yes 5, no 1, abstain 2"; of a vote alone
	Adopting []landbridge.PartyID // consensus: who agreed; open vote: who said yes; silence and secret vote: all delegations
	Not      []landbridge.PartyID // delegations that are none of these
}

// OutcomeOf returns the outcome of an adopted matter.
func OutcomeOf(r *Result) (*Outcome, error) {
	if r.State != Adopted {
		return nil, fmt.Errorf("the matter is %s: nothing was adopted", r.State)
	}
	m := r.Matter
	o := &Outcome{Matter: m.Digest(), Text: m.Text, Title: m.Title, Subject: m.Subject, Session: m.Session, Method: m.Method, Adopted: r.End}
	if m.Method == Vote {
		o.Votes = fmt.Sprintf("yes %d, no %d, abstain %d", r.Yes, r.No, r.Abstain)
	}
	for _, p := range r.Positions {
		if m.Method == Silence || m.Secret() || p.Said == Agreed || p.Said == Yes {
			o.Adopting = append(o.Adopting, p.Party)
		} else {
			o.Not = append(o.Not, p.Party)
		}
	}
	return o, nil
}

// Encode returns the one form of the outcome.
func (o *Outcome) Encode() []byte {
	f := newForm(outcomeForm)
	f.digest("matter", o.Matter)
	f.digest("text", o.Text)
	f.put("title", o.Title)
	f.put("subject", o.Subject)
	f.put("session", o.Session)
	f.put("method", o.Method)
	f.time("adopted", o.Adopted)
	f.put("votes", o.Votes)
	f.party("adopting", o.Adopting...)
	f.party("not", o.Not...)
	return f.bytes()
}

// Digest names the outcome.
func (o *Outcome) Digest() landbridge.Digest { return sum(domainOutcome, o.Encode()) }

// ParseOutcome reads an outcome in its one form.
func ParseOutcome(b []byte) (*Outcome, error) {
	c, err := read(b, outcomeForm, MaxAct)
	if err != nil {
		return nil, fmt.Errorf("reading an outcome: %w", err)
	}
	o := &Outcome{Matter: c.digest("matter"), Text: c.digest("text"), Title: c.one("title"), Subject: c.one("subject"), Session: c.maybe("session"),
		Method: c.one("method"), Adopted: c.time("adopted"), Votes: c.maybe("votes"),
		Adopting: c.parties("adopting", MaxDelegations), Not: c.parties("not", MaxDelegations)}
	if err := c.end(b, o.Encode()); err != nil {
		return nil, fmt.Errorf("reading an outcome: %w", err)
	}
	ok := slices.Contains(Subjects(), o.Subject) && slices.Contains(Methods(), o.Method) && !o.Matter.IsZero() && !o.Text.IsZero() && !o.Adopted.IsZero()
	if !ok || !plain(o.Title, maxLine, false) || set(o.Adopting, 1, MaxDelegations) != nil || set(o.Not, 0, MaxDelegations) != nil {
		return nil, errors.New("an outcome says which matter and text, how and when, and who adopted it")
	}
	return o, nil
}

// Signers returns which parties signed the outcome of a result, by code, with
// the acts by which they did.
func Signers(r *Result, acts []*Act) map[landbridge.PartyID]*Act {
	o, err := OutcomeOf(r)
	if err != nil {
		return nil
	}
	digest, out := o.Digest(), map[landbridge.PartyID]*Act{}
	for _, a := range sorted(acts) {
		party := slices.Contains(r.Matter.Delegations, a.Party) || a.Party == r.Matter.Keeper
		if a.Kind == Subscribed && party && a.Matter == o.Matter && a.Of == digest && out[a.Party] == nil {
			out[a.Party] = a.Act
		}
	}
	return out
}
