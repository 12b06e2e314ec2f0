package index

import (
	"fmt"
	"maps"
	"math"
	"os"
	"strings"
	"testing"
)

// asemHead is the head of the ASEM specification, up to its steps.
func asemHead(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/asem/asem.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), "steps:\n")
	if !ok {
		t.Fatal("no steps")
	}
	return head
}

const asemPrepared = `
  - denominate
  - impute: {method: group-mean, group: EurAsia_group}
  - screen: {available: 0.9}
`

const asemTreated = asemPrepared + `
  - treat: {winsorise: 5, then: log-ct}
`

// asemWith runs the ASEM index with other steps.
func asemWith(t testing.TB, steps string) *Result {
	t.Helper()
	return run(t, compileText(t, "asem", []byte(asemHead(t)+"steps:\n"+steps)))
}

func TestASEMImputation(t *testing.T) {
	for file, step := range map[string]string{
		"impute_i_mean":                        "{method: mean}",
		"impute_i_median":                      "{method: median}",
		"impute_i_mean_grp_GDP_group":          "{method: group-mean, group: GDP_group}",
		"impute_i_median_grp_GDP_group":        "{method: group-median, group: GDP_group}",
		"impute_row_mean_within_pillar_minmax": "{method: row-mean, within: 2}",
	} {
		res := asemWith(t, "  - denominate\n  - impute: "+step+"\n  - treat\n  - normalise\n  - aggregate\n")
		matchStage(t, res, "impute", "asem/methods/"+file+".csv")
	}
}

func TestASEMNormalisation(t *testing.T) {
	for file, step := range map[string]string{
		"normalise_minmax_1_100":    "{method: minmax, to: [1, 100]}",
		"normalise_zscore_0_1":      "{method: z-score}",
		"normalise_zscore_10_2":     "{method: z-score, mean: 10, sd: 2}",
		"normalise_scaled":          "{method: scaled, bounds: [0, 100], to: [0, 100]}",
		"normalise_dist2max":        "{method: distance-to-max}",
		"normalise_dist2targ_iMeta": "{method: distance-to-target}",
		"normalise_rank":            "{method: rank}",
		"normalise_prank":           "{method: percentile-rank}",
		"normalise_borda":           "{method: borda}",
	} {
		res := asemWith(t, asemTreated+"  - normalise: "+step+"\n  - aggregate\n")
		matchStage(t, res, "normalise", "asem/methods/"+file+".csv")
	}
}

// TestASEMRefused: where the reference unit has the lowest value, or the
// greatest value is 0, COINr divides by zero and writes Inf or NaN. Here such a
// column is refused, by name; the others agree.
func TestASEMRefused(t *testing.T) {
	for file, step := range map[string]string{
		"asem/methods/normalise_dist2ref_1.csv": "{method: distance-to-reference, reference: AUS",
		"asem/methods/normalise_fracmax.csv":    "{method: fraction-of-max",
	} {
		ref := readReference(t, file)
		broken := map[string]bool{}
		for _, code := range ref.header[1:] {
			for n := range ref.row {
				if v := ref.row[n][ref.at[code]]; v == "NaN" || strings.HasSuffix(v, "Inf") {
					broken[code] = true
				}
			}
		}
		if len(broken) == 0 || ref.row[0][0] != "AUS" {
			t.Fatal("the reference file is not what it was")
		}
		_, list := compileText(t, "asem", []byte(asemHead(t)+"steps:\n"+asemTreated+"  - normalise: "+step+"}\n  - aggregate\n")).Run()
		refused, alone := map[string]bool{}, ""
		for _, p := range list {
			if p.Rule == "zero-range" {
				refused[p.Column] = true
				alone += p.Column + ": {method: minmax}, "
			}
		}
		if !maps.Equal(refused, broken) {
			t.Errorf("%s: refused %v, but %v divide by zero", file, refused, broken)
		}
		res := asemWith(t, asemTreated+"  - normalise: "+step+", except: {"+alone+"}}\n  - aggregate\n")
		g := res.Stage("normalise")
		for n := range ref.row {
			for _, code := range ref.header[1:] {
				if !refused[code] && !same(g.Col[res.Column(code)][n], ref.num(t, n, code)) {
					t.Errorf("%s: %s %s differs", ref.name, ref.row[n][0], code)
				}
			}
		}
	}
}

// TestASEMGoalposts uses the bounds COINr's run used.
func TestASEMGoalposts(t *testing.T) {
	par := readReference(t, "asem/methods/normalise_goalposts_params.csv")
	except := ""
	for n, row := range par.row {
		low, high := par.num(t, n, "lower"), par.num(t, n, "upper")
		if row[par.at["Direction"]] == "-1" { // COINr's bounds are of the turned column
			low, high = -high, -low
		}
		except += fmt.Sprintf("%s: {bounds: [%v, %v]}, ", row[par.at["iCode"]], low, high)
	}
	res := asemWith(t, asemTreated+"  - normalise: {method: goalposts, bounds: [0, 1], except: {"+except+"}}\n  - aggregate\n")
	matchStage(t, res, "normalise", "asem/methods/normalise_goalposts_p10p90.csv")

	// The same bounds, found from the data as percentiles.
	res = asemWith(t, asemTreated+"  - normalise: {method: goalposts, percentiles: [0.1, 0.9]}\n  - aggregate\n")
	matchStage(t, res, "normalise", "asem/methods/normalise_goalposts_p10p90.csv")
}

func TestASEMAggregation(t *testing.T) {
	for file, step := range map[string]string{
		"aggregate_input_minmax_1_100":      "",
		"aggregate_a_amean":                 "{method: arithmetic}",
		"aggregate_a_gmean":                 "{method: geometric}",
		"aggregate_a_hmean":                 "{method: harmonic}",
		"aggregate_a_genmean_p-1":           "{method: generalised, power: -1}",
		"aggregate_a_genmean_p0.5":          "{method: generalised, power: 0.5}",
		"aggregate_mixed_amean_gmean_amean": "{method: arithmetic, by-level: {3: geometric}}",
		"aggregate_a_copeland":              "{method: copeland}",
	} {
		stage := "aggregate"
		if step == "" {
			stage, step = "normalise", "{}"
		}
		res := asemWith(t, asemTreated+"  - normalise: {method: minmax, to: [1, 100]}\n  - aggregate: "+step+"\n")
		matchStage(t, res, stage, "asem/methods/"+file+".csv")
	}
}

func TestASEMTreatment(t *testing.T) {
	for file, step := range map[string]string{
		"treat_winmax1":         "{winsorise: 1}",
		"treat_winmax2":         "{winsorise: 2}",
		"treat_winmax2_combine": "{winsorise: 2, combine: true}",
		"treat_winmax3":         "{winsorise: 3}",
		"treat_winmax4":         "{winsorise: 4}",
		"treat_winmax5":         "{winsorise: 5}",
		"treat_f2_log_CT":       "{then: log-ct}",
		"treat_f2_log_CT_plus":  "{then: log-ct-plus}",
		"treat_f2_log_CT_orig":  "{then: log-ct-orig}",
		"treat_f2_log_GII":      "{then: keep-original}", // COINr's log_GII returns its input
	} {
		res := asemWith(t, asemPrepared+"  - treat: "+step+"\n  - normalise\n  - aggregate\n")
		matchStage(t, res, "treat", "asem/methods/"+file+".csv")
	}
}

// TestTreatmentFunctions checks each transformation on four columns alone.
func TestTreatmentFunctions(t *testing.T) {
	for _, code := range []string{"Bord", "FDI", "ForPort", "Forest"} {
		ref := readReference(t, "asem/methods/functions_treat_"+code+".csv")
		x := make([]float64, len(ref.row))
		for n := range x {
			x[n] = ref.num(t, n, "x")
		}
		for column, f := range map[string]func(out []float64){
			"log_CT":      func(out []float64) { transform(out, x, "log-ct", 0) },
			"log_CT_plus": func(out []float64) { transform(out, x, "log-ct-plus", 0) },
			"log_CT_orig": func(out []float64) { transform(out, x, "log-ct-orig", 0) },
			"log_GII":     func(out []float64) { copy(out, x) }, // as COINr answers
			"boxcox_0.5":  func(out []float64) { transform(out, x, "box-cox", 0.5) },
			"boxcox_0":    func(out []float64) { transform(out, x, "box-cox", 0) },
		} {
			out := make([]float64, len(x))
			f(out)
			matchColumn(t, ref, column, out)
		}
		prepared := func(step string) []float64 {
			res := asemWith(t, asemPrepared+"  - treat: "+step+"\n  - normalise: {method: z-score, except: {TIRcon: none}}\n  - aggregate\n")
			return res.Stage("treat").Col[res.Column(code)]
		}
		matchColumn(t, ref, "wins_unlim", prepared("{winsorise: any, then: keep-winsorised}"))
		matchColumn(t, ref, "wins_force10", prepared("{winsorise: 10, force: true, then: keep-winsorised}"))
	}
	// What log_GII is meant to be: the formula of the Global Innovation Index.
	out := make([]float64, 3)
	transform(out, []float64{1, 2, 5}, "log-gii", 0)
	for k, want := range []float64{0, math.Log(2), math.Log(5)} {
		if !same(out[k], want) {
			t.Errorf("log-gii: %v, want %v", out[k], want)
		}
	}
}

func matchColumn(t *testing.T, ref *reference, column string, got []float64) {
	t.Helper()
	for n := range ref.row {
		if want := ref.num(t, n, column); !same(got[n], want) {
			t.Errorf("%s: %s of %s is %v, want %v", ref.name, column, ref.row[n][0], got[n], want)
			return
		}
	}
}

func TestASEMMissing(t *testing.T) {
	for file, step := range map[string]string{
		"missing_aggregate_nothresh":  "{}",
		"missing_aggregate_thresh0.7": "{minimum: 0.7}",
		"missing_aggregate_thresh0.9": "{minimum: 0.9}",
	} {
		res := asemWith(t, "  - normalise\n  - aggregate: "+step+"\n")
		matchStage(t, res, "normalise", "asem/methods/missing_normalised.csv")
		matchStage(t, res, "aggregate", "asem/methods/"+file+".csv")
	}
}
