package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// maxPlainFile bounds a file of things to enter, in bytes; the API takes no more.
const maxPlainFile = 1 << 20

// readPlain reads a YAML or JSON file into a type of the API. It knows the
// names that the API knows and refuses others. Days and times stay as they are
// written: YAML would make moments in UTC of them.
func readPlain(name string, into any) error {
	text, err := readSmall(name, maxPlainFile)
	if err != nil {
		return err
	}
	var n yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&n); err != nil && err != io.EOF {
		return fail.New(fail.Invalid, "%s: %s", filepath.Base(name), plainYAML(err))
	}
	if d.Decode(new(yaml.Node)) != io.EOF {
		return fail.New(fail.Invalid, "%s holds more than one document; keep one", filepath.Base(name))
	}
	v, err := plainValue(&n, 0)
	if err != nil {
		return fail.New(fail.Invalid, "%s: %v", filepath.Base(name), err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fail.New(fail.Invalid, "%s: %v", filepath.Base(name), err)
	}
	if err := client.ReadJSON(b, into); err != nil {
		advice := ""
		if strings.Contains(err.Error(), "is a text, not") { // YAML takes 2027 for a number and yes for a truth
			advice = "; put it into quotes"
		}
		return fail.New(fail.Invalid, "%s: %v%s", filepath.Base(name), err, advice)
	}
	return nil
}

const maxPlainDepth = 12

// plainValue makes of a YAML node what JSON has. Aliases are refused: a small
// file could grow without end through them.
func plainValue(n *yaml.Node, depth int) (any, error) {
	if depth > maxPlainDepth {
		return nil, fail.New(fail.Invalid, "line %d is nested too deeply", n.Line)
	}
	switch n.Kind {
	case 0:
		return nil, fail.New(fail.Invalid, "the file is empty")
	case yaml.DocumentNode:
		return plainValue(n.Content[0], depth)
	case yaml.SequenceNode:
		all := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			v, err := plainValue(c, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		return all, nil
	case yaml.MappingNode:
		all := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if _, twice := all[key]; twice {
				return nil, fail.New(fail.Invalid, "line %d: %s stands twice", n.Content[i].Line, key)
			}
			v, err := plainValue(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			all[key] = v
		}
		return all, nil
	case yaml.ScalarNode:
		return plainScalar(n), nil
	}
	return nil, fail.New(fail.Invalid, "line %d: write the value out; aliases are not read", n.Line)
}

func plainScalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		if b, err := strconv.ParseBool(n.Value); err == nil {
			return b
		}
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i
		}
	}
	return n.Value
}

// readInput reads a small file, or standard input for "-".
func readInput(a *app, name string, limit int64) ([]byte, error) {
	if name != "-" {
		return readSmall(name, limit)
	}
	b, err := io.ReadAll(io.LimitReader(a.in, limit+1))
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "standard input cannot be read")
	}
	if int64(len(b)) > limit {
		return nil, fail.New(fail.TooLarge, "standard input is larger than %d bytes", limit)
	}
	return b, nil
}

// readJSONInput reads a small file of JSON, or standard input for "-", into a
// type of the API. A word that the API does not know is a mistake.
func readJSONInput(a *app, name string, into any) error {
	b, err := readInput(a, name, maxPlainFile)
	if err != nil {
		return err
	}
	if err := client.ReadJSON(b, into); err != nil {
		return fail.New(fail.Invalid, "%s is not the JSON that is expected: %v", name, err)
	}
	return nil
}

// openInput opens a file, or standard input for "-".
func openInput(a *app, name string) (io.ReadSeekCloser, error) {
	if name == "-" {
		b, err := readInput(a, name, maxUploadInput)
		return held{bytes.NewReader(b)}, err
	}
	return openFile(name)
}

// openFile opens a file that is sent as it is. A folder opens too, and would
// fail only when it is read: as if the node did not answer.
func openFile(name string) (*os.File, error) {
	st, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fail.New(fail.Missing, "there is no file %s", name)
	case err == nil && st.IsDir():
		return nil, fail.New(fail.Invalid, "%s is a folder, not a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fail.Because(err, fail.Denied, "%s cannot be read", name)
	}
	return f, nil
}

const maxUploadInput = 16 << 20 // bytes from standard input

// held is bytes as an open file.
type held struct{ *bytes.Reader }

// Close does nothing: there is no file.
func (held) Close() error { return nil }

// writePublic writes what everyone may read to a file.
func writePublic(name, text string) error {
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return fail.Because(err, fail.Denied, "%s cannot be written", name)
	}
	return nil
}

// writeOut writes body to a file, or to standard output when name is empty.
func writeOut(a *app, name string, body io.ReadCloser) error {
	if name != "" {
		return save(name, body)
	}
	defer body.Close()
	_, err := io.Copy(a.out, body)
	return err
}
