// Package problem says what is wrong with a specification or its data, so that
// a person can put it right: the rule, the file and line, the unit, the
// indicator, and a sentence that says what to do.
//
// Trust: it only reports; nothing is decided here.
package problem

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Most is how many problems of one rule are listed; the rest are counted.
const Most = 25

// A Problem is one finding.
type Problem struct {
	Rule    string `json:"rule"`              // short fixed name, listed in spec/index.md
	Warning bool   `json:"warning,omitempty"` // the run goes on, and says this
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Unit    string `json:"unit,omitempty"`
	Year    int    `json:"year,omitempty"`
	Column  string `json:"column,omitempty"` // indicator, group or data column
	Text    string `json:"text"`
}

// String returns the finding as one line.
func (p Problem) String() string {
	var at []string
	if p.File != "" {
		f := p.File
		if p.Line > 0 {
			f += ":" + strconv.Itoa(p.Line)
		}
		at = append(at, f)
	}
	if p.Unit != "" {
		at = append(at, "unit "+p.Unit)
	}
	if p.Year != 0 {
		at = append(at, "year "+strconv.Itoa(p.Year))
	}
	if p.Column != "" {
		at = append(at, p.Column)
	}
	where := strings.Join(at, ", ")
	if where != "" {
		where += ": "
	}
	return fmt.Sprintf("%s%s [%s]", where, p.Text, p.Rule)
}

// A List is the problems of one check, in the order they were found.
type List []Problem

// Add appends a problem.
func (l *List) Add(p Problem) { *l = append(*l, p) }

// Refused reports whether a problem in the list stops the run.
func (l List) Refused() bool {
	return slices.ContainsFunc(l, func(p Problem) bool { return !p.Warning })
}

// Err returns the list as an error if it stops the run, else nil.
func (l List) Err() error {
	if !l.Refused() {
		return nil
	}
	return l
}

// Error says what stops the run, one problem to a line, and how many more
// there are of a rule that repeats itself.
func (l List) Error() string {
	var b strings.Builder
	for i, p := range l.Brief() {
		if p.Warning {
			continue
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// Brief returns the list with at most [Most] problems of each rule, and for
// each rule cut short one line that says how many more there are.
func (l List) Brief() List {
	seen, out := map[string]int{}, List{}
	for _, p := range l {
		seen[p.Rule]++
		if seen[p.Rule] <= Most {
			out = append(out, p)
		}
	}
	var more List
	for rule, n := range seen {
		if n > Most {
			warn := !slices.ContainsFunc(l, func(p Problem) bool { return p.Rule == rule && !p.Warning })
			more = append(more, Problem{Rule: rule, Warning: warn, Text: fmt.Sprintf("and %d more of this kind", n-Most)})
		}
	}
	slices.SortFunc(more, func(a, b Problem) int { return cmp.Compare(a.Rule, b.Rule) })
	return append(out, more...)
}

// Nearest returns the candidate that is spelt most like word, in the form
// `; did you mean "x"?`, or nothing if none is close.
func Nearest(word string, candidates []string) string {
	best, found := 1+len(word)/3, ""
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c), best+1); d <= best && (found == "" || d < best) {
			best, found = d, c
		}
	}
	if found == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", found)
}

const longestWord = 100 // bytes; longer words are not compared

// distance is the edit distance of a and b, or most if it is not smaller.
func distance(a, b string, most int) int {
	if len(a) > longestWord || len(b) > longestWord || len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, last+cost)
		}
	}
	return min(row[len(b)], most)
}
