package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"landbridge.example/internal/fail"
)

//go:embed asset
var assetFiles embed.FS

// assets are the stylesheet, the script and the icon, each under a name that
// holds its hash: a browser keeps it for ever and never an old one.
type assets struct {
	name map[string]string // "look.css" → "look.1a2b3c4d5e6f.css"
	body map[string][]byte // by the name with the hash
}

func loadAssets() (*assets, error) {
	a := &assets{name: map[string]string{}, body: map[string][]byte{}}
	files, err := fs.Glob(assetFiles, "asset/*")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		b, err := fs.ReadFile(assetFiles, f)
		if err != nil {
			return nil, fmt.Errorf("reading an asset: %w", err)
		}
		sum := sha256.Sum256(b)
		plain, ext := path.Base(f), path.Ext(f)
		hashed := strings.TrimSuffix(plain, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.name[plain], a.body[hashed] = hashed, b
	}
	return a, nil
}

// href returns the address of an asset.
func (a *assets) href(plain string) string { return "/assets/" + a.name[plain] }

func (s *site) serveAsset(v *visit) error {
	name := v.PathValue("name")
	b, ok := s.assets.body[name]
	if !ok {
		return fail.New(fail.Missing, "there is no such file here; load the page again")
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	v.send(http.StatusOK, types[path.Ext(name)], b)
	return nil
}
