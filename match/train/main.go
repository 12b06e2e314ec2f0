// Command train makes the tables under match/tables from public data: the
// readings of letters, one alignment model per script, the costs of spelling a
// Latin name differently, the rarity of name parts, and the words that mean
// little in a name. It reads only match/train/data and match/testdata, and
// writes the same bytes every time; go generate in match runs it.
//
// Trust: it runs on a developer's machine, never in a node. Who controls its
// input controls what the engine believes to be the same name; the tables are
// text, so a change shows in review.
//
// Limits: it learns only from the rows that [part] puts in the training part,
// never from those on which results are reported.
package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
)

func main() {
	data := flag.String("data", "train/data", "folder of the training data")
	lists := flag.String("lists", "testdata", "folder of the lists")
	out := flag.String("out", "tables", "folder to write")
	flag.Parse()
	if err := run(*data, *lists, *out); err != nil {
		fmt.Fprintf(os.Stderr, "train: %v\n", err)
		os.Exit(1)
	}
}

// run makes every table, the ones others need first.
func run(data, lists, out string) error {
	t := &trainer{data: data, lists: lists, out: out}
	for _, step := range []func() error{t.readLetters, t.writeLetters, t.readPairs, t.writeLatin, t.writeScripts, t.writeRarity, t.writeWords, t.writeCountries} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// A trainer carries what the steps share.
type trainer struct {
	data, lists, out string

	roman    map[rune]string // letter or sign to lower-case a-z
	pinyin   map[rune]string
	standard map[rune]bool     // characters of the standard list
	pairs    map[string][]pair // by script file name
	grammar  *letterModel      // of Latin names
}

func (t *trainer) write(name string, text []byte) error {
	if err := os.WriteFile(filepath.Join(t.out, name), text, 0o644); err != nil {
		return fmt.Errorf("writing table %s: %w", name, err)
	}
	return nil
}

// part says whether a row of training data is used to learn ("train"), to
// choose ("tune") or to report ("report"): by a hash of the Latin form, so that
// all rows about one name part fall together.
func part(latin string) string {
	h := fnv.New32a()
	h.Write([]byte(latin))
	switch h.Sum32() % 10 {
	case 0:
		return "report"
	case 1:
		return "tune"
	}
	return "train"
}
