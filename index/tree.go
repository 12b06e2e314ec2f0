package index

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/index/formula"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/table"
)

// A node is an indicator, a group above indicators, or a derived column.
type node struct {
	code, name, about, unit string
	level                   int // 1 for indicators, 0 for derived columns
	parent                  int // -1 if there is none
	children                []int
	weight                  float64
	dir                     float64
	ind                     *spec.Indicator // nil for groups and derived columns
	line                    int
}

// A tree is all nodes: indicators as listed, then groups from the lowest
// level up, then derived columns.
type tree struct {
	node []node
	at   map[string]int
	top  int // the highest level
}

// withFramework adds what the framework table says to the written indicators
// and groups. Written ones come in place of table rows of the same code.
func withFramework(s *spec.Spec, files Files, list *problem.List) {
	f := s.Framework
	if f == nil {
		return
	}
	refuse := func(line int, column, format string, args ...any) {
		list.Add(problem.Problem{Rule: "bad-framework", File: f.File, Line: line, Column: column, Text: fmt.Sprintf(format, args...)})
	}
	data, err := files(f.File)
	if err != nil {
		list.Add(problem.Problem{Rule: "no-file", File: s.File, Line: f.Line, Text: fmt.Sprintf("the framework %s cannot be read: %v", f.File, err)})
		return
	}
	t, problems := table.Parse(f.File, data)
	*list = append(*list, problems...)
	if t == nil {
		return
	}
	place := map[string]int{}
	for _, field := range spec.Fields() {
		header, said := f.Columns[field]
		for _, try := range headersOf(field, header) {
			if at, err := t.Column(try); err == nil {
				place[field] = at
				break
			} else if said {
				refuse(1, "", "%v", err)
			}
		}
	}
	if _, ok := place["code"]; !ok {
		refuse(1, "", "no column holds the codes; say framework: columns: code:")
		return
	}
	rows := &frameRows{t: t, place: place, refuse: refuse}
	rows.keep(f.Where)
	rows.into(s)
}

// headersOf lists the headers under which a field is looked for: what the
// specification says, or the field's own name and the one COINr uses.
func headersOf(field, said string) []string {
	if said != "" {
		return []string{said}
	}
	coinr := map[string]string{"code": "iCode", "name": "iName", "type": "Type", "level": "Level", "parent": "Parent", "weight": "Weight",
		"direction": "Direction", "unit": "Unit", "denominator": "Denominator", "target": "Target"}[field]
	if coinr == "" {
		return []string{field}
	}
	return []string{field, coinr}
}

type frameRows struct {
	t      *table.Table
	place  map[string]int
	rows   []table.Row
	refuse func(line int, column, format string, args ...any)
}

func (f *frameRows) keep(where *formula.Formula) {
	f.rows = f.t.Rows
	if where == nil {
		return
	}
	text := func(name string) []string {
		at, err := f.t.Column(name)
		if err != nil {
			return nil
		}
		out := make([]string, len(f.t.Rows))
		for i, r := range f.t.Rows {
			out[i] = strings.TrimSpace(r.Cell[at])
		}
		return out
	}
	keep, err := where.Eval(formula.Columns{Rows: len(f.t.Rows), Number: func(string) []float64 { return nil }, Text: text})
	if err != nil {
		f.refuse(0, "", "where: %v", err)
		return
	}
	f.rows = nil
	for i, v := range keep {
		if v == 1 {
			f.rows = append(f.rows, f.t.Rows[i])
		}
	}
}

func (f *frameRows) cell(r table.Row, field string) string {
	at, ok := f.place[field]
	if !ok {
		return ""
	}
	if s := strings.TrimSpace(r.Cell[at]); s != "NA" {
		return s
	}
	return ""
}

func (f *frameRows) number(r table.Row, field string) *float64 {
	s := f.cell(r, field)
	if s == "" {
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v != v {
		f.refuse(r.Line, field, "%q is not a number", s)
		return nil
	}
	return &v
}

// isGroup: the table says so, or another row names it as its parent.
func (f *frameRows) isGroup(r table.Row, parents map[string]bool) bool {
	switch strings.ToLower(f.cell(r, "type")) {
	case "aggregate", "group of indicators", "index", "pillar", "dimension":
		return true
	case "indicator":
		return false
	}
	return parents[f.cell(r, "code")]
}

func (f *frameRows) into(s *spec.Spec) {
	written, parents := map[string]bool{}, map[string]bool{}
	for _, i := range s.Indicators {
		written[i.Code] = true
	}
	for _, g := range s.Groups {
		written[g.Code] = true
		parents[g.Parent] = true
	}
	for _, r := range f.rows {
		parents[f.cell(r, "parent")] = true
	}
	var inds []spec.Indicator
	var groups []spec.Group
	for _, r := range f.rows {
		code := f.cell(r, "code")
		kind := strings.ToLower(f.cell(r, "type"))
		if written[code] || kind == "denominator" || kind == "group" || kind == "other" {
			continue // denominators and groups of units are plain data columns here
		}
		if code == "" || len(code) > spec.MaxCode || code == spec.Self || code == spec.Children || strings.ContainsAny(code, "`\n") {
			f.refuse(r.Line, code, "%q cannot be a code", code)
			continue
		}
		written[code] = true
		if f.isGroup(r, parents) {
			g := spec.Group{Line: r.Line, Code: code, Name: f.cell(r, "name"), About: f.cell(r, "about"), Parent: f.cell(r, "parent"), Weight: f.number(r, "weight")}
			if l := f.number(r, "level"); l != nil && *l >= 2 {
				g.Level = int(*l)
			}
			groups = append(groups, g)
			continue
		}
		inds = append(inds, f.indicator(r, code))
	}
	s.Indicators = append(inds, s.Indicators...)
	s.Groups = append(groups, s.Groups...)
	if len(s.Indicators) > spec.MaxIndicators || len(s.Groups) > spec.MaxGroups {
		f.refuse(0, "", "an index has at most %d indicators and %d groups", spec.MaxIndicators, spec.MaxGroups)
	}
}

func (f *frameRows) indicator(r table.Row, code string) spec.Indicator {
	i := spec.Indicator{Line: r.Line, Code: code, Name: f.cell(r, "name"), Unit: f.cell(r, "unit"), About: f.cell(r, "about"),
		Column: f.cell(r, "column"), Parent: f.cell(r, "parent"), Weight: f.number(r, "weight"), Denominator: f.cell(r, "denominator"),
		Low: f.number(r, "low"), High: f.number(r, "high"), Worst: f.number(r, "worst"), Best: f.number(r, "best"), Target: f.number(r, "target")}
	if v := f.number(r, "scale"); v != nil {
		i.Scale = *v
	}
	d, err := spec.Direction(f.cell(r, "direction"))
	if err != nil {
		f.refuse(r.Line, code, "%v", err)
	}
	i.Direction = d
	if text := f.cell(r, "formula"); text != "" {
		if i.Formula, err = formula.Parse(text); err != nil {
			f.refuse(r.Line, code, "%v", err)
		}
	}
	return i
}

// growTree makes the tree and refuses codes that stand twice, parents that do
// not exist, circles and groups without children.
func growTree(s *spec.Spec, list *problem.List) *tree {
	t := &tree{at: map[string]int{}}
	refuse := func(rule, code string, line int, format string, args ...any) {
		list.Add(problem.Problem{Rule: rule, File: s.File, Line: line, Column: code, Text: fmt.Sprintf(format, args...)})
	}
	parent := map[string]string{}
	add := func(n node, up string) {
		if _, twice := t.at[n.code]; twice {
			refuse("code-twice", n.code, n.line, "this code stands twice")
			return
		}
		n.parent = -1
		t.at[n.code] = len(t.node)
		t.node = append(t.node, n)
		parent[n.code] = up
	}
	for i := range s.Indicators {
		d := &s.Indicators[i]
		dir := float64(d.Direction)
		if dir == 0 {
			dir = 1
		}
		add(node{code: d.Code, name: d.Name, about: d.About, unit: d.Unit, level: 1, weight: given(d.Weight), dir: dir, ind: d, line: d.Line}, d.Parent)
	}
	levels := t.levels(s, parent, refuse)
	groups := slices.Clone(s.Groups)
	slices.SortStableFunc(groups, func(a, b spec.Group) int { return levels[a.Code] - levels[b.Code] })
	for _, g := range groups {
		add(node{code: g.Code, name: g.Name, about: g.About, level: levels[g.Code], weight: given(g.Weight), dir: 1, line: g.Line}, g.Parent)
	}
	var known []string
	for _, n := range t.node {
		known = append(known, n.code)
	}
	for i := range t.node {
		n := &t.node[i]
		if n.weight < 0 {
			refuse("negative-weight", n.code, n.line, "a weight is not below 0")
		}
		up := parent[n.code]
		if up == "" {
			continue
		}
		p, ok := t.at[up]
		switch {
		case !ok:
			refuse("unknown-parent", n.code, n.line, "there is no group %q%s", up, problem.Nearest(up, known))
		case t.node[p].ind != nil:
			refuse("unknown-parent", n.code, n.line, "the parent %q is an indicator", up)
		case t.node[p].level <= n.level:
			refuse("bad-level", n.code, n.line, "the parent %s is not on a higher level", up)
		default:
			n.parent = p
			t.node[p].children = append(t.node[p].children, i)
		}
	}
	for _, n := range t.node {
		t.top = max(t.top, n.level)
		if n.ind == nil && len(n.children) == 0 {
			refuse("empty-group", n.code, n.line, "this group has no children; name it as parent: of something, or take it out")
		}
	}
	return t
}

func given(w *float64) float64 {
	if w == nil {
		return 1
	}
	return *w
}

// levels gives each group its level: what it says, or one above its highest child.
func (t *tree) levels(s *spec.Spec, parent map[string]string, refuse func(rule, code string, line int, format string, args ...any)) map[string]int {
	children := map[string][]string{}
	for _, i := range s.Indicators {
		children[i.Parent] = append(children[i.Parent], "")
	}
	said, line := map[string]int{}, map[string]int{}
	for _, g := range s.Groups {
		children[g.Parent] = append(children[g.Parent], g.Code)
		said[g.Code], line[g.Code] = g.Level, g.Line
	}
	out := map[string]int{}
	var find func(code string, depth int) int
	find = func(code string, depth int) int {
		if code == "" {
			return 1
		}
		if l, ok := out[code]; ok {
			return l
		}
		if depth > len(s.Groups) {
			refuse("circle", code, line[code], "the groups above %s lead back to it", code)
			out[code] = 2
			return 2
		}
		l := 2
		for _, c := range children[code] {
			l = max(l, find(c, depth+1)+1)
		}
		if said[code] > 0 {
			l = said[code]
		}
		out[code] = l
		return l
	}
	for _, g := range s.Groups {
		find(g.Code, 0)
	}
	return out
}

// onLevel lists the nodes of a level.
func (t *tree) onLevel(level int) (out []int) {
	for i, n := range t.node {
		if n.level == level {
			out = append(out, i)
		}
	}
	return out
}

// under lists the indicators under a node, itself if it is one.
func (t *tree) under(i int) (out []int) {
	if t.node[i].ind != nil {
		return []int{i}
	}
	for _, c := range t.node[i].children {
		out = append(out, t.under(c)...)
	}
	return out
}

// ancestor returns the node of a level above i, or -1.
func (t *tree) ancestor(i, level int) int {
	for i >= 0 && t.node[i].level < level {
		i = t.node[i].parent
	}
	if i >= 0 && t.node[i].level == level {
		return i
	}
	return -1
}

// codes lists all codes, for hints.
func (t *tree) codes() (out []string) {
	for _, n := range t.node {
		out = append(out, n.code)
	}
	return out
}
