package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
)

// indexRoutes are the addresses of the pages that prepare indices.
func indexRoutes() []route {
	return []route{
		{"GET /indices", access.SeeIndex, false, (*site).indices},
		{"POST /indices", access.PrepareIndex, false, (*site).changeIndices},
		{"GET /indices/releases/{release}", access.SeeIndex, false, (*site).releaseBundle},
		{"GET /indices/methods/{index}/{version}", access.SeeIndex, false, (*site).methodText},
		{"GET /indices/tables/{table}", access.PrepareIndex, false, (*site).table},
		{"POST /indices/tables/{table}", access.PrepareIndex, false, (*site).changeTable},
		{"GET /indices/editions/{edition}", access.SeeIndex, false, (*site).edition},
		{"POST /indices/editions/{edition}", access.SeeIndex, false, (*site).changeEdition},
		{"POST /indices/editions/{edition}/tables", access.PrepareIndex, false, (*site).uploadTable},
		{"GET /indices/editions/{edition}/preview", access.SeeIndex, false, (*site).preview},
		{"GET /indices/editions/{edition}/bundle", access.SeeIndex, false, (*site).editionBundle},
		{"GET /indices/editions/{edition}/files/{path...}", access.SeeIndex, false, (*site).editionFile},
	}
}

// An IndicesView is page/indices: editions, releases and methods.
type IndicesView struct {
	Frame
	Editions []EditionLine
	Releases []ReleaseLine
	Methods  []MethodLine
	Prepare  bool
	Begin    []Choice // indices an edition can be begun of
	Revise   []Choice // releases that a revision can be begun of
}

// An EditionLine is one edition of the list.
type EditionLine struct {
	Href, Title, Label, Index string
	By                        string
	State                     Pill
	Until, Changed            string
	Demonstration             bool
}

// A ReleaseLine is one release.
type ReleaseLine struct {
	ID, Title, Label, By, At, Digest, Size string
	Revision                               int64
	Demonstration                          bool
	Revises, RevisedBy, Note               string
	Bundle                                 string
}

// A MethodLine is one version of a method.
type MethodLine struct {
	Index, Title, Label, Decision, Note, At, Href string
	Version                                       int64
}

// statePill shows the state of an edition.
func statePill(v *visit, state string) Pill {
	class := map[string]string{gpsi.Draft: "", gpsi.Preview: "amber", gpsi.Released: "green", gpsi.Dropped: "red"}[state]
	return Pill{class, v.t.T("gpsi.state." + state)}
}

func (s *site) indices(v *visit) error {
	ctx, now := v.Context(), s.Clock()
	view := IndicesView{Frame: s.frame(v, v.t.T("gpsi.title")), Prepare: s.may(v, access.PrepareIndex)}
	view.Live = false
	editions, err := s.Index.Editions(ctx)
	if err != nil {
		return err
	}
	for _, e := range editions {
		line := EditionLine{Href: "/indices/editions/" + string(e.ID), Title: e.Title, Label: e.Label, Index: e.Framework,
			By:    s.codes(v, []landbridge.PartyID{e.Publisher}),
			State: statePill(v, e.State), Changed: v.t.When(e.Changed, now), Demonstration: e.Demonstration}
		if !e.Until.IsZero() && e.State == gpsi.Preview {
			line.Until = v.t.DateTime(e.Until)
		}
		view.Editions = append(view.Editions, line)
	}
	releases, err := s.Index.Releases(ctx)
	if err != nil {
		return err
	}
	for _, r := range releases {
		view.Releases = append(view.Releases, s.releaseLine(v, r))
		if r.Publisher == s.Party && r.RevisedBy == "" {
			view.Revise = append(view.Revise, Choice{Value: r.ID, Name: r.ID})
		}
	}
	methods, err := s.Index.Methods(ctx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, m := range methods {
		view.Methods = append(view.Methods, MethodLine{Index: m.Framework, Title: m.Title, Label: m.Label, Decision: m.Decision, Note: m.Note,
			At: v.t.Date(m.At), Version: m.Version, Href: "/indices/methods/" + m.Framework + "/" + strconv.FormatInt(m.Version, 10)})
		if !seen[m.Framework] {
			seen[m.Framework] = true
			view.Begin = append(view.Begin, Choice{Value: m.Framework, Name: m.Title + " · " + m.Label})
		}
	}
	return s.show(v, http.StatusOK, "indices", view)
}

func (s *site) releaseLine(v *visit, r gpsi.Release) ReleaseLine {
	return ReleaseLine{ID: r.ID, Title: r.Title, Label: r.Edition, By: s.codes(v, []landbridge.PartyID{r.Publisher}), At: v.t.DateTime(r.Released),
		Digest: r.Digest.String(), Size: v.t.Bytes(r.Size), Revision: r.Revision, Demonstration: r.Demonstration, Revises: r.Revises,
		RevisedBy: r.RevisedBy, Note: r.Note, Bundle: "/indices/releases/" + r.ID}
}

// releaseBundle gives out a release, byte for byte.
func (s *site) releaseBundle(v *visit) error {
	id := v.PathValue("release")
	zip, err := s.Index.Bundle(v.Context(), id)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", attachment(id+".zip"))
	v.send(http.StatusOK, "application/zip", zip)
	return nil
}

// methodText gives out the specification of one version of a method.
func (s *site) methodText(v *visit) error {
	n, err := strconv.ParseInt(v.PathValue("version"), 10, 64)
	if err != nil {
		return fail.New(fail.Missing, "a method is named by its index and number, such as /indices/methods/gpsi-demo/1")
	}
	text, err := s.Index.SpecText(v.Context(), v.PathValue("index"), n)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", attachment(v.PathValue("index")+".yaml"))
	v.send(http.StatusOK, "application/yaml; charset=utf-8", text)
	return nil
}

func attachment(name string) string { return "attachment; filename*=UTF-8''" + escapeName(name) }

// changeIndices sets a method in force or begins an edition.
func (s *site) changeIndices(v *visit) error {
	f, err := v.submission()
	if err != nil {
		return err
	}
	switch f.get("do") {
	case "method":
		text := []byte(f.get("text"))
		if f.file != nil {
			if text, err = f.read(gpsi.MaxSpec); err != nil {
				return err
			}
		}
		n := gpsi.NewMethod{Text: text, Decision: f.get("decision"), DecisionDigest: strings.TrimSpace(f.get("digest")), Note: f.get("note")}
		if _, err := s.Index.SetMethod(v.Context(), v.me(), n); err != nil {
			return err
		}
		return v.to("/indices", "saved")
	case "begin":
		n := gpsi.NewEdition{Framework: f.get("index"), Demonstration: f.get("demonstration") == "yes"}
		return s.begin(v, n)
	case "revise":
		all, err := s.Index.Releases(v.Context())
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.ID == f.get("release") {
				return s.begin(v, gpsi.NewEdition{Framework: r.Framework, Revises: r.ID})
			}
		}
	}
	return fail.New(fail.Invalid, "the form asks for nothing this page can do; load it again")
}

func (s *site) begin(v *visit, n gpsi.NewEdition) error {
	e, err := s.Index.Begin(v.Context(), v.me(), n)
	if err != nil {
		return err
	}
	return v.to("/indices/editions/"+string(e.ID), "saved")
}

// read takes in the file of a form, which is its last part.
func (f *submission) read(most int64) ([]byte, error) {
	data, err := readAll(f.file, most)
	if err != nil {
		return nil, err
	}
	return data, f.next()
}

// day reads the end of a day that a form names.
func day(text string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	if err != nil {
		return at, fail.New(fail.Invalid, "a day is written like 2026-12-31")
	}
	return at.Add(24*time.Hour - time.Second), nil
}

// countIndices puts beside the indices how many things about them wait for this
// person: corrections to settle, budgets to give.
func (s *site) countIndices(v *visit, f *Frame) error {
	if s.Index == nil {
		return nil
	}
	corrections, budgets, err := s.Index.Waiting(v.Context())
	if err != nil {
		return err
	}
	n := 0
	if s.may(v, access.PrepareIndex) {
		n += corrections
	}
	if s.may(v, access.SpeakOnIndex) {
		n += budgets
	}
	if n > 0 {
		f.count("/indices", v.t.Number(int64(n)))
	}
	return nil
}
