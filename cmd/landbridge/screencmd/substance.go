package screencmd

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"landbridge.example/match"
	"landbridge.example/match/substance"
)

// found is one line of the JSON output of substance.
type found struct {
	Query string          `json:"query"`
	Hits  []substance.Hit `json:"hits"`
}

// lookUp finds substances by name or CAS number.
func lookUp(args []string, out *bufio.Writer) error {
	fs := flag.NewFlagSet("substance", flag.ContinueOnError)
	top := fs.Int("top", 5, "substances of each name, at most")
	asJSON := fs.Bool("json", false, "one line of JSON for each name")
	names, err := mixed(fs, args)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("%w: name a substance, or write its CAS number", errUsage)
	}
	if *top < 1 || *top > substance.MaxTop {
		return fmt.Errorf("%w: --top is between 1 and %d", errUsage, substance.MaxTop)
	}
	r := substance.New(match.New())
	for _, n := range names {
		hits := r.Find(n, *top)
		if *asJSON {
			line, err := json.Marshal(found{Query: n, Hits: hits})
			if err != nil {
				return fmt.Errorf("writing the answer: %w", err)
			}
			fmt.Fprintf(out, "%s\n", line)
			continue
		}
		sayHits(out, r, n, hits)
	}
	return nil
}

// mixed parses flags that stand before, between or after the names.
func mixed(fs *flag.FlagSet, args []string) (names []string, err error) {
	for {
		if err := flags(fs, args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return names, nil
		}
		names, args = append(names, fs.Arg(0)), fs.Args()[1:]
	}
}

func sayHits(out *bufio.Writer, r *substance.Register, query string, hits []substance.Hit) {
	if len(hits) == 0 {
		fmt.Fprintf(out, "%s: not in the register. That does not mean that it is free: the register is not complete.\n", query)
		return
	}
	for _, h := range hits {
		s := h.Substance
		like := "is"
		if !h.Exact {
			like = fmt.Sprintf("like (%s)", h.Score)
		}
		fmt.Fprintf(out, "%s: %s %s", query, like, h.Name)
		if h.Name != s.Name {
			fmt.Fprintf(out, ", %s", s.Name)
		}
		fmt.Fprintf(out, "\n  %s (%s)", scheduleNames(r, s.Schedules), s.Check)
		if len(s.CAS) > 0 {
			fmt.Fprintf(out, " · CAS %s", strings.Join(s.CAS, ", "))
		}
		fmt.Fprintln(out)
		if s.Note != "" {
			fmt.Fprintf(out, "  %s\n", s.Note)
		}
		for _, c := range s.Sources {
			source, _ := r.Source(c)
			fmt.Fprintf(out, "  source: %s\n", source.Title)
		}
		for _, c := range r.Beside(s.ID) {
			fmt.Fprintf(out, "  a law of %s controls a whole class beside it: %s, since %s\n", c.Jurisdiction, c.Title, c.Since)
		}
	}
}

func scheduleNames(r *substance.Register, codes []string) string {
	all := make([]string, 0, len(codes))
	for _, c := range codes {
		s, _ := r.Schedule(c)
		year, _, _ := strings.Cut(c, "-")
		all = append(all, s.Name+" of "+year)
	}
	return strings.Join(all, ", ")
}
