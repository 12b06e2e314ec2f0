package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"landbridge.example/match"
	"landbridge.example/match/list"
)

const (
	rareCount  = 4  // name parts seen less often are not listed: the engine takes them as rare
	rareSpared = 95 // tenths of a nat; rarer than this is rare
)

// writeRarity writes how common name parts are, in tenths of a nat: in
// Wikidata, where the same part counts in all its spellings, and in OFAC's list.
func (t *trainer) writeRarity() error {
	cost := map[string]float64{}
	note := func(word string, count, total float64) {
		c := -math.Log(count / total)
		if old, ok := cost[word]; !ok || c < old {
			cost[word] = c
		}
	}
	for _, s := range scripts {
		total, latin, foreign := 0.0, map[string]float64{}, map[string]float64{}
		for _, p := range t.pairs[s.file] {
			if part(p.latin) != "report" {
				word := match.Plain(p.script, letters(p.script, p.word))
				total += float64(p.count)
				latin[p.latin] += float64(p.count)
				foreign[word] += float64(p.count)
			}
		}
		for _, p := range t.pairs[s.file] {
			word := match.Plain(p.script, letters(p.script, p.word))
			n := foreign[word]
			if s.file == "arabic" && p.count >= 3 { // vowels are a choice of the writer: all spellings are one name
				latin[p.latin] = max(latin[p.latin], n/2)
			}
			if n >= rareCount && part(p.latin) != "report" {
				note(word, n, total)
			}
		}
		for w, n := range latin {
			if n >= rareCount {
				note(w, n, total)
			}
		}
	}
	if err := t.listed(note); err != nil {
		return err
	}
	var keys []string
	for w, c := range cost {
		if c < float64(rareSpared)/10 {
			keys = append(keys, w)
		}
	}
	slices.Sort(keys)
	by := map[int][]string{}
	for _, w := range keys {
		c := int(math.Round(cost[w] * 10))
		by[c] = append(by[c], w)
	}
	b := bytes.NewBufferString("# How rare name parts are: minus the log of their share, in tenths of a nat. From Wikidata name parts (CC0-1.0)\n" +
		"# and OFAC's list (US government work). What is not here is rare.\n")
	for c := range rareSpared + 1 {
		if len(by[c]) > 0 {
			fmt.Fprintf(b, "%d\t%s\n", c, strings.Join(by[c], " "))
		}
	}
	return t.write("rarity.txt", b.Bytes())
}

// listed counts in how many records of the lists a part of a name occurs.
func (t *trainer) listed(note func(word string, count, total float64)) error {
	persons, err := t.persons()
	if err != nil {
		return err
	}
	count, total := map[string]float64{}, 0.0
	for _, names := range persons {
		seen := map[string]bool{}
		for _, n := range names {
			for _, w := range t.words(n) {
				if !seen[w] {
					seen[w] = true
					count[w]++
					total++
				}
			}
		}
	}
	for w, n := range count {
		if n >= rareCount {
			note(w, n, total*2) // a list is no fair sample of the world
		}
	}
	return nil
}

// persons returns the names of every listed person.
func (t *trainer) persons() (all [][]string, err error) {
	text, err := open(t.lists, "un_consolidated_2026-02-27.xml.gz")
	if err != nil {
		return nil, err
	}
	un, err := list.ParseUN(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	var files [2][]byte
	for i, name := range []string{"ofac_sdn.csv.gz", "ofac_alt.csv.gz"} {
		if files[i], err = open(t.lists, name); err != nil {
			return nil, err
		}
	}
	ofac, err := list.ParseOFAC(list.OFAC{Names: bytes.NewReader(files[0]), Aliases: bytes.NewReader(files[1])}, "")
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Concat(un.Records, ofac.Records) {
		if r.Kind != match.Person {
			continue
		}
		var names []string
		for _, n := range r.Names {
			names = append(names, n.Text)
		}
		all = append(all, names)
	}
	return all, nil
}
