package casework

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRulesPage holds spec/rules.md to the code: every safeguard S1 to S37 once,
// with a status; every test it names exists; and what is enforced is named in
// code that is not a test.
func TestRulesPage(t *testing.T) {
	root := filepath.Join("..", "..")
	b, err := os.ReadFile(filepath.Join(root, "spec", "rules.md"))
	must(t, err)
	named := regexp.MustCompile(`\bS([0-9]+)\b`)
	code := map[string]bool{} // rules that code names
	tests := map[string]bool{}
	must(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, "_test.go") {
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t `).FindAllStringSubmatch(string(text), -1) {
				tests[filepath.ToSlash(dir)+"."+m[1]] = true
			}
			return nil
		}
		for _, m := range named.FindAllString(string(text), -1) {
			code[m] = true
		}
		return nil
	}))
	parts := strings.Split(string(b), "\n## ")[1:]
	if len(parts) != 37 {
		t.Fatalf("the page has %d safeguards", len(parts))
	}
	for i, part := range parts {
		rule := fmt.Sprintf("S%d", i+1)
		if !strings.HasPrefix(part, rule+" ") {
			t.Errorf("safeguard %d of the page is %.20q", i+1, part)
			continue
		}
		lines := map[string]string{}
		for _, l := range strings.Split(part, "\n")[1:] {
			key, value, _ := strings.Cut(l, ": ")
			lines[key] = value
		}
		for _, key := range []string{"Status", "Rule", "Source", "Now", "Later", "Tests"} {
			if lines[key] == "" {
				t.Errorf("%s has no %s", rule, key)
			}
		}
		if !slices.Contains([]string{"enforced", "in part", "not yet"}, lines["Status"]) {
			t.Errorf("%s: status %q", rule, lines["Status"])
		}
		if lines["Tests"] == "none" && lines["Status"] != "not yet" {
			t.Errorf("%s is %s and has no test", rule, lines["Status"])
		}
		if lines["Status"] != "not yet" && !code[rule] {
			t.Errorf("%s is %s, and no code names it", rule, lines["Status"])
		}
		if lines["Tests"] == "none" {
			continue
		}
		for _, name := range strings.Fields(lines["Tests"]) {
			if !tests[name] {
				t.Errorf("%s names the test %s, which is not there", rule, name)
			}
		}
	}
}
