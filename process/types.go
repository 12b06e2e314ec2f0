package process

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
)

// A Type is what a field may hold. The list is closed: an unknown type is a
// load error.
type Type string

// The simple types.
const (
	TextType     Type = "text"     // one line
	LongType     Type = "long"     // several lines
	BoolType     Type = "bool"     // "yes" or "no"
	EnumType     Type = "enum"     // one of the options
	EnumsType    Type = "enums"    // any of the options
	DateType     Type = "date"     // 2026-11-22
	DatetimeType Type = "datetime" // 2026-11-22T14:05Z
	NumberType   Type = "number"   // 12 or 12.50
	MoneyType    Type = "money"    // 12500.00 EUR
	SpanType     Type = "span"     // 8h, 3d, 6m, 5y
	LanguageType Type = "language" // en
	PartyType    Type = "party"    // XB
	GradeType    Type = "grade"    // B2
	DigestType   Type = "digest"   // 64 hex digits
)

// The compound types: rows with parts of their own.
const (
	PersonType    Type = "person"
	OffenceType   Type = "offence"
	AccountType   Type = "account"
	TransferType  Type = "transfer"
	LawType       Type = "law"
	AuthorityType Type = "authority"
)

// Types lists every type.
func Types() []Type {
	return []Type{TextType, LongType, BoolType, EnumType, EnumsType, DateType, DatetimeType, NumberType, MoneyType, SpanType,
		LanguageType, PartyType, GradeType, DigestType, PersonType, OffenceType, AccountType, TransferType, LawType, AuthorityType}
}

// Compound reports whether values of the type are rows.
func (t Type) Compound() bool { return len(partSet[t]) > 0 }

// Default lengths of texts, in characters.
const (
	maxLine = 300
	maxLong = 8000
)

// Parts returns the parts of a compound type, in the order of the form, or nil.
// There is no part for opinions, beliefs, origin or contacts, on purpose (S22).
func Parts(t Type) []Field { return slices.Clone(partSet[t]) }

// partSet holds the parts of every compound type. It is never changed after it
// is made: checking an act looks at it for every row.
var partSet = func() map[Type][]Field {
	m := make(map[Type][]Field)
	for _, t := range []Type{PersonType, OffenceType, AccountType, TransferType, LawType, AuthorityType} {
		m[t] = makeParts(t)
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
	return nil
}

func personParts() []Field {
	return []Field{
		{Name: "category", Label: "Category", Type: EnumType, Required: true, Options: []Option{
			{"suspect", "Suspect"}, {"convicted", "Convicted"}, {"victim", "Victim"}, {"witness", "Witness"}, {"contact", "Contact"}, {"other", "Other"}}},
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

var (
	numberForm = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?$`)
	moneyForm  = regexp.MustCompile(`^(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})? [A-Z]{3}$`)
	langForm   = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$`)
	gradeForm  = regexp.MustCompile(`^[ABCX][1-4]$`)
)

// The forms of times in fields. Seconds are read but not asked for.
const (
	dateForm     = "2006-01-02"
	datetimeForm = "2006-01-02T15:04Z"
)

// ParseTime reads a date or datetime field.
func ParseTime(s string) (time.Time, error) {
	for _, form := range []string{dateForm, datetimeForm, "2006-01-02T15:04:05Z"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("write a date like 2026-11-22, or a time in UTC like 2026-11-22T14:05Z")
}

// checkText says what is wrong with one text of the field's type, if anything.
// The code names the sentence in the language catalogues.
func (f *Field) checkText(s string) (code, sentence string) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !(f.Type == LongType && (r == '\n' || r == '\t' || r == '\r'))
	}) {
		return "characters", "it holds characters that do not belong in text"
	}
	if limit := f.limit(); utf8.RuneCountInString(s) > limit {
		return "too_long", fmt.Sprintf("it may have at most %d characters", limit)
	}
	ok, want := true, ""
	switch f.Type {
	case BoolType:
		ok, want = s == Yes || s == No, "choose yes or no"
	case EnumType, EnumsType:
		ok, want = slices.ContainsFunc(f.Options, func(o Option) bool { return o.Code == s }), "choose one of the options"
	case DateType:
		_, err := time.Parse(dateForm, s)
		ok, want = err == nil, "write a date like 2026-11-22"
	case DatetimeType:
		_, err := ParseTime(s)
		ok, want = err == nil, "write a time in UTC like 2026-11-22T14:05Z"
	case NumberType:
		ok, want = numberForm.MatchString(s), "write a number like 12 or 12.50"
	case MoneyType:
		ok, want = moneyForm.MatchString(s), "write an amount and its currency like 12500.00 EUR"
	case SpanType:
		_, err := ParseSpan(s)
		ok, want = err == nil, "write a length of time like 8h, 3d, 6m or 5y"
	case LanguageType:
		ok, want = langForm.MatchString(s), "write a language code like en"
	case PartyType:
		_, err := landbridge.ParsePartyID(s)
		ok, want = err == nil, "write the code of a party like XB"
	case GradeType:
		ok, want = gradeForm.MatchString(s), "write a grade like B2: source A, B, C or X, information 1 to 4"
	case DigestType:
		_, err := landbridge.ParseDigest(s)
		ok, want = err == nil, "write 64 hex digits"
	}
	if !ok {
		return "form_" + string(f.Type), want
	}
	return "", ""
}

// limit returns how many characters a text of the field may have.
func (f *Field) limit() int {
	switch {
	case f.Max > 0:
		return f.Max
	case f.Type == LongType:
		return maxLong
	}
	return maxLine
}

// ParseSpan reads a length of time such as 8h, 3d, 10wd, 6m or 5y.
func ParseSpan(s string) (Span, error) {
	n, i := 0, 0
	for ; i < len(s) && i < 5 && s[i] >= '0' && s[i] <= '9'; i++ {
		n = 10*n + int(s[i]-'0')
	}
	sp := Span{n, s[i:]}
	if i == 0 || n == 0 || s[0] == '0' || !slices.Contains([]string{"h", "d", "wd", "m", "y"}, sp.Unit) {
		return Span{}, errors.New("write a length of time as a number and h, d, wd, m or y, such as 8h or 10wd")
	}
	return sp, nil
}

// String returns the text form; the zero span is empty.
func (s Span) String() string {
	if s.N == 0 {
		return ""
	}
	return fmt.Sprintf("%d%s", s.N, s.Unit)
}

// UnmarshalText reads the text form.
func (s *Span) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSpan(string(b))
	return err
}

// MarshalText writes the text form.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// After returns the end of a span that begins at t. Working days are Monday to
// Friday in UTC: holidays are the parties' and are not known here, so such a
// clock never runs out later than the law's.
func (s Span) After(t time.Time) time.Time {
	switch s.Unit {
	case "h":
		return t.Add(time.Duration(s.N) * time.Hour)
	case "d":
		return t.Add(time.Duration(s.N) * 24 * time.Hour)
	case "m":
		return t.AddDate(0, s.N, 0)
	case "y":
		return t.AddDate(s.N, 0, 0)
	case "wd":
		for n := 0; n < s.N; {
			t = t.AddDate(0, 0, 1)
			if d := t.UTC().Weekday(); d != time.Saturday && d != time.Sunday {
				n++
			}
		}
	}
	return t
}

// Months returns the length in months, for comparing penalties; days and hours
// count as less than a month.
func (s Span) Months() int {
	switch s.Unit {
	case "y":
		return 12 * s.N
	case "m":
		return s.N
	}
	return 0
}
