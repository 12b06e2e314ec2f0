package decision

import (
	"io"

	"filippo.io/edwards25519"
)

// prove shows that total = bG + rH with b 0 or 1, and not which: a proof of
// knowledge of the logarithm to the base H of total, or of total − G, after
// Cramer, Damgård and Schoenmakers. The proof is c0 | c1 | z0 | z1.
func prove(h *point, context []byte, option int, total *point, bit bool, r *scalar, random io.Reader) (out [proofSize]byte, err error) {
	real := 0
	if bit {
		real = 1
	}
	k, err := randomScalar(random)
	if err != nil {
		return out, err
	}
	var c, z [2]*scalar
	if c[1-real], err = randomScalar(random); err != nil {
		return out, err
	}
	if z[1-real], err = randomScalar(random); err != nil {
		return out, err
	}
	var a [2]*point
	a[real] = new(point).ScalarMult(k, h)
	a[1-real] = announced(h, claim(total, 1-real), c[1-real], z[1-real])
	sum := hashScalar(context, []byte{byte(option)}, total.Bytes(), a[0].Bytes(), a[1].Bytes())
	c[real] = new(scalar).Subtract(sum, c[1-real])
	z[real] = new(scalar).MultiplyAdd(c[real], r, k)
	for i, s := range []*scalar{c[0], c[1], z[0], z[1]} {
		copy(out[i*scalarSize:], s.Bytes())
	}
	return out, nil
}

func verify(h *point, context []byte, option int, total *point, proof [proofSize]byte) bool {
	var s [4]*scalar
	for i := range s {
		var err error
		if s[i], err = new(scalar).SetCanonicalBytes(proof[i*scalarSize : (i+1)*scalarSize]); err != nil {
			return false
		}
	}
	a0, a1 := announced(h, claim(total, 0), s[0], s[2]), announced(h, claim(total, 1), s[1], s[3])
	sum := hashScalar(context, []byte{byte(option)}, total.Bytes(), a0.Bytes(), a1.Bytes())
	return new(scalar).Add(s[0], s[1]).Equal(sum) == 1
}

// claim returns total − bit·G, a multiple of H when the bit is right.
func claim(total *point, bit int) *point {
	if bit == 0 {
		return total
	}
	return new(point).Subtract(total, edwards25519.NewGeneratorPoint())
}

// announced returns zH − cP, what the prover must have announced.
func announced(h, p *point, c, z *scalar) *point {
	return new(point).Subtract(new(point).ScalarMult(z, h), new(point).ScalarMult(c, p))
}
