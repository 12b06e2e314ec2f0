package badge

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// Bounds of a list of revocations.
const (
	MaxRevoked = 20_000
	MaxList    = 256 << 10 // bytes of its text
)

const (
	firstRevoked  = "landbridge-badge-revocations/1"
	domainRevoked = "landbridge/badge-revocations/v1\x00"
)

// Revocations are the badges of an edition that no longer count, as of a time.
type Revocations struct {
	Edition string
	Made    time.Time // to the second
	Numbers []int     // rising
}

// Has reports whether the badge of that number was revoked.
func (r *Revocations) Has(number int) bool {
	_, found := slices.BinarySearch(r.Numbers, number)
	return found
}

// Text returns the list signed: lines that people can read, and a signature.
func (r *Revocations) Text(key Signer) (string, error) {
	if !landbridge.ValidName(r.Edition, MaxEdition) || len(r.Numbers) > MaxRevoked {
		return "", fail.New(fail.Invalid, "a list of revocations names its edition and at most %d badges", MaxRevoked)
	}
	body := r.body()
	return body + base64.StdEncoding.EncodeToString(key.Sign([]byte(domainRevoked+body))) + "\n", nil
}

func (r *Revocations) body() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%d\n", firstRevoked, r.Edition, r.Made.Unix())
	for _, n := range r.Numbers {
		fmt.Fprintf(&b, "%d\n", n)
	}
	return b.String() + "\n"
}

// ParseRevocations reads a list and checks that one of the keys signed it.
func ParseRevocations(text string, keys []ed25519.PublicKey) (*Revocations, error) {
	bad := fail.New(fail.Invalid, "this is not a list of revoked badges; fetch it from the organiser again")
	if len(text) > MaxList {
		return nil, bad
	}
	body, tail, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(body, "\n")
	if !ok || len(lines) < 3 || len(lines) > 3+MaxRevoked || lines[0] != firstRevoked || !landbridge.ValidName(lines[1], MaxEdition) {
		return nil, bad
	}
	made, err := strconv.ParseInt(lines[2], 10, 64)
	if err != nil {
		return nil, bad
	}
	r := &Revocations{Edition: lines[1], Made: time.Unix(made, 0).UTC()}
	for i, line := range lines[3:] {
		n, err := strconv.Atoi(line)
		if err != nil || n < 1 || n > MaxNumber || i > 0 && n <= r.Numbers[i-1] {
			return nil, bad
		}
		r.Numbers = append(r.Numbers, n)
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(tail, "\n"))
	if err != nil || r.body() != body+"\n\n" {
		return nil, bad
	}
	for _, k := range keys {
		if len(k) == ed25519.PublicKeySize && ed25519.Verify(k, []byte(domainRevoked+r.body()), signature) {
			return r, nil
		}
	}
	return nil, fail.New(fail.Unsigned, "this list of revoked badges was not made by the organiser; fetch it again")
}
