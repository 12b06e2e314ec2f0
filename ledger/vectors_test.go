package ledger_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/ledger"
)

//go:generate go test -run ^TestVectors$ -update .

var update = flag.Bool("update", false, "write spec/vectors/ledger anew")

const vectorDir = "../spec/vectors/ledger"

// A vector is one file of spec/vectors/ledger. spec/ledger.md says what its
// fields mean; Test says which of them are set.
type vector struct {
	Name   string      `json:"name"`
	About  string      `json:"about"`
	Test   string      `json:"test"`   // entry, commitment, tree, cosign, proof or request
	Expect ledger.Code `json:"expect"` // "ok" or the code of the refusal

	Entry string `json:"entry,omitempty"`

	Kind       string `json:"kind,omitempty"`
	Salt       string `json:"salt,omitempty"`
	Digest     string `json:"digest,omitempty"`
	Commitment string `json:"commitment,omitempty"`

	Entries []string         `json:"entries,omitempty"`
	Roots   map[int64]string `json:"roots,omitempty"` // size → root, base64

	Witness    string `json:"witness,omitempty"`    // secret key
	Checkpoint string `json:"checkpoint,omitempty"` // text
	Time       int64  `json:"time,omitempty"`
	Lines      string `json:"lines,omitempty"`

	Log       string   `json:"log,omitempty"`
	Witnesses []string `json:"witnesses,omitempty"`
	Quorum    int      `json:"quorum,omitempty"`
	Strict    bool     `json:"strict,omitempty"`
	Proof     string   `json:"proof,omitempty"`
	Cosigners []string `json:"cosigners,omitempty"`

	Known   string `json:"known,omitempty"` // text of a checkpoint
	Request string `json:"request,omitempty"`
	Size    int64  `json:"size,omitempty"` // the witness answers with
}

const expectOK = ledger.Code("ok")

func (v *vector) run(t *testing.T) {
	t.Helper()
	var err error
	same := true
	switch v.Test {
	case "entry":
		_, err = ledger.ParseEntry([]byte(v.Entry))
	case "commitment":
		var salt [32]byte
		_, err = hex.Decode(salt[:], []byte(v.Salt))
		must(t, err)
		digest, err := landbridge.ParseDigest(v.Digest)
		must(t, err)
		same = ledger.Commit(v.Kind, salt, digest).String() == v.Commitment
	case "tree":
		edge := ledger.NewEdge()
		for i := range len(v.Entries) + 1 {
			if want, ok := v.Roots[int64(i)]; ok && edge.Root().String() != want {
				same = false
			}
			if i < len(v.Entries) {
				edge.Add(ledger.LeafHash([]byte(v.Entries[i])))
			}
		}
	case "cosign":
		same = v.runCosign(t)
	case "proof":
		var names []string
		names, err = v.runProof(t)
		same = err != nil || slices.Equal(names, v.Cosigners)
	case "request":
		err = v.runRequest(t)
	default:
		t.Errorf("%s: unknown test %q", v.Name, v.Test)
	}
	if got := ledger.CodeOf(err); err == nil && v.Expect != expectOK || err != nil && got != v.Expect || !same {
		t.Errorf("%s: got %q (%v), want %q; same: %v", v.Name, got, err, v.Expect, same)
	}
}

func (v *vector) runCosign(t *testing.T) bool {
	t.Helper()
	w, err := ledger.ParseCosigner(v.Witness)
	must(t, err)
	c, err := ledger.ParseCheckpoint(v.Checkpoint)
	must(t, err)
	lines, err := w.Cosign(c, time.Unix(v.Time, 0))
	must(t, err)
	return string(lines) == v.Lines && slices.Equal(w.VerifierTexts(), v.Witnesses)
}

func verifiers(t *testing.T, texts ...string) (all []note.Verifier) {
	t.Helper()
	for _, text := range texts {
		k, err := ledger.ParseVerifier(text)
		must(t, err)
		all = append(all, k)
	}
	return all
}

func (v *vector) runProof(t *testing.T) ([]string, error) {
	t.Helper()
	p, err := ledger.ParseProof([]byte(v.Proof))
	if err != nil {
		return nil, err
	}
	policy := ledger.Policy{Log: verifiers(t, v.Log)[0], Witnesses: verifiers(t, v.Witnesses...), Quorum: v.Quorum, Strict: v.Strict}
	_, names, err := p.Verify([]byte(v.Entry), policy)
	return names, err
}

func (v *vector) runRequest(t *testing.T) error {
	t.Helper()
	r, err := ledger.ParseWitnessRequest([]byte(v.Request))
	if err != nil {
		return err
	}
	known := ledger.Checkpoint{}
	if v.Known != "" {
		known, err = ledger.ParseCheckpoint(v.Known)
		must(t, err)
	}
	c, err := ledger.Judge(known, r, verifiers(t, v.Log)[0])
	if e, ok := err.(*ledger.Error); ok && e.Known != v.Size || err == nil && c.Size != v.Size {
		t.Errorf("%s: size %d, want %d (%v)", v.Name, c.Size, v.Size, err)
	}
	return err
}

func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	files, err := filepath.Glob(vectorDir + "/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d vectors found (%v); write them with go generate ./ledger", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		must(t, err)
		var v vector
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(&v); err != nil || v.Name+".json" != filepath.Base(file) {
			t.Fatalf("%s: %v", file, err)
		}
		v.run(t)
	}
}

// A maker writes vectors about one log and two witnesses.
type maker struct {
	t    *testing.T
	log  *tree
	b, c witness
	all  []vector
}

func writeVectors(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 2) // the same files every time
	m := &maker{t: t, log: newTree(t, "landbridge.example/XA")}
	m.b, m.c = newWitness(t, "landbridge.example/XB/witness"), newWitness(t, "landbridge.example/XC/witness")
	m.entries()
	m.trees()
	m.cosigns()
	m.proofs()
	m.requests()
	old, err := filepath.Glob(vectorDir + "/*.json")
	must(t, err)
	for _, f := range old {
		must(t, os.Remove(f))
	}
	must(t, os.MkdirAll(vectorDir, 0o755))
	for _, v := range m.all {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetIndent("", "\t")
		e.SetEscapeHTML(false)
		must(t, e.Encode(v))
		must(t, os.WriteFile(filepath.Join(vectorDir, v.Name+".json"), b.Bytes(), 0o644))
	}
}

func (m *maker) add(v vector) {
	if v.Expect == "" {
		v.Expect = expectOK
	}
	m.all = append(m.all, v)
}

func (m *maker) entries() {
	m.add(vector{Name: "entry-good", About: "an entry by a person", Test: "entry", Entry: goodEntry})
	m.add(vector{Name: "entry-node", About: "an entry by the node itself", Test: "entry", Entry: strings.Replace(goodEntry, "00112233445566aa", "node", 1)})
	for _, tt := range []struct{ name, about, old, new string }{
		{"version", "another version", "entry/v1", "entry/v2"},
		{"time", "a time without microseconds", "00.123456Z", "00Z"},
		{"actor", "a name instead of a pseudonym", "00112233445566aa", "anna"},
		{"more", "a line more", "7852b855\n", "7852b855\nx y\n"},
		{"upper", "a digest in upper case", "e3b0c4", "E3B0C4"},
	} {
		m.add(vector{Name: "entry-bad-" + tt.name, About: tt.about, Test: "entry", Expect: ledger.BadEntry, Entry: strings.Replace(goodEntry, tt.old, tt.new, 1)})
	}
	salt := [32]byte{1, 2, 3}
	digest := landbridge.Sum([]byte("what happened"))
	m.add(vector{Name: "commitment", About: "the commitment of an entry", Test: "commitment", Kind: "message.delivered", Salt: hex.EncodeToString(salt[:]), Digest: digest.String(),
		Commitment: ledger.Commit("message.delivered", salt, digest).String()})
}

func (m *maker) trees() {
	w := newTree(m.t, m.log.origin)
	v := vector{Name: "tree", About: "roots of a growing log; the root of the empty log is the SHA-256 of nothing", Test: "tree", Roots: map[int64]string{}}
	for i := range 260 {
		if i < 9 || i > 254 {
			v.Roots[int64(i)] = w.edge.Root().String()
		}
		w.grow(1)
		v.Entries = append(v.Entries, string(w.entries[i]))
	}
	m.add(v)
}

func (m *maker) cosigns() {
	c := ledger.Checkpoint{Origin: m.log.origin, Size: 42, Root: tlog.Hash(landbridge.Sum([]byte("root")))}
	lines, err := m.b.Cosign(c, noon)
	must(m.t, err)
	m.add(vector{Name: "cosign", About: "both signature lines of a witness over a checkpoint; ML-DSA-44 in its deterministic variant", Test: "cosign", Witness: m.b.Secret(),
		Checkpoint: c.Text(), Time: noon.Unix(), Lines: string(lines), Witnesses: m.b.VerifierTexts()})
}

func (m *maker) proofs() {
	m.log.grow(300)
	b, err := m.b.Cosign(m.log.checkpoint(), noon)
	must(m.t, err)
	c, err := m.c.Cosign(m.log.checkpoint(), noon)
	must(m.t, err)
	both := append(m.b.VerifierTexts(), m.c.VerifierTexts()...)
	good := vector{Test: "proof", Log: m.log.public, Witnesses: both, Quorum: 2, Strict: true, Entry: string(m.log.entries[257]), Proof: string(m.log.prove(m.t, 257, b, c).Format()),
		Cosigners: []string{m.b.Name(), m.c.Name()}}
	add := func(name, about string, expect ledger.Code, change func(v *vector)) {
		v := good
		v.Name, v.About, v.Expect = "proof-"+name, about, expect
		change(&v)
		if expect != "" {
			v.Cosigners = nil
		}
		m.add(v)
	}
	add("good", "an entry in a log that two witnesses have seen", "", func(*vector) {})
	add("good-one", "a log of one entry", "", func(v *vector) {
		w := newTree(m.t, m.log.origin)
		w.signer, w.log = m.log.signer, m.log.log
		w.grow(1)
		v.Proof, v.Entry, v.Quorum, v.Cosigners = string(w.prove(m.t, 0).Format()), string(w.entries[0]), 0, nil
	})
	add("good-extra", "extra data is not covered", "", func(v *vector) { v.Proof = strings.Replace(v.Proof, "index", "extra c2FsdA==\nindex", 1) })
	add("good-unknown", "a signature of an unknown key is ignored when the reader is not strict", "", func(v *vector) {
		v.Witnesses, v.Strict, v.Quorum, v.Cosigners = m.b.VerifierTexts(), false, 1, []string{m.b.Name()}
	})
	add("bad-unknown", "a signature of an unknown key, for a strict reader", ledger.BadSignature, func(v *vector) { v.Witnesses, v.Quorum = m.b.VerifierTexts(), 1 })
	add("bad-entry", "the proof is of another entry", ledger.BadProof, func(v *vector) { v.Entry = string(m.log.entries[256]) })
	add("bad-index", "another index", ledger.BadProof, func(v *vector) { v.Proof = strings.Replace(v.Proof, "index 257", "index 256", 1) })
	add("bad-index-beyond", "an index beyond the log", ledger.BadProof, func(v *vector) { v.Proof = strings.Replace(v.Proof, "index 257", "index 300", 1) })
	add("bad-hash", "a hash is missing", ledger.BadProof, func(v *vector) {
		head, rest, _ := strings.Cut(v.Proof, "index 257\n")
		_, rest, _ = strings.Cut(rest, "\n")
		v.Proof = head + "index 257\n" + rest
	})
	add("bad-quorum", "one witness too few", ledger.NoQuorum, func(v *vector) { v.Quorum = 3 })
	add("bad-size", "the checkpoint was changed after it was signed", ledger.BadSignature, func(v *vector) { v.Proof = strings.Replace(v.Proof, "\n300\n", "\n301\n", 1) })
	add("bad-log", "a checkpoint of another log", ledger.UnknownLog, func(v *vector) { v.Log = newTree(m.t, "landbridge.example/XC").public })
	add("bad-base64", "the unused bits of a signature's last character are set", ledger.BadSignature, func(v *vector) {
		v.Proof = loose(string(m.log.prove(m.t, 257, b[:bytes.IndexByte(b, '\n')+1]).Format()))
	})
}

// loose sets an unused bit in the base64 of the last signature of a proof.
func loose(proof string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	at := len(strings.TrimRight(proof, "=\n")) - 1
	n := strings.IndexByte(alphabet, proof[at])
	return proof[:at] + alphabet[n+1:n+2] + proof[at+1:]
}

func (m *maker) requests() {
	w := newTree(m.t, m.log.origin)
	w.signer, w.log = m.log.signer, m.log.log
	w.grow(10)
	at10, req10 := w.checkpoint().Text(), string(w.request(m.t, 0).Format())
	w.grow(290)
	at300 := w.checkpoint().Text()
	req300, again := string(w.request(m.t, 10).Format()), string(w.request(m.t, 300).Format())
	fork := newTree(m.t, w.origin)
	fork.signer, fork.log = w.signer, w.log
	fork.entries = [][]byte{nil}
	fork.grow(10)
	fork10 := string(fork.request(m.t, 0).Format())
	fork.grow(290)
	fork300 := string(fork.request(m.t, 10).Format())
	for _, v := range []vector{
		{Name: "good-first", About: "a log seen for the first time", Request: req10, Size: 10},
		{Name: "good-grown", About: "a log that has grown", Known: at10, Request: req300, Size: 300},
		{Name: "good-again", About: "the same checkpoint once more", Known: at300, Request: again, Size: 300},
		{Name: "bad-stale", About: "the proof begins at another size than the witness knows", Known: at300, Request: req300, Expect: ledger.Stale, Size: 300},
		{Name: "bad-shrunk", About: "the log is smaller than it was", Known: at300, Request: req10, Expect: ledger.Shrunk, Size: 300},
		{Name: "bad-fork", About: "another root at the size the witness knows, signed by the log's own key", Known: at10, Request: fork10, Expect: ledger.Forked},
		{Name: "bad-fork-grown", About: "a second history that has grown", Known: at10, Request: fork300, Expect: ledger.BadProof},
		{Name: "bad-old", About: "the old size is above the checkpoint's", Request: strings.Replace(req10, "old 0", "old 11", 1), Expect: ledger.BadRequest},
		{Name: "bad-line", About: "a proof line is no hash", Known: at10, Request: strings.Replace(req300, "old 10\n", "old 10\n!\n", 1), Expect: ledger.BadRequest},
		{Name: "bad-signature", About: "the size was changed after signing", Request: strings.Replace(req10, "\n10\n", "\n11\n", 1), Expect: ledger.BadSignature},
	} {
		v.Name, v.Test, v.Log = "request-"+v.Name, "request", m.log.public
		m.add(v)
	}
}
