package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"landbridge.example/client"
	"landbridge.example/cmd/landbridge/screencmd"
	"landbridge.example/internal/fail"
)

// screenCommand compares names with lists: batch and compare with lists in
// files and without any node, all others on a node, where every screening has a
// purpose and is a fact in the log.
func screenCommand() *command {
	return &command{
		name: "screen", short: "compare names with lists, in every script: in files, or on a node that keeps watch",
		long: "batch and compare need no node and no network. The other verbs work on a node: what they find are candidates,\n" +
			"never decisions, and every screening names its purpose and is entered in the node's log, without the name.",
		example: "landbridge screen batch --list consolidated.xml --in names.csv --top 10 --json",
		verbs: []*command{alone("batch", "screen a file of names against lists in files, without any node",
			"--list consolidated.xml --in names.csv --top 10 --json"),
			alone("compare", "score pairs of names of a file, without any node", "--in pairs.csv --json"),
			{name: "lists", short: "show, import and compare the lists of a node", example: "landbridge screen lists import consolidated.xml",
				verbs: []*command{listsShow(), listsImport(), listsChanges()}},
			screenName(), screenFile(), screenWatch(), screenCase(), screenHits(), screenHit(), screenDismiss(), screenPropose(), screenConfirm(),
			giveBack("return", "give a proposed match back, with the reason", (*client.Client).ReturnHit),
			giveBack("revoke", "lift a match that was a mistake; lifting is due within the hour", (*client.Client).RevokeHit),
			answerTask("done", "note that a task was done, and what was done", (*client.Client).TaskDone),
			answerTask("why", "say why a late task is not done", (*client.Client).TaskWhy)},
	}
}

// aloneGrowth is by how many hundredths memory may grow beyond what is in use
// before it is swept, where lists are held and nothing else: the UN and the OFAC
// list fit into 100 MB with it, and a file of names takes no longer that can be told.
const aloneGrowth = 30

// alone is a verb that needs no node and streams: one line out for each line in.
func alone(name, short, example string) *command {
	return &command{
		name: name, short: short, example: "landbridge screen " + name + " " + example,
		whole: func(ctx context.Context, a *app, args []string) error {
			if a.env("GOGC") == "" { // whoever runs it may say otherwise
				defer debug.SetGCPercent(debug.SetGCPercent(aloneGrowth))
			}
			if code := screencmd.Run(ctx, append([]string{name}, args...), a.in, a.out, a.err); code != exitDone {
				return status(code)
			}
			return nil
		},
		setup: noFlags,
	}
}

func listsShow() *command {
	return &command{
		name: "show", short: "the lists in use, whose they are, and their versions", example: "landbridge screen lists show",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.ScreenLists(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"list", "source", "authority", "version", "published", "entries", "imported", "last refused"}, wide: true}
			for _, l := range all.Lists {
				tab.add(l.Code, l.Origin, l.Authority, l.Version, l.Published, l.Records, l.Imported, l.Refused)
			}
			return c.show(all, tab, "The node has no list. Import one with \"landbridge screen lists import FILE\".")
		})),
	}
}

func listsImport() *command {
	return &command{
		name: "import", args: "FILE", min: 1, max: 1, short: "import a list's file: it comes in whole, or changes nothing and says why",
		long: "The UN consolidated XML, OFAC's sdn.csv (alt.csv, add.csv and sdn_comments.csv are sent along where they lie beside it), or\n" +
			"the plain CSV or JSON of spec/matching.md, packed with gzip or not. A plain list names whose it is the first time.",
		example: "landbridge screen lists import national.csv --code XA-1373 --list-source national --authority XA --name \"National list\"",
		setup: calling(func(fs *flag.FlagSet) work {
			var in client.ImportList
			fs.StringVar(&in.Format, "format", "", "`un`, ofac, csv or json (default: found in the file)")
			fs.StringVar(&in.Code, "code", "", "`code` of a plain list, such as XA-1373")
			fs.StringVar(&in.Origin, "list-source", "", "of a plain list that is new: `regional` or national")
			fs.StringVar(&in.Authority, "authority", "", "of a plain list that is new: `who` made it")
			fs.StringVar(&in.Name, "name", "", "of a plain list that is new: what it is `called`")
			fs.StringVar(&in.Version, "version", "", "`version`, for files that do not say it")
			fs.StringVar(&in.Confirm, "confirm", "", "the `reason` why a file that lost half its entries, or is older, is right")
			return func(ctx context.Context, c *caller) error {
				file, err := listUpload(c.args[0])
				if err != nil {
					return err
				}
				d, err := c.ImportList(ctx, in, file)
				if err != nil {
					return err
				}
				tab := keyValues("list", d.Source.Code, "source", d.Source.Origin, "authority", d.Source.Authority, "version", d.Version, "published", d.Published,
					"entries", d.Records, "added", d.Added, "changed", d.Changed, "removed", d.Removed, "candidates closed", d.Closed,
					"to unfreeze within the hour", d.Unfreeze)
				if d.Same {
					tab = keyValues("list", d.Source.Code, "version", d.Version, "note", "this file is the one in use; nothing was changed")
				}
				for _, n := range d.Notes {
					tab.add("read with a doubt", n)
				}
				return c.show(d, tab, "")
			}
		}),
	}
}

const maxListUpload = 64 << 20

// listUpload reads a list's file; OFAC's files that lie beside it come along in
// one archive.
func listUpload(name string) (io.ReadSeeker, error) {
	text, err := readSmall(name, maxListUpload)
	if err != nil {
		return nil, err
	}
	base := strings.ToLower(filepath.Base(name))
	beside := map[string][]string{"sdn.csv": {"alt.csv", "add.csv", "sdn_comments.csv"}, "cons_prim.csv": {"cons_alt.csv", "cons_add.csv",
		"cons_comments.csv"}}[base]
	if beside == nil {
		return bytes.NewReader(text), nil
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, text []byte) error {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	}
	err = put(base, text)
	for _, other := range beside {
		text, e := os.ReadFile(filepath.Join(filepath.Dir(name), other))
		switch {
		case errors.Is(e, fs.ErrNotExist):
		case e != nil:
			err = errors.Join(err, fail.Because(e, fail.Denied, "%s cannot be read", other))
		default:
			err = errors.Join(err, put(other, text))
		}
	}
	return bytes.NewReader(b.Bytes()), errors.Join(err, z.Close())
}

func listsChanges() *command {
	return &command{
		name: "changes", args: "LIST VERSION", min: 2, max: 2, short: "what one version of a list changed, entry by entry",
		example: "landbridge screen lists changes UN 2",
		setup: calling(func(fs *flag.FlagSet) work {
			after := fs.Int("after", 0, "changes after this `place`")
			return func(ctx context.Context, c *caller) error {
				var version int64
				if _, err := fmt.Sscan(c.args[1], &version); err != nil {
					return fail.New(fail.Invalid, "a version is a number, such as 2")
				}
				d, err := c.ListVersion(ctx, c.args[0], version, *after)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"what", "entry", "name", "fields"}}
				for _, ch := range d.Changes {
					tab.add(ch.Kind, ch.ID+" "+ch.Reference, ch.Name, strings.Join(ch.Fields, ", "))
				}
				err = c.show(d, tab, "The version changed nothing.")
				if d.More > 0 && !c.t.json {
					fmt.Fprintf(c.a.out, "%d more with --after %d\n", d.More, *after+len(d.Changes))
				}
				return err
			}
		}),
	}
}

// personFlags are what is known of a person besides the name.
func personFlags(fs *flag.FlagSet, p *client.ScreenPerson) {
	fs.StringVar(&p.Kind, "kind", "", "`person`, organisation, vessel, aircraft or substance")
	fs.StringVar(&p.Birth, "birth", "", "`date` of birth: 1971-05-02, 1971 or ~1971")
	fs.StringVar(&p.Nationality, "nationality", "", "`state`")
	fs.StringVar(&p.Gender, "gender", "", "`male` or female, as documents say")
	fs.StringVar(&p.Document, "document", "", "`type:number@state`")
	fs.StringVar(&p.Aliases, "alias", "", "other `names`, divided by a bar")
}

func screenName() *command {
	return &command{
		name: "name", args: "NAME", min: 1, max: 1, short: "screen one name on a node; what fits are candidates with reasons",
		example: `landbridge screen name "Ishkar Morvane" --birth 1971-05-02 --purpose investigation`,
		setup: calling(func(fs *flag.FlagSet) work {
			var q client.ScreenQuestion
			personFlags(fs, &q.ScreenPerson)
			fs.StringVar(&q.Purpose, "purpose", "",
				"what it is `for`: prevention, detection, investigation, prosecution, execution, protect_life, find_missing, asset_recovery")
			fs.StringVar(&q.Case, "case", "", "`case` it is for")
			fs.IntVar(&q.Top, "top", 0, "candidates at most (0 is 10)")
			var only list
			fs.Var(&only, "list", "`code` of a list to ask; may be given several times")
			return func(ctx context.Context, c *caller) error {
				q.Name, q.Lists = c.args[0], only
				ans, err := c.ScreenName(ctx, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"score", "list", "source", "entry", "name", "why"}, wide: true}
				for _, x := range ans.Candidates {
					tab.add(fmt.Sprintf("%.4f", x.Score), x.Source.Code, x.Source.Origin, x.ID+" "+x.Reference, x.Name, reasons(x.Reasons, x.Evidence))
				}
				return c.show(ans, tab, "Nobody on the lists of this node fits.")
			}
		}),
	}
}

// reasons says in one line what agrees, what does not, and what is not known.
func reasons(all []client.WordReason, evidence []client.ScreenEvidence) string {
	var out []string
	for _, w := range all {
		switch {
		case w.Query == "":
			out = append(out, "["+w.Listed+"] "+w.How)
		case w.Listed == "":
			out = append(out, w.Query+" "+w.How)
		default:
			out = append(out, fmt.Sprintf("%s=%s %s %d%%", w.Query, w.Listed, w.How, w.Likeness))
		}
	}
	for _, e := range evidence {
		if e.State == "missing" {
			side := map[string]string{"query": "not asked with", "list": "not on the list", "both": "not known"}[e.Side]
			out = append(out, e.What+": "+side)
		} else {
			out = append(out, e.What+": "+e.State)
		}
	}
	return strings.Join(out, "; ")
}

func screenFile() *command {
	return &command{
		name: "file", args: "FILE", min: 1, max: 1,
		short:   "screen a file of names on a node: progress on the terminal, one line of JSON for each name",
		long:    "CSV with a header that has a column name (birth, nationality, document, kind and id help), or a name on each line.",
		example: "landbridge screen file suppliers.csv --purpose detection > answers.jsonl",
		setup: calling(func(fs *flag.FlagSet) work {
			var in client.NewScreenBatch
			fs.StringVar(&in.Purpose, "purpose", "", "what it is `for`, such as detection")
			fs.StringVar(&in.Case, "case", "", "`case` it is for")
			fs.StringVar(&in.Kind, "kind", "", "`kind` of the names, unless a column says it")
			fs.StringVar(&in.Least, "min", "", "least `score` of a candidate (default 0.7)")
			return func(ctx context.Context, c *caller) error {
				text, err := readSmall(c.args[0], maxListUpload)
				if err != nil {
					return err
				}
				in.Name = filepath.Base(c.args[0])
				b, err := c.NewBatch(ctx, in, bytes.NewReader(text))
				if err != nil {
					return err
				}
				if b, err = followBatch(ctx, c.a, c.Client, b); err != nil {
					return err
				}
				body, err := c.BatchResults(ctx, b.ID)
				if err != nil {
					return err
				}
				defer body.Close()
				_, err = io.Copy(c.a.out, body)
				return err
			}
		}),
	}
}

const batchPoll = 300 * time.Millisecond

// followBatch waits until a file is done, and says how far it is.
func followBatch(ctx context.Context, a *app, c *client.Client, b client.ScreenBatch) (client.ScreenBatch, error) {
	p := a.progress()
	defer p.end()
	tick := time.NewTicker(batchPoll)
	defer tick.Stop()
	for b.Finished == nil {
		p.step("%d of %d names screened, %d with candidates", b.Done, b.Total, b.Found)
		select {
		case <-ctx.Done():
			return b, fail.New(fail.Unavailable, "interrupted; the node goes on with the file %s", b.ID)
		case <-tick.C:
		}
		var err error
		if b, err = c.Batch(ctx, b.ID); err != nil {
			return b, err
		}
	}
	p.step("%d names screened, %d with candidates", b.Done, b.Found)
	return b, nil
}

// signHit signs exactly what the node says two persons confirm.
func signHit(ctx context.Context, c *client.Client, id, role, keyFile string) (client.ScreenHit, error) {
	key, err := readKey(keyFile)
	if err != nil {
		return client.ScreenHit{}, err
	}
	h, err := c.Hit(ctx, id)
	if err != nil {
		return h, err
	}
	if h.Challenge == "" {
		return h, fail.New(fail.Conflict, "nobody has proposed this as a match, or it was decided already")
	}
	assertion, err := sign(key, h.Challenge)
	if err != nil {
		return h, err
	}
	return c.ConfirmHit(ctx, id, role, assertion)
}
