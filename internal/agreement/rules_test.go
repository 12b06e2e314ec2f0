package agreement

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/party"
)

// anyRules makes a set of rules from everything a term can say.
func anyRules(r *rand.Rand) Rules {
	out := Rules{}
	for range r.IntN(4) {
		t := Term{Process: "p", Article: string(rune('1' + r.IntN(4)))}
		pick := func(all []string) (some []string) {
			for _, w := range all {
				if r.IntN(3) == 0 {
					some = append(some, w)
				}
			}
			return some
		}
		rank := func(name string) string {
			if k := r.IntN(len(Ranks(name)) + 1); k > 0 {
				return Ranks(name)[k-1]
			}
			return ""
		}
		t.Channels, t.Assurances = pick(Channels()), pick(Assurances())
		t.Languages, t.Required, t.Excluded = pick([]string{"en", "fr", "ar"}), pick([]string{"a", "b"}), pick([]string{"x", "y"})
		t.MinPenalty, t.MinLeft, t.MaxPersons, t.Retention, t.Arrest = r.IntN(3), r.IntN(3), r.IntN(3), r.IntN(3), r.IntN(3)
		if r.IntN(2) == 0 {
			t.Deadlines = []Deadline{{"answer", 1 + r.IntN(3)}}
		}
		t.Dual, t.Death, t.Nationals, t.Transfer, t.Specialty = rank("dual"), rank("death"), rank("nationals"), rank("transfer"), r.IntN(2) == 0
		src := Source{Instrument: string(rune('a' + r.IntN(3))), Title: "T", Article: t.Article, Kind: fromArticle}
		out = Strictest(out, t.rules(src))
	}
	return out
}

// TestS35StrictestProfile checks the algebra of the merge, sources and all: the
// order and number of instruments change nothing, and nothing gets looser.
func TestS35StrictestProfile(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 1))
	for range 4000 {
		a, b, c := anyRules(r), anyRules(r), anyRules(r)
		ab := Strictest(a, b)
		if !reflect.DeepEqual(ab, Strictest(b, a)) {
			t.Fatalf("not commutative:\n%v\n%v\n%v\n%v", a, b, ab, Strictest(b, a))
		}
		if x, y := Strictest(ab, c), Strictest(a, Strictest(b, c)); !reflect.DeepEqual(x, y) {
			t.Fatalf("not associative:\n%v\n%v", x, y)
		}
		if !reflect.DeepEqual(Strictest(a, a), a) || !reflect.DeepEqual(Strictest(ab, b), ab) {
			t.Fatalf("not idempotent: %v", a)
		}
		if !Stricter(ab, a) || !Stricter(ab, b) {
			t.Fatalf("looser than a part:\n%v\n%v\n%v", a, b, ab)
		}
		for name, v := range ab {
			if len(v.From) == 0 {
				t.Fatalf("%s comes from nowhere", name)
			}
		}
	}
}

// TestStricterNotices makes sure the test above could fail.
func TestStricterNotices(t *testing.T) {
	base := (&Term{MaxPersons: 5, MinPenalty: 6, Languages: []string{"en"}, Required: []string{"a"}, Transfer: "safeguards"}).rules(Source{Kind: fromArticle})
	for name, looser := range map[string]Term{
		"persons":   {MaxPersons: 6, MinPenalty: 6, Languages: []string{"en"}, Required: []string{"a"}, Transfer: "safeguards"},
		"penalty":   {MaxPersons: 5, MinPenalty: 5, Languages: []string{"en"}, Required: []string{"a"}, Transfer: "safeguards"},
		"languages": {MaxPersons: 5, MinPenalty: 6, Languages: []string{"en", "fr"}, Required: []string{"a"}, Transfer: "safeguards"},
		"fields":    {MaxPersons: 5, MinPenalty: 6, Languages: []string{"en"}, Transfer: "safeguards"},
		"transfer":  {MaxPersons: 5, MinPenalty: 6, Languages: []string{"en"}, Required: []string{"a"}, Transfer: "adequacy"},
	} {
		if Stricter(looser.rules(Source{}), base) {
			t.Errorf("%s: looser rules pass for stricter ones", name)
		}
	}
}

func pair(t *testing.T) *Instrument {
	t.Helper()
	return Fictional([]string{"information-request"}, "XA", "XB")[1]
}

func query(day Day) Query {
	return Query{From: "XA", To: "XB", Process: "information-request", Day: day}
}

// TestS3NoProfile goes through the ways in which there is no legal basis, each
// with a sentence that says what is missing.
func TestS3NoProfile(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Instrument)
		day    Day
		to     string
		reason string
		says   string
	}{
		"none":           {func(i *Instrument) { i.Members[1].Party = "XC" }, "2026-11-22", "", "none", "no instrument is in force between XA and XB"},
		"not yet":        {func(*Instrument) {}, "1992-05-31", "", "none", "not yet"},
		"ended":          {func(i *Instrument) { i.Ended = "2025-01-01" }, "2025-01-01", "", "none", "ended"},
		"denounced":      {func(i *Instrument) { i.Members[0].Denounced = "2025-01-01" }, "2025-01-01", "", "none", "denounced"},
		"never in force": {func(i *Instrument) { i.InForce = "" }, "2026-11-22", "", "none", "not yet"},
		"void":           {func(i *Instrument) { i.Void = "entered twice" }, "2026-11-22", "", "none", "void"},
		"other process":  {func(i *Instrument) { i.Terms = []Term{{Process: "extradition", Article: "1"}} }, "2026-11-22", "", "not_covered", "does not cover information-request"},
		"no transfer": {func(i *Instrument) {
			for k := range i.Terms {
				i.Terms[k].Transfer = ""
			}
		}, "2026-11-22", "", "no_transfer", "data_transfer"},
		"precluded": {func(i *Instrument) {
			i.Members[0].Reservations = []Reservation{{Kind: ObjectionKind, Against: "XB", Precludes: true, Text: "No.", Made: "2021-01-01"}}
		}, "2026-11-22", "", "none", "precluded"},
	} {
		i := pair(t)
		c.change(i)
		b := Build([]*Instrument{i}, query(c.day))
		if b.OK() || b.Reason != c.reason || !strings.Contains(b.Lacking, c.says) {
			t.Errorf("%s: %q %q", name, b.Reason, b.Lacking)
		}
	}
	i := pair(t)
	i.Ended, i.Members[0].Denounced = "2027-01-01", "2026-12-31"
	if b := Build([]*Instrument{i}, query("2026-12-30")); !b.OK() {
		t.Errorf("the day before: %s", b.Lacking)
	}
}

// TestProfileSources checks that a value names the article it comes from, that
// a declaration makes it stricter, and that a withdrawn one does not.
func TestProfileSources(t *testing.T) {
	i := pair(t)
	i.Members[1].Reservations = []Reservation{{Kind: DeclarationKind, Made: "2024-03-01", Withdrawn: "2026-01-01", Text: "Three persons.",
		Terms: []Term{{Process: "information-request", Article: "5", MaxPersons: 3}}}}
	published := party.Profile{Process: "information-request", MaxPersons: 5, Languages: []string{"en"}, Required: []string{"answer_by"}}
	for day, want := range map[Day]struct {
		n    int
		from string
	}{
		"2024-02-29": {5, "published requirements of XB"},
		"2024-03-01": {3, "declaration of XB to Police Cooperation Agreement XA–XB of 1992 (fictional), Art. 5"},
		"2025-12-31": {3, "declaration of XB to Police Cooperation Agreement XA–XB of 1992 (fictional), Art. 5"},
		"2026-01-01": {5, "published requirements of XB"},
	} {
		q := query(day)
		q.Published = &published
		b := Build([]*Instrument{i}, q)
		if got := b.Rules["max_persons"].Number; got != want.n || b.Rules.Cite("max_persons") != want.from {
			t.Errorf("%s: %d from %q", day, got, b.Rules.Cite("max_persons"))
		}
		p := b.Rules.Profile()
		if p.MaxPersons != want.n || !slices.Equal(p.Required, []string{"answer_by"}) || !slices.Equal(p.Languages, []string{"en"}) {
			t.Errorf("%s: %+v", day, p)
		}
		if b.Transfer() != "safeguards" {
			t.Errorf("%s: transfer %q", day, b.Transfer())
		}
	}
}

// TestS17TransferBasis: no profile without a basis for the transfer, and the
// narrowest one wins.
func TestS17TransferBasis(t *testing.T) {
	i, j := pair(t), Fictional([]string{"information-request"}, "XA", "XB")[0]
	for k := range j.Terms {
		if j.Terms[k].Transfer != "" {
			j.Terms[k].Transfer = "derogation"
		}
	}
	if b := Build([]*Instrument{i, j}, query("2026-11-22")); !b.OK() || b.Transfer() != "derogation" {
		t.Errorf("%q %q", b.Transfer(), b.Lacking)
	}
}

func TestDayOrderAndLanguagesThatShareNothing(t *testing.T) {
	a := (&Term{Languages: []string{"en"}}).rules(Source{Instrument: "a", Kind: fromArticle})
	b := (&Term{Languages: []string{"fr"}}).rules(Source{Instrument: "b", Kind: fromArticle})
	if p := Strictest(a, b).Profile(); len(p.Languages) != 1 || p.Languages[0] == "en" || p.Languages[0] == "fr" {
		t.Errorf("two instruments that share no language leave %v", p.Languages)
	}
	if i := pair(t); i.since(i.Members[0]) != "1992-06-01" {
		t.Errorf("a bilateral instrument has one date: %s", i.since(i.Members[0]))
	}
}

func TestReference(t *testing.T) {
	all, err := Reference()
	if err != nil || len(all) < 12 {
		t.Fatal(len(all), err)
	}
	for _, i := range all {
		if len(i.Members) > 0 || len(i.Terms) > 0 || i.Confidence == "" {
			t.Errorf("%s: binds nobody before someone enters it, and says how sure it is", i.ID)
		}
	}
	for _, i := range Fictional([]string{"information-request", "extradition"}, "XA", "XB", "XC") {
		if err := i.Check(); err != nil {
			t.Error(err)
		}
	}
	var none landbridge.PartyID
	if b := Build(nil, Query{From: none, To: none}); b.OK() {
		t.Error("nothing allows nothing")
	}
}
