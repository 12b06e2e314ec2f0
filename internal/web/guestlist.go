package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/table"
)

// A GuestListView is page/guestlist: the people of an edition.
type GuestListView struct {
	Frame
	GuestHead
	Lines               []GuestLine
	Total               int
	From, To            string
	Query               string
	Kinds, Parts, State []Choice
	Group, GroupName    string
	Filtered            bool
	Prev, Next          string // where those pages begin
	HasPrev, HasNext    bool
	Waiting             int // nominated among all that are listed
	Badges              string
	Problem             string
	Skipped             []GuestFinding
	Done                string
}

// A GuestLine is one person of a list.
type GuestLine struct {
	ID, Href, Name, Latin, Title, Nation string
	Group, GroupHref, Part, Number       string
	State                                Pill
	Inside                               string
	Visa, Twin, Waits, Erased            bool
}

func guestLine(t *lang.Texts, l delegation.Line) GuestLine {
	g := GuestLine{ID: string(l.ID), Href: "/guests/" + string(l.ID), Name: l.Name, Latin: l.Latin, Title: l.Title, Nation: l.Nation, Group: l.Delegation,
		Part: t.T("guest.part." + l.Part), State: Pill{guestStateClass(l.State), t.T("guest.state." + l.State)}, Visa: l.Visa, Twin: l.Twin,
		Waits: l.State == delegation.Nominated, Erased: l.State == delegation.Erased}
	if g.Name == g.Latin {
		g.Name = ""
	}
	if l.Number > 0 {
		g.Number = strconv.Itoa(l.Number)
	}
	if !l.Inside.IsZero() {
		g.Inside = t.DateTime(l.Inside)
	}
	return g
}

// guestQuery reads which people are listed. Words that are searched for come in
// a form and never in an address, for they are names.
func guestQuery(v *visit, get func(string) string) (delegation.Query, error) {
	q := delegation.Query{Edition: v.PathValue("edition"), Kind: get("kind"), Part: get("part"), State: get("state"), Text: v.PostFormValue("q")}
	q.From, _ = strconv.Atoi(get("from")) // what is no number is the beginning
	if id := get("delegation"); id != "" {
		group, err := landbridge.ParseID(id)
		if err != nil {
			return q, fail.New(fail.Missing, "there is no such delegation; see the list")
		}
		q.Group = group
	}
	return q, nil
}

func (s *site) guestList(v *visit) error {
	q, err := guestQuery(v, v.URL.Query().Get)
	if err != nil {
		return err
	}
	return s.showGuestList(v, http.StatusOK, q, GuestListView{})
}

func (s *site) showGuestList(v *visit, status int, q delegation.Query, view GuestListView) error {
	t := v.t
	head, _, err := s.guestHead(v, q.Edition, "/delegations/"+q.Edition+"/people")
	if err != nil {
		return err
	}
	l, err := s.Guests.List(v.Context(), v.me(), q)
	if err != nil {
		return err
	}
	view.Frame, view.GuestHead = s.frame(v, t.T("guest.tab.people")), head
	view.Here, view.Live = "/delegations/"+q.Edition+"/people", false
	view.Total, view.Query, view.Group, view.Waiting = l.Total, q.Text, string(q.Group), l.Waiting
	any := func(prefix string, words []string, now string) []Choice {
		return append([]Choice{{"", t.T("guest.any"), now == ""}}, guestChoices(t, prefix, words, now)...)
	}
	view.Kinds, view.Parts = any("guest.kind.", delegation.Kinds(), q.Kind), any("guest.part.", delegation.Parts(), q.Part)
	view.State = any("guest.state.", delegation.States(), q.State)
	view.Filtered = q.Text != "" || q.Kind != "" || q.Part != "" || q.State != "" || q.Group != ""
	from := min(max(q.From, 0), l.Total)
	view.From, view.To = t.Number(int64(min(from+1, l.Total))), t.Number(int64(from+len(l.Lines)))
	view.HasPrev, view.Prev = from > 0, strconv.Itoa(max(from-delegation.PageSize, 0))
	view.HasNext, view.Next = from+len(l.Lines) < l.Total, strconv.Itoa(from+len(l.Lines))
	for _, x := range l.Lines {
		g := guestLine(t, x)
		g.GroupHref = "/delegations/" + q.Edition + "/groups/" + string(x.Group)
		view.Lines = append(view.Lines, g)
	}
	if q.Group != "" && len(l.Lines) > 0 {
		view.GroupName = l.Lines[0].Delegation
	}
	if head.MayRun {
		view.Badges = "/delegations/" + q.Edition + "/badges.pdf?" + url.Values{"kind": {q.Kind}, "delegation": {string(q.Group)}}.Encode()
	}
	return s.show(v, status, "guestlist", view)
}

// searchGuests searches, approves several people at once, or gives the list away as a file.
func (s *site) searchGuests(v *visit) error {
	q, err := guestQuery(v, v.PostFormValue)
	if err != nil {
		return err
	}
	switch v.FormValue("do") {
	case "csv", "xlsx":
		return s.exportGuests(v, q, v.FormValue("do"))
	case "approve":
		return s.approveGuests(v, q, v.Form["guest"])
	case "approveall":
		return s.approveListed(v, q)
	}
	return s.showGuestList(v, http.StatusOK, q, GuestListView{})
}

func (s *site) approveGuests(v *visit, q delegation.Query, ids []string) error {
	var all []landbridge.ID
	for _, text := range ids {
		id, err := landbridge.ParseID(text)
		if err != nil {
			return notUnderstood()
		}
		all = append(all, id)
	}
	done, skipped, err := s.Guests.ApproveAll(v.Context(), v.me(), all)
	return s.approved(v, q, len(done), skipped, err)
}

// approveListed approves everybody nominated whom the query lists, on all its pages.
func (s *site) approveListed(v *visit, q delegation.Query) error {
	one := q
	one.State, one.From = delegation.Nominated, 0
	var ids []landbridge.ID
	for {
		l, err := s.Guests.List(v.Context(), v.me(), one)
		if err != nil {
			return err
		}
		for _, x := range l.Lines {
			ids = append(ids, x.ID)
		}
		if one.From += len(l.Lines); len(l.Lines) == 0 || one.From >= l.Total {
			break
		}
	}
	done, skips := 0, []delegation.Skip(nil)
	for part := range slices.Chunk(ids, delegation.MaxAtOnce) {
		d, k, err := s.Guests.ApproveAll(v.Context(), v.me(), part)
		done, skips = done+len(d), append(skips, k...)
		if err != nil {
			return s.approved(v, q, done, skips, err)
		}
	}
	return s.approved(v, q, done, skips, nil)
}

func (s *site) approved(v *visit, q delegation.Query, done int, skipped []delegation.Skip, err error) error {
	view, status := GuestListView{}, http.StatusOK
	switch {
	case sayable(err):
		view.Problem, status = sentence(fail.Safe(err)), http.StatusUnprocessableEntity
	case err != nil:
		return err
	default:
		view.Done = v.t.T("guest.approved", done)
	}
	for _, k := range skipped {
		view.Skipped = append(view.Skipped, GuestFinding{Name: string(k.ID), Text: sentence(k.Why)})
	}
	return s.showGuestList(v, status, q, view)
}

func (s *site) exportGuests(v *visit, q delegation.Query, form string) error {
	if _, err := s.Guests.Edition(v.Context(), q.Edition); err != nil {
		return err
	}
	rows, err := s.Guests.Table(v.Context(), v.me(), q, delegation.Columns(delegation.ColumnNames(v.t)))
	if err != nil {
		return err
	}
	if form == "csv" {
		b, err := table.CSV(rows)
		return v.file(q.Edition+"-people.csv", "text/csv; charset=utf-8", b, err)
	}
	b, err := table.XLSX(v.t.T("guest.sheet"), rows)
	return v.file(q.Edition+"-people.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b, err)
}

// file sends a file to keep. Its name is one of ours, without what a person wrote.
func (v *visit) file(name, kind string, b []byte, err error) error {
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.send(http.StatusOK, kind, b)
	return nil
}

func (s *site) allBadges(v *visit) error {
	q, err := guestQuery(v, v.URL.Query().Get)
	if err != nil {
		return err
	}
	b, _, err := s.Guests.BadgesPDF(v.Context(), v.me(), q)
	return v.file(q.Edition+"-badges.pdf", "application/pdf", b, err)
}

// A GuestView is page/guest: one person.
type GuestView struct {
	Frame
	GuestHead
	Self, GroupHref, GroupName, Kind, Part string
	Latin, Own                             string
	State                                  Pill
	Fields                                 []NameValue
	Visa                                   []NameValue
	HasVisa                                bool
	Number, Badge                          string
	Inside                                 string
	Twin                                   bool
	Ground, Reason                         string
	Grounds                                []Choice
	Approved, Waits                        bool // waits: nominated
	MayDecide, MayConfirm, MayWithdraw     bool
	MayErase, MayReissue                   bool
	Proposed                               bool
	Problem                                string
	WrittenReason                          string
}

func (s *site) guest(v *visit) error { return s.showGuest(v, http.StatusOK, "", "", "") }

func (s *site) showGuest(v *visit, status int, problem, ground, reason string) error {
	id, err := landbridge.ParseID(v.PathValue("guest"))
	if err != nil {
		return fail.New(fail.Missing, "there is no such person; see the list")
	}
	x, err := s.Guests.Open(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	head, _, err := s.guestHead(v, x.Edition.ID, "")
	if err != nil {
		return err
	}
	t := v.t
	view := GuestView{Frame: s.frame(v, x.Person.Latin), GuestHead: head, Self: "/guests/" + string(id),
		GroupHref: "/delegations/" + x.Edition.ID + "/groups/" + string(x.Group), GroupName: x.Delegation, Kind: t.T("guest.kind." + x.Kind),
		Part:  t.T("guest.part." + x.Part),
		Latin: x.Person.Latin, State: Pill{guestStateClass(x.State), t.T("guest.state." + x.State)}, Badge: x.Decision.Badge, Twin: x.Twin, Reason: x.Decision.Reason,
		Grounds: guestChoices(t, "guest.ground.", delegation.Grounds(), ground), Approved: x.State == delegation.Approved, Waits: x.State == delegation.Nominated,
		MayDecide: x.MayDecide, MayConfirm: x.MayConfirm, MayWithdraw: x.MayWithdraw, Proposed: x.State == delegation.Proposed,
		Problem: problem, WrittenReason: reason}
	view.Live = false
	view.MayReissue = view.Approved && x.MayDecide
	view.MayErase = v.me().Is(landbridge.DataProtection) || v.me().Is(landbridge.Secretariat)
	if x.Person.Name != x.Person.Latin {
		view.Own = x.Person.Name
	}
	if x.Decision.Ground != "" {
		view.Ground = t.T("guest.ground." + x.Decision.Ground)
	}
	if x.Number > 0 {
		view.Number = strconv.Itoa(x.Number)
	}
	if !x.Inside.IsZero() {
		view.Inside = t.DateTime(x.Inside)
	}
	for _, f := range [][2]string{{"guest.field.title", x.Person.Title}, {"guest.field.nation", x.Person.Nation}, {"guest.field.email", x.Person.Email},
		{"guest.field.lang", x.Person.Lang}} {
		if f[1] != "" {
			view.Fields = append(view.Fields, NameValue{t.T(f[0]), f[1]})
		}
	}
	if y := x.Person.Visa; y != nil {
		view.HasVisa = true
		view.Visa = []NameValue{{t.T("guest.field.born"), y.Born}, {t.T("guest.field.passport"), y.Passport}, {t.T("guest.field.expires"),
			y.Expires}, {t.T("guest.field.mission"), y.Mission}}
	}
	return s.show(v, status, "guest", view)
}

// changeGuest takes a person further: approves, refuses, withdraws, erases.
func (s *site) changeGuest(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("guest"))
	if err != nil {
		return fail.New(fail.Missing, "there is no such person; see the list")
	}
	ctx, me := v.Context(), v.me()
	ground, reason := v.FormValue("ground"), strings.TrimSpace(v.FormValue("reason"))
	to := "/guests/" + string(id)
	switch v.FormValue("do") {
	case "approve":
		err = s.Guests.Approve(ctx, me, id)
	case "refuse":
		err = s.Guests.ProposeRefusal(ctx, me, id, ground, reason)
	case "confirm":
		err = s.Guests.ConfirmRefusal(ctx, me, id)
	case "return":
		err = s.Guests.ReturnRefusal(ctx, me, id)
	case "withdraw":
		err = s.Guests.Withdraw(ctx, me, id)
	case "reissue":
		err = s.Guests.Reissue(ctx, me, id)
	case "erase":
		to = "/delegations"
		if v.FormValue("sure") != "yes" {
			err = fail.New(fail.Invalid, "tick that you mean it: what is erased does not come back")
			break
		}
		err = s.Guests.Forget(ctx, me, id)
	default:
		err = notUnderstood()
	}
	if sayable(err) {
		return s.showGuest(v, http.StatusUnprocessableEntity, sentence(fail.Safe(err)), ground, reason)
	}
	if err != nil {
		return err
	}
	return v.to(to, "guest-done")
}

func (s *site) guestLetter(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("guest"))
	if err != nil {
		return fail.New(fail.Missing, "there is no such person; see the list")
	}
	kind := v.PathValue("kind")
	b, err := s.Guests.Letter(v.Context(), v.me(), id, kind)
	if err == nil && kind != delegation.Invitation && kind != delegation.VisaLetter {
		err = errors.New("a letter of a kind that does not exist")
	}
	return v.file(kind+".pdf", "application/pdf", b, err)
}

func (s *site) guestBadge(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("guest"))
	if err != nil {
		return fail.New(fail.Missing, "there is no such person; see the list")
	}
	b, err := s.Guests.BadgePDF(v.Context(), v.me(), id)
	return v.file("badge.pdf", "application/pdf", b, err)
}
