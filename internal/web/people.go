package web

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// keyText is a passkey's id in a form.
func keyText(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

func keyID(text string) ([]byte, error) {
	id, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, fail.New(fail.Invalid, "the form names no passkey; load the page again")
	}
	return id, nil
}

// browser makes a short name out of what a browser calls itself. The whole is
// long and mostly history; this is for people to tell their devices apart.
func browser(agent string) string {
	pick := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	name := pick("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	system := pick("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "Mac", "Linux", "Linux")
	switch {
	case name == "":
		return agent
	case system == "":
		return name
	}
	return name + " · " + system
}

func scopeText(all []access.Action) string {
	words := make([]string, len(all))
	for i, a := range all {
		words[i] = string(a)
	}
	return strings.Join(words, " ")
}

func chosenScopes(words []string) []access.Action {
	all := make([]access.Action, len(words))
	for i, w := range words {
		all[i] = access.Action(w)
	}
	return all
}

// scopes are the actions a token of this person can hold: never more than the
// person may do, never approving (it takes a passkey) or keeping keys.
func (s *site) scopes(v *visit) []access.Action {
	var all []access.Action
	for _, a := range access.Actions() {
		if a != access.ApproveAct && a != access.ManageOwnKeys && a != access.ManageStaff && s.may(v, a) {
			all = append(all, a)
		}
	}
	return all
}

// A PeopleView is page/people: who works on this node, in which roles.
type PeopleView struct {
	Frame
	People    []PersonLine
	MayChange bool
	Roles     []Choice
	Link      string // a setup link, shown once
	LinkFor   string
	LinkEnds  string
}

// A PersonLine is one account.
type PersonLine struct {
	Account, Name, Login, Pseudonym string
	Roles                           []RoleLine
	Active                          bool
	Person                          string
}

// A RoleLine is one role of an account.
type RoleLine struct{ Role, Name string }

func (s *site) people(v *visit) error { return s.showPeople(v, "", staff.Person{}, time.Time{}) }

func (s *site) showPeople(v *visit, link string, who staff.Person, ends time.Time) error {
	view := PeopleView{Frame: s.frame(v, v.t.T("people.title")), MayChange: s.may(v, access.ManageStaff), Link: link}
	view.Live = false
	if link != "" {
		view.LinkFor, view.LinkEnds = who.Name, v.t.DateTime(ends)
	}
	all, err := s.Staff.People(v.Context())
	if err != nil {
		return err
	}
	for _, p := range all {
		line := PersonLine{Account: string(p.Account), Name: p.Name, Login: p.Login, Pseudonym: p.Pseudonym, Active: p.Active, Person: string(p.ID)}
		for _, r := range p.Roles {
			line.Roles = append(line.Roles, RoleLine{string(r), s.roleName(v.t, r)})
		}
		view.People = append(view.People, line)
	}
	for _, r := range landbridge.Roles() {
		if r != landbridge.System {
			view.Roles = append(view.Roles, Choice{Value: string(r), Name: s.roleName(v.t, r)})
		}
	}
	return s.show(v, http.StatusOK, "people", view)
}

func (s *site) changePeople(v *visit) error {
	ctx, by := v.Context(), v.me()
	account, role := landbridge.ID(v.FormValue("account")), landbridge.Role(v.FormValue("role"))
	switch v.FormValue("do") {
	case "add":
		p, err := s.Staff.Add(ctx, by, staff.NewPerson{Name: v.FormValue("name"), Login: v.FormValue("login"), Grants: []staff.Grant{{Role: role}}})
		if err != nil {
			return err
		}
		return s.showLink(v, p)
	case "link":
		p, err := s.Staff.Account(ctx, account)
		if err != nil {
			return err
		}
		return s.showLink(v, p)
	case "grant":
		if err := s.Staff.Grant(ctx, by, account, staff.Grant{Role: role}); err != nil {
			return err
		}
	case "end-role":
		if err := s.Staff.EndRole(ctx, by, account, role); err != nil {
			return err
		}
	case "deactivate":
		if err := s.Staff.Deactivate(ctx, by, landbridge.ID(v.FormValue("person"))); err != nil {
			return err
		}
	default:
		return fail.New(fail.Invalid, "the form asks for nothing this page can do; load it again")
	}
	return v.to("/people", "saved")
}

func (s *site) showLink(v *visit, p staff.Person) error {
	token, ends, err := s.Staff.NewSetup(v.Context(), v.me(), p.Account)
	if err != nil {
		return err
	}
	scheme := "http://"
	if s.Secure {
		scheme = "https://"
	}
	return s.showPeople(v, scheme+v.Host+"/setup/"+token, p, ends)
}
