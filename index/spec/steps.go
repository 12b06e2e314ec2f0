package spec

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"landbridge.example/index/problem"
)

// Kinds lists the kinds of steps.
func Kinds() []string {
	return []string{"denominate", "impute", "screen", "treat", "normalise", "weigh", "aggregate", "derive", "transform", "clip", "round"}
}

// stepNode finds kind, body and name in a written step: a mapping with the
// kind as key, or the kind alone.
func (r *reader) stepNode(n *yaml.Node) (kind string, body *yaml.Node, name string) {
	if n.Kind == yaml.ScalarNode {
		if !slices.Contains(Kinds(), n.Value) {
			r.refuse(n, "unknown-step", "there is no step %q%s", n.Value, problem.Nearest(n.Value, Kinds()))
		}
		return n.Value, nil, n.Value
	}
	o := r.object(n, "a step")
	for _, k := range Kinds() {
		if _, here := o.key[k]; !here {
			continue
		}
		if kind != "" {
			r.refuse(n, "bad-step", "one step does one thing; write %s and %s as two", kind, k)
		}
		kind, body = k, o.get(k)
	}
	if kind == "" {
		r.refuse(n, "unknown-step", "a step is one of %s", strings.Join(Kinds(), ", "))
		return "", nil, ""
	}
	if name = o.str("name"); name == "" {
		name = kind
	}
	o.done()
	return kind, body, name
}

func (r *reader) step(n *yaml.Node) Step {
	kind, body, name := r.stepNode(n)
	return Step{Line: n.Line, Name: name, Kind: kind, Do: r.body(kind, body)}
}

func (r *reader) body(kind string, n *yaml.Node) any {
	o := r.object(n, kind)
	defer o.done()
	switch kind {
	case "denominate":
		return &Denominate{On: o.on(), By: o.str("by"), Scale: o.number("scale", 0)}
	case "impute":
		return r.impute(o)
	case "screen":
		return r.screen(o)
	case "treat":
		return r.treat(o)
	case "normalise":
		return r.normalise(o)
	case "weigh":
		return r.weigh(o)
	case "aggregate":
		return r.aggregate(o)
	case "derive":
		d := &Derive{Code: o.must("code"), Name: o.str("name"), Formula: o.formula("formula")}
		r.code(o.key["code"], d.Code)
		if d.Formula == nil {
			r.refuse(o.node, "missing-key", "derive needs a formula")
		}
		return d
	case "transform":
		t := &Transform{On: o.on(), Formula: o.formula("formula"), Over: o.over()}
		if t.Formula == nil {
			r.refuse(o.node, "missing-key", "transform needs a formula, in which x is the column itself")
		}
		return t
	case "clip":
		return &Clip{On: o.on(), Low: o.maybe("low"), High: o.maybe("high")}
	case "round":
		return &Rounding{On: o.on(), Digits: o.integer("digits", 0, -15, 15), Even: o.word("half", "up", "even") == "even"}
	}
	return nil
}

// on reads a selection of columns: "indicators", "level 2", or codes.
func (o *object) on() On {
	n := o.get("on")
	if n == nil {
		return On{}
	}
	if n.Kind == yaml.ScalarNode {
		if n.Value == "indicators" {
			return On{Set: true, Level: 1}
		}
		if s, ok := strings.CutPrefix(n.Value, "level "); ok {
			if l, err := strconv.Atoi(s); err == nil && l > 0 {
				return On{Set: true, Level: l}
			}
		}
	}
	return On{Set: true, Codes: o.strs("on", MaxIndicators+MaxGroups)}
}

func (o *object) over() Over {
	switch n := o.get("over"); {
	case n == nil || n.Value == "year":
		return Over{}
	case n.Value == "panel":
		return Over{Panel: true}
	default:
		y, err := strconv.Atoi(n.Value)
		if err != nil || y == 0 {
			o.r.refuse(n, "bad-value", "%s: over is year (each year alone), panel (all years together) or one base year", o.what)
		}
		return Over{Year: y}
	}
}

func (r *reader) impute(o *object) *Impute {
	i := &Impute{On: o.on(), Method: o.word("method", "", "mean", "median", "group-mean", "group-median", "constant", "row-mean", "row-median",
		"latest", "carry", "linear", "linear-or-constant", "regression", "em"),
		Group: o.str("group"), Within: o.integer("within", 0, 2, 50), Rescale: o.flag("rescale", true), Value: o.number("value", 0),
		From: o.strs("from", 100), MaxYears: o.integer("max-years", 0, 1, 1000), Among: o.word("among", "all", "ranked"),
		Over: o.over(), Else: o.word("else", "leave", "mean", "refuse")}
	if i.Method == "" {
		r.refuse(o.node, "missing-key", "impute needs a method")
	}
	if strings.HasPrefix(i.Method, "group-") != (i.Group != "") {
		r.refuse(o.node, "bad-value", "impute: group names the column of groups for group-mean and group-median, and only for these")
	}
	if i.Over.Year != 0 {
		r.refuse(o.node, "bad-value", "impute: over is year or panel")
	}
	if i.Method == "constant" && !o.has("value") {
		r.refuse(o.node, "missing-key", "impute: constant needs a value")
	}
	if (i.Method == "regression") != (len(i.From) > 0) {
		r.refuse(o.node, "bad-value", "impute: from names the predictors of regression, and only of it")
	}
	return i
}

func (r *reader) screen(o *object) *Screen {
	s := &Screen{On: o.on(), Within: o.integer("within", 0, 2, 50), Where: o.formula("where"),
		Include: o.strs("include", 10_000), Exclude: o.strs("exclude", 10_000), Drop: o.word("action", "drop", "unrank") == "drop"}
	if o.has("available") {
		v := o.share("available", 0)
		s.Available = &v
	}
	if o.has("nonzero") {
		v := o.share("nonzero", 0)
		s.Nonzero = &v
	}
	if s.Available == nil && s.Nonzero == nil && s.Where == nil && s.Include == nil && s.Exclude == nil {
		r.refuse(o.node, "missing-key", "screen needs a rule: available, nonzero, where, include or exclude")
	}
	return s
}

// except reads rules for single columns: the step's own keys with some of them
// changed, or none to leave a column alone.
func (r *reader) except(o *object, read func(code string, o *object)) {
	n := o.get("except")
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode { // a list of codes that are left alone
		for _, code := range o.strs("except", MaxIndicators) {
			read(code, nil)
		}
		return
	}
	sub := r.object(n, o.what+": except")
	for i := 0; i+1 < len(n.Content); i += 2 {
		code := n.Content[i].Value
		v := sub.key[code]
		if v.Kind == yaml.ScalarNode && v.Value == "none" {
			read(code, nil)
			continue
		}
		own := r.object(v, o.what+": except: "+code)
		merged := r.object(merge(o.node, v), own.what)
		for _, k := range []string{"on", "over", "among", "except"} {
			merged.seen = append(merged.seen, k)
			if own.has(k) {
				r.refuse(v, "unknown-key", "%s: %s belongs to the step, not to one column", own.what, k)
			}
		}
		read(code, merged)
		merged.done()
	}
}

// merge returns the mapping a with the keys of b in place of its own.
func merge(a, b *yaml.Node) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: b.Line, Column: b.Column}
	own := map[string]bool{}
	for i := 0; i+1 < len(b.Content); i += 2 {
		own[b.Content[i].Value] = true
	}
	if a != nil && a.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(a.Content); i += 2 {
			if !own[a.Content[i].Value] {
				out.Content = append(out.Content, a.Content[i], a.Content[i+1])
			}
		}
	}
	out.Content = append(out.Content, b.Content...)
	return out
}

func (r *reader) treat(o *object) *Treat {
	t := &Treat{On: o.on(), Over: o.over(), Rule: r.treatRule(o), Except: map[string]*TreatRule{}}
	r.except(o, func(code string, own *object) {
		if t.Except[code] = nil; own != nil {
			rule := r.treatRule(own)
			t.Except[code] = &rule
		}
	})
	return t
}

func (r *reader) treatRule(o *object) TreatRule {
	t := TreatRule{Skew: o.number("skew", 2), Kurtosis: o.number("kurtosis", 3.5), Force: o.flag("force", false),
		Then:   o.word("then", "log-ct", "log-ct-plus", "log-ct-orig", "log-gii", "box-cox", "keep-original", "keep-winsorised"),
		Lambda: o.number("lambda", 0), Combine: o.flag("combine", false), Best: o.word("choose", "order", "best") == "best"}
	if n := o.get("winsorise"); n != nil && n.Value == "any" {
		t.Winsorise = -1
	} else {
		t.Winsorise = o.integer("winsorise", 5, 0, 1_000_000)
	}
	if t.Skew <= 0 {
		r.refuse(o.node, "bad-value", "%s: skew is more than 0", o.what)
	}
	if t.Force && t.Winsorise < 0 {
		r.refuse(o.node, "bad-value", "%s: force needs a number of points in winsorise", o.what)
	}
	return t
}

func (r *reader) normalise(o *object) *Normalise {
	n := &Normalise{On: o.on(), Over: o.over(), Among: o.word("among", "all", "ranked"), Rule: r.normRule(o), Except: map[string]*NormRule{}}
	r.except(o, func(code string, own *object) {
		if n.Except[code] = nil; own != nil {
			rule := r.normRule(own)
			n.Except[code] = &rule
		}
	})
	return n
}

// NormMethods lists the ways to normalise.
func NormMethods() []string {
	return []string{"minmax", "z-score", "goalposts", "scaled", "distance-to-max", "distance-to-reference", "distance-to-target",
		"fraction-of-max", "rank", "percentile-rank", "borda", "bands", "none"}
}

func (r *reader) normRule(o *object) NormRule {
	n := NormRule{Method: o.word("method", NormMethods()...), Mean: o.number("mean", 0), SD: o.number("sd", 1),
		Bounds: o.pair("bounds"), Percentiles: o.pair("percentiles"), Clip: o.word("clip", "both", "low", "high", "none"),
		Reference: o.str("reference"), Target: o.maybe("target"), Cap: o.flag("cap", false),
		Bands: o.integer("bands", 0, 2, 1000), Thresholds: o.numbers("thresholds", 0), To: [2]float64{0, 100}}
	if o.node != nil {
		n.Line = o.node.Line
	}
	if to := o.pair("to"); to != nil {
		n.To = *to
	}
	if w := o.pair("worst-best"); w != nil {
		n.WorstBest = w
	}
	if n.To[0] == n.To[1] {
		r.refuse(o.node, "bad-value", "%s: the two ends of to are equal", o.what)
	}
	if n.SD <= 0 {
		r.refuse(o.node, "bad-value", "%s: sd is more than 0", o.what)
	}
	if b := n.Bounds; b != nil && b[0] >= b[1] {
		r.refuse(o.node, "bad-value", "%s: bounds are the low and the high end, in this order; for worst and best say worst-best", o.what)
	}
	if w := n.WorstBest; w != nil && w[0] == w[1] {
		r.refuse(o.node, "bad-value", "%s: worst and best are equal", o.what)
	}
	if p := n.Percentiles; p != nil && !(p[0] >= 0 && p[0] < p[1] && p[1] <= 1) {
		r.refuse(o.node, "bad-value", "%s: percentiles are two shares such as [0.05, 0.95]", o.what)
	}
	if n.Method == "distance-to-reference" && n.Reference == "" {
		r.refuse(o.node, "missing-key", "%s: distance-to-reference needs reference:, a unit", o.what)
	}
	if n.Method == "bands" && (n.Bands == 0) == (n.Thresholds == nil) {
		r.refuse(o.node, "missing-key", "%s: bands needs bands:, how many, or thresholds:, where each next band begins", o.what)
	}
	if !slices.IsSorted(n.Thresholds) {
		r.refuse(o.node, "bad-value", "%s: thresholds rise", o.what)
	}
	return n
}

func (r *reader) weigh(o *object) *Weigh {
	w := &Weigh{Level: o.integer("level", 0, 1, 50), Method: o.word("method", "", "equal", "values", "pca", "optimise", "budget"),
		Values: o.table("values"), Mixed: o.word("mixed-signs", "refuse", "absolute", "squared", "keep"), Overall: o.flag("overall", false),
		Objective: o.word("objective", "balance", "infomax"), Importance: o.table("importance"), Least: o.share("least", 0),
		Kind: o.word("correlation", "pearson", "spearman", "kendall"), File: o.str("file"), Member: o.str("member"), Code: o.str("code"),
		Points: o.str("points"), Total: o.number("total", 100), Combine: o.word("combine", "mean", "median")}
	if w.Method == "" {
		r.refuse(o.node, "missing-key", "weigh needs a method: equal, values, pca, optimise or budget")
	}
	if w.Level == 0 && w.Method != "values" && w.Method != "budget" {
		r.refuse(o.node, "missing-key", "weigh: level says whose weights are set, such as 1 for the indicators")
	}
	if (w.Method == "values") != (w.Values != nil) {
		r.refuse(o.node, "bad-value", "weigh: values belongs to the method values, and is needed there")
	}
	if w.Method == "budget" && (w.File == "" || w.Member == "" || w.Code == "" || w.Points == "") {
		r.refuse(o.node, "missing-key", "weigh: budget needs file, and the columns member, code and points")
	}
	return w
}

// AggMethods lists the ways to make a group from its children.
func AggMethods() []string {
	return []string{"arithmetic", "geometric", "harmonic", "generalised", "sum", "product", "median", "min", "max", "first",
		"copeland", "mazziotta-pareto", "benefit-of-doubt", "inform", "hdi", "formula"}
}

func (r *reader) aggregate(o *object) *Aggregate {
	a := &Aggregate{Levels: o.integers("levels", 50), Rule: r.aggRule(o), ByLevel: map[int]*AggRule{}, Groups: map[string]*AggRule{}}
	for _, key := range []string{"by-level", "groups"} {
		n := o.get(key)
		if n == nil {
			continue
		}
		sub := r.object(n, "aggregate: "+key)
		for i := 0; i+1 < len(n.Content); i += 2 {
			name, v := n.Content[i].Value, n.Content[i+1]
			rule := r.aggOwn(o, v, "aggregate: "+key+": "+name)
			if key == "groups" {
				a.Groups[name] = rule
				continue
			}
			l, err := strconv.Atoi(name)
			if err != nil || l < 2 {
				r.refuse(n.Content[i], "bad-value", "%s has levels from 2 as keys, not %q", sub.what, name)
			}
			a.ByLevel[l] = rule
		}
	}
	return a
}

// aggOwn reads the rule of one group or level: the step's own keys with some
// changed; one word is the method, and a formula is its own method.
func (r *reader) aggOwn(o *object, v *yaml.Node, what string) *AggRule {
	if v.Kind == yaml.ScalarNode {
		v = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: v.Line,
			Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: "method", Line: v.Line}, v}}
	}
	own := r.object(v, what)
	merged := r.object(merge(o.node, v), what)
	if own.has("formula") && !own.has("method") {
		delete(merged.key, "method")
	}
	if own.has("method") && !own.has("formula") {
		delete(merged.key, "formula")
	}
	for _, k := range []string{"levels", "by-level", "groups"} {
		merged.seen = append(merged.seen, k)
		if own.has(k) {
			r.refuse(v, "unknown-key", "%s: %s belongs to the step", what, k)
		}
	}
	rule := r.aggRule(merged)
	merged.done()
	return &rule
}

func (r *reader) aggRule(o *object) AggRule {
	a := AggRule{Method: o.word("method", AggMethods()...), Formula: o.formula("formula"), Power: o.number("power", 1),
		Minimum: o.share("minimum", 0), AtLeast: o.integer("at-least", 1, 1, MaxIndicators), Even: o.word("half", "up", "even") == "even",
		Zero: o.word("zero", "refuse", "zero") == "zero", Plus: o.word("penalty", "minus", "plus") == "plus", Scale: o.number("scale", 0),
		Shares: o.pair("shares")}
	if o.node != nil {
		a.Line = o.node.Line
	}
	if a.Formula != nil && !o.has("method") {
		a.Method = "formula"
	}
	if (a.Method == "formula") != (a.Formula != nil) {
		r.refuse(o.node, "bad-value", "%s: a formula belongs to the method formula, and is needed there", o.what)
	}
	if o.has("round") {
		d := o.integer("round", 0, -15, 15)
		a.Round = &d
	}
	if a.Method == "generalised" && !o.has("power") {
		r.refuse(o.node, "missing-key", "%s: generalised needs power", o.what)
	}
	if a.Power == 0 {
		r.refuse(o.node, "bad-value", "%s: power 0 is the geometric mean; say method: geometric", o.what)
	}
	if s := a.Shares; s != nil && !(s[0] >= 0 && s[0] < s[1] && s[1] <= 1) {
		r.refuse(o.node, "bad-value", "%s: shares are the least and the greatest share of one child, such as [0.1, 0.5]", o.what)
	}
	if n := o.get("fill"); n != nil {
		f := r.object(n, o.what+": fill")
		a.Fill = r.impute(f)
		f.done()
	}
	return a
}
