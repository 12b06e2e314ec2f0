package main

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/party"
)

// TestBadgeVerify: with the directory file alone the command tells a badge of
// the secretariat from one that was revoked, altered, of another edition or of another maker.
func TestBadgeVerify(t *testing.T) {
	start, dir := time.Now().Add(-time.Hour), t.TempDir()
	var members []party.Member
	keys := map[landbridge.PartyID]*party.Keys{}
	for _, p := range []landbridge.PartyID{"XF", "XA"} {
		k, err := party.NewKeys(p, start, rand.Reader)
		check(t, err)
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		r, err := k.Record(kind, 1, landbridge.Digest{}, start)
		check(t, err)
		r.Name, r.Languages, r.Addresses = party.Text{"en": string(p)}, []string{"en"}, []string{"https://x.example:8443"}
		keys[p], members = k, append(members, party.Member{Keys: k, Record: r})
	}
	entries, err := party.Found(members, start)
	check(t, err)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	write("directory.txt", string(party.FormatFile(entries)))
	some := badge.Badge{Edition: "2026", Number: 17, Name: "Mara Ilven", Category: "party", Until: time.Now().Add(time.Hour)}
	sign := func(b badge.Badge, by landbridge.PartyID) string {
		text, err := badge.Sign(b, keys[by].Signing)
		check(t, err)
		return text
	}
	revoked, other := some, some
	revoked.Number, other.Edition = 18, "2027"
	list, err := (&badge.Revocations{Edition: "2026", Made: time.Now(), Numbers: []int{18}}).Text(keys["XF"].Signing)
	check(t, err)
	write("revoked.txt", list)
	good := sign(some, "XF")
	for name, c := range map[string]struct{ text, says string }{
		"good": {good, "Mara Ilven"}, "revoked": {sign(revoked, "XF"), "revoked"}, "another edition": {sign(other, "XF"), "another edition"},
		"another maker": {sign(some, "XA"), "not made by the organiser"}, "nothing": {"LB1:", "not a badge"},
	} {
		a, out := testApp(t)
		file := write("badge.txt", c.text+"\n")
		err := run(t.Context(), a, commands(), []string{"delegation", "badge", "verify", file, "--edition", "2026", "--revoked", filepath.Join(dir, "revoked.txt")})
		if (err == nil) != (name == "good") || err != nil && !errors.Is(err, errNotHolding) || !strings.Contains(strings.Join(strings.Fields(out.String()), " "), c.says) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	a, out := testApp(t)
	if err := run(t.Context(), a, commands(), []string{"delegation", "badge", "verify", write("a.txt", sign(some, "XA")), "--edition", "2026", "--party", "XA"}); err != nil {
		t.Errorf("%v %s", err, out)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
