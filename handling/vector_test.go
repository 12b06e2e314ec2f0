package handling

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the vector files anew")

// vector compares what the code gives with the file that other implementations
// test themselves against.
func vector(t *testing.T, name string, v any) {
	t.Helper()
	path := filepath.Join("..", "spec", "vectors", "handling", name)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%s differs from what the code gives; if the change is meant, run go test -update and say so in the release notes", path)
	}
}

func TestMarkingVectors(t *testing.T) {
	type good struct {
		In      string `json:"in"`
		Out     string `json:"out"`
		Outside string `json:"outside"`
	}
	var v struct {
		Good []good   `json:"good"`
		Bad  []string `json:"bad"`
	}
	for _, s := range []string{"TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR", "TLP:WHITE", "TLP:AMBER PAP:WHITE", "TLP:AMBER PAP:RED", "TLP:AMBER H1", "TLP:AMBER H2",
		"TLP:AMBER PAP:GREEN H1 H2", "TLP:GREEN H3:oral use only", "TLP:GREEN PAP:AMBER H1 H3:not before 1 December | oral use only | not before 1 December"} {
		m, err := Parse(s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		v.Good = append(v.Good, good{s, m.String(), m.Outside().String()})
	}
	v.Bad = []string{"", "TLP", "TLP:", "tlp:red", "TLP:ORANGE", "TLP:EX:CHR", "TLP:UNCLEAR", "TLP: RED", "TLP:RED ", " TLP:RED", "TLP:RED  PAP:RED", "PAP:RED", "PAP:RED TLP:RED", "TLP:RED TLP:AMBER",
		"TLP:RED PAP:BLUE", "TLP:RED H0", "TLP:RED H2 H1", "TLP:RED H1 H1", "TLP:RED H3", "TLP:RED H3:", "TLP:RED H3: x", "TLP:RED H3:x | ", "TLP:RED H3:a|b", "TLP:RED H3:a\nb", "TLP:RED H4"}
	for _, s := range v.Bad {
		if m, err := Parse(s); err == nil {
			t.Errorf("%q was read as %v", s, m)
		}
	}
	vector(t, "markings.json", v)
}

func TestMergeVectors(t *testing.T) {
	type merge struct {
		A, B, Out string
	}
	var v struct {
		Markings []merge `json:"markings"`
		Grades   []merge `json:"grades"`
	}
	for _, p := range [][2]string{{"TLP:CLEAR", "TLP:RED"}, {"TLP:AMBER", "TLP:AMBER+STRICT"}, {"TLP:GREEN PAP:RED", "TLP:AMBER PAP:GREEN"}, {"TLP:AMBER H1", "TLP:AMBER H2"},
		{"TLP:AMBER H3:b", "TLP:AMBER H3:a"}, {"TLP:AMBER H3:a | b", "TLP:GREEN PAP:CLEAR H1 H3:b | c"}} {
		a, _ := Parse(p[0])
		b, _ := Parse(p[1])
		v.Markings = append(v.Markings, merge{a.String(), b.String(), Strictest(a, b).String()})
	}
	for _, p := range [][2]string{{"A1", "A1"}, {"A1", "B2"}, {"A4", "C1"}, {"B2", "X4"}, {"C3", "B4"}} {
		a, _ := ParseGrade(p[0])
		b, _ := ParseGrade(p[1])
		v.Grades = append(v.Grades, merge{a.String(), b.String(), Weakest(a, b).String()})
	}
	vector(t, "merge.json", v)
}

func TestDecideVectors(t *testing.T) {
	type line struct {
		Name     string   `json:"name"`
		Marking  string   `json:"marking"`
		Party    string   `json:"party"`
		Person   string   `json:"person"`
		Roles    []string `json:"roles"`
		Admitted bool     `json:"participant"`
		Action   Action   `json:"action"`
		Purpose  Purpose  `json:"purpose"`
		To       string   `json:"to"`
		At       string   `json:"at"`
		Allow    bool     `json:"allow"`
		Rule     string   `json:"rule"`
	}
	p := policy(Marking{})
	v := struct {
		About     string   `json:"about"`
		Roles     []string `json:"roles"`
		KeepUntil string   `json:"keep_until"`
		Lines     []line   `json:"lines"`
	}{About: "A case between XA, the originator, and XB, given for the purpose investigation; XA/p1 is on the team and named for TLP:RED.", KeepUntil: p.KeepUntil.Format(time.RFC3339)}
	for _, r := range p.Roles {
		v.Roles = append(v.Roles, string(r))
	}
	all := rulings()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		r := all[name]
		l := line{Name: name, Marking: r.marking, Party: string(r.q.Actor.Party), Person: r.q.Actor.Person, Admitted: r.q.Actor.Participant, Action: r.q.Action, Purpose: r.q.Purpose,
			To: string(r.q.To), Allow: r.allow, Rule: r.rule, Roles: []string{}}
		for _, role := range r.q.Actor.Roles {
			l.Roles = append(l.Roles, string(role))
		}
		if r.q.At.IsZero() {
			r.q.At = noon
		}
		l.At = r.q.At.Format(time.RFC3339)
		v.Lines = append(v.Lines, l)
	}
	vector(t, "decide.json", v)
}
