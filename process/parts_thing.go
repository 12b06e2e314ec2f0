package process

// makeThings returns the parts of goods, evidence, members and measures.
func makeThings(t Type) []Field {
	switch t {
	case AssetType:
		return []Field{
			{Name: "kind", Label: "Kind", Type: EnumType, Required: true, Options: []Option{
				{"account", "Money in an account"}, {"cash", "Cash"}, {"real_estate", "Land or building"}, {"vehicle", "Vehicle"},
				{"vessel_aircraft", "Ship or aircraft"}, {"valuables", "Valuables or art"}, {"company_share", "Share in a company"},
				{"crypto_asset", "Crypto-asset"}, {"other", "Other"}}},
			{Name: "description", Label: "Description", Type: LongType, Required: true, Max: 1000},
			{Name: "where", Label: "Where it is", Type: TextType, Required: true},
			{Name: "value", Label: "Estimated value", Type: MoneyType, Example: "12500.00 EUR"},
			{Name: "holder", Label: "Holder as known so far", Type: TextType},
			{Name: "link", Label: "Link to the offence", Type: EnumType, Required: true, Options: []Option{
				{"proceeds", "Proceeds"}, {"instrument", "Instrument"}, {"equivalent", "Equivalent value"}, {"unexplained", "Unexplained wealth"}}},
			{Name: "assertion", Label: "Fact or assessment", Type: EnumType, Required: true, Options: assertions(), Law: "S13"},
			{Name: "grade", Label: "Grade", Type: GradeType, Required: true, Example: "A1", Law: "S13"},
		}
	case ItemType:
		return itemParts()
	case CustodyType:
		return []Field{
			{Name: "item", Label: "Number of the item", Type: TextType, Required: true, Max: 64},
			{Name: "from_person", Label: "Handed over by", Type: TextType, Required: true},
			{Name: "to_person", Label: "Taken over by", Type: TextType, Required: true},
			{Name: "time", Label: "Time", Type: DatetimeType, Required: true, Unit: "UTC"},
			{Name: "why", Label: "Why", Type: TextType, Required: true},
			{Name: "hash_before", Label: "SHA-256 before", Type: DigestType},
			{Name: "hash_after", Label: "SHA-256 after", Type: DigestType},
		}
	case MemberType:
		return []Field{
			{Name: "number", Label: "Service number", Type: TextType, Required: true, Max: 64},
			{Name: "name", Label: "Name", Type: TextType, Help: "Only where the number does not do."},
			{Name: "authority", Label: "Authority", Type: TextType, Required: true},
			{Name: "function", Label: "Function", Type: TextType, Required: true},
			{Name: "powers", Label: "Powers where they act", Type: LongType, Required: true, Max: 1000},
			{Name: "leader", Label: "Leads?", Type: BoolType, Required: true},
			{Name: "armed", Label: "Armed?", Type: BoolType, Required: true},
		}
	case SubstanceType:
		return []Field{
			{Name: "name", Label: "Substance", Type: TextType, Required: true, Example: "Ephedrine"},
			{Name: "cas", Label: "CAS number", Type: TextType, Max: 20},
			{Name: "quantity", Label: "Quantity", Type: NumberType, Required: true, Example: "250"},
			{Name: "unit", Label: "Unit", Type: EnumType, Required: true, Options: []Option{{"kg", "kg"}, {"g", "g"}, {"l", "l"}, {"ml", "ml"}}},
			{Name: "hs_code", Label: "Customs code", Type: TextType, Required: true, Max: 16, Example: "2939.41"},
			{Name: "concentration", Label: "Concentration", Type: NumberType, Unit: "per cent"},
			{Name: "licence", Label: "Licence number", Type: TextType, Required: true},
		}
	case MeasureType:
		return []Field{
			{Name: "kind", Label: "Measure", Type: EnumType, Required: true, Options: []Option{
				{"hearing", "Hearing of a person"}, {"video_hearing", "Hearing by video"}, {"search", "Search and seizure"}, {"bank", "Bank information"},
				{"telecom_metadata", "Traffic and subscriber data"}, {"content", "Content of communications"}, {"covert", "Covert measure"},
				{"service", "Service of documents"}, {"transfer_of_detained", "Transfer of a detained person to testify"}, {"object", "Handing over of an object"},
				{"other", "Another measure"}}},
			{Name: "target", Label: "Whom or what it concerns", Type: TextType, Required: true},
			{Name: "necessity", Label: "Why it is necessary, and why nothing milder does", Type: LongType, Required: true, Max: 2000, Law: "S4"},
			{Name: "order", Label: "Order it rests on", Type: TextType, Required: true, Help: "Court, date and file number."},
		}
	}
	return nil
}

func itemParts() []Field {
	return []Field{
		{Name: "number", Label: "Number of the item", Type: TextType, Required: true, Max: 64, Example: "XB-17-04"},
		{Name: "title", Label: "Title", Type: TextType, Required: true},
		{Name: "description", Label: "Description", Type: LongType, Max: 2000},
		{Name: "collector", Label: "Collected by", Type: TextType, Required: true},
		{Name: "place", Label: "Place", Type: TextType, Required: true},
		{Name: "time", Label: "Time", Type: DatetimeType, Required: true, Unit: "UTC"},
		{Name: "legal_act", Label: "Decision it was taken under", Type: TextType, Required: true, Help: "Court, date and file number."},
		{Name: "tool", Label: "Tool and version", Type: TextType, Help: "For digital evidence: what the copy was made with."},
		{Name: "sha256", Label: "SHA-256", Type: DigestType, Help: "For digital evidence."},
		{Name: "seal", Label: "Seal", Type: TextType, Max: 64},
		{Name: "original", Label: "Is it the original?", Type: BoolType, Required: true},
		{Name: "source_system", Label: "Source system", Type: TextType},
		{Name: "privileged", Label: "May it be privileged?", Type: BoolType, Required: true, Law: "S23",
			Help: "Lawyer and client, doctor and patient, sources of the press, immunity."},
		{Name: "third_party_owner", Label: "Owner, if a third party", Type: TextType},
		{Name: "duress", Label: "Was it obtained under torture or duress?", Type: EnumType, Required: true, Law: "S12", Options: []Option{
			{"no", "No"}, {"unknown", "Not known"}, {"alleged", "It is alleged"}}},
		{Name: "return_due", Label: "To be returned by", Type: DateType},
	}
}
