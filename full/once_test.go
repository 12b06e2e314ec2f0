package full

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

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
		var got, presses atomic.Int64
		first, last := make(chan struct{}), make(chan struct{})
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPost:
				if got.Add(1) == 1 {
					close(first)
				}
				<-last // the finger is quicker than the answer
				_, _ = w.Write([]byte(`<h1 id="done">done</h1>`))
			case r.URL.Path == "/pressed":
				<-first // what is not sent yet is not sent at all when the next press follows
				if presses.Add(1) == 3 {
					close(last)
				}
			case strings.HasPrefix(r.URL.Path, "/assets/"):
				_ = assets.Serve(w, strings.TrimPrefix(r.URL.Path, "/assets/"))
			default:
				_, _ = w.Write([]byte(`<html lang="en"><script src="` + script + `" defer></script><form method="post" action="/"><button id="b">go</button></form></html>`))
			}
		}))
		v := &visitor{t: t, ctx: browser(t).ctx, name: "the finger", site: site.URL}
		v.open("/")
		v.eval(`const b = document.getElementById("b"); let n = 0;
			const press = async () => { b.click(); await fetch("/pressed"); if (++n < 3) setTimeout(press, 100); }; press(); return ""`)
		v.wait("the answer", `return document.getElementById("done") ? "yes" : "";`) // to the last press
		site.Close()
		if n := got.Load(); n == 0 || once != (n == 1) {
			t.Errorf("with the script %q the form came %d times", script, n)
		}
	}
}
