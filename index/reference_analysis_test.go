package index

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"landbridge.example/index/stat"
)

const analysis = "asem/analysis/"

// asem returns the ASEM model and its result.
func asem(t testing.TB) (*Model, *Result) {
	t.Helper()
	m := load(t, "asem", "asem.yaml")
	return m, run(t, m)
}

func TestStatistics(t *testing.T) {
	_, res := asem(t)
	for stage, file := range map[string]string{"data": "Raw", "treat": "Treated", "normalise": "Normalised"} {
		ref := readReference(t, analysis+"stats_"+file+".csv")
		stats := map[string]ColumnStats{}
		for _, s := range res.Stage(stage).Stats() {
			stats[s.Code] = s
		}
		for n, row := range ref.row {
			s := stats[row[0]]
			for column, got := range map[string]float64{"Min": s.Min, "Max": s.Max, "Mean": s.Mean, "Median": s.Median, "Std": s.SD,
				"Skew": s.Skew, "Kurt": s.Kurtosis, "N.Avail": float64(s.Available), "N.NonZero": float64(s.Nonzero), "N.Unique": float64(s.Unique),
				"N.Same": float64(s.Most), "Frc.Avail": s.ShareAvailable, "Frc.NonZero": s.ShareNonzero, "Frc.Unique": s.ShareUnique,
				"Frc.Same": s.ShareOfMostFrequent} {
				if !same(got, ref.num(t, n, column)) {
					t.Errorf("%s: %s of %s is %v, want %v", ref.name, column, row[0], got, ref.num(t, n, column))
				}
			}
			for column, flag := range map[string]string{"Flag.Avail": word(s.FewAvailable, "LOW"), "Flag.NonZero": word(s.FewNonzero, "LOW"),
				"Flag.Unique": word(s.FewUnique, "LOW"), "Flag.SkewKurt": word(s.Outliers, "OUT")} {
				if row[ref.at[column]] != flag {
					t.Errorf("%s: %s of %s is %s, want %s", ref.name, column, row[0], flag, row[ref.at[column]])
				}
			}
		}
	}
}

func word(yes bool, w string) string {
	if yes {
		return w
	}
	return "ok"
}

func TestAvailability(t *testing.T) {
	_, res := asem(t)
	all := map[string]Availability{}
	for _, a := range res.Stage("data").Availability() {
		all[a.Code] = a
	}
	for _, file := range []string{analysis + "data_avail.csv", "asem/steps/screen_summary.csv"} {
		ref := readReference(t, file)
		source := all
		if file != analysis+"data_avail.csv" {
			source = map[string]Availability{}
			for _, a := range res.Stage("impute").Availability() { // the screen sees imputed data
				source[a.Code] = a
			}
		}
		for n, row := range ref.row {
			a := source[row[0]]
			for column, got := range map[string]float64{"N_missing": float64(a.Missing), "N_zero": float64(a.Zero),
				"N_miss_or_zero": float64(a.Missing + a.Zero), "Dat_Avail": a.Share, "Non_Zero": a.NonzeroOf} {
				if !same(got, ref.num(t, n, column)) {
					t.Errorf("%s: %s of %s is %v, want %v", file, column, row[0], got, ref.num(t, n, column))
				}
			}
			if at, ok := ref.at["Included"]; ok {
				kept := slices.ContainsFunc(res.Rows, func(r Row) bool { return r.Code == row[0] })
				if kept != (row[at] == "TRUE") || (a.Share < 0.9) != (row[ref.at["LowData"]] == "TRUE") || (a.NonzeroOf < 0.05) != (row[ref.at["LowNonZero"]] == "TRUE") {
					t.Errorf("%s: %s: %v", file, row[0], row)
				}
			}
		}
	}
	ref := readReference(t, analysis+"data_avail_bygroup.csv")
	for n, row := range ref.row {
		for _, code := range ref.header[1:] {
			if got := all[row[0]].Groups[code]; !same(got, ref.num(t, n, code)) {
				t.Errorf("%s: %s of %s is %v", ref.name, code, row[0], got)
			}
		}
	}
}

// matchMatrix compares a matrix with a table whose rows and columns are codes.
func matchMatrix(t *testing.T, file string, f func(a, b []string) [][]float64) {
	t.Helper()
	ref := readReference(t, file)
	codes := ref.header[1:]
	got := f(codes, codes)
	for n, row := range ref.row {
		i := slices.Index(codes, row[0])
		for k, code := range codes {
			if want := ref.num(t, n, code); !same(got[i][k], want) {
				t.Errorf("%s: %s and %s: %v, want %v", file, row[0], code, got[i][k], want)
			}
		}
	}
}

func TestCorrelations(t *testing.T) {
	m, res := asem(t)
	final, raw, norm := res.Stage("aggregate"), res.Stage("data"), res.Stage("normalise")
	for file, kind := range map[string]stat.Kind{"corr_pearson_all": stat.Pearson, "corr_spearman_all": stat.Spearman, "corr_kendall_all": stat.Kendall} {
		matchMatrix(t, analysis+file+".csv", func(a, b []string) [][]float64 { return final.Correlations(kind, a, b) })
	}
	matchMatrix(t, analysis+"corr_pearson_raw_pairwise.csv", func(a, b []string) [][]float64 { return raw.Correlations(stat.Pearson, a, b) })
	for file, kind := range map[string]stat.Kind{"corr_pvals_pearson_indicators": stat.Pearson, "corr_pvals_spearman_indicators": stat.Spearman} {
		matchMatrix(t, analysis+file+".csv", func(a, b []string) [][]float64 {
			p := norm.PValues(kind, a, b)
			for i := range p {
				p[i][i] = 0 // COINr writes 0 on the diagonal
			}
			return p
		})
	}
	ref := readReference(t, analysis+"corr_ind_vs_parent.csv")
	for n, row := range ref.row {
		if got := final.Correlations(stat.Pearson, row[1:2], row[:1])[0][0]; !same(got, ref.num(t, n, "Correlation")) {
			t.Errorf("%s: %v: %v", ref.name, row, got)
		}
	}
	ref = readReference(t, analysis+"corr_denom0.7.csv")
	columns := []string{"Energy", "GDP", "Population", "Area"}
	r, codes, list := m.DenominatorCorrelations(stat.Pearson, columns)
	if list.Refused() {
		t.Fatal(list)
	}
	found := 0
	for i := range r {
		for k, v := range r[i] {
			if math.Abs(v) <= 0.7 {
				continue
			}
			found++
			if !slices.ContainsFunc(ref.row, func(row []string) bool {
				return row[0] == codes[i] && row[1] == columns[k] && same(number(t, row[2]), v)
			}) {
				t.Errorf("%s: %s and %s %v is not there", ref.name, codes[i], columns[k], v)
			}
		}
	}
	if found != len(ref.row) {
		t.Errorf("%s: %d pairs, want %d", ref.name, found, len(ref.row))
	}
}

func TestPairs(t *testing.T) {
	_, res := asem(t)
	for file, ends := range map[string][2]float64{"corr_flags_high0.75": {-2, 0.75}, "corr_flags_low-0.5": {-0.5, 2}} {
		ref := readReference(t, analysis+file+".csv")
		pairs := res.Stage("normalise").Pairs(stat.Pearson, 2, ends[0], ends[1])
		if len(pairs) != len(ref.row) {
			t.Errorf("%s: %d pairs, want %d: %v", file, len(pairs), len(ref.row), pairs)
		}
		for _, p := range pairs {
			if !slices.ContainsFunc(ref.row, func(row []string) bool {
				return row[0] == p.Group && row[1] == p.A && row[2] == p.B && same(number(t, row[3]), p.Correlation)
			}) {
				t.Errorf("%s: %+v is not there", file, p)
			}
		}
	}
}

func TestAlpha(t *testing.T) {
	_, res := asem(t)
	ref := readReference(t, analysis+"cronbach.csv")
	for n, row := range ref.row {
		group := row[0]
		if group == "ALL" {
			group = "Index"
		}
		raw, norm := res.Stage("data"), res.Stage("normalise")
		codes := raw.Under(group)
		if float64(len(codes)) != ref.num(t, n, "n") || !same(raw.Alpha(codes), ref.num(t, n, "alpha_raw")) || !same(norm.Alpha(codes), ref.num(t, n, "alpha_norm")) {
			t.Errorf("%s: %v: %v %v", ref.name, row, raw.Alpha(codes), norm.Alpha(codes))
		}
	}
}

func TestEffectiveWeights(t *testing.T) {
	_, res := asem(t)
	for _, file := range []string{analysis + "eff_weights.csv", "asem/steps/weights_original.csv"} {
		ref := readReference(t, file)
		for n, row := range ref.row {
			c := res.Columns[res.Column(row[0])]
			if !same(c.Weight, ref.num(t, n, "Weight")) || float64(c.Level) != ref.num(t, n, "Level") {
				t.Errorf("%s: %+v, want %v", file, c, row)
			}
			if _, ok := ref.at["EffWeight"]; ok && !same(c.Effective, ref.num(t, n, "EffWeight")) {
				t.Errorf("%s: %s has %v, want %v", file, c.Code, c.Effective, row)
			}
		}
	}
}

func TestOutranking(t *testing.T) {
	_, res := asem(t)
	g := res.Stage("normalise")
	codes := g.Codes(1)
	ones := make([]float64, len(codes))
	for i := range ones {
		ones[i] = 1
	}
	got, dominant := g.Outrank(codes, ones)
	ref := readReference(t, analysis+"outrank_matrix.csv")
	for i := range ref.row {
		for j := range ref.header {
			if want := number(t, ref.row[i][j]); !same(got[i][j], want) {
				t.Fatalf("%s: %d %d: %v, want %v", ref.name, i, j, got[i][j], want)
			}
		}
	}
	dom := readReference(t, analysis+"outrank_dominance.csv")
	if float64(dominant) != dom.num(t, 0, "nDominant") || dom.num(t, 0, "fracDominant") != 0 {
		t.Errorf("%s: %d dominant pairs", dom.name, dominant)
	}
}

func TestRemoval(t *testing.T) {
	m, res := asem(t)
	for level := 1; level <= 3; level++ {
		name := analysis + "remove_elements_L" + strconv.Itoa(level)
		removed, list := m.Remove(level)
		if list.Refused() {
			t.Fatal(list)
		}
		by := map[string]Removal{"Nominal": {Score: res.Score[0], Rank: res.Rank[0]}}
		for _, r := range removed {
			by[r.Code] = r
		}
		matchTable(t, readReference(t, name+"_scores.csv"), res.Rows, func(code string) []float64 { return by[code].Score })
		matchTable(t, readReference(t, name+"_ranks.csv"), res.Rows, func(code string) []float64 { return by[code].Rank })
		ref := readReference(t, name+"_meanabsdiff.csv")
		for n, row := range ref.row {
			if got := by[row[0]].Shift; !same(got, ref.num(t, n, "MeanAbsRankDiff")) {
				t.Errorf("%s: %s: %v", ref.name, row[0], got)
			}
		}
	}
}

// TestChangeOfAverage compares ranks under two rules of aggregation.
func TestChangeOfAverage(t *testing.T) {
	_, arithmetic := asem(t)
	geometric := asemWith(t, asemTreated+"  - normalise: {method: minmax, to: [1, 100]}\n  - aggregate: {method: geometric}\n")
	ref := readReference(t, analysis+"compare_amean_vs_gmean.csv")
	for n, row := range ref.row {
		i := slices.IndexFunc(arithmetic.Rows, func(r Row) bool { return r.Code == row[0] })
		a, g := arithmetic.Rank[0][i], geometric.Rank[0][i]
		if a != ref.num(t, n, "coin.1") || g != ref.num(t, n, "coin.2") || a-g != ref.num(t, n, "Diff") || math.Abs(a-g) != ref.num(t, n, "Abs.diff") {
			t.Errorf("%s: %v: %v and %v", ref.name, row, a, g)
		}
	}
}

// TestProfiles reads the framework in the order COINr gives it, because ties
// between ranks are listed in that order.
func TestProfiles(t *testing.T) {
	m := compileText(t, "asem", []byte(strings.Replace(asemHead(t), "inputs/iMeta.csv", "steps/iMeta_processed.csv", 1)+
		"steps:\n"+asemTreated+"  - normalise\n  - aggregate\n"))
	res := run(t, m)
	g := res.Stage("data")
	for _, unit := range []string{"CHN", "GBR", "KAZ"} {
		row := slices.IndexFunc(res.Rows, func(r Row) bool { return r.Code == unit })
		ref := readReference(t, analysis+"unit_summary_"+unit+".csv")
		for n, line := range ref.row {
			k := res.Column(line[0])
			if !same(res.Score[k][row], ref.num(t, n, "Score")) || res.Rank[k][row] != ref.num(t, n, "Rank") || res.Columns[k].Name != line[1] {
				t.Errorf("%s: %v: %v %v", ref.name, line, res.Score[k][row], res.Rank[k][row])
			}
		}
		strong, weak := m.Strengths(g, row, 5, 5, 2)
		for file, got := range map[string][]Standing{"strengths": strong, "weaknesses": weak} {
			ref := readReference(t, analysis+file+"_"+unit+".csv")
			if len(got) != len(ref.row) {
				t.Errorf("%s: %d lines", ref.name, len(got))
				continue
			}
			for n, s := range got {
				v, err := strconv.ParseFloat(strconv.FormatFloat(s.Value, 'g', 3, 64), 64)
				if err != nil {
					t.Fatal(err)
				}
				want := []string{s.Code, s.Name, s.Group, strconv.Itoa(int(s.Rank)), "", s.Unit}
				want[4] = ref.row[n][4]
				if !slices.Equal(want, ref.row[n]) || !same(v, ref.num(t, n, "Value")) {
					t.Errorf("%s: line %d: %v, got %+v", ref.name, n+1, ref.row[n], s)
				}
			}
		}
	}
}

func TestTrends(t *testing.T) {
	m := load(t, "asem", "panel.yaml")
	res := run(t, m)
	trends := map[string]Trend{}
	for _, x := range m.Trends(res.Stage("data"), []string{"LPI", "Flights", "CO2"}, 1) {
		trends[x.Unit+x.Code] = x
	}
	for _, column := range []string{"CAGR", "prc_change"} {
		ref := readReference(t, "asem/panel/trends_"+column+".csv")
		for n, row := range ref.row {
			x := trends[row[0]+row[1]]
			got := x.Growth
			if column == "prc_change" {
				got = x.Percent
			}
			if !same(got, ref.num(t, n, column)) || !same(x.Share, ref.num(t, n, "Avail")) ||
				float64(x.First) != ref.num(t, n, "t_first") || float64(x.Latest) != ref.num(t, n, "t_latest") {
				t.Errorf("%s: %v: %+v", ref.name, row, x)
			}
		}
	}
}
