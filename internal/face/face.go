// Package face holds what every edge that shows pages does in the same way:
// files under names that hold their hash, templates with one frame, the headers
// of every answer, the reader's language and theme, and the stylesheet that all
// pages share.
//
// Trust: face is trusted with what the browser is allowed to do: the content
// policy is here, once. It knows no one and holds no secret.
//
// Limits: a language and a theme are kept in the reader's browser alone; nothing
// here is kept at the node.
package face

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

//go:embed asset
var shared embed.FS

// policy is what a page may load: its own files and nothing else. There is no
// inline script or style, so an injected one does not run.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Assets are files under names that hold their hash: a browser keeps one for
// ever and never an old one.
type Assets struct {
	prefix string
	name   map[string]string // "look.css" → "look.1a2b3c4d5e6f.css"
	body   map[string][]byte // by the name with the hash
}

// LoadAssets reads the shared stylesheet and icon, and what lies in the folder
// asset of own. prefix is where they are served, such as "/assets/".
func LoadAssets(prefix string, own fs.FS) (*Assets, error) {
	a := &Assets{prefix: prefix, name: map[string]string{}, body: map[string][]byte{}}
	for _, from := range []fs.FS{shared, own} {
		files, err := fs.Glob(from, "asset/*")
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			b, err := fs.ReadFile(from, f)
			if err != nil {
				return nil, fmt.Errorf("reading an asset: %w", err)
			}
			sum := sha256.Sum256(b)
			plain, ext := path.Base(f), path.Ext(f)
			hashed := strings.TrimSuffix(plain, ext) + "." + hex.EncodeToString(sum[:6]) + ext
			a.name[plain], a.body[hashed] = hashed, b
		}
	}
	return a, nil
}

// Href returns the address of an asset.
func (a *Assets) Href(plain string) string { return a.prefix + a.name[plain] }

// Names lists the names with their hashes.
func (a *Assets) Names() []string { return slices.Sorted(maps.Keys(a.body)) }

// Body returns the bytes under a name with its hash.
func (a *Assets) Body(name string) []byte { return a.body[name] }

// Serve answers with an asset.
func (a *Assets) Serve(w http.ResponseWriter, name string) error {
	b, ok := a.body[name]
	if !ok {
		return fail.New(fail.Missing, "there is no such file here; load the page again")
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Content-Type", types[path.Ext(name)])
	_, _ = w.Write(b) // a browser that went away is no error of ours
	return nil
}

// Pages are templates, by name of their folder. A page is parsed when it is
// first asked for: a node has many, starts with few, and most are never seen by
// most people. A test asks for every one.
type Pages struct {
	own fs.FS
	by  map[string]*page
}

type page struct {
	file string
	once sync.Once
	made *template.Template
	err  error
}

// LoadPages finds page/<name>/<name>.html; each is parsed together with the
// frame in page/base.html and the shared parts in page/part/*.html.
func LoadPages(own fs.FS) (*Pages, error) {
	p := &Pages{own: own, by: map[string]*page{}}
	files, err := fs.Glob(own, "page/*/*.html")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if name := path.Base(path.Dir(f)); name != "part" {
			p.by[name] = &page{file: f}
		}
	}
	return p, nil
}

// Names lists the pages.
func (p *Pages) Names() []string { return slices.Sorted(maps.Keys(p.by)) }

// Template returns the template of a page with its frame; an error says that
// there is none, or what is wrong with it.
func (p *Pages) Template(name string) (*template.Template, error) {
	x, ok := p.by[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %s", name)
	}
	x.once.Do(func() {
		t, err := template.ParseFS(p.own, "page/base.html", "page/part/*.html", x.file)
		if err != nil {
			x.err = fmt.Errorf("parsing the page %s: %w", name, err)
			return
		}
		x.made = t.Lookup("base.html")
	})
	return x.made, x.err
}

// Render renders a page whole before its first byte leaves: a page that fails
// half-way becomes an error page, never half a page.
func (p *Pages) Render(name string, view any) ([]byte, error) {
	t, err := p.Template(name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return nil, fmt.Errorf("rendering %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// Headers sets what every answer has. What may be cached is for the edge to say.
func Headers(head http.Header, secure bool) {
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "same-origin")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if secure {
		head.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Local returns where to go after a form: a page of ours, or home.
func Local(next, home string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") {
		return home
	}
	return next
}

// Status maps a kind of failure to the status of the answer. A test holds it complete.
func Status(k fail.Kind) int {
	switch k {
	case fail.Invalid:
		return http.StatusUnprocessableEntity
	case fail.Denied:
		return http.StatusForbidden
	case fail.Missing:
		return http.StatusNotFound
	case fail.Conflict:
		return http.StatusConflict
	case fail.Unavailable:
		return http.StatusServiceUnavailable
	case fail.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fail.Expired:
		return http.StatusGone
	case fail.Unsigned:
		return http.StatusBadRequest
	case fail.Internal:
		return http.StatusInternalServerError
	}
	return 0
}

// Reference makes the number that ties what a person saw to what we logged.
func Reference(random io.Reader) string {
	b := make([]byte, 4)
	if _, err := io.ReadFull(random, b); err != nil {
		return "unnumbered"
	}
	h := strings.ToUpper(hex.EncodeToString(b))
	return h[:4] + "-" + h[4:]
}

// A Choice is one of several values in a form.
type Choice struct {
	Value, Name string
	Chosen      bool
}

const (
	langCookie  = "landbridge-language"
	themeCookie = "landbridge-theme"
)

// Texts returns the reader's language: the one chosen earlier, or what the
// browser asks for.
func Texts(book *lang.Book, r *http.Request) *lang.Texts {
	chosen := ""
	if c, err := r.Cookie(langCookie); err == nil {
		chosen = c.Value
	}
	return book.Match(chosen, r.Header.Get("Accept-Language"))
}

// Theme returns the theme the reader chose: "", "light" or "dark".
func Theme(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// Keep keeps the language and the theme that a form chose, in the browser:
// they are no business of this node. What is not one of ours is passed over.
func Keep(w http.ResponseWriter, language, theme string, secure bool) {
	keep := func(name, value string) {
		http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode})
	}
	for _, l := range lang.Languages() {
		if language == l.Code {
			keep(langCookie, l.Code)
		}
	}
	switch theme {
	case "light", "dark", "auto":
		keep(themeCookie, theme)
	}
}

// Languages lists the languages for the frame's form.
func Languages(t *lang.Texts) (all []Choice) {
	for _, l := range lang.Languages() {
		all = append(all, Choice{l.Code, l.Name, l.Code == t.Code})
	}
	return all
}

// Themes lists the themes for the frame's form.
func Themes(t *lang.Texts, theme string) (all []Choice) {
	for _, x := range []string{"auto", "light", "dark"} {
		all = append(all, Choice{x, t.T("theme." + x), x == theme || x == "auto" && theme == ""})
	}
	return all
}

// Direction is the dir attribute of a language.
func Direction(t *lang.Texts) string {
	if t.RTL {
		return "rtl"
	}
	return "ltr"
}
