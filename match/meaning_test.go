package match_test

import (
	"slices"
	"testing"

	"landbridge.example/match"
)

// how returns the reason of the word of the query that is w.
func how(c match.Comparison, w string) string {
	for _, r := range c.Words {
		if r.Query == w {
			return r.How
		}
	}
	return ""
}

// TestShortForms holds that a name and its short form are one given name, in the
// language and script of either, a little less than equal, and that the reason says so.
func TestShortForms(t *testing.T) {
	for _, c := range []struct{ a, word, b string }{
		{"Bill Warrender", "bill", "William Warrender"},
		{"Benny Halutzman", "benny", "Binyamin Halutzman"},
		{"Pepe Zarrandona", "pepe", "José Zarrandona"},
		{"Саша Верхотуров", "саша", "Александр Верхотуров"},
		{"Sasha Verkhoturov", "sasha", "Александр Верхотуров"},
		{"Kuba Wojnarski", "kuba", "Jakub Wojnarski"},
		{"Mohd Tarrazin", "mohd", "Muhammad Tarrazin"},
		{"Beppe Scarvaglione", "beppe", "Giuseppe Scarvaglione"},
	} {
		got := engine().Compare(c.a, c.b, match.Person)
		if got.Score < 9000 || got.Score >= match.FullScore || how(got, c.word) != match.HowShort {
			t.Errorf("%s / %s: %s, %q", c.a, c.b, got.Score, how(got, c.word))
		}
		if score := screen(c.b, match.Person, c.a); score < match.Alert {
			t.Errorf("%s is not found by %s: %s", c.b, c.a, score)
		}
	}
	for _, c := range [][2]string{{"Sasha Verkhoturov", "Sanya Verkhoturov"}, {"Pepe Zarrandona", "Pedro Zarrandona"}} {
		if got := engine().Compare(c[0], c[1], match.Person); slices.ContainsFunc(got.Words, func(w match.WordReason) bool { return w.How == match.HowShort }) {
			t.Errorf("%s / %s: %+v", c[0], c[1], got)
		}
	}
}

// screen screens a name against a list of one name among others, and returns the
// score that it reaches there.
func screen(listed string, kind match.Kind, query string) match.Score {
	reg := engine().NewRegister([]match.Record{
		{ID: "1", Kind: kind, Names: []match.Name{{Text: "Quentin Fotheringay"}}},
		{ID: "2", Kind: kind, Names: []match.Name{{Text: listed}}},
	}, match.RegisterOptions{})
	for _, h := range reg.NewScreener().Screen(&match.Record{Kind: kind, Names: []match.Name{{Text: query}}}, 10, match.Alert) {
		if h.Record.ID == "2" {
			return h.ByName
		}
	}
	return 0
}

// TestManAndWoman holds that the given names of a man and a woman are two names,
// even where one letter tells them apart, and that family names that follow the
// bearer's sex are one.
func TestManAndWoman(t *testing.T) {
	for _, c := range [][2]string{
		{"Michel Tremblavoine", "Michelle Tremblavoine"}, {"Karim Benzouari", "Karima Benzouari"}, {"Aleksandr Verkhoturov", "Aleksandra Verkhoturova"},
		{"Roberto Scarvaglione", "Roberta Scarvaglione"}, {"Stefan Wojnarski", "Stefania Wojnarska"},
	} {
		if got := engine().Compare(c[0], c[1], match.Person).Score; got >= match.Alert {
			t.Errorf("%s / %s: %s", c[0], c[1], got)
		}
	}
	for _, c := range [][2]string{{"O. Verkhoturov", "O. Verkhoturova"}, {"Andrea Scarvaglione", "Andreas Scarvaglione"}, {"Michell Tremblavoine", "Michelle Tremblavoine"}} {
		if got := engine().Compare(c[0], c[1], match.Person).Score; got < match.Alert {
			t.Errorf("%s / %s: %s", c[0], c[1], got)
		}
	}
}

// TestInitials holds that an organisation is found by its initials, and initials by
// the organisation, whatever small words and legal form it has; that the country may
// stand beside them; that three letters are initials only where people use them so;
// and that a person has none.
func TestInitials(t *testing.T) {
	for _, c := range []struct{ short, long string }{
		{"KVNT", "Karzok Valley National Transport"},
		{"KVNT Ltd", "Karzok Valley National Transport Limited"},
		{"K.V.N.T.", "Karzok Valley National Transport"},
		{"KVNT Norway", "Karzok Valley National Transport"},
		{"FVDK", "Front for the Victory and Defence of Karzok"},
		{"FFVDK", "Front for the Victory and Defence of Karzok"},
		{"NIOC", "National Iranian Oil Company"},
		{"ELN", "Ejército de Liberación Nacional"},
		{"PLA China", "People’s Liberation Army"},
		{"НОАК", "Народно-освободительная армия Китая"},
		{"NOAK", "Народно-освободительная армия Китая"},
	} {
		got := engine().Compare(c.short, c.long, match.Organisation)
		if got.Score < 9000 || got.Score >= 9700 || !slices.ContainsFunc(got.Words, func(w match.WordReason) bool { return w.How == match.HowLetters }) {
			t.Errorf("%s / %s: %s %+v", c.short, c.long, got.Score, got.Words)
		}
		for _, asked := range [][2]string{{c.short, c.long}, {c.long, c.short}} {
			if score := screen(asked[1], match.Organisation, asked[0]); score < match.Alert {
				t.Errorf("%s is not found by %s: %s", asked[1], asked[0], score)
			}
		}
	}
	for _, c := range []struct {
		kind        match.Kind
		short, long string
	}{
		{match.Organisation, "Kvnt", "Karzok Valley National Transport"},           // no capitals
		{match.Organisation, "KVNT Shipping", "Karzok Valley National Transport"},  // a firm of another kind
		{match.Organisation, "KVN", "Karzok Valley Navigation"},                    // by chance in one of six
		{match.Organisation, "KVNX", "Karzok Valley National Transport"},           // another letter
		{match.Organisation, "KVNT", "Karzok Valley National Transport Insurance"}, // a word more
		{match.Person, "KVNT", "Karim Valid Nasir Tarrazin"},
	} {
		if got := engine().Compare(c.short, c.long, c.kind).Score; got >= match.Alert {
			t.Errorf("%s / %s: %s", c.short, c.long, got)
		}
		if got := screen(c.long, c.kind, c.short); got >= match.Alert {
			t.Errorf("%s finds %s: %s", c.short, c.long, got)
		}
	}
}

// TestSides holds that two names with a slash between them are each a name of a list's
// entry and of what is asked for, and that a slash within a name parts nothing.
func TestSides(t *testing.T) {
	for _, c := range []struct {
		field string
		kind  match.Kind
		want  []string
	}{
		{"Al-Karzok/Brigades of Tessel", match.Organisation, []string{"Al-Karzok", "Brigades of Tessel"}},
		{"HARAKAT UL-KARZOK / HUK", match.Organisation, []string{"HARAKAT UL-KARZOK"}},
		{"The Base of Karzok/Mesopotamia", match.Organisation, []string{"The Base of Karzok"}},
		{"Karzok Import/Export Corporation", match.Organisation, []string{"Karzok Import"}},
		{"Tessel Freight A/S", match.Organisation, nil},
		{"Anara Tesselova / Anara Terrin", match.Person, []string{"Anara Tesselova", "Anara Terrin"}},
		{"Anara/Nara Tesselova", match.Person, nil},
		{"a/b/c", match.Organisation, nil},
		{"Benzamide/4-fluoro-benzamide", match.Substance, nil},
	} {
		if got := engine().Sides(c.field, c.kind); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.field, got, c.want)
		}
	}
	for _, c := range [][2]string{{"Al Karzok", "Al-Karzok/Brigades of Tessel"}, {"Brigades of Tessel", "Al-Karzok/Brigades of Tessel"}, {"Tessel Freight d/b/a Terrin Sea", "Terrin Sea"}} {
		if got := engine().Compare(c[0], c[1], match.Organisation); got.Score < 9500 || len(got.Words) == 0 || got.Words[0].How != match.HowSame {
			t.Errorf("%s / %s: %+v", c[0], c[1], got)
		}
		for _, asked := range [][2]string{c, {c[1], c[0]}} {
			if score := screen(asked[1], match.Organisation, asked[0]); score < 9500 && asked[1] != "Tessel Freight d/b/a Terrin Sea" {
				t.Errorf("%s is not found by %s: %s", asked[1], asked[0], score)
			}
		}
	}
}

// TestEndings holds that a place and the adjective of it are one word in a firm's name,
// and a Slavic name with and without Latvian or Lithuanian endings one in a person's,
// but no other name for its final s.
func TestEndings(t *testing.T) {
	for _, c := range []struct {
		kind   match.Kind
		a, b   string
		least  match.Score
		listed bool // and found
	}{
		{match.Organisation, "Karzok Plant", "Карзокский завод", 9000, false},
		{match.Organisation, "Karzok Shipyard Invest", "Karzoksky Shipyard Invest", 9300, true},
		{match.Organisation, "Издринск завод", "Издринский завод", 9300, false},
		{match.Person, "Sergejs Verhoturovs", "Sergey Verkhoturov", 9300, true},
		{match.Person, "Andrejs Miroskins", "Andrei Miroshkin", 9000, true},
		{match.Person, "Viktoras Tarasovas", "Viktor Tarasov", 9400, true},
	} {
		if got := engine().Compare(c.a, c.b, c.kind); got.Score < c.least || got.Score >= 9900 {
			t.Errorf("%s / %s: %s %+v", c.a, c.b, got.Score, got.Words)
		}
		if score := screen(c.b, c.kind, c.a); c.listed && score < match.Alert {
			t.Errorf("%s is not found by %s: %s", c.b, c.a, score)
		}
	}
	for _, c := range []struct{ a, b string }{{"James Williams", "Jame William"}, {"Lucas Robins", "Luca Robin"}} {
		if got := engine().Compare(c.a, c.b, match.Person).Score; got >= 9300 {
			t.Errorf("%s / %s: %s", c.a, c.b, got)
		}
	}
}

// TestFathers holds that who leaves out the father may leave out his as well, but
// never the own name or the last.
func TestFathers(t *testing.T) {
	const full = "Qasim bin Nadhir ibn Yunus ibn Tarrazin"
	score := func(name string) match.Score { return engine().Compare(name, full, match.Person).Score }
	one, both := score("Qasim bin Nadhir ibn Tarrazin"), score("Qasim bin Tarrazin")
	if one < 9800 || both < 9700 {
		t.Errorf("without the grandfather %s, without the father too %s", one, both)
	}
	if first, last := score("Nadhir bin Yunus ibn Tarrazin"), score("Qasim bin Nadhir ibn Yunus"); first >= both || last >= both {
		t.Errorf("without the own name %s, without the last %s; without the fathers %s", first, last, both)
	}
}

// TestSenses holds that the words of movements, works and charities are the same in
// other languages, and that an organisation is found by them; and that another sense is
// another word.
func TestSenses(t *testing.T) {
	for _, c := range [][2]string{
		{"Popular Front for the Liberation of Karzok", "Народный фронт освобождения Карзок"},
		{"Karzok Democratic Resistance Movement", "Mouvement de résistance démocratique Karzok"},
		{"Karzok Liberation Front", "جبهة تحرير كرزوق"},
		{"Tessel Northern Helicopter Repair Plant", "Тессель северный завод ремонта вертолетов"},
	} {
		got := engine().Compare(c[0], c[1], match.Organisation)
		if got.Score < match.Alert || !slices.ContainsFunc(got.Words, func(w match.WordReason) bool { return w.How == match.HowMeaning }) {
			t.Errorf("%s / %s: %s %+v", c[0], c[1], got.Score, got.Words)
		}
		for _, asked := range [][2]string{c, {c[1], c[0]}} {
			if score := screen(asked[1], match.Organisation, asked[0]); score < match.Alert {
				t.Errorf("%s is not found by %s: %s", asked[1], asked[0], score)
			}
		}
	}
	for _, c := range [][2]string{{"Karzok Liberation Front", "Карзок фронт сопротивления"}, {"Red Star", "белая звезда"}} {
		if got := engine().Compare(c[0], c[1], match.Organisation).Score; got >= match.Alert {
			t.Errorf("%s / %s: %s", c[0], c[1], got)
		}
	}
}
