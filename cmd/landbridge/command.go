package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"landbridge.example/internal/fail"
)

// A command is a verb, or a noun that has verbs. The whole tree is built by
// [commands]; help, completion and the tests read the same tree.
type command struct {
	name    string
	args    string // what stands after the flags, such as "CASE [FILE...]"
	short   string // one line, no full stop
	long    string // what it does and needs, in sentences
	example string // a line that works
	verbs   []*command
	min     int // positional arguments, at least
	max     int // positional arguments, at most
	setup   func(fs *flag.FlagSet) func(ctx context.Context, a *app, args []string) error
	// whole, when set, is given everything after the name, flags and help too.
	whole func(ctx context.Context, a *app, args []string) error
}

// An app is what a command may touch of the outside world.
type app struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	now      func() time.Time
	random   io.Reader
	terminal bool // stderr is a terminal: progress may be drawn
}

// Exit codes. They are documented in docs/operating.md and in "landbridge --help".
const (
	exitDone        = 0
	exitFailed      = 1 // a check did not hold, or an unexpected error
	exitUsage       = 2 // the input is wrong; the sentence says what to change
	exitDenied      = 3
	exitMissing     = 4
	exitConflict    = 5
	exitUnavailable = 6
	exitExpired     = 7
)

const exitHelp = `Exit codes: 0 done; 1 a check did not hold, or an unexpected error; 2 the input is wrong;
3 not allowed; 4 no such thing; 5 it clashes with what is there; 6 not reachable, try again; 7 too late.
`

// exitCode says how a program that started us learns what happened.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errNotHolding) {
		return exitFailed
	}
	if s, ok := errors.AsType[status](err); ok {
		return int(s)
	}
	switch fail.KindOf(err) {
	case fail.Invalid, fail.TooLarge:
		return exitUsage
	case fail.Denied:
		return exitDenied
	case fail.Missing:
		return exitMissing
	case fail.Conflict:
		return exitConflict
	case fail.Unavailable:
		return exitUnavailable
	case fail.Expired:
		return exitExpired
	default:
		return exitFailed
	}
}

// errNotHolding marks the answer "this does not hold" of verify, doctor and
// demo: the sentence was printed already and the exit code is 1.
var errNotHolding = errors.New("it does not hold")

// run finds the command for args and runs it.
func run(ctx context.Context, a *app, root *command, args []string) error {
	path, c := []string{root.name}, root
	for len(c.verbs) > 0 {
		if len(args) == 0 {
			printHelp(a.err, path, c)
			return fail.New(fail.Invalid, "say which %s; see above", strings.Join(verbNames(c), ", "))
		}
		if isHelp(args[0]) {
			printHelp(a.out, path, c)
			return nil
		}
		next := find(c, args[0])
		if next == nil {
			return fail.New(fail.Invalid, "there is no %q under %q; there is %s", args[0], strings.Join(path, " "), strings.Join(verbNames(c), ", "))
		}
		path, c, args = append(path, next.name), next, args[1:]
	}
	if c.whole != nil {
		return c.whole(ctx, a, args)
	}
	fs := flag.NewFlagSet(strings.Join(path, " "), flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := c.setup(fs)
	rest, err := parseFlags(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		printHelp(a.out, path, c)
		return nil
	}
	if err != nil {
		return fail.New(fail.Invalid, "%v; see \"%s --help\"", err, strings.Join(path, " "))
	}
	if len(rest) < c.min || len(rest) > c.max {
		return fail.New(fail.Invalid, "this is written \"%s\"; see \"%[2]s --help\"", usage(path, c), strings.Join(path, " "))
	}
	return do(ctx, a, rest)
}

// parseFlags lets flags stand before, between and after the other arguments,
// as people write them; "--" ends the flags.
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

func isHelp(s string) bool { return s == "--help" || s == "-h" || s == "-help" || s == "help" }

func find(c *command, name string) *command {
	for _, v := range c.verbs {
		if v.name == name {
			return v
		}
	}
	return nil
}

func verbNames(c *command) (all []string) {
	for _, v := range c.verbs {
		all = append(all, v.name)
	}
	return all
}

func usage(path []string, c *command) string {
	s := strings.Join(path, " ")
	if len(c.verbs) > 0 {
		return s + " <" + strings.Join(verbNames(c), "|") + ">"
	}
	if c.args != "" {
		s += " [flags] " + c.args
	} else {
		s += " [flags]"
	}
	return s
}

// printHelp prints what a command does, its flags with their defaults, and an
// example that works.
func printHelp(w io.Writer, path []string, c *command) {
	fmt.Fprintf(w, "%s: %s.\n\n  %s\n", strings.Join(path, " "), c.short, usage(path, c))
	if c.long != "" {
		fmt.Fprintf(w, "\n%s\n", c.long)
	}
	if len(c.verbs) > 0 {
		fmt.Fprintln(w)
		tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		for _, v := range c.verbs {
			fmt.Fprintf(tw, "  %s\t%s\n", v.name, v.short)
		}
		tw.Flush()
	} else {
		printFlags(w, c)
	}
	if c.example != "" {
		fmt.Fprintf(w, "\nExample:\n  %s\n", strings.ReplaceAll(c.example, "\n", "\n  "))
	}
	if len(path) == 1 {
		fmt.Fprint(w, "\n"+exitHelp)
	}
}

func printFlags(w io.Writer, c *command) {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.setup(fs)
	var all []*flag.Flag
	fs.VisitAll(func(f *flag.Flag) { all = append(all, f) })
	if len(all) == 0 {
		return
	}
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, f := range all {
		value, text := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
			text += " (default " + f.DefValue + ")"
		}
		if value != "" {
			value = " " + strings.ToUpper(value)
		}
		fmt.Fprintf(tw, "  --%s%s\t%s\n", f.Name, value, text)
	}
	tw.Flush()
}

// flagNames returns the flags of a leaf command, sorted, for completion.
func flagNames(c *command) (all []string) {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.setup(fs)
	fs.VisitAll(func(f *flag.Flag) { all = append(all, f.Name) })
	sort.Strings(all)
	return append(all, "help")
}

// A list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// isTerminal reports whether f is a terminal, so that progress may move.
func isTerminal(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
