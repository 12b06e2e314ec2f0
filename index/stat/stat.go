// Package stat holds the numerical methods of the index engine: moments,
// ranks, correlations, principal components, small linear programmes, searches
// over weights, and counted random numbers.
//
// A missing value is NaN everywhere; functions skip missing values unless they
// say otherwise, and answer NaN where nothing is left. Products are rounded
// before they are added, so that no processor may fuse the two and answer
// differently in the last bit.
//
// Trust: pure arithmetic; a fault here can at most give a wrong number, which
// the reference tests of package index would show.
package stat

import (
	"math"
	"slices"
)

// Missing is the value of a cell without a value.
func Missing() float64 { return math.NaN() }

// Count returns how many values of x are present.
func Count(x []float64) (n int) {
	for _, v := range x {
		if v == v {
			n++
		}
	}
	return n
}

// Present returns the values of x that are present, in order, in new memory.
func Present(x []float64) []float64 {
	out := make([]float64, 0, len(x))
	for _, v := range x {
		if v == v {
			out = append(out, v)
		}
	}
	return out
}

// Mean returns the arithmetic mean. It sums twice, the second time the
// distances from the first mean, which keeps it exact to the last digits.
func Mean(x []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range x {
		if v == v {
			sum += v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	mean, rest := sum/float64(n), 0.0
	for _, v := range x {
		if v == v {
			rest += v - mean
		}
	}
	return mean + rest/float64(n)
}

// Variance returns the sample variance (divisor n-1), NaN below two values.
func Variance(x []float64) float64 {
	m, s, n := Mean(x), 0.0, 0
	for _, v := range x {
		if v == v {
			s += float64((v - m) * (v - m))
			n++
		}
	}
	if n < 2 {
		return math.NaN()
	}
	return s / float64(n-1)
}

// SD returns the sample standard deviation (divisor n-1).
func SD(x []float64) float64 { return math.Sqrt(Variance(x)) }

// Range returns the least and the greatest value, both NaN if there is none.
func Range(x []float64) (low, high float64) {
	low, high = math.NaN(), math.NaN()
	for _, v := range x {
		if v != v {
			continue
		}
		if !(v >= low) {
			low = v
		}
		if !(v <= high) {
			high = v
		}
	}
	return low, high
}

// Median returns the middle value, or the mean of the two middle ones.
func Median(x []float64) float64 { return Quantile(x, 0.5) }

// Quantile returns the p-quantile by linear interpolation between order
// statistics (type 7 of Hyndman and Fan).
func Quantile(x []float64, p float64) float64 {
	s := Present(x)
	slices.Sort(s)
	return QuantileSorted(s, p)
}

// QuantileSorted is Quantile of values that are sorted and present.
func QuantileSorted(s []float64, p float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	h := p * float64(len(s)-1)
	lo := int(math.Floor(h))
	hi := min(lo+1, len(s)-1)
	return s[lo] + float64((h-float64(lo))*(s[hi]-s[lo]))
}

// Shape returns skewness and excess kurtosis with the corrections for small
// samples that spreadsheets use (types 2 of Joanes and Gill). Skewness needs
// three values, kurtosis four; a constant column has neither.
func Shape(x []float64) (skew, kurt float64) {
	m, c := Mean(x), 0
	var s2, s3, s4 float64
	for _, v := range x {
		if v == v {
			d := v - m
			q := d * d
			s2 += q
			s3 += float64(q * d)
			s4 += float64(q * q)
			c++
		}
	}
	n := float64(c)
	skew, kurt = math.NaN(), math.NaN()
	if c >= 3 {
		skew = math.Sqrt(n) * s3 / (s2 * math.Sqrt(s2)) * math.Sqrt(n*(n-1)) / (n - 2)
	}
	if c >= 4 {
		kurt = (float64((n+1)*(n*s4/(s2*s2)-3)) + 6) * (n - 1) / ((n - 2) * (n - 3))
	}
	return skew, kurt
}

// Unique returns how many different values x has and how often the most
// frequent one occurs.
func Unique(x []float64) (different, most int) {
	s := Present(x)
	slices.Sort(s)
	run := 0
	for i, v := range s {
		if i == 0 || v != s[i-1] {
			different++
			run = 0
		}
		run++
		most = max(most, run)
	}
	return different, most
}

// Ties says which rank equal values share.
type Ties int

// The ways to rank equal values.
const (
	TiesMin     Ties = iota // the best place of the group: 1 2 2 4
	TiesAverage             // the middle of the group: 1 2.5 2.5 4
	TiesDense               // the best place, and no gap after it: 1 2 2 3
)

// Rank returns ranks from 1; missing values have missing ranks. With
// descending, the greatest value is first.
func Rank(x []float64, descending bool, ties Ties) []float64 {
	out := make([]float64, len(x))
	RankInto(out, x, make([]int32, 0, len(x)), descending, ties)
	return out
}

// RankInto is Rank without new memory: order needs the capacity of x.
func RankInto(out, x []float64, order []int32, descending bool, ties Ties) {
	order = order[:0]
	for i, v := range x {
		out[i] = math.NaN()
		if v == v {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		va, vb := x[a], x[b]
		if descending {
			va, vb = vb, va
		}
		switch {
		case va < vb:
			return -1
		case va > vb:
			return 1
		}
		return int(a - b)
	})
	dense := 0
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		dense++
		r := float64(i + 1)
		switch ties {
		case TiesAverage:
			r = float64(i+1+j) / 2
		case TiesDense:
			r = float64(dense)
		}
		for ; i < j; i++ {
			out[order[i]] = r
		}
	}
}

// roundSlack is how far below a half a number may lie and still be taken for
// the half: what decimal arithmetic would give for 6.85 and binary does not.
const roundSlack = 1e-9

// Round rounds to decimal digits, halves away from zero, as people do by hand.
// Numbers closer to a half than a billionth count as the half.
func Round(v float64, digits int) float64 {
	if v < 0 {
		return -Round(-v, digits)
	}
	p := math.Pow(10, math.Abs(float64(digits)))
	if digits < 0 {
		return math.Floor(v/p+0.5+roundSlack) * p
	}
	return math.Floor(float64(v*p)+0.5+roundSlack) / p
}

// RoundEven rounds to decimal digits, halves to the even neighbour.
func RoundEven(v float64, digits int) float64 {
	if v < 0 {
		return -RoundEven(-v, digits)
	}
	p := math.Pow(10, math.Abs(float64(digits)))
	scaled := float64(v * p)
	if digits < 0 {
		scaled = v / p
	}
	low := math.Floor(scaled)
	switch d := scaled - low; {
	case d > 0.5+roundSlack, math.Abs(d-0.5) <= roundSlack && math.Mod(low, 2) == 1:
		low++
	}
	if digits < 0 {
		return low * p
	}
	return low / p
}
