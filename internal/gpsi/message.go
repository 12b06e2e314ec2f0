package gpsi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// Bounds of messages.
const (
	messageFirst = "landbridge-index-message/1\n"
	maxHead      = 256 << 10           // bytes of the part that is JSON
	messageLife  = 60 * 24 * time.Hour // what was not delivered by then is undeliverable
	atOnce       = 50                  // recipients of one envelope
)

// A head is the part of a message that is JSON. Each kind of message fills
// some of it; the file, if there is one, follows.
type head struct {
	Edition       landbridge.ID      `json:"edition,omitempty"`
	Framework     string             `json:"framework,omitempty"`
	Label         string             `json:"label,omitempty"`
	Title         string             `json:"title,omitempty"`
	Demonstration bool               `json:"demonstration,omitempty"`
	Version       int64              `json:"version,omitempty"`
	Digest        string             `json:"digest,omitempty"` // of the bundle's manifest
	Until         time.Time          `json:"until,omitzero"`
	Note          string             `json:"note,omitempty"`
	At            time.Time          `json:"at,omitzero"`
	Release       *releaseHead       `json:"release,omitempty"`
	Comment       *commentHead       `json:"comment,omitempty"`
	Answer        *answerHead        `json:"answer,omitempty"`
	Budget        *budgetHead        `json:"budget,omitempty"`
	Points        map[string]float64 `json:"points,omitempty"`
}

type releaseHead struct {
	ID       string `json:"id"`
	Revision int64  `json:"revision"`
	Revises  string `json:"revises,omitempty"`
	LogIndex int64  `json:"log_index"`
}

type commentHead struct {
	ID       landbridge.ID `json:"id"`
	Unit     string        `json:"unit,omitempty"`
	Column   string        `json:"column,omitempty"`
	Year     int           `json:"year,omitempty"`
	Was      string        `json:"was,omitempty"`
	Wanted   string        `json:"wanted,omitempty"`
	Source   string        `json:"source,omitempty"`
	Text     string        `json:"text"`
	Language string        `json:"language,omitempty"`
}

type answerHead struct {
	ID       landbridge.ID `json:"id"`
	Accepted bool          `json:"accepted"`
	Text     string        `json:"text"`
}

type budgetHead struct {
	Groups   map[string][]string `json:"groups"` // codes to spread points over, by group
	Named    bool                `json:"named"`
	Decision string              `json:"decision"`
}

func (h *head) encode(file []byte) ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("writing a message: %w", err)
	}
	if len(text) > maxHead {
		return nil, fail.New(fail.TooLarge, "this is more than %d KiB of text", maxHead>>10)
	}
	var b bytes.Buffer
	b.Grow(len(messageFirst) + len(text) + 1 + len(file))
	b.WriteString(messageFirst)
	b.Write(text)
	b.WriteByte('\n')
	b.Write(file)
	return b.Bytes(), nil
}

// parseMessage reads what another node sent.
func parseMessage(body []byte) (*head, []byte, error) {
	rest, ok := bytes.CutPrefix(body, []byte(messageFirst))
	end := bytes.IndexByte(rest, '\n')
	if !ok || end < 0 || end > maxHead {
		return nil, nil, fail.New(fail.Invalid, "this is not a message about an index that this node can read")
	}
	h := new(head)
	if canon.Decode(rest[:end], h) != nil {
		return nil, nil, fail.New(fail.Invalid, "the message about an index holds something that this node does not know; update it")
	}
	return h, rest[end+1:], nil
}

// A parcel is a message on its way: what it says, and to whom. A large one is
// sealed before the transaction, a small one inside it. A release is always
// sealed inside: it names its entry in the log, which is known only there. That
// holds the node's one writer for a tenth of a second, a few times a year.
type parcel struct {
	kind     string
	head     *head
	file     []byte
	to       []seal.Recipient
	position int64 // of the directory
	detached *blob.Ref
	envelope *seal.Envelope
	small    bool
}

// pack prepares a message to some parties, or to all others when none is named.
func (g *Register) pack(ctx context.Context, kind string, h *head, file []byte, to ...landbridge.PartyID) ([]parcel, error) {
	view, err := g.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	if len(to) == 0 {
		to = view.Peers(g.me)
	}
	var all []parcel
	for _, p := range to {
		r, err := view.Lookup(p)
		if err != nil {
			return nil, err
		}
		key, err := r.Recipient()
		if err != nil {
			return nil, fmt.Errorf("reading the sealing key of %s: %w", p, err)
		}
		if n := len(all); n == 0 || len(all[n-1].to) == atOnce {
			all = append(all, parcel{kind: kind, head: h, file: file, position: view.Position()})
		}
		last := &all[len(all)-1]
		last.to = append(last.to, key)
	}
	for i := range all {
		p := &all[i]
		if p.small = len(file)+maxHead < seal.MaxBody; p.small || kind == kindReleased {
			continue
		}
		if err := g.sealLarge(p); err != nil {
			return nil, g.clear(err, all)
		}
	}
	return all, nil
}

func (g *Register) draft(p *parcel) (seal.Draft, error) {
	id, err := g.newID()
	now := g.now()
	return seal.Draft{ID: id, From: g.me, Recipients: p.to, Created: now, Expires: now.Add(messageLife), Kind: p.kind, Directory: p.position}, err
}

// sealLarge seals a message whose payload travels beside its envelope.
func (g *Register) sealLarge(p *parcel) error {
	body, err := p.head.encode(p.file)
	if err != nil {
		return err
	}
	d, err := g.draft(p)
	if err != nil {
		return err
	}
	var sealed bytes.Buffer
	if p.envelope, _, err = seal.SealStream(d, bytes.NewReader(body), int64(len(body)), g.c.Keys.Signing, g.c.Random, &sealed); err != nil {
		return fmt.Errorf("sealing a bundle: %w", err)
	}
	ref, err := g.c.Blobs.Put(&sealed, 2*MaxBundle)
	if err != nil {
		return fmt.Errorf("keeping a sealed bundle: %w", err)
	}
	p.detached = &ref
	return nil
}

// clear removes the stored files of messages that were not sent. If it is not
// known whether they were, they stay, which costs space and nothing else.
func (g *Register) clear(err error, all []parcel) error {
	if err == nil || fail.Is(err, fail.Internal) || fail.Is(err, fail.Unavailable) {
		return err
	}
	for _, p := range all {
		if p.detached != nil {
			err = errors.Join(err, g.c.Blobs.Delete(p.detached.Digest))
		}
	}
	return err
}

// send hands messages to the exchange. They leave when the transaction commits.
func (g *Register) send(tx *db.Tx, all []parcel) ([]landbridge.Digest, error) {
	var sent []landbridge.Digest
	for i := range all {
		p := &all[i]
		lane := exchange.Bulk
		if !p.small && p.envelope == nil {
			if err := g.sealLarge(p); err != nil {
				return nil, err
			}
		}
		if p.small {
			body, err := p.head.encode(p.file)
			if err != nil {
				return nil, err
			}
			d, err := g.draft(p)
			if err != nil {
				return nil, err
			}
			if p.envelope, _, err = seal.Seal(d, body, g.c.Keys.Signing, g.c.Random); err != nil {
				return nil, fmt.Errorf("sealing a message: %w", err)
			}
			lane = exchange.Normal
		}
		if err := g.c.Exchange.Submit(tx, p.envelope, p.detached, lane); err != nil {
			return nil, err
		}
		sent = append(sent, p.envelope.Digest())
	}
	return sent, nil
}

// Handlers returns who takes in messages, by kind, for [exchange.Exchange.Handle].
func (g *Register) Handlers() map[string]exchange.Handler {
	all := map[string]exchange.Handler{}
	for kind, take := range map[string]func(*db.Tx, *arrival) error{
		kindShown: g.takeShown, kindAsked: g.takeAsked, kindAnswered: g.takeAnswered, kindDissent: g.takeDissent,
		kindBudget: g.takeBudget, kindGiven: g.takeGiven, kindReleased: g.takeReleased,
	} {
		all[kind] = func(tx *db.Tx, in *exchange.Incoming) error { return g.take(tx, in, take) }
	}
	return all
}

// An arrival is a message that came in, opened.
type arrival struct {
	from landbridge.PartyID
	head *head
	file []byte
	at   time.Time
}

func (g *Register) take(tx *db.Tx, in *exchange.Incoming, do func(*db.Tx, *arrival) error) error {
	body, err := bodyOf(in)
	if err != nil {
		return err
	}
	h, file, err := parseMessage(body)
	if err != nil {
		return err
	}
	if err := do(tx, &arrival{from: in.From, head: h, file: file, at: in.Received}); err != nil {
		return err
	}
	if _, stored := in.Stored(); stored {
		return g.c.Exchange.Forget(tx, in.Digest) // it is kept here now, opened
	}
	return nil
}

// bodyOf reads a message, wherever its payload lies.
func bodyOf(in *exchange.Incoming) ([]byte, error) {
	if _, stored := in.Stored(); !stored {
		o, err := in.Open()
		return o.Body, err
	}
	r, _, err := in.OpenStream()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	const most = MaxBundle + maxHead + 64
	body, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	if len(body) > most {
		return nil, fail.New(fail.TooLarge, "a bundle has at most %d MiB", MaxBundle>>20)
	}
	return body, nil
}
