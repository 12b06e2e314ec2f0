package portal

import (
	"maps"
	"path"
	"slices"
	"strings"

	"landbridge.example/index/bundle"
	"landbridge.example/internal/fail"
)

// A DownloadsView is page/downloads.
type DownloadsView struct {
	Frame
	Bundle   string
	Size     string
	Digest   string
	Fours    []string // of the digest, to be read aloud
	Command  string
	Proof    string
	LogIndex int64
	Groups   []FileGroup
	Licences []SourceRow
	Workbook string
	CSV      string
	JSON     string
}

// A FileGroup is the files of one folder of the bundle.
type FileGroup struct {
	Name  string
	Files []FileLine
}

// A FileLine is one file of the bundle.
type FileLine struct{ Href, Name, Size string }

func (s *site) downloads(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	view := DownloadsView{Frame: s.page(v, o, "downloads", v.t.T("public.page.downloads")), Bundle: o.path() + "/bundle.zip", Size: v.t.Bytes(o.Size),
		Digest: o.Digest.String(), Command: "landbridge index verify " + o.bundleName(), Proof: o.path() + "/proof.txt", LogIndex: o.LogIndex,
		Workbook: o.path() + "/results.xlsx", CSV: o.path() + "/ranking.csv", JSON: o.path() + "/ranking.json"}
	for i := 0; i+4 <= len(view.Digest); i += 4 {
		view.Fours = append(view.Fours, view.Digest[i:i+4])
	}
	by := map[string][]FileLine{}
	for _, name := range slices.Sorted(maps.Keys(o.Contents)) {
		key := "public.files.inputs"
		switch {
		case strings.HasPrefix(name, bundle.Outputs):
			key = "public.files.outputs"
		case name == bundle.Manifest || name == bundle.Licences || strings.HasSuffix(name, ".yaml"):
			key = "public.files.heads"
		}
		by[key] = append(by[key], FileLine{o.path() + "/files/" + name, name, v.t.Bytes(int64(len(o.Contents[name])))})
	}
	for _, key := range []string{"public.files.heads", "public.files.inputs", "public.files.outputs"} {
		if len(by[key]) > 0 {
			view.Groups = append(view.Groups, FileGroup{v.t.T(key), by[key]})
		}
	}
	for _, l := range o.Licences {
		view.Licences = append(view.Licences, SourceRow{l.File, l.Source, l.Licence, l.URL})
	}
	return s.show(v, "downloads", view)
}

func (o *opened) bundleName() string { return fileName(o.stamp("bundle.zip")) }

// bundleFile sends the bundle, byte for byte as it was released.
func (s *site) bundleFile(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	zip, err := s.Index.Bundle(v.Context(), o.ID)
	if err != nil {
		return err
	}
	v.save(o.bundleName(), "application/zip", zip)
	return nil
}

// proofFile sends the proof that the digest stands in the publisher's log.
func (s *site) proofFile(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	proof, err := s.Index.Proof(v.Context(), o.ID)
	if err != nil {
		return err
	}
	v.save(o.stamp("proof.txt"), "text/plain; charset=utf-8", proof)
	return nil
}

// file sends one file of the bundle. Whatever it is called, a browser keeps it
// as text and runs nothing.
func (s *site) file(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	name := v.PathValue("path")
	body, ok := o.Contents[name]
	if !ok {
		return fail.New(fail.Missing, "there is no file %q in this release; the downloads page lists them", name)
	}
	kind := "text/plain; charset=utf-8"
	if path.Ext(name) == ".csv" {
		kind = "text/csv; charset=utf-8"
	}
	v.save(o.stamp(path.Base(name)), kind, body)
	return nil
}
