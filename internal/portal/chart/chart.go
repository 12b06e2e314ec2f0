// Package chart draws pictures as SVG text: marks inside the rows of a table,
// and figures (rank intervals, a world map, lines over time, a scatter plot).
//
// Colours, widths and fonts stand in the stylesheet under class names, so one
// drawing serves light, dark and print; nothing is inline. A table whose rows
// hold marks is its own data table; every other figure has a title and a
// description, and its page puts a table beside it.
//
// Trust: names and texts come from strangers' data and are escaped here. A
// fault can draw a wrong picture; the numbers stand beside it.
//
// Limits: at most [MaxMarks] marks in one figure.
package chart

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// MaxMarks bounds what one figure draws; the rest is left out, and the table
// beside it has everything.
const MaxMarks = 5_000

// Series is how many kinds of marks can be told apart: class s1 to s4, each
// with a colour and a shape of its own.
const Series = 4

// Steps is how many steps an ordered scale of colours has: class r1 to r7.
const Steps = 7

// A pen writes SVG. Everything that is text goes through [pen.text].
type pen struct{ b strings.Builder }

func (p *pen) raw(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

// tag writes markup; its arguments are numbers and class names of ours only.
func (p *pen) tag(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

// text writes words of anyone, escaped.
func (p *pen) text(s string) { p.b.WriteString(template.HTMLEscapeString(s)) }

func (p *pen) html() template.HTML { return template.HTML(p.b.String()) } //nolint:gosec // texts were escaped by pen.text

// num writes a coordinate, as short as a tenth allows.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// missing reports whether a value is none.
func missing(v float64) bool { return v != v || math.IsInf(v, 0) }

// A Scale is the range a row of marks is drawn on.
type Scale struct{ Low, High float64 }

// at returns the place of v, 0 to 100; what lies outside is put at the end.
func (s Scale) at(v float64) float64 {
	if s.High == s.Low {
		return 50
	}
	return 100 * min(1, max(0, (v-s.Low)/(s.High-s.Low)))
}

// row opens the picture of one table row, with or without a rail through it. It
// stretches with its cell, so that one drawing serves every width; strokes keep
// their width by the stylesheet. Beside it stand the numbers, so it is nothing
// to a screen reader.
func (p *pen) row(class string) {
	p.raw(`<svg class="`, class, `" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">`)
}

const (
	bare   = "mk"
	railed = "mk rail"
)

// Bar draws a bar from the low end of the scale to v, and a tick at mark.
func (s Scale) Bar(v, mark float64) template.HTML {
	var p pen
	p.row(railed)
	if !missing(v) {
		p.raw(`<path class="bar" d="M0 8H`, num(s.at(v)), `"/>`)
	}
	if !missing(mark) {
		p.raw(`<path class="tick" d="M`, num(s.at(mark)), ` 1v14"/>`)
	}
	p.raw(`</svg>`)
	return p.html()
}

// Diverge draws a bar from zero to v, up or down.
func (s Scale) Diverge(v float64) template.HTML {
	var p pen
	p.row(bare)
	if !missing(v) {
		class := "up"
		if v < 0 {
			class = "down"
		}
		p.raw(`<path class="`, class, `" d="M`, num(s.at(0)), ` 8H`, num(s.at(v)), `"/>`)
	}
	p.raw(`<path class="tick" d="M`, num(s.at(0)), ` 0v16"/></svg>`)
	return p.html()
}

// Interval draws a line from low to high with a dot at the value.
func (s Scale) Interval(low, high, at float64) template.HTML {
	var p pen
	p.row(railed)
	if !missing(low) && !missing(high) {
		p.raw(`<path class="span" d="M`, num(s.at(low)), ` 8H`, num(s.at(high)), `"/>`)
	}
	if !missing(at) {
		p.raw(`<path class="dot" d="M`, num(s.at(at)), ` 8h0"/>`)
	}
	p.raw(`</svg>`)
	return p.html()
}

// Whisker draws a bar to v with the interval around it: what a share is
// estimated to be, and how closely.
func (s Scale) Whisker(v, low, high float64, class string) template.HTML {
	var p pen
	p.row(bare)
	if !missing(v) {
		p.raw(`<path class="`, class, `" d="M`, num(s.at(0)), ` 8H`, num(s.at(v)), `"/>`)
	}
	if !missing(low) && !missing(high) {
		a, b := num(s.at(low)), num(s.at(high))
		p.raw(`<path class="whisker" d="M`, a, ` 8H`, b, `M`, a, ` 4v8M`, b, ` 4v8"/>`)
	}
	p.raw(`</svg>`)
	return p.html()
}

// Dots draws the values of several series on one rail, each with the colour and
// shape of its number (1 to [Series]), and the range of all others.
func (s Scale) Dots(values []float64, low, high float64) template.HTML {
	var p pen
	p.row(railed)
	if !missing(low) && !missing(high) {
		p.raw(`<path class="span" d="M`, num(s.at(low)), ` 8H`, num(s.at(high)), `"/>`)
	}
	for i, v := range values {
		if missing(v) || i >= Series {
			continue
		}
		p.tag(`<path class="m s%d" d="M%s 8h0"/>`, i+1, num(s.at(v)))
		if i >= 2 { // the third and fourth are hollow
			p.tag(`<path class="hole h%d" d="M%s 8h0"/>`, i+1, num(s.at(v)))
		}
	}
	p.raw(`</svg>`)
	return p.html()
}

// Key draws the mark of a series, for a legend.
func Key(series int) template.HTML {
	var p pen
	p.raw(`<svg class="key" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">`)
	p.tag(`<path class="m s%d" d="M8 8h0"/>`, series)
	if series > 2 {
		p.tag(`<path class="hole h%d" d="M8 8h0"/>`, series)
	}
	p.raw(`</svg>`)
	return p.html()
}

// Shade draws a step of the ordered scale, for a legend.
func Shade(step int) template.HTML {
	var p pen
	p.raw(`<svg class="key" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">`)
	p.tag(`<circle class="r%d" cx="8" cy="8" r="6"/></svg>`, step)
	return p.html()
}

// A Figure is what every figure has: an id that is unique on its page, what it
// shows, and what it says in a sentence or two.
type Figure struct {
	ID    string
	Title string
	Desc  string
	RTL   bool // the page runs from right to left: what has no direction of its own is mirrored
}

// open begins a figure of a width and height.
func (f Figure) open(p *pen, class string, w, h float64) {
	id := template.HTMLEscapeString(f.ID)
	p.raw(`<svg class="fig `, class, `" viewBox="0 0 `, num(w), ` `, num(h), `" role="img" aria-labelledby="`, id, `-t" aria-describedby="`, id, `-d">`)
	p.raw(`<title id="`, id, `-t">`)
	p.text(f.Title)
	p.raw(`</title><desc id="`, id, `-d">`)
	p.text(f.Desc)
	p.raw(`</desc>`)
}

// ticks returns round numbers that divide a range into about n parts.
func ticks(low, high float64, n int) (out []float64) {
	if missing(low) || missing(high) || high <= low || n < 1 {
		return nil
	}
	rough := (high - low) / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * unit
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= rough {
			step = m * unit
			break
		}
	}
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9 && len(out) < 100; k++ {
		out = append(out, k*step)
	}
	return out
}

// label writes a tick: as many digits as the step needs and no more.
func label(v float64) string {
	s := strconv.FormatFloat(v, 'f', 6, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// fileStyle is the stylesheet of a figure that leaves the pages: light, on paper.
const fileStyle = `svg{background:#fff;direction:ltr}text{font:12px sans-serif;fill:#1c2326}.soft{fill:#57636a}.grid{stroke:#e0ddd4}` +
	`.span{stroke:#0072B2;stroke-width:5;stroke-linecap:round;opacity:.45}.dot{stroke:#1c2326;stroke-width:8;stroke-linecap:round}` +
	`.band{fill:#f7f5f0}.band.even{fill:#fff}`

// File makes a figure a file of its own, with a note below its description.
func File(figure template.HTML, note string) []byte {
	text := strings.Replace(string(figure), "<svg ", `<svg xmlns="http://www.w3.org/2000/svg" `, 1)
	head := "<style>" + fileStyle + "</style>"
	if note != "" {
		head += `<text class="soft" x="4" y="12">` + template.HTMLEscapeString(note) + `</text>`
	}
	return []byte(strings.Replace(text, "<title", head+"<title", 1) + "\n")
}
