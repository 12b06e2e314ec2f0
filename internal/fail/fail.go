// Package fail defines the errors that may cross a border: a kind the caller
// can act on, and a sentence the caller may read.
//
// Trust: text made by [New] is shown to officers and to other states, so it
// never holds personal data, paths or driver messages. Every other error is
// "internal error" outside, with a reference number that the log explains.
package fail

import (
	"context"
	"errors"
	"fmt"
)

// A Kind classifies an error. Its values travel between nodes: append to the
// list, never reorder it.
type Kind uint8

// The kinds of failure.
const (
	Internal    Kind = iota // anything not made by New; its text stays here
	Invalid                 // the input is wrong; the sentence says what to change
	Denied                  // the caller may not; the sentence names the rule
	Missing                 // there is no such thing, or the caller may not know of it
	Conflict                // it clashes with what is already there
	Unavailable             // try again later
	TooLarge                // a named bound was passed
	Expired                 // its time is over
	Unsigned                // a signature, key or proof does not hold
	numKinds
)

var names = [numKinds]string{"internal", "invalid", "denied", "missing", "conflict", "unavailable", "too_large", "expired", "unsigned"}

// Kinds lists every kind, for the completeness tests of the edges.
func Kinds() []Kind {
	all := make([]Kind, numKinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// String returns the name of the kind that stands in JSON.
func (k Kind) String() string {
	if k >= numKinds {
		return names[Internal]
	}
	return names[k]
}

// ParseKind returns the kind called name, or Internal if there is none.
func ParseKind(name string) Kind {
	for k, n := range names {
		if n == name {
			return Kind(k)
		}
	}
	return Internal
}

type failure struct {
	kind  Kind
	safe  string
	cause error
}

// Error returns the safe sentence: the cause is for the log alone.
func (f *failure) Error() string { return f.safe }

func (f *failure) Unwrap() error { return f.cause }

// New returns an error of the given kind whose text is safe to show outside.
func New(k Kind, format string, args ...any) error {
	return &failure{kind: k, safe: fmt.Sprintf(format, args...)}
}

// Because is New with the cause kept for this node's own log.
func Because(cause error, k Kind, format string, args ...any) error {
	return &failure{k, fmt.Sprintf(format, args...), cause}
}

// KindOf returns the kind of err, or Internal if err was not made here.
// A cancelled or timed-out context is Unavailable.
func KindOf(err error) Kind {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Is reports whether err is of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Safe returns the sentence of err that may be shown outside this node.
func Safe(err error) string {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.safe
	}
	if KindOf(err) == Unavailable {
		return "this took too long or was interrupted; try again"
	}
	return "internal error"
}
