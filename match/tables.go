package match

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// The tables are made by match/train from public data; go generate reproduces
// them byte for byte. They are text, so that a change can be reviewed.
//
//go:generate go run ./train -data train/data -lists testdata -out tables
//go:embed tables
var tables embed.FS

// An Engine holds the trained tables. It never changes after [New] and may be
// used by many goroutines.
type Engine struct {
	set     params
	roman   []uint16 // BMP rune to an entry of romans, 0 for none
	romans  []string
	pinyin  []uint16 // BMP rune to an entry of romans
	models  [nScripts]*model
	grammar [letters + 1][letters + 1]int32 // of Latin names; the last is the edge of a word
	spell   spelling
	rarity  map[string]int32 // weight of common name parts, hundredths of a nat
	words   wordTable

	countries map[string]string // folded name to code
	version   string
}

// rules is raised when the same tables and numbers give other scores, or find others.
const rules = 4

// Version names what a score depends on: the rules of this package, its tables
// and its numbers. It differs when any of these does, so a stored score says by
// what it was reached.
func (e *Engine) Version() string { return e.version }

// fingerprint digests the tables and the numbers.
func (e *Engine) fingerprint() error {
	files, err := tables.ReadDir("tables") // sorted by name
	if err != nil {
		return fmt.Errorf("listing the tables: %w", err)
	}
	sum := sha256.New()
	for _, f := range files {
		text, err := tables.ReadFile("tables/" + f.Name())
		if err != nil {
			return fmt.Errorf("reading table %s: %w", f.Name(), err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", f.Name(), len(text), text)
	}
	fmt.Fprintf(sum, "%+v", e.set)
	e.version = fmt.Sprintf("match/%d-%x", rules, sum.Sum(nil)[:4])
	return nil
}

const letters = 26

// New loads the tables. They are part of the program, so a fault in them is a
// fault of the build and New panics.
func New() *Engine {
	e := &Engine{set: defaults(), roman: make([]uint16, 1<<16), pinyin: make([]uint16, 1<<16), romans: []string{""}}
	for _, load := range []func() error{e.loadLetters, e.loadLatin, e.loadModels, e.loadRarity, e.loadWords, e.loadCountries, e.fingerprint} {
		if err := load(); err != nil {
			panic("match: the built-in tables are broken: " + err.Error())
		}
	}
	e.spell.prepare(e.set)
	return e
}

// eachLine calls do with every line of a table that is not a comment.
func eachLine(name string, do func(line string) error) error {
	f, err := tables.Open("tables/" + name)
	if err != nil {
		return fmt.Errorf("opening table %s: %w", name, err)
	}
	defer func(f fs.File) { _ = f.Close() }(f)
	scan := bufio.NewScanner(f)
	scan.Buffer(make([]byte, 0, 1<<16), 1<<20)
	for scan.Scan() {
		if line := scan.Text(); line != "" && line[0] != '#' {
			if err := do(line); err != nil {
				return fmt.Errorf("table %s, line %.40q: %w", name, line, err)
			}
		}
	}
	if err := scan.Err(); err != nil {
		return fmt.Errorf("reading table %s: %w", name, err)
	}
	return nil
}

func (e *Engine) loadLetters() error {
	read := func(name string, into []uint16) error {
		return eachLine(name, func(line string) error {
			reading, runes, ok := strings.Cut(line, "\t")
			if !ok {
				return fmt.Errorf("no tab")
			}
			e.romans = append(e.romans, reading)
			for _, r := range runes {
				if r < 1<<16 {
					into[r] = uint16(len(e.romans) - 1)
				}
			}
			return nil
		})
	}
	if err := read("letters.txt", e.roman); err != nil {
		return err
	}
	return read("pinyin.txt", e.pinyin)
}

// reading returns the Mandarin reading of a Han character, or "".
func (e *Engine) reading(r rune) string {
	if r >= 1<<16 {
		return ""
	}
	return e.romans[e.pinyin[r]]
}

func (e *Engine) loadLatin() error {
	row := map[string]int{"-": letters}
	for i := range letters {
		row[string(rune('a'+i))] = i
	}
	e.spell.clear()
	return eachLine("latin.txt", func(line string) error {
		if text, ok := strings.CutPrefix(line, "after "); ok {
			f := strings.Fields(text)
			i, known := row[f[0]]
			if !known || len(f) != letters+2 {
				return fmt.Errorf("want a letter and %d costs", letters+1)
			}
			for j, s := range f[1:] {
				c, err := strconv.Atoi(s)
				if err != nil {
					return fmt.Errorf("cost: %w", err)
				}
				e.grammar[i][(j+letters)%(letters+1)] = int32(c) // the edge is written first
			}
			return nil
		}
		if text, ok := strings.CutPrefix(line, "op\t"); ok {
			f := strings.Split(text, "\t")
			c, err := strconv.Atoi(f[len(f)-1])
			if err != nil || len(f) != 3 {
				return fmt.Errorf("want two spellings and a cost")
			}
			return e.spell.learn(f[0], f[1], int32(c))
		}
		return nil
	})
}

func (e *Engine) loadModels() error {
	for s := Cyrillic; s <= Other; s++ {
		if s == Digits {
			continue
		}
		m := newModel()
		if err := eachLine(s.String()+".txt", m.line); err != nil {
			return err
		}
		m.finish()
		e.models[s] = m
	}
	return nil
}

func (e *Engine) loadRarity() error {
	e.rarity = make(map[string]int32, 1<<14)
	return eachLine("rarity.txt", func(line string) error {
		cost, words, _ := strings.Cut(line, "\t")
		c, err := strconv.Atoi(cost)
		if err != nil {
			return fmt.Errorf("cost: %w", err)
		}
		for _, w := range strings.Fields(words) {
			e.rarity[w] = int32(c * 10)
		}
		return nil
	})
}

func (e *Engine) loadCountries() error {
	e.countries = make(map[string]string, 1<<11)
	return eachLine("countries.txt", func(line string) error {
		code, names, ok := strings.Cut(line, "\t")
		if !ok {
			return fmt.Errorf("no tab")
		}
		for _, n := range strings.Fields(names) {
			e.countries[n] = code
		}
		return nil
	})
}
