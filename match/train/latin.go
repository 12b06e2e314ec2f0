package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// writeLatin learns how Latin names are spelt, and how differently the same
// name is spelt: two spellings that are written alike in Arabic, Hebrew or
// Cyrillic, and aliases of one listed person.
func (t *trainer) writeLatin() error {
	seen := map[string]bool{}
	var words [][]string
	for _, s := range scripts {
		for _, p := range t.pairs[s.file] {
			if part(p.latin) == "train" && !seen[p.latin] {
				seen[p.latin] = true
				words = append(words, split(p.latin))
			}
		}
	}
	t.grammar = model(words)
	left, right := t.pivots()
	a, b, err := t.aliases()
	if err != nil {
		return err
	}
	left, right = append(left, a...), append(right, b...)
	// Each pair both ways, so that the table is the same from either side.
	n := len(left)
	for i := range n {
		left, right = append(left, right[i]), append(right, left[i])
	}
	out := bytes.NewBufferString("# How Latin names are spelt, and how one name is spelt differently: learned from spellings that Arabic, Hebrew or\n" +
		"# Cyrillic write alike (Wikidata name parts, CC0-1.0) and from aliases of one person (OFAC, US government work).\n")
	t.grammar.format(out)
	for _, c := range spelling(learn(left, right, 3).costs(worstOp)) {
		fmt.Fprintf(out, "op\t%s\t%s\t%d\n", c.units, c.letters, c.cost)
	}
	return t.write("latin.txt", out.Bytes())
}

// pivots pairs the spellings that share one foreign form.
func (t *trainer) pivots() (left, right [][]string) {
	for _, file := range []string{"arabic", "hebrew", "russian"} {
		by, order := map[string][]string{}, []string{}
		for _, p := range t.pairs[file] {
			if part(p.latin) != "train" || len(p.units) < 3 {
				continue
			}
			key := strings.Join(p.units, "")
			if by[key] == nil {
				order = append(order, key)
			}
			if !slices.Contains(by[key], p.latin) {
				by[key] = append(by[key], p.latin)
			}
		}
		for _, key := range order {
			same := by[key]
			for i := range min(len(same), 8) {
				for j := range i {
					if abs(len(same[i])-len(same[j])) <= 3 && distance(same[i], same[j])*2 <= max(len(same[i]), len(same[j])) {
						left, right = append(left, split(same[i])), append(right, split(same[j]))
					}
				}
			}
		}
	}
	return left, right
}

// aliases pairs parts of names of one listed person that look alike.
func (t *trainer) aliases() (left, right [][]string, err error) {
	sdn, err := open(t.lists, "ofac_sdn.csv.gz")
	if err != nil {
		return nil, nil, err
	}
	alt, err := open(t.lists, "ofac_alt.csv.gz")
	if err != nil {
		return nil, nil, err
	}
	main, err := rows(sdn)
	if err != nil {
		return nil, nil, err
	}
	other, err := rows(alt)
	if err != nil {
		return nil, nil, err
	}
	person := map[string][]string{}
	for _, r := range main {
		if len(r) > 2 && strings.TrimSpace(r[2]) == "individual" {
			person[r[0]] = t.words(r[1])
		}
	}
	for _, r := range other {
		if len(r) < 4 || person[r[0]] == nil {
			continue
		}
		for _, a := range t.words(r[3]) {
			for _, b := range person[r[0]] {
				if a != b && len(a) > 3 && len(b) > 3 && distance(a, b)*3 <= max(len(a), len(b)) {
					left, right = append(left, split(a)), append(right, split(b))
				}
			}
		}
	}
	return left, right, nil
}

// words returns the words of a name in a-z.
func (t *trainer) words(name string) (all []string) {
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(" ,.-", r) }) {
		if f := t.fold(w); f != "" {
			all = append(all, f)
		}
	}
	return all
}

// spelling turns costs of steps into costs of differences: what a step costs
// beyond writing the same letters on both sides. Steps that say nothing new go.
func spelling(all []opCost) []opCost {
	same := map[string]int{}
	for _, c := range all {
		u := strings.ReplaceAll(c.units, " ", "")
		if u == c.letters && len(u) == 1 {
			same[u] = c.cost
		}
	}
	by := map[op]int{}
	for _, c := range all {
		u := strings.ReplaceAll(c.units, " ", "")
		if len(c.letters) > 2 || u == c.letters {
			continue
		}
		half := 0
		for _, r := range u + c.letters {
			half += same[string(r)]
		}
		by[op{u, c.letters}] = max(20, c.cost-half/2)
	}
	// What systems of romanisation write differently, for languages that the pivots
	// know little of: Chinese in pinyin and before.
	for _, same := range []struct {
		two, one string
		cost     int
	}{
		{"hs", "x", 120}, {"sh", "x", 150}, {"ch", "q", 120}, {"ts", "c", 150}, {"zh", "j", 150},
	} {
		for _, o := range []op{{same.two, same.one}, {same.one, same.two}} {
			if c, ok := by[o]; !ok || c > same.cost {
				by[o] = same.cost
			}
		}
	}
	var out []opCost
	for o, c := range by {
		if back, ok := by[op{o.letters, o.units}]; ok {
			out = append(out, opCost{o, (c + back) / 2})
		}
	}
	slices.SortFunc(out, func(x, y opCost) int {
		return cmp.Or(cmp.Compare(x.units, y.units), cmp.Compare(x.letters, y.letters))
	})
	return out
}

// distance is the plain edit distance.
func distance(a, b string) int {
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		diagonal := last[0]
		last[0] = i + 1
		for j := range len(b) {
			c := diagonal
			if a[i] != b[j] {
				c = min(diagonal, last[j], last[j+1]) + 1
			}
			diagonal, last[j+1] = last[j+1], c
		}
	}
	return last[len(b)]
}

func abs(n int) int { return max(n, -n) }
