package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func checkPDF(t *testing.T, name, text string) {
	t.Helper()
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindStringSubmatch(text)
	if !strings.HasPrefix(text, "%PDF-1.4\n") || m == nil {
		t.Fatalf("%s is no PDF", name)
	}
	start, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text[start:], "\n")
	var n int
	if _, err := fmt.Sscanf(lines[1], "0 %d", &n); err != nil || lines[0] != "xref\n" {
		t.Fatalf("%s: no table at %d", name, start)
	}
	for i := 1; i < n; i++ {
		entry := lines[2+i]
		at, err := strconv.Atoi(entry[:10])
		if err != nil || len(entry) != 20 {
			t.Fatalf("%s: entry %q", name, entry)
		}
		if want := fmt.Sprintf("%d 0 obj\n", i); !strings.HasPrefix(text[at:], want) {
			t.Errorf("%s: object %d does not stand at %d", name, i, at)
		}
	}
	for _, s := range regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*?)endstream`).FindAllStringSubmatch(text, -1) {
		if want, err := strconv.Atoi(s[1]); err != nil || want != len(s[2]) {
			t.Errorf("%s: a stream of %d bytes says %s", name, len(s[2]), s[1])
		}
	}
}
