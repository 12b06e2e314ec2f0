// Package indexcmd is the command line of the index engine: it needs no node,
// only files. It reads a specification and the data it names and writes tables.
//
// Trust: it runs with the rights of the person at the keyboard and writes only
// below the folder given with --out. What it prints is what package index computed.
package indexcmd

import (
	"context"
	"fmt"
	"io"
)

// Run carries out "landbridge index ARGS" and returns the exit code of the
// process: 0 done, 1 a check did not hold, 2 the input is wrong, 4 no such
// file or unit.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fmt.Fprintln(stderr, "landbridge index: not built yet")
	return 1
}
