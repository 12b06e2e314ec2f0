package process

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"landbridge.example"

	"go.yaml.in/yaml/v3"
)

// MaxFile bounds a definition file, in bytes.
const MaxFile = 256 << 10

// Bounds of a definition's lists: more than any process needs, little enough
// that checking one stays a matter of milliseconds.
const (
	maxSides       = 6
	maxParties     = 12 // on one side
	maxStates      = 80
	maxTransitions = 200
	maxClocks      = 60
	maxGrounds     = 80
	maxOptions     = 200
	maxLabel       = 600 // bytes of a label, help or sentence
)

// file is a definition as it stands in its file.
type file struct {
	Format      string       `yaml:"format"`
	ID          string       `yaml:"id"`
	Version     int          `yaml:"version"`
	Title       string       `yaml:"title"`
	Summary     string       `yaml:"summary"`
	Opens       string       `yaml:"opens"`
	Law         []Source     `yaml:"law"`
	Sides       []Side       `yaml:"sides"`
	States      []State      `yaml:"states"`
	Transitions []Transition `yaml:"transitions"`
	Crossing    []string     `yaml:"crossing"`
	Fields      []Field      `yaml:"fields"`
	Clocks      []Clock      `yaml:"clocks"`
	Grounds     []Ground     `yaml:"grounds"`
	Assurances  []Assurance  `yaml:"assurances"`
	Limits      Limits       `yaml:"limits"`
	Retention   []Retention  `yaml:"retention"`
	Public      Public       `yaml:"public"`
}

// Parse reads a definition from the exact bytes of its file. It accepts no key,
// guard, type, role or name it does not know: a file that says more than this
// release understands could otherwise lose a safeguard without a word.
func Parse(text []byte) (*Definition, error) {
	if len(text) > MaxFile {
		return nil, fmt.Errorf("a definition has at most %d bytes", MaxFile)
	}
	if err := plain(text); err != nil {
		return nil, err
	}
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, oneLine(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("a definition is one YAML document; take away what follows the first")
	}
	if f.Format != Format {
		return nil, fmt.Errorf("the format is %q, and this release reads %q", clip(f.Format), Format)
	}
	if !landbridge.ValidName(f.ID, landbridge.MaxProcessID) || f.Version < 1 || f.Version > 1_000_000 {
		return nil, errors.New("a definition has an id like information-request and a version from 1")
	}
	d := &Definition{
		Ref:   landbridge.ProcessRef{ID: f.ID, Version: f.Version, Hash: landbridge.Sum(text)},
		Title: f.Title, Summary: f.Summary, Opens: f.Opens, Law: f.Law, Sides: f.Sides, States: f.States,
		Fields: f.Fields, Transitions: f.Transitions, Crossing: f.Crossing, Clocks: f.Clocks, Grounds: f.Grounds,
		Assurances: f.Assurances, Limits: f.Limits, Retention: f.Retention, Public: f.Public,
	}
	if err := d.load(); err != nil {
		return nil, err
	}
	return d, nil
}

// plain refuses what YAML can do and a law does not need: anchors, aliases and
// tags could make two texts of one file look alike to a reader and differ to
// the parser.
func plain(text []byte) error {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return oneLine(err)
	}
	return plainNode(&n, 0)
}

const maxDepth = 12

func plainNode(n *yaml.Node, depth int) error {
	switch {
	case depth > maxDepth:
		return fmt.Errorf("line %d: nested too deeply", n.Line)
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return fmt.Errorf("line %d: anchors and aliases are not used here; write the text out", n.Line)
	case n.Style&yaml.TaggedStyle != 0:
		return fmt.Errorf("line %d: tags are not used here", n.Line)
	}
	for _, c := range n.Content {
		if err := plainNode(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// oneLine turns a YAML error into one sentence with its line.
func oneLine(err error) error {
	return errors.New(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
}

// load checks that every name in the definition stands for something, and
// builds the indexes. What is well formed but unwise is for [Lint].
func (d *Definition) load() error {
	for what, n := range map[string][2]int{"sides": {len(d.Sides), maxSides}, "states": {len(d.States), maxStates},
		"transitions": {len(d.Transitions), maxTransitions}, "fields": {len(d.Fields), MaxFields}} {
		if n[0] == 0 || n[0] > n[1] {
			return fmt.Errorf("a definition has 1 to %d %s", n[1], what)
		}
	}
	if len(d.Clocks) > maxClocks || len(d.Grounds) > maxGrounds || len(d.Law) > maxGrounds || len(d.Crossing) > maxTransitions {
		return fmt.Errorf("a definition has at most %d clocks and %d grounds", maxClocks, maxGrounds)
	}
	if err := label("title", d.Title); err != nil {
		return err
	}
	for _, step := range []func() error{d.index, d.loadSides, d.loadStates, d.loadFields, d.loadTransitions, d.loadCrossing, d.loadClocks, d.loadRest} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// index builds the maps from names to places, and refuses a name used twice.
func (d *Definition) index() error {
	d.sides, d.states, d.transitions = map[string]int{}, map[string]int{}, map[string]int{}
	d.fields, d.clocks, d.grounds = map[string]int{}, map[string]int{}, map[string]int{}
	add := func(m map[string]int, what, name string, i int) error {
		if !landbridge.ValidName(name, maxName) {
			return fmt.Errorf("%s %d: %q is no plain lower-case name", what, i+1, clip(name))
		}
		if _, twice := m[name]; twice {
			return fmt.Errorf("%s %q stands twice", what, name)
		}
		m[name] = i
		return nil
	}
	var errs []error
	for i, s := range d.Sides {
		errs = append(errs, add(d.sides, "side", s.Name, i))
	}
	for i, s := range d.States {
		errs = append(errs, add(d.states, "state", s.Name, i))
	}
	for i, t := range d.Transitions {
		errs = append(errs, add(d.transitions, "transition", t.Name, i))
	}
	for i, f := range d.Fields {
		errs = append(errs, add(d.fields, "field", f.Name, i))
	}
	for i, c := range d.Clocks {
		errs = append(errs, add(d.clocks, "clock", c.Name, i))
	}
	for i, g := range d.Grounds {
		errs = append(errs, add(d.grounds, "ground", g.Code, i))
	}
	return first(errs)
}

func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func label(what, s string) error {
	if strings.TrimSpace(s) == "" || len(s) > maxLabel {
		return fmt.Errorf("%s needs a label of 1 to %d bytes", what, maxLabel)
	}
	return nil
}

func (d *Definition) loadSides() error {
	for i := range d.Sides {
		s := &d.Sides[i]
		if s.Parties == 0 {
			s.Parties = 1
		}
		if s.Least == 0 {
			s.Least = 1
		}
		if s.Name == Each || s.Parties < 0 || s.Parties > maxParties {
			return fmt.Errorf("side %s: its name is not %q, and it has 1 to %d parties", s.Name, Each, maxParties)
		}
		if s.Least < 0 || s.Least > s.Parties {
			return fmt.Errorf("side %s: least is a number from 1 to parties, which is %d", s.Name, s.Parties)
		}
		if err := first([]error{label("side "+s.Name, s.Label), roles("side "+s.Name, s.Roles)}); err != nil {
			return err
		}
	}
	if _, ok := d.sides[d.Opens]; !ok {
		return fmt.Errorf("opens: there is no side %q", clip(d.Opens))
	}
	return nil
}

func roles(where string, list []landbridge.Role) error {
	if len(list) == 0 {
		return fmt.Errorf("%s names no role", where)
	}
	for _, r := range list {
		if !slices.Contains(landbridge.Roles(), r) {
			return fmt.Errorf("%s: there is no role %q", where, clip(string(r)))
		}
	}
	return nil
}

func (d *Definition) loadStates() error {
	starts := 0
	for i := range d.States {
		s := &d.States[i]
		switch s.Kind {
		case Start:
			starts++
			d.start = s.Name
		case Live, Suspended, End:
		default:
			return fmt.Errorf("state %s: its kind is start, live, suspended or end", s.Name)
		}
		if !slices.Contains([]Coercion{"", Liberty, Property, Publicity}, s.Coercive) || s.Kind == Start && s.Coercive != "" {
			return fmt.Errorf("state %s: coercive is liberty, property or publicity, and the start takes nothing from anyone", s.Name)
		}
		if slices.Contains([]string{Same, Back, AnyState, LiveStates, EndStates}, s.Name) {
			return fmt.Errorf("state %s: the word has a meaning of its own", s.Name)
		}
		if s.Outcome != "" && !landbridge.ValidName(s.Outcome, maxName) || s.Way < 0 || s.Way > maxStates {
			return fmt.Errorf("state %s: the outcome is a plain name, and way a small number", s.Name)
		}
		if err := label("state "+s.Name, s.Label); err != nil {
			return err
		}
	}
	if starts != 1 {
		return errors.New("exactly one state is of kind start")
	}
	return nil
}
