// Package door merges what the doors of an edition noted: scans of badges, made
// without network, brought together later in any order and any number of times.
//
// A scan is never changed. A book of scans is a set, and merging is the union
// of sets: it does not matter who brings what first, or twice, or by way of
// whom. Who is inside is read from the set: a badge that was scanned at least
// once, at the earliest time that any door noted. So a person who passed three
// doors is one person, and clocks that are apart move a minute, never a count.
//
// It is pure: no tables, no clock, no network.
//
// Trust: a door is trusted for the scans it brings: it can invent one, and each
// says which door that was. It cannot remove or change another's.
//
// Limits: [MaxScans] scans in one book, [MaxFile] bytes of one file.
package door

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// Bounds of scans and their files.
const (
	MaxScans  = 200_000
	MaxFile   = 16 << 20 // bytes
	MaxDoor   = 32       // bytes of a door's name
	MaxBadge  = 999_999
	maxLine   = 128
	maxEdit   = 16
	firstWord = "landbridge-scans/1"
)

// A Scan is one badge at one door.
type Scan struct {
	Door     string
	Sequence int64 // rises by one with each scan of a device
	Badge    int
	At       time.Time // by the clock of the door, to the microsecond
}

func compare(a, b Scan) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Door, b.Door), cmp.Compare(a.Sequence, b.Sequence), cmp.Compare(a.Badge, b.Badge))
}

func (s Scan) check() error {
	year := s.At.Year()
	if !landbridge.ValidName(s.Door, MaxDoor) || s.Sequence < 1 || s.Badge < 1 || s.Badge > MaxBadge || year < 2000 || year > 2200 {
		return fail.New(fail.Invalid, "a scan names its door (lower-case letters, digits, '-'), a number of its own from 1, a badge and a time")
	}
	return nil
}

// A Book is a set of scans of one edition, in the order of their times.
type Book struct {
	Edition string
	Scans   []Scan // sorted, each once
}

// New returns a book of the given scans.
func New(edition string, scans ...Scan) (*Book, error) {
	if !landbridge.ValidName(edition, maxEdit) {
		return nil, fail.New(fail.Invalid, "a book of scans names its edition")
	}
	if len(scans) > MaxScans {
		return nil, fail.New(fail.TooLarge, "a book holds at most %d scans", MaxScans)
	}
	all := slices.Clone(scans)
	for i := range all {
		all[i].At = all[i].At.UTC().Truncate(time.Microsecond)
		if err := all[i].check(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, compare)
	return &Book{edition, slices.Compact(all)}, nil
}

// Merge returns the union of two books. It is commutative, associative and
// idempotent; only a bound or two editions can refuse it.
func Merge(a, b *Book) (*Book, error) {
	if a.Edition != b.Edition {
		return nil, fail.New(fail.Invalid, "these scans are of editions %s and %s; merge them apart", a.Edition, b.Edition)
	}
	return New(a.Edition, slices.Concat(a.Scans, b.Scans)...)
}

// An Entry is a badge that was seen.
type Entry struct {
	Badge int
	First Scan
	Again int // further scans, at whichever door
}

// Entries returns each badge once, by number.
func (b *Book) Entries() []Entry {
	at := map[int]int{}
	var all []Entry
	for _, s := range b.Scans { // in the order of time, so the first is the earliest
		if i, ok := at[s.Badge]; ok {
			all[i].Again++
			continue
		}
		at[s.Badge] = len(all)
		all = append(all, Entry{Badge: s.Badge, First: s})
	}
	slices.SortFunc(all, func(x, y Entry) int { return cmp.Compare(x.Badge, y.Badge) })
	return all
}

// A Clash is a number that one door gave to different scans: a device was reset
// or copied. Nothing is lost by it; someone should look at that device.
type Clash struct {
	Door     string
	Sequence int64
	Scans    int
}

// Clashes lists the numbers that were given more than once.
func (b *Book) Clashes() []Clash {
	type place struct {
		door     string
		sequence int64
	}
	n := map[place]int{}
	for _, s := range b.Scans {
		n[place{s.Door, s.Sequence}]++
	}
	var all []Clash
	for p, k := range n {
		if k > 1 {
			all = append(all, Clash{p.door, p.sequence, k})
		}
	}
	slices.SortFunc(all, func(x, y Clash) int { return cmp.Or(cmp.Compare(x.Door, y.Door), cmp.Compare(x.Sequence, y.Sequence)) })
	return all
}

// WriteTo writes the book as lines: its edition, then for each scan door,
// number, badge and time in microseconds.
func (b *Book) WriteTo(w io.Writer) (int64, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s\n", firstWord, b.Edition)
	for _, s := range b.Scans {
		fmt.Fprintf(&out, "%s %d %d %d\n", s.Door, s.Sequence, s.Badge, s.At.UnixMicro())
	}
	n, err := io.WriteString(w, out.String())
	return int64(n), err
}

// Parse reads a file of scans, whole or not at all. The order of its lines and
// repetitions do not matter.
func Parse(r io.Reader) (*Book, error) {
	scan := bufio.NewScanner(io.LimitReader(r, MaxFile+1))
	scan.Buffer(nil, maxLine)
	var all []Scan
	edition, size := "", 0
	for n := 1; scan.Scan(); n++ {
		line := strings.TrimSuffix(scan.Text(), "\r")
		if size += len(line) + 1; size > MaxFile || len(all) >= MaxScans {
			return nil, fail.New(fail.TooLarge, "a file of scans has at most %d scans and %d bytes", MaxScans, MaxFile)
		}
		if n == 1 {
			word, of, _ := strings.Cut(line, " ")
			if word != firstWord {
				return nil, fail.New(fail.Invalid, "this is not a file of scans: it does not begin with %s", firstWord)
			}
			edition = of
			continue
		}
		s, ok := parseLine(line)
		if !ok {
			return nil, fail.New(fail.Invalid, "line %d of the scans cannot be read; save the file at the door again", n)
		}
		all = append(all, s)
	}
	if err := scan.Err(); err != nil {
		return nil, fail.Because(err, fail.Invalid, "the file of scans cannot be read to its end; save it at the door again")
	}
	return New(edition, all...)
}

func parseLine(line string) (Scan, bool) {
	f := strings.Split(line, " ")
	if len(f) != 4 {
		return Scan{}, false
	}
	sequence, err1 := strconv.ParseInt(f[1], 10, 64)
	number, err2 := strconv.Atoi(f[2])
	micros, err3 := strconv.ParseInt(f[3], 10, 64)
	s := Scan{Door: f[0], Sequence: sequence, Badge: number, At: time.UnixMicro(micros).UTC()}
	return s, err1 == nil && err2 == nil && err3 == nil && s.check() == nil
}
