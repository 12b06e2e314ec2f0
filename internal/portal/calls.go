package portal

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"landbridge.example"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

const callsPath = Prefix + "calls/"

// Bounds of the forms of calls.
const (
	maxEntryForm = 1 << 20               // bytes: a long text, escaped
	maxFileForm  = call.MaxFile + 64<<10 // bytes: a file, and what stands around it
	authorRows   = 6                     // of a form; the API takes more
	rowsShown    = 2                     // of them before the fold
	maxTyped     = 80                    // bytes of a secret that is shown again
	maxPublic    = 200                   // entries on one page of the proceedings
)

// callRoutes lists the addresses of the calls. Secrets stand in bodies alone.
func callRoutes() []route {
	get, post := "GET "+callsPath, "POST "+callsPath
	return []route{
		{get + "{$}", (*site).calls},
		{get + "{call}", (*site).callForm},
		{post + "{call}", (*site).submit},
		{get + "mine", (*site).mine},
		{post + "mine", (*site).changeMine},
		{post + "mine/file", (*site).fileOfMine},
		{get + "review", (*site).review},
		{post + "review", (*site).doReview},
		{get + "take-back", (*site).takeBack},
		{post + "take-back", (*site).doTakeBack},
		{get + "of/{edition}/{kind}", (*site).proceedings},
		{get + "entry/{entry}", (*site).publication},
		{get + "entry/{entry}/paper.pdf", (*site).paperFile},
		{post + "entry/{entry}", (*site).share},
	}
}

// A CallsView is page/calls: what can be sent in, and what came of it.
type CallsView struct {
	Frame
	Open, Closed []CallCard
	Published    []Link
}

// A CallCard is one call.
type CallCard struct {
	ID, Href, Edition, Kind, Title, Text string
	Closes, Keep                         string
	ISO                                  string
	Open, Anonymous                      bool
	Criteria                             []string
}

func (s *site) callCard(v *visit, c call.Call) CallCard {
	card := CallCard{ID: string(c.ID), Href: callsPath + string(c.ID), Edition: s.editionName(v, c.Edition), Kind: v.t.T("public.calls.kind." + c.Kind),
		Title:  c.Title,
		Text:   c.Text,
		Closes: v.t.DateTime(c.Closes), ISO: c.Closes.UTC().Format(time.RFC3339), Open: c.IsOpen(s.Clock()), Anonymous: c.Anonymous,
		Keep: v.t.Date(c.Ends.AddDate(0, 0, c.KeepDays))}
	for _, x := range c.Criteria {
		card.Criteria = append(card.Criteria, x.Name)
	}
	return card
}

// editionName is what the forum calls an edition, or its id where it knows none.
// A page asks for the names once; it does not fail for them.
func (s *site) editionName(v *visit, id string) string {
	if v.editions == nil {
		all, _ := s.Forum.Editions(v.Context())
		v.editions = forum.Names(all, v.t.Code)
	}
	return cmp.Or(v.editions[id], id)
}

func (s *site) calls(v *visit) error {
	all, err := s.Calls.Calls(v.Context(), "")
	if err != nil {
		return err
	}
	view := CallsView{Frame: s.frame(v, v.t.T("public.calls.title"))}
	for _, c := range all {
		if card := s.callCard(v, c); card.Open {
			view.Open = append(view.Open, card)
		} else {
			view.Closed = append(view.Closed, card)
		}
	}
	lists, err := s.Calls.Collections(v.Context())
	if err != nil {
		return err
	}
	for _, x := range lists {
		view.Published = append(view.Published, Link{callsPath + "of/" + url.PathEscape(x.Edition) + "/" + x.Kind,
			v.t.T("public.calls.public."+x.Kind) + " · " + s.editionName(v, x.Edition) + " (" + v.t.Number(int64(x.Count)) + ")", false})
	}
	return s.show(v, "calls", view)
}

// A CallFormView is page/callform: one call, the form to take part, and the
// receipt of what was taken in.
type CallFormView struct {
	Frame
	Call    CallCard
	Form    EntryForm
	Problem string
	Number  string
	Secret  string
}

func (s *site) theCall(v *visit) (call.Call, error) {
	id, err := landbridge.ParseID(v.PathValue("call"))
	if err != nil {
		return call.Call{}, fail.New(fail.Missing, "there is no such call; the list shows those there are")
	}
	return s.Calls.Call(v.Context(), id)
}

func (s *site) callForm(v *visit) error {
	c, err := s.theCall(v)
	if err != nil {
		return err
	}
	return s.show(v, "callform", CallFormView{Frame: s.frame(v, c.Title), Call: s.callCard(v, c), Form: emptyForm(c.Kind)})
}

// submit takes an entry in. The secret stands on the answer alone, in no address.
func (s *site) submit(v *visit) error {
	if err := s.Gate.Fresh(v.RemoteAddr); err != nil {
		return err
	}
	c, err := s.theCall(v)
	if err != nil {
		return err
	}
	f, err := s.longForm(v)
	if err != nil {
		return err
	}
	form := readForm(c.Kind, f)
	view := CallFormView{Frame: s.frame(v, c.Title), Call: s.callCard(v, c), Form: form}
	view.Here = callsPath + string(c.ID)
	v.w.Header().Set("Cache-Control", "no-store")
	x, err := form.content()
	var got *call.Receipt
	if err == nil {
		got, err = s.Calls.Submit(v.Context(), c.ID, x, form.authors())
	}
	if onPage(err) {
		view.Problem = capital(fail.Safe(err))
		return s.showAs(v, http.StatusUnprocessableEntity, "callform", view)
	}
	if err != nil {
		return err
	}
	view.Number, view.Secret = strconv.Itoa(got.Number), got.Secret
	return s.showAs(v, http.StatusOK, "callform", view)
}

// onPage reports whether an error stands on the page of its form, where what was
// entered is kept.
func onPage(err error) bool {
	return fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Expired) || fail.Is(err, fail.Conflict) || fail.Is(err,
		fail.Denied) ||
		fail.Is(err, fail.Missing)
}

// typed is what stands in the field of a secret again, so that one wrong letter
// can be mended; what is longer than every secret does not come back.
func typed(s string) string {
	if len(s) > maxTyped {
		return ""
	}
	return s
}

// longForm reads a form that may hold a long text.
func (s *site) longForm(v *visit) (url.Values, error) {
	v.Body = http.MaxBytesReader(v.w, v.Body, maxEntryForm)
	if err := v.ParseForm(); err != nil {
		return nil, fail.Because(err, fail.TooLarge, "the form did not arrive whole, or is too long; shorten the text and send it again")
	}
	return v.PostForm, nil
}
