package delegation

import (
	"encoding/json"
	"errors"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

// Messages between the secretariat and a party. They name facts.
const (
	kindInvited   = "delegation.invited"   // the edition, and the quota of the party
	kindNominated = "delegation.nominated" // people the party puts forward
	kindDecided   = "delegation.decided"   // what became of them
	kindWithdrawn = "delegation.withdrawn" // people the party takes back
)

const (
	formParcel = "landbridge-delegation/1"
	maxParcel  = 512 << 10 // bytes
)

// A parcel is the body of every message of this package.
type parcel struct {
	Format     string      `json:"format"`
	Edition    *Edition    `json:"edition,omitempty"`
	Delegation *Delegation `json:"delegation"`
	People     []entry     `json:"people,omitempty"`
}

type entry struct {
	ID       landbridge.ID `json:"id"`
	Part     string        `json:"part,omitempty"`
	State    string        `json:"state,omitempty"`
	Number   int           `json:"number,omitempty"`
	Person   *Person       `json:"person,omitempty"`
	Decision *Decision     `json:"decision,omitempty"`
}

func (o *Office) mail(tx *db.Tx, kind string, to landbridge.PartyID, p *parcel) error {
	p.Format = formParcel
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	view, err := o.view()
	if err != nil {
		return err
	}
	return exchange.Post{Outbox: o.c.Exchange, Keys: o.c.Keys, Random: o.c.Random}.Send(tx, view,
		party.Letter{Kind: kind, To: []landbridge.PartyID{to}, Body: body, Made: o.now(), Life: messageLife})
}

func parseParcel(b []byte) (*parcel, error) {
	if len(b) > maxParcel {
		return nil, fail.New(fail.TooLarge, "a message about a delegation has at most %d bytes", maxParcel)
	}
	var p parcel
	switch err := canon.Decode(b, &p); {
	case errors.Is(err, canon.ErrMore):
		return nil, fail.New(fail.Invalid, "the message about a delegation does not end where it should")
	case err != nil:
		return nil, fail.Because(err, fail.Invalid, "the message about a delegation cannot be read")
	}
	if p.Format != formParcel || p.Delegation == nil || len(p.People) > MaxNominees {
		return nil, fail.New(fail.Invalid, "this node reads messages about delegations in the form %s", formParcel)
	}
	if _, err := landbridge.ParseID(string(p.Delegation.ID)); err != nil {
		return nil, fail.New(fail.Invalid, "the message names no delegation")
	}
	for _, x := range p.People {
		if _, err := landbridge.ParseID(string(x.ID)); err != nil {
			return nil, fail.New(fail.Invalid, "the message names a person without an id")
		}
	}
	return &p, nil
}

// Handlers returns who takes in messages, by kind, for [exchange.Exchange.Handle].
func (o *Office) Handlers() map[string]exchange.Handler {
	all := map[string]exchange.Handler{}
	for kind, take := range o.takers() {
		all[kind] = func(tx *db.Tx, in *exchange.Incoming) error {
			opening, err := in.Open()
			if err != nil {
				return err
			}
			return take(tx, in.From, opening.Body)
		}
	}
	return all
}

func (o *Office) takers() map[string]func(*db.Tx, landbridge.PartyID, []byte) error {
	return map[string]func(*db.Tx, landbridge.PartyID, []byte) error{
		kindInvited: o.takeInvited, kindNominated: o.takeNominated, kindDecided: o.takeDecided, kindWithdrawn: o.takeWithdrawn,
	}
}

// takeInvited opens this party's own delegation. Only the secretariat invites.
func (o *Office) takeInvited(tx *db.Tx, from landbridge.PartyID, body []byte) error {
	p, err := parseParcel(body)
	if err != nil {
		return err
	}
	view, err := o.view()
	if err != nil {
		return err
	}
	d := p.Delegation
	if from != view.Secretariat() || p.Edition == nil || d.Party != o.me || d.Edition != p.Edition.ID {
		return fail.New(fail.Denied, "an invitation comes from the secretariat and names the party it is for")
	}
	if err := errors.Join(p.Edition.check(), d.check()); err != nil {
		return err
	}
	if err := o.keepEdition(tx, *p.Edition, from); err != nil {
		return err
	}
	res, err := tx.Exec(`UPDATE delegation_group SET members = $1, observers = $2 WHERE id = $3 AND edition = $4`, d.Members, d.Observers, d.ID, d.Edition)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	if err := o.keepGroup(tx, d); err != nil {
		return err
	}
	return o.fact(tx, factInvited, "node", owner(d.ID), string(from))
}

// ours reads the delegation a message is about and checks whose it is.
func (o *Office) ours(tx *db.Tx, from landbridge.PartyID, body []byte) (*parcel, *Delegation, *Edition, error) {
	p, err := parseParcel(body)
	if err != nil {
		return nil, nil, nil, err
	}
	d, e, host, err := o.group(tx, p.Delegation.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	if !(host == o.me && d.Party == from) && !(host == from && d.Party == o.me) {
		return nil, nil, nil, fail.New(fail.Denied, "this delegation is not one between %s and %s", from, o.me)
	}
	return p, d, e, nil
}

// takeNominated enters what a party puts forward. What is late or over the
// quota is answered with a refusal, which is a value: the rest is entered.
func (o *Office) takeNominated(tx *db.Tx, from landbridge.PartyID, body []byte) error {
	p, d, e, err := o.ours(tx, from, body)
	if err != nil {
		return err
	}
	answer := &parcel{Delegation: d}
	for _, x := range p.People {
		if x.Person == nil || !oneOf(Parts(), x.Part) || d.Party != from {
			return fail.New(fail.Invalid, "a nomination names each person and their part")
		}
		if err := x.Person.clean(); err != nil {
			return err
		}
		if _, err := o.row(tx, x.ID); err == nil {
			continue // told twice
		} else if !fail.Is(err, fail.Missing) {
			return err
		}
		ok, err := o.fits(tx, d, x.Part)
		if err != nil {
			return err
		}
		state, said := Nominated, (*Decision)(nil)
		switch {
		case o.now().After(e.Closes):
			state, said = Refused, &Decision{Ground: "late", Reason: "Nominations were closed when this one arrived."}
		case !ok:
			state, said = Refused, &Decision{Ground: GroundQuota, Reason: "The quota of this delegation is used up for this part."}
		}
		if err := o.insert(tx, d, x.ID, Nominee{x.Part, *x.Person}, state, said, "node"); err != nil {
			return err
		}
		if said != nil {
			answer.People = append(answer.People, entry{ID: x.ID, State: state, Decision: said})
		}
	}
	if len(answer.People) == 0 {
		return nil
	}
	return o.mail(tx, kindDecided, from, answer)
}

// takeDecided keeps what the secretariat decided about people of this party.
func (o *Office) takeDecided(tx *db.Tx, from landbridge.PartyID, body []byte) error {
	p, d, _, err := o.ours(tx, from, body)
	if err != nil {
		return err
	}
	for _, x := range p.People {
		r, err := o.row(tx, x.ID)
		if err != nil {
			return err
		}
		if r.group != d.ID || d.Party != o.me || x.State != Approved && x.State != Refused && x.State != Withdrawn {
			return fail.New(fail.Denied, "a decision is about people of this delegation, and approves, refuses or withdraws")
		}
		if r.state == Withdrawn || r.state == Erased {
			continue // crossed: what was taken back stays taken back
		}
		erase := o.now().Add(keepRefused)
		if x.State == Approved {
			erase = time.Time{} // with the edition, whenever that will have been
		}
		if err := o.move(tx, r, x.State, x.Number, x.Decision, "", erase); err != nil {
			return err
		}
		if err := o.fact(tx, factDecided, "node", owner(x.ID), x.State); err != nil {
			return err
		}
	}
	return nil
}

// takeWithdrawn takes back people whom their party no longer sends.
func (o *Office) takeWithdrawn(tx *db.Tx, from landbridge.PartyID, body []byte) error {
	p, d, _, err := o.ours(tx, from, body)
	if err != nil {
		return err
	}
	for _, x := range p.People {
		r, err := o.row(tx, x.ID)
		if err != nil {
			return err
		}
		if r.group != d.ID || d.Party != from {
			return fail.New(fail.Denied, "a party withdraws people of its own delegation")
		}
		if r.state == Withdrawn || r.state == Refused || r.state == Erased {
			continue
		}
		if err := o.withdraw(tx, r, "node"); err != nil {
			return err
		}
	}
	return nil
}
