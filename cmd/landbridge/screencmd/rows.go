package screencmd

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"landbridge.example/match"
)

// A table reads rows of CSV (or of a tab-separated file) with or without a
// header line.
type table struct {
	r     *csv.Reader
	names map[string]int // column by its name; empty without a header
	first []string       // the first row, when it is no header
	line  int
}

// newTable reads the first row. It is a header when it has one of the words
// that say which column holds the names.
func newTable(in io.Reader, header [][]string) (*table, error) {
	b := bufio.NewReaderSize(in, 1<<16)
	if bom, err := b.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3)
	}
	peek, err := b.Peek(4096)
	if len(peek) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the input: %w", err)
	}
	line, _, _ := strings.Cut(string(peek), "\n")
	t := &table{r: csv.NewReader(b), names: map[string]int{}}
	t.r.FieldsPerRecord = -1
	t.r.LazyQuotes = true
	if strings.Contains(line, "\t") && !strings.Contains(line, ",") {
		t.r.Comma = '\t'
	}
	row, err := t.r.Read()
	if errors.Is(err, io.EOF) {
		return t, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the input is not CSV: %w", errUsage, err)
	}
	for i, cell := range row {
		cell = strings.ToLower(strings.TrimSpace(cell))
		if _, twice := t.names[cell]; !twice {
			t.names[cell] = i
		}
	}
	for _, words := range header {
		if t.column(words...) >= 0 {
			return t, nil
		}
	}
	t.names, t.first = map[string]int{}, row
	return t, nil
}

// column returns the place of the first of some names, or -1.
func (t *table) column(names ...string) int {
	for _, n := range names {
		if i, ok := t.names[n]; ok {
			return i
		}
	}
	return -1
}

// next returns the next row, nil at the end. Lines without any cell are left out.
func (t *table) next() ([]string, error) {
	row := t.first
	t.first = nil
	if row == nil {
		var err error
		row, err = t.r.Read() // skips lines without any cell
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: the input is not CSV: %w", errUsage, err)
		}
	}
	t.line, _ = t.r.FieldPos(0)
	size := 0
	for i, cell := range row {
		size += len(cell)
		if !utf8.ValidString(cell) {
			return nil, fmt.Errorf("%w: line %d is not in UTF-8", errUsage, t.line)
		}
		row[i] = strings.TrimSpace(cell)
	}
	if size > MaxLine {
		return nil, fmt.Errorf("%w: line %d is longer than %d bytes", errUsage, t.line, MaxLine)
	}
	return row, nil
}

func cell(row []string, i int) string {
	if i < 0 || i >= len(row) {
		return ""
	}
	return row[i]
}

// kindOf reads a kind as people write it.
func kindOf(s string) (match.Kind, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "any", "unknown", "thing", "legalentity", "legal entity", "entity":
		return "", nil
	case "person", "individual":
		return match.Person, nil
	case "organisation", "organization", "company", "organisations", "publicbody":
		return match.Organisation, nil
	case "vessel", "ship":
		return match.Vessel, nil
	case "aircraft", "airplane":
		return match.Aircraft, nil
	case "substance":
		return match.Substance, nil
	}
	return "", fmt.Errorf("%w: %q is no kind; say person, organisation, vessel, aircraft or substance", errUsage, s)
}

// A job is some rows and the lines that answer them.
type job struct {
	rows  [][]string
	lines []int
	out   []byte
	done  chan struct{}
}

const perJob = 64 // rows

// stream answers rows on all cores and writes the answers in the order of the
// rows. Each worker has its own answerer. Memory does not grow with the input.
func stream(ctx context.Context, t *table, out *bufio.Writer, worker func() func(line int, row []string) ([]byte, error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cores := runtime.GOMAXPROCS(0)
	todo, order := make(chan *job), make(chan *job, 4*cores)
	var wait sync.WaitGroup
	for range cores {
		wait.Go(func() {
			answer := worker()
			for j := range todo {
				for i, row := range j.rows {
					line, err := answer(j.lines[i], row)
					if err != nil {
						cancel(err)
						break
					}
					j.out = append(append(j.out, line...), '\n')
				}
				close(j.done)
			}
		})
	}
	go func() {
		defer close(order)
		defer close(todo)
		if err := read(ctx, t, todo, order); err != nil {
			cancel(err)
		}
	}()
	var failed error
	for j := range order {
		<-j.done
		if failed == nil && context.Cause(ctx) == nil {
			if _, failed = out.Write(j.out); failed != nil {
				cancel(failed)
			}
		}
	}
	wait.Wait()
	return context.Cause(ctx)
}

// read cuts the input into jobs until it ends or the work is cancelled.
func read(ctx context.Context, t *table, todo, order chan<- *job) error {
	for {
		j := &job{done: make(chan struct{})}
		for len(j.rows) < perJob {
			row, err := t.next()
			if err != nil {
				return err
			}
			if row == nil {
				break
			}
			j.rows, j.lines = append(j.rows, slices.Clone(row)), append(j.lines, t.line)
		}
		if len(j.rows) == 0 {
			return nil
		}
		select {
		case order <- j:
		case <-ctx.Done():
			return nil
		}
		select {
		case todo <- j:
		case <-ctx.Done():
			close(j.done)
			return nil
		}
	}
}
