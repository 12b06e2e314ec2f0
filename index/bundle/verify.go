package bundle

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	landbridge "landbridge.example"
	"landbridge.example/index"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
)

// Tolerance is how far a number calculated again may lie from the one in the
// bundle: other processors round the last bits of logarithms otherwise.
const Tolerance = 1e-9

// A Report says whether a bundle holds.
type Report struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Digest    string    `json:"digest"` // of the manifest
	Files     int       `json:"files"`
	Hashes    bool      `json:"hashes_hold"`
	Results   bool      `json:"results_hold"`
	Identical bool      `json:"results_identical"` // to the last byte
	Signed    *SignedBy `json:"signed,omitempty"`  // nil: nobody signed it
	Findings  []Finding `json:"findings"`
}

// A Finding is what was found about one file.
type Finding struct {
	File string `json:"file"`
	Bad  bool   `json:"bad"`
	Text string `json:"text"`
}

// Holds reports whether everything was as the bundle says.
func (r Report) Holds() bool { return r.Hashes && r.Results }

// Verify checks the hashes of a bundle, calculates its index again from its
// specification and data, and compares.
func Verify(c Contents, o Options) Report {
	r := Report{Digest: c.Digest().String(), Files: len(c), Hashes: true}
	bad := func(file, format string, args ...any) {
		r.Findings = append(r.Findings, Finding{file, true, fmt.Sprintf(format, args...)})
	}
	id, name, files, err := parseManifest(c[Manifest])
	if err != nil {
		bad(Manifest, "%v", err)
		r.Hashes = false
		return r
	}
	r.ID = id
	before := len(r.Findings)
	listed := map[string]bool{Manifest: true}
	for _, f := range files {
		listed[f.path] = true
		data, ok := c[f.path]
		switch {
		case !ok:
			bad(f.path, "the manifest names it and it is not there")
		case int64(len(data)) != f.size || landbridge.Sum(data) != f.digest:
			bad(f.path, "it was changed: its digest is %s, not %s", landbridge.Sum(data), f.digest)
		}
	}
	for _, path := range c.paths() {
		if !listed[path] && path != SignatureFile {
			bad(path, "the manifest does not name it")
		}
	}
	r.Hashes = len(r.Findings) == before
	r.checkSignature(c)
	s, list := spec.Parse(name, c[name])
	if list.Refused() {
		bad(name, "%v", list)
		return r
	}
	r.Title = s.Title
	if s.ID != id {
		bad(name, "its id is %s, not %s as the manifest says", s.ID, id)
	}
	out, list := calculate(s, func(path string) ([]byte, error) {
		if err := inside(path); err != nil {
			return nil, err
		}
		if data, ok := c[path]; ok && listed[path] {
			return data, nil
		}
		return nil, fmt.Errorf("the bundle does not hold it")
	}, o)
	if list.Refused() {
		bad(name, "%v", list)
		return r
	}
	out[Licences] = licences(s)
	r.compare(c, out)
	return r
}

// compare looks at every file of results, in the bundle and calculated again.
func (r *Report) compare(c Contents, out Contents) {
	r.Results, r.Identical = true, true
	all := out.paths()
	for _, path := range c.paths() {
		if strings.HasPrefix(path, Outputs) && out[path] == nil {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	for _, path := range all {
		want, published := c[path]
		got, made := out[path]
		f := Finding{File: path, Text: "identical"}
		switch {
		case !published:
			f.Bad, f.Text = true, "the bundle does not hold this result"
		case !made:
			f.Bad, f.Text = true, "the specification gives no such result"
		case bytes.Equal(want, got):
		default:
			r.Identical = false
			worst, difference := apart(want, got)
			f.Bad = difference != ""
			f.Text = fmt.Sprintf("equal to %.1e", worst)
			if f.Bad {
				f.Text = difference
			}
		}
		if f.Bad {
			r.Results, r.Identical = false, false
		}
		r.Findings = append(r.Findings, f)
	}
	sortFindings(r.Findings)
}

// apart compares two tables cell by cell. It returns the greatest difference
// of numbers, and what first differs too much.
func apart(want, got []byte) (worst float64, difference string) {
	a, err1 := csv.NewReader(bytes.NewReader(want)).ReadAll()
	b, err2 := csv.NewReader(bytes.NewReader(got)).ReadAll()
	if err1 != nil || err2 != nil || len(a) != len(b) || len(a) == 0 {
		return 0, "it is another table than the one calculated again"
	}
	for i := range a {
		if len(a[i]) != len(b[i]) {
			return worst, fmt.Sprintf("line %d has %d cells, calculated again %d", i+1, len(a[i]), len(b[i]))
		}
		for j := range a[i] {
			if a[i][j] == b[i][j] {
				continue
			}
			x, err1 := strconv.ParseFloat(a[i][j], 64)
			y, err2 := strconv.ParseFloat(b[i][j], 64)
			d := math.Abs(x-y) / max(1, math.Abs(y))
			if err1 != nil || err2 != nil || !(d <= Tolerance) {
				return worst, fmt.Sprintf("line %d, %s: the bundle says %s, calculated again it is %s", i+1, a[0][j], a[i][j], b[i][j])
			}
			worst = max(worst, d)
		}
	}
	return worst, ""
}

// calculate makes the results of a specification as files of a bundle.
func calculate(s *spec.Spec, files index.Files, o Options) (Contents, problem.List) {
	m, list := index.Compile(s, files)
	if list.Refused() {
		return nil, list
	}
	res, list := m.Run()
	if list.Refused() {
		return nil, list
	}
	c := Contents{}
	for _, sh := range res.Sheets() {
		c[Outputs+sh.Name] = sh.CSV()
	}
	if s.Uncertain == nil {
		return c, nil
	}
	u, list := m.Uncertain()
	if list.Refused() {
		return nil, list
	}
	mc, list := u.MonteCarlo(o.context(), index.Options{Workers: o.Workers, Progress: o.Progress})
	if list.Refused() {
		return nil, list
	}
	for _, sh := range mc.Sheets() {
		c[Outputs+sh.Name] = sh.CSV()
	}
	if len(s.Uncertain.Vary) < 2 {
		return c, nil
	}
	sa, list := u.Sensitivity(o.context(), index.Options{Workers: o.Workers, Progress: o.Progress})
	if list.Refused() {
		return nil, list
	}
	for _, sh := range sa.Sheets()[:2] {
		c[Outputs+sh.Name] = sh.CSV()
	}
	return c, nil
}
