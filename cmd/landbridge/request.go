package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// Bounds of the files people write.
const (
	maxRequestFile = 1 << 20 // bytes
	maxYAMLDepth   = 8
)

// A requestFile is a request as an officer's other systems write it. The same
// shape without process, to and title serves the other acts.
type requestFile struct {
	Process     string              `yaml:"process"`
	To          string              `yaml:"to"`
	Sides       map[string][]string `yaml:"sides"` // in place of to, where more than two parties take part
	Act         string              `yaml:"act"`   // what opens the case, where a process has more than one way
	Title       string              `yaml:"title"`
	Handling    string              `yaml:"handling"`
	Ground      string              `yaml:"ground"`
	Reason      string              `yaml:"reason"`
	Fields      yaml.Node           `yaml:"fields"`
	Attachments []requestPart       `yaml:"attachments"`

	fields client.Fields
	dir    string // attachments are relative to the file
}

type requestPart struct {
	File  string `yaml:"file"`
	Title string `yaml:"title"`
	Type  string `yaml:"media_type"`
}

// readRequest reads a request file; name "-" is standard input.
func readRequest(a *app, name string) (*requestFile, error) {
	var text []byte
	var err error
	if name == "-" {
		text, err = io.ReadAll(io.LimitReader(a.in, maxRequestFile+1))
		if err == nil && len(text) > maxRequestFile {
			err = fail.New(fail.TooLarge, "the request is larger than %d bytes; attach large content as a file", maxRequestFile)
		}
	} else {
		text, err = readSmall(name, maxRequestFile)
	}
	if err != nil {
		return nil, err
	}
	r, err := parseRequest(text)
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "%s: %s", filepath.Base(name), fail.Safe(err))
	}
	r.dir = filepath.Dir(name)
	return r, nil
}

// parseRequest reads the text of a request file strictly: a word it does not
// know is a mistake, not a comment.
func parseRequest(text []byte) (*requestFile, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	r := &requestFile{}
	if err := d.Decode(r); err != nil && !errors.Is(err, io.EOF) {
		return nil, fail.New(fail.Invalid, "this is not a request file: %s", plainYAML(err))
	}
	if d.Decode(new(yaml.Node)) != io.EOF {
		return nil, fail.New(fail.Invalid, "the file holds more than one document; keep one")
	}
	r.fields = client.Fields{}
	if r.Fields.Kind == 0 {
		return r, nil
	}
	if r.Fields.Kind != yaml.MappingNode {
		return nil, fail.New(fail.Invalid, "line %d: fields is a list of names with their values", r.Fields.Line)
	}
	for i := 0; i < len(r.Fields.Content); i += 2 {
		name := r.Fields.Content[i]
		if _, twice := r.fields[name.Value]; twice {
			return nil, fail.New(fail.Invalid, "line %d: %s stands here twice", name.Line, name.Value)
		}
		v, err := fieldValue(r.Fields.Content[i+1], 0)
		if err != nil {
			return nil, err
		}
		r.fields[name.Value] = v
	}
	return r, nil
}

// fieldValue keeps scalars as they are written: 007 stays 007, and a date does
// not become a moment. Only yes and no are read, because YAML has two ways.
func fieldValue(n *yaml.Node, depth int) (any, error) {
	if depth > maxYAMLDepth {
		return nil, fail.New(fail.Invalid, "line %d: this nests too deep", n.Line)
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return nil, fail.New(fail.Invalid, "line %d: write the value out; anchors and aliases are not taken", n.Line)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "", nil
		}
		if n.Tag == "!!bool" {
			if b, err := strconv.ParseBool(n.Value); err == nil {
				return map[bool]string{true: "yes", false: "no"}[b], nil
			}
		}
		return n.Value, nil
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			v, err := fieldValue(c, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		row := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			v, err := fieldValue(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			row[n.Content[i].Value] = v
		}
		return row, nil
	}
	return nil, fail.New(fail.Invalid, "line %d: this is not a value", n.Line)
}

// plainYAML takes the package's name and type names out of a YAML error.
func plainYAML(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	s = strings.ReplaceAll(s, "unmarshal errors:\n  ", "")
	if i := strings.Index(s, " in type "); i > 0 {
		s = s[:i] + " here"
	}
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// setFields adds name=value pairs from the command line.
func (r *requestFile) setFields(pairs []string) error {
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return fail.New(fail.Invalid, "a field is written name=value, not %q", p)
		}
		r.fields[name] = value
	}
	return nil
}

// input returns what goes into the form.
func (r *requestFile) input() client.Input {
	return client.Input{Title: r.Title, Handling: r.Handling, Fields: r.fields, Ground: r.Ground, Reason: r.Reason}
}

// files returns what to attach: what the file lists, and what the command line adds.
func (r *requestFile) files(extra []string) []requestPart {
	var all []requestPart
	for _, p := range r.Attachments {
		if !filepath.IsAbs(p.File) {
			p.File = filepath.Join(r.dir, p.File)
		}
		all = append(all, p)
	}
	for _, name := range extra {
		listed := false
		for _, p := range all {
			listed = listed || filepath.Clean(p.File) == filepath.Clean(name) // named on both: once
		}
		if !listed {
			all = append(all, requestPart{File: name})
		}
	}
	return all
}

func (p requestPart) String() string { return fmt.Sprintf("%s (%s)", filepath.Base(p.File), p.Title) }
