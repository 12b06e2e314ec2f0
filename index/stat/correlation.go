package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Kind says how two columns are compared.
type Kind int

// The kinds of correlation.
const (
	Pearson Kind = iota
	Spearman
	Kendall // tau-b
)

// both returns the pairs in which both values are present.
func both(x, y []float64) (a, b []float64) {
	for i := range x {
		if x[i] == x[i] && y[i] == y[i] {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	return a, b
}

// Covariance returns the sample covariance over the complete pairs.
func Covariance(x, y []float64) float64 {
	a, b := both(x, y)
	if len(a) < 2 {
		return math.NaN()
	}
	ma, mb, s := Mean(a), Mean(b), 0.0
	for i := range a {
		s += float64((a[i] - ma) * (b[i] - mb))
	}
	return s / float64(len(a)-1)
}

// Correlation returns the correlation of x and y over the complete pairs, NaN
// if one of them does not vary.
func Correlation(k Kind, x, y []float64) float64 {
	a, b := both(x, y)
	if len(a) < 2 {
		return math.NaN()
	}
	switch k {
	case Spearman:
		return pearson(Rank(a, false, TiesAverage), Rank(b, false, TiesAverage))
	case Kendall:
		return kendall(a, b)
	}
	return pearson(a, b)
}

func pearson(a, b []float64) float64 {
	ma, mb := Mean(a), Mean(b)
	var sab, saa, sbb float64
	for i := range a {
		da, db := a[i]-ma, b[i]-mb
		sab += float64(da * db)
		saa += float64(da * da)
		sbb += float64(db * db)
	}
	if saa == 0 || sbb == 0 {
		return math.NaN()
	}
	return max(-1, min(1, sab/(math.Sqrt(saa)*math.Sqrt(sbb))))
}

func kendall(a, b []float64) float64 {
	var s, na, nb float64
	for i := range a {
		for j := range i {
			da, db := sign(a[i]-a[j]), sign(b[i]-b[j])
			s += da * db
			na += da * da
			nb += db * db
		}
	}
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	return s / (math.Sqrt(na) * math.Sqrt(nb))
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// PValue returns the two-sided probability of a correlation at least as strong
// if there were none. Pearson: the t distribution with n-2 degrees of freedom.
// Spearman: the distribution of the sum of squared rank differences, exact to
// nine pairs and by Edgeworth series above (algorithm AS 89), or the t
// distribution when there are ties. Kendall is not offered and is NaN.
func PValue(k Kind, x, y []float64) float64 {
	a, b := both(x, y)
	n := len(a)
	if n < 3 {
		return math.NaN()
	}
	switch r := Correlation(k, a, b); {
	case r != r || k == Kendall:
		return math.NaN()
	case k == Spearman:
		return spearmanP(a, b, r)
	default:
		return tailT(r, n)
	}
}

// tailT is the two-sided tail of a correlation under the t distribution.
func tailT(r float64, n int) float64 {
	if math.Abs(r) >= 1 {
		return 0
	}
	df := float64(n - 2)
	t := math.Abs(r) * math.Sqrt(df/(1-r*r))
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.CDF(-t)
}

const maxExact = 1290 // pairs; above, n^3 would pass the exact integers of the series

func spearmanP(a, b []float64, r float64) float64 {
	n := len(a)
	da, _ := Unique(a)
	db, _ := Unique(b)
	if min(da, db) < n || n > maxExact {
		return tailT(r, n)
	}
	cube := float64(n)*float64(n)*float64(n) - float64(n)
	s := cube * (1 - r) / 6
	if s > cube/6 {
		return min(1, 2*sumSquares(n, math.Round(s), false))
	}
	return min(1, 2*sumSquares(n, math.Round(s)+2, true))
}

// sumSquares is algorithm AS 89 (Best and Roberts 1975): the probability that
// the sum of squared rank differences of n pairs is at least s, or below s.
func sumSquares(n int, s float64, below bool) float64 {
	cube := float64(n) * (float64(n)*float64(n) - 1) / 3
	switch {
	case s <= 0:
		return choose(below, 0, 1)
	case s > cube:
		return choose(below, 1, 0)
	case n <= 9:
		p := exactAtLeast(n, s)
		return choose(below, 1-p, p)
	}
	b := 1 / float64(n)
	x := (6*(s-1)*b/(float64(n)*float64(n)-1) - 1) * math.Sqrt(float64(n)-1)
	y := x * x
	u := x * b * (0.2274 + b*(0.2531+0.1745*b) + y*(-0.0758+b*(0.1033+0.3932*b)-
		y*b*(0.0879+0.0151*b-y*(0.0072-0.0831*b+y*b*(0.0131-4.6e-4*y)))))
	u /= math.Exp(y / 2)
	if below {
		return clamp(-u + distuv.UnitNormal.CDF(x))
	}
	return clamp(u + distuv.UnitNormal.CDF(-x))
}

func choose(c bool, a, b float64) float64 {
	if c {
		return a
	}
	return b
}

func clamp(p float64) float64 { return max(0, min(1, p)) }

// exactAtLeast counts all orders of n ranks, n at most 9.
func exactAtLeast(n int, s float64) float64 {
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	hit, all := 0, 0
	var walk func(k int)
	walk = func(k int) {
		if k == n {
			sum := 0
			for i, p := range perm {
				sum += (i - p) * (i - p)
			}
			all++
			if float64(sum) >= s {
				hit++
			}
			return
		}
		for i := k; i < n; i++ {
			perm[k], perm[i] = perm[i], perm[k]
			walk(k + 1)
			perm[k], perm[i] = perm[i], perm[k]
		}
	}
	walk(0)
	return float64(hit) / float64(all)
}

// Alpha returns Cronbach's alpha of the columns: how consistently they speak
// of one thing. Covariances are over complete pairs. NaN below two columns.
func Alpha(cols [][]float64) float64 {
	k := float64(len(cols))
	if k < 2 {
		return math.NaN()
	}
	all, diagonal := 0.0, 0.0
	for i := range cols {
		for j := range cols {
			c := Covariance(cols[i], cols[j])
			if c != c {
				continue
			}
			all += c
			if i == j {
				diagonal += c
			}
		}
	}
	return k * k * ((all - diagonal) / (k * (k - 1))) / all
}
