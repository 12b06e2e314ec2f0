package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// A letterModel says how likely one unit follows another: what a word would
// cost if it were drawn from all words of its script.
type letterModel struct {
	units []string // sorted; the empty string is the edge of a word
	cost  [][]int  // [before][after], hundredths of a nat
}

// model counts pairs of neighbours, smoothed by how common each unit is.
func model(words [][]string) *letterModel {
	common := unigrams(words)
	m := &letterModel{units: []string{""}}
	for u := range common {
		m.units = append(m.units, u)
	}
	slices.Sort(m.units)
	at := map[string]int{}
	for i, u := range m.units {
		at[u] = i
	}
	count := make([][]float64, len(m.units))
	for i := range count {
		count[i] = make([]float64, len(m.units))
	}
	letters := 0.0
	for _, w := range words {
		before := 0
		for _, u := range w {
			count[before][at[u]]++
			before = at[u]
			letters++
		}
		count[before][0]++
	}
	edge := float64(len(words)) / (letters + float64(len(words)))
	for i := range count {
		total := 0.0
		for _, c := range count[i] {
			total += c
		}
		costs := make([]int, len(m.units))
		for j, u := range m.units {
			prior := edge
			if j > 0 {
				prior = float64(common[u] * (1 - edge))
			}
			costs[j] = nats((count[i][j] + float64(8*prior)) / (total + 8))
		}
		m.cost = append(m.cost, costs)
	}
	return m
}

// of returns what a word costs. Units the model never saw cost nothing more.
func (m *letterModel) of(word []string) int {
	before, sum := 0, 0
	for _, u := range word {
		at, ok := slices.BinarySearch(m.units, u)
		if !ok {
			continue
		}
		sum += m.cost[before][at]
		before = at
	}
	return sum + m.cost[before][0]
}

// format writes the model: a line of units, then a line of costs for each.
func (m *letterModel) format(b *bytes.Buffer) {
	fmt.Fprintf(b, "units %s\n", strings.Join(m.units[1:], " "))
	for i, row := range m.cost {
		name := m.units[i]
		if i == 0 {
			name = "-"
		}
		fmt.Fprintf(b, "after %s", name)
		for _, c := range row {
			fmt.Fprintf(b, " %d", c)
		}
		b.WriteByte('\n')
	}
}

func split(s string) []string { return strings.Split(s, "") }
