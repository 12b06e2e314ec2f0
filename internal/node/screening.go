package node

import (
	"context"
	"maps"
	"strings"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/screening"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

func (n *Node) openScreening(context.Context) error {
	n.Screening = screening.New(screening.Config{
		DB: n.DB, Log: n.Log, Vault: n.Vault, Clock: n.deps.Clock, Random: n.deps.Random, Verify: n.Staff.VerifyApproval, Names: n.Staff.Named,
		Case: n.screenedCase, Ended: n.Casework.Ended, Engine: n.engine, Changed: n.changed, Wake: func() { n.jobs.Wake() }, Report: n.report,
	})
	handlers := n.Casework.Jobs()
	maps.Copy(handlers, n.Screening.Jobs())
	n.jobs = jobs.NewRunner(n.DB, n.deps.Clock, handlers, n.report)
	return nil
}

// screenedCase is what screening may know of a case: who it is about, and what
// for. It is a reading by the person, with everything that a reading asks for.
func (n *Node) screenedCase(ctx context.Context, p staff.Person, id landbridge.CaseID, purpose handling.Purpose) (screening.CaseView, error) {
	c, err := n.Casework.Case(ctx, p, casework.Reading{Case: id, Purpose: purpose})
	if err != nil {
		return screening.CaseView{}, err
	}
	v := screening.CaseView{Number: c.Number, Title: c.Title, KeyOwner: casework.KeyOwner(id), Ended: c.Ended || c.Erased}
	for _, g := range c.Groups {
		for _, f := range g.Fields {
			if f.Field.Name == "purpose" {
				v.Purpose = handling.Purpose(f.Value.Text)
			}
			if f.Field.Type == process.PersonType {
				for _, r := range f.Value.Rows {
					v.Persons = append(v.Persons, casePerson(r))
				}
			}
		}
	}
	return v, nil
}

// casePerson reads a person of a form as a list would write them.
func casePerson(r process.Row) screening.CasePerson {
	names := []string{strings.TrimSpace(r["given_names"] + " " + r["family_name"])}
	if r["name_original"] != "" {
		names = append(names, r["name_original"])
	}
	person, _ := screening.Person(screening.Fields{
		Name: strings.Join(names, "|"), Aliases: strings.NewReplacer(";", "|", ",", "|").Replace(r["also_known_as"]), Kind: "person", Birth: r["birth_date"],
		Nationality: r["nationality"], Gender: r["sex"], Document: caseDocument(r["document"]),
	})
	if r["birth_place"] != "" {
		person.BirthPlaces = []string{r["birth_place"]}
	}
	if r["address"] != "" {
		person.Addresses = []string{r["address"]}
	}
	return screening.CasePerson{Role: r["category"], Person: person}
}

// caseDocument reads "kind, number, issuing state", as the form asks for it.
func caseDocument(s string) string {
	parts := strings.SplitN(s, ",", 3)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	switch len(parts) {
	case 2:
		return parts[0] + ":" + parts[1]
	case 3:
		return parts[0] + ":" + parts[1] + "@" + parts[2]
	}
	return s
}
