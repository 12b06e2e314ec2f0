package badge

import (
	"crypto/ed25519"
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"

	"landbridge.example/internal/fail"
)

//go:embed page.html
var pageText string

//go:embed page.js
var pageScript string

//go:embed page.css
var pageStyle string

// Words are the texts of the page for doors, in the language of who stands there.
type Words struct {
	Lang, Dir                         string // en, ltr
	Title, Door, Scan, Camera, Stop   string
	Valid, Again, Invalid, Unsigned   string
	Edition, Expired, Revoked         string
	Unable, Number, ListOf            string // Unable: this browser cannot check signatures
	Count, Save, Kept, Full, Category string
	Categories                        map[string]string
	Privacy                           string
	Load, Loaded, Foreign, Clock      string // scans of other doors; a clock that is behind
	Earlier                           string // the badge was made before the edition was moved
}

// A Setup is what a page for doors is made of.
type Setup struct {
	Edition string
	Title   string    // of the edition
	Ends    time.Time // of the edition; zero: not known
	Keys    []ed25519.PublicKey
	Revoked Revocations
	Words   Words
}

type pageView struct {
	Setup
	Script template.JS
	Style  template.CSS
	Policy string
	Data   pageData
}

type pageData struct {
	Edition string   `json:"edition"`
	Keys    []string `json:"keys"` // raw Ed25519 keys, base64
	Revoked []int    `json:"revoked"`
	Names   []string `json:"categories"`
	Words   Words    `json:"words"`
	Domain  string   `json:"domain"`
	Made    int64    `json:"made"` // of the page, in milliseconds
	Ends    int64    `json:"ends"` // of the edition, in milliseconds; 0: not known
}

// Page writes one file that checks badges and notes who came in, without any
// network: keys, revocations, script and style are inside, and its policy
// forbids everything else. It can be saved on a phone or opened from a stick.
func Page(w io.Writer, s Setup) error {
	if len(s.Keys) == 0 {
		return fail.New(fail.Invalid, "a page for doors needs the key that signs the badges")
	}
	d := pageData{Edition: s.Edition, Revoked: append([]int{}, s.Revoked.Numbers...), Words: s.Words, Domain: domainBadge, Made: s.Revoked.Made.UnixMilli()}
	if !s.Ends.IsZero() {
		d.Ends = s.Ends.UnixMilli()
	}
	for _, k := range s.Keys {
		d.Keys = append(d.Keys, base64.StdEncoding.EncodeToString(k))
	}
	for _, c := range Categories() {
		d.Names = append(d.Names, s.Words.Categories[c])
	}
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the page for doors: %w", err)
	}
	// Script and style stand in the file, so the policy names them by hash.
	policy := "default-src 'none'; script-src " + hash(pageScript) + "; style-src " + hash(pageStyle) + "; base-uri 'none'; form-action 'none'"
	v := pageView{Setup: s, Script: template.JS(pageScript), Style: template.CSS(pageStyle), Policy: policy, Data: d} //nolint:gosec // our own files
	if err := t.Execute(w, v); err != nil {
		return fmt.Errorf("writing the page for doors: %w", err)
	}
	return nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
