package list

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/match"
)

// Changes is what happened between two versions of a list.
type Changes struct {
	Added   []string // numbers of records
	Changed []Change
	Removed []string
}

// A Change is one record that says something else than before.
type Change struct {
	ID     string
	Fields []string // by their names in JSON, sorted
}

// Compare returns what changed from old to new, in the order of the numbers. An
// old list that is nil had no records.
func Compare(old, new *List) Changes {
	var c Changes
	was := map[string]*match.Record{}
	if old != nil {
		for i := range old.Records {
			was[old.Records[i].ID] = &old.Records[i]
		}
	}
	for i := range new.Records {
		r := &new.Records[i]
		o, ok := was[r.ID]
		switch {
		case !ok:
			c.Added = append(c.Added, r.ID)
		case Hash(*o) != Hash(*r):
			c.Changed = append(c.Changed, Change{ID: r.ID, Fields: changedFields(o, r)})
		}
		delete(was, r.ID)
	}
	for id := range was {
		c.Removed = append(c.Removed, id)
	}
	slices.SortFunc(c.Added, byNumber)
	slices.SortFunc(c.Removed, byNumber)
	slices.SortFunc(c.Changed, func(a, b Change) int { return byNumber(a.ID, b.ID) })
	return c
}

func byNumber(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

func changedFields(a, b *match.Record) (names []string) {
	x, y := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range x.NumField() {
		if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			name, _, _ := strings.Cut(x.Type().Field(i).Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Plausible refuses a new version of a list that lost more than half of the
// records of the old one: lists shrink by delisting, never by halves, so the
// file is likely cut off or another file. An operator who knows better may
// import it all the same.
func Plausible(old, new *List) error {
	if old == nil || len(old.Records) < 10 {
		return nil
	}
	if gone := len(Compare(old, new).Removed); gone*2 > len(old.Records) {
		return refuse("loss", "the new version lacks %d of %d records; the list in use is kept until an operator confirms that this is right", gone, len(old.Records))
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
