package portal

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/index/spec"
)

// A MethodView is page/method: the method in words, made from the specification
// alone, so that it cannot say anything else than what was calculated.
type MethodView struct {
	Frame
	About    string
	Tree     []TreePart
	Steps    []MethodStep
	Vary     []NameValue
	Runs     string
	Seed     string
	SpecFile string // address of the specification
	SpecName string
	Licence  string
	Units    int
	Cells    int
	Budget   bool
	Decided  []DecisionLine // newest first
}

// A DecisionLine is one version of the method and the decision it rests on.
type DecisionLine struct {
	Version                      int64
	Decision, Digest, Note, Date string
}

// A TreePart is one part of the index and what it is made of.
type TreePart struct {
	Name, Share string
	Level       int
	Indicator   bool
	Down        bool // less is better
	Unit        string
	About       string
	Effective   string
	Source      string
}

// A MethodStep is one step in words.
type MethodStep struct {
	Number  int
	Title   string
	Said    []string // by the author of the specification: its name, when it is not the kind
	Texts   []string
	Formula []string
	Line    int
}

func (s *site) method(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	view := MethodView{Frame: s.page(v, o, "method", v.t.T("public.page.method")), About: o.Spec.About, Licence: o.Spec.Licence, Units: len(o.rows),
		Cells: len(o.under(o.Result.Columns[0].Code)), Budget: len(o.Budgets) > 0, SpecName: path.Base(o.Spec.File), SpecFile: o.path() + "/files/" + o.Spec.File}
	if _, ok := o.Contents[o.Spec.File]; !ok {
		view.SpecFile = ""
	}
	for _, m := range slices.Backward(o.Methods) {
		view.Decided = append(view.Decided, DecisionLine{m.Version, m.Decision, m.DecisionDigest, m.Note, v.t.Date(m.At)})
	}
	view.Tree = o.tree(o.Result.Columns[0].Code, 0)
	for n, st := range o.Spec.Steps {
		view.Steps = append(view.Steps, o.stepText(n+1, st))
	}
	view.Steps = append(view.Steps, o.rankText(len(o.Spec.Steps)+1))
	if u := o.Spec.Uncertain; u != nil {
		view.Runs, view.Seed = v.t.Number(int64(max(o.Replications, 0))), strconv.FormatUint(u.Seed, 10)
		for i := range u.Vary {
			view.Vary = append(view.Vary, NameValue{u.Vary[i].Name, o.varyText(&u.Vary[i])})
		}
	}
	return s.show(v, "method", view)
}

// tree lists the parts under a column, each followed by what it is made of.
func (o *opened) tree(parent string, level int) (out []TreePart) {
	for _, k := range o.parts(parent) {
		c := o.Result.Columns[k]
		p := TreePart{Name: columnName(c), Share: o.t.Percent(c.Share, 0), Level: level, Indicator: c.Indicator, Down: c.Direction < 0, Unit: c.Unit,
			Effective: o.t.Percent(c.Effective, 1), Source: c.Source}
		for i := range o.Spec.Indicators {
			if o.Spec.Indicators[i].Code == c.Code {
				p.About = o.Spec.Indicators[i].About
			}
		}
		for i := range o.Spec.Groups {
			if o.Spec.Groups[i].Code == c.Code {
				p.About = o.Spec.Groups[i].About
			}
		}
		out = append(out, p)
		out = append(out, o.tree(c.Code, level+1)...)
	}
	return out
}

// stepText says one step in words and as a formula.
func (o *opened) stepText(n int, st spec.Step) MethodStep {
	m := MethodStep{Number: n, Title: o.t.T("public.step." + st.Kind), Line: st.Line}
	if st.Name != st.Kind {
		m.Said = []string{st.Name}
	}
	switch d := st.Do.(type) {
	case *spec.Denominate:
		m.add(o.t.T("public.does.denominate", o.denominators(d)), "x / (denominator / scale)")
		m.on(o, d.On)
	case *spec.Impute:
		m.impute(o, d)
	case *spec.Screen:
		m.screen(o, d)
	case *spec.Treat:
		m.treat(o, d)
	case *spec.Normalise:
		m.normalise(o, &d.Rule, d.Over)
		m.on(o, d.On)
		for _, code := range slices.Sorted(maps.Keys(d.Except)) {
			if r := d.Except[code]; r != nil {
				m.Texts = append(m.Texts, o.t.T("public.does.except", o.titles([]string{code})))
				m.normalise(o, r, d.Over)
			} else {
				m.Texts = append(m.Texts, o.t.T("public.does.leave", o.titles([]string{code})))
			}
		}
	case *spec.Weigh:
		m.add(o.t.T("public.weigh." + d.Method))
	case *spec.Aggregate:
		m.aggregate(o, d)
	case *spec.Derive:
		m.add(o.t.T("public.does.derive", d.Code), d.Code+" = "+d.Formula.String())
	case *spec.Transform:
		m.add(o.t.T("public.does.transform"), "x → "+d.Formula.String())
		m.on(o, d.On)
	case *spec.Clip:
		m.add(o.t.T("public.does.clip", bound(d.Low), bound(d.High)))
		m.on(o, d.On)
	case *spec.Rounding:
		m.add(o.t.T("public.does.round", d.Digits))
		m.on(o, d.On)
	}
	return m
}

func (m *MethodStep) add(text string, formulas ...string) {
	m.Texts = append(m.Texts, text)
	for _, f := range formulas {
		if !slices.Contains(m.Formula, f) {
			m.Formula = append(m.Formula, f)
		}
	}
}

// on says which columns a step works on, if not on all indicators.
func (m *MethodStep) on(o *opened, on spec.On) {
	switch {
	case len(on.Codes) > 0:
		m.Texts = append(m.Texts, o.t.T("public.does.on", o.titles(on.Codes)))
	case on.Level > 1:
		m.Texts = append(m.Texts, o.t.T("public.does.level", strconv.Itoa(on.Level)))
	}
}

func (o *opened) titles(codes []string) string {
	var out []string
	for _, c := range codes {
		name := c
		if k := o.Result.Column(c); k >= 0 {
			name = o.title(k)
		}
		out = append(out, name)
	}
	return o.t.List(out)
}

func (o *opened) denominators(d *spec.Denominate) string {
	if d.By != "" {
		return d.By
	}
	var names []string
	for i := range o.Spec.Indicators {
		if x := &o.Spec.Indicators[i]; x.Denominator != "" {
			name := x.Name
			if name == "" {
				name = x.Code
			}
			names = append(names, name+" / "+x.Denominator)
		}
	}
	if len(names) == 0 {
		return "–"
	}
	return o.t.List(names)
}

func bound(v *float64) string {
	if v == nil {
		return "…"
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

func (m *MethodStep) impute(o *opened, d *spec.Impute) {
	key, arg := "public.impute."+d.Method, ""
	switch d.Method {
	case "group-mean", "group-median":
		arg = d.Group
		if g := o.grouping(d.Group); g != nil {
			arg = g.Name
		}
	case "constant":
		arg = short(d.Value)
	case "regression":
		arg = o.t.List(d.From)
	}
	m.add(o.t.T(key, arg))
	m.on(o, d.On)
	n := 0
	for _, i := range o.rows {
		for _, k := range o.under(o.Result.Columns[0].Code) {
			if o.filled(k, i) {
				n++
			}
		}
	}
	m.Texts = append(m.Texts, o.t.T("public.does.filled", n))
}

func (m *MethodStep) screen(o *opened, d *spec.Screen) {
	if d.Available != nil {
		m.add(o.t.T("public.does.available", o.t.Percent(*d.Available, 0)))
	}
	if d.Nonzero != nil {
		m.add(o.t.T("public.does.nonzero", o.t.Percent(*d.Nonzero, 0)))
	}
	if d.Where != nil {
		m.add(o.t.T("public.does.where"), d.Where.String())
	}
	if len(d.Include) > 0 {
		m.add(o.t.T("public.does.include", o.t.List(d.Include)))
	}
	if len(d.Exclude) > 0 {
		m.add(o.t.T("public.does.exclude", o.t.List(d.Exclude)))
	}
	if !d.Drop {
		m.add(o.t.T("public.does.unrank"))
	}
}

func (m *MethodStep) treat(o *opened, d *spec.Treat) {
	r := d.Rule
	m.add(o.t.T("public.does.treat", short(r.Skew), short(r.Kurtosis)))
	if r.Winsorise > 0 {
		m.add(o.t.T("public.does.winsorise", r.Winsorise))
	} else if r.Winsorise < 0 {
		m.add(o.t.T("public.does.winsorise.any"))
	}
	formula := map[string]string{"log-ct": "ln(x − min + 0.01·(max − min))",
		"log-ct-plus": "g > 0: ln(x − min + 0.01·(max − min)); else −ln(max + 0.01·(max − min) − x)",
		"log-ct-orig": "ln(x − min + 1)", "log-gii": "ln((max − 1)(x − min)/(max − min) + 1)", "box-cox": "((x − min + 1)^λ − 1)/λ, λ = " + short(r.Lambda)}[r.Then]
	switch {
	case formula != "":
		m.add(o.t.T("public.does.then"), formula)
	case r.Then == "keep-original":
		m.add(o.t.T("public.does.then.original"))
	default:
		m.add(o.t.T("public.does.then.winsorised"))
	}
	m.on(o, d.On)
	n := 0
	for _, t := range o.Result.Treatment {
		if t.Kept != "original" && (t.Year == 0 || t.Year == o.year) {
			n++
		}
	}
	m.Texts = append(m.Texts, o.t.T("public.does.treated", n))
}

// normFormulas are the formulas of spec/index.md §5: y is the value turned so
// that more is better, l and u are the ends of the scale.
func normFormulas() map[string]string {
	return map[string]string{
		"minmax": "(y − min) / (max − min) · (u − l) + l", "z-score": "(y − mean) / sd · s + m", "goalposts": "(x − worst) / (best − worst) · (u − l) + l",
		"scaled": "(y − a) / (b − a) · (u − l) + l", "distance-to-max": "1 − (max − y) / (max − min)", "distance-to-reference": "1 − (r − y) / (r − min)",
		"distance-to-target": "(y − min) / (d·T − min)", "fraction-of-max": "y / max", "rank": "rank(y)", "borda": "rank(y) − 1",
		"percentile-rank": "(rank(y) − 1) / (n − 1)", "bands": "", "none": "y",
	}
}

func (m *MethodStep) normalise(o *opened, r *spec.NormRule, over spec.Over) {
	args := []any{short(r.To[0]), short(r.To[1])}
	switch r.Method {
	case "z-score":
		args = []any{short(r.Mean), short(r.SD)}
	case "bands":
		args = []any{max(r.Bands, len(r.Thresholds)+1), ""}
	case "distance-to-reference":
		args = []any{r.Reference, ""}
	}
	m.add(o.t.T("public.norm."+r.Method, args...))
	if f := normFormulas()[r.Method]; f != "" {
		m.add(o.t.T("public.does.direction"), f)
	}
	switch {
	case over.Panel:
		m.Texts = append(m.Texts, o.t.T("public.does.panel"))
	case over.Year != 0:
		m.Texts = append(m.Texts, o.t.T("public.does.base", strconv.Itoa(over.Year)))
	}
}

// aggFormulas are the formulas of spec/index.md §6.
func aggFormulas() map[string]string {
	return map[string]string{
		"arithmetic": "Σ w·x / Σ w", "geometric": "exp(Σ w·ln x / Σ w)", "harmonic": "Σ w / Σ (w/x)",
		"generalised": "(Σ w·xᵖ / Σ w)^(1/p)", "sum": "Σ w·x",
		"product": "Π x^w", "median": "", "min": "", "max": "", "first": "", "copeland": "#(o > ½) − #(o < ½)", "mazziotta-pareto": "m − s²/m",
		"benefit-of-doubt": "max Σ w·x, w ≥ 0", "inform": "(10 − exp(Σ w·ln((s − x)/s·9 + 1) / Σ w)) / 9 · s", "hdi": "(x₁·x₂·…·xₙ)^(1/n)", "formula": "",
	}
}

func (m *MethodStep) aggregate(o *opened, d *spec.Aggregate) {
	rule := func(head string, r *spec.AggRule) {
		text := o.t.T("public.agg." + r.Method)
		if head != "" {
			text = head + ": " + text
		}
		f := aggFormulas()[r.Method]
		if r.Formula != nil {
			f = r.Formula.String()
		}
		if r.Method == "generalised" {
			f += ", p = " + short(r.Power)
		}
		if f == "" {
			m.add(text)
		} else {
			m.add(text, f)
		}
		if r.Minimum > 0 {
			m.Texts = append(m.Texts, o.t.T("public.does.minimum", o.t.Percent(r.Minimum, 0)))
		}
	}
	for _, level := range slices.Sorted(maps.Keys(d.ByLevel)) {
		rule(o.t.T("public.level", strconv.Itoa(level)), d.ByLevel[level])
	}
	for _, code := range slices.Sorted(maps.Keys(d.Groups)) {
		rule(o.titles([]string{code}), d.Groups[code])
	}
	if len(d.ByLevel) == 0 {
		rule("", &d.Rule)
	}
}

func (o *opened) rankText(n int) MethodStep {
	r := o.Spec.Rank
	m := MethodStep{Number: n, Title: o.t.T("public.step.rank")}
	key := "public.does.rank.down"
	if r.Ascending {
		key = "public.does.rank.up"
	}
	m.add(o.t.T(key))
	if r.Digits != nil {
		m.add(o.t.T("public.does.rank.digits", *r.Digits))
	}
	return m
}

// varyText says what an assumption varies.
func (o *opened) varyText(a *spec.Vary) string {
	name := ""
	if a.Step >= 0 && a.Step < len(o.Spec.Steps) {
		name = o.t.T("public.step." + o.Spec.Steps[a.Step].Kind)
	}
	switch {
	case len(a.Choices) > 0:
		return o.t.T("public.vary.choices", name, o.choices(a))
	case a.Between != nil:
		return o.t.T("public.vary.between", name, short(a.Between.Low), short(a.Between.High))
	case a.Noise != nil:
		return o.t.T("public.vary.noise", o.t.Percent(a.Noise.Share, 0))
	case a.Sets != nil:
		return o.t.T("public.vary.sets")
	case a.Drop != nil:
		return o.t.T("public.vary.drop")
	case a.Cells != nil:
		return o.t.T("public.vary.cells", short(a.Cells.Share))
	}
	return ""
}

// choices says each choice of an assumption in the words of its step; what has
// no words of its own is named as the specification names it.
func (o *opened) choices(a *spec.Vary) string {
	var out []string
	for i, l := range a.Labels {
		m := MethodStep{}
		if i < len(a.Choices) {
			switch d := a.Choices[i].Do.(type) {
			case *spec.Impute:
				m.impute(o, d)
				m.Texts = m.Texts[:1]
			case *spec.Normalise:
				m.normalise(o, &d.Rule, spec.Over{})
				m.Texts = m.Texts[:1]
			case *spec.Aggregate:
				m.aggregate(o, d)
			case *spec.Treat:
				if d.Rule.Winsorise > 0 {
					m.add(o.t.T("public.vary.points", d.Rule.Winsorise))
				}
			}
		}
		switch {
		case l == "as written":
			l = o.t.T("public.vary.written")
		case len(m.Texts) > 0:
			l = strings.TrimRight(strings.Join(m.Texts, " "), ".。")
		}
		out = append(out, "“"+strings.TrimSpace(l)+"”")
	}
	return o.t.List(out)
}

// assumption says what the assumption of a name varies.
func (o *opened) assumption(name string) string {
	if o.Spec.Uncertain == nil {
		return ""
	}
	for i := range o.Spec.Uncertain.Vary {
		if o.Spec.Uncertain.Vary[i].Name == name {
			return o.varyText(&o.Spec.Uncertain.Vary[i])
		}
	}
	return ""
}
