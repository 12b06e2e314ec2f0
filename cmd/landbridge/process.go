package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"landbridge.example/internal/fail"
	"landbridge.example/process"
	"landbridge.example/process/catalogue"
)

// processCommand reads, draws and proves process definitions. It needs no node.
func processCommand() *command {
	return &command{
		name: "process", short: "list, show, draw and prove process definitions",
		long:    "A process definition says what may be asked, by whom, in which order, with which safeguards. These commands need no node.",
		example: "landbridge process verify",
		verbs: []*command{
			{name: "list", short: "list the processes of this release", setup: processList,
				example: "landbridge process list"},
			{name: "show", args: "PROCESS|FILE", short: "show a process: states, acts, clocks", min: 1, max: 1, setup: processShow,
				example: "landbridge process show information-request"},
			{name: "draw", args: "PROCESS|FILE", short: "draw a process in the Mermaid language", min: 1, max: 1, setup: processDraw,
				example: "landbridge process draw information-request"},
			{name: "sign", short: "sign the list of definitions this program holds, as the party of a node", setup: processSign,
				long: "Writes name, version and hash of every definition, signed with the party's identity key. Anybody who has the directory checks it\n" +
					"with \"landbridge verify FILE\", which also says where their own program holds another text.",
				example: "landbridge process sign --dir node-xa > xa.definitions"},
			{name: "verify", args: "[FILE...]", short: "prove that definitions keep the safeguards", max: 1000, setup: processVerify,
				long: "Without files it proves the catalogue of this release. It walks every configuration a case can come to and prints what does not\n" +
					"hold, with the way that leads there, and the table of safeguards by processes. The exit code is 1 when a required safeguard is missing.",
				example: "landbridge process verify my-process.v1.yaml"},
		},
	}
}

// loadProcesses reads definitions: files, or ids of the catalogue; without any, the
// whole catalogue, by id and version.
func loadProcesses(names []string) ([]*process.Definition, error) {
	files, err := catalogue.Files()
	if err != nil {
		return nil, err
	}
	var all []*process.Definition
	read := func(name string, text []byte) error {
		d, err := process.Parse(text)
		if err != nil {
			return fail.New(fail.Invalid, "%s: %v", name, err)
		}
		all = append(all, d)
		return nil
	}
	for name, text := range files {
		if err := read(name, text); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b *process.Definition) int { return strings.Compare(a.Ref.Name(), b.Ref.Name()) })
	if len(names) == 0 {
		return all, nil
	}
	built := all
	all = nil
	for _, name := range names {
		i := slices.IndexFunc(built, func(d *process.Definition) bool { return d.Ref.ID == name || d.Ref.Name() == name })
		if i >= 0 {
			all = append(all, built[i])
			continue
		}
		text, err := readDefinition(name)
		if err != nil {
			return nil, err
		}
		if err := read(name, text); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readDefinition reads one file, and no more of it than a definition may have.
func readDefinition(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fail.New(fail.Missing, "%s is neither a process of this release nor a file that can be read; "+
			"\"landbridge process list\" lists the processes", name)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, process.MaxFile+1))
	if err != nil {
		return nil, fail.New(fail.Invalid, "%s cannot be read", name)
	}
	return text, nil
}

func processList(fs *flag.FlagSet) func(context.Context, *app, []string) error {
	asJSON := fs.Bool("json", false, "print JSON")
	return func(_ context.Context, a *app, _ []string) error {
		all, err := loadProcesses(nil)
		if err != nil {
			return err
		}
		t := &table{head: []string{"process", "title", "sides", "states", "acts", "sha256"}}
		type line struct{ Process, Title, SHA256 string }
		var out []line
		for _, d := range all {
			var sides []string
			for _, s := range d.Sides {
				sides = append(sides, s.Name)
			}
			t.add(d.Ref.Name(), d.Title, strings.Join(sides, ", "), len(d.States), len(d.Transitions), d.Ref.Hash.String()[:12])
			out = append(out, line{d.Ref.Name(), d.Title, d.Ref.Hash.String()})
		}
		return show(a.out, *asJSON, out, t, "no processes")
	}
}

func processShow(_ *flag.FlagSet) func(context.Context, *app, []string) error {
	return func(_ context.Context, a *app, args []string) error {
		all, err := loadProcesses(args)
		if err != nil {
			return err
		}
		d := all[0]
		fmt.Fprintf(a.out, "%s\n%s\n\n%s\n\n", d.Title, d.Ref, d.Summary)
		states := &table{head: []string{"state", "", "kind", "outcome", "takes"}}
		for _, s := range d.States {
			states.add(s.Name, s.Label, s.Kind, s.Outcome, s.Coercive)
		}
		states.print(a.out)
		acts := &table{head: []string{"act", "from", "to", "side", "by", "approved by", "guards"}, wide: true}
		for _, t := range d.Transitions {
			to := t.To
			if t.Every {
				to += " (once every party did it)"
			}
			acts.add(t.Name, strings.Join(t.From, ", "), to, t.Side, process.RoleList(t.By), strings.Join(t.Approvals, ", "),
				strings.Join(t.Guards, ", "))
		}
		fmt.Fprintln(a.out)
		acts.print(a.out)
		clocks := &table{head: []string{"clock", "", "for", "side", "force", "source", "does"}}
		for _, c := range d.Clocks {
			clocks.add(c.Name, c.Label, c.For, c.Side, c.Force, fmt.Sprintf("%s (%s)", c.Source, c.Confidence), c.Do)
		}
		fmt.Fprintln(a.out)
		clocks.print(a.out)
		return nil
	}
}

func processDraw(_ *flag.FlagSet) func(context.Context, *app, []string) error {
	return func(_ context.Context, a *app, args []string) error {
		all, err := loadProcesses(args)
		if err != nil {
			return err
		}
		fmt.Fprint(a.out, process.Diagram(all[0]))
		return nil
	}
}

// A proof is what "process verify --json" prints for each definition.
type proof struct {
	Process  string            `json:"process"`
	Explored int               `json:"explored"`
	Findings []process.Finding `json:"findings"`
	Cells    []process.Cell    `json:"safeguards"`
}

func processVerify(fs *flag.FlagSet) func(context.Context, *app, []string) error {
	asJSON := fs.Bool("json", false, "print JSON: findings and the cells of the table")
	asTable := fs.Bool("table", false, "print the table in Markdown, as docs/safeguards.md has it")
	return func(_ context.Context, a *app, args []string) error {
		all, err := loadProcesses(args)
		if err != nil {
			return err
		}
		start := a.now()
		var reports []process.Report
		var verdicts []proof
		holds, explored := true, 0
		for _, d := range all {
			r := process.Prove(d)
			found := append(process.Lint(d), r.Findings...)
			holds = holds && len(found) == 0 && !r.Missing()
			explored += r.Explored
			reports = append(reports, r)
			verdicts = append(verdicts, proof{d.Ref.String(), r.Explored, found, r.Cells})
		}
		switch {
		case *asJSON:
			err = show(a.out, true, verdicts, nil, "")
		case *asTable:
			_, err = fmt.Fprint(a.out, process.TableMarkdown(reports))
		default:
			printVerdicts(a.out, verdicts, reports)
			fmt.Fprintf(a.out, "%d definitions, %d configurations, %s\n", len(all), explored, duration(a.now().Sub(start)))
		}
		if err == nil && !holds {
			err = errNotHolding
		}
		return err
	}
}

func printVerdicts(w io.Writer, all []proof, reports []process.Report) {
	found := &table{head: []string{"process", "rule", "where", "what is wrong"}, wide: true}
	for i, v := range all {
		for _, f := range v.Findings {
			found.add(reports[i].Process.Name(), f.Rule, f.Where, f.Text)
		}
	}
	if len(found.rows) > 0 {
		found.print(w)
		fmt.Fprintln(w)
	}
	t := &table{head: []string{"safeguard", ""}}
	for i := range reports {
		t.head = append(t.head, fmt.Sprint(i+1))
	}
	for i, s := range process.Safeguards() {
		row := []any{s[0], s[1]}
		for _, r := range reports {
			row = append(row, r.Cells[i].Mark())
		}
		t.add(row...)
	}
	t.print(w)
	fmt.Fprintln(w, "\n● proved on every way   ○ held by the program, a test holds it   – not applicable   ✗ MISSING")
	for i, r := range reports {
		fmt.Fprintf(w, "%3d %s\n", i+1, r.Process.Name())
	}
}
