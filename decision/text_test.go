package decision

import (
	"fmt"
	mrand "math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"landbridge.example"
)

func amendment(t *testing.T, changes ...Change) *Amendment {
	a := &Amendment{Base: text().Digest(), Changes: changes}
	must(t, a.Check())
	return a
}

func TestNumbers(t *testing.T) {
	if got := strings.Join(text().Numbers(), ","); got != ",1,2,2.1,2.2,3" {
		t.Error(got)
	}
	skip := &Text{Paragraphs: []Paragraph{{Level: 2}, {Level: 3}, {Level: 3}, {Level: 1}, {Level: 3}}}
	if got := strings.Join(skip.Numbers(), ","); got != "1.1,1.1.1,1.1.2,2,2.1.1" {
		t.Error(got)
	}
}

func TestConflicts(t *testing.T) {
	same := Paragraph{"p1", 1, "The delegations met in Port Merrow."}
	cases := []struct {
		a, b     Change
		kind     string
		excludes bool
	}{
		{Change{Replace, "p1", same}, Change{Replace, "p1", Paragraph{"p1", 1, "Other words."}}, BothReplace, true},
		{Change{Replace, "p1", same}, Change{Op: Delete, At: "p1"}, GoneAndNew, true},
		{Change{Insert, "p1", Paragraph{"n", 1, "New."}}, Change{Insert, "p2", Paragraph{"n", 1, "New."}}, SameID, true},
		{Change{Insert, "p1", Paragraph{"n", 1, "New."}}, Change{Insert, "p1", Paragraph{"k", 1, "Newer."}}, SamePlace, false},
		{Change{Insert, "p1", Paragraph{"n", 1, "New."}}, Change{Op: Delete, At: "p1"}, NextToGone, false},
		{Change{Insert, "p1", Paragraph{"n", 1, "New."}}, Change{Replace, "p1", same}, "", false},
		{Change{Replace, "p1", same}, Change{Replace, "p1", same}, "", false},
		{Change{Op: Delete, At: "p1"}, Change{Op: Delete, At: "p1"}, "", false},
		{Change{Op: Delete, At: "p1"}, Change{Op: Delete, At: "p2"}, "", false},
	}
	for i, c := range cases {
		a, b := amendment(t, c.a), amendment(t, c.b)
		a.Reason, b.Reason = "one", "two"
		got := Conflicts([]*Amendment{a, b})
		if c.kind == "" && len(got) > 0 || c.kind != "" && (len(got) != 1 || got[0].Kind != c.kind || got[0].Excludes != c.excludes) {
			t.Errorf("%d: %+v", i, got)
		}
		one, err := Consolidate(text(), []*Amendment{a, b})
		two, err2 := Consolidate(text(), []*Amendment{b, a, b})
		if (err != nil) != c.excludes || (err2 != nil) != c.excludes || err == nil && !reflect.DeepEqual(one, two) {
			t.Errorf("%d: %v %v\n%+v\n%+v", i, err, err2, one, two)
		}
	}
}

func TestConsolidate(t *testing.T) {
	got, err := Consolidate(text(), []*Amendment{
		amendment(t, Change{Replace, "p2b", Paragraph{"p2b", 2, "to answer within twelve hours;"}}),
		amendment(t, Change{Insert, "p2b", Paragraph{"p2c", 2, "to train together."}}, Change{Insert, Start, Paragraph{"t", 0, "Draft"}}),
		amendment(t, Change{Op: Delete, At: "p1"}),
	})
	must(t, err)
	var ids []string
	for _, p := range got.Paragraphs {
		ids = append(ids, p.ID)
	}
	if strings.Join(ids, " ") != "t h p2 p2a p2b p2c p3" || got.Paragraphs[4].Body != "to answer within twelve hours;" {
		t.Errorf("%+v", got)
	}
	var ops []string
	for _, d := range Compare(text(), got) {
		ops = append(ops, d.Op+":"+d.Was.ID+d.Now.ID)
	}
	if strings.Join(ops, " ") != "insert:t :hh delete:p1 :p2p2 :p2ap2a replace:p2bp2b insert:p2c :p3p3" {
		t.Error(ops)
	}
	for name, a := range map[string]*Amendment{"another base": {Base: landbridge.Sum(nil), Changes: []Change{{Op: Delete, At: "p1"}}},
		"no such paragraph": amendment(t, Change{Op: Delete, At: "p9"}), "an id there is": amendment(t, Change{Insert, "p1", Paragraph{"p2", 1, "x"}}),
		"nothing new": amendment(t, Change{Replace, "p1", text().Paragraphs[1]})} {
		if _, err := Consolidate(text(), []*Amendment{a}); err == nil {
			t.Errorf("%s is let through", name)
		}
	}
}

// TestAmendRestores: what Amend finds makes exactly the text that was wanted,
// and amendments that do not exclude each other make one text in any order.
func TestAmendRestores(t *testing.T) {
	r := mrand.New(mrand.NewPCG(1, 2))
	edit := func(n int) *Text {
		x := text()
		for k := 0; k < 1+r.IntN(4); k++ {
			i := r.IntN(len(x.Paragraphs))
			switch r.IntN(3) {
			case 0:
				x.Paragraphs[i].Body += fmt.Sprintf(" (%d)", n)
			case 1:
				x.Paragraphs = slices.Insert(x.Paragraphs, i, Paragraph{fmt.Sprintf("n%d.%d", n, k), 1, "New."})
			default:
				if len(x.Paragraphs) > 1 {
					x.Paragraphs = slices.Delete(x.Paragraphs, i, i+1)
				}
			}
		}
		return x
	}
	merged := 0
	for n := range 1500 {
		wanted := edit(n)
		a, err := Amend(text(), wanted, "why")
		if err != nil {
			continue // put in and taken out again
		}
		got, err := Consolidate(text(), []*Amendment{a})
		if err != nil || !reflect.DeepEqual(got, wanted) {
			t.Fatalf("%v\n%+v\n%+v", err, got, wanted)
		}
		again, err := ParseAmendment(a.Encode())
		if err != nil || !reflect.DeepEqual(again, a) {
			t.Fatalf("%v\n%+v\n%+v", err, again, a)
		}
		b, err := Amend(text(), edit(n+10_000), "")
		if err != nil {
			continue
		}
		one, err := Consolidate(text(), []*Amendment{a, b})
		two, err2 := Consolidate(text(), []*Amendment{b, a})
		if (err == nil) != (err2 == nil) || !reflect.DeepEqual(one, two) {
			t.Fatalf("%v %v\n%+v\n%+v", err, err2, one, two)
		}
		if err == nil {
			merged++
		}
	}
	if merged < 100 {
		t.Errorf("only %d pairs went together", merged)
	}
}

func TestTranslation(t *testing.T) {
	fr := text()
	fr.Language, fr.Original = "fr", text().Digest()
	must(t, fr.Translates(text()))
	fr.Paragraphs = fr.Paragraphs[1:]
	if fr.Translates(text()) == nil {
		t.Error("a translation leaves a paragraph out")
	}
}

// A desk makes acts of one draft.
func draftAct(n int, hours int, p landbridge.PartyID, kind string, about landbridge.Digest, set func(*Act)) *Act {
	f := &floor{m: matter(Silence), n: n}
	return f.say(float64(hours), p, kind, func(a *Act) { a.Matter = about; set(a) })
}

// TestDraft: three amendments, two that exclude each other, one withdrawn; the
// keeper consolidates, and the next amendment stands on the new version.
func TestDraft(t *testing.T) {
	tabled := &Act{ID: id(100), Kind: Tabled, Party: "XF", Made: start, Body: string(text().Encode())}
	must(t, tabled.Check())
	about := tabled.Digest()
	propose := func(n int, p landbridge.PartyID, changes ...Change) *Act {
		return draftAct(n, n, p, Amended, about, func(a *Act) { a.Body = string(amendment(t, changes...).Encode()) })
	}
	one := propose(1, "XA", Change{Replace, "p1", Paragraph{"p1", 1, "The delegations met in Port Merrow."}})
	two := propose(2, "XB", Change{Op: Delete, At: "p1"})
	three := propose(3, "XC", Change{Insert, "p2b", Paragraph{"p2c", 2, "to train together;"}})
	of := func(x *Act) func(*Act) { return func(a *Act) { a.Of = x.Digest() } }
	acts := []*Act{one, two, three, draftAct(4, 4, "XB", Supported, about, of(three)), draftAct(5, 5, "XA", Opposed, about, of(two)),
		draftAct(6, 6, "XA", Withdrew, about, of(two))} // not its author
	d, err := FoldDraft(tabled, acts)
	must(t, err)
	if len(d.Conflicts) != 1 || !d.Conflicts[0].Excludes || len(d.Standing()) != 3 || len(d.Refused) != 1 || d.Refused[0].Why != WrongParty {
		t.Fatalf("%+v", d)
	}
	next, err := Consolidate(text(), []*Amendment{d.Amendments[0].Amendment, d.Amendments[2].Amendment})
	must(t, err)
	names := func(all ...*Act) []landbridge.Digest {
		var out []landbridge.Digest
		for _, a := range all {
			out = append(out, a.Digest())
		}
		return sortDigests(out)
	}
	bad := draftAct(7, 7, "XF", Consolidated, about, func(a *Act) { a.Text, a.Acts = next.Digest(), names(one, two) })
	good := draftAct(8, 8, "XF", Consolidated, about, func(a *Act) { a.Text, a.Acts = next.Digest(), names(one, three) })
	acts = append(acts, bad, good, draftAct(9, 9, "XB", Withdrew, about, of(two)))
	d, err = FoldDraft(tabled, acts)
	must(t, err)
	if len(d.Versions) != 2 || d.Text().Digest() != next.Digest() || len(d.Standing()) != 0 || len(d.Refused) != 2 || !d.Amendments[1].Withdrawn || !d.Amendments[1].Stale {
		t.Fatalf("%+v", d)
	}
	r := mrand.New(mrand.NewPCG(3, 3))
	for range 50 {
		r.Shuffle(len(acts), func(i, j int) { acts[i], acts[j] = acts[j], acts[i] })
		if got, err := FoldDraft(tabled, append(acts, acts[0])); err != nil || !reflect.DeepEqual(got, d) {
			t.Fatalf("%v\n%+v\n%+v", err, got, d)
		}
	}
}
