package index

import (
	"math"

	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// A Treatment says what was done to a column against outliers, and whether it
// helped. Years are apart unless the step pools them.
type Treatment struct {
	Step       string  `json:"step"`
	Code       string  `json:"code"`
	Year       int     `json:"year,omitempty"`
	Skew       float64 `json:"skew"`
	Kurtosis   float64 `json:"kurtosis"`
	Pass       bool    `json:"pass"`
	Winsorised int     `json:"winsorised"` // points, counted as the rule counts them
	Skew1      float64 `json:"skew_winsorised"`
	Kurtosis1  float64 `json:"kurtosis_winsorised"`
	Pass1      bool    `json:"pass_winsorised"`
	Then       string  `json:"then,omitempty"` // the transformation, if it came to that
	Skew2      float64 `json:"skew_transformed"`
	Kurtosis2  float64 `json:"kurtosis_transformed"`
	Pass2      bool    `json:"pass_transformed"`
	Kept       string  `json:"kept"` // original, winsorised or transformed
}

// treat tames outliers column by column.
func (c *compiler) treat(d *spec.Treat) func(b *bench, s *state) {
	on := c.select_(d.On)
	for code := range d.Except {
		c.node(code)
	}
	if d.Over.Year != 0 {
		c.refuse("bad-value", "", "treat works over year or panel")
	}
	return func(b *bench, s *state) {
		for _, i := range on {
			code := c.m.tree.node[i].code
			rule, own := d.Except[code]
			switch {
			case own && rule == nil, !c.ready(b, s, i):
				continue
			case !own:
				rule = &d.Rule
			}
			out := b.column(len(s.row))
			copy(out, s.col[i])
			for _, sp := range s.spans(d.Over) {
				t := treater{c: c, b: b, s: s, i: i, sp: sp, rule: rule, x: s.col[i][sp.from:sp.to], out: out[sp.from:sp.to]}
				t.note = Treatment{Step: c.st.Name, Code: code, Year: sp.year}
				t.run()
			}
			s.col[i] = out
		}
	}
}

// A treater treats one column in one year.
type treater struct {
	c    *compiler
	b    *bench
	s    *state
	i    int
	sp   span
	rule *spec.TreatRule
	x    []float64 // as it came
	out  []float64 // as it leaves
	high []int32   // rows winsorised from above
	low  []int32
	note Treatment
}

func (t *treater) pass(x []float64) (ok bool, skew, kurt float64) {
	skew, kurt = stat.Shape(x)
	return math.Abs(skew) < t.rule.Skew || kurt < t.rule.Kurtosis, skew, kurt
}

func (t *treater) run() {
	n := &t.note
	n.Kept = "original"
	if stat.Count(t.x) < 4 {
		t.c.warn(t.b, "too-few", t.i, t.sp.year, "fewer than four values; outliers cannot be judged")
		return
	}
	n.Pass, n.Skew, n.Kurtosis = t.pass(t.x)
	defer t.keepNote()
	if n.Pass && !t.rule.Force || n.Skew != n.Skew {
		return
	}
	n.Winsorised = t.winsorise()
	n.Pass1, n.Skew1, n.Kurtosis1 = t.pass(t.out)
	n.Kept = "winsorised"
	if n.Pass1 || t.rule.Force {
		t.mark()
		return
	}
	t.second()
}

// second is what happens when winsorising did not help.
func (t *treater) second() {
	n, r := &t.note, t.rule
	switch r.Then {
	case "keep-winsorised":
		t.mark()
		t.warnFailing(n.Skew1, n.Kurtosis1, "")
		return
	case "keep-original":
		copy(t.out, t.x)
		t.high, t.low, n.Kept = nil, nil, "original"
		t.warnFailing(n.Skew, n.Kurtosis, "")
		return
	}
	from := t.x
	if r.Combine {
		from = t.out
	}
	y := make([]float64, len(from))
	n.Then = r.Then
	transform(y, from, r.Then, r.Lambda)
	for k, v := range y {
		if from[k] == from[k] && (v != v || math.IsInf(v, 0)) {
			t.c.conflict(t.b, t.s, "not-positive", t.i, t.sp.from+k, "%s has no result for %v", r.Then, from[k])
			return
		}
	}
	n.Pass2, n.Skew2, n.Kurtosis2 = t.pass(y)
	if r.Best && !n.Pass2 && math.Abs(n.Skew1) <= math.Abs(n.Skew2) {
		t.mark()
		t.warnFailing(n.Skew1, n.Kurtosis1, "")
		return
	}
	if !r.Combine {
		t.high, t.low = nil, nil
	}
	n.Kept = "transformed"
	copy(t.out, y)
	t.mark()
	if t.b.record {
		f := t.s.own(t.i)
		for k, v := range t.out {
			if v == v {
				f[t.sp.from+k] |= FlagTransform
			}
		}
	}
	if !n.Pass2 {
		worse := ""
		if math.Abs(n.Skew2) > math.Abs(n.Skew1) {
			worse = "; winsorising alone did better (say choose: best)"
		}
		t.warnFailing(n.Skew2, n.Kurtosis2, worse)
	}
}

func (t *treater) warnFailing(skew, kurt float64, more string) {
	t.c.warn(t.b, "still-skewed", t.i, t.sp.year, "after treatment the column still has skewness %.2f and kurtosis %.2f%s", skew, kurt, more)
}

// winsorise moves the outermost points to the next value, again and again,
// until the column passes or the limit is reached. Points that share the
// outermost value move together, so ties may pass the limit.
func (t *treater) winsorise() int {
	count := 0
	for {
		ok, skew, _ := t.pass(t.out)
		if ok && !t.rule.Force || t.rule.Winsorise >= 0 && count >= t.rule.Winsorise || skew != skew {
			return count
		}
		if skew >= 0 {
			t.high = t.pull(t.high, 1)
		} else {
			t.low = t.pull(t.low, -1)
		}
		if n := len(t.high) + len(t.low); n > count {
			count = n
		} else {
			return count // nothing moved: all points are equal
		}
	}
}

// pull moves the points at the greatest value (or the least, with way -1) to
// the next one and returns which they were.
func (t *treater) pull(at []int32, way float64) []int32 {
	most, next := math.Inf(-1), math.Inf(-1)
	for _, v := range t.out {
		switch w := v * way; {
		case w > most:
			most, next = w, most
		case w > next && w < most:
			next = w
		}
	}
	if math.IsInf(next, -1) {
		return at
	}
	at = at[:0]
	for k, v := range t.out {
		if v*way == most {
			at = append(at, int32(k))
			t.out[k] = next * way
		}
	}
	return at
}

// mark flags the winsorised points.
func (t *treater) mark() {
	if !t.b.record || len(t.high)+len(t.low) == 0 {
		return
	}
	f := t.s.own(t.i)
	for _, k := range t.high {
		f[t.sp.from+int(k)] |= FlagHigh
	}
	for _, k := range t.low {
		f[t.sp.from+int(k)] |= FlagLow
	}
}

func (t *treater) keepNote() {
	if t.b.record {
		t.b.notes = append(t.b.notes, t.note)
	}
}

// transform applies one of the named transformations.
func transform(out, x []float64, how string, lambda float64) {
	low, high := stat.Range(x)
	a := 0.01 * (high - low)
	skew, _ := stat.Shape(x)
	for k, v := range x {
		switch how {
		case "log-ct":
			out[k] = math.Log(v - low + a)
		case "log-ct-plus":
			if skew > 0 {
				out[k] = math.Log(v - low + a)
			} else {
				out[k] = -math.Log(high + a - v)
			}
		case "log-ct-orig":
			out[k] = math.Log(v - low + 1)
		case "log-gii":
			out[k] = math.Log((high-1)*(v-low)/(high-low) + 1)
		case "box-cox":
			out[k] = math.Log(v - low + 1)
			if lambda != 0 {
				out[k] = (math.Pow(v-low+1, lambda) - 1) / lambda
			}
		}
	}
}
