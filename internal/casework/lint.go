package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// CheckDraft returns everything that is to be put right before the draft's act
// can leave, and advice beside it: the definition, the recipient's published
// requirements, and the safeguards ("right first time").
func (w *Casework) CheckDraft(ctx context.Context, p staff.Person, draft landbridge.ID) ([]Problem, error) {
	f, d, err := w.draft(w.reading(ctx), p, draft)
	if err != nil {
		return nil, err
	}
	files, err := f.files(w.reading(ctx))
	if err != nil {
		return nil, err
	}
	return w.problems(ctx, f, d, ofDraft(files, d.ID))
}

// candidate returns the act as the draft would make it, approved by whoever it
// needs: what is missing then is missing in the form.
func (w *Casework) candidate(f *whole, d *draftRow, files int) *process.Act {
	a := &process.Act{Party: w.me, Transition: d.Transition, Time: w.now(), Role: landbridge.Role(d.Note.Role), Person: d.Person,
		Fields: d.Input.Fields, Ground: d.Input.Ground, Reason: d.Input.Reason, Files: files, Parents: f.heads()}
	if f.fold.State == f.def.Start() {
		a.Sides = f.Sides
	}
	for i, roles := range f.fold.Needed(a) {
		a.Approvals = append(a.Approvals, process.Approval{Role: roles[0], Person: fmt.Sprintf("approver %d", i)})
	}
	return a
}

func (w *Casework) problems(ctx context.Context, f *whole, d *draftRow, files []*fileRow) ([]Problem, error) {
	t := f.def.Transition(d.Transition)
	dm, err := w.demands(ctx, f, t)
	if err != nil {
		return nil, err
	}
	var all []Problem
	add := func(field, rule, key, english string, block bool, args ...any) {
		all = append(all, Problem{Field: field, Rule: rule, Text: Text{key, args, english}, Block: block})
	}
	first := f.fold.State == f.def.Start()
	if first && d.Input.Title == "" {
		add("title", "form", "case.problem.title", "give the case a title", true)
	}
	if _, err := parseMarking(d.Input.Handling, f.Marking); err != nil {
		add("handling", "form", "case.problem.handling", fail.Safe(err), true)
	}
	for _, pr := range f.def.CheckFields(t, f.fold.Fields, d.Input.Fields, dm.profile) {
		all = append(all, dm.cite(fromForm(pr, dm.who), pr, d))
	}
	if t.NeedsIt(process.NeedGround) && f.def.Ground(d.Input.Ground) == nil {
		add("ground", "form", "case.problem.ground", "choose the ground", true)
	}
	if t.NeedsIt(process.NeedReason) && len(d.Input.Reason) < 3 {
		add("reason", "form", "case.problem.reason", "say the reason in words", true)
	}
	if t.NeedsIt(process.NeedFiles) && len(files) == 0 {
		add("files", "form", "case.problem.files", "attach at least one file", true)
	}
	for _, r := range files {
		if dm.maxFile > 0 && r.Size > dm.maxFile {
			add("files", dm.who, "case.problem.file_size", fmt.Sprintf("%s is larger than the other side takes (%d MiB)", r.Name, dm.maxFile>>20),
				true, r.Name, dm.maxFile>>20)
		}
	}
	a := w.candidate(f, d, len(files))
	for _, why := range f.fold.Failing(a, f.local(dm.profile)) {
		add("", dm.ruleOf(why), "process.why."+why.Code, why.Text, true)
	}
	all = append(all, dm.lawful(d)...)
	all = append(all, dm.rests()...)
	all = append(all, w.advice(f, t, d, dm, a)...)
	return all, nil
}

// fromForm turns a problem of the engine into one of a view.
func fromForm(pr process.Problem, who string) Problem {
	rule := pr.Rule
	if rule == "profile" {
		rule = who
	}
	var args []any
	for _, s := range pr.Args {
		args = append(args, s)
	}
	return Problem{Field: pr.Field, Row: pr.Row, Part: pr.Part, Rule: rule, Text: Text{"process.problem." + pr.Code, args, pr.Text}, Block: true}
}

// advice is what does not stop an act, and is better known before.
func (w *Casework) advice(f *whole, t *process.Transition, d *draftRow, dm *demand, a *process.Act) (all []Problem) {
	for _, words := range dm.words {
		if words.Field != "" && !d.Input.Fields[words.Field].IsZero() {
			continue
		}
		all = append(all, Problem{Field: words.Field, Rule: dm.who, Text: Text{"case.demand", []any{words.Text.In("en")}, words.Text.In("en")}})
	}
	if slices.Contains(t.From, f.def.Start()) {
		if v := d.Input.Fields["death_penalty_possible"].Text; v == "yes" || v == "unknown" {
			all = append(all, Problem{Field: "death_penalty_possible", Rule: "S7", Text: Text{"case.advice.death_penalty", nil,
				"the other side will give nothing until it has accepted an assurance; a central authority can give one once the request is received"}})
		}
		if d.Input.Fields["urgency"].Text == "urgent" && dm.hotline != "" {
			all = append(all, Problem{Field: "urgency", Rule: dm.who, Text: Text{"case.advice.hotline", []any{dm.hotline},
				"call the other side's contact point as well: " + dm.hotline}})
		}
	}
	for _, roles := range f.fold.Needed(a) {
		list := process.RoleList(roles)
		all = append(all, Problem{Rule: "S21", Text: Text{"case.advice.approval", []any{list},
			"it will need the approval of " + list + ", who is not its author"}})
	}
	return all
}

// blocking returns the problems that keep the act from leaving.
func blocking(all []Problem) (some []Problem) {
	for _, p := range all {
		if p.Block {
			some = append(some, p)
		}
	}
	return some
}

// unfinished is the error for a form that cannot be sent yet.
func unfinished(all []Problem) error {
	const shown = 4
	var lines []string
	for i, p := range all {
		if i == shown {
			lines = append(lines, fmt.Sprintf("and %d more", len(all)-shown))
			break
		}
		line := p.Text.English
		switch {
		case p.Part != "":
			line = fmt.Sprintf("%s, row %d, %s: %s", p.Field, p.Row+1, p.Part, line)
		case p.Field != "":
			line = p.Field + ": " + line
		}
		if p.Rule != "form" {
			line += " (" + p.Rule + ")"
		}
		lines = append(lines, line)
	}
	return fail.New(fail.Invalid, "not ready to leave: %s", strings.Join(lines, "; "))
}

// stopFor returns the safeguard that stops the act for good, if one does: one
// that no correction of the form and no approval can meet.
func (w *Casework) stopFor(f *whole, a *process.Act, dm *demand) *process.Reason {
	for _, why := range f.fold.Failing(a, f.local(dm.profile)) {
		if why.Rule == "S1" || why.Rule == "S3" && dm.profile == nil || why.Rule == "S6" || why.Rule == "S7" || why.Rule == "S12" {
			return dm.explain(&why)
		}
	}
	return nil
}

// stopView turns a recorded stop into what a person reads.
func (s *stopped) view() *Stop {
	if s == nil {
		return nil
	}
	advice := map[string]string{
		"S1": "The platform does not carry matters of political, military, religious or racial character. " +
			"If the offence was coded wrongly, correct the code; if not, drop the draft. The attempt stays in the log.",
		"S3": "Agree on a legal basis with the other side first. It stands in the register when two persons have entered it; " +
			"the other side publishes its requirements in its party record.",
		"S6":  "Refuse on the ground of rights or essential interests; the other side sees that ground and nothing else.",
		"S7":  "Wait for an assurance and have a judge or the central authority accept it.",
		"S12": "What may have been obtained by torture or duress is kept for the judge and the overseer alone.",
	}[s.Rule]
	return &Stop{Rule: s.Rule, Text: textOf(process.Reason{Code: s.Code, Args: s.Args, Text: s.Text}),
		Advice: Text{"case.stop." + strings.ToLower(s.Rule), nil, advice}, At: s.At, Entry: s.Entry}
}

// strictestOf merges the markings of all acts: what the case as a whole carries.
func (f *whole) strictest() string {
	m, err := handling.Parse(f.Marking)
	if err != nil {
		m, _ = handling.Parse(defaultMarking)
	}
	if len(f.acts) == 0 {
		return m.String()
	}
	first := true
	for _, a := range f.acts {
		n, err := handling.Parse(a.Core.Handling)
		if err != nil {
			continue // refused on arrival; never stored
		}
		if first {
			m, first = n, false
		} else {
			m = handling.Strictest(m, n)
		}
	}
	return m.String()
}
