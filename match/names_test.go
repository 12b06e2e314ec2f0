package match_test

import (
	"reflect"
	"slices"
	"testing"

	"landbridge.example/match"
)

// TestNamesInOneField holds every form in which the UN writes several names in
// one field, as they stand in the list.
func TestNamesInOneField(t *testing.T) {
	for _, c := range []struct {
		field string
		want  []match.Name
	}{
		{"Azim Adhajani; Azim Agha-Jani", []match.Name{{Text: "Azim Adhajani", Quality: match.Good}, {Text: "Azim Agha-Jani", Quality: match.Good}}},
		{"Mohammed Sabet; Mohammad Sabet b) M. Javad Kareemi Sabet; M. Karimi Sabet", []match.Name{
			{Text: "Mohammed Sabet", Quality: match.Good}, {Text: "Mohammad Sabet", Quality: match.Good},
			{Text: "M. Javad Kareemi Sabet", Quality: match.Good}, {Text: "M. Karimi Sabet", Quality: match.Good}}},
		{"a) Ali Reza b) Ali Riza", []match.Name{{Text: "Ali Reza", Quality: match.Good}, {Text: "Ali Riza", Quality: match.Good}}},
		{"حسن غول (Hassan Ghul; Hasan Gul)", []match.Name{
			{Text: "حسن غول", Quality: match.Original}, {Text: "Hassan Ghul", Quality: match.Good}, {Text: "Hasan Gul", Quality: match.Good}}},
		{"Amir Khazmat (original script: Амир Хазмат)", []match.Name{
			{Text: "Amir Khazmat", Quality: match.Good}, {Text: "Амир Хазмат", Quality: match.Original}}},
		{"Akrin Saleh Akrin (أقرين صالح أقرين)", []match.Name{
			{Text: "Akrin Saleh Akrin", Quality: match.Good}, {Text: "أقرين صالح أقرين", Quality: match.Original}}},
		{"Lord’s Resistance Movement (LRM)", []match.Name{
			{Text: "Lord’s Resistance Movement", Quality: match.Good}, {Text: "LRM", Quality: match.Weak}}},
		{"Hay’at Tahrir al-Sham (HTS) (هيئة تحرير الشام (original script); Hayat Tahrir al-Sham)", []match.Name{
			{Text: "Hay’at Tahrir al-Sham", Quality: match.Good}, {Text: "HTS", Quality: match.Weak},
			{Text: "هيئة تحرير الشام", Quality: match.Original}, {Text: "Hayat Tahrir al-Sham", Quality: match.Good}}},
		{"Encep Nurjaman (birth name)", []match.Name{{Text: "Encep Nurjaman", Quality: match.Good}}},
		{"Ezatullah Haqqani (previously listed as)", []match.Name{{Text: "Ezatullah Haqqani", Quality: match.Good}}},
		{"Hilarion Santos, III (third)", []match.Name{{Text: "Hilarion Santos, III", Quality: match.Good}}},
		{"SECOND ACADEMY OF NATURAL SCIENCES (KPE.018)", []match.Name{{Text: "SECOND ACADEMY OF NATURAL SCIENCES", Quality: match.Good}}},
		{"Safia Farkash Mohammed Al-Hadad, born 1 Jan. 1953 (Oman passport no.03825239, date of issue 4 May 2014)", []match.Name{
			{Text: "Safia Farkash Mohammed Al-Hadad", Quality: match.Good}}},
		{"", nil}, {"()", nil}, {" ; ", nil}, {"((((", nil},
	} {
		if got := match.Split(c.field, match.Good); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q\n got %v\nwant %v", c.field, got, c.want)
		}
	}
}

// TestTexts holds that whoever pastes a field with several names asks for each.
func TestTexts(t *testing.T) {
	for field, want := range map[string][]string{
		"Anara Tesselova":                      nil,
		"Anara Tesselova; Anara Tesselowa":     {"Anara Tesselova", "Anara Tesselowa"},
		"Anara Tesselova (Анара Тесселова)":    {"Anara Tesselova", "Анара Тесселова"},
		"Anara Tesselova Анара Тесселова":      {"Anara Tesselova", "Анара Тесселова"},
		"Anara Tesselova (birth name)":         {"Anara Tesselova"},
		"Tessel Freight (TF)":                  {"Tessel Freight"},
		"Анара Тесселова":                      nil,
		"Anara Tesselova a.k.a. Anara Terrin":  {"Anara Tesselova", "Anara Terrin"},
		"Tessel Freight Ltd d/b/a Terrin Sea":  {"Tessel Freight Ltd", "Terrin Sea"},
		"Kaka Osaka Nakasone":                  nil,
		"Тесселова, Анара (born 3 March 1970)": {"Тесселова, Анара", "born 3 March 1970"},
		"\x00;\xff(((":                         {"\x00", "\ufffd"},
	} {
		if got := match.Texts(field); got[0] != field || !slices.Equal(got[1:], want) {
			t.Errorf("%q: %q, want %q", field, got[1:], want)
		}
	}
	for _, n := range []string{"A", "ab"} {
		long := ""
		for range 100 {
			long += n + ";"
			n += "x"
		}
		if got := match.Texts(long); len(got) > 16 {
			t.Errorf("%d names are looked for at once", len(got))
		}
	}
}

// FuzzTexts checks that no field is too odd to be taken apart.
func FuzzTexts(f *testing.F) {
	f.Add("a) Ali Reza b) Ali Riza; (حسن غول (x)) ; ((")
	f.Fuzz(func(t *testing.T, field string) {
		if all := match.Texts(field); len(all) == 0 || all[0] != field || slices.Contains(all[1:], "") {
			t.Errorf("%q: %q", field, all)
		}
	})
}
