package main

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff/softkey"
)

// A caller is one run of a verb that speaks to a node: the client, the
// arguments, and how the answer is printed.
type caller struct {
	*client.Client
	a      *app
	t      *target
	args   []string
	secret string // of a verb made with [secretly]
}

// work is what a verb does in one run. It returns the errors of the client as
// they are: [explain] makes sentences and exit codes of them.
type work = func(ctx context.Context, c *caller) error

// setup is the type of that field of a [command].
type setup = func(*flag.FlagSet) func(context.Context, *app, []string) error

// calling is the setup of a verb that speaks to a node as a person. flags
// defines what the verb has besides the flags of every such verb. A verb that
// does something before it needs a node, such as reading its file, has a setup
// of its own.
func calling(flags func(fs *flag.FlagSet) work) setup { return setupWith((*target).client, flags) }

// visiting is [calling] for someone without an account: only the node's
// address is needed.
func visiting(flags func(fs *flag.FlagSet) work) setup { return setupWith((*target).visitor, flags) }

// secretly is [visiting] for someone whose secret opens what is theirs.
func secretly(flags func(fs *flag.FlagSet) work) setup {
	return visiting(func(fs *flag.FlagSet) work {
		file := fs.String("secret-file", "", "`file` with the secret; - is standard input")
		do := flags(fs)
		return func(ctx context.Context, c *caller) (err error) {
			if c.secret, err = readSecret(c.a, *file); err != nil {
				return err
			}
			return do(ctx, c)
		}
	})
}

const maxSecret = 4 << 10 // bytes

func readSecret(a *app, name string) (string, error) {
	if name == "" {
		return "", fail.New(fail.Invalid, "say --secret-file with the file that holds the secret, or - for standard input")
	}
	b, err := readInput(a, name, maxSecret)
	return strings.TrimSpace(string(b)), err
}

func setupWith(connect func(*target, *app) (*client.Client, error), flags func(fs *flag.FlagSet) work) setup {
	return func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
		t := &target{}
		t.flags(fs)
		do := flags(fs)
		return func(ctx context.Context, a *app, args []string) error {
			c, err := connect(t, a)
			if err != nil {
				return err
			}
			return explain(a, do(ctx, &caller{Client: c, a: a, t: t, args: args}))
		}
	}
}

// flagless is for verbs without flags of their own: calling(flagless(…)).
func flagless(do work) func(*flag.FlagSet) work { return func(*flag.FlagSet) work { return do } }

// show prints v as JSON, or the table; empty stands for a table without rows.
func (c *caller) show(v any, t *table, empty string) error {
	return show(c.a.out, c.t.json, v, t, empty)
}

// shown prints one thing that a node answered, with its table.
func shown[T any](c *caller, tab func(T) *table) func(T, error) error {
	return func(v T, err error) error {
		if err != nil {
			return err
		}
		return c.show(v, tab(v), "")
	}
}

// print writes a text that a node answered, as it is.
func (c *caller) print(text string, err error) error {
	if err == nil {
		_, err = fmt.Fprint(c.a.out, text)
	}
	return err
}

// keyFlag is the flag that names the key of [caller.keyFile].
func keyFlag(fs *flag.FlagSet) *string {
	return fs.String("key", "", "software key `file` (default: the one beside the token in --dir)")
}

// keyFile returns the name of the software key file that signs.
func (c *caller) keyFile(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	token, err := c.t.person(folder(c.a, c.t.dir))
	if err != nil {
		return "", fail.New(fail.Invalid, "say which key signs: --key with a software key file")
	}
	return strings.TrimSuffix(token, tokenTail) + keyTail, nil
}

func readKey(name string) (*softkey.Key, error) {
	text, err := readSmall(name, maxToken)
	if err != nil {
		return nil, err
	}
	key, err := softkey.Parse(string(text))
	if err != nil {
		return nil, fail.New(fail.Invalid, "%v", err)
	}
	return key, nil
}

// sign answers the challenge of something that waits for a second person. The
// node has derived it from the digest of what is signed.
func sign(key *softkey.Key, challenge string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(challenge)
	if err != nil {
		return nil, fmt.Errorf("reading the challenge: %w", err)
	}
	assertion, err := key.Sign(b)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return assertion, nil
}
