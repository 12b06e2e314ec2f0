package web

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"landbridge.example/internal/delegation"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

// A GuestDoorsView is page/guestdoors: the page for doors, and what doors noted.
type GuestDoorsView struct {
	Frame
	GuestHead
	Words    []Choice // languages of the page for doors
	Inside   string
	Scans    string
	Approved string
	Doors    []GuestDoor
	Odd      []string
	Taken    []GuestTaken
	Problem  string
}

// A GuestDoor is what one door noted.
type GuestDoor struct{ Name, Scans, First, Last string }

// A GuestTaken is what a file of scans brought.
type GuestTaken struct {
	File, Text string
	Odd        []string
}

func (s *site) guestDoors(v *visit) error { return s.showDoors(v, http.StatusOK, GuestDoorsView{}) }

func (s *site) showDoors(v *visit, status int, view GuestDoorsView) error {
	t, id := v.t, v.PathValue("edition")
	head, e, err := s.guestHead(v, id, "/delegations/"+id+"/doors")
	if err != nil {
		return err
	}
	r, err := s.Guests.Report(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	view.Frame, view.GuestHead = s.frame(v, t.T("guest.tab.doors")), head
	view.Live = false
	for _, l := range lang.Languages() {
		view.Words = append(view.Words, Choice{l.Code, l.Name, l.Code == t.Code})
	}
	view.Inside, view.Scans = t.Number(int64(len(r.Entries))), t.Number(int64(len(r.Book.Scans)))
	view.Approved = t.Number(int64(e.People[delegation.Approved]))
	for _, d := range r.Doors {
		view.Doors = append(view.Doors, GuestDoor{d.Door, t.Number(int64(d.Scans)), t.DateTime(d.First), t.DateTime(d.Last)})
	}
	view.Odd = oddScans(t, r.Unknown, r.Revoked, r.Clashes, r.Clocks)
	return s.show(v, status, "guestdoors", view)
}

// oddScans says what someone should look at.
func oddScans(t *lang.Texts, unknown, revoked []int, clashes []door.Clash, clocks []delegation.Odd) (all []string) {
	if len(unknown) > 0 {
		all = append(all, t.T("guest.odd.unknown", fewNumbers(t, unknown)))
	}
	if len(revoked) > 0 {
		all = append(all, t.T("guest.odd.revoked", fewNumbers(t, revoked)))
	}
	for _, c := range clashes[:min(len(clashes), maxOdd)] {
		all = append(all, t.T("guest.odd.clash", c.Door, strconv.FormatInt(c.Sequence, 10), strconv.Itoa(c.Scans)))
	}
	if n := len(clashes) - maxOdd; n > 0 {
		all = append(all, t.T("guest.odd.more", n))
	}
	for _, c := range clocks {
		all = append(all, t.T("guest.odd."+c.Why, c.Door, t.DateTime(c.First), t.DateTime(c.Last)))
	}
	return all
}

const maxOdd = 12 // of a kind, on a page

func fewNumbers(t *lang.Texts, all []int) string {
	var words []string
	for _, n := range all {
		words = append(words, strconv.Itoa(n))
	}
	return few(t, words, maxOdd)
}

// takeScans merges the files that people brought from the doors. Each is taken
// whole or not at all; files may come in any order and any number of times.
func (s *site) takeScans(v *visit) error {
	id := v.PathValue("edition")
	var view GuestDoorsView
	if err := v.ParseMultipartForm(MaxForm); err != nil || v.MultipartForm == nil || len(v.MultipartForm.File["scans"]) == 0 {
		view.Problem = v.t.T("guest.scans.nofile")
		return s.showDoors(v, http.StatusUnprocessableEntity, view)
	}
	defer v.MultipartForm.RemoveAll() //nolint:errcheck // files of the form, in the system's own place for such
	for _, head := range v.MultipartForm.File["scans"] {
		f, err := head.Open()
		if err != nil {
			return err
		}
		taken, err := s.Guests.TakeScans(v.Context(), v.me(), id, f)
		f.Close()
		line := GuestTaken{File: head.Filename}
		switch {
		case sayable(err):
			line.Text = sentence(fail.Safe(err))
			view.Problem = v.t.T("guest.scans.some")
		case err != nil:
			return err
		default:
			line.Text = v.t.T("guest.scans.taken", taken.New, v.t.Number(int64(taken.Scans)))
			line.Odd = oddScans(v.t, taken.Unknown, taken.Revoked, taken.Clashes, taken.Clocks)
		}
		view.Taken = append(view.Taken, line)
	}
	status := http.StatusOK
	if view.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.showDoors(v, status, view)
}

// doorPage gives the page for doors as a file: it is opened from there, for its
// script would not run under the policy of this node's pages.
func (s *site) doorPage(v *visit) error {
	var b bytes.Buffer
	words := delegation.DoorWords(s.Lang.Match(v.URL.Query().Get("language")))
	err := s.Guests.DoorPage(v.Context(), &b, v.PathValue("edition"), words)
	return v.file(v.PathValue("edition")+"-door.html", "application/octet-stream", b.Bytes(), err)
}

func (s *site) scanFile(v *visit) error {
	book, err := s.Guests.Scans(v.Context(), v.me(), v.PathValue("edition"))
	if err != nil {
		return err
	}
	var b strings.Builder
	_, err = book.WriteTo(&b)
	return v.file(book.Edition+".scans", "text/plain; charset=utf-8", []byte(b.String()), err)
}

func (s *site) revokedBadges(v *visit) error {
	if err := s.Guests.Runs(v.Context(), v.PathValue("edition")); err != nil {
		return err
	}
	text, err := s.Guests.RevokedText(v.Context(), v.PathValue("edition"))
	return v.file(v.PathValue("edition")+"-revoked-badges.txt", "text/plain; charset=utf-8", []byte(text), err)
}
