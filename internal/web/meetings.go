package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
)

// A MeetingsView is page/meetings.
type MeetingsView struct {
	Frame
	Coming, Past []MeetingLine
	MayPrepare   bool
	Kinds        []Choice
	Parties      []Choice
	Form         map[string]string
	Problem      string
}

// A MeetingLine is one meeting of a list.
type MeetingLine struct{ Href, Title, Kind, Host, When, Place string }

func (s *site) meetings(v *visit) error { return s.showMeetings(v, http.StatusOK, "") }

func (s *site) showMeetings(v *visit, status int, problem string) error {
	t := v.t
	view := MeetingsView{Frame: s.frame(v, t.T("meet.title")), MayPrepare: s.may(v, access.PrepareDecisions), Problem: problem, Form: map[string]string{},
		Kinds: choices(t, "meet.kind.", ownMeetings(), v.FormValue("kind"))[1:]}
	for _, name := range []string{"title", "start", "end", "place", "link", "session", "turn", "turns", "agenda"} {
		view.Form[name] = v.FormValue(name)
	}
	all, err := s.Decision.Meetings(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, m := range all {
		line := MeetingLine{Href: "/meetings/" + string(m.ID), Title: m.Title, Kind: t.T("meet.kind." + m.Kind), Host: s.partyName(v, m.Host),
			When: t.DateTime(m.Start), Place: m.Place}
		if m.End.After(s.Clock()) {
			view.Coming = append([]MeetingLine{line}, view.Coming...)
		} else {
			view.Past = append(view.Past, line)
		}
	}
	if view.Parties, err = s.partyChoices(v, ""); err == nil && len(view.Parties) > 0 {
		view.Parties = view.Parties[1:]
	}
	if err != nil {
		return err
	}
	return s.show(v, status, "meetings", view)
}

// ownMeetings are the kinds that are begun here; records of visits and letters
// have their own pages.
func ownMeetings() []string {
	return []string{decision.AtConference, decision.Consultation, decision.WorkingGroup}
}

func (s *site) beginMeeting(v *visit) error {
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the form did not arrive whole; send it again")
	}
	get := func(name string) string { return strings.TrimSpace(v.FormValue(name)) }
	m := decision.Meeting{Kind: get("kind"), Title: get("title"), Place: get("place"), Link: get("link"), Session: get("session"),
		Rules: decision.FloorRules{Turn: formNumber(get("turn"), 180), ReplyTurn: formNumber(get("reply"), 60), Turns: formNumber(get("turns"), 0),
			FreshFirst: v.FormValue("fresh") != "", Alternate: v.FormValue("alternate") != ""}}
	for _, p := range v.Form["party"] {
		m.Parties = append(m.Parties, landbridge.PartyID(p))
	}
	for line := range strings.SplitSeq(get("agenda"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			m.Agenda = append(m.Agenda, decision.Item{ID: "i" + strconv.Itoa(len(m.Agenda)+1), Title: line})
		}
	}
	var err error
	if m.Start, err = formTime(get("start")); err == nil {
		m.End, err = formTime(get("end"))
	}
	var id landbridge.ID
	if err == nil {
		id, err = s.Decision.SaveMeeting(v.Context(), v.me(), m)
	}
	if decisionSaid(err) {
		return s.showMeetings(v, http.StatusUnprocessableEntity, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/meetings/"+string(id), "saved")
}

// formNumber reads a number of a form; what is none becomes otherwise, and the
// module refuses what is out of its bounds.
func formNumber(s string, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return otherwise
	}
	return n
}

// A MeetingView is page/meeting: agenda, floor, minutes and action items.
type MeetingView struct {
	Frame
	ID, Heading, Kind, When, Until, Host, Place, Link, Session string
	Revision                                                   int64
	PartyNames, Rules                                          string
	Items                                                      []ItemCard
	ItemNow                                                    string
	Turn                                                       *TurnCard
	Next                                                       []NextLine
	Spoken                                                     []NextLine
	ListClosed                                                 bool
	Chair, MaySpeak, Asked                                     bool
	Parties                                                    []Choice
	Languages2                                                 []Choice
	ItemChoices                                                []Choice
	Tasks                                                      []ActionLine
	Result                                                     string
	Problem                                                    string
	TurnKey                                                    string // of the turn that the page shows
}

// An ItemCard is one point of the agenda.
type ItemCard struct {
	ID, Number, Title, Minutes, Record string
	Now                                bool
	Documents                          []DocumentLine
	Links                              []Link // texts and matters
}

// A DocumentLine is one paper in the languages there are.
type DocumentLine struct {
	Title string
	In    []NameValue // language and address; a digest leads to its text
	Texts []Link
}

// A TurnCard is who has the floor.
type TurnCard struct {
	Code, Name, As, Language, Left, Began, EndsISO string
	Over                                           bool
	Used                                           int
}

// A NextLine is a place on the speaking list, or a speech that was held.
type NextLine struct{ Code, Name, As, Value, Language, Took string }

// A ActionLine is one action item.
type ActionLine struct {
	ID, What, Who, Due, Commitment string
	State                          Pill
	Open                           bool
}

func (s *site) meetingID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("meeting"))
	if err != nil {
		return "", fail.New(fail.Missing, "there is no such meeting; the list shows those there are")
	}
	return id, nil
}

func (s *site) meeting(v *visit) error {
	id, err := s.meetingID(v)
	if err != nil {
		return err
	}
	return s.showMeeting(v, http.StatusOK, id, "")
}

func (s *site) showMeeting(v *visit, status int, id landbridge.ID, problem string) error {
	m, f, err := s.Decision.Floor(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	t := v.t
	view := MeetingView{Frame: s.frame(v, m.Title), ID: string(m.ID), Heading: m.Title, Kind: t.T("meet.kind." + m.Kind), When: t.DateTime(m.Start),
		Until: t.DateTime(m.End),
		Host:  s.partyName(v, m.Host), Place: m.Place, Link: m.Link, Session: s.editionName(v, m.Session),
		Revision: m.Revision, PartyNames: s.codes(v, m.Parties), Result: m.Result,
		Chair: m.Host == s.Party && s.may(v, access.PrepareDecisions), ListClosed: f.Closed, Languages2: textLanguages(t, v.t.Code), Problem: problem,
		MaySpeak: slices.Contains(m.Parties, s.Party) && s.may(v, access.SpeakInDecisions)}
	view.Rules = t.T("meet.rules", clockText(time.Duration(m.Rules.Turn)*time.Second))
	if m.Rules.Turns > 0 {
		view.Rules += " · " + t.T("meet.rules.turns", m.Rules.Turns)
	}
	if m.Rules.FreshFirst {
		view.Rules += " · " + t.T("meet.rules.fresh")
	}
	if m.Rules.Alternate {
		view.Rules += " · " + t.T("meet.rules.alternate")
	}
	for _, p := range m.Parties {
		view.Parties = append(view.Parties, Choice{string(p), s.partyName(v, p), false})
	}
	s.meetingItems(v, m, f, &view)
	s.meetingFloor(v, f, &view)
	if err := s.meetingTasks(v, m, &view); err != nil {
		return err
	}
	return s.show(v, status, "meeting", view)
}

func (s *site) meetingItems(v *visit, m *decision.Meeting, f *decision.Floor, view *MeetingView) {
	t := v.t
	for i, x := range m.Agenda {
		card := ItemCard{ID: x.ID, Number: t.Number(int64(i + 1)), Title: x.Title, Record: x.Record, Now: x.ID == f.Item}
		if x.Minutes > 0 {
			card.Minutes = t.Duration(time.Duration(x.Minutes) * time.Minute)
		}
		if card.Now {
			view.ItemNow = card.Number + ". " + x.Title
		}
		for _, d := range x.Drafts {
			card.Links = append(card.Links, Link{"/decisions/texts/" + d.String(), t.T("decide.text")})
		}
		for _, d := range x.Matters {
			card.Links = append(card.Links, Link{matterHref(d), t.T("decide.matter")})
		}
		for _, d := range x.Documents {
			line := DocumentLine{Title: d.Title}
			for _, l := range slices.Sorted(maps.Keys(d.In)) {
				if strings.HasPrefix(d.In[l], "https://") {
					line.In = append(line.In, NameValue{languageName(t, l), d.In[l]})
				} else if x, err := landbridge.ParseDigest(d.In[l]); err == nil {
					href, err := s.wordingOf(v, x)
					if err != nil {
						href = "/decisions"
					}
					line.Texts = append(line.Texts, Link{href, languageName(t, l)})
				}
			}
			card.Documents = append(card.Documents, line)
		}
		view.Items = append(view.Items, card)
		view.ItemChoices = append(view.ItemChoices, Choice{x.ID, card.Number + ". " + x.Title, card.Now})
	}
}

// clockText writes minutes and seconds as a speaker's clock shows them.
func clockText(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "−", -d
	}
	return fmt.Sprintf("%s%d:%02d", sign, int(d.Minutes()), int(d.Seconds())%60)
}

func (s *site) meetingFloor(v *visit, f *decision.Floor, view *MeetingView) {
	t, now := v.t, s.Clock()
	view.TurnKey = turnKey(f)
	as := func(word string) string { return t.T("meet.as." + asWord(word)) }
	if x := f.Now; x != nil {
		view.Turn = &TurnCard{Code: string(x.Party), Name: s.partyName(v, x.Party), As: as(x.As), Language: languageName(t, x.Language),
			Left:  clockText(x.Ends.Sub(now)),
			Began: t.DateTime(x.Began), EndsISO: x.Ends.UTC().Format(time.RFC3339), Over: x.Over(now), Used: 100}
		if whole := x.Ends.Sub(x.Began); whole > 0 {
			view.Turn.Used = percent(float64(now.Sub(x.Began)) / float64(whole))
		}
	}
	for _, q := range f.Next {
		view.Next = append(view.Next, NextLine{string(q.Party), s.partyName(v, q.Party), as(q.As), q.As, languageName(t, q.Language), ""})
		view.Asked = view.Asked || q.Party == s.Party
	}
	for _, x := range slices.Backward(f.Spoken) {
		view.Spoken = append(view.Spoken, NextLine{string(x.Party), s.partyName(v, x.Party), as(x.As), "", languageName(t, x.Language),
			clockText(x.Ended.Sub(x.Began))})
	}
}

func asWord(s string) string {
	if s == decision.ToSpeak {
		return "speak"
	}
	return s
}

// meetingTasks shows the action items. One that became a commitment stands as
// that commitment does.
func (s *site) meetingTasks(v *visit, m *decision.Meeting, view *MeetingView) error {
	t, today := v.t, s.Clock().UTC().Format(time.DateOnly)
	all, err := s.Decision.Commitments(v.Context())
	if err != nil {
		return err
	}
	for _, x := range m.Tasks {
		line := ActionLine{ID: x.ID, What: x.What, Who: s.partyName(v, x.Party), Due: t.Day(x.Due), Open: x.Done == ""}
		switch {
		case x.Done != "":
			line.State = Pill{"green", t.T("meet.task.done", t.Day(x.Done))}
		case x.Due < today:
			line.State = Pill{"red", t.T("decide.status.late")}
		default:
			line.State = Pill{"teal", t.T("decide.status.running")}
		}
		for _, c := range all {
			if c.Act == x.Commitment {
				line.Commitment, line.State, line.Open = "/commitments/"+c.Act.String(), commitmentPill(t, c.Status(today)), false
			}
		}
		view.Tasks = append(view.Tasks, line)
	}
	return nil
}

// changeMeeting does what a form of the page of a meeting asks: something on
// the floor, or a change of the record.
func (s *site) changeMeeting(v *visit) error {
	id, err := s.meetingID(v)
	if err != nil {
		return err
	}
	ctx, do, back := v.Context(), v.FormValue("do"), "#floor" // whoever uses the keyboard goes on where they were
	e := decision.Event{Kind: do, Item: v.FormValue("item"), Party: landbridge.PartyID(v.FormValue("party")), As: v.FormValue("as"),
		Language: v.FormValue("language")}
	switch do {
	case decision.Called, decision.Ended:
		if err = s.sameTurn(v, id); err == nil {
			_, err = s.Decision.Happen(ctx, v.me(), id, e)
		}
	case decision.ItemOpened, decision.Asked, decision.TookBack, decision.ListClosed, decision.ListOpened:
		_, err = s.Decision.Happen(ctx, v.me(), id, e)
	case "wish":
		err = s.Decision.AskFloor(ctx, v.me(), id, decision.Asked, e.As, e.Language)
	case "unwish":
		err = s.Decision.AskFloor(ctx, v.me(), id, decision.TookBack, e.As, "")
	default:
		back, err = "", s.editMeeting(v, id, do)
	}
	if decisionSaid(err) {
		return s.showMeeting(v, http.StatusUnprocessableEntity, id, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/meetings/"+string(id)+back, "saved")
}

// sameTurn refuses to end a turn, or to call the next, when the floor is not as
// the page showed it: a button pressed twice skips no delegation.
func (s *site) sameTurn(v *visit, id landbridge.ID) error {
	_, f, err := s.Decision.Floor(v.Context(), v.me(), id)
	if err == nil && turnKey(f) != v.FormValue("turn") {
		err = fail.New(fail.Conflict, "the floor has moved on since this page was shown; it is shown now as it is")
	}
	return err
}

// turnKey tells one turn of a meeting from every other.
func turnKey(f *decision.Floor) string {
	key := f.Item + "-" + strconv.Itoa(len(f.Spoken))
	if f.Now != nil {
		key += "-" + string(f.Now.Party)
	}
	return key
}

// editMeeting keeps the next revision of a record with one change.
func (s *site) editMeeting(v *visit, id landbridge.ID, do string) error {
	old, _, err := s.Decision.Floor(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.FormValue(name), "\r\n", "\n"))
	}
	m := *old
	m.Agenda, m.Tasks = slices.Clone(m.Agenda), slices.Clone(m.Tasks)
	if m.Revision, err = strconv.ParseInt(get("revision"), 10, 64); err != nil {
		return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	i := slices.IndexFunc(m.Agenda, func(x decision.Item) bool { return x.ID == get("item") })
	k := slices.IndexFunc(m.Tasks, func(x decision.Task) bool { return x.ID == get("task") })
	switch {
	case do == "item":
		m.Agenda = append(m.Agenda, decision.Item{ID: freshID("i", len(m.Agenda)), Title: get("title"), Minutes: formNumber(get("minutes"), 0)})
	case do == "minutes" && i >= 0:
		m.Agenda[i].Record = get("record")
	case do == "document" && i >= 0:
		m.Agenda[i].Documents = withDocument(m.Agenda[i].Documents, get("title"), get("language"), get("address"))
	case do == "link" && i >= 0:
		err = putOn(&m.Agenda[i], get("about"))
	case do == "task":
		m.Tasks = append(m.Tasks, decision.Task{ID: freshID("t", len(m.Tasks)), Item: get("item"), What: get("what"),
			Party: landbridge.PartyID(get("party")), Due: get("due")})
	case do == "done" && k >= 0:
		m.Tasks[k].Done = s.Clock().UTC().Format(time.DateOnly)
	case do == "committed" && k >= 0:
		if m.Tasks[k].Commitment, err = landbridge.ParseDigest(get("commitment")); err != nil {
			err = fail.New(fail.Invalid, "a commitment is named by its digest: 64 hex digits, as its page shows")
		}
	case do == "result":
		m.Result = get("result")
	default:
		return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if err != nil {
		return err
	}
	_, err = s.Decision.SaveMeeting(v.Context(), v.me(), m)
	return err
}

// freshID names the next thing of a record; things are never taken out of it.
func freshID(prefix string, n int) string { return prefix + strconv.Itoa(n+1) }

// putOn puts a text or a matter on an item, by the address of its page or its digest.
func putOn(i *decision.Item, about string) error {
	parts := strings.Split(strings.TrimSuffix(about, "/"), "/")
	d, err := landbridge.ParseDigest(parts[len(parts)-1])
	if err != nil {
		return fail.New(fail.Invalid, "give the address of the page of a text or a matter")
	}
	if slices.Contains(parts, "texts") {
		i.Drafts = append(slices.Clone(i.Drafts), d)
	} else {
		i.Matters = append(slices.Clone(i.Matters), d)
	}
	return nil
}

// withDocument adds a paper, or another language of one that is there.
func withDocument(all []decision.Document, title, language, address string) []decision.Document {
	out := slices.Clone(all)
	for n, d := range out {
		if d.Title == title {
			in := map[string]string{language: address}
			for l, a := range d.In {
				if l != language {
					in[l] = a
				}
			}
			out[n].In = in
			return out
		}
	}
	return append(out, decision.Document{Title: title, In: map[string]string{language: address}})
}
