// Package indexcmd is the command line of the index engine: it needs no node,
// only files. It reads a specification and the data it names, and prints or
// writes tables.
//
// Trust: it runs with the rights of the person at the keyboard, reads the files
// the specification names, and writes only where --out says. What it prints is
// what package index calculated.
package indexcmd

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"

	"landbridge.example/index/problem"
)

// Exit codes, the same as those of the whole program.
const (
	exitDone    = 0
	exitFailed  = 1 // a check did not hold, or an unexpected error
	exitUsage   = 2 // the input is wrong
	exitMissing = 4 // no such file or unit
	exitAgain   = 6 // interrupted
)

// errNotHolding marks that a check did not hold and was reported already.
var errNotHolding = errors.New("it does not hold")

// An inputError is a mistake of the caller, with the exit code that tells its kind.
type inputError struct {
	code int
	text string
}

func (e inputError) Error() string { return e.text }

func wrong(format string, args ...any) error {
	return inputError{exitUsage, fmt.Sprintf(format, args...)}
}

// A tool is one call of the command line.
type tool struct {
	ctx      context.Context
	out, err io.Writer
	json     bool
	workers  int
	terminal bool // stderr is one: progress may be drawn
}

// A verb is one of the things "landbridge index" does.
type verb struct {
	name, args, short string
	min, max          int
	example           string
	setup             func(fs *flag.FlagSet, t *tool) func(args []string) error
}

func verbs() []verb {
	return []verb{
		{"check", "SPEC.yaml", "read a specification and its data and say what must be put right", 1, 1, "landbridge index check asem.yaml", checkVerb},
		{"run", "SPEC.yaml", "calculate scores and ranks of every level", 1, 1, "landbridge index run asem.yaml --out results --audit", runVerb},
		{"uncertainty", "SPEC.yaml", "say how far each rank can be trusted", 1, 1, "landbridge index uncertainty asem.yaml --replications 10000", uncertaintyVerb},
		{"sensitivity", "SPEC.yaml", "say which assumption moves the ranks", 1, 1, "landbridge index sensitivity asem.yaml --base 1000", sensitivityVerb},
		{"explain", "SPEC.yaml UNIT", "say where one unit's score comes from", 2, 2, "landbridge index explain asem.yaml FRA", explainVerb},
		{"bundle", "SPEC.yaml", "pack specification, data, licences and results into one release", 1, 1,
			"landbridge index bundle asem.yaml --out asem.zip", bundleVerb},
		{"verify", "BUNDLE", "calculate a release again and compare it with what it says", 1, 1, "landbridge index verify asem.zip", verifyVerb},
	}
}

const exitHelp = `Exit codes: 0 done; 1 a check did not hold, or an unexpected error; 2 the input is wrong;
4 no such file or unit; 6 interrupted.
`

// Run carries out "landbridge index ARGS" and returns the exit code of the
// process.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	t := &tool{ctx: ctx, out: stdout, err: stderr, terminal: isTerminal(stderr)}
	err := t.run(args)
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errNotHolding) {
		return exitFailed
	}
	fmt.Fprintf(stderr, "landbridge index: %v\n", err)
	return exitCode(err)
}

func exitCode(err error) int {
	if ctxErr := (context.Canceled); errors.Is(err, ctxErr) || errors.Is(err, context.DeadlineExceeded) {
		return exitAgain
	}
	if e, ok := errors.AsType[inputError](err); ok {
		return e.code
	}
	if l, ok := errors.AsType[problem.List](err); ok {
		return listCode(l)
	}
	return exitFailed
}

// listCode is the exit code for problems: a missing file or unit has its own.
func listCode(l problem.List) int {
	for _, p := range l {
		switch {
		case p.Warning:
		case p.Rule == "interrupted":
			return exitAgain
		case p.Rule == "no-file" || p.Rule == "unknown-unit":
			return exitMissing
		}
	}
	return exitUsage
}

func (t *tool) run(args []string) error {
	if len(args) == 0 || isHelp(args[0]) {
		t.help(len(args) > 0)
		if len(args) > 0 {
			return nil
		}
		return wrong("say what to do; see above")
	}
	for _, v := range verbs() {
		if v.name != args[0] {
			continue
		}
		fs := flag.NewFlagSet(v.name, flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		fs.BoolVar(&t.json, "json", false, "print JSON")
		fs.IntVar(&t.workers, "workers", runtime.GOMAXPROCS(0), "how many `processors` to use; the answer is the same for any number")
		do := v.setup(fs, t)
		rest, err := parseFlags(fs, args[1:])
		if errors.Is(err, flag.ErrHelp) {
			t.verbHelp(v, fs)
			return nil
		}
		if err != nil {
			return wrong("%v; see landbridge index %s --help", err, v.name)
		}
		if len(rest) < v.min || len(rest) > v.max {
			return wrong("this is written: landbridge index %s [flags] %s", v.name, v.args)
		}
		if t.workers < 1 || t.workers > 1024 {
			return wrong("workers is a number from 1 to 1024")
		}
		return do(rest)
	}
	var names []string
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return wrong("there is no %q%s; there is %s", args[0], problem.Nearest(args[0], names), strings.Join(names, ", "))
}

func isHelp(s string) bool { return s == "--help" || s == "-h" || s == "-help" || s == "help" }

// parseFlags lets flags stand before, between and after the other arguments.
func parseFlags(fs *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		left := fs.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if used := len(args) - len(left); used > 0 && args[used-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

func (t *tool) help(asked bool) {
	w := t.err
	if asked {
		w = t.out
	}
	fmt.Fprint(w, "landbridge index: composite indicators from one specification file, without a node.\n\n  landbridge index <verb> [flags] SPEC.yaml\n\n")
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, v := range verbs() {
		fmt.Fprintf(tw, "  %s\t%s\n", v.name, v.short)
	}
	tw.Flush()
	fmt.Fprint(w, "\nThe format of specifications is in spec/index.md.\n\n"+exitHelp)
}

func (t *tool) verbHelp(v verb, fs *flag.FlagSet) {
	fmt.Fprintf(t.out, "landbridge index %s: %s.\n\n  landbridge index %s [flags] %s\n\n", v.name, v.short, v.name, v.args)
	tw := tabwriter.NewWriter(t.out, 0, 8, 2, ' ', 0)
	fs.VisitAll(func(f *flag.Flag) {
		name, usage := flag.UnquoteUsage(f)
		if name != "" {
			name = " " + strings.ToUpper(name)
		}
		fmt.Fprintf(tw, "  --%s%s\t%s\n", f.Name, name, usage)
	})
	tw.Flush()
	fmt.Fprintf(t.out, "\nExample:\n  %s\n\n%s", v.example, exitHelp)
}
