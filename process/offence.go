package process

import "slices"

// An Offence is one code of the closed list of offence kinds. The national
// provision and its text say what exactly is meant; the code lets both sides
// sort, count and guard.
type Offence struct {
	Code  string
	Label string
	// Sensitive marks kinds that are, or are often used as, political,
	// military, religious or racial matters. None of them travels (S1).
	Sensitive bool
}

// Offences returns the list. Codes travel in signed acts: append, never rename.
func Offences() []Offence { return slices.Clone(offences[:]) }

// offences is an array so that nobody can change it.
var offences = [...]Offence{
	{"telephone_fraud", "Telephone or online fraud", false},
	{"fraud", "Other fraud", false},
	{"money_laundering", "Money laundering", false},
	{"corruption", "Corruption", false},
	{"embezzlement", "Embezzlement", false},
	{"extortion", "Extortion", false},
	{"theft", "Theft or burglary", false},
	{"robbery", "Robbery", false},
	{"vehicle_crime", "Vehicle theft and trafficking", false},
	{"homicide", "Homicide", false},
	{"bodily_harm", "Bodily harm", false},
	{"kidnapping", "Kidnapping or hostage-taking", false},
	{"sexual_violence", "Sexual violence", false},
	{"child_sexual_abuse", "Sexual abuse or exploitation of children", false},
	{"trafficking_persons", "Trafficking in persons", false},
	{"smuggling_migrants", "Smuggling of migrants", false},
	{"drug_trafficking", "Trafficking in drugs", false},
	{"drug_precursors", "Diversion of drug precursors", false},
	{"firearms", "Trafficking in firearms", false},
	{"terrorist_violence", "Violent attack as defined in the UN conventions against terrorism", false},
	{"cyber_intrusion", "Intrusion into computer systems", false},
	{"cyber_sabotage", "Damage to computer systems or data", false},
	{"counterfeit_currency", "Counterfeit currency or payment cards", false},
	{"counterfeit_goods", "Counterfeit goods", false},
	{"unsafe_food_medicine", "Unsafe food or medicine", false},
	{"illegal_gambling", "Illegal gambling", false},
	{"tax_customs_fraud", "Tax or customs fraud", false},
	{"environmental", "Crime against the environment or wildlife", false},
	{"cultural_property", "Trafficking in cultural property", false},
	{"document_fraud", "Forged documents", false},
	{"property_damage", "Arson or damage to property", false},
	{"organised_crime", "Taking part in an organised criminal group", false},
	{"obstruction", "Obstruction of justice", false},
	{"missing_person", "No offence: a missing person", false},
	{"other", "Another offence of ordinary law", false},

	{"treason", "Treason", true},
	{"espionage", "Espionage", true},
	{"insult_of_officials", "Insult of officials or of the state", true},
	{"false_news", "Spreading of false news", true},
	{"unlawful_assembly", "Unlawful assembly", true},
	{"banned_group_membership", "Membership of a banned group, without violence", true},
	{"religious_offence", "Offence against religion", true},
	{"desertion", "Desertion or another military offence", true},
	{"election_offence", "Election offence", true},
}

// findOffence returns the offence called code.
func findOffence(code string) (Offence, bool) {
	for _, o := range offences {
		if o.Code == code {
			return o, true
		}
	}
	return Offence{}, false
}
