package decision

import (
	"bytes"
	"crypto/rand"
	"testing"

	"landbridge.example"
)

// one form: what a parser reads, it writes again byte for byte.
func again[T any](t *testing.T, b []byte, parse func([]byte) (T, error), encode func(T) []byte) {
	x, err := parse(b)
	if err == nil && !bytes.Equal(encode(x), b) {
		t.Fatalf("two forms: %q %q", b, encode(x))
	}
}

func FuzzParse(f *testing.F) {
	m := matter(Vote)
	m.Tellers = []landbridge.PartyID{"XA", "XF"}
	b, shares, err := NewBallot(m, "XA", Yes, rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	a := Amendment{Base: text().Digest(), Reason: "why", Changes: []Change{{Op: Delete, At: "p1"}, {Insert, Start, Paragraph{"n", 1, "New."}}}}
	act := Act{ID: id(1), Kind: Opened, Party: "XF", Made: start, Body: string(m.Encode())}
	signed := Signed{&act, make([]byte, 64)}
	o := Outcome{Matter: m.Digest(), Text: m.Text, Title: "T", Subject: AboutPlan, Method: Silence, Adopted: start, Adopting: m.Delegations}
	seeds := [][]byte{text().Encode(), m.Encode(), b.Encode(), shares[0].Of(act.Digest()).Encode(), Sum(shares[:1], nil).Encode(), a.Encode(), act.Encode(), signed.Encode(), o.Encode(),
		(&Promise{Title: "a", What: "b", Due: "2027-01-01", Indicator: "c", Milestones: []Milestone{{"x", "2026-12-01", "y"}}}).Encode(),
		(&Report{State: Kept, Day: "2027-01-01", Text: "x", Evidence: []Evidence{{"https://x.example", "y"}}}).Encode()}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Add([]byte("landbridge-text/1\nid a\nlanguage en\ntitle \\\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		again(t, b, ParseText, (*Text).Encode)
		again(t, b, ParseMatter, (*Matter).Encode)
		again(t, b, ParseBallot, (*Ballot).Encode)
		again(t, b, ParseShare, Share.Encode)
		again(t, b, ParseTally, (*Tally).Encode)
		again(t, b, ParseAmendment, (*Amendment).Encode)
		again(t, b, ParseAct, (*Act).Encode)
		again(t, b, ParseSigned, Signed.Encode)
		again(t, b, ParseOutcome, (*Outcome).Encode)
		again(t, b, ParseCommitment, (*Promise).Encode)
		again(t, b, ParseReport, (*Report).Encode)
		again(t, b, func(b []byte) (Majority, error) { return ParseMajority(string(b)) }, func(m Majority) []byte { return []byte(m.String()) })
		if a, err := ParseAct(b); err == nil {
			Fold(m, []*Act{a})
			FoldDraft(a, []*Act{a})
			FoldCommitments([]*Act{a})
		}
	})
}

// TestSeeds: every seed of the fuzz target is read by one parser, so that it
// starts from something.
func TestSeeds(t *testing.T) {
	m := matter(Vote)
	m.Tellers = []landbridge.PartyID{"XF"}
	b, shares, err := NewBallot(m, "XA", No, rand.Reader)
	must(t, err)
	_, err = ParseBallot(b.Encode())
	must(t, err)
	_, err = ParseTally(Sum([]Share{shares[0].Of(m.Digest())}, nil).Encode())
	must(t, err)
	_, err = ParseText(text().Encode())
	must(t, err)
	_, err = ParseAct((&Act{ID: id(1), Kind: Opened, Party: "XF", Made: start, Body: string(m.Encode())}).Encode())
	must(t, err)
}
