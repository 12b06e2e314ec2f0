package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/lang"
)

// A ForumFormView is page/forumform: an edition, a session, a speaker or a
// place, as a form.
type ForumFormView struct {
	Frame
	Top      *ForumTop // nil for an edition that is being entered
	Heading  string
	About    string
	Action   string
	Revision string // that was read
	Groups   []ForumGroup
	Names    []string // of speakers, to choose from while one writes
	Problems []string // in English, as modules say them
	MayWrite bool
	Remove   string // what the button that removes it says, or ""
	Entry    string // of a call, that becomes a session by this form
	From     *EntrySource
}

// A ForumGroup is a few fields under a heading.
type ForumGroup struct {
	Name, Help string
	Folded     bool // shown when asked for
	Fields     []FieldControl
	Rows       [][]FieldControl
	After      []NameValue // lines below the fields
}

// Bounds of a form, in characters or rows.
const (
	forumLine  = 300
	forumNote  = 2000
	forumText  = 8000
	blankRows  = 3
	maxSeats   = 40
	maxWindows = 60
	maxNames   = 400 // speakers offered while one writes
)

// A forumEntry builds the controls of one form from what it holds.
type forumEntry struct {
	t *lang.Texts
	q url.Values
}

func (e forumEntry) line(name, label string, most int) FieldControl {
	return e.control(FieldControl{Name: name, Kind: "line", Label: label, Max: most})
}

func (e forumEntry) control(f FieldControl) FieldControl {
	f.ID, f.Shown = "f-"+strings.ReplaceAll(f.Name, ".", "-"), true
	if f.Kind != "checks" && f.Kind != "select" && f.Kind != "radio" {
		f.Value = e.q.Get(f.Name)
	}
	f.describe()
	return f
}

// pick is a choice of one; what is chosen is what the form holds.
func (e forumEntry) pick(name, label string, options ...Choice) FieldControl {
	f := FieldControl{Name: name, Kind: "select", Label: label, Choices: options, Fixed: true}
	for i := range f.Choices {
		f.Choices[i].Chosen = f.Choices[i].Value == e.q.Get(name)
	}
	return e.control(f)
}

func (e forumEntry) ticks(name, label string, options ...Choice) FieldControl {
	f := FieldControl{Name: name, Kind: "checks", Label: label, Choices: options}
	for i := range f.Choices {
		f.Choices[i].Chosen = slices.Contains(e.q[name], f.Choices[i].Value)
	}
	return e.control(f)
}

// words is a text in the reader's language, and a folded group with the others.
func (e forumEntry) words(name, label string, most int, required bool) (own FieldControl, others []FieldControl) {
	order := []string{e.t.Code}
	for _, l := range forum.Languages() {
		if l != e.t.Code {
			order = append(order, l)
		}
	}
	kind := "line"
	if most > forumLine {
		kind = "long"
	}
	for i, code := range order {
		f := e.control(FieldControl{Name: name + "." + code, Kind: kind, Label: label + " · " + tongue(code), Max: most})
		if i == 0 {
			f.Required = required
			own = f
			continue
		}
		others = append(others, f)
	}
	return own, others
}

// inLanguages gathers texts into a group, and their other languages into a folded one.
func (e forumEntry) inLanguages(heading string, texts ...forumWords) []ForumGroup {
	first, rest := ForumGroup{Name: heading}, ForumGroup{Name: e.t.T("prog.languages.other"), Folded: true}
	for _, w := range texts {
		own, others := e.words(w.name, w.label, w.most, w.required)
		own.Required = w.required && !slices.ContainsFunc(others, func(f FieldControl) bool { return f.Value != "" }) // one language is enough
		first.Fields, rest.Fields = append(first.Fields, own), append(rest.Fields, others...)
	}
	var there []string // the languages that have a text already
	for _, l := range forum.Languages() {
		if l != e.t.Code && slices.ContainsFunc(texts, func(w forumWords) bool { return e.q.Get(w.name+"."+l) != "" }) {
			there = append(there, tongue(l))
		}
	}
	if len(there) > 0 {
		rest.Name += ": " + e.t.List(there)
	}
	return []ForumGroup{first, rest}
}

type forumWords struct {
	name, label string
	most        int
	required    bool
}

func tongue(code string) string {
	for _, l := range lang.Languages() {
		if l.Code == code {
			return l.Name
		}
	}
	return code
}

func tongues() []Choice {
	var all []Choice
	for _, l := range lang.Languages() {
		all = append(all, Choice{l.Code, l.Name, false})
	}
	return all
}

// putWords and getWords carry a text into a form and out of it.
func putWords(q url.Values, name string, t forum.Text) {
	for l, s := range t {
		q.Set(name+"."+l, s)
	}
}

func getWords(q url.Values, name string) forum.Text {
	t := forum.Text{}
	for _, l := range forum.Languages() {
		if s := strings.TrimSpace(strings.ReplaceAll(q.Get(name+"."+l), "\r\n", "\n")); s != "" {
			t[l] = s
		}
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

// showForm shows a form, with what was wrong with it.
func (s *site) showForm(v *visit, view ForumFormView, problems []string) error {
	view.Live, view.MayWrite = false, s.may(v, access.WriteForum)
	status := http.StatusOK
	if len(problems) > 0 {
		view.Problems, status = problems, http.StatusUnprocessableEntity
	}
	return s.show(v, status, "forumform", view)
}

// refused says what a module found wrong, if it is for the person to mend.
func refused(err error, done *forum.Applied) []string {
	var all []string
	switch {
	case fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.TooLarge):
		all = append(all, sentence(fail.Safe(err)))
	case err == nil && done != nil:
		for _, c := range done.Conflicts {
			all = append(all, sentence(c.Text))
		}
	}
	return all
}

// forumChange applies a change of one thing, and goes on or shows the form again.
func (s *site) forumChange(v *visit, edition string, c forum.Changes, next, said string) (problems []string, err error) {
	done, err := s.Forum.Apply(v.Context(), v.me(), edition, c)
	if problems = refused(err, done); len(problems) > 0 {
		return problems, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, v.to(next, said)
}

// seenAs says which revision the form was made from.
func seenAs(v *visit, ref forum.Ref) map[forum.Ref]int64 {
	n, err := strconv.ParseInt(v.FormValue("revision"), 10, 64)
	if err != nil || n <= 0 {
		return nil
	}
	return map[forum.Ref]int64{ref: n}
}

func (s *site) editionForm(v *visit) error {
	top, k, err := s.forumEdition(v)
	if err != nil {
		return err
	}
	return s.showEditionForm(v, top, editionValues(k.Edition, k.Revision), nil)
}

func (s *site) newForumEdition(v *visit) error {
	q := url.Values{"mode": {forum.OnSite}, "zone": {"UTC"}, "organiser": {string(s.Party)}}
	return s.showEditionForm(v, nil, q, nil)
}

func editionValues(e *forum.Edition, revision int64) url.Values {
	q := url.Values{"id": {e.ID}, "mode": {e.Mode}, "zone": {e.Zone}, "first": {e.First}, "last": {e.Last}, "organiser": {e.Organiser},
		"languages": e.Languages, "revision": {strconv.FormatInt(revision, 10)}}
	if e.Shown {
		q.Set("shown", "yes")
	}
	putWords(q, "name", e.Name)
	putWords(q, "theme", e.Theme)
	putWords(q, "about", e.About)
	putWords(q, "city", e.City)
	return q
}

func (s *site) showEditionForm(v *visit, top *ForumTop, q url.Values, problems []string) error {
	t, e := v.t, forumEntry{v.t, q}
	view := ForumFormView{Frame: s.frame(v, t.T("prog.edition.new")), Top: top, Heading: t.T("prog.edition.new"), About: t.T("prog.edition.about"),
		Action: "/forum/new", Revision: q.Get("revision")}
	days := ForumGroup{Name: t.T("prog.edition.when")}
	if top == nil {
		id := e.line("id", t.T("prog.id"), 60)
		id.Required, id.Help = true, t.T("prog.id.help")
		days.Fields = append(days.Fields, id)
	} else {
		view.Title, view.Heading, view.Action = t.T("prog.edition.edit"), t.T("prog.edition.edit"), "/forum/"+top.ID+"/edit"
	}
	var modes []Choice
	for _, m := range forum.Modes() {
		modes = append(modes, Choice{m, t.T("public.forum.mode." + m), false})
	}
	first := e.control(FieldControl{Name: "first", Kind: "date", Label: t.T("prog.first"), Required: true})
	last := e.control(FieldControl{Name: "last", Kind: "date", Label: t.T("prog.last"), Required: true})
	zone := e.line("zone", t.T("public.forum.filter.zone"), 60)
	zone.Help, zone.Required = t.T("prog.zone.help"), true
	days.Fields = append(days.Fields, first, last, zone, e.pick("mode", t.T("prog.mode"), modes...), e.line("organiser", t.T("prog.organiser"), 8),
		e.ticks("languages", t.T("prog.edition.languages"), tongues()...),
		e.ticks("shown", t.T("prog.shown"), Choice{"yes", t.T("prog.shown.yes"), false}))
	if top != nil {
		along := e.ticks("along", t.T("prog.along"), Choice{"yes", t.T("prog.along.yes"), false})
		along.Help = t.T("prog.along.help")
		days.Fields = append(days.Fields, along)
	}
	view.Groups = append([]ForumGroup{days}, e.inLanguages(t.T("prog.edition.words"), forumWords{"name", t.T("prog.name"), forumLine, true},
		forumWords{"theme", t.T("prog.theme"), forumLine, false}, forumWords{"city", t.T("prog.city"), forumLine, false},
		forumWords{"about", t.T("prog.about"), forumText, false})...)
	return s.showForm(v, view, problems)
}

func (s *site) saveForumEdition(v *visit) error {
	id := v.PathValue("edition")
	e := &forum.Edition{ID: strings.TrimSpace(v.FormValue("id"))}
	var top *ForumTop
	if id != "" {
		t, k, err := s.forumEdition(v)
		if err != nil {
			return err
		}
		was := *k.Edition // figures and outcomes, which this form does not show, stay
		e, top = &was, t
	}
	q := v.PostForm
	e.Name, e.Theme, e.About, e.City = getWords(q, "name"), getWords(q, "theme"), getWords(q, "about"), getWords(q, "city")
	e.Mode, e.Zone, e.First, e.Last = q.Get("mode"), strings.TrimSpace(q.Get("zone")), q.Get("first"), q.Get("last")
	e.Organiser, e.Languages, e.Shown = strings.ToUpper(strings.TrimSpace(q.Get("organiser"))), q["languages"], q.Get("shown") == "yes"
	var seen int64
	if id != "" {
		n, err := strconv.ParseInt(q.Get("revision"), 10, 64)
		if err != nil {
			return fail.New(fail.Invalid, "the form does not say what it was made from; load the page again")
		}
		seen = n
	}
	save := s.Forum.SaveEdition
	if id != "" && q.Get("along") == "yes" {
		save = s.Forum.MoveEdition
	}
	err := save(v.Context(), v.me(), e, seen)
	if problems := refused(err, nil); len(problems) > 0 {
		return s.showEditionForm(v, top, q, problems)
	}
	if err != nil {
		return err
	}
	return v.to("/forum/"+e.ID, "saved")
}
