package index

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"landbridge.example/index/problem"
	"landbridge.example/index/stat"
)

// maxCounts bounds the counters of ranks: rows times twice the units.
const maxCounts = 60_000_000

// Options says how replications are run. The answer does not depend on it.
type Options struct {
	Workers  int                   // 0 is 1
	Progress func(done, total int) // called now and then, from one goroutine at a time
	Scores   bool                  // keep the scores of every replication
	Design   *Design               // replay these points instead of drawing new ones
}

// A Design is the points of a set of replications: for each a number from 0 to
// 1 per assumption, or, for those with choices, which choice (from 0).
type Design struct {
	Point  [][]float64
	Choice [][]int // nil: choices follow from the points
}

// A RankInterval says how one row's rank moves over the replications.
type RankInterval struct {
	Row
	Score   float64 `json:"score"` // as written
	Nominal float64 `json:"nominal"`
	Mean    float64 `json:"mean"`
	Median  float64 `json:"median"`
	Low     float64 `json:"low"`  // 5 of 100 replications are better
	High    float64 `json:"high"` // 5 of 100 are worse
	Ranked  int     `json:"times_ranked"`
	Band    int     `json:"band"` // rows of one band cannot be told apart
}

// A MonteCarlo is the result of the uncertainty analysis.
type MonteCarlo struct {
	Seed         uint64
	Assumptions  []string
	Replications int
	Settled      bool // a stop rule ended it
	Rows         []RankInterval
	Width        float64     // mean width of the intervals
	Shift        []float64   // of each replication: the mean absolute change of rank
	Point        [][]float64 // the design
	Choice       [][]int
	Labels       [][]string  // of each assumption's choices
	All          []Row       // every row of the data, ranked or not
	Scores       [][]float64 // by replication and row of All, if asked for
}

// A tally counts ranks. Counts do not depend on the order of counting, so
// workers count apart and the counts are added.
type tally struct {
	count [][]uint32 // by row and twice the rank
}

func (u *Uncertain) newTally() *tally {
	t := &tally{count: make([][]uint32, len(u.rows))}
	n := 2*len(u.m.frame.units) + 2
	for r := range t.count {
		t.count[r] = make([]uint32, n)
	}
	return t
}

func (t *tally) add(ranks []float64) {
	for r, v := range ranks {
		if v == v {
			t.count[r][int(2*v)]++
		}
	}
}

func (t *tally) join(o *tally) {
	for r := range t.count {
		for k, c := range o.count[r] {
			t.count[r][k] += c
		}
	}
}

// at returns the k-th smallest rank of a row, from 0.
func at(count []uint32, k int) float64 {
	for half, c := range count {
		if k -= int(c); k < 0 {
			return float64(half) / 2
		}
	}
	return math.NaN()
}

func total(count []uint32) (n int) {
	for _, c := range count {
		n += int(c)
	}
	return n
}

// quantile is type 7, as everywhere.
func quantile(count []uint32, p float64) float64 {
	n := total(count)
	if n == 0 {
		return math.NaN()
	}
	h := p * float64(n-1)
	k := int(math.Floor(h))
	low, high := at(count, k), at(count, min(k+1, n-1))
	return low + float64((h-float64(k))*(high-low))
}

func meanRank(count []uint32) float64 {
	sum, n := 0.0, total(count)
	for half, c := range count {
		sum += float64(half) / 2 * float64(c)
	}
	return sum / float64(n)
}

// MonteCarlo runs the replications and says how far each rank can be trusted.
// The same seed gives the same answer, to the last bit, for any number of workers.
func (u *Uncertain) MonteCarlo(ctx context.Context, o Options) (*MonteCarlo, problem.List) {
	n := u.plan.Replications
	if o.Design != nil {
		n = len(o.Design.Point)
		if o.Design.Point == nil {
			n = len(o.Design.Choice)
		}
	}
	if list := u.roomFor(n, o); list.Refused() {
		return nil, list
	}
	point, err := u.drawer(n, o.Design)
	if err != nil {
		return nil, problem.List{{Rule: "bad-design", Text: err.Error()}}
	}
	res := &MonteCarlo{Seed: u.plan.Seed, Assumptions: u.names(), Labels: u.labels(), All: u.rows}
	workers := max(1, o.Workers)
	part := make([]*tally, workers)
	for w := range part {
		part[w] = u.newTally()
	}
	res.Shift = make([]float64, n)
	if o.Scores {
		res.Scores = make([][]float64, n)
	}
	res.Point, res.Choice = make([][]float64, n), make([][]int, n)
	look := n
	if u.plan.Stop != nil && o.Design == nil {
		look = min(n, u.plan.Stop.Every)
	}
	p := newProgress(o.Progress, n)
	done := 0
	all := u.newTally()
	for done < n {
		end := min(n, done+look)
		list := u.each(ctx, done, end, workers, point, func(w, k int, ranks, scores []float64) {
			part[w].add(ranks)
			res.Shift[k] = shift(ranks, u.nominal)
			res.Point[k], res.Choice[k] = u.used(k, point)
			if o.Scores {
				res.Scores[k] = slices.Clone(scores)
			}
			p.step()
		}, o.Scores)
		if list.Refused() {
			return nil, list
		}
		done = end
		if done < n {
			for w := range part {
				all.join(part[w])
				part[w] = u.newTally()
			}
			if res.Settled = u.settled(all); res.Settled {
				break
			}
		}
	}
	for w := range part {
		all.join(part[w])
	}
	res.Replications = done
	res.Shift, res.Point, res.Choice = res.Shift[:done], res.Point[:done], res.Choice[:done]
	if o.Scores {
		res.Scores = res.Scores[:done]
	}
	u.intervals(res, all)
	return res, nil
}

func (u *Uncertain) roomFor(n int, o Options) (list problem.List) {
	if len(u.rows)*(2*len(u.m.frame.units)+2)*(max(1, o.Workers)+1) > maxCounts {
		list.Add(problem.Problem{Rule: "too-large", Text: "the table is too large to count ranks with so many workers; take fewer workers or years"})
	}
	if o.Scores && n*len(u.rows) > maxCounts {
		list.Add(problem.Problem{Rule: "too-large", Text: fmt.Sprintf("the scores of %d replications are too many to keep", n)})
	}
	return list
}

func (u *Uncertain) names() (out []string) {
	for _, a := range u.ass {
		out = append(out, a.name)
	}
	return out
}

func (u *Uncertain) labels() (out [][]string) {
	for _, a := range u.ass {
		out = append(out, a.labels)
	}
	return out
}

// used says which point and choices a replication has, for the design table.
func (u *Uncertain) used(n int, point func(int, []float64) []int) ([]float64, []int) {
	p := make([]float64, len(u.ass))
	choice := slices.Clone(point(n, p))
	if choice == nil {
		choice = make([]int, len(u.ass))
		for k := range u.ass {
			if u.ass[k].options() > 0 {
				choice[k] = u.ass[k].pick(p[k])
			}
		}
	}
	return p, choice
}

// drawer returns the function that fills the point of a replication.
func (u *Uncertain) drawer(n int, d *Design) (func(n int, p []float64) []int, error) {
	k := len(u.ass)
	if d != nil {
		if err := u.checkDesign(d); err != nil {
			return nil, err
		}
		return func(n int, p []float64) []int {
			if d.Point != nil {
				copy(p, d.Point[n])
			}
			if d.Choice != nil {
				return d.Choice[n]
			}
			return nil
		}, nil
	}
	if u.plan.Design == "sobol" {
		q, err := stat.NewSobol(k, u.plan.Seed)
		if err != nil {
			return nil, err
		}
		return func(n int, p []float64) []int {
			for i := range p {
				p[i] = q.Point(uint32(n), i)
			}
			return nil
		}, nil
	}
	src := stat.NewSource(u.plan.Seed, useDesign)
	return func(n int, p []float64) []int {
		for i := range p {
			p[i] = src.Float(uint64(n), uint64(i))
		}
		return nil
	}, nil
}

func (u *Uncertain) checkDesign(d *Design) error {
	rows := max(len(d.Point), len(d.Choice))
	if rows == 0 || d.Point != nil && len(d.Point) != rows || d.Choice != nil && len(d.Choice) != rows {
		return fmt.Errorf("the design has %d points and %d rows of choices", len(d.Point), len(d.Choice))
	}
	for n := range rows {
		if d.Point != nil && len(d.Point[n]) != len(u.ass) || d.Choice != nil && len(d.Choice[n]) != len(u.ass) {
			return fmt.Errorf("row %d of the design does not have %d assumptions", n+1, len(u.ass))
		}
		for k, a := range u.ass {
			if d.Point != nil && !(d.Point[n][k] >= 0 && d.Point[n][k] < 1) {
				return fmt.Errorf("row %d of the design: %s is not a number from 0 to below 1", n+1, a.name)
			}
			if d.Choice != nil && a.options() > 0 && (d.Choice[n][k] < 0 || d.Choice[n][k] >= a.options()) {
				return fmt.Errorf("row %d of the design: %s has %d choices, not a choice number %d", n+1, a.name, a.options(), d.Choice[n][k]+1)
			}
			if d.Choice != nil && d.Point == nil && a.options() == 0 {
				return fmt.Errorf("the design gives %s no number, and it has no choices", a.name)
			}
		}
	}
	return nil
}

// shift is the mean absolute change of rank against the index as written.
func shift(ranks, nominal []float64) float64 {
	sum, n := 0.0, 0
	for r, v := range ranks {
		if v == v && nominal[r] == nominal[r] {
			sum += math.Abs(v - nominal[r])
			n++
		}
	}
	return sum / float64(n)
}

// settled reports whether the ends of every interval are known closely enough:
// the 95 % confidence interval of each end, from order statistics, is no wider
// than the specification asks.
func (u *Uncertain) settled(t *tally) bool {
	for r := range t.count {
		n := total(t.count[r])
		if n == 0 {
			continue
		}
		for _, p := range []float64{0.05, 0.95} {
			half := 1.96 * math.Sqrt(float64(n)*p*(1-p))
			low := at(t.count[r], max(0, int(math.Floor(p*float64(n)-half))))
			high := at(t.count[r], min(n-1, int(math.Ceil(p*float64(n)+half))))
			if high-low > u.plan.Stop.Width {
				return false
			}
		}
	}
	return true
}

// intervals fills the rows of the result.
func (u *Uncertain) intervals(res *MonteCarlo, t *tally) {
	sum, n := 0.0, 0
	for r, row := range u.rows {
		c := t.count[r]
		iv := RankInterval{Row: row, Score: u.score[r], Nominal: u.nominal[r], Ranked: total(c)}
		iv.Mean, iv.Median, iv.Low, iv.High = meanRank(c), quantile(c, 0.5), quantile(c, 0.05), quantile(c, 0.95)
		if iv.Nominal != iv.Nominal && iv.Ranked == 0 {
			continue
		}
		if iv.High == iv.High {
			sum += iv.High - iv.Low
			n++
		}
		res.Rows = append(res.Rows, iv)
	}
	res.Width = sum / float64(n)
	bands(res.Rows)
}

// bands groups rows that cannot be told apart: going down the ranks of each
// year, a new band begins with the first row whose interval lies wholly below
// that of the row that leads the band.
func bands(rows []RankInterval) {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := rows[a], rows[b]
		return cmp.Or(cmp.Compare(x.Year, y.Year), cmp.Compare(x.Nominal, y.Nominal), cmp.Compare(x.Code, y.Code))
	})
	band, lead, year := 0, math.Inf(-1), math.MinInt
	for _, i := range order {
		if rows[i].Nominal != rows[i].Nominal {
			continue
		}
		if rows[i].Year != year {
			band, lead, year = 0, math.Inf(-1), rows[i].Year
		}
		if rows[i].Low > lead {
			band, lead = band+1, rows[i].High
		}
		rows[i].Band = band
	}
}
