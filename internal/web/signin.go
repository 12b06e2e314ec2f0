package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"landbridge.example"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/staff"
)

// A SignInView is page/signin.
type SignInView struct {
	Frame
	Next   string
	People []DemoChoice // one click each, in the demo alone
}

// A DemoChoice is one person of the demo.
type DemoChoice struct{ Account, Name, Roles, Note string }

func (s *site) signIn(v *visit) error {
	next := local(v.URL.Query().Get("next"))
	if v.in {
		return v.to(next, "")
	}
	view := SignInView{Frame: s.frame(v, v.t.T("signin.title")), Next: next}
	if s.Demo != nil {
		for _, d := range s.Demo.People {
			p, err := s.Staff.Account(v.Context(), d.Account)
			if err != nil {
				return err
			}
			view.People = append(view.People, DemoChoice{string(d.Account), p.Name, s.roleNames(v.t, p.Roles), s.does(v, p, d.Note)})
		}
	}
	return s.show(v, http.StatusOK, "signin", view)
}

// does says in a line what a person of the demo is there for: the demo's own
// English line, or what their role does in the reader's language.
func (s *site) does(v *visit, p staff.Person, note string) string {
	if note != "" && v.t.Code == lang.Fallback {
		return note
	}
	for _, r := range p.Roles {
		if key := "role.does." + string(r); v.t.Has(key) {
			return v.t.T(key)
		}
	}
	return note
}

func (s *site) beginSignIn(v *visit) error {
	c, err := s.Staff.BeginSignIn(v.Context())
	if err != nil {
		return err
	}
	return v.answer(http.StatusOK, c)
}

// ceremonyAnswer is what our script sends back from the browser's authenticator.
type ceremonyAnswer struct {
	Name   string          `json:"name"`
	Label  string          `json:"label"`
	Answer json.RawMessage `json:"answer"`
	Next   string          `json:"next"`
}

// goOn tells our script where to go.
type goOn struct {
	Next string `json:"next"`
}

func (s *site) finishSignIn(v *visit) error {
	var a ceremonyAnswer
	if err := v.body(&a); err != nil {
		return err
	}
	n, err := s.Staff.FinishSignIn(v.Context(), a.Name, a.Answer, v.place())
	if err != nil {
		return err
	}
	s.welcome(v, n)
	return v.answer(http.StatusOK, goOn{local(a.Next)})
}

// demoSignIn signs a person of the demo in: with a software key that the node
// holds, through the same ceremony a browser goes through.
func (s *site) demoSignIn(v *visit) error {
	if s.Demo == nil {
		return fail.New(fail.Missing, "signing in by one click is for the demo alone")
	}
	account := landbridge.ID(v.FormValue("account"))
	sign, ok := s.demoKey(account)
	if !ok {
		return fail.New(fail.Missing, "there is no such person in this demo")
	}
	c, err := s.Staff.BeginSignIn(v.Context())
	if err != nil {
		return err
	}
	answer, err := sign(v.Context(), c.Challenge)
	if err != nil {
		return err
	}
	n, err := s.Staff.FinishSignIn(v.Context(), c.Name, answer, v.place())
	if err != nil {
		return err
	}
	s.welcome(v, n)
	return v.to(local(v.FormValue("next")), "")
}

// demoKey returns how the demo signs for an account, if it does.
func (s *site) demoKey(account landbridge.ID) (func(context.Context, []byte) ([]byte, error), bool) {
	if s.Demo == nil {
		return nil, false
	}
	for _, d := range s.Demo.People {
		if d.Account == account {
			return func(ctx context.Context, challenge []byte) ([]byte, error) {
				return s.Demo.Sign(ctx, account, challenge)
			}, true
		}
	}
	return nil, false
}

func (s *site) signOut(v *visit) error {
	if c, err := v.Cookie(s.cookieName()); err == nil {
		if err := s.Staff.SignOut(v.Context(), c.Value); err != nil {
			return err
		}
	}
	http.SetCookie(v.w, &http.Cookie{Name: s.cookieName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode})
	return v.to("/sign-in", "out")
}

// A SetupView is page/setup: the first passkey, by a one-time link.
type SetupView struct {
	Frame
	Who   string
	Login string
	Token string
}

func (s *site) setup(v *visit) error {
	p, err := s.Staff.Setup(v.Context(), v.PathValue("token"))
	if err != nil {
		return err
	}
	view := SetupView{Frame: s.frame(v, v.t.T("setup.title")), Who: p.Name, Login: p.Login, Token: v.PathValue("token")}
	return s.show(v, http.StatusOK, "setup", view)
}

func (s *site) beginSetup(v *visit) error {
	c, err := s.Staff.BeginSetup(v.Context(), v.PathValue("token"), v.place())
	if err != nil {
		return err
	}
	return v.answer(http.StatusOK, c)
}

func (s *site) finishSetup(v *visit) error {
	var a ceremonyAnswer
	if err := v.body(&a); err != nil {
		return err
	}
	n, err := s.Staff.FinishSetup(v.Context(), v.PathValue("token"), a.Name, a.Label, a.Answer, v.place())
	if err != nil {
		return err
	}
	s.welcome(v, n)
	return v.answer(http.StatusOK, goOn{"/?said=welcome"})
}

// preferences keeps the language and the theme in the browser: they are no
// business of this node.
func (s *site) preferences(v *visit) error {
	face.Keep(v.w, v.FormValue("language"), v.FormValue("theme"), s.Secure)
	return v.to(local(v.FormValue("here")), "")
}

// An AboutView is page/about: what this is, and what it is not built for.
type AboutView struct {
	Frame
	Never   []string
	Cannot  []string
	Version string
}

func (s *site) about(v *visit) error {
	view := AboutView{Frame: s.frame(v, v.t.T("about.title"))}
	for _, k := range []string{"about.never.1", "about.never.2", "about.never.3", "about.never.4", "about.never.5", "about.never.6",
		"about.never.7", "about.never.8", "about.never.9", "about.never.10", "about.never.11", "about.never.12", "about.never.13", "about.never.14"} {
		view.Never = append(view.Never, v.t.T(k))
	}
	for _, k := range []string{"about.cannot.1", "about.cannot.2", "about.cannot.3", "about.cannot.4"} {
		view.Cannot = append(view.Cannot, v.t.T(k))
	}
	return s.show(v, http.StatusOK, "about", view)
}

// An AccountView is page/account.
type AccountView struct {
	Frame
	Login     string
	Pseudonym string
	Keys      []KeyLine
	Sessions  []SessionLine
	Tokens    []TokenLine
	NewToken  string // shown once
	Scopes    []Choice
	Until     string
}

// A KeyLine is one passkey.
type KeyLine struct {
	ID, Label, Added, Used string
	Software, Only         bool
}

// A SessionLine is one signed-in browser.
type SessionLine struct {
	Device, Started, Seen, Ends string
	Here, Software              bool
}

// A TokenLine is one API token.
type TokenLine struct{ ID, Name, Scopes, Ends, Used string }

func (s *site) account(v *visit) error { return s.showAccount(v, "") }

func (s *site) showAccount(v *visit, fresh string) error {
	ctx, p, now := v.Context(), v.me(), s.Clock()
	view := AccountView{Frame: s.frame(v, v.t.T("account.title")), Login: p.Login, Pseudonym: p.Pseudonym, NewToken: fresh}
	view.Live = false
	view.Until = now.Add(90 * 24 * time.Hour).UTC().Format("2006-01-02")
	keys, err := s.Staff.Keys(ctx, p.Account)
	if err != nil {
		return err
	}
	for _, k := range keys {
		view.Keys = append(view.Keys, KeyLine{keyText(k.ID), k.Label, v.t.Date(k.Added), v.t.When(k.Used, now), k.Software, len(keys) == 1})
	}
	sessions, err := s.Staff.Sessions(ctx, p)
	if err != nil {
		return err
	}
	for _, n := range sessions {
		view.Sessions = append(view.Sessions, SessionLine{browser(n.Device), v.t.When(n.Started, now), v.t.When(n.Seen, now),
			v.t.When(n.Ends, now), n.ID == v.session.ID, n.Software})
	}
	tokens, err := s.Staff.Tokens(ctx, p)
	if err != nil {
		return err
	}
	for _, k := range tokens {
		view.Tokens = append(view.Tokens, TokenLine{k.ID, k.Name, scopeText(k.Scopes), v.t.Date(k.Ends), v.t.When(k.Used, now)})
	}
	for _, a := range s.scopes(v) {
		view.Scopes = append(view.Scopes, Choice{Value: string(a), Name: v.t.T("action." + string(a))})
	}
	return s.show(v, http.StatusOK, "account", view)
}

func (s *site) beginKey(v *visit) error {
	c, err := s.Staff.BeginKey(v.Context(), v.me())
	if err != nil {
		return err
	}
	return v.answer(http.StatusOK, c)
}

func (s *site) finishKey(v *visit) error {
	var a ceremonyAnswer
	if err := v.body(&a); err != nil {
		return err
	}
	if err := s.Staff.FinishKey(v.Context(), v.me(), a.Name, a.Label, a.Answer); err != nil {
		return err
	}
	return v.answer(http.StatusOK, goOn{"/account?said=key"})
}

func (s *site) changeAccount(v *visit) error {
	ctx, p := v.Context(), v.me()
	switch v.FormValue("do") {
	case "remove-key":
		id, err := keyID(v.FormValue("key"))
		if err != nil {
			return err
		}
		if err := s.Staff.RemoveKey(ctx, p, id); err != nil {
			return err
		}
		return v.to("/account", "key-removed")
	case "new-token":
		k, err := s.newToken(v, p)
		if err != nil {
			return err
		}
		return s.showAccount(v, k.Text)
	case "end-token":
		if err := s.Staff.EndToken(ctx, p, v.FormValue("token")); err != nil {
			return err
		}
		return v.to("/account", "token-ended")
	case "everywhere":
		if err := s.Staff.SignOutEverywhere(ctx, p); err != nil {
			return err
		}
		return v.to("/sign-in", "out")
	}
	return fail.New(fail.Invalid, "the form asks for nothing this page can do; load it again")
}

func (s *site) newToken(v *visit, p staff.Person) (staff.Token, error) {
	until, err := time.Parse("2006-01-02", v.FormValue("until"))
	if err != nil {
		return staff.Token{}, fail.New(fail.Invalid, "give the day the token ends, such as %s", s.Clock().AddDate(0, 3, 0).UTC().Format("2006-01-02"))
	}
	return s.Staff.NewToken(v.Context(), p, v.FormValue("name"), chosenScopes(v.Form["scope"]), until)
}
