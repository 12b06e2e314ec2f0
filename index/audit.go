package index

import (
	"fmt"
	"math"
	"slices"

	"landbridge.example/index/stat"
)

// Thresholds of the flags in a [ColumnStats].
const (
	LowAvailable = 0.65
	LowNonzero   = 0.5
	LowUnique    = 0.5
	OutlierSkew  = 2
	OutlierKurt  = 3.5
)

// A ColumnStats describes one column of a stage, and flags what a statistician
// would look at twice.
type ColumnStats struct {
	Code                             string
	Min, Max, Mean, Median, SD       float64
	Skew, Kurtosis                   float64
	Available, Nonzero, Unique, Most int // counts; Most is how often the most frequent value occurs
	FewAvailable, FewNonzero         bool
	FewUnique, Outliers              bool
	ShareAvailable, ShareNonzero     float64
	ShareUnique, ShareOfMostFrequent float64
}

// Code returns the column of a code, nil if it is not made at this stage.
func (g *Stage) Code(code string) []float64 {
	k := slices.IndexFunc(g.Columns, func(c Column) bool { return c.Code == code })
	if k < 0 {
		return nil
	}
	return g.Col[k]
}

// Codes lists the codes on a level, in the order of the specification; level 0
// is every column that is made.
func (g *Stage) Codes(level int) (out []string) {
	for k, c := range g.Columns {
		if (level == 0 || c.Level == level) && g.Col[k] != nil {
			out = append(out, c.Code)
		}
	}
	return out
}

// Under lists the indicators under a code.
func (g *Stage) Under(code string) (out []string) {
	for _, c := range g.Columns {
		if c.Code != code {
			continue
		}
		if c.Indicator {
			return []string{code}
		}
		for _, k := range c.Children {
			out = append(out, g.Under(k)...)
		}
	}
	return out
}

// Stats describes every column that is made.
func (g *Stage) Stats() (out []ColumnStats) {
	for k, c := range g.Columns {
		x := g.Col[k]
		if x == nil {
			continue
		}
		s := ColumnStats{Code: c.Code, Mean: stat.Mean(x), Median: stat.Median(x), SD: stat.SD(x), Available: stat.Count(x)}
		s.Min, s.Max = stat.Range(x)
		s.Skew, s.Kurtosis = stat.Shape(x)
		for _, v := range x {
			if v == v && v != 0 {
				s.Nonzero++
			}
		}
		s.Unique, s.Most = stat.Unique(x)
		n, here := float64(len(x)), float64(s.Available)
		s.ShareAvailable, s.ShareNonzero = here/n, float64(s.Nonzero)/here
		s.ShareUnique, s.ShareOfMostFrequent = float64(s.Unique)/here, float64(s.Most)/here
		s.FewAvailable, s.FewNonzero, s.FewUnique = here/n < LowAvailable, float64(s.Nonzero)/n < LowNonzero, float64(s.Unique)/n < LowUnique
		s.Outliers = math.Abs(s.Skew) > OutlierSkew && s.Kurtosis > OutlierKurt
		out = append(out, s)
	}
	return out
}

// An Availability says how much of a row's data is there.
type Availability struct {
	Row
	Missing, Zero    int
	Share, NonzeroOf float64            // of the indicators; of those that are there
	Groups           map[string]float64 // share of the indicators under each group
}

// Availability counts, for every row, the indicators that are there.
func (g *Stage) Availability() (out []Availability) {
	inds := g.Codes(1)
	under := map[string][]string{}
	for _, c := range g.Columns {
		if !c.Indicator && c.Level > 1 {
			under[c.Code] = g.Under(c.Code)
		}
	}
	col := map[string][]float64{}
	for _, c := range inds {
		col[c] = g.Code(c)
	}
	for r, row := range g.Rows {
		a := Availability{Row: row, Groups: map[string]float64{}}
		for _, c := range inds {
			switch v := col[c][r]; {
			case v != v:
				a.Missing++
			case v == 0:
				a.Zero++
			}
		}
		here := len(inds) - a.Missing
		a.Share, a.NonzeroOf = float64(here)/float64(len(inds)), 1-float64(a.Zero)/float64(here)
		for code, below := range under {
			n := 0
			for _, c := range below {
				if v := col[c][r]; v == v {
					n++
				}
			}
			a.Groups[code] = float64(n) / float64(len(below))
		}
		out = append(out, a)
	}
	return out
}

// Correlations returns the correlation of each code of a with each of b.
func (g *Stage) Correlations(kind stat.Kind, a, b []string) [][]float64 {
	return g.table(a, b, func(x, y []float64) float64 { return stat.Correlation(kind, x, y) })
}

// PValues returns the probabilities that belong to [Stage.Correlations].
func (g *Stage) PValues(kind stat.Kind, a, b []string) [][]float64 {
	return g.table(a, b, func(x, y []float64) float64 { return stat.PValue(kind, x, y) })
}

func (g *Stage) table(a, b []string, f func(x, y []float64) float64) [][]float64 {
	out := make([][]float64, len(a))
	for i, ca := range a {
		x := g.Code(ca)
		for _, cb := range b {
			v := math.NaN()
			if y := g.Code(cb); x != nil && y != nil {
				v = f(x, y)
			}
			out[i] = append(out[i], v)
		}
	}
	return out
}

// A Pair is two columns that go together strongly, or against each other.
type Pair struct {
	Group, A, B string
	Correlation float64
}

// Pairs lists the pairs of indicators inside each group of a level whose
// correlation is above high or below low.
func (g *Stage) Pairs(kind stat.Kind, level int, low, high float64) (out []Pair) {
	for _, c := range g.Columns {
		if c.Level != level || c.Indicator {
			continue
		}
		below := g.Under(c.Code)
		for i, a := range below {
			for _, b := range below[:i] {
				x, y := g.Code(a), g.Code(b)
				if x == nil || y == nil {
					continue
				}
				if r := stat.Correlation(kind, x, y); r > high || r < low {
					p := Pair{c.Code, min(a, b), max(a, b), r}
					out = append(out, p)
				}
			}
		}
	}
	return out
}

// Alpha returns Cronbach's alpha of some columns.
func (g *Stage) Alpha(codes []string) float64 {
	var cols [][]float64
	for _, c := range codes {
		if x := g.Code(c); x != nil {
			cols = append(cols, x)
		}
	}
	return stat.Alpha(cols)
}

// Components returns the principal components of some columns.
func (g *Stage) Components(codes []string) (stat.Components, error) {
	var cols [][]float64
	for _, c := range codes {
		x := g.Code(c)
		if x == nil {
			return stat.Components{}, fmt.Errorf("the column %s is not made at the stage %s", c, g.Name)
		}
		cols = append(cols, x)
	}
	return stat.PCA(cols)
}

// Outrank returns, for each pair of rows, the share of the columns' weights in
// which the first is higher (ties count half), and how many pairs are won in
// every column.
func (g *Stage) Outrank(codes []string, weights []float64) (matrix [][]float64, dominant int) {
	n := len(g.Rows)
	matrix = make([][]float64, n)
	for i := range matrix {
		matrix[i] = make([]float64, n)
	}
	total := 0.0
	for _, w := range weights {
		total += w
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			sum := 0.0
			for k, c := range codes {
				x := g.Code(c)
				switch {
				case x[i] > x[j]:
					sum += weights[k]
				case x[i] == x[j]:
					sum += weights[k] / 2
				}
			}
			matrix[i][j] = sum / total
			matrix[j][i] = 1 - sum/total
			if sum == total || sum == 0 {
				dominant++
			}
		}
	}
	return matrix, dominant
}
