package ledger_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/ledger"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 123456000, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, want ledger.Code) {
	t.Helper()
	if !ledger.Is(err, want) {
		t.Fatalf("got %q (%v), want code %q", ledger.CodeOf(err), err, want)
	}
}

// A tree is a whole log in memory: what a node keeps in its database.
type tree struct {
	origin  string
	public  string // key in text form
	signer  note.Signer
	log     note.Verifier
	edge    *ledger.Edge
	entries [][]byte
	tiles   map[[2]int64][]byte
}

func newTree(t testing.TB, origin string) *tree {
	t.Helper()
	secret, public, err := ledger.NewLogKey(origin, rand.Reader)
	must(t, err)
	w := &tree{origin: origin, public: public, edge: ledger.NewEdge(), tiles: map[[2]int64][]byte{}}
	w.signer, err = note.NewSigner(secret)
	must(t, err)
	w.log, err = ledger.ParseVerifier(public)
	must(t, err)
	return w
}

func entry(i int) []byte {
	e := ledger.Entry{Kind: "case.step", Time: noon.Add(time.Duration(i) * time.Microsecond), Actor: "node", Commitment: landbridge.Sum(fmt.Append(nil, i))}
	b, err := e.Marshal()
	if err != nil {
		panic(err)
	}
	return b
}

// grow adds n entries and stores the tiles they touch.
func (w *tree) grow(n int) {
	for range n {
		e := entry(len(w.entries))
		w.entries = append(w.entries, e)
		w.edge.Add(ledger.LeafHash(e))
	}
	for _, tile := range w.edge.Touched() {
		w.tiles[[2]int64{int64(tile.Level), tile.Index}] = append([]byte(nil), tile.Data...)
	}
	w.edge.Settle()
}

func (w *tree) checkpoint() ledger.Checkpoint {
	return ledger.Checkpoint{Origin: w.origin, Size: w.edge.Size(), Root: w.edge.Root()}
}

func (w *tree) signed(t testing.TB) []byte {
	t.Helper()
	b, err := ledger.SignCheckpoint(w.checkpoint(), w.signer)
	must(t, err)
	return b
}

// Height, ReadTiles and SaveTiles make a tree a tlog.TileReader.
func (w *tree) Height() int                     { return 8 }
func (w *tree) SaveTiles([]tlog.Tile, [][]byte) {}
func (w *tree) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range tiles {
		d := w.tiles[[2]int64{int64(tile.L), tile.N}]
		if len(d) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("no tile %v", tile)
		}
		all = append(all, d[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func (w *tree) hashes() tlog.HashReader {
	c := w.checkpoint()
	return tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, w)
}

func (w *tree) prove(t testing.TB, index int64, cosignatures ...[]byte) ledger.Proof {
	t.Helper()
	p, err := tlog.ProveRecord(w.edge.Size(), index, w.hashes())
	must(t, err)
	cp := w.signed(t)
	for _, c := range cosignatures {
		cp = append(cp, c...)
	}
	return ledger.Proof{Index: index, Hashes: p, Checkpoint: cp}
}

// request makes the request to a witness that knows the log at size old.
func (w *tree) request(t testing.TB, old int64) ledger.WitnessRequest {
	t.Helper()
	r := ledger.WitnessRequest{Old: old, Checkpoint: w.signed(t)}
	if old > 0 && old < w.edge.Size() {
		p, err := tlog.ProveTree(w.edge.Size(), old, w.hashes())
		must(t, err)
		r.Proof = p
	}
	return r
}

// A witness is a cosigner with its public keys.
type witness struct {
	*ledger.Cosigner
	keys []note.Verifier
}

func newWitness(t testing.TB, name string) witness {
	t.Helper()
	c, err := ledger.NewCosigner(name, rand.Reader)
	must(t, err)
	w := witness{Cosigner: c}
	for _, text := range c.VerifierTexts() {
		v, err := ledger.ParseVerifier(text)
		must(t, err)
		w.keys = append(w.keys, v)
	}
	return w
}
