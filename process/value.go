package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of values, whatever a definition says.
const (
	MaxFields    = 200     // fields in one act
	MaxRows      = 200     // rows or items in one field
	MaxParts     = 40      // parts in one row
	MaxValueText = 64_000  // bytes of one text
	maxName      = 48      // bytes of a field or part name
	maxJSON      = 2 << 20 // bytes of all values of one act
)

// Values are the fields of one act, by field name.
type Values map[string]Value

// A Value is what stands in one field: text, a list of texts, or rows of a
// compound type such as person. At most one of the three is set; in JSON and
// YAML they are a string, a list of strings, and a list of objects.
type Value struct {
	Text  string
	Items []string
	Rows  []Row
}

// A Row is one person, offence, account …: its parts by name.
type Row map[string]string

// Text returns a value that is one text.
func Text(s string) Value { return Value{Text: s} }

// IsZero reports whether nothing was entered.
func (v Value) IsZero() bool { return v.Text == "" && len(v.Items) == 0 && len(v.Rows) == 0 }

// Equal reports whether both hold the same.
func (v Value) Equal(o Value) bool {
	return v.Text == o.Text && slices.Equal(v.Items, o.Items) && slices.EqualFunc(v.Rows, o.Rows, func(a, b Row) bool {
		if len(a) != len(b) {
			return false
		}
		for k, s := range a {
			if t, ok := b[k]; !ok || s != t {
				return false
			}
		}
		return true
	})
}

// has reports whether one of the value's texts is one of want, where "unset"
// stands for an empty value.
func (v Value) has(want []string) bool {
	if v.IsZero() {
		return slices.Contains(want, Unset)
	}
	return slices.Contains(want, v.Text) || slices.ContainsFunc(v.Items, func(s string) bool { return slices.Contains(want, s) })
}

// MarshalJSON writes a string, a list of strings, or a list of objects.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case len(v.Rows) > 0:
		return json.Marshal(v.Rows)
	case len(v.Items) > 0:
		return json.Marshal(v.Items)
	}
	return json.Marshal(v.Text)
}

// UnmarshalJSON reads what MarshalJSON writes, and a single object as one row.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	b = bytes.TrimSpace(b)
	bad := errors.New("a field holds a text, a list of texts, or a list of objects of texts")
	if len(b) == 0 {
		return bad
	}
	switch b[0] {
	case '"':
		return json.Unmarshal(b, &v.Text)
	case '{':
		v.Rows = make([]Row, 1)
		if json.Unmarshal(b, &v.Rows[0]) != nil {
			return bad
		}
		return nil
	case '[':
		if json.Unmarshal(b, &v.Items) == nil {
			return nil
		}
		v.Items = nil
		if json.Unmarshal(b, &v.Rows) != nil || slices.ContainsFunc(v.Rows, func(r Row) bool { return r == nil }) {
			return bad
		}
		return nil
	case 'n':
		return nil // null: nothing entered
	}
	return bad
}

// UnmarshalYAML reads the same shapes from a file that people write, where
// plain yes, no, numbers and dates are texts as well.
func (v *Value) UnmarshalYAML(n *yaml.Node) error {
	*v = Value{}
	switch n.Kind {
	case yaml.ScalarNode:
		v.Text = scalar(n)
	case yaml.MappingNode:
		r, err := row(n)
		v.Rows = []Row{r}
		return err
	case yaml.SequenceNode:
		if len(n.Content) > MaxRows {
			return fmt.Errorf("line %d: a field holds at most %d rows", n.Line, MaxRows)
		}
		return v.fromList(n)
	default:
		return fmt.Errorf("line %d: write a text, a list, or parts with their names here", n.Line)
	}
	return nil
}

func (v *Value) fromList(n *yaml.Node) error {
	for _, c := range n.Content {
		switch c.Kind {
		case yaml.ScalarNode:
			v.Items = append(v.Items, scalar(c))
		case yaml.MappingNode:
			r, err := row(c)
			if err != nil {
				return err
			}
			v.Rows = append(v.Rows, r)
		default:
			return fmt.Errorf("line %d: an entry of a list is a text, or parts with their names", c.Line)
		}
	}
	if len(v.Items) > 0 && len(v.Rows) > 0 {
		return fmt.Errorf("line %d: a list holds texts or rows, not both", n.Line)
	}
	return nil
}

func row(n *yaml.Node) (Row, error) {
	r := make(Row, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		if c.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: %s holds one text", c.Line, k.Value)
		}
		if _, twice := r[k.Value]; twice {
			return nil, fmt.Errorf("line %d: %s stands twice", k.Line, k.Value)
		}
		r[k.Value] = scalar(c)
	}
	return r, nil
}

// scalar returns the text of a YAML scalar; true and false read as yes and no.
func scalar(n *yaml.Node) string {
	switch {
	case n.Tag == "!!null":
		return ""
	case n.Tag == "!!bool" && strings.EqualFold(n.Value, "true"):
		return Yes
	case n.Tag == "!!bool" && strings.EqualFold(n.Value, "false"):
		return No
	}
	return strings.TrimSpace(n.Value)
}

// The texts of a bool field, and the word for no value in conditions.
const (
	Yes   = "yes"
	No    = "no"
	Unset = "unset"
)

// bounded reports what in vs passes a limit, if anything does. It is asked
// before anything else looks at the values of a stranger.
func (vs Values) bounded() error {
	if len(vs) > MaxFields {
		return fmt.Errorf("an act has at most %d fields", MaxFields)
	}
	total := 0
	for name, v := range vs {
		if len(v.Rows) > MaxRows || len(v.Items) > MaxRows {
			return fmt.Errorf("%s has more than %d rows", clip(name), MaxRows)
		}
		total += len(name) + len(v.Text)
		for _, s := range v.Items {
			total += len(s)
		}
		for _, r := range v.Rows {
			if len(r) > MaxParts {
				return fmt.Errorf("a row of %s has more than %d parts", clip(name), MaxParts)
			}
			for k, s := range r {
				total += len(k) + len(s)
			}
		}
	}
	if total > maxJSON {
		return fmt.Errorf("the fields hold %d bytes together; the limit is %d", total, maxJSON)
	}
	return nil
}

// Names returns the names of the fields that hold something, sorted.
func (vs Values) Names() []string {
	var names []string
	for n, v := range vs {
		if !v.IsZero() {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	return names
}

// Clean returns a copy without empty fields, empty rows and blanks around
// texts: what is worth keeping of a form.
func (vs Values) Clean() Values {
	c := make(Values, len(vs))
	for name, v := range vs {
		var n Value
		n.Text = strings.TrimSpace(v.Text)
		for _, s := range v.Items {
			if s = strings.TrimSpace(s); s != "" && !slices.Contains(n.Items, s) {
				n.Items = append(n.Items, s)
			}
		}
		for _, r := range v.Rows {
			kept := Row{}
			for k, s := range r {
				if s = strings.TrimSpace(s); s != "" {
					kept[k] = s
				}
			}
			if len(kept) > 0 {
				n.Rows = append(n.Rows, kept)
			}
		}
		if !n.IsZero() {
			c[name] = n
		}
	}
	return c
}

// clip shortens a stranger's text for a sentence.
func clip(s string) string {
	const limit = 40
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
