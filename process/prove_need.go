package process

import (
	"slices"
	"strings"
)

// A need is one requirement of law: before an effect, something has to have
// happened. The list comes from the law of the processes and from the
// safeguards (spec/rules.md), never from the definitions, so that a definition
// which drops a guard is found out.
type need struct {
	rule   string
	at     string   // the effect, or "into" and a state, or "act" and a transition
	watch  string   // what is watched
	who    uint64   // of "hands": whose signatures
	only   []string // processes by id; empty: every process that has the effect
	except []string
	if_    string // the definition asks for it: "person", "offence", "item", "somebody"
	lack   string // how the violation reads: "a person is held although …"
}

// effects says in words what each effect is, for sentences and the table.
func effects() map[string]string {
	return map[string]string{"opening": "a case is opened", "giving": "information or evidence is given", "liberty": "a person is held",
		"property": "goods or money are taken", "publicity": "a person is named to many", "surrender": "a person is handed over",
		"outcome": "the outcome is reported", "ending": "the case ends", "naming": "persons are named or special data given", "grave": "it is done"}
}

// needs is the table of required safeguards by effect. A process this release
// does not know gets what its effects ask for.
func needs() []need {
	return slices.Concat(openingNeeds(), givingNeeds(), coercionNeeds(), surrenderNeeds(), processNeeds(), propertyNeeds(), teamNeeds())
}

func openingNeeds() []need {
	return []need{
		{rule: "S1", at: "opening", watch: "declared", lack: "nobody declared its neutrality"},
		{rule: "S1", at: "opening", watch: "harmless", if_: "offence", lack: "an offence may be of political character"},
		{rule: "S3", at: "opening", watch: "basis", lack: "no legal basis is named and no emergency stated"},
		{rule: "S3", at: "opening", watch: "purpose", lack: "no purpose is stated"},
		{rule: "S4", at: "naming", watch: "few", if_: "person",
			lack: "more persons may be named than one case may, without the data-protection officer"},
		{rule: "S14", at: "naming", watch: "special", lack: "special data or a minor may be in it without the data-protection officer's approval"},
		{rule: "S15", at: "opening", watch: "retention", lack: "no last day of keeping is set"},
		{rule: "S21", at: "opening", watch: "second", lack: "one person alone does it, without an emergency"},
		{rule: "S23", at: "naming", watch: "protected", if_: "person", lack: "a person with a protected function may be named without a judge"},
		{rule: "S17", at: "opening", watch: "transfer", if_: "transfer", lack: "it is not said on what basis personal data are transferred"},
		{rule: "S26", at: "ending", watch: "afterwards", if_: "emergency",
			lack: "something was given without a legal basis or a second person, and nobody looked at it afterwards"},
	}
}

func givingNeeds() []need {
	return []need{
		{rule: "S1", at: "giving", watch: "harmless", if_: "offence", lack: "an offence may be of political character"},
		{rule: "S6", at: "giving", watch: "bar", lack: "a fact that only this side knows may bar it"},
		{rule: "S7", at: "giving", watch: "death", if_: "somebody", lack: "death may be the penalty and no assurance stands"},
		{rule: "S12", at: "giving", watch: "untainted", if_: "somebody", lack: "it may come from torture or duress"},
		{rule: "S13", at: "giving", watch: "graded", if_: "somebody", except: []string{"evidence-handover"}, lack: "it carries no grade"},
		{rule: "S23", at: "giving", watch: "privilege", if_: "item", lack: "it may be privileged, and no judge approved"},
		{rule: "S33", at: "giving", watch: "exculpatory", if_: "somebody", lack: "nobody was asked what speaks for the person"},
		{rule: "S16", at: "outcome", watch: "use", lack: "it may have been used as evidence without the giver's consent"},
	}
}

func coercionNeeds() (all []need) {
	for _, at := range []string{"liberty", "property", "publicity"} {
		all = append(all,
			need{rule: "S1", at: at, watch: "objection", lack: "an objection is open"},
			need{rule: "S1", at: at, watch: "harmless", if_: "offence", lack: "an offence may be of political character"},
			need{rule: "S21", at: at, watch: "hands", who: twoSigned, lack: "no two persons of that side signed one act"},
			need{rule: "S24", at: at, watch: "person", lack: "the system does it"})
	}
	moving := []string{"handover-surrender", "handover-sentenced", "handover-readmission"} // these carry out a decision on an offence made elsewhere
	return append(all,
		need{rule: "S2", at: "liberty", watch: "review", lack: "nobody outside the chain reviewed the person's rights, or the review was against it"},
		need{rule: "S2", at: "liberty", watch: "independent", lack: "the one who reviewed took part in the case, or acts on the own review"},
		need{rule: "S4", at: "liberty", watch: "serious", except: moving, lack: "no offence may weigh enough"},
		need{rule: "S5", at: "liberty", watch: "risk", lack: "the risk of torture is not assessed, or red, or amber without an assurance"},
		need{rule: "S6", at: "liberty", watch: "bar", lack: "a fact that only this side knows may bar it"},
		need{rule: "S9", at: "liberty", watch: "final", except: moving, lack: "there may be a final decision on the same facts"},
		need{rule: "S24", at: "liberty", watch: "hands", who: judgeSigned, lack: "no judge of that side decided"},
		need{rule: "S32", at: "liberty", watch: "no_victim", if_: "person", lack: "the person may be a victim"},
		need{rule: "S4", at: "property", watch: "serious", if_: "offence", except: []string{"mutual-legal-assistance"}, // no threshold: UNTOC 18
			lack: "no offence may weigh enough"},
		need{rule: "S23", at: "property", watch: "protected", if_: "person", lack: "the person may have a protected function, and no judge approved"},
		need{rule: "S24", at: "property", watch: "hands", who: authoritySigned, lack: "no judge and no competent authority of that side decided"},
		need{rule: "S2", at: "publicity", watch: "review", lack: "nobody outside the chain reviewed it, or the review was against it"},
		need{rule: "S2", at: "publicity", watch: "independent", lack: "the one who reviewed took part in the case, or acts on the own review"},
		need{rule: "S6", at: "publicity", watch: "bar", lack: "a fact that only this side knows may bar it"},
		need{rule: "S24", at: "publicity", watch: "hands", who: judgeSigned | supervisorSigned, lack: "a judge and a supervisor did not sign"},
		need{rule: "S32", at: "publicity", watch: "no_victim", if_: "person", lack: "the person may be a victim"})
}

func surrenderNeeds() []need {
	const at = "surrender"
	free := []string{"handover-victim"} // nobody is held or pursued, and police cannot decide
	return []need{
		{rule: "S1", at: at, watch: "objection", lack: "an objection is open"},
		{rule: "S2", at: at, watch: "review", lack: "nobody outside the chain reviewed the person's rights, or the review was against it"},
		{rule: "S2", at: at, watch: "independent", lack: "the one who reviewed took part in the case, or acts on the own review"},
		{rule: "S5", at: at, watch: "risk", lack: "the risk of torture or persecution is not assessed, or red, or amber without an assurance"},
		{rule: "S6", at: at, watch: "bar", lack: "a fact that only this side knows may bar it"},
		{rule: "S7", at: at, watch: "breach", except: free, lack: "the other side broke an assurance, and none stands since"},
		{rule: "S21", at: at, watch: "hands", who: twoSigned, lack: "no two persons of that side signed one act"},
		{rule: "S24", at: at, watch: "person", lack: "the system does it"},
		{rule: "S25", at: at, watch: "informed", lack: "the person was not informed"},
		{rule: "S25", at: at, watch: "counsel", lack: "no lawyer was told, and none waived"},
		{rule: "S36", at: at, watch: "understood", lack: "it is not known that the person understood"},
	}
}

// Two lacks that several needs name.
const (
	notMet = "the conduct may not be punishable on both sides"
	again  = "there may be a final decision on the same facts"
)

// processNeeds are what the law of single processes asks for.
func processNeeds() []need {
	ext, surrender := []string{"extradition"}, []string{"handover-surrender"}
	one := func(id string) []string { return []string{id} }
	return []need{
		{rule: "S7", at: "surrender", watch: "death", only: []string{"extradition", "handover-surrender"},
			lack: "death may be the penalty and no assurance stands"},
		{rule: "S7", at: "giving", watch: "breach", only: []string{"mutual-legal-assistance", "evidence-handover"},
			lack: "the other side broke an assurance, and none stands since"},
		{rule: "S8", at: "surrender", watch: "dual", only: []string{"extradition", "handover-sentenced"}, lack: notMet},
		{rule: "S9", at: "surrender", watch: "final", only: ext, lack: again},
		{rule: "S11", at: "surrender", watch: "trial", only: ext,
			lack: "the judgment may have been given in absence without a summons, a lawyer or a new trial"},
		{rule: "S25", at: "surrender", watch: "consul", only: slices.Concat(ext, surrender, one("handover-sentenced"), one("handover-readmission")),
			lack: "no consul was told, and the person did not decline it"},
		{rule: "S32", at: "surrender", watch: "no_victim", only: slices.Concat(ext, one("handover-readmission")), lack: "the person may be a victim"},
		{rule: "S24", at: "surrender", watch: "hands", who: judgeSigned | ministerSigned, only: ext,
			lack: "a judge and a minister did not both decide"},
		{rule: "S24", at: "surrender", watch: "hands", who: judgeSigned, only: slices.Concat(surrender, one("handover-readmission")),
			lack: "no judge decided"},
		{rule: "S24", at: "surrender", watch: "hands", who: centralSigned, only: []string{"handover-sentenced", "handover-victim"},
			lack: "no competent authority decided"},
		{rule: "S10", at: "act add_charge", watch: "consent", only: ext, lack: "the state that handed over did not consent to another offence"},
		{rule: "S37", at: "surrender", watch: "undisguised", only: one("handover-readmission"),
			lack: "this node may know of an extradition of the same person"},
		{rule: "S37", at: "surrender", watch: "no_other", only: one("handover-readmission"),
			lack: "an extradition of the same person may be open or refused"},
		{rule: "S25", at: "act hear_person", watch: "informed", only: one("provisional-arrest"), lack: "the person was not informed"},
		{rule: "S25", at: "act hear_person", watch: "counsel", only: one("provisional-arrest"), lack: "no lawyer was told, and none waived"},
		{rule: "S25", at: "act hear_person", watch: "consul", only: one("provisional-arrest"),
			lack: "no consul was told, and the person did not decline it"},
		{rule: "S36", at: "act hear_person", watch: "understood", only: one("provisional-arrest"), lack: "it is not known that the person understood"},
		{rule: "S25", at: "into hearing", watch: "informed", only: ext, lack: "the person was not informed"},
		{rule: "S8", at: "liberty", watch: "dual", only: []string{"provisional-arrest", "extradition"}, lack: notMet},
	}
}

// propertyNeeds are what the law of single processes asks for that take property.
func propertyNeeds() []need {
	one := func(id string) []string { return []string{id} }
	return []need{
		{rule: "S2", at: "property", watch: "review", only: one("mutual-legal-assistance"),
			lack: "nobody outside the chain reviewed the measure, or the review was against it"},
		{rule: "S2", at: "property", watch: "independent", only: one("mutual-legal-assistance"),
			lack: "the one who reviewed took part in the case, or acts on the own review"},
		{rule: "S6", at: "property", watch: "bar", only: one("mutual-legal-assistance"), lack: "a fact that only this side knows may bar it"},
		{rule: "S8", at: "property", watch: "dual", only: one("mutual-legal-assistance"), lack: notMet},
		{rule: "S9", at: "property", watch: "final", only: one("mutual-legal-assistance"), lack: again},
		{rule: "S25", at: "into transmitted", watch: "informed", only: one("mutual-legal-assistance"), lack: "the person was not informed"},
		{rule: "S8", at: "into frozen", watch: "dual", only: one("asset-freeze"), lack: notMet},
		{rule: "S9", at: "into frozen", watch: "final", only: one("asset-freeze"), lack: again},
		{rule: "S23", at: "property", watch: "privilege", only: []string{"asset-freeze", "asset-confiscation"},
			lack: "it may be privileged, and no judge approved"},
		{rule: "S8", at: "into recognised", watch: "dual", only: one("asset-confiscation"), lack: notMet},
		{rule: "S9", at: "into recognised", watch: "final", only: one("asset-confiscation"), lack: again},
		{rule: "S25", at: "into enforced", watch: "informed", only: one("asset-confiscation"), lack: "the person was not informed"},
	}
}

// teamNeeds are what the law of processes asks for that take nothing by
// themselves: notices, evidence, teams, operations, patrols, lists, training.
func teamNeeds() []need {
	one := func(id string) []string { return []string{id} }
	return []need{
		{rule: "S4", at: "act submit_wanted", watch: "serious", only: one("notice"), lack: "no offence may weigh enough"},
		{rule: "S31", at: "act report_hit", watch: "identified", only: one("notice"), lack: "a name alone may be the whole match"},
		{rule: "S24", at: "publicity", watch: "panel", only: one("notice"), lack: "no panel of reviewers looked at it"},
		{rule: "S13", at: "into in_use", watch: "integrity", only: one("evidence-handover"), lack: "what arrived may not be what was sent"},
		{rule: "S2", at: "into running", watch: "review", only: one("joint-operation"),
			lack: "nobody outside the chain of command reviewed it, or the review was against it"},
		{rule: "S2", at: "into running", watch: "independent", only: one("joint-operation"),
			lack: "the one who reviewed took part in the case, or acts on the own review"},
		{rule: "S5", at: "into running", watch: "risk", only: one("joint-operation"),
			lack: "the risk is not assessed, or red, or amber without an assurance"},
		{rule: "S1", at: "into running", watch: "objection", only: one("joint-operation"), lack: "an objection is open"},
		{rule: "S1", at: "into active", watch: "objection", only: one("joint-investigation-team"), lack: "an objection is open"},
		{rule: "S1", at: "into extended", watch: "objection", only: one("joint-investigation-team"), lack: "an objection is open"},
		{rule: "S21", at: "into active", watch: "hands", who: judgeSigned, only: one("joint-investigation-team"),
			lack: "not every party's judge signed"},
		{rule: "S6", at: "act share", watch: "bar", only: one("joint-investigation-team"), lack: "a fact that only this side knows may bar it"},
		{rule: "S7", at: "act share", watch: "death", only: one("joint-investigation-team"),
			lack: "death may be the penalty and no assurance stands"},
		{rule: "S12", at: "act share", watch: "untainted", only: one("joint-investigation-team"), lack: "it may come from torture or duress"},
		{rule: "S33", at: "act share", watch: "exculpatory", only: one("joint-investigation-team"),
			lack: "nobody was asked what speaks for the person"},
		{rule: "S2", at: "into on_patrol", watch: "review", only: one("joint-patrol"),
			lack: "the visiting officers were not vetted, or the vetting was against them"},
		{rule: "S1", at: "into on_patrol", watch: "objection", only: one("joint-patrol"), lack: "an objection is open"},
		{rule: "S21", at: "into on_patrol", watch: "hands", who: authoritySigned | twoSigned, only: one("joint-patrol"),
			lack: "the host state's authority did not approve with a second person"},
		{rule: "S2", at: "into submitted", watch: "review", only: one("un-listing"),
			lack: "nobody outside the chain reviewed it, or the review was against it"},
		{rule: "S1", at: "into submitted", watch: "objection", only: one("un-listing"), lack: "an objection is open"},
		{rule: "S12", at: "into submitted", watch: "untainted", only: one("un-listing"), lack: "it may come from torture or duress"},
		{rule: "S31", at: "into submitted", watch: "identified", only: one("un-listing"), lack: "a name alone may be the whole identity"},
		{rule: "S2", at: "into admitted", watch: "review", only: one("training-placement"),
			lack: "nobody vetted the candidate, or the vetting was against it"},
		{rule: "S5", at: "into admitted", watch: "risk", only: one("training-placement"),
			lack: "the risk is not assessed, or red, or amber without an assurance"},
		{rule: "S2", at: "into deployed", watch: "review", only: one("peacekeeping-deployment"),
			lack: "nobody screened the candidate, or the screening was against it"},
		{rule: "S2", at: "into deployed", watch: "independent", only: one("peacekeeping-deployment"),
			lack: "the one who screened took part in the case"},
	}
}

// harmless processes take nothing from anyone (A20): no state of theirs may.
func harmlessProcesses() []string {
	return []string{"information-request", "spontaneous-information", "joint-patrol", "project-security-alert", "training-placement", "peacekeeping-deployment",
		"asset-trace", "asset-return", "notice-of-incident", "incident", "handover-victim", "precursor-notification", "un-delisting"}
}

// nameless processes ask for no persons at all (S22, A13, A15).
func namelessProcesses() []string {
	return []string{"project-security-alert", "precursor-notification"}
}

// panels says how many parties sit at least where the law wants a panel.
func panels() map[string]map[string]int {
	return map[string]map[string]int{"notice": {"panel": 3}, "corrective-measure": {"panel": 3}}
}

// applies reports whether the definition owes it, by its id and what it asks for.
func (n need) applies(d *Definition) bool {
	if len(n.only) > 0 && !slices.Contains(n.only, d.Ref.ID) || slices.Contains(n.except, d.Ref.ID) {
		return false
	}
	has := func(types ...Type) bool {
		return slices.ContainsFunc(d.Fields, func(f Field) bool { return slices.Contains(types, f.Type) })
	}
	switch n.if_ {
	case "transfer":
		return d.Field("transfer_basis") != nil
	case "emergency": // without one, a case does not open in a hurry: S3 and S21 see to it
		return d.Field("emergency_why") != nil
	case "person":
		return has(PersonType)
	case "offence":
		return has(OffenceType)
	case "item":
		return has(ItemType)
	case "somebody":
		return has(PersonType, OffenceType, AccountType, ItemType)
	}
	return true
}

// happens reports whether the act is the effect the need speaks of.
func (n need) happens(h hop) bool {
	if state, ok := strings.CutPrefix(n.at, "into "); ok {
		return !h.part && h.to.Name == state && h.from.Name != state && h.t.To != Back
	}
	if act, ok := strings.CutPrefix(n.at, "act "); ok {
		return h.t.Name == act
	}
	switch n.at {
	case "opening":
		return h.opens()
	case "giving":
		return h.gives()
	case "surrender":
		return h.surrenders()
	case "outcome":
		return h.t.Means == Outcome
	case "ending":
		return h.to.Kind == End && h.from.Kind != End
	case "naming":
		person, _ := h.asksType(PersonType)
		special, _ := h.asks("special_data")
		answer, _ := h.asks("special_data_in_answer")
		return person || special || answer
	}
	return h.enters(Coercion(n.at))
}

// missing says what the definition lacks that the need speaks of by name.
func (n need) missing(d *Definition) string {
	if state, ok := strings.CutPrefix(n.at, "into "); ok && d.State(state) == nil {
		return "there is no state called " + state + ", before which this is required"
	}
	if act, ok := strings.CutPrefix(n.at, "act "); ok && d.Transition(act) == nil {
		return "there is no act called " + act + ", before which this is required"
	}
	return ""
}

// met reports whether what the need asks for has happened when the act is done.
func (n need) met(h hop, before, after uint64) bool {
	switch n.watch {
	case "objection":
		return before == 0
	case "harmless", "few", "special", "protected", "privilege", "no_victim":
		return after != bad
	case "review":
		return after == 4|good
	case "independent":
		return after&conflict == 0
	case "basis":
		return after&3 == good || after>>2 == good
	case "second":
		return len(h.t.Approvals) > 0 || after>>2 == good
	case "risk":
		return after&15 == green || after&15 == amber && standing(after) > 0
	case "death":
		return after&15 == good || standing(before) > 0
	case "breach":
		return before&15 != bad || standing(before) > 0
	case "bar", "undisguised":
		return before != bad
	case "consent":
		return before>>1 > 0
	case "use":
		return after&usedIt == 0 || after&mayUse != 0
	case "afterwards":
		return after != hurried|gaveIt
	case "hands":
		return signedBy(h.d, h.side(), after)&n.who == n.who
	case "panel":
		return slices.ContainsFunc(h.d.Sides, func(s Side) bool { return signedBy(h.d, s.Name, after)&reviewerSigned != 0 })
	case "person":
		return !h.t.Auto()
	case "graded":
		return h.graded()
	}
	return after == good || n.watch == "serious" && after == stands
}

// watched names the watch that a need is proved with.
func (n need) watched() string {
	switch n.watch {
	case "second":
		return "basis"
	case "panel":
		return "hands"
	case "person", "graded":
		return ""
	}
	return n.watch
}

// side returns the side that does the act; of an act of all, the first.
func (h hop) side() string {
	if h.t.Side == Each {
		return h.d.Sides[0].Name
	}
	return h.t.Side
}

// graded reports whether the form asks for a grade, in a field or in each row.
func (h hop) graded() bool {
	return slices.ContainsFunc(h.t.Asks, func(name string) bool {
		f := h.d.Field(name)
		return f.Type == GradeType || slices.ContainsFunc(partSet[f.Type], func(p Field) bool { return p.Type == GradeType })
	})
}
