package process

import (
	"fmt"
	"slices"
	"strings"
)

// Safeguards names the rules of the table, in order, in a few words.
func Safeguards() [][2]string {
	return [][2]string{{"S1", "Neutrality"}, {"S2", "Human rights review"}, {"S3", "Legal basis, purpose"}, {"S4", "Proportion, seriousness"},
		{"S5", "Non-refoulement"}, {"S6", "What one side knows"}, {"S7", "Assurances"}, {"S8", "Dual criminality"}, {"S9", "Ne bis in idem"},
		{"S10", "Specialty"}, {"S11", "Fair trial"}, {"S12", "No torture"}, {"S13", "Accuracy"}, {"S14", "Special data, children"},
		{"S15", "Storage limit"}, {"S16", "Originator control"}, {"S17", "Transfer basis"}, {"S18", "Logging"}, {"S19", "Rights of the person"},
		{"S20", "Oversight"}, {"S21", "Four eyes"}, {"S22", "No watching of opinion"}, {"S23", "Privilege, immunity"}, {"S24", "A human decides"},
		{"S25", "Person, counsel, consul"}, {"S26", "Emergency reviewed"}, {"S27", "Withdrawal reaches all"}, {"S28", "Blind centre"},
		{"S29", "Breach"}, {"S30", "Consequences"}, {"S31", "Fair lists"}, {"S32", "Victims"}, {"S33", "Exculpatory"},
		{"S34", "Accountable statistics"}, {"S35", "Strictest rule"}, {"S36", "Understanding"}, {"S37", "No disguised extradition"}}
}

// Mark is a cell in one sign: proved, held by the platform, not applicable, missing.
func (c Cell) Mark() string {
	switch c.Kept {
	case Proved:
		return "●"
	case ByPlatform:
		return "○"
	case NotNeeded:
		return "–"
	}
	return "✗"
}

//go:generate go test . -run TestSafeguardsPage -update

// TableMarkdown writes safeguards by processes as a Markdown document part: the
// table of signs, and for each process what each sign stands for.
func TableMarkdown(all []Report) string {
	var b strings.Builder
	b.WriteString("| |")
	for i := range all {
		fmt.Fprintf(&b, " %d |", i+1)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" :-: |", len(all)) + "\n")
	for i, s := range Safeguards() {
		fmt.Fprintf(&b, "| %s %s |", s[0], s[1])
		for _, r := range all {
			fmt.Fprintf(&b, " %s |", r.Cells[i].Mark())
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	for i, r := range all {
		fmt.Fprintf(&b, "%d. `%s`\n", i+1, r.Process.Name())
	}
	for _, r := range all {
		fmt.Fprintf(&b, "\n### %s\n\n", r.Process.Name())
		for _, kept := range []Kept{MissingThere, Proved, ByPlatform, NotNeeded} {
			writeKept(&b, r, kept)
		}
	}
	return b.String()
}

// writeKept writes the rules of one process that are kept one way, those with
// the same note together.
func writeKept(b *strings.Builder, r Report, kept Kept) {
	var notes []string
	rules := map[string][]string{}
	for _, c := range r.Cells {
		if c.Kept != kept {
			continue
		}
		if rules[c.Note] == nil {
			notes = append(notes, c.Note)
		}
		rules[c.Note] = append(rules[c.Note], c.Rule)
	}
	if len(notes) == 0 {
		return
	}
	var parts []string
	for _, n := range notes {
		parts = append(parts, strings.Join(rules[n], ", ")+" ("+n+")")
	}
	fmt.Fprintf(b, "- **%s**: %s.\n", kept, strings.Join(parts, "; "))
}

// Diagram draws the states and acts of a definition in the Mermaid language,
// which forges and editors turn into a picture.
func Diagram(d *Definition) string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range d.States {
		label := s.Label
		if s.Coercive != "" {
			label += " (" + string(s.Coercive) + ")"
		}
		fmt.Fprintf(&b, "    %s : %s\n", s.Name, strings.ReplaceAll(label, ":", ","))
	}
	fmt.Fprintf(&b, "    [*] --> %s\n", d.start)
	for i := range d.Transitions {
		t := &d.Transitions[i]
		if t.To == Same || t.To == Back {
			continue
		}
		for _, from := range d.froms(t) {
			fmt.Fprintf(&b, "    %s --> %s : %s (%s)\n", from, t.To, strings.ReplaceAll(t.Label, ":", ","), t.Side)
		}
	}
	for _, s := range d.States {
		if s.Kind == End {
			fmt.Fprintf(&b, "    %s --> [*]\n", s.Name)
		}
	}
	return b.String()
}

// Missing reports whether a required safeguard is not kept.
func (r Report) Missing() bool {
	return len(r.Cells) != lastRule || slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Kept == MissingThere || c.Kept == "" || c.Note == "" })
}
