package screencmd

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"strings"

	"landbridge.example/match"
	"landbridge.example/match/list"
)

// answer is one line of the output of batch.
type answer struct {
	Line       int         `json:"line"`
	ID         string      `json:"id,omitempty"` // as the input names the row
	Query      string      `json:"query"`
	Kind       match.Kind  `json:"kind,omitempty"`
	Candidates []candidate `json:"candidates"`
	Note       string      `json:"note,omitempty"`
}

// candidate is one record that fits.
type candidate struct {
	List      string             `json:"list"`
	Version   string             `json:"list_version"`
	ID        string             `json:"id"`
	Reference string             `json:"reference,omitempty"`
	Kind      match.Kind         `json:"kind"`
	Score     match.Score        `json:"score"`
	ByName    match.Score        `json:"name_score"`
	Name      string             `json:"name"`
	Quality   match.Quality      `json:"quality"`
	Reasons   []match.WordReason `json:"reasons"`
	Evidence  []match.Evidence   `json:"evidence"`
}

// columns says where a row has what.
type columns struct{ name, id, kind, birth, nation, gender, document int }

// batch screens every name of a file.
func batch(ctx context.Context, args []string, stdin io.Reader, out *bufio.Writer) error {
	fs := flag.NewFlagSet("batch", flag.ContinueOnError)
	lists := fs.String("list", "", "lists to search")
	in := fs.String("in", "", "names to screen")
	top := fs.Int("top", 10, "candidates of each name, at most")
	least := fs.Float64("min", 0.1, "least score of a candidate")
	kind := fs.String("kind", "", "kind of the names, unless a column says it")
	hide := fs.Bool("hide-original-script", false, "leave the lists' names in other scripts than Latin out, to measure what is found without them")
	fs.Bool("json", true, "one line of JSON for each name; there is no other format")
	if err := parse(fs, args); err != nil {
		return err
	}
	if *top < 1 || *top > 1000 || !(*least >= 0 && *least <= 1) {
		return fmt.Errorf("%w: --top is between 1 and 1000, --min between 0 and 1", errUsage)
	}
	all, err := kindOf(*kind)
	if err != nil {
		return err
	}
	loaded, err := load(*lists)
	if err != nil {
		return err
	}
	f, err := input(*in, stdin)
	if err != nil {
		return err
	}
	defer f.Close()
	names := []string{"query", "name", "full_name", "fullname", "primary_name", "name1", "text"}
	t, err := newTable(f, [][]string{names})
	if err != nil {
		return err
	}
	c := columns{
		name: max(0, t.column(names...)), id: t.column("id", "query_id", "key"), kind: t.column("kind", "schema", "type"),
		birth: t.column("birth", "date_of_birth", "birth_date", "dob"), nation: t.column("nationality", "nationalities", "country"),
		gender: t.column("gender", "sex"), document: t.column("document", "documents"),
	}
	register := match.New().NewRegister(loaded.records, match.RegisterOptions{HideOriginal: *hide})
	lowest := match.Score(math.Round(*least * float64(match.FullScore)))
	return stream(ctx, t, out, func() func(int, []string) ([]byte, error) {
		s := register.NewScreener()
		return func(line int, row []string) ([]byte, error) {
			q, note, err := c.query(row, all)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
			a := answer{Line: line, ID: cell(row, c.id), Query: cell(row, c.name), Kind: q.Kind, Candidates: []candidate{}, Note: note}
			for _, h := range s.Screen(q, *top, lowest) {
				a.Candidates = append(a.Candidates, candidate{
					List: h.Record.List, Version: loaded.version[h.Record.List], ID: h.Record.ID, Reference: h.Record.Reference, Kind: h.Record.Kind,
					Score: h.Score, ByName: h.ByName, Name: h.Name.Text, Quality: h.Name.Quality, Reasons: h.Words, Evidence: h.Evidence,
				})
			}
			return json.Marshal(a)
		}
	})
}

// query makes a record of a row. What it cannot read of a row's evidence it
// leaves out, and says so.
func (c *columns) query(row []string, kind match.Kind) (*match.Record, string, error) {
	q := &match.Record{Kind: kind, Gender: strings.ToLower(cell(row, c.gender))}
	if k := cell(row, c.kind); k != "" {
		known, err := kindOf(k)
		if err != nil {
			return nil, "", err
		}
		q.Kind = known
	}
	var notes []string
	if name := cell(row, c.name); name != "" {
		q.Names = []match.Name{{Text: name, Quality: match.Primary}}
		if len(name) > match.MaxName {
			notes = append(notes, fmt.Sprintf("only the first %d bytes of the name were read", match.MaxName))
		}
	} else {
		notes = append(notes, "the row has no name")
	}
	for v := range strings.SplitSeq(cell(row, c.birth), "|") {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		if b, ok := list.ParseBirth(v); ok {
			q.Births = append(q.Births, b)
		} else {
			notes = append(notes, "the date of birth is not written as YYYY-MM-DD and was left out")
		}
	}
	for v := range strings.SplitSeq(cell(row, c.nation), "|") {
		if v = strings.TrimSpace(v); v != "" {
			q.Nationalities = append(q.Nationalities, v)
		}
	}
	for v := range strings.SplitSeq(cell(row, c.document), "|") {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		kind, number, ok := strings.Cut(v, ":")
		if !ok {
			kind, number = "", v
		}
		number, country, _ := strings.Cut(number, "@")
		q.Documents = append(q.Documents, match.Document{Type: strings.ToLower(strings.TrimSpace(kind)), Number: strings.TrimSpace(number), Country: country})
	}
	return q, strings.Join(notes, "; "), nil
}
