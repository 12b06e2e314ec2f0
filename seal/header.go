package seal

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"landbridge.example"
)

// The first line of every header, and the form of its times.
const (
	headerLine = "landbridge-envelope/v1"
	timeForm   = "2006-01-02T15:04:05.000000Z"
	absent     = "-" // stands for a field that is not set
)

// Text returns the canonical text of h, or the reason why h is not a header.
func (h *Header) Text() ([]byte, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	return h.append(h.appendCore(make([]byte, 0, 1024))), nil
}

// appendCore writes the lines that the sealed payload binds itself to: all that
// is known before the content has been read to its end.
func (h *Header) appendCore(b []byte) []byte {
	b = append(b, headerLine+"\n"...)
	b = line(b, "id", string(h.ID))
	b = line(b, "from", string(h.From))
	b = line(b, "signer", string(h.Signer))
	for _, a := range h.To {
		b = line(b, "to", string(a.Party)+" "+string(a.Key))
	}
	b = line(b, "created", h.Created.UTC().Format(timeForm))
	b = line(b, "expires", h.Expires.UTC().Format(timeForm))
	b = line(b, "kind", h.Kind)
	b = line(b, "case", or(string(h.Case), h.Case != ""))
	b = line(b, "process", or(h.Process.String(), !h.Process.IsZero()))
	b = line(b, "handling", or(h.Handling, h.Handling != ""))
	b = line(b, "directory", strconv.FormatInt(h.Directory, 10))
	return line(b, "previous", or(h.Previous.String(), !h.Previous.IsZero()))
}

// append writes the lines that are known once the content was sealed.
func (h *Header) append(b []byte) []byte {
	b = line(b, "commitment", h.Commitment.String())
	return line(b, "payload", strconv.FormatInt(h.PayloadSize, 10)+" "+h.PayloadRoot.String())
}

func line(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ' ')
	b = append(b, value...)
	return append(b, '\n')
}

func or(value string, set bool) string {
	if set {
		return value
	}
	return absent
}

// core returns the digest that the sealed payload repeats.
func (h *Header) core() landbridge.Digest {
	b := append(make([]byte, 0, 1024), domainCore...)
	return landbridge.Sum(h.appendCore(b))
}

// ParseHeader reads a header. It accepts the canonical text and nothing else,
// so two different texts never mean the same.
func ParseHeader(text []byte) (Header, error) {
	if len(text) > MaxHeader {
		return Header{}, refuse(TooLarge, "the header has %d bytes; the limit is %d", len(text), MaxHeader)
	}
	if !utf8.Valid(text) {
		return Header{}, refuse(BadHeader, "the header is not UTF-8 text")
	}
	r := &reader{rest: string(text)}
	h, err := r.header()
	if err != nil {
		return Header{}, err
	}
	if r.rest != "" {
		return Header{}, refuse(BadHeader, "the header goes on after its payload line")
	}
	if err := h.check(); err != nil {
		return Header{}, err
	}
	// Whatever the fields above forgave (a plus sign, a leading zero) ends here.
	if !bytes.Equal(h.append(h.appendCore(nil)), text) {
		return Header{}, refuse(BadHeader, "the header is not in canonical form; write it as spec/envelope.md says")
	}
	return h, nil
}

// A reader takes a header apart, line by line, in the one order there is.
type reader struct{ rest string }

// next returns the value of the next line, which must be called name.
func (r *reader) next(name string) (string, error) {
	l, rest, ok := strings.Cut(r.rest, "\n")
	value, ok2 := strings.CutPrefix(l, name+" ")
	if !ok || !ok2 {
		return "", refuse(BadHeader, "the header needs a line %q here; lines stand once each, in the order of spec/envelope.md", name)
	}
	r.rest = rest
	return value, nil
}

// field reads the next line with parse, which says what is wrong with its value.
func field[T any](r *reader, name string, parse func(string) (T, error)) (v T, err error) {
	s, err := r.next(name)
	if err != nil {
		return v, err
	}
	if v, err = parse(s); err != nil {
		return v, refuse(BadHeader, "the header line %q is wrong: %v", name, err)
	}
	return v, nil
}

func (r *reader) header() (h Header, err error) {
	first, rest, _ := strings.Cut(r.rest, "\n")
	if first != headerLine {
		return h, refuse(BadHeader, "the header does not begin with %q; this node speaks no other version", headerLine)
	}
	r.rest = rest
	if h.ID, err = field(r, "id", landbridge.ParseID); err != nil {
		return h, err
	}
	if h.From, err = field(r, "from", landbridge.ParsePartyID); err != nil {
		return h, err
	}
	if h.Signer, err = field(r, "signer", ParseKeyID); err != nil {
		return h, err
	}
	for len(h.To) == 0 || strings.HasPrefix(r.rest, "to ") {
		a, err := field(r, "to", parseAddress)
		if err != nil {
			return h, err
		}
		h.To = append(h.To, a)
	}
	if h.Created, err = field(r, "created", parseTime); err != nil {
		return h, err
	}
	if h.Expires, err = field(r, "expires", parseTime); err != nil {
		return h, err
	}
	return h, r.subject(&h)
}

// subject reads the lines that say what the message is about.
func (r *reader) subject(h *Header) (err error) {
	if h.Kind, err = r.next("kind"); err != nil {
		return err
	}
	if h.Case, err = field(r, "case", maybe(landbridge.ParseID)); err != nil {
		return err
	}
	if h.Process, err = field(r, "process", maybe(landbridge.ParseProcessRef)); err != nil {
		return err
	}
	if h.Handling, err = field(r, "handling", maybe(func(s string) (string, error) { return s, nil })); err != nil {
		return err
	}
	if h.Directory, err = field(r, "directory", parseInt); err != nil {
		return err
	}
	if h.Previous, err = field(r, "previous", maybe(parseHash)); err != nil {
		return err
	}
	if h.Commitment, err = field(r, "commitment", parseHash); err != nil {
		return err
	}
	payload, err := r.next("payload")
	if err != nil {
		return err
	}
	size, root, _ := strings.Cut(payload, " ")
	if h.PayloadSize, err = parseInt(size); err == nil {
		h.PayloadRoot, err = parseHash(root)
	}
	if err != nil {
		return refuse(BadHeader, "the header line %q is wrong: %v", "payload", err)
	}
	return nil
}

// maybe lets parse meet the sign for a field that is not set.
func maybe[T any](parse func(string) (T, error)) func(string) (T, error) {
	return func(s string) (v T, err error) {
		if s == absent {
			return v, nil
		}
		return parse(s)
	}
}

func parseAddress(s string) (a Address, err error) {
	party, key, ok := strings.Cut(s, " ")
	if !ok {
		return a, errors.New("it is a party and the name of its key")
	}
	if a.Party, err = landbridge.ParsePartyID(party); err != nil {
		return a, err
	}
	a.Key, err = ParseKeyID(key)
	return a, err
}

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(timeForm, s)
	if err != nil {
		return t, errors.New("a time is written like 2027-01-02T15:04:05.000000Z")
	}
	return t.UTC(), nil
}

func parseInt(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errors.New("a number is written in plain decimal digits")
	}
	return n, nil
}

// parseHash is stricter than landbridge.ParseDigest: no prefix.
func parseHash(s string) (landbridge.Digest, error) {
	if len(s) != 64 {
		return landbridge.Digest{}, errors.New("a digest is 64 lower-case hex digits")
	}
	return landbridge.ParseDigest(s)
}

// check says what keeps h from being a header. It is asked both before a
// header is written and after one was read.
func (h *Header) check() error {
	if _, err := landbridge.ParseID(string(h.ID)); err != nil {
		return refuse(BadHeader, "the message id is wrong: %v", err)
	}
	if _, err := landbridge.ParsePartyID(string(h.From)); err != nil {
		return refuse(BadHeader, "the sender is wrong: %v", err)
	}
	if _, err := ParseKeyID(string(h.Signer)); err != nil {
		return refuse(BadHeader, "the signing key is named wrongly: %v", err)
	}
	if err := h.checkTo(); err != nil {
		return err
	}
	if err := h.checkTimes(); err != nil {
		return err
	}
	if !landbridge.ValidName(h.Kind, landbridge.MaxKind) {
		return refuse(BadHeader, "the kind %.60q is not a plain name of at most %d bytes", h.Kind, landbridge.MaxKind)
	}
	if h.Case != "" {
		if _, err := landbridge.ParseID(string(h.Case)); err != nil {
			return refuse(BadHeader, "the case is wrong: %v", err)
		}
	}
	if !h.Process.IsZero() {
		if _, err := landbridge.ParseProcessRef(h.Process.String()); err != nil || h.Process.Hash.IsZero() {
			return refuse(BadHeader, "the process is wrong: a process is named like information-request@1 sha256:…")
		}
	}
	if err := checkHandling(h.Handling); err != nil {
		return err
	}
	if h.Directory < 0 {
		return refuse(BadHeader, "the directory position is negative")
	}
	if h.Commitment.IsZero() || h.PayloadRoot.IsZero() {
		return refuse(BadHeader, "the commitment or the payload root is not set")
	}
	if h.PayloadSize <= 0 || h.PayloadSize > MaxPayload {
		return refuse(TooLarge, "the payload has %d bytes; it has at least 1 and at most %d", h.PayloadSize, int64(MaxPayload))
	}
	return nil
}

func (h *Header) checkTo() error {
	if len(h.To) == 0 || len(h.To) > MaxRecipients {
		return refuse(BadHeader, "a message has 1 to %d recipients, this one has %d", MaxRecipients, len(h.To))
	}
	for i, a := range h.To {
		if _, err := landbridge.ParsePartyID(string(a.Party)); err != nil {
			return refuse(BadHeader, "a recipient is wrong: %v", err)
		}
		if _, err := ParseKeyID(string(a.Key)); err != nil {
			return refuse(BadHeader, "the key of a recipient is named wrongly: %v", err)
		}
		if i > 0 && h.To[i-1].Party >= a.Party {
			return refuse(BadHeader, "recipients stand once each, sorted by party; %s does not", a.Party)
		}
	}
	return nil
}

func (h *Header) checkTimes() error {
	for _, t := range []time.Time{h.Created, h.Expires} {
		if t.Year() < 2000 || t.Year() > 9999 || !t.Equal(t.Truncate(time.Microsecond)) {
			return refuse(BadHeader, "a time lies between the years 2000 and 9999 and is exact to the microsecond")
		}
	}
	if life := h.Expires.Sub(h.Created); life <= 0 || life > MaxLifetime {
		return refuse(BadHeader, "a message expires after it was created, and within %d days", MaxLifetime/(24*time.Hour))
	}
	return nil
}

// checkHandling keeps a marking to one line that looks like what it is: no
// control characters and nothing that changes the direction of writing.
func checkHandling(s string) error {
	if len(s) > MaxHandling || !utf8.ValidString(s) || s == absent || strings.TrimSpace(s) != s {
		return refuse(BadHeader, "a marking is at most %d bytes of text on one line, without spaces around it", MaxHandling)
	}
	for _, r := range s {
		switch {
		case r < 0x20, r >= 0x7f && r <= 0x9f, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return refuse(BadHeader, "a marking has no control characters and no marks of writing direction")
		}
	}
	return nil
}

// sortTo puts recipients in the order of the header.
func sortTo(rs []Recipient) {
	slices.SortFunc(rs, func(a, b Recipient) int { return cmp.Compare(a.Party, b.Party) })
}
