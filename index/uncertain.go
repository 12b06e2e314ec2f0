package index

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
	"landbridge.example/index/table"
)

// What one seed is used for. The numbers are part of the format: changing one
// changes every replication.
const (
	useDesign    = 1
	useNoise     = 2
	useCells     = 3
	useBootstrap = 4
)

// An assumption is one uncertain part of the method, compiled.
type assumption struct {
	name    string
	labels  []string // of the choices; nil for a continuous one
	step    int      // which step varies, -1 if none
	choices []step
	between *spec.Between
	noise   *spec.Noise
	sets    [][]float64 // whole weight sets by node, NaN where one says nothing
	drop    []int       // nodes of which one is left out; -1 is none
	cells   *spec.CellNoise
}

// Uncertain is a model with its assumptions, ready to be run many times.
type Uncertain struct {
	m       *Model
	plan    *spec.Uncertain
	ass     []assumption
	target  int
	prefix  int // steps before this one depend on choices only, and are kept
	noiseAt int // the step before which noise is put on cells
	nominal []float64
	score   []float64
	rows    []Row
	cache   *cache
	codeKey []uint64 // of each node, for draws that do not depend on the order of lines
	rowKey  []uint64
}

// Uncertain prepares the uncertainty analysis. It runs the index as written,
// and once with each combination of choices (a sample, if there are very many),
// so that a combination that cannot be calculated is refused before any count
// begins, with its unit, indicator and rule.
func (m *Model) Uncertain() (*Uncertain, problem.List) {
	var list problem.List
	plan := m.spec.Uncertain
	if plan == nil {
		list.Add(problem.Problem{Rule: "no-uncertainty", File: m.spec.File, Text: "the specification has no uncertainty: section"})
		return nil, list
	}
	u := &Uncertain{m: m, plan: plan, target: m.index, cache: newCache()}
	if plan.Target != "" {
		i, ok := m.tree.at[plan.Target]
		if !ok {
			list.Add(problem.Problem{Rule: "unknown-code", File: m.spec.File, Line: plan.Line, Column: plan.Target,
				Text: "uncertainty: target: there is no such column" + problem.Nearest(plan.Target, m.tree.codes())})
			return nil, list
		}
		u.target = i
	}
	for _, v := range plan.Vary {
		u.ass = append(u.ass, m.assume(v, &list))
	}
	u.apart(&list)
	if list.Refused() {
		return nil, sorted(list)
	}
	u.findPrefix()
	for _, nd := range m.tree.node {
		u.codeKey = append(u.codeKey, hash(nd.code))
	}
	for r, i := range m.frame.unit {
		u.rowKey = append(u.rowKey, hash(m.frame.units[i].Code+"|"+strconv.Itoa(m.frame.years[r]))>>32)
	}
	b := newBench(&list, false)
	s := m.last(b)
	if list.Refused() {
		return nil, sorted(list)
	}
	if s.col[u.target] == nil {
		list.Add(problem.Problem{Rule: "missing-step", File: m.spec.File, Column: m.tree.node[u.target].code, Text: "no step makes this column"})
		return nil, list
	}
	u.nominal, u.score, u.rows = u.wide(s, m.ranks(s, u.target)), u.wide(s, s.col[u.target]), m.rows(m.start)
	if list = u.try(); list.Refused() {
		return nil, list
	}
	return u, nil
}

// wide spreads a column of a state over all rows of the frame.
func (u *Uncertain) wide(s *state, x []float64) []float64 {
	out := make([]float64, len(u.m.frame.unit))
	fillNaN(out)
	for r, fr := range s.row {
		out[fr] = x[r]
	}
	return out
}

func (m *Model) assume(v spec.Vary, list *problem.List) assumption {
	a := assumption{name: v.Name, step: v.Step, labels: v.Labels, between: v.Between, noise: v.Noise, cells: v.Cells}
	refuse := func(rule, column, format string, args ...any) {
		list.Add(problem.Problem{Rule: rule, File: m.spec.File, Line: v.Line, Column: column, Text: "assumption " + v.Name + ": " + fmt.Sprintf(format, args...)})
	}
	for _, c := range v.Choices {
		a.choices = append(a.choices, m.compile(v.Step, c, list))
	}
	switch {
	case v.Noise != nil:
		for _, l := range v.Noise.Levels {
			if len(m.tree.onLevel(l)) == 0 {
				refuse("unknown-level", "", "nothing is on level %d", l)
			}
		}
	case v.Sets != nil:
		a.sets, a.labels = m.weightSets(v, refuse)
	case v.Drop != nil:
		a.drop, a.labels = m.dropList(v, refuse)
	}
	return a
}

func (m *Model) dropList(v spec.Vary, refuse func(rule, column, format string, args ...any)) (drop []int, labels []string) {
	if v.Drop.None {
		drop, labels = append(drop, -1), append(labels, "none")
	}
	for _, i := range m.tree.onLevel(v.Drop.Level) {
		if v.Drop.Level > 0 {
			drop, labels = append(drop, i), append(labels, m.tree.node[i].code)
		}
	}
	for _, code := range v.Drop.Codes {
		i, ok := m.tree.at[code]
		if !ok {
			refuse("unknown-code", code, "there is no such indicator or group%s", problem.Nearest(code, m.tree.codes()))
		}
		drop, labels = append(drop, i), append(labels, code)
	}
	if len(drop) < 2 {
		refuse("bad-value", "", "drop needs at least two things to choose from")
	}
	return drop, labels
}

// weightSets reads a table of weight sets. Sets keep the order of the file.
func (m *Model) weightSets(v spec.Vary, refuse func(rule, column, format string, args ...any)) (sets [][]float64, labels []string) {
	data, err := m.files(v.Sets.File)
	if err != nil {
		refuse("no-file", "", "%s cannot be read: %v", v.Sets.File, err)
		return nil, nil
	}
	t, problems := table.Parse(v.Sets.File, data)
	if t == nil {
		refuse("bad-csv", "", "%v", problems)
		return nil, nil
	}
	var at [3]int
	for k, name := range []string{v.Sets.Set, v.Sets.Code, v.Sets.Weight} {
		if at[k], err = t.Column(name); err != nil {
			refuse("unknown-column", "", "%s: %v", v.Sets.File, err)
			return nil, nil
		}
	}
	for _, row := range t.Rows {
		name, code := strings.TrimSpace(row.Cell[at[0]]), strings.TrimSpace(row.Cell[at[1]])
		k := slices.Index(labels, name)
		if k < 0 {
			k = len(sets)
			none := make([]float64, len(m.tree.node))
			fillNaN(none)
			labels, sets = append(labels, name), append(sets, none)
		}
		i, ok := m.tree.at[code]
		w, err := table.Numbers{}.Read(row.Cell[at[2]])
		if !ok || err != nil || !(w >= 0) {
			refuse("bad-weight", code, "%s line %d: the code is unknown or the weight is not a number from 0", v.Sets.File, row.Line)
			continue
		}
		sets[k][i] = w
	}
	if len(sets) < 2 || len(sets) > 100_000 {
		refuse("bad-value", "", "%s holds %d sets; 2 to 100,000 are needed", v.Sets.File, len(sets))
	}
	return sets, labels
}

// options returns how many choices an assumption has, 0 if it is continuous.
func (a *assumption) options() int {
	return max(len(a.choices), len(a.sets), len(a.drop))
}

// apart refuses two assumptions about one thing, of which one would be lost.
func (u *Uncertain) apart(list *problem.List) {
	seen := map[string]string{}
	for k, a := range u.ass {
		what := ""
		switch {
		case a.step >= 0:
			what = "the step " + u.m.steps[a.step].name
		case a.sets != nil:
			what = "a whole set of weights"
		case a.drop != nil:
			what = "what is left out"
		case a.cells != nil:
			what = "the data"
		default:
			continue // noises on weights multiply
		}
		if other, twice := seen[what]; twice {
			list.Add(problem.Problem{Rule: "same-assumption", File: u.m.spec.File, Line: u.plan.Vary[k].Line,
				Text: fmt.Sprintf("the assumptions %s and %s both vary %s; write their combinations as the choices of one", other, a.name, what)})
		}
		seen[what] = a.name
	}
}

// findPrefix finds how many steps depend on nothing but choices between
// written steps; their results are kept and used again.
func (u *Uncertain) findPrefix() {
	u.prefix, u.noiseAt = len(u.m.steps), -1
	for _, a := range u.ass {
		switch {
		case a.between != nil:
			u.prefix = min(u.prefix, a.step)
		case a.cells != nil:
			u.noiseAt = 0
			for k, st := range u.m.steps {
				if a.cells.Imputed && st.kind == "impute" {
					u.noiseAt = k + 1
				}
			}
			u.prefix = min(u.prefix, u.noiseAt)
		case a.choices == nil: // weights: they count from the first aggregate on
			if k := slices.IndexFunc(u.m.steps, func(st step) bool { return st.kind == "aggregate" }); k >= 0 {
				u.prefix = min(u.prefix, k)
			}
		}
	}
}

const (
	mostTried   = 512
	triedSample = 256
)

// try runs the combinations of written choices, and the ends of what varies
// between two numbers.
func (u *Uncertain) try() problem.List {
	total := 1
	for _, a := range u.ass {
		if n := a.corners(); n > 0 && total <= mostTried {
			total *= n
		}
	}
	sample := total > mostTried
	if sample {
		total = triedSample
	}
	var list problem.List
	src := stat.NewSource(u.plan.Seed, useDesign)
	for n := range total {
		point, rest, said := make([]float64, len(u.ass)), n, []string{}
		for k, a := range u.ass {
			c := a.corners()
			if c == 0 {
				continue
			}
			pick := rest % c
			if rest /= c; sample {
				pick = int(src.Float(uint64(n), uint64(k)) * float64(c))
			}
			point[k] = a.corner(pick)
			said = append(said, a.name+" = "+a.label(point[k]))
		}
		var own problem.List
		b := newBench(&own, false)
		u.replicate(b, point, nil)
		for _, p := range own {
			if !p.Warning {
				p.Text += " (with " + strings.Join(said, "; ") + ")"
				list.Add(p)
			}
		}
		if len(list) > 4*problem.Most {
			break
		}
	}
	return sorted(list)
}

// corners is how many points of an assumption are tried: each choice, or both
// ends of a span of numbers.
func (a *assumption) corners() int {
	if a.between != nil {
		return 2
	}
	return len(a.choices)
}

func (a *assumption) corner(n int) float64 {
	if a.between != nil {
		return float64(n) * (1 - 1e-9)
	}
	return (float64(n) + 0.5) / float64(len(a.choices))
}

// pick is the choice that a number from 0 to 1 stands for.
func (a *assumption) pick(v float64) int {
	n := a.options()
	return min(n-1, int(v*float64(n)))
}

func (a *assumption) label(v float64) string {
	switch {
	case a.between != nil:
		return strconv.FormatFloat(a.between.Low+float64(v*(a.between.High-a.between.Low)), 'g', 6, 64)
	case a.options() > 0:
		return a.labels[a.pick(v)]
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// cellNoise is the noise on cells in one replication.
type cellNoise struct {
	src     stat.Source
	share   float64
	imputed bool
}

// hash names a code or unit by a number that depends on nothing but its
// letters (FNV-1a), so that the order of lines changes no draw.
func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}

// setUp applies the assumptions that are not written steps to a bench.
func (u *Uncertain) setUp(b *bench, point []float64, choice []int) {
	b.drop, b.fixed, b.cells = -1, nil, nil
	moved := false
	for k := range u.ass {
		a, v := &u.ass[k], point[k]
		pick := 0
		if a.options() > 0 {
			if pick = a.pick(v); choice != nil {
				pick = choice[k]
			}
		}
		switch {
		case a.sets != nil:
			b.fixed = a.sets[pick]
		case a.drop != nil:
			b.drop = a.drop[pick]
		case a.cells != nil:
			b.cells = &cellNoise{stat.NewSource(uint64(v*(1<<53)), useCells), a.cells.Share, a.cells.Imputed}
		case a.noise != nil:
			if !moved {
				moved = true
				if b.scale == nil {
					b.scale = make([]float64, len(u.m.tree.node))
				}
				for i := range b.scale {
					b.scale[i] = 1
				}
			}
			src := stat.NewSource(uint64(v*(1<<53)), useNoise)
			for i, nd := range u.m.tree.node {
				if slices.Contains(a.noise.Levels, nd.level) {
					b.scale[i] *= 1 + a.noise.Share*(2*src.Float(u.codeKey[i], 0)-1)
				}
			}
		}
	}
}

// shake puts noise on the cells of all indicators.
func (u *Uncertain) shake(b *bench, s *state) {
	c := b.cells
	for i, nd := range u.m.tree.node {
		if nd.ind == nil || s.col[i] == nil {
			continue
		}
		sd := stat.SD(s.col[i])
		out := b.column(len(s.row))
		for r, v := range s.col[i] {
			fr := s.row[r]
			out[r] = v
			if c.imputed && u.m.start.flag[i][fr]&FlagMissing == 0 {
				continue
			}
			out[r] += c.share * sd * (2*c.src.Float(u.codeKey[i], u.rowKey[fr]) - 1)
		}
		s.col[i] = out
	}
}
