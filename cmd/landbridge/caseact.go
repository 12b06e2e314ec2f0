package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

func caseAct() *command {
	return &command{
		name: "act", args: "CASE ACT", min: 2, max: 2, short: "take a step in a case: acknowledge, ask, reply, answer, refuse, report_outcome …",
		long: "\"landbridge case show CASE\" lists the acts that are open, what they ask for, and why the others are not open.\n" +
			"An act that needs an approval is proposed and waits for \"landbridge case approve\".",
		example: `landbridge case act XB-2026-0001 ask --field question="Which of the two transfers of 11 November is meant?"`,
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			t := &target{}
			t.flags(fs)
			var n newCase
			var ground, reason string
			fs.StringVar(&n.file, "file", "", "`file` (YAML) with the fields of the act, or - for standard input")
			fs.Var(&n.set, "field", "`name=value` of one field; may be given several times")
			fs.Var(&n.attach, "attach", "`file` to attach; may be given several times")
			fs.StringVar(&ground, "ground", "", "`code` of the ground, for acts that need one")
			fs.StringVar(&reason, "reason", "", "the reason in `words`, for acts that need one")
			return func(ctx context.Context, a *app, args []string) error {
				r := &requestFile{fields: client.Fields{}}
				if n.file != "" {
					var err error
					if r, err = readRequest(a, n.file); err != nil {
						return err
					}
				}
				if err := r.setFields(n.set); err != nil {
					return err
				}
				if ground != "" {
					r.Ground = ground
				}
				if reason != "" {
					r.Reason = reason
				}
				c, err := t.client(a)
				if err != nil {
					return err
				}
				done, err := act(ctx, c, args[0], args[1], r, r.files(n.attach))
				if err != nil {
					return explain(a, err)
				}
				return printDone(a, t.json, done)
			}
		},
	}
}

// act takes one step. With files it goes by a draft, which is dropped again
// when the act does not come about.
func act(ctx context.Context, c *client.Client, id, transition string, r *requestFile, files []requestPart) (client.Done, error) {
	if len(files) == 0 {
		return c.Act(ctx, client.ActRequest{Case: id, Transition: transition, Input: r.input()})
	}
	d, err := c.NewDraft(ctx, client.NewDraft{Case: id, Transition: transition, Input: r.input()})
	if err != nil {
		return client.Done{}, err
	}
	if err = attachAll(ctx, c, &d, files); err == nil {
		var done client.Done
		if done, err = c.Propose(ctx, d.ID); err == nil {
			return done, nil
		}
	}
	if e := c.DropDraft(context.WithoutCancel(ctx), d.ID); e != nil {
		return client.Done{}, fmt.Errorf("%w; the draft %s was left behind (%v)", err, d.ID, e)
	}
	return client.Done{}, err
}

func caseApprove() *command {
	return &command{
		name: "approve", args: "[PROPOSAL]", max: 1, short: "approve an act with a software passkey, or list what waits for approval",
		long: "Passkeys of devices sign in the browser. On the command line a software key file signs; a node takes\n" +
			"such keys only when its settings say so, and shows on every page that a software key was used.",
		example: "landbridge case approve 01960000-0000-7000-8000-000000000000 --role supervisor --key people/m.haldor.softkey",
		setup: calling(func(fs *flag.FlagSet) work {
			role := fs.String("role", "supervisor", "the `role` in which to approve")
			file := keyFlag(fs)
			return func(ctx context.Context, c *caller) error {
				if len(c.args) == 0 {
					return listProposals(ctx, c)
				}
				name, err := c.keyFile(*file)
				if err != nil {
					return err
				}
				done, err := approve(ctx, c.Client, c.args[0], *role, name)
				if err != nil {
					return err
				}
				return printDone(c.a, c.t.json, done)
			}
		}),
	}
}

// approve signs what the node says the digest of a proposed act is.
func approve(ctx context.Context, c *client.Client, proposal, role, keyFile string) (client.Done, error) {
	key, err := readKey(keyFile)
	if err != nil {
		return client.Done{}, err
	}
	p, err := c.Proposal(ctx, proposal)
	if err != nil {
		return client.Done{}, err
	}
	if !p.CanSign {
		return client.Done{}, notByYou("approve", p.State, p.Why)
	}
	assertion, err := sign(key, p.Challenge)
	if err != nil {
		return client.Done{}, err
	}
	return c.Approve(ctx, proposal, role, assertion)
}

// notByYou says why a person may not sign a proposal. One that waits no more
// clashes with what is there; nobody is refused for who they are.
func notByYou(verb, state, why string) error {
	if state != waits {
		return fail.New(fail.Conflict, "this was decided already: it is %s", state)
	}
	return fail.New(fail.Denied, "you may not %s this: %s", verb, why)
}

// waits is the state of a proposal that waits for a second person.
const waits = "waiting"

func listProposals(ctx context.Context, c *caller) error {
	all, err := c.Proposals(ctx)
	if err != nil {
		return err
	}
	t := &table{head: []string{"proposal", "case", "act", "to", "by", "title"}}
	for _, p := range all.Proposals {
		t.add(p.ID, p.Number, p.Label, strings.Join(p.To, " "), p.By.Name, p.Title)
	}
	return c.show(all, t, "Nothing waits for your approval.")
}

func caseReturn() *command {
	return &command{
		name: "return", args: "PROPOSAL", min: 1, max: 1, short: "give a proposed act back to its author, with the reason",
		example: `landbridge case return 01960000-0000-7000-8000-000000000000 --reason "Name the account, not only the bank."`,
		setup: calling(func(fs *flag.FlagSet) work {
			reason := fs.String("reason", "", "why, in `words`")
			return func(ctx context.Context, c *caller) error {
				p, err := c.Return(ctx, c.args[0], *reason)
				if err != nil {
					return err
				}
				return c.show(p, keyValues("case", p.Number, "state", p.State), "")
			}
		}),
	}
}

func caseAttach() *command {
	return &command{
		name: "attach", args: "DRAFT FILE...", min: 2, max: 64, short: "attach files to a draft",
		example: "landbridge case attach 01960000-0000-7000-8000-000000000000 statement.pdf",
		setup: calling(func(fs *flag.FlagSet) work {
			title := fs.String("title", "", "what the file is, in `words`")
			return func(ctx context.Context, c *caller) error {
				d, err := c.Draft(ctx, c.args[0])
				if err != nil {
					return err
				}
				var parts []requestPart
				for _, name := range c.args[1:] {
					parts = append(parts, requestPart{File: name, Title: *title})
				}
				if err := attachAll(ctx, c.Client, &d, parts); err != nil {
					return err
				}
				if d, err = c.Draft(ctx, c.args[0]); err != nil {
					return err
				}
				tab := &table{head: []string{"file", "bytes", "sha256"}, wide: true}
				for _, f := range d.Files {
					tab.add(f.Name, fmt.Sprint(f.Size), f.SHA256)
				}
				return c.show(d.Files, tab, "The draft has no files.")
			}
		}),
	}
}

func caseReceipt() *command {
	return &command{
		name: "receipt", args: "CASE", min: 1, max: 1, short: "save the receipts of a case, to be checked offline",
		long: "One file for each message and recipient, and the directory whose keys they are checked with.\n" +
			"Each is proof, years later and without any node, that the other side's node had the message.",
		example: "landbridge case receipt XA-2026-0001 --out receipts\nlandbridge verify receipts/*.receipt --directory receipts/directory.txt",
		setup: calling(func(fs *flag.FlagSet) work {
			out := fs.String("out", ".", "`folder` to write to")
			return func(ctx context.Context, c *caller) error {
				v, err := c.Case(ctx, c.args[0])
				if err != nil {
					return err
				}
				files, err := saveReceipts(ctx, c.Client, v, *out)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"receipt of", "message", "file"}, wide: true}
				for _, f := range files {
					tab.add(f.To, f.Label, f.File)
				}
				return c.show(files, tab, "No receipt has come back yet; \"landbridge party list\" says how the other side is reached.")
			}
		}),
	}
}

// A savedReceipt is one line of what "case receipt" wrote.
type savedReceipt struct {
	To      string `json:"to"`
	Label   string `json:"label"`
	Message string `json:"message"`
	File    string `json:"file"`
}

func saveReceipts(ctx context.Context, c *client.Client, v client.Case, dir string) (all []savedReceipt, err error) {
	for _, d := range v.Delivery {
		if !d.Receipt {
			continue
		}
		text, err := c.Receipt(ctx, v.ID, d.Message, d.To)
		if err != nil {
			return all, err
		}
		name := filepath.Join(dir, fmt.Sprintf("%s-%s-%s.receipt", fileName(v.Number), d.To, d.Message))
		if err := writeFile(name, []byte(text)); err != nil {
			return all, err
		}
		all = append(all, savedReceipt{d.To, d.Label, d.Message, name})
	}
	if len(all) == 0 {
		return all, nil
	}
	text, err := c.Directory(ctx)
	if err != nil {
		return all, err
	}
	return all, writeFile(filepath.Join(dir, directoryFile), []byte(text))
}

const directoryFile = "directory.txt"

// fileName makes a name from outside safe as the name of a file.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) || bidiControl(r) {
			return '_'
		}
		return r
	}, filepath.Base(s))
	if s == "" || strings.Trim(s, ".") == "" {
		return "file"
	}
	return s
}

// writeFile writes what may hold what a case says: for the owner's eyes alone.
func writeFile(name string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fail.Because(err, fail.Denied, "the folder %s cannot be made", filepath.Dir(name))
	}
	if err := os.WriteFile(name, b, 0o600); err != nil {
		return fail.Because(err, fail.Denied, "%s cannot be written", name)
	}
	return nil
}
