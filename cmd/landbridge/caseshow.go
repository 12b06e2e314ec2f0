package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

func caseShow() *command {
	return &command{
		name: "show", args: "CASE", min: 1, max: 1, short: "show a case: state, what is open and why not, timeline with proofs, delivery",
		example: "landbridge case show XA-2026-0001",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			v, err := c.Case(ctx, c.args[0])
			if err != nil {
				return err
			}
			if c.t.json {
				return show(c.a.out, true, v, nil, "")
			}
			printCase(c.a, v)
			return nil
		})),
	}
}

func printCase(a *app, v client.Case) {
	fmt.Fprintf(a.out, "%s  %s\n%s · %s · with %s · %s\n", v.Number, cell(v.Title), v.Process, v.Label, strings.Join(v.With, " "), v.Marking)
	var way []string
	for _, w := range v.Way {
		mark := map[string]string{"done": "●", "now": "◉"}[w.Status]
		if mark == "" {
			mark = "○"
		}
		way = append(way, mark+" "+w.Label)
	}
	fmt.Fprintf(a.out, "%s\n", strings.Join(way, "  "))
	if v.Question != "" {
		fmt.Fprintf(a.out, "\nThe other side asks: %s\n", cell(v.Question))
	}
	if v.Refusal != nil {
		fmt.Fprintf(a.out, "\nRefused by %s: %s (%s). %s\n", v.Refusal.By.Party, v.Refusal.Ground.Label, v.Refusal.Ground.Code, cell(v.Refusal.Reason))
	}
	if v.Stopped != nil {
		fmt.Fprintf(a.out, "\nStopped by %s before it left: %s %s\n", v.Stopped.Rule, v.Stopped.Text, v.Stopped.Advice)
	}
	section(a.out, "Clocks", caseClocks(a, v))
	section(a.out, "Open to you", openTable(v.Open))
	section(a.out, "Not open", closedTable(v.Closed))
	section(a.out, "What happened", timelineTable(v))
	section(a.out, "Fields", fieldTable(v.Fields))
	section(a.out, "Files", fileTable(v.Files))
	section(a.out, "Delivery", deliveryTable(v.Delivery))
	section(a.out, "Who can see this, and why", audienceTable(v.Audience))
	section(a.out, "Safeguards", safeguardTable(v.Safeguards))
}

func section(w io.Writer, title string, t *table) {
	if len(t.rows) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	t.print(w)
}

func caseClocks(a *app, v client.Case) *table {
	t := &table{head: []string{"clock", "whose", "status", "left", "source"}, wide: true}
	for _, c := range v.Clocks {
		t.add(c.Label, c.Side, c.Status, left(a, &c), c.Force+": "+c.Source)
	}
	return t
}

func openTable(acts []client.OpenAct) *table {
	t := &table{head: []string{"act", "what it is", "asks for", "needs"}, wide: true}
	for _, o := range acts {
		needs := slices.Concat(o.Needs, o.Approvals)
		t.add(o.Name, o.Label, strings.Join(o.Asks, ", "), strings.Join(needs, ", "))
	}
	return t
}

func closedTable(acts []client.OpenAct) *table {
	t := &table{head: []string{"act", "rule", "why not"}, wide: true}
	for _, o := range acts {
		for _, why := range o.Why {
			t.add(o.Name, why.Rule, why.Text)
		}
	}
	return t
}

// timelineTable shows the acts in the order in which they were signed.
func timelineTable(v client.Case) *table {
	t := &table{head: []string{"signed", "party", "act", "by", "log", "cosigned by", "note"}, wide: true}
	for _, x := range slices.Backward(v.Timeline) {
		by := x.By.Name
		if by == "" {
			by = x.By.Pseudonym
		}
		for _, p := range x.Approvals {
			by += " + " + p.Name + " (" + p.Role + ")"
		}
		note := x.Reason
		if x.Ground != nil {
			note = x.Ground.Code + ": " + note
		}
		if !x.Applied {
			note = "does not count: " + x.Why
		}
		t.add(x.Signed, x.Party, x.Label, by, fmt.Sprint(x.Entry), strings.Join(x.Cosigned, " "), note)
	}
	return t
}

func fieldTable(f client.Fields) *table {
	t := &table{head: []string{"field", "value"}, wide: true}
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.add(name, compact(f[name]))
	}
	return t
}

func fileTable(files []client.File) *table {
	t := &table{head: []string{"file", "from", "bytes", "state", "id", "sha256"}, wide: true}
	for _, f := range files {
		t.add(f.Name, f.From, fmt.Sprint(f.Size), f.State, f.ID, f.SHA256)
	}
	return t
}

func deliveryTable(all []client.Delivery) *table {
	t := &table{head: []string{"message", "to", "reached", "since", "why not further"}, wide: true}
	for _, d := range slices.Backward(all) {
		if n := len(d.Steps); n > 0 {
			last := d.Steps[n-1]
			t.add(d.Label, d.To, last.Name, last.At, strings.TrimSpace(d.Problem+" "+last.Note))
		}
	}
	return t
}

func audienceTable(all []client.Audience) *table {
	t := &table{head: []string{"who", "sees it", "rule", "why"}, wide: true}
	for _, x := range all {
		who := strings.Join(strings.Fields(x.Party+" "+x.Name+" "+strings.ReplaceAll(strings.Join(x.Roles, ", "), "_", " ")), " ")
		if who == "" {
			who = "the public"
		}
		t.add(who, map[bool]string{true: "yes", false: "no"}[x.Sees], x.Rule, x.Text)
	}
	return t
}

func safeguardTable(all []client.Safeguard) *table {
	t := &table{head: []string{"rule", "status", "what"}, wide: true}
	for _, s := range all {
		t.add(s.Rule+" "+s.Name, s.Status, s.Text)
	}
	return t
}

func caseExport() *command {
	return &command{
		name: "export", args: "CASE", min: 1, max: 1, short: "save everything of a case that you may see: acts, files, receipts",
		long:    "Opening files is a fact in the log, for each of them. The marking of the case goes with the copy: keep to it.",
		example: "landbridge case export XA-2026-0001 --out XA-2026-0001",
		setup: calling(func(fs *flag.FlagSet) work {
			out := fs.String("out", "", "`folder` to write to (default: the case number)")
			return func(ctx context.Context, c *caller) error {
				n, err := exportCase(ctx, c.a, c.Client, c.args[0], *out)
				if err != nil {
					return err
				}
				return c.show(n, keyValues("folder", n.Folder, "acts", fmt.Sprint(n.Acts),
					"files", fmt.Sprint(n.Files), "receipts", fmt.Sprint(n.Receipts)), "")
			}
		}),
	}
}

// An exported says what an export wrote.
type exported struct {
	Folder   string `json:"folder"`
	Acts     int    `json:"acts"`
	Files    int    `json:"files"`
	Receipts int    `json:"receipts"`
}

func exportCase(ctx context.Context, a *app, c *client.Client, id, dir string) (exported, error) {
	p := a.progress()
	defer p.end()
	v, err := c.Case(ctx, id)
	if err != nil {
		return exported{}, err
	}
	if dir == "" {
		dir = fileName(v.Number)
	}
	n := exported{Folder: dir}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return n, err
	}
	if err := writeFile(filepath.Join(dir, "case.json"), append(b, '\n')); err != nil {
		return n, err
	}
	for i, x := range slices.Backward(v.Timeline) {
		p.step("act %d of %d", len(v.Timeline)-i, len(v.Timeline))
		name := fmt.Sprintf("%03d-%s-%s.act", len(v.Timeline)-i, x.Party, fileName(x.Transition))
		f, err := c.ActFile(ctx, v.ID, x.ID)
		if err != nil {
			return n, err
		}
		b, err := json.MarshalIndent(f, "", "  ")
		if err != nil {
			return n, err
		}
		if err := writeFile(filepath.Join(dir, "acts", name), append(b, '\n')); err != nil {
			return n, err
		}
		n.Acts++
	}
	for _, f := range v.Files {
		if f.State == "expected" {
			continue // not here yet
		}
		p.step("%s, %d bytes", f.Name, f.Size)
		body, err := c.File(ctx, v.ID, f.ID)
		if err != nil {
			return n, err
		}
		if err := save(filepath.Join(dir, "files", f.From+"-"+fileName(f.Name)), body); err != nil {
			return n, err
		}
		n.Files++
	}
	receipts, err := saveReceipts(ctx, c, v, filepath.Join(dir, "receipts"))
	n.Receipts = len(receipts)
	return n, err
}

// save streams body into a file and closes it.
func save(name string, body io.ReadCloser) (err error) {
	defer body.Close()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fail.Because(err, fail.Denied, "the folder %s cannot be made", filepath.Dir(name))
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fail.Because(err, fail.Denied, "%s cannot be written", name)
	}
	if _, err := io.Copy(f, body); err != nil {
		f.Close()
		return fmt.Errorf("saving %s: %w", name, err)
	}
	return f.Close()
}
