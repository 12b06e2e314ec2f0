package exchange_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

const vectorDir = "../../spec/vectors/delivery"

// A vector is one line of the index of spec/vectors/delivery.
type vector struct {
	File    string `json:"file"`    // beside the index
	What    string `json:"what"`    // receipt, batch, answer, statement, knock, ask, pull, announce, note
	Accept  bool   `json:"accept"`  // by whoever reads it by the specification
	Why     string `json:"why"`     // what the vector is about
	Refusal string `json:"refusal"` // a piece of our sentence; others may say it otherwise
}

// TestVectors checks the published vectors. With LANDBRIDGE_WRITE_VECTORS set
// it makes them anew, which changes every key in them.
func TestVectors(t *testing.T) {
	if os.Getenv("LANDBRIDGE_WRITE_VECTORS") != "" {
		writeVectors(t)
	}
	raw, err := os.ReadFile(filepath.Join(vectorDir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	directory, err := os.ReadFile(filepath.Join(vectorDir, "directory.txt"))
	if err != nil {
		t.Fatal(err)
	}
	view, err := party.ParseFile(directory, landbridge.Digest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		b, err := os.ReadFile(filepath.Join(vectorDir, v.File))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(v.File, ".hex") {
			if b, err = hex.DecodeString(strings.Join(strings.Fields(string(b)), "")); err != nil {
				t.Fatal(err)
			}
		}
		if v.What == "receipt" {
			_, err = exchange.VerifyReceipt(b, exchange.Trust{Directory: view, Quorum: -1})
		} else {
			var again []byte
			again, err = exchange.ParsersForTest[v.What](b)
			if err == nil && !bytes.Equal(again, b) {
				t.Errorf("%s: read and written again it differs", v.File)
			}
		}
		if (err == nil) != v.Accept || err != nil && !strings.Contains(fail.Safe(err), v.Refusal) {
			t.Errorf("%s (%s): %v; accept %v, %q", v.File, v.Why, err, v.Accept, v.Refusal)
		}
	}
	if len(all) < 12 {
		t.Errorf("only %d vectors", len(all))
	}
}

func writeVectors(t *testing.T) {
	file, w := receiptOf(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	for _, n := range w.all {
		n.halt()
	}
	if err := os.MkdirAll(vectorDir, 0o755); err != nil {
		t.Fatal(err)
	}
	var index []vector
	put := func(name, what string, accept bool, why, refusal string, raw []byte) {
		if strings.HasSuffix(name, ".hex") {
			raw = []byte(hex.EncodeToString(raw) + "\n")
		}
		if err := os.WriteFile(filepath.Join(vectorDir, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if what != "" {
			index = append(index, vector{name, what, accept, why, refusal})
		}
	}
	put("directory.txt", "", true, "", "", party.FormatFile(w.entry))
	change := func(old, now string) []byte { return []byte(strings.Replace(string(file), old, now, 1)) }
	lines := strings.Split(string(file), "\n")
	put("receipt-good.txt", "receipt", true, "delivered, cosigned by two", "", file)
	put("receipt-bad-recipient.txt", "receipt", false, "the statement names another recipient", "about another message", change("\nto XB\n", "\nto XC\n"))
	put("receipt-bad-step.txt", "receipt", false, "the statement says more than the entry", "about something else", change("step delivered", "step retrieved"))
	put("receipt-bad-time.txt", "receipt", false, "the time of the entry was changed", "the proof does not hold", changeAfter(lines, "== entry", "time "))
	put("receipt-bad-cosigner.txt", "receipt", false, "the cosignatures of one witness are missing", "2 witnesses",
		[]byte(strings.Join(slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.HasPrefix(l, "— landbridge.example/XF/") }), "\n")))
	put("receipt-bad-section.txt", "receipt", false, "a section is missing", "is missing", change("== header", "== signature"))
	put("receipt-bad-spaces.txt", "receipt", false, "a space too many", "", change("from XA", "from  XA"))

	batch := exchange.BatchForTest(epochOne, exchange.Urgent, 3, 4, marshal(t, a.seal("hello", nil, b)), marshal(t, a.seal("again", nil, b)))
	answer, err := b.x.Accept(t.Context(), "XA", exchange.BatchForTest("0fffffff-0000-7000-8000-000000000001", exchange.Normal, 0, 1, marshal(t, a.seal("hello", nil, b)), []byte("none")))
	if err != nil {
		t.Fatal(err)
	}
	put("batch-good.hex", "batch", true, "two messages of lane urgent, numbers 4 and 5", "", batch)
	put("batch-bad-trailing.hex", "batch", false, "a byte left over", "left over", append(bytes.Clone(batch), 0))
	put("batch-bad-short.hex", "batch", false, "it ends too early", "ends too early", batch[:len(batch)-1])
	put("batch-bad-lane.hex", "batch", false, "no such lane", "there is no lane", bytes.Replace(batch, []byte("lane urgent"), []byte("lane hasty"), 1))
	put("batch-bad-order.hex", "batch", false, "numbers do not go up", "numbers go up", exchange.BatchForTest(epochOne, exchange.Urgent, 9, 4, []byte("x")))
	put("answer-good.hex", "answer", true, "one delivered, one refused as bytes", "", answer)
	put("answer-bad-trailing.hex", "answer", false, "a byte left over", "left over", append(bytes.Clone(answer), 0))
	put("knock-good.txt", "knock", true, "nothing known yet", "", []byte("landbridge-knock/v1\ndirectory 0 "+strings.Repeat("0", 64)+"\nseen 0\n\n"))
	put("ask-good.txt", "ask", true, "an entry, and a message left with a relay", "",
		[]byte("landbridge-ask/v1\nentry 3 "+strings.Repeat("a", 64)+"\nrelayed "+strings.Repeat("b", 64)+" XB\n"))
	put("ask-bad.txt", "ask", false, "a number with a leading zero", "", []byte("landbridge-ask/v1\nentry 03 "+strings.Repeat("a", 64)+"\n"))
	put("pull-good.txt", "pull", true, "no answer to bring", "", []byte("landbridge-pull/v1\nlane urgent\nanswer 0\n\n"))
	statement := "landbridge-step/v1\nstep refused\nmessage 01960000-0000-7000-8000-000000000001\nenvelope " + strings.Repeat("e", 64) +
		"\nfrom XA\nto XB\nby XB\nat 2027-03-01T12:00:00.123456Z\nkind denied\nreason not under this process; S4\n"
	put("statement-good.txt", "statement", true, "a refusal", "", []byte(statement))
	put("statement-bad-kind.txt", "statement", false, "a kind where none belongs", "", []byte(strings.Replace(statement, "step refused", "step delivered", 1)))
	put("statement-bad-line.txt", "statement", false, "a line too many", "", []byte(statement+"\n"))
	out, err := json.MarshalIndent(index, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(vectorDir, "index.json"), append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// changeAfter changes the last digit before the Z of the first line with a
// prefix after a mark.
func changeAfter(lines []string, mark, prefix string) []byte {
	out := append([]string(nil), lines...)
	seen := false
	for i, l := range out {
		seen = seen || l == mark
		if seen && strings.HasPrefix(l, prefix) {
			at, err := time.Parse("2006-01-02T15:04:05.000000Z", strings.TrimPrefix(l, prefix))
			if err == nil {
				out[i] = prefix + at.Add(time.Microsecond).Format("2006-01-02T15:04:05.000000Z")
			}
			break
		}
	}
	return []byte(strings.Join(out, "\n"))
}
