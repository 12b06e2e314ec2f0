package portal

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/call"
	"landbridge.example/internal/face/floor"
	"landbridge.example/internal/fail"
)

// A ProceedingsView is page/proceedings: what was published of one kind in an
// edition; of the expo with its plan.
type ProceedingsView struct {
	Frame
	Edition, Kind   string
	Name            string // of the edition
	Heading, Intro  string
	Kinds           []Link
	Entries         []PublicLine
	Query           string
	Next, Back      string
	Found           string
	Halls           []floor.Hall
	Stands          []StandLine
	IsExpo, IsAward bool
}

// A PublicLine is one published entry in a list.
type PublicLine struct {
	Href, Number, Title, By, Of, Stand, Reason string
	Abstract                                   string
	Products                                   []string
	File                                       bool
}

// A StandLine is a stand in the list beside the plan.
type StandLine struct{ Hall, Code, Name, Href, Size string }

func (s *site) proceedings(v *visit) error {
	edition, kind := v.PathValue("edition"), v.PathValue("kind")
	if !slices.Contains(call.Kinds(), kind) || !landbridge.ValidName(edition, 16) {
		return fail.New(fail.Missing, "there is no such list; the calls show those there are")
	}
	all, err := s.Calls.Public(v.Context(), edition, kind)
	if err != nil {
		return err
	}
	t := v.t
	view := ProceedingsView{Edition: edition, Kind: kind, Heading: t.T("public.calls.public." + kind), Intro: t.T("public.calls.public." + kind + ".about"),
		IsExpo: kind == call.Expo, IsAward: kind == call.Award, Query: strings.TrimSpace(v.URL.Query().Get("q"))}
	view.Name = s.editionName(v, edition)
	view.Frame = s.frame(v, view.Heading+" · "+view.Name)
	for _, k := range call.Kinds() {
		view.Kinds = append(view.Kinds, Link{callsPath + "of/" + url.PathEscape(edition) + "/" + k, t.T("public.calls.public." + k), k == kind})
	}
	stands := map[landbridge.ID]string{}
	if view.IsExpo {
		if stands, err = s.floors(v, &view, edition); err != nil {
			return err
		}
	}
	if len(view.Query) > MaxQuery {
		return fail.New(fail.TooLarge, "a search has at most %d bytes", MaxQuery)
	}
	all = slices.DeleteFunc(all, func(x call.Published) bool { return !found(x, strings.ToLower(view.Query)) })
	view.Found = t.T("public.calls.found", len(all))
	from, _ := strconv.Atoi(v.URL.Query().Get("from")) // what is no number is the beginning
	from = max(0, min(from, len(all)))
	for _, x := range all[from:min(from+maxPublic, len(all))] {
		view.Entries = append(view.Entries, publicLine(x, stands[x.Entry]))
	}
	if from+maxPublic < len(all) {
		view.Next = withQuery(v.URL.Path, v.URL.Query(), "from", strconv.Itoa(from+maxPublic))
	}
	if from > 0 {
		view.Back = withQuery(v.URL.Path, v.URL.Query(), "from", strconv.Itoa(max(0, from-maxPublic)))
	}
	return s.show(v, "proceedings", view)
}

// found reports whether an entry holds what was searched.
func found(x call.Published, q string) bool {
	all := []string{x.Content.Title, x.Content.Abstract, strings.Join(x.Content.Keywords, " ")}
	for _, a := range x.Authors {
		all = append(all, a.Name, a.Organisation)
	}
	if e := x.Content.Exhibitor; e != nil {
		all = append(all, e.Organisation)
		for _, p := range e.Products {
			all = append(all, p.Name)
		}
	}
	if p := x.Content.Project; p != nil {
		all = append(all, p.Organisation, p.Country)
	}
	return strings.Contains(strings.ToLower(strings.Join(all, "\n")), q)
}

func publicLine(x call.Published, stand string) PublicLine {
	line := PublicLine{Href: callsPath + "entry/" + string(x.Entry), Number: strconv.Itoa(x.Number), Title: x.Content.Title, Stand: stand,
		Reason: x.Reason, File: x.File > 0}
	var names, of []string
	for _, a := range x.Authors {
		names = append(names, a.Name)
		if !slices.Contains(of, a.Organisation) {
			of = append(of, a.Organisation)
		}
	}
	line.By, line.Of = strings.Join(names, ", "), strings.Join(of, ", ")
	switch {
	case x.Content.Exhibitor != nil:
		line.By, line.Of, line.Abstract = x.Content.Exhibitor.Organisation, "", x.Content.Abstract
		if line.By == line.Title {
			line.By = ""
		}
		for _, p := range x.Content.Exhibitor.Products {
			line.Products = append(line.Products, p.Name)
		}
	case x.Content.Project != nil:
		line.By, line.Of = x.Content.Project.Organisation, x.Content.Project.Country
	}
	return line
}

// floors draws the plans of the expos of an edition, and returns who stands where.
func (s *site) floors(v *visit, view *ProceedingsView, edition string) (map[landbridge.ID]string, error) {
	calls, err := s.Calls.Calls(v.Context(), edition)
	if err != nil {
		return nil, err
	}
	where := map[landbridge.ID]string{}
	var all []floor.Stand
	for _, c := range calls {
		if c.Kind != call.Expo {
			continue
		}
		stands, err := s.Calls.Plan(v.Context(), c.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range stands {
			f := floor.Stand{Code: x.Code, Hall: x.Hall, Left: x.Left, Top: x.Top, Wide: x.Wide, Deep: x.Deep, Kind: "free",
				Note: v.t.T("public.calls.stand.free")}
			switch {
			case x.Exhibitor != "":
				f.Kind, f.Name, f.Href, f.Note = "named", x.Exhibitor, callsPath+"entry/"+string(x.Entry), ""
				where[x.Entry] = x.Hall + " · " + x.Code
			case x.Entry != "":
				f.Kind, f.Note = "taken", v.t.T("public.calls.stand.taken")
			}
			all = append(all, f)
		}
	}
	view.Halls = floor.Halls(all)
	for _, h := range view.Halls {
		for _, x := range h.Stands {
			view.Stands = append(view.Stands, StandLine{h.Name, x.Code, cmp.Or(x.Name, x.Note), x.Href, size(v, x.Wide, x.Deep)})
		}
	}
	return where, nil
}

const perMetre = 100 // centimetres

func size(v *visit, wide, deep int) string {
	m := func(cm int) string { return v.t.Decimal(float64(cm)/perMetre, 1) }
	return v.t.T("public.calls.size", m(wide), m(deep))
}

// A PublicationView is page/publication: one published entry, and for an
// exhibitor the form with which a visitor shares a contact.
type PublicationView struct {
	Frame
	ID, Edition, Number, Kind, Call string
	List                            Link
	Says                            EntryText
	Authors                         []call.Author
	Reason                          string
	At                              string
	File, FileSize                  string
	IsExpo, IsAward                 bool
	Name, Organisation, Email, Note string // of the form
	Problem, Secret, Exhibitor      string
	Session                         *SessionLine
}

func (s *site) publishedEntry(v *visit) (*call.Published, error) {
	id, err := landbridge.ParseID(v.PathValue("entry"))
	if err != nil {
		return nil, fail.New(fail.Missing, "nothing is published at this address")
	}
	return s.Calls.Publication(v.Context(), id)
}

func (s *site) publicationView(v *visit, x *call.Published) PublicationView {
	view := PublicationView{Frame: s.frame(v, x.Content.Title), ID: string(x.Entry), Edition: x.Edition, Number: strconv.Itoa(x.Number),
		Kind: v.t.T("public.calls.kind." + x.Kind), Call: x.Call, Says: entryText(v, x.Content), Authors: x.Authors, Reason: x.Reason, At: v.t.Date(x.At),
		IsExpo: x.Kind == call.Expo, IsAward: x.Kind == call.Award,
		List: Link{callsPath + "of/" + url.PathEscape(x.Edition) + "/" + x.Kind, v.t.T("public.calls.public."+x.Kind) + " · " + s.editionName(v, x.Edition),
			false}}
	if x.File > 0 {
		view.File, view.FileSize = callsPath+"entry/"+string(x.Entry)+"/paper.pdf", v.t.Bytes(x.File)
	}
	if e := x.Content.Exhibitor; e != nil {
		view.Exhibitor = e.Organisation
	}
	view.Session = s.sessionOf(v, x.Edition, x.Entry)
	return view
}

func (s *site) publication(v *visit) error {
	x, err := s.publishedEntry(v)
	if err != nil {
		return err
	}
	return s.show(v, "publication", s.publicationView(v, x))
}

func (s *site) paperFile(v *visit) error {
	x, err := s.publishedEntry(v)
	if err != nil {
		return err
	}
	b, err := s.Calls.PublishedFile(v.Context(), x.Entry)
	if err != nil {
		return err
	}
	v.download(x.Edition+"-"+strconv.Itoa(x.Number)+".pdf", b)
	return nil
}

// share gives a visitor's contact to one exhibitor, if they say so.
func (s *site) share(v *visit) error {
	if err := s.Gate.Card(v.RemoteAddr); err != nil {
		return err
	}
	x, err := s.publishedEntry(v)
	if err != nil {
		return err
	}
	f, err := s.form(v)
	if err != nil {
		return err
	}
	view := s.publicationView(v, x)
	view.Here = callsPath + "entry/" + view.ID
	v.w.Header().Set("Cache-Control", "no-store")
	card := call.Card{Name: f.Get("name"), Organisation: f.Get("organisation"), Email: f.Get("email"), Note: f.Get("note")}
	secret, err := s.Calls.Share(v.Context(), x.Entry, card, f.Get("consent") != "")
	if onPage(err) {
		view.Problem = capital(fail.Safe(err))
		view.Name, view.Organisation, view.Email, view.Note = card.Name, card.Organisation, card.Email, card.Note
		return s.showAs(v, http.StatusUnprocessableEntity, "publication", view)
	}
	if err != nil {
		return err
	}
	view.Secret = secret
	return s.showAs(v, http.StatusOK, "publication", view)
}

// A TakeBackView is page/takeback: a visitor ends the consent they gave.
type TakeBackView struct {
	Frame
	Wrote   string // a secret that is none
	Problem string
	Done    bool
}

func (s *site) takeBack(v *visit) error {
	return s.show(v, "takeback", TakeBackView{Frame: s.frame(v, v.t.T("public.calls.takeback"))})
}

func (s *site) doTakeBack(v *visit) error {
	if err := s.Gate.Form(v.RemoteAddr); err != nil {
		return err
	}
	f, err := s.form(v)
	if err != nil {
		return err
	}
	view := TakeBackView{Frame: s.frame(v, v.t.T("public.calls.takeback"))}
	view.Here = callsPath + "take-back"
	v.w.Header().Set("Cache-Control", "no-store")
	status := http.StatusOK
	if err := s.Calls.TakeBack(v.Context(), f.Get("secret")); fail.Is(err, fail.Missing) {
		view.Problem, view.Wrote, status = capital(fail.Safe(err)), typed(strings.TrimSpace(f.Get("secret"))), http.StatusNotFound
	} else if err != nil {
		return err
	}
	view.Done = view.Problem == ""
	return s.showAs(v, status, "takeback", view)
}
