package portal

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/face/diagram"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/process"
)

// Processes are the definitions in force: a casework.Casework.
type Processes interface {
	Processes() []*process.Definition
	Text(ref landbridge.ProcessRef) ([]byte, error)
}

// A ProcessCard is one process in the list.
type ProcessCard struct {
	Href, Title, Summary string
	Marks                []string // what it may do to people and things
}

// A ProcessesView is page/processes.
type ProcessesView struct {
	Frame
	Cards []ProcessCard
}

// A ProcessView is page/process: one definition, explained.
type ProcessView struct {
	Frame
	Summary, Ref, Hash, File string
	Marks                    []string
	Law                      []LawLine
	Sides                    []SideLine
	Picture                  template.HTML
	Undrawn                  string
	Acts                     []ActLine
	Clocks                   []ClockLine
	Grounds, Assurances      []GroundLine
	Keeping                  []string
	Groups                   []FieldGroup
	Safeguards               []SafeguardLine
	Explored                 int
}

// A LawLine is where a process comes from.
type LawLine struct{ Source, About, Confidence, URL string }

// A SideLine is one part in a case, and whose work it is there.
type SideLine struct{ Label, Parties, Roles string }

// An ActLine is one act, with its number in the picture.
type ActLine struct {
	Number                             int
	Label, Effect, Who, Signed         string
	From, To, Safeguards, Law, Answers string
}

// A ClockLine is one deadline.
type ClockLine struct{ Label, Time, Side, Source, Confidence, Then string }

// A GroundLine is a coded reason or promise.
type GroundLine struct {
	Label, Source string
	Must          bool
}

// A FieldGroup is what is asked together.
type FieldGroup struct {
	Name   string
	Fields []string
}

// A SafeguardLine says how one safeguard is kept.
type SafeguardLine struct{ Rule, Name, Word, Class, Note string }

// say is a definition's own English in the reader's language.
func say(t *lang.Texts, d *process.Definition, path, english string) string {
	return t.Or(english, "process."+d.Ref.ID+"."+path)
}

// marks are what a process may do to people and things.
func marks(t *lang.Texts, d *process.Definition) (all []string) {
	for _, kind := range []process.Coercion{process.Liberty, process.Property, process.Publicity} {
		if slices.ContainsFunc(d.States, func(s process.State) bool { return s.Coercive == kind }) {
			all = append(all, t.T("public.process.may."+string(kind)))
		}
	}
	return all
}

func (s *site) processes(v *visit) error {
	view := ProcessesView{Frame: s.frame(v, v.t.T("public.processes.title"))}
	for _, d := range s.Processes.Processes() {
		view.Cards = append(view.Cards, ProcessCard{Href: Prefix + "processes/" + d.Ref.ID, Title: say(v.t, d, "title", d.Title),
			Summary: say(v.t, d, "summary", d.Summary), Marks: marks(v.t, d)})
	}
	slices.SortFunc(view.Cards, func(a, b ProcessCard) int { return strings.Compare(a.Title, b.Title) })
	return s.show(v, "processes", view)
}

func (s *site) definition(v *visit) (*process.Definition, error) {
	for _, d := range s.Processes.Processes() {
		if d.Ref.ID == v.PathValue("process") {
			return d, nil
		}
	}
	return nil, fail.New(fail.Missing, "there is no such process here; see the list under %sprocesses/", Prefix)
}

func (s *site) process(v *visit) error {
	d, err := s.definition(v)
	if err != nil {
		return err
	}
	t := v.t
	view := ProcessView{Frame: s.frame(v, say(t, d, "title", d.Title)), Summary: say(t, d, "summary", d.Summary), Ref: d.Ref.Name(),
		Hash: d.Ref.Hash.String(), File: Prefix + "processes/" + d.Ref.ID + ".yaml", Marks: marks(t, d)}
	for _, l := range d.Law {
		view.Law = append(view.Law, LawLine{Source: strings.TrimSpace(l.Instrument + " " + l.Article), About: t.Said(l.About),
			Confidence: t.T("public.confidence." + string(l.Confidence)), URL: l.URL})
	}
	for _, side := range d.Sides {
		line := SideLine{Label: say(t, d, "side."+side.Name, side.Label), Roles: roles(t, side.Roles)}
		if side.Parties > 1 {
			line.Parties = t.T("public.process.parties", side.Parties)
		}
		view.Sides = append(view.Sides, line)
	}
	picture := diagram.Draw(d, diagram.Style{Title: t.T("public.process.picture"), Flip: t.RTL,
		Label: func(st process.State) string { return say(t, d, "state."+st.Name, st.Label) }})
	view.Picture = picture.SVG
	var undrawn []string
	for _, name := range picture.Undraw {
		undrawn = append(undrawn, say(t, d, "act."+name+".label", d.Transition(name).Label))
	}
	view.Undrawn = t.List(undrawn)
	for i := range d.Transitions {
		view.Acts = append(view.Acts, actLine(t, d, &d.Transitions[i], i+1))
	}
	explainRest(t, d, &view)
	s.proved(t, d, &view)
	return s.show(v, "process", view)
}

func roles(t *lang.Texts, all []landbridge.Role) string {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = t.T("role." + string(r))
	}
	return t.List(names)
}

func actLine(t *lang.Texts, d *process.Definition, tr *process.Transition, number int) ActLine {
	path := "act." + tr.Name
	line := ActLine{Number: number, Label: say(t, d, path+".label", tr.Label), Law: tr.Law}
	if tr.Effect != "" {
		line.Effect = say(t, d, path+".effect", tr.Effect)
	}
	side := t.T("public.process.each")
	if sd := d.Side(tr.Side); sd != nil {
		side = say(t, d, "side."+sd.Name, sd.Label)
	}
	switch {
	case tr.Auto():
		line.Who = t.T("public.process.system", side)
	case tr.Every:
		line.Who = t.T("public.process.every", side, roles(t, tr.By))
	default:
		line.Who = t.T("public.process.by", side, roles(t, tr.By))
	}
	var signed []string
	for _, a := range tr.Approvals {
		var names []string
		for _, r := range process.Roles(a) {
			names = append(names, t.T("role."+string(r)))
		}
		signed = append(signed, t.Choices(names))
	}
	line.Signed = t.List(signed)
	line.From, line.To = places(t, d, tr)
	var rules []string
	for _, g := range tr.Guards {
		rule, _, _ := strings.Cut(g, ".")
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	line.Safeguards = strings.Join(rules, ", ")
	return line
}

// places says where an act is done from and where it leads.
func places(t *lang.Texts, d *process.Definition, tr *process.Transition) (from, to string) {
	var names []string
	for _, f := range tr.From {
		if s := d.State(f); s != nil {
			names = append(names, say(t, d, "state."+s.Name, s.Label))
		} else {
			names = append(names, t.T("public.process.from."+f))
		}
	}
	switch s := d.State(tr.To); {
	case s != nil:
		to = say(t, d, "state."+s.Name, s.Label)
	case tr.To == process.Same:
		to = t.T("public.process.stays")
	default:
		to = t.T("public.process.back")
	}
	return t.List(names), to
}

// explainRest fills in clocks, grounds, assurances, keeping and fields.
func explainRest(t *lang.Texts, d *process.Definition, view *ProcessView) {
	for i := range d.Clocks {
		c := &d.Clocks[i]
		line := ClockLine{Label: say(t, d, "clock."+c.Name, c.Label), Time: span(t, c.For.String()), Source: c.Source,
			Confidence: t.T("public.process.force."+c.Force) + " · " + t.T("public.confidence."+string(c.Confidence))}
		if sd := d.Side(c.Side); sd != nil {
			line.Side = say(t, d, "side."+sd.Name, sd.Label)
		}
		if tr := d.Transition(c.Do); tr != nil {
			line.Then = t.T("public.process.then", say(t, d, "act."+tr.Name+".done", tr.Done))
		} else {
			line.Then = t.T("public.process.tells", roles(t, append(slices.Clone(c.Notify), c.Escalate...)))
		}
		view.Clocks = append(view.Clocks, line)
	}
	for _, g := range d.Grounds {
		view.Grounds = append(view.Grounds, GroundLine{say(t, d, "ground."+g.Code, g.Label), g.Source, g.Mandatory})
	}
	for _, a := range d.Assurances {
		view.Assurances = append(view.Assurances, GroundLine{Label: t.Said(a.Label), Source: t.Said(a.Text)})
	}
	for _, r := range d.Retention {
		label := r.Side
		if sd := d.Side(r.Side); sd != nil {
			label = say(t, d, "side."+sd.Name, sd.Label)
		}
		view.Keeping = append(view.Keeping, t.T("public.process.keeping.line", label, span(t, r.Review.String()), span(t, r.Stop.String())))
	}
	for _, f := range d.Fields {
		name := say(t, d, "group."+strings.ReplaceAll(strings.ToLower(f.Group), " ", "_"), f.Group)
		at := slices.IndexFunc(view.Groups, func(g FieldGroup) bool { return g.Name == name })
		if at < 0 {
			at = len(view.Groups)
			view.Groups = append(view.Groups, FieldGroup{Name: name})
		}
		view.Groups[at].Fields = append(view.Groups[at].Fields, say(t, d, "field."+f.Name+".label", f.Label))
	}
}

// span writes a length of time such as 30d in words.
func span(t *lang.Texts, text string) string {
	n, unit := 0, ""
	if _, err := fmt.Sscanf(text, "%d%s", &n, &unit); err != nil || !t.Has("span.words."+unit) {
		return text
	}
	return t.T("span.words."+unit, n)
}

// proved says of every safeguard how it is kept. It is proved anew, now, from
// the file that is in force: nobody has to believe a table.
func (s *site) proved(t *lang.Texts, d *process.Definition, view *ProcessView) {
	report := process.Prove(d)
	view.Explored = report.Explored
	for _, c := range report.Cells {
		view.Safeguards = append(view.Safeguards, SafeguardLine{c.Rule, t.T("public.rule." + strings.ToLower(c.Rule)), t.T("public.kept." + keptKey(c.Kept)),
			keptClass(c.Kept), c.Note})
	}
}

func keptKey(k process.Kept) string {
	switch k {
	case process.Proved:
		return "proved"
	case process.ByPlatform:
		return "platform"
	case process.NotNeeded:
		return "none"
	}
	return "missing"
}

func keptClass(k process.Kept) string {
	switch k {
	case process.Proved:
		return "green"
	case process.ByPlatform:
		return "teal"
	case process.NotNeeded:
		return ""
	}
	return "red"
}

// A SafeguardsView is page/safeguards: every safeguard of every process.
type SafeguardsView struct {
	Frame
	Rules []RuleLine
	Heads []MatrixHead
	Rows  []MatrixRow
}

// A RuleLine is a safeguard and its name.
type RuleLine struct{ Rule, Name string }

// A MatrixHead is one process of the table.
type MatrixHead struct{ Href, Title string }

// A MatrixRow is one safeguard across all processes.
type MatrixRow struct {
	Rule, Name string
	Cells      []MatrixCell
}

// A MatrixCell says how a safeguard is kept in a process.
type MatrixCell struct{ Sign, Word, Class string }

func (s *site) safeguards(v *visit) error {
	view := SafeguardsView{Frame: s.frame(v, v.t.T("public.safeguards.title"))}
	for _, d := range s.Processes.Processes() {
		view.Heads = append(view.Heads, MatrixHead{Prefix + "processes/" + d.Ref.ID, say(v.t, d, "title", d.Title)})
		for i, c := range process.Prove(d).Cells {
			if i == len(view.Rows) {
				view.Rows = append(view.Rows, MatrixRow{Rule: c.Rule, Name: v.t.T("public.rule." + strings.ToLower(c.Rule))})
			}
			sign := map[string]string{"proved": "✓", "platform": "●", "none": "–", "missing": "✗"}[keptKey(c.Kept)]
			view.Rows[i].Cells = append(view.Rows[i].Cells, MatrixCell{sign, v.t.T("public.kept." + keptKey(c.Kept)), keptClass(c.Kept)})
		}
	}
	return s.show(v, "safeguards", view)
}

// processFile sends the definition itself, byte for byte.
func (s *site) processFile(v *visit) error {
	id, ok := strings.CutSuffix(v.PathValue("file"), ".yaml")
	if !ok {
		v.SetPathValue("process", v.PathValue("file"))
		return s.process(v)
	}
	v.SetPathValue("process", id)
	d, err := s.definition(v)
	if err != nil {
		return err
	}
	text, err := s.Processes.Text(d.Ref)
	if err != nil {
		return err
	}
	v.save(d.Ref.ID+".v"+fmt.Sprint(d.Ref.Version)+".yaml", "text/plain; charset=utf-8", text)
	return nil
}
