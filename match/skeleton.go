package match

import "slices"

// A skeleton is what is left of a word when vowels and weak consonants are
// dropped and consonants that scripts and writers confuse are one class: what
// two spellings of one name still share. It finds candidates; it never decides.
type skeleton struct {
	n    int
	kind [maxSkeleton]byte
}

const (
	maxSkeleton = 7  // classes; longer words are cut
	maxReadings = 12 // skeletons of one word
)

func (s *skeleton) add(class byte) {
	if class == 0 || s.n == maxSkeleton || s.n > 0 && s.kind[s.n-1] == class {
		return
	}
	s.kind[s.n] = class
	s.n++
}

// Kinds of keys. A key of one kind meets only its own.
const (
	keyWhole   uint32 = 2166136261 // the whole skeleton
	keyShorter uint32 = 2246822519 // with one class left out
	keyGap     uint32 = 3266489917 // with the class at one place left out, and the place
	keyLetters uint32 = 668265263  // the letters of a word that has hardly a skeleton, whole or without one
)

// key hashes the skeleton without the class at one place (-1 for the whole), as
// a key of a kind. Two of one class that come together where the gap is not kept
// are one, as in [skeleton.add]: Sandani without its d is Sanani.
func (s *skeleton) key(kind uint32, without int) uint32 {
	h := kind
	if kind == keyGap {
		h += uint32(without) * 374761393
	}
	last := byte(0)
	for i, k := range s.kind[:s.n] {
		if i != without && (k != last || kind == keyGap) {
			h = (h ^ uint32(k)) * 16777619
			last = k
		}
	}
	return h ^ h>>15
}

// filed appends the keys under which a Latin word of the index is filed.
func (s *skeleton) filed(to []uint32) []uint32 {
	to = appendKey(to, s.key(keyWhole, -1))
	if s.n >= 2 {
		for i := range s.n {
			to = appendKey(appendKey(to, s.key(keyShorter, i)), s.key(keyGap, i))
		}
	}
	return to
}

// exact appends the keys that find the same skeleton.
func (s *skeleton) exact(to []uint32) []uint32 { return appendKey(to, s.key(keyWhole, -1)) }

// longer appends the keys that find it and those with one class more.
func (s *skeleton) longer(to []uint32) []uint32 {
	return appendKey(s.exact(to), s.key(keyShorter, -1))
}

// sought appends the keys that find the same skeleton, those with one class more
// or, if it has at least so many, less, with another at one place, and with two
// neighbours exchanged.
func (s *skeleton) sought(to []uint32, least int) []uint32 {
	to = s.longer(to)
	if s.n < least {
		return to
	}
	for i := range s.n {
		to = appendKey(appendKey(to, s.key(keyWhole, i)), s.key(keyGap, i))
		if i+1 < s.n {
			swapped := *s
			swapped.kind[i], swapped.kind[i+1] = s.kind[i+1], s.kind[i]
			to = swapped.exact(to)
		}
	}
	return to
}

// slight says that a skeleton is too small to be told from another by what it
// has left after a slip.
func (s *skeleton) slight() bool { return s.n <= 1 }

// lettersKeys appends the keys of a word by its letters, and by them without each
// in turn: two that are one slip apart share one.
func lettersKeys(to []uint32, letters []byte) []uint32 {
	for without := -1; without < len(letters); without++ {
		h := keyLetters
		for i, c := range letters {
			if i != without {
				h = (h ^ uint32(c)) * 16777619
			}
		}
		to = appendKey(to, h^h>>15)
	}
	return to
}

func appendKey(to []uint32, k uint32) []uint32 {
	if slices.Contains(to, k) {
		return to
	}
	return append(to, k)
}

// skeletons returns the skeletons of Latin letters: more than one where a
// letter is read in more than one way.
func skeletons(word []byte) []skeleton {
	all := make([]skeleton, 1, 4)
	for i, c := range word {
		next := byte(255)
		if i+1 < len(word) {
			next = word[i+1]
		}
		prev := byte(255)
		if i > 0 {
			prev = word[i-1]
		}
		one, two := consonant(c, prev, next, i == 0)
		if two == one {
			for k := range all {
				all[k].add(one)
			}
			continue
		}
		n := len(all)
		if 2*n > 4 {
			for k := range all {
				all[k].add(one)
			}
			continue
		}
		all = append(all, all...)
		for k := range n {
			all[k].add(one)
			all[n+k].add(two)
		}
	}
	return all
}

// consonant returns the class of a letter between its neighbours, and another
// class when the letter is read in two ways. Zero drops it.
func consonant(c, prev, next byte, first bool) (byte, byte) {
	switch c + 'a' {
	case 'b':
		return 'P', 'P'
	case 'p':
		if next == 'h'-'a' {
			return 'F', 'F'
		}
		return 'P', 'P'
	case 'f', 'v':
		return 'F', 'F'
	case 'w':
		if first {
			return 0, 'F'
		}
		return 0, 0
	case 't', 'd':
		if next == 's'-'a' || next == 'z'-'a' || next == 'j'-'a' {
			return 0, 0 // ts, dz, dj are one sound
		}
		return 'T', 'T'
	case 's', 'z':
		return 'S', 'S'
	case 'c':
		switch {
		case next == 'h'-'a':
			return 'S', 'K'
		case next == 'e'-'a' || next == 'i'-'a' || next == 'y'-'a':
			return 'S', 'K'
		}
		return 'K', 'K'
	case 'j':
		return 'S', 0
	case 'g':
		if next == 'e'-'a' || next == 'i'-'a' || next == 'y'-'a' {
			return 'K', 'S'
		}
		return 'K', 'K'
	case 'k', 'q':
		return 'K', 'K'
	case 'x':
		return 'K', 'S'
	case 'l':
		return 'L', 'L'
	case 'r':
		return 'R', 'R'
	case 'm':
		return 'M', 'M'
	case 'n':
		return 'N', 'N'
	}
	return 0, 0
}

// readings returns the skeletons a word of a trained script may have in Latin
// letters, the likeliest first.
func (m *model) readings(units []uint8) []skeleton {
	type path struct {
		s    skeleton
		cost int32
	}
	paths := []path{{}}
	for _, u := range units {
		var next []path
		for _, p := range paths {
			for _, o := range m.sounds[u] {
				q := p
				q.cost += o.cost
				for _, c := range []byte(o.classes) {
					q.s.add(c)
				}
				next = append(next, q)
			}
		}
		slices.SortStableFunc(next, func(a, b path) int { return int(a.cost - b.cost) })
		paths = paths[:0]
		for _, p := range next {
			if len(paths) < maxReadings && !slices.ContainsFunc(paths, func(q path) bool { return q.s == p.s }) {
				paths = append(paths, p)
			}
		}
	}
	all := make([]skeleton, 0, len(paths))
	for _, p := range paths {
		all = append(all, p.s)
	}
	return all
}

// A sound is one way a unit sounds, as classes of consonants.
type sound struct {
	classes string
	cost    int32 // hundredths of a nat above the likeliest
}

// sounds lists the ways each unit sounds, from the steps of its table.
func (m *model) listSounds() {
	m.sounds = make([][]sound, len(m.names))
	for u := range m.sounds {
		best := map[string]int32{}
		for _, o := range m.ops {
			if len(o.units) != 1 || int(o.units[0]) != u {
				continue
			}
			for _, s := range skeletons(azLetters(o.letters)) {
				classes := string(s.kind[:s.n])
				if c, ok := best[classes]; !ok || o.cost < c {
					best[classes] = o.cost
				}
			}
		}
		var all []sound
		for c, cost := range best {
			all = append(all, sound{c, cost})
		}
		slices.SortFunc(all, func(a, b sound) int {
			if a.cost != b.cost {
				return int(a.cost - b.cost)
			}
			if a.classes < b.classes {
				return -1
			}
			return 1
		})
		keep := 0
		for keep < len(all) && keep < 4 && all[keep].cost-all[0].cost < 280 {
			keep++
		}
		if keep == 0 {
			all, keep = []sound{{}}, 1
		}
		for k, least := 0, all[0].cost; k < keep; k++ {
			all[k].cost -= least
		}
		m.sounds[u] = all[:keep]
	}
}
