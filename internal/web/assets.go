package web

import "embed"

//go:embed asset
var assetFiles embed.FS

func (s *site) serveAsset(v *visit) error { return s.assets.Serve(v.w, v.PathValue("name")) }
