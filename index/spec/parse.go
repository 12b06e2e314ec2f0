package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"landbridge.example/index/problem"
)

// Parse reads a specification. The problems name lines of the file; the
// specification is nil if one of them stops it.
func Parse(file string, text []byte) (*Spec, problem.List) {
	r := &reader{file: file}
	if len(text) > MaxBytes {
		r.refuse(nil, "too-large", "a specification has at most %d bytes", MaxBytes)
		return nil, r.list
	}
	root := document(r, text)
	if root == nil {
		return nil, r.list
	}
	s := r.spec(root)
	s.check(r)
	if r.list.Refused() {
		return nil, r.list
	}
	return s, r.list
}

func document(r *reader, text []byte) *yaml.Node {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			r.refuse(nil, "bad-yaml", "the file is empty")
		} else {
			r.list.Add(problem.Problem{Rule: "bad-yaml", File: r.file, Text: strings.TrimPrefix(err.Error(), "yaml: ")})
		}
		return nil
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		r.refuse(nil, "bad-yaml", "there is one document in a file; take the second “---” out")
		return nil
	}
	if len(doc.Content) != 1 {
		r.refuse(nil, "bad-yaml", "the file is empty")
		return nil
	}
	r.plain(&doc, 0)
	if r.list.Refused() {
		return nil
	}
	return doc.Content[0]
}

func (r *reader) spec(root *yaml.Node) *Spec {
	o := r.object(root, "the specification")
	s := &Spec{File: r.file}
	if v := o.must("landbridge-index"); v != "" && v != strconv.Itoa(Format) {
		r.refuse(o.key["landbridge-index"], "bad-format", "this program reads format %d of specifications, not %q", Format, v)
	}
	s.ID, s.Title = o.must("id"), o.must("title")
	s.Edition, s.About, s.Notice, s.Licence, s.Index = o.str("edition"), o.str("about"), o.str("notice"), o.str("licence"), o.str("index")
	if s.ID != "" && strings.Trim(s.ID, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" {
		r.refuse(o.key["id"], "bad-value", "id has small letters, digits, hyphens and points only, such as inform-risk-2018")
	}
	for _, n := range o.items("data", MaxSources) {
		s.Sources = append(s.Sources, r.source(n))
	}
	if len(s.Sources) == 0 {
		r.refuse(root, "missing-key", "the specification names no data; add data: with at least one file")
	}
	if n := o.get("framework"); n != nil {
		s.Framework = r.framework(n)
	}
	s.Units = r.units(o.get("units"))
	for _, n := range o.items("indicators", MaxIndicators) {
		s.Indicators = append(s.Indicators, r.indicator(n))
	}
	for _, n := range o.items("groups", MaxGroups) {
		s.Groups = append(s.Groups, r.group(n))
	}
	if len(s.Indicators) == 0 && s.Framework == nil {
		r.refuse(root, "missing-key", "the specification has no indicators; add indicators: or framework:")
	}
	for _, n := range o.items("steps", MaxSteps) {
		s.Steps = append(s.Steps, r.step(n))
	}
	if len(s.Steps) == 0 {
		r.refuse(root, "missing-key", "the specification has no steps; add steps: with at least an aggregate")
	}
	s.Rank = r.rank(o.get("rank"))
	for _, n := range o.items("compare", MaxSources) {
		s.Compare = append(s.Compare, r.compare(n))
	}
	if n := o.get("trends"); n != nil {
		t := r.object(n, "trends")
		s.Trends = &Trends{t.strs("columns", MaxIndicators), t.number("per", 1)}
		t.done()
	}
	if n := o.get("uncertainty"); n != nil {
		s.Uncertain = r.uncertain(n, o.items("steps", MaxSteps), s.Steps)
	}
	o.done()
	return s
}

func (r *reader) source(n *yaml.Node) Source {
	o := r.object(n, "data")
	s := Source{Line: n.Line, File: o.must("file"), Shape: o.word("shape", "wide", "long", "years"), Unit: o.must("unit"),
		Name: o.str("name"), Year: o.str("year"), Variable: o.str("variable"), Value: o.str("value"), Code: o.str("code"),
		Pattern: o.str("pattern"), Columns: o.pairs("columns"), Missing: o.strs("missing", 100),
		Decimal: o.word("decimal", "", ".", ","), Thousands: o.str("thousands"), Where: o.formula("where"),
		Take: o.word("take", "", "latest", "mean", "median", "sum", "min", "max"),
		From: o.integer("from", 0, -10000, 10000), To: o.integer("to", 0, -10000, 10000), Skip: o.integer("skip", 0, 0, 1000),
		List: o.flag("list", false), Source: o.str("source"), Licence: o.str("licence"), URL: o.str("url")}
	o.what += " " + s.File
	o.done()
	switch s.Shape {
	case "long":
		if s.Value == "" || (s.Variable == "") == (s.Code == "") {
			r.refuse(n, "missing-key",
				"%s: shape long needs value:, and either variable: (the column that names the variable) or code: (if the file has one variable)", o.what)
		}
	case "years":
		if s.Code == "" {
			r.refuse(n, "missing-key", "%s: shape years needs code:, the name of its one variable", o.what)
		}
		if s.Pattern == "" {
			s.Pattern = "{year}"
		}
		if strings.Count(s.Pattern, "{year}") != 1 {
			r.refuse(n, "bad-value", "%s: pattern says where the year stands in a header, such as hdi_{year}", o.what)
		}
	}
	if s.Shape != "years" && s.Pattern != "" || s.Shape != "long" && (s.Variable != "" || s.Value != "") || s.Shape == "wide" && s.Code != "" {
		r.refuse(n, "bad-value", "%s: variable, value, code and pattern belong to other shapes than %s", o.what, s.Shape)
	}
	if s.Take != "" && s.Year == "" && s.Shape != "years" {
		r.refuse(n, "missing-key", "%s: take: needs year:, the column of the year", o.what)
	}
	if s.Take == "" && (s.From != 0 || s.To != 0) {
		r.refuse(n, "missing-key", "%s: from and to belong to take:; for the years of a panel use units: from and to", o.what)
	}
	if s.Thousands != "" && (s.Thousands == s.Decimal || s.Decimal == "" && s.Thousands == ".") {
		r.refuse(n, "bad-value", "%s: decimal and thousands are the same sign", o.what)
	}
	return s
}

func (r *reader) framework(n *yaml.Node) *Framework {
	o := r.object(n, "framework")
	f := &Framework{Line: n.Line, File: o.must("file"), Columns: o.pairs("columns"), Where: o.formula("where")}
	o.done()
	for k := range f.Columns {
		if !isField(k) {
			r.refuse(n, "unknown-key", "framework: columns has no field %q%s", k, problem.Nearest(k, Fields()))
		}
	}
	return f
}

// Fields lists what a framework table may say of an indicator or group.
func Fields() []string {
	return []string{"code", "name", "type", "level", "parent", "weight", "direction", "unit", "about", "column", "formula",
		"denominator", "scale", "low", "high", "worst", "best", "target"}
}

func isField(s string) bool {
	for _, f := range Fields() {
		if f == s {
			return true
		}
	}
	return false
}

func (r *reader) units(n *yaml.Node) Units {
	o := r.object(n, "units")
	u := Units{Only: o.strs("only", 10_000), Where: o.formula("where"), Rename: o.pairs("rename"),
		From: o.integer("from", 0, -10000, 10000), To: o.integer("to", 0, -10000, 10000)}
	for _, n := range o.items("exclude", 10_000) {
		if n.Kind == yaml.ScalarNode {
			u.Exclude = append(u.Exclude, Exclusion{Line: n.Line, Unit: n.Value})
			continue
		}
		e := r.object(n, "units: exclude")
		x := Exclusion{Line: n.Line, Unit: e.must("unit"), Why: e.str("why")}
		if y := e.str("years"); y != "" {
			from, to, span := strings.Cut(y, "-")
			a, err1 := strconv.Atoi(strings.TrimSpace(from))
			b, err2 := a, error(nil)
			if span {
				b, err2 = strconv.Atoi(strings.TrimSpace(to))
			}
			if err1 != nil || err2 != nil || b < a {
				r.refuse(n, "bad-value", "units: exclude: years is one year or a span such as 1990-1994")
			}
			x.From, x.To = a, b
		}
		e.done()
		u.Exclude = append(u.Exclude, x)
	}
	o.done()
	return u
}

func (r *reader) indicator(n *yaml.Node) Indicator {
	if n.Kind == yaml.ScalarNode {
		return Indicator{Line: n.Line, Code: r.code(n, n.Value)}
	}
	o := r.object(n, "an indicator")
	i := Indicator{Line: n.Line, Code: r.code(n, o.must("code"))}
	o.what = "indicator " + i.Code
	i.Name, i.Unit, i.About, i.Column, i.Formula = o.str("name"), o.str("unit"), o.str("about"), o.str("column"), o.formula("formula")
	i.Parent, i.Weight, i.Denominator, i.Scale = o.str("parent"), o.maybe("weight"), o.str("denominator"), o.number("scale", 0)
	i.Low, i.High, i.Worst, i.Best, i.Target = o.maybe("low"), o.maybe("high"), o.maybe("worst"), o.maybe("best"), o.maybe("target")
	d, err := Direction(o.str("direction"))
	if err != nil {
		r.refuse(o.key["direction"], "bad-value", "%s: %v", o.what, err)
	}
	i.Direction = d
	if i.Column != "" && i.Formula != nil {
		r.refuse(n, "bad-value", "%s has a column or a formula, not both", o.what)
	}
	o.done()
	return i
}

// Direction reads the direction of an indicator: up or down, 1 or -1.
func Direction(s string) (int, error) {
	switch s {
	case "":
		return 0, nil
	case "up", "1", "+1":
		return 1, nil
	case "down", "-1":
		return -1, nil
	}
	return 0, fmt.Errorf("direction is up (more is better) or down, not %q", s)
}

func (r *reader) group(n *yaml.Node) Group {
	if n.Kind == yaml.ScalarNode {
		return Group{Line: n.Line, Code: r.code(n, n.Value)}
	}
	o := r.object(n, "a group")
	g := Group{Line: n.Line, Code: r.code(n, o.must("code"))}
	o.what = "group " + g.Code
	g.Name, g.About, g.Parent, g.Weight, g.Level = o.str("name"), o.str("about"), o.str("parent"), o.maybe("weight"), o.integer("level", 0, 2, 50)
	o.done()
	return g
}

func (r *reader) rank(n *yaml.Node) Rank {
	o := r.object(n, "rank")
	k := Rank{Ascending: o.word("order", "descending", "ascending") == "ascending", Ties: o.word("ties", "min", "average", "dense"),
		Within: o.strs("within", 20)}
	if o.has("digits") {
		d := o.integer("digits", 0, -15, 15)
		k.Digits = &d
	}
	o.done()
	return k
}

func (r *reader) compare(n *yaml.Node) Compare {
	o := r.object(n, "compare")
	c := Compare{Line: n.Line, Column: o.must("column"), With: o.must("with"), Rank: o.word("what", "score", "rank") == "rank",
		Tolerance: o.number("tolerance", 0), Year: o.integer("year", 0, -10000, 10000), Where: o.formula("where")}
	o.done()
	return c
}

// check finds what single keys cannot show.
func (s *Spec) check(r *reader) {
	codes := map[string]int{}
	seen := func(code string, line int) {
		if first, ok := codes[code]; ok {
			r.list.Add(problem.Problem{Rule: "code-twice", File: r.file, Line: line, Column: code,
				Text: fmt.Sprintf("the code stands twice, first on line %d", first)})
		}
		codes[code] = line
	}
	for _, i := range s.Indicators {
		seen(i.Code, i.Line)
	}
	for _, g := range s.Groups {
		seen(g.Code, g.Line)
	}
	names := map[string]int{}
	for _, st := range s.Steps {
		if first, ok := names[st.Name]; ok && st.Name != st.Kind {
			r.list.Add(problem.Problem{Rule: "name-twice", File: r.file, Line: st.Line,
				Text: fmt.Sprintf("the step name %q stands twice, first on line %d", st.Name, first)})
		}
		names[st.Name] = st.Line
	}
}
