package badge

import (
	"bytes"
	"crypto/ed25519"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/fail"
)

type key struct{ ed25519.PrivateKey }

func (k key) Sign(m []byte) []byte        { return ed25519.Sign(k.PrivateKey, m) }
func (k key) public() []ed25519.PublicKey { return []ed25519.PublicKey{k.Public().(ed25519.PublicKey)} }
func newKey(b byte) key                   { return key{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, 32))} }

var (
	end  = time.Date(2026, 9, 18, 20, 0, 0, 0, time.UTC)
	some = Badge{Edition: "2026", Number: 17, Name: "Mara Ilven", Category: "party", Until: end}
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBadge(t *testing.T) {
	k := newKey(1)
	text, err := Sign(some, k)
	must(t, err)
	got, err := Verify(text+"\r\n", "2026", k.public(), &Revocations{Numbers: []int{16, 18}}, end.Add(-time.Second))
	must(t, err)
	if *got != some {
		t.Errorf("%+v", got)
	}
	for name, tt := range map[string]struct {
		text, edition string
		keys          []ed25519.PublicKey
		revoked       *Revocations
		at            time.Time
		kind          fail.Kind
	}{
		"another key":     {text, "2026", newKey(2).public(), nil, end.Add(-1), fail.Unsigned},
		"no key":          {text, "2026", nil, nil, end.Add(-1), fail.Unsigned},
		"another edition": {text, "2027", k.public(), nil, end.Add(-1), fail.Invalid},
		"over":            {text, "2026", k.public(), nil, end, fail.Expired},
		"revoked":         {text, "2026", k.public(), &Revocations{Numbers: []int{3, 17}}, end.Add(-1), fail.Denied},
		"cut":             {text[:len(text)-3], "2026", k.public(), nil, end.Add(-1), fail.Invalid},
		"nothing":         {"", "2026", k.public(), nil, end, fail.Invalid},
	} {
		if _, err := Verify(tt.text, tt.edition, tt.keys, tt.revoked, tt.at); !fail.Is(err, tt.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range text { // every changed letter is noticed
		changed := text[:i] + string(letters45[(strings.IndexByte(letters45, text[i])+1)%45]) + text[i+1:]
		if _, err := Verify(changed, "2026", k.public(), nil, end.Add(-1)); err == nil {
			t.Fatalf("letter %d changed, and the badge still counts", i)
		}
	}
}

// TestSize: the longest badge still fits, in letters that a QR code packs well.
func TestSize(t *testing.T) {
	long := Badge{Edition: strings.Repeat("e", MaxEdition), Number: MaxNumber, Name: strings.Repeat("é", MaxName), Category: "secretariat",
		Until: time.Date(2209, 1, 1, 0, 0, 0, 0, time.UTC)}
	text, err := Sign(long, newKey(1))
	must(t, err)
	if len(text) > MaxText || strings.Trim(text, letters45) != "" {
		t.Errorf("%d letters: %s", len(text), text)
	}
	b, err := Parse(text)
	must(t, err)
	if b.Name != strings.Repeat("é", MaxName/2) {
		t.Errorf("the name was cut within a letter: %q", b.Name)
	}
	for _, bad := range []Badge{{}, {Edition: "2026", Number: 1, Name: "x\ny", Category: "party", Until: end}, {Edition: "A B", Number: 1, Name: "x", Category: "party", Until: end},
		{Edition: "2026", Number: MaxNumber + 1, Name: "x", Category: "party", Until: end}, {Edition: "2026", Number: 1, Name: "x", Category: "guest", Until: end}} {
		if _, err := Sign(bad, newKey(1)); !fail.Is(err, fail.Invalid) {
			t.Errorf("%+v was signed: %v", bad, err)
		}
	}
}

// TestBase45 holds the examples of RFC 9285, part 4.
func TestBase45(t *testing.T) {
	for plain, coded := range map[string]string{"AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0"} {
		got, ok := decode45(coded)
		if encode45([]byte(plain)) != coded || !ok || string(got) != plain {
			t.Errorf("%s: %s %s %v", plain, encode45([]byte(plain)), got, ok)
		}
	}
	for _, bad := range []string{"GGW", "::", "A", "ab", "AAé"} {
		if got, ok := decode45(bad); ok {
			t.Errorf("%q was read as %x", bad, got)
		}
	}
}

func TestRevocations(t *testing.T) {
	k := newKey(1)
	r := Revocations{Edition: "2026", Made: end, Numbers: []int{2, 17, 4000}}
	text, err := r.Text(k)
	must(t, err)
	got, err := ParseRevocations(text, k.public())
	must(t, err)
	if got.Edition != r.Edition || !got.Made.Equal(r.Made) || !slices.Equal(got.Numbers, r.Numbers) || !got.Has(17) || got.Has(3) {
		t.Errorf("%+v", got)
	}
	if _, err := ParseRevocations(text, newKey(2).public()); !fail.Is(err, fail.Unsigned) {
		t.Error(err)
	}
	if _, err := ParseRevocations(strings.Replace(text, "\n17\n", "\n", 1), k.public()); !fail.Is(err, fail.Unsigned) {
		t.Errorf("a number taken out of the list: %v", err)
	}
	for _, bad := range []string{"", "\n\n", strings.Replace(text, "\n17\n", "\n017\n", 1), strings.Replace(text, "\n17\n", "\n1\n", 1), strings.Replace(text, "/1", "/2", 1)} {
		if _, err := ParseRevocations(bad, k.public()); !fail.Is(err, fail.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func page(t *testing.T, k key, made time.Time) string {
	t.Helper()
	var out bytes.Buffer
	must(t, Page(&out, Setup{Edition: "2026", Title: "</script><script>alert(1)", Keys: k.public(), Revoked: Revocations{Edition: "2026", Made: made, Numbers: []int{99}},
		Words: Words{Lang: "en", Dir: "ltr", Title: "Door", Valid: "Welcome", Again: "Again", Invalid: "No badge", Unsigned: "Forged", Edition: "Other edition", Expired: "Over",
			Revoked: "Revoked", Unable: "Unable", Number: "Number", Door: "Door", Count: "Scans", Full: "Full", Clock: "Clock", Categories: map[string]string{"party": "Party"}}}))
	return out.String()
}

// TestPage: the page for doors is one file that asks the network for nothing
// and runs no script but the one its policy names.
func TestPage(t *testing.T) {
	p := page(t, newKey(1), end)
	if len(p) > 40_000 {
		t.Errorf("%d bytes", len(p))
	}
	for _, want := range []string{"default-src &#39;none&#39;", strings.ReplaceAll(strings.ReplaceAll(hash(pageScript), "'", "&#39;"), "+", "&#43;"), "LB1:", "2026-09-18"} {
		if !strings.Contains(p, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, bad := range []string{"http://", "https://", "src=", "<script>alert", " style=", "onclick", "fetch(", "eval("} {
		if strings.Contains(p, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if !strings.Contains(p, "<script>"+pageScript+"</script>") || !strings.Contains(p, "<style>"+pageStyle+"</style>") {
		t.Error("script or style do not stand in the page as they were hashed")
	}
}

// stage stands for a browser: just enough of a document for the script to run.
const stage = `
const fs = require("fs"), page = fs.readFileSync(0, "utf8");
const cut = (a, b) => { const i = page.lastIndexOf(a) + a.length; return page.slice(i, page.indexOf(b, i)); };
const made = {};
const element = (id) => made[id] ||= { value: id === "door" ? "door-1" : "", on: {}, addEventListener(e, f) { this.on[e] = f; }, checkValidity: () => true, focus() {} };
element("setup").textContent = cut('id="setup">', "</script>");
globalThis.self = globalThis;
globalThis.document = { getElementById: element };
const kept = {};
globalThis.localStorage = { getItem: (k) => kept[k] ?? null, setItem: (k, v) => { kept[k] = v; } };
Date.now = () => 1789675200000;
(0, eval)(cut("<script>", "</script>"));
(async () => {
  for (const code of process.argv.slice(1)) {
    element("code").value = code;
    element("answer").textContent = "";
    element("code").on.change();
    while (!element("answer").textContent) await new Promise((r) => setTimeout(r, 1));
    console.log(element("answer").textContent.split("\n").join("|"));
  }
  console.log(kept["landbridge-door/2026/scans"]);
})();`

// TestPageRuns lets the script of the page judge the badges that Verify judges.
func TestPageRuns(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the script of the page is run in the full tier")
	}
	k := newKey(1)
	sign := func(b Badge, k key) string {
		text, err := Sign(b, k)
		must(t, err)
		return text
	}
	other, over, revoked := some, some, some
	other.Edition, over.Until, revoked.Number = "2027", time.UnixMilli(1789675200000), 99
	good := sign(some, k)
	cmd := exec.Command(node, "-e", stage, "--", good, good, sign(some, newKey(2)), sign(other, k), sign(over, k), sign(revoked, k), "LB1:X", good[:80]+"A"+good[81:])
	cmd.Stdin = strings.NewReader(page(t, k, end.AddDate(0, 0, -2)))
	out, err := cmd.CombinedOutput()
	must(t, err)
	want := "Welcome|Mara Ilven|Party|Number 17\nAgain|Mara Ilven|Party|Number 17\nForged\nOther edition|Mara Ilven|Party|Number 17\n" +
		"Over|Mara Ilven|Party|Number 17\nRevoked|Mara Ilven|Party|Number 99\nNo badge\n"
	text := string(out)
	if !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "[[\"door-1\",1,17,1789675200000000],[\"door-1\",2,17,1789675200000000]]\n") {
		t.Errorf("the page says:\n%s", text)
	}
}

// TestPageDoubtsItsClock: a device that is behind the making of its page says so.
func TestPageDoubtsItsClock(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the script of the page is run in the full tier")
	}
	k := newKey(1)
	good, err := Sign(some, k)
	must(t, err)
	cmd := exec.Command(node, "-e", stage, "--", good)
	cmd.Stdin = strings.NewReader(page(t, k, time.UnixMilli(1789675200000).Add(time.Hour)))
	out, err := cmd.CombinedOutput()
	must(t, err)
	if !strings.HasPrefix(string(out), "Welcome|Mara Ilven|Party|Number 17|Clock\n") {
		t.Errorf("the page says:\n%s", out)
	}
}

func FuzzParse(f *testing.F) {
	text, _ := Sign(some, newKey(1))
	f.Add(text)
	f.Add("LB1:")
	f.Add("LB1:%69 VD92EX0")
	f.Fuzz(func(t *testing.T, text string) {
		b, payload, signature, err := parse(text)
		if err != nil {
			return
		}
		again, err := b.payload()
		if err != nil || prefix+encode45(append(again, signature...)) != text || !bytes.Equal(again, payload) {
			t.Errorf("%q was read, and is not the one form of %+v", text, b)
		}
	})
}

func FuzzParseRevocations(f *testing.F) {
	k := newKey(1)
	text, _ := (&Revocations{Edition: "2026", Made: end, Numbers: []int{2, 17}}).Text(k)
	f.Add(text)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRevocations(text, k.public())
		if err == nil && !strings.HasPrefix(text, r.body()) {
			t.Errorf("%q is not the one form of %+v", text, r)
		}
	})
}
