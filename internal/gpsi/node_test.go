package gpsi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/index/bundle"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi/country"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
)

// A member is one whole node of the test, with a client for each of its people.
type member struct {
	config node.Config
	as     map[string]*client.Client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%s)", err, fail.Safe(err))
	}
}

// federation starts whole nodes with real TLS between them, on one clock.
func federation(t *testing.T, clock func() time.Time, people map[string][]node.NewPerson) map[string]*member {
	t.Helper()
	all := map[string]*member{}
	deps := node.Dependencies{Clock: clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	listeners := map[string][2]net.Listener{}
	var founders []party.Member
	for code, staff := range people {
		var l [2]net.Listener
		for i := range l {
			var err error
			l[i], err = net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
		}
		c := node.Defaults(filepath.Join(t.TempDir(), strings.ToLower(code)))
		c.Party, c.Name, c.Demo, c.LogLevel, c.Listen, c.PeerListen = code, code, true, "error", l[0].Addr().String(), l[1].Addr().String()
		kind := party.State
		if code == "XF" {
			kind = party.Forum
		}
		made, err := node.Init(t.Context(), c, node.Beginning{Kind: kind, Languages: []string{"en"}, People: staff}, deps)
		must(t, err)
		s, err := party.ParseStatement(made.Record)
		must(t, err)
		keys, err := party.Load(c.KeysDir(), landbridge.PartyID(code))
		must(t, err)
		founders = append(founders, party.Member{Keys: keys, Record: s.Record})
		all[code], listeners[code] = &member{config: c, as: map[string]*client.Client{}}, l
	}
	entries, err := party.Found(founders, clock())
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	for code, m := range all {
		n, err := node.Open(t.Context(), m.config, deps)
		must(t, err)
		for _, e := range entries {
			must(t, n.Directory.Add(t.Context(), e))
		}
		done := make(chan error, 1)
		go func() { done <- n.Serve(ctx, listeners[code][0], listeners[code][1]) }()
		t.Cleanup(func() {
			cancel()
			<-done
			must(t, n.Close())
		})
		for _, p := range people[code] {
			token, err := os.ReadFile(filepath.Join(m.config.PeopleDir(), p.Login+".token"))
			must(t, err)
			m.as[p.Login], err = client.New(m.config.StaffURL(), string(token))
			must(t, err)
		}
	}
	return all
}

// patience is how long a test waits for what must happen: much longer than it
// takes, because a test shares its machine, and only a broken one waits it out.
const patience = 3 * time.Minute

// eventually waits until ok, and fails with what is missing when patience ends.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

const calm = `landbridge-index: 1
id: calm
title: Index of calm
edition: "2026"
data:
  - {file: data/values.csv, unit: iso3, source: Office of statistics, licence: CC BY 4.0}
groups:
  - {code: Streets, parent: Index}
  - {code: Homes, parent: Index}
  - {code: Index}
indicators:
  - {code: Thefts, parent: Streets, direction: down}
  - {code: Fires, parent: Homes, direction: down}
steps:
  - weigh: {method: budget, file: data/budgets.csv, member: member, code: code, points: points}
  - normalise: {method: minmax, to: [0, 100]}
  - aggregate: {method: arithmetic}
`

// TestTwoNodes: an edition is shown by one node to another over the real
// network, put right, weighed and released; the member's node holds the signed
// release, and anyone calculates it again.
func TestTwoNodes(t *testing.T) {
	var off atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(off.Load())) }
	all := federation(t, clock, map[string][]node.NewPerson{
		"XF": {{Name: "I. Rehn", Login: "rehn", Roles: []landbridge.Role{landbridge.Analyst}, Soft: true},
			{Name: "E. Marsh", Login: "marsh", Roles: []landbridge.Role{landbridge.Secretariat}, Soft: true}},
		"XA": {{Name: "I. Sol", Login: "sol", Roles: []landbridge.Role{landbridge.CentralAuthority}, Soft: true}},
	})
	ctx := t.Context()
	analyst, secretary, central := all["XF"].as["rehn"], all["XF"].as["marsh"], all["XA"].as["sol"]

	m, err := analyst.NewIndexMethod(ctx, client.NewIndexMethod{Text: calm, Decision: "conference of 2026, item 7"})
	must(t, err)
	e, err := analyst.NewIndexEdition(ctx, client.NewIndexEdition{Index: m.Index})
	must(t, err)
	tab, err := analyst.NewIndexTable(ctx, client.NewIndexTable{Edition: e.ID, Path: "data/values.csv", Name: "v.csv"},
		strings.NewReader("iso3;Thefts;Fires\nFRA;1,5;4\nDEU;2;..\nITA;3,25;6\n"))
	must(t, err)
	if tab.Ready || len(tab.Findings) == 0 {
		t.Fatalf("%+v", tab)
	}
	tab, err = analyst.ReadIndexTable(ctx, client.ReadIndexTable{Table: tab.ID, Reading: tab.Proposed})
	must(t, err)
	if !tab.Ready {
		t.Fatalf("%+v", tab)
	}
	_, err = analyst.TakeIndexTable(ctx, tab.ID)
	must(t, err)

	until := clock().Add(time.Hour)
	_, err = analyst.ShowIndexEdition(ctx, client.ShowIndexEdition{Edition: e.ID, Until: until})
	if err == nil || !strings.Contains(err.Error(), "secretariat") {
		t.Errorf("the analyst shows an edition: %v", err)
	}
	_, err = secretary.ShowIndexEdition(ctx, client.ShowIndexEdition{Edition: e.ID, Until: until, Note: "Look at your figures."})
	must(t, err)
	eventually(t, "the member never sees the edition", func() bool { _, err := central.IndexEdition(ctx, e.ID); return err == nil })
	_, err = central.CommentOnIndex(ctx, client.NewIndexComment{Edition: e.ID, Kind: "correction", Unit: "DEU", Column: "Fires", Wanted: "5",
		Source: "Fire service, 2025", Text: "The number is public."})
	must(t, err)
	_, err = central.CommentOnIndex(ctx, client.NewIndexComment{Edition: e.ID, Kind: "dissent", Text: "Fires are counted otherwise here."})
	must(t, err)
	_, err = secretary.AskIndexBudget(ctx, client.AskIndexBudget{Edition: e.ID, Named: true, Decision: "meeting, item 2", Until: until})
	must(t, err)
	eventually(t, "the member is never asked for a budget", func() bool {
		x, err := central.IndexEdition(ctx, e.ID)
		return err == nil && x.Budget != nil
	})
	must(t, central.GiveIndexBudget(ctx, client.GiveIndexBudget{Edition: e.ID, Points: map[string]float64{"Streets": 75, "Homes": 25}}))
	eventually(t, "the publisher never hears the member", func() bool {
		x, err := analyst.IndexEdition(ctx, e.ID)
		must(t, err)
		return len(x.Comments) == 2 && len(x.Budget.Given) == 1
	})
	x, err := analyst.IndexEdition(ctx, e.ID)
	must(t, err)
	for _, c := range x.Comments {
		if c.Kind == "correction" {
			must(t, analyst.SettleIndexComment(ctx, client.SettleIndexComment{Comment: c.ID, Accept: true, Text: "Taken over."}))
		}
	}
	_, err = analyst.CloseIndexBudget(ctx, e.ID)
	must(t, err)
	off.Store(int64(2 * time.Hour))
	r, err := secretary.ReleaseIndexEdition(ctx, client.ReleaseIndexEdition{Edition: e.ID, Note: "The first."})
	must(t, err)
	eventually(t, "the member never has the release", func() bool {
		got, err := central.IndexRelease(ctx, r.ID)
		return err == nil && got.Digest == r.Digest && got.LogIndex == r.LogIndex
	})
	body, err := central.IndexBundle(ctx, r.ID)
	must(t, err)
	defer body.Close()
	zip, err := io.ReadAll(body)
	must(t, err)
	c, err := bundle.ParseZip(zip)
	must(t, err)
	rep := bundle.Verify(c, bundle.Options{})
	if !rep.Holds() || rep.Signed == nil || rep.Signed.ID != "xf-calm-2026-1" || rep.Digest != r.Digest {
		t.Errorf("%+v", rep)
	}
	for path, word := range map[string]string{"dissents.csv": "counted otherwise", "corrections.csv": "Fire service, 2025", "data/budgets.csv": "XA,Streets,75",
		"data/values.csv": "DEU,2,5", "methods.csv": "conference of 2026"} {
		if !bytes.Contains(c[path], []byte(word)) {
			t.Errorf("%s does not say %q:\n%s", path, word, c[path])
		}
	}
}

// TestLargePreview: a bundle that is too large for one envelope travels beside
// it and arrives whole.
func TestLargePreview(t *testing.T) {
	all := federation(t, time.Now, map[string][]node.NewPerson{
		"XF": {{Name: "I. Rehn", Login: "rehn", Roles: []landbridge.Role{landbridge.Analyst}, Soft: true},
			{Name: "E. Marsh", Login: "marsh", Roles: []landbridge.Role{landbridge.Secretariat}, Soft: true}},
		"XA": {{Name: "I. Sol", Login: "sol", Roles: []landbridge.Role{landbridge.CentralAuthority}, Soft: true}},
	})
	ctx, secretary, central := t.Context(), all["XF"].as["marsh"], all["XA"].as["sol"]
	text := strings.NewReplacer("{file: data/values.csv, unit: iso3,", "{file: data/values.csv, unit: iso3, year: year,",
		"  - weigh: {method: budget, file: data/budgets.csv, member: member, code: code, points: points}\n", "").Replace(calm)
	m, err := secretary.NewIndexMethod(ctx, client.NewIndexMethod{Text: text, Decision: "x"})
	must(t, err)
	e, err := secretary.NewIndexEdition(ctx, client.NewIndexEdition{Index: m.Index, Demonstration: true})
	must(t, err)
	countries, err := country.New()
	must(t, err)
	var b strings.Builder
	b.WriteString("iso3,year,Thefts,Fires\n")
	r := rand.New(rand.NewPCG(1, 2))
	for year := 1950; year < 2020; year++ {
		for _, c := range countries.All() {
			fmt.Fprintf(&b, "%s,%d,%v,%v\n", c.Code, year, r.Float64(), r.Float64())
		}
	}
	analyst := all["XF"].as["rehn"]
	tab, err := analyst.NewIndexTable(ctx, client.NewIndexTable{Edition: e.ID, Path: "data/values.csv", Name: "v.csv"}, strings.NewReader(b.String()))
	must(t, err)
	if !tab.Ready {
		t.Fatalf("%+v", tab.Findings)
	}
	_, err = analyst.TakeIndexTable(ctx, tab.ID)
	must(t, err)
	_, err = secretary.ShowIndexEdition(ctx, client.ShowIndexEdition{Edition: e.ID, Until: time.Now().Add(time.Hour)})
	must(t, err)
	eventually(t, "the member never sees the edition", func() bool { _, err := central.IndexEdition(ctx, e.ID); return err == nil })
	var zips [2][]byte
	for i, who := range []*client.Client{secretary, central} {
		body, err := who.IndexPreview(ctx, e.ID)
		must(t, err)
		zips[i], err = io.ReadAll(body)
		must(t, err)
		must(t, body.Close())
	}
	if len(zips[0]) < 1<<20 || !bytes.Equal(zips[0], zips[1]) {
		t.Errorf("sent %d bytes, arrived %d", len(zips[0]), len(zips[1]))
	}
	rel, err := secretary.ReleaseIndexEdition(ctx, client.ReleaseIndexEdition{Edition: e.ID})
	must(t, err)
	eventually(t, "the member never has the release", func() bool {
		got, err := central.IndexRelease(ctx, rel.ID)
		return err == nil && got.Digest == rel.Digest && got.LogIndex == rel.LogIndex && rel.LogIndex >= 0
	})
}
