package news

import (
	"crypto/rand"
	"regexp"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func desks(t *testing.T, f func(t *testing.T, k *Desk, log *record.Log)) {
	dbtest.Each(t, []db.Schema{record.Schema(), Schema()}, func(t *testing.T, d *db.DB) {
		keys, err := party.NewKeys("XF", start, rand.Reader)
		must(t, err)
		verifier, err := ledger.ParseVerifier(keys.Log.Public())
		must(t, err)
		at := start
		clock := func() time.Time { at = at.Add(time.Second); return at }
		log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: clock, Random: rand.Reader})
		must(t, err)
		f(t, New(Config{DB: d, Log: log, Clock: clock, Random: rand.Reader}), log)
	})
}

func person(r landbridge.Role) staff.Person {
	return staff.Person{ID: "p", Account: "a", Pseudonym: "0123456789abcdef", Roles: []landbridge.Role{r}}
}

func TestNews(t *testing.T) {
	desks(t, func(t *testing.T, k *Desk, log *record.Log) {
		secretary, officer := person(landbridge.Secretariat), person(landbridge.Officer)
		texts := Texts{"en": {Title: "The programme is published", Lead: "Sixteen sessions.", Body: "It has *two* parts."}, "ar": {Title: "نُشر البرنامج"}}
		if _, err := k.Save(t.Context(), officer, "", "", texts, 0); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer wrote news: %v", err)
		}
		id, err := k.Save(t.Context(), secretary, "", "2026", texts, 0)
		must(t, err)
		if all, err := k.Public(t.Context(), ""); err != nil || len(all) != 0 {
			t.Errorf("a draft is public: %v %v", all, err)
		}
		must(t, k.Publish(t.Context(), secretary, id, 1))
		if err := k.Publish(t.Context(), secretary, id, 1); !fail.Is(err, fail.Conflict) {
			t.Errorf("published twice as it stands: %v", err)
		}
		first, err := k.PublicItem(t.Context(), id)
		must(t, err)
		if a, l := first.Texts.In("ru"); l != "en" || a.Title != texts["en"].Title || first.Version != 1 {
			t.Errorf("%+v", first)
		}
		texts["en"] = Article{Title: "The programme is published", Body: "It has *three* parts."}
		if _, err := k.Save(t.Context(), secretary, id, "2026", texts, 7); !fail.Is(err, fail.Conflict) {
			t.Errorf("somebody's change is overwritten: %v", err)
		}
		_, err = k.Save(t.Context(), secretary, id, "2026", texts, 1)
		must(t, err)
		if again, err := k.PublicItem(t.Context(), id); err != nil || again.Digest != first.Digest {
			t.Errorf("a draft shows: %+v %v", again, err)
		}
		must(t, k.Publish(t.Context(), secretary, id, 2))
		all, err := k.Public(t.Context(), "2026")
		must(t, err)
		if len(all) != 1 || all[0].Version != 2 || !all[0].Published.Equal(first.Published) || !all[0].Updated.After(first.Updated) || all[0].Digest == first.Digest {
			t.Errorf("%+v", all[0])
		}
		if all, err := k.Public(t.Context(), "2025"); err != nil || len(all) != 0 {
			t.Errorf("of another edition: %v %v", all, err)
		}
		if err := k.Withdraw(t.Context(), secretary, id, " "); !fail.Is(err, fail.Invalid) {
			t.Errorf("withdrawn without a reason: %v", err)
		}
		must(t, k.Withdraw(t.Context(), secretary, id, "It was another edition's."))
		if _, err := k.PublicItem(t.Context(), id); !fail.Is(err, fail.Missing) {
			t.Errorf("withdrawn and still there: %v", err)
		}
		it, err := k.Show(t.Context(), officer, id)
		must(t, err)
		if it.State != Withdrawn || it.Reason == "" || it.Version != 2 {
			t.Errorf("%+v", it)
		}
		must(t, k.Publish(t.Context(), secretary, id, 2)) // what was withdrawn may be shown again
	})
}

// TestRefusedText: what would do harm on a page is refused when it is written …
func TestRefusedText(t *testing.T) {
	for name, body := range bad() {
		a := Article{Title: "x", Body: body}
		if err := a.check("en"); !fail.Is(err, fail.Invalid) && !fail.Is(err, fail.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, a := range map[string]Article{"no title": {}, "two lines": {Title: "a\nb"}, "control": {Title: "a\x00b"}, "lead": {Title: "a", Lead: "a\x1b[2J"}} {
		if err := a.check("en"); !fail.Is(err, fail.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := Article{Title: "x", Body: "# One\n\n1 < 2 & 3, [a](https://forum.example/x?a=1&b=2), [b](/public/forum/), <mailto:a@b.example>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n    code <b>\n"}
	must(t, good.check("zh"))
	if err := good.check("tlh"); !fail.Is(err, fail.Invalid) {
		t.Errorf("a language: %v", err)
	}
}

// TestHarmless: … and does none if it came there in another way.
func TestHarmless(t *testing.T) {
	for name, body := range bad() {
		out, err := Render(body)
		must(t, err)
		if x := harmful(out); x != "" {
			t.Errorf("%s: %s in %s", name, x, out)
		}
	}
	out, err := Render("# One\n\nTwo *three* [four](https://forum.example/) `<b>`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
	must(t, err)
	for _, want := range []string{"<h2>One</h2>", "<em>three</em>", `href="https://forum.example/"`, "<code>&lt;b&gt;</code>", "<td>1</td>"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
}

func bad() map[string]string {
	return map[string]string{
		"script":               "hello <script>alert(1)</script>",
		"script block":         "<script>\nalert(1)\n</script>\n",
		"handler":              `<b onclick="alert(1)">x</b>`,
		"style":                "<style>*{display:none}</style>",
		"frame":                "<iframe src=https://x.example></iframe>",
		"comment":              "<!-- x -->",
		"javascript":           "[x](javascript:alert(1))",
		"javascript, mixed":    "[x](JaVaScRiPt:alert(1))",
		"javascript, entity":   "[x](&#106;avascript:alert(1))",
		"javascript, tab":      "[x](<java\tscript:alert(1)>)",
		"javascript, at":       "[x](javascript:alert(1)//@x)",
		"reference":            "[x]\n\n[x]: javascript:alert(1)\n",
		"autolink":             "<javascript:alert(1)>",
		"data":                 "[x](data:text/html;base64,PHNjcmlwdD4=)",
		"vbscript":             "[x](vbscript:x)",
		"http":                 "[x](http://x.example/)",
		"other host":           "[x](//x.example/)",
		"other host, backlash": `[x](/\\x.example/)`,
		"picture":              "![x](https://x.example/track.png)",
		"attribute":            `[x](https://x.example/ "a\"onmouseover=alert(1)") <a>`,
		"terminal":             "a\x1b[2Jb",
		"null":                 "a\x00b",
		"turned round":         "a\u202eb",
		"too long":             strings.Repeat("a", MaxText+1),
	}
}

// tags is what may stand in rendered news, whole.
var tags = regexp.MustCompile(`^<(/?(p|h[2-6]|ul|ol|li|blockquote|pre|code|em|strong|table|thead|tbody|tr|th|td|a)|br/?|hr/?|ol start="\d+"|` +
	`a href="((https://|mailto:|/)[^"<>]*)?"( rel="nofollow noreferrer")?)>$`)

func harmful(out string) string {
	for _, tag := range regexp.MustCompile(`<[^>]*>?`).FindAllString(out, -1) {
		if !tags.MatchString(tag) {
			return tag
		}
	}
	if strings.ContainsFunc(out, steers) {
		return "a control character"
	}
	return ""
}

func FuzzRender(f *testing.F) {
	for _, body := range bad() {
		if len(body) < 1000 {
			f.Add(body)
		}
	}
	f.Add("# One\n\nTwo *three* [four](https://forum.example/) `<b>`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n7. x\n> y\n---\n")
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > MaxText {
			return
		}
		out, err := Render(body)
		if err != nil {
			t.Fatal(err)
		}
		if x := harmful(out); x != "" {
			t.Fatalf("%q in %q", x, out)
		}
	})
}
