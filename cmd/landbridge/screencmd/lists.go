package screencmd

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"landbridge.example/match"
	"landbridge.example/match/list"
)

// asRefusal returns the refusal of a list behind an error.
func asRefusal(err error) (*list.Refusal, bool) { return list.IsRefusal(err) }

// A said error says in our words what the system says in its own.
type said struct {
	text  string
	cause error
}

func (e said) Error() string { return e.text }
func (e said) Unwrap() error { return e.cause }

// openFile opens a file, unpacking it when it is packed with gzip.
func openFile(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, said{fmt.Sprintf("there is no such file: %s", name), err}
	case err != nil:
		return nil, fmt.Errorf("opening the file: %w", err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%w: %s is a folder; name a file in it", errUsage, name), f.Close())
	}
	b := bufio.NewReaderSize(f, 1<<16)
	head, err := b.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(fmt.Errorf("reading %s: %w", name, err), f.Close())
	}
	if len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b {
		return both{b, f.Close}, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("unpacking %s: %w", name, err), f.Close())
	}
	return both{z, f.Close}, nil
}

// both reads from one thing and closes another.
type both struct {
	io.Reader
	close func() error
}

// Close closes the file underneath.
func (b both) Close() error { return b.close() }

// loaded is the lists that were given, and where each of their records is from.
type loaded struct {
	records []match.Record
	version map[string]string // source to version
}

// load reads every list of a comma-separated value.
func load(names string) (*loaded, error) {
	if names == "" {
		return nil, fmt.Errorf("%w: --list names the lists to search", errUsage)
	}
	l := &loaded{version: map[string]string{}}
	for name := range strings.SplitSeq(names, ",") {
		one, err := loadList(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if _, twice := l.version[one.Source]; twice {
			return nil, fmt.Errorf("%w: two lists are called %s; write NAME=FILE to tell them apart", errUsage, one.Source)
		}
		l.version[one.Source] = one.Version
		if one.Version == "" {
			l.version[one.Source] = one.Digest.String()
		}
		l.records = append(l.records, one.Records...)
	}
	return l, nil
}

// loadList reads one list, whatever its format.
func loadList(name string) (*list.List, error) {
	source := ""
	if before, after, ok := strings.Cut(name, "="); ok && !strings.ContainsAny(before, `/\.`) {
		source, name = before, after
	}
	f, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := bufio.NewReaderSize(f, 1<<16)
	head, err := b.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	base := strings.ToLower(filepath.Base(name))
	text := strings.TrimLeft(strings.TrimPrefix(string(head), "\xef\xbb\xbf"), " \r\n\t")
	var l *list.List
	switch {
	case strings.HasPrefix(text, "<"), strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		l, err = list.ParseUN(b)
	case strings.HasPrefix(text, "{"):
		l, err = list.ParseJSON(b, source)
	case strings.Contains(base, "sdn") || strings.Contains(base, "cons_prim"):
		l, err = loadOFAC(b, name)
	default:
		l, err = list.ParseCSV(b, source)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if source != "" {
		l.Source = source
		for i := range l.Records {
			l.Records[i].List = source
		}
	}
	if l.Source == "" {
		l.Source = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return l, nil
}

// loadOFAC reads OFAC's name file and those of its other files that lie beside it.
func loadOFAC(names io.Reader, name string) (*list.List, error) {
	f := list.OFAC{Names: names}
	dir, base := filepath.Split(name)
	for _, other := range []struct {
		at      *io.Reader
		instead string
	}{{&f.Aliases, "alt"}, {&f.Addresses, "add"}, {&f.Remarks, "sdn_comments"}} {
		beside := strings.Replace(base, "sdn", other.instead, 1)
		if strings.Contains(base, "cons_prim") {
			beside = strings.Replace(base, "prim", strings.TrimPrefix(other.instead, "sdn_"), 1)
		}
		r, err := openFile(dir + beside)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer r.Close()
		*other.at = r
	}
	return list.ParseOFAC(f, "")
}
