package chart

import (
	_ "embed" // the land
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

//go:embed geo/land-110m.json
var landFile []byte

// A Place is a point on the world map.
type Place struct {
	Lon, Lat float64
	Step     int    // of the ordered scale, 1 to [Steps]; 0 has no value
	Name     string // shown on pointing: who and what
	Href     string
}

// A World draws maps: the outlines of land, as coasts run, and points. It draws
// no border of any state: what is whose is not for an index to say.
type World struct{ land string }

const (
	mapWidth  = 2000.0
	north     = 83.8
	south     = -57.0
	landLimit = -60.0 // what lies wholly south of it is left out: no unit is there
	coarse    = 4.2   // points of a coast nearer to each other than this are drawn as one
)

// project is the Equal Earth projection (Šavrič, Patterson and Jenny 2018): it
// keeps areas, so that no country looks larger than it is. Both results are
// multiples of the sphere's radius.
func project(lon, lat float64) (x, y float64) {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	m := math.Sqrt(3) / 2
	t := math.Asin(m * math.Sin(lat*math.Pi/180))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = lon * math.Pi / 180 * math.Cos(t) / (m * (a1 + 3*a2*t2 + t6*(7*a3+9*a4*t2)))
	return x, t * (a1 + a2*t2 + t6*(a3+a4*t2))
}

// spot returns the place of a point on the map.
func spot(lon, lat float64) (x, y float64) {
	wide, _ := project(180, 0)
	_, top := project(0, north)
	scale := mapWidth / (2 * wide)
	px, py := project(lon, lat)
	return mapWidth/2 + px*scale, (top - py) * scale
}

func mapHeight() float64 {
	_, y := spot(0, south)
	return y
}

// NewWorld reads the outlines.
func NewWorld() (*World, error) {
	var topo struct {
		Objects struct {
			Land struct {
				Geometries []struct {
					Arcs [][][]int `json:"arcs"`
				} `json:"geometries"`
			} `json:"land"`
		} `json:"objects"`
		Arcs      [][][2]float64 `json:"arcs"`
		Transform struct {
			Scale, Translate [2]float64
		} `json:"transform"`
	}
	if err := json.Unmarshal(landFile, &topo); err != nil {
		return nil, fmt.Errorf("reading the land: %w", err)
	}
	arcs := make([][][2]float64, len(topo.Arcs))
	for i, a := range topo.Arcs { // each point is the step from the one before
		x, y := 0.0, 0.0
		for _, d := range a {
			x, y = x+d[0], y+d[1]
			arcs[i] = append(arcs[i], [2]float64{x*topo.Transform.Scale[0] + topo.Transform.Translate[0], y*topo.Transform.Scale[1] + topo.Transform.Translate[1]})
		}
	}
	var b strings.Builder
	for _, g := range topo.Objects.Land.Geometries {
		for _, polygon := range g.Arcs {
			for _, ids := range polygon {
				for _, part := range cut(ring(arcs, ids)) {
					outline(&b, part)
				}
			}
		}
	}
	return &World{b.String()}, nil
}

// ring joins arcs; a negative number ~i is arc i backwards.
func ring(arcs [][][2]float64, ids []int) (out [][2]float64) {
	for _, id := range ids {
		back := id < 0
		if back {
			id = ^id
		}
		a := arcs[id]
		for k := range a {
			q := a[k]
			if back {
				q = a[len(a)-1-k]
			}
			if k > 0 || len(out) == 0 {
				out = append(out, q)
			}
		}
	}
	return out
}

// cut parts a ring where it runs over the edge of the map, the meridian of 180
// degrees: what lies beyond comes in again at the other side.
func cut(ring [][2]float64) (out [][][2]float64) {
	round := make([][2]float64, len(ring)) // with longitudes that do not jump
	turn, west, east := 0.0, 180.0, -180.0
	for i, q := range ring {
		if i > 0 {
			switch step := q[0] - ring[i-1][0]; {
			case step > 180:
				turn -= 360
			case step < -180:
				turn += 360
			}
		}
		round[i] = [2]float64{q[0] + turn, q[1]}
		west, east = min(west, round[i][0]), max(east, round[i][0])
	}
	if west >= -180 && east <= 180 {
		return [][][2]float64{ring}
	}
	for _, shift := range []float64{-360, 0, 360} {
		if west+shift >= 180 || east+shift <= -180 {
			continue
		}
		moved := make([][2]float64, len(round))
		for i, q := range round {
			moved[i] = [2]float64{q[0] + shift, q[1]}
		}
		if part := side(side(moved, 180, 1), -180, -1); len(part) > 2 {
			out = append(out, part)
		}
	}
	return out
}

// side keeps the part of a polygon on one side of a meridian (Sutherland and
// Hodgman): west of it for sign 1, east of it for -1.
func side(ring [][2]float64, at, sign float64) (out [][2]float64) {
	for i, q := range ring {
		before := ring[(i+len(ring)-1)%len(ring)]
		was, is := sign*before[0] <= sign*at, sign*q[0] <= sign*at
		if was != is {
			part := (at - before[0]) / (q[0] - before[0])
			out = append(out, [2]float64{at, before[1] + part*(q[1]-before[1])})
		}
		if is {
			out = append(out, q)
		}
	}
	return out
}

// outline writes one ring as a path of whole units, relative, and leaves out
// points that lie too close and islands too small to be seen.
func outline(b *strings.Builder, ring [][2]float64) {
	highest := -90.0
	for _, q := range ring {
		highest = max(highest, q[1])
	}
	if highest < landLimit {
		return
	}
	var kept [][2]int
	lx, ly := math.Inf(1), math.Inf(1)
	for _, q := range ring {
		x, y := spot(q[0], max(q[1], landLimit))
		if math.Hypot(x-lx, y-ly) >= coarse {
			kept = append(kept, [2]int{int(math.Round(x)), int(math.Round(y))})
			lx, ly = x, y
		}
	}
	if len(kept) < 4 {
		return
	}
	fmt.Fprintf(b, "M%d %dl", kept[0][0], kept[0][1])
	for k := 1; k < len(kept); k++ {
		dx, dy := kept[k][0]-kept[k-1][0], kept[k][1]-kept[k-1][1]
		if k > 1 && dx >= 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(dx))
		if dy >= 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(dy))
	}
	b.WriteByte('z')
}

// SVG returns the figure. Points without a value are hollow.
func (w *World) SVG(f Figure, places []Place) template.HTML {
	var p pen
	f.open(&p, "world", mapWidth, mapHeight())
	p.raw(`<path class="land" d="`, w.land, `"/>`)
	for step := 0; step <= Steps; step++ {
		class := "none"
		if step > 0 {
			class = "r" + strconv.Itoa(step)
		}
		p.raw(`<g class="`, class, `">`)
		for _, q := range places[:min(len(places), MaxMarks)] {
			if q.Step == step {
				q.draw(&p)
			}
		}
		p.raw(`</g>`)
	}
	p.raw(`</svg>`)
	return p.html()
}

func (q Place) draw(p *pen) {
	x, y := spot(q.Lon, q.Lat)
	p.raw(`<a tabindex="-1" href="`)
	p.text(q.Href)
	p.raw(`"><circle cx="`, strconv.Itoa(int(math.Round(x))), `" cy="`, strconv.Itoa(int(math.Round(y))), `" r="10"/><title>`)
	p.text(q.Name)
	p.raw(`</title></a>`)
}
