package facetest

import (
	"slices"
	"testing"
)

// TestScripts: a page may have several scripts, each by its address alone.
func TestScripts(t *testing.T) {
	page := func(script string) string {
		return `<html lang="en" dir="ltr"><head><title>x</title><script src="/a.js" defer></script>` + script + `</head><body><h1>x</h1></body></html>`
	}
	if got := Check(page(`<script src="/b.js" defer></script>`)); len(got) > 0 {
		t.Error(got)
	}
	if got := Check(page(`<script>x()</script>`)); !slices.Contains(got, "text inside <script>") {
		t.Errorf("a script in a page is not noticed: %v", got)
	}
}
