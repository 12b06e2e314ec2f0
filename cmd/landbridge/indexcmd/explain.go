package indexcmd

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"landbridge.example/index"
)

func explainVerb(fs *flag.FlagSet, t *tool) func(args []string) error {
	year := fs.Int("year", 0, "the `year`, for an index over time; the latest, if not given")
	return func(args []string) error {
		m, err := t.compile(args[0], nil)
		if err != nil {
			return t.refusal(err)
		}
		res, list := m.Run()
		if list.Refused() {
			return t.refusal(problems(list))
		}
		e, list := m.Explain(res, args[1], *year)
		if list.Refused() {
			return t.refusal(problems(list))
		}
		if t.json {
			return t.printJSON(e)
		}
		printHead(t.out, m)
		printExplanation(t.out, e)
		return nil
	}
}

func pointer(v *float64) string {
	if v == nil {
		return "-"
	}
	return shortNumber(*v)
}

func printExplanation(w io.Writer, e *index.Explanation) {
	name := e.Name
	if name == "" {
		name = e.Code
	}
	if e.Year != 0 {
		name = fmt.Sprintf("%s, %d", name, e.Year)
	}
	fmt.Fprintf(w, "%s: %s %s, rank %s of %d. Data: %s (%.0f %% of the indicators came with a value, %.0f %% were filled in).\n\n",
		name, e.Index, pointer(e.Score), pointer(e.Rank), e.Of, e.Reliability, 100*e.Available, 100*e.Imputed)
	fmt.Fprintln(w, "effect: how much of the index the part gives; without it the index would be that much lower.")
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "part\tscore\taverage\trank\tweight\teffect\trank without\tfrom")
	byCode := map[string]index.Part{}
	for _, p := range e.Parts {
		byCode[p.Code] = p
	}
	var walk func(code string, depth int)
	walk = func(code string, depth int) {
		p := byCode[code]
		fmt.Fprintf(tw, "%s%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", strings.Repeat("  ", depth), label(p), pointer(p.Score), pointer(p.Average), pointer(p.Rank),
			fmt.Sprintf("%.1f %%", 100*p.Effective), pointer(p.Effect), pointer(p.Without), from(p))
		for _, k := range p.Children {
			walk(k, depth+1)
		}
	}
	walk(e.Index, 0)
	for _, p := range e.Parts {
		if p.Effective == 0 && p.Parent == "" {
			walk(p.Code, 0)
		}
	}
	tw.Flush()
}

func label(p index.Part) string {
	if p.Name == "" || p.Name == p.Code {
		return p.Code
	}
	return p.Code + " " + p.Name
}

// from says what became of an indicator on its way.
func from(p index.Part) string {
	if !p.Indicator {
		return strings.Join(p.Flags, ", ")
	}
	var s []string
	for i, v := range p.Steps {
		if i == 0 {
			text := "data " + pointer(v.Value)
			if p.DataOf != 0 {
				text += fmt.Sprintf(" (%d)", p.DataOf)
			}
			s = append(s, text)
			continue
		}
		s = append(s, v.Step+" "+pointer(v.Value))
	}
	out := strings.Join(s, " → ")
	if len(p.Flags) > 0 {
		out += " [" + strings.Join(p.Flags, ", ") + "]"
	}
	return out
}
