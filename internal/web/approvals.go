package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// An ApprovalsView is page/approvals: what waits for this person's signature.
type ApprovalsView struct {
	Frame
	Items   []DeskLine
	MaySign bool
	Who     string // whose signature it takes, for those who may not
}

func (s *site) approvals(v *visit) error {
	view := ApprovalsView{Frame: s.frame(v, v.t.T("approvals.title")), MaySign: s.may(v, access.ApproveAct)}
	view.Who = s.roleNames(v.t, s.access.Roles(access.ApproveAct))
	if d := s.access.Allow(v.me().Roles, access.ReadCase); !d.Allow {
		s.deny(v, access.ReadCase, d)
		return nil
	}
	d, err := s.Casework.Desk(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, i := range d.Items {
		if i.Kind == "approval" {
			view.Items = append(view.Items, s.deskLine(v, i))
		}
	}
	return s.show(v, http.StatusOK, "approvals", view)
}

// An ApprovalView is page/approval: exactly what would be signed.
type ApprovalView struct {
	Frame
	ID, Case, Number, CaseTitle string
	Process, Act, Effect, Law   string
	To                          string
	By                          Who
	At                          string
	Digest                      string
	Fours                       []string
	Groups                      []GroupLines
	Ground, Reason              string
	Files                       []FileLine
	Given                       []Who
	Needs                       string
	CanSign                     bool
	Why                         string
	Role                        string // in which this person would sign
	RoleName                    string
	State                       string
	StateText                   string
	Audience                    []Seen
	Checks                      []SafeguardLine
	DemoKey                     bool
	Problem                     string
	Mine                        bool // this person proposed it
}

func (s *site) proposal(v *visit) (*casework.ProposalView, error) {
	id, err := landbridge.ParseID(v.PathValue("proposal"))
	if err != nil {
		return nil, fail.New(fail.Missing, "there is no proposal at this address; the desk shows what waits for you")
	}
	return s.Casework.Proposal(v.Context(), v.me(), id)
}

func (s *site) approval(v *visit) error {
	p, err := s.proposal(v)
	if err != nil {
		return err
	}
	return s.showApproval(v, http.StatusOK, p, "")
}

func (s *site) showApproval(v *visit, status int, p *casework.ProposalView, problem string) error {
	t := v.t
	ref, err := s.refOf(v, p)
	if err != nil {
		return err
	}
	role := signsAs(v.me(), p)
	_, demo := s.demoKey(v.me().Account)
	view := ApprovalView{
		Frame: s.frame(v, t.T("approval.title", p.Number)), ID: string(p.ID), Case: string(p.Case), Number: p.Number, CaseTitle: p.Title,
		Process: processTitle(t, ref, p.Process), Act: actLabel(t, ref, p.Transition), Effect: actEffect(t, ref, p.Transition), Law: p.Transition.Law,
		To: s.codes(v, p.To), By: s.who(v, p.By), At: t.DateTime(p.At), Digest: p.Digest.String(), Fours: inFours(p.Digest.String()),
		Groups: groups(t, ref, p.Groups), Reason: p.Reason, Needs: s.needs(v, p.Needs), CanSign: p.CanSign && role != "", Why: s.say(v, ref, p.Why),
		Role: string(role), RoleName: s.roleName(t, role), State: p.State, StateText: t.T("proposal." + p.State),
		Audience: s.audience(v, ref, p.Audience), Checks: s.safeguards(v, ref, p.Checks),
		DemoKey: demo, Problem: problem, Mine: p.By.Pseudonym == v.me().Pseudonym && p.By.Party == s.Party,
	}
	if role == "" {
		view.RoleName = ""
	}
	view.Live = false
	view.Mark = mark(t, p.Marking)
	if p.Ground != "" {
		view.Ground = t.Or(p.Ground, processKey(ref)+"ground."+p.Ground)
	}
	for _, f := range p.Files {
		view.Files = append(view.Files, s.file(v, p.Case, f))
	}
	for _, g := range p.Given {
		view.Given = append(view.Given, s.who(v, g))
	}
	return s.show(v, status, "approval", view)
}

// refOf finds the definition a proposal is made under, for its texts.
func (s *site) refOf(_ *visit, p *casework.ProposalView) (landbridge.ProcessRef, error) {
	if ref, err := landbridge.ParseProcessRef(p.Process); err == nil {
		return ref, nil
	}
	for _, d := range s.Casework.Processes() {
		if d.Title == p.Process || d.Ref.ID == p.Process || d.Ref.Name() == p.Process {
			return d.Ref, nil
		}
	}
	return landbridge.ProcessRef{ID: p.Process}, nil
}

// signsAs returns the role in which a person would sign: the first missing
// signature that one of their roles can give.
func signsAs(me staff.Person, p *casework.ProposalView) landbridge.Role {
	for _, n := range p.Needs {
		for _, r := range n.Roles {
			if slices.Contains(me.Roles, r) {
				return r
			}
		}
	}
	return ""
}

// approvalOptions asks the person's passkey for a touch over this digest.
func (s *site) approvalOptions(v *visit) error {
	p, err := s.proposal(v)
	if err != nil {
		return err
	}
	return s.touchOptions(v, p.Digest)
}

// touchOptions is what a browser asks a passkey with, for a touch over a digest.
func (s *site) touchOptions(v *visit, digest landbridge.Digest) error {
	options, err := s.Staff.ApprovalOptions(v.Context(), v.me(), digest)
	if err != nil {
		return err
	}
	return v.answer(http.StatusOK, staff.Ceremony{Options: options})
}

// approve takes the touch, or sends the proposal back with a reason.
func (s *site) approve(v *visit) error {
	p, err := s.proposal(v)
	if err != nil {
		return err
	}
	if v.FormValue("do") == "return" {
		reason := strings.TrimSpace(v.FormValue("reason"))
		if reason == "" {
			return s.showApproval(v, http.StatusUnprocessableEntity, p, v.t.T("approval.reason.missing"))
		}
		if err := s.Casework.Return(v.Context(), v.me(), p.ID, reason); err != nil {
			return err
		}
		return v.to("/approvals", "returned")
	}
	assertion, err := s.assertion(v, p.Digest)
	if err != nil {
		return err
	}
	role := landbridge.Role(v.FormValue("role"))
	done, err := s.Casework.Approve(v.Context(), v.me(), p.ID, role, assertion)
	if fail.Is(err, fail.Unsigned) || fail.Is(err, fail.Denied) || fail.Is(err, fail.Invalid) {
		return s.showApproval(v, face.Status(fail.KindOf(err)), p, fail.Safe(err))
	}
	if err != nil {
		return err
	}
	if done.Act.IsZero() && done.Stopped == nil {
		return v.to("/approvals/"+string(p.ID), "signed")
	}
	return s.afterAct(v, done)
}

// assertion is the browser's answer, or in the demo one by a software key.
func (s *site) assertion(v *visit, digest landbridge.Digest) ([]byte, error) {
	if v.FormValue("do") != "demo" {
		text := v.FormValue("assertion")
		if !json.Valid([]byte(text)) {
			return nil, fail.New(fail.Unsigned, "no passkey signed this; press the button and touch your key")
		}
		return []byte(text), nil
	}
	sign, ok := s.demoKey(v.me().Account)
	if !ok {
		return nil, fail.New(fail.Denied, "this node holds no demo key for you; sign with your passkey")
	}
	challenge := staff.Challenge(digest)
	return sign(v.Context(), challenge[:])
}
