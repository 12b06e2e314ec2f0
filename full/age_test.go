package full

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/seal"
)

// stockAge builds the age tool of the pinned version. The one of Debian 12
// (1.1.1) knows no post-quantum recipients.
func stockAge(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "age")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		if os.Getenv("LANDBRIDGE_FULL") != "" {
			t.Fatalf("building the age tool: %v\n%s", err, out)
		}
		t.Skipf("the age tool cannot be built here, and this is not the full tier: %v", err)
	}
	return path
}

// TestStockAgeOpensOurPayloads opens what was sealed to a party with nothing
// but the age tool and the party's key file, inline and detached.
func TestStockAgeOpensOurPayloads(t *testing.T) {
	tool := stockAge(t)
	signing, err := seal.NewSigningKey(rand.Reader)
	must(t, err)
	keys := [2]seal.SealingKey{}
	d := seal.Draft{ID: "01960000-0000-7000-8000-000000000001", From: "XA", Created: time.Now().Truncate(time.Microsecond), Expires: time.Now().Truncate(time.Microsecond).Add(time.Hour), Kind: "case.act"}
	for i := range keys {
		keys[i], err = seal.NewSealingKey()
		must(t, err)
		d.Recipients = append(d.Recipients, seal.Recipient{Party: []landbridge.PartyID{"XB", "XC"}[i], Key: keys[i].PublicText()})
	}
	small := []byte("who holds the account?")
	e, _, err := seal.Seal(d, small, signing, rand.Reader)
	must(t, err)
	large := make([]byte, 3<<20)
	rand.Read(large)
	var detached bytes.Buffer
	_, _, err = seal.SealStream(d, bytes.NewReader(large), int64(len(large)), signing, rand.Reader, &detached)
	must(t, err)
	for i, key := range keys {
		file := filepath.Join(t.TempDir(), "key.txt")
		must(t, os.WriteFile(file, []byte("# sealing key of a party\n"+key.Secret()+"\n"), 0o600))
		for name, c := range map[string]struct{ payload, body []byte }{"inline": {e.Payload, small}, "detached": {detached.Bytes(), large}} {
			cmd := exec.CommandContext(t.Context(), tool, "-d", "-i", file)
			cmd.Stdin = bytes.NewReader(c.payload)
			var out, why bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &why
			if err := cmd.Run(); err != nil {
				t.Fatalf("age could not open the %s payload for recipient %d: %v\n%s", name, i, err, why.Bytes())
			}
			b := out.Bytes()
			n := binary.BigEndian.Uint64(b[86:94]) // spec/envelope.md, section 6
			if !bytes.Equal(b[94:94+n], c.body) {
				t.Errorf("the %s payload holds %d bytes that are not the body", name, n)
			}
		}
	}
}
