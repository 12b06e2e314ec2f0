package peer

import (
	"net/http"
	"strings"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
)

// Log returns the handler of the public log, which is mounted under /log with
// that prefix taken off: what remains is a path of C2SP tlog-tiles. It
// needs no certificate: anyone may monitor a log, and its entries tell nobody
// anything but that something happened when.
func Log(log *record.Log) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the log is read with GET", http.StatusMethodNotAllowed)
			return
		}
		res, err := log.Resource(r.Context(), strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.Error(w, fail.Safe(err), status(fail.KindOf(err)))
			return
		}
		w.Header().Set("Content-Type", res.Type)
		w.Header().Set("Access-Control-Allow-Origin", "*") // a monitor may run in a browser
		if res.Immutable {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		if r.Method == http.MethodHead {
			return
		}
		w.Write(res.Body) //nolint:errcheck // the reader is gone
	})
}
