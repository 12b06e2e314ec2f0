package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// bind fills in, a pointer to a request type of package client, from the
// path, the query, the headers and the JSON body of r, by the tags of its fields.
func bind(w http.ResponseWriter, r *http.Request, in any, rawBody bool) error {
	hasBody, err := bindHead(r, in)
	switch {
	case err != nil:
		return err
	case hasBody:
		return readJSON(w, r, in, MaxBody)
	case rawBody:
		return nil // the handler streams it
	}
	return noBody(r)
}

// bindUpTo is bind with a bound of its own for the JSON body.
func bindUpTo(w http.ResponseWriter, r *http.Request, in any, limit int64) error {
	hasBody, err := bindHead(r, in)
	switch {
	case err != nil:
		return err
	case !hasBody:
		return noBody(r)
	}
	return readJSON(w, r, in, limit)
}

// bindHead fills in what does not stand in the body, and reports whether
// anything does.
func bindHead(r *http.Request, in any) (hasBody bool, err error) {
	v := reflect.ValueOf(in).Elem()
	known := map[string]bool{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		var name, text string
		if name = f.Tag.Get("path"); name != "" {
			text = r.PathValue(name)
		} else if name = f.Tag.Get("query"); name != "" {
			known[name] = true
			text = r.URL.Query().Get(name)
		} else if name = f.Tag.Get("header"); name != "" {
			text = r.Header.Get(name)
		} else {
			hasBody = true
			continue
		}
		if err := setText(v.Field(i), name, text); err != nil {
			return false, err
		}
	}
	for name := range r.URL.Query() {
		if !known[name] {
			return false, fail.New(fail.Invalid, "there is no parameter %q here; see /api/v1/docs", name)
		}
	}
	return hasBody, nil
}

func setText(v reflect.Value, name, text string) error {
	if text == "" {
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return fail.New(fail.Invalid, "%s is a whole number from 0, not %q", name, clip(text))
		}
		v.SetInt(n)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fail.New(fail.Invalid, "%s is true or false, not %q", name, clip(text))
		}
		v.SetBool(b)
	default:
		return fail.New(fail.Invalid, "%s cannot be given here", name)
	}
	return nil
}

// clip shortens what a caller sent before it is said back.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

func readJSON(w http.ResponseWriter, r *http.Request, in any, limit int64) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return fail.New(fail.Invalid, "send the body as application/json")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return errTooLarge()
	}
	if err != nil {
		return fail.Because(err, fail.Invalid, "the body broke off; send it again")
	}
	if err := client.ReadJSON(text, in); err != nil {
		return fail.Because(err, fail.Invalid, "the body is not the JSON that is expected: %s; see /api/v1/docs", err)
	}
	return nil
}

// noBody refuses a body where none is meant: it would be ignored, and its
// sender would believe it had an effect.
func noBody(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	var one [1]byte
	if n, _ := io.ReadFull(r.Body, one[:]); n > 0 {
		return fail.New(fail.Invalid, "this call takes no body")
	}
	return nil
}
