package ledger

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// A TilePath names one resource of a tiled log (C2SP tlog-tiles).
type TilePath struct {
	Entries bool // an entry bundle, not a tile of hashes
	Level   int  // of a tile of hashes
	Index   int64
	Width   int // 1 to Width; less than Width for an unfinished one
}

// String returns the path under the log's prefix, such as "tile/0/x001/067.p/5".
func (p TilePath) String() string {
	level := "entries"
	if !p.Entries {
		level = strconv.Itoa(p.Level)
	}
	s := fmt.Sprintf("%03d", p.Index%1000)
	for n := p.Index / 1000; n > 0; n /= 1000 {
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	s = "tile/" + level + "/" + s
	if p.Width < Width {
		s += ".p/" + strconv.Itoa(p.Width)
	}
	return s
}

// ParseTilePath reads the path of a tile or an entry bundle, and nothing that
// is not exactly as String writes it.
func ParseTilePath(s string) (p TilePath, err error) {
	bad := refuse(BadPath, "this is not the path of a tile, such as tile/0/x001/067 or tile/entries/000.p/5")
	rest, ok := strings.CutPrefix(s, "tile/")
	level, rest, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 || len(s) > 64 {
		return p, bad
	}
	p.Entries = level == "entries"
	if !p.Entries {
		if p.Level, err = strconv.Atoi(level); err != nil || p.Level < 0 || p.Level > 63 {
			return TilePath{}, bad
		}
	}
	p.Width = Width
	if i := strings.Index(rest, ".p/"); i >= 0 {
		if p.Width, err = strconv.Atoi(rest[i+3:]); err != nil || p.Width < 1 || p.Width >= Width {
			return TilePath{}, bad
		}
		rest = rest[:i]
	}
	parts := strings.Split(rest, "/")
	if len(parts) > 6 { // 18 digits: no log is that long
		return TilePath{}, bad
	}
	for _, part := range parts {
		n, err := strconv.Atoi(strings.TrimPrefix(part, "x"))
		if err != nil || n < 0 {
			return TilePath{}, bad
		}
		p.Index = p.Index*1000 + int64(n)
	}
	if p.String() != s {
		return TilePath{}, bad
	}
	return p, nil
}

// AppendBundled adds one entry to a bundle.
func AppendBundled(bundle, entry []byte) []byte {
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
}

// ParseBundle takes a bundle of entries apart.
func ParseBundle(b []byte) (entries [][]byte, err error) {
	for len(b) > 0 {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) || len(entries) == Width {
			return nil, refuse(BadEntry, "this is not a bundle of at most %d log entries, each behind its length", Width)
		}
		n := int(binary.BigEndian.Uint16(b))
		entries = append(entries, b[2:2+n:2+n])
		b = b[2+n:]
	}
	return entries, nil
}
