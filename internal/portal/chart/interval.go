package chart

import (
	"html/template"
	"strconv"
)

// A Ranked is one row of an [Intervals] figure.
type Ranked struct {
	Name string
	Href string
	Low  float64 // best rank
	High float64 // worst rank
	At   float64 // rank as written
	Band int     // rows of one band cannot be told apart
}

// Intervals draws who may stand where: a line for each row from its best to its
// worst rank, a dot at the rank as written, and stripes that gather the rows
// nobody can tell apart.
type Intervals struct {
	Figure
	Rows []Ranked
	Axis string // what the numbers are: "rank"
	Word string // of a band, put before its number
}

const (
	lineHeight = 17.0
	nameWidth  = 190.0
	figWidth   = 760.0
	bandWidth  = 60.0
	headHeight = 34.0
)

// SVG returns the figure.
func (c Intervals) SVG() template.HTML {
	rows := c.Rows[:min(len(c.Rows), MaxMarks)]
	last := 1.0
	for _, r := range rows {
		for _, v := range []float64{r.High, r.At} {
			if !missing(v) {
				last = max(last, v)
			}
		}
	}
	var p pen
	h := headHeight + lineHeight*float64(len(rows)) + 6
	c.open(&p, "intervals", figWidth, h)
	c.bands(&p, rows)
	c.axis(&p, last, h)
	for i, r := range rows {
		y := headHeight + lineHeight*(float64(i)+0.5)
		c.name(&p, r, y)
		if !missing(r.Low) && !missing(r.High) {
			p.raw(`<path class="span" d="M`, c.x(r.Low, last), ` `, num(y), `H`, c.x(r.High, last), `"/>`)
		}
		if !missing(r.At) {
			p.raw(`<path class="dot" d="M`, c.x(r.At, last), ` `, num(y), `h0"/>`)
		}
	}
	p.raw(`</svg>`)
	return p.html()
}

// x returns the place of a rank; in a mirrored figure first is at the right.
func (c Intervals) x(rank, last float64) string {
	room := figWidth - nameWidth - bandWidth - 20
	at := nameWidth + 10 + room*(rank-1)/max(1, last-1)
	return num(c.side(at))
}

func (c Intervals) side(x float64) float64 {
	if c.RTL {
		return figWidth - x
	}
	return x
}

func (c Intervals) name(p *pen, r Ranked, y float64) {
	anchor := "end"
	if c.RTL {
		anchor = "start"
	}
	if r.Href != "" {
		p.raw(`<a tabindex="-1" href="`)
		p.text(r.Href)
		p.raw(`">`)
	}
	p.raw(`<text text-anchor="`, anchor, `" x="`, num(c.side(nameWidth)), `" y="`, num(y+4), `">`)
	p.text(shorten(r.Name, 28))
	p.raw(`</text>`)
	if r.Href != "" {
		p.raw(`</a>`)
	}
}

// bands draws a stripe behind every second band and names each.
func (c Intervals) bands(p *pen, rows []Ranked) {
	anchor := "start"
	if c.RTL {
		anchor = "end"
	}
	for i := 0; i < len(rows); {
		j := i
		for j < len(rows) && rows[j].Band == rows[i].Band {
			j++
		}
		y, h := headHeight+lineHeight*float64(i), lineHeight*float64(j-i)
		if rows[i].Band > 0 {
			class := "band"
			if rows[i].Band%2 == 0 {
				class = "band even"
			}
			p.raw(`<rect class="`, class, `" x="0" y="`, num(y), `" width="`, num(figWidth), `" height="`, num(h), `"/>`)
			p.raw(`<text class="soft" text-anchor="`, anchor, `" x="`, num(c.side(figWidth-bandWidth+4)), `" y="`, num(y+13), `">`)
			p.text(c.Word + " " + strconv.Itoa(rows[i].Band))
			p.raw(`</text>`)
		}
		i = j
	}
}

func (c Intervals) axis(p *pen, last, h float64) {
	marks := append([]float64{1}, ticks(2, last, 7)...)
	for i, v := range marks {
		if i == 1 && len(marks) > 2 && v < marks[2]/2 {
			continue // too close to the first
		}
		p.raw(`<path class="grid" d="M`, c.x(v, last), ` `, num(headHeight-4), `V`, num(h-6), `"/>`)
		p.raw(`<text class="soft" text-anchor="middle" x="`, c.x(v, last), `" y="`, num(headHeight-8), `">`, label(v), `</text>`)
	}
	p.raw(`<text class="soft" text-anchor="middle" x="`, c.x((last+1)/2, last), `" y="12">`)
	p.text(c.Axis)
	p.raw(`</text>`)
}

// shorten cuts a name that would run into the picture; the table has it whole.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
