package match

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	unseen   = 250 // hundredths of a nat: a step that training never saw costs what its sides cost apart, and this
	seldom   = 400 // hundredths of a nat: what a unit stands for in less than one of fifty cases is not expected of it
	never    = 1 << 20
	maxUnits = 32 // units of one word that are compared
	maxWord  = 28 // letters of one word that are compared; with what steps need before them they fit into 32
)

// A model says how words of one script are written in Latin letters: the cost
// of every step of an alignment (some units against some letters), and what a
// word costs by the habits of its own script alone.
type model struct {
	names  []string         // of units; the first is the edge of a word
	unit   map[string]uint8 // name to number
	runes  map[rune]uint8   // the same for units of one rune
	after  []int32          // [before*len(names)+after]
	double []uint16         // [first*len(names)+second] to a row, 0 for none
	rows   int
	insert [letters]int32 // a letter that no unit stands for
	drop   []int32        // a unit that no letter stands for
	one    [letters]uint16
	two    []uint16 // letters of a step to a column, 0 for none
	three  []uint16
	cols   int
	cost   []uint16 // [row*cols+column]
	best   []string // the likeliest letters of each unit
	cheap  []int32  // the least that a step over each unit costs, its share of a step of two
	may    []uint32 // the consonants each unit may stand for, as bits
	must   []bool   // a unit that is hardly ever without a consonant
	apart  []int32  // what each unit, then each letter, costs by itself
	usual  int32    // share of a word left unexplained by another writing of it, in the middle; thousandths
	chance int32    // the same of another word, in one of a thousand
	need   int32    // what one of a thousand other words explains, hundredths of a nat

	sounds [][]sound // the ways each unit sounds

	ops []modelOp // only while loading
}

type modelOp struct {
	units   []uint8
	letters string
	cost    int32
}

func newModel() *model {
	return &model{unit: map[string]uint8{"": 0}, runes: map[rune]uint8{}, names: []string{""},
		two: make([]uint16, letters*letters), three: make([]uint16, letters*letters*letters)}
}

// line reads one line of a table.
func (m *model) line(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case word == "units":
		for _, u := range strings.Fields(rest) {
			if len(m.names) > 255 {
				return fmt.Errorf("more than 255 units")
			}
			m.unit[u] = uint8(len(m.names))
			if r := []rune(u); len(r) == 1 {
				m.runes[r[0]] = uint8(len(m.names))
			}
			m.names = append(m.names, u)
		}
		m.after = make([]int32, 0, len(m.names)*len(m.names))
		return nil
	case word == "after":
		f := strings.Fields(rest)
		if len(f) != len(m.names)+1 {
			return fmt.Errorf("want a unit and %d costs", len(m.names))
		}
		for _, s := range f[1:] {
			c, err := strconv.Atoi(s)
			if err != nil {
				return fmt.Errorf("cost: %w", err)
			}
			m.after = append(m.after, int32(c))
		}
		return nil
	case word == "apart":
		f := strings.Fields(rest)
		if len(f) != len(m.names)-1+letters {
			return fmt.Errorf("want %d costs", len(m.names)-1+letters)
		}
		m.apart = make([]int32, 1, len(f)+1)
		for _, s := range f {
			c, err := strconv.Atoi(s)
			if err != nil {
				return fmt.Errorf("cost: %w", err)
			}
			m.apart = append(m.apart, int32(c))
		}
		return nil
	case word == "left":
		if _, err := fmt.Sscanf(rest, "%d %d %d", &m.usual, &m.chance, &m.need); err != nil {
			return fmt.Errorf("want two shares and a weight: %w", err)
		}
		return nil
	case strings.HasPrefix(line, "op\t"):
		return m.op(strings.Split(line, "\t")[1:])
	}
	return fmt.Errorf("neither units, after nor op")
}

func (m *model) op(f []string) error {
	if len(f) != 3 || len(f[1]) > 3 {
		return fmt.Errorf("want units, up to three letters and a cost")
	}
	c, err := strconv.Atoi(f[2])
	if err != nil {
		return fmt.Errorf("cost: %w", err)
	}
	o := modelOp{letters: f[1], cost: int32(c)}
	for _, u := range strings.Fields(f[0]) {
		n, ok := m.unit[u]
		if !ok {
			return fmt.Errorf("unknown unit %q", u)
		}
		o.units = append(o.units, n)
	}
	if len(o.units) > 2 || len(o.units) == 0 && len(o.letters) != 1 {
		return fmt.Errorf("a step of that size is not compared")
	}
	m.ops = append(m.ops, o)
	return nil
}

// finish lays the steps out for fast look-up.
func (m *model) finish() {
	n := len(m.names)
	m.double, m.drop, m.best = make([]uint16, n*n), make([]int32, n), make([]string, n)
	m.cheap, m.may = make([]int32, n), make([]uint32, n)
	m.rows, m.cols = n, 1
	for i := range m.insert {
		m.insert[i] = m.apart[n+i] + unseen
	}
	for i := range m.drop {
		m.drop[i] = m.apart[i] + unseen
		m.cheap[i] = m.drop[i]
	}
	for i := range m.one {
		m.one[i] = uint16(m.cols)
		m.cols++
	}
	for _, o := range m.ops {
		if len(o.units) == 2 {
			if at := &m.double[int(o.units[0])*n+int(o.units[1])]; *at == 0 {
				*at = uint16(m.rows)
				m.rows++
			}
		}
		if at := m.column(o.letters); at != nil && *at == 0 {
			*at = uint16(m.cols)
			m.cols++
		}
	}
	m.cost = slices.Repeat([]uint16{0xffff}, m.rows*m.cols)
	for u := range n { // only steps of one unit and one letter are possible without training
		for c := range letters {
			m.cost[u*m.cols+int(m.one[c])] = uint16(m.apart[u] + m.apart[n+c] + unseen)
		}
	}
	m.fill()
	m.listSounds()
	m.ops = nil
}

func (m *model) fill() {
	n := len(m.names)
	cheapest, soft := slices.Repeat([]int32{never}, n), slices.Clone(m.drop)
	for _, o := range m.ops {
		switch {
		case len(o.units) == 0:
			m.insert[o.letters[0]-'a'] = o.cost
			continue
		case o.letters == "" && len(o.units) == 1:
			m.drop[o.units[0]], soft[o.units[0]] = o.cost, min(soft[o.units[0]], o.cost)
			m.cheap[o.units[0]] = min(m.cheap[o.units[0]], o.cost)
		case o.letters == "":
			continue
		default:
			row := int(o.units[0])
			if len(o.units) == 2 {
				row = int(m.double[row*n+int(o.units[1])])
			}
			m.cost[row*m.cols+int(*m.column(o.letters))] = uint16(o.cost)
		}
		alone := int32(0)
		for _, u := range o.units {
			m.cheap[u] = min(m.cheap[u], o.cost/int32(len(o.units)))
			alone += m.apart[u]
		}
		if o.cost <= alone+seldom {
			for _, u := range o.units {
				for _, c := range azLetters(o.letters) {
					m.may[u] |= 1 << c & consonants
				}
			}
		}
		if u := o.units[0]; len(o.units) == 1 && maskOf(azLetters(o.letters))&consonants == 0 {
			soft[u] = min(soft[u], o.cost)
		}
		if u := o.units[0]; len(o.units) == 1 && o.cost < cheapest[u] {
			cheapest[u], m.best[u] = o.cost, o.letters
		}
	}
	m.must = make([]bool, n)
	for u := range m.must {
		m.must[u] = m.may[u] != 0 && soft[u] > m.apart[u]+seldom
	}
}

// lacks counts the units that find no letter they might stand for.
func (m *model) lacks(units []uint8, mask uint32) (n int) {
	for _, u := range units {
		if m.must[u] && m.may[u]&mask == 0 {
			n++
		}
	}
	return n
}

// column returns the place where the column of some letters is noted.
func (m *model) column(s string) *uint16 {
	switch len(s) {
	case 1:
		return &m.one[s[0]-'a']
	case 2:
		return &m.two[int(s[0]-'a')*letters+int(s[1]-'a')]
	case 3:
		return &m.three[(int(s[0]-'a')*letters+int(s[1]-'a'))*letters+int(s[2]-'a')]
	}
	return nil
}

// own returns what the units cost by the habits of their script.
func (m *model) own(units []uint8) int32 {
	before, sum := uint8(0), int32(0)
	for _, u := range units {
		sum += m.after[int(before)*len(m.names)+int(u)]
		before = u
	}
	return sum + m.after[int(before)*len(m.names)]
}

// joint returns the cost of the best alignment of units and letters, or never
// when it is surely above limit.
func (m *model) joint(units []uint8, word []byte, limit int32) int32 {
	// Rows begin two places in, so that no step reaches before them; the mask of
	// places tells the compiler that none lies outside.
	var table [3][in + 1]int32
	var cols [in + 1]columns
	n, width := len(m.names), len(word)
	rest := int32(0) // the least that the units still to come cost
	for _, u := range units {
		rest += m.cheap[u]
	}
	last, here, older := &table[0], &table[1], &table[2]
	before := int32(0) // the least of the row before
	for j, y := range word {
		last[(j+3)&in] = last[(j+2)&in] + m.insert[y]
		cols[j&in] = m.columns(word, j)
	}
	for i, u := range units {
		row := m.cost[int(u)*m.cols : (int(u)+1)*m.cols]
		var pair []uint16
		if i > 0 {
			if r := int(m.double[int(units[i-1])*n+int(u)]); r > 0 {
				pair = m.cost[r*m.cols : (r+1)*m.cols]
			}
		}
		drop := m.drop[u]
		v := last[2] + drop
		least := v
		here[2] = v
		// Steps that do not exist cost what no word costs: looking at them is
		// cheaper than asking.
		if pair == nil {
			for j := range width {
				c := &cols[j&in]
				v = min(last[(j+3)&in]+drop, v+c.insert, last[(j+2)&in]+int32(row[c.one]), last[(j+1)&in]+int32(row[c.two]), last[j&in]+int32(row[c.three]))
				here[(j+3)&in] = v
				least = min(least, v)
			}
		} else {
			for j := range width {
				c := &cols[j&in]
				v = min(last[(j+3)&in]+drop, v+c.insert, last[(j+2)&in]+int32(row[c.one]), last[(j+1)&in]+int32(row[c.two]), last[j&in]+int32(row[c.three]),
					older[(j+2)&in]+int32(pair[c.one]), older[(j+1)&in]+int32(pair[c.two]), older[j&in]+int32(pair[c.three]))
				here[(j+3)&in] = v
				least = min(least, v)
			}
		}
		// A pair of units may jump over this row, from the one before.
		if rest -= m.cheap[u]; least+rest > limit && before+m.cheap[u]+rest > limit {
			return never
		}
		before = least
		older, last, here = last, here, older
	}
	return last[(width+2)&in]
}

// columns is what steps that end at one letter need to know.
type columns struct {
	one, two, three uint16 // columns of the letter, of two and of three letters; 0 for none
	insert          int32
}

func (m *model) columns(word []byte, j int) columns {
	y := int(word[j])
	c := columns{one: m.one[y], insert: m.insert[y]}
	if j > 0 {
		y += int(word[j-1]) * letters
		c.two = m.two[y]
	}
	if j > 1 {
		c.three = m.three[y+int(word[j-2])*letters*letters]
	}
	return c
}
