package portal

import (
	"html/template"
	"strconv"

	"landbridge.example/internal/face"
	"landbridge.example/internal/gpsi/country"
	"landbridge.example/internal/portal/chart"
)

// A MapView is page/map.
type MapView struct {
	Frame
	Action string
	By     []face.Choice
	Years  []face.Choice
	Figure template.HTML
	Legend []Legend
	Rows   []MapRow
	Absent []Link // units that have no point
	Banded bool
	Column string
}

// A Legend is one colour and what it stands for.
type Legend struct {
	Mark template.HTML
	Text string
}

// A MapRow is one unit in the table behind the map.
type MapRow struct{ Name, Href, Text string }

func (s *site) worldMap(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	k := max(0, o.Result.Column(v.URL.Query().Get("by")))
	if o.Result.Score[k] == nil {
		k = 0
	}
	view := MapView{Frame: s.page(v, o, "map", v.t.T("public.page.map")), Action: o.path() + "/map", By: s.columnChoices(o, k), Years: o.yearChoices(),
		Banded: k == 0 && o.bands > 0, Column: o.title(k)}
	var places []chart.Place
	for _, i := range o.order(o.rows, k) {
		x := o.Result.Rows[i]
		row := MapRow{Name: o.name(i), Href: o.unitLink(x.Code), Text: o.says(k, i)}
		view.Rows = append(view.Rows, row)
		c, by, ok := s.places.Find(x.Code)
		if !ok || by != country.ByAlpha3 || !c.Point {
			view.Absent = append(view.Absent, Link{Href: row.Href, Name: row.Name})
			continue
		}
		places = append(places, chart.Place{Lon: c.Lon, Lat: c.Lat, Step: o.stepOf(k, i), Name: row.Name + ": " + row.Text, Href: row.Href})
	}
	view.Figure = s.world.SVG(chart.Figure{ID: "world", Title: v.t.T("public.map.title", view.Column), Desc: v.t.T("public.map.desc", len(places))}, places)
	view.Legend = o.legend(k)
	return s.show(v, "map", view)
}

// says is what there is to say of a row in a column, in a few words.
func (o *opened) says(k, row int) string {
	if iv, ok := o.interval(row); ok && k == 0 && o.bands > 0 {
		return o.t.T("public.says.band", strconv.Itoa(iv.Band), o.span(iv))
	}
	if !has(o.rank(k, row)) {
		return o.t.T("public.says.none")
	}
	return o.t.T("public.says.rank", o.place(o.rank(k, row)), o.score(k, row))
}

// legend says which bands, or which ranks, a colour stands for.
func (o *opened) legend(k int) (out []Legend) {
	key, n := "public.legend.ranks", o.ranked(k)
	if k == 0 && o.bands > 0 {
		key, n = "public.legend.bands", o.bands
	}
	first := 1
	for st := 1; st <= chart.Steps; st++ {
		last := first - 1
		for last < n && o.stepAt(key, last+1, n) == st {
			last++
		}
		if last < first {
			continue
		}
		text := strconv.Itoa(first)
		if last > first {
			text += "–" + strconv.Itoa(last)
		}
		out = append(out, Legend{chart.Shade(st), o.t.T(key, text)})
		first = last + 1
	}
	return out
}

func (o *opened) stepAt(key string, at, of int) int {
	if key == "public.legend.bands" {
		return step(at, of)
	}
	return min(chart.Steps, 1+(at-1)*chart.Steps/max(1, of))
}
