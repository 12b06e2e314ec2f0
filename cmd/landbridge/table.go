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
}

func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = cell(c)
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
	if utf8.RuneCountInString(s) > maxCell {
		s = string([]rune(s)[:maxCell-1]) + "…"
	}
	if s == "" {
		return "-"
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

// print writes the table with columns as wide as their widest cell. The last
// column is never padded, so lines carry no trailing blanks.
func (t *table) print(w io.Writer) {
	width := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	line := func(row []string) {
		var b strings.Builder
		for i, c := range row {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(c)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)))
			}
		}
		fmt.Fprintln(w, b.String())
	}
	line(t.head)
	rule := make([]string, len(width))
	for i, n := range width {
		rule[i] = strings.Repeat("─", n)
	}
	line(rule)
	for _, row := range t.rows {
		line(row)
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

// A progress tells a waiting person what is being done. On a terminal one
// line changes in place; elsewhere each step is one line, and no more.
type progress struct {
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
	fmt.Fprintf(p.w, "%6.1f s  %s\n", p.now().Sub(p.start).Seconds(), text)
}

// end leaves the terminal on a clean line.
func (p *progress) end() {
	if p.open {
		fmt.Fprint(p.w, "\r\x1b[2K")
		p.open = false
	}
}
