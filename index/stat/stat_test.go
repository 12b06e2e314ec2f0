package stat

import (
	"math"
	"slices"
	"testing"
	"testing/quick"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > tolerance {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestMoments(t *testing.T) {
	x := []float64{2, math.NaN(), 4, 4, 4, 5, 5, 7, 9}
	near(t, "mean", Mean(x), 5, 0)
	near(t, "sd", SD(x), math.Sqrt(32.0/7), 1e-15)
	near(t, "median", Median(x), 4.5, 0)
	near(t, "quantile", Quantile(x, 0.9), 7.6, 1e-15)
	low, high := Range(x)
	near(t, "low", low, 2, 0)
	near(t, "high", high, 9, 0)
	skew, kurt := Shape(x) // as a spreadsheet's SKEW and KURT answer
	near(t, "skew", skew, 0.8184875533567997, 1e-14)
	near(t, "kurt", kurt, 0.940625, 1e-14)
	if d, m := Unique(x); d != 5 || m != 3 {
		t.Errorf("unique: %d different, %d most", d, m)
	}
	none := []float64{math.NaN()}
	for name, v := range map[string]float64{"mean": Mean(none), "sd": SD(none), "median": Median(none)} {
		near(t, name+" of nothing", v, math.NaN(), 0)
	}
}

func TestRank(t *testing.T) {
	x := []float64{3, 1, math.NaN(), 3, 2}
	for _, tt := range []struct {
		down bool
		ties Ties
		want []float64
	}{
		{true, TiesMin, []float64{1, 4, math.NaN(), 1, 3}},
		{false, TiesMin, []float64{3, 1, math.NaN(), 3, 2}},
		{false, TiesAverage, []float64{3.5, 1, math.NaN(), 3.5, 2}},
		{true, TiesDense, []float64{1, 3, math.NaN(), 1, 2}},
	} {
		for i, got := range Rank(x, tt.down, tt.ties) {
			near(t, "rank", got, tt.want[i], 0)
		}
	}
}

func TestCorrelation(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, math.NaN()}
	y := []float64{2, 1, 4, 3, 5, 7}
	near(t, "pearson", Correlation(Pearson, x, y), 0.8, 1e-15)
	near(t, "spearman", Correlation(Spearman, x, y), 0.8, 1e-15)
	near(t, "kendall", Correlation(Kendall, x, y), 0.6, 1e-15)
	near(t, "exact spearman p", PValue(Spearman, x, y), 2*8.0/120, 1e-15)
	near(t, "pearson p", PValue(Pearson, x, y), 0.10408803866182788, 1e-12)
	near(t, "constant", Correlation(Pearson, x, []float64{1, 1, 1, 1, 1, 1}), math.NaN(), 0)
	near(t, "alpha", Alpha([][]float64{x, x}), 1, 1e-15)
}

func TestPCA(t *testing.T) {
	a := []float64{1, 2, 3, 4, math.NaN()}
	b := []float64{-1, -2, -3, -4.5, 9}
	p, err := PCA([][]float64{a, b})
	if err != nil || p.Rows != 4 {
		t.Fatal(p, err)
	}
	near(t, "share", p.Share(0)+p.Share(1), 1, 1e-14)
	near(t, "loading", math.Abs(p.Loading[0][0]), math.Sqrt(0.5), 1e-14)
	if s := p.Loading[1][0] + p.Loading[1][1]; s <= 0 {
		t.Errorf("the sign is not fixed: %v", p.Loading)
	}
	if _, err := PCA([][]float64{{1, 1, 1}}); err == nil {
		t.Error("a constant column was accepted")
	}
}

// TestPhilox checks the known answers published with Random123.
func TestPhilox(t *testing.T) {
	for _, tt := range []struct {
		c    [4]uint32
		k    [2]uint32
		want [4]uint32
	}{
		{want: [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{1<<32 - 1, 1<<32 - 1, 1<<32 - 1, 1<<32 - 1}, [2]uint32{1<<32 - 1, 1<<32 - 1},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := philox(tt.c, tt.k); got != tt.want {
			t.Errorf("philox(%x, %x) = %x, want %x", tt.c, tt.k, got, tt.want)
		}
	}
}

func TestNormal(t *testing.T) {
	src, x := NewSource(7, 1), make([]float64, 20000)
	for i := range x {
		x[i] = src.Normal(uint64(i), 3)
	}
	near(t, "mean", Mean(x), 0, 0.03)
	near(t, "sd", SD(x), 1, 0.02)
}

// TestSobol checks that in each dimension the first 2^k points fall one into
// each of 2^k equal parts, which a wrong direction number breaks.
func TestSobol(t *testing.T) {
	const n = 1024
	q, err := NewSobol(MaxSobol, 42)
	if err != nil {
		t.Fatal(err)
	}
	for d := range MaxSobol {
		var hit [n]bool
		for i := range uint32(n) {
			hit[int(q.Point(i, d)*n)] = true
		}
		if slices.Contains(hit[:], false) {
			t.Errorf("dimension %d leaves a part empty", d+1)
		}
	}
	if _, err := NewSobol(MaxSobol+1, 1); err == nil {
		t.Error("too many dimensions were accepted")
	}
}

func TestMaximise(t *testing.T) {
	x, v, err := Maximise([]float64{3, 5}, [][]float64{{1, 0}, {0, 2}, {3, 2}}, []float64{4, 12, 18})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value", v, 36, 1e-12)
	near(t, "x", x[0], 2, 1e-12)
	near(t, "y", x[1], 6, 1e-12)
	if _, _, err := Maximise([]float64{1}, [][]float64{{-1}}, []float64{1}); err == nil {
		t.Error("an unbounded programme was solved")
	}
}

func TestRegress(t *testing.T) {
	a, b := []float64{1, 2, 3, 4, 5, 9}, []float64{2, 1, 5, 3, 3, 4}
	y := make([]float64, len(a))
	for i := range y {
		y[i] = 1 + 2*a[i] - 3*b[i]
	}
	y[5] = math.NaN()
	beta, err := Regress(y, [][]float64{a, b})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1, 2, -3} {
		near(t, "beta", beta[i], want, 1e-12)
	}
	if _, err := Regress(y, [][]float64{a, a}); err == nil {
		t.Error("two equal predictors were accepted")
	}
}

func TestExpect(t *testing.T) {
	a, b := make([]float64, 60), make([]float64, 60)
	src := NewSource(3, 0)
	for i := range a {
		a[i] = src.Normal(uint64(i), 0)
		b[i] = 10 + 5*a[i] + 0.01*src.Normal(uint64(i), 1)
	}
	want := b[7]
	b[7] = math.NaN()
	out, err := Expect([][]float64{a, b})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "filled", out[1][7], want, 0.1)
	if out[1][8] != b[8] {
		t.Error("a present value changed")
	}
}

func TestDescend(t *testing.T) {
	rosenbrock := func(x []float64) float64 {
		return 100*math.Pow(x[1]-x[0]*x[0], 2) + math.Pow(1-x[0], 2)
	}
	f := Descend(rosenbrock, []float64{-1.2, 1}, 1e-10, 500)
	near(t, "x", f.X[0], 1, 1e-3)
	near(t, "y", f.X[1], 1, 1e-3)
	if !f.Settled {
		t.Error("it did not settle")
	}
}

// TestOnSimplex: the point of the simplex nearest to (0.9, 0.3, -0.5) is (0.8, 0.2, 0).
func TestOnSimplex(t *testing.T) {
	target := []float64{0.9, 0.3, -0.5}
	f := OnSimplex(func(x []float64) float64 {
		s := 0.0
		for i := range x {
			s += (x[i] - target[i]) * (x[i] - target[i])
		}
		return s
	}, []float64{1, 1, 1}, 1e-12, 2000)
	for i, want := range []float64{0.8, 0.2, 0} {
		near(t, "x", f.X[i], want, 2e-3)
	}
}

func TestCounted(t *testing.T) {
	src := NewSource(1, 2)
	if err := quick.Check(func(i, j uint64) bool {
		v := src.Float(i, j%(1<<32))
		return v >= 0 && v < 1 && v == src.Float(i, j%(1<<32))
	}, nil); err != nil {
		t.Error(err)
	}
}
