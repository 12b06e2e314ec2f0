package process_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

var base = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// id makes an act id from a number.
func id(n int) landbridge.Digest {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// text returns a value that fits a field.
func text(f *process.Field) string {
	switch f.Type {
	case process.BoolType:
		return process.No
	case process.EnumType, process.EnumsType:
		return f.Options[0].Code
	case process.DateType:
		return "2027-11-22"
	case process.DatetimeType:
		return "2026-11-23T08:00Z"
	case process.NumberType:
		return "12.50"
	case process.MoneyType:
		return "48500.00 EUR"
	case process.SpanType:
		return "10y"
	case process.LanguageType:
		return "en"
	case process.PartyType:
		return "XB"
	case process.GradeType:
		return "B2"
	case process.CaseType:
		return "01960000-0000-7000-8000-000000000000"
	case process.DigestType:
		return strings.Repeat("ab", 32)
	}
	s := "invented " + f.Name
	if f.Max > 0 && len(s) > f.Max {
		s = s[:f.Max]
	}
	return s
}

// lawful are the answers no guard stops, where the first choice might be another.
func lawful() map[string]string {
	return map[string]string{"neutrality_declaration": "yes", "death_penalty_possible": "no", "exculpatory": "no", "obtained_under_duress": "no",
		"rights_result": "clear", "risk_level": "green", "risk_date": "2026-11-20", "dual_criminality": "met", "final_decision": "no",
		"in_absence": "no", "integrity": "equal", "transfer_basis": "adequacy", "privileged": "no", "counsel": "informed", "consul": "informed",
		"understood": "yes", "extradition_state": "none", "notice_kind": "wanted"}
}

// fill returns fields that the transition accepts and no guard stops.
func fill(d *process.Definition, t *process.Transition) process.Values {
	vs := process.Values{}
	for _, name := range t.Asks {
		f := d.Field(name)
		if !d.Shown(f, nil, vs) {
			continue
		}
		switch {
		case f.Type.Compound():
			row := process.Row{}
			for _, p := range process.Parts(f.Type) {
				if row[p.Name] = text(&p); p.Name == "duress" {
					row[p.Name] = "no"
				}
			}
			vs[name] = process.Value{Rows: []process.Row{row}}
		case f.Type == process.EnumsType:
			vs[name] = process.Value{Items: []string{text(f)}}
			if name == "identifiers" {
				vs[name] = process.Value{Items: []string{text(f), f.Options[1].Code}}
			}
		default:
			vs[name] = process.Text(text(f))
		}
	}
	for name, v := range lawful() {
		if f := d.Field(name); f != nil && !vs[name].IsZero() && !f.Type.Compound() {
			vs[name] = process.Text(v)
		}
	}
	return vs
}

// act makes an act of the transition that has everything it needs.
func act(d *process.Definition, n int, party landbridge.PartyID, name string, parents ...landbridge.Digest) process.Act {
	t := d.Transition(name)
	a := process.Act{ID: id(n), Parents: parents, Party: party, Transition: name, Time: base.Add(time.Duration(n) * time.Minute), Role: t.By[0], Fields: fill(d, t)}
	if !t.Auto() {
		a.Person = string(party) + "-author"
	}
	for i, roles := range t.Approvals {
		a.Approvals = append(a.Approvals, process.Approval{Role: process.Roles(roles)[0], Person: fmt.Sprintf("%s-approver-%d", party, i)})
	}
	if t.NeedsIt(process.NeedGround) {
		a.Ground = d.Grounds[0].Code
	}
	if t.NeedsIt(process.NeedReason) {
		a.Reason = "an invented reason"
	}
	if t.NeedsIt(process.NeedFiles) {
		a.Files = 1
	}
	if len(parents) == 0 {
		a.Sides = map[string][]landbridge.PartyID{}
		for name, parties := range seats(d) {
			a.Sides[name] = parties
		}
	}
	return a
}

// seats gives every side as many parties as it needs, and two where it may have
// more: XA opens, the others follow.
func seats(d *process.Definition) map[string][]landbridge.PartyID {
	all := map[string][]landbridge.PartyID{}
	next := 'A'
	seat := func(s process.Side) {
		for range max(s.Least, min(s.Parties, 2)) {
			all[s.Name] = append(all[s.Name], landbridge.PartyID("X"+string(next)))
			next++
		}
	}
	seat(*d.Side(d.Opens))
	for _, s := range d.Sides {
		if s.Name != d.Opens {
			seat(s)
		}
	}
	return all
}

// chain folds a story: "XA send", "XB receive" …, each act following the last.
func chain(t testing.TB, d *process.Definition, steps ...string) (*process.Case, []process.Act) {
	t.Helper()
	var acts []process.Act
	for i, s := range steps {
		party, name, _ := strings.Cut(s, " ")
		var parents []landbridge.Digest
		if i > 0 {
			parents = append(parents, acts[i-1].ID)
		}
		acts = append(acts, act(d, i+1, landbridge.PartyID(party), name, parents...))
	}
	return process.Fold(d, acts), acts
}

// dump writes everything a case says, so that two can be compared.
func dump(c *process.Case) string {
	var b strings.Builder
	fmt.Fprintf(&b, "state %s before %s sides %v meant %v\n", c.State, c.Before, c.Sides, c.Meant)
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		fmt.Fprintf(&b, "field %s %v\n", name, c.Fields[name])
	}
	for _, s := range c.Steps {
		fmt.Fprintf(&b, "step %s %s %s %s\n", s.Act.ID, s.Act.Transition, s.State, s.At)
	}
	for _, n := range c.Refused {
		fmt.Fprintf(&b, "refused %s %v\n", n.Act.ID, n.Why)
	}
	for _, n := range c.Waiting {
		fmt.Fprintf(&b, "waiting %s %v\n", n.Act.ID, n.Missing)
	}
	for _, k := range c.Clocks(base.Add(1000 * time.Hour)) {
		fmt.Fprintf(&b, "clock %s %s %s %s\n", k.Clock.Name, k.Status, k.Due, k.Left)
	}
	return b.String()
}
