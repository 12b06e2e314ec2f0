package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// ReadJSON reads one JSON value into a request type, strictly: a field that the
// type does not have, text that is not UTF-8 and anything after the value are
// mistakes. The error is a clause for people who write such files; it names
// fields as they stand in the file and no types of this program.
func ReadJSON(text []byte, into any) error {
	if !utf8.Valid(text) { // encoding/json would put other signs in its place
		return errors.New("it is not written in UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.New(plainJSON(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is something after the JSON value")
	}
	return nil
}

// plainJSON says what err of encoding/json says, without the types of Go.
func plainJSON(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := "the whole"
		if wrong.Field != "" {
			field = wrong.Field
		}
		return fmt.Sprintf("%s is %s, not %s", clip(field), jsonKind(wrong.Type), clip(jsonWord(wrong.Value)))
	}
	if moment, ok := errors.AsType[*time.ParseError](err); ok {
		return fmt.Sprintf("%s is no time such as 2027-03-01T09:00:00Z", clip(moment.Value))
	}
	switch {
	case errors.Is(err, io.EOF):
		return "it is empty"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends in the middle"
	case strings.HasPrefix(err.Error(), "Time.UnmarshalJSON"):
		return "a time is written like \"2027-03-01T09:00:00Z\""
	}
	return clip(strings.TrimPrefix(err.Error(), "json: "))
}

// clip shortens what somebody sent before it is said back.
func clip(s string) string {
	const most = 120
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// jsonKind is what a value of type t looks like in JSON.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number within bounds"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "an object with fields"
}

// jsonWord is the word of encoding/json for a value, with its article.
func jsonWord(value string) string {
	switch value {
	case "string":
		return "a text"
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	case "number":
		return "a number"
	}
	return strings.TrimPrefix(value, "number ")
}
