// Package screencmd is "landbridge screen": names against lists, and names
// against names, without a node.
//
// Trust: it reads the files it is given and writes its answer to standard
// output; it opens no connection. Who controls it controls what the operator
// sees, like any program the operator runs.
//
// Limits: a line of input has at most 64 KiB.
package screencmd

import (
	"context"
	"fmt"
	"io"
)

// Exit codes of Run, the same as those of the whole command line.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Run runs "screen" with the arguments after that word and returns the exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fmt.Fprintln(stderr, "landbridge: screen is not built yet")
	return exitFailed
}
