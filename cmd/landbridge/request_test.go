package main

import (
	"strings"
	"testing"

	"landbridge.example/internal/fail"
)

func TestStoryRequestsParse(t *testing.T) {
	for _, name := range []string{"request.yaml", "political.yaml", "minor.yaml"} {
		text, err := storyFiles.ReadFile("story/" + name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := parseRequest(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Process != "information-request" || r.To != "XB" || r.fields["special_data"] != "no" || len(r.fields) < 15 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestStoryPDFsHaveTrueOffsets reads the cross-reference table as a strict
// viewer does.
func TestStoryPDFsHaveTrueOffsets(t *testing.T) {
	for _, name := range []string{"statement.pdf", "bank-report.pdf", "account-holder.pdf"} {
		b, err := storyFiles.ReadFile("story/" + name)
		if err != nil {
			t.Fatal(err)
		}
		checkPDF(t, name, string(b))
	}
}

func TestRequestRefusals(t *testing.T) {
	deep := strings.Repeat("[", 20) + strings.Repeat("]", 20)
	for name, tt := range map[string]struct{ text, want string }{
		"bad yaml":      {"process: [", "not a request file"},
		"unknown word":  {"proces: x\n", "field proces not found"},
		"twice":         {"fields:\n  a: 1\n  a: 2\n", "line 3"},
		"list of names": {"fields: [a, b]\n", "line 1"},
		"two documents": {"process: x\n---\nprocess: y\n", "more than one document"},
		"anchor":        {"fields:\n  a: &x 1\n", "anchors"},
		"alias":         {"title: &x t\nfields:\n  a: *x\n", "aliases"},
		"too deep":      {"fields:\n  a: " + deep + "\n", "nests too deep"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseRequest([]byte(tt.text))
			if !fail.Is(err, fail.Invalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRequestKeepsTextAsWritten(t *testing.T) {
	r, err := parseRequest([]byte("fields:\n  a: 007\n  b: 2026-11-24T08:00Z\n  c: yes\n  d: true\n  e: \"true\"\n  f: 18400.00\n  g:\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "007", "b": "2026-11-24T08:00Z", "c": "yes", "d": "yes", "e": "true", "f": "18400.00", "g": ""} {
		if r.fields[name] != want {
			t.Errorf("%s is %q, want %q", name, r.fields[name], want)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte("process: information-request\nto: XB\ntitle: A title\nfields:\n  special_data: no\n  persons:\n    - family_name: Brask\n"))
	f.Add([]byte("fields: {a: [x, {b: c}]}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := parseRequest(b); err != nil && fail.KindOf(err) == fail.Internal {
			t.Errorf("no sentence: %v", err)
		}
	})
}
