package stat

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	pivotTolerance = 1e-11
	maxPivots      = 20_000
)

// Maximise solves the linear programme max c·x with a·x <= b and x >= 0 by the
// simplex method with Bland's rule, which cannot cycle. Every b must be at
// least 0, so that x = 0 is allowed and no first phase is needed.
func Maximise(c []float64, a [][]float64, b []float64) (x []float64, value float64, err error) {
	n, m := len(c), len(a)
	t := make([][]float64, m+1) // rows of the tableau; the last is the objective
	basis := make([]int, m)
	for i := range a {
		if b[i] < 0 {
			return nil, 0, errors.New("a limit is below zero")
		}
		t[i] = make([]float64, n+m+1)
		copy(t[i], a[i])
		t[i][n+i], t[i][n+m] = 1, b[i]
		basis[i] = n + i
	}
	t[m] = make([]float64, n+m+1)
	for j := range c {
		t[m][j] = -c[j]
	}
	for range maxPivots {
		col := entering(t[m][:n+m])
		if col < 0 {
			x = make([]float64, n)
			for i, k := range basis {
				if k < n {
					x[k] = t[i][n+m]
				}
			}
			return x, t[m][n+m], nil
		}
		row := leaving(t[:m], basis, col, n+m)
		if row < 0 {
			return nil, 0, errors.New("the linear programme has no greatest value")
		}
		pivot(t, row, col)
		basis[row] = col
	}
	return nil, 0, errors.New("the linear programme took too long")
}

func entering(objective []float64) int {
	for j, v := range objective {
		if v < -pivotTolerance {
			return j
		}
	}
	return -1
}

func leaving(rows [][]float64, basis []int, col, rhs int) int {
	best, at := math.Inf(1), -1
	for i, r := range rows {
		if r[col] <= pivotTolerance {
			continue
		}
		ratio := r[rhs] / r[col]
		if ratio < best-pivotTolerance || ratio <= best+pivotTolerance && at >= 0 && basis[i] < basis[at] {
			best, at = min(best, ratio), i
		}
	}
	return at
}

func pivot(t [][]float64, row, col int) {
	p := t[row][col]
	for j := range t[row] {
		t[row][j] /= p
	}
	for i := range t {
		f := t[i][col]
		if i == row || f == 0 {
			continue
		}
		for j := range t[i] {
			t[i][j] -= float64(f * t[row][j])
		}
	}
}

// Regress returns intercept and slopes of the least-squares line of y on the
// columns x, over the rows in which all are present.
func Regress(y []float64, x [][]float64) ([]float64, error) {
	var design, target []float64
	for i := range y {
		whole := y[i] == y[i]
		for _, c := range x {
			whole = whole && c[i] == c[i]
		}
		if !whole {
			continue
		}
		design = append(design, 1)
		for _, c := range x {
			design = append(design, c[i])
		}
		target = append(target, y[i])
	}
	k := len(x) + 1
	if len(target) <= k {
		return nil, errors.New("too few complete rows for a regression")
	}
	var qr mat.QR
	qr.Factorize(mat.NewDense(len(target), k, design))
	if qr.Cond() > 1e12 {
		return nil, errors.New("the predictors repeat each other")
	}
	var beta mat.VecDense
	if err := qr.SolveVecTo(&beta, false, mat.NewVecDense(len(target), target)); err != nil {
		return nil, errors.New("the predictors repeat each other")
	}
	return mat.Col(nil, 0, &beta), nil
}

const (
	emRounds    = 500
	emTolerance = 1e-9
	emRidge     = 1e-6 // of a standardised variance; keeps the matrix invertible
)

// Expect fills missing cells with their expectation given the row's other
// cells, under a joint normal distribution estimated by expectation and
// maximisation (Dempster, Laird and Rubin 1977). Columns are standardised
// first. It returns new columns; a row without any value stays missing.
func Expect(cols [][]float64) ([][]float64, error) {
	k := len(cols)
	if k < 2 || len(cols[0]) < 3 {
		return nil, errors.New("too few columns or rows")
	}
	n := len(cols[0])
	centre, spread := make([]float64, k), make([]float64, k)
	z := mat.NewDense(n, k, nil)
	for j, c := range cols {
		centre[j], spread[j] = Mean(c), SD(c)
		if !(spread[j] > 0) {
			return nil, errors.New("a column has no spread")
		}
		for i, v := range c {
			z.Set(i, j, (v-centre[j])/spread[j])
		}
	}
	mean := make([]float64, k)
	cov := mat.NewSymDense(k, nil)
	for j := range k {
		cov.SetSym(j, j, 1)
	}
	full := mat.DenseCopyOf(z)
	for range emRounds {
		moved, err := emRound(z, full, mean, cov)
		if err != nil {
			return nil, err
		}
		if moved < emTolerance {
			break
		}
	}
	out := make([][]float64, k)
	for j, c := range cols {
		out[j] = make([]float64, n)
		for i, v := range c {
			out[j][i] = v
			if v != v && !emptyRow(z, i) {
				out[j][i] = float64(full.At(i, j)*spread[j]) + centre[j]
			}
		}
	}
	return out, nil
}

func emptyRow(z *mat.Dense, i int) bool { return Count(z.RawRowView(i)) == 0 }

// emRound does one expectation and one maximisation step and returns how far
// mean and covariance moved.
func emRound(z, full *mat.Dense, mean []float64, cov *mat.SymDense) (float64, error) {
	n, k := z.Dims()
	extra := mat.NewSymDense(k, nil) // conditional covariance of what was filled
	rows := 0.0
	for i := range n {
		if emptyRow(z, i) {
			continue
		}
		rows++
		if err := emRow(z.RawRowView(i), full.RawRowView(i), mean, cov, extra); err != nil {
			return 0, err
		}
	}
	moved := 0.0
	next := make([]float64, k)
	for i := range n {
		if !emptyRow(z, i) {
			for j := range k {
				next[j] += full.At(i, j) / rows
			}
		}
	}
	for j := range k {
		moved = max(moved, math.Abs(next[j]-mean[j]))
		mean[j] = next[j]
	}
	for a := range k {
		for b := a; b < k; b++ {
			s := extra.At(a, b)
			for i := range n {
				if !emptyRow(z, i) {
					s += float64((full.At(i, a) - mean[a]) * (full.At(i, b) - mean[b]))
				}
			}
			s /= rows
			if a == b {
				s += emRidge
			}
			moved = max(moved, math.Abs(s-cov.At(a, b)))
			cov.SetSym(a, b, s)
		}
	}
	return moved, nil
}

// emRow fills one row with conditional means and adds the conditional
// covariance of what it filled to extra.
func emRow(z, full, mean []float64, cov, extra *mat.SymDense) error {
	var seen, gone []int
	for j, v := range z {
		if v == v {
			seen = append(seen, j)
		} else {
			gone = append(gone, j)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	oo := mat.NewSymDense(len(seen), nil)
	om := mat.NewDense(len(seen), len(gone), nil)
	d := mat.NewVecDense(len(seen), nil)
	for a, j := range seen {
		d.SetVec(a, z[j]-mean[j])
		for b, l := range seen[a:] {
			oo.SetSym(a, a+b, cov.At(j, l))
		}
		for b, l := range gone {
			om.Set(a, b, cov.At(j, l))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(oo) {
		return errors.New("the columns repeat each other")
	}
	var beta mat.Dense
	if err := chol.SolveTo(&beta, om); err != nil {
		return errors.New("the columns repeat each other")
	}
	for b, l := range gone {
		full[l] = mean[l] + mat.Dot(d, beta.ColView(b))
	}
	for a, j := range gone {
		for b, l := range gone[a:] {
			c := cov.At(j, l) - mat.Dot(om.ColView(a), beta.ColView(a+b))
			extra.SetSym(j, l, extra.At(j, l)+c)
		}
	}
	return nil
}
