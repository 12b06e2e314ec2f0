package index

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"landbridge.example/index/spec"
)

// opened notes which files of testdata the tests have read.
var opened sync.Map

// TestMain checks, after a whole run, that every reference file was read by
// some test: none may lie there unchecked.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	whole := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == "" && flag.Lookup("test.list").Value.String() == ""
	if code == 0 && whole {
		n := 0
		err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".csv" {
				return err
			}
			n++
			if _, ok := opened.Load(path); !ok {
				fmt.Fprintf(os.Stderr, "no test reads %s\n", path)
				code = 1
			}
			return nil
		})
		if err != nil || n < 110 {
			fmt.Fprintf(os.Stderr, "%d reference files found: %v\n", n, err)
			code = 1
		}
	}
	os.Exit(code)
}

func readTestdata(name string) ([]byte, error) {
	path := filepath.Join("testdata", name)
	opened.Store(path, true)
	return os.ReadFile(path)
}

// folder returns the files below a folder of testdata.
func folder(dir string) Files {
	return func(name string) ([]byte, error) { return readTestdata(filepath.Join(dir, name)) }
}

// load compiles a specification of testdata.
func load(t testing.TB, dir, name string) *Model {
	t.Helper()
	text, err := readTestdata(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return compileText(t, dir, text)
}

func compileText(t testing.TB, dir string, text []byte) *Model {
	t.Helper()
	s, list := spec.Parse("test.yaml", text)
	if list.Refused() {
		t.Fatal(list)
	}
	m, list := Compile(s, folder(dir))
	if list.Refused() {
		t.Fatal(list)
	}
	return m
}

func run(t testing.TB, m *Model) *Result {
	t.Helper()
	res, list := m.Run()
	if list.Refused() {
		t.Fatal(list)
	}
	return res
}

// A reference is a CSV file that COINr wrote.
type reference struct {
	name   string
	header []string
	row    [][]string
	at     map[string]int
}

func readReference(t testing.TB, name string) *reference {
	t.Helper()
	text, err := readTestdata(name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatal(name, err)
	}
	r := &reference{name, all[0], all[1:], map[string]int{}}
	for i, h := range r.header {
		r.at[h] = i
	}
	return r
}

func (r *reference) num(t testing.TB, row int, column string) float64 {
	t.Helper()
	at, ok := r.at[column]
	if !ok {
		t.Fatalf("%s has no column %s", r.name, column)
	}
	return number(t, r.row[row][at])
}

func number(t testing.TB, s string) float64 {
	if s == "" || s == "NaN" || s == "NA" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const tolerance = 1e-9

// same fails unless two numbers are equal to 1e-9, absolutely or, for numbers
// beyond 1, relatively.
func same(got, want float64) bool {
	if got != got || want != want {
		return got != got && want != want
	}
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want)) || got == want
}

// matchStage compares a stage with a reference table of units and columns, and
// returns how many cells agreed.
func matchStage(t *testing.T, res *Result, stage, file string) {
	t.Helper()
	ref, g := readReference(t, file), res.Stage(stage)
	if g == nil {
		t.Fatalf("%s: no stage %s", file, stage)
	}
	matchTable(t, ref, g.Rows, func(code string) []float64 {
		k := res.Column(code)
		if k < 0 {
			return nil
		}
		return g.Col[k]
	})
}

func matchTable(t *testing.T, ref *reference, rows []Row, column func(code string) []float64) {
	t.Helper()
	if len(rows) != len(ref.row) {
		t.Errorf("%s: %d rows, want %d", ref.name, len(rows), len(ref.row))
	}
	at := map[string]int{}
	for i, r := range rows {
		at[r.Code+strconv.Itoa(r.Year)] = i
	}
	cells, bad := 0, 0
	for n := range ref.row {
		key := ref.row[n][ref.at["uCode"]]
		if y, ok := ref.at["Time"]; ok {
			key += ref.row[n][y]
		} else {
			key += "0"
		}
		i, ok := at[key]
		if !ok {
			t.Errorf("%s: unit %s is missing", ref.name, key)
			continue
		}
		for h, code := range ref.header {
			if code == "uCode" || code == "Time" || code == "Rank" {
				continue
			}
			col := column(code)
			if col == nil {
				t.Fatalf("%s: no column %s", ref.name, code)
			}
			cells++
			if want := number(t, ref.row[n][h]); !same(col[i], want) {
				if bad++; bad <= 5 {
					t.Errorf("%s: %s %s is %v, want %v", ref.name, key, code, col[i], want)
				}
			}
		}
	}
	if bad > 5 {
		t.Errorf("%s: %d of %d cells differ", ref.name, bad, cells)
	}
}

func TestASEMSteps(t *testing.T) {
	res := run(t, load(t, "asem", "asem.yaml"))
	for stage, file := range map[string]string{
		"data": "0_Raw", "denominate": "1_Denominated", "impute": "2_Imputed", "screen": "3_Screened",
		"treat": "4_Treated", "normalise": "5_Normalised", "aggregate": "6_Aggregated",
	} {
		matchStage(t, res, stage, "asem/steps/"+file+".csv")
	}
}
