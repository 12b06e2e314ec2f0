package match

import "fmt"

// spelling holds what it costs to write a Latin name differently, in hundredths
// of a nat: learned differences such as ou and u, and the slip of a finger.
type spelling struct {
	learned map[[2]string]int32 // as read from the table

	one  [letters][letters]int32   // one letter for another
	lost [letters]int32            // a letter more or less
	two  [letters * letters]uint16 // two letters to a row of pair, 0 for none
	pair [][letters]int32          // two letters for one
	swap int32                     // neighbours changed places
	twin int32                     // a letter doubled or not
}

func (s *spelling) clear() { s.learned = map[[2]string]int32{} }

// learn notes one line of the table: at most two letters against at most two.
func (s *spelling) learn(a, b string, cost int32) error {
	if len(a) > 2 || len(b) > 2 || len(a)+len(b) > 3 || a == "" && b == "" {
		return fmt.Errorf("a difference of that size is not compared")
	}
	s.learned[[2]string{a, b}] = cost
	return nil
}

// prepare lays the costs out for fast look-up.
func (s *spelling) prepare(set params) {
	s.swap, s.twin = set.swap, set.twin
	for i := range letters {
		for j := range letters {
			s.one[i][j] = set.typo
			if vowel(byte(i)) && vowel(byte(j)) {
				s.one[i][j] = min(set.typo, set.vowels)
			}
		}
		s.one[i][i] = 0
		s.lost[i] = set.slip
	}
	s.two, s.pair = [letters * letters]uint16{}, make([][letters]int32, 1)
	for at, c := range s.learned {
		a, b := at[0], at[1]
		c = c * set.learned / 100
		switch {
		case len(a) == 1 && len(b) == 1:
			x := &s.one[a[0]-'a'][b[0]-'a']
			*x = min(*x, c)
		case len(a) == 1 && b == "":
			x := &s.lost[a[0]-'a']
			*x = min(*x, c)
		case len(a) == 2 && len(b) == 1:
			s.digraph(a, b[0]-'a', c)
		}
	}
}

func (s *spelling) digraph(a string, b byte, c int32) {
	at := &s.two[int(a[0]-'a')*letters+int(a[1]-'a')]
	if *at == 0 {
		*at = uint16(len(s.pair))
		var row [letters]int32
		for i := range row {
			row[i] = never
		}
		s.pair = append(s.pair, row)
	}
	row := &s.pair[*at]
	row[b] = min(row[b], c)
}

func vowel(c byte) bool {
	switch c {
	case 0, 'e' - 'a', 'i' - 'a', 'o' - 'a', 'u' - 'a', 'y' - 'a': // 0 is the letter a
		return true
	}
	return false
}

// in bounds the places of a word; as a mask it tells the compiler that no place
// lies outside.
const in = 31

// wanted is a word made ready to be compared with many.
type wanted struct {
	n     int
	steps [maxWord]step
	first [maxWord]int32 // what its beginnings cost against nothing
}

// A step is what a letter of the word wanted means to every letter of another.
type step struct {
	pair    *[letters]int32 // what it and the letter before cost as one letter; nil for never
	lost    int32
	y, prev byte
}

// want makes a word ready.
func (s *spelling) want(w *wanted, b []byte) {
	w.n = min(len(b), maxWord)
	sum := int32(0)
	for j, y := range b[:w.n] {
		t := step{y: y, prev: 255, lost: s.gap(b, j, y)}
		if j > 0 {
			t.prev = b[j-1]
			if r := s.two[int(t.prev)*letters+int(y)]; r > 0 {
				t.pair = &s.pair[r]
			}
		}
		sum += t.lost
		w.steps[j], w.first[j] = t, sum
	}
}

// write is differ, with the second word made ready.
func (s *spelling) write(a []byte, w *wanted, limit int32) int32 {
	var table [3][in + 1]int32 // rows begin one place in, so that no step reaches before them
	last, here, older := &table[0], &table[1], &table[2]
	for j := range w.steps[:w.n] {
		last[(j+2)&in] = w.first[j]
	}
	before := int32(0)
	for i, x := range a {
		drop := s.gap(a, i, x)
		pair, prev := (*[letters]int32)(nil), byte(255)
		if i > 0 {
			prev = a[i-1]
			if r := s.two[int(prev)*letters+int(x)]; r > 0 {
				pair = &s.pair[r]
			}
		}
		one := &s.one[x]
		v := last[1] + drop
		here[1] = v
		least := v
		for j := range w.steps[:w.n] {
			t := &w.steps[j]
			v = min(last[(j+2)&in]+drop, v+t.lost, last[(j+1)&in]+one[t.y])
			if pair != nil {
				v = min(v, older[(j+1)&in]+pair[t.y])
			}
			if t.pair != nil {
				v = min(v, last[j&in]+t.pair[x])
			}
			if x == t.prev && prev == t.y {
				v = min(v, older[j&in]+s.swap)
			}
			here[(j+2)&in] = v
			least = min(least, v)
		}
		if least > limit && before > limit {
			return never
		}
		before = least
		older, last, here = last, here, older
	}
	return last[(w.n+1)&in]
}

// gap is what a letter more costs: little when it doubles the one before.
func (s *spelling) gap(word []byte, i int, c byte) int32 {
	if i > 0 && word[i-1] == c {
		return min(s.lost[c], s.twin)
	}
	return s.lost[c]
}

// info returns what the letters of a Latin word cost by the habits of names:
// how much it says that another word has the same letters.
func (e *Engine) info(word []byte) int32 {
	before, sum := letters, int32(0)
	for _, c := range word {
		sum += e.grammar[before][c]
		before = int(c)
	}
	return sum + e.grammar[before][letters]
}
