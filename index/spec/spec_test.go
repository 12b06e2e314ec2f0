package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const head = `landbridge-index: 1
id: t
title: T
data: [{file: d.csv, unit: u}]
indicators: [{code: a, parent: I}, {code: b, parent: I}]
groups: [I]
`

const steps = "steps: [normalise, aggregate]\n"

// TestRefusals: each mistake is refused by its rule, on its line, in words
// that say what to do.
func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		text, rule string
		line       int
		says       string
	}{
		"empty":               {"", "bad-yaml", 0, "empty"},
		"not yaml":            {"a: [", "bad-yaml", 0, ""},
		"a list":              {"- a\n", "bad-yaml", 1, "keys and values"},
		"two documents":       {head + steps + "---\na: b\n", "bad-yaml", 0, "one document"},
		"an anchor":           {head + "steps: [&x normalise, aggregate]\n", "bad-yaml", 7, "anchors"},
		"an alias":            {"a: &x 1\nb: *x\n", "bad-yaml", 1, "anchors"},
		"a tag":               {head + "steps: !!set [normalise]\n", "bad-yaml", 7, "tags"},
		"a key twice":         {head + steps + "id: u\n", "key-twice", 8, `"id" stands twice`},
		"an unknown key":      {head + steps + "titel: x\n", "unknown-key", 8, `did you mean "title"`},
		"a nested one":        {head + "steps: [{normalise: {methode: minmax}}, aggregate]\n", "unknown-key", 7, `did you mean "method"`},
		"no version":          {strings.Replace(head, "landbridge-index: 1\n", "", 1) + steps, "missing-key", 1, "landbridge-index"},
		"a later version":     {strings.Replace(head, "index: 1", "index: 2", 1) + steps, "bad-format", 1, "format 1"},
		"no data":             {strings.Replace(head, "data: [{file: d.csv, unit: u}]\n", "", 1) + steps, "missing-key", 1, "names no data"},
		"no unit":             {strings.Replace(head, ", unit: u", "", 1) + steps, "missing-key", 4, `"unit"`},
		"no indicators":       {strings.Replace(head, "indicators: [{code: a, parent: I}, {code: b, parent: I}]\n", "", 1) + steps, "missing-key", 1, "no indicators"},
		"no steps":            {head, "missing-key", 1, "no steps"},
		"a code twice":        {strings.Replace(head, "code: b", "code: a", 1) + steps, "code-twice", 5, "first on line 5"},
		"a code of ours":      {strings.Replace(head, "code: b", "code: x", 1) + steps, "bad-code", 5, "cannot be a code"},
		"a bad direction":     {strings.Replace(head, "code: b,", "code: b, direction: left,", 1) + steps, "bad-value", 5, "up (more is better) or down"},
		"an unknown step":     {head + "steps: [normalize]\n", "unknown-step", 7, `did you mean "normalise"`},
		"two acts in a step":  {head + "steps: [{normalise: {}, aggregate: {}}]\n", "bad-step", 7, "one thing"},
		"a bad method":        {head + "steps: [{normalise: {method: min-max}}]\n", "bad-value", 7, `did you mean "minmax"`},
		"bounds that fall":    {head + "steps: [{normalise: {method: goalposts, bounds: [9, 1]}}]\n", "bad-value", 7, "worst-best"},
		"an empty scale":      {head + "steps: [{normalise: {to: [1, 1]}}]\n", "bad-value", 7, "equal"},
		"a group forgotten":   {head + "steps: [{impute: {method: group-mean}}]\n", "bad-value", 7, "column of groups"},
		"a value forgotten":   {head + "steps: [{impute: {method: constant}}]\n", "missing-key", 7, "value"},
		"an empty screen":     {head + "steps: [{screen: {}}]\n", "missing-key", 7, "rule"},
		"a share beyond 1":    {head + "steps: [{screen: {available: 90}}]\n", "bad-value", 7, "share from 0 to 1"},
		"a bad formula":       {head + "steps: [{transform: {formula: ln(}}]\n", "bad-formula", 7, "belongs here"},
		"power forgotten":     {head + "steps: [{aggregate: {method: generalised}}]\n", "missing-key", 7, "power"},
		"power 0":             {head + "steps: [{aggregate: {method: generalised, power: 0}}]\n", "bad-value", 7, "geometric"},
		"a formula too many":  {head + "steps: [{aggregate: {method: geometric, formula: a}}]\n", "bad-value", 7, "method formula"},
		"a level as word":     {head + "steps: [{aggregate: {by-level: {top: geometric}}}]\n", "bad-value", 7, "levels from 2"},
		"exception's keys":    {head + "steps: [{normalise: {except: {a: {over: panel}}}}]\n", "unknown-key", 7, "belongs to the step"},
		"one name twice":      {head + "steps: [{normalise: {}, name: n}, {round: {}, name: n}]\n", "name-twice", 7, "first on line 7"},
		"long without value":  {strings.Replace(head, "unit: u", "unit: u, shape: long", 1) + steps, "missing-key", 4, "value:"},
		"take without year":   {strings.Replace(head, "unit: u", "unit: u, take: latest", 1) + steps, "missing-key", 4, "year:"},
		"one sign for two":    {strings.Replace(head, "unit: u", "unit: u, decimal: ',', thousands: ','", 1) + steps, "bad-value", 4, "same sign"},
		"an empty assumption": {head + steps + "uncertainty: {vary: [{name: n}]}\n", "bad-value", 8, "exactly one"},
		"nothing varies":      {head + steps + "uncertainty: {seed: 1}\n", "missing-key", 8, "vary"},
		"one choice":          {head + steps + "uncertainty: {vary: [{name: n, step: normalise, choices: [none]}]}\n", "missing-key", 8, "two or more"},
		"a step that is not":  {head + steps + "uncertainty: {vary: [{name: n, step: treat, choices: [none, as written]}]}\n", "unknown-step", 8, `no step "treat"`},
		"a bad choice":        {head + steps + "uncertainty: {vary: [{name: n, step: normalise, set: method, choices: [minmax, max]}]}\n", "bad-value", 8, "minmax"},
		"a span that falls":   {head + steps + "uncertainty: {vary: [{name: n, step: normalise, set: sd, between: [2, 1]}]}\n", "bad-value", 8, "rising"},
		"too deep":            {head + steps + "about: " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\n", "bad-yaml", 8, "deep"},
	} {
		_, list := Parse("f.yaml", []byte(tt.text))
		found := false
		for _, p := range list {
			found = found || p.Rule == tt.rule && (tt.line == 0 || p.Line == tt.line) && strings.Contains(p.Text, tt.says) && p.File == "f.yaml"
		}
		if !found || !list.Refused() {
			t.Errorf("%s: want %s on line %d with %q, got:\n%v", name, tt.rule, tt.line, tt.says, list)
		}
	}
}

func TestAccepts(t *testing.T) {
	for name, text := range map[string]string{
		"the least": head + steps,
		"everything of a step": head + `steps:
  - {denominate: {on: [a], by: pop, scale: 1000}, name: per head}
  - impute: {on: indicators, method: regression, from: [b], among: ranked, over: panel, else: mean}
  - treat: {winsorise: any, then: box-cox, lambda: 0.5, choose: best, except: [b]}
  - normalise: {method: goalposts, to: [0, 1], except: {a: {bounds: [0, 1]}, b: none}}
  - weigh: {level: 1, method: pca, mixed-signs: squared}
  - aggregate: {by-level: {2: {method: geometric, round: 1}}, groups: {I: {formula: a + b, fill: {method: mean}}}}
`,
		"quoted numbers": head + "steps: [{normalise: {to: ['1', \"100\"]}}, aggregate]\n",
	} {
		s, list := Parse("f.yaml", []byte(text))
		if list.Refused() || s == nil {
			t.Errorf("%s: %v", name, list)
		}
	}
}

// TestExceptions: an exception is the step's rule with some keys changed.
func TestExceptions(t *testing.T) {
	s, list := Parse("f.yaml", []byte(head+"steps: [{normalise: {method: z-score, mean: 50, sd: 10, except: {a: {sd: 5}, b: none}}}, aggregate]\n"))
	if list.Refused() {
		t.Fatal(list)
	}
	n := s.Steps[0].Do.(*Normalise)
	if a := n.Except["a"]; a == nil || a.Method != "z-score" || a.Mean != 50 || a.SD != 5 {
		t.Errorf("%+v", a)
	}
	if b, ok := n.Except["b"]; !ok || b != nil {
		t.Errorf("b is not left alone")
	}
}

// TestChoices: a choice is the step with some keys changed, and "none" is no step.
func TestChoices(t *testing.T) {
	s, list := Parse("f.yaml", []byte(head+steps+`
uncertainty:
  vary:
    - {name: n, step: normalise, choices: [as written, {method: rank}, none]}
    - {name: m, step: aggregate, set: method, choices: [arithmetic, geometric]}
    - {name: o, step: normalise, set: sd, between: [1, 3]}
`))
	if list.Refused() {
		t.Fatal(list)
	}
	v := s.Uncertain.Vary
	if c := v[0].Choices; len(c) != 3 || c[0].Do.(*Normalise).Rule.Method != "minmax" || c[1].Do.(*Normalise).Rule.Method != "rank" || c[2].Do != nil {
		t.Errorf("%+v", c)
	}
	if c := v[1].Choices; c[1].Do.(*Aggregate).Rule.Method != "geometric" || v[1].Labels[1] != "geometric" {
		t.Errorf("%+v", c)
	}
	st, err := v[2].Between.Make(2.5)
	if err != nil || st.Do.(*Normalise).Rule.SD != 2.5 {
		t.Errorf("%+v %v", st, err)
	}
}

// FuzzParse checks that any text is read or refused with a reason.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../testdata/*/*.yaml")
	if err != nil || len(files) < 5 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(head + steps)
	f.Fuzz(func(t *testing.T, text string) {
		s, list := Parse("f.yaml", []byte(text))
		if (s == nil) != list.Refused() {
			t.Errorf("specification %v with problems %v", s != nil, list)
		}
	})
}
