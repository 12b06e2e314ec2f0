package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// maxCell bounds a cell of a table, in characters; --json shows everything.
const maxCell = 72

// A table is what people read; the same values go out as JSON with --json.
type table struct {
	head []string
	rows [][]string
	wide bool // sentences: cells are not cut
}

func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = cell(c)
		if !t.wide {
			row[i] = cut(row[i])
		}
	}
	t.rows = append(t.rows, row)
}

func cell(v any) string {
	var s string
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			return "-"
		}
		return v.UTC().Format("2006-01-02 15:04:05")
	case time.Duration:
		return duration(v)
	default:
		s = fmt.Sprint(v)
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || bidiControl(r) { // text of other people must not steer the terminal
			return ' '
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s
}

func cut(s string) string {
	if utf8.RuneCountInString(s) > maxCell {
		return string([]rune(s)[:maxCell-1]) + "…"
	}
	return s
}

// bidiControl reports whether r can reorder the text around it.
func bidiControl(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// duration writes d as people say it: two units at most.
func duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + duration(-d)
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
	}
}

// wrapAt is where cells of a wide table go on in the next line, in characters.
const wrapAt = 64

// lines breaks a cell at blanks; a word that is longer stays whole, so that it
// can be copied.
func lines(s string) []string {
	var all []string
	line := ""
	for _, w := range strings.Split(s, " ") {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > wrapAt {
			all = append(all, line)
			line = w
			continue
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(all, line)
}

// print writes the table with columns as wide as their widest cell. The last
// column is never padded, so lines carry no trailing blanks.
func (t *table) print(w io.Writer) {
	rows := [][][]string{}
	for _, row := range append([][]string{t.head}, t.rows...) {
		cells := make([][]string, len(row))
		for i, c := range row {
			cells[i] = []string{c}
			if t.wide {
				cells[i] = lines(c)
			}
		}
		rows = append(rows, cells)
	}
	width := make([]int, len(t.head))
	for _, row := range rows {
		for i, c := range row {
			for _, l := range c {
				width[i] = max(width[i], utf8.RuneCountInString(l))
			}
		}
	}
	for i, row := range rows {
		printRow(w, row, width)
		if i == 0 {
			rule := make([][]string, len(width))
			for j, n := range width {
				rule[j] = []string{strings.Repeat("─", n)}
			}
			printRow(w, rule, width)
		}
	}
}

// printRow writes one row, on as many lines as its tallest cell has.
func printRow(w io.Writer, row [][]string, width []int) {
	tall := 1
	for _, c := range row {
		tall = max(tall, len(c))
	}
	for n := range tall {
		var b strings.Builder
		for i, c := range row {
			text := ""
			if n < len(c) {
				text = c[n]
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(text)
			b.WriteString(strings.Repeat(" ", max(0, width[i]-utf8.RuneCountInString(text))))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// show prints v as JSON, or the table.
func show(w io.Writer, asJSON bool, v any, t *table, empty string) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(v)
	}
	if len(t.rows) == 0 {
		fmt.Fprintln(w, empty)
		return nil
	}
	t.print(w)
	return nil
}

// A progress tells a waiting person what is being done: on a terminal one line
// that changes in place. Elsewhere it is silent, unless every step is wanted.
type progress struct {
	every    bool // a line for each step where there is no terminal
	w        io.Writer
	terminal bool
	start    time.Time
	now      func() time.Time
	open     bool
}

func (a *app) progress() *progress {
	return &progress{w: a.err, terminal: a.terminal, start: a.now(), now: a.now}
}

// step says what begins now.
func (p *progress) step(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[2K%6.1f s  %s", p.now().Sub(p.start).Seconds(), text)
		p.open = true
		return
	}
	if p.every {
		fmt.Fprintf(p.w, "%6.1f s  %s\n", p.now().Sub(p.start).Seconds(), text)
	}
}

// end leaves the terminal on a clean line.
func (p *progress) end() {
	if p.open {
		fmt.Fprint(p.w, "\r\x1b[2K")
		p.open = false
	}
}
