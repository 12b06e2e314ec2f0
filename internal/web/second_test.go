package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"landbridge.example/internal/fail"
)

// TestGiveBack: a reason that is not taken stays in its field with what is wrong
// with it: that it is missing, or what the module says of it.
func TestGiveBack(t *testing.T) {
	fr := book(t).In("fr")
	for reason, want := range map[string]Second{
		" ":             {Wrong: fr.T("approval.reason.missing")},
		"a\r\nlong one": {Wrote: "a\nlong one", Wrong: "Too long", WrongLang: "en"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(url.Values{"do": {"return"}, "reason": {reason}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		var status int
		var got Second
		err := (&site{}).second(&visit{Request: r, w: httptest.NewRecorder(), t: fr}, secondPerson{
			back: func(string) error { return fail.New(fail.Invalid, "too long") },
			show: func(n int, x Second) error { status, got = n, x; return nil }})
		if err != nil || status != http.StatusUnprocessableEntity || got.Wrote != want.Wrote || got.Wrong != want.Wrong || got.WrongLang != want.WrongLang {
			t.Errorf("%q: %d, %+v, %v; want %+v", reason, status, got, err, want)
		}
	}
}
