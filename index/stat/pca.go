package stat

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Components are the principal components of a set of columns, the strongest
// first. A component has no direction of its own: every one is turned so that
// its loadings sum to more than zero (or, if they sum to zero, so that the
// first loading that is not zero is positive).
type Components struct {
	SD      []float64   // standard deviation along each component
	Loading [][]float64 // Loading[c][j] is the part of column j in component c
	Rows    int         // complete rows that were used
}

// Share returns the part of the total variance that component c explains.
func (p Components) Share(c int) float64 {
	total := 0.0
	for _, s := range p.SD {
		total += s * s
	}
	return p.SD[c] * p.SD[c] / total
}

// PCA returns the principal components of the standardised columns (divisor
// n-1), from the rows in which every column is present.
func PCA(cols [][]float64) (Components, error) {
	k := len(cols)
	if k == 0 {
		return Components{}, errors.New("no columns")
	}
	var rows []int
	for i := range cols[0] {
		whole := true
		for _, c := range cols {
			whole = whole && c[i] == c[i]
		}
		if whole {
			rows = append(rows, i)
		}
	}
	if len(rows) < 2 {
		return Components{}, errors.New("fewer than two rows have all columns")
	}
	m := mat.NewDense(len(rows), k, nil)
	for j, c := range cols {
		v := make([]float64, len(rows))
		for i, r := range rows {
			v[i] = c[r]
		}
		mean, sd := Mean(v), SD(v)
		if sd == 0 {
			return Components{}, errors.New("a column does not vary")
		}
		for i := range v {
			m.Set(i, j, (v[i]-mean)/sd)
		}
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDThin) {
		return Components{}, errors.New("the decomposition did not converge")
	}
	var v mat.Dense
	svd.VTo(&v)
	p := Components{Rows: len(rows)}
	for c, s := range svd.Values(nil) {
		p.SD = append(p.SD, s/math.Sqrt(float64(len(rows)-1)))
		p.Loading = append(p.Loading, turned(mat.Col(nil, c, &v)))
	}
	return p, nil
}

// turned fixes the sign of a loading vector.
func turned(v []float64) []float64 {
	const tiny = 1e-12
	sum, first := 0.0, 0.0
	for _, x := range v {
		sum += x
		if first == 0 && math.Abs(x) > tiny {
			first = x
		}
	}
	if sum < -tiny || math.Abs(sum) <= tiny && first < 0 {
		for i := range v {
			v[i] = -v[i]
		}
	}
	return v
}
