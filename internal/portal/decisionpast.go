package portal

import (
	"maps"
	"slices"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/decision"
)

// A PastView is page/pastoutcomes: what public documents say of the editions
// before parties signed their outcomes here.
type PastView struct {
	Frame
	Tabs     []Link
	Editions []PastEdition
	Made     int // undertakings
	Seen     int // of them seen in a later document
	Source   string
}

// A PastEdition are the outcomes of one edition.
type PastEdition struct {
	Name, Href string
	Outcomes   []PastLine
}

// A PastLine is one outcome of the past.
type PastLine struct {
	Kind, Title, Lang string
	Items             []string
	Undertakings      []UndertakingLine
}

// An UndertakingLine is what an outcome says will be done, and what a later
// document shows of it.
type UndertakingLine struct{ What, SeenIn, Seen string }

func (s *site) pastOutcomes(v *visit) error {
	all, err := decision.History()
	if err != nil {
		return err
	}
	editions, err := s.Forum.Editions(v.Context())
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, e := range editions {
		known[e.ID] = true
	}
	view := PastView{Frame: s.frame(v, v.t.T("public.outcomes.past")), Tabs: s.decisionTabs(v)}
	for _, p := range slices.Backward(all) {
		if n := len(view.Editions); n == 0 || view.Editions[n-1].Name != p.Edition {
			e := PastEdition{Name: p.Edition}
			if known[p.Edition] {
				e.Href = forumPath + p.Edition + "/"
			}
			view.Editions = append(view.Editions, e)
		}
		line := PastLine{Kind: v.t.T("public.outcomes.kind." + p.Kind), Title: p.Title, Lang: p.Language, Items: p.Items}
		view.Source = p.Source
		for _, u := range p.Undertakings {
			x := UndertakingLine{What: u.What}
			view.Made++
			if u.Seen != nil {
				x.SeenIn, x.Seen = u.Seen.Edition, u.Seen.What
				view.Seen++
			}
			line.Undertakings = append(line.Undertakings, x)
		}
		e := &view.Editions[len(view.Editions)-1]
		e.Outcomes = append(e.Outcomes, line)
	}
	return s.show(v, "pastoutcomes", view)
}

// The same for programs. Names in these files are kept as they are.
type (
	outcomeJSON struct {
		Matter   landbridge.Digest    `json:"matter"`
		Outcome  landbridge.Digest    `json:"outcome"`
		Text     landbridge.Digest    `json:"text"`
		Title    string               `json:"title"`
		Subject  string               `json:"subject"`
		Session  string               `json:"session,omitempty"`
		Method   string               `json:"method"`
		Adopted  time.Time            `json:"adopted"`
		Adopting []landbridge.PartyID `json:"adopting"`
		Signed   []landbridge.PartyID `json:"signed"`
		Proof    string               `json:"proof"`
	}
	commitmentJSON struct {
		Commitment landbridge.Digest  `json:"commitment"`
		Party      landbridge.PartyID `json:"party"`
		Matter     string             `json:"matter,omitempty"`
		Made       time.Time          `json:"made"`
		Title      string             `json:"title"`
		What       string             `json:"what"`
		Due        string             `json:"due"`
		Indicator  string             `json:"indicator"`
		Target     string             `json:"target,omitempty"`
		Status     string             `json:"status"`
		Reports    int                `json:"reports"`
		Last       string             `json:"last_report,omitempty"`
		Proof      string             `json:"proof"`
	}
)

func (s *site) outcomesJSON(v *visit) error {
	all, err := s.adopted(v.Context())
	if err != nil {
		return err
	}
	out := []outcomeJSON{}
	for _, f := range all {
		out = append(out, outcomeJSON{f.Digest, f.Outcome.Digest(), f.Matter.Text, f.Matter.Title, f.Matter.Subject, f.Matter.Session, f.Matter.Method, f.End,
			f.Outcome.Adopting, slices.Sorted(maps.Keys(f.Signers)), s.Origin + outcomesPath + f.Digest.String() + "/proof.decision"})
	}
	return v.answer(map[string]any{"outcomes": out})
}

func (s *site) commitmentsJSON(v *visit) error {
	var all []*kernel.Commitment
	if s.Decisions != nil {
		var err error
		if all, err = s.Decisions.Commitments(v.Context()); err != nil {
			return err
		}
	}
	out, day := []commitmentJSON{}, s.thisDay()
	for _, c := range all {
		x := commitmentJSON{Commitment: c.Act, Party: c.Party, Made: c.At, Title: c.Promise.Title, What: c.Promise.What, Due: c.Promise.Due,
			Indicator: c.Promise.Indicator,
			Target:    c.Promise.Target, Status: c.Status(day), Reports: len(c.Reports), Proof: s.Origin + commitmentsPath + c.Act.String() + "/proof.decision"}
		if !c.Matter.IsZero() {
			x.Matter = c.Matter.String()
		}
		if last := c.Last(""); last != nil {
			x.Last = last.Text
		}
		out = append(out, x)
	}
	return v.answer(map[string]any{"day": day, "commitments": out})
}
