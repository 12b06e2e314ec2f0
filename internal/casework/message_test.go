package casework

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// sample is a small act in canonical form.
func sample(t testing.TB) (coreText, whole []byte) {
	t.Helper()
	c := &core{Format: actFormat, Case: "01a20320-0000-7000-8000-000000000001", Process: landbridge.ProcessRef{ID: "information-request", Version: 1, Hash: landbridge.Sum([]byte("an example"))}.String(), From: "XA", To: []landbridge.PartyID{"XB"},
		Number: "XA-2026-0001", Title: "Who holds the account? <&>", Sides: map[string][]landbridge.PartyID{"requesting": {"XA"}, "requested": {"XB"}}, Transition: "send",
		By: author{Person: "0123456789abcdef", Role: landbridge.Officer, Name: "D. Oru"}, Handling: "TLP:AMBER PAP:GREEN H1 H3:oral use only",
		Fields: process.Values{"purpose": process.Text("investigation"), "data_kinds": {Items: []string{"account_holder"}}, "offences": {Rows: []process.Row{{"code": "fraud", "max_penalty": "10y"}}}},
		Files:  []fileLine{{ID: "01a20320-0000-7000-8000-000000000002", Name: "statement.pdf", Title: "Statement", MediaType: "application/pdf", Size: 3, SHA256: landbridge.Sum([]byte("pdf"))}},
		Made:   time.Date(2026, 11, 22, 12, 0, 0, 123456000, time.UTC)}
	coreText, err := canon.Encode(c)
	must(t, err)
	whole, err = body(coreText, tail{Parents: []landbridge.Digest{landbridge.Sum([]byte("a"))}, Approvals: []staff.Approval{}})
	must(t, err)
	return coreText, whole
}

// TestActVector holds the canonical form of an act and its digest against a file
// that other implementations test themselves with.
func TestActVector(t *testing.T) {
	coreText, whole := sample(t)
	path := filepath.Join("..", "..", "spec", "vectors", "process", "act.txt")
	want := append(whole, "\n"+digestOf(coreText).String()+"\n"...)
	if os.Getenv("LANDBRIDGE_UPDATE_VECTORS") != "" {
		must(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("the file holds\n%s\nthe code gives\n%s", got, want)
	}
	c, again, end, err := parseBody(whole)
	if err != nil || !bytes.Equal(again, coreText) || c.Number != "XA-2026-0001" || len(end.Parents) != 1 {
		t.Errorf("%+v %+v %v", c, end, err)
	}
}

// TestBodyRefuses changes a good act in one place each.
func TestBodyRefuses(t *testing.T) {
	_, whole := sample(t)
	for name, tt := range map[string]struct{ from, to string }{
		"unknown key":        {`"from":"XA"`, `"from":"XA","speed":9`},
		"key twice":          {`"from":"XA"`, `"from":"XC","from":"XA"`},
		"blanks":             {`"from":"XA"`, `"from": "XA"`},
		"escaped":            {`"from":"XA"`, `"from":"X\u0041"`},
		"other order":        {`"from":"XA","to":["XB"]`, `"to":["XB"],"from":"XA"`},
		"no second line":     {"\n", " "},
		"third line":         {"\n", "\n{}\n"},
		"lower-case party":   {`"from":"XA"`, `"from":"xa"`},
		"number of another":  {`"number":"XA-2026-0001"`, `"number":"../../1"`},
		"marking reordered":  {`TLP:AMBER PAP:GREEN H1`, `PAP:GREEN TLP:AMBER H1`},
		"role":               {`"role":"officer"`, `"role":"emperor"`},
		"pseudonym":          {`0123456789abcdef`, `0123456789ABCDEF`},
		"system with name":   {`"person":"0123456789abcdef","role":"officer"`, `"person":"0123456789abcdef","role":"system"`},
		"file path":          {`statement.pdf`, `a/../b.pdf`},
		"file right-to-left": {`statement.pdf`, "statement\u202efdp.exe"},
		"negative size":      {`"size":3`, `"size":-3`},
		"media type":         {`application/pdf`, `application/pdf; charset=x`},
		"digest prefix":      {`"sha256":"`, `"sha256":"sha256:`},
		"zero parent":        {`"parents":["` + landbridge.Sum([]byte("a")).String(), `"parents":["` + strings.Repeat("0", 64)},
		"null parents":       {`"parents":["` + landbridge.Sum([]byte("a")).String() + `"]`, `"parents":null`},
	} {
		changed := bytes.Replace(whole, []byte(tt.from), []byte(tt.to), 1)
		if bytes.Equal(changed, whole) {
			t.Errorf("%s: the sample has no %q", name, tt.from)
			continue
		}
		if _, _, _, err := parseBody(changed); err == nil || fail.KindOf(err) == fail.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, _, err := parseBody(make([]byte, MaxBody+1)); !fail.Is(err, fail.TooLarge) {
		t.Errorf("too large: %v", err)
	}
}

func TestValidNumber(t *testing.T) {
	for s, ok := range map[string]bool{"XA-2026-0001": true, "XA-FIU-2026-12345": true, "XA-2026-001": false, "2026-0001": false, "xa-2026-0001": false, "XA-26-0001": false,
		"XA-2026-000a": false, "": false, "-": false, "XA--2026-0001": false, "XA-2026-": false, "A-2026-0001": false} {
		if validNumber(s) != ok {
			t.Errorf("%q: %v", s, !ok)
		}
	}
}

func FuzzBody(f *testing.F) {
	_, whole := sample(f)
	f.Add(whole)
	f.Add([]byte("{}\n{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, coreText, end, err := parseBody(b)
		if err != nil {
			if fail.KindOf(err) == fail.Internal {
				t.Errorf("no sentence for %q: %v", b, err)
			}
			return
		}
		again, err := body(coreText, *end)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q became %q, %v", b, again, err)
		}
		if text, err := canon.Encode(c); err != nil || !bytes.Equal(text, coreText) {
			t.Errorf("%q became %q, %v", coreText, text, err)
		}
	})
}
