package stat

import (
	"errors"
	"math"
	"math/bits"
)

// A Source gives random numbers that are counted, not drawn: number (i, j) of
// a seed is always the same, whoever asks and in whatever order. It is Philox
// 4x32-10 (Salmon, Moraes, Dror and Shaw 2011).
type Source struct {
	seed uint64
	use  uint32 // keeps apart what one seed is used for
}

// NewSource returns the source of a seed for one use.
func NewSource(seed uint64, use uint32) Source { return Source{seed, use} }

// Float returns number (i, j), at least 0 and less than 1, with 53 random bits.
func (s Source) Float(i, j uint64) float64 {
	return float64(s.Bits(i, j)>>11) / (1 << 53)
}

// Bits returns the 64 random bits of number (i, j).
func (s Source) Bits(i, j uint64) uint64 {
	x := philox([4]uint32{uint32(i), uint32(i >> 32), uint32(j), s.use}, [2]uint32{uint32(s.seed), uint32(s.seed >> 32)})
	return uint64(x[0]) | uint64(x[1])<<32
}

// Normal returns number (i, j) of the standard normal distribution.
func (s Source) Normal(i, j uint64) float64 {
	x := philox([4]uint32{uint32(i), uint32(i >> 32), uint32(j), s.use}, [2]uint32{uint32(s.seed), uint32(s.seed >> 32)})
	u := (float64(x[0]) + 0.5) / (1 << 32)
	v := float64(x[1]) / (1 << 32)
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

func philox(c [4]uint32, k [2]uint32) [4]uint32 {
	for range 10 {
		h0, l0 := bits.Mul32(0xD2511F53, c[0])
		h1, l1 := bits.Mul32(0xCD9E8D57, c[2])
		c = [4]uint32{h1 ^ c[1] ^ k[0], l1, h0 ^ c[3] ^ k[1], l0}
		k[0] += 0x9E3779B9
		k[1] += 0xBB67AE85
	}
	return c
}

// MaxSobol is the greatest number of dimensions of [Sobol].
const MaxSobol = 21

// A Sobol gives points that fill the unit cube more evenly than chance
// (Sobol' 1967, direction numbers of Joe and Kuo 2008), shifted by the bits of
// a seed so that repeated designs differ.
type Sobol struct {
	direction [][32]uint32
	shift     []uint32
}

// NewSobol returns the sequence in the given number of dimensions.
func NewSobol(dimensions int, seed uint64) (*Sobol, error) {
	if dimensions < 1 || dimensions > MaxSobol {
		return nil, errors.New("a Sobol design has 1 to 21 dimensions")
	}
	q := &Sobol{}
	src := NewSource(seed, useShift)
	for d := range dimensions {
		q.direction = append(q.direction, directions(d))
		q.shift = append(q.shift, uint32(src.Bits(uint64(d), 0)>>32))
	}
	return q, nil
}

const useShift = 0x50b0

// Point returns coordinate d of point i; i counts from 0.
func (q *Sobol) Point(i uint32, d int) float64 {
	x := q.shift[d]
	for b, gray := 0, i^i>>1; gray != 0; b, gray = b+1, gray>>1 {
		if gray&1 == 1 {
			x ^= q.direction[d][b]
		}
	}
	return (float64(x) + 0.5) / (1 << 32)
}

// joeKuo holds degree, polynomial and first direction numbers of dimensions 2
// to 21 (new-joe-kuo-6.21201).
func joeKuo(d int) (degree, poly uint32, first []uint32) {
	row := [...][]uint32{
		{1, 0, 1}, {2, 1, 1, 3}, {3, 1, 1, 3, 1}, {3, 2, 1, 1, 1}, {4, 1, 1, 1, 3, 3}, {4, 4, 1, 3, 5, 13},
		{5, 2, 1, 1, 5, 5, 17}, {5, 4, 1, 1, 5, 5, 5}, {5, 7, 1, 1, 7, 11, 19}, {5, 11, 1, 1, 5, 1, 1},
		{5, 13, 1, 1, 1, 3, 11}, {5, 14, 1, 3, 5, 5, 31}, {6, 1, 1, 3, 3, 9, 7, 49}, {6, 13, 1, 1, 1, 15, 21, 21},
		{6, 16, 1, 3, 1, 13, 27, 49}, {6, 19, 1, 1, 1, 15, 7, 5}, {6, 22, 1, 3, 1, 15, 13, 25},
		{6, 25, 1, 1, 5, 5, 19, 61}, {7, 1, 1, 3, 7, 11, 23, 15, 103}, {7, 4, 1, 3, 7, 13, 13, 15, 69},
	}[d-1]
	return row[0], row[1], row[2:]
}

func directions(d int) (v [32]uint32) {
	if d == 0 {
		for i := range v {
			v[i] = 1 << (31 - i)
		}
		return v
	}
	s, a, m := joeKuo(d)
	for i := range v {
		if i < int(s) {
			v[i] = m[i] << (31 - i)
			continue
		}
		v[i] = v[i-int(s)] ^ v[i-int(s)]>>s
		for k := uint32(1); k < s; k++ {
			if a>>(s-1-k)&1 == 1 {
				v[i] ^= v[i-int(k)]
			}
		}
	}
	return v
}
