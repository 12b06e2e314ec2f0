package index

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"landbridge.example/index/spec"
)

// TestWords: every kind of step, method, field and rule is in the format's text.
func TestWords(t *testing.T) {
	text, err := os.ReadFile("../spec/index.md")
	if err != nil {
		t.Fatal(err)
	}
	known := func(what, word string) {
		if !strings.Contains(string(text), "`"+word+"`") && !strings.Contains(string(text), "**"+word+"**") && !strings.Contains(string(text), "## 6. "+word) &&
			!strings.Contains(string(text), "`"+word+"(") {
			t.Errorf("spec/index.md does not speak of the %s %q", what, word)
		}
	}
	for what, words := range map[string][]string{"step": spec.Kinds(), "method": append(spec.NormMethods(), spec.AggMethods()...), "field": spec.Fields()} {
		for _, w := range words {
			known(what, w)
		}
	}
	call := `(?:[^"\n\[]|\[(?:"[^"]+"|[^"\]]*)\]){0,60}` // what stands before the rule, such as o.key["id"],
	rule := regexp.MustCompile(`(?:Rule: |(?:refuse|conflict|warn)\(` + call + `)"([a-z0-9]+(?:-[a-z0-9]+)+|circle|interrupted)"`)
	found := map[string]bool{}
	for _, pattern := range []string{"*.go", "*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			code, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range rule.FindAllStringSubmatch(string(code), -1) {
				if !found[m[1]] {
					found[m[1]] = true
					known("rule", m[1])
				}
			}
		}
	}
	if len(found) < 55 {
		t.Errorf("only %d rules were found in the code", len(found))
	}
	_, list, _ := strings.Cut(string(text), "## 12. Rules")
	list, _, _ = strings.Cut(list, "\n## ")
	for _, m := range regexp.MustCompile("`([a-z0-9-]+)`").FindAllStringSubmatch(list, -1) {
		if !found[m[1]] && m[1] != "else" {
			t.Errorf("spec/index.md lists the rule %q, which the code does not have", m[1])
		}
	}
	// The keys of every section are the ones a reader is told of.
	keys := regexp.MustCompile(`o\.(?:str|must|word|flag|number|maybe|share|integer|items|strs|integers|numbers|pair|formula|pairs|table|get|has)\("([a-z-]+)"`)
	files, err := filepath.Glob("spec/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		code, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range keys.FindAllStringSubmatch(string(code), -1) {
			if !regexp.MustCompile(`(^|[^a-z-])` + regexp.QuoteMeta(m[1]) + `([^a-z-]|$)`).Match(text) {
				t.Errorf("spec/index.md does not speak of the key %q", m[1])
			}
		}
	}
}
