package screening

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"

	"landbridge.example/internal/fail"
	"landbridge.example/match/list"
)

// Formats of files.
const (
	FormatUN   = "un"
	FormatOFAC = "ofac"
	FormatCSV  = "csv"
	FormatJSON = "json"
)

const (
	maxParts  = 16  // files in an archive
	maxNumber = 128 // bytes of the number of a record
)

// readFile reads a file into a list, and finds whose it is. What is wrong with
// the file is a [list.Refusal].
func (s *Screening) readFile(sh *shelf, in Import) (*list.List, Source, error) {
	raw, err := io.ReadAll(io.LimitReader(in.File, MaxListFile+1))
	if err != nil {
		return nil, Source{}, fail.Because(err, fail.Unavailable, "the file did not arrive whole; send it again")
	}
	if len(raw) > MaxListFile {
		return nil, Source{}, fail.New(fail.TooLarge, "a list's file has at most %d MiB", MaxListFile>>20)
	}
	files, err := unpack(raw)
	if err != nil {
		return nil, Source{}, err
	}
	format := in.Format
	if format == "" {
		format = formatOf(files)
	}
	var l *list.List
	source := Source{}
	switch format {
	case FormatUN:
		if l, err = list.ParseUN(bytes.NewReader(files[only])); err == nil {
			source = unitedNations()
		}
	case FormatOFAC:
		if l, err = list.ParseOFAC(ofacFiles(files), in.Version); err == nil {
			source, _ = knownSource(l.Source)
		}
	case FormatCSV, FormatJSON:
		if source, err = sh.plainSource(in); err != nil {
			return nil, source, err
		}
		parse := list.ParseCSV
		if format == FormatJSON {
			parse = list.ParseJSON
		}
		l, err = parse(bytes.NewReader(files[only]), source.Code())
	default:
		return nil, source, fail.New(fail.Invalid, "the format is un, ofac, csv or json; %q is none of them", clip(format))
	}
	if err != nil {
		return nil, source, err
	}
	if in.Version != "" && l.Version == "" {
		l.Version = clip(strings.TrimSpace(in.Version))
	}
	if l.Version = strings.ToValidUTF8(clip(l.Version), ""); strings.ContainsRune(l.Version, 0) {
		return nil, source, &list.Refusal{Code: "encoding", Text: "the version of the list holds a control character; fetch it again"}
	}
	for i := range l.Records {
		if id := l.Records[i].ID; len(id) > maxNumber || strings.ContainsFunc(id, unicode.IsControl) {
			return nil, source, &list.Refusal{Code: "format", Text: fmt.Sprintf("the number of record %d is no line of at most %d characters", i+1, maxNumber)}
		}
	}
	if in.Code != "" && in.Code != source.Code() {
		return nil, source, fail.New(fail.Invalid, "the file is the list %s, not %s (S31)", source.Code(), clip(in.Code))
	}
	return l, source, nil
}

// plainSource finds whose plain list a file is: one this node has, or one whose
// maker the person names now. A plain file is never the United Nations' (S31).
func (sh *shelf) plainSource(in Import) (Source, error) {
	if b := sh.books[in.Code]; b != nil && in.Code != codeUN {
		if in.Origin != "" && in.Origin != b.source.Origin() {
			return Source{}, fail.New(fail.Invalid, "the list %s is %s here, and stays so; another list has another code", in.Code, b.source.Origin())
		}
		return b.source, nil
	}
	return otherSource(in.Origin, in.Code, strings.TrimSpace(in.Authority), strings.TrimSpace(in.Name))
}

// only is the name of the one file of an upload that is no archive.
const only = ""

// unpack returns the files of an upload by their names: a bare or gzipped file,
// or the files of a zip archive. What would unpack to more than a list may have
// is cut there, and the parser says so.
func unpack(raw []byte) (map[string][]byte, error) {
	bad := func(err error) error {
		return &list.Refusal{Code: "truncated", Text: fmt.Sprintf("the packed file cannot be unpacked (%.60v); fetch it again", err)}
	}
	files := map[string][]byte{}
	switch {
	case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, bad(err)
		}
		files[only], err = io.ReadAll(io.LimitReader(z, list.MaxBytes+1))
		if err != nil {
			return nil, bad(err)
		}
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return nil, bad(err)
		}
		if len(z.File) > maxParts {
			return nil, bad(errors.New("too many files"))
		}
		left := int64(list.MaxBytes) + 1
		for _, f := range z.File {
			text, err := entry(f, left)
			if err != nil {
				return nil, bad(err)
			}
			left -= int64(len(text))
			files[strings.ToLower(path.Base(f.Name))] = text
		}
		if len(files) == 1 {
			for _, text := range files {
				files[only] = text
			}
		}
	default:
		files[only] = raw
	}
	return files, nil
}

func entry(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, limit))
	if err == nil && int64(len(text)) >= limit {
		err = errors.New("it unpacks to more than a list may have")
	}
	return text, err
}

// ofacFiles finds the files of an OFAC list by their published names.
func ofacFiles(files map[string][]byte) list.OFAC {
	find := func(names ...string) io.Reader {
		for _, n := range names {
			if text, ok := files[n]; ok {
				return bytes.NewReader(text)
			}
		}
		return nil
	}
	o := list.OFAC{
		Names: find("sdn.csv", "cons_prim.csv", only), Aliases: find("alt.csv", "cons_alt.csv"),
		Addresses: find("add.csv", "cons_add.csv"), Remarks: find("sdn_comments.csv", "cons_comments.csv"),
	}
	if o.Names == nil {
		o.Names = strings.NewReader("")
	}
	return o
}

// formatOf finds the format of a file by how it begins.
func formatOf(files map[string][]byte) string {
	if _, ok := files[only]; !ok || files["sdn.csv"] != nil || files["cons_prim.csv"] != nil {
		return FormatOFAC
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(files[only], []byte("\xef\xbb\xbf")))
	switch {
	case bytes.HasPrefix(text, []byte("<")), bytes.HasPrefix(text, []byte{0xff, 0xfe}), bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return FormatUN
	case bytes.HasPrefix(text, []byte("{")):
		return FormatJSON
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	head, err := csv.NewReader(bytes.NewReader(first)).Read()
	plain := func(h string) bool {
		h = strings.ToLower(strings.TrimSpace(h))
		return h == "id" || h == "name"
	}
	if err == nil && len(head) == 12 && !slices.ContainsFunc(head, plain) {
		return FormatOFAC
	}
	return FormatCSV
}
