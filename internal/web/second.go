package web

import (
	"net/http"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
)

// A Second is the part of a page where a second person signs what somebody
// proposed, or gives it back: part/second.
type Second struct {
	Page           string // of the proposal; its forms go there
	Digest         string
	Fours          []string
	Waits          bool
	May, MayReturn bool
	Role, RoleName string
	Why            string // this person may not sign it
	DemoKey        bool
	Problem        string // why the signature was not taken
	Wrote, Wrong   string // the reason that was not taken, and why
	WrongLang      string // of Wrong: empty where the catalogue has it
}

// of fills in what is the same for every proposal.
func (x *Second) of(s *site, v *visit, digest landbridge.Digest, role landbridge.Role) {
	x.Digest, x.Fours = digest.String(), inFours(digest.String())
	x.Role, x.RoleName = string(role), s.roleName(v.t, role)
	_, x.DemoKey = s.demoKey(v.me().Account)
}

// A secondPerson says what becomes of a proposal when its form arrives.
type secondPerson struct {
	digest landbridge.Digest
	page   string
	show   func(status int, x Second) error // the page again
	back   func(reason string) error
	sign   func(touch []byte) error
	after  func() error // leads on from what was signed
}

// second takes a second person's signature, or gives the proposal back with a
// reason. What is wrong stands on the page, beside what was written.
func (s *site) second(v *visit, p secondPerson) error {
	if v.FormValue("do") == "return" {
		x := Second{Wrote: strings.TrimSpace(lines(v.FormValue("reason")))}
		err := p.back(x.Wrote)
		if fail.Is(err, fail.Invalid) {
			if x.Wrong, x.WrongLang = sentence(fail.Safe(err)), "en"; x.Wrote == "" {
				x.Wrong, x.WrongLang = v.t.T("approval.reason.missing"), ""
			}
			return p.show(http.StatusUnprocessableEntity, x)
		}
		if err != nil {
			return err
		}
		return v.to(p.page, "returned")
	}
	touch, err := s.assertion(v, p.digest)
	if err != nil {
		return err
	}
	err = p.sign(touch)
	if decisionSaid(err) {
		return p.show(face.Status(fail.KindOf(err)), Second{Problem: sentence(fail.Safe(err))})
	}
	if err != nil {
		return err
	}
	return p.after()
}
