// Package floor draws the plan of an exhibition hall: stands as rectangles with
// their codes, scaled to the width of a page. Beside the picture stands a list
// that says the same.
//
// Trust: floor is trusted with nothing; it draws what it is given.
//
// Limits: [Width] pixels across; a stand too small for its code is drawn without,
// and a name that does not fit is broken into lines, the last of them cut.
package floor

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Width is how wide a hall is drawn, in pixels of the picture.
const Width = 900

const (
	margin    = 10
	leastTall = 60
	letter    = 8  // pixels of one character of a code
	narrow    = 7  // pixels of one character of a name
	wide      = 13 // pixels of one that stands alone, such as a Chinese one
	line      = 16 // pixels of one line
)

// A Stand is a place in a hall, in centimetres from its corner.
type Stand struct {
	Code, Hall             string
	Left, Top, Wide, Deep  int
	Name, Href, Kind, Note string // Kind is a class: free, taken, named
}

// A Hall is one picture.
type Hall struct {
	ID, Name      string
	Width, Height int
	Stands        []Spot
}

// A Spot is a stand as drawn.
type Spot struct {
	Stand
	X, Y, W, H, MidX, MidY int
	Label                  string // the code, where it fits
	Under                  []Row  // below it the name, in lines
}

// A Row is one line of a name, at its place.
type Row struct {
	Text string
	Y    int
}

// Halls draws every hall, by name, its stands by code.
func Halls(all []Stand) []Hall {
	by := map[string][]Stand{}
	var names []string
	for _, s := range all {
		if by[s.Hall] == nil {
			names = append(names, s.Hall)
		}
		by[s.Hall] = append(by[s.Hall], s)
	}
	slices.Sort(names)
	var out []Hall
	for i, name := range names {
		stands := by[name]
		slices.SortFunc(stands, func(a, b Stand) int { return cmp.Compare(a.Code, b.Code) })
		out = append(out, draw(string(rune('a'+i%26)), name, stands))
	}
	return out
}

func draw(id, name string, stands []Stand) Hall {
	left, top, right, bottom := stands[0].Left, stands[0].Top, 1, 1
	for _, s := range stands {
		left, top = min(left, s.Left), min(top, s.Top)
		right, bottom = max(right, s.Left+s.Wide), max(bottom, s.Top+s.Deep)
	}
	across, inner := max(right-left, 1), Width-2*margin
	scale := func(cm int) int { return cm * inner / across }
	h := Hall{ID: id, Name: name, Width: Width, Height: max(scale(bottom-top)+2*margin, leastTall)}
	for _, s := range stands {
		x := Spot{Stand: s, X: margin + scale(s.Left-left), Y: margin + scale(s.Top-top)}
		x.W, x.H = max(scale(s.Left-left+s.Wide)-scale(s.Left-left), 1), max(scale(s.Top-top+s.Deep)-scale(s.Top-top), 1)
		x.MidX, x.MidY = x.X+x.W/2, x.Y+x.H/2+line/4
		if x.W >= utf8.RuneCountInString(s.Code)*letter && x.H >= line {
			x.Label = s.Code
		}
		if x.Label != "" {
			x.name(x.W-letter, x.H/line-2)
		}
		h.Stands = append(h.Stands, x)
	}
	return h
}

// name writes the name below the code, in at most so many lines of so many pixels.
func (x *Spot) name(across, most int) {
	rows := broken(x.Name, across)
	if most < 1 || len(rows) == 0 {
		return
	}
	if len(rows) > most {
		rows = rows[:most]
		last := []rune(rows[most-1] + " ")
		for len(last) > 1 && pixels(string(last))+narrow > across {
			last = last[:len(last)-1]
		}
		rows[most-1] = strings.TrimSpace(string(last)) + "…"
	}
	x.MidY -= len(rows) * line / 2
	for i, text := range rows {
		x.Under = append(x.Under, Row{text, x.MidY + (i+1)*line})
	}
}

// broken breaks a text into lines between its words, and words that are wider
// than a line where the line ends.
func broken(text string, across int) (rows []string) {
	row := ""
	for _, word := range strings.Fields(text) {
		if row != "" && pixels(row+" "+word) > across {
			rows, row = append(rows, row), ""
		}
		if row != "" {
			row += " "
		}
		for _, r := range word {
			if row != "" && pixels(row+string(r)) > across {
				rows, row = append(rows, row), ""
			}
			row += string(r)
		}
	}
	if row != "" {
		rows = append(rows, row)
	}
	return rows
}

// pixels is about how wide a text is.
func pixels(text string) (n int) {
	for _, r := range text {
		if r >= 0x2e80 { // Chinese, Japanese and Korean begin here
			n += wide
		} else {
			n += narrow
		}
	}
	return n
}
