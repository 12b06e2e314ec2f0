package bundle

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"landbridge.example/index/spec"
)

// demo makes a bundle of the demonstration index, with few replications.
func demo(t testing.TB) Contents {
	t.Helper()
	dir := filepath.Join("..", "testdata", "gpsi_demo")
	text, err := os.ReadFile(filepath.Join(dir, "gpsi-demo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("replications: 1000"), []byte("replications: 200\n  sensitivity: {base: 32, bootstrap: 20}"), 1)
	c, list := Make("gpsi-demo.yaml", text, func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }, Options{Workers: 2})
	if list.Refused() {
		t.Fatal(list)
	}
	return c
}

func TestRoundTrip(t *testing.T) {
	c := demo(t)
	z, err := c.Zip()
	if err != nil {
		t.Fatal(err)
	}
	again, err := demo(t).Zip()
	if err != nil || !bytes.Equal(z, again) {
		t.Errorf("the same release gives other bytes (%v)", err)
	}
	back, err := ParseZip(z)
	if err != nil || !maps.EqualFunc(c, back, bytes.Equal) {
		t.Fatalf("unpacked it is another: %v", err)
	}
	r := Verify(back, Options{Workers: 1})
	if !r.Holds() || !r.Identical || r.ID != "gpsi-demo" || r.Digest != c.Digest().String() {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"outputs/results.csv", "outputs/scores.csv", "outputs/intervals.csv", "outputs/sensitivity.csv", "iData.csv", "iMeta.csv", Licences} {
		if c[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	folder := fstest.MapFS{}
	for path, data := range c {
		folder[path] = &fstest.MapFile{Data: data}
	}
	if f, err := ReadFolder(folder); err != nil || !maps.EqualFunc(c, f, bytes.Equal) {
		t.Errorf("read from a folder it is another: %v", err)
	}
}

// resigned writes the manifest anew, as a forger would.
func resigned(t *testing.T, c Contents) Contents {
	t.Helper()
	s, list := spec.Parse("gpsi-demo.yaml", c["gpsi-demo.yaml"])
	if list.Refused() {
		t.Fatal(list)
	}
	c[Manifest] = manifest(s, "gpsi-demo.yaml", c)
	return c
}

func TestTampering(t *testing.T) {
	whole := demo(t)
	score := regexp.MustCompile(`91\.69757628111\d*`).FindString(string(whole["outputs/results.csv"]))
	if score == "" {
		t.Fatal("the score of the first country is not what it was")
	}
	for name, tt := range map[string]struct {
		change  func(c Contents)
		forge   bool // with a new manifest
		hashes  bool
		results bool
		says    string
	}{
		"a data cell":      {func(c Contents) { c.swap("iData.csv", "6.655555684", "6.755555684") }, false, false, false, "it was changed"},
		"a forged cell":    {func(c Contents) { c.swap("iData.csv", "6.655555684", "6.755555684") }, true, true, false, "calculated again it is"},
		"a result":         {func(c Contents) { c.swap("outputs/results.csv", score, "99.5") }, true, true, false, "the bundle says 99.5"},
		"a last digit":     {func(c Contents) { c.swap("outputs/results.csv", score, score[:13]) }, true, true, true, "equal to"},
		"a word":           {func(c Contents) { c.swap("outputs/results.csv", "Iceland", "Atlantis") }, true, true, false, "Atlantis"},
		"a lost file":      {func(c Contents) { delete(c, "iMeta.csv") }, false, false, false, "not there"},
		"a lost result":    {func(c Contents) { delete(c, "outputs/ranks.csv") }, true, true, false, "does not hold this result"},
		"an extra file":    {func(c Contents) { c["notes.txt"] = []byte("x") }, false, false, true, "does not name it"},
		"an extra result":  {func(c Contents) { c["outputs/more.csv"] = []byte("x\n") }, true, true, false, "no such result"},
		"the method":       {func(c Contents) { c.swap("gpsi-demo.yaml", "to: [1, 100]", "to: [2, 100]") }, true, true, false, "calculated again it is"},
		"the licences":     {func(c Contents) { c.swap(Licences, "open", "closed") }, true, true, false, "another table"},
		"no manifest":      {func(c Contents) { delete(c, Manifest) }, false, false, false, "does not begin"},
		"a path outside":   {func(c Contents) { c.swap("gpsi-demo.yaml", "file: iData.csv", "file: ../iData.csv") }, true, true, false, "below the specification"},
		"an unlisted file": {func(c Contents) { c.swap(Manifest, "gpsi-demo.yaml\nfile", "gpsi-demo.yaml\nfiles") }, false, false, false, "is not"},
	} {
		c := maps.Clone(whole)
		tt.change(c)
		if tt.forge {
			c = resigned(t, c)
		}
		r := Verify(c, Options{Workers: 2})
		text := ""
		for _, f := range r.Findings {
			text += f.Text + "\n"
		}
		if r.Hashes != tt.hashes || r.Results != tt.results || r.Holds() != (tt.hashes && tt.results) || !strings.Contains(text, tt.says) {
			t.Errorf("%s: hashes %v, results %v, says %s", name, r.Hashes, r.Results, text)
		}
	}
}

// swap replaces a text in one file, and fails loudly if it is not there.
func (c Contents) swap(path, from, to string) {
	out := bytes.Replace(c[path], []byte(from), []byte(to), 1)
	if bytes.Equal(out, c[path]) {
		panic(path + " does not hold " + from)
	}
	c[path] = out
}

func TestMakeRefuses(t *testing.T) {
	text := `
landbridge-index: 1
id: t
title: T
data: [{file: %s, unit: u}]
indicators: [{code: a, parent: I}]
groups: [I]
steps: [normalise, aggregate]
`
	files := func(string) ([]byte, error) { return []byte("u,a\nA,1\nB,2\n"), nil }
	for name, tt := range map[string]struct{ source, rule string }{
		"no licence":     {"d.csv", "no-licence"},
		"outside":        {"../d.csv, licence: x", "no-file"},
		"absolute":       {"/etc/d.csv, licence: x", "no-file"},
		"a name of ours": {"outputs/d.csv, licence: x", "no-file"},
	} {
		_, list := Make("t.yaml", []byte(strings.Replace(text, "%s", tt.source, 1)), files, Options{})
		if !list.Refused() || list[0].Rule != tt.rule {
			t.Errorf("%s: %v", name, list)
		}
	}
	if _, list := Make("t.yaml", []byte(strings.Replace(text, "%s", "d.csv, licence: x", 1)), files, Options{}); list.Refused() {
		t.Error(list)
	}
}

func TestParseZipRefuses(t *testing.T) {
	pack := func(names ...string) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, n := range names {
			f, err := w.Create(n)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, data := range map[string][]byte{"no zip": []byte("hello"), "outside": pack("../a"), "absolute": pack("/a"), "twice": pack("a", "a")} {
		if _, err := ParseZip(data); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// FuzzParseManifest checks that any text is read or refused, and that what is
// read names only paths inside the bundle.
func FuzzParseManifest(f *testing.F) {
	f.Add("landbridge-index-bundle/1\nid a\nspecification a.yaml\nfile e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 a.yaml\n")
	f.Add("landbridge-index-bundle/1\nid a\nspecification ../a\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, name, files, err := parseManifest([]byte(text))
		if err != nil {
			return
		}
		for _, e := range append(files, entry{path: name}) {
			if strings.HasPrefix(e.path, "/") || strings.Contains("/"+e.path+"/", "/../") {
				t.Errorf("%q leads out", e.path)
			}
		}
	})
}

// FuzzParseZip checks that any bytes are unpacked or refused.
func FuzzParseZip(f *testing.F) {
	z, err := Contents{"a": []byte("b"), Manifest: []byte("x")}.Zip()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(z)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseZip(data)
		if err == nil && len(c) > MaxFiles {
			t.Error("too many files")
		}
	})
}
