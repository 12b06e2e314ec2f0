package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// maxFacts bounds the rows of each part of the form of facts.
const maxFacts = 60

func hows() []string { return []string{forum.Exact, forum.Over, forum.About} }

// factsForm shows what is known of an edition after it was held.
func (s *site) factsForm(v *visit) error {
	top, k, err := s.forumEdition(v)
	if err != nil {
		return err
	}
	return s.showFacts(v, top, factValues(k.Edition, k.Revision, v.t.Code), nil)
}

func factValues(e *forum.Edition, revision int64, language string) url.Values {
	q := url.Values{"revision": {strconv.FormatInt(revision, 10)}}
	for i, x := range e.Sources {
		n := strconv.Itoa(i)
		q.Set("sid."+n, x.ID)
		q.Set("stitle."+n, x.Title)
		q.Set("slink."+n, x.Link)
	}
	for i, x := range e.Attendance {
		n := strconv.Itoa(i)
		q.Set("of."+n, x.Of)
		q.Set("number."+n, strconv.FormatInt(x.Number, 10))
		q.Set("how."+n, x.How)
		q.Set("fsource."+n, x.Source)
	}
	for i, x := range e.Outcomes {
		n := strconv.Itoa(i)
		q.Set("oid."+n, x.ID)
		q.Set("otitle."+n, x.Title[language])
		q.Set("osource."+n, x.Source)
		var lines []string
		for _, y := range x.Items {
			lines = append(lines, y[language])
		}
		q.Set("oitems."+n, strings.TrimRight(strings.Join(lines, "\n"), "\n"))
	}
	return q
}

// rowsUsed is how many rows of a form hold something in one of these fields.
func rowsUsed(q url.Values, names ...string) int {
	used := 0
	for i := range maxFacts {
		if slices.ContainsFunc(names, func(name string) bool { return strings.TrimSpace(q.Get(name+"."+strconv.Itoa(i))) != "" }) {
			used = i + 1
		}
	}
	return used
}

func (s *site) showFacts(v *visit, top *ForumTop, q url.Values, problems []string) error {
	t, e := v.t, forumEntry{v.t, q}
	view := ForumFormView{Frame: s.frame(v, t.T("prog.facts")), Top: top, Heading: t.T("prog.facts"), About: t.T("prog.facts.about"),
		Action: "/forum/" + top.ID + "/facts", Revision: q.Get("revision")}
	sources := ForumGroup{Name: t.T("prog.facts.sources"), Help: t.T("prog.facts.sources.help")}
	for i := range min(rowsUsed(q, "sid", "stitle")+blankRows, maxFacts) {
		n := strconv.Itoa(i)
		sources.Rows = append(sources.Rows, []FieldControl{e.line("sid."+n, t.T("prog.facts.short"), 60), e.line("stitle."+n, t.T("prog.session.title"), forumLine),
			e.line("slink."+n, t.T("prog.facts.link"), 500)})
	}
	counted := []Choice{{"", "–", false}}
	for _, of := range forum.Counted() {
		counted = append(counted, Choice{of, t.T("public.forum.count." + of), false})
	}
	var how []Choice
	for _, h := range hows() {
		how = append(how, Choice{h, t.T("prog.facts.how." + h), false})
	}
	figures := ForumGroup{Name: t.T("prog.facts.figures")}
	for i := range min(rowsUsed(q, "of", "number")+blankRows, maxFacts) {
		n := strconv.Itoa(i)
		number := e.line("number."+n, t.T("prog.facts.number"), 12)
		number.InputMode = "numeric"
		figures.Rows = append(figures.Rows, []FieldControl{e.pick("of."+n, t.T("prog.facts.counted"), slices.Clone(counted)...), number,
			e.pick("how."+n, t.T("prog.facts.how"), slices.Clone(how)...), e.line("fsource."+n, t.T("prog.facts.source"), 60)})
	}
	outcomes := ForumGroup{Name: t.T("prog.facts.outcomes"), Help: t.T("prog.facts.outcomes.help")}
	for i := range min(rowsUsed(q, "oid", "otitle")+1, maxFacts) {
		n := strconv.Itoa(i)
		outcomes.Rows = append(outcomes.Rows, []FieldControl{e.line("oid."+n, t.T("prog.facts.short"), 60), e.line("otitle."+n, t.T("prog.session.title"),
			forumNote),
			e.line("osource."+n, t.T("prog.facts.source"), 60), e.control(FieldControl{Name: "oitems." + n, Kind: "long", Label: t.T("prog.facts.items"),
				Max: forumText})})
	}
	view.Groups = []ForumGroup{sources, figures, outcomes}
	return s.showForm(v, view, problems)
}

func (s *site) saveFacts(v *visit) error {
	top, k, err := s.forumEdition(v)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(v.FormValue("revision"), 10, 64)
	if err != nil {
		return fail.New(fail.Invalid, "the form does not say what it was made from; load the page again")
	}
	e := *k.Edition
	err = readFacts(v.PostForm, &e, v.t.Code)
	if err == nil {
		err = s.Forum.SaveEdition(v.Context(), v.me(), &e, seen)
	}
	if problems := refused(err, nil); len(problems) > 0 {
		return s.showFacts(v, top, v.PostForm, problems)
	}
	if err != nil {
		return err
	}
	return v.to("/forum/"+e.ID, "saved")
}

// readFacts puts what a form holds into an edition. What stands in other
// languages, and the notes of figures, stay.
func readFacts(q url.Values, e *forum.Edition, language string) error {
	get := func(name string, i int) string { return strings.TrimSpace(q.Get(name + "." + strconv.Itoa(i))) }
	was := *e
	e.Sources, e.Attendance, e.Outcomes = nil, nil, nil
	for i := range rowsUsed(q, "sid", "stitle") {
		if x := (forum.Source{ID: get("sid", i), Title: get("stitle", i), Link: get("slink", i)}); x.ID != "" || x.Title != "" {
			e.Sources = append(e.Sources, x)
		}
	}
	for i := range rowsUsed(q, "of", "number") {
		if get("of", i) == "" && get("number", i) == "" {
			continue
		}
		n, err := strconv.ParseInt(get("number", i), 10, 64)
		if err != nil {
			return fail.New(fail.Invalid, "a figure is a whole number, such as 2100; look at row %d", i+1)
		}
		x := forum.Figure{Of: get("of", i), Number: n, How: get("how", i), Source: get("fsource", i)}
		if i < len(was.Attendance) && was.Attendance[i].Of == x.Of {
			x.Note = was.Attendance[i].Note
		}
		e.Attendance = append(e.Attendance, x)
	}
	for i := range rowsUsed(q, "oid", "otitle") {
		if get("oid", i) == "" && get("otitle", i) == "" {
			continue
		}
		x := forum.Outcome{ID: get("oid", i), Source: get("osource", i)}
		var old forum.Outcome
		if k := slices.IndexFunc(was.Outcomes, func(o forum.Outcome) bool { return o.ID == x.ID }); k >= 0 {
			old = was.Outcomes[k]
		}
		x.Title, x.Items = inTongue(old.Title, language, get("otitle", i)), itemsFrom(old.Items, language, get("oitems", i))
		e.Outcomes = append(e.Outcomes, x)
	}
	return nil
}

// inTongue is a text with one language changed.
func inTongue(old forum.Text, language, text string) forum.Text {
	t := forum.Text{}
	for l, s := range old {
		t[l] = s
	}
	delete(t, language)
	if text != "" {
		t[language] = text
	}
	return t
}

// itemsFrom are the parts of an outcome: a line is the part that stood in its
// place, in one language; a part without a line stays if it has another language.
func itemsFrom(old []forum.Text, language, text string) (all []forum.Text) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range max(len(lines), len(old)) {
		var was forum.Text
		line := ""
		if i < len(old) {
			was = old[i]
		}
		if i < len(lines) {
			line = strings.TrimSpace(lines[i])
		}
		if t := inTongue(was, language, line); len(t) > 0 {
			all = append(all, t)
		}
	}
	return all
}
