package lang

import (
	"math"
	"testing"
)

func TestPlace(t *testing.T) {
	b := book(t)
	for _, c := range []struct{ code, unit, given, want string }{
		{"fr", "DEU", "Germany", "Allemagne"}, {"ru", "DEU", "Germany", "Германия"}, {"zh", "KEN", "Kenya", "肯尼亚"}, {"ar", "EGY", "Egypt", "مصر"},
		{"en", "EGY", "Egypt, as the data says", "Egypt, as the data says"}, {"fr", "XA", "Azuria", "Azuria"}, {"fr", "ZZZ", "Nowhere", "Nowhere"}, {"fr", "", "", ""},
		{"es", "north-1", "A district", "A district"},
	} {
		if got := b.In(c.code).Place(c.unit, c.given); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.code, c.unit, got, c.want)
		}
	}
}

func TestDecimal(t *testing.T) {
	b := book(t)
	for _, c := range []struct{ got, want string }{
		{b.In("en").Decimal(1234.56, 1), "1,234.6"}, {b.In("fr").Decimal(0.25, 2), "0,25"}, {b.In("ar").Decimal(2.5, 1), "2.5"},
		{b.In("en").Decimal(math.NaN(), 1), "–"}, {b.In("en").Percent(0.125, 1), "12.5%"}, {b.In("fr").Percent(0.5, 0), "50\u00a0%"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
