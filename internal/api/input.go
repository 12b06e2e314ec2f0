package api

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// Bounds of what a form may hold before casework looks closer.
const (
	maxFields = 200
	maxRows   = 200
	maxParts  = 64
)

func input(in client.Input) (casework.Input, error) {
	fields, err := values(in.Fields)
	return casework.Input{Title: in.Title, Handling: in.Handling, Fields: fields, Ground: in.Ground, Reason: in.Reason}, err
}

// values reads fields as JSON carries them. Numbers and yes/no are taken as
// they are written, because people write them so.
func values(in client.Fields) (process.Values, error) {
	if len(in) > maxFields {
		return nil, fail.New(fail.TooLarge, "a form holds at most %d fields", maxFields)
	}
	out := process.Values{}
	for name, v := range in {
		if !landbridge.ValidName(name, landbridge.MaxKind) {
			return nil, fail.New(fail.Invalid, "%q is not the name of a field", clip(name))
		}
		pv, err := oneValue(name, v)
		if err != nil {
			return nil, err
		}
		out[name] = pv
	}
	return out, nil
}

func oneValue(name string, v any) (process.Value, error) {
	list, ok := v.([]any)
	if !ok {
		if row, ok := v.(map[string]any); ok {
			list = []any{row} // one row may stand without its list
		} else {
			s, err := scalar(name, v)
			return process.Value{Text: s}, err
		}
	}
	if len(list) > maxRows {
		return process.Value{}, fail.New(fail.TooLarge, "%s holds at most %d rows", name, maxRows)
	}
	var out process.Value
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			row, err := row(name, m)
			if err != nil {
				return out, err
			}
			out.Rows = append(out.Rows, row)
			continue
		}
		s, err := scalar(name, e)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, s)
	}
	if out.Rows != nil && out.Items != nil {
		return out, fail.New(fail.Invalid, "%s mixes texts and rows; its definition says which it holds", name)
	}
	return out, nil
}

func row(name string, m map[string]any) (process.Row, error) {
	if len(m) > maxParts {
		return nil, fail.New(fail.TooLarge, "a row of %s holds at most %d parts", name, maxParts)
	}
	r := process.Row{}
	for part, v := range m {
		s, err := scalar(name+"."+part, v)
		if err != nil {
			return nil, err
		}
		r[part] = s
	}
	return r, nil
}

func scalar(name string, v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		if v {
			return "yes", nil
		}
		return "no", nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", fail.New(fail.Invalid, "%s is a text, a list of texts, or a list of rows", clip(name))
}

func parseID(what, s string) (landbridge.ID, error) {
	id, err := landbridge.ParseID(s)
	if err != nil {
		return "", fail.New(fail.Missing, "there is no %s called %q", what, clip(s))
	}
	return id, nil
}

func parseDigest(what, s string) (landbridge.Digest, error) {
	d, err := landbridge.ParseDigest(s)
	if err != nil || d.IsZero() { // zero would say that nothing is named
		return d, fail.New(fail.Missing, "there is no %s called %q", what, clip(s))
	}
	return d, nil
}

// given refuses a request in which a field is empty that has to be there:
// given("id", in.ID, "title", in.Title).
func given(pairs ...string) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return fail.New(fail.Invalid, "%q is missing; give it", pairs[i])
		}
	}
	return nil
}

// oneOf refuses a word by which a list is filtered when nothing can ever bear
// it: an empty answer would look as if there were nothing.
func oneOf(name, word string, words ...string) error {
	if word == "" || slices.Contains(words, word) {
		return nil
	}
	return fail.New(fail.Invalid, "%s is one of %s, not %q", name, strings.Join(words, ", "), clip(word))
}

// challenge returns what a passkey signs for an approval, as WebAuthn writes it.
func challenge(d landbridge.Digest) string {
	c := staff.Challenge(d)
	return base64.RawURLEncoding.EncodeToString(c[:])
}

// draftTag and version turn a draft's version into its ETag and back.
func draftTag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

func version(tag string) (int64, error) {
	text, ok := strings.CutPrefix(strings.Trim(tag, `"`), "v")
	n, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return 0, fail.New(fail.Invalid, "send the draft's ETag as If-Match, so that nobody's change is lost")
	}
	return n, nil
}

// fieldProblems returns what err says field by field, if it does.
func fieldProblems(err error) []client.FieldProblem {
	f, ok := errors.AsType[*incomplete](err)
	if !ok {
		return nil
	}
	return each(f.fields, problemView)
}
