package decision

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/edwards25519"

	"landbridge.example"
)

const (
	ballotForm = "landbridge-ballot/1"
	tallyForm  = "landbridge-tally/1"
	shareForm  = "landbridge-share/1"
	options    = 3 // yes, no, abstain
	scalarSize = 32
	proofSize  = 4 * scalarSize
)

// secondBase is H, the second base of commitments. Nobody knows its logarithm:
// it is the first point that the counter 0, 1, … hashes to (a test computes it again).
const secondBase = "11c3c2545f0a7fa9478f0ffcb68d4ffe18c192e827f4ccab5a6b908ad3f6cd43"

type (
	point  = edwards25519.Point
	scalar = edwards25519.Scalar
)

// A Ballot is a secret vote: for every teller one commitment per choice, a proof
// that each choice counts 0 or 1, and the sum of all blinding, which shows that
// exactly one choice is taken. It tells nothing about which.
type Ballot struct {
	Tellers []landbridge.PartyID
	shares  [][options]*point // by teller
	proofs  [options][proofSize]byte
	blind   *scalar
}

// A Share is what one teller is told of one ballot: a random part of the vote.
// It goes to the teller alone; all shares together are the vote.
type Share struct {
	Ballot landbridge.Digest // of the act that cast it
	Part   [options]*scalar
	Blind  [options]*scalar
}

// A Tally is what a teller publishes: the sums of its shares over all ballots.
type Tally struct {
	Ballots  []landbridge.Digest // acts whose shares are in the sums; sorted
	Unopened []landbridge.Digest // acts whose share never came, or did not fit; sorted
	part     [options]*scalar
	blind    [options]*scalar
}

// NewBallot makes a ballot of the voice of a delegation in a matter, and the
// share of each teller, in order; their Ballot is set by [Share.Of].
func NewBallot(m *Matter, voice landbridge.PartyID, choice string, random io.Reader) (*Ballot, []Share, error) {
	chosen := slices.Index(Choices(), choice)
	if chosen < 0 || !m.Secret() {
		return nil, nil, errors.New("a ballot says yes, no or abstain in a secret vote")
	}
	h, err := second()
	if err != nil {
		return nil, nil, err
	}
	b := &Ballot{Tellers: m.Tellers, shares: make([][options]*point, len(m.Tellers)), blind: new(scalar)}
	out := make([]Share, len(m.Tellers))
	context := ballotContext(m, voice)
	for o := range options {
		bit := new(scalar)
		if o == chosen {
			bit = one()
		}
		rest, blind, total := new(scalar).Set(bit), new(scalar), edwards25519.NewIdentityPoint()
		for t := range m.Tellers {
			part, err := randomScalar(random)
			if err != nil {
				return nil, nil, err
			}
			r, err := randomScalar(random)
			if err != nil {
				return nil, nil, err
			}
			if t == len(m.Tellers)-1 {
				part.Set(rest)
			}
			rest.Subtract(rest, part)
			blind.Add(blind, r)
			out[t].Part[o], out[t].Blind[o] = part, r
			b.shares[t][o] = commit(h, part, r)
			total.Add(total, b.shares[t][o])
		}
		b.blind.Add(b.blind, blind)
		if b.proofs[o], err = prove(h, context, o, total, o == chosen, blind, random); err != nil {
			return nil, nil, err
		}
	}
	return b, out, nil
}

// Verify refuses a ballot that could count other than one voice, or that was
// made for another matter or voice.
func (b *Ballot) Verify(m *Matter, voice landbridge.PartyID) error {
	if !slices.Equal(b.Tellers, m.Tellers) {
		return errors.New("the ballot is for other tellers")
	}
	h, err := second()
	if err != nil {
		return err
	}
	context, sum := ballotContext(m, voice), edwards25519.NewIdentityPoint()
	for o := range options {
		total := edwards25519.NewIdentityPoint()
		for t := range b.shares {
			total.Add(total, b.shares[t][o])
		}
		if !verify(h, context, o, total, b.proofs[o]) {
			return errors.New("the ballot does not prove that each choice counts nothing or one")
		}
		sum.Add(sum, total)
	}
	if sum.Equal(commit(h, one(), b.blind)) != 1 {
		return errors.New("the ballot does not prove that one choice is taken")
	}
	return nil
}

// Fits reports whether a share opens a teller's commitments in the ballot.
func (s Share) Fits(b *Ballot, teller landbridge.PartyID) bool {
	t := slices.Index(b.Tellers, teller)
	h, err := second()
	if t < 0 || err != nil {
		return false
	}
	for o := range options {
		if s.Part[o] == nil || s.Blind[o] == nil || commit(h, s.Part[o], s.Blind[o]).Equal(b.shares[t][o]) != 1 {
			return false
		}
	}
	return true
}

// Sum makes a teller's tally of the shares that fit their ballots. unopened
// are the acts whose share did not come or does not fit.
func Sum(shares []Share, unopened []landbridge.Digest) *Tally {
	t := &Tally{Unopened: sortDigests(unopened)}
	for o := range options {
		t.part[o], t.blind[o] = new(scalar), new(scalar)
	}
	for _, s := range shares {
		t.Ballots = append(t.Ballots, s.Ballot)
		for o := range options {
			t.part[o].Add(t.part[o], s.Part[o])
			t.blind[o].Add(t.blind[o], s.Blind[o])
		}
	}
	t.Ballots = sortDigests(t.Ballots)
	return t
}

// opens reports whether the sums open the teller's commitments in the ballots.
func (t *Tally) opens(teller landbridge.PartyID, ballots map[landbridge.Digest]*Ballot) bool {
	h, err := second()
	if err != nil {
		return false
	}
	for o := range options {
		total := edwards25519.NewIdentityPoint()
		for _, d := range t.Ballots {
			b := ballots[d]
			if b == nil {
				return false
			}
			total.Add(total, b.shares[slices.Index(b.Tellers, teller)][o])
		}
		if commit(h, t.part[o], t.blind[o]).Equal(total) != 1 {
			return false
		}
	}
	return true
}

// count adds the tallies of all tellers: how often each choice was taken.
func count(all []*Tally, most int) (out [options]int, ok bool) {
	for o := range options {
		total := new(scalar)
		for _, t := range all {
			total.Add(total, t.part[o])
		}
		n, s := 0, new(scalar)
		for ; n <= most && s.Equal(total) != 1; n++ {
			s.Add(s, one())
		}
		if n > most {
			return out, false
		}
		out[o] = n
	}
	return out, true
}

// Encode returns the one form of the ballot.
func (b *Ballot) Encode() []byte {
	f := newForm(ballotForm)
	for t, p := range b.Tellers {
		line := string(p)
		for o := range options {
			line += " " + hex.EncodeToString(b.shares[t][o].Bytes())
		}
		f.put("share", line)
	}
	for o := range options {
		f.put("proof", hex.EncodeToString(b.proofs[o][:]))
	}
	f.put("blind", hex.EncodeToString(b.blind.Bytes()))
	return f.bytes()
}

// ParseBallot reads a ballot in its one form. [Ballot.Verify] checks its proofs.
func ParseBallot(b []byte) (*Ballot, error) {
	c, err := read(b, ballotForm, MaxAct)
	if err != nil {
		return nil, fmt.Errorf("reading a ballot: %w", err)
	}
	out := &Ballot{blind: new(scalar)}
	for _, line := range c.all("share", MaxTellers) {
		p, rest, _ := strings.Cut(line, " ")
		out.Tellers = append(out.Tellers, landbridge.PartyID(p))
		out.shares = append(out.shares, c.points(rest))
	}
	proofs := c.all("proof", options)
	for o, s := range proofs {
		if n, err := hex.Decode(out.proofs[o][:min(proofSize, len(s)/2)], []byte(s[:min(2*proofSize, len(s))])); err != nil || n != proofSize {
			c.fail("a proof has %d bytes", proofSize)
		}
	}
	out.blind = c.scalar(c.one("blind"))
	if c.err != nil || len(proofs) != options || set(out.Tellers, 1, MaxTellers) != nil {
		c.fail("a ballot has shares for its tellers, %d proofs and its blinding", options)
		return nil, fmt.Errorf("reading a ballot: %w", c.err)
	}
	if err := c.end(b, out.Encode()); err != nil {
		return nil, fmt.Errorf("reading a ballot: %w", err)
	}
	return out, nil
}

// Of names the ballot of a share, once the act that casts it is made.
func (s Share) Of(act landbridge.Digest) Share { s.Ballot = act; return s }

// Encode returns the one form of the share. Whoever reads all shares of a
// ballot reads the vote: it travels sealed to its teller.
func (s Share) Encode() []byte {
	f := newForm(shareForm)
	f.digest("ballot", s.Ballot)
	f.put("part", scalars(s.Part))
	f.put("blind", scalars(s.Blind))
	return f.bytes()
}

// ParseShare reads a share in its one form.
func ParseShare(b []byte) (Share, error) {
	c, err := read(b, shareForm, 1<<10)
	if err != nil {
		return Share{}, fmt.Errorf("reading a share: %w", err)
	}
	s := Share{Ballot: c.digest("ballot"), Part: c.scalars(c.one("part")), Blind: c.scalars(c.one("blind"))}
	if c.err == nil {
		err = c.end(b, s.Encode())
	} else {
		err = c.err
	}
	if err != nil {
		return Share{}, fmt.Errorf("reading a share: %w", err)
	}
	return s, nil
}

// Encode returns the one form of the tally.
func (t *Tally) Encode() []byte {
	f := newForm(tallyForm)
	f.digest("ballot", t.Ballots...)
	f.digest("unopened", t.Unopened...)
	f.put("part", scalars(t.part))
	f.put("blind", scalars(t.blind))
	return f.bytes()
}

// ParseTally reads a tally in its one form. Whether its sums are right is
// checked by [Fold], which has the ballots.
func ParseTally(b []byte) (*Tally, error) {
	c, err := read(b, tallyForm, MaxAct)
	if err != nil {
		return nil, fmt.Errorf("reading a tally: %w", err)
	}
	t := &Tally{Ballots: c.digests("ballot", MaxDelegations), Unopened: c.digests("unopened", MaxNamed), part: c.scalars(c.one("part")),
		blind: c.scalars(c.one("blind"))}
	if c.err == nil {
		err = c.end(b, t.Encode())
	} else {
		err = c.err
	}
	if err == nil && (!slices.Equal(t.Ballots, sortDigests(t.Ballots)) || !slices.Equal(t.Unopened, sortDigests(t.Unopened))) {
		err = errors.New("ballots stand by their digests, each once")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a tally: %w", err)
	}
	return t, nil
}

func sortDigests(all []landbridge.Digest) []landbridge.Digest {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b landbridge.Digest) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(all)
}

// ballotContext binds proofs to one matter and one voice: a ballot that is
// copied from another delegation proves nothing.
func ballotContext(m *Matter, voice landbridge.PartyID) []byte {
	d := m.Digest()
	return append(append([]byte(domainBallot), d[:]...), voice...)
}

func scalars(all [options]*scalar) string {
	var b bytes.Buffer
	for _, s := range all {
		b.Write(s.Bytes())
	}
	return hex.EncodeToString(b.Bytes())
}

func (c *cursor) scalar(s string) *scalar {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != scalarSize {
		c.fail("a number has %d bytes", scalarSize)
		return new(scalar)
	}
	out, err := new(scalar).SetCanonicalBytes(b)
	if err != nil {
		c.fail("a number is below the order of the group")
		return new(scalar)
	}
	return out
}

func (c *cursor) scalars(s string) (out [options]*scalar) {
	for o := range options {
		at := min(o*2*scalarSize, len(s))
		out[o] = c.scalar(s[at:min(at+2*scalarSize, len(s))])
	}
	if len(s) != options*2*scalarSize {
		c.fail("there are %d numbers", options)
	}
	return out
}

func (c *cursor) points(s string) (out [options]*point) {
	parts := strings.Split(s, " ")
	for o := range options {
		out[o] = edwards25519.NewIdentityPoint()
		if len(parts) != options {
			c.fail("a share has %d commitments", options)
			continue
		}
		p, err := parsePoint(parts[o])
		if err != nil {
			c.fail("%w", err)
			continue
		}
		out[o] = p
	}
	return out
}

// parsePoint reads a point of the group of prime order, and no other.
func parsePoint(s string) (*point, error) {
	b, err := hex.DecodeString(s)
	bad := errors.New("a commitment is a point of the group of prime order")
	if err != nil {
		return nil, bad
	}
	p, err := new(point).SetBytes(b)
	if err != nil || !bytes.Equal(p.Bytes(), b) {
		return nil, bad
	}
	eighth := new(scalar).Invert(small(8))
	if q := new(point).ScalarMult(eighth, new(point).MultByCofactor(p)); q.Equal(p) != 1 {
		return nil, bad // a part of small order hides in it
	}
	return p, nil
}

func small(n byte) *scalar {
	var b [scalarSize]byte
	b[0] = n
	s, err := new(scalar).SetCanonicalBytes(b[:])
	if err != nil {
		panic("a small number is below the order of the group")
	}
	return s
}

func one() *scalar { return small(1) }

func hashScalar(parts ...[]byte) *scalar {
	h := sha512.New()
	for _, p := range parts {
		h.Write(p)
	}
	s, err := new(scalar).SetUniformBytes(h.Sum(nil))
	if err != nil {
		panic("SHA-512 has 64 bytes")
	}
	return s
}

func randomScalar(random io.Reader) (*scalar, error) {
	var b [64]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return nil, fmt.Errorf("reading randomness for a ballot: %w", err)
	}
	return new(scalar).SetUniformBytes(b[:])
}

// commit returns vG + rH.
func commit(h *point, v, r *scalar) *point {
	return new(point).Add(new(point).ScalarBaseMult(v), new(point).ScalarMult(r, h))
}

// second returns H.
func second() (*point, error) { return parsePoint(secondBase) }
