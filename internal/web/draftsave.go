package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/process"
)

const (
	maxControls = 5000 // values in one form
	maxControl  = 64 << 10
)

// A submission is a form read as a stream: its values first, then its files,
// which go straight to where they are sealed and never lie open on a disk.
type submission struct {
	values map[string][]string
	parts  *multipart.Reader
	file   *multipart.Part // the first file, if there is one
}

func (f *submission) get(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// read takes in the values up to the first file.
func (v *visit) submission() (*submission, error) {
	f := &submission{values: map[string][]string{}}
	parts, err := v.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		if err := v.ParseForm(); err != nil {
			return nil, fail.Because(err, fail.Invalid, "the form could not be read; load the page again and send it once more")
		}
		f.values = v.PostForm
		return f, nil
	}
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "the form could not be read; load the page again and send it once more")
	}
	f.parts = parts
	return f, f.next()
}

// next reads on until a file or the end.
func (f *submission) next() error {
	f.file = nil
	for count := 0; count < maxControls; count++ {
		p, err := f.parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fail.Because(err, fail.Invalid, "the form broke off on its way; send it again")
		}
		if p.FileName() != "" {
			f.file = p
			return nil
		}
		text, err := io.ReadAll(io.LimitReader(p, maxControl+1))
		if err != nil {
			return fail.Because(err, fail.Invalid, "the form broke off on its way; send it again")
		}
		if len(text) > maxControl {
			return fail.New(fail.TooLarge, "a field holds at most %d bytes; attach longer texts as a file", maxControl)
		}
		f.values[p.FormName()] = append(f.values[p.FormName()], string(text))
	}
	return fail.New(fail.TooLarge, "a form holds at most %d values; divide the request", maxControls)
}

// saveDraft keeps what the form holds and does what the pressed button says.
// The input is saved first in every case, so that no error costs it.
func (s *site) saveDraft(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("draft"))
	if err != nil {
		return fail.New(fail.Missing, "there is no draft at this address; the desk shows your drafts")
	}
	f, err := v.submission()
	if err != nil {
		return err
	}
	d, err := s.Casework.Draft(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	do := f.get("do")
	if do == "drop" {
		return s.dropDraft(v, d)
	}
	version, err := strconv.ParseInt(f.get("version"), 10, 64)
	if err != nil {
		return fail.New(fail.Invalid, "the form does not say which version it began from; load the page again")
	}
	in := casework.Input{
		Title: strings.TrimSpace(f.get("title")), Handling: markingText(f.get), Fields: readFields(f.values, d.Groups),
		Ground: f.get("ground"), Reason: strings.ReplaceAll(f.get("reason"), "\r\n", "\n"),
	}
	if what, ok := strings.CutPrefix(do, "remove:"); ok {
		removeRow(in.Fields, what)
	}
	if d, err = s.Casework.SaveDraft(v.Context(), v.me(), id, version, in); err != nil {
		return err
	}
	if wantsJSON(v.Request) && do == "autosave" {
		return s.answerSaved(v, d)
	}
	if err := s.attach(v, d, f); err != nil {
		return err
	}
	return s.afterSave(v, d, do)
}

// removeRow takes row out of "field:row".
func removeRow(values process.Values, what string) {
	name, index, _ := strings.Cut(what, ":")
	i, err := strconv.Atoi(index)
	x := values[name]
	if err != nil || i < 0 || i >= len(x.Rows) {
		return
	}
	x.Rows = slices.Delete(x.Rows, i, i+1)
	values[name] = x
}

// attach stores every file of the form.
func (s *site) attach(v *visit, d *casework.DraftView, f *submission) error {
	for f.file != nil {
		_, err := s.Casework.Attach(v.Context(), v.me(), d.ID, casework.NewFile{
			Name: f.file.FileName(), MediaType: mediaType(f.file.Header.Get("Content-Type")), Title: strings.TrimSpace(f.get("file-title")), Content: f.file,
		})
		if err != nil {
			return err
		}
		if err := f.next(); err != nil {
			return err
		}
	}
	return nil
}

// mediaType keeps what a browser knows and drops its "I do not know".
func mediaType(header string) string {
	if header == "application/octet-stream" {
		return ""
	}
	return header
}

// afterSave does what the pressed button says beyond saving.
func (s *site) afterSave(v *visit, d *casework.DraftView, do string) error {
	here := "/drafts/" + string(d.ID)
	verb, what, _ := strings.Cut(do, ":")
	switch verb {
	case "more":
		return v.to(here+"?more="+what+"#f-"+what, "")
	case "remove":
		field, _, _ := strings.Cut(what, ":")
		return v.to(here+"#f-"+field, "")
	case "attach":
		return v.to(here+"#files", "")
	case "detach":
		file, err := landbridge.ParseID(what)
		if err != nil {
			return fail.New(fail.Missing, "this draft has no such file")
		}
		if err := s.Casework.Detach(v.Context(), v.me(), d.ID, file); err != nil {
			return err
		}
		return v.to(here+"#files", "")
	case "check":
		return v.to(here+"?check=yes#check", "")
	case "propose":
		// A safeguard that stops it for good is no error: the attempt is recorded
		// and shown. What can be put right is.
		done, err := s.Casework.Propose(v.Context(), v.me(), d.ID)
		if fail.Is(err, fail.Invalid) {
			return v.to(here+"?check=yes#check", "")
		}
		if err != nil {
			return err
		}
		return s.afterAct(v, done)
	}
	return v.to(here, "saved")
}

func (s *site) dropDraft(v *visit, d *casework.DraftView) error {
	if err := s.Casework.DropDraft(v.Context(), v.me(), d.ID); err != nil {
		return err
	}
	if isOpening(d) {
		return v.to("/", "dropped")
	}
	return v.to("/cases/"+string(d.Case), "dropped")
}

// A saved answer tells our script what became of an automatic save.
type savedAnswer struct {
	Version int64  `json:"version"`
	Missing int    `json:"missing"`
	Text    string `json:"text"`
}

func (s *site) answerSaved(v *visit, d *casework.DraftView) error {
	a := savedAnswer{Version: d.Version, Text: v.t.T("draft.saved", v.t.When(d.Changed, s.Clock()))}
	for _, p := range d.Problems {
		if p.Block {
			a.Missing++
		}
	}
	return v.answer(http.StatusOK, a)
}
