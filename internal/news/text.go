package news

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"landbridge.example/internal/fail"
)

// An Article is a news item in one language. Body is Markdown (CommonMark with
// tables), without HTML and without pictures.
type Article struct {
	Title string `json:"title"`
	Lead  string `json:"lead,omitempty"` // one paragraph of plain text, for lists and feeds
	Body  string `json:"body,omitempty"`
}

// Languages lists the languages of news.
func Languages() []string { return []string{"en", "zh", "ar", "ru", "fr", "es"} }

func (a *Article) check(language string) error {
	if !slices.Contains(Languages(), language) {
		return fail.New(fail.Invalid, "%q is no language of the forum; use %s", clip(language), strings.Join(Languages(), ", "))
	}
	if strings.TrimSpace(a.Title) == "" || len(a.Title) > maxTitle || strings.Contains(a.Title, "\n") {
		return fail.New(fail.Invalid, "a news item has a title of one line, 1 to %d bytes, in each of its languages (%s)", maxTitle, language)
	}
	if len(a.Lead) > maxLead || strings.Contains(a.Lead, "\n") {
		return fail.New(fail.Invalid, "the lead is one paragraph of at most %d bytes (%s)", maxLead, language)
	}
	if len(a.Body) > MaxText {
		return fail.New(fail.TooLarge, "the text has at most %d bytes (%s)", MaxText, language)
	}
	for _, s := range []string{a.Title, a.Lead, a.Body} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, steers) {
			return fail.New(fail.Invalid, "the text holds a control character; write plain text (%s)", language)
		}
	}
	return checkMarkdown(a.Body)
}

// steers reports whether a character would steer what shows the text: control
// characters but for line break and tab, and those that turn the text around them.
func steers(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func markdown() goldmark.Markdown { return goldmark.New(goldmark.WithExtensions(extension.Table)) }

// checkMarkdown refuses what would be taken out when the text is shown, so that
// its author learns of it.
func checkMarkdown(body string) error {
	source := []byte(body)
	err := ast.Walk(markdown().Parser().Parse(text.NewReader(source)), func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			return ast.WalkStop, fail.New(fail.Invalid, "news is Markdown without HTML; to show a <, write \\<")
		case *ast.Image:
			return ast.WalkStop, fail.New(fail.Invalid, "news holds no pictures: pages fetch nothing from elsewhere; link to it instead")
		case *ast.Link:
			return ast.WalkContinue, checkLink(string(n.Destination))
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkEmail {
				return ast.WalkContinue, nil
			}
			return ast.WalkContinue, checkLink(string(n.URL(source)))
		}
		return ast.WalkContinue, nil
	})
	return err
}

func checkLink(to string) error {
	bad := fail.New(fail.Invalid, "a link leads to https://…, mailto:… or a page here that begins with /; %q does not", clip(to))
	for _, s := range []string{to, html.UnescapeString(to)} {
		u, err := url.Parse(s)
		if err != nil || strings.ContainsFunc(s, steers) || strings.ContainsAny(s, "\\\n\t") {
			return bad
		}
		local := u.Scheme == "" && u.Host == "" && strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//")
		if !local && !(u.Scheme == "https" && u.Host != "" && u.User == nil) && u.Scheme != "mailto" {
			return bad
		}
	}
	return nil
}

// Render writes Markdown as HTML for a page. Whatever the text holds, the
// result has no script, no style, no form and no picture: raw HTML is left out
// by the writer, and what it wrote goes through a list of what may stand there.
func Render(body string) (string, error) {
	var b bytes.Buffer
	source := []byte(strings.Map(func(r rune) rune {
		if steers(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(body, "\uFFFD")))
	m := markdown()
	doc := m.Parser().Parse(text.NewReader(source))
	err := ast.Walk(doc, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Heading:
			if enter {
				n.Level = min(n.Level+1, 6) // the page has its own first heading
			}
		case *ast.Link:
			if checkLink(string(n.Destination)) != nil {
				n.Destination = nil // leads nowhere
			}
		}
		return ast.WalkContinue, nil
	})
	if err == nil {
		err = m.Renderer().Render(&b, source, doc)
	}
	if err != nil {
		return "", fmt.Errorf("writing Markdown as HTML: %w", err)
	}
	return policy().Sanitize(b.String()), nil
}

func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
}

func clip(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
