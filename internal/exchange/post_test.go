package exchange_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/exchange/exchangetest"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

// A counter is an outbox that is full after some envelopes.
type counter struct {
	got  []*seal.Envelope
	room int
}

var errFull = errors.New("full")

func (c *counter) Submit(_ *db.Tx, e *seal.Envelope, _ *blob.Ref, _ exchange.Lane) error {
	if len(c.got) == c.room {
		return errFull
	}
	c.got = append(c.got, e)
	return nil
}

// TestPost: a letter to more parties than an envelope takes goes in several,
// each party in one of them, and a letter to nobody is none.
func TestPost(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	founders := []landbridge.PartyID{"XF"}
	for i := range seal.MaxRecipients + 1 {
		founders = append(founders, landbridge.PartyID(fmt.Sprintf("X%c-%c", 'A'+i/26, 'A'+i%26)))
	}
	keys, entries := exchangetest.Found(t, at, founders...)
	view := party.NewView()
	for _, b := range entries {
		e, err := party.ParseEntry(b)
		if err != nil {
			t.Fatal(err)
		}
		if view, err = view.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	out := &counter{room: 2}
	post := exchange.Post{Outbox: out, Keys: keys[0], Random: rand.Reader}
	letter := party.Letter{Kind: "test.said", To: founders[1:], Body: []byte("hello"), Made: at, Life: time.Hour}
	if err := post.Send(nil, view, letter); err != nil {
		t.Fatal(err)
	}
	reached := map[landbridge.PartyID]int{}
	for _, k := range keys[1:] {
		for _, e := range out.got {
			if o, err := seal.Open(e, k.Party, k.Sealing...); err == nil && string(o.Body) == "hello" {
				reached[k.Party]++
			}
		}
		if reached[k.Party] != 1 {
			t.Errorf("%s was reached %d times", k.Party, reached[k.Party])
		}
	}
	if len(out.got) != 2 || out.got[0].Header.ID == out.got[1].Header.ID {
		t.Errorf("%d envelopes, of one name: %v", len(out.got), out.got)
	}
	if err := post.Send(nil, view, letter); !errors.Is(err, errFull) {
		t.Errorf("what the outbox refused was not said: %v", err)
	}
	letter.To = nil
	if err := post.Send(nil, view, letter); err != nil || len(out.got) != 2 {
		t.Errorf("a letter to nobody: %v, %d envelopes", err, len(out.got))
	}
}
