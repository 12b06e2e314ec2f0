package indexcmd

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"landbridge.example/index/bundle"
	"landbridge.example/index/spec"
)

func bundleVerb(fs *flag.FlagSet, t *tool) func(args []string) error {
	out := fs.String("out", "", "write the release to this `file` (ending in .zip) or folder")
	return func(args []string) error {
		if *out == "" {
			return wrong("say --out FILE.zip or --out FOLDER")
		}
		text, err := readFile(args[0], spec.MaxBytes)
		if err != nil {
			return inputError{exitMissing, fmt.Sprintf("%s: %v", args[0], err)}
		}
		tell, clear := t.bar("calculating")
		c, list := bundle.Make(filepath.Base(args[0]), text, below(filepath.Dir(args[0])), bundle.Options{Context: t.ctx, Workers: t.workers, Progress: tell})
		clear()
		if list.Refused() {
			return t.refusal(problems(list))
		}
		if err := save(*out, c); err != nil {
			return err
		}
		if t.json {
			return t.printJSON(map[string]any{"digest": c.Digest().String(), "files": len(c), "out": *out})
		}
		fmt.Fprintf(t.out, "%s holds %d files. Its digest, which stands for the whole release, is\n%s\n", *out, len(c), c.Digest())
		return nil
	}
}

// save writes a bundle as a zip file or a folder. A folder must be new or
// empty, so that nothing stale lies beside the release.
func save(out string, c bundle.Contents) error {
	if filepath.Ext(out) == ".zip" {
		z, err := c.Zip()
		if err != nil {
			return err
		}
		if err := os.WriteFile(out, z, 0o644); err != nil {
			return fmt.Errorf("writing the release: %w", err)
		}
		return nil
	}
	if there, err := os.ReadDir(out); err == nil && len(there) > 0 {
		return wrong("the folder %s is not empty", out)
	}
	for path, data := range c {
		file := filepath.Join(out, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("writing the release: %w", err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return fmt.Errorf("writing the release: %w", err)
		}
	}
	return nil
}

func verifyVerb(fs *flag.FlagSet, t *tool) func(args []string) error {
	key := fs.String("key", "", "the release must be signed with this public `key`, from the publisher's record in the directory")
	return func(args []string) error {
		c, err := open(args[0])
		if err != nil {
			return err
		}
		tell, clear := t.bar("calculating")
		r := bundle.Verify(c, bundle.Options{Context: t.ctx, Workers: t.workers, Progress: tell})
		clear()
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if t.json {
			if err := t.printJSON(struct {
				bundle.Report
				Holds bool `json:"holds"`
			}{r, r.Holds()}); err != nil {
				return err
			}
		} else {
			t.printReport(r)
		}
		if *key != "" && (r.Signed == nil || r.Signed.Key != *key) {
			fmt.Fprintln(t.err, "It is not signed with the key that was given.")
			return errNotHolding
		}
		if !r.Holds() {
			return errNotHolding
		}
		return nil
	}
}

func open(path string) (bundle.Contents, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, inputError{exitMissing, fmt.Sprintf("%s: %v", path, plainError(err))}
	}
	var c bundle.Contents
	if info.IsDir() {
		c, err = bundle.ReadFolder(os.DirFS(path))
	} else {
		var data []byte
		if data, err = readFile(path, bundle.MaxBytes); err == nil {
			c, err = bundle.ParseZip(data)
		}
	}
	if err != nil {
		return nil, wrong("%s: %v", path, err)
	}
	return c, nil
}

func (t *tool) printReport(r bundle.Report) {
	fmt.Fprintf(t.out, "%s %s\nrelease %s, %d files\n\n", r.ID, r.Title, r.Digest, r.Files)
	for _, f := range r.Findings {
		mark := "ok "
		if f.Bad {
			mark = "BAD"
		}
		fmt.Fprintf(t.out, "%s  %s: %s\n", mark, f.File, f.Text)
	}
	fmt.Fprintln(t.out)
	if s := r.Signed; s != nil {
		fmt.Fprintf(t.out, "Signed as %s by %s with the key\n%s\n\n", s.ID, s.Party, s.Key)
	}
	switch {
	case r.Holds() && r.Identical:
		fmt.Fprintln(t.out, "It holds: every file is as the manifest says, and calculated again every result is the same to the last byte.")
	case r.Holds():
		fmt.Fprintln(t.out, "It holds: every file is as the manifest says, and calculated again every result is equal to 1e-9.")
	case !r.Hashes:
		fmt.Fprintln(t.out, "It does not hold: files are not as the manifest says.")
	default:
		fmt.Fprintln(t.out, "It does not hold: the results do not follow from the specification and the data.")
	}
}
