package portal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"landbridge.example/internal/delegation"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
)

// Guests is what strangers may ask of the people of the forum: a delegation.Office.
type Guests interface {
	Look(ctx context.Context, secret string) (*delegation.Standing, error)
	Submit(ctx context.Context, secret string, all []delegation.Nominee) error
	CheckLetter(ctx context.Context, file []byte) (*delegation.Given, error)
}

func (s *site) guestRoutes() []route {
	if s.Guests == nil || s.Gate == nil {
		return nil
	}
	return []route{
		{"GET " + Prefix + "nominate", (*site).nominate},
		{"POST " + Prefix + "nominate", (*site).sendNomination},
		{"GET " + Prefix + "letters", (*site).letters},
		{"POST " + Prefix + "letters", (*site).checkLetter},
	}
}

const (
	nomineeRows = 12 // on the form; more come as a table
	maxUpload   = delegation.MaxTable + MaxForm
	maxInMemory = 1 << 20
)

// A NominateView is page/nominate: the form of a nomination link. The secret
// stands in the bodies of its forms and in no address.
type NominateView struct {
	Frame
	Wrote      string // a secret that is none
	Secret     string
	Delegation string
	Edition    string
	Quota      string
	Until      string
	Count      []StateCount
	Used, Open bool
	Rows       []NomineeRow
	Problem    string
	Findings   []RowFinding
	Taken      string
}

// A StateCount is how many people stand in a state.
type StateCount struct{ State, Number string }

// A NomineeRow is one row of the form.
type NomineeRow struct {
	Number                           int
	Name                             string // "Person 1"
	Parts                            []face.Choice
	Latin, Own, Title, Nation        string
	Email                            string
	Born, Passport, Expires, Mission string
	Visa, Shown                      bool
}

// A RowFinding is what is wrong with a row.
type RowFinding struct {
	Row        int
	Name, Text string
}

func (s *site) nominate(v *visit) error { return s.showNominate(v, http.StatusOK, NominateView{}) }

func (s *site) showNominate(v *visit, status int, view NominateView) error {
	view.Frame = s.frame(v, v.t.T("public.nominate.title"))
	view.Here = Prefix + "nominate" // a form's answer has no address of its own
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Referrer-Policy", "no-referrer")
	return s.showAs(v, status, "nominate", view)
}

// sendNomination opens the form to who has the secret, or takes the list in.
func (s *site) sendNomination(v *visit) error {
	if err := s.Gate.Form(v.RemoteAddr); err != nil {
		return err
	}
	v.Body = http.MaxBytesReader(v.w, v.Body, maxUpload)
	if err := v.ParseMultipartForm(maxInMemory); err != nil && err != http.ErrNotMultipart { //nolint:errorlint // the sentinel is returned bare
		return fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	secret := strings.TrimSpace(v.PostFormValue("secret"))
	st, err := s.Guests.Look(v.Context(), secret)
	if fail.Is(err, fail.Missing) {
		return s.showNominate(v, http.StatusNotFound, NominateView{Problem: said(v, err), Wrote: typed(secret)})
	}
	if err != nil {
		return err
	}
	view := standing(v, secret, st, !s.Clock().After(st.Closes))
	if v.PostFormValue("do") != "send" || !view.Open {
		view.Rows = s.blankRows(v)
		return s.showNominate(v, http.StatusOK, view)
	}
	return s.takeNomination(v, secret, view)
}

func standing(v *visit, secret string, st *delegation.Standing, running bool) NominateView {
	t := v.t
	view := NominateView{Secret: secret, Delegation: st.Name, Edition: st.Title, Quota: t.T("guest.quota", st.Members, st.Observers), Until: t.DateTime(st.Closes),
		Used: st.Used, Open: !st.Used && running}
	for _, state := range delegation.States() {
		if n := st.Count[state]; n > 0 {
			view.Count = append(view.Count, StateCount{t.T("guest.state." + state), t.Number(int64(n))})
		}
	}
	return view
}

func (s *site) blankRows(v *visit) []NomineeRow {
	var all []NomineeRow
	for i := range nomineeRows {
		r, _, _ := nomineeRow(v, i)
		r.Shown = i < 3
		all = append(all, r)
	}
	return all
}

// nomineeRow reads one row of the form.
func nomineeRow(v *visit, i int) (r NomineeRow, n delegation.Nominee, filled bool) {
	get := func(name string) string { return strings.TrimSpace(v.PostFormValue(name + "-" + strconv.Itoa(i))) }
	r = NomineeRow{Number: i, Name: v.t.T("public.nominate.row", i+1), Latin: get("latin"), Own: get("name"), Title: get("title"),
		Nation: strings.ToUpper(get("nation")),
		Email:  get("email"), Born: get("born"), Passport: get("passport"), Expires: get("expires"), Mission: get("mission")}
	n = delegation.Nominee{Part: get("part"), Person: delegation.Person{Name: r.Own, Latin: r.Latin, Title: r.Title, Nation: r.Nation,
		Email: r.Email, Lang: v.t.Code}}
	if x := (delegation.Visa{Born: r.Born, Passport: r.Passport, Expires: r.Expires, Mission: r.Mission}); x != (delegation.Visa{}) {
		n.Person.Visa, r.Visa = &x, true
	}
	if n.Part == "" {
		n.Part = delegation.Member
		if i == 0 {
			n.Part = delegation.Head
		}
	}
	for _, p := range delegation.Parts() {
		r.Parts = append(r.Parts, face.Choice{Value: p, Name: v.t.T("guest.part." + p), Chosen: p == n.Part})
	}
	filled = r.Latin+r.Own+r.Title+r.Nation+r.Email != "" || r.Visa
	r.Shown = filled || i < 3
	return r, n, filled
}

func (s *site) takeNomination(v *visit, secret string, view NominateView) error {
	if err := s.Gate.Fresh(v.RemoteAddr); err != nil {
		return err
	}
	var all []delegation.Nominee
	for i := range nomineeRows {
		r, n, filled := nomineeRow(v, i)
		view.Rows = append(view.Rows, r)
		if filled {
			all = append(all, n)
		}
	}
	people, bad, err := tableOf(v)
	all = append(all, people...)
	if err == nil && len(bad) == 0 {
		if err = s.Guests.Submit(v.Context(), secret, all); err == nil {
			view.Taken, view.Open, view.Rows = v.t.T("public.nominate.taken", len(all)), false, nil
			return s.showNominate(v, http.StatusOK, view)
		}
	}
	for _, kind := range []fail.Kind{fail.Invalid, fail.Conflict, fail.Expired, fail.TooLarge, fail.Missing} {
		if fail.Is(err, kind) {
			view.Problem, err = said(v, err), nil
		}
	}
	if err != nil {
		return err
	}
	for _, f := range bad {
		view.Findings = append(view.Findings, RowFinding{f.Row, f.Name, f.Problem})
	}
	return s.showNominate(v, http.StatusUnprocessableEntity, view)
}

// tableOf reads the table that was given instead of rows, if one was.
func tableOf(v *visit) ([]delegation.Nominee, []delegation.Finding, error) {
	file, head, err := v.FormFile("table")
	if err != nil || head.Size == 0 {
		return nil, nil, nil //nolint:nilerr // none was given
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, delegation.MaxTable+1))
	if err != nil {
		return nil, nil, fail.Because(err, fail.Invalid, "the table did not arrive whole; send it again")
	}
	t, err := delegation.ParseTable(b)
	if err != nil {
		return nil, nil, err
	}
	return t.People, append(t.Findings, t.Twice()...), nil
}

func said(v *visit, err error) string { return v.t.Said(fail.Safe(err)) }

// A LettersView is page/letters: whether a letter is real.
type LettersView struct {
	Frame
	Problem                string
	Reference, Kind, Given string
	Stands                 bool
}

func (s *site) letters(v *visit) error { return s.showLetters(v, http.StatusOK, LettersView{}) }

func (s *site) showLetters(v *visit, status int, view LettersView) error {
	view.Frame = s.frame(v, v.t.T("public.letter.title"))
	v.w.Header().Set("Cache-Control", "no-store")
	return s.showAs(v, status, "letters", view)
}

// checkLetter says whether a file is a letter that this node gave. The file is
// read, digested and let go.
func (s *site) checkLetter(v *visit) error {
	if err := s.Gate.Form(v.RemoteAddr); err != nil {
		return err
	}
	v.Body = http.MaxBytesReader(v.w, v.Body, delegation.MaxLetter+MaxForm)
	b, err := letterFile(v.Request)
	var g *delegation.Given
	switch tooLarge := new(http.MaxBytesError); {
	case errors.As(err, &tooLarge):
		err = fail.New(fail.Missing, "no letter is so large")
	case err != nil || len(b) == 0:
		return s.showLetters(v, http.StatusUnprocessableEntity, LettersView{Problem: v.t.T("public.letter.nofile")})
	default:
		g, err = s.Guests.CheckLetter(v.Context(), b)
	}
	if fail.Is(err, fail.Missing) {
		return s.showLetters(v, http.StatusNotFound, LettersView{Problem: v.t.T("public.letter.missing")})
	}
	if err != nil {
		return err
	}
	return s.showLetters(v, http.StatusOK, LettersView{Reference: g.Reference, Kind: v.t.T("public.letter.kind." + g.Kind),
		Given: v.t.Date(g.Issued), Stands: g.Stands})
}

// letterFile reads the file of the form; where none was chosen it is empty.
func letterFile(r *http.Request) ([]byte, error) {
	file, _, err := r.FormFile("letter")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}
