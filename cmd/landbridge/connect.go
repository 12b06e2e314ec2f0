package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
)

// A target says which node to speak to, and as whom.
type target struct {
	dir, node, tokenFile, as string
	json                     bool
}

const (
	envDir    = "LANDBRIDGE_DIR"
	envNode   = "LANDBRIDGE_NODE"
	envToken  = "LANDBRIDGE_TOKEN_FILE"
	noDir     = "landbridge"
	tokenTail = ".token"
	keyTail   = ".softkey"
	maxToken  = 4 << 10
)

func (t *target) flags(fs *flag.FlagSet) {
	fs.StringVar(&t.dir, "dir", "", "data `folder` of a node on this machine (default $"+envDir+", else ./"+noDir+")")
	fs.StringVar(&t.node, "node", "", "`address` of a node, such as http://localhost:8480 (default $"+envNode+")")
	fs.StringVar(&t.tokenFile, "token-file", "", "`file` with an API token (default $"+envToken+", else the one in --dir)")
	fs.StringVar(&t.as, "as", "", "with --dir: the `person` whose token to use, when there are several")
	fs.BoolVar(&t.json, "json", false, "print JSON instead of a table")
}

// folder returns the data folder that is meant.
func folder(a *app, dir string) string {
	if dir != "" {
		return dir
	}
	if d := a.env(envDir); d != "" {
		return d
	}
	return noDir
}

// client returns a client for the node that is meant.
func (t *target) client(a *app) (*client.Client, error) {
	base := t.node
	if base == "" && t.dir == "" {
		base = a.env(envNode)
	}
	file := t.tokenFile
	if file == "" && t.dir == "" {
		file = a.env(envToken)
	}
	if base == "" {
		dir := folder(a, t.dir)
		run, err := node.ReadRunning(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fail.New(fail.Unavailable, "no node runs in %s; start it with \"landbridge serve --dir %[1]s\", or say --dir or --node", dir)
		}
		if err != nil {
			return nil, err
		}
		base = run.URL
		if file == "" {
			if file, err = t.person(dir); err != nil {
				return nil, err
			}
		}
	}
	if file == "" {
		return nil, fail.New(fail.Denied, "say as whom: --token-file with an API token from your account page")
	}
	token, err := readSmall(file, maxToken)
	if err != nil {
		return nil, err
	}
	c, err := client.New(base, string(token))
	if err != nil {
		return nil, fail.New(fail.Invalid, "%v", err)
	}
	if strings.ContainsFunc(strings.TrimSpace(string(token)), func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fail.New(fail.Invalid, "%s holds no API token; make one on your account page", file)
	}
	return c, nil
}

// visitor returns a client for someone without an account: the node's address
// is needed, a token is not.
func (t *target) visitor(a *app) (*client.Client, error) {
	base := t.node
	if base == "" && t.dir == "" {
		base = a.env(envNode)
	}
	if base == "" {
		run, err := node.ReadRunning(folder(a, t.dir))
		if err != nil {
			return nil, fail.New(fail.Unavailable, "say --node with the address of the node that keeps the call")
		}
		base = run.URL
	}
	c, err := client.New(base, "")
	if err != nil {
		return nil, fail.New(fail.Invalid, "%v", err)
	}
	return c, nil
}

// person finds the token file in a data folder: the one named by --as, or the
// only one there is.
func (t *target) person(dir string) (string, error) {
	all, err := filepath.Glob(filepath.Join(dir, "people", "*"+tokenTail))
	if err != nil {
		return "", fmt.Errorf("looking for tokens: %w", err)
	}
	var names []string
	for _, f := range all {
		names = append(names, strings.TrimSuffix(filepath.Base(f), tokenTail))
	}
	switch {
	case t.as != "" && slices.Contains(names, t.as):
		return filepath.Join(dir, "people", t.as+tokenTail), nil
	case t.as != "":
		return "", fail.New(fail.Missing, "there is no token of %q in %s; there is %s", t.as, dir, orNone(names))
	case len(names) == 1:
		return all[0], nil
	case len(names) == 0:
		return "", fail.New(fail.Denied, "there is no token in %s/people; say --token-file with an API token from your account page", dir)
	}
	return "", fail.New(fail.Invalid, "several people have tokens in %s; say --as with one of %s", dir, strings.Join(names, ", "))
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// readSmall reads a file of at most limit bytes.
func readSmall(name string, limit int64) ([]byte, error) {
	st, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fail.New(fail.Missing, "there is no file %s", name)
	}
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "%s cannot be read: %v", name, errors.Unwrap(err))
	}
	if st.IsDir() {
		return nil, fail.New(fail.Invalid, "%s is a folder, not a file", name)
	}
	if st.Size() > limit {
		return nil, fail.New(fail.TooLarge, "%s is larger than %d bytes", name, limit)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fail.Because(err, fail.Denied, "%s cannot be read: %v", name, errors.Unwrap(err))
	}
	return b, nil
}

// explain turns what the client returns into the errors of the command line,
// and prints problems of single fields as a table.
func explain(a *app, err error) error {
	if p := new(client.Problem); errors.As(err, &p) {
		if len(p.Problems) > 0 {
			printProblems(a, p.Problems)
		}
		return fail.New(fail.ParseKind(p.Kind), "%s", p.Detail)
	}
	if u := new(client.Unreachable); errors.As(err, &u) {
		return fail.New(fail.Unavailable, "%s", u.Error())
	}
	return err
}

func printProblems(a *app, all []client.FieldProblem) {
	t := &table{head: []string{"field", "rule", "what to do"}, wide: true}
	for _, p := range all {
		field := p.Field
		if p.Part != "" {
			field = fmt.Sprintf("%s[%d].%s", p.Field, p.Row, p.Part)
		}
		what := p.Text
		if !p.Block {
			what += " (advice)"
		}
		t.add(field, p.Rule, what)
	}
	t.print(a.err)
}

// compact writes the value of a field for people: rows as their parts.
func compact(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		all := make([]string, len(v))
		for i, e := range v {
			all[i] = compact(e)
		}
		return strings.Join(all, " | ")
	case map[string]any:
		var all []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, strings.ReplaceAll(name, "_", " ")+": "+compact(v[name]))
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprint(v)
}
