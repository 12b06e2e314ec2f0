package screencmd

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"

	"landbridge.example/match"
)

// verdict is one line of the output of compare.
type verdict struct {
	Line    int                `json:"line"`
	ID      string             `json:"id,omitempty"`
	Name1   string             `json:"name1"`
	Name2   string             `json:"name2"`
	Kind    match.Kind         `json:"kind,omitempty"`
	Score   match.Score        `json:"score"`
	Reasons []match.WordReason `json:"reasons"`
}

// compare scores every pair of names of a file.
func compare(ctx context.Context, args []string, stdin io.Reader, out *bufio.Writer) error {
	fs := flag.NewFlagSet("compare", flag.ContinueOnError)
	in := fs.String("in", "", "pairs to compare")
	kind := fs.String("kind", "", "kind of the names, unless a column says it")
	fs.Bool("json", true, "one line of JSON for each pair; there is no other format")
	if err := parse(fs, args); err != nil {
		return err
	}
	all, err := kindOf(*kind)
	if err != nil {
		return err
	}
	f, err := input(*in, stdin)
	if err != nil {
		return err
	}
	defer f.Close()
	firsts := []string{"name1", "name_1", "name_a", "a", "left", "query", "query_name", "source", "first", "text1", "latin", "english"}
	seconds := []string{"name2", "name_2", "name_b", "b", "right", "candidate", "candidate_name", "expected match", "expected", "listed", "target",
		"second", "text2", "foreign", "other", "name"}
	t, err := newTable(f, [][]string{firsts, seconds})
	if err != nil {
		return err
	}
	one, two := t.column(firsts...), t.column(seconds...)
	if one < 0 || two < 0 || one == two {
		one, two = 0, 1
	}
	id, kinds := t.column("id", "case_id", "key"), t.column("kind", "schema", "type")
	engine := match.New()
	return stream(ctx, t, out, func() func(int, []string) ([]byte, error) {
		return func(line int, row []string) ([]byte, error) {
			if len(row) < 2 {
				return nil, fmt.Errorf("%w: line %d has one field; a pair of names has two", errUsage, line)
			}
			k := all
			if s := cell(row, kinds); s != "" {
				known, err := kindOf(s)
				if err != nil {
					return nil, fmt.Errorf("line %d: %w", line, err)
				}
				k = known
			}
			c := engine.Compare(cell(row, one), cell(row, two), k)
			return json.Marshal(verdict{Line: line, ID: cell(row, id), Name1: cell(row, one), Name2: cell(row, two), Kind: k, Score: c.Score, Reasons: c.Words})
		}
	})
}
