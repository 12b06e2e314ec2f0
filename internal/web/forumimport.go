package web

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/forum/feed"
)

// A ForumImportView is page/forumimport: a schedule of another system, its
// report, and then the change.
type ForumImportView struct {
	Frame
	Top     *ForumTop
	Fields  []FieldControl
	Venues  bool // there is one: rooms have somewhere to lie
	Problem string
	Report  *ForumReport
}

// A ForumReport says what a file would change.
type ForumReport struct {
	File    string
	Counts  []NameValue
	Lines   []NameValue // in English, as the reader says them
	Content string      // the file, packed, for the button that takes it in
	Nothing bool        // there is nothing to take in
}

const (
	packedField  = "content" // holds the file between the report and the change
	maxPacked    = 1 << 20   // characters
	maxLinesSeen = 200
)

func (s *site) forumImport(v *visit) error {
	return s.showImport(v, http.StatusOK, ForumImportView{})
}

func (s *site) showImport(v *visit, status int, view ForumImportView) error {
	top, d, err := s.draftOf(v)
	if err != nil {
		return err
	}
	t := v.t
	if v.FormValue("capacity") == "" {
		v.Form.Set("capacity", "100")
	}
	if v.FormValue("language") == "" {
		v.Form.Set("language", t.Code)
	}
	e := forumEntry{t, v.Form}
	view.Frame, view.Top, view.Venues = s.frame(v, t.T("prog.import")), top, len(d.Venues) > 0
	view.Live = false
	var venues []Choice
	for _, x := range d.Venues {
		name, _ := x.Name.In(t.Code)
		venues = append(venues, Choice{x.ID, name, false})
	}
	venue := e.pick("venue", t.T("prog.import.venue"), venues...)
	venue.Help = t.T("prog.import.venue.help")
	places := e.line("capacity", t.T("prog.import.places"), 6)
	places.InputMode = "numeric"
	view.Fields = []FieldControl{venue, places, e.pick("language", t.T("prog.import.language"), tongues()...),
		e.pick("status", t.T("prog.import.status"), Choice{forum.Planned, t.T("prog.status." + forum.Planned), false},
			Choice{forum.Confirmed, t.T("prog.status." + forum.Confirmed), false})}
	return s.show(v, status, "forumimport", view)
}

// doForumImport reports on a file; the report carries the file, so that exactly
// what was looked at is taken in with the second button.
func (s *site) doForumImport(v *visit) error {
	data, err := importedFile(v)
	if err == nil {
		err = s.reportImport(v, data)
	}
	if problems := refused(err, nil); len(problems) > 0 {
		return s.showImport(v, http.StatusUnprocessableEntity, ForumImportView{Problem: problems[0]})
	}
	return err
}

func (s *site) reportImport(v *visit, data []byte) error {
	_, d, err := s.draftOf(v)
	if err != nil {
		return err
	}
	f, err := feed.Parse(data, d.Edition.Zone)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v.FormValue("capacity")), 10, 64)
	if err != nil {
		return fail.New(fail.Invalid, "say how many a new room takes, as a number")
	}
	changes, r, err := feed.Plan(f, d, feed.Import{Venue: v.FormValue("venue"), Capacity: n, Language: v.FormValue("language"),
		Status: v.FormValue("status"), Now: s.Clock(), Random: s.Random})
	if err != nil {
		return err
	}
	if v.FormValue("do") == "apply" && len(changes.Sessions) > 0 {
		done, err := s.Forum.Apply(v.Context(), v.me(), d.Edition.ID, *changes)
		if err != nil {
			return err
		}
		if len(done.Conflicts) > 0 {
			return fail.New(fail.Conflict, "%s", done.Conflicts[0].Text)
		}
		return v.to("/forum/"+d.Edition.ID+"/programme", "imported")
	}
	packed, err := pack(data)
	if err != nil {
		return err
	}
	t := v.t
	report := &ForumReport{File: strings.TrimSpace(r.Title + " (" + r.Format + ")"), Content: packed, Nothing: len(changes.Sessions) == 0,
		Counts: []NameValue{{t.T("prog.import.new"), t.Number(int64(r.New))}, {t.T("prog.import.changed"), t.Number(int64(r.Changed))},
			{t.T("prog.import.same"), t.Number(int64(r.Same))}, {t.T("prog.import.left"), t.Number(int64(r.LeftOut))}}}
	for i, l := range r.Lines {
		if i == maxLinesSeen {
			report.Lines = append(report.Lines, NameValue{"", t.T("prog.publish.more", len(r.Lines)-maxLinesSeen)})
			break
		}
		report.Lines = append(report.Lines, NameValue{l.What, sentence(l.Text)})
	}
	return s.showImport(v, http.StatusOK, ForumImportView{Report: report})
}

// importedFile is the file that was just chosen, or the one the report carries.
func importedFile(v *visit) ([]byte, error) {
	none := fail.New(fail.Invalid, "choose a file: schedule.json, schedule.xml or iCalendar")
	if err := v.ParseMultipartForm(MaxForm); err != nil && v.Form == nil {
		return nil, none
	}
	if packed := v.FormValue(packedField); packed != "" {
		return unpack(packed)
	}
	f, _, err := v.FormFile("file")
	if err != nil {
		return nil, none
	}
	defer f.Close()
	return readAll(f, feed.MaxFile)
}

func pack(data []byte) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) // a buffer takes everything
	if err := w.Close(); err != nil {
		return "", err
	}
	text := base64.StdEncoding.EncodeToString(b.Bytes())
	if len(text) > maxPacked {
		return "", fail.New(fail.TooLarge, "the file is too large for this page; take it in with \"landbridge forum import\"")
	}
	return text, nil
}

func unpack(text string) ([]byte, error) {
	bad := fail.New(fail.Invalid, "the page sent something this node does not understand; choose the file again")
	if len(text) > maxPacked {
		return nil, bad
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, bad
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, bad
	}
	data, err := io.ReadAll(io.LimitReader(r, feed.MaxFile+1))
	if err != nil || len(data) > feed.MaxFile {
		return nil, bad
	}
	return data, nil
}
