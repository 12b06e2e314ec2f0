package full

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"

	"landbridge.example/internal/face"
)

// TestOnce presses the button of a form three times before the answer comes: the
// node gets it once. Without the script it would get each.
func TestOnce(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("no Chromium here: the pages are walked in the full tier")
	}
	assets, err := face.LoadAssets("/assets/", fstest.MapFS{"asset/own.js": {Data: []byte("1")}})
	must(t, err)
	for script, once := range map[string]bool{assets.Href("once.js"): true, "": false} {
		var got atomic.Int64
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPost:
				got.Add(1)
				time.Sleep(time.Second) // the finger is quicker
				_, _ = w.Write([]byte(`<h1 id="done">done</h1>`))
			case strings.HasPrefix(r.URL.Path, "/assets/"):
				_ = assets.Serve(w, strings.TrimPrefix(r.URL.Path, "/assets/"))
			default:
				_, _ = w.Write([]byte(`<html lang="en"><script src="` + script + `" defer></script><form method="post" action="/"><button id="b">go</button></form></html>`))
			}
		}))
		ctx := browser(t).ctx
		must(t, chromedp.Do(ctx, chromedp.Navigate(site.URL)))
		_, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { const b = document.getElementById("b"); let n = 0;
			const press = () => { b.click(); if (++n < 3) setTimeout(press, 100); }; press(); return "" })()`))
		must(t, err)
		for range 100 { // the answer is shown when the last press is answered
			time.Sleep(100 * time.Millisecond)
			if s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.getElementById("done") ? "yes" : ""`)); err == nil && s == "yes" {
				break
			}
		}
		site.Close()
		if n := got.Load(); n == 0 || once != (n == 1) {
			t.Errorf("with the script %q the form came %d times", script, n)
		}
	}
}
