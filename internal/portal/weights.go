package portal

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/fail"
)

// A WhatForm is the form that asks what other weights would say. It works as a
// form; the script asks at every move of a slider.
type WhatForm struct {
	Action  string
	Live    string // where the script asks
	Unit    string // code; empty: all
	Hidden  []NameValue
	Sliders []Slider
	Of      string // name of the group whose parts are weighed
	Answer  *WhatAnswer
}

// A NameValue is a value a form carries along.
type NameValue struct{ Name, Value string }

// A Slider is the weight of one part, in points; only proportions count.
type Slider struct {
	ID, Code, Name, Value, Was, Share string
}

// A WhatAnswer is what other weights say of one unit.
type WhatAnswer struct {
	Changed bool              `json:"changed"`
	Rank    string            `json:"rank"`
	WasRank string            `json:"was_rank"`
	Score   string            `json:"score"`
	Was     string            `json:"was_score"`
	Of      int               `json:"of"`
	Text    string            `json:"text"`
	Shift   string            `json:"shift"` // mean absolute change of rank over all units
	Shares  map[string]string `json:"shares"`
}

// points is how many points the parts of a group share when nothing is changed.
const points = 100

// weighing is what a reader asked: points for the parts of one group.
type weighing struct {
	group   string
	parts   []int
	points  map[string]float64 // of the parts, by code
	changed bool
	score   []float64 // by row of the result
	rank    []float64
}

// weigh reads the points from the address and calculates. Parts that the
// address does not name keep their own.
func (o *opened) weigh(q url.Values) (*weighing, error) {
	w := &weighing{group: o.Result.Columns[0].Code, points: map[string]float64{}, score: o.Result.Score[0], rank: o.Result.Rank[0]}
	if k := o.Result.Column(q.Get("of")); k > 0 && len(o.parts(o.Result.Columns[k].Code)) > 1 {
		w.group = o.Result.Columns[k].Code
	}
	w.parts = o.parts(w.group)
	sum := 0.0
	for _, k := range w.parts {
		c := o.Result.Columns[k]
		w.points[c.Code] = points * c.Share
		if text := q.Get("w." + c.Code); text != "" && text != wholePoints(c.Share) {
			n, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
			if err != nil || !(n >= 0) || n > points {
				return nil, fail.New(fail.Invalid, "a weight is a number of points from 0 to %d, not %q", points, text)
			}
			w.points[c.Code], w.changed = n, true
		}
		sum += w.points[c.Code]
	}
	if !w.changed {
		return w, nil
	}
	if sum == 0 {
		return nil, fail.New(fail.Invalid, "all weights are 0; give at least one part some points")
	}
	score, rank, list := o.WhatIf.Weights(w.points)
	if list.Refused() {
		return nil, fail.New(fail.Invalid, "the index cannot be calculated with these weights: %s", list[0].Text)
	}
	w.score, w.rank = score, rank
	if len(score) != len(o.Result.Rows) {
		w.score, w.rank = o.aligned(score), o.aligned(rank)
	}
	return w, nil
}

// aligned brings values by the rows of the what-if into the rows of the result:
// the result leaves out what was screened.
func (o *opened) aligned(v []float64) []float64 {
	at := map[rowKey]float64{}
	for i, x := range o.WhatIf.Rows() {
		if i < len(v) {
			at[rowKey{x.Code, x.Year}] = v[i]
		}
	}
	out := make([]float64, len(o.Result.Rows))
	for i, x := range o.Result.Rows {
		out[i] = math.NaN()
		if n, ok := at[rowKey{x.Code, x.Year}]; ok {
			out[i] = n
		}
	}
	return out
}

// wholePoints is how a form shows a share: in whole points, as a slider moves.
// What comes back as it was shown was not changed, and counts exactly.
func wholePoints(share float64) string {
	return strconv.FormatFloat(math.Round(points*share), 'f', -1, 64)
}

// shares writes the part of each weight in the sum.
func (o *opened) shares(w *weighing) map[string]string {
	sum := 0.0
	for _, n := range w.points {
		sum += n
	}
	out := map[string]string{}
	for code, n := range w.points {
		out[code] = o.t.Percent(n/sum, 0)
	}
	return out
}

// whatForm makes the form; row is the unit it speaks of, -1 for none.
func (o *opened) whatForm(w *weighing, action string, row int) *WhatForm {
	f := &WhatForm{Action: action, Live: o.path() + "/what-if.json", Of: o.title(o.Result.Column(w.group))}
	if o.year != 0 {
		f.Hidden = append(f.Hidden, NameValue{"year", strconv.Itoa(o.year)})
	}
	if w.group != o.Result.Columns[0].Code {
		f.Hidden = append(f.Hidden, NameValue{"of", w.group})
	}
	shares := o.shares(w)
	for n, k := range w.parts {
		c := o.Result.Columns[k]
		f.Sliders = append(f.Sliders, Slider{ID: "w-" + strconv.Itoa(n), Code: c.Code, Name: columnName(c),
			Value: wholePoints(w.points[c.Code] / points), Was: wholePoints(c.Share), Share: shares[c.Code]})
	}
	if row >= 0 {
		f.Unit = o.Result.Rows[row].Code
		f.Answer = o.whatAnswer(w, row)
	}
	return f
}

func (o *opened) whatAnswer(w *weighing, row int) *WhatAnswer {
	d := digits(o.scale(0))
	a := &WhatAnswer{Changed: w.changed, Of: o.ranked(0), WasRank: o.place(o.rank(0, row)), Was: o.score(0, row),
		Rank: o.place(w.rank[row]), Score: o.t.Decimal(w.score[row], d), Shares: o.shares(w), Shift: o.t.Decimal(o.shift(w), 1)}
	switch was, now := o.rank(0, row), w.rank[row]; {
	case !w.changed:
		a.Text = o.t.T("public.whatif.same")
	case !has(was) || !has(now):
		a.Text = o.t.T("public.whatif.unranked")
	case now < was:
		a.Text = o.t.T("public.whatif.up", int(was-now))
	case now > was:
		a.Text = o.t.T("public.whatif.down", int(now-was))
	default:
		a.Text = o.t.T("public.whatif.stays")
	}
	return a
}

// shift is the mean absolute change of rank in the year.
func (o *opened) shift(w *weighing) float64 {
	sum, n := 0.0, 0
	for _, i := range o.rows {
		if was, now := o.rank(0, i), w.rank[i]; has(was) && has(now) {
			sum += math.Abs(was - now)
			n++
		}
	}
	return sum / float64(max(1, n))
}

// moved lists the rows by how far they move, the farthest first.
func (o *opened) moved(w *weighing) []int {
	out := slices.Clone(o.rows)
	out = slices.DeleteFunc(out, func(i int) bool { return !has(w.rank[i]) || !has(o.rank(0, i)) })
	far := func(i int) float64 { return math.Abs(w.rank[i] - o.rank(0, i)) }
	slices.SortStableFunc(out, func(a, b int) int {
		if c := compare(far(b), far(a)); c != 0 {
			return c
		}
		return o.byRank(0, a, b)
	})
	return out
}
