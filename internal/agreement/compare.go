package agreement

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
)

// Messages between registers.
const (
	kindShown    = "agreement.shown"    // a party shows the text it holds
	kindCompared = "agreement.compared" // the other one says what it holds
)

// The forms of their bodies.
const (
	formShown    = "landbridge-agreement-shown/1"
	formCompared = "landbridge-agreement-compared/1"
)

type shown struct {
	Format     string          `json:"format"`
	Instrument json.RawMessage `json:"instrument"` // the shared part, in its one form
}

type compared struct {
	Format     string            `json:"format"`
	Instrument string            `json:"instrument"`
	Shown      landbridge.Digest `json:"shown"`          // of what was shown
	Held       string            `json:"held,omitempty"` // of what the answering node holds; empty: nothing under this id
}

// A Copy is what another party holds of an instrument, as far as we know.
type Copy struct {
	Party  landbridge.PartyID
	State  string    // same, different, absent, unasked
	At     time.Time // when it said so
	Shown  time.Time // when it showed its text; zero: never
	Theirs string    // digest of what it holds
	Lines  []Difference
	Text   *Instrument // what it showed
}

// A Difference is one place in which two forms of an instrument differ. Empty
// stands for nothing there.
type Difference struct {
	Where string `json:"where"` // parties/XB/denounced
	Was   string `json:"was"`
	Now   string `json:"now"`
}

// maxDifferences bounds how many places are listed; the digests say the rest.
const maxDifferences = 400

// Compare lists where two forms of an instrument differ, in the parts that the
// parties share and in this node's own notes. a may be nil.
func Compare(a, b *Instrument) ([]Difference, error) {
	was, err := flatten(a)
	if err != nil {
		return nil, err
	}
	now, err := flatten(b)
	if err != nil {
		return nil, err
	}
	var all []Difference
	for where, v := range now {
		if was[where] != v {
			all = append(all, Difference{Where: where, Was: was[where], Now: v})
		}
	}
	for where, v := range was {
		if _, ok := now[where]; !ok {
			all = append(all, Difference{Where: where, Was: v})
		}
	}
	slices.SortFunc(all, func(x, y Difference) int { return cmp.Compare(x.Where, y.Where) })
	return all[:min(len(all), maxDifferences)], nil
}

// flatten writes an instrument as one line for each value, under a name that
// does not depend on the order of lists: parties by code, articles by number.
func flatten(i *Instrument) (map[string]string, error) {
	out := map[string]string{}
	if i == nil {
		return out, nil
	}
	b, err := canon.Encode(i)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		return nil, fmt.Errorf("comparing instruments: %w", err)
	}
	walk(out, "", tree)
	return out, nil
}

func walk(out map[string]string, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			walk(out, strings.TrimPrefix(at+"/"+k, "/"), x)
		}
	case []any:
		var plain []string
		for k, x := range v {
			m, ok := x.(map[string]any)
			if !ok {
				plain = append(plain, fmt.Sprint(x))
				continue
			}
			walk(out, at+"/"+called(m, k), x)
		}
		if len(plain) > 0 {
			out[at] = strings.Join(plain, ", ")
		}
	default:
		if s := fmt.Sprint(v); s != "" {
			out[at] = s
		}
	}
}

// called names one entry of a list by what it is about.
func called(m map[string]any, k int) string {
	for _, key := range []string{"party", "number", "language", "clock"} {
		if s, ok := m[key].(string); ok {
			return s
		}
	}
	if s, ok := m["process"].(string); ok {
		return s + " " + fmt.Sprint(m["article"])
	}
	return strconv.Itoa(k + 1)
}

// Send shows the text this node holds to a party of the instrument. That
// party's node answers with the digest of what it holds itself.
func (g *Register) Send(ctx context.Context, p staff.Person, id string, to landbridge.PartyID) error {
	if err := g.may(p, access.WriteAgreements); err != nil {
		return err
	}
	view, err := g.c.Directory.View(ctx)
	if err != nil {
		return err
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		i, _, err := g.instrument(tx, id)
		if err != nil {
			return err
		}
		if _, ok := i.Member(to); !ok || to == g.me {
			return fail.New(fail.Invalid, "an instrument is shown to another party of it, and %s is none", to)
		}
		text, err := i.Shared()
		if err != nil {
			return err
		}
		body, err := canon.Encode(shown{Format: formShown, Instrument: text})
		if err != nil {
			return err
		}
		if _, err := g.fact(tx, kindShown, p.Pseudonym, sum(domainInstrument, text), "", id+" "+string(to)); err != nil {
			return err
		}
		return g.mail(tx, view, kindShown, to, body)
	})
}

func (g *Register) mail(tx *db.Tx, v *party.View, kind string, to landbridge.PartyID, body []byte) error {
	return exchange.Post{Outbox: g.c.Exchange, Keys: g.c.Keys, Random: g.c.Random}.Send(tx, v,
		party.Letter{Kind: kind, To: []landbridge.PartyID{to}, Body: body, Made: g.now(), Life: messageLife})
}

// ParseShown reads the body of a message that shows an instrument.
func ParseShown(b []byte) (*Instrument, landbridge.Digest, error) {
	var none landbridge.Digest
	if len(b) > 2*MaxInstrument {
		return nil, none, fail.New(fail.TooLarge, "an instrument has at most %d bytes", MaxInstrument)
	}
	var s shown
	if err := decode(b, &s); err != nil {
		return nil, none, err
	}
	if s.Format != formShown {
		return nil, none, fail.New(fail.Invalid, "this node reads instruments in the form %s", formShown)
	}
	i, err := Parse(s.Instrument)
	if err != nil {
		return nil, none, err
	}
	text, err := i.Shared()
	if err != nil {
		return nil, none, err
	}
	if !bytes.Equal(text, s.Instrument) {
		return nil, none, fail.New(fail.Invalid, "the instrument is not in its one form, or carries its sender's own notes; send it with this release's register")
	}
	return i, sum(domainInstrument, text), nil
}

// takeShown keeps what a party shows and answers with what we hold. The answer
// goes to parties of the instrument only: who is none has no claim to know.
func (g *Register) takeShown(tx *db.Tx, from landbridge.PartyID, body []byte, at time.Time) error {
	i, digest, err := ParseShown(body)
	if err != nil {
		return err
	}
	for _, p := range []landbridge.PartyID{from, g.me} {
		if _, ok := i.Member(p); !ok {
			return fail.New(fail.Denied, "%s is no party of %s; an instrument is shown between its parties", p, i.ID)
		}
	}
	held, err := g.held(tx, i.ID)
	if err != nil {
		return err
	}
	text, err := i.Shared()
	if err != nil {
		return err
	}
	if err := g.keepCopy(tx, i.ID, from, digest.String(), text, held, at); err != nil {
		return err
	}
	if _, err := g.fact(tx, factCompared, "node", digest, "", i.ID+" "+string(from)); err != nil {
		return err
	}
	answer, err := canon.Encode(compared{Format: formCompared, Instrument: i.ID, Shown: digest, Held: held})
	if err != nil {
		return err
	}
	view, err := g.c.Directory.View(context.Background())
	if err != nil {
		return err
	}
	return g.mail(tx, view, kindCompared, from, answer)
}

// held returns the digest of the shared part of what we hold, empty when nothing.
func (g *Register) held(tx *db.Tx, id string) (string, error) {
	i, _, err := g.instrument(tx, id)
	if fail.Is(err, fail.Missing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	d, err := i.Digest()
	return d.String(), err
}

// takeCompared keeps what a party says it holds.
func (g *Register) takeCompared(tx *db.Tx, from landbridge.PartyID, body []byte, at time.Time) error {
	var c compared
	if err := decode(body, &c); err != nil {
		return err
	}
	if c.Format != formCompared || len(c.Instrument) > landbridge.MaxKind {
		return fail.New(fail.Invalid, "this node reads comparisons in the form %s", formCompared)
	}
	if c.Held != "" {
		if _, err := landbridge.ParseDigest(c.Held); err != nil {
			return fail.New(fail.Invalid, "held is a digest, or left out: %v", err)
		}
	}
	i, _, err := g.instrument(tx, c.Instrument)
	if err != nil {
		return err
	}
	if _, ok := i.Member(from); !ok {
		return fail.New(fail.Denied, "%s is no party of %s", from, i.ID)
	}
	if err := g.keepCopy(tx, c.Instrument, from, c.Held, nil, c.Shown.String(), at); err != nil {
		return err
	}
	_, err = g.fact(tx, factCompared, "node", c.Shown, "", i.ID+" "+string(from))
	return err
}

// keepCopy remembers what a party holds. A text it showed stays until it shows another.
func (g *Register) keepCopy(tx *db.Tx, id string, p landbridge.PartyID, theirs string, body []byte, ours string, at time.Time) error {
	seen := int64(0)
	if body != nil {
		seen = at.UnixMicro()
	}
	_, err := tx.Exec(`INSERT INTO agreement_copy (instrument, party, theirs, body, ours, shown_us, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (instrument, party) DO UPDATE SET theirs = excluded.theirs, ours = excluded.ours, at_us = excluded.at_us,
		body = COALESCE(excluded.body, agreement_copy.body),
		shown_us = CASE WHEN excluded.body IS NULL THEN agreement_copy.shown_us ELSE excluded.shown_us END`,
		id, string(p), theirs, body, ours, seen, at.UnixMicro())
	if err != nil {
		return fmt.Errorf("keeping what %s holds: %w", p, err)
	}
	return nil
}

// copies says how each other party of the instrument stands to what we hold now.
func (g *Register) copies(r reader, i *Instrument) ([]Copy, error) {
	d, err := i.Digest()
	if err != nil {
		return nil, err
	}
	known, err := g.copiesOf(r, i.ID)
	if err != nil {
		return nil, err
	}
	var all []Copy
	for _, m := range i.Members {
		if m.Party == g.me {
			continue
		}
		c, ok := known[m.Party]
		switch {
		case !ok:
			c = Copy{Party: m.Party, State: "unasked"}
		case c.Theirs == "":
			c.State = "absent"
		case c.Theirs == d.String():
			c.State = "same"
		default:
			c.State = "different"
		}
		if c.Text != nil && c.State == "different" {
			own := *i
			own.Void, own.Confidence, own.Source, own.Note = "", "", "", ""
			if c.Lines, err = Compare(&own, c.Text); err != nil {
				return nil, err
			}
		}
		all = append(all, c)
	}
	return all, nil
}

func (g *Register) copiesOf(r reader, id string) (map[landbridge.PartyID]Copy, error) {
	out := map[landbridge.PartyID]Copy{}
	err := r.Each(func(rows *sql.Rows) error {
		var who, theirs string
		var body []byte
		var seen, at int64
		if err := rows.Scan(&who, &theirs, &body, &seen, &at); err != nil {
			return err
		}
		c := Copy{Party: landbridge.PartyID(who), Theirs: theirs, At: db.Moment(at), Shown: db.Moment(seen)}
		if body != nil {
			i, err := Parse(body)
			if err != nil {
				return err
			}
			c.Text = i
		}
		out[c.Party] = c
		return nil
	}, `SELECT party, theirs, body, shown_us, at_us FROM agreement_copy WHERE instrument = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("reading what others hold: %w", err)
	}
	return out, nil
}

// Offered lists instruments that other parties showed and that this register
// does not hold at all.
func (g *Register) Offered(ctx context.Context, p staff.Person) ([]Copy, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	var all []Copy
	err := g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var who string
		var body []byte
		var at int64
		if err := rows.Scan(&who, &body, &at); err != nil {
			return err
		}
		i, err := Parse(body)
		all = append(all, Copy{Party: landbridge.PartyID(who), State: "offered", Text: i, Shown: time.UnixMicro(at).UTC()})
		return err
	}, `SELECT party, body, shown_us FROM agreement_copy WHERE body IS NOT NULL
		AND instrument NOT IN (SELECT id FROM agreement_instrument) ORDER BY shown_us DESC LIMIT $1`, int64(MaxPage))
	if err != nil {
		return nil, fmt.Errorf("reading what others showed: %w", err)
	}
	return all, nil
}

// Adopt proposes to take over the text that a party showed: as a new
// instrument, or in the place of the own one, keeping this node's notes.
func (g *Register) Adopt(ctx context.Context, p staff.Person, id string, from landbridge.PartyID) (landbridge.ID, error) {
	known, err := g.copiesOf(g.reading(ctx), id)
	if err != nil {
		return "", err
	}
	c, ok := known[from]
	if !ok || c.Text == nil {
		return "", fail.New(fail.Missing, "%s has not shown its text of %s; ask it to", from, clip(id))
	}
	i := c.Text
	own, err := g.Known(ctx, id)
	if err != nil {
		return "", err
	}
	if was := own[id]; was != nil {
		i.Void, i.Confidence, i.Source, i.Note = was.Void, was.Confidence, was.Source, was.Note
	}
	return g.Propose(ctx, p, []*Instrument{i}, fmt.Sprintf("taken over from %s as shown on %s", from, DayOf(c.Shown)))
}
