// Package screencmd is "landbridge screen": names against lists, and names
// against names, without a node.
//
// Trust: it reads the files it is given and writes its answer to standard
// output; it opens no connection. Who controls it controls what the operator
// sees, like any program the operator runs.
//
// Limits: a line of input has at most [MaxLine] bytes; what it answers is a
// proposal with reasons, never a decision.
package screencmd

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// MaxLine bounds one line of input.
const MaxLine = 64 << 10

// Exit codes of Run, the same as those of the whole command line.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitMissing = 4
)

const usage = `landbridge screen: names against lists, names against names, substances; no node, no network.

  landbridge screen batch --list FILE[,FILE...] --in NAMES.csv [--top 10] [--min 0.1] [--kind person] [--hide-original-script]
  landbridge screen compare --in PAIRS.csv [--kind person]
  landbridge screen substance NAME... [--top 5] [--json]

batch prints one line of JSON for each name: the records of the lists that fit, best first, with their score and the
reasons. A list is the UN consolidated XML, OFAC's sdn.csv (alt.csv and add.csv are read where they lie beside it), or
the plain CSV or JSON of spec/matching.md, each packed with gzip or not. SOURCE=FILE names the source of a plain list.
The input has a header with a column name, query or full_name, and if it likes kind, birth, nationality, gender and
document; or it has no header and a name on each line.

compare prints one line of JSON for each pair of names: the columns name1 and name2, or the first two.

substance looks names, synonyms and CAS numbers up in the schedules of the three drug conventions, in any script, and
says how well each row was checked. What is not found there may be controlled all the same.

--in - reads standard input. Scores run from 0 to 1; 0.7 is where one of a thousand pairs of different single words stands.
--min 0.1 shows the first ten down to where hardly anything is alike; ask from 0.7 or higher for what a person should look at.
Exit codes: 0 done; 1 a file could not be read; 2 the input is wrong; 4 no such file.
`

// errUsage marks errors of how the command was called.
var errUsage = errors.New("wrong call")

// Run runs "screen" with the arguments after that word and returns the exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := bufio.NewWriterSize(stdout, 1<<16)
	err := run(ctx, args, stdin, out)
	if flush := out.Flush(); err == nil {
		err = flush
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitDone
	}
	fmt.Fprintf(stderr, "landbridge: %v\n", err)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return exitMissing
	case errors.Is(err, errUsage):
		return exitUsage
	}
	if _, ok := asRefusal(err); ok {
		return exitUsage
	}
	return exitFailed
}

func run(ctx context.Context, args []string, stdin io.Reader, out *bufio.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: say batch, compare or substance; see \"landbridge screen --help\"", errUsage)
	}
	switch args[0] {
	case "batch":
		return batch(ctx, args[1:], stdin, out)
	case "compare":
		return compare(ctx, args[1:], stdin, out)
	case "substance":
		return lookUp(args[1:], out)
	case "-h", "--help", "-help", "help":
		return flag.ErrHelp
	}
	return fmt.Errorf("%w: there is no %q under \"landbridge screen\"; there is batch, compare, substance", errUsage, args[0])
}

// parse reads flags; positional arguments are refused.
func parse(fs *flag.FlagSet, args []string) error {
	if err := flags(fs, args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%w: %q stands alone; every value follows a flag", errUsage, fs.Arg(0))
	}
	return nil
}

// flags reads flags up to the first word that is none.
func flags(fs *flag.FlagSet, args []string) error {
	fs.SetOutput(io.Discard)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w; see \"landbridge screen --help\"", errUsage, err)
	}
	return nil
}

// input opens what --in names.
func input(name string, stdin io.Reader) (io.ReadCloser, error) {
	switch name {
	case "":
		return nil, fmt.Errorf("%w: --in names the file to read, or - for standard input", errUsage)
	case "-":
		return io.NopCloser(stdin), nil
	}
	return openFile(name)
}
