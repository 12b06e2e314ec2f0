package full

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A node is a database with the log of one party, served over HTTP.
type node struct {
	id        landbridge.PartyID
	db        *db.DB
	log       *record.Log
	public    string // key of the log, in text form
	verifier  note.Verifier
	witness   *ledger.Cosigner
	witnesses []note.Verifier // keys of its own witness
	url       *url.URL
}

func newNode(t *testing.T, id landbridge.PartyID) *node {
	t.Helper()
	d, err := db.Open(filepath.Join(t.TempDir(), "node.db"), db.Options{})
	must(t, err)
	t.Cleanup(func() { d.Close() })
	must(t, d.Migrate(t.Context(), record.Schema()))
	n := &node{id: id, db: d}
	secret, public, err := ledger.NewLogKey(record.Origin(id), rand.Reader)
	must(t, err)
	n.public = public
	signer, err := note.NewSigner(secret)
	must(t, err)
	n.verifier, err = ledger.ParseVerifier(public)
	must(t, err)
	n.witness, err = ledger.NewCosigner(record.WitnessName(id), rand.Reader)
	must(t, err)
	for _, text := range n.witness.VerifierTexts() {
		v, err := ledger.ParseVerifier(text)
		must(t, err)
		n.witnesses = append(n.witnesses, v)
	}
	n.log, err = record.Open(t.Context(), d, record.Config{Party: id, Signer: signer, Verifier: n.verifier, Witness: n.witness, Clock: time.Now, Random: rand.Reader})
	must(t, err)
	s := httptest.NewServer(http.HandlerFunc(n.serve))
	t.Cleanup(s.Close)
	n.url, err = url.Parse(s.URL + "/log/")
	must(t, err)
	return n
}

func (n *node) serve(w http.ResponseWriter, r *http.Request) {
	res, err := n.log.Resource(r.Context(), strings.TrimPrefix(r.URL.Path, "/log/"))
	switch {
	case fail.Is(err, fail.Missing):
		http.Error(w, fail.Safe(err), http.StatusNotFound)
	case err != nil:
		http.Error(w, fail.Safe(err), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", res.Type)
		w.Write(res.Body) //nolint:errcheck // the client finds out
	}
}

func (n *node) append(t *testing.T, count int) {
	t.Helper()
	for count > 0 {
		now := min(count, 5000)
		must(t, n.db.Write(t.Context(), func(tx *db.Tx) error {
			for i := range now {
				f := record.Fact{Kind: "case.step", Actor: ledger.NodeActor, Digest: landbridge.Sum(fmt.Append(nil, i)), About: "case/a"}
				if _, err := n.log.Append(tx, f); err != nil {
					return err
				}
			}
			return nil
		}))
		count -= now
	}
}

// leafHashes is how Tessera's own command reads a bundle.
func leafHashes(bundle []byte) (all [][]byte, err error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	for _, e := range b.Entries {
		all = append(all, rfc6962.DefaultHasher.HashLeaf(e))
	}
	return all, nil
}

func check(ctx context.Context, t *testing.T, n *node) error {
	t.Helper()
	fetcher, err := client.NewHTTPFetcher(n.url, nil)
	must(t, err)
	v, err := formats.NewVerifier(n.public)
	must(t, err)
	return fsck.New(record.Origin(n.id), v, fetcher, leafHashes, fsck.Opts{N: 2}).Check(ctx)
}

// TestTesseraAcceptsOurLog lets Tessera's fsck read a node's whole log over
// HTTP at sizes around the borders of tiles, and then a log that was tampered with.
func TestTesseraAcceptsOurLog(t *testing.T) {
	n := newNode(t, "XA")
	size := 0
	for _, next := range []int{1, 255, 256, 257, 512, 700, 66_000} {
		n.append(t, next-size)
		size = next
		if err := check(t.Context(), t, n); err != nil {
			t.Fatalf("at size %d: %v", size, err)
		}
	}
	for name, q := range map[string]string{
		"an entry": `UPDATE record_fact SET entry = (SELECT entry FROM record_fact WHERE idx = 778) WHERE idx = 777`,
		"a tile":   `UPDATE record_tile SET data = (SELECT data FROM record_tile WHERE level = 0 AND idx = 3) WHERE level = 0 AND idx = 4`,
	} {
		tampered := newNode(t, "XA")
		tampered.append(t, 1500)
		must(t, tampered.db.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(q); return err }))
		if err := check(t.Context(), t, tampered); err == nil {
			t.Errorf("fsck did not see that %s was changed", name)
		}
	}
}

// TestForeignVerifiers gives a cosigned proof to note, tlog and Merkle code that
// is not ours.
func TestForeignVerifiers(t *testing.T) {
	owner, witness := newNode(t, "XA"), newNode(t, "XB")
	owner.append(t, 1000)
	req, err := owner.log.WitnessRequest(t.Context(), "XB")
	must(t, err)
	lines, err := witness.log.Cosign(t.Context(), "XA", owner.verifier, req)
	must(t, err)
	must(t, owner.log.AddCosignature(t.Context(), "XB", witness.witnesses, lines))
	text, entry, err := owner.log.Prove(t.Context(), 321)
	must(t, err)
	p, err := ledger.ParseProof(text)
	must(t, err)

	log, err := formats.NewVerifier(owner.public)
	must(t, err)
	cosigner, err := formats.NewVerifierForCosignatureV1(witness.witness.VerifierTexts()[0])
	must(t, err)
	opened, err := note.Open(p.Checkpoint, note.VerifierList(log, cosigner))
	must(t, err)
	if len(opened.Sigs) != 2 || len(opened.UnverifiedSigs) != 1 {
		t.Errorf("%d signatures hold for others, %d are unknown to them; want 2 and the ML-DSA one", len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	c, err := ledger.ParseCheckpoint(opened.Text)
	must(t, err)
	var hashes [][]byte
	for _, h := range p.Hashes {
		hashes = append(hashes, h[:])
	}
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(p.Index), uint64(c.Size), rfc6962.DefaultHasher.HashLeaf(entry), hashes, c.Root[:])
	if err != nil {
		t.Errorf("the inclusion proof does not hold for others: %v", err)
	}

	owner.append(t, 777)
	req, err = owner.log.WitnessRequest(t.Context(), "XB")
	must(t, err)
	r, err := ledger.ParseWitnessRequest(req)
	must(t, err)
	now, err := ledger.PeekCheckpoint(r.Checkpoint)
	must(t, err)
	hashes = nil
	for _, h := range r.Proof {
		hashes = append(hashes, h[:])
	}
	err = proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(c.Size), uint64(now.Size), hashes, c.Root[:], now.Root[:])
	if err != nil || r.Old != c.Size {
		t.Errorf("the consistency proof does not hold for others: %v", err)
	}
}
