package web

import (
	"net/http"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/process"
)

// A NewRequestView is page/new: first which process, then who takes part.
type NewRequestView struct {
	Frame
	Processes []ProcessCard // to choose from; empty once one is chosen
	Others    []ProcessCard // that other roles open
	Chosen    *ProcessCard
	To        string // a party that was chosen before the process
	Openings  []Choice
	Sides     []SideChoice
	Problem   string
	Title     string
}

// A ProcessCard is one process to choose.
type ProcessCard struct {
	ID, Title, Summary, By string
}

// A SideChoice is one side of a new case, with the parties that may take it.
type SideChoice struct {
	Name, Label, Room string
	Several, Ours     bool
	Recipients        []RecipientCard
}

// A RecipientCard is one party to choose, with what it asks for.
type RecipientCard struct {
	Code, Name, Languages, Hotline string
	Required                       int
	Chosen                         bool
}

func (s *site) newRequest(v *visit) error { return s.showNewRequest(v, http.StatusOK, "") }

func (s *site) showNewRequest(v *visit, status int, problem string) error {
	view := NewRequestView{Frame: s.frame(v, v.t.T("new.title")), Problem: problem, Title: v.FormValue("title"), To: v.FormValue("to")}
	view.Live = false
	parties, err := s.Directory.All(v.Context())
	if err != nil {
		return err
	}
	for _, d := range s.Casework.Processes() {
		card := ProcessCard{ID: d.Ref.ID, Title: processTitle(v.t, d.Ref, d.Title), Summary: v.t.Or(d.Summary, processKey(d.Ref)+"summary")}
		switch by := openers(d); {
		case d.Ref.ID == v.FormValue("process"):
			view.Chosen = &card
			s.chooseSides(v, &view, d, parties)
		case !slices.ContainsFunc(by, v.me().Is):
			card.By = s.roleNames(v.t, by)
			view.Others = append(view.Others, card)
		default:
			view.Processes = append(view.Processes, card)
		}
	}
	byTitle := func(a, b ProcessCard) int { return strings.Compare(a.Title, b.Title) }
	slices.SortFunc(view.Processes, byTitle)
	slices.SortFunc(view.Others, byTitle)
	if view.Chosen != nil {
		view.Processes, view.Others = nil, nil
	}
	return s.show(v, status, "new", view)
}

// openers lists the roles that open a case of the process.
func openers(d *process.Definition) (all []landbridge.Role) {
	for _, t := range d.Opening() {
		all = append(all, t.By...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// chooseSides lists, for each side, who publishes requirements for the process
// and could take it. A side of one party that is ours asks nothing.
func (s *site) chooseSides(v *visit, view *NewRequestView, d *process.Definition, parties []party.Listing) {
	for _, t := range d.Opening() {
		if slices.ContainsFunc(t.By, v.me().Is) {
			view.Openings = append(view.Openings, Choice{t.Name, actLabel(v.t, d.Ref, t), t.Name == v.FormValue("act")})
		}
	}
	for _, side := range d.Sides {
		choice := SideChoice{Name: side.Name, Label: sideLabel(v.t, d.Ref, side.Name, side.Label), Several: side.Parties > 1, Ours: side.Name == d.Opens}
		if choice.Ours && !choice.Several {
			continue
		}
		if choice.Several {
			choice.Room = v.t.T("new.room", side.Parties)
		}
		chosen := v.Form["side."+side.Name]
		for _, l := range parties {
			if l.Party == s.Party || l.Suspended || !takesPart(d, &l.Record) {
				continue
			}
			card := s.recipient(v, l, d.Ref.ID)
			card.Chosen = slices.Contains(chosen, card.Code) || len(chosen) == 0 && view.To == card.Code && !choice.Ours
			choice.Recipients = append(choice.Recipients, card)
		}
		view.Sides = append(view.Sides, choice)
	}
}

// takesPart reports whether a party can be in a case of the process: where a
// legal basis is needed to begin, it publishes its requirements (S3).
func takesPart(d *process.Definition, r *party.Record) bool {
	if r.Kind == party.Forum {
		return false // S28
	}
	needed := slices.ContainsFunc(d.Opening(), func(t *process.Transition) bool { return slices.Contains(t.Guards, "S3.legal_basis") })
	return !needed || r.Supports(d.Ref)
}

func (s *site) recipient(v *visit, l party.Listing, process string) RecipientCard {
	card := RecipientCard{Code: string(l.Party), Name: l.Record.Name.In(v.t.Code), Languages: languages(v.t, l.Record.Languages)}
	if p, ok := l.Record.Profile(process); ok {
		card.Required = len(p.Required) + len(p.Demands)
		if p.Hotline != "" {
			card.Hotline = hotline(v.t, &l.Record, p.Hotline)
		}
	}
	return card
}

func (s *site) startRequest(v *visit) error {
	n := casework.NewDraft{Process: v.FormValue("process"), Transition: v.FormValue("act"), Sides: map[string][]landbridge.PartyID{},
		Input: casework.Input{Title: strings.TrimSpace(v.FormValue("title"))}}
	for name, codes := range v.Form {
		side, ok := strings.CutPrefix(name, "side.")
		if !ok {
			continue
		}
		for _, code := range codes {
			p, err := landbridge.ParsePartyID(code)
			if err != nil {
				return s.showNewRequest(v, http.StatusUnprocessableEntity, v.t.T("new.choose"))
			}
			n.Sides[side] = append(n.Sides[side], p)
		}
	}
	if len(n.Sides) == 0 {
		return s.showNewRequest(v, http.StatusUnprocessableEntity, v.t.T("new.choose"))
	}
	d, err := s.Casework.NewDraft(v.Context(), v.me(), n)
	if fail.Is(err, fail.Invalid) {
		return s.showNewRequest(v, http.StatusUnprocessableEntity, fail.Safe(err))
	}
	if err != nil {
		return err
	}
	return v.to("/drafts/"+string(d.ID), "")
}
