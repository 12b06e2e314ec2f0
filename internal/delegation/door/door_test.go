package door

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/fail"
)

var open = time.Date(2026, 9, 16, 7, 30, 0, 0, time.UTC)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// doors lets people in at several doors whose clocks are apart: everyone at
// least once, a third of them again at some door.
func doors(t *testing.T, r *rand.Rand, people, n int) []*Book {
	scans, next := make([][]Scan, n), make([]int64, n)
	skew := make([]time.Duration, n)
	for i := range skew {
		skew[i] = time.Duration(r.IntN(7200)-3600) * time.Second
	}
	pass := func(badge int) {
		d := r.IntN(n)
		next[d]++
		at := open.Add(time.Duration(r.IntN(3600))*time.Second + skew[d])
		scans[d] = append(scans[d], Scan{fmt.Sprintf("door-%d", d), next[d], badge, at})
	}
	for _, b := range r.Perm(people) {
		pass(b + 1)
		for r.IntN(3) == 0 {
			pass(b + 1)
		}
	}
	var all []*Book
	for _, s := range scans {
		all = append(all, must[*Book](t)(New("2026", s...)))
	}
	return all
}

// TestMerge: 2,000 people at five doors, brought together in many orders, in
// parts, twice, by way of one another: always the same book, nobody twice and
// nobody missing.
func TestMerge(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		parts := doors(t, r, 2000, 5)
		whole := &Book{Edition: "2026"}
		scans := 0
		for _, p := range parts {
			whole, scans = must[*Book](t)(Merge(whole, p)), scans+len(p.Scans)
		}
		if len(whole.Scans) != scans {
			t.Fatalf("seed %d: %d scans of %d", seed, len(whole.Scans), scans)
		}
		entries := whole.Entries()
		again := 0
		for i, e := range entries {
			if e.Badge != i+1 {
				t.Fatalf("seed %d: entry %d is badge %d", seed, i, e.Badge)
			}
			again += e.Again
		}
		if len(entries) != 2000 || again != scans-2000 || len(whole.Clashes()) != 0 {
			t.Errorf("seed %d: %d people, %d repetitions of %d scans", seed, len(entries), again, scans)
		}
		other := &Book{Edition: "2026"}
		for range 12 { // some of what a door has, in some order, again and again
			p := parts[r.IntN(len(parts))]
			some := must[*Book](t)(New("2026", p.Scans[:r.IntN(len(p.Scans)+1)]...))
			other = must[*Book](t)(Merge(some, other))
		}
		for _, i := range r.Perm(len(parts)) {
			other = must[*Book](t)(Merge(parts[i], other))
		}
		if !reflect.DeepEqual(whole, other) {
			t.Errorf("seed %d: the order in which the doors came matters", seed)
		}
	}
}

// TestLaws holds the three laws of a merge over random small books, which meet
// in the same numbers and times far more often than real ones.
func TestLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	random := func() *Book {
		var s []Scan
		for range r.IntN(6) {
			s = append(s, Scan{fmt.Sprintf("d%d", r.IntN(2)), 1 + r.Int64N(2), 1 + r.IntN(2), open.Add(time.Duration(r.IntN(2)) * time.Second)})
		}
		return must[*Book](t)(New("2026", s...))
	}
	merge := func(a, b *Book) *Book { return must[*Book](t)(Merge(a, b)) }
	clashes := 0
	for range 2000 {
		a, b, c := random(), random(), random()
		if !same(merge(a, b), merge(b, a)) || !same(merge(merge(a, b), c), merge(a, merge(b, c))) || !same(merge(a, a), a) || !same(merge(merge(a, b), b), merge(a, b)) {
			t.Fatalf("%+v %+v %+v", a, b, c)
		}
		clashes += len(merge(a, b).Clashes())
	}
	if clashes == 0 {
		t.Error("no two scans ever had the same number: the test looks at too little")
	}
}

func same(a, b *Book) bool { return a.Edition == b.Edition && slices.Equal(a.Scans, b.Scans) }

func TestFile(t *testing.T) {
	b := doors(t, rand.New(rand.NewPCG(3, 3)), 50, 2)[0]
	var out bytes.Buffer
	must[int64](t)(b.WriteTo(&out))
	text := out.String()
	if again := must[*Book](t)(Parse(strings.NewReader(text))); !same(again, b) {
		t.Error("a file is read as something else than was written")
	}
	lines := strings.SplitAfter(text, "\n")
	slices.Reverse(lines[1 : len(lines)-1])
	twice := strings.Join(lines, "") + strings.Join(lines[1:], "")
	if again := must[*Book](t)(Parse(strings.NewReader(strings.ReplaceAll(twice, "\n", "\r\n")))); !same(again, b) {
		t.Error("order and repetition of lines matter")
	}
	for name, bad := range map[string]string{
		"empty": "", "no edition": "landbridge-scans/1\n", "other": "scans 2026\n", "short": "landbridge-scans/1 2026\ndoor-1 1 7\n",
		"no door": "landbridge-scans/1 2026\n 1 7 1789544400000000\n", "badge 0": "landbridge-scans/1 2026\nd 1 0 1789544400000000\n",
		"before time": "landbridge-scans/1 2026\nd 1 7 1\n", "formula": "landbridge-scans/1 2026\n=cmd 1 7 1789544400000000\n",
		"cut": text[:len(text)-8], "long": "landbridge-scans/1 2026\n" + strings.Repeat("x", 1000),
	} {
		if _, err := Parse(strings.NewReader(bad)); !fail.Is(err, fail.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Merge(b, &Book{Edition: "2027"}); !fail.Is(err, fail.Invalid) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("landbridge-scans/1 2026\ndoor-1 1 7 1789544400000000\n"))
	f.Add([]byte("landbridge-scans/1 2026\r\ndoor-1 2 7 1789544400000000\r\ndoor-1 1 7 1789544400000000"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Parse(bytes.NewReader(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		must[int64](t)(b.WriteTo(&out))
		if again, err := Parse(&out); err != nil || !same(again, b) {
			t.Errorf("%q: read, written and read again: %v", data, err)
		}
		if n := len(b.Entries()); n > len(b.Scans) {
			t.Errorf("%d people of %d scans", n, len(b.Scans))
		}
	})
}
