package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"landbridge.example/index/formula"
	"landbridge.example/index/problem"
)

// A reader turns YAML nodes into values and collects what is wrong.
type reader struct {
	file string
	list problem.List
}

func (r *reader) refuse(n *yaml.Node, rule, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.Line
	}
	r.list.Add(problem.Problem{Rule: rule, File: r.file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// An object is a YAML mapping that is read key by key. What nobody read when
// done is called is refused.
type object struct {
	r    *reader
	node *yaml.Node
	key  map[string]*yaml.Node
	seen []string // keys asked for, for hints and for finding unknown ones
	what string   // how problems call it
}

func (r *reader) object(n *yaml.Node, what string) *object {
	o := &object{r: r, node: n, key: map[string]*yaml.Node{}, what: what}
	if n == nil {
		return o
	}
	if n.Kind != yaml.MappingNode {
		r.refuse(n, "bad-yaml", "%s is written as keys and values", what)
		return o
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode {
			r.refuse(k, "bad-yaml", "a key is a plain word")
			continue
		}
		if _, twice := o.key[k.Value]; twice {
			r.refuse(k, "key-twice", "%s: the key %q stands twice", what, k.Value)
		}
		o.key[k.Value] = v
	}
	return o
}

// get returns the value of a key, nil if it is absent or empty.
func (o *object) get(key string) *yaml.Node {
	o.seen = append(o.seen, key)
	n := o.key[key]
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	return n
}

func (o *object) has(key string) bool {
	n := o.key[key]
	return n != nil && !(n.Kind == yaml.ScalarNode && n.Tag == "!!null")
}

// done refuses the keys that nobody read.
func (o *object) done() {
	if o.node == nil || o.node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(o.node.Content); i += 2 {
		k := o.node.Content[i]
		if slices.Contains(o.seen, k.Value) {
			continue
		}
		hint := problem.Nearest(k.Value, o.seen)
		if hint == "" {
			known := slices.Compact(slices.Sorted(slices.Values(o.seen)))
			hint = "; there is " + strings.Join(known, ", ")
		}
		o.r.refuse(k, "unknown-key", "%s has no key %q%s", o.what, k.Value, hint)
	}
}

func (o *object) str(key string) string {
	n := o.get(key)
	if n == nil {
		return ""
	}
	return o.r.scalar(n, o.what+": "+key)
}

// scalar returns the text of a scalar as it was written.
func (r *reader) scalar(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode {
		r.refuse(n, "bad-value", "%s is one value", what)
		return ""
	}
	return n.Value
}

func (o *object) must(key string) string {
	s := o.str(key)
	if s == "" {
		o.r.refuse(o.node, "missing-key", "%s needs the key %q", o.what, key)
	}
	return s
}

// word returns one of the allowed words; the first is the default.
func (o *object) word(key string, allowed ...string) string {
	n := o.get(key)
	if n == nil {
		return allowed[0]
	}
	s := o.r.scalar(n, o.what+": "+key)
	if !slices.Contains(allowed, s) {
		known := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
		o.r.refuse(n, "bad-value", "%s: %s is %s, not %q%s", o.what, key, strings.Join(known, ", "), s, problem.Nearest(s, known))
		return allowed[0]
	}
	return s
}

func (o *object) flag(key string, otherwise bool) bool {
	n := o.get(key)
	if n == nil {
		return otherwise
	}
	if n.Kind == yaml.ScalarNode && (n.Value == "true" || n.Value == "yes") {
		return true
	}
	if n.Kind == yaml.ScalarNode && (n.Value == "false" || n.Value == "no") {
		return false
	}
	o.r.refuse(n, "bad-value", "%s: %s is yes or no", o.what, key)
	return otherwise
}

func (r *reader) number(n *yaml.Node, what string) float64 {
	if n.Kind == yaml.ScalarNode {
		s := strings.ReplaceAll(n.Value, "_", "")
		if v, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) {
			return v
		}
	}
	r.refuse(n, "bad-value", "%s is a number", what)
	return 0
}

func (o *object) number(key string, otherwise float64) float64 {
	if n := o.get(key); n != nil {
		return o.r.number(n, o.what+": "+key)
	}
	return otherwise
}

func (o *object) maybe(key string) *float64 {
	n := o.get(key)
	if n == nil {
		return nil
	}
	v := o.r.number(n, o.what+": "+key)
	return &v
}

// share is a number from 0 to 1.
func (o *object) share(key string, otherwise float64) float64 {
	v := o.number(key, otherwise)
	if v < 0 || v > 1 {
		o.r.refuse(o.key[key], "bad-value", "%s: %s is a share from 0 to 1, not %v", o.what, key, v)
		return otherwise
	}
	return v
}

func (o *object) integer(key string, otherwise, low, high int) int {
	n := o.get(key)
	if n == nil {
		return otherwise
	}
	v, err := strconv.Atoi(o.r.scalar(n, o.what+": "+key))
	if err != nil || v < low || v > high {
		o.r.refuse(n, "bad-value", "%s: %s is a whole number from %d to %d", o.what, key, low, high)
		return otherwise
	}
	return v
}

// items returns the items of a list; a single value stands for a list of one.
func (o *object) items(key string, most int) []*yaml.Node {
	n := o.get(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	if len(n.Content) > most {
		o.r.refuse(n, "too-large", "%s: %s has at most %d items", o.what, key, most)
		return nil
	}
	return n.Content
}

func (o *object) strs(key string, most int) (out []string) {
	for _, n := range o.items(key, most) {
		out = append(out, o.r.scalar(n, o.what+": "+key))
	}
	return out
}

func (o *object) integers(key string, most int) (out []int) {
	for _, n := range o.items(key, most) {
		v, err := strconv.Atoi(o.r.scalar(n, o.what+": "+key))
		if err != nil {
			o.r.refuse(n, "bad-value", "%s: %s are whole numbers", o.what, key)
		}
		out = append(out, v)
	}
	return out
}

// numbers returns a list of numbers of exactly count items (any, if count is 0).
func (o *object) numbers(key string, count int) []float64 {
	n := o.get(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || count > 0 && len(n.Content) != count {
		o.r.refuse(n, "bad-value", "%s: %s is a list of %s numbers", o.what, key, map[bool]string{true: strconv.Itoa(count), false: "some"}[count > 0])
		return nil
	}
	var out []float64
	for _, c := range n.Content {
		out = append(out, o.r.number(c, o.what+": "+key))
	}
	return out
}

func (o *object) pair(key string) *[2]float64 {
	if v := o.numbers(key, 2); v != nil {
		return &[2]float64{v[0], v[1]}
	}
	return nil
}

func (o *object) formula(key string) *formula.Formula {
	n := o.get(key)
	if n == nil {
		return nil
	}
	f, err := formula.Parse(o.r.scalar(n, o.what+": "+key))
	if err != nil {
		o.r.refuse(n, "bad-formula", "%s: %s: %v", o.what, key, err)
		return nil
	}
	return f
}

// pairs returns a mapping from texts to texts.
func (o *object) pairs(key string) map[string]string {
	n := o.get(key)
	if n == nil {
		return nil
	}
	sub, out := o.r.object(n, o.what+": "+key), map[string]string{}
	for k, v := range sub.key {
		out[k] = o.r.scalar(v, o.what+": "+key+": "+k)
	}
	return out
}

// table returns a mapping from codes to numbers.
func (o *object) table(key string) map[string]float64 {
	n := o.get(key)
	if n == nil {
		return nil
	}
	sub, out := o.r.object(n, o.what+": "+key), map[string]float64{}
	for k, v := range sub.key {
		out[k] = o.r.number(v, o.what+": "+key+": "+k)
	}
	return out
}

// code checks the name of a column.
func (r *reader) code(n *yaml.Node, s string) string {
	bad := s == "" || len(s) > MaxCode || !utf8.ValidString(s) || strings.TrimSpace(s) != s || strings.ContainsAny(s, "`\n\r\t")
	if bad || s == Self || s == Children {
		r.refuse(n, "bad-code", "%q cannot be a code: 1 to %d characters, no backquote, no space at its ends, and not x or children, which formulas use", s, MaxCode)
	}
	return s
}

const maxYAMLDepth = 16

// plain refuses what two readers could read differently: anchors, aliases,
// merge keys, tags, and great depth.
func (r *reader) plain(n *yaml.Node, depth int) {
	switch {
	case depth > maxYAMLDepth:
		r.refuse(n, "bad-yaml", "lists and keys are at most %d deep", maxYAMLDepth)
		return
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.refuse(n, "bad-yaml", "anchors and aliases are not used here; write the value out")
		return
	case n.Tag == "!!merge":
		r.refuse(n, "bad-yaml", "merge keys are not used here; write the keys out")
	case n.Style&yaml.TaggedStyle != 0:
		r.refuse(n, "bad-yaml", "tags are not used here")
	}
	for _, c := range n.Content {
		r.plain(c, depth+1)
	}
}
