package spec

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"landbridge.example/index/problem"
)

// uncertain reads the uncertainty section. nodes are the written steps, in the
// order of steps, so that a choice can be "this step with some keys changed".
func (r *reader) uncertain(n *yaml.Node, nodes []*yaml.Node, steps []Step) *Uncertain {
	o := r.object(n, "uncertainty")
	u := &Uncertain{Line: n.Line, Replications: o.integer("replications", 1000, 1, MaxReplications),
		Design: o.word("design", "random", "sobol"), Target: o.str("target")}
	if s := o.str("seed"); s != "" {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			r.refuse(o.key["seed"], "bad-value", "uncertainty: seed is a whole number of at most 20 digits")
		}
		u.Seed = v
	}
	if n := o.get("stop"); n != nil {
		s := r.object(n, "uncertainty: stop")
		u.Stop = &Stop{s.number("width", 1), s.integer("every", 1000, 100, MaxReplications)}
		s.done()
	}
	u.Sobol = SobolPlan{Base: 500, Bootstrap: 200}
	if n := o.get("sensitivity"); n != nil {
		s := r.object(n, "uncertainty: sensitivity")
		u.Sobol = SobolPlan{s.integer("base", 500, 2, MaxReplications), s.integer("bootstrap", 200, 0, 10_000),
			s.number("until", 0), s.integer("most", 16_384, 2, MaxReplications)}
		s.done()
	}
	names := map[string]bool{}
	for _, v := range o.items("vary", MaxAssumptions) {
		a := r.vary(v, nodes, steps)
		if names[a.Name] {
			r.refuse(v, "name-twice", "uncertainty: two assumptions are called %q", a.Name)
		}
		names[a.Name] = true
		u.Vary = append(u.Vary, a)
	}
	if len(u.Vary) == 0 {
		r.refuse(n, "missing-key", "uncertainty needs vary:, the assumptions that could be others")
	}
	o.done()
	return u
}

func (r *reader) vary(n *yaml.Node, nodes []*yaml.Node, steps []Step) Vary {
	o := r.object(n, "an assumption")
	v := Vary{Line: n.Line, Name: o.must("name"), Step: -1}
	o.what = "assumption " + v.Name
	ways := 0
	if o.has("step") {
		ways++
		r.varyStep(o, &v, nodes, steps)
	}
	if n := o.get("weights"); n != nil {
		ways++
		w := r.object(n, o.what+": weights")
		if w.has("file") {
			v.Sets = &WeightSets{w.must("file"), w.must("set"), w.must("code"), w.must("weight")}
		} else {
			v.Noise = &Noise{w.share("noise", 0), w.integers("levels", 50)}
			if v.Noise.Share == 0 || v.Noise.Share == 1 || v.Noise.Levels == nil {
				r.refuse(n, "missing-key", "%s: weights needs noise:, a share above 0 and below 1, and levels:, whose weights move; or a file of sets", o.what)
			}
		}
		w.done()
	}
	if n := o.get("drop"); n != nil {
		ways++
		d := r.object(n, o.what+": drop")
		v.Drop = &Drop{d.strs("codes", MaxIndicators), d.integer("level", 0, 1, 50), d.flag("or-none", true)}
		if (v.Drop.Codes == nil) == (v.Drop.Level == 0) {
			r.refuse(n, "missing-key", "%s: drop needs codes: or level:, of which one is left out", o.what)
		}
		d.done()
	}
	if n := o.get("data"); n != nil {
		ways++
		c := r.object(n, o.what+": data")
		v.Cells = &CellNoise{c.number("noise", 0), c.word("cells", "all", "imputed") == "imputed"}
		if v.Cells.Share <= 0 {
			r.refuse(n, "missing-key", "%s: data needs noise:, in standard deviations of the column", o.what)
		}
		c.done()
	}
	if ways != 1 {
		r.refuse(n, "bad-value", "%s has exactly one of step, weights, drop and data", o.what)
	}
	o.done()
	return v
}

func (r *reader) varyStep(o *object, v *Vary, nodes []*yaml.Node, steps []Step) {
	name := o.must("step")
	var known []string
	for i, s := range steps {
		known = append(known, s.Name)
		if s.Name != name {
			continue
		}
		if v.Step >= 0 {
			r.refuse(o.key["step"], "name-twice", "%s: two steps are called %q; give them names", o.what, name)
		}
		v.Step = i
	}
	if v.Step < 0 {
		r.refuse(o.key["step"], "unknown-step", "%s: there is no step %q%s", o.what, name, problem.Nearest(name, known))
		return
	}
	if v.Step >= len(nodes) || steps[v.Step].Kind == "" {
		return // the step itself was refused
	}
	kind, body, _ := (&reader{}).stepNode(nodes[v.Step])
	base := steps[v.Step]
	set := o.str("set")
	if o.has("between") {
		ends := o.pair("between")
		if set == "" || ends == nil || ends[0] >= ends[1] || o.has("choices") {
			r.refuse(o.node, "bad-value", "%s: between needs set:, the key it varies, two rising numbers, and no choices", o.what)
			return
		}
		v.Between = &Between{Key: set, Low: ends[0], High: ends[1], Make: func(x float64) (Step, error) {
			own := &reader{file: r.file}
			s := own.variant(base, kind, body, single(set, strconv.FormatFloat(x, 'g', -1, 64)))
			return s, own.list.Err()
		}}
		if _, err := v.Between.Make(ends[0]); err != nil {
			r.refuse(o.node, "bad-value", "%s: %v", o.what, err)
		}
		return
	}
	for _, c := range o.items("choices", MaxChoices) {
		patch := c
		if set != "" {
			patch = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: c.Line, Content: []*yaml.Node{
				{Kind: yaml.ScalarNode, Tag: "!!str", Value: set, Line: c.Line}, c}}
		}
		v.Choices = append(v.Choices, r.variant(base, kind, body, patch))
		v.Labels = append(v.Labels, label(c))
	}
	if len(v.Choices) < 2 {
		r.refuse(o.node, "missing-key", "%s needs choices:, two or more, or set: and between:", o.what)
	}
}

// variant is the step with a patch over its keys; the patch "none" leaves the
// step out, and "as written" changes nothing.
func (r *reader) variant(base Step, kind string, body, patch *yaml.Node) Step {
	if patch.Kind == yaml.ScalarNode {
		switch patch.Value {
		case "none":
			base.Do = nil
			return base
		case "as written":
			return base
		}
		r.refuse(patch, "bad-value", "a choice is a set of keys, none, or “as written”")
		return base
	}
	base.Line = patch.Line
	base.Do = r.body(kind, merge(body, patch))
	return base
}

func single(key, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, {Kind: yaml.ScalarNode, Tag: "!!float", Value: value}}}
}

// label writes a choice in one line.
func label(n *yaml.Node) string {
	switch n.Kind {
	case yaml.ScalarNode:
		return n.Value
	case yaml.MappingNode:
		s := ""
		for i := 0; i+1 < len(n.Content); i += 2 {
			if s != "" {
				s += ", "
			}
			s += n.Content[i].Value + ": " + label(n.Content[i+1])
		}
		return s
	case yaml.SequenceNode:
		s := ""
		for i, c := range n.Content {
			if i > 0 {
				s += " "
			}
			s += label(c)
		}
		return s
	}
	return fmt.Sprint(n.Value)
}
