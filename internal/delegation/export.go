package delegation

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"landbridge.example/internal/db"
	"landbridge.example/internal/staff"
)

// A Column is one column of an export: what it is called, in the language of
// who exports, and what stands in it.
type Column struct {
	Name string
	Cell func(Line) string
}

// Columns returns the columns that a list shows, in its order, called by names:
// delegation, kind, part, state, number, name, latin, title, nation, inside.
func Columns(names map[string]string) []Column {
	number := func(l Line) string {
		if l.Number == 0 {
			return ""
		}
		return strconv.Itoa(l.Number)
	}
	inside := func(l Line) string {
		if l.Inside.IsZero() {
			return ""
		}
		return l.Inside.UTC().Format("2006-01-02T15:04:05Z")
	}
	called := func(key string) string {
		if s := names[key]; s != "" {
			return s
		}
		return key
	}
	return []Column{
		{called("delegation"), func(l Line) string { return l.Delegation }},
		{called("kind"), func(l Line) string { return called(l.Kind) }},
		{called("part"), func(l Line) string { return called(l.Part) }},
		{called("state"), func(l Line) string { return called(l.State) }},
		{called("number"), number},
		{called("name"), func(l Line) string { return l.Name }},
		{called("latin"), func(l Line) string { return l.Latin }},
		{called("title"), func(l Line) string { return l.Title }},
		{called("nation"), func(l Line) string { return l.Nation }},
		{called("inside"), inside},
	}
}

// Table returns what a query lists, all its pages, as rows below a head: the
// same people, columns and order as on the page. Taking it away is a fact.
func (o *Office) Table(ctx context.Context, p staff.Person, q Query, columns []Column) ([][]string, error) {
	if err := sees(p); err != nil {
		return nil, err
	}
	all, err := o.list(ctx, q)
	if err != nil {
		return nil, err
	}
	out := [][]string{{}}
	for _, c := range columns {
		out[0] = append(out[0], plain(c.Name))
	}
	for _, l := range all {
		line := make([]string, len(columns))
		for i, c := range columns {
			line[i] = plain(c.Cell(l))
		}
		out = append(out, line)
	}
	return out, o.c.DB.Write(ctx, func(tx *db.Tx) error {
		return o.fact(tx, factExported, p.Pseudonym, "delegation-edition/"+q.Edition, fmt.Sprintf("%d people", len(all)))
	})
}

// plain takes control characters and marks of direction out of a cell: they
// hide text from who reads it, or break the file.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff {
			return -1
		}
		return r
	}, s)
}
