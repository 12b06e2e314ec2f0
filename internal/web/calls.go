package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/call"
	"landbridge.example/internal/face/floor"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// callRoutes are the calls of the secretariat; the module asks again who runs them.
func callRoutes() []route {
	w := access.WriteForum
	return []route{
		{"GET /calls", w, false, (*site).callList},
		{"POST /calls", w, false, (*site).openCall},
		{"GET /calls/{call}", w, false, (*site).callPage},
		{"POST /calls/{call}", w, false, (*site).changeCall},
		{"GET /calls/{call}/entries.csv", w, false, (*site).callCSV},
		{"GET /submissions/{entry}", w, false, (*site).entryPage},
		{"POST /submissions/{entry}", w, false, (*site).changeEntry},
		{"GET /submissions/{entry}/paper.pdf", w, false, (*site).entryFile},
	}
}

// entriesShown is how many entries one page of a call lists.
const entriesShown = 100

// A CallsView is page/calls: the calls of all editions, and the form that opens one.
type CallsView struct {
	Frame
	Calls   []CallRow
	Problem string
	Form    NewCallForm
	Kinds   []Choice
}

// A CallRow is one call of the list.
type CallRow struct {
	Href, Title, Kind, Edition, Closes string
	State                              Pill
	Moved, Late                        bool
}

// A NewCallForm is what someone wrote in the form that opens a call.
type NewCallForm struct {
	Edition, Kind, Title, Text, Closes, Ends, Keep, Reviews, Criteria string
	Anonymous                                                         bool
}

func (s *site) callList(v *visit) error {
	return s.showCalls(v, http.StatusOK, NewCallForm{Keep: "180", Reviews: "2", Anonymous: true, Criteria: v.t.T("calls.criteria.start")}, "")
}

func (s *site) showCalls(v *visit, status int, form NewCallForm, problem string) error {
	all, err := s.Calls.Calls(v.Context(), "")
	if err != nil {
		return err
	}
	view := CallsView{Frame: s.frame(v, v.t.T("calls.title")), Problem: problem, Form: form}
	for _, c := range all {
		view.Calls = append(view.Calls, CallRow{Href: "/calls/" + string(c.ID), Title: c.Title, Kind: v.t.T("public.calls.kind." + c.Kind),
			Edition: s.editionName(v, c.Edition),
			Closes:  v.t.DateTime(c.Closes), State: s.callState(v, c)})
		if err := s.callCourse(v, c, &view.Calls[len(view.Calls)-1]); err != nil {
			return err
		}
	}
	for _, k := range call.Kinds() {
		view.Kinds = append(view.Kinds, Choice{k, v.t.T("public.calls.kind." + k), k == form.Kind})
	}
	return s.show(v, status, "calls", view)
}

func (s *site) callState(v *visit, c call.Call) Pill {
	if c.IsOpen(s.Clock()) {
		return Pill{"green", v.t.T("calls.open")}
	}
	return Pill{"", v.t.T("calls.closed")}
}

// closesText says until when a call is open, or since when it is not.
func (s *site) closesText(v *visit, c call.Call) string {
	key := "public.calls.closes"
	if !c.IsOpen(s.Clock()) {
		key = "calls.closed.at"
	}
	return v.t.T(key) + " " + v.t.DateTime(c.Closes)
}

// editionName is what the forum calls an edition, or its id where it knows none.
// A page asks for the names once; it does not fail for them.
func (s *site) editionName(v *visit, id string) string {
	if v.editions == nil && s.Forum != nil {
		all, _ := s.Forum.Editions(v.Context())
		v.editions = forum.Names(all, v.t.Code)
	}
	return cmp.Or(v.editions[id], id)
}

func (s *site) openCall(v *visit) error {
	get := func(name string) string { return strings.TrimSpace(v.FormValue(name)) }
	f := NewCallForm{Edition: get("edition"), Kind: get("kind"), Title: get("title"), Text: lines(v.FormValue("text")), Closes: get("closes"),
		Ends: get("ends"),
		Keep: get("keep"), Reviews: get("reviews"), Criteria: lines(v.FormValue("criteria")), Anonymous: get("anonymous") != ""}
	c, err := f.call()
	var id landbridge.ID
	if err == nil {
		id, err = s.Calls.Open(v.Context(), v.me(), c)
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) {
		return s.showCalls(v, http.StatusUnprocessableEntity, f, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/calls/"+string(id), "call-opened")
}

// lines is a text of a form with its lines ended as here.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// call returns the call that a form describes.
func (f *NewCallForm) call() (c call.Call, err error) {
	c = call.Call{Edition: f.Edition, Kind: f.Kind, Title: f.Title, Text: f.Text, Anonymous: f.Anonymous && f.Kind == call.Paper}
	if c.Closes, err = formTime(f.Closes); err != nil {
		return c, fail.New(fail.Invalid, "say until when the call is open, as a date with a time in UTC")
	}
	if c.Ends, err = time.Parse(time.DateOnly, f.Ends); err != nil {
		return c, fail.New(fail.Invalid, "say on which day the edition ends")
	}
	if c.KeepDays, err = strconv.Atoi(f.Keep); err != nil {
		return c, fail.New(fail.Invalid, "say for how many days entries are kept after the edition")
	}
	if f.Kind != call.Paper && f.Kind != call.Award {
		return c, nil // decided without reviews
	}
	if c.MinReviews, err = strconv.Atoi(f.Reviews); err != nil {
		return c, fail.New(fail.Invalid, "say how many reviews each entry gets")
	}
	for line := range strings.SplitSeq(f.Criteria, "\n") {
		name, weight, _ := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		n, err := strconv.Atoi(cmp.Or(strings.TrimSpace(weight), "1"))
		if err != nil {
			return c, fail.New(fail.Invalid, "write each criterion on a line of its own, with its weight behind a colon, such as \"Clarity: 2\"")
		}
		c.Criteria = append(c.Criteria, call.Criterion{Name: name, Weight: n})
	}
	return c, nil
}

// A CallView is page/call: one call with its entries, its reviewers and, for an
// expo, its plan.
type CallView struct {
	Frame
	ID, Name, Kind, Edition, Text, Closes, Keep, Judged string
	State                                               Pill
	Problem                                             string
	States                                              []NavItem // filters
	Entries                                             []EntryRow
	Total, Next, Back                                   string
	CSV, Public                                         string
	Ready                                               string // accepted and not yet public
	MayPublish, Reviewed, IsExpo                        bool
	Reviewers                                           []ReviewerRow
	Invited, Code                                       string // just now
	InviteName, InviteOf, InviteMail                    string
	Halls                                               []floor.Hall
	PlanText                                            string
	Stands                                              []Choice
	Exhibitors                                          []Choice
	Deadline                                            CallDates
}

// An EntryRow is one entry in the list of a call.
type EntryRow struct {
	Href, Number, Title, By, Of, Mean, Reviews string
	State                                      Pill
	File                                       bool
	Placed                                     bool // in the draft of the programme
}

// A ReviewerRow is one reviewer of a call.
type ReviewerRow struct {
	ID, Name, Organisation, Email, Came, Work string
	Conflicts                                 int
}

func (s *site) callPage(v *visit) error {
	id, err := callID(v)
	if err != nil {
		return err
	}
	return s.showCall(v, http.StatusOK, id, CallView{})
}

func callID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("call"))
	if err != nil {
		return "", fail.New(fail.Missing, "there is no such call; the list shows those there are")
	}
	return id, nil
}

// showCall fills in what is known of a call around what the view holds already.
func (s *site) showCall(v *visit, status int, id landbridge.ID, view CallView) error {
	c, err := s.Calls.Call(v.Context(), id)
	if err != nil {
		return err
	}
	all, err := s.Calls.List(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	t := v.t
	view.Frame = s.frame(v, c.Title)
	view.Live = false
	view.ID, view.Name, view.Kind, view.Edition, view.Text = string(id), c.Title, t.T("public.calls.kind."+c.Kind), s.editionName(v, c.Edition), c.Text
	view.Closes, view.Keep, view.State = s.closesText(v, c), t.Date(c.Ends.AddDate(0, 0, c.KeepDays)), s.callState(v, c)
	view.CSV, view.Public = "/calls/"+string(id)+"/entries.csv", "/public/calls/of/"+c.Edition+"/"+c.Kind
	view.Reviewed, view.IsExpo, view.MayPublish = c.MinReviews > 0, c.Kind == call.Expo, s.may(v, access.PublishForum)
	if view.Reviewed {
		var names []string
		for _, x := range c.Criteria {
			names = append(names, x.Name+" ×"+strconv.Itoa(x.Weight))
		}
		view.Judged = t.T("calls.judged", c.MinReviews) + ": " + strings.Join(names, ", ")
	}
	if err := s.callDates(v, &view, c); err != nil {
		return err
	}
	if err := s.entryRows(v, &view, c, all); err != nil {
		return err
	}
	if view.Reviewed {
		panel, err := s.Calls.Reviewers(v.Context(), v.me(), id)
		if err != nil {
			return err
		}
		for _, p := range panel {
			view.Reviewers = append(view.Reviewers, reviewerRow(v, p))
		}
	}
	if view.IsExpo {
		if err := s.callPlan(v, &view, id, all); err != nil {
			return err
		}
	}
	return s.show(v, status, "call", view)
}

func reviewerRow(v *visit, p call.Panelist) ReviewerRow {
	r := ReviewerRow{ID: string(p.ID), Name: p.Name, Organisation: p.Organisation, Email: p.Email, Came: v.t.T("calls.invited"),
		Work: v.t.T("calls.work", p.Done, p.Given), Conflicts: p.Conflicts}
	if !p.Came.IsZero() {
		r.Came = v.t.Date(p.Came)
	}
	return r
}

// entryRows fills the list: filtered and cut as the address says.
func (s *site) entryRows(v *visit, view *CallView, c call.Call, all []call.Standing) error {
	t, q := v.t, v.URL.Query()
	counts := map[string]int{}
	for _, x := range all {
		counts[x.State]++
	}
	want := q.Get("state")
	base := "/calls/" + string(c.ID)
	view.States = append(view.States, NavItem{Href: base, Name: t.T("calls.all"), Current: want == "", Count: strconv.Itoa(len(all))})
	for _, st := range []string{call.Sent, call.Revise, call.Proposed, call.Accepted, call.Declined} {
		if counts[st] > 0 {
			view.States = append(view.States, NavItem{Href: base + "?state=" + st, Name: t.T("public.calls.state." + st), Current: want == st,
				Count: strconv.Itoa(counts[st])})
		}
	}
	public, err := s.Calls.Public(v.Context(), c.Edition, c.Kind)
	if err != nil {
		return err
	}
	out := map[landbridge.ID]bool{}
	for _, x := range public {
		out[x.Entry] = true
	}
	ready := 0
	for _, x := range all {
		if x.State == call.Accepted && !out[x.ID] {
			ready++
		}
	}
	if ready > 0 {
		view.Ready = t.T("calls.ready", ready)
	}
	shown := slices.DeleteFunc(slices.Clone(all), func(x call.Standing) bool { return want != "" && x.State != want })
	view.Total = t.T("public.calls.found", len(shown))
	from, _ := strconv.Atoi(q.Get("from")) // what is no number is the beginning
	from = max(0, min(from, len(shown)))
	placed := s.inProgramme(v, c.Edition)
	for _, x := range shown[from:min(from+entriesShown, len(shown))] {
		row := entryRow(v, x, out[x.ID])
		row.Placed = placed[x.ID]
		view.Entries = append(view.Entries, row)
	}
	link := func(n int) string { return base + "?state=" + want + "&from=" + strconv.Itoa(n) }
	if from+entriesShown < len(shown) {
		view.Next = link(from + entriesShown)
	}
	if from > 0 {
		view.Back = link(max(0, from-entriesShown))
	}
	return nil
}

func entryRow(v *visit, x call.Standing, public bool) EntryRow {
	r := EntryRow{Href: "/submissions/" + string(x.ID), Number: strconv.Itoa(x.Number), Title: x.Content.Title, State: entryState(v, x.State), File: x.File > 0,
		Reviews: strconv.Itoa(x.Count) + "/" + strconv.Itoa(len(x.Reviews))}
	if public {
		r.State = Pill{"teal", v.t.T("calls.published")}
	}
	if x.Count > 0 {
		r.Mean = v.t.Decimal(x.Mean, 2)
	}
	if len(x.Authors) > 0 {
		r.By, r.Of = x.Authors[0].Name, x.Authors[0].Organisation
	}
	return r
}

func entryState(v *visit, state string) Pill {
	class := map[string]string{call.Accepted: "green", call.Declined: "red", call.Revise: "amber", call.Proposed: "amber", call.Sent: ""}
	return Pill{class[state], v.t.T("public.calls.state." + state)}
}

// callPlan draws the plan of an expo, with the forms that change it.
func (s *site) callPlan(v *visit, view *CallView, id landbridge.ID, all []call.Standing) error {
	plan, err := s.Calls.Plan(v.Context(), id)
	if err != nil {
		return err
	}
	names := map[landbridge.ID]string{}
	for _, x := range all {
		if x.Content.Exhibitor == nil {
			continue
		}
		names[x.ID] = x.Content.Exhibitor.Organisation
		if x.State == call.Accepted {
			view.Exhibitors = append(view.Exhibitors, Choice{string(x.ID), x.Content.Exhibitor.Organisation, false})
		}
	}
	var drawn []floor.Stand
	for _, x := range plan {
		f := floor.Stand{Code: x.Code, Hall: x.Hall, Left: x.Left, Top: x.Top, Wide: x.Wide, Deep: x.Deep, Kind: "free", Note: v.t.T("public.calls.stand.free")}
		if x.Entry != "" {
			f.Kind, f.Name, f.Href, f.Note = "named", names[x.Entry], "/submissions/"+string(x.Entry), ""
		}
		drawn = append(drawn, f)
		view.Stands = append(view.Stands, Choice{x.Code, x.Hall + " · " + x.Code + " · " + cmp.Or(f.Name, f.Note), false})
	}
	view.Halls = floor.Halls(drawn)
	if view.PlanText == "" {
		view.PlanText = call.WritePlan(plan)
	}
	return nil
}

// changeCall does one thing to a call.
func (s *site) changeCall(v *visit) error {
	id, err := callID(v)
	if err != nil {
		return err
	}
	view, path := CallView{}, "/calls/"+string(id)
	switch v.FormValue("do") {
	case "invite":
		return s.inviteReviewer(v, id)
	case "remove":
		err = s.Calls.RemoveReviewer(v.Context(), v.me(), landbridge.ID(v.FormValue("reviewer")), v.FormValue("discard") != "")
	case "publish":
		if !s.may(v, access.PublishForum) {
			return fail.New(fail.Denied, "a call is published by the secretariat")
		}
		if _, err = s.Calls.Publish(v.Context(), v.me(), id); err == nil {
			return v.to(path, "call-published")
		}
	case "dates":
		if err = s.rescheduleCall(v, id, &view); err == nil {
			return v.to(path, "saved")
		}
	case "plan":
		view.PlanText = lines(v.FormValue("plan"))
		var stands []call.Stand
		if stands, err = call.ParsePlan(view.PlanText); err == nil {
			err = s.Calls.SetPlan(v.Context(), v.me(), id, stands)
		}
	case "place":
		err = s.Calls.Place(v.Context(), v.me(), id, v.FormValue("stand"), landbridge.ID(v.FormValue("entry")))
	default:
		err = fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if onCallPage(err) {
		view.Problem = sentence(fail.Safe(err))
		return s.showCall(v, http.StatusUnprocessableEntity, id, view)
	}
	if err != nil {
		return err
	}
	return v.to(path, "done")
}

func onCallPage(err error) bool {
	return fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.Denied)
}

// inviteReviewer names a reviewer. The code of the invitation stands on the
// answer alone, in no address.
func (s *site) inviteReviewer(v *visit, id landbridge.ID) error {
	r := call.Reviewer{Name: strings.TrimSpace(v.FormValue("name")), Organisation: strings.TrimSpace(v.FormValue("organisation")),
		Email: strings.TrimSpace(v.FormValue("email"))}
	_, code, err := s.Calls.AddReviewer(v.Context(), v.me(), id, r)
	if onCallPage(err) {
		return s.showCall(v, http.StatusUnprocessableEntity, id, CallView{Problem: sentence(fail.Safe(err)), InviteName: r.Name, InviteOf: r.Organisation,
			InviteMail: r.Email})
	}
	if err != nil {
		return err
	}
	return s.showCall(v, http.StatusOK, id, CallView{Invited: r.Name, Code: code})
}

func (s *site) callCSV(v *visit) error {
	id, err := callID(v)
	if err != nil {
		return err
	}
	all, err := s.Calls.List(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	var head []string
	for _, c := range call.Columns() {
		head = append(head, v.t.T("calls.column."+c))
	}
	b, err := call.CSV(head, all)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="entries.csv"`)
	v.send(http.StatusOK, "text/csv; charset=utf-8", b)
	return nil
}
