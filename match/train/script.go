package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"landbridge.example/match"
)

const (
	worstOp = 1400 // hundredths of a nat; rarer steps are not worth their line
	unseen  = 250  // hundredths of a nat: a step that training never saw costs what its sides cost apart, and this, as the engine takes it
	never   = 1 << 30
)

// writeScripts trains one table for each script, and a general one from
// Cyrillic, read through the table of letters.
func (t *trainer) writeScripts() error {
	all := map[string]*rowSet{"train": {}, "tune": {}}
	for _, s := range scripts {
		learn, tune := t.rowsOf(s.file, "train"), t.rowsOf(s.file, "tune")
		t.byRule(s.script, learn)
		if err := t.writeScript(s.script.String(), s.file, learn, tune); err != nil {
			return err
		}
		if s.script != match.Cyrillic {
			continue
		}
		for i, p := range t.pairs[s.file] {
			if set := all[part(p.latin)]; set != nil && i%2 == 0 {
				if roman := t.romanise(p.word); len(roman) > 1 && len(roman) <= 20 {
					set.add(split(roman), split(p.latin))
				}
			}
		}
	}
	return t.writeScript("other", "Cyrillic, read letter by letter", all["train"], all["tune"])
}

// A rowSet is pairs of words, as units on both sides.
type rowSet struct{ left, right [][]string }

func (r *rowSet) add(left, right []string) {
	r.left, r.right = append(r.left, left), append(r.right, right)
}

// rowsOf returns the rows of one script in one part of the data.
func (t *trainer) rowsOf(file, which string) *rowSet {
	set := &rowSet{}
	for _, p := range t.pairs[file] {
		if part(p.latin) == which && len(set.left) < maxRows {
			set.add(p.units, split(p.latin))
		}
	}
	return set
}

// romanise writes a word by the table of letters alone.
func (t *trainer) romanise(word string) string {
	var b []byte
	for _, r := range word {
		b = append(b, t.roman[r]...)
	}
	return string(b)
}

func (t *trainer) writeScript(name, source string, learnt, tune *rowSet) error {
	b := bytes.NewBufferString("# How words of one script are written in Latin letters, learned from " + source + " (Wikidata name parts, CC0-1.0).\n" +
		"# after: cost of each unit after another, \"-\" is the edge of a word. op: units, letters, cost. All costs in hundredths of a nat.\n" +
		"# apart: cost of each unit, then of each letter, by itself.\n" +
		"# left: the share of a word's letters that another writing of it leaves unexplained, in the middle, and that one of a\n" +
		"# thousand other words leaves unexplained, in thousandths; what one of a thousand other words explains.\n")
	own := model(learnt.left)
	own.format(b)
	costs := learn(learnt.left, learnt.right, maxUnits+maxLetters).costs(worstOp)
	apart := &apartCosts{unigrams(learnt.left), unigrams(learnt.right)}
	fmt.Fprintf(b, "apart")
	for _, u := range own.units[1:] {
		fmt.Fprintf(b, " %d", apart.side(u, true))
	}
	for c := 'a'; c <= 'z'; c++ {
		fmt.Fprintf(b, " %d", apart.side(string(c), false))
	}
	b.WriteByte('\n')
	usual, chance, need := t.measure(own, apart, costs, tune)
	fmt.Fprintf(b, "left %d %d %d\n", usual, chance, need)
	for _, c := range costs {
		fmt.Fprintf(b, "op\t%s\t%s\t%d\n", c.units, c.letters, c.cost)
	}
	return t.write(name+".txt", b.Bytes())
}

// apartCosts says what a unit or a letter costs by itself.
type apartCosts struct{ units, letters map[string]float64 }

func (a *apartCosts) side(s string, unit bool) int {
	if unit {
		return nats(max(a.units[s], 1e-5))
	}
	return nats(max(a.letters[s], 1e-5))
}

// measure finds what true pairs leave unexplained, and pairs of different
// words, and how much one of a thousand of those explains.
func (t *trainer) measure(own *letterModel, apart *apartCosts, costs []opCost, tune *rowSet) (usual, chance, need int) {
	by := map[op]int{}
	for _, c := range costs {
		by[c.op] = c.cost
	}
	var yes, no, said []int
	n := len(tune.left)
	for i := range n {
		yes = append(yes, t.left(own, apart, by, tune.left[i], tune.right[i]))
		for _, jump := range []int{7919, 15485, 32452, 49979} {
			if j := (i + jump) % n; strings.Join(tune.right[i], "") != strings.Join(tune.right[j], "") {
				left := t.left(own, apart, by, tune.left[i], tune.right[j])
				no = append(no, left)
				said = append(said, -(1000-left)*t.grammar.of(tune.right[j])/1000)
			}
		}
	}
	slices.Sort(yes)
	slices.Sort(no)
	slices.Sort(said)
	return max(0, yes[len(yes)/2]), no[len(no)/1000], max(0, -said[len(said)/1000])
}

// left is the share of the letters' cost that the units leave unexplained.
func (t *trainer) left(own *letterModel, apart *apartCosts, by map[op]int, x, y []string) int {
	width := len(y) + 1
	cost := slices.Repeat([]int{never}, (len(x)+1)*width)
	cost[0] = 0
	for i := range len(x) + 1 {
		for j := range len(y) + 1 {
			for u := range min(maxUnits, i) + 1 {
				for l := range min(maxLetters, j) + 1 {
					if u+l == 0 || u == 0 && l > 1 || l == 0 && u > 1 {
						continue
					}
					c, ok := by[op{strings.Join(x[i-u:i], " "), strings.Join(y[j-l:j], "")}]
					if !ok && u < 2 && l < 2 {
						c, ok = unseen, true
						if u == 1 {
							c += apart.side(x[i-1], true)
						}
						if l == 1 {
							c += apart.side(y[j-1], false)
						}
					}
					if from := cost[(i-u)*width+j-l]; ok && from+c < cost[i*width+j] {
						cost[i*width+j] = from + c
					}
				}
			}
		}
	}
	return (cost[len(cost)-1] - own.of(x)) * 1000 / t.grammar.of(y)
}
