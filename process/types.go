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
	CaseType     Type = "case"     // the number of another case, 01960000-0000-7000-8000-000000000000
)

// The compound types: rows with parts of their own.
const (
	PersonType    Type = "person"
	OffenceType   Type = "offence"
	AccountType   Type = "account"
	TransferType  Type = "transfer"
	LawType       Type = "law"
	AuthorityType Type = "authority"
	AssetType     Type = "asset"
	ItemType      Type = "item"    // of evidence
	CustodyType   Type = "custody" // a change of hands of such an item
	MemberType    Type = "member"  // of a team or patrol
	SubstanceType Type = "substance"
	MeasureType   Type = "measure"
)

// Types lists every type.
func Types() []Type {
	return []Type{TextType, LongType, BoolType, EnumType, EnumsType, DateType, DatetimeType, NumberType, MoneyType, SpanType,
		LanguageType, PartyType, GradeType, DigestType, CaseType, PersonType, OffenceType, AccountType, TransferType, LawType,
		AuthorityType, AssetType, ItemType, CustodyType, MemberType, SubstanceType, MeasureType}
}

// Compound reports whether values of the type are rows.
func (t Type) Compound() bool { return len(partSet[t]) > 0 }

// Default lengths of texts, in characters.
const (
	maxLine = 300
	maxLong = 8000
)

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
	case CaseType:
		_, err := landbridge.ParseID(s)
		ok, want = err == nil, "write the long number of a case, as its page shows it"
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
