package exchange

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// Bounds of what travels. They are part of spec/delivery.md.
const (
	MaxItems  = 256                      // messages in one batch
	MaxBatch  = 4<<20 + seal.MaxEnvelope // bytes of one batch: the last message may pass 4 MiB
	MaxAnswer = 4 << 20                  // bytes of one answer
	fillBatch = 4 << 20                  // a batch takes no further message from here on
	maxHead   = 1 << 10                  // bytes of the text above the items
	maxHashes = 64                       // hashes of one proof
)

const (
	batchForm  = "landbridge-batch/v1"
	answerForm = "landbridge-answer/v1"
)

// relayLane marks a batch that a relay hands on: its numbers serve only to
// match the answer.
const relayLane Lane = "relay"

// A batch is messages of one lane, in order.
type batch struct {
	Epoch landbridge.ID // of the sender's numbering; empty in a relay's batch
	Lane  Lane
	After int64 // number of the last message the sender holds a receipt or refusal for
	Items []item
}

type item struct {
	Seq      int64
	Envelope []byte
}

// A status says how a batch as a whole was met.
type status string

const (
	statusOK      status = "ok"
	statusGap     status = "gap"     // the receiver lacks what the sender thinks it has
	statusRewound status = "rewound" // the sender uses numbers again
)

// An answer says what became of each message of a batch.
type answer struct {
	Status     status
	Cursor     int64 // number of the last message the receiver took or refused
	Reason     string
	Checkpoint []byte // of the receiver's log; covers every attestation
	Items      []outcome
}

// An outcome is an attestation (delivered, relayed or refused) or "later".
type outcome struct {
	Seq    int64
	Proof  *attestation
	Kind   fail.Kind // of later
	Reason string    // of later
}

// head writes the text above the items.
func head(form string, pairs ...string) []byte {
	b := append([]byte(form), '\n')
	for i := 0; i < len(pairs); i += 2 {
		b = append(b, pairs[i]...)
		b = append(b, ' ')
		b = append(b, pairs[i+1]...)
		b = append(b, '\n')
	}
	return append(b, '\n')
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func (b *batch) marshal() []byte {
	epoch := string(b.Epoch)
	if epoch == "" {
		epoch = "-"
	}
	out := head(batchForm, "epoch", epoch, "lane", string(b.Lane), "after", itoa(b.After), "items", itoa(int64(len(b.Items))))
	for _, it := range b.Items {
		out = binary.BigEndian.AppendUint64(out, uint64(it.Seq))
		out = binary.BigEndian.AppendUint32(out, uint32(len(it.Envelope)))
		out = append(out, it.Envelope...)
	}
	return out
}

// A reader takes a message between nodes apart. After the first fault it
// returns zeros, so that only the end must ask.
type reader struct {
	rest []byte
	form string
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fail.New(fail.Invalid, "this is not %s: %s", r.form, fmt.Sprintf(format, args...))
	}
}

// heads reads the text above the items: the form, then the named lines.
func (r *reader) heads(names ...string) []string {
	values := make([]string, len(names))
	text, _, ok := strings.Cut(string(r.rest[:min(len(r.rest), maxHead)]), "\n\n")
	lines := strings.Split(text, "\n")
	if !ok || lines[0] != r.form || len(lines) != len(names)+1 {
		r.fail("it begins with that line and %d more, then an empty one", len(names))
		return values
	}
	for i, name := range names {
		v, ok := strings.CutPrefix(lines[i+1], name+" ")
		if !ok {
			r.fail("line %d begins with %q", i+2, name)
		}
		values[i] = v
	}
	r.rest = r.rest[len(text)+2:]
	return values
}

func (r *reader) number(s string, bound int64) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > bound || itoa(n) != s {
		r.fail("%.20q is not a number from 0 to %d", s, bound)
		return 0
	}
	return n
}

func (r *reader) bytes(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.rest) {
		r.fail("it ends too early")
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) u8() int {
	if b := r.bytes(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (r *reader) u16() int {
	if b := r.bytes(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (r *reader) u32() int {
	if b := r.bytes(4); b != nil {
		return int(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (r *reader) i64() int64 {
	b := r.bytes(8)
	if b == nil {
		return 0
	}
	n := binary.BigEndian.Uint64(b)
	if n > 1<<62 {
		r.fail("a number is too large")
		return 0
	}
	return int64(n)
}

// end refuses bytes left over.
func (r *reader) end() error {
	if len(r.rest) > 0 {
		r.fail("%d bytes are left over", len(r.rest))
	}
	return r.err
}

func parseLane(s string) (Lane, bool) {
	l := Lane(s)
	return l, l == Urgent || l == Normal || l == Bulk || l == relayLane
}

func parseBatch(raw []byte) (*batch, error) {
	if len(raw) > MaxBatch {
		return nil, fail.New(fail.TooLarge, "a batch has at most %d bytes; send fewer messages at once", MaxBatch)
	}
	r := &reader{rest: raw, form: batchForm}
	h := r.heads("epoch", "lane", "after", "items")
	b := &batch{}
	var ok bool
	if b.Lane, ok = parseLane(h[1]); !ok {
		r.fail("there is no lane %.20q", h[1])
	}
	if b.Lane != relayLane {
		var err error
		if b.Epoch, err = landbridge.ParseID(h[0]); err != nil {
			r.fail("the epoch is wrong: %v", err)
		}
	} else if h[0] != "-" {
		r.fail("a relay's batch has no epoch")
	}
	b.After = r.number(h[2], 1<<62)
	n := r.number(h[3], MaxItems)
	last := b.After
	for range n {
		it := item{Seq: r.i64()}
		it.Envelope = r.bytes(r.u32())
		if r.err == nil && it.Seq <= last {
			r.fail("numbers go up; %d follows %d", it.Seq, last)
		}
		last = it.Seq
		b.Items = append(b.Items, it)
	}
	return b, r.end()
}

// The outcomes of one message as they travel.
const (
	outcomeProof = 1
	outcomeLater = 2
)

func (a *attestation) append(out []byte) []byte {
	out = binary.BigEndian.AppendUint16(out, uint16(len(a.Statement)))
	out = append(out, a.Statement...)
	out = append(out, a.Salt[:]...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(a.Entry)))
	out = append(out, a.Entry...)
	out = binary.BigEndian.AppendUint64(out, uint64(a.Index))
	out = append(out, byte(len(a.Hashes)))
	for _, h := range a.Hashes {
		out = append(out, h[:]...)
	}
	return out
}

func (r *reader) attestation() *attestation {
	a := &attestation{}
	a.Statement = r.bytes(r.u16())
	copy(a.Salt[:], r.bytes(len(a.Salt)))
	a.Entry = r.bytes(r.u16())
	a.Index = r.i64()
	n := r.u8()
	if n > maxHashes {
		r.fail("a proof has at most %d hashes", maxHashes)
		return a
	}
	for range n {
		var h tlog.Hash
		copy(h[:], r.bytes(len(h)))
		a.Hashes = append(a.Hashes, h)
	}
	return a
}

// parseAttestation reads what append wrote.
func parseAttestation(b []byte) (*attestation, error) {
	r := &reader{rest: b, form: "an attestation"}
	a := r.attestation()
	return a, r.end()
}

func (a *answer) marshal() []byte {
	reason := oneLine(a.Reason)
	out := head(answerForm, "status", string(a.Status), "cursor", itoa(a.Cursor), "reason", reason,
		"checkpoint", itoa(int64(len(a.Checkpoint))), "items", itoa(int64(len(a.Items))))
	out = append(out, a.Checkpoint...)
	for _, o := range a.Items {
		out = binary.BigEndian.AppendUint64(out, uint64(o.Seq))
		if o.Proof != nil {
			out = o.Proof.append(append(out, outcomeProof))
			continue
		}
		reason := oneLine(o.Reason)
		out = append(out, outcomeLater, byte(o.Kind))
		out = binary.BigEndian.AppendUint16(out, uint16(len(reason)))
		out = append(out, reason...)
	}
	return out
}

func parseAnswer(raw []byte) (*answer, error) {
	if len(raw) > MaxAnswer {
		return nil, fail.New(fail.TooLarge, "an answer has at most %d bytes", MaxAnswer)
	}
	r := &reader{rest: raw, form: answerForm}
	h := r.heads("status", "cursor", "reason", "checkpoint", "items")
	a := &answer{Status: status(h[0]), Reason: h[2]}
	if a.Status != statusOK && a.Status != statusGap && a.Status != statusRewound {
		r.fail("there is no status %.20q", h[0])
	}
	if oneLine(a.Reason) != a.Reason {
		r.fail("the reason is not one line of text")
	}
	a.Cursor = r.number(h[1], 1<<62)
	a.Checkpoint = r.bytes(int(r.number(h[3], MaxAnswer)))
	n := r.number(h[4], MaxItems)
	for range n {
		o := outcome{Seq: r.i64()}
		switch r.u8() {
		case outcomeProof:
			o.Proof = r.attestation()
		case outcomeLater:
			o.Kind = fail.Kind(r.u8())
			o.Reason = oneLine(string(r.bytes(r.u16())))
		default:
			r.fail("a message was met in an unknown way")
		}
		a.Items = append(a.Items, o)
	}
	return a, r.end()
}
