package decision

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	mrand "math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"filippo.io/edwards25519"

	"landbridge.example"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func text() *Text {
	return &Text{ID: "declaration", Language: "en", Title: "Declaration on safe corridors", Paragraphs: []Paragraph{
		{"h", 0, "Preamble"}, {"p1", 1, "The delegations met."}, {"p2", 1, "They agree:"}, {"p2a", 2, "to share what they learn;"},
		{"p2b", 2, `to answer within a day, "C:\new" or not;`}, {"p3", 1, "The next meeting is in a year."}}}
}

func id(n int) landbridge.ID { return landbridge.ID(fmt.Sprintf("01960000-0000-7000-8000-%012x", n)) }

func matter(method string) *Matter {
	m := &Matter{ID: id(1), Keeper: "XF", Subject: AboutOutcome, Title: "Declaration", Text: text().Digest(), Method: method, Session: "2027.main",
		Opens: start, Closes: start.Add(48 * time.Hour), Delegations: []landbridge.PartyID{"XA", "XB", "XC", "XD"}}
	if method != Silence {
		m.Quorum = 3
	}
	if method == Vote {
		m.Majority, m.Proxies = Majority{true, 1, 2, OfCast}, 1
	}
	return m
}

// A floor makes acts of one matter.
type floor struct {
	m    *Matter
	n    int
	acts []*Act
}

func (f *floor) say(hours float64, p landbridge.PartyID, kind string, set ...func(*Act)) *Act {
	f.n++
	a := &Act{ID: id(f.n), Kind: kind, Party: p, Made: start.Add(time.Duration(hours * float64(time.Hour))), Matter: f.m.Digest()}
	if slices.Contains([]string{Agreed, Objected, Voted, Cast, Reserved, Dissented, Explained}, kind) {
		a.Text = f.m.Text
	}
	if slices.Contains([]string{Objected, Extended, Dropped, Reserved, Dissented, Explained}, kind) {
		a.Note = "because"
	}
	for _, s := range set {
		s(a)
	}
	if err := a.Check(); err != nil {
		panic(err)
	}
	f.acts = append(f.acts, a)
	return a
}

func choice(c string) func(*Act) { return func(a *Act) { a.Choice = c } }

func forWhom(p landbridge.PartyID) func(*Act) { return func(a *Act) { a.For = p } }

// close names everything said so far, but for those left out.
func (f *floor) close(hours float64, without ...*Act) *Act {
	var all []landbridge.Digest
	for _, a := range f.acts {
		if IsVoice(a.Kind) && !slices.Contains(without, a) {
			all = append(all, a.Digest())
		}
	}
	return f.say(hours, "XF", Closed, func(a *Act) { a.Acts = sortDigests(all) })
}

func (f *floor) is(t *testing.T, want State) *Result {
	t.Helper()
	r := Fold(f.m, f.acts)
	if r.State != want {
		t.Fatalf("%s, want %s: %+v", r.State, want, r)
	}
	return r
}

func TestSilence(t *testing.T) {
	f := &floor{m: matter(Silence)}
	r := f.is(t, Open)
	if r.Due(start.Add(47*time.Hour)) || !r.Due(start.Add(48*time.Hour)) {
		t.Error("the clock")
	}
	f.close(47)
	f.is(t, Open) // closing before the end has no effect
	f.close(48)
	if r := f.is(t, Adopted); len(r.Refused) != 1 || r.Refused[0].Why != EarlyClosing {
		t.Errorf("%+v", r.Refused)
	}
	f.say(48.5, "XA", Objected)
	if r := f.is(t, Adopted); len(r.Refused) != 2 {
		t.Errorf("a late objection is not shown: %+v", r.Refused)
	}
	one := f.say(40, "XB", Objected) // made in time, and the keeper does not name it
	if r := f.is(t, Contested); len(r.Unnamed) != 1 || r.Unnamed[0] != one.Digest() {
		t.Errorf("%+v", r)
	}
	f.close(50)
	if r := f.is(t, Broken); r.Objected != 1 || !r.Final() {
		t.Errorf("%+v", r)
	}
}

func TestSilenceBroken(t *testing.T) {
	f := &floor{m: matter(Silence)}
	f.say(1, "XQ", Objected) // no delegation
	f.is(t, Open)
	f.say(2, "XB", Objected)
	f.is(t, Broken)
	f.close(48)
	f.is(t, Broken)
}

// TestExtendedOnce: a silence is extended once, in time, by its keeper.
func TestExtendedOnce(t *testing.T) {
	until := func(h int) func(*Act) {
		return func(a *Act) { a.Closes = start.Add(time.Duration(h) * time.Hour) }
	}
	f := &floor{m: matter(Silence)}
	f.say(49, "XF", Extended, until(90)) // too late
	f.say(10, "XA", Extended, until(90)) // not the keeper
	f.say(10, "XF", Extended, until(40)) // earlier
	f.say(20, "XF", Extended, until(72))
	f.say(60, "XF", Extended, until(96)) // a second one
	r := f.is(t, Open)
	if !r.Extended || !r.Closes.Equal(start.Add(72*time.Hour)) || len(r.Refused) != 4 {
		t.Fatalf("%+v", r)
	}
	f.close(60)
	f.is(t, Open)
	f.say(71, "XD", Objected)
	f.is(t, Broken)
}

func TestConsensus(t *testing.T) {
	f := &floor{m: matter(Consensus)}
	f.say(1, "XA", Agreed)
	f.say(1, "XB", Agreed)
	f.say(1, "XC", Objected)
	f.say(2, "XC", Agreed) // lifted
	f.say(3, "XB", Reserved, func(a *Act) { a.Paragraphs = []string{"p2a"} })
	f.say(3, "XD", Dissented)
	f.is(t, Open)
	early := f.close(4)
	f.is(t, Open) // XD has not spoken
	f.acts = slices.DeleteFunc(f.acts, func(a *Act) bool { return a == early })
	f.close(48)
	r := f.is(t, Adopted)
	if r.Agreed != 3 || len(r.Remarks) != 2 {
		t.Errorf("%+v", r)
	}
	o, err := OutcomeOf(r)
	must(t, err)
	if !slices.Equal(o.Adopting, []landbridge.PartyID{"XA", "XB", "XC"}) || !slices.Equal(o.Not, []landbridge.PartyID{"XD"}) {
		t.Errorf("%+v", o)
	}
	again, err := ParseOutcome(o.Encode())
	if err != nil || !reflect.DeepEqual(again, o) {
		t.Errorf("%v %+v", err, again)
	}
	f.say(49, "XA", Subscribed, func(a *Act) { a.Text, a.Of = o.Text, o.Digest() })
	f.say(49, "XB", Subscribed, func(a *Act) { a.Text, a.Of = o.Text, o.Text }) // something else
	f.say(49, "XQ", Subscribed, func(a *Act) { a.Text, a.Of = o.Text, o.Digest() })
	if got := Signers(r, f.acts); len(got) != 1 || got["XA"] == nil {
		t.Errorf("%+v", got)
	}
	f.say(40, "XA", Objected) // dated back, after it signed
	f.is(t, Adopted)
	f.say(40, "XC", Objected) // it never signed
	f.is(t, Contested)
	g := &floor{m: matter(Consensus)}
	g.say(1, "XA", Agreed)
	g.say(1, "XB", Agreed)
	g.close(48)
	g.is(t, Lapsed)
	g = &floor{m: matter(Consensus)}
	for _, p := range g.m.Delegations {
		g.say(1, p, Agreed)
	}
	g.say(2, "XD", Objected)
	g.close(3) // all have spoken
	g.is(t, Rejected)
	if _, err := OutcomeOf(Fold(g.m, g.acts)); err == nil {
		t.Error("an outcome of nothing")
	}
}

func TestVoteAndProxies(t *testing.T) {
	f := &floor{m: matter(Vote)}
	f.say(1, "XA", Voted, choice(Yes))
	f.say(2, "XA", Voted, choice(No))
	f.say(3, "XA", Voted, choice(Yes))                // the last word
	f.say(4, "XB", Voted, choice(Yes), forWhom("XC")) // not entrusted
	f.say(5, "XC", Entrusted, func(a *Act) { a.To = "XB" })
	f.say(5.5, "XD", Entrusted, func(a *Act) { a.To = "XB" }) // a second voice, and one is the limit
	f.say(6, "XB", Voted, choice(No), forWhom("XC"))
	f.say(7, "XB", Voted, choice(Abstain))
	wrong := f.say(8, "XD", Voted, choice(No))
	wrong.Text = landbridge.Sum([]byte("another text"))
	f.close(48)
	r := f.is(t, Rejected) // 1 to 1: a tie is no majority
	if r.Yes != 1 || r.No != 1 || r.Abstain != 1 || r.Heard != 3 {
		t.Fatalf("%+v", r)
	}
	why := map[string]int{}
	for _, x := range r.Refused {
		why[x.Why]++
	}
	if why[NoProxy] != 1 || why[TooManyProxy] != 1 || why[WrongText] != 1 {
		t.Errorf("%v", why)
	}
	f = &floor{m: matter(Vote)}
	f.say(1, "XC", Entrusted, func(a *Act) { a.To = "XB" })
	f.say(2, "XB", Voted, choice(No), forWhom("XC"))
	f.say(3, "XC", Voted, choice(Yes)) // speaks for itself after all
	f.say(4, "XB", Voted, choice(No), forWhom("XC"))
	f.say(5, "XA", Voted, choice(Yes))
	f.say(6, "XB", Voted, choice(No))
	f.say(6, "XD", Voted, choice(Yes))
	f.close(7)
	if r := f.is(t, Adopted); r.Yes != 3 || r.No != 1 {
		t.Errorf("%+v", r)
	}
	f.say(6.5, "XF", Dropped)
	f.is(t, Abandoned)
}

func TestMajority(t *testing.T) {
	for _, c := range []struct {
		rule             string
		yes, no, abstain int
		met              bool
	}{{"more than 1/2 of cast", 2, 2, 0, false}, {"more than 1/2 of cast", 2, 1, 9, true}, {"more than 1/2 of cast", 0, 0, 9, false}, {"at least 2/3 of cast", 4, 2, 0, true},
		{"at least 2/3 of cast", 4, 3, 0, false}, {"more than 1/2 of present", 3, 1, 2, false}, {"more than 1/2 of all", 6, 0, 0, true}, {"more than 1/2 of all", 5, 0, 0, false},
		{"at least 1/1 of cast", 3, 0, 5, true}, {"at least 1/1 of cast", 3, 1, 0, false}} {
		m, err := ParseMajority(c.rule)
		must(t, err)
		if m.Met(c.yes, c.no, c.abstain, 10) != c.met {
			t.Errorf("%+v", c)
		}
	}
	for _, bad := range []string{"", "more than 1/3 of cast", "at least 1/2 of cast", "more than 1/1 of all", "at least 01/1 of all", "more than 1/2 of them", "exactly 1/2 of all"} {
		if _, err := ParseMajority(bad); err == nil {
			t.Errorf("%q is a majority", bad)
		}
	}
}

// secretFloor casts one ballot each and returns the shares by teller.
func secretFloor(t *testing.T, choices map[landbridge.PartyID]string) (*floor, map[landbridge.PartyID][]Share) {
	f := &floor{m: matter(Vote)}
	f.m.Tellers = []landbridge.PartyID{"XA", "XF"}
	must(t, f.m.Check())
	shares := map[landbridge.PartyID][]Share{}
	for _, p := range f.m.Delegations {
		if choices[p] == "" {
			continue
		}
		b, parts, err := NewBallot(f.m, p, choices[p], rand.Reader)
		must(t, err)
		a := f.say(1, p, Cast, func(a *Act) { a.Body = string(b.Encode()) })
		for i, teller := range f.m.Tellers {
			s, err := ParseShare(parts[i].Of(a.Digest()).Encode())
			must(t, err)
			if !s.Fits(b, teller) || s.Fits(b, f.m.Tellers[1-i]) {
				t.Fatal("a share fits its teller alone")
			}
			shares[teller] = append(shares[teller], s)
		}
	}
	return f, shares
}

func (f *floor) tally(hours float64, teller landbridge.PartyID, tally *Tally) *Act {
	return f.say(hours, teller, Tallied, func(a *Act) { a.Body = string(tally.Encode()) })
}

func TestSecretVote(t *testing.T) {
	f, shares := secretFloor(t, map[landbridge.PartyID]string{"XA": Yes, "XB": No, "XC": Yes, "XD": Abstain})
	f.close(2)
	if r := f.is(t, Counting); len(r.Waiting) != 2 || r.Heard != 4 {
		t.Errorf("%+v", r)
	}
	f.tally(3, "XA", Sum(shares["XA"], nil))
	wrong := Sum(shares["XF"], nil)
	wrong.part[0] = new(scalar).Add(wrong.part[0], one())
	f.tally(3, "XF", wrong) // one yes more
	if r := f.is(t, Counting); len(r.Waiting) != 1 || r.Refused[0].Why != BadTally {
		t.Errorf("a false sum counts: %+v", r)
	}
	f.tally(4, "XF", Sum(shares["XF"], nil))
	r := f.is(t, Adopted)
	if r.Yes != 2 || r.No != 1 || r.Abstain != 1 || r.Positions[0].Said != Cast {
		t.Errorf("%+v", r)
	}
}

// TestSpoiltBallot: a teller cannot turn a result by leaving a ballot out.
func TestSpoiltBallot(t *testing.T) {
	f, shares := secretFloor(t, map[landbridge.PartyID]string{"XA": Yes, "XB": No, "XC": Yes, "XD": Abstain})
	f.close(2)
	out := shares["XF"][0].Ballot
	f.tally(3, "XF", Sum(shares["XF"][1:], []landbridge.Digest{out}))
	f.tally(3, "XA", Sum(shares["XA"], nil))
	if r := f.is(t, Counting); !slices.Equal(r.Spoilt, []landbridge.PartyID{"XA"}) || !slices.Equal(r.Waiting, []landbridge.PartyID{"XA"}) {
		t.Errorf("%+v", r)
	}
	f.tally(4, "XA", Sum(shares["XA"][1:], []landbridge.Digest{out}))
	if r := f.is(t, Contested); r.Yes != 1 || r.Heard != 3 || !slices.Equal(r.Spoilt, []landbridge.PartyID{"XA"}) {
		t.Errorf("%+v", r)
	}
}

// TestForgedBallot: two voices in one ballot, or another's ballot, count for nothing.
func TestForgedBallot(t *testing.T) {
	f, _ := secretFloor(t, map[landbridge.PartyID]string{"XA": Yes})
	body := f.acts[0].Body
	f.say(1, "XB", Cast, func(a *Act) { a.Body = body }) // copied
	b, err := ParseBallot([]byte(body))
	must(t, err)
	must(t, b.Verify(f.m, "XA"))
	if r := Fold(f.m, f.acts); r.Heard != 1 || len(r.Refused) != 1 || r.Refused[0].Why != BadBallot {
		t.Errorf("a copied ballot: %+v", r)
	}
	h, err := second()
	must(t, err)
	b.shares[0][0] = new(point).Add(b.shares[0][0], commit(h, one(), new(scalar)))
	if b.Verify(f.m, "XA") == nil {
		t.Error("two yes in one ballot")
	}
	r, err := randomScalar(rand.Reader)
	must(t, err)
	var proof [proofSize]byte
	two := commit(h, small(2), r)
	for _, bit := range []bool{true, false} {
		proof, err = prove(h, nil, 0, two, bit, r, rand.Reader)
		must(t, err)
		if verify(h, nil, 0, two, proof) {
			t.Error("two is nothing or one")
		}
	}
	torsion, err := new(point).SetBytes(append([]byte{0xec, 0xff}, append(bytes.Repeat([]byte{0xff}, 29), 0x7f)...)) // of order 2
	must(t, err)
	if _, err := parsePoint(hex.EncodeToString(new(point).Add(torsion, h).Bytes())); err == nil {
		t.Error("a point with a part of small order is read")
	}
}

// TestSecondBase computes H again.
func TestSecondBase(t *testing.T) {
	for n := byte(0); ; n++ {
		b := sha256.Sum256(append([]byte(domainBase), n))
		p, err := new(point).SetBytes(b[:])
		if err != nil {
			continue
		}
		if p.MultByCofactor(p); p.Equal(edwards25519.NewIdentityPoint()) == 1 {
			continue
		}
		if got := hex.EncodeToString(p.Bytes()); got != secondBase {
			t.Errorf("%s", got)
		}
		return
	}
}

// TestAnyOrder: the same set of acts gives the same result in whatever order
// it comes, with duplicates, for every method.
func TestAnyOrder(t *testing.T) {
	r := mrand.New(mrand.NewPCG(5, 5))
	kinds := []string{Agreed, Objected, Voted, Entrusted, Revoked, Extended, Closed, Dropped, Reserved}
	seen := map[State]int{}
	for range 3000 {
		f := &floor{m: matter(Methods()[r.IntN(3)])}
		f.m.Quorum = min(f.m.Quorum, 1+r.IntN(3))
		parties := append(slices.Clone(f.m.Delegations), "XF")
		for range 1 + r.IntN(14) {
			kind := kinds[r.IntN(len(kinds))]
			p := parties[r.IntN(len(parties))]
			hours := float64(r.IntN(60))
			switch kind {
			case Closed:
				if r.IntN(2) == 0 {
					f.close(hours)
				} else {
					f.close(49+hours, f.acts[:min(len(f.acts), r.IntN(2))]...)
				}
			case Dropped:
				if r.IntN(6) == 0 {
					f.say(hours, "XF", kind)
				}
			case Extended:
				f.say(hours, "XF", kind, func(a *Act) { a.Closes = start.Add(time.Duration(r.IntN(100)) * time.Hour) })
			default:
				f.say(hours, p, kind, func(a *Act) {
					if kind == Voted {
						a.Choice = Choices()[r.IntN(3)]
					}
					if to := f.m.Delegations[r.IntN(4)]; kind == Entrusted && to != p {
						a.To = to
					} else if kind == Entrusted {
						a.Kind = Revoked
					} else if kind == Voted && to != p && r.IntN(3) == 0 {
						a.For = to
					}
				})
			}
		}
		want := Fold(f.m, f.acts)
		seen[want.State]++
		mixed := append(slices.Clone(f.acts), f.acts[r.IntN(max(1, len(f.acts))):]...)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := Fold(f.m, mixed); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
		if heard := want.Yes + want.No + want.Abstain + want.Agreed + want.Objected; heard != want.Heard || heard > len(f.m.Delegations) {
			t.Fatalf("more than one voice each: %+v", want)
		}
	}
	for _, s := range []State{Open, Broken, Adopted, Rejected, Lapsed, Abandoned, Contested} {
		if seen[s] == 0 {
			t.Errorf("never %s: %v", s, seen)
		}
	}
}

func TestIncomplete(t *testing.T) {
	f := &floor{m: matter(Silence)}
	hidden := f.say(5, "XC", Objected)
	f.close(48)
	f.acts = f.acts[1:]
	if r := f.is(t, Incomplete); !slices.Equal(r.Missing, []landbridge.Digest{hidden.Digest()}) {
		t.Errorf("%+v", r)
	}
}

func TestMatterRules(t *testing.T) {
	for name, spoil := range map[string]func(*Matter){
		"short silence": func(m *Matter) { m.Closes = m.Opens.Add(time.Hour) }, "silence with quorum": func(m *Matter) { m.Quorum = 1 },
		"no delegation": func(m *Matter) { m.Delegations = nil }, "twice": func(m *Matter) { m.Delegations[1] = "XA" }, "no text": func(m *Matter) { m.Text = landbridge.Digest{} },
		"closes first": func(m *Matter) { m.Closes = m.Opens }, "not utc": func(m *Matter) { m.Opens = m.Opens.In(time.FixedZone("", 3600)) },
		"consensus in secret":   func(m *Matter) { m.Method, m.Quorum, m.Tellers = Consensus, 1, []landbridge.PartyID{"XF"} },
		"vote without majority": func(m *Matter) { m.Method, m.Quorum = Vote, 1 }, "quorum above all": func(m *Matter) { m.Method, m.Quorum = Consensus, 5 },
		"control character": func(m *Matter) { m.Title = "a\tb" },
	} {
		m := matter(Silence)
		must(t, m.Check())
		if spoil(m); m.Check() == nil {
			t.Errorf("%s is let through", name)
		}
	}
	for _, method := range Methods() {
		m := matter(method)
		again, err := ParseMatter(m.Encode())
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Errorf("%s: %v\n%+v\n%+v", method, err, m, again)
		}
	}
}

func TestSigned(t *testing.T) {
	f := &floor{m: matter(Consensus)}
	a := f.say(1, "XA", Objected, func(a *Act) { a.Note = "line one\nline two \\n three" })
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	s, err := Sign(a, func(b []byte) []byte { return ed25519.Sign(key, b) })
	must(t, err)
	again, err := ParseSigned(s.Encode())
	must(t, err)
	if !again.Verify(pub) || !reflect.DeepEqual(again.Act, a) || again.Act.Digest() != a.Digest() {
		t.Errorf("%+v", again.Act)
	}
	if again.Act.Party = "XB"; again.Verify(pub) {
		t.Error("the signature holds for another party")
	}
}
