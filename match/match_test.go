package match_test

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"landbridge.example/match"
)

// TestPure holds that the engine can neither read a file, nor a clock, nor
// reach a network, nor draw at random: it imports nothing that could.
func TestPure(t *testing.T) {
	allowed := []string{"bufio", "bytes", "cmp", "embed", "encoding/csv", "encoding/json", "encoding/xml", "errors", "fmt", "io", "io/fs", "math", "math/bits",
		"reflect", "regexp", "slices", "strconv", "strings", "time", "unicode", "unicode/utf8", "crypto/sha256",
		"golang.org/x/text/unicode/norm", "landbridge.example", "landbridge.example/match"}
	for _, dir := range []string{".", "list"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			src, err := parser.ParseFile(token.NewFileSet(), dir+"/"+f.Name(), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, im := range src.Imports {
				if path, _ := strconv.Unquote(im.Path.Value); !slices.Contains(allowed, path) {
					t.Errorf("%s/%s imports %s", dir, f.Name(), path)
				}
			}
		}
	}
}

// TestNoFloat holds that no score depends on floating point, which machines
// may round differently.
func TestNoFloat(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("float")) && !bytes.Contains(text, []byte("without floating point")) {
			t.Errorf("%s computes with floating point", f.Name())
		}
	}
}

// TestEveryScript compares one name written in many scripts: what a person
// would call the same must score above what a person would not.
func TestEveryScript(t *testing.T) {
	for _, c := range []struct{ latin, same, other string }{
		{"Vladimir Putin", "Владимир Путин", "Владимир Петров"},
		{"Barack Obama", "Барак Обама", "Мишель Обама"},
		{"Mohamed Ali", "محمد علي", "محمود حسين"},
		{"Abdul Rahman al-Tikriti", "عبد الرحمن التكريتي", "عبد الكريم البغدادي"},
		{"Abdullah", "عبدالله", "عبدالكريم"},
		{"Siraj al-Din Haqqani", "سراج الدين حقانی", "جلال الدين حقانی"},
		{"Moshe Dayan", "משה דיין", "משה כהן"},
		{"Kim Jong Un", "김정은", "김영남"},
		{"Park Ji-sung", "박지성", "박정희"},
		{"Barack Obama", "バラク・オバマ", "ミシェル・オバマ"},
		{"Barack Obama", "贝拉克·奥巴马", "乔治·布什"},
		{"Xi Jinping", "习近平", "李克强"},
		{"Xi Jinping", "習近平", "李克強"},
		{"Wang Wei", "王伟", "李娜"},
		{"Nikolaos Papadopoulos", "Νικόλαος Παπαδόπουλος", "Γεώργιος Παπαδόπουλος"},
		{"Narendra Modi", "नरेन्द्र मोदी", "राहुल गांधी"},
		{"Somchai", "สมชาย", "ธนพล"},
		{"Barack Obama", "ბარაკ ობამა", "მიშელ ობამა"},
		{"Barack Obama", "Բարակ Օբամա", "Միշել Օբամա"},
		{"Volodymyr Zelenskyy", "Володимир Зеленський", "Олександр Зеленський"},
		{"Ahmet Çiçek", "AHMET ÇIÇEK", "Mehmet Çiçek"},
	} {
		yes, no := engine().Compare(c.latin, c.same, match.Person).Score, engine().Compare(c.latin, c.other, match.Person).Score
		if yes <= no || yes < 6500 {
			t.Errorf("%s: %s scores %s, %s scores %s", c.latin, c.same, yes, c.other, no)
		}
	}
}

// TestSame holds what is one name to any reader: its score is full, or as good as.
func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		kind  match.Kind
		least match.Score
	}{
		{"JÉRÔME KAKWAVU", "jerome kakwavu", match.Person, 10000},
		{"Müller, Hans", "Hans Müller", match.Person, 10000},
		{"Dr. Hans Müller", "Hans Muller", match.Person, 9900},
		{"Abd al-Rahman", "Abdurrahman", match.Person, 9500},
		{"‘Abd Allah Hasan", "Abdullah Hassan", match.Person, 9000},
		{"Sayf al-Din", "Saifuddin", match.Person, 9000},
		{"Habibullah Reshad", "Habib Ullah Reshad", match.Person, 9900},
		{"VladimirPutin", "Vladimir Putin", match.Person, 9000},
		{"V. Putin", "Vladimir Putin", match.Person, 8500},
		{"Siemens AG", "Siemens Aktiengesellschaft", match.Organisation, 9900},
		{"A.B.C. Company", "ABC Company", match.Organisation, 9900},
		{"MV Hellenic Spirit", "Hellenic Spirit", match.Vessel, 9800},
		{"First Bank", "1st Bank", match.Organisation, 9900},
		{"Five Percenters", "5%ers", match.Organisation, 9900},
		{"Hundred Percent Karzok", "Hundred % Karzok", match.Organisation, 9900},
		{"сompany Rosoboron", "company Rosoboron", match.Organisation, 10000}, // the first letter is Cyrillic
		{"Ig0r Sech1n", "Igor Sechin", match.Person, 9900},
	} {
		if got := engine().Compare(c.a, c.b, c.kind).Score; got < c.least {
			t.Errorf("%s / %s: %s, want %s", c.a, c.b, got, c.least)
		}
	}
}

// TestOrder holds that contradiction costs more than omission, and both more
// than nothing.
func TestOrder(t *testing.T) {
	full := "Mohammed Hassan Reza Amiri"
	score := func(b string) match.Score { return engine().Compare(full, b, match.Person).Score }
	steps := []string{full, "Mohammed Reza Amiri", "Mohammed Omar Reza Amiri", "Mohammed Omar Karim Amiri", "Sergei Petrov"}
	for i := 1; i < len(steps); i++ {
		if score(steps[i]) >= score(steps[i-1]) {
			t.Errorf("%s scores %s, %s scores %s", steps[i-1], score(steps[i-1]), steps[i], score(steps[i]))
		}
	}
}

// names is what properties are tested on: names of every script and broken text.
func names(t testing.TB) []string {
	all := []string{"", " ", "-", "\x00", "\xff\xfe", "a", "А", "ا", "김", "習", "J.-C.", strings.Repeat("ab ", 400), strings.Repeat("م", 300),
		strings.Repeat("\u0301", 200), "1234567890123456789012345678901234567890", "𝐉𝐨𝐡𝐧", "ﺻﺍﻠﺡ ﻤﺣﻤﺩ", "पूजा सि\u200cह", "a\u200bb c"}
	for i, n := range negatives(t) {
		if i%40 == 0 {
			all = append(all, n)
		}
	}
	for i, r := range parseUN(t).Records {
		if i%20 == 0 {
			for _, n := range r.Names {
				all = append(all, n.Text)
			}
		}
	}
	return all
}

// TestProperties holds what Compare promises for any two names: the same from
// either side, the same again, between nothing and full, full for a name and
// itself.
func TestProperties(t *testing.T) {
	all := names(t)
	random := rand.New(rand.NewPCG(5, 6))
	kinds := []match.Kind{match.Person, match.Organisation, match.Vessel, ""}
	for i := range 20_000 {
		a, b, k := all[random.IntN(len(all))], all[random.IntN(len(all))], kinds[i%4]
		check(t, a, b, k)
	}
	for _, a := range all {
		if got := engine().Compare(a, a, match.Person).Score; got != match.FullScore && strings.ContainsFunc(a, func(r rune) bool { return match.ScriptOf(r) != match.NoScript }) &&
			len(engine().Compare(a, a, match.Person).Words) > 0 {
			t.Errorf("%q and itself: %s", a, got)
		}
	}
}

func check(t *testing.T, a, b string, k match.Kind) {
	t.Helper()
	x, y := engine().Compare(a, b, k), engine().Compare(b, a, k)
	if x.Score != y.Score {
		t.Fatalf("%q, %q: %s from one side, %s from the other", a, b, x.Score, y.Score)
	}
	if x.Score < 0 || x.Score > match.FullScore {
		t.Fatalf("%q, %q: %d", a, b, x.Score)
	}
	again := engine().Compare(a, b, k)
	one, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := json.Marshal(again)
	if !bytes.Equal(one, two) {
		t.Fatalf("%q, %q: %s, then %s", a, b, one, two)
	}
}

// TestDeterministic holds that a search answers the same bytes, whoever asked
// before and however the register was shared.
func TestDeterministic(t *testing.T) {
	r := engine().NewRegister(parseUN(t).Records, match.RegisterOptions{})
	again := match.New().NewRegister(parseUN(t).Records, match.RegisterOptions{})
	used, random := again.NewScreener(), rand.New(rand.NewPCG(7, 8))
	all := negatives(t)
	for i := range 400 {
		used.Screen(&match.Record{Names: []match.Name{{Text: all[random.IntN(len(all))]}}}, 10, 5000)
		q := &match.Record{Names: []match.Name{{Text: all[i*7]}}, Kind: []match.Kind{match.Person, ""}[i%2]}
		one, err := json.Marshal(r.NewScreener().Screen(q, 10, 5000))
		if err != nil {
			t.Fatal(err)
		}
		if two, _ := json.Marshal(used.Screen(q, 10, 5000)); !bytes.Equal(one, two) {
			t.Fatalf("%s: %s\nthen %s", q.Names[0].Text, one, two)
		}
	}
}

// TestReasons holds that every word of both names has a reason, in every hit.
func TestReasons(t *testing.T) {
	s := engine().NewRegister(parseUN(t).Records, match.RegisterOptions{}).NewScreener()
	hits := 0
	for i, v := range table(t, unpack(t, "un_variants_v1.csv.gz")) {
		if i%25 != 0 {
			continue
		}
		for _, h := range s.Screen(&match.Record{Kind: match.Person, Names: []match.Name{{Text: v["query"]}}}, 3, 6000) {
			hits++
			if len(h.Words) == 0 || h.Name.Text == "" || !slices.Contains(match.Texts(v["query"]), h.Query) || len(h.Evidence) != 4 {
				t.Errorf("%s: a hit without reasons: %+v", v["query"], h)
			}
			for _, w := range h.Words {
				if w.How == "" || w.Role == "" || w.Query == "" && w.Listed == "" {
					t.Errorf("%s: a word without a reason: %+v", v["query"], w)
				}
			}
			for _, e := range h.Evidence {
				if e.State == match.Missing && e.Side == "" {
					t.Errorf("%s: missing evidence without its side: %+v", v["query"], e)
				}
			}
		}
	}
	if hits < 100 {
		t.Errorf("only %d hits looked at", hits)
	}
}

// TestEvidence holds that what is known besides the name moves a hit, and that
// a name alone never ties with a confirmed one.
func TestEvidence(t *testing.T) {
	day := func(y, m, d int) match.Birth {
		return match.Birth{From: match.Day{Year: y, Month: m, Day: d}, To: match.Day{Year: y, Month: m, Day: d}}
	}
	listed := match.Record{List: "XA", ID: "1", Kind: match.Person, Gender: "male", Names: []match.Name{{Text: "Anton Exampleov", Quality: match.Primary}},
		Births: []match.Birth{day(1971, 5, 2)}, Nationalities: []string{"Iran (Islamic Republic of)"}, Documents: []match.Document{{Type: "passport", Number: "X 0000-1"}}}
	s := engine().NewRegister([]match.Record{listed}, match.RegisterOptions{}).NewScreener()
	screen := func(change func(q *match.Record)) match.Hit {
		q := match.Record{Kind: match.Person, Names: []match.Name{{Text: "Anton Exampleov"}}}
		change(&q)
		hits := s.Screen(&q, 1, 1000)
		if len(hits) != 1 {
			t.Fatalf("%+v: %d hits", q, len(hits))
		}
		return hits[0]
	}
	bareName := screen(func(*match.Record) {})
	last := match.FullScore + 1
	for _, c := range []struct {
		what   string
		change func(q *match.Record)
	}{
		{"name, document", func(q *match.Record) { q.Documents = []match.Document{{Type: "passport", Number: "x00001"}} }},
		{"name, day of birth", func(q *match.Record) { q.Births = []match.Birth{day(1971, 5, 2)} }},
		{"name, year of birth", func(q *match.Record) {
			q.Births = []match.Birth{{From: match.Day{Year: 1971}, To: match.Day{Year: 1971}}}
		}},
		{"name, range", func(q *match.Record) {
			q.Births = []match.Birth{{From: match.Day{Year: 1970}, To: match.Day{Year: 1975}}}
		}},
		{"name, nationality by its code", func(q *match.Record) { q.Nationalities = []string{"IR"} }},
		{"name alone", func(*match.Record) {}},
		{"another nationality", func(q *match.Record) { q.Nationalities = []string{"France"} }},
		{"another gender", func(q *match.Record) { q.Gender = "female" }},
		{"another year of birth", func(q *match.Record) { q.Births = []match.Birth{day(1990, 1, 1)} }},
	} {
		h := screen(c.change)
		if h.Score >= last || h.ByName != match.FullScore {
			t.Errorf("%s: %s, the one before %s", c.what, h.Score, last)
		}
		last = h.Score
	}
	for _, e := range bareName.Evidence {
		if e.State != match.Missing || e.Side != "query" && e.What != "" && e.Side != "list" {
			t.Errorf("missing evidence is not stated: %+v", e)
		}
	}
	other := s.Screen(&match.Record{Kind: match.Person, Names: []match.Name{{Text: "Zo Quite Different"}}, Documents: []match.Document{{Type: "passport", Number: "X00001"}}}, 5, 5000)
	if len(other) != 1 || other[0].Score < 8000 {
		t.Errorf("a document number alone finds %+v", other)
	}
}

// TestBounded holds that the worst names a query may bring take no longer than
// a person waits.
func TestBounded(t *testing.T) {
	s := engine().NewRegister(parseUN(t).Records, match.RegisterOptions{}).NewScreener()
	for _, name := range []string{
		strings.Repeat("al ", 200), strings.Repeat("mohammed ", 60), strings.Repeat("محمد ", 60), strings.Repeat("金", 170), strings.Repeat("김정은", 40),
		strings.Repeat("абвгд", 50), strings.Repeat("a b ", 120), strings.Repeat("ab", 250), strings.Repeat("देव", 50),
	} {
		began := time.Now()
		s.Screen(&match.Record{Names: []match.Name{{Text: name}}}, 10, 5000)
		engine().Compare(name, name+" x", "")
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%.20q… took %v", name, took)
		}
	}
}

func FuzzCompare(f *testing.F) {
	for _, n := range []string{"Vladimir Putin", "محمد علي", "김정은", "A.B.C. Company Ltd.", "バラク・オバマ", "习近平", "नरेन्द्र मोदी", "J.-C. Juncker, III", "\xff", "ﺻﺍﻠﺡ"} {
		f.Add(n, "Wladimir Putin", 0)
	}
	kinds := []match.Kind{match.Person, match.Organisation, match.Vessel, ""}
	f.Fuzz(func(t *testing.T, a, b string, k int) {
		took := time.Hour
		for range 3 { // the best of three: others may have had the machine meanwhile
			began := time.Now()
			check(t, a, b, kinds[uint(k)%4])
			if took = min(took, time.Since(began)); took <= time.Second {
				return
			}
		}
		t.Fatalf("comparing took %v", took)
	})
}

func FuzzScreen(f *testing.F) {
	f.Add("Osama bin Ladin", "1957-03-10", "Saudi Arabia")
	f.Add("سراج الدين حقانی", "~1970", "")
	r := engine().NewRegister(parseUN(f).Records[:200], match.RegisterOptions{})
	f.Fuzz(func(t *testing.T, name, number, nation string) {
		q := &match.Record{Names: []match.Name{{Text: name}}, Nationalities: []string{nation}, Documents: []match.Document{{Type: "passport", Number: number}}}
		hits := r.NewScreener().Screen(q, 5, 3000)
		again := r.NewScreener().Screen(q, 5, 3000)
		one, _ := json.Marshal(hits)
		two, _ := json.Marshal(again)
		if !bytes.Equal(one, two) {
			t.Fatalf("%q: two answers", name)
		}
		for i, h := range hits {
			if h.Score > match.FullScore || h.Score < 0 || i > 0 && hits[i-1].Score < h.Score || len(h.Words) == 0 {
				t.Fatalf("%q: %+v", name, h)
			}
		}
	})
}
