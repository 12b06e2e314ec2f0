package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	record "landbridge.example/internal/visit"
)

func visitRoutes() []route {
	return []route{
		{"GET /visits", access.SeeVisits, false, (*site).visits},
		{"GET /visit-new/{kind}", access.WriteVisits, false, (*site).newVisit},
		{"POST /visit-new/{kind}", access.WriteVisits, false, (*site).proposeVisit},
		{"GET /visits/{record}", access.SeeVisits, false, (*site).visitRecord},
		{"POST /visits/{record}", access.SeeVisits, false, (*site).sayOnVisit}, // the module asks for the action of what is said
		{"GET /visits/{record}/correct", access.WriteVisits, false, (*site).correctVisit},
		{"POST /visits/{record}/correct", access.WriteVisits, false, (*site).saveCorrection},
		{"GET /visits/{record}/signed.txt", access.SeeVisits, false, (*site).visitFile},
	}
}

// A VisitsView is page/visits: visits, letters and working groups.
type VisitsView struct {
	Frame
	Kinds    []NavItem
	Records  []VisitLine
	New      []Link
	MayWrite bool
}

// A VisitLine is one record of the list.
type VisitLine struct {
	Href, Kind, Title, Lang, With, When string
	Status                              Pill
	Public, Waits                       bool
}

func (s *site) visits(v *visit) error {
	t, kind := v.t, v.URL.Query().Get("kind")
	view := VisitsView{Frame: s.frame(v, t.T("public.visits.title")), MayWrite: s.may(v, access.WriteVisits)}
	all, err := s.Visits.List(v.Context(), v.me(), record.Query{Kind: kind})
	if err != nil {
		return err
	}
	view.Kinds = append(view.Kinds, NavItem{Href: "/visits", Name: t.T("public.visits.all"), Current: kind == ""})
	for _, k := range record.RecordKinds() {
		view.Kinds = append(view.Kinds, NavItem{Href: "/visits?kind=" + k, Name: t.T("public.visits.kinds." + k), Current: kind == k})
		view.New = append(view.New, Link{"/visit-new/" + k, t.T("visits.new." + k)})
	}
	for _, f := range all {
		c := f.Newest.Content
		line := VisitLine{Href: "/visits/" + string(f.ID), Kind: t.T("public.visits.kind." + c.Kind), Title: c.Title, Lang: c.Language, When: recordDays(t, c),
			Status: visitStatus(t, f.Newest.Status), Public: f.Public != nil, Waits: f.Waits}
		line.With = s.codes(v, slices.DeleteFunc(slices.Clone(c.Parties), func(p landbridge.PartyID) bool { return p == s.Party }))
		view.Records = append(view.Records, line)
	}
	return s.show(v, http.StatusOK, "visits", view)
}

func visitStatus(t *lang.Texts, status string) Pill {
	class := map[string]string{record.StatusProposed: "amber", record.StatusAgreed: "green", record.StatusDeclined: "red"}
	return Pill{class[status], t.T("visits.status." + status)}
}

func recordDays(t *lang.Texts, c *record.Content) string {
	switch {
	case c.Visit != nil && c.Visit.First != c.Visit.Last:
		return t.Day(c.Visit.First) + " – " + t.Day(c.Visit.Last)
	case c.Group != nil:
		return t.T("public.visits.since", t.Day(c.Group.Founded))
	}
	return t.Day(c.Day())
}

// A VisitRecordView is page/visitrecord: one record.
type VisitRecordView struct {
	Frame
	ID, Kind, Name, Language string
	When                     string
	Status                   Pill
	Facts                    []NameValue
	CalledOff, Note          string
	Agenda, People           []NameValue
	Meetings                 []VisitMeeting
	Results                  []string
	Papers                   []VisitPaper
	Answers                  []Link
	Answered                 []Link
	Versions                 []VisitVersion
	Number                   int64
	Version                  string // digest of the version that the page shows
	Problem                  string
	Waits, Open              bool // for this party; an answer is possible
	MayWrite, MayCorrect     bool
	MayWithdraw              bool
	MayRelease, MayWithhold  bool
	Older                    string // says that a newer version than the agreed one is shown
	Public                   string // address of the public page
	Kept                     string // until when, or as long as what
}

// A VisitMeeting is one meeting of a working group.
type VisitMeeting struct {
	When, Title, Place string
	Results            []string
}

// A VisitPaper is one document.
type VisitPaper struct{ Title, Digest, Link string }

// A VisitVersion is one version with what each party says to it.
type VisitVersion struct {
	Number         int64
	By, Made, Note string
	Status         Pill
	Voices         []VisitVoice
	Shown          bool
}

// A VisitVoice is what one party says to a version.
type VisitVoice struct {
	Party, Note string
	Kind        Pill
	Released    bool
}

func (s *site) visitRecord(v *visit) error {
	f, err := s.visitFound(v)
	if err != nil {
		return err
	}
	return s.showVisit(v, http.StatusOK, f, "")
}

func (s *site) visitFound(v *visit) (*record.File, error) {
	return s.Visits.Show(v.Context(), v.me(), landbridge.ID(v.PathValue("record")))
}

func (s *site) showVisit(v *visit, status int, f *record.File, problem string) error {
	t, now := v.t, f.Newest
	c := now.Content
	view := VisitRecordView{Frame: s.frame(v, c.Title), ID: string(f.ID), Kind: t.T("public.visits.kind." + c.Kind), Name: c.Title,
		Language: c.Language, When: recordDays(t, c), Status: visitStatus(t, now.Status), Note: c.Note, Results: c.Results, Number: now.Number,
		Version: now.Digest.String(), Problem: problem}
	s.visitFacts(v, &view, c)
	for _, p := range c.People {
		view.People = append(view.People, NameValue{p.Office, s.partyName(v, p.Party) + " · " + t.T("public.visits.role."+p.Role)})
	}
	for _, d := range c.Documents {
		view.Papers = append(view.Papers, VisitPaper{d.Title, d.Digest.String(), d.Link})
	}
	if c.Letter != nil && c.Letter.Answers != "" {
		there, err := s.Visits.Knows(v.Context(), c.Letter.Answers)
		if err != nil {
			return err
		}
		if there { // else it never came here, or its time of keeping is over
			view.Answers = []Link{{"/visits/" + string(c.Letter.Answers), t.T("visits.letter")}}
		}
	}
	view.Kept = t.T("visits.kept.public")
	if until := f.Kept(); !until.IsZero() {
		view.Kept = t.T("visits.kept.until", t.Date(until))
	} else if f.Public == nil {
		view.Kept = t.T("visits.kept.group")
	}
	for _, id := range f.Answered {
		title := string(id)
		if x, err := s.Visits.Show(v.Context(), v.me(), id); err == nil {
			title = x.Newest.Content.Title
		}
		view.Answered = append(view.Answered, Link{"/visits/" + string(id), title})
	}
	for _, x := range slices.Backward(f.Versions) {
		view.Versions = append(view.Versions, s.visitVersion(v, x, x == now))
	}
	mine, party := now.Voice(s.Party)
	view.Waits, view.MayWrite = f.Waits, s.may(v, access.WriteVisits)
	undecided := now.Status == record.StatusProposed || now.Status == record.StatusDeclined
	view.Open = party && view.MayWrite && undecided && now.By != s.Party && mine.Kind != record.Agreed
	view.MayWithdraw = view.MayWrite && undecided && now.By == s.Party
	view.MayCorrect = view.MayWrite && slices.Contains(c.Parties, s.Party)
	if f.Standing != nil && f.Standing != now {
		view.Older = t.T("visits.older", f.Standing.Number)
	}
	if st := f.Standing; st != nil && s.may(v, access.ReleaseVisits) {
		x, ok := st.Voice(s.Party)
		view.MayRelease, view.MayWithhold = ok && !x.Released, ok && x.Released
	}
	if f.Public != nil {
		view.Public = "/public/visits/" + string(f.ID)
	}
	return s.show(v, status, "visitrecord", view)
}

func (s *site) visitVersion(v *visit, x *record.Version, shown bool) VisitVersion {
	t := v.t
	out := VisitVersion{Number: x.Number, By: s.partyName(v, x.By), Made: t.DateTime(x.Made), Note: x.Note, Status: visitStatus(t, x.Status), Shown: shown}
	class := map[string]string{record.Agreed: "green", record.Declined: "red"}
	for _, y := range x.Voices {
		kind := y.Kind
		if kind == "" {
			kind = "silent"
		}
		out.Voices = append(out.Voices, VisitVoice{string(y.Party), y.Note, Pill{class[kind], t.T("visits.voice." + kind)}, y.Released})
	}
	return out
}

func (s *site) visitFacts(v *visit, view *VisitRecordView, c *record.Content) {
	t := v.t
	add := func(key, text string) {
		if text != "" {
			view.Facts = append(view.Facts, NameValue{t.T("public.visits.fact." + key), text})
		}
	}
	names := func(all ...landbridge.PartyID) string {
		var out []string
		for _, p := range all {
			out = append(out, s.partyName(v, p))
		}
		return t.List(out)
	}
	add("parties", names(c.Parties...))
	switch {
	case c.Visit != nil:
		add("level", t.T("public.visits.level."+c.Visit.Level))
		add("host", names(c.Visit.Host))
		add("place", c.Visit.Place)
		view.CalledOff = c.Visit.CalledOff
		for _, i := range c.Visit.Agenda {
			view.Agenda = append(view.Agenda, NameValue{agendaTime(c.Visit.Zone, i.Start), i.Title})
		}
	case c.Letter != nil:
		add("from", names(c.Letter.From))
		add("to", names(c.Letter.To...))
		add("reference", c.Letter.Reference)
	case c.Group != nil:
		if c.Group.Chair != "" {
			add("chair", names(c.Group.Chair))
		}
		add("mandate", c.Group.Mandate)
		if c.Group.Ended != "" {
			add("ended", t.Day(c.Group.Ended))
		}
		for _, m := range slices.Backward(c.Group.Meetings) {
			view.Meetings = append(view.Meetings, VisitMeeting{t.Day(m.Day), m.Title, m.Place, m.Results})
		}
	}
}

// agendaTime writes a time as the form takes it, in the zone of the visit.
func agendaTime(zone string, at time.Time) string {
	z, err := time.LoadLocation(zone)
	if at.IsZero() || err != nil {
		return ""
	}
	return at.In(z).Format("2006-01-02 15:04")
}

func (s *site) sayOnVisit(v *visit) error {
	f, err := s.visitFound(v)
	if err != nil {
		return err
	}
	kind := v.FormValue("do")
	about := f.Newest
	if (kind == record.Released || kind == record.Withheld) && f.Standing != nil {
		about = f.Standing
	}
	version := about.Digest
	if about == f.Newest { // what the person saw, not what came since
		if version, err = landbridge.ParseDigest(v.FormValue("version")); err != nil {
			return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
		}
	}
	err = s.Visits.Say(v.Context(), v.me(), kind, f.ID, version, strings.TrimSpace(v.FormValue("note")))
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) {
		return s.showVisit(v, http.StatusUnprocessableEntity, f, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/visits/"+string(f.ID), "said")
}

func (s *site) visitFile(v *visit) error {
	f, err := s.visitFound(v)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="record-`+strconv.FormatInt(f.Newest.Made.Unix(), 10)+`.txt"`)
	v.send(http.StatusOK, "text/plain; charset=utf-8", f.Encode())
	return nil
}
