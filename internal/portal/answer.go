package portal

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// A visit is one request, and the language it is answered in.
type visit struct {
	*http.Request
	w http.ResponseWriter
	t *lang.Texts

	editions map[string]string // their names, once a page has asked
}

// guard sets the headers every answer has, and refuses a form that another
// site's page sends.
func (s *site) guard(h http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(s.visit(w, r), fail.New(fail.Denied, "this form came from another site; open the page here and send it again"))
	}))
	h = cross.Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		face.Headers(w.Header(), s.Secure)
		// Public, but asked for again each time: an answer that has not changed
		// is 304 and costs no bytes.
		w.Header().Set("Cache-Control", "public, no-cache")
		w.Header().Set("Vary", "Accept-Language, Cookie, Accept-Encoding")
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // the sentinel is compared as net/http does
				s.refuse(s.visit(w, r), fmt.Errorf("panic at %s: %v", r.Pattern, p))
			}
		}()
		h.ServeHTTP(w, r)
	})
}

func (s *site) handle(do func(*site, *visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r)
		if err := do(s, v); err != nil {
			s.refuse(v, err)
		}
	})
}

// visit finds the language: that of the address, which is then kept, else the
// one chosen before, else what the browser asks for.
func (s *site) visit(w http.ResponseWriter, r *http.Request) *visit {
	code := r.URL.Query().Get("lang")
	for _, l := range lang.Languages() {
		if l.Code == code {
			face.Keep(w, code, "", s.Secure)
			w.Header().Set("Cache-Control", "private, no-cache") // a cookie is for one reader
			return &visit{Request: r, w: w, t: s.Lang.In(code)}
		}
	}
	return &visit{Request: r, w: w, t: face.Texts(s.Lang, r)}
}

// show renders a page and sends it.
func (s *site) show(v *visit, name string, view any) error {
	return s.showAs(v, http.StatusOK, name, view)
}

func (s *site) showAs(v *visit, status int, name string, view any) error {
	b, err := s.pages.Render(name, view)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Language", v.t.Code)
	v.send(status, "text/html; charset=utf-8", b)
	return nil
}

// answer sends v as JSON.
func (v *visit) answer(body any) error {
	text, err := json.MarshalIndent(body, "", " ")
	if err != nil {
		return fmt.Errorf("writing an answer: %w", err)
	}
	v.send(http.StatusOK, "application/json", append(text, '\n'))
	return nil
}

// save sends a file to be kept under a name. Names hold nothing but letters,
// digits, points and hyphens.
func (v *visit) save(name, contentType string, body []byte) {
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(name)+`"`)
	v.send(http.StatusOK, contentType, body)
}

func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-' || r == '_') {
			return r
		}
		return '-'
	}, s)
}

// packable are the types that are worth packing.
func packable(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasPrefix(contentType, "application/json") || strings.HasPrefix(contentType, "image/svg")
}

const leastPacked = 1 << 10 // bytes; below, packing gains nothing

// send writes the answer, with its tag: whoever has it already is told so. A
// browser that went away is no error of ours: nobody is left to tell.
func (v *visit) send(status int, contentType string, body []byte) {
	head := v.w.Header()
	head.Set("Content-Type", contentType)
	if status == http.StatusOK {
		sum := sha256.Sum256(body)
		tag := `W/"` + hex.EncodeToString(sum[:9]) + `"`
		head.Set("ETag", tag)
		if strings.Contains(v.Header.Get("If-None-Match"), tag) {
			v.w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if packable(contentType) && len(body) >= leastPacked && strings.Contains(v.Header.Get("Accept-Encoding"), "gzip") {
		if packed, err := pack(body); err == nil {
			head.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body)
}

func pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// An ErrorView is page/error.
type ErrorView struct {
	Frame
	Heading   string
	Sentence  string // in English, as modules say it
	Reference string
}

// refuse answers with the error: its sentence when it has one to show, a
// reference number when it has not.
func (s *site) refuse(v *visit, err error) {
	kind := fail.KindOf(err)
	view := ErrorView{Heading: v.t.T("fail." + kind.String()), Sentence: capital(fail.Safe(err))}
	if kind == fail.Internal {
		view.Reference, view.Sentence = face.Reference(s.Random), ""
		s.Report(view.Reference, fmt.Errorf("%s %s: %w", v.Method, v.URL.Path, err))
	}
	view.Frame = s.frame(v, view.Heading)
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Del("Content-Disposition")
	if strings.HasSuffix(v.URL.Path, ".json") {
		text, err := json.Marshal(map[string]string{"error": view.Sentence, "reference": view.Reference})
		if err == nil {
			v.send(face.Status(kind), "application/json", text)
			return
		}
	}
	b, err := s.pages.Render("error", view)
	if err != nil {
		s.Report(view.Reference, err)
		http.Error(v.w, strings.TrimSpace("internal error "+view.Reference), http.StatusInternalServerError)
		return
	}
	v.send(face.Status(kind), "text/html; charset=utf-8", b)
}

// capital gives what a module says its capital letter.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[n:]
}
