package sheet

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// How a cell that is no plain number could be meant.
const (
	numberPlain   = "number"
	numberMissing = "missing-word"
	numberPercent = "percent"
	numberComma   = "decimal-comma"
	numberGroups  = "thousands"
	numberEither  = "comma-or-thousands"
	numberNote    = "footnote"
	numberBound   = "bound"
	numberError   = "error-cell"
	numberDate    = "date"
	numberPoint   = "point-among-commas"
	numberText    = "not-a-number"
)

// A patterns is the shapes that numbers are found in.
type patterns struct {
	plain, groups, pointGroups, comma, either, spaced, note, bound, date *regexp.Regexp
}

func newPatterns() *patterns {
	return &patterns{
		plain:       regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`),
		groups:      regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`),                          // 1,234.5
		pointGroups: regexp.MustCompile(`^[+-]?\d{1,3}(\.\d{3})+,\d+$|^[+-]?\d{1,3}(\.\d{3}){2,}$`), // 1.234,5
		comma:       regexp.MustCompile(`^[+-]?\d*,\d+$`),                                           // 12,5
		either:      regexp.MustCompile(`^[+-]?[1-9]\d{0,2},\d{3}$`),                                // 1,234
		spaced:      regexp.MustCompile(`^[+-]?\d{1,3}([ \x{00a0}\x{2009}\x{202f}'’]\d{3})+([.,]\d+)?$`),
		note:        regexp.MustCompile(`^([+-]?[\d.,]*\d)\s*(\*+|[†‡§¹²³⁴⁵⁶⁷⁸⁹]+|\(?[a-zA-Z]\)|\[\w{1,3}\]|\s[a-zA-Z]{1,2})$`),
		bound:       regexp.MustCompile(`^[<>≤≥~≈]\s*[\d.,]+\s*%?$`),
		date:        regexp.MustCompile(`^\d{4}-\d{2}-\d{2}|^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$`),
	}
}

// western turns digits and signs of other scripts into those of ours: that
// changes how a number is written, never which one it is.
func western(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r >= '０' && r <= '９':
			return '0' + r - '０'
		case r == '−' || r == '–' && len(s) > len("–"):
			return '-'
		case r == '٫':
			return ','
		case r == '．':
			return '.'
		case r == '％' || r == '٪':
			return '%'
		}
		return r
	}, s)
}

// missingWords are what tables write for "no value". They are proposed, never
// taken for granted: "NA" is a code, too.
func missingWords() []string {
	return []string{"-", "–", "—", "--", ".", "..", "...", "…", ":", "x", "n/a", "na", "n.a.", "n.a", "nan", "null", "nil", "none", "missing", "no data",
		"not available", "s.d.", "n.d.", "nd", "нет данных", "н/д", "无数据", "غير متاح", "#n/a"}
}

// classify says how a cell could be meant.
func (p *patterns) classify(text string) string {
	s := western(text)
	switch {
	case p.plain.MatchString(s):
		return numberPlain
	case slices.Contains(missingWords(), strings.ToLower(text)):
		return numberMissing
	case strings.HasPrefix(text, "#") && strings.ToUpper(text) == text:
		return numberError
	case p.bound.MatchString(s):
		return numberBound
	case p.date.MatchString(s):
		return numberDate
	case strings.HasSuffix(s, "%"):
		if inner := p.classify(strings.TrimSpace(strings.TrimSuffix(s, "%"))); inner == numberPlain || inner == numberComma || inner == numberEither {
			return numberPercent
		}
	case p.either.MatchString(s):
		return numberEither
	case p.groups.MatchString(s), p.pointGroups.MatchString(s), p.spaced.MatchString(s):
		return numberGroups
	case p.comma.MatchString(s):
		return numberComma
	case p.note.MatchString(s):
		return numberNote
	}
	return numberText
}

// read returns the plain text of a number under the choices made, or the reason
// why there is none.
func (p *patterns) read(text string, o *Options) (plainText, why string) {
	if text == "" || slices.Contains(o.Missing, text) {
		return "", ""
	}
	s := western(text)
	if o.Footnotes == "drop" {
		if m := p.note.FindStringSubmatch(s); m != nil && !p.plain.MatchString(s) {
			s = m[1]
		}
	}
	percent := false
	if o.Percent != "" && strings.HasSuffix(s, "%") {
		percent, s = true, strings.TrimSpace(strings.TrimSuffix(s, "%"))
	}
	if !p.plain.MatchString(s) || o.Decimal == "," {
		s = regroup(s, o)
	}
	if !p.plain.MatchString(s) {
		if why = p.classify(text); why == numberPlain {
			why = numberPoint
		}
		return "", why
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) {
		return "", numberText
	}
	if percent && o.Percent == "share" {
		return strconv.FormatFloat(v/100, 'g', -1, 64), ""
	}
	return strings.TrimPrefix(s, "+"), ""
}

// regroup takes out the thousands signs that were chosen and makes the decimal
// sign a point. A sign at a place where it cannot stand leaves the text as it is.
func regroup(s string, o *Options) string {
	decimal := o.Decimal
	if decimal == "" {
		decimal = "."
	}
	if strings.Count(s, decimal) > 1 {
		return ""
	}
	whole, part, cut := strings.Cut(s, decimal)
	if o.Thousands != "" && o.Thousands != decimal {
		groups := strings.FieldsFunc(whole, func(r rune) bool {
			return o.Thousands == " " && unicode.IsSpace(r) || o.Thousands == "'" && r == '’' || string(r) == o.Thousands
		})
		for i, x := range groups {
			if i > 0 && len(x) != 3 || i == 0 && len(strings.TrimLeft(x, "+-")) > 3 && len(groups) > 1 {
				return ""
			}
		}
		whole = strings.Join(groups, "")
	}
	if decimal == "," && strings.Contains(whole, ".") {
		return "" // 12.5 where commas are decimal: the file is of two minds
	}
	if cut {
		return whole + "." + part
	}
	return whole
}
