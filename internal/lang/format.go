package lang

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Date writes a day: "22 November 2026". The zero time is a dash.
func (t *Texts) Date(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return t.plain("date.day", fmt.Sprint(at.Day()), t.T(fmt.Sprintf("date.month.%d", at.Month())), fmt.Sprint(at.Year()))
}

// Day is Date for a day that stands as text, such as 2026-11-22. Other text stays as it is.
func (t *Texts) Day(text string) string {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return t.Date(at)
}

// DateTime writes a moment to the minute, in UTC: "22 November 2026, 14:32 UTC".
func (t *Texts) DateTime(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	at = at.UTC()
	return t.plain("date.moment", t.Date(at), at.Format("15:04"))
}

// When writes a moment for a list: the time alone when it is on the same day
// as now, the short day otherwise.
func (t *Texts) When(at, now time.Time) string {
	if at.IsZero() {
		return "–"
	}
	at, now = at.UTC(), now.UTC()
	y, m, d := at.Date()
	if ny, nm, nd := now.Date(); ny == y && nm == m && nd == d {
		return at.Format("15:04:05")
	}
	return t.plain("date.short", fmt.Sprint(d), t.T(fmt.Sprintf("date.mon.%d", m)), fmt.Sprint(y), at.Format("15:04"))
}

// Duration writes a length of time in its two largest units: "6 h 08 min",
// "3 d 2 h", "41 s". A negative one is written without its sign.
func (t *Texts) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	days, hours, minutes, seconds := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case days >= 10 || days > 0 && hours == 0:
		return t.plain("span.d", fmt.Sprint(days))
	case days > 0:
		return t.plain("span.dh", fmt.Sprint(days), fmt.Sprint(hours))
	case hours > 0 && minutes > 0:
		return t.plain("span.hm", fmt.Sprint(hours), fmt.Sprintf("%02d", minutes))
	case hours > 0:
		return t.plain("span.h", fmt.Sprint(hours))
	case minutes > 0:
		return t.plain("span.m", fmt.Sprint(minutes))
	case d >= 10*time.Second || d == 0:
		return t.plain("span.s", fmt.Sprint(seconds))
	case d >= time.Second:
		return t.plain("span.s", fmt.Sprintf("%.1f", d.Seconds()))
	}
	return t.plain("span.ms", fmt.Sprint(max(1, d.Milliseconds())))
}

// Bytes writes a size in the unit people use: "1.1 kB", "2.4 MB".
func (t *Texts) Bytes(n int64) string {
	switch {
	case n < 1000:
		return t.plain("size.b", fmt.Sprint(n))
	case n < 999_950:
		return t.plain("size.kb", tenths(n, 1000))
	case n < 999_950_000:
		return t.plain("size.mb", tenths(n, 1_000_000))
	}
	return t.plain("size.gb", tenths(n, 1_000_000_000))
}

func tenths(n, unit int64) string {
	if n >= 100*unit {
		return fmt.Sprintf("%.0f", float64(n)/float64(unit))
	}
	return fmt.Sprintf("%.1f", float64(n)/float64(unit))
}

// plain fills a pattern of the language without direction marks inside: the
// whole is one unit, which its user isolates.
func (t *Texts) plain(key string, args ...string) string {
	line := t.T(key)
	for i, a := range args {
		line = strings.ReplaceAll(line, fmt.Sprintf("{%d}", i+1), a)
	}
	return line
}

// List joins names in the way of the language: "XA, XB, XC".
func (t *Texts) List(names []string) string { return t.join("list.pair", names) }

// Choices joins names of which one is enough: "supervisor or judge".
func (t *Texts) Choices(names []string) string { return t.join("list.or", names) }

func (t *Texts) join(key string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	line := names[0]
	for _, n := range names[1:] {
		line = t.plain(key, line, n)
	}
	return line
}

// Decimal writes v with so many digits after the decimal sign of the language.
func (t *Texts) Decimal(v float64, digits int) string {
	if v != v || math.IsInf(v, 0) {
		return "–"
	}
	return t.printer.Sprintf(fmt.Sprintf("%%.%df", digits), v)
}

// Percent writes a share of 1 as a percentage.
func (t *Texts) Percent(share float64, digits int) string {
	return t.plain("value.percent", t.Decimal(100*share, digits))
}
