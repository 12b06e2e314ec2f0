// Package canon writes JSON in one form and reads it strictly, for what is
// signed, hashed or sent to other parties: the fields of a struct in their
// order, no blanks, no escaping that nothing needs, no line end.
//
// Trust: a fault here makes two texts of one meaning pass as one signed thing,
// or one text read differently by two nodes. It decides nothing about content.
//
// Limits: none of its own: callers bound what they read before they hand it
// over, and encoding/json bounds how deep values nest. [Decode] alone takes a
// field twice and in any case of letters; who must have one form asks [Is] too.
package canon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrMore is what [Decode] returns when something stands after the value.
var ErrMore = errors.New("something stands after the JSON")

// Encode writes v in the one form.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads one value: no unknown field, and nothing after it ([ErrMore]).
// Other errors are those of encoding/json, for callers who say where it is wrong.
func Decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return ErrMore
	}
	return nil
}

// Is reports whether b is v in the one form, byte for byte.
func Is(b []byte, v any) bool {
	again, err := Encode(v)
	return err == nil && bytes.Equal(again, b)
}
