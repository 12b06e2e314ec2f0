package web

import (
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/lang"
	"landbridge.example/process"
)

// An ActLine is one signed act of the timeline.
type ActLine struct {
	Party      string
	Label      string
	By         Who
	At, AtISO  string
	Arrived    string
	Approvals  []ApprovalLine
	Counts     bool
	Waiting    bool
	Why        string
	Groups     []GroupLines
	Ground     string
	Reason     string
	Files      []FileLine
	Entry      int64
	Cosigned   []string
	Digest     string
	Fours      []string
	Envelope   string // where its signed bytes are
	Newest     bool
	HasContent bool
}

// An ApprovalLine is one approval under an act.
type ApprovalLine struct {
	Who
	Software, Valid bool
}

// GroupLines are fields with their values, as text.
type GroupLines struct {
	Name   string
	Fields []FieldLine
}

// A FieldLine is one field with its value. Rows stand for compound values.
type FieldLine struct {
	Label, Text string
	Long        bool
	Rows        [][]NameValue
}

// A FileLine is one exhibit.
type FileLine struct {
	ID, Name, Title, Size, Type, Digest, From, Href string
	State                                           Pill
	Here                                            bool
}

// A Seen is one line of "who can see this, and why".
type Seen struct {
	Who, Why, Rule string
	Sees           bool
}

// A SafeguardLine is one safeguard as it stands.
type SafeguardLine struct {
	Rule, Name, Text, Word, Class string
}

// A DeliveryCard is how far one message came with one recipient.
type DeliveryCard struct {
	Label, To string
	Rungs     []Rung
	Problem   string
	Answer    string // the peer's last answer, in its own words
	Receipt   string
	Arrived   bool
	Code      string // of the recipient
}

// A Rung is one step of the evidence ladder.
type Rung struct {
	Name, At, Note, Status string // done, failed, ahead
}

// caseContent fills in what the acts say.
func (s *site) caseContent(v *visit, c *casework.CaseView, view *CaseFileView) {
	view.Groups = groups(v.t, c.Process, c.Groups)
	for _, f := range c.Files {
		view.Files = append(view.Files, s.file(v, c.ID, f))
	}
	for i, a := range c.Timeline {
		line := s.actLine(v, c, a)
		line.Newest = i == 0
		view.Timeline = append(view.Timeline, line)
	}
}

func (s *site) actLine(v *visit, c *casework.CaseView, a casework.ActView) ActLine {
	t, now := v.t, s.Clock()
	line := ActLine{
		Party: string(a.Party), Label: actDone(t, c.Process, a.Transition, a.Label), By: s.who(v, a.By), At: t.When(a.Signed, now), AtISO: iso(a.Signed),
		Counts: a.Applied, Waiting: a.Waiting, Why: s.say(v, c.Process, a.Why), Groups: groups(t, c.Process, a.Groups), Reason: a.Reason,
		Entry: a.Entry, Cosigned: words(a.Cosigned), Digest: a.ID.String(), Fours: inFours(a.ID.String()),
		Envelope: "/cases/" + string(c.ID) + "/acts/" + a.ID.String(),
	}
	if a.Party != s.Party && !a.Arrived.IsZero() {
		line.Arrived = t.T("timeline.arrived", t.Duration(a.Arrived.Sub(a.Signed)))
	}
	for _, p := range a.Approvals {
		line.Approvals = append(line.Approvals, ApprovalLine{s.who(v, p.PersonView), p.Software, p.Valid})
	}
	if a.Ground != nil {
		line.Ground = groundLabel(t, c.Process, *a.Ground)
	}
	for _, f := range a.Files {
		line.Files = append(line.Files, s.file(v, c.ID, f))
	}
	line.HasContent = len(line.Groups) > 0 || line.Reason != "" || line.Ground != "" || len(line.Files) > 0
	return line
}

func (s *site) file(v *visit, id landbridge.CaseID, f casework.FileView) FileLine {
	line := FileLine{
		ID: string(f.ID), Name: f.Name, Title: f.Title, Size: v.t.Bytes(f.Size), Type: f.MediaType, Digest: f.SHA256.String(), From: string(f.From),
		State: Pill{Text: v.t.T("file." + f.State)}, Here: f.State == "here" || f.State == "sent",
	}
	if line.Here {
		line.Href = "/cases/" + string(id) + "/files/" + string(f.ID)
	}
	if f.State == "expected" {
		line.State.Class = "amber"
	}
	return line
}

// audience shows the dry run: those who see it first, then those who do not.
func (s *site) audience(v *visit, ref landbridge.ProcessRef, all []casework.AudienceView) []Seen {
	lines := make([]Seen, 0, len(all))
	for _, a := range all {
		who := a.Name
		if who == "" {
			who = s.roleNames(v.t, a.Roles)
		}
		switch {
		case a.Party == "":
			who = v.t.T("audience.public")
		case who == "":
			who = s.codes(v, []landbridge.PartyID{a.Party})
		default:
			who = string(a.Party) + ": " + who
		}
		lines = append(lines, Seen{Who: who, Why: s.say(v, ref, a.Text), Rule: shownRule(a.Rule), Sees: a.Sees})
	}
	slices.SortStableFunc(lines, func(a, b Seen) int { return order(a.Sees) - order(b.Sees) })
	return lines
}

func order(first bool) int {
	if first {
		return 0
	}
	return 1
}

func (s *site) safeguards(v *visit, ref landbridge.ProcessRef, all []casework.SafeguardView) []SafeguardLine {
	lines := make([]SafeguardLine, len(all))
	for i, g := range all {
		lines[i] = SafeguardLine{Rule: g.Rule, Name: s.say(v, ref, g.Name), Text: s.say(v, ref, g.Text), Word: v.t.T("safeguard." + g.Status)}
		lines[i].Class = map[string]string{"kept": "green", "open": "amber", "broken": "red"}[g.Status]
	}
	return lines
}

// ladder is the whole way up; what was not reached is shown as still ahead.
func ladder() []string {
	return []string{"submitted", "delivered", "retrieved", "acknowledged", "decided"}
}

func (s *site) delivery(v *visit, c *casework.CaseView, d casework.DeliveryView) DeliveryCard {
	t, now := v.t, s.Clock()
	card := DeliveryCard{Label: d.Label, To: s.codes(v, []landbridge.PartyID{d.Recipient}), Problem: d.Problem, Code: string(d.Recipient)}
	for _, a := range c.Timeline {
		if a.ID == d.Act {
			card.Label = actDone(t, c.Process, a.Transition, a.Label)
		}
	}
	reached := map[string]bool{}
	var first time.Time
	for _, step := range d.Steps {
		reached[step.Name] = true
		if step.Name == "delivered" || step.Name == "refused" || step.Name == "undeliverable" {
			card.Arrived = true // the question why not is answered by the step
		}
		if first.IsZero() {
			first = step.At
		}
		r := Rung{Name: t.T("rung." + step.Name), At: t.When(step.At, now), Note: step.Note, Status: "done"}
		if step.Name == "delivered" {
			r.Note = strings.TrimSpace(t.T("rung.after", t.Duration(step.At.Sub(first))) + " " + step.Note)
		}
		if step.Name == "refused" || step.Name == "undeliverable" {
			r.Status = "failed"
			reached["delivered"], reached["retrieved"], reached["acknowledged"], reached["decided"] = true, true, true, true
		}
		card.Rungs = append(card.Rungs, r)
	}
	for _, name := range ladder() {
		if !reached[name] {
			card.Rungs = append(card.Rungs, Rung{Name: t.T("rung." + name), Status: "ahead"})
		}
	}
	if d.Receipt {
		card.Receipt = "/cases/" + string(c.ID) + "/receipts/" + string(d.Message) + "/" + string(d.Recipient)
	}
	return card
}

// whyNotThere says for every message that has not arrived how it stands with
// its recipient: what the peer last answered, and when we try again.
func (s *site) whyNotThere(v *visit, view *CaseFileView) error {
	if !slices.ContainsFunc(view.Delivery, func(d DeliveryCard) bool { return !d.Arrived }) {
		return nil
	}
	peers, err := s.peerLines(v)
	if err != nil {
		return err
	}
	for i := range view.Delivery {
		d := &view.Delivery[i]
		for _, p := range peers {
			if !d.Arrived && d.Problem == "" && p.Code == d.Code {
				d.Problem = p.Sentence
				if !p.Up {
					d.Answer = p.LastError
				}
			}
		}
	}
	return nil
}

// groups shows fields that hold something.
func groups(t *lang.Texts, ref landbridge.ProcessRef, all []casework.GroupView) []GroupLines {
	var lines []GroupLines
	for _, g := range all {
		group := GroupLines{Name: t.Or(g.Name, groupKey(ref, g.Name))}
		for _, f := range g.Fields {
			if !f.Value.IsZero() {
				group.Fields = append(group.Fields, fieldLine(t, ref, f))
			}
		}
		if len(group.Fields) > 0 {
			lines = append(lines, group)
		}
	}
	return lines
}

func fieldLine(t *lang.Texts, ref landbridge.ProcessRef, f casework.FieldView) FieldLine {
	key := processKey(ref) + "field." + f.Field.Name
	line := FieldLine{Label: t.Or(f.Field.Label, key+".label"), Long: f.Field.Type == process.LongType}
	if f.Party != "" {
		line.Label += " · " + string(f.Party)
	}
	switch {
	case len(f.Value.Rows) > 0:
		for _, r := range f.Value.Rows {
			line.Rows = append(line.Rows, rowLines(t, f.Field.Type, r))
		}
	case len(f.Value.Items) > 0:
		names := make([]string, len(f.Value.Items))
		for i, item := range f.Value.Items {
			names[i] = valueText(t, key, f.Field, item)
		}
		line.Text = t.List(names)
	default:
		line.Text = valueText(t, key, f.Field, f.Value.Text)
	}
	return line
}

func rowLines(t *lang.Texts, typ process.Type, r process.Row) []NameValue {
	var all []NameValue
	for _, p := range process.Parts(typ) {
		if r[p.Name] != "" {
			key := "part." + string(typ) + "." + p.Name
			all = append(all, NameValue{t.Or(p.Label, key+".label"), valueText(t, key, &p, r[p.Name])})
		}
	}
	return all
}

// valueText shows one value in words: a code as its label, a day as a date.
func valueText(t *lang.Texts, key string, f *process.Field, value string) string {
	switch f.Type {
	case process.BoolType:
		return t.T("value." + value)
	case process.EnumType, process.EnumsType:
		for _, o := range f.Options {
			if o.Code == value {
				return t.Or(o.Label, key+".option."+o.Code)
			}
		}
	case process.LanguageType:
		return t.Or(value, "language."+value)
	case process.DateType:
		if at, err := time.Parse("2006-01-02", value); err == nil {
			return t.Date(at)
		}
	case process.DatetimeType:
		if at, err := time.Parse("2006-01-02T15:04Z", value); err == nil {
			return t.DateTime(at)
		}
	}
	return value
}
