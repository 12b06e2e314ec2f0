// Package diagram draws a process as a picture people can read: its states from
// top to bottom in the order in which a case usually goes, and the acts between
// them as numbered lines, forward at the end side of the page, back at the start
// side. The numbers are those of the table that stands beside it.
//
// Trust: it draws what the definition says and decides nothing. All text is
// escaped; there is no script and no style in what it returns.
//
// Limits: acts that lead from more than a handful of states, such as a
// withdrawal, are named in the table and not drawn, for the picture would be
// all lines. Acts that change nothing have no line.
package diagram

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"

	"landbridge.example/process"
)

// Measures of the picture, in its own units; the stylesheet scales it.
const (
	boxWidth, boxHeight = 250, 40
	gap                 = 26 // between boxes
	lane                = 20 // between lines beside the boxes
	edge                = 14 // from the boxes to the first line
	radius              = 8
	lineLength          = 30 // characters of a label before it breaks
	manySources         = 6  // an act from more states than these is not drawn
)

// A Picture is one process, drawn.
type Picture struct {
	SVG    template.HTML
	Number map[string]int // of each act, by name: its number in the picture and the table
	Undraw []string       // names of acts that change the state and are not drawn
}

// A Style says what to show of a case in the picture; the zero value shows the process alone.
type Style struct {
	Title string                           // for who cannot see it
	Label func(state process.State) string // nil: the definition's own English
	Now   string                           // the state a case is in
	Been  []string                         // states it went through
	Flip  bool                             // the language is written from right to left
}

// A line is one or more acts between the same two states.
type line struct {
	from, to int // places of states
	numbers  []string
	lane     int
	y1, y2   int
	tagged   bool // it carries the numbers of its trunk
}

// Draw draws the definition.
func Draw(d *process.Definition, s Style) Picture {
	p := Picture{Number: map[string]int{}}
	order := arrange(d)
	place := map[string]int{}
	for i, st := range order {
		place[st.Name] = i
	}
	var lines []line
	for i := range d.Transitions {
		t := &d.Transitions[i]
		p.Number[t.Name] = i + 1
		to, ok := place[t.To]
		if !ok {
			continue // it stays, or goes back from a suspension
		}
		froms := sources(d, t)
		if len(froms) > manySources {
			p.Undraw = append(p.Undraw, t.Name)
			continue
		}
		for _, f := range froms {
			if f != t.To {
				lines = add(lines, place[f], to, i+1)
			}
		}
	}
	down, up := split(lines)
	right, left := lanes(down), lanes(up)
	ports(down, len(order))
	ports(up, len(order))
	p.SVG = template.HTML(render(order, down, up, right, left, s)) //nolint:gosec // every text in it is escaped
	return p
}

// arrange puts states in the order of the way; those beside it follow the first
// state that leads to them.
func arrange(d *process.Definition) []process.State {
	var way, rest []process.State
	for _, s := range d.States {
		if s.Way > 0 {
			way = append(way, s)
		} else {
			rest = append(rest, s)
		}
	}
	slices.SortStableFunc(way, func(a, b process.State) int { return a.Way - b.Way })
	order := way
	for _, s := range rest {
		at := len(order)
		if s.Kind != process.End && s.Kind != process.Suspended {
			at = after(d, order, s.Name)
		}
		order = slices.Insert(order, at, s)
	}
	return order
}

func after(d *process.Definition, order []process.State, name string) int {
	for i, s := range order {
		for j := range d.Transitions {
			t := &d.Transitions[j]
			if t.To == name && slices.Contains(sources(d, t), s.Name) {
				return i + 1
			}
		}
	}
	return len(order)
}

// sources lists the states an act is done from.
func sources(d *process.Definition, t *process.Transition) (all []string) {
	for _, s := range d.States {
		for _, f := range t.From {
			if f == s.Name || f == process.AnyState && s.Kind != process.Start || f == process.LiveStates && s.Kind == process.Live ||
				f == process.EndStates && s.Kind == process.End {
				all = append(all, s.Name)
				break
			}
		}
	}
	return all
}

func add(lines []line, from, to, number int) []line {
	for i := range lines {
		if lines[i].from == from && lines[i].to == to {
			lines[i].numbers = append(lines[i].numbers, fmt.Sprint(number))
			return lines
		}
	}
	return append(lines, line{from: from, to: to, numbers: []string{fmt.Sprint(number)}})
}

func split(lines []line) (down, up []line) {
	for _, l := range lines {
		if l.from < l.to {
			down = append(down, l)
		} else {
			up = append(up, l)
		}
	}
	return down, up
}

// lanes gives every line a lane in which it meets no other, short ones next to
// the boxes, and returns how many lanes there are. Lines of one trunk share one.
func lanes(lines []line) int {
	var trunks [][]int
	for i := range lines {
		at := slices.IndexFunc(trunks, func(t []int) bool { return trunk(lines[t[0]], lines[i]) })
		if at < 0 {
			trunks = append(trunks, []int{i})
		} else {
			trunks[at] = append(trunks[at], i)
		}
	}
	longest := func(t []int) (n int) {
		for _, i := range t {
			n = max(n, span(lines[i]))
		}
		return n
	}
	slices.SortStableFunc(trunks, func(a, b []int) int { return longest(a) - longest(b) })
	count := 0
	for k, t := range trunks {
		n := 0
		for taken(lines, trunks[:k], t, n) {
			n++
		}
		for _, i := range t {
			lines[i].lane = n
			lines[i].tagged = span(lines[i]) == longest(t)
		}
		count = max(count, n+1)
	}
	return count
}

// taken reports whether a line of an earlier trunk is in the way in a lane.
func taken(lines []line, before [][]int, t []int, n int) bool {
	for _, other := range before {
		for _, j := range other {
			if lines[j].lane == n && slices.ContainsFunc(t, func(i int) bool { return meet(lines[i], lines[j]) }) {
				return true
			}
		}
	}
	return false
}

func span(l line) int { return max(l.from, l.to) - min(l.from, l.to) }

// trunk reports whether two lines are the same acts to the same state: they run
// together, as one line with several beginnings.
func trunk(a, b line) bool { return a.to == b.to && slices.Equal(a.numbers, b.numbers) }

// meet reports whether two lines share a stretch; where one ends at the box the
// other begins at, their ends are apart by their ports.
func meet(a, b line) bool {
	return !trunk(a, b) && min(a.from, a.to) < max(b.from, b.to) && min(b.from, b.to) < max(a.from, a.to)
}

// ports spreads the ends of lines along the sides of their boxes: what comes
// from above enters high, what goes below leaves low.
func ports(lines []line, states int) {
	type end struct {
		line  int
		start bool
	}
	for s := range states {
		var ends []end
		for i, l := range lines {
			if l.from == s {
				ends = append(ends, end{i, true})
			}
			if l.to == s {
				ends = append(ends, end{i, false})
			}
		}
		other := func(e end) int {
			if e.start {
				return lines[e.line].to
			}
			return lines[e.line].from
		}
		slices.SortStableFunc(ends, func(a, b end) int {
			above := func(e end) int { // ends that lead up first, the nearest of them last
				if other(e) < s {
					return other(e) - states*2
				}
				return states*2 - other(e)
			}
			return above(a) - above(b)
		})
		slots, slot := 0, make([]int, len(ends))
		for i, e := range ends {
			slot[i] = slots
			if j := slices.IndexFunc(ends[:i], func(o end) bool { return !o.start && !e.start && trunk(lines[o.line], lines[e.line]) }); j >= 0 {
				slot[i] = slot[j]
			} else {
				slots++
			}
		}
		for i, e := range ends {
			y := top(s) + (slot[i]+1)*boxHeight/(slots+1)
			if e.start {
				lines[e.line].y1 = y
			} else {
				lines[e.line].y2 = y
			}
		}
	}
}

func top(place int) int { return gap/2 + place*(boxHeight+gap) }

func render(order []process.State, down, up []line, right, left int, s Style) string {
	startX := edge + left*lane + edge
	width := startX + boxWidth + edge + right*lane + edge
	height := top(len(order)) - gap/2
	var b, tags strings.Builder
	fmt.Fprintf(&b, `<svg class="states" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, template.HTMLEscapeString(s.Title))
	flip := func(x int) int {
		if s.Flip {
			return width - x
		}
		return x
	}
	for _, l := range down {
		draw(&b, &tags, l, flip(startX+boxWidth), flip(startX+boxWidth+edge+l.lane*lane), sign(s.Flip))
	}
	for _, l := range up {
		draw(&b, &tags, l, flip(startX), flip(startX-edge-l.lane*lane), -sign(s.Flip))
	}
	b.WriteString(tags.String()) // above all lines
	for i, st := range order {
		x := startX
		if s.Flip {
			x = width - startX - boxWidth
		}
		box(&b, st, x, top(i), s)
	}
	b.WriteString(`</svg>`)
	return b.String()
}

func sign(flip bool) int {
	if flip {
		return -1
	}
	return 1
}

// draw draws one line: out of the box, along its lane, into the other box; its
// numbers go into tags.
func draw(b, tags *strings.Builder, l line, box, x, out int) {
	dir := 1
	if l.y2 < l.y1 {
		dir = -1
	}
	fmt.Fprintf(b, `<path class="line" d="M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d"/>`, box, l.y1, x-out*radius, x, l.y1, x, l.y1+dir*radius,
		l.y2-dir*radius, x, l.y2, x-out*radius, l.y2, box+out*3)
	fmt.Fprintf(b, `<path class="head" d="M%d %dl%d -4v8z"/>`, box, l.y2, out*8)
	if !l.tagged {
		return
	}
	text := strings.Join(l.numbers, "·")
	wide := 8 + 7*utf8.RuneCountInString(text)
	fmt.Fprintf(tags, `<rect class="tag" x="%d" y="%d" width="%d" height="16" rx="8"/><text class="num" x="%d" y="%d">%s</text>`,
		x-wide/2, (l.y1+l.y2)/2-8, wide, x, (l.y1+l.y2)/2+4, text)
}

func box(b *strings.Builder, st process.State, x, y int, s Style) {
	label := st.Label
	if s.Label != nil {
		label = s.Label(st)
	}
	class := "state " + string(st.Kind)
	if st.Coercive != "" {
		class += " coercive"
	}
	if slices.Contains(s.Been, st.Name) {
		class += " been"
	}
	if st.Name == s.Now {
		class += " now"
	}
	fmt.Fprintf(b, `<g class="%s"><rect x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, class, x, y, boxWidth, boxHeight, radius)
	rows := broken(label)
	for i, row := range rows {
		fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`, x+boxWidth/2, y+boxHeight/2+5+16*i-8*(len(rows)-1), template.HTMLEscapeString(row))
	}
	b.WriteString(`</g>`)
}

// broken breaks a label into at most two rows.
func broken(label string) []string {
	if utf8.RuneCountInString(label) <= lineLength {
		return []string{label}
	}
	words := strings.Fields(label)
	first := ""
	for i, w := range words {
		if first != "" && utf8.RuneCountInString(first)+1+utf8.RuneCountInString(w) > lineLength {
			return []string{first, clipped(strings.Join(words[i:], " "))}
		}
		first = strings.TrimSpace(first + " " + w)
	}
	return []string{clipped(first)}
}

func clipped(s string) string {
	r := []rune(s)
	if len(r) <= lineLength+4 {
		return s
	}
	return string(r[:lineLength+3]) + "…"
}
