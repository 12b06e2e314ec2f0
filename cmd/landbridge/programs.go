package main

import (
	"context"
	"flag"

	"landbridge.example/cmd/landbridge/indexcmd"
)

// A status is the exit code of a command that has said everything itself.
type status int

// Error implements error; nothing prints it.
func (status) Error() string { return "the command has said why" }

// indexCommand calculates composite indices. It needs no node, and parses its
// own verbs and flags, because statisticians use it by itself.
func indexCommand() *command {
	return &command{
		name: "index", short: "calculate and check composite indices from one readable specification, without any node",
		example: "landbridge index run asem.yaml --out results",
		whole: func(ctx context.Context, a *app, args []string) error {
			if code := indexcmd.Run(ctx, args, a.out, a.err); code != exitDone {
				return status(code)
			}
			return nil
		},
		setup: noFlags,
	}
}

// noFlags is the setup of a command that parses its arguments itself.
func noFlags(*flag.FlagSet) func(context.Context, *app, []string) error { return nil }
