package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/process"
	"landbridge.example/seal"
)

// Bounds of what is checked.
const (
	maxReceipt   = 4 << 20
	maxDirectory = 64 << 20
	maxProcess   = 1 << 20
)

// A verdict is what verify says about one thing.
type verdict struct {
	What  string `json:"what"`
	Kind  string `json:"kind"`
	Holds bool   `json:"holds"`
	Text  string `json:"text"`
}

func verifyCommand() *command {
	return &command{
		name: "verify", args: "THING...", min: 1, max: 1000, short: "check receipts, acts, decisions, directories, process files and whole logs, without any node",
		long: "THING is a receipt file, an act file, a decision file, a directory file, a process definition (YAML), the data folder of a\n" +
			"node whose log is to be checked, or the address of a public log such as https://node.example/log/.\n" +
			"Keys come from the directory file: --directory, else directory.txt beside the first thing. What the\n" +
			"directory itself rests on is its founding; compare the digest that is printed with the one you were\n" +
			"given, or say it with --founding. The exit code is 1 when anything does not hold.",
		example: "landbridge verify XA-2026-0001-XB.receipt --directory directory.txt",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			v := &verifier{}
			fs.StringVar(&v.directory, "directory", "", "directory `file` whose keys are believed")
			fs.StringVar(&v.founding, "founding", "", "`digest` of the founding that is believed")
			fs.IntVar(&v.quorum, "quorum", -1, "how many other parties must have cosigned; -1 is the network's rule")
			asJSON := fs.Bool("json", false, "print JSON instead of a table")
			return func(ctx context.Context, a *app, args []string) error {
				return v.run(ctx, a, args, *asJSON)
			}
		},
	}
}

// A verifier checks things against one directory.
type verifier struct {
	directory, founding string
	quorum              int
	view                *party.View
}

func (v *verifier) run(ctx context.Context, a *app, args []string, asJSON bool) error {
	if err := v.load(args[0]); err != nil {
		return err
	}
	var all []verdict
	holds := true
	t := &table{head: []string{"", "what", "kind", "what it proves, or why not"}, wide: true}
	for _, thing := range args {
		d := v.check(ctx, a, thing)
		mark := "✓"
		if !d.Holds {
			mark, holds = "✗", false
		}
		t.add(mark, d.What, d.Kind, d.Text)
		all = append(all, d)
	}
	if err := show(a.out, asJSON, all, t, ""); err != nil {
		return err
	}
	if !asJSON && v.view != nil {
		fmt.Fprintf(a.out, "\nKeys: directory at position %d, founding %s\n", v.view.Position(), v.view.Founding())
	}
	if !holds {
		return errNotHolding
	}
	return nil
}

// load reads the directory whose keys are believed, if there is one at hand.
func (v *verifier) load(first string) error {
	name := v.directory
	if name == "" {
		name = filepath.Join(filepath.Dir(first), directoryFile)
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	text, err := readSmall(name, maxDirectory)
	if err != nil {
		return err
	}
	var founding landbridge.Digest
	if v.founding != "" {
		if founding, err = landbridge.ParseDigest(v.founding); err != nil || founding.IsZero() {
			return fail.New(fail.Invalid, "--founding is the digest of a founding: 64 lower-case hex digits")
		}
	}
	if v.view, err = party.ParseFile(text, founding); err != nil {
		return fail.Because(err, fail.Unsigned, "%s does not hold, so nothing can be checked with it: %s", filepath.Base(name), fail.Safe(err))
	}
	return nil
}

// check says what one thing is and whether it holds.
func (v *verifier) check(ctx context.Context, a *app, thing string) verdict {
	d := verdict{What: thing}
	text, err := "", error(nil)
	switch st, statErr := os.Stat(thing); {
	case strings.HasPrefix(thing, "http://"), strings.HasPrefix(thing, "https://"):
		d.Kind = "log"
		text, err = v.remoteLog(ctx, a, thing)
	case statErr != nil:
		err = fail.New(fail.Missing, "there is no file %s", thing)
	case st.IsDir():
		d.Kind = "log"
		text, err = v.localLog(ctx, a, thing)
	default:
		d.Kind, text, err = v.file(thing)
	}
	d.Holds, d.Text = err == nil, text
	if err != nil {
		d.Text = plainly(err)
	}
	return d
}

// plainly is the sentence of an error; on the operator's own terminal an
// unexpected cause is better than "internal error".
func plainly(err error) string {
	if fail.KindOf(err) == fail.Internal {
		return err.Error()
	}
	return fail.Safe(err)
}

// file tells by its first bytes what a file is.
func (v *verifier) file(name string) (kind, text string, err error) {
	b, err := readSmall(name, maxDirectory)
	if err != nil {
		return "file", "", err
	}
	switch {
	case bytes.Contains(b[:min(len(b), 4096)], []byte("format: "+process.Format)):
		text, err = verifyProcess(b)
		return "process", text, err
	case bytes.HasPrefix(b, []byte(process.ListFormat+"\n")):
		text, err = v.definitions(b)
		return "definitions", text, err
	case filepath.Ext(name) == ".act":
		text, err = v.act(b)
		return "act", text, err
	case bytes.HasPrefix(b, []byte(`{"format":"`+decision.BundleFormat+`"`)):
		text, err = v.decision(b)
		return "decision", text, err
	case filepath.Base(name) == directoryFile || bytes.HasPrefix(b, []byte("landbridge-directory")):
		text, err = v.dir(b)
		return "directory", text, err
	}
	text, err = v.receipt(b)
	return "receipt", text, err
}

func (v *verifier) needView() error {
	if v.view == nil {
		return fail.New(fail.Missing, "say whose keys are believed: --directory directory.txt (\"landbridge party export --all\" writes one)")
	}
	return nil
}

func (v *verifier) receipt(b []byte) (string, error) {
	if err := v.needView(); err != nil {
		return "", err
	}
	if len(b) > maxReceipt {
		return "", fail.New(fail.TooLarge, "a receipt has at most %d bytes", maxReceipt)
	}
	r, err := exchange.VerifyReceipt(b, exchange.Trust{Directory: v.view, Quorum: v.quorum})
	if err != nil {
		return "", err
	}
	who := make([]string, len(r.Cosigners))
	for i, p := range r.Cosigners {
		who[i] = string(p)
	}
	return fmt.Sprintf("message %s from %s: %s by %s at %s, entry %d of its log of %d, cosigned by %s", r.Header.ID, r.Header.From,
		r.Rung, r.By, r.At.UTC().Format("2006-01-02 15:04:05.000"), r.LogIndex, r.LogSize, orNone(who)), nil
}

// act checks who signed an act, with a key in force then, and that what it
// says is what was signed.
func (v *verifier) act(b []byte) (string, error) {
	if err := v.needView(); err != nil {
		return "", err
	}
	var f client.ActFile
	if err := json.Unmarshal(b, &f); err != nil || f.Format != client.ActFormat {
		return "", fail.New(fail.Invalid, "this is not an act file; \"landbridge case export\" writes them")
	}
	h, err := seal.ParseHeader([]byte(f.Header))
	if err != nil {
		return "", fail.New(fail.Unsigned, "%v", err)
	}
	key, err := v.view.SigningKeyAt(h.From, h.Signer, h.Created)
	if err != nil {
		return "", err
	}
	e := seal.Envelope{Header: h, Signature: f.Signature}
	if err := e.Verify(key); err != nil {
		return "", fail.New(fail.Unsigned, "%v", err)
	}
	o := seal.Opening{Body: f.Body}
	if copy(o.Salt[:], f.Salt) != len(o.Salt) || len(f.Salt) != len(o.Salt) {
		return "", fail.New(fail.Unsigned, "the salt of the commitment is not whole")
	}
	if err := seal.CheckOpening(h, o); err != nil {
		return "", fail.New(fail.Unsigned, "%v", err)
	}
	return fmt.Sprintf("signed by %s on %s, %d bytes are what was signed, digest %s",
		h.From, h.Created.UTC().Format("2006-01-02 15:04:05.000"), len(f.Body), e.Digest()), nil
}

// decision computes an outcome, or where commitments stand, again from the
// signed acts in the file.
func (v *verifier) decision(b []byte) (string, error) {
	if err := v.needView(); err != nil {
		return "", err
	}
	f, err := decision.ParseBundle(b)
	if err != nil {
		return "", err
	}
	found, err := f.Verify(v.view, v.quorum)
	if err != nil {
		return "", err
	}
	proven := fmt.Sprintf("%d signed acts, %d of them in the log of %s, cosigned by %s", found.Acts, found.Logged, orNone(partyNames(found.Logs)),
		orNone(partyNames(found.Cosigned)))
	if o := found.Outcome; o != nil {
		return fmt.Sprintf("%q was adopted by %s on %s by %s, outcome %s, signed by %s; %s", o.Title, o.Method, o.Adopted.UTC().Format("2006-01-02 15:04"),
			strings.Join(partyNames(o.Adopting), ", "), o.Digest(), orNone(partyNames(found.Signed)), proven), nil
	}
	var all []string
	for _, c := range found.Commitments {
		all = append(all, fmt.Sprintf("%s promised on %s: %q by %s; %d reports", c.Party,
			c.At.UTC().Format("2006-01-02"), c.Promise.Title, c.Promise.Due, len(c.Reports)))
	}
	return strings.Join(all, "; ") + "; " + proven, nil
}

func partyNames(all []landbridge.PartyID) (out []string) {
	for _, p := range all {
		out = append(out, string(p))
	}
	return out
}

func (v *verifier) dir(b []byte) (string, error) {
	var founding landbridge.Digest
	if v.view != nil {
		founding = v.view.Founding()
	}
	view, err := party.ParseFile(b, founding)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d parties at position %d, founding %s", len(view.All()), view.Position(), view.Founding()), nil
}

func verifyProcess(b []byte) (string, error) {
	if len(b) > maxProcess {
		return "", fail.New(fail.TooLarge, "a process definition has at most %d bytes", maxProcess)
	}
	d, err := process.Parse(b)
	if err != nil {
		return "", fail.New(fail.Invalid, "%v", err)
	}
	found := process.Lint(d)
	if len(found) > 0 {
		var all []string
		for _, f := range found {
			all = append(all, fmt.Sprintf("%s (%s): %s", f.Rule, f.Where, f.Text))
		}
		return "", fail.New(fail.Invalid, "%s", strings.Join(all, "; "))
	}
	if r := process.Prove(d); len(r.Findings) > 0 {
		f := r.Findings[0]
		return "", fail.New(fail.Invalid, "%s (%s): %s; \"landbridge process verify\" lists everything", f.Rule, f.Where, f.Text)
	}
	return fmt.Sprintf("%s: %d states, %d acts, no rule broken", d.Ref, len(d.States), len(d.Transitions)), nil
}
