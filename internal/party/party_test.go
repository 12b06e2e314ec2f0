package party_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

var start = time.Date(2027, 1, 2, 15, 4, 5, 0, time.UTC)

// A member of a test directory.
type member struct {
	keys   *party.Keys
	record party.Record
}

func newMember(t testing.TB, p landbridge.PartyID, kind party.Kind) member {
	t.Helper()
	k, err := party.NewKeys(p, start, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := k.Record(kind, 1, landbridge.Digest{}, start)
	if err != nil {
		t.Fatal(err)
	}
	r.Name = party.Text{"en": "Party " + string(p), "ar": "طرف"}
	r.Addresses = []string{"https://127.0.0.1:8443"}
	r.Languages = []string{"en", "fr"}
	r.Contacts = []party.Contact{{ID: "duty-desk", Name: party.Text{"en": "Duty desk"}, Phone: "+999 555 0100", Hours: "24/7"}}
	r.Profiles = []party.Profile{{Process: "information-request", Versions: []int{1}, Required: []string{"account", "necessity"},
		Languages: []string{"en"}, PoliticalExcluded: true, MaxPersons: 10, Hotline: "duty-desk",
		Demands: []party.Demand{{ID: "bank-reference", Field: "account", Text: party.Text{"en": "Give the account in full."}}}}}
	return member{k, r}
}

// A world is a directory and the secretariat that orders it.
type world struct {
	t       testing.TB
	members map[landbridge.PartyID]member
	view    *party.View
	entries [][]byte
	now     time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, members: map[landbridge.PartyID]member{}, view: party.NewView(), now: start}
	var all []party.Member
	for _, p := range []landbridge.PartyID{"XA", "XB", "XC", "XF"} {
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		m := newMember(t, p, kind)
		w.members[p] = m
		all = append(all, party.Member{Keys: m.keys, Record: m.record})
	}
	entries, err := party.Found(all, start)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range entries {
		if err := w.apply(b); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) apply(b []byte) error {
	e, err := party.ParseEntry(b)
	if err != nil {
		return err
	}
	v, err := w.view.Apply(e)
	if err != nil {
		return err
	}
	w.view, w.entries = v, append(w.entries, b)
	return nil
}

// order lets the secretariat put a statement at the next position.
func (w *world) order(statement []byte) error {
	s, err := party.ParseStatement(statement)
	if err != nil {
		return err
	}
	if _, err := w.view.Check(s); err != nil {
		return err
	}
	e, err := party.OrderForTest(w.view, w.now, s, w.members["XF"].keys.Directory.Signer())
	if err != nil {
		return err
	}
	return w.apply(e)
}

// next returns the next version of p's record, to be changed and signed.
func (w *world) next(p landbridge.PartyID) party.Record {
	h, err := w.view.History(p)
	if err != nil {
		w.t.Fatal(err)
	}
	last := h[len(h)-1]
	r := last.Record
	r.Version, r.Previous, r.Date = last.Record.Version+1, last.Digest, w.now
	return r
}

func (w *world) identity(p landbridge.PartyID) note.Signer {
	return w.members[p].keys.Identity.Signer()
}

func (w *world) motion(f party.Form, m party.Motion, by ...landbridge.PartyID) []byte {
	w.t.Helper()
	m.Date = w.now
	b, err := party.SignMotion(f, m, w.identity(by[0]))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range by[1:] {
		if b, err = party.Countersign(b, w.identity(p)); err != nil {
			w.t.Fatal(err)
		}
	}
	return b
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused checks the kind and a piece of the sentence of a refusal.
func refused(t *testing.T, err error, kind fail.Kind, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("accepted; want a refusal with %q", want)
		return
	}
	if fail.KindOf(err) != kind || !strings.Contains(fail.Safe(err), want) {
		t.Errorf("got %v %q; want %v with %q", fail.KindOf(err), fail.Safe(err), kind, want)
	}
}

func TestFounding(t *testing.T) {
	w := newWorld(t)
	if w.view.Position() != 5 || w.view.Secretariat() != "XF" || len(w.view.All()) != 4 {
		t.Fatalf("position %d, secretariat %s, %d parties", w.view.Position(), w.view.Secretariat(), len(w.view.All()))
	}
	file := party.FormatFile(w.entries)
	v, err := party.ParseFile(file, w.view.Founding())
	if err != nil || v.Head() != w.view.Head() {
		t.Fatalf("the file reads as head %v, %v; want %v", v, err, w.view.Head())
	}
	_, err = party.ParseFile(file, landbridge.Sum([]byte("another")))
	refused(t, err, fail.Unsigned, "another directory")
}

// TestEveryByteCounts flips one bit of every byte of a directory file: none may
// pass, for each byte is under some signature or in the chain.
func TestEveryByteCounts(t *testing.T) {
	w := newWorld(t)
	file := party.FormatFile(w.entries)
	head := w.view.Head()
	step := 41
	if os.Getenv("LANDBRIDGE_FULL") != "" {
		step = 1
	}
	for i := 0; i < len(file); i += step {
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if v, err := party.ParseFile(bad, w.view.Founding()); err == nil && v.Head() == head {
			t.Fatalf("byte %d (%q in %q) can be flipped unnoticed", i, file[i], file[max(0, i-20):min(len(file), i+20)])
		}
	}
}

func TestAdmission(t *testing.T) {
	w := newWorld(t)
	d := newMember(t, "XD", party.State)
	w.members["XD"] = d
	admit := party.Motion{Party: "XD", Kind: party.State, IdentityKey: d.keys.Identity.Public(), Reason: "Accession of Xanadu"}
	first, err := party.SignRecord(d.record, d.keys.Identity.Signer())
	w.must(err)

	refused(t, w.order(first), fail.Denied, "XD is not a member")
	refused(t, w.order(w.motion(party.FormAdmission, admit, "XF", "XA")), fail.Denied, "takes the signature of XF and of 2 members")
	refused(t, w.order(w.motion(party.FormAdmission, admit, "XA", "XB", "XC")), fail.Denied, "takes the signature of XF")
	refused(t, w.order(w.motion(party.FormAdmission, admit, "XF", "XA", "XD")), fail.Unsigned, "signed with a key that the directory does not hold")
	w.must(w.order(w.motion(party.FormAdmission, admit, "XF", "XA", "XB")))
	if _, err := w.view.Lookup("XD"); !fail.Is(err, fail.Missing) {
		t.Errorf("XD has no record yet, Lookup says %v", err)
	}
	w.must(w.order(first))
	if _, err := w.view.Lookup("XD"); err != nil {
		t.Error(err)
	}
	refused(t, w.order(w.motion(party.FormAdmission, admit, "XF", "XA", "XB")), fail.Conflict, "a member already")
}

func TestSuspension(t *testing.T) {
	w := newWorld(t)
	out := party.Motion{Party: "XC", Reason: "decision 7"}
	refused(t, w.order(w.motion(party.FormSuspension, out, "XF", "XC", "XA")), fail.Unsigned, "does not hold") // no vote on oneself
	w.must(w.order(w.motion(party.FormSuspension, out, "XF", "XA", "XB")))
	_, err := w.view.Lookup("XC")
	refused(t, err, fail.Denied, "XC is suspended from the network: decision 7")
	pin, _ := party.PinOf(w.members["XC"].keys.TLS)
	if _, ok := w.view.ByPin(pin); ok {
		t.Error("a suspended party's certificate is still accepted")
	}
	refused(t, w.order(w.motion(party.FormSuspension, out, "XF", "XA", "XB")), fail.Conflict, "changes nothing")
	w.must(w.order(w.motion(party.FormReinstatement, out, "XF", "XA", "XB")))
	if _, err := w.view.Lookup("XC"); err != nil {
		t.Error(err)
	}
	if p, ok := w.view.ByPin(pin); !ok || p != "XC" {
		t.Error("a reinstated party's certificate is not accepted")
	}
	refused(t, w.order(w.motion(party.FormSuspension, party.Motion{Party: "XF", Reason: "x"}, "XF", "XA", "XB")), fail.Denied, "cannot be suspended")
}

func TestRecords(t *testing.T) {
	w := newWorld(t)
	xa := w.members["XA"]
	signed := func(change func(*party.Record), by ...note.Signer) []byte {
		r := w.next("XA")
		change(&r)
		if by == nil {
			by = []note.Signer{xa.keys.Identity.Signer()}
		}
		b, err := party.SignRecord(r, by...)
		w.must(err)
		return b
	}
	nothing := func(*party.Record) {}
	refused(t, w.order(signed(func(r *party.Record) { r.Version = 5 })), fail.Conflict, "is version 1")
	refused(t, w.order(signed(func(r *party.Record) { r.Previous = landbridge.Sum(nil) })), fail.Conflict, "names it as previous")
	refused(t, w.order(signed(func(r *party.Record) { r.Kind = party.Organisation })), fail.Denied, "was admitted as state")
	refused(t, w.order(signed(nothing, w.identity("XB"))), fail.Unsigned, "does not hold")
	refused(t, w.order(signed(func(r *party.Record) { r.TLSPins = w.members["XB"].record.TLSPins })), fail.Conflict, "belongs to XB")
	refused(t, w.order(signed(func(r *party.Record) { r.SigningKeys = newMember(t, "XA", party.State).record.SigningKeys })),
		fail.Invalid, "may be left out only after")
	refused(t, w.order(signed(func(r *party.Record) { r.Date = w.now.Add(time.Hour) })), fail.Invalid, "correct the clock")

	other := newMember(t, "XA", party.State)
	refused(t, w.order(signed(func(r *party.Record) { r.IdentityKey = other.keys.Identity.Public() })), fail.Unsigned, "both the old and the new")
	w.must(w.order(signed(func(r *party.Record) { r.IdentityKey = other.keys.Identity.Public() }, xa.keys.Identity.Signer(), other.keys.Identity.Signer())))
	refused(t, w.order(signed(nothing)), fail.Unsigned, "does not hold") // the old key has no say any more
	v1, err := w.view.At("XA", 5)
	if err != nil || v1.Record.Version != 1 {
		t.Errorf("at position 5 XA has version %d, %v; want 1", v1.Record.Version, err)
	}
	v2, err := w.view.At("XA", 6)
	if err != nil || v2.Record.Version != 2 || v2.Position != 6 {
		t.Errorf("at position 6 XA has version %d, %v; want 2", v2.Record.Version, err)
	}
	_, err = w.view.At("XA", 1)
	refused(t, err, fail.Missing, "had no record at position 1")
}

func TestSuccession(t *testing.T) {
	w := newWorld(t)
	other := newMember(t, "XA", party.State)
	r := w.next("XA")
	r.IdentityKey = other.keys.Identity.Public()
	b, err := party.SignRecord(r, other.keys.Identity.Signer())
	w.must(err)
	refused(t, w.order(b), fail.Unsigned, "both the old and the new")
	w.must(w.order(w.motion(party.FormSuccession, party.Motion{Party: "XA", IdentityKey: other.keys.Identity.Public(), Reason: "the safe burned"}, "XF", "XB", "XC")))
	w.must(w.order(b))
}

// TestKeyTimes checks which key speaks for a party when.
func TestKeyTimes(t *testing.T) {
	w := newWorld(t)
	xa := w.members["XA"]
	old := xa.keys.Signing
	if _, err := w.view.SigningKey("XA", old.ID(), start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	_, err := w.view.SigningKey("XA", old.ID(), start.Add(-time.Minute))
	refused(t, err, fail.Unsigned, "valid from")
	_, err = w.view.SigningKey("XA", "0123456789abcdef", start)
	refused(t, err, fail.Unsigned, "has published no signing key")

	w.now = start.Add(time.Hour)
	if err := xa.keys.Rotate(w.now, rand.Reader); err != nil {
		t.Fatal(err)
	}
	h, err := w.view.History("XA")
	w.must(err)
	r, err := xa.keys.Succeed(h[0], w.now, time.Hour)
	w.must(err)
	b, err := party.SignRecord(r, xa.keys.Identity.Signer())
	w.must(err)
	w.must(w.order(b))
	for _, at := range []time.Duration{0, time.Minute, time.Hour + 59*time.Minute} {
		if _, err := w.view.SigningKey("XA", old.ID(), start.Add(at)); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
	_, err = w.view.SigningKey("XA", old.ID(), start.Add(2*time.Hour))
	refused(t, err, fail.Unsigned, "was valid until")

	w.now = start.Add(90 * time.Minute)
	r = w.next("XA")
	r.Revoked = []party.Revocation{{Key: old.ID(), Since: start.Add(30 * time.Minute), Reason: "a laptop was stolen"}}
	b, err = party.SignRecord(r, xa.keys.Identity.Signer())
	w.must(err)
	w.must(w.order(b))
	_, err = w.view.SigningKey("XA", old.ID(), start.Add(time.Minute)) // a thief writes any date
	refused(t, err, fail.Unsigned, "revoked its signing key")
	if _, err = w.view.SigningKeyAt("XA", old.ID(), start.Add(time.Minute)); err != nil {
		t.Errorf("what was logged before the theft does not stand: %v", err)
	}
	_, err = w.view.SigningKeyAt("XA", old.ID(), start.Add(time.Hour))
	refused(t, err, fail.Unsigned, "for everything since")
	by := func(k seal.SigningKey) func(ed25519.PublicKey) bool {
		return func(pub ed25519.PublicKey) bool { return pub.Equal(k.Public()) }
	}
	for _, c := range []struct {
		key  seal.SigningKey
		at   time.Duration
		want bool
	}{{old, time.Minute, true}, {old, time.Hour, false}, {xa.keys.Signing, time.Minute, false}, {xa.keys.Signing, time.Hour, true}} {
		if ok, err := w.view.SignedBy("XA", start.Add(c.at), by(c.key)); ok != c.want || err != nil {
			t.Errorf("%s signed at %v: %v, %v", c.key.ID(), c.at, ok, err)
		}
	}
	_, err = w.view.SignedBy("XQ", start, by(old))
	refused(t, err, fail.Missing, "XQ")

	w.now = start.Add(100 * time.Minute)
	r = w.next("XA")
	r.Revoked = nil
	b, err = party.SignRecord(r, xa.keys.Identity.Signer())
	w.must(err)
	refused(t, w.order(b), fail.Denied, "cannot be taken back")
}

func TestChain(t *testing.T) {
	w := newWorld(t)
	r := w.next("XA")
	b, err := party.SignRecord(r, w.identity("XA"))
	w.must(err)
	s, err := party.ParseStatement(b)
	w.must(err)
	e, err := party.OrderForTest(w.view, w.now, s, w.members["XA"].keys.Directory.Signer())
	w.must(err)
	refused(t, w.apply(e), fail.Unsigned, "not signed by the secretariat")
	before := w.view
	w.must(w.order(b))
	refused(t, w.apply(w.entries[len(w.entries)-1]), fail.Conflict, "ends at 6")
	r.Languages = []string{"fr"}
	b, err = party.SignRecord(r, w.identity("XA"))
	w.must(err)
	w.view, before = before, w.view
	w.must(w.order(b)) // a second history from position 5 on
	w.view, before = before, w.view
	s, err = party.ParseStatement(b)
	w.must(err)
	e, err = party.OrderForTest(before, w.now, s, w.members["XF"].keys.Directory.Signer())
	w.must(err)
	refused(t, w.apply(e), fail.Conflict, "the secretariat has shown two")
}

func TestQuorum(t *testing.T) {
	w := newWorld(t)
	if got := w.view.Quorum("XZ"); got != 2 {
		t.Errorf("of 3 members %d sign, want 2", got)
	}
	if got := w.view.Quorum("XA"); got != 2 {
		t.Errorf("of 2 other members %d sign, want 2", got)
	}
}
