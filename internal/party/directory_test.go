package party_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
)

func openDirectory(t *testing.T, d *db.DB, k *party.Keys, clock func() time.Time) (*party.Directory, *record.Log) {
	t.Helper()
	v, err := ledger.ParseVerifier(k.Log.Public())
	if err != nil {
		t.Fatal(err)
	}
	log, err := record.Open(t.Context(), d, record.Config{Party: k.Party, Signer: k.Log.Signer(), Verifier: v, Witness: k.Witness, Clock: clock, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return party.New(d, log, clock), log
}

// TestDirectory keeps a directory in a database: entries once, in order, each
// a fact, the same after a restart, and a second history refused.
func TestDirectory(t *testing.T) {
	dbtest.Each(t, []db.Schema{record.Schema(), party.Schema()}, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		w := newWorld(t)
		clock := func() time.Time { return w.now }
		xf := w.members["XF"]
		dir, log := openDirectory(t, d, xf.keys, clock)
		changes := 0
		dir.OnChange(func() { changes++ })
		refused(t, dir.Add(ctx, w.entries[1]), fail.Conflict, "this directory ends at 0; fetch what lies between")
		for _, e := range append(w.entries, w.entries...) { // the second time is no news
			w.must(dir.Add(ctx, e))
		}
		if p, err := dir.Position(ctx); err != nil || p != 5 || changes != 5 {
			t.Errorf("position %d after %d changes, %v", p, changes, err)
		}
		facts, err := log.FactsAbout(ctx, "party/XA", 10)
		if err != nil || len(facts) != 1 || facts[0].Kind != party.FactRecorded || facts[0].Note != "position 2: record of XA, version 1" {
			t.Errorf("facts about XA: %+v, %v", facts, err)
		}

		r := w.next("XA")
		r.Languages = []string{"fr"}
		s, err := party.SignRecord(r, w.identity("XA"))
		w.must(err)
		entry, err := dir.Order(ctx, s, xf.keys.Directory.Signer())
		w.must(err)
		again, err := dir.Order(ctx, s, xf.keys.Directory.Signer())
		if err != nil || !bytes.Equal(entry, again) {
			t.Errorf("ordered twice, it stands twice: %v", err)
		}
		w.must(w.order(s)) // at the same position by another signature: not the same bytes perhaps, but the same digest
		other := w.next("XB")
		o, err := party.SignRecord(other, w.identity("XB"))
		w.must(err)
		st, err := party.ParseStatement(o)
		w.must(err)
		fork, err := party.OrderForTest(mustView(t, w.entries[:5]), w.now, st, xf.keys.Directory.Signer())
		w.must(err)
		refused(t, dir.Add(ctx, fork), fail.Conflict, "the secretariat has shown two directories")

		// Another instance, or this one after a restart, reads the same.
		second := party.New(d, log, clock)
		v, err := second.View(ctx)
		if err != nil || v.Position() != 6 {
			t.Fatalf("after a restart: position %d, %v", v.Position(), err)
		}
		rec, err := second.Lookup(ctx, "XA")
		if err != nil || rec.Version != 2 {
			t.Errorf("XA is at version %d, %v", rec.Version, err)
		}
		h, err := second.History(ctx, "XA")
		if err != nil || len(h) != 2 {
			t.Errorf("%d versions, %v", len(h), err)
		}
		if head, err := second.HeadAt(ctx, 3); err != nil || head != mustView(t, w.entries[:3]).Head() {
			t.Errorf("head at 3: %v, %v", head, err)
		}
		_, err = second.HeadAt(ctx, 99)
		refused(t, err, fail.Missing, "ends at position 6")
		file, err := second.Export(ctx)
		w.must(err)
		if read, err := party.ParseFile(file, v.Founding()); err != nil || read.Head() != v.Head() {
			t.Errorf("the export reads differently: %v", err)
		}
		if part, err := second.Since(ctx, 4); err != nil || len(part) != 2 {
			t.Errorf("%d entries since 4, %v", len(part), err)
		}
	})
}

func mustView(t *testing.T, entries [][]byte) *party.View {
	t.Helper()
	v, err := party.ParseFile(party.FormatFile(entries), landbridge.Digest{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestRecordRefusals holds the sentence for every rule a record keeps by itself.
func TestRecordRefusals(t *testing.T) {
	m := newMember(t, "XA", party.State)
	for _, tt := range []struct {
		want   string
		change func(*party.Record)
	}{
		{"party:", func(r *party.Record) { r.Party = "x" }},
		{"version 1 has no previous", func(r *party.Record) { r.Version = 0 }},
		{"version 1 has no previous", func(r *party.Record) { r.Previous = landbridge.Sum(nil) }},
		{"bears the date", func(r *party.Record) { r.Date = time.Time{} }},
		{"kind is state", func(r *party.Record) { r.Kind = "club" }},
		{"name is given in at least one language", func(r *party.Record) { r.Name = nil }},
		{"at least one language", func(r *party.Record) { r.Languages = nil }},
		{"not a language code", func(r *party.Record) { r.Languages = []string{"English language"} }},
		{"no role called", func(r *party.Record) { r.Roles = []landbridge.Role{"king"} }},
		{"at least one signing key", func(r *party.Record) { r.SealingKeys = nil }},
		{"identity_key is not a public note key", func(r *party.Record) { r.IdentityKey = "x" }},
		{"it must be called landbridge.example/XA/identity", func(r *party.Record) { r.IdentityKey = r.LogKey }},
		{"log_key is called", func(r *party.Record) { r.LogKey = r.IdentityKey }},
		{"witness_keys", func(r *party.Record) { r.WitnessKeys = []string{"x"} }},
		{"a witness key is called", func(r *party.Record) { r.WitnessKeys = []string{r.LogKey} }},
		{"directory_key stands in the record of the secretariat", func(r *party.Record) { r.DirectoryKey = r.LogKey }},
		{"signing_keys", func(r *party.Record) { r.SigningKeys[0].Key = "x" }},
		{"date from which it is valid", func(r *party.Record) { r.SigningKeys[0].Until = r.SigningKeys[0].From }},
		{"in the record twice", func(r *party.Record) { r.SigningKeys = append(r.SigningKeys, r.SigningKeys[0]) }},
		{"sealing_keys", func(r *party.Record) { r.SealingKeys[0].Key = "age1x" }},
		{"revoked:", func(r *party.Record) { r.Revoked = []party.Revocation{{Key: "x", Since: start, Reason: "y"}} }},
		{"since when the key is not trusted", func(r *party.Record) { r.Revoked = []party.Revocation{{Key: "0123456789abcdef"}} }},
		{"reach is push, pull or relay", func(r *party.Record) { r.Reach = "shout" }},
		{"has an address", func(r *party.Record) { r.Addresses = nil }},
		{"names at least one relay", func(r *party.Record) { r.Reach = party.Relay }},
		{"https://host:port", func(r *party.Record) { r.Addresses = []string{"http://x:1"} }},
		{"https://host:port", func(r *party.Record) { r.Addresses = []string{"https://x:1/path?query"} }},
		{"https://host:port", func(r *party.Record) { r.Addresses = []string{"https://user@x:1"} }},
		{"a relay is another party", func(r *party.Record) { r.Relays = []landbridge.PartyID{"XA"} }},
		{"id of its own", func(r *party.Record) { r.Contacts = append(r.Contacts, r.Contacts[0]) }},
		{"two profiles for", func(r *party.Record) { r.Profiles = append(r.Profiles, r.Profiles[0]) }},
		{"names its process", func(r *party.Record) { r.Profiles[0].Process = "Information Request" }},
		{"supported versions", func(r *party.Record) { r.Profiles[0].Versions = nil }},
		{"in required is not a plain", func(r *party.Record) { r.Profiles[0].Required = []string{"the account"} }},
		{"max_persons is a number from 0", func(r *party.Record) { r.Profiles[0].MaxPersons = -1 }},
		{"demand bank-reference is given", func(r *party.Record) { r.Profiles[0].Demands[0].Text = nil }},
		{"not among the contact points", func(r *party.Record) { r.Profiles[0].Hotline = "nobody" }},
	} {
		r := newMember(t, "XA", party.State).record
		tt.change(&r)
		_, err := party.SignRecord(r, m.keys.Identity.Signer())
		if err == nil || !strings.Contains(fail.Safe(err), tt.want) {
			t.Errorf("%v; want %q", err, tt.want)
		}
	}
}

// TestStatementText holds what is said about texts that are no statement.
func TestStatementText(t *testing.T) {
	k := newMember(t, "XA", party.State).keys
	sign := func(text string) []byte {
		b, err := party.SignTextForTest(text, k.Identity.Signer())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, tt := range []struct {
		b    []byte
		kind fail.Kind
		want string
	}{
		{[]byte("hello"), fail.Invalid, "this is not a signed note"},
		{bytes.Repeat([]byte("x"), party.MaxStatement+1), fail.TooLarge, "has at most"},
		{sign("party: XA\n"), fail.Invalid, "names no form of statement"},
		{sign("# landbridge-directory record/v9\nparty: XA\n"), fail.Invalid, "names no form of statement"},
		{sign("# landbridge-directory record/v1\n{\n"), fail.Invalid, "this is not YAML"},
		{sign("# landbridge-directory record/v1\nparty: XA\ncolour: red\n"), fail.Invalid, "line 2: field colour not found here"},
		{sign("# landbridge-directory record/v1\nparty: &a XA\nkind: *a\n"), fail.Invalid, "anchors and aliases"},
		{sign("# landbridge-directory record/v1\nparty: XA\n---\nparty: XB\n"), fail.Invalid, "there is a second"},
		{sign("# landbridge-directory record/v1\nname: {en: " + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}\n"), fail.Invalid, "nests deeper"},
	} {
		_, err := party.ParseStatement(tt.b)
		refused(t, err, tt.kind, tt.want)
	}
}

// TestKeys saves keys and reads them again, and holds the sentences of what
// can be wrong with a key folder.
func TestKeys(t *testing.T) {
	k := newMember(t, "XA", party.State).keys
	if err := k.Rotate(start, rand.Reader); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "keys")
	for range 2 { // saving the same again is no change
		if err := k.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 8 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	got, err := party.Load(dir, "XA")
	if err != nil {
		t.Fatal(err)
	}
	if got.KEK != k.KEK || got.Signing.Secret() != k.Signing.Secret() || len(got.Sealing) != 2 || got.Sealing[1].Secret() != k.Sealing[1].Secret() ||
		got.Log.Secret() != k.Log.Secret() || got.Witness.Secret() != k.Witness.Secret() || got.Identity.Public() != k.Identity.Public() {
		t.Error("the keys read differ from those written")
	}
	a, _ := party.PinOf(k.TLS)
	if b, err := party.PinOf(got.TLS); err != nil || a != b {
		t.Errorf("the certificate differs, %v", err)
	}
	if err := newMember(t, "XA", party.State).keys.Save(dir); err == nil || !strings.Contains(err.Error(), "a key that is overwritten is lost for ever") {
		t.Errorf("keys are overwritten: %v", err)
	}
	if _, err := party.Load(dir, "XB"); err == nil || !strings.Contains(err.Error(), "belongs to another party") {
		t.Errorf("another's keys: %v", err)
	}
	if err := got.Rotate(start, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if err := got.Replace(dir, start); err != nil {
		t.Fatal(err)
	}
	if now, err := party.Load(dir, "XA"); err != nil || now.Signing.Secret() != got.Signing.Secret() || len(now.Sealing) != 3 {
		t.Errorf("rotated keys are not read back: %v", err)
	}
	if aside, err := filepath.Glob(filepath.Join(dir, "*.until-20270102T150405Z")); err != nil || len(aside) != 3 {
		t.Errorf("moved aside: %v, %v", aside, err)
	}
	os.Remove(filepath.Join(dir, "identity.key")) //nolint:errcheck // kept elsewhere
	if _, err := party.Load(dir, "XA"); err != nil {
		t.Errorf("without the identity key: %v", err)
	}
	for _, tt := range []struct {
		spoil func(path string) error
		want  string
	}{
		{func(p string) error { return os.Chmod(p, 0o644) }, "others can read the key file"},
		{func(p string) error { return os.WriteFile(p, []byte("rubbish\n"), 0o600) }, "is damaged"},
		{func(p string) error { return os.WriteFile(p, nil, 0o600) }, "must hold one key"},
		{os.Remove, "there is no key file"},
	} {
		path := filepath.Join(dir, "signing.key")
		if err := tt.spoil(path); err != nil {
			t.Fatal(err)
		}
		if _, err := party.Load(dir, "XA"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v; want %q", err, tt.want)
		}
		os.Chmod(path, 0o600) //nolint:errcheck // may be gone
	}
}

func FuzzStatement(f *testing.F) {
	w := newWorld(f)
	for _, e := range w.entries {
		f.Add(e)
		_, statement, _ := bytes.Cut(e, []byte("\n---\n"))
		f.Add(statement)
	}
	f.Add(party.FormatFile(w.entries))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := party.ParseStatement(b); err == nil && !bytes.Equal(s.Bytes(), b) {
			t.Error("a statement is not kept as it came")
		}
		if e, err := party.ParseEntry(b); err == nil && !bytes.Equal(e.Bytes(), b) {
			t.Error("an entry is not kept as it came")
		} else if err != nil && fail.KindOf(err) == fail.Internal {
			t.Errorf("no sentence: %v", err)
		}
		party.ParseFile(b, landbridge.Digest{}) //nolint:errcheck // it must only not panic
	})
}
