package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"landbridge.example/internal/node"
)

// TestOperatingGuideIsTrue checks what can be checked of docs/operating.md:
// every setting and exit code stands there, and every command line in it
// names commands and flags that exist.
func TestOperatingGuideIsTrue(t *testing.T) {
	b, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	node.Flags(fs)
	fs.VisitAll(func(f *flag.Flag) {
		if name := strings.ReplaceAll(f.Name, "-", "_"); !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the setting %s is not mentioned", name)
		}
	})
	for code := exitDone; code <= exitExpired; code++ {
		if !strings.Contains(text, fmt.Sprintf("| %d |", code)) {
			t.Errorf("exit code %d is not explained", code)
		}
	}
	joined := strings.ReplaceAll(text, "\\\n", " ")
	for _, m := range regexp.MustCompile("(?m)(?:^|`)landbridge ([a-z][^`\n]*)").FindAllStringSubmatch(joined, -1) {
		checkGuideLine(t, m[1])
	}
}

func checkGuideLine(t *testing.T, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, "#")
	line, _, _ = strings.Cut(line, ">")
	args := words2(line)
	c, path := commands(), "landbridge"
	for len(c.verbs) > 0 && len(args) > 0 {
		next := find(c, args[0])
		if next == nil {
			t.Errorf("%q: there is no %s %s", line, path, args[0])
			return
		}
		c, path, args = next, path+" "+next.name, args[1:]
	}
	if c.setup == nil {
		return // a noun alone
	}
	flags := strings.Join(flagNames(c), " ") + " "
	for _, a := range args {
		name, ok := strings.CutPrefix(a, "--")
		name, _, _ = strings.Cut(name, "=")
		if ok && !strings.Contains(flags, name+" ") {
			t.Errorf("%q: %s has no flag --%s", line, path, name)
		}
	}
}
