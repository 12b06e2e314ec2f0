package match_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example/match"
	"landbridge.example/match/list"
)

// BenchmarkLoadUN parses and indexes the UN list, tables included.
func BenchmarkLoadUN(b *testing.B) {
	text := unpack(b, "un_consolidated_2026-02-27.xml.gz")
	for b.Loop() {
		l, err := list.ParseUN(bytes.NewReader(text))
		if err != nil {
			b.Fatal(err)
		}
		match.New().NewRegister(l.Records, match.RegisterOptions{})
	}
}

// BenchmarkLoadBoth parses and indexes the UN and the OFAC list, tables
// included, and reports the memory that stays in use.
func BenchmarkLoadBoth(b *testing.B) {
	var r *match.Register
	before := heap()
	for b.Loop() {
		r = match.New().NewRegister(slices.Concat(parseUN(b).Records, parseOFAC(b).Records), match.RegisterOptions{})
	}
	b.ReportMetric(float64(heap()-before)/1e6, "MB")
	b.ReportMetric(float64(r.Names()), "names")
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkScreenUN screens synthetic people of many countries against the
// persons of the UN list, each once, on one core: in Latin letters at the score
// at which a hit is shown, in all scripts at the same, and in all scripts as far
// down as where one of a thousand pairs of single words stands.
func BenchmarkScreenUN(b *testing.B) {
	r := engine().NewRegister(persons(parseUN(b)), match.RegisterOptions{})
	for _, c := range []struct {
		name  string
		latin bool
		least match.Score
	}{{"latin", true, match.Alert}, {"all", false, match.Alert}, {"deep", false, 7000}} {
		b.Run(c.name, func(b *testing.B) {
			names := negatives(b)
			if c.latin {
				names = slices.DeleteFunc(names, func(n string) bool {
					return strings.ContainsFunc(n, func(r rune) bool { k := match.ScriptOf(r); return k != match.Latin && k != match.NoScript })
				})
			}
			var took []time.Duration
			n, spent := 0, time.Duration(0)
			for b.Loop() {
				s := r.NewScreener() // knows no words yet
				for _, name := range names {
					at := time.Now()
					s.Screen(&match.Record{Kind: match.Person, Names: []match.Name{{Text: name}}}, 10, c.least)
					took = append(took, time.Since(at))
					spent += took[len(took)-1]
				}
				n += len(names)
			}
			b.ReportMetric(float64(n)/spent.Seconds(), "names/s")
			quantiles(b, took)
		})
	}
}

func quantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for _, q := range []struct {
		name string
		at   int
	}{{"p50-µs", 50}, {"p99-µs", 99}} {
		b.ReportMetric(float64(took[len(took)*q.at/100].Nanoseconds())/1000, q.name)
	}
}

// BenchmarkCompare scores pairs of names.
func BenchmarkCompare(b *testing.B) {
	rows := table(b, unpack(b, "name_bench_cases.csv.gz"))
	i := 0
	for b.Loop() {
		r := rows[i%len(rows)]
		engine().Compare(r["name1"], r["name2"], match.Person)
		i++
	}
}

// crowd makes n names of people who do not exist, from parts of listed names and
// of synthetic people; common parts occur often.
func crowd(b testing.TB, n int) []string {
	seen := map[string]bool{}
	var parts []string
	add := func(name string) {
		for w := range strings.FieldsSeq(name) {
			if w = strings.ToLower(strings.Trim(w, ",.'\"()")); len(w) > 2 && !seen[w] {
				seen[w] = true
				parts = append(parts, w)
			}
		}
	}
	for _, r := range slices.Concat(persons(parseUN(b)), persons(parseOFAC(b))) {
		add(r.Names[0].Text)
	}
	for _, name := range negatives(b) {
		add(name)
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	zipf := rand.NewZipf(random, 1.1, 20, uint64(len(parts)-1))
	names := make([]string, n)
	for i := range names {
		w := make([]string, 2+random.IntN(2))
		for k := range w {
			w[k] = parts[zipf.Uint64()]
		}
		names[i] = strings.Join(w, " ")
	}
	return names
}

// million is an index of a million names.
func million(b testing.TB) (*match.Index, []string, float64) {
	names := crowd(b, 1_000_000)
	before := heap()
	builder := engine().NewBuilder()
	for i, n := range names {
		builder.Add(uint32(i), match.Name{Text: n}, match.Person)
	}
	x := builder.Index()
	return x, names, float64(heap()-before) / float64(len(names))
}

// BenchmarkMillion searches a million names for names with one slip of a
// finger, on one core.
func BenchmarkMillion(b *testing.B) {
	x, names, size := million(b)
	s := x.NewSearcher()
	random := rand.New(rand.NewPCG(3, 4))
	var took []time.Duration
	found, asked := 0, 0
	began := time.Now()
	for b.Loop() {
		want := random.IntN(len(names))
		query := slip(random, names[want])
		at := time.Now()
		hits := s.Search(query, match.Person, 10, 7000)
		took = append(took, time.Since(at))
		asked++
		for _, h := range hits {
			if names[h.Record] == names[want] {
				found++
				break
			}
		}
	}
	b.ReportMetric(float64(asked)/time.Since(began).Seconds(), "queries/s")
	b.ReportMetric(float64(found)/float64(asked), "recall@10")
	b.ReportMetric(size, "B/name")
	quantiles(b, took)
}

// slip changes one letter of a name.
func slip(random *rand.Rand, name string) string {
	r := []rune(name)
	for range 20 {
		i := random.IntN(len(r))
		if r[i] >= 'a' && r[i] <= 'z' {
			r[i] = 'a' + (r[i]-'a'+1+rune(random.IntN(24)))%26
			break
		}
	}
	return string(r)
}

// BenchmarkRescreen screens ten changed entries of the UN list against a
// million stored subjects: what happens when the list changes.
func BenchmarkRescreen(b *testing.B) {
	x, _, _ := million(b)
	s := x.NewSearcher()
	all := persons(parseUN(b))
	i, hits, names := 0, 0, 0
	for b.Loop() {
		for k := range 10 {
			for _, n := range all[(i*10+k)%len(all)].Names {
				hits += len(s.Search(n.Text, match.Person, 1000, 8000))
				names++
			}
		}
		i++
	}
	b.ReportMetric(float64(hits)/float64(i), "hits")
	b.ReportMetric(float64(names)/float64(i), "names")
}

// TestMillion holds the budget of re-screening without a benchmark run, on a
// smaller crowd: it is about shape, not about speed.
func TestRescreen(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes 50,000 names")
	}
	names := crowd(t, 50_000)
	builder := engine().NewBuilder()
	for i, n := range names {
		builder.Add(uint32(i), match.Name{Text: n}, match.Person)
	}
	x := builder.Index()
	s := x.NewSearcher()
	began, missed := time.Now(), 0
	for i := range 100 {
		hits := s.Search(names[i*499], match.Person, 1000, match.FullScore)
		if !slices.ContainsFunc(hits, func(f match.Found) bool { return names[f.Record] == names[i*499] }) {
			missed++
			t.Errorf("%q is not found by itself", names[i*499])
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("100 searches of 50,000 names took %v", took)
	}
	_ = fmt.Sprint(missed)
}
