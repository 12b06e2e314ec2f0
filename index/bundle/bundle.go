// Package bundle makes and checks releases of an index: one folder or zip file
// with the specification, the data it names, their licences, the results, and
// a manifest of hashes, so that anyone can calculate the index again and compare.
//
// Trust: a bundle proves that its results follow from its specification and
// data, and nothing about who made it or whether the data are true. Whoever
// signs the digest of its manifest vouches for the rest. Bundles are taken from
// strangers: paths, sizes and numbers of files are bounded.
package bundle

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	landbridge "landbridge.example"
	"landbridge.example/index"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
)

// Limits of a bundle.
const (
	MaxFiles = 2_000
	MaxBytes = 512 << 20 // of all files together, unpacked
)

// The names of what a bundle always holds.
const (
	Manifest = "bundle.txt"
	Licences = "LICENCES.md"
	Outputs  = "outputs/"
	firstRow = "landbridge-index-bundle/1"
)

// Contents are the files of a bundle by their paths, with forward slashes.
type Contents map[string][]byte

// Make calculates an index and packs it with everything it is made from. Every
// source must name its licence, and every file must lie below the specification.
func Make(name string, text []byte, files index.Files, o Options) (Contents, problem.List) {
	c := Contents{name: text}
	s, list := spec.Parse(name, text)
	if list.Refused() {
		return nil, list
	}
	for _, src := range s.Sources {
		if src.Licence == "" {
			list.Add(problem.Problem{Rule: "no-licence", File: name, Line: src.Line,
				Text: "say licence: for " + src.File + "; a release names the licence of every file"})
		}
	}
	if !fs.ValidPath(name) || strings.Contains(name, "/") {
		list.Add(problem.Problem{Rule: "bad-path", File: name, Text: "the specification lies at the top of a bundle"})
	}
	if list.Refused() {
		return nil, list
	}
	out, more := calculate(s, func(path string) ([]byte, error) {
		if err := inside(path); err != nil {
			return nil, err
		}
		data, err := files(path)
		if err == nil {
			c[path] = data
		}
		return data, err
	}, o)
	list = append(list, more...)
	if list.Refused() {
		return nil, list
	}
	for path, data := range o.Attach {
		if _, taken := c[path]; taken || inside(path) != nil {
			list.Add(problem.Problem{Rule: "bad-path", File: path, Text: "this file cannot stand beside the specification under this name"})
			return nil, list
		}
		c[path] = data
	}
	for path, data := range out {
		c[path] = data
	}
	c[Licences] = licences(s)
	c[Manifest] = manifest(s, name, c)
	return c, list
}

// Options says how the results are calculated; the bytes do not depend on it.
type Options struct {
	Context  context.Context // nil never ends
	Workers  int
	Progress func(done, total int)
	Attach   Contents // for Make: files that stand beside, such as dissents; the manifest lists them
}

func (o Options) context() context.Context {
	if o.Context == nil {
		return context.Background()
	}
	return o.Context
}

// inside refuses paths that lead out of a bundle or into its own files.
func inside(path string) error {
	switch {
	case !fs.ValidPath(path) || strings.Contains(path, "\\"):
		return errors.New("the files of a bundle lie below the specification, with paths such as data/a.csv")
	case path == Manifest || path == Licences || path == SignatureFile || strings.HasPrefix(path, Outputs):
		return fmt.Errorf("%s is a name that bundles use themselves", path)
	}
	return nil
}

// licences writes the table of sources.
func licences(s *spec.Spec) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Sources and licences of %s\n\n", s.Title)
	if s.Notice != "" {
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(s.Notice))
	}
	if s.Licence != "" {
		fmt.Fprintf(&b, "The index itself: %s\n\n", s.Licence)
	}
	b.WriteString("| file | source | licence | address |\n|---|---|---|---|\n")
	for _, src := range s.Sources {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(src.File), cell(src.Source), cell(src.Licence), cell(src.URL))
	}
	return []byte(b.String())
}

func cell(s string) string { return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "/") }

// manifest lists every other file with its digest.
func manifest(s *spec.Spec, name string, c Contents) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nid %s\nspecification %s\n", firstRow, s.ID, name)
	for _, path := range c.paths() {
		if path != Manifest && path != SignatureFile {
			fmt.Fprintf(&b, "file %s %d %s\n", landbridge.Sum(c[path]), len(c[path]), path)
		}
	}
	return []byte(b.String())
}

func (c Contents) paths() []string {
	var out []string
	for p := range c {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// Digest returns the digest of the manifest: the name of this release.
func (c Contents) Digest() landbridge.Digest { return landbridge.Sum(c[Manifest]) }

// An entry is one line of a manifest.
type entry struct {
	path   string
	size   int64
	digest landbridge.Digest
}

// ParseManifest reads a manifest and returns the id of the index and the path
// of its specification.
func ParseManifest(text []byte) (id, specification string, err error) {
	id, specification, _, err = parseManifest(text)
	return id, specification, err
}

func parseManifest(text []byte) (id, specification string, files []entry, err error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) < 4 || lines[0] != firstRow || lines[len(lines)-1] != "" {
		return "", "", nil, fmt.Errorf("%s does not begin with %q, or its last line does not end", Manifest, firstRow)
	}
	id, ok1 := strings.CutPrefix(lines[1], "id ")
	specification, ok2 := strings.CutPrefix(lines[2], "specification ")
	if !ok1 || !ok2 || !fs.ValidPath(specification) {
		return "", "", nil, fmt.Errorf("lines 2 and 3 of %s name the id and the specification", Manifest)
	}
	for n, line := range lines[3 : len(lines)-1] {
		f := strings.SplitN(line, " ", 4)
		bad := fmt.Errorf("line %d of %s is not “file DIGEST SIZE PATH”", n+4, Manifest)
		if len(f) != 4 || f[0] != "file" || !fs.ValidPath(f[3]) || len(files) >= MaxFiles {
			return "", "", nil, bad
		}
		d, err := landbridge.ParseDigest(f[1])
		size, err2 := strconv.ParseInt(f[2], 10, 64)
		if err != nil || err2 != nil || size < 0 || strconv.FormatInt(size, 10) != f[2] || strings.HasPrefix(f[1], "sha256:") {
			return "", "", nil, bad
		}
		if k := len(files); k > 0 && files[k-1].path >= f[3] {
			return "", "", nil, fmt.Errorf("line %d of %s is out of order", n+4, Manifest)
		}
		files = append(files, entry{f[3], size, d})
	}
	return id, specification, files, nil
}

// Zip packs a bundle. The same contents give the same bytes.
func (c Contents) Zip() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, path := range c.paths() {
		f, err := w.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Deflate})
		if err != nil {
			return nil, fmt.Errorf("packing %s: %w", path, err)
		}
		if _, err := f.Write(c[path]); err != nil {
			return nil, fmt.Errorf("packing %s: %w", path, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return b.Bytes(), nil
}

// ParseZip unpacks a bundle, within the limits.
func ParseZip(data []byte) (Contents, error) { return ParseZipWithin(data, MaxBytes) }

// ParseZipWithin unpacks a bundle of at most so many bytes, unpacked.
func ParseZipWithin(data []byte, most int64) (Contents, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("this is not a zip file: %w", err)
	}
	if len(r.File) > MaxFiles {
		return nil, fmt.Errorf("a bundle has at most %d files", MaxFiles)
	}
	c, left := Contents{}, min(most, MaxBytes)
	for _, f := range r.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if _, twice := c[f.Name]; twice || !fs.ValidPath(f.Name) {
			return nil, fmt.Errorf("the path %q stands twice or leads out of the bundle", f.Name)
		}
		in, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("unpacking %s: %w", f.Name, err)
		}
		b, err := io.ReadAll(io.LimitReader(in, left+1))
		if err := errors.Join(err, in.Close()); err != nil {
			return nil, fmt.Errorf("unpacking %s: %w", f.Name, err)
		}
		if left -= int64(len(b)); left < 0 {
			return nil, fmt.Errorf("a bundle has at most %d MiB", min(most, MaxBytes)>>20)
		}
		c[f.Name] = b
	}
	return c, nil
}

// ReadFolder reads a bundle from a folder, within the limits.
func ReadFolder(dir fs.FS) (Contents, error) {
	c, left := Contents{}, int64(MaxBytes)
	err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if left -= info.Size(); left < 0 || len(c) >= MaxFiles {
			return fmt.Errorf("a bundle has at most %d files and %d MiB", MaxFiles, MaxBytes>>20)
		}
		c[path], err = fs.ReadFile(dir, path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	return c, nil
}

// sortFindings orders what a check found by file.
func sortFindings(f []Finding) {
	slices.SortFunc(f, func(a, b Finding) int { return cmp.Compare(a.File, b.File) })
}
