package table

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Numbers says how numbers are written in a table.
type Numbers struct {
	Missing   []string // codes for "no value"; an empty cell always is one
	Decimal   string   // "." unless given
	Thousands string   // nothing unless given
}

// Read returns the number in a cell, or NaN if the cell says there is none.
func (n Numbers) Read(cell string) (float64, error) {
	s := strings.TrimFunc(cell, func(r rune) bool { return r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\t' })
	if s == "" || slices.Contains(n.Missing, s) {
		return math.NaN(), nil
	}
	t := strings.Replace(s, "\u2212", "-", 1)
	if n.Thousands != "" {
		var err error
		if t, err = ungroup(t, n.Thousands, n.decimal()); err != nil {
			return 0, err
		}
	}
	if d := n.decimal(); d != "." {
		if strings.Contains(t, ".") {
			return 0, fmt.Errorf("%q has a point, but the decimal sign is %q", s, d)
		}
		t = strings.Replace(t, d, ".", 1)
	}
	if !plain(t) {
		return 0, explain(s)
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, explain(s)
	}
	return v, nil
}

func (n Numbers) decimal() string {
	if n.Decimal == "" {
		return "."
	}
	return n.Decimal
}

// plain reports whether s is written with digits, point, sign and exponent
// only: ParseFloat would also take Inf, NaN, hexadecimal and underscores.
func plain(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.+-eE") == "" && strings.ContainsAny(s, "0123456789")
}

// ungroup takes the thousands separators out, if they stand where they should.
func ungroup(s, sep, decimal string) (string, error) {
	whole, rest, has := strings.Cut(s, decimal)
	if has {
		rest = "." + rest
		if decimal != "." {
			rest = decimal + rest[1:]
		}
	}
	groups := strings.Split(whole, sep)
	for i, g := range groups {
		if i > 0 && len(g) != 3 {
			return "", fmt.Errorf("%q: the thousands separator %q does not stand between groups of three digits", s, sep)
		}
	}
	return strings.Join(groups, "") + rest, nil
}

// explain says why a cell is not a number, in words that help.
func explain(s string) error {
	switch {
	case strings.HasSuffix(s, "%"):
		return fmt.Errorf("%q has a percent sign; write the number alone", s)
	case strings.Contains(s, ",") && plain(strings.ReplaceAll(s, ",", "")):
		return fmt.Errorf("%q has a comma; say decimal: \",\" or thousands: \",\" for this file, or write it without", s)
	case strings.ContainsAny(s, " \u00a0\u202f'’") && plain(strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "").Replace(s)):
		return fmt.Errorf("%q has spaces or marks between its digits; say thousands: for this file, or write it without", s)
	case len(s) > 60:
		return errors.New("this is a long text, not a number")
	}
	return fmt.Errorf("%q is not a number; if it means that there is no value, add it to missing: for this file", s)
}
