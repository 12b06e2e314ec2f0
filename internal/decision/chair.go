package decision

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

// Floor returns a meeting and its floor as it is now.
func (h *Chamber) Floor(ctx context.Context, p staff.Person, id landbridge.ID) (*Meeting, *Floor, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, nil, err
	}
	m, err := meeting(h.reading(ctx), id)
	if err != nil {
		return nil, nil, err
	}
	all, err := events(h.reading(ctx), id)
	return m, FoldFloor(m.Rules, all), err
}

func events(r reader, id landbridge.ID) ([]Event, error) {
	var all []Event
	err := r.Each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var e Event
		err := json.Unmarshal(body, &e)
		all = append(all, e)
		return err
	}, `SELECT body FROM decision_event WHERE meeting = $1 ORDER BY seq`, string(id))
	if err != nil {
		return nil, fmt.Errorf("reading what happened on the floor: %w", err)
	}
	return all, nil
}

// Happen enters what happened on the floor of a meeting that this party hosts.
// It is refused when it would change nothing.
func (h *Chamber) Happen(ctx context.Context, p staff.Person, id landbridge.ID, e Event) (*Floor, error) {
	if err := h.may(p, access.PrepareDecisions); err != nil {
		return nil, err
	}
	var floor *Floor
	return floor, h.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		floor, err = h.enter(tx, id, e, p.Pseudonym)
		return err
	})
}

func (h *Chamber) enter(tx *db.Tx, id landbridge.ID, e Event, actor string) (*Floor, error) {
	m, err := meeting(tx, id)
	if err != nil {
		return nil, err
	}
	all, err := events(tx, id)
	if err != nil {
		return nil, err
	}
	if m.Host != h.me || len(all) >= MaxEvents {
		return nil, fail.New(fail.Denied, "the floor is kept by the host, up to %d events", MaxEvents)
	}
	if err := m.allows(e, all); err != nil {
		return nil, err
	}
	e.At = h.now()
	body, err := canon.Encode(e)
	if err != nil {
		return nil, err
	}
	_, err = h.c.Log.Append(tx, record.Fact{Kind: factFloor, Actor: actor, Digest: landbridge.Sum(append([]byte(domainMeeting), body...)), Note: e.Kind})
	if err != nil {
		return nil, fmt.Errorf("recording what happened: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO decision_event (meeting, seq, body, actor, at_us) VALUES ($1, $2, $3, $4, $5)`,
		string(id), int64(len(all)), body, actor, e.At.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("keeping what happened: %w", err)
	}
	return FoldFloor(m.Rules, append(all, e)), nil
}

// A wish is what a delegation's node tells the host of a meeting.
type wish struct {
	Meeting  landbridge.ID `json:"meeting"`
	Kind     string        `json:"kind"` // asked, took-back
	As       string        `json:"as,omitempty"`
	Language string        `json:"language,omitempty"`
}

// AskFloor asks the host of a meeting for the floor in the name of this party,
// or takes that back. Whether it is on the list the host's floor shows.
func (h *Chamber) AskFloor(ctx context.Context, p staff.Person, id landbridge.ID, kind, as, language string) error {
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return err
	}
	if err := h.speaks(p, view, access.SpeakInDecisions); err != nil {
		return err
	}
	if kind != Asked && kind != TookBack {
		return fail.New(fail.Invalid, "a delegation asks for the floor, or takes that back")
	}
	body, err := canon.Encode(wish{id, kind, as, language})
	if err != nil {
		return err
	}
	return h.c.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := meeting(tx, id)
		if err != nil {
			return err
		}
		if m.Host == h.me {
			_, err := h.enter(tx, id, Event{Kind: kind, Party: h.me, As: as, Language: language}, p.Pseudonym)
			return err
		}
		_, err = h.c.Log.Append(tx, record.Fact{Kind: kindWish, Actor: p.Pseudonym, Digest: landbridge.Sum(append([]byte(domainMeeting), body...)), Note: kind})
		if err != nil {
			return fmt.Errorf("recording a wish: %w", err)
		}
		return h.tell(tx, view, kindWish, body, []landbridge.PartyID{m.Host})
	})
}

// takeWish puts a delegation on the list of a meeting this party hosts.
func (h *Chamber) takeWish(tx *db.Tx, from landbridge.PartyID, body []byte, _ time.Time) error {
	var x wish
	if err := canon.Decode(body, &x); err != nil || x.Kind != Asked && x.Kind != TookBack || len(x.Language) > 12 {
		return fail.New(fail.Invalid, "a delegation asks for the floor, or takes that back")
	}
	before, err := events(tx, x.Meeting)
	if err != nil {
		return err
	}
	wishes := 0
	for _, e := range before {
		if e.Party == from && (e.Kind == Asked || e.Kind == TookBack) {
			wishes++
		}
	}
	if wishes >= maxWishes { // one delegation does not use up the events of all
		return fail.New(fail.TooLarge, "%s has asked for the floor, or taken that back, more than %d times; its wish is told to the chair", from, maxWishes)
	}
	_, err = h.enter(tx, x.Meeting, Event{Kind: x.Kind, Party: from, As: x.As, Language: x.Language}, "node")
	return err
}

// allows refuses an event that does not fit.
func (m *Meeting) allows(e Event, before []Event) error {
	f := FoldFloor(m.Rules, before)
	listed := slices.ContainsFunc(f.Next, func(q Request) bool { return e.Party == "" || q.Party == e.Party && q.As == e.As })
	switch {
	case e.Kind == ItemOpened && !slices.ContainsFunc(m.Agenda, func(i Item) bool { return i.ID == e.Item }):
		return fail.New(fail.Missing, "the agenda has no such item")
	case e.Kind == Asked && !slices.Contains(m.Parties, e.Party):
		return fail.New(fail.Denied, "the delegation is none of this meeting")
	case e.Kind == Asked && (!slices.Contains([]string{ToSpeak, Point, Reply}, e.As) || !f.may(m.Rules, e)):
		return fail.New(fail.Conflict, "it is on the list already, the list is closed, or its turns on this item are used up")
	case (e.Kind == Called || e.Kind == TookBack) && !listed:
		return fail.New(fail.Conflict, "that delegation is not on the list")
	case e.Kind == Ended && f.Now == nil:
		return fail.New(fail.Conflict, "nobody has the floor")
	case !slices.Contains([]string{ItemOpened, Asked, TookBack, Called, Ended, ListClosed, ListOpened}, e.Kind):
		return fail.New(fail.Invalid, "nothing like %.40q happens on a floor", e.Kind)
	}
	return nil
}
