package process

import "slices"

// Parts returns the parts of a compound type, in the order of the form, or nil.
// There is no part for opinions, beliefs, origin or contacts, on purpose (S22).
func Parts(t Type) []Field { return slices.Clone(partSet[t]) }

// partSet holds the parts of every compound type. It is never changed after it
// is made: checking an act looks at it for every row.
var partSet = func() map[Type][]Field {
	m := make(map[Type][]Field)
	for _, t := range Types() {
		if p := makeParts(t); p != nil {
			m[t] = p
		}
	}
	return m
}()

func makeParts(t Type) []Field {
	switch t {
	case PersonType:
		return personParts()
	case OffenceType:
		return []Field{
			{Name: "code", Label: "Kind", Type: EnumType, Required: true, Options: offenceOptions()},
			{Name: "national_provision", Label: "National provision", Type: TextType, Required: true, Example: "Criminal Code of Azuria s. 263"},
			{Name: "provision_text", Label: "Text of the provision", Type: LongType, Max: 4000},
			{Name: "max_penalty", Label: "Highest penalty", Type: SpanType, Required: true, Unit: "years or months of imprisonment", Example: "10y"},
			{Name: "min_penalty", Label: "Lowest penalty", Type: SpanType, Unit: "years or months of imprisonment"},
			{Name: "place", Label: "Place", Type: TextType},
			{Name: "time", Label: "Date or period", Type: TextType, Example: "9 to 11 November 2026"},
		}
	case AccountType:
		return []Field{
			{Name: "number", Label: "Account number", Type: TextType, Required: true, Max: 64,
				Help: "IBAN or the bank's own number", Example: "XB00 0000 0000 0000 0000 00"},
			{Name: "institution", Label: "Bank or provider", Type: TextType, Required: true},
			{Name: "country", Label: "State", Type: PartyType, Example: "XB"},
			{Name: "currency", Label: "Currency", Type: TextType, Max: 8, Example: "EUR"},
			{Name: "holder", Label: "Holder as known so far", Type: TextType},
			{Name: "assertion", Label: "Fact or assessment", Type: EnumType, Required: true, Options: assertions(), Law: "S13"},
			{Name: "grade", Label: "Grade", Type: GradeType, Required: true, Example: "A1", Law: "S13"},
		}
	case TransferType:
		return []Field{
			{Name: "date", Label: "Date", Type: DateType, Required: true},
			{Name: "amount", Label: "Amount", Type: MoneyType, Required: true, Example: "48500.00 EUR"},
			{Name: "from_account", Label: "From account", Type: TextType, Required: true},
			{Name: "to_account", Label: "To account", Type: TextType, Required: true},
			{Name: "reference", Label: "Reference", Type: TextType},
		}
	case LawType:
		return []Field{
			{Name: "instrument", Label: "Instrument", Type: TextType, Required: true, Example: "UNTOC"},
			{Name: "article", Label: "Article", Type: TextType, Required: true, Example: "27"},
			{Name: "note", Label: "Note", Type: TextType},
		}
	case AuthorityType:
		return []Field{
			{Name: "name", Label: "Authority", Type: TextType, Required: true},
			{Name: "unit", Label: "Unit", Type: TextType},
			{Name: "function", Label: "Function of the person in charge", Type: TextType, Required: true},
			{Name: "contact", Label: "How to reach the office", Type: TextType, Required: true},
			{Name: "reference", Label: "File number there", Type: TextType},
		}
	}
	return makeThings(t)
}

func personParts() []Field {
	return []Field{
		{Name: "category", Label: "Category", Type: EnumType, Required: true, Options: []Option{
			{"suspect", "Suspect"}, {"convicted", "Convicted"}, {"victim", "Victim"}, {"witness", "Witness"}, {"contact", "Contact"}, {"other", "Other"},
			{"missing", "Missing"}, {"deceased", "Deceased"}, {"nominee", "Candidate put forward by a state"}}},
		{Name: "family_name", Label: "Family name", Type: TextType, Required: true},
		{Name: "given_names", Label: "Given names", Type: TextType},
		{Name: "name_original", Label: "Name in its own script", Type: TextType},
		{Name: "also_known_as", Label: "Also known as", Type: TextType},
		{Name: "birth_date", Label: "Date of birth", Type: DateType},
		{Name: "birth_place", Label: "Place of birth", Type: TextType},
		{Name: "sex", Label: "Sex in the documents", Type: EnumType, Options: []Option{{"f", "F"}, {"m", "M"}, {"x", "X"}}},
		{Name: "nationality", Label: "Nationality", Type: TextType, Max: 64},
		{Name: "document", Label: "Identity document", Type: TextType, Help: "kind, number, issuing state"},
		{Name: "address", Label: "Address", Type: TextType},
		{Name: "minor", Label: "Under 18?", Type: BoolType, Required: true, Law: "S14"},
		{Name: "protected_function", Label: "Does the person hold a protected function?", Type: BoolType, Required: true, Law: "S1, S23",
			Help: "Elected office, candidate, judge, lawyer, journalist, defender of rights, minister of religion. Which one is not asked."},
		{Name: "reason", Label: "Why this person", Type: LongType, Required: true, Max: 1000, Law: "S4"},
		{Name: "assertion", Label: "Fact or assessment", Type: EnumType, Required: true, Options: assertions(), Law: "S13"},
		{Name: "grade", Label: "Grade", Type: GradeType, Required: true, Example: "B2", Law: "S13"},
	}
}

func assertions() []Option { return []Option{{"fact", "Fact"}, {"assessment", "Assessment"}} }

func offenceOptions() []Option {
	all := make([]Option, len(offences))
	for i, o := range offences {
		all[i] = Option{o.Code, o.Label}
	}
	return all
}
