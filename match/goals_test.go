package match_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"landbridge.example/match"
)

// hash parts the data. Rows of one entity fall together.
func hash(key string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(key))
	return h.Sum32()
}

// reported says that a row belongs to the half on which results are reported;
// on the other half the engine's numbers were chosen. The key is the entity: the
// listed person's number, the name of a negative, the second name of a pair.
func reported(key string) bool { return hash(key)%2 == 1 }

// A labelled pair of names, with the score it got.
type labelled struct {
	a, b   string
	kind   match.Kind
	same   bool
	strong bool
	score  match.Score
}

func kindOf(schema string) match.Kind {
	switch schema {
	case "Person":
		return match.Person
	case "Vessel":
		return match.Vessel
	case "":
		return ""
	}
	return match.Organisation
}

// pairs reads the labelled pairs of one half.
func pairs(t testing.TB, report bool) (all []labelled) {
	for _, r := range table(t, unpack(t, "name_bench_cases.csv.gz")) {
		if reported(r["name2"]) == report {
			all = append(all, labelled{a: r["name1"], b: r["name2"], kind: kindOf(r["schema"]), same: r["is_match"] == "true", strong: r["quality"] == "STRONG"})
		}
	}
	return all
}

func scorePairs(e *match.Engine, all []labelled) {
	for i := range all {
		all[i].score = e.Compare(all[i].a, all[i].b, all[i].kind).Score
	}
}

// f1 is the harmonic mean of precision and recall of "at or above is a match".
func f1(all []labelled, at match.Score) float64 {
	tp, wrong := 0.0, 0.0
	for _, p := range all {
		switch {
		case p.same && p.score >= at:
			tp++
		case p.same != (p.score >= at):
			wrong++
		}
	}
	return 2 * tp / (2*tp + wrong)
}

// threshold is where f1 is best; where several scores are as good, the middle one.
func threshold(all []labelled) match.Score {
	best, first, last := -1.0, match.Score(0), match.Score(0)
	for s := match.Score(5000); s < match.FullScore; s++ {
		switch f := f1(all, s); {
		case f > best:
			best, first, last = f, s, s
		case f == best && last == s-1:
			last = s
		}
	}
	return (first + last) / 2
}

// folds is f1 over five folds, each judged by the threshold of the other four.
func folds(all []labelled) float64 {
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(all))
	tp, wrong := 0.0, 0.0
	for fold := range 5 {
		var others, these []labelled
		for k, i := range order {
			if k%5 == fold {
				these = append(these, all[i])
			} else {
				others = append(others, all[i])
			}
		}
		at := threshold(others)
		for _, p := range these {
			switch {
			case p.same && p.score >= at:
				tp++
			case p.same != (p.score >= at):
				wrong++
			}
		}
	}
	return 2 * tp / (2*tp + wrong)
}

// auc is the share of (match, no match) that are in the right order.
func auc(all []labelled) float64 {
	right, n := 0.0, 0.0
	for _, p := range all {
		for _, q := range all {
			if !p.same || q.same {
				continue
			}
			n++
			if p.score > q.score {
				right++
			} else if p.score == q.score {
				right += 0.5
			}
		}
	}
	return right / n
}

// TestPairs measures goal 1.
func TestPairs(t *testing.T) {
	tuned, all := pairs(t, false), pairs(t, true)
	scorePairs(engine(), tuned)
	scorePairs(engine(), all)
	at := threshold(tuned)
	strong := 0
	for _, p := range all {
		if p.strong && p.same != (p.score >= at) {
			strong++
			t.Errorf("%s / %s: %s, threshold %s", p.a, p.b, p.score, at)
		}
	}
	t.Logf("| 1 | %d pairs: F1 at the threshold of the tuning half (%s) | %.3f |", len(all), at, f1(all, at))
	t.Logf("| 1 | five folds: F1 | %.3f |", folds(all))
	t.Logf("| 1 | AUC | %.3f |", auc(all))
	t.Logf("| 1 | errors among the strong pairs | %d |", strong)
	if f1(all, at) < 0.84 || auc(all) < 0.89 {
		t.Error("worse than before")
	}
}

// Rows of the variants, and what the best peer reaches at one false alert in a
// thousand, or the goal where that is higher.
var rows = []struct {
	name string
	goal float64
}{
	{"exact", 0.995}, {"reversed", 0.995}, {"comma", 0.995}, {"joined", 0.98}, {"initial", 0.972}, {"titled", 0.892}, {"typo1", 0.994}, {"typo2", 0.955},
	{"respell", 0.95}, {"drop_middle", 0.995}, {"first_last", 0.96}, {"alias_good", 0.989}, {"alias_typo1", 0.98},
	{"cyrillic_synth", 0.90}, {"orig_script", 0.85},
}

// A retrieval is what searching the UN list reaches, by row.
type retrieval struct {
	n, top10, global, hard map[string]float64
	atGlobal, atHard       match.Score
	alerts                 float64 // share of unrelated names that reach match.Alert
}

// retrieve searches the list for the variants of one half, against the negatives
// of that half.
func retrieve(t testing.TB, e *match.Engine, hide, report bool) retrieval {
	reg := e.NewRegister(persons(parseUN(t)), match.RegisterOptions{HideOriginal: hide})
	s := reg.NewScreener()
	best := func(name string) match.Score {
		hits := s.Screen(&match.Record{Kind: match.Person, Names: []match.Name{{Text: name}}}, 1, 5000)
		if len(hits) == 0 {
			return 0
		}
		return hits[0].Score
	}
	var global, hard []match.Score
	for _, name := range negatives(t) {
		if reported(name) == report {
			global = append(global, best(name))
		}
	}
	for _, r := range table(t, unpack(t, "un_recombined_negatives_v1.csv.gz")) {
		if reported(r["full_name"]) == report {
			hard = append(hard, best(r["full_name"]))
		}
	}
	r := retrieval{n: map[string]float64{}, top10: map[string]float64{}, global: map[string]float64{}, hard: map[string]float64{},
		atGlobal: above(global, 1000), atHard: above(hard, 20)}
	for _, score := range global {
		if score >= match.Alert {
			r.alerts += 1 / float64(len(global))
		}
	}
	for _, v := range table(t, unpack(t, "un_variants_v1.csv.gz")) {
		if reported(v["dataid"]) != report {
			continue
		}
		c := v["category"]
		r.n[c]++
		for _, h := range s.Screen(&match.Record{Kind: match.Person, Names: []match.Name{{Text: v["query"]}}}, 10, 1000) {
			if h.Record.ID == v["dataid"] {
				r.top10[c]++
				if h.Score >= r.atGlobal {
					r.global[c]++
				}
				if h.Score >= r.atHard {
					r.hard[c]++
				}
			}
		}
	}
	for c, n := range r.n {
		r.top10[c] /= n
		r.global[c] /= n
		r.hard[c] /= n
	}
	return r
}

// above returns the least score that at most one of n scores reaches.
func above(scores []match.Score, n int) match.Score {
	slices.Sort(scores)
	slices.Reverse(scores)
	return scores[len(scores)/n] + 1
}

// TestRetrieval measures goals 2, 3 and 4.
func TestRetrieval(t *testing.T) {
	if testing.Short() {
		t.Skip("screens thousands of names")
	}
	half := os.Getenv("LANDBRIDGE_HALF") != "tuning" // to choose numbers, look at the other half
	hidden, shown := retrieve(t, engine(), true, half), retrieve(t, engine(), false, half)
	mean, worst := 0.0, 1.0
	for i, row := range rows {
		mark := ""
		if hidden.global[row.name] < row.goal {
			mark = " ✗"
		}
		t.Logf("| %s | %.0f | %.3f | %.3f%s | %.3f | %.3f |", row.name, hidden.n[row.name], hidden.top10[row.name], hidden.global[row.name], mark, row.goal, hidden.hard[row.name])
		if hidden.global[row.name] < row.goal-0.13 {
			t.Errorf("%s: %.3f at one false alert in a thousand, worse than before", row.name, hidden.global[row.name])
		}
		if i < 13 {
			mean += hidden.hard[row.name] / 13
			worst = min(worst, hidden.hard[row.name])
		}
	}
	t.Logf("| original script, searched | %.0f | %.3f | %.3f | | %.3f |", shown.n["orig_script"], shown.top10["orig_script"], shown.global["orig_script"], shown.hard["orig_script"])
	t.Logf("hard negatives: mean of the Latin rows %.3f, worst %.3f; thresholds %s (one in a thousand), %s (hard)", mean, worst, hidden.atGlobal, hidden.atHard)
	t.Logf("unrelated names at %s or above: %.4f", match.Alert, hidden.alerts)
	if mean < 0.93 || shown.top10["orig_script"] < 0.999 {
		t.Error("worse than before")
	}
}

// TestTransliteration measures goal 5 on the rows that training left out.
func TestTransliteration(t *testing.T) {
	for _, s := range []struct {
		file string
		goal float64
	}{{"russian", 0.95}, {"arabic", 0.92}, {"hebrew", 0.85}, {"korean", 0.85}, {"katakana", 0.85}, {"chinese", 0.75}} {
		var a, b []string
		for line := range strings.Lines(string(unpack(t, "../train/data/wd_"+s.file+".tsv.gz"))) {
			f := strings.Split(line, "\t")
			if latin := engine().Letters(f[0]); hash(latin)%10 == 0 { // as match/train parts them
				a, b = append(a, f[0]), append(b, f[1])
			}
		}
		found, chance, n := 0, 0, 0
		for i := range a {
			if engine().Compare(a[i], b[i], match.Person).Score >= 7000 {
				found++
			}
		}
		random := rand.New(rand.NewPCG(9, 9))
		for range 20_000 {
			i, j := random.IntN(len(a)), random.IntN(len(a))
			if a[i] == a[j] {
				continue
			}
			n++
			if engine().Compare(a[i], b[j], match.Person).Score >= 7000 {
				chance++
			}
		}
		recall, rate := float64(found)/float64(len(a)), float64(chance)/float64(n)
		t.Logf("| 5 | %s, %d pairs | %.3f | %.2f | random pairs %.5f |", s.file, len(a), recall, s.goal, rate)
		if recall < s.goal-0.06 || rate > 0.001 {
			t.Errorf("%s: %.3f, random %.5f", s.file, recall, rate)
		}
	}
}

// TestEntities measures goal 10: pairs of whole records.
func TestEntities(t *testing.T) {
	var file struct {
		Checks []struct {
			Match            bool
			Schema           string
			Query, Candidate map[string]string
		}
	}
	if err := yaml.Unmarshal(unpack(t, "entity_bench_checks.yml.gz"), &file); err != nil {
		t.Fatal(err)
	}
	name := func(m map[string]string) string {
		if m["name"] != "" {
			return m["name"]
		}
		given := strings.Join(strings.Fields(m["firstName"]+" "+m["middleName"]+" "+m["fatherName"]), " ")
		if given == "" || m["lastName"] == "" {
			return given + m["lastName"]
		}
		return m["lastName"] + ", " + given // a record whose name has parts says which is which
	}
	tuned := pairs(t, false)
	scorePairs(engine(), tuned)
	at := threshold(tuned)
	right, n := map[bool]int{}, map[bool]int{}
	for _, c := range file.Checks {
		half := reported(name(c.Candidate))
		n[half]++
		if got := engine().Compare(name(c.Query), name(c.Candidate), kindOf(c.Schema)).Score; got >= at == c.Match {
			right[half]++
		} else if os.Getenv("LANDBRIDGE_SHOW") != "" && !half {
			t.Logf("%v %s: %s / %s", c.Match, got, name(c.Query), name(c.Candidate))
		}
	}
	share := float64(right[true]+right[false]) / float64(len(file.Checks))
	t.Logf("| 10 | %d of %d checks at the threshold %s | %.3f |", right[true]+right[false], len(file.Checks), at, share)
	t.Logf("| 10 | of the reported half %d of %d | %.3f |", right[true], n[true], float64(right[true])/float64(n[true]))
	if share < 0.8 {
		t.Error("worse than before")
	}
}

// TestCrossScriptPairs measures the pairs that a neural peer was published with.
func TestCrossScriptPairs(t *testing.T) {
	reached, n := 0, 0
	for line := range strings.Lines(string(unpack(t, "cross_script_pairs.csv"))) {
		f := strings.Split(strings.TrimSpace(line), ",")
		if len(f) < 4 || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		var want float64
		fmt.Sscan(f[2], &want)
		got := engine().Compare(f[0], f[1], match.Person).Score
		if float64(got)/10000 >= want {
			reached++
		} else if os.Getenv("LANDBRIDGE_SHOW") != "" {
			t.Logf("%s / %s: %s, the peer %.2f", f[0], f[1], got, want)
		}
	}
	t.Logf("| – | cross-script pairs at the peer's score or above | %d of %d |", reached, n)
}
