package web

import (
	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
)

// A UseAnswer says whether something may be done with what an act gave, and
// which rule decides. Question and answer are in the log.
type UseAnswer struct {
	Allow             bool
	Action, Rule, Why string
}

// uses are the questions a page offers about what an act gave.
func uses() []handling.Action {
	return []handling.Action{handling.UseAsEvidence, handling.Forward, handling.Export, handling.CheckOwn, handling.AskThirdParty, handling.ActOvertly}
}

// useChoices fills in what can be asked: acts that say something, uses,
// purposes, and parties outside the case.
func (s *site) useChoices(v *visit, c *casework.CaseView, view *CaseFileView) error {
	for _, a := range c.Timeline {
		if len(a.Groups) > 0 || len(a.Files) > 0 {
			view.UseActs = append(view.UseActs, Choice{Value: a.ID.String(), Name: string(a.Party) + ": " + actDone(v.t, c.Process, a.Transition, a.Label)})
		}
	}
	for _, a := range uses() {
		view.UseActions = append(view.UseActions, Choice{Value: string(a), Name: v.t.T("use." + string(a))})
	}
	view.UsePurposes = []Choice{{Name: v.t.T("use.purpose.case")}}
	for _, p := range handling.Purposes() {
		view.UsePurposes = append(view.UsePurposes, Choice{Value: string(p), Name: s.codeWords(v, c.Process, string(p))})
	}
	all, err := s.Directory.All(v.Context())
	if err != nil {
		return err
	}
	view.UseTo = []Choice{{Name: "–"}}
	for _, l := range all {
		if l.Party != s.Party {
			view.UseTo = append(view.UseTo, Choice{Value: string(l.Party), Name: string(l.Party) + " · " + l.Record.Name.In(v.t.Code)})
		}
	}
	return nil
}

// mayUse answers one question about using what an act gave. It is no reading
// of the page alone: casework records it, yes or no.
func (s *site) mayUse(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	act, err2 := landbridge.ParseDigest(v.FormValue("act"))
	if err != nil || err2 != nil {
		return fail.New(fail.Invalid, "choose the act whose content you want to use")
	}
	u := casework.Use{
		Case: id, Act: act, Action: handling.Action(v.FormValue("action")),
		Purpose: handling.Purpose(v.FormValue("purpose")), To: landbridge.PartyID(v.FormValue("to")),
	}
	d, err := s.Casework.MayUse(v.Context(), v.me(), u)
	if err != nil {
		return err
	}
	return s.showCase(v, &UseAnswer{Allow: d.Allow, Action: v.t.Or(string(u.Action), "use."+string(u.Action)), Rule: d.Rule, Why: v.t.Or(d.Why, d.Key)})
}
