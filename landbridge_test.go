package landbridge

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestParsePartyID(t *testing.T) {
	for s, ok := range map[string]bool{
		"XA": true, "XF": true, "XA-FIU": true, "XA2": true,
		"": false, "X": false, "xa": false, "X1": false, "XA-": false, "XA FIU": false, "XA\n": false,
		strings.Repeat("X", MaxPartyID): true, strings.Repeat("X", MaxPartyID+1): false,
	} {
		if _, err := ParsePartyID(s); (err == nil) != ok {
			t.Errorf("ParsePartyID(%q): error %v, want ok %v", s, err, ok)
		}
	}
}

func TestID(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 0, 0, 123e6, time.UTC)
	id, err := NewID(at, bytes.NewReader(bytes.Repeat([]byte{0xff}, 10)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseID(string(id)); err != nil || got != id {
		t.Errorf("ParseID(%q) = %q, %v", id, got, err)
	}
	if !id.Time().Equal(at) {
		t.Errorf("time %v, want %v", id.Time(), at)
	}
	later, _ := NewID(at.Add(time.Millisecond), bytes.NewReader(make([]byte, 10)))
	if later <= id {
		t.Errorf("%s does not sort after %s", later, id)
	}
	for _, bad := range []string{"", strings.ToUpper(string(id)), string(id[:35]), string(id) + "0", strings.Replace(string(id), "-7fff", "-4fff", 1)} {
		if _, err := ParseID(bad); err == nil {
			t.Errorf("ParseID(%q) accepted", bad)
		}
	}
}

func TestProcessRef(t *testing.T) {
	ref := ProcessRef{"information-request", 3, Sum([]byte("x"))}
	if got, err := ParseProcessRef(ref.String()); err != nil || got != ref {
		t.Errorf("round trip of %q: %v, %v", ref, got, err)
	}
	for _, bad := range []string{"", "a@1", "a@01 sha256:" + ref.Hash.String(), "A@1 sha256:" + ref.Hash.String(), "a@0 sha256:" + ref.Hash.String(), "a@1 sha256:00"} {
		if _, err := ParseProcessRef(bad); err == nil {
			t.Errorf("ParseProcessRef(%q) accepted", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("XA")
	f.Add("01960000-0000-7000-8000-000000000000")
	f.Add("information-request@1 sha256:" + Sum(nil).String())
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePartyID(s); err == nil && string(p) != s {
			t.Errorf("party %q became %q", s, p)
		}
		if id, err := ParseID(s); err == nil && string(id) != s {
			t.Errorf("id %q became %q", s, id)
		}
		if r, err := ParseProcessRef(s); err == nil && r.String() != s {
			t.Errorf("process %q became %q", s, r)
		}
	})
}
