package ledger_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	mrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/ledger"
)

const goodEntry = `landbridge-entry/v1
kind message.delivered
time 2027-03-01T12:00:00.123456Z
actor 00112233445566aa
commitment e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
`

func TestEntry(t *testing.T) {
	e, err := ledger.ParseEntry([]byte(goodEntry))
	must(t, err)
	b, err := e.Marshal()
	must(t, err)
	if string(b) != goodEntry || e.Kind != "message.delivered" || !e.Time.Equal(noon) || e.Commitment != landbridge.Sum(nil) {
		t.Errorf("%+v", e)
	}
	for _, tt := range []struct{ name, old, new, says string }{
		{"version", "entry/v1", "entry/v2", "five lines"},
		{"order", "kind message.delivered\ntime 2027-03-01T12:00:00.123456Z", "time 2027-03-01T12:00:00.123456Z\nkind message.delivered", "line 2"},
		{"missing", "actor 00112233445566aa\n", "", "five lines"},
		{"more", "7852b855\n", "7852b855\nmore\n", "five lines"},
		{"no newline", "7852b855\n", "7852b855", "five lines"},
		{"kind", "message.delivered", "Message", "not a plain name"},
		{"kind long", "message.delivered", strings.Repeat("k", 49), "at most 48"},
		{"time", "00.123456Z", "00Z", "a time is written"},
		{"time comma", "00.123456Z", "00,123456Z", "canonical"},
		{"old time", "2027", "1970", "between the years"},
		{"actor", "00112233445566aa", "anna", "16 lower-case hex digits"},
		{"actor upper", "00112233445566aa", "00112233445566AA", "16 lower-case hex digits"},
		{"commitment", "e3b0c44", "E3b0c44", "64 lower-case"},
		{"commitment prefix", "e3b0c44", "sha256:e3b0c44", "canonical"},
		{"commitment zero", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", strings.Repeat("0", 64), "not set"},
		{"long", "node", "", "limit is 1024"},
	} {
		text := strings.Replace(goodEntry, tt.old, tt.new, 1)
		if tt.name == "long" {
			text = strings.Repeat("x", 1025)
		}
		_, err := ledger.ParseEntry([]byte(text))
		if !ledger.Is(err, ledger.BadEntry) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
	if _, err := (&ledger.Entry{}).Marshal(); !ledger.Is(err, ledger.BadEntry) {
		t.Errorf("an empty entry: %v", err)
	}
}

func TestCommit(t *testing.T) {
	a := ledger.Commit("x", [32]byte{1}, landbridge.Sum([]byte("y")))
	for _, b := range []landbridge.Digest{
		ledger.Commit("x", [32]byte{2}, landbridge.Sum([]byte("y"))), ledger.Commit("xx", [32]byte{1}, landbridge.Sum([]byte("y"))), ledger.Commit("x", [32]byte{1}, landbridge.Sum([]byte("z"))),
	} {
		if a == b {
			t.Error("two facts have one commitment")
		}
	}
}

// TestEdge grows logs in random steps and compares root, tiles and the edge
// read back from tiles with what package tlog computes from all hashes.
func TestEdge(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(idx))
		for i, x := range idx {
			out[i] = stored[x]
		}
		return out, nil
	})
	w := newTree(t, "landbridge.example/XA")
	random := mrand.New(mrand.NewPCG(1, 2))
	for size := 0; size < 70_000; {
		root, err := tlog.TreeHash(int64(size), reader)
		must(t, err)
		if root != w.edge.Root() || w.edge.Size() != int64(size) {
			t.Fatalf("at size %d the root differs", size)
		}
		loaded, err := ledger.LoadEdge(int64(size), func(level int, index int64, _ int) ([]byte, error) {
			return w.tiles[[2]int64{int64(level), index}], nil
		})
		must(t, err)
		if loaded.Root() != root {
			t.Fatalf("at size %d the edge read back has another root", size)
		}
		clone := loaded.Clone()
		clone.Add(tlog.Hash{1})
		if loaded.Root() != root || loaded.Size() != int64(size) {
			t.Fatalf("at size %d a clone changes its original", size)
		}
		w.edge = loaded // go on from what was stored
		step := 1 + random.IntN(400)
		if border := 256 - size%256; random.IntN(2) == 0 {
			step = border // exactly to the end of a tile
		}
		for i := range step {
			hashes, err := tlog.StoredHashesForRecordHash(int64(size+i), ledger.LeafHash(entry(size+i)), reader)
			must(t, err)
			stored = append(stored, hashes...)
		}
		w.grow(step)
		size += step
	}
	for _, tile := range tlog.NewTiles(8, 0, w.edge.Size()) {
		want, err := tlog.ReadTileData(tile, reader)
		must(t, err)
		got := w.tiles[[2]int64{int64(tile.L), tile.N}]
		if len(got) < len(want) || !bytes.Equal(got[:len(want)], want) {
			t.Fatalf("the tile %v differs", tile)
		}
	}
}

func TestLoadEdgeRefuses(t *testing.T) {
	broken := errors.New("disk")
	_, err := ledger.LoadEdge(5, func(int, int64, int) ([]byte, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := ledger.LoadEdge(5, func(int, int64, int) ([]byte, error) { return make([]byte, 4*32), nil }); err == nil {
		t.Error("loaded an edge from a short tile")
	}
}

// TestProofs proves random entries of logs of random size, and flips every bit
// of one proof: no flip may leave it valid for the same entry and policy.
func TestProofs(t *testing.T) {
	random := mrand.New(mrand.NewPCG(3, 4))
	for _, size := range []int{1, 2, 3, 255, 256, 257, 1000, 66_000} {
		w := newTree(t, "landbridge.example/XA")
		w.grow(size)
		policy := ledger.Policy{Log: w.log}
		for range 8 {
			i := random.IntN(size)
			p, err := ledger.ParseProof(w.prove(t, int64(i)).Format())
			must(t, err)
			c, _, err := p.Verify(w.entries[i], policy)
			if err != nil || c != w.checkpoint() {
				t.Fatalf("entry %d of %d: %v", i, size, err)
			}
			if _, _, err := p.Verify(entry(size+7), policy); !ledger.Is(err, ledger.BadProof) {
				t.Fatalf("a wrong entry: %v", err)
			}
			p.Index = int64(size)
			_, _, err = p.Verify(w.entries[i], policy)
			refused(t, err, ledger.BadProof)
		}
	}
	w := newTree(t, "landbridge.example/XA")
	w.grow(37)
	text := w.prove(t, 20).Format()
	for i := range text {
		for bit := range 8 {
			b := bytes.Clone(text)
			b[i] ^= 1 << bit
			p, err := ledger.ParseProof(b)
			if err == nil {
				_, _, err = p.Verify(w.entries[20], ledger.Policy{Log: w.log})
			}
			if err == nil {
				t.Fatalf("bit %d of byte %d (%q) of the proof can be flipped", bit, i, text[i])
			}
			if ledger.CodeOf(err) == "" {
				t.Fatalf("a foreign error: %v", err)
			}
		}
	}
}

func TestParseProof(t *testing.T) {
	w := newTree(t, "landbridge.example/XA")
	w.grow(3)
	p := w.prove(t, 1)
	p.Extra = []byte("salt")
	text := string(p.Format())
	back, err := ledger.ParseProof([]byte(text))
	if err != nil || string(back.Extra) != "salt" || string(back.Format()) != text {
		t.Errorf("a proof does not come back: %v", err)
	}
	for _, tt := range []struct{ name, old, new, says string }{
		{"version", "tlog-proof@v1", "tlog-proof@v2", "begins with the line"},
		{"no checkpoint", "\n\n", "\n", "line of the proof is wrong"},
		{"extra empty", "extra c2FsdA==", "extra ", "extra line"},
		{"extra padding", "extra c2FsdA==", "extra c2FsdA", "extra line"},
		{"no index", "index 1\n", "", "index line"},
		{"index zero", "index 1", "index 01", "index line"},
		{"index negative", "index 1", "index -1", "index line"},
		{"hash", "index 1\n", "index 1\nAAAA\n", "line of the proof is wrong"},
		{"many hashes", "index 1\n", "index 1\n" + strings.Repeat("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 64), "at most 63"},
	} {
		_, err := ledger.ParseProof([]byte(strings.Replace(text, tt.old, tt.new, 1)))
		if !ledger.Is(err, ledger.BadProof) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
	_, err = ledger.ParseProof(make([]byte, ledger.MaxProof+1))
	refused(t, err, ledger.BadProof)
	_, err = ledger.ParseProof([]byte("c2sp.org/tlog-proof@v1\n\nx"))
	refused(t, err, ledger.BadProof)
}

func TestCheckpoint(t *testing.T) {
	w := newTree(t, "landbridge.example/XA")
	w.grow(5)
	msg := w.signed(t)
	c, sigs, err := ledger.OpenCheckpoint(msg, w.log)
	if err != nil || c != w.checkpoint() || len(sigs) != 0 {
		t.Fatalf("%+v %v %v", c, sigs, err)
	}
	if c, err := ledger.PeekCheckpoint(msg); err != nil || c != w.checkpoint() {
		t.Errorf("peeking: %+v %v", c, err)
	}
	for _, tt := range []struct{ name, text, says string }{
		{"empty", "", "three lines"},
		{"two lines", "a\n1\n", "three lines"},
		{"extension", "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n", "three lines"},
		{"no newline", "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "three lines"},
		{"no name", "\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "names the log"},
		{"space", "a b\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "names the log"},
		{"size", "a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "leading zeros"},
		{"plus", "a\n+1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "leading zeros"},
		{"hash short", "a\n1\nAAAA\n", "32 bytes"},
		{"hash loose", "a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", "32 bytes"},
	} {
		_, err := ledger.ParseCheckpoint(tt.text)
		if !ledger.Is(err, ledger.BadCheckpoint) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
	other := newTree(t, "landbridge.example/XB")
	_, _, err = ledger.OpenCheckpoint(msg, other.log)
	refused(t, err, ledger.UnknownLog)
	_, _, err = ledger.OpenCheckpoint(msg, newTree(t, w.origin).log)
	refused(t, err, ledger.BadSignature)
	_, _, err = ledger.OpenCheckpoint([]byte("hello"), w.log)
	refused(t, err, ledger.BadCheckpoint)
	_, _, err = ledger.OpenCheckpoint(make([]byte, ledger.MaxNote+1), w.log)
	refused(t, err, ledger.BadCheckpoint)
	flipped := bytes.Replace(msg, []byte("\n5\n"), []byte("\n6\n"), 1)
	_, _, err = ledger.OpenCheckpoint(flipped, w.log)
	refused(t, err, ledger.BadSignature)
	// The log's own key under another log's name.
	c.Origin = "landbridge.example/XC"
	stolen, err := note.Sign(&note.Note{Text: c.Text()}, w.signer)
	must(t, err)
	_, _, err = ledger.OpenCheckpoint(stolen, w.log)
	refused(t, err, ledger.UnknownLog)
	if _, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: "a b"}, w.signer); err == nil {
		t.Error("signed a checkpoint that is none")
	}
}

func TestCosignatures(t *testing.T) {
	w := newTree(t, "landbridge.example/XA")
	w.grow(5)
	b, c := newWitness(t, "landbridge.example/XB/witness"), newWitness(t, "landbridge.example/XC/witness")
	back, err := ledger.ParseCosigner(b.Secret())
	must(t, err)
	if back.VerifierTexts()[1] != b.VerifierTexts()[1] || strings.Contains(b.String(), "SECRET") {
		t.Error("a witness key does not come back, or shows itself")
	}
	lines, err := b.Cosign(w.checkpoint(), noon)
	must(t, err)
	more, err := c.Cosign(w.checkpoint(), noon)
	must(t, err)
	msg, err := ledger.AddSignatures(w.signed(t), append(lines, more...), b.keys...)
	must(t, err)
	if bytes.Count(msg, []byte("\n— ")) != 3 {
		t.Errorf("lines of a key that was not given were kept:\n%s", msg)
	}
	_, sigs, err := ledger.OpenCheckpoint(msg, w.log, b.keys...)
	if err != nil || len(sigs) != 2 {
		t.Fatalf("%d cosignatures: %v", len(sigs), err)
	}
	for _, s := range sigs {
		if at, ok := ledger.CosignedAt(s); !ok || !at.Equal(noon.Truncate(time.Second)) {
			t.Errorf("cosigned at %v", at)
		}
	}
	if _, ok := ledger.CosignedAt(note.Signature{Base64: "AAAA"}); ok {
		t.Error("four bytes tell a time")
	}
	again, err := ledger.AddSignatures(msg, append(lines, more...), append(b.keys, c.keys...)...)
	must(t, err)
	if bytes.Count(again, []byte("\n— ")) != 5 {
		t.Errorf("adding the same twice:\n%s", again)
	}
	all := append(b.keys, c.keys...)
	for quorum, ok := range map[int]bool{0: true, 1: true, 2: true, 3: false} {
		_, names, err := (ledger.Policy{Log: w.log, Witnesses: all, Quorum: quorum}).Check(again)
		if ok != (err == nil) || ok && len(names) != 2 || !ok && !ledger.Is(err, ledger.NoQuorum) {
			t.Errorf("quorum %d: %v %v", quorum, names, err)
		}
	}
	if _, _, err := (ledger.Policy{Log: w.log, Witnesses: all, Quorum: 2, Strict: true}).Check(again); err != nil {
		t.Errorf("all keys known, strictly: %v", err)
	}
	if _, _, err := (ledger.Policy{Log: w.log, Witnesses: b.keys, Strict: true}).Check(again); !ledger.Is(err, ledger.BadSignature) {
		t.Errorf("an unknown witness, strictly: %v", err)
	}
	flipCosignature(t, w, b, lines)
	older := w.checkpoint()
	w.grow(1)
	if _, err := ledger.AddSignatures(w.signed(t), lines, b.keys...); !ledger.Is(err, ledger.BadSignature) {
		t.Errorf("a cosignature of size %d under size %d: %v", older.Size, w.edge.Size(), err)
	}
	if _, err := b.Cosign(older, time.Unix(-5, 0)); err == nil {
		t.Error("cosigned before 1970")
	}
	older.Origin = strings.Repeat("x", 300)
	if _, err := b.Cosign(older, noon); err == nil {
		t.Error("cosigned a name that does not fit")
	}
	_, err = ledger.AddSignatures([]byte("x"), lines, b.keys...)
	refused(t, err, ledger.BadCheckpoint)
}

// flipCosignature flips a bit in every byte of both signature lines. A line
// whose signature is damaged is refused; one whose name is damaged belongs to
// nobody known, and is refused where all keys are known.
func flipCosignature(t *testing.T, w *tree, b witness, lines []byte) {
	t.Helper()
	signed := w.signed(t)
	for i := range lines {
		flipped := bytes.Clone(lines)
		flipped[i] ^= 1 << (i % 8)
		msg := append(bytes.Clone(signed), flipped...)
		if _, sigs, err := ledger.OpenCheckpoint(msg, w.log, b.keys...); err == nil && len(sigs) > 1 {
			t.Fatalf("byte %d of the cosignatures can be flipped", i)
		}
		if _, _, err := (ledger.Policy{Log: w.log, Witnesses: b.keys, Strict: true}).Check(msg); err == nil {
			t.Fatalf("byte %d of the cosignatures can be flipped, strictly", i)
		}
	}
}

func TestKeys(t *testing.T) {
	b := newWitness(t, "landbridge.example/XB/witness")
	ed, ml := b.VerifierTexts()[0], b.VerifierTexts()[1]
	log := newTree(t, "landbridge.example/XA")
	_, public, err := ledger.NewLogKey("landbridge.example/XA", rand.Reader)
	must(t, err)
	for _, text := range []string{ed, ml, public} {
		if _, err := ledger.ParseVerifier(text); err != nil {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "words": "hello", "name only": "a+", "hash": strings.Replace(ed, "+", "+0", 1), "other name": "x" + ed, "cut": ed[:len(ed)-4],
		"newline": ed + "\n", "space": "a b" + ed, "unknown type": "a+4d9ae8b5+/w==", "log key as witness": log.origin,
	} {
		_, err := ledger.ParseVerifier(text)
		if !ledger.Is(err, ledger.BadKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"", "x", b.Secret() + "0", strings.ToLower(b.Secret()), strings.ToUpper(b.Secret()), "LANDBRIDGE-WITNESS-SECRET-1:+00", "LANDBRIDGE-WITNESS-SECRET-1:a+0011"} {
		_, err := ledger.ParseCosigner(text)
		refused(t, err, ledger.BadKey)
	}
	if _, err := ledger.NewCosigner("a b", rand.Reader); !ledger.Is(err, ledger.BadKey) {
		t.Error(err)
	}
	if _, err := ledger.NewCosigner("a", strings.NewReader("short")); err == nil {
		t.Error("made a witness from five bytes")
	}
	if _, _, err := ledger.NewLogKey("a+b", rand.Reader); !ledger.Is(err, ledger.BadKey) {
		t.Error(err)
	}
}

// TestJudge is every decision of a witness.
func TestJudge(t *testing.T) {
	w := newTree(t, "landbridge.example/XA")
	w.grow(10)
	at10, req10 := w.checkpoint(), w.request(t, 0)
	w.grow(290)
	at300, req300 := w.checkpoint(), w.request(t, 10)
	fork := newTree(t, w.origin)
	fork.signer, fork.log = w.signer, w.log
	fork.entries = [][]byte{nil} // every entry of the other history differs
	fork.grow(10)
	fork10 := fork.request(t, 0)
	fork.grow(290)
	fork300 := fork.request(t, 10)
	other := newTree(t, "landbridge.example/XB")
	other.grow(3)
	with := func(r ledger.WitnessRequest, change func(*ledger.WitnessRequest)) ledger.WitnessRequest {
		r.Proof = append([]tlog.Hash(nil), r.Proof...)
		change(&r)
		return r
	}
	none := ledger.Checkpoint{}
	for _, tt := range []struct {
		name  string
		known ledger.Checkpoint
		req   ledger.WitnessRequest
		want  ledger.Code
		size  int64
	}{
		{"first sight", none, req10, "", 0},
		{"grows", at10, req300, "", 0},
		{"same again", at300, w.request(t, 300), "", 0},
		{"first sight of a large log", none, w.request(t, 0), "", 0},
		{"fork at the same size", at10, fork10, ledger.Forked, 0},
		{"fork at the same size, old matches", at300, with(fork300, func(r *ledger.WitnessRequest) { r.Old, r.Proof = 300, nil }), ledger.Forked, 0},
		{"fork at a larger size", at10, fork300, ledger.BadProof, 0},
		{"shrinks", at300, req10, ledger.Shrunk, 300},
		{"stale", at300, w.request(t, 10), ledger.Stale, 300},
		{"thinks too much", at10, w.request(t, 20), ledger.Stale, 10},
		{"begins at nothing", at10, w.request(t, 0), ledger.Stale, 10},
		{"old above size", none, with(req10, func(r *ledger.WitnessRequest) { r.Old = 11 }), ledger.BadRequest, 0},
		{"needless proof", none, with(req10, func(r *ledger.WitnessRequest) { r.Proof = []tlog.Hash{{}} }), ledger.BadRequest, 0},
		{"no proof", at10, with(req300, func(r *ledger.WitnessRequest) { r.Proof = nil }), ledger.BadProof, 0},
		{"short proof", at10, with(req300, func(r *ledger.WitnessRequest) { r.Proof = r.Proof[1:] }), ledger.BadProof, 0},
		{"long proof", at10, with(req300, func(r *ledger.WitnessRequest) { r.Proof = append(r.Proof, tlog.Hash{}) }), ledger.BadProof, 0},
		{"flipped proof", at10, with(req300, func(r *ledger.WitnessRequest) { r.Proof[0][0] ^= 1 }), ledger.BadProof, 0},
		{"another log", none, other.request(t, 0), ledger.UnknownLog, 0},
		{"another log's state", other.checkpoint(), req10, ledger.UnknownLog, 0},
		{"not a checkpoint", none, ledger.WitnessRequest{Checkpoint: []byte("x")}, ledger.BadCheckpoint, 0},
	} {
		req, err := ledger.ParseWitnessRequest(tt.req.Format())
		must(t, err)
		c, err := ledger.Judge(tt.known, req, w.log)
		if tt.want == "" {
			if err != nil || c.Size == 0 {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		e, ok := errors.AsType[*ledger.Error](err)
		if !ok || e.Code != tt.want || e.Known != tt.size || c != none {
			t.Errorf("%s: got %+v, want %s at %d", tt.name, err, tt.want, tt.size)
		}
	}
}

// TestConsistency checks random pairs of sizes, and that no flipped bit in the
// proof or the roots passes.
func TestConsistency(t *testing.T) {
	random := mrand.New(mrand.NewPCG(5, 6))
	w := newTree(t, "landbridge.example/XA")
	seen := []ledger.Checkpoint{w.checkpoint()}
	for range 40 {
		w.grow(1 + random.IntN(300))
		now := w.checkpoint()
		old := seen[random.IntN(len(seen))]
		proof := w.request(t, old.Size).Proof
		must(t, ledger.CheckConsistency(proof, now, old))
		if old.Size > 0 {
			bad := old
			bad.Root[random.IntN(32)] ^= 1 << random.IntN(8)
			refused(t, ledger.CheckConsistency(proof, now, bad), ledger.BadProof)
			flip := append([]tlog.Hash(nil), proof...)
			flip[random.IntN(len(flip))][random.IntN(32)] ^= 1 << random.IntN(8)
			refused(t, ledger.CheckConsistency(flip, now, old), ledger.BadProof)
			refused(t, ledger.CheckConsistency(proof, old, now), ledger.BadProof)
		}
		seen = append(seen, now)
	}
}

func TestWitnessRequest(t *testing.T) {
	w := newTree(t, "landbridge.example/XA")
	w.grow(3)
	text := string(w.request(t, 2).Format())
	for _, tt := range []struct {
		name, old, new string
		code           ledger.Code
	}{
		{"no old", "old 2\n", "", ledger.BadRequest},
		{"old text", "old 2", "old two", ledger.BadRequest},
		{"old zeros", "old 2", "old 02", ledger.BadRequest},
		{"no gap", "\n\n", "\n", ledger.BadRequest},
		{"bad hash", "old 2\n", "old 2\n!\n", ledger.BadRequest},
	} {
		_, err := ledger.ParseWitnessRequest([]byte(strings.Replace(text, tt.old, tt.new, 1)))
		if !ledger.Is(err, tt.code) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	_, err := ledger.ParseWitnessRequest(make([]byte, ledger.MaxWitnessRequest+1))
	refused(t, err, ledger.BadRequest)
}

func TestTilePath(t *testing.T) {
	for text, want := range map[string]ledger.TilePath{
		"tile/0/000":                          {Level: 0, Index: 0, Width: 256},
		"tile/0/001.p/5":                      {Level: 0, Index: 1, Width: 5},
		"tile/63/x001/x234/067":               {Level: 63, Index: 1234067, Width: 256},
		"tile/entries/x001/000.p/255":         {Entries: true, Index: 1000, Width: 255},
		"tile/1/x999/x999/x999/x999/x999/999": {Level: 1, Index: 999_999_999_999_999_999, Width: 256},
	} {
		p, err := ledger.ParseTilePath(text)
		if err != nil || p != want || p.String() != text {
			t.Errorf("%s: %+v %v", text, p, err)
		}
	}
	for _, text := range []string{"", "tile/0", "tile/0/", "tile/00/000", "tile/0/0", "tile/0/0000", "tile/0/001/067", "tile/0/x000/001", "tile/0/x001/x067", "tile/0/000.p/0", "tile/0/000.p/256",
		"tile/0/000.p/05", "tile/0/000.p/", "tile/0/000/", "tile/-1/000", "tile/64/000", "tile/entries", "tile/0/-01", "tile/0/+01", "/tile/0/000", "tile/0/000?x", "tile/x/000",
		"tile/1/x999/x999/x999/x999/x999/x999/999"} {
		if p, err := ledger.ParseTilePath(text); !ledger.Is(err, ledger.BadPath) {
			t.Errorf("%q was read as %+v", text, p)
		}
	}
}

func TestBundle(t *testing.T) {
	var b []byte
	for i := range 256 {
		b = ledger.AppendBundled(b, entry(i))
	}
	entries, err := ledger.ParseBundle(b)
	if err != nil || len(entries) != 256 || !bytes.Equal(entries[255], entry(255)) {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	for _, bad := range [][]byte{b[:len(b)-1], {0}, {0, 5, 1}, ledger.AppendBundled(b, entry(256))} {
		if _, err := ledger.ParseBundle(bad); !ledger.Is(err, ledger.BadEntry) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

func TestQuorum(t *testing.T) {
	for n, want := range map[int]int{1: 2, 3: 2, 4: 3, 9: 4, 190: 65} {
		if got := ledger.Quorum(n); got != want {
			t.Errorf("of %d parties %d, want %d", n, got, want)
		}
	}
}

func TestCodes(t *testing.T) {
	seen := map[ledger.Code]bool{"": true}
	for _, c := range ledger.Codes() {
		if seen[c] {
			t.Errorf("code %q stands twice", c)
		}
		seen[c] = true
	}
	if ledger.CodeOf(errors.New("x")) != "" || ledger.Is(nil, "") {
		t.Error("a foreign error has a code")
	}
}

// TestClone lets two clones of one edge grow apart: neither may write where the
// other or the original reads.
func TestClone(t *testing.T) {
	w := newTree(t, "landbridge.example/XA")
	w.grow(3)
	root := w.edge.Root()
	a, b := w.edge.Clone(), w.edge.Clone()
	a.Add(tlog.Hash{1})
	want := bytes.Clone(a.Touched()[0].Data)
	b.Add(tlog.Hash{2})
	w.edge.Add(tlog.Hash{3})
	if !bytes.Equal(a.Touched()[0].Data, want) || a.Root() == b.Root() || len(want) != 4*32 {
		t.Error("clones of one edge write over each other")
	}
	if w.edge.Clone().Root() != w.edge.Root() || w.edge.Root() == root {
		t.Error("a clone differs from its original")
	}
}
