package web

import (
	"net/url"
	"slices"
	"strings"
)

// An Again is one form of a page that has several, after the page was shown
// again because what a form asked for was not done: the form that was sent keeps
// what was written in it, and the others are as ever.
type Again struct {
	On     bool // this form was sent
	values url.Values
}

// Again returns the form whose button says do. Where several forms have the same
// button, the name and the value of a hidden field tell which.
func (f Frame) Again(do string, hidden ...string) Again {
	on := len(f.sent) > 0 && f.sent.Get("do") == do
	for pair := range slices.Chunk(hidden, 2) {
		on = on && f.sent.Get(pair[0]) == pair[1]
	}
	return Again{on, f.sent}
}

// Text is what was written in a field, or what stands there otherwise.
func (a Again) Text(name, otherwise string) string {
	if a.On {
		return strings.ReplaceAll(a.values.Get(name), "\r\n", "\n")
	}
	return otherwise
}

// Is reports whether a value of a field was chosen, or is otherwise.
func (a Again) Is(name, value string, otherwise bool) bool {
	if a.On {
		return slices.Contains(a.values[name], value)
	}
	return otherwise
}

// Says is the problem, in the form that has it.
func (a Again) Says(problem string) string {
	if a.On {
		return problem
	}
	return ""
}
