// Command landbridge runs one party's node, administers it, works cases on it,
// and checks what other nodes signed.
//
// Trust: the command holds no secrets of its own. With --dir it acts with the
// rights of whoever may read that folder, which is everything the node may do;
// with --node it acts as the person whose token it was given. "verify" trusts
// nothing but the keys it is told to trust, and needs no network.
//
// Limits: it never asks questions on the terminal, so it can stand in scripts.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"landbridge.example/internal/fail"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		env: os.Getenv, now: time.Now, random: rand.Reader, terminal: isTerminal(os.Stderr),
	}
	err := run(ctx, a, commands(), os.Args[1:])
	stop()
	if _, said := errors.AsType[status](err); said {
		os.Exit(exitCode(err))
	}
	if err != nil && exitCode(err) != exitFailed {
		fmt.Fprintf(os.Stderr, "landbridge: %s\n", fail.Safe(err))
	} else if err != nil && err != errNotHolding {
		fmt.Fprintf(os.Stderr, "landbridge: %v\n", err) // the operator's own terminal: the whole cause helps
	}
	os.Exit(exitCode(err))
}

// commands builds the whole tree.
func commands() *command {
	return &command{
		name: "landbridge", short: "one party's node of a federation for lawful cooperation between states",
		long:    "Start with \"landbridge demo\": four nodes on this machine play one lawful request from end to end.",
		example: "landbridge demo",
		verbs: []*command{
			demoCommand(),
			serveCommand(),
			initCommand(),
			doctorCommand(),
			verifyCommand(),
			caseCommand(),
			partyCommand(),
			agreementCommand(),
			processCommand(),
			mechanismCommand(),
			forumCommand(),
			decisionCommand(),
			callCommand(),
			delegationCommand(),
			indexCommand(),
			screenCommand(),
			noticeCommand(),
			visitCommand(),
			newsCommand(),
			agendaCommand(),
			completionCommand(commands),
			versionCommand(),
		},
	}
}
