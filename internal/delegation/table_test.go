package delegation

import (
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/table"
)

func TestTable(t *testing.T) {
	for name, c := range map[string]struct{ text, refusal string }{
		"empty":         {"", "empty"},
		"unknown":       {"part,latin,\x1bshoe size\nhead,A,43\n", `"shoe size"`},
		"no name":       {"part,title\nhead,Director\n", "part and latin"},
		"broken quotes": {"part,latin\nhead,\"A\nmember,B\n", "to its end"},
		"long":          {"part,latin\n" + strings.Repeat("member,A\n", MaxRows+1), "rows"},
		"large":         {strings.Repeat("x", MaxTable+1), "bytes"},
	} {
		_, err := ParseTable([]byte(c.text))
		if err == nil || !strings.Contains(fail.Safe(err), strings.ReplaceAll(c.refusal, "\x1b", "")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, sep := range []string{",", ";", "\t"} {
		text := "\ufeff" + strings.ReplaceAll(" Latin |PART|passport\nMara Ilven|head|\n|member|\nEla Brand|member|P1\n\"Ivo \"\"I\"\" Tannen\"|member||more\n", "|", sep)
		table, err := ParseTable([]byte(text))
		must(t, err)
		if len(table.People) != 4 || len(table.Findings) != 3 || table.Findings[0].Row != 3 || table.Findings[1].Row != 4 || table.Findings[2].Row != 5 {
			t.Errorf("%q: %+v", sep, table)
		}
	}
}

// TestTableRoundTrip: what an export guards against being a formula comes back as it was.
func TestTableRoundTrip(t *testing.T) {
	b, err := table.CSV([][]string{{"part", "latin", "title"}, {"head", "Mara Ilven", "=SUM(1)"}, {"member", "'Abd Rahman", "'x"}})
	must(t, err)
	table, err := ParseTable(b)
	must(t, err)
	if table.People[0].Person.Title != "=SUM(1)" || table.People[1].Person.Latin != "'Abd Rahman" || table.People[1].Person.Title != "'x" {
		t.Errorf("%+v", table)
	}
}

func FuzzParseTable(f *testing.F) {
	f.Add([]byte("part,latin\nhead,Mara Ilven\n"))
	f.Add([]byte("\ufefflatin;part;born\n\"a\nb\";member;1990-05-31\n"))
	f.Add([]byte("part\tlatin\n\t\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := ParseTable(b)
		if err != nil {
			return
		}
		if len(table.People) != len(table.Rows) || len(table.People) > MaxRows {
			t.Errorf("%d people, %d rows", len(table.People), len(table.Rows))
		}
		bad := map[int]bool{}
		for _, f := range table.Findings {
			bad[f.Row] = true
		}
		for i := range table.People {
			if n := table.People[i]; !bad[table.Rows[i]] && n.check() != nil {
				t.Errorf("row %d cannot stand and nothing is said: %+v", table.Rows[i], n)
			}
		}
		table.Twice()
	})
}

// TestDeputies: deputies of a head sit on members' seats, at most three of them.
func TestDeputies(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: "ngo", Name: "Watch on Corridors", Members: 4})
		one := func(part, name string) error {
			_, err := xf.Nominate(ctx, desk, group, []Nominee{{part, Person{Latin: name}}})
			return err
		}
		for _, n := range []string{"Ada", "Bea", "Cyr"} {
			must(t, one(Deputy, n))
		}
		refused(t, one(Deputy, "Dov"), fail.Conflict, "quota")
		must(t, one(Member, "Ela"))
		refused(t, one(Member, "Fay"), fail.Conflict, "quota")
		must(t, one(Head, "Gil"))
		g, err := xf.Group(ctx, desk, group)
		must(t, err)
		if g.Taken[Deputy] != 3 || g.Taken[Member] != 1 || g.Taken[Head] != 1 || !g.MayRun || !g.MayLink {
			t.Errorf("%+v", g)
		}
	})
}

// TestApproveMany: many are approved in one commit, and their party is told in
// few messages; who was approved already is skipped.
func TestApproveMany(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 120})
		xf.deliver(xa)
		var table strings.Builder
		table.WriteString("part,latin\n")
		for i := range 120 {
			table.WriteString("member,Member " + string(rune('A'+i/26)) + string(rune('A'+i%26)) + "\n")
		}
		rep, err := xa.NominateTable(ctx, focal, group, []byte(table.String()), false)
		must(t, err)
		if len(rep.IDs) != 120 || xa.bag.Len() != 2 { // as many as fit into one message
			t.Fatalf("%d people in %d messages", len(rep.IDs), xa.bag.Len())
		}
		if errs := xa.deliver(xf); len(errs) > 0 {
			t.Fatal(errs)
		}
		must(t, xf.Approve(ctx, desk, rep.IDs[0]))
		_, _, err = xf.ApproveAll(ctx, focal, rep.IDs)
		refused(t, err, fail.Denied, "secretariat")
		done, skipped, err := xf.ApproveAll(ctx, desk, append(rep.IDs, "01890a5d-ac96-774b-bcce-b302099a8057"))
		must(t, err)
		if len(done) != 119 || len(skipped) != 2 {
			t.Errorf("%d done, %+v", len(done), skipped)
		}
		if errs := xf.deliver(xa); len(errs) > 0 {
			t.Fatal(errs)
		}
		l, err := xa.List(ctx, focal, Query{Edition: "2026", State: Approved})
		must(t, err)
		if l.Total != 120 {
			t.Errorf("the party knows of %d", l.Total)
		}
		pdf, n, err := xf.BadgesPDF(ctx, desk, Query{Edition: "2026", Kind: KindParty})
		must(t, err)
		if n != 120 || strings.Count(string(pdf), "/Type /Page\n") != 120 {
			t.Errorf("%d badges on %d pages", n, strings.Count(string(pdf), "/Type /Page\n"))
		}
		_, _, err = xa.BadgesPDF(ctx, desk, Query{Edition: "2026"})
		refused(t, err, fail.Denied, "XF")
	})
}

// TestFollow: what the forum changes reaches delegations and invited parties in
// one commit; an edition that is run elsewhere is not touched.
func TestFollow(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		ctx := t.Context()
		xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 1})
		xf.deliver(xa)
		moved := Dates{ID: "2026", Title: "Конференция", Place: "Port Merrow", Starts: edition.Starts.AddDate(0, 0, 7), Ends: edition.Ends.AddDate(0, 0, 7), Zone: "Asia/Shanghai"}
		follow := func(n *testNode, d Dates) error {
			return n.db.Write(ctx, func(tx *db.Tx) error { return n.Follow(tx, d) })
		}
		must(t, follow(xf, moved))
		must(t, follow(xf, Dates{ID: "another", Starts: start, Ends: start.Add(time.Hour)}))
		xf.deliver(xa)
		for _, n := range []*testNode{xf, xa} {
			e, err := n.Edition(ctx, "2026")
			must(t, err)
			if e.Title != edition.Title || e.Place != "Port Merrow" || !e.Starts.Equal(moved.Starts) || !e.Closes.Equal(edition.Closes) || e.Host != edition.Host {
				t.Errorf("%s: %+v", n.me, e)
			}
			if first, last := e.Days(); first.Format(time.DateOnly) != "2026-09-23" || last.Format(time.DateOnly) != "2026-09-25" {
				t.Errorf("%s to %s", first, last)
			}
		}
		must(t, follow(xa, Dates{ID: "2026", Starts: start, Ends: start.Add(time.Hour)}))
		e, err := xa.Edition(ctx, "2026")
		must(t, err)
		if !e.Starts.Equal(moved.Starts) {
			t.Error("a party's own forum moved the secretariat's edition")
		}
		all, err := xa.Editions(ctx, focal)
		must(t, err)
		if len(all) != 1 || all[0].Host != landbridge.PartyID("XF") || all[0].Here || all[0].Groups != 1 {
			t.Errorf("%+v", all)
		}
	})
}
