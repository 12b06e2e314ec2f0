package formula

import (
	"math"
	"strings"
	"testing"
)

func columns() Columns {
	num := map[string][]float64{
		"a": {1, 2, math.NaN()}, "b": {4, 0, 6}, "HAZARD & EXPOSURE": {7, 8, 9}, "x.y": {1, 1, 1},
	}
	return Columns{3, func(n string) []float64 { return num[n] }, func(n string) []string {
		if n == "Region" {
			return []string{"Africa", "Asia", ""}
		}
		return nil
	}}
}

func TestEval(t *testing.T) {
	na := math.NaN()
	for _, tt := range []struct {
		text string
		want [3]float64
	}{
		{"1 + 2 * 3", [3]float64{7, 7, 7}},
		{"(1 + 2) * 3", [3]float64{9, 9, 9}},
		{"2^3^2", [3]float64{512, 512, 512}},
		{"-2^2", [3]float64{-4, -4, -4}},
		{"8 - 3 - 2", [3]float64{3, 3, 3}},
		{"1.5e2 / 3", [3]float64{50, 50, 50}},
		{"a + b", [3]float64{5, 2, na}},
		{"a / b", [3]float64{0.25, na, na}},
		{"sum(a, b)", [3]float64{5, 2, 6}},
		{"mean(a, b)", [3]float64{2.5, 1, 6}},
		{"count(a, b)", [3]float64{2, 2, 1}},
		{"coalesce(a, 99)", [3]float64{1, 2, 99}},
		{"missing(a)", [3]float64{0, 0, 1}},
		{"if(a >= 2, b, 0.7 * `HAZARD & EXPOSURE`)", [3]float64{4.8999999999999995, 0, na}},
		{"if(missing(a) or a < 2, -1, 1)", [3]float64{-1, 1, -1}},
		{"not (a == 1) and b != 4", [3]float64{0, 1, na}},
		{"a > 1 and b > 5", [3]float64{0, 0, na}},
		{"Region == 'Asia'", [3]float64{0, 1, 0}},
		{"if(Region != \"\", 1, 0)", [3]float64{1, 1, 0}},
		{"highest(a) - lowest(b)", [3]float64{2, 2, 2}},
		{"(b - average(b)) / spread(b)", [3]float64{0.2182178902359924, -1.0910894511799618, 0.8728715609439695}},
		{"quantile(b, 0.5) + middle(b)", [3]float64{8, 8, 8}},
		{"round(2.345, 2) + round(0.5)", [3]float64{3.35, 3.35, 3.35}},
		{"clip(b, 1, 5)", [3]float64{4, 1, 5}},
		{"ln(b)", [3]float64{math.Log(4), na, math.Log(6)}},
		{"gmean(4, b)", [3]float64{4, 0, math.Sqrt(24)}},
		{"sqrt(-1)", [3]float64{na, na, na}},
		{"x.y", [3]float64{1, 1, 1}},
		{"min(a, b) + max(a, b)", [3]float64{5, 2, 12}},
	} {
		f, err := Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got, err := f.Eval(columns())
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		for i, w := range tt.want {
			if math.IsNaN(w) != math.IsNaN(got[i]) || math.Abs(got[i]-w) > 1e-12 {
				t.Errorf("%s: row %d is %v, want %v", tt.text, i, got[i], w)
			}
		}
	}
}

func TestRefuse(t *testing.T) {
	for text, part := range map[string]string{
		"":               "belongs here",
		"1 +":            "at the end",
		"(1":             "closing bracket",
		"f(1)":           "no function",
		"if(1, 2)":       "if(condition, then, else)",
		"a b":            "something is missing",
		"'a' + 1":        "can only be compared",
		"'a'":            "not with a text",
		"1 < 2 < 3":      "two comparisons",
		"a $ b":          "backquotes",
		"`a":             "closing mark",
		"1.2.3":          "not a number",
		"min(1; 2)":      "not known",
		"and":            "belongs here",
		"if(a, b, 'no')": "can only be compared",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: error %v, want one with %q", text, err, part)
		}
	}
	if _, err := Parse(strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100)); err == nil {
		t.Error("a very deep formula was accepted")
	}
	for text, part := range map[string]string{"nope + 1": "no column nope", "Region + 1": "holds texts", "Region == 1": "with a text"} {
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Eval(columns()); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: error %v, want one with %q", text, err, part)
		}
	}
}

func TestNames(t *testing.T) {
	f, err := Parse("if(b > a, `HAZARD & EXPOSURE`, b)")
	if err != nil || strings.Join(f.Names(), "|") != "b|a|HAZARD & EXPOSURE" {
		t.Error(f.Names(), err)
	}
}

// FuzzParse checks that any text is parsed or refused, and that what is parsed
// can be calculated without a crash.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1", "a+b*2^-1", "if(a>1 and not b, `HAZARD & EXPOSURE`, round(a,2))", "Region=='Asia'", "quantile(a,.5)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if out, err := p.Eval(columns()); err == nil && len(out) != 3 {
			t.Errorf("%q gave %d rows", text, len(out))
		}
	})
}
