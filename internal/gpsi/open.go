package gpsi

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"landbridge.example/index"
	"landbridge.example/index/bundle"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/internal/fail"
)

// open calculates what stands in a bundle. Intervals and sensitivity are read
// from its results, for they are the costly part; whoever doubts them verifies
// the bundle.
func open(r Release, c bundle.Contents) (*Opened, error) {
	_, name, err := bundle.ParseManifest(c[bundle.Manifest])
	if err != nil {
		return nil, fail.New(fail.Invalid, "%v", err)
	}
	o := &Opened{Release: r, Contents: c}
	var list problem.List
	if o.Spec, list = spec.Parse(name, c[name]); list.Refused() {
		return nil, refused(list)
	}
	if o.Model, list = index.Compile(o.Spec, files(c)); list.Refused() {
		return nil, refused(list)
	}
	if o.Result, list = o.Model.Run(); list.Refused() {
		return nil, refused(list)
	}
	if o.WhatIf, list = o.Model.WhatIf(); list.Refused() {
		return nil, refused(list)
	}
	for _, s := range o.Spec.Sources {
		o.Licences = append(o.Licences, Licence{s.File, s.Source, s.Licence, s.URL})
	}
	for _, read := range []func() error{
		func() (err error) { o.Provenance, err = ParseProvenance(c[provenanceFile]); return err },
		func() (err error) { o.Dissents, err = ParseDissents(c[dissentsFile]); return err },
		func() (err error) { o.Corrections, err = ParseCorrections(c[correctionsFile]); return err },
		func() (err error) { o.Methods, err = ParseMethods(c[methodsFile]); return err },
		o.readSignature, o.readIntervals, o.readSensitivity, o.readUnits, o.readBudgets,
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// files gives the data files of a bundle to the engine.
func files(c bundle.Contents) index.Files {
	return func(name string) ([]byte, error) {
		if b, ok := c[name]; ok {
			return b, nil
		}
		return nil, fmt.Errorf("there is no such file")
	}
}

// refused makes what the engine found an error that people may read: it speaks
// of files, countries and indicators only.
func refused(list problem.List) error {
	return fail.Because(list.Err(), fail.Invalid, "the index cannot be calculated: %s", clip(list.Brief().Error(), 1500))
}

func clip(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

func (o *Opened) readSignature() error {
	data, ok := o.Contents[bundle.SignatureFile]
	if !ok {
		return nil
	}
	s, err := bundle.ParseSignature(data)
	if err != nil {
		return fail.New(fail.Invalid, "%v", err)
	}
	o.Signature = &s
	return nil
}

// An output reads one table of results by the names of its columns.
type output struct {
	name string
	at   map[string]int
	rows [][]string
	err  error
}

func (o *Opened) output(name string) *output {
	t := &output{name: name, at: map[string]int{}}
	data, ok := o.Contents[bundle.Outputs+name]
	if !ok {
		return t
	}
	all, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(all) == 0 {
		t.err = fail.New(fail.Invalid, "%s in the bundle cannot be read", name)
		return t
	}
	for i, h := range all[0] {
		t.at[h] = i
	}
	t.rows = all[1:]
	return t
}

func (t *output) text(row []string, column string) string {
	if i, ok := t.at[column]; ok {
		return row[i]
	}
	return ""
}

func (t *output) number(row []string, column string) float64 {
	text := t.text(row, column)
	if text == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.err = cmp.Or(t.err, fail.New(fail.Invalid, "%s in the bundle: %q is not a number", t.name, clip(text, 40)))
	}
	return v
}

func (t *output) whole(row []string, column string) int {
	v := t.number(row, column)
	if math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0
	}
	return int(v)
}

// row returns what the result knows of the row that a line of a table is about.
func (o *Opened) row(t *output, line []string, at map[rowKey]int) (index.Row, error) {
	k := rowKey{t.text(line, "unit"), t.whole(line, "year")}
	i, ok := at[k]
	if !ok {
		return index.Row{}, fail.New(fail.Invalid, "%s in the bundle speaks of %s %d, which the index does not hold", t.name, clip(k.unit, 40), k.year)
	}
	return o.Result.Rows[i], nil
}

type rowKey struct {
	unit string
	year int
}

func (o *Opened) places() map[rowKey]int {
	at := make(map[rowKey]int, len(o.Result.Rows))
	for i, r := range o.Result.Rows {
		at[rowKey{r.Code, r.Year}] = i
	}
	return at
}

func (o *Opened) readIntervals() error {
	t, at := o.output("intervals.csv"), o.places()
	for _, line := range t.rows {
		row, err := o.row(t, line, at)
		if err != nil {
			return err
		}
		x := index.RankInterval{Row: row, Score: t.number(line, "score"), Nominal: t.number(line, "nominal"), Mean: t.number(line, "mean"),
			Median: t.number(line, "median"), Low: t.number(line, "low"), High: t.number(line, "high"),
			Ranked: t.whole(line, "times_ranked"), Band: t.whole(line, "band")}
		o.Replications = max(o.Replications, x.Ranked)
		o.Intervals = append(o.Intervals, x)
	}
	return t.err
}

func (o *Opened) readSensitivity() error {
	t := o.output("sensitivity.csv")
	for _, line := range t.rows {
		o.Sensitivity = append(o.Sensitivity, index.SensitivityIndex{Assumption: t.text(line, "assumption"),
			First: t.number(line, "first"), FirstLow: t.number(line, "first_low"), FirstHigh: t.number(line, "first_high"),
			Total: t.number(line, "total"), TotalLow: t.number(line, "total_low"), TotalHigh: t.number(line, "total_high")})
	}
	return t.err
}

func (o *Opened) readUnits() error {
	t, at := o.output("sensitivity-units.csv"), o.places()
	for _, line := range t.rows {
		row, err := o.row(t, line, at)
		if err != nil {
			return err
		}
		u := index.UnitSensitivity{Row: row, Variance: t.number(line, "variance")}
		for _, s := range o.Sensitivity {
			u.Total = append(u.Total, t.number(line, s.Assumption))
		}
		o.Units = append(o.Units, u)
	}
	return t.err
}

// readBudgets reads who spread points how, from the table the weights rest on.
func (o *Opened) readBudgets() error {
	w := budgetStep(o.Spec)
	if w == nil {
		return nil
	}
	r := csv.NewReader(bytes.NewReader(o.Contents[w.File]))
	all, err := r.ReadAll()
	if err != nil || len(all) == 0 {
		return fail.New(fail.Invalid, "%s in the bundle cannot be read", w.File)
	}
	head := all[0]
	m, c, p := slices.Index(head, w.Member), slices.Index(head, w.Code), slices.Index(head, w.Points)
	if m < 0 || c < 0 || p < 0 {
		return fail.New(fail.Invalid, "%s has not the columns that the specification names", w.File)
	}
	at := map[string]int{}
	for _, line := range all[1:] {
		i, ok := at[line[m]]
		if !ok {
			i = len(o.Budgets)
			at[line[m]] = i
			o.Budgets = append(o.Budgets, Budget{Member: line[m], Points: map[string]float64{}})
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(line[p]), 64)
		if err != nil {
			return fail.New(fail.Invalid, "%s: %q are no points", w.File, clip(line[p], 40))
		}
		o.Budgets[i].Points[line[c]] = v
	}
	return nil
}

// budgetStep returns the step that takes weights from members' budgets.
func budgetStep(s *spec.Spec) *spec.Weigh {
	for i := range s.Steps {
		if w, ok := s.Steps[i].Do.(*spec.Weigh); ok && w.Method == "budget" {
			return w
		}
	}
	return nil
}

// specName is how the specification of an index is called in its bundle.
func specName(framework string) string { return path.Base(framework) + ".yaml" }

// How many opened releases and editions stay in memory, and how many bytes their
// files have together. The one that was asked for last stays in any case.
const (
	maxShelf      = 12
	maxShelfBytes = 192 << 20
)

// A shelf keeps what was opened lately. Two who ask for the same at once wait
// for one calculation.
type shelf struct {
	mu  sync.Mutex
	all []*kept // the latest used last
}

type kept struct {
	key  string
	once sync.Once
	o    *Opened
	err  error
	size int // bytes of its files; under the shelf's lock
}

func (s *shelf) get(key string, make func() (*Opened, error)) (*Opened, error) {
	s.mu.Lock()
	i := slices.IndexFunc(s.all, func(k *kept) bool { return k.key == key })
	k := &kept{key: key}
	if i >= 0 {
		k = s.all[i]
		s.all = slices.Delete(s.all, i, i+1)
	}
	s.all = append(s.all, k)
	if len(s.all) > maxShelf {
		s.all = slices.Delete(s.all, 0, 1)
	}
	s.mu.Unlock()
	k.once.Do(func() { k.o, k.err = make() })
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.err != nil { // an error is not kept: what caused it may be mended
		s.all = slices.DeleteFunc(s.all, func(x *kept) bool { return x == k })
		return nil, k.err
	}
	if k.size == 0 {
		for _, b := range k.o.Contents {
			k.size += len(b)
		}
	}
	total := 0
	for i := len(s.all) - 1; i >= 0; i-- {
		if total += s.all[i].size; total > maxShelfBytes && i < len(s.all)-1 {
			s.all = slices.Delete(s.all, 0, i+1)
			break
		}
	}
	return k.o, nil
}

// DataColumn returns the data column that an indicator is read from: the name
// under which [Provenance.Of] knows it.
func (o *Opened) DataColumn(indicator string) string { return dataColumn(o.Spec, indicator) }
