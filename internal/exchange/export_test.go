package exchange

import (
	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// Limits a test wants to know.
const MaxEvidenceForTest = maxEvidence

// BatchForTest writes a batch of envelopes with numbers from first on.
func BatchForTest(epoch landbridge.ID, lane Lane, after, first int64, envelopes ...[]byte) []byte {
	b := batch{Epoch: epoch, Lane: lane, After: after}
	for i, e := range envelopes {
		b.Items = append(b.Items, item{first + int64(i), e})
	}
	return b.marshal()
}

// RelayLane is the lane of a relay's batch.
const RelayLane = relayLane

// A VerdictForTest is what an answer says about one message.
type VerdictForTest struct {
	Rung   Rung // empty for later
	Kind   fail.Kind
	Reason string
	Index  int64
}

// AnswerForTest reads an answer.
func AnswerForTest(raw []byte) (status, reason string, cursor int64, vs []VerdictForTest, err error) {
	a, err := parseAnswer(raw)
	if err != nil {
		return "", "", 0, nil, err
	}
	for _, o := range a.Items {
		v := VerdictForTest{Kind: o.Kind, Reason: o.Reason}
		if o.Proof != nil {
			s, err := parseStatement(o.Proof.Statement)
			if err != nil {
				return "", "", 0, nil, err
			}
			v = VerdictForTest{s.Rung, s.Kind, s.Reason, o.Proof.Index}
		}
		vs = append(vs, v)
	}
	return string(a.Status), a.Reason, a.Cursor, vs, nil
}

// FromSealForTest maps a refusal of package seal.
func FromSealForTest(c seal.Code) fail.Kind {
	return fail.KindOf(fromSeal(&seal.Error{Code: c, Text: "x"}))
}

// DomainsForTest lists the domain separation strings of this package.
func DomainsForTest() []string { return []string{domainStep} }

// AnnounceForTest writes the announcement of a payload.
func AnnounceForTest(envelope []byte, leaves []landbridge.Digest) []byte {
	return marshalAnnounce(envelope, leaves)
}

// Parsers for the fuzz targets: each reads bytes of others and writes them again.
var ParsersForTest = map[string]func([]byte) ([]byte, error){
	"batch": func(b []byte) ([]byte, error) {
		v, err := parseBatch(b)
		if err != nil {
			return nil, err
		}
		return v.marshal(), nil
	},
	"answer": func(b []byte) ([]byte, error) {
		v, err := parseAnswer(b)
		if err != nil {
			return nil, err
		}
		return v.marshal(), nil
	},
	"statement": func(b []byte) ([]byte, error) {
		v, err := parseStatement(b)
		if err != nil {
			return nil, err
		}
		return v.text(), nil
	},
	"attestation": func(b []byte) ([]byte, error) {
		v, err := parseAttestation(b)
		if err != nil {
			return nil, err
		}
		return v.append(nil), nil
	},
	"knock": func(b []byte) ([]byte, error) {
		v, err := parseKnock(b)
		if err != nil {
			return nil, err
		}
		return v.marshal(), nil
	},
	"ask": func(b []byte) ([]byte, error) {
		v, err := parseAsk(b)
		if err != nil {
			return nil, err
		}
		return marshalAsk(v), nil
	},
	"pull": func(b []byte) ([]byte, error) {
		v, err := parsePull(b)
		if err != nil {
			return nil, err
		}
		return v.marshal(), nil
	},
	"announce": func(b []byte) ([]byte, error) {
		e, l, err := parseAnnounce(b)
		if err != nil {
			return nil, err
		}
		return marshalAnnounce(e, l), nil
	},
	"note": func(b []byte) ([]byte, error) {
		st, _, err := parseNote(b)
		if err != nil {
			return nil, err
		}
		return marshalNote(st), nil
	},
	"receipt": func(b []byte) ([]byte, error) {
		v, err := parseReceipt(b)
		if err != nil {
			return nil, err
		}
		return v.format(), nil
	},
}

// ProofsForTest reads an answer with proofs; it has no one form.
func ProofsForTest(b []byte) error {
	_, err := parseProofs(b)
	return err
}
