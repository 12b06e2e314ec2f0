package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"landbridge.example/client"
)

// proofs shows that what was told is so, without believing any node: receipts
// and logs are checked offline with the directory's keys alone.
func (s *story) proofs(ctx context.Context) error {
	for _, prove := range []func(context.Context) error{s.sameOnBothSides, s.receipts, s.logs, s.noCanary} {
		if err := prove(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sameOnBothSides compares the acts that both sides hold: the same set, each
// once, the same state.
func (s *story) sameOnBothSides(ctx context.Context) error {
	began := s.a.now()
	for _, id := range []string{s.caseID, s.refused} {
		var sets [2][]string
		var states [2]string
		for i, who := range [][2]string{{"XA", "d.oru"}, {"XB", "k.lenn"}} {
			c, err := s.as(who[0], who[1])
			if err != nil {
				return err
			}
			v, err := c.Case(ctx, id)
			if err != nil {
				return err
			}
			for _, x := range v.Timeline {
				sets[i] = append(sets[i], x.Transition+" "+x.ID)
			}
			slices.Sort(sets[i])
			if len(slices.Compact(slices.Clone(sets[i]))) != len(sets[i]) {
				return broken("%s holds an act twice: %v", who[0], sets[i])
			}
			states[i] = v.State
		}
		if !slices.Equal(sets[0], sets[1]) || states[0] != states[1] {
			return broken("XA and XB hold different acts: %s %v, %s %v", states[0], sets[0], states[1], sets[1])
		}
		if id == s.caseID {
			s.tell("XA, XB", fmt.Sprintf("both hold the same %d acts, each once, and the same state: %s", len(sets[0]), states[0]), "", began)
		}
	}
	return s.timeline(ctx)
}

// timeline waits until the case's acts are cosigned, and shows where they stand.
func (s *story) timeline(ctx context.Context) error {
	began := s.a.now()
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	var v client.Case
	err = until(ctx, "every act stands in a checkpoint that two other parties cosigned", func() (bool, error) {
		if v, err = oru.Case(ctx, s.caseID); err != nil {
			return false, err
		}
		for _, x := range v.Timeline {
			if len(x.Cosigned) < 2 {
				return false, nil
			}
		}
		return len(v.Timeline) > 0, nil
	})
	if err != nil {
		return err
	}
	var at []string
	for _, x := range slices.Backward(v.Timeline) {
		at = append(at, fmt.Sprintf("%s %d", x.Transition, x.Entry))
	}
	s.tell("XA", "every act stands in the log, cosigned by "+strings.Join(v.Timeline[0].Cosigned, ", "), "XA log: "+strings.Join(at, ", "), began)
	return nil
}

// receipts checks every receipt offline, and that one flipped bit is noticed.
func (s *story) receipts(ctx context.Context) error {
	began := s.a.now()
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	out := filepath.Join(s.f.dir, "receipts")
	v := &verifier{directory: filepath.Join(s.f.dir, directoryFile), quorum: -1}
	if err := v.load(""); err != nil {
		return err
	}
	var files []savedReceipt
	var last verdict
	err = until(ctx, "cosigned receipts of everything XA sent", func() (bool, error) {
		c, err := oru.Case(ctx, s.caseID)
		if err != nil {
			return false, err
		}
		if files, err = saveReceipts(ctx, oru, c, out); err != nil || len(files) == 0 {
			return false, err
		}
		for _, f := range files {
			if last = v.check(ctx, s.a, f.File); !last.Holds {
				return false, nil // not cosigned by enough yet
			}
		}
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("%w (%s)", err, last.Text)
	}
	s.tell("anyone", fmt.Sprintf("%d receipts hold offline, with the directory's keys alone", len(files)), last.Text, began)
	began = s.a.now()
	text, err := os.ReadFile(files[0].File)
	if err != nil {
		return err
	}
	text[len(text)/2] ^= 1
	forged := filepath.Join(out, "forged.receipt")
	if err := writeFile(forged, text); err != nil {
		return err
	}
	bad := v.check(ctx, s.a, forged)
	if bad.Holds {
		return broken("a receipt with a flipped bit holds")
	}
	s.tell("anyone", "a copy with one flipped bit does not: "+bad.Text, "exit code 1", began)
	return nil
}

// logs reads the public logs of all four nodes from their first entry on.
func (s *story) logs(ctx context.Context) error {
	began := s.a.now()
	v := &verifier{directory: filepath.Join(s.f.dir, directoryFile), quorum: 1}
	if err := v.load(""); err != nil {
		return err
	}
	var all []string
	for _, m := range s.f.members {
		var d verdict
		err := until(ctx, "the log of "+m.code+" is cosigned", func() (bool, error) {
			d = v.check(ctx, s.a, m.config.StaffURL()+"/log/")
			return d.Holds, nil
		})
		if err != nil {
			return fmt.Errorf("%w (%s)", err, d.Text)
		}
		_, rest, _ := strings.Cut(d.Text, ": ")
		size, _, _ := strings.Cut(rest, " ")
		all = append(all, m.code+" "+size)
	}
	s.tell("anyone", "the public logs of all four nodes add up to what their owners signed and others cosigned", "entries: "+strings.Join(all, ", "), began)
	return nil
}

// noCanary searches every file of those who were not asked for words of the case.
func (s *story) noCanary(context.Context) error {
	began := s.a.now()
	n := 0
	var size int64
	for _, code := range []string{"XC", "XF"} {
		m := s.f.member(code)
		for _, root := range []string{m.config.Dir, m.log} {
			files, bytes, found, err := search(root, canaries())
			if err != nil {
				return err
			}
			if found != "" {
				return broken("%s holds %s", code, found)
			}
			n, size = n+files, size+bytes
		}
	}
	// The search must be able to find: XA's pages know the words, so a file with one must be found.
	if _, _, found, err := search(filepath.Join(s.f.dir, "receipts"), []string{"landbridge"}); err != nil || found == "" {
		return broken("the search itself does not work: %v", err)
	}
	s.tell("XC, XF", fmt.Sprintf("hold nothing readable of the case: %d words searched in %d files, none found", len(canaries()), n),
		fmt.Sprintf("%.1f MiB", float64(size)/(1<<20)), began)
	return nil
}

// search looks for words in every file below root, in UTF-8, in UTF-16 and in
// any case of letters. It returns the first place where one stands.
func search(root string, words []string) (files int, size int64, found string, err error) {
	var needles [][]byte
	for _, w := range words {
		low := strings.ToLower(w)
		needles = append(needles, []byte(low), wide(low))
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || found != "" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		size += int64(len(b))
		b = bytes.ToLower(b)
		for _, n := range needles {
			if bytes.Contains(b, n) {
				found = fmt.Sprintf("the word %q in %s", n, path)
			}
		}
		return nil
	})
	return files, size, found, err
}

// wide returns s as UTF-16 little-endian, for words that are plain ASCII.
func wide(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}
