package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"landbridge.example/match"
)

// open reads a whole gzip file.
func open(folder, name string) ([]byte, error) {
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return nil, fmt.Errorf("opening training data: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", name, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", name, err)
	}
	return text, nil
}

// A pair is one name part in two scripts, as public data pairs them.
type pair struct {
	latin  string   // a-z
	word   string   // as written
	units  []string // of the word
	count  int      // persons who carry it
	script match.Script
}

// scripts names the training file of each script.
var scripts = []struct {
	file   string
	script match.Script
}{
	{"arabic", match.Arabic}, {"hebrew", match.Hebrew}, {"russian", match.Cyrillic},
	{"korean", match.Hangul}, {"katakana", match.Kana}, {"chinese", match.Han},
}

// readPairs reads the pairs of every script.
func (t *trainer) readPairs() error {
	t.pairs = map[string][]pair{}
	for _, s := range scripts {
		text, err := open(t.data, "wd_"+s.file+".tsv.gz")
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Split(strings.TrimSpace(line), "\t")
			if len(f) != 3 {
				continue
			}
			n, err := strconv.Atoi(f[2])
			if err != nil {
				return fmt.Errorf("count in %s: %w", s.file, err)
			}
			p := pair{latin: t.fold(f[0]), word: f[1], count: n, script: s.script}
			p.units = match.Spell(s.script, letters(s.script, f[1]), func(r rune) string { return t.pinyin[r] })
			if len(p.latin) > 0 && len(p.latin) <= 20 && len(p.units) > 0 && len(p.units) <= 20 {
				t.pairs[s.file] = append(t.pairs[s.file], p)
			}
		}
	}
	return nil
}

// letters drops from a word what no table speaks of.
func letters(s match.Script, word string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case s == match.Hebrew && (r == '׳' || r == '’' || r == '\''):
			return '\''
		case match.ScriptOf(r) == s && !isMark(r):
			return r
		}
		return -1
	}, strings.ToLower(word))
}

// isMark reports vowel points and the like, which names carry rarely.
func isMark(r rune) bool {
	return r >= 0x0591 && r <= 0x05c7 || r >= 0x064b && r <= 0x065f || r == 0x0670 || r == 0x0640
}

// fold writes a word in Latin letters with a-z only.
func (t *trainer) fold(word string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(word) {
		if r >= 'a' && r <= 'z' {
			b.WriteRune(r)
		} else if match.ScriptOf(r) == match.Latin {
			b.WriteString(t.roman[r])
		}
	}
	return b.String()
}

// rows reads a CSV file without a header line.
func rows(text []byte) ([][]string, error) {
	r := csv.NewReader(bufio.NewReader(bytes.NewReader(text)))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	all, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading CSV: %w", err)
	}
	return all, nil
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
