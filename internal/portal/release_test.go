package portal

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/index"
	"landbridge.example/index/bundle"
	"landbridge.example/index/spec"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/pace"
	"landbridge.example/internal/portal/chart"
)

// shelf holds releases in memory, made by the engine from real files. What the
// register does around them (rows, log, members) has its own tests there.
type shelf []*gpsi.Opened

func (s shelf) Releases(context.Context) (out []gpsi.Release, err error) {
	for _, o := range s {
		out = append(out, o.Release)
	}
	return out, nil
}

func (s shelf) Open(_ context.Context, id string) (*gpsi.Opened, error) {
	for _, o := range s {
		if o.ID == id {
			return o, nil
		}
	}
	return nil, fail.New(fail.Missing, "there is no release %q; the list shows those there are", id)
}

func (s shelf) Bundle(ctx context.Context, id string) ([]byte, error) {
	o, err := s.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	return o.Contents.Zip()
}

func (s shelf) Proof(context.Context, string) ([]byte, error) {
	return []byte("c2sp.org/tlog-proof@v1\n"), nil
}

// released makes a release of a specification, as the register would.
func released(t testing.TB, id, name string, text []byte, files index.Files) *gpsi.Opened {
	t.Helper()
	c, list := bundle.Make(name, text, files, bundle.Options{})
	if list.Refused() {
		t.Fatal(list)
	}
	sp, list := spec.Parse(name, text)
	if list.Refused() {
		t.Fatal(list)
	}
	m, list := index.Compile(sp, files)
	if list.Refused() {
		t.Fatal(list)
	}
	res, list := m.Run()
	if list.Refused() {
		t.Fatal(list)
	}
	what, list := m.WhatIf()
	if list.Refused() {
		t.Fatal(list)
	}
	o := &gpsi.Opened{Contents: c, Spec: sp, Model: m, Result: res, WhatIf: what, Release: gpsi.Release{ID: id, Publisher: "XF", Framework: sp.ID, Title: sp.Title,
		Edition: sp.Edition, Revision: 1, Notice: sp.Notice, Released: time.Date(2026, 9, 17, 9, 0, 0, 0, time.UTC), Digest: c.Digest(), Size: 40_000, LogIndex: 7}}
	for _, s := range sp.Sources {
		o.Licences = append(o.Licences, gpsi.Licence{File: s.File, Source: s.Source, Licence: s.Licence, URL: s.URL})
	}
	if sp.Uncertain == nil {
		return o
	}
	u, list := m.Uncertain()
	if list.Refused() {
		t.Fatal(list)
	}
	mc, list := u.MonteCarlo(t.Context(), index.Options{Workers: 2})
	if list.Refused() {
		t.Fatal(list)
	}
	o.Intervals, o.Replications = mc.Rows, mc.Replications
	slices.SortStableFunc(o.Intervals, func(a, b index.RankInterval) int { return cmp.Compare(a.Nominal, b.Nominal) })
	sens, list := u.Sensitivity(t.Context(), index.Options{Workers: 2})
	if list.Refused() {
		t.Fatal(list)
	}
	o.Sensitivity, o.Units = sens.Index, sens.Units
	return o
}

func testdata(t testing.TB, folder string) index.Files {
	t.Helper()
	return func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join("..", "..", "index", "testdata", folder, filepath.FromSlash(name)))
	}
}

func fromTestdata(t testing.TB, id, folder, name string) *gpsi.Opened {
	t.Helper()
	files := testdata(t, folder)
	text, err := files(name)
	if err != nil {
		t.Fatal(err)
	}
	return released(t, id, name, text, files)
}

const hostileName = `"><script>alert(1)</script>'&`

// hostileRelease is an index whose names are an attack, small enough to have
// every kind of step.
func hostileRelease(t testing.TB) *gpsi.Opened {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{"code", "name", "region", "a", "b", "c", "d"}}
	for i := range 12 {
		name := fmt.Sprintf("%s %d", hostileName, i)
		row := []string{fmt.Sprintf("U<%d>", i), name, `<big>` + strconv.Itoa(i%2), strconv.Itoa(10 + i*i%7), strconv.Itoa(20 + i*5%11), strconv.Itoa(3 + i*3%5), strconv.Itoa(1 + i)}
		if i == 3 {
			row[4] = ""
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	text := `landbridge-index: 1
id: hostile
title: '"><script>alert(2)</script>'
edition: '<i>1'
about: '<img src=x onerror=alert(3)>'
notice: '<b>notice'
licence: '<u>CC0'
data:
  - {file: d.csv, unit: code, name: name, source: '<s>source', licence: 'CC0 <s>', url: 'javascript:alert(4)'}
indicators:
  - {code: A<, column: a, name: '<em>A', unit: '<m>', about: '<q>about', parent: P}
  - {code: B, column: b, name: B & B, parent: P, direction: down}
  - {code: C, column: c, parent: Q}
  - {code: D, column: d, parent: Q}
groups:
  - {code: P, name: '<h6>P', parent: I}
  - {code: Q, parent: I}
  - {code: I, name: '<h6>Index'}
steps:
  - impute: {method: group-median, group: region}
  - screen: {available: 0.5, where: 'a > 0'}
  - transform: {formula: ln(x + 1), on: [D]}
  - clip: {low: 0, high: 1000}
  - normalise: {method: z-score, mean: 50, sd: 10, except: {C: {method: rank}}}
  - round: {digits: 6}
  - weigh: {level: 2, method: equal}
  - aggregate: {by-level: {2: arithmetic, 3: geometric}}
uncertainty:
  seed: 1
  replications: 50
  sensitivity: {base: 16, bootstrap: 20}
  vary:
    - {name: '<script>w', weights: {noise: 0.2, levels: [1]}}
    - {name: scale, step: normalise, choices: [as written, {mean: 60}]}
    - {name: lost, drop: {level: 1, or-none: yes}}
    - {name: cells, data: {noise: 0.1, cells: all}}
`
	o := released(t, "hostile", "h.yaml", []byte(text), func(name string) ([]byte, error) {
		if name != "d.csv" {
			return nil, os.ErrNotExist
		}
		return []byte(b.String()), nil
	})
	at := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	o.Note, o.Revises, o.RevisedBy = hostileName, "demo", "panel"
	o.Dissents = []gpsi.Dissent{{Party: "XA", Text: hostileName, Language: `en" onload="x`, About: "U<1>", At: at}, {Party: "XB", Text: "b", Language: "fr", At: at}}
	o.Corrections = []gpsi.Settled{{Party: "XA", Unit: "U<1>", Column: "B", Year: 2020, Was: "1", Wanted: hostileName, Text: "<t>", Accepted: true, Answer: "<a>", At: at},
		{Party: "XB", Unit: "gone", Column: "gone"}}
	o.Methods = []gpsi.Method{{Framework: "hostile", Version: 1, Title: hostileName, Decision: hostileName, DecisionDigest: strings.Repeat("ab", 32), Note: "<n>", At: at}}
	o.Budgets = []gpsi.Budget{{Member: "XA", Points: map[string]float64{"P": 60, "Q": 40}}, {Member: "2", Points: map[string]float64{"P": 50, "Q": 50}}}
	return o
}

// library is every release the tests look at. It is made once: releases are
// shared between readers and never changed.
type fixture struct {
	once sync.Once
	all  shelf
}

var made fixture

func releases(t testing.TB) shelf {
	t.Helper()
	made.once.Do(func() {
		demo := fromTestdata(t, "demo", "gpsi_demo", "gpsi-demo.yaml")
		demo.Demonstration = true
		made.all = shelf{demo, fromTestdata(t, "panel", "hdi", "hdi.yaml"), hostileRelease(t)}
	})
	if len(made.all) == 0 {
		t.Fatal("the releases could not be made")
	}
	return made.all
}

func newPortal(t testing.TB) http.Handler { return portalWith(t, conferences{}) }

func portalWith(t testing.TB, f Forum) http.Handler {
	t.Helper()
	c := configuration(t)
	c.Forum = f
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// configuration is that of a portal where everything is there.
func configuration(t testing.TB) Config {
	t.Helper()
	book, err := lang.New()
	if err != nil {
		t.Fatal(err)
	}
	return Config{Party: landbridge.PartyID("XF"), PartyName: func(context.Context, string) string { return "Forum Secretariat" }, Index: releases(t), Processes: lawbook{},
		Statistics: lawbook{}, Notices: extracts{}, Rights: lawbook{}, Forum: conferences{}, News: toldNews{}, Visits: records{}, Decisions: decided{}, Guests: lobby{}, Calls: newDesk(t).Desk, Gate: pace.New(conferenceDay), Clock: conferenceDay,
		Origin: "https://forum.example", Lang: book, Random: rand.Reader, Demo: true,
		Report: func(reference string, err error) { t.Errorf("internal error %s: %v", reference, err) }}
}

func book(t testing.TB) *lang.Book {
	t.Helper()
	b, err := lang.New()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type rowOf = index.Row

func scaleOf(width float64) chart.Scale { return chart.Scale{Low: 0, High: width} }

func flagOf(bit int) index.Flag { return index.Flag(1) << bit }

// fsWalk hands the text of every product file below a folder to use.
func fsWalk(folder string, use func(text string)) error {
	return filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || !slices.Contains([]string{".go", ".html", ".js"}, filepath.Ext(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		use(string(text))
		return err
	})
}
