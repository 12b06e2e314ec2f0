package chart

import (
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
)

const hostile = `"><script>alert(1)</script>&'`

// wellFormed reads a picture as XML, and refuses what the content policy would drop.
func wellFormed(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v in %.300s", name, err, svg)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "script" || e.Name.Local == "style" {
			t.Errorf("%s holds a <%s>", name, e.Name.Local)
		}
		for _, a := range e.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "fill" || a.Name.Local == "stroke" {
				t.Errorf("%s: <%s> has an inline %s", name, e.Name.Local, a.Name.Local)
			}
		}
	}
	if m := regexp.MustCompile(`NaN|Inf|%!`).FindString(svg); m != "" {
		t.Errorf("%s shows %q", name, m)
	}
}

func TestRows(t *testing.T) {
	s, nan := Scale{0, 200}, math.NaN()
	for name, c := range map[string]struct{ got, want string }{
		"bar":      {string(s.Bar(50, 100)), `d="M0 8H25"/><path class="tick" d="M50 1v14"`},
		"beyond":   {string(s.Bar(1e9, nan)), `d="M0 8H100"`},
		"up":       {string(Scale{-10, 10}.Diverge(5)), `class="up" d="M50 8H75"`},
		"down":     {string(Scale{-10, 10}.Diverge(-5)), `class="down" d="M50 8H25"`},
		"interval": {string(Scale{1, 101}.Interval(11, 31, 21)), `d="M10 8H30"/><path class="dot" d="M20 8h0"`},
		"whisker":  {string(Scale{0, 1}.Whisker(0.5, 0.4, 0.6, "bar")), `M40 8H60M40 4v8M60 4v8`},
		"dots":     {string(s.Dots([]float64{20, 40, 60, nan, 1}, 0, 200)), `class="hole h3" d="M30 8h0"`},
		"flat":     {string(Scale{3, 3}.Bar(3, nan)), `H50`},
		"key":      {string(Key(3)), `class="m s3"`},
		"shade":    {string(Shade(7)), `class="r7"`},
	} {
		wellFormed(t, name, c.got)
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%s: %s lacks %s", name, c.got, c.want)
		}
	}
	for name, svg := range map[string]string{"bar": string(s.Bar(nan, nan)), "interval": string(s.Interval(nan, nan, nan)), "diverge": string(s.Diverge(nan))} {
		wellFormed(t, name, svg)
	}
}

func TestFigures(t *testing.T) {
	w, err := NewWorld()
	if err != nil {
		t.Fatal(err)
	}
	f := Figure{ID: "f", Title: hostile, Desc: hostile}
	mirrored := f
	mirrored.RTL = true
	nan := math.NaN()
	rows := []Ranked{{hostile, "/x?" + hostile, 1, 3, 2, 1}, {"B", "", 2, 9, 5, 2}, {"C", "", nan, nan, nan, 0}}
	marks := []Mark{{Point{1, 2}, hostile, "/x?" + hostile, true}, {Point{nan, 2}, "b", "", false}, {Point{9, 7}, "c", "", true}}
	for name, svg := range map[string]string{
		"intervals": string(Intervals{f, rows, hostile, hostile}.SVG()),
		"mirrored":  string(Intervals{mirrored, rows, "rank", "band"}.SVG()),
		"empty":     string(Intervals{Figure: f}.SVG()),
		"world":     string(w.SVG(f, []Place{{2, 46, 1, hostile, "/x?" + hostile}, {0, 0, 0, "none", ""}})),
		"lines":     string(Lines{f, []Line{{hostile, []Point{{1990, 1}, {1991, nan}, {1992, 3}}}, {"b", []Point{{1990, 2}}}, {"c", nil}}, hostile, true}.SVG()),
		"no lines":  string(Lines{Figure: f}.SVG()),
		"scatter":   string(Scatter{f, marks, hostile, hostile, true, true}.SVG()),
		"no marks":  string(Scatter{Figure: f}.SVG()),
	} {
		wellFormed(t, name, svg)
		if !strings.Contains(svg, `role="img" aria-labelledby="f-t" aria-describedby="f-d"`) || !strings.Contains(svg, "<desc") {
			t.Errorf("%s has no name or description", name)
		}
	}
}

// TestMirrored: in a page that runs from right to left the best rank is at the right.
func TestMirrored(t *testing.T) {
	c := Intervals{Rows: []Ranked{{"A", "", 1, 10, 1, 1}}}
	if x := c.x(1, 10); x != "200" {
		t.Error(x)
	}
	c.RTL = true
	if x := c.x(1, 10); x != "560" {
		t.Error(x)
	}
}

func TestWorld(t *testing.T) {
	w, err := NewWorld()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the land has %d bytes", len(w.land))
	if n := len(w.land); n < 5_000 || n > 24_000 {
		t.Errorf("the land has %d bytes", n)
	}
	// The corners of the projection, from its paper: the equator is 2π·0.8648 radii long.
	if x, y := project(180, 0); math.Abs(x-2.7066299836) > 1e-9 || y != 0 {
		t.Error(x, y)
	}
	if _, y := project(0, 90); math.Abs(y-1.3173627591) > 1e-9 {
		t.Error(y)
	}
	if x, y := spot(0, north); x != mapWidth/2 || y != 0 {
		t.Error(x, y)
	}
	for _, c := range []struct{ lon, lat float64 }{{-70.6, -33.5}, {178, -18}, {-18, 65}, {174, -42}} {
		if x, y := spot(c.lon, c.lat); x < 0 || x > mapWidth || y < 0 || y > mapHeight() {
			t.Error(c, x, y)
		}
	}
}

// TestCut: a coast that runs over the edge of the map is drawn at both sides,
// and no line runs across.
func TestCut(t *testing.T) {
	got := cut([][2]float64{{170, 10}, {-170, 10}, {-170, 0}, {170, 0}, {170, 10}})
	if len(got) != 2 {
		t.Fatal(got)
	}
	for _, part := range got {
		for i := range part {
			if i > 0 && math.Abs(part[i][0]-part[i-1][0]) > 20 || math.Abs(part[i][0]) > 180 {
				t.Error(part)
			}
		}
	}
	w, err := NewWorld()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`[ l-](\d{3,})`).FindAllStringSubmatch(regexp.MustCompile(`M\d+ \d+`).ReplaceAllString(w.land, ""), -1) {
		t.Errorf("a coast runs %s units without a bend", m[1])
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      string
	}{
		{0, 100, 5, "0 20 40 60 80 100"}, {1990, 2021, 7, "1990 1995 2000 2005 2010 2015 2020"}, {-0.1, 0.3, 4, "-0.1 0 0.1 0.2 0.3"}, {5, 5, 3, ""},
		{math.NaN(), 1, 3, ""},
	} {
		var got []string
		for _, v := range ticks(c.low, c.high, c.n) {
			got = append(got, label(v))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, s, c.want)
		}
	}
}
