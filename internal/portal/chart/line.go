package chart

import (
	"cmp"
	"html/template"
	"math"
	"slices"
	"strconv"
)

// A Point is one value of a figure with two axes.
type Point struct{ X, Y float64 }

// A Line is one series of a [Lines] figure. Missing values break it.
type Line struct {
	Name   string
	Points []Point
}

// Lines draws values over years. Time runs from left to right in every
// language, as digits do.
type Lines struct {
	Figure
	Lines   []Line // at most [Series]
	YAxis   string
	Upwards bool // the least value stands on top: ranks
}

const (
	plotWidth  = 760.0
	plotHeight = 340.0
	padStart   = 52.0
	padEnd     = 150.0
	padTop     = 26.0
	padBottom  = 30.0
)

// A plane turns values into places.
type plane struct {
	x, y     Scale
	w, h     float64
	start    float64
	end      float64
	inverted bool
}

func (p plane) at(q Point) (x, y float64) {
	x = p.start + (p.w-p.start-p.end)*(q.X-p.x.Low)/max(1e-300, p.x.High-p.x.Low)
	part := (q.Y - p.y.Low) / max(1e-300, p.y.High-p.y.Low)
	if p.inverted {
		part = 1 - part
	}
	return x, p.h - padBottom - (p.h-padTop-padBottom)*part
}

// SVG returns the figure.
func (c Lines) SVG() template.HTML {
	lines := c.Lines[:min(len(c.Lines), Series)]
	pl := plane{w: plotWidth, h: plotHeight, start: padStart, end: padEnd, inverted: c.Upwards}
	pl.x, pl.y = bounds(lines)
	var p pen
	c.open(&p, "lines", plotWidth, plotHeight)
	pl.grid(&p, c.YAxis)
	type end struct {
		series int
		y, x   float64
	}
	var ends []end
	for i, l := range lines {
		d, last := path(pl, l.Points)
		p.tag(`<path class="line s%d" d="%s"/>`, i+1, d)
		if last != nil {
			x, y := pl.at(*last)
			ends = append(ends, end{i + 1, y, x})
		}
	}
	slices.SortFunc(ends, func(a, b end) int { return cmp.Compare(a.y, b.y) })
	below := 0.0 // names keep apart from each other
	for _, e := range ends {
		p.tag(`<path class="m s%d" d="M%s %sh0"/>`, e.series, num(e.x), num(e.y))
		if e.series > 2 {
			p.tag(`<path class="hole h%d" d="M%s %sh0"/>`, e.series, num(e.x), num(e.y))
		}
		below = max(e.y, below+15)
		p.tag(`<text text-anchor="start" x="%s" y="%s">`, num(e.x+10), num(below+4))
		p.text(shorten(lines[e.series-1].Name, 20))
		p.raw(`</text>`)
	}
	p.raw(`</svg>`)
	return p.html()
}

func bounds(lines []Line) (x, y Scale) {
	x, y = Scale{math.Inf(1), math.Inf(-1)}, Scale{math.Inf(1), math.Inf(-1)}
	for _, l := range lines {
		for _, q := range l.Points {
			if !missing(q.Y) {
				x.Low, x.High = min(x.Low, q.X), max(x.High, q.X)
				y.Low, y.High = min(y.Low, q.Y), max(y.High, q.Y)
			}
		}
	}
	return x.roomy(), y.roomy()
}

// roomy widens a range that is empty or a single value.
func (s Scale) roomy() Scale {
	switch {
	case s.Low > s.High:
		return Scale{0, 1}
	case s.Low == s.High:
		return Scale{s.Low - 1, s.High + 1}
	}
	return s
}

func path(pl plane, points []Point) (d string, last *Point) {
	joined := false
	for i, q := range points[:min(len(points), MaxMarks)] {
		if missing(q.Y) {
			joined = false
			continue
		}
		x, y := pl.at(q)
		verb := "M"
		if joined {
			verb = "L"
		}
		d += verb + num(x) + " " + num(y)
		joined, last = true, &points[i]
	}
	return d, last
}

func (p plane) grid(out *pen, yAxis string) {
	for _, v := range ticks(p.y.Low, p.y.High, 5) {
		x0, y := p.at(Point{p.x.Low, v})
		x1, _ := p.at(Point{p.x.High, v})
		out.raw(`<path class="grid" d="M`, num(x0), ` `, num(y), `H`, num(x1), `"/>`)
		out.raw(`<text class="soft" text-anchor="end" x="`, num(x0-8), `" y="`, num(y+4), `">`, label(v), `</text>`)
	}
	for _, v := range ticks(p.x.Low, p.x.High, 7) {
		x, y := p.at(Point{v, p.y.Low})
		if p.inverted {
			_, y = p.at(Point{v, p.y.High})
		}
		out.raw(`<path class="grid" d="M`, num(x), ` `, num(y), `v5"/>`)
		out.raw(`<text class="soft" text-anchor="middle" x="`, num(x), `" y="`, num(y+19), `">`, label(v), `</text>`)
	}
	out.raw(`<text class="soft" text-anchor="start" x="4" y="12">`)
	out.text(yAxis)
	out.raw(`</text>`)
}

// A Mark is one point of a [Scatter].
type Mark struct {
	Point
	Name  string
	Href  string
	Shown bool // stands out, with its name
}

// Scatter draws how two columns go together.
type Scatter struct {
	Figure
	Marks        []Mark
	XAxis, YAxis string
	Diagonal     bool // draw where both are equal
	Inverted     bool // both are ranks: the first is at the top and at the right
}

// SVG returns the figure.
func (c Scatter) SVG() template.HTML {
	marks := c.Marks[:min(len(c.Marks), MaxMarks)]
	one := Line{}
	for _, m := range marks {
		if !missing(m.X) {
			one.Points = append(one.Points, m.Point)
		}
	}
	pl := plane{w: plotWidth, h: 460, start: padStart, end: 30, inverted: c.Inverted}
	pl.x, pl.y = bounds([]Line{one})
	var p pen
	c.open(&p, "scatter", plotWidth, 478)
	pl.grid(&p, c.YAxis)
	if c.Diagonal {
		low, high := max(pl.x.Low, pl.y.Low), min(pl.x.High, pl.y.High)
		x0, y0 := pl.at(Point{low, low})
		x1, y1 := pl.at(Point{high, high})
		p.raw(`<path class="rail" d="M`, num(x0), ` `, num(y0), `L`, num(x1), ` `, num(y1), `"/>`)
	}
	for _, shown := range []bool{false, true} { // what stands out lies on top
		for _, m := range marks {
			if m.Shown == shown && !missing(m.X) && !missing(m.Y) {
				m.draw(&p, pl)
			}
		}
	}
	names(&p, pl, marks)
	p.raw(`<text class="soft" text-anchor="end" x="`, num(plotWidth-10), `" y="474">`)
	p.text(c.XAxis)
	p.raw(`</text></svg>`)
	return p.html()
}

func (m Mark) draw(p *pen, pl plane) {
	x, y := pl.at(m.Point)
	class, r := "point", 4
	if m.Shown {
		class, r = "point shown", 6
	}
	p.raw(`<a tabindex="-1" href="`)
	p.text(m.Href)
	p.raw(`"><circle class="`, class, `" cx="`, num(x), `" cy="`, num(y), `" r="`, strconv.Itoa(r), `"/><title>`)
	p.text(m.Name)
	p.raw(`</title></a>`)
}

// names writes the names of the marks that stand out, kept apart.
func names(p *pen, pl plane, marks []Mark) {
	var shown []Mark
	for _, m := range marks {
		if m.Shown && !missing(m.X) && !missing(m.Y) {
			shown = append(shown, m)
		}
	}
	height := func(m Mark) float64 {
		_, y := pl.at(m.Point)
		return y
	}
	slices.SortStableFunc(shown, func(a, b Mark) int { return cmp.Compare(height(a), height(b)) })
	below := 0.0
	for _, m := range shown {
		x, y := pl.at(m.Point)
		anchor, dx := "start", 9.0
		if x > pl.w*0.8 {
			anchor, dx = "end", -9
		}
		below = max(y, below+13)
		p.raw(`<text text-anchor="`, anchor, `" x="`, num(x+dx), `" y="`, num(below+4), `">`)
		p.text(shorten(m.Name, 24))
		p.raw(`</text>`)
	}
}
